/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The open stream over the platform's TLS. */
#include "gio-tls-fixture.h"

#include "wsserver/tls/ws-record-cursor-private.h"

#include <stdio.h>

static void
open_link (Link                  *link,
           const TestCertificate *certificate,
           const char            *priority)
{
  g_autoptr (WsGioTlsContext) platform = make_gio_context (NULL, certificate);

  link_init (link, platform, priority, NULL);
  link_open (link);
}

static void
check_echo (Link *link)
{
  struct iovec vectors[3] = { { (gpointer) "an", 2 }, { (gpointer) "", 0 }, { (gpointer) "swer", 4 } };
  guint8       buffer[64];
  gsize        n;

  g_assert_cmpint (gnutls_record_send (link->client, "question", 8), ==, 8);
  g_assert_cmpint (ws_transport_read (link->transport, buffer, 3, &n, NULL), ==, WS_IO_OK);
  g_assert_cmpmem (buffer, n, "que", 3);

  /* TLS has the rest, and the descriptor does not show it. */
  g_assert_true (ws_transport_has_pending (link->transport));
  g_assert_cmpint (ws_transport_read (link->transport, buffer, sizeof buffer, &n, NULL), ==, WS_IO_OK);
  g_assert_cmpmem (buffer, n, "stion", 5);
  g_assert_false (ws_transport_has_pending (link->transport));
  g_assert_cmpint (ws_transport_read (link->transport, buffer, sizeof buffer, &n, NULL), ==,
                   WS_IO_WOULD_BLOCK);

  g_assert_cmpint (ws_transport_writev (link->transport, vectors, 3, &n, NULL), ==, WS_IO_OK);
  g_assert_cmpuint (n, ==, 6);
  g_assert_cmpint (link_receive (link, buffer, sizeof buffer), ==, 6);
  g_assert_cmpmem (buffer, 6, "answer", 6);
}

static void
test_echo (void)
{
  Link link;

  g_test_summary ("Small messages, read in pieces and written from pieces");

  open_link (&link, &ecdsa_server, TLS13);
  check_echo (&link);
  link_clear (&link);
  open_link (&link, &rsa_server, TLS12);
  check_echo (&link);
  link_clear (&link);
}

#define TRANSFER_BYTES (1024 * 1024)

typedef struct
{
  guint8 *sent; /* the pattern, for both sides */
  guint8 *at_server;
  guint8 *at_client;
  gsize   from_server;
  gsize   from_client;
  gsize   to_server;
  gsize   to_client;
} Transfer;

static void
step_server (Link     *link,
             Transfer *transfer)
{
  gsize        left = TRANSFER_BYTES - transfer->from_server;
  gsize        head = MIN (10, left);
  struct iovec vectors[2] = { { transfer->sent + transfer->from_server, head },
                              { transfer->sent + transfer->from_server + head, left - head } };
  gsize        n;
  WsIOStatus   status;

  /* As a connection does: what waits in the transport leaves with more, or alone when there is no more. */
  if (left > 0 && ws_transport_writev (link->transport, vectors, 2, &n, &link->error) == WS_IO_OK)
    transfer->from_server += n;
  g_assert_no_error (link->error);
  status = left > 0 ? WS_IO_OK : ws_transport_flush (link->transport, &link->error);
  g_assert_no_error (link->error);
  g_assert_true (left > 0 || (status == WS_IO_WOULD_BLOCK) ==
                                 ((ws_transport_get_events (link->transport, 0) & G_IO_OUT) != 0));

  left = TRANSFER_BYTES - transfer->to_server;
  if (left > 0 && ws_transport_read (link->transport, transfer->at_server + transfer->to_server, left, &n,
                                     &link->error) == WS_IO_OK)
    transfer->to_server += n;
  g_assert_no_error (link->error);
}

/* Reads little at a time. */
static void
step_client (Link     *link,
             Transfer *transfer)
{
  gssize result;

  if (transfer->from_client < TRANSFER_BYTES)
    {
      result = gnutls_record_send (link->client, transfer->sent + transfer->from_client,
                                   MIN (16384, TRANSFER_BYTES - transfer->from_client));
      transfer->from_client += (gsize) MAX (result, 0);
    }
  if (transfer->to_client < TRANSFER_BYTES)
    {
      result = gnutls_record_recv (link->client, transfer->at_client + transfer->to_client,
                                   MIN (5000, TRANSFER_BYTES - transfer->to_client));
      transfer->to_client += (gsize) MAX (result, 0);
    }
}

static void
check_transfer (const char *priority,
                gboolean    key_updates)
{
  g_autofree guint8 *memory = g_malloc (3 * TRANSFER_BYTES);
  Transfer           transfer = { memory, memory + TRANSFER_BYTES, memory + 2 * TRANSFER_BYTES };
  guint              n_turns = 0;
  gsize              n;
  Link               link;

  for (gsize i = 0; i < TRANSFER_BYTES; i++)
    transfer.sent[i] = (guint8) (i * 7 + i / 255);
  open_link (&link, &ecdsa_server, priority);

  while (transfer.to_server < TRANSFER_BYTES || transfer.to_client < TRANSFER_BYTES)
    {
      g_assert_cmpuint (n_turns++, <, 100000);
      step_server (&link, &transfer);

      /* GnuTLS takes eight in a second for an attack. */
      if (key_updates && n_turns % 16 == 0 && n_turns <= 6 * 16)
        gnutls_session_key_update (link.client, GNUTLS_KU_PEER);
      step_client (&link, &transfer);
    }

  g_assert_cmpmem (transfer.at_server, transfer.to_server, transfer.sent, TRANSFER_BYTES);
  g_assert_cmpmem (transfer.at_client, transfer.to_client, transfer.sent, TRANSFER_BYTES);
  g_assert_cmpint (ws_transport_flush (link.transport, NULL), ==, WS_IO_OK);
  g_assert_cmpint (ws_transport_read (link.transport, transfer.at_server, 1, &n, NULL), ==,
                   WS_IO_WOULD_BLOCK);
  g_assert_false (ws_transport_has_pending (link.transport));
  link_clear (&link);
}

static void
test_transfer (void)
{
  g_test_summary ("1 MiB in both directions at once with a slow reader, also while keys change");

  check_transfer (TLS12, FALSE);
  check_transfer (TLS13, FALSE);
  check_transfer (TLS13, TRUE);
}

/* What is here. */
static gsize
drain_client (Link *link)
{
  guint8 buffer[16384];
  gsize  n_received = 0;
  gssize result;

  while ((result = gnutls_record_recv (link->client, buffer, sizeof buffer)) > 0)
    n_received += (gsize) result;

  return n_received;
}

static void
test_full (void)
{
  g_autofree guint8 *data = g_malloc0 (TRANSFER_BYTES);
  struct iovec       vector = { data, TRANSFER_BYTES };
  WsIOStatus         status = WS_IO_WOULD_BLOCK;
  gsize              n_taken = 0;
  gsize              n_received = 0;
  gsize              n;
  Link               link;

  g_test_summary ("A write goes on when the socket has room again, with no flush before it");

  open_link (&link, &ecdsa_server, TLS13);
  while (ws_transport_writev (link.transport, &vector, 1, &n, NULL) == WS_IO_OK)
    n_taken += n;

  vector.iov_len = 1000;
  for (guint i = 0; i < MAX_TURNS && status == WS_IO_WOULD_BLOCK; i++)
    {
      n_received += drain_client (&link);
      status = ws_transport_writev (link.transport, &vector, 1, &n, NULL);
    }
  g_assert_cmpint (status, ==, WS_IO_OK);
  g_assert_cmpuint (n_received + drain_client (&link), ==, n_taken + 1000);
  link_clear (&link);
}

static void
check_end (const char *priority,
           gboolean    close_notify)
{
  struct iovec vector = { (gpointer) "late", 4 };
  char         buffer[8];
  gsize        n;
  Link         link;

  open_link (&link, &ecdsa_server, priority);
  g_assert_cmpint (gnutls_record_send (link.client, "x", 1), ==, 1);
  if (close_notify)
    g_assert_cmpint (gnutls_bye (link.client, GNUTLS_SHUT_WR), ==, 0);
  shutdown (link.client_fd, SHUT_WR);

  /* Data first, then the end, each time it is asked for. */
  g_assert_cmpint (ws_transport_read (link.transport, (guint8 *) buffer, sizeof buffer, &n, NULL), ==,
                   WS_IO_OK);
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (ws_transport_has_pending (link.transport));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpint (ws_transport_read (link.transport, (guint8 *) buffer, 1, &n, &link.error), ==,
                       WS_IO_CLOSED);
      g_assert_no_error (link.error);
      g_assert_false (ws_transport_has_pending (link.transport));
    }

  /* The other side is still open. */
  g_assert_cmpint (ws_transport_writev (link.transport, &vector, 1, &n, NULL), ==, WS_IO_OK);
  ws_transport_shutdown_write (link.transport);
  g_assert_cmpint (link_receive (&link, buffer, sizeof buffer), ==, 4);
  g_assert_cmpint (link_receive (&link, buffer, sizeof buffer), ==, 0);
  g_assert_cmpint (read (link.client_fd, buffer, 1), ==, 0);
  g_assert_cmpint (ws_transport_writev (link.transport, &vector, 1, &n, &link.error), ==, WS_IO_FAILED);
  g_assert_nonnull (link.error);
  link_clear (&link);
}

static void
test_ends (void)
{
  static const char *const priorities[] = { TLS12, TLS13 };

  g_test_summary ("The client's end with close_notify and without; then our own");

  for (guint i = 0; i < 2; i++)
    {
      check_end (priorities[i], TRUE);
      check_end (priorities[i], FALSE);
    }
}

static void
test_half_open (void)
{
  static const char *const priorities[] = { TLS12, TLS13 };

  g_test_summary ("After our end the client goes on sending, and asks for new keys");

  for (guint i = 0; i < 2; i++)
    {
      guint8 buffer[16];
      gsize  n;
      Link   link;

      open_link (&link, &ecdsa_server, priorities[i]);
      ws_transport_shutdown_write (link.transport);
      ws_transport_shutdown_write (link.transport);
      g_assert_cmpint (link_receive (&link, buffer, sizeof buffer), ==, 0);
      if (i == 1)
        gnutls_session_key_update (link.client, GNUTLS_KU_PEER);
      g_assert_cmpint (gnutls_record_send (link.client, "on and on", 9), ==, 9);
      g_assert_cmpint (ws_transport_read (link.transport, buffer, sizeof buffer, &n, NULL), ==, WS_IO_OK);
      g_assert_cmpmem (buffer, n, "on and on", 9);
      link_clear (&link);
    }
}

/* What waits in the queue goes before close_notify and the end. */
static void
test_end_behind_queue (void)
{
  g_autofree guint8 *data = g_malloc0 (WS_TLS_MAX_WRITE_BYTES);
  struct iovec       vector = { data, WS_TLS_MAX_WRITE_BYTES };
  gsize              n_sent = 0;
  gsize              n_received = 0;
  gsize              n;
  guint8             buffer[16384];
  int                result;
  Link               link;

  g_test_summary ("A full socket: the writer is held up, and the end waits behind what is queued");

  open_link (&link, &ecdsa_server, TLS13);
  while (ws_transport_writev (link.transport, &vector, 1, &n, NULL) == WS_IO_OK)
    n_sent += n;
  g_assert_cmpuint (n_sent, >=, WS_TLS_MAX_WRITE_BYTES);
  g_assert_cmpint (ws_transport_flush (link.transport, NULL), ==, WS_IO_WOULD_BLOCK);
  g_assert_cmpuint (ws_transport_get_events (link.transport, G_IO_IN), ==, G_IO_IN | G_IO_OUT);

  ws_transport_shutdown_write (link.transport);
  while ((result = link_receive (&link, buffer, sizeof buffer)) > 0)
    n_received += (gsize) result;
  g_assert_cmpint (result, ==, 0);
  g_assert_cmpuint (n_received, ==, n_sent);
  g_assert_cmpint (read (link.client_fd, buffer, 1), ==, 0);
  link_clear (&link);
}

static void
test_reset (void)
{
  struct iovec vector = { (gpointer) "x", 1 };
  guint8       byte;
  gsize        n;
  Link         link;

  g_test_summary ("The client has gone: reads end, writes fail with the system's reason");

  open_link (&link, &ecdsa_server, TLS13);
  close (link.client_fd);
  link.client_fd = -1;
  g_assert_cmpint (ws_transport_read (link.transport, &byte, 1, &n, NULL), !=, WS_IO_OK);
  (void) ws_transport_writev (link.transport, &vector, 1, &n, NULL);
  g_assert_cmpint (ws_transport_flush (link.transport, &link.error), ==, WS_IO_FAILED);
  g_assert_nonnull (link.error);
  g_assert_cmpint (link.error->code, >, 10000);
  g_clear_error (&link.error);
  g_assert_cmpint (ws_transport_writev (link.transport, &vector, 1, &n, &link.error), ==, WS_IO_FAILED);
  link_clear (&link);
}

static void
test_renegotiation (void)
{
  WsIOStatus status = WS_IO_WOULD_BLOCK;
  guint8     byte;
  gsize      n;
  Link       link;

  g_test_summary ("A client of TLS 1.2 that renegotiates is dropped");

  open_link (&link, &rsa_server, TLS12);
  for (guint i = 0; i < MAX_TURNS && status == WS_IO_WOULD_BLOCK; i++)
    {
      (void) gnutls_handshake (link.client);
      status = ws_transport_read (link.transport, &byte, 1, &n, &link.error);
      run_turn ();
    }
  g_assert_cmpint (status, ==, WS_IO_FAILED);
  g_assert_error (link.error, WS_ERROR, WS_ERROR_HANDSHAKE);
  g_assert_nonnull (strstr (link.error->message, "renegotiates"));
  link_clear (&link);

  /* Or freed while GIO's thread is at it. */
  open_link (&link, &rsa_server, TLS12);
  (void) gnutls_handshake (link.client);
  g_assert_cmpint (ws_transport_read (link.transport, &byte, 1, &n, &link.error), ==, WS_IO_WOULD_BLOCK);
  link_clear (&link);
}

static void
test_replayed_data (void)
{
  g_autoptr (WsGioTlsContext) platform = make_gio_context (NULL, &ecdsa_server);
  guint8 buffer[64];
  gsize  n = 0;
  Link   link;

  g_test_summary ("Data that the client sends at once with the end of its handshake");

  link_init (&link, platform, TLS13, NULL);
  for (guint i = 0; i < MAX_TURNS && !link.client_open; i++)
    link_step (&link);
  g_assert_cmpint (gnutls_record_send (link.client, "early", 5), ==, 5);
  link_open (&link);
  g_assert_cmpint (ws_transport_read (link.transport, buffer, sizeof buffer, &n, NULL), ==, WS_IO_OK);
  g_assert_cmpmem (buffer, n, "early", 5);
  link_clear (&link);
}

/* GIO's own client. */

static void
keep_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static gboolean
accept_any_cb (GTlsConnection      *connection,
               GTlsCertificate     *certificate,
               GTlsCertificateFlags errors,
               gpointer             user_data)
{
  return TRUE;
}

static GIOStream *
make_gio_client (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);
  g_autoptr (GSocketConnection) base = g_socket_connection_factory_create_connection (socket);
  GIOStream *client = g_tls_client_connection_new (G_IO_STREAM (base), NULL, &error);

  g_assert_no_error (error);
  g_signal_connect (client, "accept-certificate", G_CALLBACK (accept_any_cb), NULL);

  return client;
}

static void
test_gio_client (void)
{
  g_autoptr (GIOStream) client = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  guint8       buffer[64];
  struct iovec vector = { buffer, 0 };
  gsize        n = 0;
  Link         link;

  g_test_summary ("A client of GIO, which has threads of the same pool");

  {
    g_autoptr (WsGioTlsContext) platform = make_gio_context (NULL, &ecdsa_server);
    link_init (&link, platform, TLS13, NULL);
  }
  client = make_gio_client (g_steal_fd (&link.client_fd));
  g_tls_connection_handshake_async (G_TLS_CONNECTION (client), 0, NULL, keep_result_cb, &result);
  for (guint i = 0; i < MAX_TURNS && (result == NULL || link.status == WS_IO_WOULD_BLOCK); i++)
    {
      link_shake (&link);
      run_turn ();
    }
  g_assert_true (g_tls_connection_handshake_finish (G_TLS_CONNECTION (client), result, &error));
  g_assert_no_error (error);
  g_assert_cmpint (link.status, ==, WS_IO_OK);

  g_assert_true (
      g_output_stream_write_all (g_io_stream_get_output_stream (client), "hello", 5, NULL, NULL, &error));
  g_assert_cmpint (ws_transport_read (link.transport, buffer, sizeof buffer, &vector.iov_len, NULL), ==,
                   WS_IO_OK);
  g_assert_cmpint (ws_transport_writev (link.transport, &vector, 1, &n, NULL), ==, WS_IO_OK);
  memset (buffer, 0, sizeof buffer);
  g_assert_cmpint (
      g_input_stream_read (g_io_stream_get_input_stream (client), buffer, sizeof buffer, NULL, &error), ==,
      5);
  g_assert_cmpmem (buffer, 5, "hello", 5);

  ws_transport_shutdown_write (link.transport);
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (client), buffer, 1, NULL, &error), ==,
                   0);
  g_assert_no_error (error);
  link_clear (&link);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      puts ("1..0 # SKIP GIO has no TLS backend");
      return 0;
    }
  make_certificates ();

  g_test_add_func ("/unit/tls-gio/gio-tls-stream/echo", test_echo);
  g_test_add_func ("/unit/tls-gio/gio-tls-stream/transfer", test_transfer);
  g_test_add_func ("/unit/tls-gio/gio-tls-stream/read/ends", test_ends);
  g_test_add_func ("/unit/tls-gio/gio-tls-stream/read/renegotiation", test_renegotiation);
  g_test_add_func ("/unit/tls-gio/gio-tls-stream/read/with-handshake", test_replayed_data);
  g_test_add_func ("/unit/tls-gio/gio-tls-stream/writev/full", test_full);
  g_test_add_func ("/unit/tls-gio/gio-tls-stream/writev/reset", test_reset);
  g_test_add_func ("/unit/tls-gio/gio-tls-stream/shutdown-write/half-open", test_half_open);
  g_test_add_func ("/unit/tls-gio/gio-tls-stream/shutdown-write/queue", test_end_behind_queue);
  g_test_add_func ("/unit/tls-gio/gio-tls-stream/gio-client", test_gio_client);

  result = g_test_run ();
  check_nothing_left ();
  clear_certificates ();

  return result;
}

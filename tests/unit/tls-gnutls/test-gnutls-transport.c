/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnutls-pair.h"

static void
check_renegotiation (gboolean serve)
{
  g_autoptr (WsTlsContext) context = NULL;
  WsTlsOptions options;
  guint8       byte;
  gsize        n_read;
  int          result = GNUTLS_E_AGAIN;
  Pair         pair;

  ws_tls_options_init (&options);
  options.serve_renegotiation = serve;
  context = make_context (&options, &rsa_server);
  pair_init (&pair, context, TLS12, NULL);
  pair_open (&pair);

  for (guint i = 0; i < 100 && result == GNUTLS_E_AGAIN; i++)
    {
      result = gnutls_handshake (pair.client);
      g_assert_cmpint (ws_transport_read (pair.transport, &byte, 1, &n_read, &pair.error), !=, WS_IO_OK);
      g_assert_no_error (pair.error);
    }

  if (serve)
    {
      g_assert_cmpint (result, ==, 0);
      ws_transport_read (pair.transport, &byte, 1, &n_read, NULL);
      g_assert_cmpint (pair.tls->state, ==, WS_TLS_STATE_OPEN);
    }
  else
    {
      g_assert_cmpint (result, ==, GNUTLS_E_WARNING_ALERT_RECEIVED);
      g_assert_cmpint (gnutls_alert_get (pair.client), ==, GNUTLS_A_NO_RENEGOTIATION);
      g_assert_nonnull (strstr (pair.story->str, "Refused to renegotiate"));
    }
  check_echo (&pair);
  pair_clear (&pair);
}

static void
test_renegotiation (void)
{
  g_test_summary ("A client of TLS 1.2 that renegotiates is refused, or served; data goes on");

  check_renegotiation (FALSE);
  check_renegotiation (TRUE);
}

#define TRANSFER_BYTES (3 * 1000 * 1000)

/* Both sides send a pattern and count what comes; the client reads little at a time. */
static void
check_transfer (const char *priority,
                gboolean    key_updates)
{
  g_autoptr (WsTlsContext) context = make_context (NULL, &ecdsa_server);
  g_autofree guint8 *sent = g_malloc (TRANSFER_BYTES);
  g_autofree guint8 *at_server = g_malloc (TRANSFER_BYTES);
  g_autofree guint8 *at_client = g_malloc (TRANSFER_BYTES);
  gsize              from_server = 0, from_client = 0, to_server = 0, to_client = 0;
  guint              n_turns = 0;
  Pair               pair;

  for (gsize i = 0; i < TRANSFER_BYTES; i++)
    sent[i] = (guint8) (i * 7 + i / 255);
  pair_init (&pair, context, priority, NULL);
  pair_open (&pair);

  while (to_server < TRANSFER_BYTES || to_client < TRANSFER_BYTES)
    {
      struct iovec vectors[2] = { { sent + from_server, MIN (10, TRANSFER_BYTES - from_server) },
                                  { sent + from_server + MIN (10, TRANSFER_BYTES - from_server),
                                    TRANSFER_BYTES - from_server - MIN (10, TRANSFER_BYTES - from_server) } };
      gsize        n = 0;
      gssize       result;

      g_assert_cmpuint (n_turns++, <, 100000);
      if (from_server < TRANSFER_BYTES &&
          ws_transport_writev (pair.transport, vectors, 2, &n, &pair.error) == WS_IO_OK)
        from_server += n;
      g_assert_no_error (pair.error);
      ws_transport_flush (pair.transport, NULL);
      if (ws_transport_read (pair.transport, at_server + to_server, MAX (TRANSFER_BYTES - to_server, 1), &n,
                             &pair.error) == WS_IO_OK)
        to_server += n;
      g_assert_no_error (pair.error);

      /* GnuTLS takes eight in a second for an attack. */
      if (key_updates && n_turns % 16 == 0 && n_turns <= 6 * 16)
        gnutls_session_key_update (pair.client, GNUTLS_KU_PEER);
      if (from_client < TRANSFER_BYTES)
        {
          result = gnutls_record_send (pair.client, sent + from_client,
                                       MIN (16384, TRANSFER_BYTES - from_client));
          from_client += (gsize) MAX (result, 0);
        }
      result = gnutls_record_recv (pair.client, at_client + to_client,
                                   MIN (9000, TRANSFER_BYTES - to_client));
      to_client += (gsize) MAX (result, 0);
    }

  g_assert_cmpmem (at_server, to_server, sent, TRANSFER_BYTES);
  g_assert_cmpmem (at_client, to_client, sent, TRANSFER_BYTES);
  g_assert_cmpint (ws_transport_flush (pair.transport, NULL), ==, WS_IO_OK);
  pair_clear (&pair);
}

static void
test_transfer (void)
{
  g_test_summary ("3 MB in both directions at once with a slow reader");

  check_transfer (TLS13, FALSE);
  check_transfer (TLS12, FALSE);
}

static void
test_key_update (void)
{
  g_test_summary ("The client asks for new keys in the middle of a transfer");

  check_transfer (TLS13, TRUE);
}

static void
check_end (const char *priority,
           gboolean    close_notify)
{
  g_autoptr (WsTlsContext) context = make_context (NULL, &ecdsa_server);
  guint8 byte;
  gsize  n_read;
  int    result = 1;
  Pair   pair;

  pair_init (&pair, context, priority, NULL);
  pair_open (&pair);

  g_assert_cmpint (gnutls_record_send (pair.client, "x", 1), ==, 1);
  if (close_notify)
    g_assert_cmpint (gnutls_bye (pair.client, GNUTLS_SHUT_WR), ==, 0);
  shutdown (pair.client_fd, SHUT_WR);

  /* Data first, then the end, each time it is asked for. */
  g_assert_cmpint (ws_transport_read (pair.transport, &byte, 1, &n_read, NULL), ==, WS_IO_OK);
  for (guint i = 0; i < 2; i++)
    {
      g_clear_error (&pair.error);
      g_assert_cmpint (ws_transport_read (pair.transport, &byte, 1, &n_read, &pair.error), ==, WS_IO_CLOSED);
    }

  if (close_notify)
    {
      send_from_server (&pair, "late");
      ws_transport_shutdown_write (pair.transport);
      for (guint i = 0; i < 20 && (result == 1 || result == GNUTLS_E_AGAIN); i++)
        result = (int) gnutls_record_recv (pair.client, &byte, 1);
      g_assert_cmpint (result, ==, 0);
    }
  pair_clear (&pair);
}

static void
test_ends (void)
{
  static const char *const priorities[] = { TLS12, TLS13 };

  g_test_summary ("The end with close_notify, half open, and without");

  for (guint i = 0; i < 2; i++)
    {
      check_end (priorities[i], TRUE);
      check_end (priorities[i], FALSE);
    }
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  make_certificates ();

  g_test_add_func ("/unit/tls-gnutls/gnutls-transport/read/renegotiation", test_renegotiation);
  g_test_add_func ("/unit/tls-gnutls/gnutls-transport/read/ends", test_ends);
  g_test_add_func ("/unit/tls-gnutls/gnutls-transport/writev/transfer", test_transfer);
  g_test_add_func ("/unit/tls-gnutls/gnutls-transport/writev/key-update", test_key_update);

  result = g_test_run ();
  clear_certificates ();

  return result;
}

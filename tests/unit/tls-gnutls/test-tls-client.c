/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scripted client of the tests over TLS (tests/ws-test-tls.c), against the TLS transport. */
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "tests/unit/tls-fixture.h"

#include "tests/ws-test-client.h"

/* The server's end of one connection: keeps what each read gives by itself. */
typedef struct
{
  WsTlsContext *context;
  WsTransport  *transport;
  GSource      *source;
  WsTestClient *client;
  GPtrArray    *pieces;    /* GBytes */
  WsIOStatus    handshake; /* of its last step */
  WsIOStatus    status;    /* of the last read */
  GError       *error;
} Server;

static TestCertificate authority;
static TestCertificate certificate;

static gboolean
ready_cb (int          fd,
          GIOCondition condition,
          gpointer     user_data)
{
  Server *self = user_data;
  guint8  buffer[65536];
  gsize   n_read;

  if (self->handshake == WS_IO_WOULD_BLOCK)
    self->handshake = ws_transport_handshake (self->transport, &self->error);
  if (self->handshake != WS_IO_OK)
    return self->handshake == WS_IO_WOULD_BLOCK;

  while ((self->status = ws_transport_read (self->transport, buffer, sizeof buffer, &n_read, &self->error)) ==
         WS_IO_OK)
    g_ptr_array_add (self->pieces, g_bytes_new (buffer, n_read));

  return self->status == WS_IO_WOULD_BLOCK;
}

static int
listen_on_loopback (guint *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t          length = sizeof address;
  int                fd = socket (AF_INET, SOCK_STREAM, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 1), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  *port = ntohs (address.sin_port);

  return fd;
}

static void
server_init (Server  *self,
             gboolean fits)
{
  WsTlsOptions options;
  guint        port;
  int          one = 1;
  int          listening_fd = listen_on_loopback (&port);
  int          fd;

  *self = (Server){ .handshake = WS_IO_WOULD_BLOCK, .status = WS_IO_WOULD_BLOCK };
  ws_tls_options_init (&options);
  if (!fits)
    options.protocols = ws_test_tls_get_mode () == WS_TEST_TLS_1_2 ? WS_TLS_PROTOCOL_TLS13
                                                                   : WS_TLS_PROTOCOL_TLS12;
  self->context = ws_tls_context_new (&options, test_credentials_new (&certificate), &self->error);
  g_assert_no_error (self->error);
  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->client = ws_test_client_new (port);
  fd = accept4 (listening_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  close (listening_fd);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);

  self->transport = ws_tls_transport_new (fd, self->context);
  self->source = g_unix_fd_source_new (fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
  g_source_set_callback (self->source, G_SOURCE_FUNC (ready_cb), self, NULL);
  g_source_attach (self->source, NULL);
}

static void
server_drop (Server *self)
{
  g_source_destroy (self->source);
  g_clear_pointer (&self->transport, ws_transport_free);
}

static void
server_clear (Server *self)
{
  if (self->transport != NULL)
    server_drop (self);
  g_source_unref (self->source);
  g_clear_pointer (&self->client, ws_test_client_free);
  ws_tls_context_unref (self->context);
  g_ptr_array_unref (self->pieces);
  g_clear_error (&self->error);
}

static void
assert_piece (Server     *self,
              guint       index,
              const char *text)
{
  g_assert_cmpuint (self->pieces->len, >, index);
  g_assert_cmpmem (g_bytes_get_data (self->pieces->pdata[index], NULL),
                   g_bytes_get_size (self->pieces->pdata[index]), text, strlen (text));
}

static void
server_open (Server *self)
{
  server_init (self, TRUE);
  ws_test_wait_until (self->handshake == WS_IO_OK && ws_test_tls_is_open (self->client->tls));
}

static void
test_pieces (void)
{
  const gsize cuts[] = { 1, 4 };
  Server      server;

  g_test_summary (
      "What is sent before the handshake goes out behind it; the server sees each piece by itself");

  server_init (&server, TRUE);
  ws_test_client_send_string (server.client, "early");
  g_assert_cmpuint (server.client->output->len, ==, 5);
  ws_test_wait_until (server.pieces->len == 1);
  assert_piece (&server, 0, "early");

  ws_test_client_send_cut (server.client, "abcdef", 6, cuts, G_N_ELEMENTS (cuts));
  assert_piece (&server, 1, "a");
  assert_piece (&server, 2, "bcd");
  assert_piece (&server, 3, "ef");

  ws_test_client_send_slowly (server.client, "xy", 2);
  assert_piece (&server, 4, "x");
  assert_piece (&server, 5, "y");
  server_clear (&server);
}

static void
write_all (Server     *self,
           const char *text)
{
  struct iovec vector = { (gpointer) text, strlen (text) };
  gsize        n_written;

  while (vector.iov_len > 0)
    {
      if (ws_transport_writev (self->transport, &vector, 1, &n_written, NULL) == WS_IO_OK)
        {
          vector.iov_base = (char *) vector.iov_base + n_written;
          vector.iov_len -= n_written;
        }
      else
        {
          g_main_context_iteration (NULL, FALSE);
          ws_transport_flush (self->transport, NULL);
        }
    }
  while (ws_transport_flush (self->transport, NULL) == WS_IO_WOULD_BLOCK)
    g_main_context_iteration (NULL, FALSE);
}

#define LONG_BYTES 1000001

static void
test_reading (void)
{
  g_autofree char *text = ws_test_pattern (LONG_BYTES);
  Server           server;

  g_test_summary ("The client reads all that comes, once it reads");

  server_init (&server, TRUE);
  ws_test_client_set_reading (server.client, FALSE);
  ws_test_wait_until (server.handshake == WS_IO_OK);
  write_all (&server, "hello");
  ws_test_settle ();
  g_assert_cmpuint (server.client->input->len, ==, 0);

  ws_test_client_set_reading (server.client, TRUE);
  ws_test_settle ();
  g_assert_cmpuint (server.client->input->len, ==, 5);

  write_all (&server, text);
  ws_test_wait_until (server.client->input->len == 5 + LONG_BYTES);
  g_assert_cmpmem (server.client->input->data + 5, LONG_BYTES, text, LONG_BYTES);
  server_clear (&server);
}

static void
test_writing (void)
{
  g_autofree char *text = ws_test_pattern (8 * LONG_BYTES);
  Server           server;
  gsize            n_bytes = 0;

  g_test_summary ("Output that the server does not read waits at the client, and none is lost");

  server_open (&server);
  ws_test_client_send (server.client, text, 8 * LONG_BYTES);
  g_assert_cmpuint (server.client->output->len, >, 0);
  ws_test_wait_until (server.client->output->len == 0);
  ws_test_settle ();

  for (guint i = 0; i < server.pieces->len; i++)
    {
      gsize         length;
      gconstpointer piece = g_bytes_get_data (server.pieces->pdata[i], &length);

      g_assert_cmpmem (piece, length, text + n_bytes, MIN (length, 8 * LONG_BYTES - n_bytes));
      n_bytes += length;
    }
  g_assert_cmpuint (n_bytes, ==, 8 * LONG_BYTES);
  server_clear (&server);
}

typedef void (*EndFunc) (WsTestClient *client);

/* A reset takes what was sent before it along; the other ends come behind. */
static void
check_end (EndFunc     end,
           const char *sent,
           gboolean    goes_on,
           WsIOStatus  expected)
{
  Server server;

  server_open (&server);
  ws_test_client_send_string (server.client, sent);
  end (server.client);
  ws_test_wait_until (server.status != WS_IO_WOULD_BLOCK);
  g_assert_cmpint (server.status, ==, expected);
  g_assert_cmpuint (server.pieces->len, ==, *sent != '\0' ? 1 : 0);

  if (goes_on)
    {
      write_all (&server, "goodbye");
      ws_transport_shutdown_write (server.transport);
      server_drop (&server);
      ws_test_wait_until (server.client->eof);
      g_assert_cmpmem (server.client->input->data, server.client->input->len, "goodbye", 7);
      g_assert_true (ws_test_tls_is_closed (server.client->tls));
    }
  server_clear (&server);
}

static void
test_client_ends (void)
{
  g_test_summary ("Each way the client ends, and what comes from the server after a half close");

  check_end (ws_test_client_half_close, "text", TRUE, WS_IO_CLOSED);
  check_end (ws_test_client_truncate, "text", FALSE, WS_IO_CLOSED);
  check_end (ws_test_client_close, "text", FALSE, WS_IO_CLOSED);
  check_end (ws_test_client_reset, "", FALSE, WS_IO_FAILED);
}

static void
test_server_ends (void)
{
  const struct linger linger = { .l_onoff = 1, .l_linger = 0 };
  Server              server;

  g_test_summary ("The client tells close_notify, the bare end of the stream and a reset apart");

  server_open (&server);
  shutdown (server.transport->fd, SHUT_WR);
  ws_test_wait_until (server.client->eof);
  g_assert_cmpint (server.client->error_number, ==, 0);
  g_assert_false (ws_test_tls_is_closed (server.client->tls));
  server_clear (&server);

  server_open (&server);
  setsockopt (server.transport->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  server_drop (&server);
  ws_test_client_assert_eof (server.client);
  g_assert_cmpint (server.client->error_number, ==, ECONNRESET);
  server_clear (&server);
}

static void
test_no_handshake (void)
{
  Server server;

  g_test_summary ("A handshake that the server refuses or drops ends the client, and its output goes");

  server_init (&server, FALSE);
  ws_test_client_send_string (server.client, "early");
  ws_test_client_assert_eof (server.client);
  g_assert_cmpint (server.client->error_number, ==, EPROTO);
  g_assert_cmpuint (server.client->output->len, ==, 0);
  g_assert_cmpint (server.handshake, ==, WS_IO_FAILED);
  server_clear (&server);

  server_init (&server, TRUE);
  shutdown (server.transport->fd, SHUT_RDWR);
  ws_test_client_assert_eof (server.client);
  server_clear (&server);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  if (ws_test_tls_get_mode () == WS_TEST_TLS_NONE)
    g_setenv ("WS_TEST_TLS", "1.3", TRUE);
  test_certificate_init (&authority, "Authority", GNUTLS_PK_ECDSA, NULL, NULL);
  test_certificate_init (&certificate, "localhost", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER, &authority);

  g_test_add_func ("/tls-client/pieces", test_pieces);
  g_test_add_func ("/tls-client/reading", test_reading);
  g_test_add_func ("/tls-client/writing", test_writing);
  g_test_add_func ("/tls-client/client-ends", test_client_ends);
  g_test_add_func ("/tls-client/server-ends", test_server_ends);
  g_test_add_func ("/tls-client/no-handshake", test_no_handshake);
  status = g_test_run ();

  test_certificate_clear (&certificate);
  test_certificate_clear (&authority);
  return status;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/tls-fixture.h"

#define PAYLOAD_BYTES (3 * 1000 * 1000)

static TestCertificate authority;
static TestCertificate server_certificate;
static TestCertificate client_certificate;

/* GIO's client and ours, both asynchronous, in one main loop. */
typedef struct
{
  GMainLoop       *loop;
  GIOStream       *client;
  WsTlsConnection *server;
  GBytes          *payload;
  gboolean         client_done;
  gboolean         server_done;
  guint            n_accepts;
  gboolean         accept;
  GError          *client_error;
  GError          *server_error;
} Fixture;

static GSocketConnection *
make_socket_connection (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  g_assert_no_error (error);

  return g_socket_connection_factory_create_connection (socket);
}

static GTlsCertificate *
make_gio_certificate (const TestCertificate *certificate)
{
  g_autofree char *pem = test_certificate_to_pem (certificate);
  g_autofree char *both = NULL;
  g_autoptr (GError) error = NULL;
  gnutls_datum_t   key;
  GTlsCertificate *made;

  gnutls_x509_privkey_export2_pkcs8 (certificate->key, GNUTLS_X509_FMT_PEM, NULL, 0, &key);
  both = g_strdup_printf ("%s%s", pem, (const char *) key.data);
  gnutls_free (key.data);
  made = g_tls_certificate_new_from_pem (both, -1, &error);
  g_assert_no_error (error);

  return made;
}

static gboolean
accept_certificate_cb (GTlsConnection      *connection,
                       GTlsCertificate     *certificate,
                       GTlsCertificateFlags errors,
                       gpointer             user_data)
{
  Fixture *fixture = user_data;

  fixture->n_accepts++;

  return fixture->accept;
}

static gboolean
accept_any_cb (GTlsConnection      *connection,
               GTlsCertificate     *certificate,
               GTlsCertificateFlags errors,
               gpointer             user_data)
{
  return TRUE;
}

static void
fixture_init (Fixture         *self,
              WsTlsConnection *server,
              int              client_fd)
{
  static const char *const protocols[] = { "http/1.1", NULL };
  g_autoptr (GSocketConnection) base = make_socket_connection (client_fd);
  g_autoptr (GError) error = NULL;
  guint8 *bytes = g_malloc (PAYLOAD_BYTES);

  for (gsize i = 0; i < PAYLOAD_BYTES; i++)
    bytes[i] = (guint8) (i % 251);
  *self = (Fixture){ .loop = g_main_loop_new (NULL, FALSE), .server = server };
  self->payload = g_bytes_new_take (bytes, PAYLOAD_BYTES);
  self->client = g_tls_client_connection_new (G_IO_STREAM (base), NULL, &error);
  g_assert_no_error (error);
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (self->client),
                                             (const char *const *) protocols);
  g_signal_connect (self->client, "accept-certificate", G_CALLBACK (accept_any_cb), NULL);
}

static void
fixture_clear (Fixture *self)
{
  g_main_loop_unref (self->loop);
  g_object_unref (self->client);
  g_assert_finalize_object (self->server);
  g_bytes_unref (self->payload);
  g_clear_error (&self->client_error);
  g_clear_error (&self->server_error);
}

static void
check_done (Fixture *self)
{
  if (self->client_done && self->server_done)
    g_main_loop_quit (self->loop);
}

static void
client_handshake_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  Fixture *self = user_data;

  g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &self->client_error);
  self->client_done = TRUE;
  check_done (self);
}

static void
server_handshake_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  Fixture *self = user_data;

  g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &self->server_error);
  self->server_done = TRUE;
  check_done (self);
}

static void
run_handshake (Fixture *self)
{
  self->client_done = self->server_done = FALSE;
  g_tls_connection_handshake_async (G_TLS_CONNECTION (self->client), 0, NULL, client_handshake_cb, self);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (self->server), 0, NULL, server_handshake_cb, self);
  g_main_loop_run (self->loop);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  gsize n_written;

  g_assert_true (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, &n_written, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_written, ==, PAYLOAD_BYTES);
}

static void
client_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Fixture *self = user_data;
  g_autoptr (GError) error = NULL;
  gsize n_read;

  g_assert_true (g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n_read, &error));
  g_assert_cmpuint (n_read, ==, PAYLOAD_BYTES);
  self->client_done = TRUE;
  check_done (self);
}

static void
server_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Fixture *self = user_data;
  g_autoptr (GError) error = NULL;
  gsize n_read;

  g_assert_true (g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &n_read, &error));
  g_assert_cmpuint (n_read, ==, PAYLOAD_BYTES);
  self->server_done = TRUE;
  check_done (self);
}

static void
closed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Fixture *self = user_data;
  g_autoptr (GError) error = NULL;

  g_io_stream_close_finish (G_IO_STREAM (source), result, &error);

  /* The client's last word may come too late. */
  if (G_OBJECT (self->client) == source)
    {
      self->client_done = TRUE;
    }
  else
    {
      g_assert_no_error (error);
      self->server_done = TRUE;
    }
  check_done (self);
}

/* 3 MB each way at once, then both ends close. */
static void
run_transfer (Fixture *self)
{
  g_autofree guint8 *at_client = g_malloc (PAYLOAD_BYTES);
  g_autofree guint8 *at_server = g_malloc (PAYLOAD_BYTES);
  const guint8      *bytes = g_bytes_get_data (self->payload, NULL);
  GIOStream         *server = G_IO_STREAM (self->server);

  self->client_done = self->server_done = FALSE;
  g_output_stream_write_all_async (g_io_stream_get_output_stream (server), bytes, PAYLOAD_BYTES, 0, NULL,
                                   written_cb, self);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->client), bytes, PAYLOAD_BYTES, 0,
                                   NULL, written_cb, self);
  g_input_stream_read_all_async (g_io_stream_get_input_stream (server), at_server, PAYLOAD_BYTES, 0, NULL,
                                 server_read_cb, self);
  g_input_stream_read_all_async (g_io_stream_get_input_stream (self->client), at_client, PAYLOAD_BYTES, 0,
                                 NULL, client_read_cb, self);
  g_main_loop_run (self->loop);
  g_assert_cmpmem (at_client, PAYLOAD_BYTES, bytes, PAYLOAD_BYTES);
  g_assert_cmpmem (at_server, PAYLOAD_BYTES, bytes, PAYLOAD_BYTES);

  self->client_done = self->server_done = FALSE;
  g_io_stream_close_async (server, 0, NULL, closed_cb, self);
  g_io_stream_close_async (self->client, 0, NULL, closed_cb, self);
  g_main_loop_run (self->loop);
}

static WsTlsContext *
make_context (gboolean request_client_certificate)
{
  g_autofree char *pem = test_certificate_to_pem (&authority);
  g_autoptr (GError) error = NULL;
  WsTlsOptions  options;
  WsTlsContext *context;

  ws_tls_options_init (&options);
  options.request_client_certificate = request_client_certificate;
  options.use_system_trust = FALSE;
  options.client_ca_pem = pem;
  context = ws_tls_context_new (&options, test_credentials_new (&server_certificate), &error);
  g_assert_no_error (error);

  return context;
}

static gboolean
skip_without_backend (void)
{
  if (g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    return FALSE;

  g_test_skip ("GIO has no TLS backend");

  return TRUE;
}

static void
test_echo (void)
{
  g_autoptr (WsTlsContext) context = make_context (FALSE);
  int     fds[2];
  Fixture fixture;

  g_test_summary (
      "GIO's client, asynchronous: handshake, 3 MB both ways, close; and what the properties say");

  if (skip_without_backend ())
    return;

  test_socket_pair (fds);
  fixture_init (&fixture, ws_tls_connection_new_for_fd (fds[0], context), fds[1]);
  run_handshake (&fixture);
  g_assert_no_error (fixture.client_error);
  g_assert_no_error (fixture.server_error);
  g_assert_true (G_IS_TLS_SERVER_CONNECTION (fixture.server));
  g_assert_cmpint (g_tls_connection_get_protocol_version (G_TLS_CONNECTION (fixture.server)), ==,
                   G_TLS_PROTOCOL_VERSION_TLS_1_3);
  g_assert_cmpstr (g_tls_connection_get_negotiated_protocol (G_TLS_CONNECTION (fixture.server)), ==, "http/1.1");
  {
    g_autofree char *suite = g_tls_connection_get_ciphersuite_name (G_TLS_CONNECTION (fixture.server));
    g_autofree char *other = g_tls_connection_get_ciphersuite_name (G_TLS_CONNECTION (fixture.client));
    g_autoptr (GIOStream) base = NULL;

    g_assert_cmpstr (suite, ==, other);
    g_object_get (fixture.server, "base-io-stream", &base, NULL);
    g_assert_true (G_IS_SOCKET_CONNECTION (base));
  }
  run_transfer (&fixture);
  fixture_clear (&fixture);
}

/* By GIO's means only: a base, a certificate, and the client asked for its own. */
static void
check_initable (gboolean accept)
{
  g_autoptr (GTlsCertificate) certificate = make_gio_certificate (&server_certificate);
  g_autoptr (GTlsCertificate) own = make_gio_certificate (&client_certificate);
  g_autoptr (GSocketConnection) base = NULL;
  g_autoptr (GError) error = NULL;
  WsTlsConnection *server;
  int              fds[2];
  Fixture          fixture;

  test_socket_pair (fds);
  base = make_socket_connection (fds[0]);
  server = g_initable_new (WS_TYPE_TLS_CONNECTION, NULL, &error, "base-io-stream", base, "certificate",
                           certificate, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
  g_assert_no_error (error);
  fixture_init (&fixture, server, fds[1]);
  fixture.accept = accept;
  g_signal_connect (server, "accept-certificate", G_CALLBACK (accept_certificate_cb), &fixture);
  g_tls_connection_set_certificate (G_TLS_CONNECTION (fixture.client), own);
  run_handshake (&fixture);
  g_assert_cmpuint (fixture.n_accepts, ==, 1);
  if (accept)
    {
      GTlsCertificate *peer = g_tls_connection_get_peer_certificate (G_TLS_CONNECTION (server));

      g_assert_no_error (fixture.server_error);
      g_assert_true (g_tls_certificate_is_same (peer, own));
      g_assert_cmpint (g_tls_connection_get_peer_certificate_errors (G_TLS_CONNECTION (server)), !=, 0);
      run_transfer (&fixture);
    }
  else
    {
      g_assert_error (fixture.server_error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
    }
  fixture_clear (&fixture);
}

static void
test_initable (void)
{
  g_test_summary ("Made by g_initable_new; accept-certificate has the last word");

  if (skip_without_backend ())
    return;

  check_initable (TRUE);
  check_initable (FALSE);
}

static void
test_binding (void)
{
  g_autoptr (WsTlsContext) context = make_context (FALSE);
  g_autoptr (GByteArray) ours = g_byte_array_new ();
  g_autoptr (GByteArray) theirs = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  int     fds[2];
  Fixture fixture;

  g_test_summary ("Channel bindings are those of the client");

  if (skip_without_backend ())
    return;

  test_socket_pair (fds);
  fixture_init (&fixture, ws_tls_connection_new_for_fd (fds[0], context), fds[1]);
  g_assert_false (g_tls_connection_get_channel_binding_data (
      G_TLS_CONNECTION (fixture.server), G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT, ours, &error));
  g_assert_error (error, G_TLS_CHANNEL_BINDING_ERROR, G_TLS_CHANNEL_BINDING_ERROR_NOT_AVAILABLE);
  g_clear_error (&error);
  run_handshake (&fixture);
  g_assert_true (g_tls_connection_get_channel_binding_data (
      G_TLS_CONNECTION (fixture.server), G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT, ours, &error));
  g_assert_true (g_tls_connection_get_channel_binding_data (
      G_TLS_CONNECTION (fixture.client), G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT, theirs, &error));
  g_assert_cmpmem (ours->data, ours->len, theirs->data, theirs->len);
  fixture_clear (&fixture);
}

static void
test_cancel (void)
{
  g_autoptr (WsTlsContext) context = make_context (FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  int     fds[2];
  Fixture fixture;

  g_test_summary ("A handshake that is cancelled while the client is silent; one with a client that is not TLS");

  if (skip_without_backend ())
    return;

  test_socket_pair (fds);
  fixture_init (&fixture, ws_tls_connection_new_for_fd (fds[0], context), fds[1]);
  fixture.client_done = TRUE;
  g_tls_connection_handshake_async (G_TLS_CONNECTION (fixture.server), 0, cancellable, server_handshake_cb,
                                    &fixture);
  g_cancellable_cancel (cancellable);
  g_main_loop_run (fixture.loop);
  g_assert_error (fixture.server_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&fixture.server_error);

  g_assert_cmpint (send (fds[1], "GET / HTTP/1.0\r\n", 16, 0), ==, 16);
  g_assert_false (
      g_tls_connection_handshake (G_TLS_CONNECTION (fixture.server), NULL, &fixture.server_error));
  g_assert_error (fixture.server_error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS);
  fixture_clear (&fixture);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  test_certificate_init (&authority, "Authority", GNUTLS_PK_ECDSA, NULL, NULL);
  test_certificate_init (&server_certificate, "server.example", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER,
                         &authority);
  test_certificate_init (&client_certificate, "client", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT,
                         &authority);

  g_test_add_func ("/unit/tls-gnutls/tls-connection/echo", test_echo);
  g_test_add_func ("/unit/tls-gnutls/tls-connection/initable", test_initable);
  g_test_add_func ("/unit/tls-gnutls/tls-connection/binding", test_binding);
  g_test_add_func ("/unit/tls-gnutls/tls-connection/cancel", test_cancel);

  result = g_test_run ();
  test_certificate_clear (&authority);
  test_certificate_clear (&server_certificate);
  test_certificate_clear (&client_certificate);

  return result;
}

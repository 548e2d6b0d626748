/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnutls-pair.h"

static const char *const priorities[] = { TLS12, TLS13 };

static gboolean
skip_without_backend (void)
{
  if (g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    return FALSE;

  g_test_skip ("GIO has no TLS backend");

  return TRUE;
}

static void
check_binding (Pair                    *pair,
               GTlsConnection          *connection,
               GTlsChannelBindingType   type,
               gnutls_channel_binding_t client_type)
{
  g_autoptr (GByteArray) ours = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  gnutls_datum_t theirs = { NULL, 0 };

  if (gnutls_session_channel_binding (pair->client, client_type, &theirs) < 0)
    {
      g_assert_false (g_tls_connection_get_channel_binding_data (connection, type, ours, &error));
      g_assert_error (error, G_TLS_CHANNEL_BINDING_ERROR, G_TLS_CHANNEL_BINDING_ERROR_NOT_AVAILABLE);
      return;
    }

  g_assert_true (g_tls_connection_get_channel_binding_data (connection, type, ours, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (ours->data, ours->len, theirs.data, theirs.size);
  gnutls_free (theirs.data);
}

static void
test_bindings (void)
{
  g_test_summary ("Channel bindings are those of the client, and an error before the handshake and after the end");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (WsTlsContext) context = make_context (NULL, &ecdsa_server);
      g_autoptr (GTlsConnection) connection = NULL;
      g_autoptr (GError) error = NULL;
      Pair pair;

      pair_init (&pair, context, priorities[i], NULL);
      connection = ws_tls_transport_dup_connection (pair.tls);
      g_assert_false (g_tls_connection_get_channel_binding_data (
          connection, G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT, NULL, &error));
      g_assert_error (error, G_TLS_CHANNEL_BINDING_ERROR, G_TLS_CHANNEL_BINDING_ERROR_NOT_AVAILABLE);
      g_clear_error (&error);

      pair_open (&pair);
      check_binding (&pair, connection, G_TLS_CHANNEL_BINDING_TLS_UNIQUE, GNUTLS_CB_TLS_UNIQUE);
      check_binding (&pair, connection, G_TLS_CHANNEL_BINDING_TLS_EXPORTER, GNUTLS_CB_TLS_EXPORTER);
      g_assert_true (g_tls_connection_get_channel_binding_data (
          connection, G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT, NULL, &error));
      g_assert_no_error (error);

      pair_clear (&pair);
      g_assert_false (g_tls_connection_get_channel_binding_data (
          connection, G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT, NULL, &error));
      g_assert_error (error, G_TLS_CHANNEL_BINDING_ERROR, G_TLS_CHANNEL_BINDING_ERROR_INVALID_STATE);
    }
}

static void
check_negotiated (GTlsConnection     *connection,
                  GTlsProtocolVersion version,
                  const char         *suite)
{
  g_autofree char *name = g_tls_connection_get_ciphersuite_name (connection);
  g_autoptr (GIOStream) base = NULL;

  g_assert_true (G_IS_TLS_SERVER_CONNECTION (connection));
  g_assert_cmpint (g_tls_connection_get_protocol_version (connection), ==, version);
  g_assert_cmpstr (name, ==, suite);
  g_assert_null (g_tls_connection_get_negotiated_protocol (connection));
  g_object_get (connection, "base-io-stream", &base, NULL);
  g_assert_null (base);
}

static void
test_questions (void)
{
  static const GTlsProtocolVersion versions[] = {
    G_TLS_PROTOCOL_VERSION_TLS_1_2,
    G_TLS_PROTOCOL_VERSION_TLS_1_3,
  };
  g_autofree char *pem = test_certificate_to_pem (&authority);
  WsTlsOptions     options;

  g_test_summary ("What was negotiated and the certificates, also after the transport is freed");

  if (skip_without_backend ())
    return;

  ws_tls_options_init (&options);
  options.request_client_certificate = TRUE;
  options.use_system_trust = FALSE;
  options.client_ca_pem = pem;
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (WsTlsContext) context = make_context (&options, &ecdsa_server);
      g_autoptr (GTlsConnection) connection = NULL;
      g_autofree char *suite = NULL;
      GTlsCertificate *peer;
      Pair             pair;

      pair_init (&pair, context, priorities[i], &foreign_client);
      pair.verdict = TRUE;
      connection = ws_tls_transport_dup_connection (pair.tls);
      check_negotiated (connection, G_TLS_PROTOCOL_VERSION_UNKNOWN, NULL);
      g_assert_null (g_tls_connection_get_peer_certificate (connection));
      g_assert_null (g_tls_connection_get_certificate (connection));

      pair_open (&pair);
      suite = g_strdup (gnutls_ciphersuite_get (pair.client));
      check_negotiated (connection, versions[i], suite);
      peer = g_tls_connection_get_peer_certificate (connection);
      g_assert_nonnull (peer);
      g_assert_true (g_tls_connection_get_peer_certificate (connection) == peer);
      g_assert_cmpint (g_tls_connection_get_peer_certificate_errors (connection), !=, 0);
      g_assert_nonnull (g_tls_connection_get_certificate (connection));
      g_assert_cmpint (g_tls_database_verify_chain (g_tls_connection_get_database (connection), peer,
                                                    G_TLS_DATABASE_PURPOSE_AUTHENTICATE_CLIENT, NULL, NULL,
                                                    G_TLS_DATABASE_VERIFY_NONE, NULL, NULL),
                       ==, G_TLS_CERTIFICATE_UNKNOWN_CA);

      pair_clear (&pair);
      check_negotiated (connection, versions[i], suite);
      g_assert_true (g_tls_connection_get_peer_certificate (connection) == peer);
      g_assert_cmpint (g_tls_connection_get_peer_certificate_errors (connection), !=, 0);
    }
}

static void
keep_handshake_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  GError **error = user_data;

  g_assert_false (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, error));
}

static void
test_refused (void)
{
  g_autoptr (WsTlsContext) context = make_context (NULL, &ecdsa_server);
  g_autoptr (GTlsConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  GIOStream *stream;
  char       byte = 'x';
  gssize     result;
  Pair       pair;

  g_test_summary ("Reading, writing, handshaking and closing past the WebSocket are refused; its own go on");

  pair_init (&pair, context, TLS13, NULL);
  pair_open (&pair);
  connection = ws_tls_transport_dup_connection (pair.tls);
  stream = G_IO_STREAM (connection);

  result = g_input_stream_read (g_io_stream_get_input_stream (stream), &byte, 1, NULL, &error);
  g_assert_cmpint (result, ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "ws_connection_close()"));
  g_clear_error (&error);
  result = g_output_stream_write (g_io_stream_get_output_stream (stream), &byte, 1, NULL, &error);
  g_assert_cmpint (result, ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_false (g_tls_connection_handshake (connection, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_tls_connection_handshake_async (connection, G_PRIORITY_DEFAULT, NULL, keep_handshake_cb, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_false (g_io_stream_close (stream, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);

  g_test_expect_message ("WsServer", G_LOG_LEVEL_CRITICAL, "*GTlsConnection:require-close-notify cannot be set");
  g_tls_connection_set_require_close_notify (connection, TRUE);
  g_test_assert_expected_messages ();

  check_echo (&pair);
  pair_clear (&pair);
}

static void
test_life (void)
{
  g_autoptr (WsTlsContext) context = make_context (NULL, &ecdsa_server);
  GTlsConnection *connection;
  GTlsConnection *again;
  Pair            pair;

  g_test_summary ("One object for a transport, made when it is asked for, which does not keep the transport");

  pair_init (&pair, context, TLS13, NULL);
  g_assert_null (pair.tls->connection);
  connection = ws_tls_transport_dup_connection (pair.tls);
  again = ws_tls_transport_dup_connection (pair.tls);
  g_assert_true (connection == again);
  g_object_unref (again);
  g_assert_finalize_object (connection);
  g_assert_null (pair.tls->connection);
  pair_open (&pair);
  pair_clear (&pair);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  make_certificates ();

  g_test_add_func ("/unit/tls-gnutls/gnutls-transport-connection/bindings", test_bindings);
  g_test_add_func ("/unit/tls-gnutls/gnutls-transport-connection/questions", test_questions);
  g_test_add_func ("/unit/tls-gnutls/gnutls-transport-connection/refused", test_refused);
  g_test_add_func ("/unit/tls-gnutls/gnutls-transport-connection/life", test_life);

  result = g_test_run ();
  clear_certificates ();

  return result;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "ws-test-tls-peer.h"

/* A server over TLS: what it listens with, what a client gets, and how it ends. */

static WsTestIdentity *identity;

/* --- listening ------------------------------------------------------------------------------- */

static WsTestServer *
new_plain_server (void)
{
  WsTestServer *server = ws_test_server_new ();

  g_assert_true (ws_server_set_local_host (server->server, "127.0.0.1", NULL));
  return server;
}

static WsCertificate *
new_certificate_without_key (void)
{
  g_autofree char *pem = ws_test_identity_to_pem (identity, FALSE);
  g_autoptr (GBytes) encoded = g_bytes_new (pem, strlen (pem));
  g_autoptr (GError) error = NULL;
  WsCertificate *certificate = ws_certificate_new_from_encoded (encoded, &error);

  g_assert_no_error (error);
  return certificate;
}

static void
test_no_certificate (void)
{
  g_autoptr (WsTestServer) server = new_plain_server ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("use-ssl without ssl-cert: listening fails with 282, and the text says what is missing.");

  g_assert_true (ws_server_set_use_ssl (server->server, TRUE, &error));
  g_assert_no_error (error);
  g_assert_false (ws_server_start_listening (server->server, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_SERVER_CERT_NOT_FOUND);
  g_assert_cmpint (error->code, ==, 282);
  g_assert_nonnull (strstr (error->message, "[282]"));
  g_assert_nonnull (strstr (error->message, "ssl-cert"));
  g_assert_false (ws_server_get_listening (server->server));
}

static void
test_no_key (void)
{
  g_autoptr (WsTestServer) server = new_plain_server ();
  g_autoptr (WsCertificate) certificate = new_certificate_without_key ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A certificate without its key: listening fails with 273, and the text names it.");

  g_assert_true (ws_server_set_ssl_cert (server->server, certificate, &error));
  g_assert_true (ws_server_set_use_ssl (server->server, TRUE, &error));
  g_assert_no_error (error);
  g_assert_false (ws_server_start_listening (server->server, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CREDENTIALS);
  g_assert_cmpint (error->code, ==, 273);
  g_assert_nonnull (strstr (error->message, "key"));
  g_assert_nonnull (strstr (error->message, "server.example"));
  g_assert_false (ws_server_get_listening (server->server));

  /* It is no dead end. */
  g_clear_error (&error);
  ws_test_server_set_identity (server, identity);
  ws_test_server_listen (server);
}

static void
test_defaults (void)
{
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (WsCertificate) certificate = NULL;
  gboolean      use_ssl = TRUE;
  gboolean      authenticate = TRUE;
  WsSslProvider provider = WS_SSL_PROVIDER_INTERNAL;

  g_test_summary ("TLS is off by default.");

  g_object_get (server, "use-ssl", &use_ssl, "ssl-cert", &certificate, "ssl-authenticate-clients",
                &authenticate, "ssl-provider", &provider, NULL);
  g_assert_false (use_ssl);
  g_assert_null (certificate);
  g_assert_false (authenticate);
  g_assert_cmpint (provider, ==, WS_SSL_PROVIDER_AUTOMATIC);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  (*(guint *) user_data)++;
}

static void
test_notifies (void)
{
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (WsCertificate) certificate = ws_test_identity_to_certificate (identity);
  guint n_notifies = 0;

  g_test_summary ("The properties notify once for each change, by setter or by name.");

  g_signal_connect (server, "notify", G_CALLBACK (count_cb), &n_notifies);
  g_object_set (server, "use-ssl", TRUE, NULL);
  g_object_set (server, "use-ssl", TRUE, NULL);
  g_assert_cmpuint (n_notifies, ==, 1);
  g_object_set (server, "ssl-cert", certificate, NULL);
  g_assert_true (ws_server_set_ssl_cert (server, certificate, NULL));
  g_assert_true (ws_server_get_ssl_cert (server) == certificate);
  g_assert_cmpuint (n_notifies, ==, 2);
  g_object_set (server, "ssl-authenticate-clients", TRUE, NULL);
  g_object_set (server, "ssl-authenticate-clients", TRUE, NULL);
  g_assert_cmpuint (n_notifies, ==, 3);
  g_object_set (server, "ssl-provider", WS_SSL_PROVIDER_INTERNAL, NULL);
  g_object_set (server, "ssl-provider", WS_SSL_PROVIDER_INTERNAL, NULL);
  g_assert_cmpuint (n_notifies, ==, 4);
  g_object_set (server, "ssl-cert", NULL, NULL);
  g_assert_null (ws_server_get_ssl_cert (server));
  g_assert_cmpuint (n_notifies, ==, 5);
}

/* --- serving --------------------------------------------------------------------------------- */

typedef struct
{
  const char *path;
  const char *priority;
  const char *version;
  const char *cipher_suite;
  const char *cipher;
  const char *cipher_bits;
  const char *key_exchange;
  const char *key_exchange_bits;
} NegotiatedCase;

static const NegotiatedCase negotiated_cases[] = {
  { "/integration/tls/negotiated/1.3", WS_TEST_TLS13 ":-CIPHER-ALL:+AES-256-GCM:-GROUP-ALL:+GROUP-SECP256R1", "TLSv1.3",
    "TLS_AES_256_GCM_SHA384", "AES-256-GCM", "256", "ECDHE-ECDSA", "256" },
  { "/integration/tls/negotiated/1.3-chacha", WS_TEST_TLS13 ":-CIPHER-ALL:+CHACHA20-POLY1305:-GROUP-ALL:+GROUP-X25519", "TLSv1.3",
    "TLS_CHACHA20_POLY1305_SHA256", "CHACHA20-POLY1305", "256", "ECDHE-ECDSA", "255" },
  { "/integration/tls/negotiated/1.2", WS_TEST_TLS12 ":-CIPHER-ALL:+AES-128-GCM:-GROUP-ALL:+GROUP-SECP384R1", "TLSv1.2",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "AES-128-GCM", "128", "ECDHE-ECDSA", "384" },
};

static char *
get_negotiated (WsTestServer *server,
                WsConnection *connection,
                const char   *setting)
{
  g_autofree char *question = g_strdup_printf ("%s[%s]", setting,
                                               ws_connection_get_connection_id (connection));
  g_autoptr (GError) error = NULL;
  char *value = ws_server_config (server->server, question, &error);

  g_assert_no_error (error);
  return value;
}

static void
assert_negotiated (WsTestServer *server,
                   const char   *setting,
                   const char   *expected)
{
  g_autofree char *value = get_negotiated (server, ws_test_server_get (server, 1), setting);

  g_assert_cmpstr (value, ==, expected);
}

static void
test_negotiated (gconstpointer user_data)
{
  const NegotiatedCase *negotiated = user_data;
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  WsTestTlsOptions options = { .priority = negotiated->priority, .application_protocol = "http/1.1" };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, &options);
  g_autofree char *version = NULL;
  g_autofree char *suite = NULL;
  g_autoptr (WsCertificate) certificate = NULL;
  gnutls_datum_t protocol = { NULL, 0 };

  g_test_summary ("The negotiated parameters are properties and settings of the connection, and messages are echoed.");

  ws_test_tls_peer_assert_echo (peer, "sealed");
  g_object_get (ws_test_server_get (server, 1), "tls-protocol", &version, "tls-cipher-suite", &suite, "peer-certificate",
                &certificate, NULL);
  g_assert_cmpstr (version, ==, negotiated->version);
  g_assert_cmpstr (suite, ==, negotiated->cipher_suite);
  g_assert_null (certificate);
  assert_negotiated (server, "SSLNegotiatedVersion", negotiated->version);
  assert_negotiated (server, "SSLNegotiatedCipherSuite", negotiated->cipher_suite);
  assert_negotiated (server, "SSLNegotiatedCipher", negotiated->cipher);
  assert_negotiated (server, "SSLNegotiatedCipherStrength", negotiated->cipher_bits);
  assert_negotiated (server, "SSLNegotiatedKeyExchange", negotiated->key_exchange);
  assert_negotiated (server, "SSLNegotiatedKeyExchangeStrength", negotiated->key_exchange_bits);
  g_assert_cmpint (gnutls_alpn_get_selected_protocol (peer->session, &protocol), ==, 0);
  g_assert_cmpmem (protocol.data, protocol.size, "http/1.1", 8);

  ws_test_tls_peer_close_web_socket (peer);
  g_assert_true (peer->clean);
  ws_test_server_wait_for (server, "disconnected #1 1000");
}

static void
test_negotiated_in_plain_text (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  g_test_summary ("Without TLS the negotiated parameters are empty or 0.");

  g_assert_cmpstr (ws_connection_get_tls_protocol (ws_test_server_get (server, 1)), ==, "");
  g_assert_cmpstr (ws_connection_get_tls_cipher_suite (ws_test_server_get (server, 1)), ==, "");
  assert_negotiated (server, "SSLNegotiatedVersion", "");
  assert_negotiated (server, "SSLNegotiatedCipherSuite", "");
  assert_negotiated (server, "SSLNegotiatedCipher", "");
  assert_negotiated (server, "SSLNegotiatedCipherStrength", "0");
  assert_negotiated (server, "SSLNegotiatedKeyExchange", "");
  assert_negotiated (server, "SSLNegotiatedKeyExchangeStrength", "0");
}

static void
test_large_messages (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, "BufferMessage=True", NULL);
  WsTestTlsOptions options = { .priority = user_data };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, &options);
  g_autofree char *pattern = ws_test_pattern (3000000);

  g_test_summary ("Messages of many records are echoed whole and in order.");

  ws_test_server_config (server, "MaxFrameSize=4000000");
  for (guint i = 0; i < 3; i++)
    ws_test_tls_peer_send_frame (peer, WS_OPCODE_BINARY, pattern, 1000000 * i + 70000);
  for (guint i = 0; i < 3; i++)
    ws_test_tls_peer_assert_frame (peer, WS_OPCODE_BINARY, pattern, 1000000 * i + 70000);
}

static void
test_unix_socket (void)
{
  g_autofree char *folder = g_dir_make_tmp ("ws-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "tls", NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (WsTestTlsPeer) peer = NULL;

  g_test_summary ("TLS works over a Unix socket.");

  g_assert_true (ws_server_set_local_host (server->server, path, NULL));
  ws_test_server_set_identity (server, identity);
  ws_server_set_use_ssl (server->server, TRUE, NULL);
  ws_test_server_listen (server);
  server->echo = TRUE;
  peer = ws_test_tls_peer_new_for_address (address, NULL);
  ws_test_tls_peer_open (peer);
  ws_test_tls_peer_assert_echo (peer, "local");
  ws_server_stop_listening (server->server);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_max_connections (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, "MaxConnections=1", NULL);
  g_autoptr (WsTestTlsPeer) first = ws_test_tls_peer_new_open (server, NULL);
  g_autoptr (WsTestTlsPeer) second = ws_test_tls_peer_new (server, NULL);
  g_autoptr (WsTestTlsPeer) third = NULL;
  g_autofree char *request = ws_test_handshake ("/", NULL);

  g_test_summary ("A client over MaxConnections receives a 503 over TLS; there is room again when another client leaves.");

  ws_test_tls_peer_handshake (second);
  ws_test_tls_peer_send (second, request, strlen (request));
  ws_test_wait_until (second->eof);
  g_assert_true (second->clean);
  g_assert_nonnull (g_strstr_len ((const char *) second->input->data, second->input->len, "HTTP/1.1 503 "));
  ws_test_tls_peer_assert_echo (first, "stays");
  ws_test_tls_peer_close_web_socket (first);
  ws_test_tls_peer_close (first);
  ws_test_tls_peer_close (second);
  ws_test_settle ();
  third = ws_test_tls_peer_new_open (server, NULL);
  ws_test_tls_peer_assert_echo (third, "next");
}

static void
test_plain_http (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (WsTestResponse) response = NULL;
  g_autofree char *body = NULL;

  g_test_summary (
      "A plain HTTP request to the TLS port is answered with the reason, which the error repeats.");

  ws_test_client_send_handshake (client, "/", NULL);
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 400);
  body = g_strndup (g_bytes_get_data (response->body, NULL), g_bytes_get_size (response->body));
  g_assert_true (g_str_has_suffix (body, "\n"));
  g_assert_nonnull (strstr (body, "wss://"));
  ws_test_client_assert_eof (client);
  g_assert_cmpint (client->error_number, ==, 0);
  ws_test_server_wait_for (server, "error #1 276 ");
  g_assert_nonnull (strstr (g_ptr_array_index (server->events, server->events->len - 1), "HTTP"));
}

static void
test_plain_http_long (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (WsTestResponse) response = NULL;
  g_autofree char *pattern = ws_test_pattern (2000000);

  g_test_summary ("The client reads that answer even if it sends more than the server reads.");

  ws_test_client_send_string (client, "POST /upload HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n");
  ws_test_client_send (client, pattern, 2000000);
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 400);
}

static void
test_not_tls (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("Input that is neither TLS nor HTTP is error 276.");

  ws_test_client_send_string (client, "\x01\x02\x03 neither this nor that");
  ws_test_wait_until (client->eof);
  ws_test_server_wait_for (server, "error #1 276 [276] TLS handshake: ");
}

/* --- a change while listening ---------------------------------------------------------------- */

static void
test_switch_on_and_off (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) plain = ws_test_server_open (server);
  g_autoptr (WsTestTlsPeer) sealed = NULL;
  g_autoptr (WsTestClient) later = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("use-ssl applies to new clients, and connected clients stay; without a certificate it is refused.");

  server->echo = TRUE;
  g_assert_false (ws_server_set_use_ssl (server->server, TRUE, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_SERVER_CERT_NOT_FOUND);
  g_assert_false (ws_server_get_use_ssl (server->server));
  g_object_set (server->server, "use-ssl", TRUE, NULL);
  g_assert_false (ws_server_get_use_ssl (server->server));
  g_assert_cmpuint (ws_test_server_count (server, "error - 282 "), ==, 1);
  ws_test_server_forget (server);

  ws_test_server_set_identity (server, identity);
  g_assert_true (ws_server_set_use_ssl (server->server, TRUE, NULL));
  sealed = ws_test_tls_peer_new_open (server, NULL);
  ws_test_tls_peer_assert_echo (sealed, "sealed");
  ws_test_client_send_text (plain, "plain");
  ws_test_client_assert_text (plain, "plain");

  g_assert_true (ws_server_set_use_ssl (server->server, FALSE, NULL));
  ws_test_server_forget (server);
  later = ws_test_server_open (server);
  ws_test_client_send_text (later, "later");
  ws_test_client_assert_text (later, "later");
  ws_test_tls_peer_assert_echo (sealed, "still sealed");
}

static void
assert_shown (WsTestServer *server,
              const char   *name)
{
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, NULL);
  g_autofree char *shown = ws_test_tls_peer_dup_shown_name (peer);

  g_assert_cmpstr (shown, ==, name);
  ws_test_tls_peer_close_web_socket (peer);
  ws_test_tls_peer_close (peer);
  ws_test_settle ();
  ws_test_server_forget (server);
}

static void
test_bad_certificate_while_listening (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, NULL);
  WsCertificate *good = ws_server_get_ssl_cert (server->server);
  g_autoptr (WsCertificate) bad = new_certificate_without_key ();
  guint n_notifies = 0;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A certificate that cannot be served is refused, and the current one stays.");

  g_signal_connect (server->server, "notify::ssl-cert", G_CALLBACK (count_cb), &n_notifies);
  g_assert_false (ws_server_set_ssl_cert (server->server, bad, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CREDENTIALS);
  g_assert_true (ws_server_get_ssl_cert (server->server) == good);
  g_clear_error (&error);
  g_assert_false (ws_server_set_ssl_cert (server->server, NULL, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_SERVER_CERT_NOT_FOUND);
  g_assert_true (ws_server_get_ssl_cert (server->server) == good);
  g_object_set (server->server, "ssl-cert", bad, NULL);
  g_assert_true (ws_server_get_ssl_cert (server->server) == good);
  g_assert_cmpuint (ws_test_server_count (server, "error - 273 "), ==, 1);
  g_assert_cmpuint (n_notifies, ==, 0);
  ws_test_server_forget (server);

  ws_test_tls_peer_assert_echo (peer, "stays");
  ws_test_server_forget (server);
  assert_shown (server, "server.example");
}

typedef struct
{
  const char *path;
  const char *setting;
  const char *before;
  int         code;
} BadSettingCase;

static const BadSettingCase bad_settings[] = {
  { "/integration/tls/while-listening/bad-suites", "SSLEnabledCipherSuites=TLS_NO_SUCH_SUITE", "*",
    WS_ERROR_CREDENTIALS },
  { "/integration/tls/while-listening/bad-protocols", "SSLEnabledProtocols=12", "15360",
    WS_ERROR_TLS_LIBRARY },
  { "/integration/tls/while-listening/no-protocols", "SSLEnabledProtocols=0", "15360", WS_ERROR_TLS_LIBRARY },
  { "/integration/tls/while-listening/bad-groups", "TLS13SupportedGroups=none", NULL, WS_ERROR_CREDENTIALS },
  { "/integration/tls/while-listening/bad-signatures", "TLS12SignatureAlgorithms=none", NULL,
    WS_ERROR_CREDENTIALS },
  { "/integration/tls/while-listening/bad-chain", "SSLCACerts=no PEM", "", WS_ERROR_CERT_STORE },
  { "/integration/tls/while-listening/bad-key-log", "SSLKeyLogFile=/nonexistent/folder/log", "", 0 },
};

static void
test_bad_setting (gconstpointer user_data)
{
  const BadSettingCase *bad = user_data;
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, NULL);
  g_auto (GStrv) parts = g_strsplit (bad->setting, "=", 2);
  g_autofree char *before = ws_server_config (server->server, parts[0], NULL);
  g_autofree char *after = NULL;
  g_autofree char *value = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A setting that cannot be served is refused with an error that names it, and the old value stays.");

  if (bad->before != NULL)
    g_assert_cmpstr (before, ==, bad->before);
  value = ws_server_config (server->server, bad->setting, &error);
  g_assert_null (value);
  g_assert_nonnull (error);
  g_assert_true (error->domain == WS_ERROR);
  if (bad->code != 0)
    g_assert_cmpint (error->code, ==, bad->code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, parts[0]));
  g_assert_nonnull (strstr (error->message, parts[1]));
  after = ws_server_config (server->server, parts[0], NULL);
  g_assert_cmpstr (after, ==, before);
  ws_test_tls_peer_assert_echo (peer, "stays");
  ws_test_server_forget (server);
  assert_shown (server, "server.example");
}

static void
test_setting_while_listening (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_autoptr (WsTestTlsPeer) before = ws_test_tls_peer_new_open (server, NULL);
  g_autoptr (WsTestTlsPeer) after = NULL;

  g_test_summary ("A setting applies to new clients, and connected clients stay.");

  ws_test_server_config (server, "SSLEnabledProtocols=3072");
  after = ws_test_tls_peer_new_open (server, NULL);
  g_assert_cmpstr (ws_connection_get_tls_protocol (ws_test_server_get (server, 1)), ==, "TLSv1.3");
  g_assert_cmpstr (ws_connection_get_tls_protocol (ws_test_server_get (server, 2)), ==, "TLSv1.2");
  ws_test_tls_peer_assert_echo (before, "before");
  ws_test_tls_peer_assert_echo (after, "after");
}

/* --- time limits and endings ------------------------------------------------------------------ */

static const char timed_out[] = " 276 [276] TLS handshake: the client did not finish it within HandshakeTimeout";
static const char client_hello_start[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

static void
test_handshake_timeout (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, "HandshakeTimeout=1", NULL);
  g_autoptr (WsTestClient) silent = ws_test_server_connect (server);
  g_autoptr (WsTestClient) stalled = ws_test_server_connect (server);
  g_autoptr (WsTestTlsPeer) late = ws_test_tls_peer_new (server, NULL);

  g_test_summary ("A client that does not complete the handshake within HandshakeTimeout is dropped, with an error only if the handshake had begun.");

  ws_test_tls_peer_set_reading (late, FALSE);
  ws_test_client_send (stalled, client_hello_start, sizeof client_hello_start - 1);
  ws_test_wait_until (silent->eof && stalled->eof);
  ws_test_wait_until (ws_test_server_count (server, "error") == 2);
  ws_test_settle ();
  for (guint i = 0; i < server->events->len; i++)
    if (g_str_has_prefix (server->events->pdata[i], "error"))
      g_assert_nonnull (strstr (server->events->pdata[i], timed_out));
  ws_test_tls_peer_set_reading (late, TRUE);
  ws_test_wait_until (late->eof);
  g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, 0);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected"), ==, 0);
}

static void
test_shutdown_in_handshake (void)
{
  WsTestTlsOptions options = { .wire_limit = 200 };

  g_test_summary ("The server can be shut down or dropped with clients at every stage of the handshake.");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
      g_autoptr (WsTestClient) silent = ws_test_server_connect (server);
      g_autoptr (WsTestTlsPeer) in_hello = ws_test_tls_peer_new (server, &options);
      g_autoptr (WsTestTlsPeer) done = NULL;
      g_autoptr (WsTestTlsPeer) open = ws_test_tls_peer_new_open (server, NULL);

      done = ws_test_tls_peer_new (server, NULL);
      ws_test_tls_peer_handshake (done);
      ws_test_settle ();
      if (i == 0)
        ws_server_shutdown (server->server);
      else
        {
          g_signal_handlers_disconnect_by_data (server->server, server);
          g_clear_object (&server->server);
        }
      ws_test_wait_until (silent->eof && in_hello->eof && done->eof);
      if (i == 0)
        {
          ws_test_wait_until (open->input->len >= 4 || open->eof);
          g_assert_cmpmem (open->input->data + 2, open->input->len > 4 ? 2 : 0, "\x03\xe9", 2); /* 1001 */
        }
      ws_test_tls_peer_close (open);
      ws_test_settle ();
    }
}

static void
test_knocks (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);

  g_test_summary ("A client that connects and leaves without a byte, or in the middle of the handshake, causes no error signal.");

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (WsTestClient) client = ws_test_server_connect (server);

      ws_test_settle ();
      if (i >= 2)
        {
          ws_test_client_send (client, client_hello_start, sizeof client_hello_start - 1);
          ws_test_settle ();
        }
      if (i % 2 == 0)
        ws_test_client_close (client);
      else
        ws_test_client_reset (client);
      ws_test_settle ();
    }
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 0);
  g_assert_cmpuint (ws_test_server_count (server, "connection-request"), ==, 4);
}

static void
test_nothing_in_common (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  WsTestTlsOptions options = { .priority = WS_TEST_TLS12 ":-CIPHER-ALL:+AES-256-CBC:-MAC-ALL:+SHA1:-KX-ALL:+RSA" };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new (server, &options);

  g_test_summary ("A client with no suite in common gets an alert, and the error 276 says so.");

  ws_test_tls_peer_assert_refused (peer, GNUTLS_A_HANDSHAKE_FAILURE);
  ws_test_server_wait_for (server, "error #1 276 ");
  g_test_message ("%s", (const char *) g_ptr_array_index (server->events, server->events->len - 1));
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 1);
}

static void
test_alert_from_client (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  WsTestTlsOptions options = { .priority = WS_TEST_TLS12 };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new (server, &options);

  g_test_summary ("The error repeats the alert of a client that does not trust the server.");

  gnutls_alert_send (peer->session, GNUTLS_AL_FATAL, GNUTLS_A_UNKNOWN_CA);
  ws_test_server_wait_for (server, "error #1 276 ");
  g_assert_nonnull (strstr (g_ptr_array_index (server->events, server->events->len - 1), "CA is unknown"));
}

/* --- the story -------------------------------------------------------------------------------- */

static void
status_cb (WsServer     *server,
           WsConnection *connection,
           const char   *message,
           gpointer      user_data)
{
  g_assert_true (WS_IS_CONNECTION (connection));
  g_string_append_printf (user_data, "%s\n", message);
}

static void
test_status (void)
{
  g_autoptr (GString) story = g_string_new (NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  WsTestTlsOptions options = { .priority = WS_TEST_TLS13, .server_name = "Server.Example" };
  g_autoptr (WsTestTlsPeer) early = ws_test_tls_peer_new_open (server, NULL);
  g_autoptr (WsTestTlsPeer) peer = NULL;

  g_test_summary ("ssl-status has lines from the ClientHello to the end for a client that connected with a handler present.");

  g_signal_connect (server->server, "ssl-status", G_CALLBACK (status_cb), story);
  ws_test_tls_peer_close_web_socket (early);
  ws_test_tls_peer_close (early);
  ws_test_settle ();
  g_assert_cmpstr (story->str, ==, "");

  peer = ws_test_tls_peer_new_open (server, &options);
  ws_test_tls_peer_close_web_socket (peer);
  ws_test_settle ();
  g_test_message ("%s", story->str);
  g_assert_true (g_str_has_prefix (story->str, "Received ClientHello: TLSv1.3, "));
  g_assert_nonnull (strstr (story->str, "server name server.example"));
  g_assert_nonnull (strstr (story->str, "\nSent SERVER HELLO\n"));
  g_assert_nonnull (strstr (story->str, "\nReceived FINISHED\n"));
  g_assert_nonnull (strstr (story->str, "\nTLS handshake complete: TLSv1.3, TLS_AES_"));
  g_assert_nonnull (strstr (story->str, "\nEnded this side\n"));
  g_assert_null (strstr (story->str, "Packet"));
}

static void
test_log_packets (void)
{
  g_autoptr (GString) story = g_string_new (NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, "LogSSLPackets=True", NULL);
  g_autoptr (WsTestTlsPeer) peer = NULL;

  g_test_summary ("With LogSSLPackets every packet is logged, in both directions.");

  g_signal_connect (server->server, "ssl-status", G_CALLBACK (status_cb), story);
  peer = ws_test_tls_peer_new_open (server, NULL);
  g_assert_nonnull (strstr (story->str, "Packet received, "));
  g_assert_nonnull (strstr (story->str, "Packet sent, "));
  g_string_truncate (story, 0);
  ws_test_tls_peer_assert_echo (peer, "told");
  g_assert_nonnull (strstr (story->str, "Packet received, "));
  g_assert_nonnull (strstr (story->str, "Packet sent, "));
  g_assert_null (strstr (story->str, "told"));
}

static void
test_status_in_log (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, "LogLevel=2", NULL);
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, NULL);

  g_test_summary ("A verbose log has the lines of ssl-status.");

  g_assert_true (ws_test_server_has_log (server, "TLS: Received ClientHello"));
  g_assert_true (ws_test_server_has_log (server, "TLS: TLS handshake complete"));
}

static void
add_tables (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (negotiated_cases); i++)
    g_test_add_data_func (negotiated_cases[i].path, &negotiated_cases[i], test_negotiated);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_settings); i++)
    g_test_add_data_func (bad_settings[i].path, &bad_settings[i], test_bad_setting);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  identity = ws_test_identity_new ("server.example", WS_TEST_IDENTITY_SERVER, NULL);

  g_test_add_func ("/integration/tls/listening/no-certificate", test_no_certificate);
  g_test_add_func ("/integration/tls/listening/no-key", test_no_key);
  g_test_add_func ("/integration/tls/listening/defaults", test_defaults);
  g_test_add_func ("/integration/tls/listening/notifies", test_notifies);
  g_test_add_func ("/integration/tls/negotiated/plain-text", test_negotiated_in_plain_text);
  g_test_add_data_func ("/integration/tls/large-messages/1.2", WS_TEST_TLS12, test_large_messages);
  g_test_add_data_func ("/integration/tls/large-messages/1.3", WS_TEST_TLS13, test_large_messages);
  g_test_add_func ("/integration/tls/unix-socket", test_unix_socket);
  g_test_add_func ("/integration/tls/max-connections", test_max_connections);
  g_test_add_func ("/integration/tls/plain-http/request", test_plain_http);
  g_test_add_func ("/integration/tls/plain-http/long", test_plain_http_long);
  g_test_add_func ("/integration/tls/not-tls", test_not_tls);
  g_test_add_func ("/integration/tls/while-listening/use-ssl", test_switch_on_and_off);
  g_test_add_func ("/integration/tls/while-listening/bad-certificate", test_bad_certificate_while_listening);
  g_test_add_func ("/integration/tls/while-listening/setting", test_setting_while_listening);
  g_test_add_func ("/integration/tls/handshake-timeout", test_handshake_timeout);
  g_test_add_func ("/integration/tls/shutdown-in-handshake", test_shutdown_in_handshake);
  g_test_add_func ("/integration/tls/knocks", test_knocks);
  g_test_add_func ("/integration/tls/nothing-in-common", test_nothing_in_common);
  g_test_add_func ("/integration/tls/alert-from-client", test_alert_from_client);
  g_test_add_func ("/integration/tls/status/lines", test_status);
  g_test_add_func ("/integration/tls/status/packets", test_log_packets);
  g_test_add_func ("/integration/tls/status/log", test_status_in_log);
  add_tables ();

  result = g_test_run ();
  ws_test_identity_free (identity);
  return result;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* For WsConnection:tls-connection. */
#define WS_VERSION_MAX_ALLOWED WS_VERSION_1_2

#include "tls-client.h"

#include <glib/gstdio.h>

/* TLS as properties, events and fields have it. Its settings are in test-tls-settings.c. */

/* --- properties ------------------------------------------------------------------------------ */

static void
test_no_certificate (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autoptr (WsCertificate) without_key = NULL;
  g_autofree char *path = get_sample_path ("rsa.pem");
  g_autoptr (GError) error = NULL;

  g_test_summary ("TLS without a certificate is error 282, with a certificate without key 273; plain text needs none.");

  g_assert_true (ws_server_set_use_ssl (server->server, TRUE, &error));
  g_assert_false (ws_server_start_listening (server->server, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_SERVER_CERT_NOT_FOUND);
  g_clear_error (&error);

  without_key = ws_certificate_new_from_file (path, &error);
  g_assert_true (ws_server_set_ssl_cert (server->server, without_key, &error));
  g_assert_false (ws_server_start_listening (server->server, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CREDENTIALS);
  g_clear_error (&error);

  g_assert_true (ws_server_set_use_ssl (server->server, FALSE, &error));
  g_assert_true (ws_server_start_listening (server->server, &error));
  g_assert_no_error (error);
  g_object_set (server->server, "ssl-cert", NULL, "use-ssl", TRUE, NULL);
  g_assert_false (ws_server_get_use_ssl (server->server));
  g_assert_cmpuint (ws_test_server_count (server, "error - 282 "), ==, 1);
}

static void
test_change_while_listening (void)
{
  g_autoptr (WsTestServer) server = new_tls_server ("chain.pem", NULL, NULL);
  g_autoptr (WsCertificate) other = open_sample ("ec-both.pem");
  g_autoptr (GError) error = NULL;
  TlsClient client = { 0 };

  g_test_summary ("A new certificate, or none, applies to clients that connect afterwards.");

  assert_served (server, &client);
  g_assert_nonnull (strstr (client.subject, "www.example.com"));
  g_assert_true (ws_server_set_ssl_cert (server->server, other, &error));
  assert_served (server, &client);
  g_assert_nonnull (strstr (client.subject, "Curves"));
  g_assert_false (ws_server_set_ssl_cert (server->server, NULL, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_SERVER_CERT_NOT_FOUND);
  g_assert_true (ws_server_get_ssl_cert (server->server) == other);
}

static void
test_providers (void)
{
  g_autoptr (WsTestServer) server = new_tls_server (NULL, NULL, NULL);
  g_autofree char *value = NULL;
  g_autoptr (GError) error = NULL;
  TlsClient client = { 0 };

  g_test_summary ("AUTOMATIC and INTERNAL serve; UseInternalSecurityAPI is the provider INTERNAL.");

  g_assert_cmpint (ws_server_get_ssl_provider (server->server), ==, WS_SSL_PROVIDER_AUTOMATIC);
  assert_served (server, &client);
  ws_test_server_config (server, "UseInternalSecurityAPI=True");
  g_assert_cmpint (ws_server_get_ssl_provider (server->server), ==, WS_SSL_PROVIDER_INTERNAL);
  assert_served (server, &client);
  ws_test_server_config (server, "UseInternalSecurityAPI=False");
  g_assert_cmpint (ws_server_get_ssl_provider (server->server), ==, WS_SSL_PROVIDER_AUTOMATIC);
  g_assert_true (ws_server_set_ssl_provider (server->server, WS_SSL_PROVIDER_INTERNAL, &error));
  g_assert_no_error (error);
  value = ws_server_config (server->server, "UseInternalSecurityAPI", NULL);
  g_assert_cmpstr (value, ==, "True");
}

static void
count_request_cb (WsServer               *server,
                  WsConnection           *connection,
                  WsSslConnectionRequest *request,
                  gpointer                user_data)
{
  (*(guint *) user_data)++;
}

static void
count_status_cb (WsServer     *server,
                 WsConnection *connection,
                 const char   *message,
                 gpointer      user_data)
{
  (*(guint *) user_data)++;
}

static void
test_platform (void)
{
  g_autoptr (WsTestServer) server = new_tls_server ("chain.pem", NULL, NULL);
  g_autoptr (GError) error = NULL;
  TlsClient client = { 0 };
  guint     n_requests = 0;
  guint     n_statuses = 0;
  guint     n_with_packets = 0;
  gulong    handler;

  g_test_summary ("PLATFORM serves too; SSLConnectionRequest does not fire then, and LogSSLPackets has no effect.");

  g_signal_connect (server->server, "ssl-connection-request", G_CALLBACK (count_request_cb), &n_requests);
  assert_served (server, &client);
  g_assert_cmpuint (n_requests, ==, 1);

  g_assert_true (ws_server_set_ssl_provider (server->server, WS_SSL_PROVIDER_PLATFORM, &error));
  g_assert_no_error (error);
  handler = g_signal_connect (server->server, "ssl-status", G_CALLBACK (count_status_cb), &n_statuses);
  assert_served (server, &client);
  g_assert_nonnull (strstr (client.subject, "www.example.com"));
  g_assert_cmpuint (n_requests, ==, 1);
  g_signal_handler_disconnect (server->server, handler);
  ws_test_server_config (server, "LogSSLPackets=True");
  g_signal_connect (server->server, "ssl-status", G_CALLBACK (count_status_cb), &n_with_packets);
  assert_served (server, &client);
  g_assert_cmpuint (n_with_packets, ==, n_statuses);
  g_assert_cmpuint (n_statuses, >, 0);
}

/* --- what was negotiated --------------------------------------------------------------------- */

typedef struct
{
  gboolean platform;
  guint    n_ready;
} Negotiated;

static char *
get_negotiated (WsServer     *server,
                WsConnection *connection,
                const char   *what)
{
  g_autofree char *setting = g_strdup_printf ("SSLNegotiated%s[%s]", what,
                                              ws_connection_get_connection_id (connection));
  g_autoptr (GError) error = NULL;
  char *value = ws_server_config (server, setting, &error);

  g_assert_no_error (error);
  return value;
}

static void
check_negotiated_cb (WsServer     *server,
                     WsConnection *connection,
                     gpointer      user_data)
{
  static const char *const names[] = { "Version", "CipherSuite", "Cipher", "CipherStrength", "KeyExchange", "KeyExchangeStrength" };
  Negotiated              *negotiated = user_data;
  const char              *expected[G_N_ELEMENTS (names)] = {
                 "TLSv1.2",
                 "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
                 "AES-256-GCM",
                 "256",
                 "ECDHE-ECDSA",
                 "384",
  };

  if (negotiated->platform)
    expected[5] = "0"; /* which GIO does not tell */
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *value = get_negotiated (server, connection, names[i]);

      g_test_message ("%s: %s", names[i], value);
      g_assert_cmpstr (value, ==, expected[i]);
    }
  g_assert_cmpstr (ws_connection_get_tls_protocol (connection), ==, "TLSv1.2");
  g_assert_cmpstr (ws_connection_get_tls_cipher_suite (connection), ==, expected[1]);
  g_assert_null (ws_connection_get_peer_certificate (connection));
  negotiated->n_ready++;
}

static void
ssl_status_cb (WsServer     *server,
               WsConnection *connection,
               const char   *message,
               gpointer      user_data)
{
  g_assert_true (WS_IS_CONNECTION (connection));
  g_assert_false (ws_connection_get_connected (connection) && *message == '\0');
  g_string_append_printf (user_data, "%s\n", message);
}

static void
no_story_yet_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsOpenRequest *request,
                 gpointer       user_data)
{
  g_assert_cmpuint (((GString *) user_data)->len, >, 0);
}

static void
test_negotiated (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = new_tls_server ("ec-both.pem", NULL, NULL);
  g_autoptr (GString) story = g_string_new (NULL);
  TlsClient  client = { .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-GCM:-GROUP-ALL:+GROUP-SECP384R1" };
  Negotiated negotiated = { GPOINTER_TO_INT (user_data) == WS_SSL_PROVIDER_PLATFORM, 0 };

  g_test_summary (
      "Each connection has its version, cipher and key exchange; SSLStatus reports the handshake.");

  ws_server_set_ssl_provider (server->server, (WsSslProvider) GPOINTER_TO_INT (user_data), NULL);
  g_signal_connect (server->server, "ssl-status", G_CALLBACK (ssl_status_cb), story);
  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (no_story_yet_cb), story);
  g_signal_connect (server->server, "connected", G_CALLBACK (check_negotiated_cb), &negotiated);
  assert_served (server, &client);
  g_assert_cmpuint (negotiated.n_ready, ==, 1);
  g_test_message ("%s", story->str);
  g_assert_nonnull (strstr (story->str, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"));
}

typedef struct
{
  WsSslProvider       provider;
  const char         *priority;
  GTlsProtocolVersion version;
} TlsConnectionCase;

static const TlsConnectionCase tls_connection_cases[] = {
  { WS_SSL_PROVIDER_INTERNAL, "NORMAL:-VERS-ALL:+VERS-TLS1.2", G_TLS_PROTOCOL_VERSION_TLS_1_2 },
  { WS_SSL_PROVIDER_INTERNAL, "NORMAL:-VERS-ALL:+VERS-TLS1.3", G_TLS_PROTOCOL_VERSION_TLS_1_3 },
  { WS_SSL_PROVIDER_PLATFORM, "NORMAL:-VERS-ALL:+VERS-TLS1.2", G_TLS_PROTOCOL_VERSION_TLS_1_2 },
  { WS_SSL_PROVIDER_PLATFORM, "NORMAL:-VERS-ALL:+VERS-TLS1.3", G_TLS_PROTOCOL_VERSION_TLS_1_3 },
};

typedef struct
{
  const TlsConnectionCase *row;
  GByteArray              *exporter;
  GTlsConnection          *kept; /* a reference, beyond the end of the connection */
} TlsConnectionSeen;

static void
check_refused (GTlsConnection *connection)
{
  g_autoptr (GError) error = NULL;
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  char          byte;

  g_assert_cmpint (g_input_stream_read (input, &byte, 1, NULL, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_false (g_io_stream_close (G_IO_STREAM (connection), NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

static void
check_tls_connection_cb (WsServer     *server,
                         WsConnection *connection,
                         gpointer      user_data)
{
  TlsConnectionSeen *seen = user_data;
  g_autoptr (GTlsConnection) tls = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *suite = NULL;
  gboolean         has_exporter;
  gboolean         has_unique;

  g_object_get (connection, "tls-connection", &tls, NULL);
  g_assert_true (G_IS_TLS_SERVER_CONNECTION (tls));
  g_assert_true (ws_connection_get_tls_connection (connection) == tls);

  suite = g_tls_connection_get_ciphersuite_name (tls);
  g_assert_cmpstr (suite, ==, ws_connection_get_tls_cipher_suite (connection));
  g_assert_cmpint (g_tls_connection_get_protocol_version (tls), ==, seen->row->version);
  g_assert_null (g_tls_connection_get_negotiated_protocol (tls));
  g_assert_nonnull (g_tls_connection_get_certificate (tls));
  g_assert_null (g_tls_connection_get_peer_certificate (tls));
  g_assert_cmpint (g_tls_connection_get_peer_certificate_errors (tls), ==, 0);

  has_exporter = g_tls_connection_get_channel_binding_data (tls, G_TLS_CHANNEL_BINDING_TLS_EXPORTER,
                                                            seen->exporter, &error);
  /* Older backends have none. */
  if (!has_exporter && seen->row->provider == WS_SSL_PROVIDER_PLATFORM)
    {
      g_assert_true (error->domain == G_TLS_CHANNEL_BINDING_ERROR);
      g_clear_error (&error);
    }
  g_assert_no_error (error);
  g_assert_true (g_tls_connection_get_channel_binding_data (tls, G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT,
                                                            NULL, &error));
  g_assert_no_error (error);
  has_unique = g_tls_connection_get_channel_binding_data (tls, G_TLS_CHANNEL_BINDING_TLS_UNIQUE, NULL, NULL);
  if (seen->row->version == G_TLS_PROTOCOL_VERSION_TLS_1_2)
    g_assert_true (has_unique);

  check_refused (tls);
  seen->kept = g_steal_pointer (&tls);
}

static void
test_tls_connection (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = new_tls_server ("ec-both.pem", NULL, NULL);
  g_autoptr (GByteArray) exporter = g_byte_array_new ();
  const TlsConnectionCase *row = user_data;
  TlsConnectionSeen        seen = { .row = row, .exporter = exporter };
  TlsClient                client = { .priority = row->priority };

  g_test_summary ("tls-connection answers what GIO asks, has the client's channel binding, and refuses to be used.");

  ws_server_set_ssl_provider (server->server, row->provider, NULL);
  g_signal_connect (server->server, "connected", G_CALLBACK (check_tls_connection_cb), &seen);
  assert_served (server, &client);
  if (exporter->len > 0 || row->provider == WS_SSL_PROVIDER_INTERNAL)
    g_assert_cmpmem (exporter->data, exporter->len, client.exporter, client.exporter_length);

  g_assert_cmpint (g_tls_connection_get_protocol_version (seen.kept), ==, row->version);
  g_object_unref (seen.kept);
}

static void
test_plain (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection    *connection = ws_test_server_get (server, 1);
  g_autofree char *version = get_negotiated (server->server, connection, "Version");
  g_autofree char *strength = get_negotiated (server->server, connection, "CipherStrength");

  g_test_summary ("In plain text nothing was negotiated.");

  g_assert_cmpstr (version, ==, "");
  g_assert_cmpstr (strength, ==, "0");
  g_assert_cmpstr (ws_connection_get_tls_protocol (connection), ==, "");
  g_assert_cmpstr (ws_connection_get_tls_cipher_suite (connection), ==, "");
  g_assert_null (ws_connection_get_peer_certificate (connection));
  g_assert_null (ws_connection_get_tls_connection (connection));
}

static gboolean
count_tick_cb (gpointer user_data)
{
  (*(guint *) user_data)++;
  return G_SOURCE_CONTINUE;
}

static void
send_much_cb (WsServer     *server,
              WsConnection *connection,
              gpointer      user_data)
{
  guint            n_ticks = 0;
  guint            idle = g_idle_add_full (G_PRIORITY_HIGH, count_tick_cb, &n_ticks, NULL);
  g_autofree char *pattern = ws_test_pattern (8 * 1024 * 1024);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (ws_connection_get_timeout (connection), ==, 0);
  g_assert_true (ws_connection_send_text (connection, pattern, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (ws_connection_get_bytes_sent (connection), ==, 8 * 1024 * 1024);
  g_assert_cmpuint (n_ticks, ==, 0);
  g_source_remove (idle);
  (*(guint *) user_data)++;
}

static void
test_timeout_zero (void)
{
  g_autoptr (WsTestServer) server = new_tls_server (NULL, NULL, NULL);
  TlsClient client = { 0 };
  guint     n_sent = 0;

  g_test_summary ("With a timeout of 0 a send over TLS is queued too, and returns without the main loop.");

  g_signal_connect (server->server, "connected", G_CALLBACK (send_much_cb), &n_sent);
  assert_served (server, &client);
  g_assert_cmpuint (n_sent, ==, 1);
}

/* --- ssl-connection-request ------------------------------------------------------------------ */

typedef enum
{
  CHOOSE_NOTHING,
  CHOOSE_STORE,
  CHOOSE_CERTIFICATE,
  CHOOSE_REFUSE,
  CHOOSE_LATER,
  CHOOSE_WRONG_STORE,
} Choice;

typedef struct
{
  Choice                  choice;
  WsCertificate          *certificate;
  WsSslConnectionRequest *deferred;
  guint                   n_calls;
} Chooser;

static void
check_defaults (WsSslConnectionRequest *request)
{
  g_autofree char *suites = NULL;
  g_autofree char *algorithms = NULL;
  g_autofree char *name = NULL;
  g_autofree char *store = NULL;
  g_autofree char *password = NULL;
  g_autofree char *subject = NULL;
  WsCertStoreType  type;
  gboolean         cancelled;

  g_object_get (request, "supported-cipher-suites", &suites, "supported-signature-algs", &algorithms,
                "server-name", &name, "cert-store-type", &type, "cert-store", &store, "cert-password",
                &password, "cert-subject", &subject, "cancelled", &cancelled, NULL);
  g_assert_nonnull (strstr (suites, "TLS_AES_256_GCM_SHA384,"));
  g_assert_nonnull (strstr (algorithms, ","));
  g_assert_cmpstr (name, ==, "chat.example.org");
  g_assert_cmpint (type, ==, WS_CERT_STORE_TYPE_USER);
  g_assert_cmpstr (store, ==, "");
  g_assert_cmpstr (password, ==, "");
  g_assert_cmpstr (subject, ==, "");
  g_assert_false (cancelled);
  g_assert_null (ws_ssl_connection_request_get_certificate (request));
}

static gboolean
complete_cb (gpointer user_data)
{
  Chooser *chooser = user_data;

  ws_ssl_connection_request_set_certificate (chooser->deferred, chooser->certificate);
  g_assert_true (ws_ssl_connection_request_complete (chooser->deferred));
  g_clear_object (&chooser->deferred);
  return G_SOURCE_REMOVE;
}

static void
choose_cb (WsServer               *server,
           WsConnection           *connection,
           WsSslConnectionRequest *request,
           gpointer                user_data)
{
  Chooser         *chooser = user_data;
  g_autofree char *path = get_sample_path (chooser->choice == CHOOSE_STORE ? "ec-both.pem" : "none.pem");

  check_defaults (request);
  chooser->n_calls++;
  switch (chooser->choice)
    {
    case CHOOSE_STORE:
    case CHOOSE_WRONG_STORE:
      g_object_set (request, "cert-store-type", WS_CERT_STORE_TYPE_PEM_KEY_FILE, "cert-store", path, "cert-password", "",
                    "cert-subject", "CN=localhost", NULL);
      break;
    case CHOOSE_CERTIFICATE:
      g_object_set (request, "certificate", chooser->certificate, NULL);
      break;
    case CHOOSE_REFUSE:
      ws_ssl_connection_request_refuse (request);
      break;
    case CHOOSE_LATER:
      chooser->deferred = g_object_ref (request);
      ws_ssl_connection_request_defer (request);
      g_idle_add (complete_cb, chooser);
      break;
    case CHOOSE_NOTHING:
    default:
      break;
    }
}

static void
test_connection_request (gconstpointer user_data)
{
  Choice   choice = (Choice) GPOINTER_TO_INT (user_data);
  gboolean fails = choice == CHOOSE_REFUSE || choice == CHOOSE_WRONG_STORE;
  g_autoptr (WsTestServer) server = new_tls_server ("chain.pem", NULL, NULL);
  g_autoptr (WsCertificate) certificate = open_sample ("ec-both.pem");
  Chooser   chooser = { .choice = choice, .certificate = certificate };
  TlsClient client = { .server_name = "chat.example.org" };

  g_test_summary (
      "The client's offer can be read, and another certificate shown, at once or later, or none.");

  g_signal_connect (server->server, "ssl-connection-request", G_CALLBACK (choose_cb), &chooser);
  run_tls_client (server, &client);
  g_assert_cmpuint (chooser.n_calls, ==, 1);
  g_assert_cmpint (client.echoed, ==, !fails);
  g_assert_cmpint (client.result < 0, ==, fails);
  if (choice == CHOOSE_WRONG_STORE)
    g_assert_cmpuint (ws_test_server_count (server, "error #1 271 "), ==, 1);
  if (fails)
    g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, 0);
  else
    g_assert_nonnull (strstr (client.subject, choice == CHOOSE_NOTHING ? "www.example.com" : "Curves"));
}

static void
test_more_certificates (void)
{
  g_autoptr (WsTestServer) server = new_tls_server ("ec-both.pem", NULL, NULL);
  g_autoptr (WsCertificate) more = open_sample ("chain.pem");
  g_autoptr (GError) error = NULL;
  TlsClient named = { .server_name = "www.example.com" };

  g_test_summary ("Of several certificates each client is shown the one with the name it asks for.");

  g_assert_true (ws_server_add_ssl_cert (server->server, more, &error));
  g_assert_no_error (error);
  assert_served (server, &named);
  g_assert_nonnull (strstr (named.subject, "www.example.com"));
  g_assert_true (ws_server_remove_ssl_cert (server->server, more));
  g_assert_false (ws_server_remove_ssl_cert (server->server, more));
  assert_served (server, &named);
  g_assert_nonnull (strstr (named.subject, "Curves"));
}

/* --- ssl-client-authentication --------------------------------------------------------------- */

typedef struct
{
  const char *path;
  const char *certificate; /* of the client */
  gboolean    accept;      /* as verified */
  int         code;        /* of the error */
} ClientCase;

static const ClientCase client_cases[] = {
  { "good", "chain.pem", TRUE, 0 },
  { "foreign", "foreign", FALSE, WS_ERROR_CERT_NOT_VERIFIED },
  { "none", NULL, FALSE, WS_ERROR_CLIENT_CERT_NOT_FOUND },
};

typedef struct
{
  const ClientCase *client_case;
  gboolean          overrules;
  guint             n_calls;
  gsize             encoded_size;
} Judge;

static void
judge_cb (WsServer               *server,
          WsConnection           *connection,
          WsClientAuthentication *authentication,
          gpointer                user_data)
{
  Judge *judge = user_data;
  g_autoptr (GBytes) encoded = NULL;
  g_autoptr (WsCertificate) certificate = NULL;
  g_autofree char *subject = NULL;
  g_autofree char *issuer = NULL;
  g_autofree char *status = NULL;
  gboolean         accept;

  g_object_get (authentication, "cert-encoded", &encoded, "cert-subject", &subject, "cert-issuer", &issuer, "status", &status,
                "accept", &accept, "certificate", &certificate, NULL);
  g_assert_cmpint (accept, ==, judge->client_case->accept);
  g_assert_cmpint (g_str_equal (status, "OK"), ==, accept);
  if (judge->client_case->certificate != NULL)
    {
      g_assert_cmpstr (subject, ==, ws_certificate_get_subject (certificate));
      g_assert_cmpstr (issuer, ==, ws_certificate_get_issuer (certificate));
      g_assert_cmpstr (subject, !=, "");
      judge->encoded_size = g_bytes_get_size (encoded);
    }
  if (judge->overrules)
    g_object_set (authentication, "accept", !accept, NULL);
  judge->n_calls++;
}

static void
keep_peer_cb (WsServer     *server,
              WsConnection *connection,
              gpointer      user_data)
{
  WsCertificate *peer = ws_connection_get_peer_certificate (connection);

  g_string_append (user_data, peer != NULL ? ws_certificate_get_subject (peer) : "nobody");
}

static WsTestServer *
new_asking_server (WsSslProvider provider)
{
  g_autofree char *authority = read_sample ("ca.pem");
  g_autofree char *setting = g_strconcat ("SSLClientCACerts=", authority, NULL);
  WsTestServer    *server = new_tls_server (NULL, setting, NULL);

  ws_server_set_ssl_provider (server->server, provider, NULL);
  ws_server_set_ssl_authenticate_clients (server->server, TRUE, NULL);
  g_assert_true (ws_server_get_ssl_authenticate_clients (server->server));
  return server;
}

static void
test_client_authentication (gconstpointer user_data)
{
  const ClientCase *client_case = user_data;
  g_autofree char  *folder = g_dir_make_tmp ("wsserver-test-XXXXXX", NULL);
  g_autofree char  *foreign = write_self_signed (folder, "foreign");

  g_test_summary ("Accept starts as the result of the verification, Status has the reason, and the handler decides.");

  for (guint i = 0; i < 4; i++)
    {
      gboolean overrules = (i & 1) != 0;
      g_autoptr (WsTestServer)
          server = new_asking_server (i < 2 ? WS_SSL_PROVIDER_INTERNAL : WS_SSL_PROVIDER_PLATFORM);
      g_autoptr (GString) peer = g_string_new (NULL);
      TlsClient        client = { .certificate = client_case->certificate };
      Judge            judge = { client_case, overrules, 0, 0 };
      gboolean         served = client_case->accept != judge.overrules;
      g_autofree char *event = g_strdup_printf ("error #1 %d ", client_case->code);

      if (g_strcmp0 (client.certificate, "foreign") == 0)
        client.certificate = foreign;
      g_signal_connect (server->server, "ssl-client-authentication", G_CALLBACK (judge_cb), &judge);
      g_signal_connect (server->server, "connected", G_CALLBACK (keep_peer_cb), peer);
      run_tls_client (server, &client);
      g_assert_cmpuint (judge.n_calls, ==, 1);
      g_assert_cmpint (client.echoed, ==, served);
      if (!client_case->accept && !judge.overrules)
        g_assert_cmpuint (ws_test_server_count (server, event), ==, 1);
      if (served && client_case->certificate != NULL)
        g_assert_cmpstr (peer->str, !=, "nobody");
    }
  g_unlink (foreign);
  g_rmdir (folder);
}

static void
test_unasked (void)
{
  g_autoptr (WsTestServer) server = new_tls_server (NULL, NULL, NULL);
  TlsClient client = { .certificate = "chain.pem" };
  Judge     judge = { &client_cases[0], FALSE, 0, 0 };

  g_test_summary ("Without ssl-authenticate-clients no client is asked for a certificate.");

  g_signal_connect (server->server, "ssl-client-authentication", G_CALLBACK (judge_cb), &judge);
  assert_served (server, &client);
  g_assert_cmpuint (judge.n_calls, ==, 0);
}

static void
test_include_chain (void)
{
  g_autoptr (WsTestServer) server = new_asking_server (WS_SSL_PROVIDER_AUTOMATIC);
  TlsClient client = { .certificate = "chain.pem" };
  Judge     judge = { &client_cases[0], FALSE, 0, 0 };
  gsize     alone;

  g_test_summary ("cert-encoded is the client's certificate, with SSLIncludeCertChain the chain that it has sent.");

  g_signal_connect (server->server, "ssl-client-authentication", G_CALLBACK (judge_cb), &judge);
  assert_served (server, &client);
  alone = judge.encoded_size;
  ws_test_server_config (server, "SSLIncludeCertChain=True");
  assert_served (server, &client);
  g_assert_cmpuint (judge.encoded_size, >, alone);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD_CHOICE(name, choice)                                                           \
 g_test_add_data_func ("/contract/tls/connection-request/" name, GINT_TO_POINTER (choice), \
                       test_connection_request)

  g_test_add_func ("/contract/tls/no-certificate", test_no_certificate);
  g_test_add_func ("/contract/tls/change-while-listening", test_change_while_listening);
  g_test_add_func ("/contract/tls/providers", test_providers);
  g_test_add_func ("/contract/tls/platform", test_platform);
  g_test_add_data_func ("/contract/tls/negotiated/internal", GINT_TO_POINTER (WS_SSL_PROVIDER_INTERNAL),
                        test_negotiated);
  g_test_add_data_func ("/contract/tls/negotiated/platform", GINT_TO_POINTER (WS_SSL_PROVIDER_PLATFORM),
                        test_negotiated);
  g_test_add_data_func ("/contract/tls/tls-connection/internal-1.2", &tls_connection_cases[0],
                        test_tls_connection);
  g_test_add_data_func ("/contract/tls/tls-connection/internal-1.3", &tls_connection_cases[1],
                        test_tls_connection);
  g_test_add_data_func ("/contract/tls/tls-connection/platform-1.2", &tls_connection_cases[2],
                        test_tls_connection);
  g_test_add_data_func ("/contract/tls/tls-connection/platform-1.3", &tls_connection_cases[3],
                        test_tls_connection);
  g_test_add_func ("/contract/tls/plain", test_plain);
  g_test_add_func ("/contract/tls/timeout-zero", test_timeout_zero);
  ADD_CHOICE ("nothing", CHOOSE_NOTHING);
  ADD_CHOICE ("store", CHOOSE_STORE);
  ADD_CHOICE ("wrong-store", CHOOSE_WRONG_STORE);
  ADD_CHOICE ("certificate", CHOOSE_CERTIFICATE);
  ADD_CHOICE ("refuse", CHOOSE_REFUSE);
  ADD_CHOICE ("later", CHOOSE_LATER);
  g_test_add_func ("/contract/tls/more-certificates", test_more_certificates);
  for (gsize i = 0; i < G_N_ELEMENTS (client_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/contract/tls/client-authentication/", client_cases[i].path,
                                           NULL);

      g_test_add_data_func (path, &client_cases[i], test_client_authentication);
    }
  g_test_add_func ("/contract/tls/client-authentication/unasked", test_unasked);
  g_test_add_func ("/contract/tls/client-authentication/include-chain", test_include_chain);

  return g_test_run ();
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-tls-peer.h"

/* Certificates of clients: what is asked, who decides, and what is told. */

static WsTestIdentity *authority;
static WsTestIdentity *foreign_authority;
static WsTestIdentity *identity;
static WsTestIdentity *good;
static WsTestIdentity *foreign;
static WsTestIdentity *expired;
static WsTestIdentity *wrong_purpose;
static WsTestIdentity *unprintable;

static const char *const versions[] = { WS_TEST_TLS12, WS_TEST_TLS13 };

static char *
trust (const WsTestIdentity *of)
{
  g_autofree char *pem = ws_test_identity_to_pem (of, FALSE);

  return g_strconcat ("SSLClientCACerts=", pem, NULL);
}

static WsTestServer *
new_server (const char *setting)
{
  g_autofree char *trusted = trust (authority);
  WsTestServer    *server = ws_test_server_new_tls (identity, trusted, setting, NULL);

  g_assert_true (ws_server_set_ssl_authenticate_clients (server->server, TRUE, NULL));
  return server;
}

/* What the handler decides, and what it has seen. */
typedef struct
{
  int            verdict; /* -1: leaves it */
  guint          n_seen;
  char          *status;
  char          *subject;
  char          *issuer;
  GBytes        *encoded;
  WsCertificate *certificate;
  gboolean       accept;
} Judge;

static void
judge_clear (Judge *self)
{
  g_clear_pointer (&self->status, g_free);
  g_clear_pointer (&self->subject, g_free);
  g_clear_pointer (&self->issuer, g_free);
  g_clear_pointer (&self->encoded, g_bytes_unref);
  g_clear_object (&self->certificate);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Judge, judge_clear)

static void
authentication_cb (WsServer               *server,
                   WsConnection           *connection,
                   WsClientAuthentication *authentication,
                   gpointer                user_data)
{
  Judge *self = user_data;

  self->n_seen++;
  judge_clear (self);
  g_object_get (authentication, "status", &self->status, "cert-subject", &self->subject, "cert-issuer",
                &self->issuer, "cert-encoded", &self->encoded, "certificate", &self->certificate, "accept",
                &self->accept, NULL);
  if (self->verdict >= 0)
    g_object_set (authentication, "accept", self->verdict, NULL);
}

static void
watch (WsTestServer *server,
       Judge        *judge,
       int           verdict)
{
  *judge = (Judge){ .verdict = verdict };
  g_signal_connect (server->server, "ssl-client-authentication", G_CALLBACK (authentication_cb), judge);
}

/* --- who is let in ----------------------------------------------------------------------------- */

typedef struct
{
  const char      *path;
  WsTestIdentity **client;
  gboolean         accepted;
  int              code;
  int              alert;
  const char      *status; /* a part of it */
} ClientCase;

static WsTestIdentity *nobody = NULL;

static const ClientCase client_cases[] = {
  { "/integration/tls-clients/good", &good, TRUE, 0, -1, "OK" },
  { "/integration/tls-clients/foreign", &foreign, FALSE, 280, GNUTLS_A_BAD_CERTIFICATE, "issuer is unknown" },
  { "/integration/tls-clients/expired", &expired, FALSE, 280, GNUTLS_A_BAD_CERTIFICATE, "expired" },
  { "/integration/tls-clients/wrong-purpose", &wrong_purpose, FALSE, 280, GNUTLS_A_BAD_CERTIFICATE,
    "purpose" },
  { "/integration/tls-clients/none", &nobody, FALSE, 281, -1, "no certificate" },
};

static void
assert_refused (const ClientCase *client,
                WsTestServer     *server,
                WsTestTlsPeer    *peer,
                int               alert)
{
  const char *event;

  ws_test_wait_until (peer->eof);
  g_assert_cmpint (peer->alert, ==, alert);
  ws_test_server_wait_for (server, "error ");
  g_assert_cmpuint (ws_test_server_count (server, "error "), ==, 1);
  event = g_ptr_array_index (server->events, server->events->len - 1);
  g_test_message ("%s", event);
  g_assert_nonnull (strstr (event, client->code == 280 ? " 280 [280] " : " 281 [281] "));
  g_assert_nonnull (strstr (event, client->status));
  g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, 0);
  ws_test_server_forget (server);
}

static void
test_client (gconstpointer user_data)
{
  const ClientCase *client = user_data;

  g_test_summary ("The verification decides, and alert and error give the reason; a handler can override it both ways.");

  for (gsize i = 0; i < 4 * G_N_ELEMENTS (versions); i++)
    {
      const char      *version = versions[i / 4];
      WsTestTlsOptions options = { .priority = version, .identity = *client->client, .dribbles = i % 4 == 3 };
      g_autoptr (WsTestServer) server = new_server (NULL);
      g_auto (Judge) judge = { 0 };
      g_autoptr (WsTestTlsPeer) peer = NULL;
      int alert = client->alert;

      if (client->code == 281)
        alert = i / 4 == 0 ? GNUTLS_A_HANDSHAKE_FAILURE : GNUTLS_A_CERTIFICATE_REQUIRED;
      if (i % 4 > 0)
        watch (server, &judge, i % 4 == 2 ? !client->accepted : -1);
      if (client->accepted != (i % 4 == 2))
        {
          peer = ws_test_tls_peer_new_open (server, &options);
          ws_test_tls_peer_assert_echo (peer, "let in");
        }
      else if (i % 4 == 2)
        {
          peer = ws_test_tls_peer_new (server, &options);
          ws_test_tls_peer_assert_refused (peer, GNUTLS_A_BAD_CERTIFICATE);
          ws_test_server_wait_for (server, "error #1 280 [280] ");
          g_assert_nonnull (strstr (server->events->pdata[server->events->len - 1], "the application does not accept it"));
        }
      else
        {
          peer = ws_test_tls_peer_new (server, &options);
          assert_refused (client, server, peer, alert);
        }

      g_assert_cmpuint (judge.n_seen, ==, i % 4 > 0);
      if (judge.n_seen > 0)
        {
          g_assert_nonnull (strstr (judge.status, client->status));
          g_assert_cmpint (judge.accept, ==, client->accepted);
        }
      if (client->accepted && i % 4 == 0)
        g_assert_nonnull (ws_connection_get_peer_certificate (ws_test_server_get (server, 1)));
    }
}

static void
test_not_asked (void)
{
  g_autofree char *trusted = trust (authority);
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, trusted, NULL);
  g_auto (Judge) judge = { 0 };
  WsTestTlsOptions options = { .identity = foreign };
  g_autoptr (WsTestTlsPeer) peer = NULL;

  g_test_summary ("Without ssl-authenticate-clients no client is asked for a certificate.");

  watch (server, &judge, 0);
  peer = ws_test_tls_peer_new_open (server, &options);
  ws_test_tls_peer_assert_echo (peer, "anybody");
  g_assert_cmpuint (judge.n_seen, ==, 0);
  g_assert_null (ws_connection_get_peer_certificate (ws_test_server_get (server, 1)));
}

/* --- what is told ------------------------------------------------------------------------------- */

static void
test_contents (void)
{
  g_autoptr (WsTestServer) server = new_server (NULL);
  g_auto (Judge) judge = { 0 };
  WsTestTlsOptions options = { .identity = good };
  g_autoptr (WsTestTlsPeer) peer = NULL;
  g_autoptr (GBytes) der = ws_test_identity_to_der (good);
  g_autoptr (WsCertificate) shown = NULL;

  g_test_summary ("The signal has the certificate, its subject and issuer; the connection keeps it.");

  watch (server, &judge, -1);
  peer = ws_test_tls_peer_new_open (server, &options);
  g_assert_true (g_bytes_equal (judge.encoded, der));
  g_assert_cmpstr (judge.subject, ==, "CN=client");
  g_assert_cmpstr (judge.issuer, ==, "CN=Authority");
  g_assert_true (WS_IS_CERTIFICATE (judge.certificate));
  g_object_get (ws_test_server_get (server, 1), "peer-certificate", &shown, NULL);
  g_assert_true (shown == judge.certificate);
  g_assert_cmpstr (ws_certificate_get_subject (shown), ==, "CN=client");
  g_assert_false (ws_certificate_get_private_key_available (shown));
}

static void
test_none_contents (void)
{
  g_autoptr (WsTestServer) server = new_server (NULL);
  g_auto (Judge) judge = { 0 };
  g_autoptr (WsTestTlsPeer) peer = NULL;

  g_test_summary ("The signal has empty fields for a client without a certificate.");

  watch (server, &judge, TRUE);
  peer = ws_test_tls_peer_new_open (server, NULL);
  g_assert_cmpuint (g_bytes_get_size (judge.encoded), ==, 0);
  g_assert_cmpstr (judge.subject, ==, "");
  g_assert_cmpstr (judge.issuer, ==, "");
  g_assert_null (judge.certificate);
  g_assert_null (ws_connection_get_peer_certificate (ws_test_server_get (server, 1)));
}

static void
test_include_chain (void)
{
  g_autoptr (WsTestIdentity) middle = ws_test_identity_new ("Middle", WS_TEST_IDENTITY_AUTHORITY, authority);
  g_autoptr (WsTestIdentity) client = ws_test_identity_new ("client", WS_TEST_IDENTITY_CLIENT, middle);
  WsTestTlsOptions options = { .identity = client, .identity_issuer = middle };
  g_autoptr (GBytes) own = ws_test_identity_to_der (client);
  g_autoptr (GBytes) issuer = ws_test_identity_to_der (middle);
  g_autoptr (WsTestServer) server = new_server (NULL);
  g_auto (Judge) judge = { 0 };
  const guint8 *encoded;

  g_test_summary ("cert-encoded is the client's certificate, with SSLIncludeCertChain all that it sent.");

  watch (server, &judge, -1);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (WsTestTlsPeer) peer = NULL;

      if (i == 1)
        ws_test_server_config (server, "SSLIncludeCertChain=True");
      peer = ws_test_tls_peer_new_open (server, &options);
      encoded = g_bytes_get_data (judge.encoded, NULL);
      if (i == 0)
        {
          g_assert_true (g_bytes_equal (judge.encoded, own));
          continue;
        }
      g_assert_cmpuint (g_bytes_get_size (judge.encoded), ==,
                        g_bytes_get_size (own) + g_bytes_get_size (issuer));
      g_assert_cmpmem (encoded, g_bytes_get_size (own), g_bytes_get_data (own, NULL), g_bytes_get_size (own));
      g_assert_cmpmem (encoded + g_bytes_get_size (own), g_bytes_get_size (issuer),
                       g_bytes_get_data (issuer, NULL), g_bytes_get_size (issuer));
    }
}

/* --- resumption --------------------------------------------------------------------------------- */

static void
test_resumed (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autoptr (WsTestServer) server = new_server (NULL);
      g_auto (Judge) judge = { 0 };
      WsTestTlsOptions options = { .priority = versions[i], .identity = good };
      g_autoptr (WsTestTlsPeer) first = NULL;
      g_autoptr (WsTestTlsPeer) second = NULL;
      g_autoptr (WsTestTlsPeer) third = NULL;
      g_autoptr (GBytes) session = NULL;

      watch (server, &judge, -1);
      first = ws_test_tls_peer_new_open (server, &options);
      options.session = session = ws_test_tls_peer_dup_session (first);
      second = ws_test_tls_peer_new_open (server, &options);
      g_assert_true (gnutls_session_is_resumed (second->session));
      g_assert_cmpuint (judge.n_seen, ==, 2);
      g_assert_cmpstr (judge.status, ==, "OK");
      g_assert_cmpstr (judge.subject, ==, "CN=client");
      g_assert_nonnull (ws_connection_get_peer_certificate (ws_test_server_get (server, 2)));

      judge.verdict = FALSE;
      third = ws_test_tls_peer_new (server, &options);
      ws_test_tls_peer_assert_refused (third, GNUTLS_A_BAD_CERTIFICATE);
      ws_test_server_wait_for (server, "error #3 280 ");
      g_assert_cmpuint (judge.n_seen, ==, 3);
    }
}

static void
test_ticket_from_before (void)
{
  g_test_summary ("A ticket from before client authentication was switched on does not admit a client.");

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (versions); i++)
    {
      g_autofree char *trusted = trust (authority);
      g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, trusted, NULL);
      WsTestTlsOptions options = { .priority = versions[i % 2] };
      g_autoptr (WsTestTlsPeer) before = ws_test_tls_peer_new_open (server, &options);
      g_autoptr (WsTestTlsPeer) after = NULL;
      g_autoptr (GBytes) session = ws_test_tls_peer_dup_session (before);

      g_assert_true (ws_server_set_ssl_authenticate_clients (server->server, TRUE, NULL));
      options.session = session;
      if (i < 2)
        {
          after = ws_test_tls_peer_new (server, &options);
          ws_test_wait_until (after->eof);
          ws_test_server_wait_for (server, "error #2 281 ");
        }
      else
        {
          options.identity = good;
          after = ws_test_tls_peer_new_open (server, &options);
          g_assert_false (gnutls_session_is_resumed (after->session));
          g_assert_nonnull (ws_connection_get_peer_certificate (ws_test_server_get (server, 2)));
        }
      ws_test_tls_peer_assert_echo (before, "stays");
    }
}

static void
test_authorities_changed (void)
{
  g_autoptr (WsTestServer) server = new_server (NULL);
  WsTestTlsOptions options = { .identity = good };
  g_autoptr (WsTestTlsPeer) before = ws_test_tls_peer_new_open (server, &options);
  g_autoptr (WsTestTlsPeer) after = NULL;
  g_autoptr (WsTestTlsPeer) other = NULL;
  g_autoptr (GBytes) session = ws_test_tls_peer_dup_session (before);
  g_autofree char *trusted = trust (foreign_authority);

  g_test_summary ("New authorities apply to new clients, also to clients with a ticket.");

  ws_test_server_config (server, trusted);
  options.session = session;
  after = ws_test_tls_peer_new (server, &options);
  ws_test_tls_peer_assert_refused (after, GNUTLS_A_BAD_CERTIFICATE);
  options = (WsTestTlsOptions){ .identity = foreign };
  other = ws_test_tls_peer_new_open (server, &options);
  ws_test_tls_peer_assert_echo (other, "other");
  ws_test_tls_peer_assert_echo (before, "stays");
}

/* --- what cannot be read ------------------------------------------------------------------------ */

static void
test_bad_authorities (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_autoptr (WsTestServer) asking = new_server (NULL);
  g_autofree char *before = ws_server_config (asking->server, "SSLClientCACerts", NULL);
  g_autofree char *after = NULL;
  WsTestTlsOptions options = { .identity = good };
  g_autoptr (WsTestTlsPeer) peer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *refused = NULL;

  g_test_summary (
      "Authorities that are not PEM are error 271, which names the setting; the old value stays.");

  g_assert_null (ws_server_config (asking->server, "SSLClientCACerts=no PEM", &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
  g_assert_cmpint (error->code, ==, 271);
  g_assert_nonnull (strstr (error->message, "SSLClientCACerts"));
  after = ws_server_config (asking->server, "SSLClientCACerts", NULL);
  g_assert_cmpstr (after, ==, before);
  peer = ws_test_tls_peer_new_open (asking, &options);
  ws_test_tls_peer_assert_echo (peer, "as before");

  /* Unused they are not looked at, until they are. */
  g_clear_error (&error);
  refused = ws_server_config (server->server, "SSLClientCACerts=no PEM", &error);
  if (refused == NULL)
    {
      g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
      return;
    }
  g_assert_false (ws_server_set_ssl_authenticate_clients (server->server, TRUE, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
  g_assert_false (ws_server_get_ssl_authenticate_clients (server->server));
  g_object_set (server->server, "ssl-authenticate-clients", TRUE, NULL);
  g_assert_false (ws_server_get_ssl_authenticate_clients (server->server));
  g_assert_cmpuint (ws_test_server_count (server, "error - 271 "), ==, 1);
}

/* --- what a handler may do ---------------------------------------------------------------------- */

static WsTestServer *acting;

static void
act_cb (WsServer               *server,
        WsConnection           *connection,
        WsClientAuthentication *authentication,
        gpointer                user_data)
{
  switch (GPOINTER_TO_UINT (user_data))
    {
    case 0:
      ws_connection_close (connection, 0, NULL, NULL);
      break;
    case 1:
      ws_server_shutdown (server);
      break;
    case 2:
      g_signal_handlers_disconnect_by_data (server, acting);
      g_clear_object (&acting->server);
      break;
    default:
      for (guint i = 0; i < 20; i++)
        g_main_context_iteration (g_main_context_get_thread_default (), FALSE);
    }
}

static void
test_handler_ends (void)
{
  g_test_summary ("A handler may close the connection, shut the server down, drop it, or iterate the main context.");

  for (guint i = 0; i < 4 * G_N_ELEMENTS (versions); i++)
    {
      WsTestTlsOptions options = { .priority = versions[i % 2], .identity = good };
      g_autoptr (WsTestServer) server = new_server (NULL);
      g_autoptr (WsTestTlsPeer) peer = NULL;

      acting = server;
      g_signal_connect (server->server, "ssl-client-authentication", G_CALLBACK (act_cb),
                        GUINT_TO_POINTER (i / 2));
      if (i / 2 == 3)
        {
          peer = ws_test_tls_peer_new_open (server, &options);
          ws_test_tls_peer_assert_echo (peer, "goes on");
          continue;
        }
      peer = ws_test_tls_peer_new (server, &options);
      ws_test_wait_until (peer->eof);
      g_assert_cmpuint (peer->input->len, ==, 0);
      ws_test_settle ();
    }
}

static void
test_unprintable_name (void)
{
  WsTestTlsOptions options = { .identity = unprintable };
  g_autoptr (WsTestServer) server = new_server (NULL);
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new (server, &options);

  g_test_summary ("A line break and bytes that are not UTF-8 in the name of a client do not get into a message.");

  ws_test_server_wait_for (server, "error");
  for (guint i = 0; i < server->events->len; i++)
    {
      const char *event = server->events->pdata[i];

      g_assert_true (g_utf8_validate (event, -1, NULL));
      g_assert_null (strchr (event, '\n'));
    }
}

static void
test_refused_with_request (void)
{
  WsTestTlsOptions options = { .identity = unprintable };
  g_autoptr (WsTestServer) server = new_server (NULL);
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new (server, &options);
  g_autofree char *request = ws_test_handshake ("/", NULL);

  g_test_summary ("A refused client reads the alert, although it has sent requests that the server does not read.");

  ws_test_tls_peer_handshake (peer);
  ws_test_tls_peer_set_reading (peer, FALSE);
  ws_test_tls_peer_send (peer, request, strlen (request));
  ws_test_tls_peer_send (peer, request, strlen (request));
  ws_test_server_wait_for (server, "error");
  ws_test_settle ();
  ws_test_tls_peer_set_reading (peer, TRUE);
  ws_test_wait_until (peer->eof);
  g_assert_cmpint (peer->failure, ==, GNUTLS_E_FATAL_ALERT_RECEIVED);
}

static void
test_refuse_by_default (void)
{
  g_autoptr (WsTestServer) server = new_server ("RefuseByDefault=True");
  g_auto (Judge) judge = { 0 };
  WsTestTlsOptions options = { .identity = *client_cases[0].client };
  g_autoptr (WsTestTlsPeer) unasked = NULL;
  g_autoptr (WsTestTlsPeer) refused = NULL;

  g_test_summary ("With RefuseByDefault a client with a good certificate is refused unless the handler accepts it.");

  ws_test_server_stop_recording (server, "connection-request");
  ws_test_server_stop_recording (server, "web-socket-open-request");
  unasked = ws_test_tls_peer_new_open (server, &options);
  watch (server, &judge, -1);
  refused = ws_test_tls_peer_new (server, &options);
  ws_test_tls_peer_assert_refused (refused, GNUTLS_A_BAD_CERTIFICATE);
  g_assert_cmpuint (judge.n_seen, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  authority = ws_test_identity_new ("Authority", WS_TEST_IDENTITY_AUTHORITY, NULL);
  foreign_authority = ws_test_identity_new ("Foreign authority", WS_TEST_IDENTITY_AUTHORITY, NULL);
  identity = ws_test_identity_new ("server.example", WS_TEST_IDENTITY_SERVER, authority);
  good = ws_test_identity_new ("client", WS_TEST_IDENTITY_CLIENT, authority);
  foreign = ws_test_identity_new ("stranger", WS_TEST_IDENTITY_CLIENT, foreign_authority);
  expired = ws_test_identity_new ("late", WS_TEST_IDENTITY_CLIENT | WS_TEST_IDENTITY_EXPIRED, authority);
  unprintable = ws_test_identity_new ("x\nError all is well\xff", WS_TEST_IDENTITY_CLIENT, NULL);
  wrong_purpose = ws_test_identity_new ("server", WS_TEST_IDENTITY_SERVER, authority);

  for (gsize i = 0; i < G_N_ELEMENTS (client_cases); i++)
    g_test_add_data_func (client_cases[i].path, &client_cases[i], test_client);
  g_test_add_func ("/integration/tls-clients/not-asked", test_not_asked);
  g_test_add_func ("/integration/tls-clients/contents/certificate", test_contents);
  g_test_add_func ("/integration/tls-clients/contents/none", test_none_contents);
  g_test_add_func ("/integration/tls-clients/include-chain", test_include_chain);
  g_test_add_func ("/integration/tls-clients/resumed/asked-again", test_resumed);
  g_test_add_func ("/integration/tls-clients/resumed/ticket-from-before", test_ticket_from_before);
  g_test_add_func ("/integration/tls-clients/authorities/changed", test_authorities_changed);
  g_test_add_func ("/integration/tls-clients/authorities/bad", test_bad_authorities);
  g_test_add_func ("/integration/tls-clients/refuse-by-default", test_refuse_by_default);
  g_test_add_func ("/integration/tls-clients/handler-ends", test_handler_ends);
  g_test_add_func ("/integration/tls-clients/unprintable-name", test_unprintable_name);
  g_test_add_func ("/integration/tls-clients/refused-with-request", test_refused_with_request);

  result = g_test_run ();
  ws_test_identity_free (authority);
  ws_test_identity_free (foreign_authority);
  ws_test_identity_free (identity);
  ws_test_identity_free (good);
  ws_test_identity_free (foreign);
  ws_test_identity_free (expired);
  ws_test_identity_free (wrong_purpose);
  ws_test_identity_free (unprintable);
  return result;
}

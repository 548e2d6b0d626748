/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <glib/gstdio.h>

#include "ws-test-tls-peer.h"

/* Which certificate a client is shown: ssl-connection-request, and certificates by host name. */

static WsTestIdentity *identity;
static WsTestIdentity *other;

/* What the handler does, and what it has seen. */
typedef struct
{
  WsTestServer   *server;
  WsCertificate  *certificate;
  WsCertStoreType store_type;
  const char     *store;
  const char     *password;
  const char     *subject;
  gboolean        refuses;
  gboolean        defers;
  void (*act) (WsServer     *server,
               WsConnection *connection);
  guint                   n_requests;
  guint                   n_cancelled;
  WsSslConnectionRequest *kept;
  char                   *server_name;
  char                   *cipher_suites;
  char                   *signature_algorithms;
} Chooser;

static void
cancelled_cb (GObject    *object,
              GParamSpec *pspec,
              gpointer    user_data)
{
  Chooser *self = user_data;

  g_assert_true (ws_ssl_connection_request_is_cancelled (WS_SSL_CONNECTION_REQUEST (object)));
  self->n_cancelled++;
}

static void
request_cb (WsServer               *server,
            WsConnection           *connection,
            WsSslConnectionRequest *request,
            gpointer                user_data)
{
  Chooser *self = user_data;

  self->n_requests++;
  g_free (self->server_name);
  g_free (self->cipher_suites);
  g_free (self->signature_algorithms);
  g_object_get (request, "server-name", &self->server_name, "supported-cipher-suites", &self->cipher_suites,
                "supported-signature-algs", &self->signature_algorithms, NULL);
  g_object_set (request, "certificate", self->certificate, "cert-store-type", self->store_type, "cert-store",
                self->store, "cert-password", self->password, "cert-subject", self->subject, NULL);
  if (self->refuses)
    ws_ssl_connection_request_refuse (request);
  if (self->defers)
    {
      ws_ssl_connection_request_defer (request);
      g_set_object (&self->kept, request);
      g_signal_connect (request, "notify::cancelled", G_CALLBACK (cancelled_cb), self);
    }
  if (self->act != NULL)
    self->act (server, connection);
}

static void
chooser_init (Chooser      *self,
              WsTestServer *server)
{
  *self = (Chooser){ .server = server };
  g_signal_connect (server->server, "ssl-connection-request", G_CALLBACK (request_cb), self);
}

static void
chooser_clear (Chooser *self)
{
  if (self->kept != NULL)
    g_signal_handlers_disconnect_by_data (self->kept, self);
  g_clear_object (&self->kept);
  if (self->server->server != NULL)
    g_signal_handlers_disconnect_by_data (self->server->server, self);
  g_clear_object (&self->certificate);
  g_free (self->server_name);
  g_free (self->cipher_suites);
  g_free (self->signature_algorithms);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chooser, chooser_clear)

static void
assert_shown_to (WsTestServer           *server,
                 const WsTestTlsOptions *options,
                 const char             *name)
{
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, options);
  g_autofree char *shown = ws_test_tls_peer_dup_shown_name (peer);

  g_assert_cmpstr (shown, ==, name);
  ws_test_tls_peer_assert_echo (peer, "echo");
  ws_test_tls_peer_close_web_socket (peer);
  ws_test_tls_peer_close (peer);
  ws_test_settle ();
  ws_test_server_forget (server);
}

/* --- what it says ----------------------------------------------------------------------------- */

static void
test_contents (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_auto (Chooser) chooser = { NULL };
  WsTestTlsOptions options = {
    .priority = WS_TEST_TLS12 ":-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM:-KX-ALL:+ECDHE-ECDSA"
                              ":-SIGN-ALL:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SHA256",
    .server_name = "Server.Example",
  };

  g_test_summary ("The request has the client's suites and signature algorithms in its order, and the name.");

  chooser_init (&chooser, server);
  assert_shown_to (server, &options, "server.example");
  g_assert_cmpuint (chooser.n_requests, ==, 1);
  g_assert_cmpstr (chooser.server_name, ==, "server.example");
  g_assert_true (g_str_has_prefix (chooser.cipher_suites, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,"
                                                          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
  g_assert_cmpstr (chooser.signature_algorithms, ==, "ecdsa_secp384r1_sha384,ecdsa_secp256r1_sha256");

  options = (WsTestTlsOptions){ .priority = WS_TEST_TLS13 };
  assert_shown_to (server, &options, "server.example");
  g_assert_cmpuint (chooser.n_requests, ==, 2);
  g_assert_cmpstr (chooser.server_name, ==, "");
  g_assert_nonnull (strstr (chooser.cipher_suites, "TLS_AES_128_GCM_SHA256"));
  g_assert_nonnull (strstr (chooser.signature_algorithms, "ed25519"));
}

static void
test_hello_retry (void)
{
  g_autoptr (WsTestServer)
      server = ws_test_server_new_tls (identity, "TLS13SupportedGroups=ecdhe_secp521r1", NULL);
  g_auto (Chooser) chooser = { NULL };
  WsTestTlsOptions options = { .priority = WS_TEST_TLS13 };

  g_test_summary ("A second ClientHello after a HelloRetryRequest emits no second signal.");

  chooser_init (&chooser, server);
  chooser.certificate = ws_test_identity_to_certificate (other);
  assert_shown_to (server, &options, "other.example");
  g_assert_cmpuint (chooser.n_requests, ==, 1);
}

/* --- another certificate ---------------------------------------------------------------------- */

static const char *const versions[] = { WS_TEST_TLS12, WS_TEST_TLS13 };

static void
test_certificate (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_auto (Chooser) chooser = { NULL };

  g_test_summary ("A handler chooses another certificate for a client, or keeps the server's.");

  chooser_init (&chooser, server);
  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      WsTestTlsOptions options = { .priority = versions[i] };

      chooser.certificate = ws_test_identity_to_certificate (other);
      assert_shown_to (server, &options, "other.example");
      g_clear_object (&chooser.certificate);
      assert_shown_to (server, &options, "server.example");
    }
}

static void
test_many_certificates (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_auto (Chooser) chooser = { NULL };

  g_test_summary ("A handler that makes a certificate for each client fills no table.");

  chooser_init (&chooser, server);
  for (guint i = 0; i < 70; i++)
    {
      chooser.certificate = ws_test_identity_to_certificate (other);
      assert_shown_to (server, NULL, "other.example");
      g_clear_object (&chooser.certificate);
    }
}

static char *
write_pem (const WsTestIdentity *of)
{
  g_autofree char *pem = ws_test_identity_to_pem (of, TRUE);
  char            *path = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("ws-test-XXXXXX.pem", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_file_set_contents (path, pem, -1, &error);
  g_assert_no_error (error);
  return path;
}

static void
test_store (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_auto (Chooser) chooser = { NULL };
  g_autofree char *path = write_pem (other);
  g_autofree char *pem = ws_test_identity_to_pem (other, TRUE);
  g_autofree char *encrypted = NULL;

  g_test_summary ("A handler names a store: by file, by content, with subject and password.");

  chooser_init (&chooser, server);
  chooser.store_type = WS_CERT_STORE_TYPE_PEM_KEY_FILE;
  chooser.store = path;
  assert_shown_to (server, NULL, "other.example");
  chooser.subject = "CN=other.example";
  assert_shown_to (server, NULL, "other.example");
  chooser.store_type = WS_CERT_STORE_TYPE_AUTO;
  chooser.subject = NULL;
  assert_shown_to (server, NULL, "other.example");
  chooser.store_type = WS_CERT_STORE_TYPE_PEM_KEY_BLOB;
  chooser.store = pem;
  assert_shown_to (server, NULL, "other.example");

  encrypted = g_test_build_filename (G_TEST_DIST, "certificates", "files", "new.pfx", NULL);
  chooser.store_type = WS_CERT_STORE_TYPE_PFX_FILE;
  chooser.store = encrypted;
  chooser.password = "secret";
  {
    g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, NULL);
    g_autofree char *shown = ws_test_tls_peer_dup_shown_name (peer);

    g_assert_cmpstr (shown, !=, "server.example");
  }
  g_unlink (path);
}

typedef struct
{
  const char     *path;
  WsCertStoreType type;
  const char     *store; /* a sample */
  const char     *password;
  const char     *subject;
  int             code;
  const char     *text;
} BadStoreCase;

static const BadStoreCase bad_stores[] = {
  { "/integration/tls-hello/bad-store/missing", WS_CERT_STORE_TYPE_PEM_KEY_FILE, "missing.pem", NULL, NULL, 271, "missing.pem" },
  { "/integration/tls-hello/bad-store/password", WS_CERT_STORE_TYPE_PFX_FILE, "new.pfx", "wrong", NULL, 271, "new.pfx" },
  { "/integration/tls-hello/bad-store/subject", WS_CERT_STORE_TYPE_PFX_FILE, "new.pfx", "secret", "CN=nobody", 272, "nobody" },
  { "/integration/tls-hello/bad-store/type", WS_CERT_STORE_TYPE_JKS_FILE, "new.pfx", "wrong", NULL, 271, "" },
  { "/integration/tls-hello/bad-store/no-key", WS_CERT_STORE_TYPE_PUBLIC_KEY_FILE, "rsa.pem", NULL, NULL, 273, "key" },
};

static void
test_bad_store (gconstpointer user_data)
{
  const BadStoreCase *bad = user_data;
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_auto (Chooser) chooser = { NULL };
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "certificates", "files", bad->store, NULL);
  g_autofree char *prefix = g_strdup_printf ("error #1 %d [%d] ", bad->code, bad->code);
  g_autoptr (WsTestTlsPeer) peer = NULL;
  const char *event;

  g_test_summary ("A store that cannot be used is an alert for the client, and an error that names store and fault.");

  chooser_init (&chooser, server);
  chooser.store_type = bad->type;
  chooser.store = path;
  chooser.password = bad->password;
  chooser.subject = bad->subject;
  peer = ws_test_tls_peer_new (server, NULL);
  ws_test_tls_peer_assert_refused (peer, GNUTLS_A_INTERNAL_ERROR);
  ws_test_server_wait_for (server, "error ");
  event = g_ptr_array_index (server->events, server->events->len - 1);
  g_test_message ("%s", event);
  g_assert_true (g_str_has_prefix (event, prefix));
  g_assert_nonnull (strstr (event, bad->text));
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 1);

  chooser.store = NULL;
  ws_test_server_forget (server);
  assert_shown_to (server, NULL, "server.example");
}

static void
test_refuse (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_auto (Chooser) chooser = { NULL };

  g_test_summary ("refuse() is the alert unrecognized_name for the client, and an error 276.");

  chooser_init (&chooser, server);
  chooser.refuses = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      WsTestTlsOptions options = { .priority = versions[i] };
      g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new (server, &options);

      ws_test_tls_peer_assert_refused (peer, GNUTLS_A_UNRECOGNIZED_NAME);
      ws_test_wait_until (ws_test_server_count (server, "error ") == i + 1);
    }
  g_assert_cmpuint (ws_test_server_count (server, "error #1 276 [276] TLS handshake refused: "), ==, 1);
}

/* --- a decision that takes time --------------------------------------------------------------- */

static void
test_defer (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_auto (Chooser) chooser = { NULL };
  g_autoptr (WsTestClient) knocks = NULL;

  g_test_summary ("During a deferred decision the client waits and others are served; then the client gets the certificate.");

  chooser_init (&chooser, server);
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (versions); i++)
    {
      WsTestTlsOptions options = { .priority = versions[i / 2], .dribbles = i % 2 };
      g_autoptr (WsTestTlsPeer) peer = NULL;
      g_autoptr (WsCertificate) certificate = ws_test_identity_to_certificate (other);
      g_autofree char *shown = NULL;

      chooser.defers = TRUE;
      chooser.n_requests = 0;
      peer = ws_test_tls_peer_new (server, &options);
      ws_test_wait_until (chooser.n_requests == 1);
      chooser.defers = FALSE;
      assert_shown_to (server, NULL, "server.example");
      ws_test_settle ();
      g_assert_false (peer->open);
      g_assert_false (peer->eof);

      g_object_set (chooser.kept, "certificate", certificate, NULL);
      g_assert_true (ws_ssl_connection_request_complete (chooser.kept));
      g_assert_false (ws_ssl_connection_request_complete (chooser.kept));
      ws_test_tls_peer_open (peer);
      g_assert_false (ws_ssl_connection_request_complete (chooser.kept));
      shown = ws_test_tls_peer_dup_shown_name (peer);
      g_assert_cmpstr (shown, ==, "other.example");
      ws_test_tls_peer_assert_echo (peer, "later");
      g_assert_cmpuint (chooser.n_cancelled, ==, 0);
    }
}

static void
test_defer_complete_inside (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_auto (Chooser) chooser = { NULL };
  g_autoptr (WsTestTlsPeer) peer = NULL;

  g_test_summary ("A deferred request can be refused later; one whose last reference is dropped is refused.");

  chooser_init (&chooser, server);
  chooser.defers = TRUE;
  peer = ws_test_tls_peer_new (server, NULL);
  ws_test_wait_until (chooser.n_requests == 1);
  ws_ssl_connection_request_refuse (chooser.kept);
  ws_ssl_connection_request_complete (chooser.kept);
  ws_test_tls_peer_assert_refused (peer, GNUTLS_A_UNRECOGNIZED_NAME);
  ws_test_server_wait_for (server, "error #1 276 ");
  g_clear_pointer (&peer, ws_test_tls_peer_free);

  chooser.certificate = ws_test_identity_to_certificate (other);
  peer = ws_test_tls_peer_new (server, NULL);
  ws_test_wait_until (chooser.n_requests == 2);
  ws_test_settle ();
  g_assert_false (peer->open);
  g_signal_handlers_disconnect_by_data (chooser.kept, &chooser);
  g_clear_object (&chooser.kept);
  ws_test_tls_peer_assert_refused (peer, GNUTLS_A_INTERNAL_ERROR);
  ws_test_server_wait_for (server, "error #2 276 [276] the application dropped the request");
}

static void
test_defer_bad_store (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_auto (Chooser) chooser = { NULL };
  g_autoptr (WsTestTlsPeer) peer = NULL;

  g_test_summary ("A store that cannot be opened after a deferred decision is an error and an alert, too.");

  chooser_init (&chooser, server);
  chooser.defers = TRUE;
  chooser.store_type = WS_CERT_STORE_TYPE_PEM_KEY_FILE;
  chooser.store = "/nonexistent/file.pem";
  peer = ws_test_tls_peer_new (server, NULL);
  ws_test_wait_until (chooser.n_requests == 1);
  ws_ssl_connection_request_complete (chooser.kept);
  ws_test_tls_peer_assert_refused (peer, GNUTLS_A_INTERNAL_ERROR);
  ws_test_server_wait_for (server, "error #1 271 [271] ");
  g_assert_nonnull (strstr (g_ptr_array_index (server->events, server->events->len - 1), "/nonexistent/file.pem"));
}

static void
test_defer_cancelled (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_auto (Chooser) chooser = { NULL };

  g_test_summary ("A request is cancelled when the client leaves, at the timeout, and when the server shuts down.");

  chooser_init (&chooser, server);
  chooser.defers = TRUE;
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (WsTestTlsPeer) peer = NULL;

      if (i == 3)
        ws_test_server_config (server, "HandshakeTimeout=1");
      peer = ws_test_tls_peer_new (server, NULL);
      ws_test_wait_until (chooser.n_requests == i + 1);
      if (i == 0)
        ws_test_tls_peer_close (peer);
      else if (i == 1)
        ws_test_tls_peer_reset (peer);
      else if (i == 2)
        {
          ws_server_shutdown (server->server);
          ws_test_server_listen (server);
        }
      ws_test_wait_until (chooser.n_cancelled == i + 1);
      g_assert_false (ws_ssl_connection_request_complete (chooser.kept));
    }
  ws_test_server_wait_for (server, "error ");
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (server->events, server->events->len - 1), "decision"));
}

/* --- what a handler may do -------------------------------------------------------------------- */

static void
act_disconnect (WsServer     *server,
                WsConnection *connection)
{
  ws_connection_close (connection, 0, NULL, NULL);
}

static void
act_shut_down (WsServer     *server,
               WsConnection *connection)
{
  ws_server_shutdown (server);
}

static void
act_iterate (WsServer     *server,
             WsConnection *connection)
{
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (g_main_context_get_thread_default (), FALSE);
}

static void
test_handler_disconnects (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_auto (Chooser) chooser = { NULL };

  g_test_summary ("A handler may close the connection, shut the server down, or iterate the main context.");

  chooser_init (&chooser, server);
  chooser.certificate = ws_test_identity_to_certificate (other);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (WsTestTlsPeer) peer = NULL;

      chooser.defers = i >= 2;
      chooser.act = i % 2 == 0 ? act_disconnect : act_shut_down;
      peer = ws_test_tls_peer_new (server, NULL);
      ws_test_wait_until (peer->eof);
      g_assert_cmpuint (chooser.n_requests, ==, i + 1);
      if (chooser.kept != NULL)
        g_assert_false (ws_ssl_connection_request_complete (chooser.kept));
      if (i % 2 == 1)
        ws_test_server_listen (server);
    }

  chooser.defers = FALSE;
  chooser.act = act_iterate;
  assert_shown_to (server, NULL, "other.example");
}

static WsTestServer *dropped;

static void
act_drop (WsServer     *server,
          WsConnection *connection)
{
  g_signal_handlers_disconnect_by_data (server, dropped);
  g_clear_object (&dropped->server);
}

static void
test_handler_drops_server (void)
{
  g_test_summary ("A handler may drop the last reference to the server.");

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
      g_auto (Chooser) chooser = { NULL };
      g_autoptr (WsTestTlsPeer) peer = NULL;

      dropped = server;
      chooser_init (&chooser, server);
      chooser.act = act_drop;
      chooser.defers = i == 1;
      chooser.refuses = i == 2;
      peer = ws_test_tls_peer_new (server, NULL);
      ws_test_wait_until (peer->eof);
      g_assert_cmpuint (chooser.n_requests, ==, 1);
      g_assert_null (server->server);
      ws_test_settle ();
    }
}

/* --- by host name ----------------------------------------------------------------------------- */

static void
add_identity (WsTestServer         *server,
              const WsTestIdentity *added)
{
  g_autoptr (WsCertificate) certificate = ws_test_identity_to_certificate (added);
  g_autoptr (GError) error = NULL;

  g_assert_true (ws_server_add_ssl_cert (server->server, certificate, &error));
  g_assert_no_error (error);
}

static void
assert_shown_for (WsTestServer *server,
                  const char   *server_name,
                  const char   *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      WsTestTlsOptions options = { .priority = versions[i], .server_name = server_name };

      assert_shown_to (server, &options, name);
    }
}

static void
test_names (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_autoptr (WsTestIdentity) wildcard = ws_test_identity_new ("*.wild.example,extra.example", 0, NULL);
  g_autoptr (WsCertificate) added = ws_test_identity_to_certificate (other);
  g_autoptr (WsCertificate) bad = NULL;
  g_autofree char *pem = ws_test_identity_to_pem (other, FALSE);
  g_autoptr (GBytes) encoded = g_bytes_new (pem, strlen (pem));
  g_autoptr (GError) error = NULL;

  g_test_summary ("Each client gets the certificate of the name it asks for, or the first; also if set while listening.");

  assert_shown_for (server, "other.example", "server.example");
  g_assert_true (ws_server_add_ssl_cert (server->server, added, &error));
  add_identity (server, wildcard);
  assert_shown_for (server, "other.example", "other.example");
  assert_shown_for (server, "OTHER.example", "other.example");
  assert_shown_for (server, "other.example.", "other.example");
  assert_shown_for (server, "server.example", "server.example");
  assert_shown_for (server, "a.wild.example", "*.wild.example");
  assert_shown_for (server, "extra.example", "*.wild.example");
  assert_shown_for (server, "unknown.example", "server.example");
  assert_shown_for (server, NULL, "server.example");

  bad = ws_certificate_new_from_encoded (encoded, &error);
  g_assert_no_error (error);
  g_assert_false (ws_server_add_ssl_cert (server->server, bad, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_CREDENTIALS);
  g_assert_false (ws_server_remove_ssl_cert (server->server, bad));

  g_assert_true (ws_server_remove_ssl_cert (server->server, added));
  g_assert_false (ws_server_remove_ssl_cert (server->server, added));
  assert_shown_for (server, "other.example", "server.example");
  assert_shown_for (server, "a.wild.example", "*.wild.example");
}

static void
test_first_is_default (void)
{
  g_autoptr (WsTestIdentity)
      rsa = ws_test_identity_new ("first.example,www.first.example", WS_TEST_IDENTITY_RSA, NULL);
  g_autoptr (WsTestIdentity)
      again = ws_test_identity_new ("www.first.example", WS_TEST_IDENTITY_SERVER, NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (rsa, NULL, NULL);
  WsTestTlsOptions ecdsa_only = { .priority = WS_TEST_TLS12 ":-KX-ALL:+ECDHE-ECDSA" };
  g_autoptr (WsTestTlsPeer) peer = NULL;

  g_test_summary ("A client that asks for an unknown name gets ssl-cert, even if it prefers the key type of another certificate.");

  add_identity (server, identity);
  assert_shown_for (server, "unknown.example", "first.example");
  assert_shown_for (server, NULL, "first.example");
  assert_shown_for (server, "server.example", "server.example");
  peer = ws_test_tls_peer_new (server, &ecdsa_only);
  ws_test_tls_peer_assert_refused (peer, GNUTLS_A_HANDSHAKE_FAILURE);

  add_identity (server, again);
  assert_shown_to (server, &ecdsa_only, "www.first.example");
}

static void
test_address (void)
{
  g_autoptr (WsTestIdentity)
      rsa = ws_test_identity_new ("first.example,192.0.2.1", WS_TEST_IDENTITY_RSA, NULL);
  g_autoptr (WsTestIdentity)
      unlike = ws_test_identity_new ("unlike.example,192.0.2.2", WS_TEST_IDENTITY_SERVER, NULL);
  g_autoptr (WsTestIdentity)
      alike = ws_test_identity_new ("alike.example,192.0.2.1", WS_TEST_IDENTITY_SERVER, NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (rsa, NULL, NULL);
  WsTestTlsOptions ecdsa_only = { .priority = WS_TEST_TLS12 ":-KX-ALL:+ECDHE-ECDSA" };
  g_autoptr (WsTestTlsPeer) peer = NULL;

  g_test_summary ("A certificate with an address of ssl-cert is used for clients that need its kind of key.");

  add_identity (server, unlike);
  peer = ws_test_tls_peer_new (server, &ecdsa_only);
  ws_test_tls_peer_assert_refused (peer, GNUTLS_A_HANDSHAKE_FAILURE);
  add_identity (server, alike);
  assert_shown_to (server, &ecdsa_only, "alike.example");
}

static void
test_two_keys (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  g_autoptr (WsTestIdentity) rsa = ws_test_identity_new ("server.example", WS_TEST_IDENTITY_RSA, NULL);
  static const struct
  {
    const char           *priority;
    gnutls_pk_algorithm_t algorithm;
  } cases[] = {
    { WS_TEST_TLS12 ":-KX-ALL:+ECDHE-RSA", GNUTLS_PK_RSA },
    { WS_TEST_TLS12 ":-KX-ALL:+ECDHE-ECDSA", GNUTLS_PK_ECDSA },
    { WS_TEST_TLS13 ":-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA256", GNUTLS_PK_RSA },
    { WS_TEST_TLS13 ":-SIGN-ALL:+SIGN-ECDSA-SECP256R1-SHA256", GNUTLS_PK_ECDSA },
  };

  g_test_summary (
      "With an RSA and an ECDSA certificate for one name, each client gets the one it can verify.");

  add_identity (server, rsa);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      WsTestTlsOptions options = { .priority = cases[i].priority, .server_name = "server.example" };
      g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, &options);
      const gnutls_datum_t *shown = gnutls_certificate_get_peers (peer->session, &(guint){ 0 });
      gnutls_x509_crt_t     certificate;

      gnutls_x509_crt_init (&certificate);
      g_assert_cmpint (gnutls_x509_crt_import (certificate, shown, GNUTLS_X509_FMT_DER), ==, 0);
      g_assert_cmpint (gnutls_x509_crt_get_pk_algorithm (certificate, NULL), ==, cases[i].algorithm);
      gnutls_x509_crt_deinit (certificate);
      ws_test_tls_peer_assert_echo (peer, "verified");
    }
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  identity = ws_test_identity_new ("server.example", WS_TEST_IDENTITY_SERVER, NULL);
  other = ws_test_identity_new ("other.example", WS_TEST_IDENTITY_SERVER, NULL);

  g_test_add_func ("/integration/tls-hello/contents", test_contents);
  g_test_add_func ("/integration/tls-hello/hello-retry", test_hello_retry);
  g_test_add_func ("/integration/tls-hello/certificate/one", test_certificate);
  g_test_add_func ("/integration/tls-hello/certificate/many", test_many_certificates);
  g_test_add_func ("/integration/tls-hello/store", test_store);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_stores); i++)
    g_test_add_data_func (bad_stores[i].path, &bad_stores[i], test_bad_store);
  g_test_add_func ("/integration/tls-hello/refuse", test_refuse);
  g_test_add_func ("/integration/tls-hello/defer/complete", test_defer);
  g_test_add_func ("/integration/tls-hello/defer/refuse-and-drop", test_defer_complete_inside);
  g_test_add_func ("/integration/tls-hello/defer/bad-store", test_defer_bad_store);
  g_test_add_func ("/integration/tls-hello/defer/cancelled", test_defer_cancelled);
  g_test_add_func ("/integration/tls-hello/handler/ends", test_handler_disconnects);
  g_test_add_func ("/integration/tls-hello/handler/drops-server", test_handler_drops_server);
  g_test_add_func ("/integration/tls-hello/names/by-name", test_names);
  g_test_add_func ("/integration/tls-hello/names/address", test_address);
  g_test_add_func ("/integration/tls-hello/names/first-is-default", test_first_is_default);
  g_test_add_func ("/integration/tls-hello/names/two-keys", test_two_keys);

  result = g_test_run ();
  ws_test_identity_free (identity);
  ws_test_identity_free (other);
  return result;
}

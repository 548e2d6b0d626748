/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "ws-test-tls-peer.h"

/* What each setting of TLS does, as a client sees it. tests/contract/contract.tsv has the list. */

static WsTestIdentity *authority;
static WsTestIdentity *identity;
static WsTestIdentity *rsa;

static const char *const versions[] = { WS_TEST_TLS12, WS_TEST_TLS13 };

static void
assert_served (WsTestServer *server,
               const char   *priority)
{
  WsTestTlsOptions options = { .priority = priority };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, &options);

  ws_test_tls_peer_assert_echo (peer, "served");
}

static void
assert_not_served (WsTestServer *server,
                   const char   *priority,
                   int           alert)
{
  WsTestTlsOptions options = { .priority = priority };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new (server, &options);

  ws_test_server_wait_for (server, "error ");
  g_test_message ("%s: %s", priority, (const char *) server->events->pdata[server->events->len - 1]);
  ws_test_tls_peer_assert_refused (peer, alert);
  ws_test_server_forget (server);
}

/* --- versions and suites ----------------------------------------------------------------------- */

static void
test_protocols (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);

  g_test_summary ("Only the versions of the mask are served, TLS 1.0 and 1.1 only if GnuTLS has them.");

  for (gsize i = 0; i < 2; i++)
    assert_served (server, versions[i]);
  assert_not_served (server, "NORMAL:-VERS-ALL:+VERS-TLS1.1", GNUTLS_A_PROTOCOL_VERSION);

  ws_test_server_config (server, "SSLEnabledProtocols=3072");
  assert_served (server, WS_TEST_TLS12);
  assert_not_served (server, WS_TEST_TLS13, GNUTLS_A_PROTOCOL_VERSION);
  ws_test_server_config (server, "SSLEnabledProtocols=12288");
  assert_served (server, WS_TEST_TLS13);
  assert_not_served (server, WS_TEST_TLS12, GNUTLS_A_PROTOCOL_VERSION);
  ws_test_server_config (server, "SSLEnabledProtocols=768");
  assert_served (server, "NORMAL:-VERS-ALL:+VERS-TLS1.1");
}

static void
test_cipher_suites (void)
{
  g_autoptr (WsTestServer) server = NULL;
  static const struct
  {
    const char *priority;
    gboolean    served;
  } cases[] = {
    { WS_TEST_TLS12 ":-CIPHER-ALL:+AES-128-GCM:-KX-ALL:+ECDHE-ECDSA", TRUE },
    { WS_TEST_TLS12 ":-CIPHER-ALL:+AES-256-GCM:-KX-ALL:+ECDHE-ECDSA", FALSE },
    { WS_TEST_TLS12 ":-CIPHER-ALL:+AES-256-CBC:-KX-ALL:+ECDHE-ECDSA:-MAC-ALL:+SHA1", TRUE },
    { WS_TEST_TLS12 ":-CIPHER-ALL:+AES-128-CBC:-KX-ALL:+ECDHE-ECDSA:-MAC-ALL:+SHA1", FALSE },
    { WS_TEST_TLS13 ":-CIPHER-ALL:+CHACHA20-POLY1305", TRUE },
    { WS_TEST_TLS13 ":-CIPHER-ALL:+AES-128-GCM", FALSE },
    { WS_TEST_TLS13 ":-CIPHER-ALL:+AES-256-GCM", FALSE },
  };

  g_test_summary ("Only the named suites are served, and no other combination of their parts.");

  server = ws_test_server_new_tls (identity,
                                   "SSLEnabledCipherSuites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,"
                                   "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,TLS_CHACHA20_POLY1305_SHA256",
                                   NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    if (cases[i].served)
      assert_served (server, cases[i].priority);
    else
      assert_not_served (server, cases[i].priority, GNUTLS_A_HANDSHAKE_FAILURE);
}

static void
test_cipher_strength (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);

  g_test_summary ("Ciphers with shorter keys are not served.");

  assert_served (server, WS_TEST_TLS12 ":-CIPHER-ALL:+AES-128-GCM");
  assert_served (server, WS_TEST_TLS13 ":-CIPHER-ALL:+AES-128-GCM");
  ws_test_server_config (server, "SSLCipherStrength=256");
  assert_not_served (server, WS_TEST_TLS12 ":-CIPHER-ALL:+AES-128-GCM", GNUTLS_A_HANDSHAKE_FAILURE);
  assert_not_served (server, WS_TEST_TLS13 ":-CIPHER-ALL:+AES-128-GCM", GNUTLS_A_HANDSHAKE_FAILURE);
  assert_served (server, WS_TEST_TLS12 ":-CIPHER-ALL:+AES-256-GCM");
  assert_served (server, WS_TEST_TLS13 ":-CIPHER-ALL:+AES-128-GCM:+CHACHA20-POLY1305");
}

/* --- groups and signatures ----------------------------------------------------------------------- */

typedef struct
{
  const char *path;
  const char *setting;
  const char *priority;
  int         group;
  int         signature; /* 0: any */
} ParameterCase;

static const ParameterCase parameter_cases[] = {
  { "/integration/tls-settings/groups-1.2/own", "TLS12SupportedGroups=ecdhe_secp384r1", WS_TEST_TLS12,
    GNUTLS_GROUP_SECP384R1, 0 },
  { "/integration/tls-settings/groups-1.2/other-version", "TLS12SupportedGroups=ecdhe_secp384r1",
    WS_TEST_TLS13 ":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP384R1", GNUTLS_GROUP_X25519, 0 },
  { "/integration/tls-settings/groups-1.2/clients-favourite", "TLS12SupportedGroups=ecdhe_secp521r1,ecdhe_secp256r1",
    WS_TEST_TLS12 ":-GROUP-ALL:+GROUP-SECP384R1:+GROUP-SECP256R1:+GROUP-SECP521R1", GNUTLS_GROUP_SECP256R1,
    0 },
  { "/integration/tls-settings/groups-1.3/own", "TLS13SupportedGroups=ecdhe_secp521r1", WS_TEST_TLS13,
    GNUTLS_GROUP_SECP521R1, 0 },
  { "/integration/tls-settings/groups-1.3/other-version", "TLS13SupportedGroups=ecdhe_secp521r1",
    WS_TEST_TLS12 ":-GROUP-ALL:+GROUP-SECP256R1:+GROUP-SECP521R1", GNUTLS_GROUP_SECP256R1, 0 },
  { "/integration/tls-settings/groups-1.3/ffdhe", "TLS13SupportedGroups=ffdhe_3072", WS_TEST_TLS13,
    GNUTLS_GROUP_FFDHE3072, 0 },
  { "/integration/tls-settings/signatures-1.2/own", "TLS12SignatureAlgorithms=sha512-rsa",
    WS_TEST_TLS12 ":-GROUP-ALL:+GROUP-SECP256R1", GNUTLS_GROUP_SECP256R1, GNUTLS_SIGN_RSA_SHA512 },
  { "/integration/tls-settings/signatures-1.3/own", "TLS13SignatureAlgorithms=rsa_pss_sha512",
    WS_TEST_TLS13 ":-GROUP-ALL:+GROUP-X25519", GNUTLS_GROUP_X25519, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512 },
};

static void
test_parameters (gconstpointer user_data)
{
  const ParameterCase *parameters = user_data;
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (rsa, parameters->setting, NULL);
  WsTestTlsOptions options = { .priority = parameters->priority };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, &options);

  g_test_summary ("The list for the negotiated version decides.");

  ws_test_tls_peer_assert_echo (peer, "agreed");
  g_assert_cmpint (gnutls_group_get (peer->session), ==, parameters->group);
  if (parameters->signature != 0)
    g_assert_cmpint (gnutls_sign_algorithm_get (peer->session), ==, parameters->signature);
}

static void
test_parameters_not_in_common (void)
{
  g_autoptr (WsTestServer) server = NULL;

  g_test_summary (
      "A client that has none of the groups, or no signature algorithm in common, is not served.");

  server = ws_test_server_new_tls (rsa, "TLS13SupportedGroups=ecdhe_secp521r1", "TLS13SignatureAlgorithms=rsa_pss_sha512", NULL);
  assert_not_served (server, WS_TEST_TLS13 ":-GROUP-ALL:+GROUP-X25519", GNUTLS_A_HANDSHAKE_FAILURE);
  assert_not_served (server, WS_TEST_TLS13 ":-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA256",
                     GNUTLS_A_HANDSHAKE_FAILURE);
}

static void
test_dh_group_bits (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (rsa, NULL, NULL);
  const guint bits[] = { 2048, 3072, 4096 };

  g_test_summary ("PreferredDHGroupBits is the size of the group for a TLS 1.2 client without elliptic curves, with or without named groups.");

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (bits); i++)
    {
      g_autofree char *setting = g_strdup_printf ("PreferredDHGroupBits=%u", bits[i / 2]);
      WsTestTlsOptions options = { .priority = WS_TEST_TLS12 ":-KX-ALL:+DHE-RSA" };
      g_autoptr (WsTestTlsPeer) peer = NULL;

      if (i % 2 == 1)
        options.priority = WS_TEST_TLS12 ":-KX-ALL:+DHE-RSA:-GROUP-DH-ALL";
      ws_test_server_config (server, setting);
      peer = ws_test_tls_peer_new_open (server, &options);
      ws_test_tls_peer_assert_echo (peer, "agreed");
      g_assert_cmpint (gnutls_dh_get_prime_bits (peer->session), ==, bits[i / 2]);
    }
}

/* --- sessions ------------------------------------------------------------------------------------ */

static void
test_reuse_session (void)
{
  g_test_summary ("A returning client resumes its session only with ReuseSSLSession.");

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (versions); i++)
    {
      gboolean reuse = i % 2 == 0;
      g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, reuse ? "ReuseSSLSession=True" : "ReuseSSLSession=False", NULL);
      WsTestTlsOptions options = { .priority = versions[i / 2] };
      g_autoptr (WsTestTlsPeer) first = ws_test_tls_peer_new_open (server, &options);
      g_autoptr (WsTestTlsPeer) second = NULL;
      g_autoptr (GBytes) session = NULL;
      gnutls_datum_t data = { NULL, 0 };

      ws_test_tls_peer_assert_echo (first, "first");
      g_assert_cmpint ((gnutls_session_get_flags (first->session) & GNUTLS_SFLAGS_SESSION_TICKET) != 0, ==,
                       reuse);
      if (reuse)
        session = ws_test_tls_peer_dup_session (first);
      else if (gnutls_session_get_data2 (first->session, &data) == 0)
        session = g_bytes_new (data.data, data.size);
      gnutls_free (data.data);
      options.session = session;
      second = ws_test_tls_peer_new_open (server, &options);
      ws_test_tls_peer_assert_echo (second, "second");
      g_assert_cmpint (gnutls_session_is_resumed (second->session) != 0, ==, reuse);
    }
}

static void
test_renegotiation (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  WsTestTlsOptions options = { .priority = WS_TEST_TLS12 };
  g_autoptr (WsTestTlsPeer) refused = ws_test_tls_peer_new_open (server, &options);
  g_autoptr (WsTestTlsPeer) served = NULL;

  g_test_summary ("Renegotiation of a TLS 1.2 client is refused or served as set; the WebSocket goes on.");

  ws_test_tls_peer_assert_echo (refused, "before");
  ws_test_tls_peer_renegotiate (refused);
  ws_test_wait_until (refused->refused || refused->eof);
  g_assert_false (refused->eof);
  ws_test_tls_peer_assert_echo (refused, "after");

  ws_test_server_config (server, "SSLEnableRenegotiation=True");
  served = ws_test_tls_peer_new_open (server, &options);
  for (guint i = 0; i < 3; i++)
    {
      ws_test_tls_peer_assert_echo (served, "before");
      ws_test_tls_peer_renegotiate (served);
      ws_test_wait_until (served->open || served->eof);
      g_assert_false (served->refused);
      ws_test_tls_peer_assert_echo (served, "after");
    }
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 0);
}

/* --- the key log ---------------------------------------------------------------------------------- */

static GString *client_secrets;

static int
client_secret_cb (gnutls_session_t      session,
                  const char           *label,
                  const gnutls_datum_t *secret)
{
  gnutls_datum_t client_random;
  gnutls_datum_t server_random;

  gnutls_session_get_random (session, &client_random, &server_random);
  g_string_append_printf (client_secrets, "%s ", label);
  for (guint i = 0; i < client_random.size; i++)
    g_string_append_printf (client_secrets, "%02x", client_random.data[i]);
  g_string_append_c (client_secrets, ' ');
  for (guint i = 0; i < secret->size; i++)
    g_string_append_printf (client_secrets, "%02x", secret->data[i]);
  g_string_append_c (client_secrets, '\n');
  return 0;
}

static void
log_one_session (const char *setting,
                 const char *priority)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, setting, NULL);
  WsTestTlsOptions options = { .priority = priority };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new (server, &options);

  gnutls_session_set_keylog_function (peer->session, client_secret_cb);
  ws_test_tls_peer_open (peer);
  ws_test_tls_peer_assert_echo (peer, "logged");
}

static void
test_key_log_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("ws-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "keys", NULL);
  g_autofree char *setting = g_strconcat ("SSLKeyLogFile=", path, NULL);
  g_autofree char *content = NULL;
  g_auto (GStrv) lines = NULL;
  struct stat status;

  g_test_summary ("The key log has the client's secrets, only its owner can read it, and it is only appended to.");

  client_secrets = g_string_new (NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    log_one_session (setting, versions[i]);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));

  lines = g_strsplit (client_secrets->str, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), >=, 1 + 4 + 1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (content, lines[i]) == NULL)
      g_error ("the key log lacks %s", lines[i]);
  g_assert_nonnull (strstr (content, "CLIENT_RANDOM "));
  g_assert_nonnull (strstr (content, "CLIENT_TRAFFIC_SECRET_0 "));
  g_assert_nonnull (strstr (content, "SERVER_TRAFFIC_SECRET_0 "));

  g_string_free (client_secrets, TRUE);
  g_unlink (path);
  g_rmdir (folder);
}

/* --- the chain ------------------------------------------------------------------------------------ */

static void
test_ca_certs (void)
{
  g_autoptr (WsTestIdentity) middle = ws_test_identity_new ("Middle", WS_TEST_IDENTITY_AUTHORITY, authority);
  g_autoptr (WsTestIdentity) leaf = ws_test_identity_new ("server.example", WS_TEST_IDENTITY_SERVER, middle);
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (leaf, NULL, NULL);
  g_autofree char *pem = ws_test_identity_to_pem (middle, FALSE);
  g_autofree char *setting = g_strconcat ("SSLCACerts=", pem, NULL);

  g_test_summary ("The client receives the chain and can verify it with the root alone.");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (WsTestTlsPeer) peer = NULL;
      guint status = 0;

      if (i == 1)
        ws_test_server_config (server, setting);
      peer = ws_test_tls_peer_new_open (server, NULL);
      g_assert_cmpuint (ws_test_tls_peer_get_n_shown (peer), ==, i + 1);
      gnutls_certificate_set_x509_trust (peer->credentials, &authority->certificate, 1);
      g_assert_cmpint (gnutls_certificate_verify_peers3 (peer->session, "server.example", &status), ==, 0);
      g_assert_cmpint (status == 0, ==, i == 1);
    }
}

/* --- time ------------------------------------------------------------------------------------------ */

static gboolean
passed_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
let_pass (guint ms)
{
  gboolean passed = FALSE;

  g_timeout_add (ms, passed_cb, &passed);
  ws_test_wait_until (passed);
}

static void
test_default_connection_timeout (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, "DefaultConnectionTimeout=1", NULL);
  g_autoptr (WsTestTlsPeer) open = ws_test_tls_peer_new_open (server, NULL);
  g_autoptr (WsTestClient) silent = ws_test_server_connect (server);
  g_autoptr (WsTestClient) stalled = ws_test_server_connect (server);
  g_autoptr (WsTestClient) slow = ws_test_server_connect (server);

  g_test_summary ("A handshake in which the client is silent for that time ends; a slow handshake that goes on does not.");

  ws_test_client_send (stalled, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  ws_test_client_send (slow, "\x16\x03\x01\x02\x00", 5);
  for (guint i = 0; i < 4; i++)
    {
      let_pass (500);
      ws_test_client_send (slow, "\x01\x00\x01\xfc" + i, 1);
    }
  ws_test_wait_until (silent->eof && stalled->eof);
  g_assert_false (slow->eof);
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 1);
  ws_test_wait_until (slow->eof);
  ws_test_wait_until (ws_test_server_count (server, "error") == 2);
  for (guint i = 0; i < server->events->len; i++)
    if (g_str_has_prefix (server->events->pdata[i], "error"))
      g_assert_nonnull (strstr (server->events->pdata[i], " 276 [276] TLS handshake: the client was silent for DefaultConnectionTimeout"));
  ws_test_tls_peer_assert_echo (open, "still here");
}

/* --- the provider ---------------------------------------------------------------------------------- */

static void
assert_internal_api (WsTestServer *server,
                     const char   *expected)
{
  g_autofree char *value = ws_server_config (server->server, "UseInternalSecurityAPI", NULL);

  g_assert_cmpstr (value, ==, expected);
}

static void
test_use_internal_security_api (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);

  g_test_summary ("The setting and ssl-provider always agree.");

  assert_internal_api (server, "False");
  ws_test_server_config (server, "UseInternalSecurityAPI=True");
  g_assert_cmpint (ws_server_get_ssl_provider (server->server), ==, WS_SSL_PROVIDER_INTERNAL);
  assert_served (server, WS_TEST_TLS13);
  ws_test_server_config (server, "UseInternalSecurityAPI=False");
  g_assert_cmpint (ws_server_get_ssl_provider (server->server), ==, WS_SSL_PROVIDER_AUTOMATIC);
  assert_internal_api (server, "False");
  g_assert_true (ws_server_set_ssl_provider (server->server, WS_SSL_PROVIDER_INTERNAL, NULL));
  assert_internal_api (server, "True");
  g_assert_true (ws_server_set_ssl_provider (server->server, WS_SSL_PROVIDER_AUTOMATIC, NULL));
  assert_internal_api (server, "False");
}

/* --- settings without effect ------------------------------------------------------------------------ */

static void
status_cb (WsServer     *server,
           WsConnection *connection,
           const char   *message,
           gpointer      user_data)
{
  g_string_append_printf (user_data, "%s\n", message);
}

static char *
record_session (const char *setting)
{
  GString *story = g_string_new (NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, "LogLevel=2", setting, NULL);
  g_autoptr (WsTestTlsPeer) peer = NULL;
  g_autoptr (GRegex) numbers = g_regex_new ("\\d+", 0, 0, NULL);
  char *transcript;

  g_signal_connect (server->server, "ssl-status", G_CALLBACK (status_cb), story);
  peer = ws_test_tls_peer_new (server, NULL);
  ws_test_tls_peer_open (peer);
  ws_test_tls_peer_assert_echo (peer, "the same");
  ws_test_tls_peer_close_web_socket (peer);
  ws_test_tls_peer_close (peer);
  ws_test_settle ();
  g_signal_handlers_disconnect_by_data (server->server, story);
  for (guint i = 0; i < server->events->len; i++)
    g_string_append_printf (story, "%s\n", (const char *) server->events->pdata[i]);
  for (guint i = 0; i < server->logs->len; i++)
    g_string_append_printf (story, "%s\n", (const char *) server->logs->pdata[i]);
  /* Ports and ids differ from run to run. */
  transcript = g_regex_replace_literal (numbers, story->str, -1, 0, "N", 0, NULL);
  g_string_free (story, TRUE);
  return transcript;
}

static void
test_no_effect (gconstpointer user_data)
{
  const char      *with_value = user_data;
  g_autofree char *first = record_session ("LogLevel=2");
  g_autofree char *second = record_session (with_value);

  g_test_summary ("Another value changes neither the signals, nor the TLS trace, nor the log.");

  g_assert_nonnull (strstr (first, "TLS handshake complete"));
  g_assert_cmpstr (first, ==, second);
}

static void
test_internal_api_refused (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autofree char *value = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("UseInternalSecurityAPI=True is refused while the internal provider cannot take the other settings.");

  ws_test_server_set_identity (server, identity);
  g_assert_true (ws_server_set_use_ssl (server->server, TRUE, NULL));
  g_assert_true (ws_server_set_ssl_provider (server->server, WS_SSL_PROVIDER_PLATFORM, NULL));
  ws_test_server_listen (server);
  ws_test_server_config (server, "SSLKeyLogFile=/nonexistent/keys");
  g_assert_null (ws_server_config (server->server, "UseInternalSecurityAPI=True", &error));
  g_assert_nonnull (error);
  g_assert_cmpint (ws_server_get_ssl_provider (server->server), ==, WS_SSL_PROVIDER_PLATFORM);
  value = ws_server_config (server->server, "UseInternalSecurityAPI", NULL);
  g_assert_cmpstr (value, ==, "False");
}

static void
add_no_effect (void)
{
  g_test_add_data_func ("/integration/tls-settings/no-effect/ssl-context-protocol",
                        "SSLContextProtocol=SSLv3", test_no_effect);
  g_test_add_data_func ("/integration/tls-settings/no-effect/ssl-server-ca-certs", "SSLServerCACerts=no PEM",
                        test_no_effect);
  g_test_add_data_func ("/integration/tls-settings/no-effect/ssl-trust-manager-factory-algorithm",
                        "SSLTrustManagerFactoryAlgorithm=PKIX", test_no_effect);
  g_test_add_data_func ("/integration/tls-settings/no-effect/tls13-key-share-groups", "TLS13KeyShareGroups=ecdhe_x448",
                        test_no_effect);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  authority = ws_test_identity_new ("Authority", WS_TEST_IDENTITY_AUTHORITY, NULL);
  identity = ws_test_identity_new ("server.example", WS_TEST_IDENTITY_SERVER, NULL);
  rsa = ws_test_identity_new ("server.example", WS_TEST_IDENTITY_RSA, NULL);

  g_test_add_func ("/integration/tls-settings/protocols", test_protocols);
  g_test_add_func ("/integration/tls-settings/cipher-suites", test_cipher_suites);
  g_test_add_func ("/integration/tls-settings/cipher-strength", test_cipher_strength);
  for (gsize i = 0; i < G_N_ELEMENTS (parameter_cases); i++)
    g_test_add_data_func (parameter_cases[i].path, &parameter_cases[i], test_parameters);
  g_test_add_func ("/integration/tls-settings/not-in-common", test_parameters_not_in_common);
  g_test_add_func ("/integration/tls-settings/dh-group-bits", test_dh_group_bits);
  g_test_add_func ("/integration/tls-settings/reuse-session", test_reuse_session);
  g_test_add_func ("/integration/tls-settings/renegotiation", test_renegotiation);
  g_test_add_func ("/integration/tls-settings/key-log-file", test_key_log_file);
  g_test_add_func ("/integration/tls-settings/ca-certs", test_ca_certs);
  g_test_add_func ("/integration/tls-settings/default-connection-timeout", test_default_connection_timeout);
  g_test_add_func ("/integration/tls-settings/use-internal-security-api", test_use_internal_security_api);
  g_test_add_func ("/integration/tls-settings/internal-api-refused", test_internal_api_refused);
  add_no_effect ();

  result = g_test_run ();
  ws_test_identity_free (authority);
  ws_test_identity_free (identity);
  ws_test_identity_free (rsa);
  return result;
}

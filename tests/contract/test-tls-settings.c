/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tls-client.h"

#include <glib/gstdio.h>

/* What each setting of TLS does to a client of GnuTLS. */

#define TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

/* --- one setting, one client, one thing to see ----------------------------------------------- */

typedef struct
{
  const char *path;
  const char *sample;
  const char *setting;
  const char *other_setting;
  const char *priority; /* of the client */
  gsize       field;    /* of TlsClient, a string; 0: the handshake fails */
  const char *part;     /* of it */
} Case;

#define SEEN(name) G_STRUCT_OFFSET (TlsClient, name)
#define FAILS 0, NULL

static const Case cases[] = {
  { "protocols/default-1.3", "chain.pem", NULL, NULL, NULL, SEEN (version), "TLS1.3" },
  { "protocols/default-1.2", "chain.pem", NULL, NULL, TLS12, SEEN (version), "TLS1.2" },
  { "protocols/default-no-1.1", "chain.pem", NULL, NULL, "NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT", FAILS },
  { "protocols/only-1.2", "chain.pem", "SSLEnabledProtocols=3072", NULL, NULL, SEEN (version), "TLS1.2" },
  { "protocols/only-1.2-refuses-1.3", "chain.pem", "SSLEnabledProtocols=3072", NULL, TLS13, FAILS },
  { "protocols/only-1.3", "chain.pem", "SSLEnabledProtocols=12288", NULL, NULL, SEEN (version), "TLS1.3" },
  { "protocols/only-1.3-refuses-1.2", "chain.pem", "SSLEnabledProtocols=12288", NULL, TLS12, FAILS },
  { "protocols/1.1-when-named", "chain.pem", "SSLEnabledProtocols=3840", NULL,
    "NORMAL:-VERS-ALL:+VERS-TLS1.1", SEEN (version), "TLS1.1" },
  { "protocols/1.0-when-named", "chain.pem", "SSLEnabledProtocols=192", NULL, "NORMAL:-VERS-ALL:+VERS-TLS1.0",
    SEEN (version), "TLS1.0" },
  { "suites/one", "chain.pem", "SSLEnabledCipherSuites=TLS_AES_128_GCM_SHA256", NULL, NULL, SEEN (suite),
    "AES-128-GCM" },
  { "suites/several", "chain.pem",
    "SSLEnabledCipherSuites=TLS_CHACHA20_POLY1305_SHA256;TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", NULL, TLS12,
    SEEN (suite), "AES-128-GCM" },
  { "suites/not-shared", "chain.pem", "SSLEnabledCipherSuites=TLS_AES_128_GCM_SHA256", NULL, TLS12, FAILS },
  { "strength/enough", "chain.pem", "SSLCipherStrength=256", NULL,
    "NORMAL:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM", SEEN (suite), "AES-256-GCM" },
  { "strength/too-weak", "chain.pem", "SSLCipherStrength=256", NULL, "NORMAL:-CIPHER-ALL:+AES-128-GCM",
    FAILS },
  { "strength/any", "chain.pem", "SSLCipherStrength=0", NULL, "NORMAL:-CIPHER-ALL:+AES-128-GCM", SEEN (suite),
    "AES-128-GCM" },
  { "tls13-groups", "chain.pem", "TLS13SupportedGroups=ecdhe_secp521r1", NULL, TLS13, SEEN (group),
    "SECP521R1" },
  { "tls13-groups/ecdhe_x25519", "chain.pem", "TLS13SupportedGroups=ecdhe_x25519", NULL, TLS13 ":+GROUP-ALL",
    SEEN (group), "X25519" },
  { "tls13-groups/ecdhe_x448", "chain.pem", "TLS13SupportedGroups=ecdhe_x448", NULL, TLS13 ":+GROUP-ALL",
    SEEN (group), "X448" },
  { "tls13-groups/ecdhe_secp256r1", "chain.pem", "TLS13SupportedGroups=ecdhe_secp256r1", NULL,
    TLS13 ":+GROUP-ALL", SEEN (group), "SECP256R1" },
  { "tls13-groups/ecdhe_secp384r1", "chain.pem", "TLS13SupportedGroups=ecdhe_secp384r1", NULL,
    TLS13 ":+GROUP-ALL", SEEN (group), "SECP384R1" },
  { "tls13-groups/ffdhe_2048", "chain.pem", "TLS13SupportedGroups=ffdhe_2048", NULL, TLS13 ":+GROUP-ALL",
    SEEN (group), "FFDHE2048" },
  { "tls13-groups/ffdhe_3072", "chain.pem", "TLS13SupportedGroups=ffdhe_3072", NULL, TLS13 ":+GROUP-ALL",
    SEEN (group), "FFDHE3072" },
  { "tls13-groups/ffdhe_4096", "chain.pem", "TLS13SupportedGroups=ffdhe_4096", NULL, TLS13 ":+GROUP-ALL",
    SEEN (group), "FFDHE4096" },
  { "tls13-groups/ffdhe_6144", "chain.pem", "TLS13SupportedGroups=ffdhe_6144", NULL, TLS13 ":+GROUP-ALL",
    SEEN (group), "FFDHE6144" },
  { "tls13-groups/ffdhe_8192", "chain.pem", "TLS13SupportedGroups=ffdhe_8192", NULL, TLS13 ":+GROUP-ALL",
    SEEN (group), "FFDHE8192" },
  { "tls13-groups/empty", "chain.pem", "TLS13SupportedGroups=", NULL, TLS13 ":-GROUP-ALL:+GROUP-FFDHE2048",
    SEEN (group), "FFDHE2048" },
  { "tls12-groups", "ec-both.pem", "TLS12SupportedGroups=ecdhe_secp384r1,ecdhe_secp256r1", NULL,
    TLS12 ":-GROUP-ALL:+GROUP-SECP384R1:+GROUP-SECP256R1", SEEN (group), "SECP384R1" },
  { "tls12-groups/ecdhe_secp256r1", "ec-both.pem", "TLS12SupportedGroups=ecdhe_secp256r1", NULL, TLS12,
    SEEN (group), "SECP256R1" },
  { "tls12-groups/ecdhe_secp384r1", "ec-both.pem", "TLS12SupportedGroups=ecdhe_secp384r1", NULL, TLS12,
    SEEN (group), "SECP384R1" },
  { "tls12-groups/ecdhe_secp521r1", "ec-both.pem", "TLS12SupportedGroups=ecdhe_secp521r1", NULL, TLS12,
    SEEN (group), "SECP521R1" },
  { "tls12-groups/empty", "ec-both.pem", "TLS12SupportedGroups=", NULL, TLS12 ":-GROUP-ALL:+GROUP-X25519",
    SEEN (group), "X25519" },
  { "tls13-signatures", "chain.pem", "TLS13SignatureAlgorithms=rsa_pss_sha512", NULL, TLS13, SEEN (signature),
    "RSA-PSS-RSAE-SHA512" },
  { "tls13-signatures/not-shared", "chain.pem", "TLS13SignatureAlgorithms=ed25519", NULL, TLS13, FAILS },
  { "tls13-signatures/rsa_pss_sha256", "chain.pem", "TLS13SignatureAlgorithms=rsa_pss_sha256", NULL, TLS13,
    SEEN (signature), "RSA-PSS-RSAE-SHA256" },
  { "tls13-signatures/rsa_pss_sha384", "chain.pem", "TLS13SignatureAlgorithms=rsa_pss_sha384", NULL, TLS13,
    SEEN (signature), "RSA-PSS-RSAE-SHA384" },
  { "tls13-signatures/ecdsa_secp256r1_sha256", "ec-both.pem",
    "TLS13SignatureAlgorithms=ecdsa_secp256r1_sha256", NULL, TLS13, SEEN (signature),
    "ECDSA-SECP256R1-SHA256" },
  { "tls13-signatures/empty", "chain.pem", "TLS13SignatureAlgorithms=", NULL,
    TLS13 ":-SIGN-ALL:+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-SHA256", SEEN (signature), "RSA-PSS-RSAE-SHA384" },
  { "tls12-signatures", "chain.pem", "TLS12SignatureAlgorithms=sha384-rsa", NULL, TLS12, SEEN (signature),
    "SHA384" },
  { "tls12-signatures/sha256-rsa", "chain.pem", "TLS12SignatureAlgorithms=sha256-rsa", NULL, TLS12,
    SEEN (signature), "SHA256" },
  { "tls12-signatures/sha512-rsa", "chain.pem", "TLS12SignatureAlgorithms=sha512-rsa", NULL, TLS12,
    SEEN (signature), "SHA512" },
  { "tls12-signatures/sha256-ecdsa", "ec-both.pem", "TLS12SignatureAlgorithms=sha256-ecdsa", NULL, TLS12,
    SEEN (signature), "SHA256" },
  { "tls12-signatures/sha384-ecdsa", "ec-both.pem", "TLS12SignatureAlgorithms=sha384-ecdsa", NULL, TLS12,
    SEEN (signature), "SHA384" },
  { "tls12-signatures/sha512-ecdsa", "ec-both.pem", "TLS12SignatureAlgorithms=sha512-ecdsa", NULL, TLS12,
    SEEN (signature), "SHA512" },
  { "tls12-signatures/not-shared", "chain.pem", "TLS12SignatureAlgorithms=sha512-rsa", NULL,
    TLS12 ":-KX-ALL:+ECDHE-RSA:-SIGN-ALL:+SIGN-RSA-SHA256", FAILS },
  { "tls12-signatures/empty", "chain.pem", "TLS12SignatureAlgorithms=", NULL,
    TLS12 ":-KX-ALL:+ECDHE-RSA:-SIGN-ALL:+SIGN-RSA-SHA384", SEEN (signature), "SHA384" },
};

static void
test_case (gconstpointer user_data)
{
  const Case *test = user_data;
  g_autoptr (WsTestServer) server = new_tls_server (test->sample, test->setting, test->other_setting);
  TlsClient client = { .priority = test->priority };

  g_test_summary ("What the client sees is what the setting says, or there is no connection.");

  if (test->part == NULL)
    {
      run_tls_client (server, &client);
      g_assert_cmpint (client.result, <, 0);
      g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, 0);
      g_assert_cmpuint (ws_test_server_count (server, "error #1 276 "), ==, 1);
      return;
    }

  assert_served (server, &client);
  g_test_message ("%s %s %s %s", client.version, client.suite, client.group, client.signature);
  g_assert_nonnull (strstr ((const char *) &client + test->field, test->part));
}

static void
test_refused_values (void)
{
  static const struct
  {
    const char *setting;
    const char *word;
  } refused[] = {
    { "SSLEnabledProtocols=48", "SSL" },
    { "SSLEnabledProtocols=12", "SSL" },
    { "SSLEnabledProtocols=0", "no version" },
    { "SSLEnabledProtocols=31744", "no sum" },
    { "SSLCACerts=garbage", "SSLCACerts" },
    { "SSLClientCACerts=garbage", "SSLClientCACerts" },
    { "SSLEnabledCipherSuites=TLS_NO_SUCH_SUITE", "TLS_NO_SUCH_SUITE" },
    { "TLS13SupportedGroups=no_such_group", "no_such_group" },
    { "TLS12SupportedGroups=no_such_group", "no_such_group" },
    { "TLS13SignatureAlgorithms=rot13", "rot13" },
    { "TLS12SignatureAlgorithms=rot13", "rot13" },
  };
  g_autoptr (WsTestServer) server = new_tls_server (NULL, NULL, NULL);
  TlsClient client = { 0 };

  g_test_summary ("A value that cannot be served is refused with a reason, also while listening, and changes nothing.");

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (WsServer) idle = ws_server_new ();
      WsServer *servers[] = { idle, server->server };

      for (guint j = 0; j < 2; j++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *value = ws_server_config (servers[j], refused[i].setting, &error);

          g_test_message ("%s: %s", refused[i].setting, error != NULL ? error->message : value);
          g_assert_null (value);
          g_assert_nonnull (strstr (error->message, refused[i].word));
        }
    }
  assert_served (server, &client);
}

/* --- others ---------------------------------------------------------------------------------- */

static void
test_dh_bits (void)
{
  g_autoptr (WsTestServer) server = NULL;
  TlsClient client = { .priority = TLS12 ":-KX-ALL:+DHE-RSA:-GROUP-ALL" };

  g_test_summary ("PreferredDHGroupBits is the size of the group for a client that names none.");

  server = new_tls_server ("chain.pem", "PreferredDHGroupBits=3072",
                           "SSLEnabledCipherSuites=TLS_DHE_RSA_WITH_AES_128_GCM_SHA256");
  assert_served (server, &client);
  g_assert_cmpuint (client.dh_bits, ==, 3072);
  ws_test_server_config (server, "PreferredDHGroupBits=2048");
  assert_served (server, &client);
  g_assert_cmpuint (client.dh_bits, ==, 2048);
}

typedef struct
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t     certificate;
} Signed;

static const char *crl_url; /* of what is made from now on, or NULL */

static void
make_signed (Signed       *made,
             const Signed *issuer, /* NULL: by itself */
             const char   *subject,
             gboolean      is_authority)
{
  gnutls_x509_privkey_init (&made->key);
  gnutls_x509_privkey_generate (made->key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1),
                                0);
  gnutls_x509_crt_init (&made->certificate);
  gnutls_x509_crt_set_version (made->certificate, 3);
  gnutls_x509_crt_set_serial (made->certificate, subject, strlen (subject));
  gnutls_x509_crt_set_dn (made->certificate, subject, NULL);
  gnutls_x509_crt_set_activation_time (made->certificate, time (NULL) - 3600);
  gnutls_x509_crt_set_expiration_time (made->certificate, time (NULL) + 3600);
  gnutls_x509_crt_set_basic_constraints (made->certificate, is_authority, -1);
  if (crl_url != NULL)
    gnutls_x509_crt_set_crl_dist_points (made->certificate, GNUTLS_SAN_URI, crl_url, 0);
  gnutls_x509_crt_set_key (made->certificate, made->key);
  if (issuer == NULL)
    issuer = made;
  g_assert_cmpint (
      gnutls_x509_crt_sign2 (made->certificate, issuer->certificate, issuer->key, GNUTLS_DIG_SHA256, 0), ==,
      0);
}

static void
append_pem (GString      *text,
            const Signed *made,
            gboolean      with_key)
{
  gnutls_datum_t pem;

  if (with_key)
    {
      gnutls_x509_privkey_export2_pkcs8 (made->key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem);
      g_string_append_len (text, (char *) pem.data, pem.size);
      gnutls_free (pem.data);
    }
  gnutls_x509_crt_export2 (made->certificate, GNUTLS_X509_FMT_PEM, &pem);
  g_string_append_len (text, (char *) pem.data, pem.size);
  gnutls_free (pem.data);
}

static void
clear_signed (Signed *made)
{
  gnutls_x509_crt_deinit (made->certificate);
  gnutls_x509_privkey_deinit (made->key);
}

static void
test_ca_certs (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autoptr (GString) own = g_string_new (NULL);
  g_autoptr (GString) setting = g_string_new ("SSLCACerts=");
  g_autoptr (GBytes) store = NULL;
  g_autoptr (WsCertificate) certificate = NULL;
  TlsClient client = { 0 };
  Signed    root, between, leaf;

  g_test_summary ("SSLCACerts are sent after the certificate, without the root, which clients have.");

  make_signed (&root, NULL, "CN=root", TRUE);
  make_signed (&between, &root, "CN=between", TRUE);
  make_signed (&leaf, &between, "CN=leaf", FALSE);
  append_pem (own, &leaf, TRUE);
  append_pem (setting, &between, FALSE);
  g_string_append (setting, "\r\n");
  append_pem (setting, &root, FALSE);
  store = g_bytes_new (own->str, own->len);
  certificate = ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PEM_KEY_BLOB, store, NULL, "*", NULL, NULL);
  ws_server_set_ssl_cert (server->server, certificate, NULL);
  ws_server_set_use_ssl (server->server, TRUE, NULL);
  ws_test_server_listen (server);
  assert_served (server, &client);
  g_assert_cmpuint (client.n_certificates, ==, 1);
  ws_test_server_config (server, setting->str);
  assert_served (server, &client);
  g_assert_cmpuint (client.n_certificates, ==, 2);
  g_assert_cmpstr (client.subject, ==, "CN=leaf");
  clear_signed (&leaf);
  clear_signed (&between);
  clear_signed (&root);
}

/* --- revocation ------------------------------------------------------------------------------ */

/* A client whose certificate names a list, and the authority that publishes it over HTTP. */
typedef struct
{
  WsTestServer *publisher;
  Signed        root;
  Signed        client;
  GBytes       *list;
  char         *folder;
  char         *path; /* the client's certificate and key */
  guint         n_requests;
} Authority;

static void
publish_cb (WsServer      *server,
            WsConnection  *connection,
            WsHttpRequest *request,
            gpointer       user_data)
{
  Authority *authority = user_data;

  ws_http_request_set_status_code (request, 200);
  ws_http_request_set_content_type (request, "application/pkix-crl");
  ws_http_request_set_body (request, authority->list);
  authority->n_requests++;
}

static GBytes *
make_list (Authority *authority,
           gboolean   revoked)
{
  gnutls_x509_crl_t list;
  gnutls_datum_t    der;
  GBytes           *bytes;

  gnutls_x509_crl_init (&list);
  gnutls_x509_crl_set_version (list, 2);
  if (revoked)
    gnutls_x509_crl_set_crt (list, authority->client.certificate, time (NULL) - 60);
  gnutls_x509_crl_set_this_update (list, time (NULL) - 60);
  gnutls_x509_crl_set_next_update (list, time (NULL) + 3600);
  gnutls_x509_crl_set_number (list, "\1", 1);
  g_assert_cmpint (
      gnutls_x509_crl_sign2 (list, authority->root.certificate, authority->root.key, GNUTLS_DIG_SHA256, 0),
      ==, 0);
  g_assert_cmpint (gnutls_x509_crl_export2 (list, GNUTLS_X509_FMT_DER, &der), ==, 0);
  bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
  gnutls_x509_crl_deinit (list);
  return bytes;
}

static void
authority_init (Authority *authority,
                gboolean   names_list,
                gboolean   revoked)
{
  g_autoptr (GString) pem = g_string_new (NULL);
  g_autofree char *url = NULL;

  memset (authority, 0, sizeof *authority);
  authority->publisher = ws_test_server_new_listening (NULL, NULL);
  g_signal_connect (authority->publisher->server, "http-request", G_CALLBACK (publish_cb), authority);
  make_signed (&authority->root, NULL, "CN=authority", TRUE);
  url = g_strdup_printf ("http://127.0.0.1:%u/list", authority->publisher->port);
  crl_url = names_list ? url : NULL;
  make_signed (&authority->client, &authority->root, "CN=client", FALSE);
  crl_url = NULL;
  authority->list = make_list (authority, revoked);
  append_pem (pem, &authority->client, TRUE);
  authority->folder = g_dir_make_tmp ("wsserver-test-XXXXXX", NULL);
  authority->path = g_build_filename (authority->folder, "client.pem", NULL);
  g_assert_true (g_file_set_contents (authority->path, pem->str, -1, NULL));
}

static void
authority_clear (Authority *authority)
{
  g_unlink (authority->path);
  g_rmdir (authority->folder);
  g_free (authority->path);
  g_free (authority->folder);
  g_bytes_unref (authority->list);
  clear_signed (&authority->client);
  clear_signed (&authority->root);
  ws_test_server_free (authority->publisher);
}

typedef struct
{
  const char *path;
  const char *setting;
  gboolean    names_list;
  gboolean    revoked;
  gboolean    served;
} RevocationCase;

static const RevocationCase revocation_cases[] = {
  { "crl/0-revoked", "SSLCheckCRL=0", TRUE, TRUE, TRUE },
  { "crl/1-good", "SSLCheckCRL=1", TRUE, FALSE, TRUE },
  { "crl/1-revoked", "SSLCheckCRL=1", TRUE, TRUE, FALSE },
  { "crl/1-no-list", "SSLCheckCRL=1", FALSE, FALSE, TRUE },
  { "crl/2-good", "SSLCheckCRL=2", TRUE, FALSE, TRUE },
  { "crl/2-revoked", "SSLCheckCRL=2", TRUE, TRUE, FALSE },
  { "crl/2-no-list", "SSLCheckCRL=2", FALSE, FALSE, FALSE },
  { "ocsp/0", "SSLCheckOCSP=0", FALSE, FALSE, TRUE },
  { "ocsp/1-nobody-to-ask", "SSLCheckOCSP=1", FALSE, FALSE, TRUE },
  { "ocsp/2-nobody-to-ask", "SSLCheckOCSP=2", FALSE, FALSE, FALSE },
};

static void
test_revocation (gconstpointer user_data)
{
  const RevocationCase *test = user_data;
  g_autoptr (GString) trusted = g_string_new ("SSLClientCACerts=");
  WsTestServer *server;
  Authority     authority;
  TlsClient     client = { 0 };

  g_test_summary ("0 does not check; 1 accepts a client whose status is unknown, 2 refuses it; a revoked client is refused with 280.");

#ifndef HAVE_SOUP
  if (test->names_list)
    {
      g_test_skip ("built without libsoup, which asks");
      return;
    }
#endif

  authority_init (&authority, test->names_list, test->revoked);
  append_pem (trusted, &authority.root, FALSE);
  server = new_tls_server (NULL, trusted->str, test->setting);
  ws_test_server_config (server, "SSLRevocationHosts=127.0.0.1");
  ws_server_set_ssl_authenticate_clients (server->server, TRUE, NULL);
  client.certificate = authority.path;
  run_tls_client (server, &client);
  g_assert_cmpint (client.echoed, ==, test->served);
  g_assert_cmpuint (ws_test_server_count (server, "error #1 280 "), ==, !test->served);
  g_assert_cmpint (authority.n_requests > 0, ==, test->names_list && !g_str_has_suffix (test->setting, "0"));
  ws_test_server_free (server);
  authority_clear (&authority);
}

/* --- sessions, logs -------------------------------------------------------------------------- */

static void
test_reuse (gconstpointer user_data)
{
  const char *setting = user_data;
  gboolean    reuses = g_str_has_suffix (setting, "True");

  g_test_summary ("With ReuseSSLSession a client that returns goes on with its session, in either version.");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (WsTestServer) server = new_tls_server (NULL, setting, NULL);
      TlsClient client = { .priority = i == 0 ? TLS12 : TLS13, .keeps_session = TRUE };

      assert_served (server, &client);
      g_assert_false (client.resumed);
      client.keeps_session = FALSE;
      assert_served (server, &client);
      g_assert_cmpint (client.resumed, ==, reuses);
    }
}

static void
test_key_log (void)
{
  g_autofree char *folder = g_dir_make_tmp ("wsserver-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "keys", NULL);
  g_autofree char *setting = g_strconcat ("SSLKeyLogFile=", path, NULL);
  g_autoptr (WsTestServer) server = NULL;
  TlsClient        client = { .priority = TLS12 };
  TlsClient        later = { .priority = TLS13 };
  g_autofree char *content = NULL;

  g_test_summary ("SSLKeyLogFile gets the secrets of each session behind what is there.");

  g_assert_true (g_file_set_contents (path, "# mine\n", -1, NULL));
  server = new_tls_server (NULL, setting, NULL);
  assert_served (server, &client);
  assert_served (server, &later);
  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_true (g_str_has_prefix (content, "# mine\n"));
  g_assert_nonnull (strstr (content, "\nCLIENT_RANDOM "));
  g_assert_nonnull (strstr (content, "\nSERVER_TRAFFIC_SECRET_0 "));
  g_unlink (path);
  g_rmdir (folder);
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
test_log_packets (void)
{
  g_autoptr (WsTestServer) server = new_tls_server (NULL, NULL, NULL);
  TlsClient client = { 0 };
  guint     n_plain = 0;
  guint     n_packets = 0;
  gulong    handler = g_signal_connect (server->server, "ssl-status", G_CALLBACK (count_status_cb), &n_plain);

  g_test_summary ("With LogSSLPackets SSLStatus is emitted for packets too.");

  assert_served (server, &client);
  g_signal_handler_disconnect (server->server, handler);
  ws_test_server_config (server, "LogSSLPackets=True");
  g_signal_connect (server->server, "ssl-status", G_CALLBACK (count_status_cb), &n_packets);
  assert_served (server, &client);
  g_assert_cmpuint (n_plain, >, 0);
  g_assert_cmpuint (n_packets, >, n_plain);
}

static void
test_renegotiation (gconstpointer user_data)
{
  const char *setting = user_data;
  g_autoptr (WsTestServer) server = new_tls_server (NULL, setting, NULL);
  TlsClient client = { .priority = TLS12, .rehandshakes = TRUE };

  g_test_summary ("A client of TLS 1.2 may renegotiate only with SSLEnableRenegotiation.");

  run_tls_client (server, &client);
  g_assert_cmpint (client.result, ==, 0);
  g_test_message ("%s", gnutls_strerror_name (client.rehandshake));
  g_assert_cmpint (client.rehandshake == 0, ==, g_str_has_suffix (setting, "True"));
}

static void
test_silence (void)
{
  g_autoptr (WsTestServer) impatient = new_tls_server (NULL, "DefaultConnectionTimeout=1", NULL);
  g_autoptr (WsTestServer) patient = new_tls_server (NULL, NULL, NULL);
  g_autoptr (WsTestClient) silent = ws_test_server_connect (impatient);
  g_autoptr (WsTestClient) stays = ws_test_server_connect (patient);

  g_test_summary ("A client that is silent in the handshake is dropped after DefaultConnectionTimeout; 0 does not.");

  ws_test_client_send (silent, "\x16\x03\x01", 3);
  ws_test_client_send (stays, "\x16\x03\x01", 3);
  ws_test_wait_until (silent->eof);
  ws_test_server_wait_for (impatient, "error #1 276 ");
  g_assert_cmpuint (ws_test_server_count (impatient, "disconnected"), ==, 0);
  g_assert_false (stays->eof);
}

static gboolean
steps_over_cb (gpointer user_data)
{
  (*(guint *) user_data)++;
  return G_SOURCE_CONTINUE;
}

static void
test_slow_handshake (void)
{
  /* The beginning of a ClientHello of 256 bytes, RFC 5246 §6.2.1 and §7.4.1.2, one for each step. */
  static const guint8 hello[] = { 0x16, 0x03, 0x01, 0x01, 0x00, 0x01, 0x00, 0x00, 0xfc, 0x03, 0x03 };
  g_autoptr (WsTestServer) server = new_tls_server (NULL, "DefaultConnectionTimeout=2", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  guint n_steps = 0;
  guint source;

  g_test_summary ("DefaultConnectionTimeout counts silence: a slow client that goes on is not dropped.");

  source = g_timeout_add (250, steps_over_cb, &n_steps);
  for (guint i = 0; i < G_N_ELEMENTS (hello); i++)
    {
      ws_test_client_send (client, &hello[i], 1);
      ws_test_wait_until (n_steps > i);
      g_assert_false (client->eof);
    }
  g_source_remove (source);
  ws_test_wait_until (client->eof);
  ws_test_server_wait_for (server, "error #1 276 ");
}

static void
test_reload (void)
{
  g_autofree char *folder = g_dir_make_tmp ("wsserver-test-XXXXXX", NULL);
  g_autofree char *path = write_self_signed (folder, "before");
  g_autofree char *again = NULL;
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autoptr (WsCertificate) certificate = NULL;
  g_autoptr (GBytes) store = g_bytes_new (path, strlen (path));
  TlsClient client = { 0 };

  g_test_summary ("With SSLReloadCert a certificate's file that changes is read again for new clients.");

  certificate = ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PEM_KEY_FILE, store, NULL, "*", NULL, NULL);
  ws_server_set_ssl_cert (server->server, certificate, NULL);
  ws_server_set_use_ssl (server->server, TRUE, NULL);
  ws_test_server_config (server, "SSLReloadCert=True");
  ws_test_server_listen (server);
  assert_served (server, &client);
  g_assert_cmpstr (client.subject, ==, "CN=before");
  again = write_self_signed (folder, "after");
  while (!g_str_equal (client.subject, "CN=after"))
    assert_served (server, &client);
  g_unlink (path);
  g_rmdir (folder);
}

/* --- without effect -------------------------------------------------------------------------- */

static char *
record_session (const char *setting)
{
  g_autoptr (WsTestServer) server = new_tls_server ("chain.pem", setting, "LogLevel=0");
  TlsClient client = { 0 };
  GString  *record = g_string_new (NULL);

  assert_served (server, &client);
  g_string_append_printf (record, "%s %s %s %s %s %u\n", client.version, client.suite, client.group,
                          client.signature, client.subject, client.n_certificates);
  for (guint i = 0; i < server->events->len; i++)
    g_string_append_printf (record, "%s\n", (const char *) server->events->pdata[i]);
  return g_string_free (record, FALSE);
}

static void
test_no_effect (gconstpointer user_data)
{
  const char      *setting = user_data;
  g_autofree char *name = g_strndup (setting, strcspn (setting, "="));
  g_autofree char *without = record_session (NULL);
  g_autofree char *with = record_session (setting);
  g_autoptr (WsServer) server = ws_server_new ();
  g_autofree char *stored = ws_server_config (server, setting, NULL);
  g_autofree char *value = ws_server_config (server, name, NULL);

  g_test_summary ("The setting is stored and read back, and has no effect on a session.");

  g_assert_cmpstr (stored, ==, setting + strlen (name) + 1);
  g_assert_cmpstr (value, ==, stored);
  g_assert_cmpstr (with, ==, without);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/contract/tls-settings/", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (revocation_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/contract/tls-settings/revocation/", revocation_cases[i].path,
                                           NULL);

      g_test_add_data_func (path, &revocation_cases[i], test_revocation);
    }
  g_test_add_func ("/contract/tls-settings/refused-values", test_refused_values);
  g_test_add_func ("/contract/tls-settings/dh-bits", test_dh_bits);
  g_test_add_func ("/contract/tls-settings/ca-certs", test_ca_certs);
  g_test_add_data_func ("/contract/tls-settings/reuse/yes", "ReuseSSLSession=True", test_reuse);
  g_test_add_data_func ("/contract/tls-settings/reuse/no", "ReuseSSLSession=False", test_reuse);
  g_test_add_func ("/contract/tls-settings/key-log", test_key_log);
  g_test_add_func ("/contract/tls-settings/log-packets", test_log_packets);
  g_test_add_data_func ("/contract/tls-settings/renegotiation/yes", "SSLEnableRenegotiation=True",
                        test_renegotiation);
  g_test_add_data_func ("/contract/tls-settings/renegotiation/no", "SSLEnableRenegotiation=False",
                        test_renegotiation);
  g_test_add_func ("/contract/tls-settings/silence", test_silence);
  g_test_add_func ("/contract/tls-settings/slow-handshake", test_slow_handshake);
  g_test_add_func ("/contract/tls-settings/reload", test_reload);
  g_test_add_data_func ("/contract/tls-settings/no-effect/context-protocol", "SSLContextProtocol=SSLv3",
                        test_no_effect);
  g_test_add_data_func ("/contract/tls-settings/no-effect/server-ca-certs", "SSLServerCACerts=anything",
                        test_no_effect);
  g_test_add_data_func ("/contract/tls-settings/no-effect/trust-manager", "SSLTrustManagerFactoryAlgorithm=SunX509",
                        test_no_effect);
  g_test_add_data_func ("/contract/tls-settings/no-effect/key-share-groups", "TLS13KeyShareGroups=ffdhe_8192",
                        test_no_effect);

  return g_test_run ();
}

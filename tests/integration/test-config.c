/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"

/* Every setting: its default, that it is stored and read back, and what it refuses. */

/* One that can be read: a server that speaks TLS refuses others at once. */
#define CERTIFICATE                                                   \
 "-----BEGIN CERTIFICATE-----\n"                                      \
 "MIICXjCCAUagAwIBAgICEAEwDQYJKoZIhvcNAQELBQAwITELMAkGA1UEBhMCREUx\n" \
 "EjAQBgNVBAoMCVRlc3QgUm9vdDAgFw0yNjExMjIyMTM4MTdaGA8yMTI2MTAyOTIx\n" \
 "MzgxN1owJTESMBAGA1UEAwwJbG9jYWxob3N0MQ8wDQYDVQQKDAZDdXJ2ZXMwWTAT\n" \
 "BgcqhkjOPQIBBggqhkjOPQMBBwNCAASdNvMt/Wp8a2mxVsYnElCzceDYHJk/DLxR\n" \
 "V8veMbta2rDai8DLzVbsQVuUtKjLc3D4r5ms6CnUXbmXnf2N8BPio2UwYzAUBgNV\n" \
 "HREEDTALgglsb2NhbGhvc3QwCwYDVR0PBAQDAgeAMB0GA1UdDgQWBBTwuUvvj3++\n" \
 "pLBfZF0XdPfPZOKzezAfBgNVHSMEGDAWgBStWjTq0gyiXgLv3GO9JblyT88K1jAN\n" \
 "BgkqhkiG9w0BAQsFAAOCAQEADiuQr7RrCnZA9B2LNwXNibpvW4mIKAsCRLDTEGFx\n" \
 "Wew9KV/k+WrZvfVwVQ3MSCaPx+wtvlLZK3DyvaBgY8RLIZbOBZJISI0uvXVN6H3i\n" \
 "VV0c1FnBk5IgI3Ll3Nhwh1FrPa/ocU/3Xlbczc6BpWwcvhrWG/SjqUB96rG1mlCk\n" \
 "5CEFKwtqzheprbx+wf32Z953cQus8G+LoOtDt2ElzABoaqmAfIYJEmYH41T+k1ib\n" \
 "RiRyQlIbaeWIE5ukD86K78VC91gM43niUVBosQRpkhFl8uHYtRfhc9NrdjgCl3cO\n" \
 "IMb186bN3cR/7M3o9NOLoB1sV6/c6zDSMEiqfFsLyMQL0A==\n"                 \
 "-----END CERTIFICATE-----"

typedef struct
{
  const char *name;
  const char *default_value;
  const char *other; /* a value it takes, as it reads back */
  const char *bad;   /* a value it refuses, or NULL when it takes any text */
  gboolean    fixed; /* cannot change while listening: refused with 108 */
} Setting;

static const Setting settings[] = {
  { "BufferMessage", "False", "True", "maybe", FALSE },
  { "DisconnectStatusCode", "1000", "3000", "1006", FALSE },
  { "DisconnectStatusDescription", "", "so long", NULL, FALSE },
  { "LogLevel", "1", "3", "4", FALSE },
  { "MaxFrameSize", "131072", "1024", "0", FALSE },
  { "WaitForCloseResponse", "True", "False", "2", FALSE },
  { "AllowedClients", "*", "127.0.0.1,10.*", NULL, FALSE },
  { "BindExclusively", "True", "False", "", TRUE },
  { "BlockedClients", "", "192.0.2.*", NULL, FALSE },
  { "CloseStreamAfterTransfer", "True", "False", "x", FALSE },
  { "DefaultConnectionTimeout", "0", "30", "-1", FALSE },
  { "InBufferSize", "0", "65536", "many", FALSE },
  { "KeepAliveInterval", "0", "1000", "-5", FALSE },
  { "KeepAliveTime", "0", "60000", "1.5", FALSE },
  { "MaxConnections", "1000", "100000", "100001", TRUE },
  { "OutBufferSize", "0", "65536", "0x10", FALSE },
  { "PreferredDHGroupBits", "2048", "3072", "512", FALSE },
  { "TcpNoDelay", "True", "False", "on", FALSE },
  { "UseIPv6", "0", "2", "3", TRUE },
  { "GUIAvailable", "True", "False", "x", FALSE },
  { "MaskSensitiveData", "True", "False", "x", FALSE },
  { "UseDaemonThreads", "True", "False", "x", FALSE },
  { "LogSSLPackets", "False", "True", "all", FALSE },
  { "ReuseSSLSession", "True", "False", "never", FALSE },
  { "SSLCACerts", "", CERTIFICATE, "no certificate", FALSE },
  { "SSLCheckCRL", "0", "2", "3", FALSE },
  { "SSLCheckOCSP", "0", "1", "-1", FALSE },
  { "SSLCipherStrength", "0", "128", "257", FALSE },
  { "SSLClientCACerts", "", CERTIFICATE, "no certificate", FALSE },
  { "SSLContextProtocol", "TLS", "TLSv1", NULL, FALSE },
  { "SSLEnabledCipherSuites", "*", "TLS_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_NO_SUCH_SUITE", FALSE },
  { "SSLEnabledProtocols", "15360", "12288", "12", FALSE },
  { "SSLEnableRenegotiation", "False", "True", "x", FALSE },
  { "SSLIncludeCertChain", "False", "True", "x", FALSE },
  { "SSLKeyLogFile", "", "/dev/null", NULL, FALSE },
  { "SSLServerCACerts", "", CERTIFICATE, NULL, FALSE },
  { "SSLTrustManagerFactoryAlgorithm", "", "SunX509", NULL, FALSE },
  { "TLS12SignatureAlgorithms",
    "sha512-ecdsa,sha512-rsa,sha512-dsa,sha384-ecdsa,sha384-rsa,sha384-dsa,sha256-ecdsa,sha256-rsa,sha256-"
    "dsa,"
    "sha224-ecdsa,sha224-rsa,sha224-dsa,sha1-ecdsa,sha1-rsa,sha1-dsa",
    "sha256-ecdsa,sha256-rsa", "sha256-none", FALSE },
  { "TLS12SupportedGroups", "ecdhe_secp256r1,ecdhe_secp384r1,ecdhe_secp521r1", "ecdhe_secp256r1", "no-group",
    FALSE },
  { "TLS13KeyShareGroups", "ecdhe_x25519,ecdhe_secp256r1,ecdhe_secp384r1,ffdhe_2048,ffdhe_3072",
    "ecdhe_x25519", NULL, FALSE },
  { "TLS13SignatureAlgorithms",
    "rsa_pss_sha256,rsa_pss_sha384,rsa_pss_sha512,rsa_pkcs1_sha256,rsa_pkcs1_sha384,rsa_pkcs1_sha512,"
    "ecdsa_secp256r1_sha256,ecdsa_secp384r1_sha384,ecdsa_secp521r1_sha512,ed25519,ed448",
    "ecdsa_secp256r1_sha256", "rot13", FALSE },
  { "TLS13SupportedGroups",
    "ecdhe_x25519,ecdhe_x448,ecdhe_secp256r1,ecdhe_secp384r1,ecdhe_secp521r1,"
    "ffdhe_2048,ffdhe_3072,ffdhe_4096,ffdhe_6144,ffdhe_8192",
    "ecdhe_x25519", "ecdhe_no", FALSE },
  { "SSLOCSPResponse", "", "/tmp/response.der", NULL, FALSE },
  { "SSLReloadCert", "False", "True", "x", FALSE },
  { "MaxHttpBodySize", "0", "1000", "-1", FALSE },
  { "ServeDotFiles", "False", "True", "x", FALSE },
  { "UseInternalSecurityAPI", "False", "True", "x", FALSE },
  { "AllowedHosts", "", "localhost, [::1]:8080", "http://localhost", FALSE },
  { "AllowedOrigins", "*", "https://example.org", NULL, FALSE },
  { "CloseTimeout", "5", "1", "soon", FALSE },
  { "HandshakeTimeout", "10", "3", "0", FALSE },
  { "IdleTimeout", "0", "60", "99999999999", FALSE },
  { "MaxConnectionsPerAddress", "0", "10", "100001", FALSE },
  { "MaxPendingConnections", "0", "10", "100001", FALSE },
  { "MaxControlFrameRate", "0", "10", "-1", FALSE },
  { "MaxFragments", "0", "1000", "1e3", FALSE },
  { "MaxHeaderFields", "100", "200", "0", FALSE },
  { "MaxHeaderSize", "16384", "1024", "0", FALSE },
  { "MaxMessageSize", "16777216", "1000", "1e6", FALSE },
  { "MaxSendQueue", "33554432", "65536", "18446744073709551616", FALSE },
  { "MaxTotalMemory", "536870912", "0", "1e9", FALSE },
  { "PingInterval", "0", "20", " ", FALSE },
  { "PongTimeout", "20", "5", "0", FALSE },
  { "ProxyProtocol", "0", "1", "3", FALSE },
  { "ReadPauseQueue", "1048576", "65536", "-1", FALSE },
  { "RefuseByDefault", "False", "True", "x", FALSE },
  { "SSLRevocationHosts", "", "ca.example.org, 10.0.0.1:8080", "http://ca.example.org", FALSE },
  { "TrustedProxies", "", "127.0.0.1, 10.0.0.0/8", NULL, FALSE },
};

static char *
configure (WsServer   *server,
           const char *name,
           const char *value,
           GError    **error)
{
  g_autofree char *string = g_strconcat (name, value != NULL ? "=" : NULL, value, NULL);

  return ws_server_config (server, string, error);
}

static void
assert_value (WsServer   *server,
              const char *name,
              const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = configure (server, name, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, expected);
}

static void
test_setting (gconstpointer user_data)
{
  const Setting *setting = user_data;
  g_autoptr (WsServer) server = ws_server_new ();
  g_autoptr (WsServer) other = ws_server_new ();
  g_autofree char *lower = g_ascii_strdown (setting->name, -1);
  g_autofree char *upper = g_ascii_strup (setting->name, -1);
  g_autofree char *stored = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("This setting has its default, is stored per server and read back.");

  assert_value (server, setting->name, setting->default_value);
  stored = configure (server, lower, setting->other, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (stored, ==, setting->other);
  assert_value (server, setting->name, setting->other);
  assert_value (server, upper, setting->other);
  assert_value (other, setting->name, setting->default_value);
}

static void
test_bad_value (gconstpointer user_data)
{
  const Setting *setting = user_data;
  g_autoptr (WsServer) server = ws_server_new ();
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", setting->bad);
  g_autofree char *value = NULL;
  g_autofree char *stored = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A bad value is refused by name and value, with what is accepted, and not stored.");

  stored = configure (server, setting->name, setting->other, NULL);
  value = configure (server, setting->name, setting->bad, &error);
  g_assert_null (value);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, setting->name));
  g_assert_nonnull (strstr (error->message, quoted));
  /* Names of TLS that are unknown and certificates that cannot be read have codes of their own. */
  if (!g_error_matches (error, WS_ERROR, WS_ERROR_TLS_LIBRARY) &&
      !g_error_matches (error, WS_ERROR, WS_ERROR_CREDENTIALS) &&
      !g_error_matches (error, WS_ERROR, WS_ERROR_CERT_STORE))
    {
      g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "accepted"));
    }
  assert_value (server, setting->name, setting->other);
}

static void
test_while_listening (gconstpointer user_data)
{
  const Setting *setting = user_data;
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autofree char *value = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("While listening this setting is fixed with 108 or can change, as documented.");

  if (g_str_equal (setting->name, "SSLOCSPResponse") &&
      ws_test_tls_skip ("over TLS the file is read at once"))
    return;

  value = configure (server->server, setting->name, setting->other, &error);
  if (setting->fixed)
    {
      g_assert_null (value);
      g_assert_error (error, WS_ERROR, WS_ERROR_MAX_CONNECTIONS_FIXED);
      g_assert_nonnull (strstr (error->message, setting->name));
      assert_value (server->server, setting->name, setting->default_value);
    }
  else
    {
      g_assert_no_error (error);
      g_assert_cmpstr (value, ==, setting->other);
    }
}

static void
test_booleans (void)
{
  static const struct
  {
    const char *text;
    const char *value;
  } cases[] = {
    { "true", "True" },
    { "TRUE", "True" },
    { "1", "True" },
    { " True ", "True" },
    { "false", "False" },
    { "False", "False" },
    { "0", "False" },
  };
  g_autoptr (WsServer) server = ws_server_new ();

  g_test_summary ("A boolean is read in each spelling and reads back in one.");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *value = configure (server, "BufferMessage", cases[i].text, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (value, ==, cases[i].value);
    }
}

static void
test_unknown (void)
{
  const char *const names[] = { "NoSuchSetting", "", "BufferMessageX", "BufferMessag", " " };
  g_autoptr (WsServer) server = ws_server_new ();

  g_test_summary ("An unknown name is an error that repeats it.");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint with_value = 0; with_value < 2; with_value++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *value = configure (server, names[i], with_value ? "1" : NULL, &error);

        g_assert_null (value);
        g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull (strstr (error->message, names[i]));
      }
}

static void
test_value_with_equals (void)
{
  g_autoptr (WsServer) server = ws_server_new ();

  g_test_summary ("Only the first equals sign ends the name.");

  g_free (configure (server, "DisconnectStatusDescription", "a=b=c", NULL));
  assert_value (server, "DisconnectStatusDescription", "a=b=c");
}

static void
test_read_only (void)
{
  g_autoptr (WsServer) server = ws_server_new ();
  g_autofree char *build_info = configure (server, "BuildInfo", NULL, NULL);
  g_autofree char *license_info = configure (server, "LicenseInfo", NULL, NULL);
  g_autofree char *refused = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("BuildInfo and LicenseInfo have the versions and the licence, and cannot be set.");

  g_assert_nonnull (strstr (build_info, WS_VERSION));
  g_assert_nonnull (strstr (build_info, "GLib"));
  g_assert_nonnull (strstr (build_info, "GnuTLS"));
  g_assert_nonnull (strstr (build_info, "zlib"));
  g_assert_nonnull (strstr (license_info, "LGPL-2.1-or-later"));
  refused = configure (server, "BuildInfo", "mine", &error);
  g_assert_null (refused);
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
}

static void
test_per_connection (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) first = ws_test_server_open (server);
  g_autoptr (WsTestClient) second = ws_test_server_open (server);
  const char       *id = ws_connection_get_connection_id (ws_test_server_get (server, 1));
  const char       *other_id = ws_connection_get_connection_id (ws_test_server_get (server, 2));
  const char *const names[] = { "MaxLineLength", "MessageLength", "maxlinelength" };

  g_test_summary ("NAME[id] is a setting of one connection.");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s[%s]", names[i], id);
      g_autofree char *other_name = g_strdup_printf ("%s[%s]", names[i], other_id);
      g_autofree char *before = configure (server->server, other_name, NULL, NULL);
      g_autofree char *value = NULL;
      g_autoptr (GError) error = NULL;

      value = configure (server->server, name, "77", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (value, ==, "77");
      assert_value (server->server, name, "77");
      g_assert_cmpstr (before, !=, "77");
      assert_value (server->server, other_name, before);
    }
}

static void
test_per_connection_errors (void)
{
  static const struct
  {
    const char *name;
    int         code;
  } cases[] = {
    { "MaxLineLength[nobody]", WS_ERROR_INVALID_CONNECTION_ID },
    { "MaxLineLength[]", WS_ERROR_INVALID_CONNECTION_ID },
    { "MaxLineLength", WS_ERROR_INVALID_ARGUMENT },
    { "BufferMessage[1]", WS_ERROR_INVALID_ARGUMENT },
    { "MaxLineLength[1", WS_ERROR_INVALID_ARGUMENT },
  };
  g_autoptr (WsServer) server = ws_server_new ();

  g_test_summary ("An id that does not exist is 126; an id too many or too few is an error.");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint with_value = 0; with_value < 2; with_value++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *value = configure (server, cases[i].name, with_value ? "1" : NULL,
                                            &error);

        g_assert_null (value);
        g_assert_error (error, WS_ERROR, cases[i].code);
      }
}

static void
test_log_level (void)
{
  g_autoptr (WsTestServer) silent = ws_test_server_new_listening ("LogLevel=0", NULL);
  g_autoptr (WsTestServer) normal = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestServer) loud = ws_test_server_new_listening ("LogLevel=3", NULL);
  g_autoptr (WsTestClient) first = ws_test_server_open (silent);
  g_autoptr (WsTestClient) second = ws_test_server_open (normal);
  g_autoptr (WsTestClient) third = ws_test_server_open (loud);

  g_test_summary ("LogLevel decides how much is logged.");

  ws_test_client_send_text (first, "a");
  ws_test_client_send_text (second, "a");
  ws_test_client_send_text (third, "a");
  ws_test_server_wait_for (silent, "data-in");
  ws_test_server_wait_for (normal, "data-in");
  ws_test_server_wait_for (loud, "data-in");

  g_assert_cmpuint (silent->logs->len, ==, 0);
  g_assert_cmpuint (normal->logs->len, >, 0);
  g_assert_cmpuint (loud->logs->len, >, normal->logs->len);
  for (guint i = 0; i < normal->logs->len; i++)
    g_assert_true (g_str_has_prefix (normal->logs->pdata[i], "Info ") ||
                   g_str_has_prefix (normal->logs->pdata[i], "Error "));
}

static void
add_setting_tests (const Setting *setting)
{
  g_autofree char *stored = g_strconcat ("/integration/config/stored/", setting->name, NULL);
  g_autofree char *bad = g_strconcat ("/integration/config/bad-value/", setting->name, NULL);
  g_autofree char *listening = g_strconcat ("/integration/config/while-listening/", setting->name, NULL);

  g_test_add_data_func (stored, setting, test_setting);
  g_test_add_data_func (listening, setting, test_while_listening);
  if (setting->bad != NULL)
    g_test_add_data_func (bad, setting, test_bad_value);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    add_setting_tests (&settings[i]);
  g_test_add_func ("/integration/config/booleans", test_booleans);
  g_test_add_func ("/integration/config/unknown", test_unknown);
  g_test_add_func ("/integration/config/value-with-equals", test_value_with_equals);
  g_test_add_func ("/integration/config/read-only", test_read_only);
  g_test_add_func ("/integration/config/per-connection/stored", test_per_connection);
  g_test_add_func ("/integration/config/per-connection/errors", test_per_connection_errors);
  g_test_add_func ("/integration/config/log-level", test_log_level);

  return g_test_run ();
}

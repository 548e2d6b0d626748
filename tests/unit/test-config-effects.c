/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/config/ws-config-private.h"

#include <string.h>

/* A setting is more than a value that reads back: each has a test that shows what it does. */

typedef struct
{
  const char *setting;
  const char *file; /* in tests/integration; NULL: nothing to show yet */
  const char *test; /* the literal path under which it is added; NULL: why there is nothing */
} Proof;

#define EFFECTS "test-settings-effects.c"
#define TIMERS "test-settings-timers.c"
#define DEFLATE "test-settings-deflate.c"
#define TLS "test-tls.c"
#define TLS_CLIENTS "test-tls-clients.c"
#define TLS_SETTINGS "test-tls-settings.c"

/* A setting that is added to the registry and not here fails the check below. */
static const Proof proofs[] = {
  { "AllowedClients", EFFECTS, "/settings/access/while-listening" },
  { "AllowedOrigins", EFFECTS, "/settings/allowed-origins/" },
  { "BindExclusively", "test-listening.c", "/listening/shared-port" },
  { "BlockedClients", EFFECTS, "/settings/access/while-listening" },
  { "BufferMessage", EFFECTS, "/settings/buffer-message" },
  { "BuildInfo", "test-config.c", "/config/read-only" },
  { "CloseStreamAfterTransfer", "test-send.c", "/send/stream/left-open" },
  { "CloseTimeout", TIMERS, "/settings/timers/close-timeout" },
  { "DeflateLevel", DEFLATE, "/settings/deflate/level" },
  { "DeflateNoContextTakeover", DEFLATE, "/settings/deflate/no-context-takeover" },
  { "DeflateThreshold", DEFLATE, "/settings/deflate/threshold" },
  { "DeflateWindowBits", DEFLATE, "/settings/deflate/window-bits" },
  { "DisconnectStatusCode", "test-closing.c", "/closing/disconnect-settings" },
  { "DisconnectStatusDescription", "test-closing.c", "/closing/disconnect-settings" },
  { "EnablePermessageDeflate", DEFLATE, "/settings/deflate/enable" },
  { "GUIAvailable", EFFECTS, "/settings/no-effect/gui-available" },
  { "HandshakeTimeout", TIMERS, "/settings/timers/handshake-timeout" },
  { "IdleTimeout", TIMERS, "/settings/timers/idle-timeout" },
  { "InBufferSize", EFFECTS, "/settings/socket/" },
  { "KeepAliveInterval", EFFECTS, "/settings/socket/" },
  { "KeepAliveTime", EFFECTS, "/settings/socket/" },
  { "LicenseInfo", "test-config.c", "/config/read-only" },
  { "LogLevel", EFFECTS, "/settings/log-level/levels" },
  { "MaskSensitiveData", EFFECTS, "/settings/no-effect/mask-sensitive-data" },
  { "MaxConnections", "test-opening.c", "/opening/max-connections" },
  { "MaxFrameSize", EFFECTS, "/settings/max-frame-size/messages" },
  { "MaxHeaderSize", "test-refusals.c", "/refusals/max-header-size" },
  { "MaxLineLength", "test-messages.c", "/messages/line-mode/max-line-length" },
  { "MaxMessageSize", EFFECTS, "/settings/max-message-size" },
  { "MaxSendQueue", EFFECTS, "/settings/max-send-queue" },
  { "MessageLength", "test-send.c", "/send/message-length" },
  { "OutBufferSize", EFFECTS, "/settings/socket/" },
  { "PingInterval", TIMERS, "/settings/timers/ping-interval" },
  { "PongTimeout", TIMERS, "/settings/timers/pong-timeout" },
  { "TcpNoDelay", EFFECTS, "/settings/socket/" },
  { "UseDaemonThreads", EFFECTS, "/settings/no-effect/use-daemon-threads" },
  { "UseIPv6", "test-listening.c", "/listening/ipv6/setting" },
  { "WaitForCloseResponse", "test-closing.c", "/closing/no-wait" },

  { "DefaultConnectionTimeout", TLS_SETTINGS, "/tls-settings/default-connection-timeout" },
  { "LogSSLPackets", TLS, "/tls/status/packets" },
  { "PreferredDHGroupBits", TLS_SETTINGS, "/tls-settings/dh-group-bits" },
  { "ReuseSSLSession", TLS_SETTINGS, "/tls-settings/reuse-session" },
  { "SSLCACerts", TLS_SETTINGS, "/tls-settings/ca-certs" },
  { "SSLCheckCRL", NULL, "of TLS" },
  { "SSLCheckOCSP", NULL, "of TLS" },
  { "SSLCipherStrength", TLS_SETTINGS, "/tls-settings/cipher-strength" },
  { "SSLClientCACerts", TLS_CLIENTS, "/tls-clients/authorities/changed" },
  { "SSLEnabledCipherSuites", TLS_SETTINGS, "/tls-settings/cipher-suites" },
  { "SSLEnabledProtocols", TLS_SETTINGS, "/tls-settings/protocols" },
  { "SSLEnableRenegotiation", TLS_SETTINGS, "/tls-settings/renegotiation" },
  { "SSLIncludeCertChain", TLS_CLIENTS, "/tls-clients/include-chain" },
  { "SSLKeyLogFile", TLS_SETTINGS, "/tls-settings/key-log-file" },
  { "SSLNegotiatedCipher", TLS, "/tls/negotiated/" },
  { "SSLNegotiatedCipherStrength", TLS, "/tls/negotiated/" },
  { "SSLNegotiatedCipherSuite", TLS, "/tls/negotiated/" },
  { "SSLNegotiatedKeyExchange", TLS, "/tls/negotiated/" },
  { "SSLNegotiatedKeyExchangeStrength", TLS, "/tls/negotiated/" },
  { "SSLNegotiatedVersion", TLS, "/tls/negotiated/" },
  { "SSLOCSPResponse", NULL, "of TLS" },
  { "SSLReloadCert", "test-tls-renewal.c", "/tls-renewal/file/renamed" },
  { "TLS12SignatureAlgorithms", TLS_SETTINGS, "/tls-settings/signatures-1.2/" },
  { "TLS12SupportedGroups", TLS_SETTINGS, "/tls-settings/groups-1.2/" },
  { "TLS13SignatureAlgorithms", TLS_SETTINGS, "/tls-settings/signatures-1.3/" },
  { "TLS13SupportedGroups", TLS_SETTINGS, "/tls-settings/groups-1.3/" },
  { "SSLContextProtocol", TLS_SETTINGS, "/settings/no-effect/ssl-context-protocol" },
  { "SSLServerCACerts", TLS_SETTINGS, "/settings/no-effect/ssl-server-ca-certs" },
  { "SSLTrustManagerFactoryAlgorithm", TLS_SETTINGS, "/settings/no-effect/ssl-trust-manager-factory-algorithm" },
  { "TLS13KeyShareGroups", TLS_SETTINGS, "/settings/no-effect/tls13-key-share-groups" },
  { "UseInternalSecurityAPI", TLS_SETTINGS, "/tls-settings/use-internal-security-api" },
};

static const Proof *
find_proof (const char *setting)
{
  for (gsize i = 0; i < G_N_ELEMENTS (proofs); i++)
    if (g_str_equal (proofs[i].setting, setting))
      return &proofs[i];

  return NULL;
}

/* A path is added as it stands there, or stands first in a row of a table of tests. */
static void
assert_test_exists (const Proof *proof)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "integration", proof->file, NULL);
  g_autofree char *added = g_strconcat ("(\"", proof->test, NULL);
  g_autofree char *in_table = g_strconcat ("{ \"", proof->test, NULL);
  g_autofree char *content = NULL;

  if (!g_file_get_contents (path, &content, NULL, NULL))
    {
      g_test_skip ("the sources of the tests are not here");
      return;
    }
  if (strstr (content, added) == NULL && strstr (content, in_table) == NULL)
    g_error ("%s has no test %s, which is to show the effect of %s", proof->file, proof->test,
             proof->setting);
}

static void
test_complete (void)
{
  guint            n_settings;
  const WsSetting *settings = ws_config_get_settings (&n_settings);

  g_test_summary ("Every setting of the registry has a test that shows its effect, or that it has none.");

  for (guint i = 0; i < n_settings; i++)
    {
      const Proof *proof = find_proof (settings[i].name);
      gboolean     has_none;

      if (proof == NULL)
        g_error ("no test shows the effect of %s", settings[i].name);
      if (proof->file == NULL)
        {
          g_test_message ("%s: %s", settings[i].name, proof->test);
          continue;
        }

      has_none = g_str_has_prefix (proof->test, "/settings/no-effect/");
      g_assert_cmpint (has_none, ==, (settings[i].flags & WS_SETTING_NO_EFFECT) != 0);
      assert_test_exists (proof);
    }
}

static void
test_still_there (void)
{
  g_test_summary ("The list names no setting that the registry does not have, and none twice.");

  for (gsize i = 0; i < G_N_ELEMENTS (proofs); i++)
    {
      if (ws_config_find (proofs[i].setting) == NULL)
        g_error ("there is no setting %s", proofs[i].setting);
      g_assert_true (find_proof (proofs[i].setting) == &proofs[i]);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/config-effects/complete", test_complete);
  g_test_add_func ("/config-effects/still-there", test_still_there);

  return g_test_run ();
}

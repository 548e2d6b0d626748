/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "ws-test-server.h"
#include "wsserver/config/ws-config-private.h"

/* A setting is more than a value that reads back: each has a test that shows what it does. */

typedef struct
{
  const char *setting;
  const char *file; /* in tests/integration; NULL: nothing to show yet */
  const char *test; /* the literal path under which it is added; NULL: why there is nothing */
} Proof;

#define HERE "test-settings-effects.c"
#define TIMERS "test-settings-timers.c"

/* A setting that is added to the registry and not here fails the check below. */
static const Proof proofs[] = {
  { "AllowedClients", HERE, "/settings/access/while-listening" },
  { "AllowedOrigins", HERE, "/settings/allowed-origins/" },
  { "BindExclusively", "test-listening.c", "/listening/shared-port" },
  { "BlockedClients", HERE, "/settings/access/while-listening" },
  { "BufferMessage", HERE, "/settings/buffer-message" },
  { "BuildInfo", "test-config.c", "/config/read-only" },
  { "CloseStreamAfterTransfer", "test-send.c", "/send/stream/left-open" },
  { "CloseTimeout", TIMERS, "close-timeout" },
  { "DisconnectStatusCode", "test-closing.c", "/closing/disconnect-settings" },
  { "DisconnectStatusDescription", "test-closing.c", "/closing/disconnect-settings" },
  { "GUIAvailable", HERE, "/settings/no-effect/" },
  { "HandshakeTimeout", TIMERS, "handshake-timeout" },
  { "IdleTimeout", TIMERS, "idle-timeout" },
  { "InBufferSize", HERE, "/settings/socket/" },
  { "KeepAliveInterval", HERE, "/settings/socket/" },
  { "KeepAliveTime", HERE, "/settings/socket/" },
  { "LicenseInfo", "test-config.c", "/config/read-only" },
  { "LogLevel", HERE, "/settings/log-level/levels" },
  { "MaskSensitiveData", HERE, "/settings/no-effect/" },
  { "MaxConnections", "test-opening.c", "/opening/max-connections" },
  { "MaxFrameSize", HERE, "/settings/max-frame-size/messages" },
  { "MaxHeaderSize", "test-refusals.c", "/refusals/max-header-size" },
  { "MaxLineLength", "test-messages.c", "/messages/line-mode/max-line-length" },
  { "MaxMessageSize", HERE, "/settings/max-message-size" },
  { "MaxSendQueue", HERE, "/settings/max-send-queue" },
  { "MessageLength", "test-send.c", "/send/message-length" },
  { "OutBufferSize", HERE, "/settings/socket/" },
  { "PingInterval", TIMERS, "ping-interval" },
  { "PongTimeout", TIMERS, "pong-timeout" },
  { "TcpNoDelay", HERE, "/settings/socket/" },
  { "UseDaemonThreads", HERE, "/settings/no-effect/" },
  { "UseIPv6", "test-listening.c", "/listening/ipv6/setting" },
  { "WaitForCloseResponse", "test-closing.c", "/closing/no-wait" },

  { "DefaultConnectionTimeout", NULL, "of the TLS handshake" },
  { "DeflateLevel", NULL, "of permessage-deflate" },
  { "DeflateNoContextTakeover", NULL, "of permessage-deflate" },
  { "DeflateThreshold", NULL, "of permessage-deflate" },
  { "DeflateWindowBits", NULL, "of permessage-deflate" },
  { "EnablePermessageDeflate", NULL, "of permessage-deflate" },
  { "PreferredDHGroupBits", NULL, "of TLS" },
  { "UseInternalSecurityAPI", NULL, "of TLS" },
};

static const Proof *
find_proof (const char *setting)
{
  for (gsize i = 0; i < G_N_ELEMENTS (proofs); i++)
    if (g_str_equal (proofs[i].setting, setting))
      return &proofs[i];

  return NULL;
}

static void
assert_test_exists (const Proof *proof)
{
  g_autofree char   *path = g_test_build_filename (G_TEST_DIST, "integration", proof->file, NULL);
  g_autofree char   *quoted = g_strconcat ("\"", proof->test, NULL);
  g_autofree char   *content = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &content, NULL, &error);
  g_assert_no_error (error);
  if (g_str_equal (proof->file, HERE))
    quoted[0] = '(';
  if (g_str_equal (proof->file, HERE))
    g_assert_nonnull (strstr (content, proof->test));
  else if (strstr (content, quoted) == NULL)
    g_error ("%s has no test %s, which is to show the effect of %s", proof->file, proof->test,
             proof->setting);
}

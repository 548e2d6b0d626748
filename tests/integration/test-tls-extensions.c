/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>

#include "ws-test-tls-peer.h"

/* What client and server agree on by TLS extensions. */

#define RENEGOTIATION_INFO 0xff01
#define RENEGOTIATION_INFO_SCSV 0x00ff /* a cipher suite that stands for the extension. RFC 5746 §3.3 */
#define HELLO_HEAD_BYTES (2 + 32)      /* version and random */

static WsTestIdentity *identity;

/* The extensions that a client has sent, and those that the server has answered. */
typedef struct
{
  GHashTable *offered;
  GHashTable *answered;
} Extensions;

static guint
read_number (const guint8 *data)
{
  return (guint) (data[0] << 8 | data[1]);
}

/* extensions: a list with its length in front, up to the end of the message. */
static void
add_types (GHashTable   *types,
           const guint8 *extensions,
           const guint8 *end)
{
  if (extensions == end) /* a hello without the list */
    return;

  g_assert_cmpint (end - extensions, ==, 2 + (gssize) read_number (extensions));
  for (const guint8 *data = extensions + 2; data < end; data += 4 + read_number (data + 2))
    g_hash_table_add (types, GUINT_TO_POINTER (read_number (data)));
}

static void
read_client_hello (Extensions   *self,
                   const guint8 *data,
                   const guint8 *end)
{
  const guint8 *suites = data + HELLO_HEAD_BYTES + 1 + data[HELLO_HEAD_BYTES];
  const guint8 *methods = suites + 2 + read_number (suites);

  for (const guint8 *suite = suites + 2; suite < methods; suite += 2)
    if (read_number (suite) == RENEGOTIATION_INFO_SCSV)
      g_hash_table_add (self->offered, GUINT_TO_POINTER (RENEGOTIATION_INFO));
  add_types (self->offered, methods + 1 + methods[0], end);
}

static int
message_cb (gnutls_session_t      session,
            unsigned int          type,
            unsigned int          when,
            unsigned int          incoming,
            const gnutls_datum_t *message)
{
  Extensions   *self = gnutls_session_get_ptr (session);
  const guint8 *data = message->data;
  const guint8 *end = data + message->size;

  if (type == GNUTLS_HANDSHAKE_CLIENT_HELLO && !incoming)
    read_client_hello (self, data, end);
  else if (type == GNUTLS_HANDSHAKE_SERVER_HELLO && incoming)
    add_types (self->answered, data + HELLO_HEAD_BYTES + 1 + data[HELLO_HEAD_BYTES] + 2 + 1, end);
  else if (type == GNUTLS_HANDSHAKE_ENCRYPTED_EXTENSIONS && incoming)
    add_types (self->answered, data, end);

  return 0;
}

static const char *const clients[] = {
  WS_TEST_TLS12,
  WS_TEST_TLS12 ":%NO_TICKETS",
  WS_TEST_TLS12 ":%NO_ETM:%NO_SESSION_HASH",
  WS_TEST_TLS12 ":%NO_TICKETS:%NO_ETM:%NO_SESSION_HASH:%DISABLE_SAFE_RENEGOTIATION",
  WS_TEST_TLS12 ":-GROUP-ALL:+GROUP-SECP256R1",
  WS_TEST_TLS13,
  WS_TEST_TLS13 ":%NO_TICKETS",
  WS_TEST_TLS13 ":-GROUP-ALL:+GROUP-SECP256R1",
};

static void
record_messages (gnutls_session_t session,
                 gpointer         data)
{
  gnutls_session_set_ptr (session, data);
  gnutls_handshake_set_hook_function (session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_POST, message_cb);
}

static void
assert_only_offered (WsTestServer *server,
                     const char   *priority,
                     const char   *application_protocol)
{
  g_autoptr (GHashTable) offered = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) answered = g_hash_table_new (NULL, NULL);
  Extensions       extensions = { offered, answered };
  WsTestTlsOptions options = { .priority = priority,
                               .application_protocol = application_protocol,
                               .prepare = record_messages,
                               .prepare_data = &extensions };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new (server, &options);
  GHashTableIter iter;
  gpointer       type;

  ws_test_tls_peer_open (peer);
  ws_test_tls_peer_assert_echo (peer, "echo");

  g_hash_table_iter_init (&iter, answered);
  while (g_hash_table_iter_next (&iter, &type, NULL))
    if (!g_hash_table_contains (offered, type))
      g_error ("the client of %s has not asked for extension %u", priority, GPOINTER_TO_UINT (type));
  /* Each of these hellos has something to answer, so the test has seen the answers. */
  g_assert_cmpuint (g_hash_table_size (answered), >, 0);
}

/* A server that uses one provider. */
static WsTestServer *
server_new (WsSslProvider provider)
{
  WsTestServer *server = ws_test_server_new_tls (identity, NULL, NULL);

  ws_server_shutdown (server->server);
  g_object_set (server->server, "ssl-provider", provider, NULL);
  ws_test_server_listen (server);
  server->echo = TRUE;
  return server;
}

static const WsSslProvider internal = WS_SSL_PROVIDER_INTERNAL;
static const WsSslProvider platform = WS_SSL_PROVIDER_PLATFORM;

static void
test_only_offered (gconstpointer user_data)
{
  const WsSslProvider *provider = user_data;
  g_autoptr (WsTestServer) server = server_new (*provider);

  g_test_summary ("The server answers no extension that the client has not sent: RFC 5246 section 7.4.1.4, "
                  "RFC 8446 section 4.2.");

  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      assert_only_offered (server, clients[i], NULL);
      assert_only_offered (server, clients[i], "http/1.1");
    }
}

#define RECORD_HEADER_BYTES 5
#define RECORD_LIMIT 600
#define MAX_OVERHEAD_BYTES 64 /* of a record of AES-GCM or ChaCha20 */

/* What the client reads from its socket, as records. */
typedef struct
{
  WsTestTlsPeer *peer;
  guint8         header[RECORD_HEADER_BYTES];
  gsize          n_header_bytes;
  gsize          n_left; /* of the record's fragment */
  gsize          longest;
} RecordMeter;

static void
record_meter_add (RecordMeter *self,
                  guint8       byte)
{
  if (self->n_left > 0)
    {
      self->n_left--;
      return;
    }

  self->header[self->n_header_bytes++] = byte;
  if (self->n_header_bytes == RECORD_HEADER_BYTES)
    {
      self->n_header_bytes = 0;
      self->n_left = read_number (self->header + 3);
      self->longest = MAX (self->longest, self->n_left);
    }
}

static gssize
pull_measured_cb (gnutls_transport_ptr_t pointer,
                  void                  *data,
                  gsize                  length)
{
  RecordMeter *self = pointer;
  gssize       n_read = recv (self->peer->fd, data, length, 0);

  for (gssize i = 0; i < n_read; i++)
    record_meter_add (self, ((guint8 *) data)[i]);
  return n_read;
}

static void
limit_records (gnutls_session_t session,
               gpointer         data)
{
  g_assert_cmpint (gnutls_record_set_max_recv_size (session, RECORD_LIMIT), ==, 0);
}

static void
test_record_size_limit (gconstpointer user_data)
{
  static const char *const versions[] = { WS_TEST_TLS12, WS_TEST_TLS13 };
  const WsSslProvider     *provider = user_data;
  g_autoptr (WsTestServer) server = server_new (*provider);
  g_autofree char *text = g_strnfill (40000, 'x');

  g_test_summary ("No record is longer than the client has asked for: RFC 8449 section 4.");

  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      WsTestTlsOptions options = { .priority = versions[i], .prepare = limit_records };
      g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new (server, &options);
      RecordMeter meter = { .peer = peer };

      ws_test_tls_peer_open (peer);
      gnutls_transport_set_ptr2 (peer->session, &meter, peer);
      gnutls_transport_set_pull_function (peer->session, pull_measured_cb);
      ws_test_tls_peer_assert_echo (peer, text);
      g_assert_cmpuint (meter.longest, >, RECORD_LIMIT / 2);
      g_assert_cmpuint (meter.longest, <=, RECORD_LIMIT + MAX_OVERHEAD_BYTES);
    }
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);

  identity = ws_test_identity_new ("localhost", WS_TEST_IDENTITY_SERVER, NULL);

  g_test_add_data_func ("/integration/tls-extensions/only-offered/internal", &internal, test_only_offered);
  g_test_add_data_func ("/integration/tls-extensions/only-offered/platform", &platform, test_only_offered);
  g_test_add_data_func ("/integration/tls-extensions/record-size-limit/internal", &internal, test_record_size_limit);
  g_test_add_data_func ("/integration/tls-extensions/record-size-limit/platform", &platform, test_record_size_limit);

  result = g_test_run ();
  ws_test_identity_free (identity);
  return result;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gnutls/gnutls.h>
#include <string.h>
#include <sys/socket.h>

#include "ws-test-fixture.h"

/* Clients that vanish at every byte of what they send: with a FIN, or with a reset. */

typedef enum
{
  WITH_FIN,
  WITH_RESET,
} Ending;

static void
vanish (WsTestClient *client,
        Ending        ending)
{
  if (ending == WITH_RESET)
    ws_test_client_reset (client);
  else
    ws_test_client_truncate (client);
}

/* How many descriptors this process has open; 0 where the system does not list them. */
static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

/* The first client also opens what stays open. */
static void
await_descriptors (guint *n_at_first)
{
  ws_test_settle ();
  if (*n_at_first == 0)
    *n_at_first = count_descriptors ();
  ws_test_wait_until (count_descriptors () <= *n_at_first);
}

static void
assert_serves (WsTestServer *server)
{
  g_autoptr (WsTestClient) client = ws_test_server_open (server);

  ws_test_client_send_close (client, 1000, "");
  ws_test_client_assert_close (client, 1000, "");
  ws_test_client_assert_eof (client);
  ws_test_wait_until (ws_test_server_get_n_clients (server) == 0);
}

static void
test_request (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autofree char *request = ws_test_handshake ("/", NULL);
  const gsize      length = strlen (request);
  guint            n_descriptors = 0;

  g_test_summary ("A client that vanishes inside its request leaves nothing behind and is never reported as connected.");

  for (gsize cut = 0; cut < length; cut++)
    {
      g_autoptr (WsTestClient) client = ws_test_server_connect (server);

      ws_test_client_send (client, request, cut);
      vanish (client, GPOINTER_TO_INT (user_data));
      g_clear_pointer (&client, ws_test_client_free);
      await_descriptors (&n_descriptors);
    }

  g_assert_cmpuint (ws_test_server_count (server, "connected "), ==, 0);
  assert_serves (server);
}

static void
test_frames (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const WsTestFrameSpec specs[] = {
    { .opcode = WS_OPCODE_PING },
    { .opcode = WS_OPCODE_TEXT, .more = TRUE },
    { .opcode = WS_OPCODE_CONTINUATION },
  };

  g_test_summary ("A client that vanishes inside its frames is disconnected once; only whole messages were delivered.");

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      g_autoptr (GByteArray) frame = ws_test_frame_build (specs[i], "hello", 5);

      g_byte_array_append (bytes, frame->data, frame->len);
    }

  for (gsize cut = 0; cut <= bytes->len; cut++)
    {
      g_autoptr (WsTestClient) client = ws_test_server_open (server);
      g_autofree char *gone = g_strdup_printf ("disconnected #%u ", (guint) cut + 1);

      ws_test_client_send (client, bytes->data, cut);
      vanish (client, GPOINTER_TO_INT (user_data));
      ws_test_server_wait_for (server, gone);
      ws_test_settle ();
      g_assert_cmpuint (ws_test_server_count (server, gone), ==, 1);
      g_assert_cmpuint (ws_test_server_get_n_clients (server), ==, 0);
    }

  assert_serves (server);
}

/* Collects the ClientHello. */
static gssize
collect_cb (gnutls_transport_ptr_t user_data,
            const void            *data,
            size_t                 length)
{
  g_byte_array_append (user_data, data, (guint) length);
  return (gssize) length;
}

static gssize
receive_nothing_cb (gnutls_transport_ptr_t user_data,
                    void                  *data,
                    size_t                 length)
{
  return 0;
}

static GByteArray *
make_client_hello (void)
{
  GByteArray                      *hello = g_byte_array_new ();
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t                 session;

  g_assert_cmpint (gnutls_certificate_allocate_credentials (&credentials), ==, 0);
  g_assert_cmpint (gnutls_init (&session, GNUTLS_CLIENT), ==, 0);
  g_assert_cmpint (gnutls_set_default_priority (session), ==, 0);
  g_assert_cmpint (gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials), ==, 0);
  gnutls_transport_set_ptr (session, hello);
  gnutls_transport_set_push_function (session, collect_cb);
  gnutls_transport_set_pull_function (session, receive_nothing_cb);
  g_assert_cmpint (gnutls_handshake (session), <, 0);
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
  g_assert_cmpuint (hello->len, >, 100);
  return hello;
}

static void
test_client_hello (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autoptr (GByteArray) hello = make_client_hello ();
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  guint n_descriptors = 0;

  g_test_summary ("A client that vanishes inside or behind its ClientHello leaves nothing behind.");

  ws_test_server_secure (server->server);
  ws_test_server_listen (server);
  for (gsize cut = 0; cut <= hello->len; cut++)
    {
      g_autoptr (GSocketConnection) stream =
          g_socket_client_connect_to_host (connector, "127.0.0.1", (guint16) server->port, NULL, NULL);
      GSocket *socket;

      g_assert_nonnull (stream);
      socket = g_socket_connection_get_socket (stream);
      if (cut > 0)
        g_assert_true (g_socket_send (socket, (const char *) hello->data, cut, NULL, NULL) == (gssize) cut);
      ws_test_settle ();
      if (GPOINTER_TO_INT (user_data) == WITH_RESET)
        {
          const struct linger abort = { .l_onoff = 1, .l_linger = 0 };
          int                 fd = g_socket_get_fd (socket);

          g_assert_true (setsockopt (fd, SOL_SOCKET, SO_LINGER, &abort, sizeof abort) == 0);
        }
      g_assert_true (g_socket_close (socket, NULL));
      await_descriptors (&n_descriptors);
    }

  g_assert_cmpuint (ws_test_server_count (server, "connected "), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/integration/vanishing/request/fin", GINT_TO_POINTER (WITH_FIN), test_request);
  g_test_add_data_func ("/integration/vanishing/request/reset", GINT_TO_POINTER (WITH_RESET), test_request);
  g_test_add_data_func ("/integration/vanishing/frames/fin", GINT_TO_POINTER (WITH_FIN), test_frames);
  g_test_add_data_func ("/integration/vanishing/frames/reset", GINT_TO_POINTER (WITH_RESET), test_frames);
  g_test_add_data_func ("/integration/vanishing/client-hello/fin", GINT_TO_POINTER (WITH_FIN), test_client_hello);
  g_test_add_data_func ("/integration/vanishing/client-hello/reset", GINT_TO_POINTER (WITH_RESET),
                        test_client_hello);

  return g_test_run ();
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-tls-peer.h"

/* Handlers of TLS signals that iterate the context: the handshake goes on inside of them. */

static WsTestIdentity *first;
static WsTestIdentity *second;

/* A client that acts by itself while a handler iterates: it sends its request once the server has
 * completed the handshake, and a text once the handlers have returned. */
typedef struct
{
  WsTestServer  *server;
  WsTestTlsPeer *peer;
  WsCertificate *choice;      /* of the handler of ssl-connection-request, or NULL */
  gboolean       until_open;  /* that handler iterates until the WebSocket is open, or three times */
  gboolean       is_complete; /* the server has reported the end of the handshake */
  gboolean       request_sent;
  guint          n_inside; /* handlers that iterate */
} Nest;

static void
wait_for_open (WsConnection *connection)
{
  ws_test_wait_until (ws_connection_get_connected (connection));
}

static gboolean
send_request_cb (gpointer user_data)
{
  Nest            *self = user_data;
  g_autofree char *request = ws_test_handshake ("/", NULL);

  if (!self->is_complete || !self->peer->open)
    return G_SOURCE_CONTINUE;

  ws_test_tls_peer_send (self->peer, request, strlen (request));
  self->request_sent = TRUE;
  return G_SOURCE_REMOVE;
}

static void
choose_and_iterate_cb (WsServer               *server,
                       WsConnection           *connection,
                       WsSslConnectionRequest *request,
                       Nest                   *self)
{
  ws_ssl_connection_request_set_certificate (request, self->choice);
  ws_ssl_connection_request_defer (request);
  g_assert_true (ws_ssl_connection_request_complete (request));
  self->n_inside++;
  if (self->until_open)
    wait_for_open (connection);
  else
    for (guint i = 0; i < 3; i++)
      g_main_context_iteration (NULL, FALSE);
  self->n_inside--;
}

static void
iterate_when_complete_cb (WsServer     *server,
                          WsConnection *connection,
                          const char   *message,
                          Nest         *self)
{
  if (!g_str_has_prefix (message, "TLS handshake complete"))
    return;

  self->is_complete = TRUE;
  if (self->choice != NULL)
    return;

  self->n_inside++;
  wait_for_open (connection);
  self->n_inside--;
}

/* Runs the client and asserts that its text comes back, after it has been shown this name. */
static void
run_client (Nest       *self,
            const char *name)
{
  g_autofree char *shown = NULL;
  WsTestTlsOptions options = { .server_name = "first.test" };

  g_signal_connect (self->server->server, "ssl-status", G_CALLBACK (iterate_when_complete_cb), self);
  self->peer = ws_test_tls_peer_new (self->server, &options);
  g_timeout_add (1, send_request_cb, self);
  ws_test_wait_until (self->request_sent && self->n_inside == 0 &&
                      ws_test_server_count (self->server, "connected") > 0);
  ws_test_tls_peer_assert_opened (self->peer);
  ws_test_tls_peer_assert_echo (self->peer, "hello");

  shown = ws_test_tls_peer_dup_shown_name (self->peer);
  g_assert_cmpstr (shown, ==, name);
  g_assert_cmpuint (ws_test_server_count (self->server, "connected"), ==, 1);
  ws_test_tls_peer_free (self->peer);
  ws_test_server_wait_for (self->server, "disconnected");
}

static void
test_decision_inside (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (first, NULL, NULL);
  g_autoptr (WsCertificate) certificate = ws_test_identity_to_certificate (second);
  Nest nest = { .server = server, .choice = certificate, .until_open = GPOINTER_TO_INT (user_data) };

  g_test_summary ("A handler may defer a TLS connection, complete it and iterate: the client gets its certificate.");

  g_signal_connect (server->server, "ssl-connection-request", G_CALLBACK (choose_and_iterate_cb), &nest);
  run_client (&nest, "second.test");
}

static void
test_opened_inside_status (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (first, NULL, NULL);
  Nest nest = { .server = server };

  g_test_summary ("A WebSocket may open while the handler of ssl-status iterates.");

  run_client (&nest, "first.test");
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  first = ws_test_identity_new ("first.test", WS_TEST_IDENTITY_SERVER, NULL);
  second = ws_test_identity_new ("second.test", WS_TEST_IDENTITY_SERVER, NULL);

  g_test_add_data_func ("/integration/tls-nesting/decision/hello", GINT_TO_POINTER (FALSE),
                        test_decision_inside);
  g_test_add_data_func ("/integration/tls-nesting/decision/open", GINT_TO_POINTER (TRUE),
                        test_decision_inside);
  g_test_add_func ("/integration/tls-nesting/opened-inside-status", test_opened_inside_status);

  result = g_test_run ();
  ws_test_identity_free (first);
  ws_test_identity_free (second);
  return result;
}

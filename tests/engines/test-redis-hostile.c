/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine with servers that are not Redis, or not any more: in this process, so that each byte that they
 * send can be chosen. */
#include "ws-test-broker.h"
#include "ws-test-wait.h"

#include <wsserver-engines/wsserver-engines.h>

#include <glib/gstdio.h>

#include <string.h>

/* A server that sends each client some bytes, then more, and then may close. */
typedef struct
{
  GSocketService *service;
  guint16         port;
  const char     *bytes;
  gsize           length;
  gsize           cut; /* after which the rest follows later */
  gboolean        close;
  guint           n_clients;
  GPtrArray      *clients;
} FakeServer;

static gboolean
send_rest_cb (gpointer user_data)
{
  FakeServer        *self = g_object_get_data (user_data, "server");
  GSocketConnection *client = user_data;

  g_socket_send (g_socket_connection_get_socket (client), self->bytes + self->cut, self->length - self->cut,
                 NULL, NULL);
  if (self->close)
    g_ptr_array_remove_fast (self->clients, client);
  return G_SOURCE_REMOVE;
}

static gboolean
incoming_cb (GSocketService    *service,
             GSocketConnection *client,
             GObject           *source,
             gpointer           user_data)
{
  FakeServer *self = user_data;

  self->n_clients++;
  g_socket_send (g_socket_connection_get_socket (client), self->bytes, self->cut, NULL, NULL);
  g_object_set_data (G_OBJECT (client), "server", self);
  g_ptr_array_add (self->clients, g_object_ref (client));
  g_timeout_add_full (G_PRIORITY_DEFAULT, 1, send_rest_cb, g_object_ref (client), g_object_unref);
  return TRUE;
}

static void
fake_server_begin (FakeServer *self)
{
  g_autoptr (GError) error = NULL;

  self->service = g_socket_service_new ();
  self->clients = g_ptr_array_new_with_free_func (g_object_unref);
  self->port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (self->service), NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);
}

static void
fake_server_end (FakeServer *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
  ws_test_run_ms (5);
  g_clear_pointer (&self->clients, g_ptr_array_unref);
}

static WsTestRecord *
make_engine (FakeServer *server)
{
  g_autofree char *uri = g_strdup_printf ("redis://me:topsecret@127.0.0.1:%u", server->port);
  WsRedisEngine   *engine = ws_redis_engine_new (uri);
  WsTestRecord    *record = ws_test_record_new (engine);

  g_object_set (engine, "max-retry-delay", 1, NULL);
  ws_engine_start (WS_ENGINE (engine));
  g_assert_true (ws_engine_subscribe (WS_ENGINE (engine), "news", NULL));
  return record;
}

static const char whole[] = "+OK\r\n+PONG\r\n*3\r\n$9\r\nsubscribe\r\n$7\r\nws.news\r\n:1\r\n"
                            "*3\r\n$7\r\nmessage\r\n$7\r\nws.news\r\n$2\r\nhi\r\n";

static void
test_cuts (void)
{
  FakeServer server = { .bytes = whole, .length = sizeof whole - 1 };

  g_test_summary ("The engine understands a server wherever its bytes are cut.");

  fake_server_begin (&server);
  for (server.cut = 0; server.cut < sizeof whole - 1; server.cut++)
    {
      g_autoptr (WsTestRecord) record = make_engine (&server);

      ws_test_wait_until (strstr (record->seen->str, "state 2\n") != NULL && record->n_messages == 1);
      g_assert_nonnull (strstr (record->seen->str, "subscribed news\n"));
      g_assert_nonnull (strstr (record->seen->str, "message news hi\n"));
      g_assert_cmpuint (record->n_errors + record->n_gaps, ==, 0);
      ws_engine_stop (WS_ENGINE (record->engine));
    }
  fake_server_end (&server);
}

static void
test_truncated (void)
{
  FakeServer server = { .bytes = whole, .close = TRUE };

  g_test_summary ("A server may close the connection after any byte.");

  fake_server_begin (&server);
  for (server.length = 0; server.length < sizeof whole; server.length++)
    {
      g_autoptr (WsTestRecord) record = NULL;

      server.cut = server.length;
      server.n_clients = 0;
      record = make_engine (&server);
      ws_test_wait_until (server.n_clients >= 3);
      ws_engine_stop (WS_ENGINE (record->engine));
    }
  fake_server_end (&server);
}

static void
test_garbage (void)
{
  static const char *const wrong[] = {
    "HTTP/1.1 400 Bad Request\r\n\r\n",
    "*100000000\r\n",
    "+OK\r\n+PONG\r\n*100000000\r\n",
    "+OK\r\n+PONG\r\n*3\r\n$9\r\nsubscribe\r\n:1\r\n:1\r\n$x\r\n",
    "+OK\r\n+PONG\r\n-NOPERM no\r\n",
    "+OK\r\n+PONG\r\n*3\r\n+message\r\n+ws.news\r\n*1\r\n:1\r\n\r\n",
    "+PONG\r\n",
    "$-1\r\n",
    "-LOADING Redis is loading the dataset in memory\r\n",
    "-ERR unknown command 'AUTH', with args beginning with: 'me' 'topsecret' \r\n",
    "+OK\r\n-ERR \x1b[31m%s%n\r\n",
  };

  g_test_summary ("Garbage ends a connection, not the program; no text has the password.");

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      FakeServer server = { .bytes = wrong[i], .length = strlen (wrong[i]), .cut = strlen (wrong[i]) / 2 };
      g_autoptr (WsTestRecord) record = NULL;
      g_autofree char *last = NULL;

      fake_server_begin (&server);
      record = make_engine (&server);
      ws_test_wait_until (server.n_clients >= 5);
      g_object_get (record->engine, "last-error", &last, NULL);
      g_assert_nonnull (last);
      g_assert_null (strstr (last, "topsecret"));
      g_assert_null (strstr (record->texts->str, "topsecret"));
      g_assert_null (strchr (last, '\x1b'));
      g_assert_cmpuint (record->n_messages, ==, 0);
      ws_engine_stop (WS_ENGINE (record->engine));
      fake_server_end (&server);
    }
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

static void
test_reconnecting (void)
{
  FakeServer server = { .bytes = whole, .length = sizeof whole - 1, .cut = sizeof whole - 1, .close = TRUE };
  g_autoptr (WsTestRecord) record = NULL;
  guint n_before;

  g_test_summary ("Hundreds of lost connections leave no descriptor behind.");

  fake_server_begin (&server);
  record = make_engine (&server);
  ws_test_wait_until (server.n_clients >= 20);
  n_before = count_descriptors ();
  ws_test_wait_until (server.n_clients >= 420);
  g_assert_cmpuint (count_descriptors (), <=, n_before + 8);
  ws_engine_stop (WS_ENGINE (record->engine));
  fake_server_end (&server);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/engines/redis-hostile/cuts", test_cuts);
  g_test_add_func ("/engines/redis-hostile/truncated", test_truncated);
  g_test_add_func ("/engines/redis-hostile/garbage", test_garbage);
  g_test_add_func ("/engines/redis-hostile/reconnecting", test_reconnecting);

  return g_test_run ();
}

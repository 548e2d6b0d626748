/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>

#include "ws-test-server.h"

/* Edge-triggered input, which the poller reports only once: whatever a handler does meanwhile, all input is
 * delivered in order, and then the end. */

#define PIECE_BYTES 65536 /* a frame; two of them fill one read */
#define PIECE_PAYLOAD_BYTES (PIECE_BYTES - 8)

typedef struct _Fixture Fixture;

typedef struct
{
  const char *name;
  void (*act) (Fixture      *fixture,
               WsConnection *connection);
} Action;

typedef struct
{
  const Action *action;
  guint         n_pieces;
  gboolean      has_rest; /* a short message behind them */
  gboolean      ends;     /* the client has no more to send, and says so at once */
} Case;

struct _Fixture
{
  WsTestServer *server;
  WsTestClient *client;
  const Action *action;
  guint         n_pieces;
  guint         n_messages;
  guint         n_expected;
  guint         depth;
  guint         n_timers;
};

static void
act_nothing (Fixture      *fixture,
             WsConnection *connection)
{
}

static void
act_wait_for_all (Fixture      *fixture,
                  WsConnection *connection)
{
  if (fixture->depth == 1)
    ws_test_wait_until (fixture->n_messages == fixture->n_expected);
}

static void
act_settle (Fixture      *fixture,
            WsConnection *connection)
{
  ws_test_settle ();
}

static void
act_pause_and_go_on (Fixture      *fixture,
                     WsConnection *connection)
{
  ws_connection_pause_data (connection, NULL);
  ws_connection_process_data (connection, NULL);
}

static void
act_pause_settle_and_go_on (Fixture      *fixture,
                            WsConnection *connection)
{
  ws_connection_pause_data (connection, NULL);
  ws_test_settle ();
  ws_connection_process_data (connection, NULL);
}

static gboolean
process_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  ws_connection_process_data (ws_test_server_get (fixture->server, 1), NULL);
  fixture->n_timers--;
  return G_SOURCE_REMOVE;
}

static void
act_pause_for_later (Fixture      *fixture,
                     WsConnection *connection)
{
  ws_connection_pause_data (connection, NULL);
  fixture->n_timers++;
  g_timeout_add (2, process_cb, fixture);
}

/* More than the socket takes, so that the connection waits for it to be writable, too. */
static void
act_send_much (Fixture      *fixture,
               WsConnection *connection)
{
  g_autofree char *pattern = ws_test_pattern (4 * 1024 * 1024);
  g_autoptr (GBytes) bytes = g_bytes_new (pattern, 4 * 1024 * 1024);

  ws_connection_send_bytes (connection, bytes, NULL);
}

static void
data_in_cb (WsServer     *server,
            WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data,
            gboolean      eom,
            gboolean      eol,
            gpointer      user_data)
{
  Fixture *fixture = user_data;
  gsize    length;

  g_assert_true (eom);
  g_bytes_get_data (data, &length);
  g_assert_cmpuint (length, ==, fixture->n_messages < fixture->n_pieces ? PIECE_PAYLOAD_BYTES : 4);
  fixture->n_messages++;
  fixture->depth++;
  fixture->action->act (fixture, connection);
  fixture->depth--;
}

static void
test_burst (gconstpointer user_data)
{
  const Case      *test_case = user_data;
  Fixture          fixture = { .action = test_case->action, .n_pieces = test_case->n_pieces };
  g_autofree char *pattern = ws_test_pattern (PIECE_PAYLOAD_BYTES);
  const int        large = 4 * 1024 * 1024;

  g_test_summary ("All input of one dispatch is delivered, whatever the handler does, and then the end of the stream.");

  fixture.n_expected = test_case->n_pieces + test_case->has_rest;
  fixture.server = ws_test_server_new_listening ("BufferMessage=True", "MaxSendQueue=67108864", NULL);
  fixture.client = ws_test_server_open (fixture.server);
  g_signal_connect (fixture.server->server, "data-in", G_CALLBACK (data_in_cb), &fixture);
  g_assert_cmpint (setsockopt (fixture.client->fd, SOL_SOCKET, SO_SNDBUF, &large, sizeof large), ==, 0);

  for (guint i = 0; i < test_case->n_pieces; i++)
    ws_test_client_send_binary (fixture.client, pattern, PIECE_PAYLOAD_BYTES);
  if (test_case->has_rest)
    ws_test_client_send_binary (fixture.client, "rest", 4);
  if (test_case->ends)
    {
      ws_test_wait_until (fixture.client->output->len == 0);
      ws_test_client_half_close (fixture.client);
    }
  ws_test_wait_until (fixture.n_messages == fixture.n_expected);
  if (test_case->ends)
    {
      ws_test_server_wait_for (fixture.server, "disconnected #1 1006");
    }
  else
    {
      fixture.n_expected++;
      ws_test_client_send_binary (fixture.client, "last", 4);
      ws_test_wait_until (fixture.n_messages == fixture.n_expected);
    }

  ws_test_wait_until (fixture.n_timers == 0);
  g_signal_handlers_disconnect_by_data (fixture.server->server, &fixture);
  ws_test_client_free (fixture.client);
  ws_test_server_free (fixture.server);
}

static const Action actions[] = {
  { "nothing", act_nothing },
  { "wait-for-all", act_wait_for_all },
  { "settle", act_settle },
  { "pause-and-go-on", act_pause_and_go_on },
  { "pause-settle-and-go-on", act_pause_settle_and_go_on },
  { "pause-for-later", act_pause_for_later },
  { "send-much", act_send_much },
};

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    for (guint n_pieces = 2; n_pieces <= 8; n_pieces += 2)
      for (guint bits = 0; bits < 4; bits++)
        {
          Case            *test_case = g_new0 (Case, 1);
          g_autofree char *path = NULL;

          *test_case = (Case){ &actions[i], n_pieces, (bits & 1) != 0, (bits & 2) != 0 };
          path = g_strdup_printf ("/integration/edge-triggered/%s/%u%s%s", actions[i].name, n_pieces, test_case->has_rest ? "-and-rest" : "",
                                  test_case->ends ? "-and-end" : "");
          g_test_add_data_func_full (path, test_case, test_burst, g_free);
        }

  return g_test_run ();
}

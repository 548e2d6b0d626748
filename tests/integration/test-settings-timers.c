/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ws-test-server.h"

/* The settings that are durations. The shortest is a second, so all cases run side by side in one
 * main loop, each with a server of its own. The ends of all are waited for; after the last of them
 * those whose connection is to stay are looked at. */

#define TICK_MS 200
#define SECOND_US G_USEC_PER_SEC

/* A timer may end as much early as the clock of the main loop is coarse. */
#define COARSE_US 50000

typedef struct _Case    Case;
typedef struct _Running Running;

struct _Case
{
  const char *path;
  const char *before; /* settings of the server, or NULL */
  const char *before_too;
  const char *after; /* changed once the client is there */
  gboolean    only_connects;
  void (*start) (Running *running); /* or NULL */
  void (*tick) (Running *running);  /* now and then; or NULL */
  gboolean (*ended) (Running *running);
  guint seconds; /* not before; 0: it does not end */
};

struct _Running
{
  const Case   *test_case;
  WsTestServer *server;
  WsTestClient *client;
  gint64        begin_us;
  gint64        end_us; /* 0: not yet */
};

static void
start_close (Running *running)
{
  g_assert_true (ws_connection_close (ws_test_server_get (running->server, 1), 1000, "", NULL));
}

static void
tick_text (Running *running)
{
  ws_test_client_send_text (running->client, "message");
}

static void
tick_server_text (Running *running)
{
  g_assert_true (ws_connection_send_text (ws_test_server_get (running->server, 1), "message", NULL));
}

static void
tick_ping (Running *running)
{
  ws_test_client_send_ping (running->client, "beat");
}

static void
tick_one_byte (Running *running)
{
  ws_test_client_send_string (running->client, "G");
}

static void
tick_answer (Running *running)
{
  running->client->answers_pings = TRUE;
}

static gboolean
is_gone (Running *running)
{
  return ws_test_server_count (running->server, "disconnected #1 1006 ") > 0;
}

static gboolean
is_refused (Running *running)
{
  return running->client->eof && running->client->input->len > 0;
}

/* Pongs to its own pings may come before the close frame. */
static gboolean
is_closed (Running *running)
{
  g_autoptr (WsTestFrame) frame = ws_test_client_take_frame (running->client);

  return frame != NULL && frame->opcode == WS_OPCODE_CLOSE;
}

static gboolean
is_pinged (Running *running)
{
  g_autoptr (WsTestFrame) frame = ws_test_client_take_frame (running->client);

  return frame != NULL && frame->opcode == WS_OPCODE_PING;
}

/* clang-format off */
static const Case cases[] = {
  { "/integration/settings-timers/timers/close-timeout", "CloseTimeout=1", NULL, NULL, FALSE, start_close, NULL, is_gone, 1 },
  { "/integration/settings-timers/timers/close-timeout/lowered", "CloseTimeout=60", NULL, "CloseTimeout=1", FALSE, start_close, NULL, is_gone, 1 },
  { "/integration/settings-timers/timers/close-timeout/long", "CloseTimeout=60", NULL, NULL, FALSE, start_close, NULL, is_gone, 0 },

  { "/integration/settings-timers/timers/handshake-timeout", "HandshakeTimeout=1", NULL, NULL, TRUE, NULL, NULL, is_refused, 1 },
  { "/integration/settings-timers/timers/handshake-timeout/dribble", "HandshakeTimeout=1", NULL, NULL, TRUE, NULL, tick_one_byte, is_refused, 1 },
  { "/integration/settings-timers/timers/handshake-timeout/lowered", "HandshakeTimeout=60", NULL, "HandshakeTimeout=1", TRUE, NULL, NULL, is_refused, 1 },
  { "/integration/settings-timers/timers/handshake-timeout/long", "HandshakeTimeout=60", NULL, NULL, TRUE, NULL, NULL, is_refused, 0 },
  { "/integration/settings-timers/timers/handshake-timeout/open", "HandshakeTimeout=1", NULL, NULL, FALSE, NULL, NULL, is_closed, 0 },

  { "/integration/settings-timers/timers/idle-timeout", "IdleTimeout=1", NULL, NULL, FALSE, NULL, NULL, is_closed, 1 },
  { "/integration/settings-timers/timers/idle-timeout/pings-do-not-count", "IdleTimeout=1", NULL, NULL, FALSE, NULL, tick_ping, is_closed, 1 },
  { "/integration/settings-timers/timers/idle-timeout/switched-on", NULL, NULL, "IdleTimeout=1", FALSE, NULL, NULL, is_closed, 1 },
  { "/integration/settings-timers/timers/idle-timeout/switched-off", "IdleTimeout=1", NULL, "IdleTimeout=0", FALSE, NULL, NULL, is_closed, 0 },
  { "/integration/settings-timers/timers/idle-timeout/client-talks", "IdleTimeout=1", NULL, NULL, FALSE, NULL, tick_text, is_closed, 0 },
  { "/integration/settings-timers/timers/idle-timeout/server-talks", "IdleTimeout=1", NULL, NULL, FALSE, NULL, tick_server_text, is_closed, 0 },
  { "/integration/settings-timers/timers/idle-timeout/default", NULL, NULL, NULL, FALSE, NULL, NULL, is_closed, 0 },

  { "/integration/settings-timers/timers/ping-interval", "PingInterval=1", NULL, NULL, FALSE, NULL, NULL, is_pinged, 1 },
  { "/integration/settings-timers/timers/ping-interval/switched-on", NULL, NULL, "PingInterval=1", FALSE, NULL, NULL, is_pinged, 1 },
  { "/integration/settings-timers/timers/ping-interval/switched-off", "PingInterval=1", NULL, "PingInterval=0", FALSE, NULL, NULL, is_pinged, 0 },
  { "/integration/settings-timers/timers/ping-interval/client-talks", "PingInterval=1", NULL, NULL, FALSE, NULL, tick_text, is_pinged, 0 },
  { "/integration/settings-timers/timers/ping-interval/default", NULL, NULL, NULL, FALSE, NULL, NULL, is_pinged, 0 },

  { "/integration/settings-timers/timers/pong-timeout", "PingInterval=1", "PongTimeout=1", NULL, FALSE, NULL, NULL, is_gone, 2 },
  { "/integration/settings-timers/timers/pong-timeout/lowered", "PingInterval=1", "PongTimeout=60", "PongTimeout=1", FALSE, NULL, NULL, is_gone, 2 },
  { "/integration/settings-timers/timers/pong-timeout/long", "PingInterval=1", "PongTimeout=60", NULL, FALSE, NULL, NULL, is_gone, 0 },
  { "/integration/settings-timers/timers/pong-timeout/answered", "PingInterval=1", "PongTimeout=1", NULL, FALSE, NULL, tick_answer, is_gone, 0 },
};
/* clang-format on */

static void
begin (Running    *running,
       const Case *test_case)
{
  running->test_case = test_case;
  running->server = ws_test_server_new ();
  if (test_case->before != NULL)
    ws_test_server_config (running->server, test_case->before);
  if (test_case->before_too != NULL)
    ws_test_server_config (running->server, test_case->before_too);
  ws_test_server_listen (running->server);

  running->begin_us = g_get_monotonic_time ();
  if (test_case->only_connects)
    {
      running->client = ws_test_server_connect (running->server);
      ws_test_server_wait_for (running->server, "connection-request");
    }
  else
    {
      running->client = ws_test_server_open (running->server);
    }
  if (test_case->start != NULL)
    test_case->start (running);
  if (test_case->after != NULL)
    ws_test_server_config (running->server, test_case->after);
}

static gboolean
tick_cb (gpointer user_data)
{
  GArray *all = user_data;

  for (guint i = 0; i < all->len; i++)
    {
      Running *running = &g_array_index (all, Running, i);

      if (running->test_case->tick != NULL && running->end_us == 0 && !running->client->eof)
        running->test_case->tick (running);
    }

  return G_SOURCE_CONTINUE;
}

/* Whether all have ended that are to. */
static gboolean
look (GArray *all)
{
  gboolean done = TRUE;

  for (guint i = 0; i < all->len; i++)
    {
      Running *running = &g_array_index (all, Running, i);

      if (running->end_us == 0 && running->test_case->ended (running))
        running->end_us = g_get_monotonic_time ();
      if (running->end_us == 0 && running->test_case->seconds > 0)
        done = FALSE;
    }

  return done;
}

static void
check_and_end (Running *running)
{
  const Case *test_case = running->test_case;
  gint64      lasted_us = running->end_us - running->begin_us;

  if (running->end_us != 0)
    g_test_message ("%s: %" G_GINT64_FORMAT " ms", test_case->path, lasted_us / 1000);
  if (test_case->seconds == 0 && running->end_us != 0)
    g_error ("%s: ended, and was to stay", test_case->path);
  if (test_case->seconds > 0 && lasted_us < test_case->seconds * SECOND_US - COARSE_US)
    g_error ("%s: ended too early", test_case->path);

  ws_test_client_free (running->client);
  ws_test_server_free (running->server);
}

static void
test_all (void)
{
  g_autoptr (GArray) all = g_array_new (FALSE, TRUE, sizeof (Running));
  guint source;

  g_test_summary ("Each timeout ends what it limits, not too early, and nothing else.");

  g_array_set_size (all, G_N_ELEMENTS (cases));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    begin (&g_array_index (all, Running, i), &cases[i]);

  source = g_timeout_add (TICK_MS, tick_cb, all);
  ws_test_wait_until (look (all));
  g_source_remove (source);

  for (guint i = 0; i < all->len; i++)
    check_and_end (&g_array_index (all, Running, i));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/integration/settings-timers/timers", test_all);

  return g_test_run ();
}

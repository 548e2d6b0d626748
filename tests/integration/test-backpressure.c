/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-fixture.h"

/* A peer that does not read: the bound of the send queue, and calls that wait. */

#define PIECE_LENGTH 65536

typedef struct
{
  WsTestFixture base;
  GBytes       *piece;
} Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  g_autofree char *pattern = ws_test_pattern (PIECE_LENGTH);

  ws_test_fixture_set_up (&fixture->base, user_data);
  fixture->piece = g_bytes_new (pattern, PIECE_LENGTH);
  ws_test_client_set_reading (fixture->base.client, FALSE);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  ws_test_fixture_tear_down (&fixture->base, user_data);
  g_bytes_unref (fixture->piece);
}

/* Sends numbered messages until the queue is full; returns how many were accepted. */
static guint
fill (Fixture *fixture)
{
  for (guint i = 0;; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *data = g_memdup2 (g_bytes_get_data (fixture->piece, NULL), PIECE_LENGTH);
      g_autoptr (GBytes) piece = NULL;

      memcpy (data, &i, sizeof i);
      piece = g_bytes_new (data, PIECE_LENGTH);
      if (ws_connection_send_bytes (fixture->base.connection, piece, &error))
        {
          g_assert_cmpuint (i, <, 10000);
          continue;
        }

      g_assert_error (error, WS_ERROR, WS_ERROR_WOULD_BLOCK);
      return i;
    }
}

static void
assert_numbered_messages (WsTestClient *client,
                          guint         n_messages)
{
  for (guint i = 0; i < n_messages; i++)
    {
      WsOpcode opcode = WS_OPCODE_CONTINUATION;
      g_autoptr (GBytes) message = ws_test_client_read_message (client, &opcode);
      guint number;

      g_assert_cmpuint (g_bytes_get_size (message), ==, PIECE_LENGTH);
      memcpy (&number, g_bytes_get_data (message, NULL), sizeof number);
      g_assert_cmpuint (number, ==, i);
    }
}

static void
test_queue_full (Fixture      *fixture,
                 gconstpointer user_data)
{
  guint n_accepted;

  g_test_summary ("A full send queue fails with 10035; what was accepted arrives, nothing else.");

  g_assert_true (ws_connection_get_ready_to_send (fixture->base.connection));
  n_accepted = fill (fixture);
  g_assert_cmpuint (n_accepted, >, 0);
  g_assert_false (ws_connection_get_ready_to_send (fixture->base.connection));
  g_assert_cmpuint (ws_connection_get_bytes_sent (fixture->base.connection), ==, 0);
  g_assert_cmpuint (ws_connection_get_send_queue_length (fixture->base.connection), >, 0);
  g_assert_cmpuint (ws_connection_get_send_queue_length (fixture->base.connection), <=, 1000000);
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (fixture->base.server, "ready-to-send"), ==, 0);

  ws_test_client_set_reading (fixture->base.client, TRUE);
  ws_test_server_wait_for (fixture->base.server, "ready-to-send #1");
  g_assert_true (ws_connection_get_ready_to_send (fixture->base.connection));
  assert_numbered_messages (fixture->base.client, n_accepted);
  g_assert_true (ws_connection_send_text (fixture->base.connection, "end", NULL));
  ws_test_client_assert_text (fixture->base.client, "end");
  g_assert_cmpuint (ws_test_server_count (fixture->base.server, "ready-to-send"), ==, 1);
  g_assert_cmpuint (ws_connection_get_send_queue_length (fixture->base.connection), ==, 0);
}

static void
test_other_client (Fixture      *fixture,
                   gconstpointer user_data)
{
  g_autoptr (WsTestClient) other = ws_test_server_open (fixture->base.server);

  g_test_summary ("A peer that does not read has no effect on another.");

  fill (fixture);
  fixture->base.server->echo = TRUE;
  for (guint i = 0; i < 100; i++)
    {
      ws_test_client_send_text (other, "beside");
      ws_test_client_assert_text (other, "beside");
    }
}

static void
test_ping_flood (Fixture      *fixture,
                 gconstpointer user_data)
{
  g_autofree char *payload = ws_test_pattern (125);

  g_test_summary ("Pings of a peer that reads no pongs do not grow the queue without bound.");

  /* 64 MiB of pings; the pongs must not pile up behind a full socket. */
  for (guint i = 0; i < 500000; i++)
    {
      ws_test_client_send_ping (fixture->base.client, payload);
      if (i % 1000 == 999)
        {
          ws_test_settle ();
          if (fixture->base.client->eof || fixture->base.client->output->len > 1024 * 1024)
            break;
        }
    }

  g_assert_cmpuint (ws_connection_get_send_queue_length (fixture->base.connection), <=, 1000000);
}

static void
test_nothing_after_close (Fixture      *fixture,
                          gconstpointer user_data)
{
  guint n_accepted;

  g_test_summary ("A pong that was owed does not follow the close frame. RFC 6455 5.5.1");

  n_accepted = fill (fixture);
  ws_test_client_send_ping (fixture->base.client, "owed");
  ws_test_settle ();
  ws_test_client_send_close (fixture->base.client, 1000, "");
  ws_test_settle ();
  ws_test_client_set_reading (fixture->base.client, TRUE);
  assert_numbered_messages (fixture->base.client, n_accepted);
  ws_test_client_assert_close (fixture->base.client, 1000, NULL);
  ws_test_client_assert_eof (fixture->base.client);
}

static void
test_leaves (Fixture      *fixture,
             gconstpointer user_data)
{
  g_test_summary ("A peer that leaves with a full queue is disconnected with 1006 and freed.");

  fill (fixture);
  ws_test_client_reset (fixture->base.client);
  ws_test_server_wait_for (fixture->base.server, "disconnected #1 1006");
  ws_test_settle ();
  g_assert_cmpuint (ws_test_server_count (fixture->base.server, "ready-to-send"), ==, 0);
}

static void
test_blocking_send (Fixture      *fixture,
                    gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  const guint n_messages = 200;

  g_test_summary ("With a timeout, sends wait for the peer and do not fail with 10035.");

  ws_connection_set_timeout (fixture->base.connection, 10);
  ws_test_client_set_reading (fixture->base.client, TRUE);
  for (guint i = 0; i < n_messages; i++)
    {
      g_assert_true (ws_connection_send_bytes (fixture->base.connection, fixture->piece, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (ws_connection_get_send_queue_length (fixture->base.connection), ==, 0);
    }
  ws_test_wait_until (fixture->base.client->n_received_bytes >= n_messages * PIECE_LENGTH);
}

static gboolean
send_until_failure (Fixture *fixture,
                    GError **error)
{
  for (guint i = 0; i < 10000; i++)
    if (!ws_connection_send_bytes (fixture->base.connection, fixture->piece, error))
      return TRUE;

  return FALSE;
}

static void
test_blocking_timeout (Fixture      *fixture,
                       gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("With a timeout a send to a peer that does not read fails with 10060.");

  ws_connection_set_timeout (fixture->base.connection, 1);
  g_assert_true (send_until_failure (fixture, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_TIMED_OUT);
}

static gboolean
interrupt_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  /* Until a call waits there is nothing to interrupt. */
  if (ws_connection_get_send_queue_length (fixture->base.connection) == 0)
    return G_SOURCE_CONTINUE;

  g_assert_true (ws_connection_interrupt (fixture->base.connection, NULL));
  return G_SOURCE_REMOVE;
}

static void
test_blocking_interrupt (Fixture      *fixture,
                         gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A send that waits fails with 10004 when it is interrupted.");

  ws_connection_set_timeout (fixture->base.connection, 30);
  g_timeout_add (1, interrupt_cb, fixture);
  g_assert_true (send_until_failure (fixture, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INTERRUPTED);
}

static gboolean
reset_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  if (ws_connection_get_send_queue_length (fixture->base.connection) == 0)
    return G_SOURCE_CONTINUE;

  ws_test_client_reset (fixture->base.client);
  return G_SOURCE_REMOVE;
}

static void
test_blocking_peer_leaves (Fixture      *fixture,
                           gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A send that waits fails when the peer leaves.");

  ws_connection_set_timeout (fixture->base.connection, 30);
  g_timeout_add (1, reset_cb, fixture);
  g_assert_true (send_until_failure (fixture, &error));
  g_assert_true (error->domain == WS_ERROR);
  g_assert_cmpint (error->code, !=, WS_ERROR_TIMED_OUT);
  ws_test_server_wait_for (fixture->base.server, "disconnected #1 1006");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ws_test_add ("/integration/backpressure/queue-full", "MaxSendQueue=1000000", test_queue_full);
  ws_test_add ("/integration/backpressure/other-client", "MaxSendQueue=1000000", test_other_client);
  ws_test_add ("/integration/backpressure/ping-flood", "MaxSendQueue=1000000", test_ping_flood);
  ws_test_add ("/integration/backpressure/nothing-after-close", "MaxSendQueue=1000000",
               test_nothing_after_close);
  ws_test_add ("/integration/backpressure/leaves", "MaxSendQueue=1000000", test_leaves);
  ws_test_add ("/integration/backpressure/blocking/sent", NULL, test_blocking_send);
  ws_test_add ("/integration/backpressure/blocking/timeout", NULL, test_blocking_timeout);
  ws_test_add ("/integration/backpressure/blocking/interrupt", NULL, test_blocking_interrupt);
  ws_test_add ("/integration/backpressure/blocking/peer-leaves", NULL, test_blocking_peer_leaves);

  return g_test_run ();
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dlfcn.h>
#include <errno.h>

#include "tests/faults/ws-faults.h"
#include "ws-test-fixture.h"

/* Faults at a chosen moment. */

typedef WsTestFixture Fixture;

#define N_FAULTS 8

static void
plan_faults (WsFaultsCall call,
             int          error_number,
             guint        n_calls)
{
  __typeof__ (&ws_faults_plan) plan = dlsym (RTLD_DEFAULT, "ws_faults_plan");

  g_assert_nonnull (plan);
  plan (call, error_number, n_calls);
}

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer settings)
{
  ws_test_fixture_set_up (fixture, settings);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer settings)
{
  ws_test_fixture_tear_down (fixture, settings);
}

static void
test_full_at_end (void)
{
  g_test_summary ("A socket that is full at the end of a connection gets the close frame and close_notify later.");

  for (guint n = 1; n <= N_FAULTS; n++)
    {
      g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
      g_autoptr (WsTestClient) client = ws_test_server_open (server);

      plan_faults (WS_FAULTS_WRITE, EAGAIN, n);
      ws_test_client_send_close (client, 1000, "");
      ws_test_client_assert_close (client, 1000, "");
      ws_test_client_assert_eof (client); /* over TLS, it fails without close_notify */
      ws_test_server_wait_for (server, "disconnected #1 1000");
      plan_faults (WS_FAULTS_WRITE, 0, 0);
    }
}

static void
test_failing (Fixture      *fixture,
              gconstpointer user_data)
{
  const int errors[] = { ENOBUFS, ENOMEM, ECONNRESET, ETIMEDOUT };

  g_test_summary ("A call that fails for good ends its connection once, and the others go on.");

  for (guint i = 0; i < 2 * G_N_ELEMENTS (errors); i++)
    {
      const gboolean is_reading = i % 2 == 0;
      g_autoptr (WsTestClient) client = ws_test_server_open (fixture->server);
      g_autofree char *event = g_strdup_printf ("disconnected #%u ", i + 2);

      plan_faults (is_reading ? WS_FAULTS_READ : WS_FAULTS_WRITE, errors[i / 2], 1);
      ws_test_client_send_ping (client, "a pong has to be written");
      ws_test_server_wait_for (fixture->server, event);
      g_assert_cmpuint (ws_test_server_count (fixture->server, event), ==, 1);
      g_assert_cmpuint (ws_test_server_get_n_clients (fixture->server), ==, 1);
    }

  ws_test_client_send_text (fixture->client, "still here");
  ws_test_server_wait_for (fixture->server, "data-in #1");
  g_assert_true (ws_connection_get_connected (fixture->connection));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/faults/planned/full-at-end", test_full_at_end);
  ws_test_add ("/faults/planned/failing", NULL, test_failing);

  return g_test_run ();
}

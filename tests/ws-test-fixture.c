/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ws-test-fixture.h"

void
ws_test_fixture_set_up (WsTestFixture *self,
                        gconstpointer  settings)
{
  g_auto (GStrv) lines = g_strsplit (settings != NULL ? settings : "", "\n", -1);

  self->server = ws_test_server_new ();
  for (guint i = 0; lines[i] != NULL; i++)
    ws_test_server_config (self->server, lines[i]);
  ws_test_server_listen (self->server);
  self->client = ws_test_server_open (self->server);
  self->connection = ws_test_server_get (self->server, 1);
  self->id = ws_connection_get_connection_id (self->connection);
}

void
ws_test_fixture_tear_down (WsTestFixture *self,
                           gconstpointer  settings)
{
  ws_test_client_free (self->client);
  ws_test_server_free (self->server);
}

void
ws_test_keep_result_cb (GObject      *source,
                        GAsyncResult *result,
                        gpointer      user_data)
{
  GAsyncResult **kept = user_data;

  g_assert_null (*kept);
  *kept = g_object_ref (result);
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ws-test-server.h"

G_BEGIN_DECLS

/* What most tests begin with: a server that listens, a client that is open, and its connection.
 * A test file that needs more embeds it as the first member of its own fixture. */
typedef struct
{
  WsTestServer *server;
  WsTestClient *client;
  WsConnection *connection; /* of the client, borrowed */
  const char   *id;         /* of the connection, borrowed */
} WsTestFixture;

/* settings: NULL, or "NAME=VALUE"; several are separated by line breaks. */
void ws_test_fixture_set_up (WsTestFixture *self,
                             gconstpointer  settings);
void ws_test_fixture_tear_down (WsTestFixture *self,
                                gconstpointer  settings);

/* Adds a test with this fixture. */
#define ws_test_fixture_add(path, settings, function)                               \
 g_test_add ((path), WsTestFixture, (settings), ws_test_fixture_set_up, (function), \
             ws_test_fixture_tear_down)

/* Adds a test with the fixture of its file: the type Fixture, fixture_set_up() and fixture_tear_down(). */
#define ws_test_add(path, data, function) \
 g_test_add ((path), Fixture, (data), fixture_set_up, (function), fixture_tear_down)

/* A GAsyncReadyCallback that stores the result in the GAsyncResult * behind user_data, and asserts
 * that it is called once. */
void ws_test_keep_result_cb (GObject      *source,
                             GAsyncResult *result,
                             gpointer      user_data);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wsserver/wsserver.h>

#include "ws-test-client.h"

G_BEGIN_DECLS

/* A server on 127.0.0.1, port picked by the system, and a record of every signal it emits.
 *
 * Events are strings such as
 *   connection-request 127.0.0.1
 *   web-socket-open-request #1 /chat
 *   http-request #1 GET /
 *   connected #1
 *   ready-to-send #1
 *   data-in #1 text "hello" eom
 *   ping #1 "payload"            pong #1 "payload"
 *   error #1 10060 description   error - 10024 description
 *   disconnected #1 1000 "reason"
 * where #1 is the first connection the record has seen; log lines are kept apart. */
typedef struct
{
  WsServer  *server;
  GPtrArray *events;      /* char */
  GPtrArray *logs;        /* char: "Info message" */
  GPtrArray *connections; /* WsConnection, one reference each, in order of appearance */
  GPtrArray *pieces;      /* GBytes of each data-in, in order */
  gboolean   echo;        /* send back each piece that ends a message */
  guint      port;
} WsTestServer;

/* Lets a server that a test makes by itself speak what WS_TEST_TLS says, as the clients do. */
void ws_test_server_secure (WsServer *server);

/* Not listening yet. */
WsTestServer *ws_test_server_new (void);
void          ws_test_server_listen (WsTestServer *self);
/* Listening, after the given "NAME=VALUE" settings; end with NULL. */
WsTestServer *ws_test_server_new_listening (const char *setting,
                                            ...) G_GNUC_NULL_TERMINATED;
/* The same with an array, which NULL ends. */
WsTestServer *ws_test_server_new_with (const char *const *settings);

/* Shuts the server down if it listens or has clients, waits until the clients have gone, and
 * asserts that the server and every connection finalise. */
void ws_test_server_free (WsTestServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTestServer, ws_test_server_free)

void ws_test_server_config (WsTestServer *self,
                            const char   *setting);

/* Takes the recorder's handler of a signal off, for a test that handles it itself or wants nobody to. */
void ws_test_server_stop_recording (WsTestServer *self,
                                    const char   *signal);

/* A client whose TCP connection the server has not necessarily accepted yet. */
WsTestClient *ws_test_server_connect (WsTestServer *self);
/* A client that is open on both sides; forgets the events of the opening. */
WsTestClient *ws_test_server_open (WsTestServer *self);

/* The connection that appeared as #number, borrowed. */
WsConnection *ws_test_server_get (WsTestServer *self,
                                  guint         number);
guint         ws_test_server_get_n_clients (WsTestServer *self);

/* The connection among the first two arguments of a signal, for a marshaller that stands for any handler. */
WsConnection *ws_test_find_connection (const GValue *values,
                                       guint         n_values);

/* Asserts that exactly these events have happened, and forgets them. */
void ws_test_server_assert_events (WsTestServer *self,
                                   ...) G_GNUC_NULL_TERMINATED;
void ws_test_server_forget (WsTestServer *self);
/* The number of recorded events that begin with prefix. */
guint    ws_test_server_count (WsTestServer *self,
                               const char   *prefix);
gboolean ws_test_server_has_log (WsTestServer *self,
                                 const char   *part);

/* Waits until an event begins with prefix; it stays recorded. */
#define ws_test_server_wait_for(self, prefix) \
 ws_test_wait_until (ws_test_server_count ((self), (prefix)) > 0)

G_END_DECLS

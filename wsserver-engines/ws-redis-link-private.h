/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver-engines/ws-redis-reader-private.h"
#include "wsserver-engines/ws-redis-server-private.h"

#include <wsserver/wsserver.h>

G_BEGIN_DECLS

/* One connection to a Redis server: connecting, TLS, logging in, reading, writing, and finding out whether
   the server is still there. */
typedef struct _WsRedisLink WsRedisLink;

/* What its owner is told. The owner may close the link in each of them. */
typedef struct
{
  /* The server has accepted the login and has answered a PING. */
  void (*up) (WsRedisLink *link,
              gpointer     owner);
  /* An answer, or something published. PONG is not among them. */
  void (*value) (WsRedisLink        *link,
                 const WsRedisValue *value,
                 gpointer            owner);
  /* Less than WS_REDIS_LINK_LOW_BYTES wait to be written. */
  void (*writable) (WsRedisLink *link,
                    gpointer     owner);
  /* The link is closed. refused: an attempt with the same login or certificate will not do better. */
  void (*lost) (WsRedisLink *link,
                WsError      code,
                const char  *reason,
                gboolean     refused,
                gpointer     owner);
} WsRedisLinkEvents;

typedef struct
{
  const char   *user;
  const char   *password;
  int           database;
  GTlsDatabase *tls_database;
  GMainContext *context;
  gsize         max_message_bytes;
  guint         ping_ms;
} WsRedisLinkOptions;

#define WS_REDIS_LINK_LOW_BYTES (64 * 1024)

/* Begins to connect. The server is borrowed. */
WsRedisLink *ws_redis_link_new (const WsRedisServer      *server,
                                const WsRedisLinkOptions *options,
                                const WsRedisLinkEvents  *events,
                                gpointer                  owner);

/* Writes what the socket accepts, ends everything and drops the owner's reference. No event comes after it.
 */
void ws_redis_link_close (WsRedisLink *self);

/* Queues a command; it is written at the end of the iteration, or at once if much waits. Lengths may be
 * NULL. */
void ws_redis_link_send (WsRedisLink *self,
                         int          n_arguments,
                         const char **arguments,
                         const gsize *lengths);

/* Whether the event up has come. */
gboolean ws_redis_link_is_up (WsRedisLink *self);

/* How many bytes wait to be written. */
gsize ws_redis_link_get_output (WsRedisLink *self);

G_END_DECLS

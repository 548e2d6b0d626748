/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a Redis server answers, in the protocol RESP2. */
typedef enum
{
  WS_REDIS_NIL,
  WS_REDIS_INTEGER,
  WS_REDIS_STRING, /* also a simple string such as OK */
  WS_REDIS_ERROR,
  WS_REDIS_ARRAY,
} WsRedisKind;

typedef struct _WsRedisValue WsRedisValue;
struct _WsRedisValue
{
  WsRedisKind    kind;
  gint64         integer;
  GBytes        *bytes; /* of a string or an error; a NUL that does not count follows */
  WsRedisValue **items; /* of an array */
  gsize          n_items;
};

void ws_redis_value_free (WsRedisValue *value);
/* Whether it is a string with this text. */
gboolean ws_redis_value_is (const WsRedisValue *value,
                            const char         *text);
/* The text of a string or an error up to its first NUL; NULL of anything else. */
const char *ws_redis_value_get_text (const WsRedisValue *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsRedisValue, ws_redis_value_free)

/* Values from bytes. hiredis parses; this limits what a server can make it allocate. */
typedef struct _WsRedisReader WsRedisReader;

/* max_bytes: how many bytes the strings of one value may have together. */
WsRedisReader *ws_redis_reader_new (gsize max_bytes);
void           ws_redis_reader_free (WsRedisReader *self);

/* Takes bytes as they were received; returns FALSE if they do not fit into the limit. */
gboolean ws_redis_reader_feed (WsRedisReader *self,
                               const guint8  *data,
                               gsize          length);

/* Sets value to the next value, or to NULL if it is not complete. Returns FALSE if the bytes are not of the
 * protocol or exceed a limit; then nothing else can be read. */
gboolean ws_redis_reader_next (WsRedisReader *self,
                               WsRedisValue **value);

/* Why the reader has failed, in words without anything that a server has sent. */
const char *ws_redis_reader_get_fault (WsRedisReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsRedisReader, ws_redis_reader_free)

G_END_DECLS

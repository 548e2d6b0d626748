/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver-engines/ws-redis-reader-private.h"

#include <hiredis.h>

#include <string.h>

/* How many elements one array may have, and one value with all arrays in it. Answers to what the engine asks
 * have 4 at most. A header of a few bytes makes hiredis ask for an array, so the number is checked first. */
#define MAX_ELEMENTS 1024
#define MAX_VALUES 4096

/* What a value may take in the buffer beside its strings: lengths, line ends, the name of a topic. */
#define OVERHEAD_BYTES 4096

struct _WsRedisReader
{
  redisReader *parser;
  gsize        max_bytes;
  gsize        value_bytes; /* of the value that is being read */
  guint        n_values;    /* likewise */
  const char  *fault;
};

void
ws_redis_value_free (WsRedisValue *value)
{
  if (value == NULL)
    return;

  for (gsize i = 0; i < value->n_items; i++)
    ws_redis_value_free (value->items[i]);
  g_free (value->items);
  g_clear_pointer (&value->bytes, g_bytes_unref);
  g_free (value);
}

gboolean
ws_redis_value_is (const WsRedisValue *value,
                   const char         *text)
{
  return value->kind == WS_REDIS_STRING && g_bytes_get_size (value->bytes) == strlen (text) &&
         memcmp (g_bytes_get_data (value->bytes, NULL), text, strlen (text)) == 0;
}

const char *
ws_redis_value_get_text (const WsRedisValue *value)
{
  return value->bytes != NULL ? g_bytes_get_data (value->bytes, NULL) : NULL;
}

/* Returns NULL if a limit is exceeded: hiredis then reports that memory has run out. */
static WsRedisValue *
add_value (const redisReadTask *task,
           WsRedisKind          kind,
           gsize                n_bytes)
{
  WsRedisReader *self = task->privdata;
  WsRedisValue  *array = task->parent != NULL ? task->parent->obj : NULL;
  WsRedisValue  *value;

  if (n_bytes > self->max_bytes + OVERHEAD_BYTES - self->value_bytes)
    {
      self->fault = "a value is too long";
      return NULL;
    }
  if (self->n_values == MAX_VALUES || (array != NULL && (gsize) task->idx >= array->n_items))
    {
      self->fault = "a value has too many elements";
      return NULL;
    }

  self->value_bytes += n_bytes;
  self->n_values++;
  value = g_new0 (WsRedisValue, 1);
  value->kind = kind;
  if (array != NULL)
    array->items[task->idx] = value;
  return value;
}

static void *
create_string (const redisReadTask *task,
               char                *text,
               size_t               length)
{
  WsRedisValue *value = add_value (task, task->type == REDIS_REPLY_ERROR ? WS_REDIS_ERROR : WS_REDIS_STRING,
                                   length);
  char         *copy;

  if (value == NULL)
    return NULL;

  copy = g_malloc (length + 1);
  if (length > 0)
    memcpy (copy, text, length);
  copy[length] = '\0';
  value->bytes = g_bytes_new_take (copy, length);
  return value;
}

static WsRedisValue *
create_items (const redisReadTask *task,
              guint64              n_items)
{
  WsRedisValue *value = n_items <= MAX_ELEMENTS ? add_value (task, WS_REDIS_ARRAY, 0) : NULL;

  if (value == NULL)
    {
      ((WsRedisReader *) task->privdata)->fault = "a value has too many elements";
      return NULL;
    }
  value->items = g_new0 (WsRedisValue *, n_items);
  value->n_items = n_items;
  return value;
}

/* A negative number becomes a large one, and is refused as well. */
#if HIREDIS_MAJOR >= 1
static void *
create_array (const redisReadTask *task,
              size_t               n_items)
{
  return create_items (task, n_items);
}
#else
static void *
create_array (const redisReadTask *task,
              int                  n_items)
{
  return create_items (task, (guint64) (gint64) n_items);
}
#endif

static void *
create_integer (const redisReadTask *task,
                long long            integer)
{
  WsRedisValue *value = add_value (task, WS_REDIS_INTEGER, 0);

  if (value != NULL)
    value->integer = integer;
  return value;
}

static void *
create_nil (const redisReadTask *task)
{
  return add_value (task, WS_REDIS_NIL, 0);
}

static void
free_object (void *object)
{
  ws_redis_value_free (object);
}

static redisReplyObjectFunctions functions = {
  .createString = create_string,
  .createArray = create_array,
  .createInteger = create_integer,
  .createNil = create_nil,
  .freeObject = free_object,
};

WsRedisReader *
ws_redis_reader_new (gsize max_bytes)
{
  WsRedisReader *self = g_new0 (WsRedisReader, 1);

  self->max_bytes = max_bytes;
  self->parser = redisReaderCreateWithFunctions (&functions);
  g_assert (self->parser != NULL);
  self->parser->privdata = self;
  return self;
}

void
ws_redis_reader_free (WsRedisReader *self)
{
  redisReaderFree (self->parser);
  g_free (self);
}

gboolean
ws_redis_reader_feed (WsRedisReader *self,
                      const guint8  *data,
                      gsize          length)
{
  const gsize waiting = self->parser->len - self->parser->pos;

  /* What could be read has been read, so this is the beginning of one value. */
  if (self->fault == NULL && waiting > self->max_bytes + OVERHEAD_BYTES)
    self->fault = "a value is too long";
  if (self->fault == NULL && redisReaderFeed (self->parser, (const char *) data, length) != REDIS_OK)
    self->fault = "no memory for a value";
  return self->fault == NULL;
}

gboolean
ws_redis_reader_next (WsRedisReader *self,
                      WsRedisValue **value)
{
  void *object = NULL;

  *value = NULL;
  if (self->fault != NULL)
    return FALSE;

  if (redisReaderGetReply (self->parser, &object) != REDIS_OK)
    {
      if (self->fault == NULL)
        self->fault = "what it sends is not the protocol of Redis";
      return FALSE;
    }
  *value = object;
  if (object != NULL)
    {
      self->value_bytes = 0;
      self->n_values = 0;
    }
  return TRUE;
}

const char *
ws_redis_reader_get_fault (WsRedisReader *self)
{
  return self->fault;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver-engines/ws-engine-core-private.h"

#define DEFAULT_PING_MS 5000
#define MIN_PING_MS 100
#define DEFAULT_RETRY_MS 5000
#define DEFAULT_QUEUE_BYTES (1024 * 1024)
#define DEFAULT_QUEUE_SECONDS 10
#define DEFAULT_MESSAGE_BYTES (16 * 1024 * 1024)
#define MAX_MESSAGE_BYTES (512 * 1024 * 1024)

/* In the order of the properties. */
typedef enum
{
  PING_INTERVAL,
  MAX_RETRY_DELAY,
  QUEUE_BYTES,
  QUEUE_SECONDS,
  MESSAGE_BYTES,
  QUEUED_BYTES,
  N_DROPPED,
  LAST_ERROR,
} Property;

G_STATIC_ASSERT (LAST_ERROR + 1 == WS_ENGINE_CORE_N_PROPERTIES);

static const char *const names[WS_ENGINE_CORE_N_PROPERTIES] = {
  "ping-interval",
  "max-retry-delay",
  "publish-queue-bytes",
  "publish-queue-seconds",
  "max-message-bytes",
  "queued-bytes",
  "n-dropped",
  "last-error",
};

static GParamSpec *
new_uint (Property    property,
          guint       minimum,
          guint       maximum,
          guint       value,
          GParamFlags flags)
{
  return g_param_spec_uint (names[property], NULL, NULL, minimum, maximum, value, flags);
}

void
ws_engine_core_fill_properties (GParamSpec **properties,
                                guint        first)
{
  GParamSpec **mine = properties + first;

  mine[PING_INTERVAL] = new_uint (PING_INTERVAL, MIN_PING_MS, 3600 * 1000, DEFAULT_PING_MS,
                                  WS_ENGINE_READWRITE);
  mine[MAX_RETRY_DELAY] = new_uint (MAX_RETRY_DELAY, 1, 3600 * 1000, DEFAULT_RETRY_MS, WS_ENGINE_READWRITE);
  mine[QUEUE_BYTES] = new_uint (QUEUE_BYTES, 0, G_MAXINT, DEFAULT_QUEUE_BYTES, WS_ENGINE_READWRITE);
  mine[QUEUE_SECONDS] = new_uint (QUEUE_SECONDS, 1, 86400, DEFAULT_QUEUE_SECONDS, WS_ENGINE_READWRITE);
  mine[MESSAGE_BYTES] = new_uint (MESSAGE_BYTES, 1, MAX_MESSAGE_BYTES, DEFAULT_MESSAGE_BYTES,
                                  WS_ENGINE_READWRITE);
  mine[QUEUED_BYTES] = new_uint (QUEUED_BYTES, 0, G_MAXUINT, 0, WS_ENGINE_READABLE);
  mine[N_DROPPED] = g_param_spec_uint64 (names[N_DROPPED], NULL, NULL, 0, G_MAXUINT64, 0, WS_ENGINE_READABLE);
  mine[LAST_ERROR] = g_param_spec_string (names[LAST_ERROR], NULL, NULL, NULL, WS_ENGINE_READABLE);
}

void
ws_engine_core_init_properties (WsEngineCore *self)
{
  self->ping_ms = DEFAULT_PING_MS;
  self->max_retry_ms = DEFAULT_RETRY_MS;
  self->max_queue_bytes = DEFAULT_QUEUE_BYTES;
  self->max_queue_seconds = DEFAULT_QUEUE_SECONDS;
  self->max_message_bytes = DEFAULT_MESSAGE_BYTES;
}

static int
find_property (GParamSpec *pspec)
{
  for (int i = 0; i < WS_ENGINE_CORE_N_PROPERTIES; i++)
    if (g_str_equal (pspec->name, names[i]))
      return i;
  return -1;
}

gboolean
ws_engine_core_get_property (WsEngineCore *self,
                             GParamSpec   *pspec,
                             GValue       *value)
{
  switch (find_property (pspec))
    {
    case PING_INTERVAL:
      g_value_set_uint (value, self->ping_ms);
      return TRUE;
    case MAX_RETRY_DELAY:
      g_value_set_uint (value, self->max_retry_ms);
      return TRUE;
    case QUEUE_BYTES:
      g_value_set_uint (value, (guint) self->max_queue_bytes);
      return TRUE;
    case QUEUE_SECONDS:
      g_value_set_uint (value, self->max_queue_seconds);
      return TRUE;
    case MESSAGE_BYTES:
      g_value_set_uint (value, (guint) self->max_message_bytes);
      return TRUE;
    case QUEUED_BYTES:
      g_value_set_uint (value, (guint) MIN (self->queue_bytes, G_MAXUINT));
      return TRUE;
    case N_DROPPED:
      g_value_set_uint64 (value, self->n_dropped);
      return TRUE;
    case LAST_ERROR:
      g_value_set_string (value, self->last_error);
      return TRUE;
    default:
      break;
    }
  if (!g_str_equal (pspec->name, "state"))
    return FALSE;
  g_value_set_enum (value, self->state);
  return TRUE;
}

gboolean
ws_engine_core_set_property (WsEngineCore *self,
                             GParamSpec   *pspec,
                             const GValue *value)
{
  const int property = find_property (pspec);
  guint     number;

  if (property < PING_INTERVAL || property > MESSAGE_BYTES)
    return FALSE;

  number = g_value_get_uint (value);
  if (property == PING_INTERVAL)
    self->ping_ms = number;
  else if (property == MAX_RETRY_DELAY)
    self->max_retry_ms = number;
  else if (property == QUEUE_BYTES)
    self->max_queue_bytes = number;
  else if (property == QUEUE_SECONDS)
    self->max_queue_seconds = number;
  else
    self->max_message_bytes = number;
  g_object_notify_by_pspec (G_OBJECT (self->engine), pspec);
  return TRUE;
}

void
ws_engine_set_string (GObject      *object,
                      char        **field,
                      const GValue *value,
                      GParamSpec   *pspec)
{
  const char *text = g_value_get_string (value);

  if (g_strcmp0 (*field, text) == 0)
    return;
  /* Only what may be absent has no default. */
  if (text == NULL && G_PARAM_SPEC_STRING (pspec)->default_value != NULL)
    text = G_PARAM_SPEC_STRING (pspec)->default_value;
  g_free (*field);
  *field = g_strdup (text);
  g_object_notify_by_pspec (object, pspec);
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/topics/ws-memory-engine.h"

#include "wsserver/base/ws-enum-types.h"
#include "wsserver/topics/ws-engine.h"

/**
 * WsMemoryEngine:
 *
 * The engine of a program that is one process: messages go nowhere else.
 *
 * Several servers of one process that use the same engine, in the same thread, share their topics.
 * A message that is published while another one is delivered follows it, so that all see the same order.
 *
 * Since: 1.2
 */
typedef struct
{
  char        *topic;
  GBytes      *data;
  WsDataFormat format;
} Waiting;

struct _WsMemoryEngine
{
  GObject parent_instance;

  guint    n_starts; /* each needs a stop */
  GQueue   waiting;  /* Waiting: published while another message was delivered */
  gboolean delivering;
};

enum
{
  PROP_STATE = 1,
};

static void engine_init (WsEngineInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WsMemoryEngine,
                               ws_memory_engine,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (WS_TYPE_ENGINE, engine_init))

static void
free_waiting (gpointer data)
{
  Waiting *waiting = data;

  g_free (waiting->topic);
  g_bytes_unref (waiting->data);
  g_free (waiting);
}

static void
start_memory (WsEngine *engine)
{
  if (WS_MEMORY_ENGINE (engine)->n_starts++ == 0)
    g_object_notify (G_OBJECT (engine), "state");
}

static void
stop_memory (WsEngine *engine)
{
  WsMemoryEngine *self = WS_MEMORY_ENGINE (engine);

  g_return_if_fail (self->n_starts > 0);

  if (--self->n_starts == 0)
    g_object_notify (G_OBJECT (engine), "state");
}

static void
deliver_waiting (WsMemoryEngine *self)
{
  Waiting *waiting;

  while ((waiting = g_queue_pop_head (&self->waiting)) != NULL)
    {
      ws_engine_emit_message (WS_ENGINE (self), waiting->topic, waiting->format, waiting->data, NULL);
      free_waiting (waiting);
    }
}

static gboolean
publish_memory (WsEngine    *engine,
                const char  *topic,
                WsDataFormat format,
                GBytes      *data,
                GError     **error)
{
  WsMemoryEngine *self = WS_MEMORY_ENGINE (engine);

  if (self->delivering)
    {
      Waiting *waiting = g_new (Waiting, 1);

      waiting->topic = g_strdup (topic);
      waiting->format = format;
      waiting->data = g_bytes_ref (data);
      g_queue_push_tail (&self->waiting, waiting);
      return TRUE;
    }

  /* A handler may drop the last reference. */
  g_object_ref (self);
  self->delivering = TRUE;
  ws_engine_emit_message (engine, topic, format, data, NULL);
  deliver_waiting (self);
  self->delivering = FALSE;
  g_object_unref (self);
  return TRUE;
}

static WsEngineFeatures
get_memory_features (WsEngine *engine)
{
  return WS_ENGINE_FEATURES_ECHO;
}

static void
engine_init (WsEngineInterface *iface)
{
  iface->start = start_memory;
  iface->stop = stop_memory;
  iface->publish = publish_memory;
  iface->get_features = get_memory_features;
}

static void
ws_memory_engine_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  WsMemoryEngine *self = WS_MEMORY_ENGINE (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->n_starts > 0 ? WS_ENGINE_STATE_READY : WS_ENGINE_STATE_OFFLINE);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_memory_engine_class_init (WsMemoryEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ws_memory_engine_get_property;
  g_object_class_override_property (object_class, PROP_STATE, "state");
}

static void
ws_memory_engine_init (WsMemoryEngine *self)
{
  g_queue_init (&self->waiting);
}

/**
 * ws_memory_engine_new:
 *
 * Makes an engine for servers of this process.
 *
 * Returns: (transfer full): a new engine
 *
 * Since: 1.2
 */
WsMemoryEngine *
ws_memory_engine_new (void)
{
  return g_object_new (WS_TYPE_MEMORY_ENGINE, NULL);
}

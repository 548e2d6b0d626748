/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wsserver/wsserver.h>

G_BEGIN_DECLS

/* A WS_ERROR whose text is "[code] " and the formatted text, like those of the core library. */
GError *ws_engine_error_new (WsError     code,
                             const char *format,
                             ...) G_GNUC_PRINTF (2, 3) G_GNUC_WARN_UNUSED_RESULT;

/* A topic that this process has asked for. */
typedef struct
{
  char    *name;           /* with the prefix */
  GList    link;           /* in the queue to_send, while sent is FALSE */
  gint64   unwanted_since; /* when n_wishes became 0 */
  guint    n_wishes;
  gboolean sent;  /* asked for on the present connection */
  gboolean acked; /* the other end has acknowledged it on the present connection */
} WsEngineTopic;

/* A message on its way out. */
typedef struct
{
  char    *name; /* of the topic, with the prefix */
  GBytes  *data;
  GTask   *task;      /* of publish_async, or NULL */
  GSource *cancelled; /* likewise */
  gint64   since;     /* when it was handed over, in microseconds */
  gulong   n_bytes;   /* what it counts in the queue */
} WsEngineMessage;

/* What the engines share: state, wishes, the queue of messages, delays. */
typedef struct
{
  WsEngine     *engine; /* that has it, borrowed */
  GMainContext *context;
  guint         n_starts;
  WsEngineState state;
  char         *last_error;

  char       *prefix;
  GHashTable *topics;    /* name with prefix -> WsEngineTopic */
  GQueue      to_send;   /* WsEngineTopic, by their link: to be asked for */
  GQueue      announced; /* names: acknowledged before, to be announced again */
  GSource    *announce_source;
  guint       n_unacked;
  guint       n_unwanted; /* topics that linger */

  GQueue  messages; /* WsEngineMessage, oldest first */
  gsize   queue_bytes;
  gsize   max_queue_bytes;
  guint   max_queue_seconds;
  gsize   max_message_bytes;
  guint64 n_dropped;
  gint64  drop_told_at;

  char  *gap_reason; /* of a loss that was not told yet */
  gint64 ready_since;
  guint  retry_ms;
  guint  max_retry_ms;
  guint  ping_ms;
} WsEngineCore;

void ws_engine_core_init (WsEngineCore *self,
                          WsEngine     *engine);
void ws_engine_core_clear (WsEngineCore *self);

/* Emits notify and, for FAILED, error. Code and reason say why; NULL: nothing to say. */
void ws_engine_core_set_state (WsEngineCore *self,
                               WsEngineState state,
                               WsError       code,
                               const char   *reason);

/* The name without the prefix, or NULL if the name has not this prefix. */
const char *ws_engine_core_get_topic (WsEngineCore *self,
                                      const char   *name);

/* Returns TRUE if the topic is new and has to be asked for: it is in to_send then. */
gboolean ws_engine_core_subscribe (WsEngineCore *self,
                                   const char   *topic);
void     ws_engine_core_unsubscribe (WsEngineCore *self,
                                     const char   *topic);
/* The next topic to ask for, which counts as sent; NULL if there is none. */
WsEngineTopic *ws_engine_core_next_to_send (WsEngineCore *self);
/* The other end has acknowledged a name. Emits subscribed. */
void ws_engine_core_acknowledge (WsEngineCore *self,
                                 const char   *name);
/* Takes the topics out that nobody has wanted for the time of lingering, and returns their names. */
GPtrArray *ws_engine_core_take_unwanted (WsEngineCore *self);
/* The connection is gone: every topic has to be asked for again. */
void ws_engine_core_ask_again (WsEngineCore *self);
void ws_engine_core_forget_topics (WsEngineCore *self);
/* Emits message, if the topic is wanted. */
void ws_engine_core_deliver (WsEngineCore *self,
                             const char   *name,
                             WsDataFormat  format,
                             GBytes       *data);

/* Queues a message. Takes task, which may be NULL; it gets the error as well. */
gboolean ws_engine_core_publish (WsEngineCore *self,
                                 const char   *topic,
                                 GBytes       *data,
                                 gsize         more_bytes,
                                 GTask        *task,
                                 GError      **error);
/* The first message of the queue, unless it has to wait for the acknowledgement of its own topic. */
WsEngineMessage *ws_engine_core_peek (WsEngineCore *self);
WsEngineMessage *ws_engine_core_pop (WsEngineCore *self);
/* Frees a message that has arrived. */
void ws_engine_message_done (WsEngineMessage *message);
/* Counts a message that was lost, frees it, and tells why. */
void ws_engine_core_drop (WsEngineCore    *self,
                          WsEngineMessage *message,
                          const char      *reason);
void ws_engine_core_drop_old (WsEngineCore *self);
void ws_engine_core_drop_all (WsEngineCore *self,
                              const char   *reason);

/* A loss of messages is possible from now until the next READY. */
void ws_engine_core_note_gap (WsEngineCore *self,
                              const char   *reason);
/* Enters READY, then emits gap if there was one. */
void ws_engine_core_enter_ready (WsEngineCore *self);
/* How long to wait before the next attempt. */
guint ws_engine_core_take_delay_ms (WsEngineCore *self,
                                    gboolean      refused);

/* Adds a source to the context of the engine; the caller has a reference. */
GSource *ws_engine_core_add_timeout (WsEngineCore *self,
                                     guint         ms,
                                     GSourceFunc   function,
                                     gpointer      data);
void     ws_engine_clear_source (GSource **source);

#define WS_ENGINE_READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)
#define WS_ENGINE_WRITABLE (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY)
#define WS_ENGINE_READWRITE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY)

/* The properties that both engines have: N of them from the number first on, in the order of
 * ws-engine-properties.c. */
#define WS_ENGINE_CORE_N_PROPERTIES 8
void ws_engine_core_fill_properties (GParamSpec **properties,
                                     guint        first);
/* These return FALSE if the property is another one. */
gboolean ws_engine_core_get_property (WsEngineCore *self,
                                      GParamSpec   *pspec,
                                      GValue       *value);
gboolean ws_engine_core_set_property (WsEngineCore *self,
                                      GParamSpec   *pspec,
                                      const GValue *value);
void     ws_engine_core_init_properties (WsEngineCore *self);
/* Sets a string and notifies if it has changed. */
void ws_engine_set_string (GObject      *object,
                           char        **field,
                           const GValue *value,
                           GParamSpec   *pspec);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <gio/gio.h>

#include <wsserver/base/ws-enums.h>
#include <wsserver/base/ws-macros.h>
#include <wsserver/topics/ws-topic-history.h>

G_BEGIN_DECLS

#define WS_TYPE_ENGINE (ws_engine_get_type ())

WS_AVAILABLE_IN_1_2
G_DECLARE_INTERFACE (WsEngine, ws_engine, WS, ENGINE, GObject)

/**
 * WsEngineInterface:
 * @parent_iface: the parent
 * @start: begins to connect; see [method@Ws.Engine.start]
 * @stop: ends everything that @start began; see [method@Ws.Engine.stop]
 * @subscribe: a wish; see [method@Ws.Engine.subscribe]. %NULL: the engine delivers all topics
 * @unsubscribe: the end of a wish. %NULL: the engine delivers all topics
 * @publish: hands a message over and returns at once; see [method@Ws.Engine.publish]
 * @publish_async: as @publish, and completes when the other end has the message. %NULL: completes when
 *   @publish has returned
 * @publish_finish: the result of @publish_async
 * @set_history: how much to keep for topics with a prefix; see [method@Ws.Engine.set_history]. %NULL: keeps
 *   nothing
 * @history_async: reads what is kept; see [method@Ws.Engine.history_async]. %NULL: keeps nothing
 * @history_finish: the result of @history_async
 * @get_features: see [method@Ws.Engine.get_features]. %NULL: none
 *
 * What an engine implements. Every engine has to have `start`, `stop`, `publish` and the property
 * [property@Ws.Engine:state].
 *
 * Since: 1.2
 */
struct _WsEngineInterface
{
  GTypeInterface parent_iface;

  void (*start) (WsEngine *self);
  void (*stop) (WsEngine *self);
  gboolean (*subscribe) (WsEngine   *self,
                         const char *topic,
                         GError    **error);
  void (*unsubscribe) (WsEngine   *self,
                       const char *topic);
  gboolean (*publish) (WsEngine    *self,
                       const char  *topic,
                       WsDataFormat format,
                       GBytes      *data,
                       GError     **error);
  void (*publish_async) (WsEngine           *self,
                         const char         *topic,
                         WsDataFormat        format,
                         GBytes             *data,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data);
  gboolean (*publish_finish) (WsEngine     *self,
                              GAsyncResult *result,
                              char        **position,
                              GError      **error);
  void (*set_history) (WsEngine   *self,
                       const char *prefix,
                       guint       max_messages,
                       guint       max_seconds);
  void (*history_async) (WsEngine           *self,
                         const char         *topic,
                         const char         *since,
                         guint               max_messages,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data);
  WsTopicHistory *(*history_finish) (WsEngine     *self,
                                     GAsyncResult *result,
                                     GError      **error);
  WsEngineFeatures (*get_features) (WsEngine *self);
};

WS_AVAILABLE_IN_1_2
WsEngineState ws_engine_get_state (WsEngine *self);
WS_AVAILABLE_IN_1_2
WsEngineFeatures ws_engine_get_features (WsEngine *self);

WS_AVAILABLE_IN_1_2
void ws_engine_start (WsEngine *self);
WS_AVAILABLE_IN_1_2
void ws_engine_stop (WsEngine *self);
WS_AVAILABLE_IN_1_2
gboolean ws_engine_subscribe (WsEngine   *self,
                              const char *topic,
                              GError    **error);
WS_AVAILABLE_IN_1_2
void ws_engine_unsubscribe (WsEngine   *self,
                            const char *topic);
WS_AVAILABLE_IN_1_2
gboolean ws_engine_publish (WsEngine    *self,
                            const char  *topic,
                            WsDataFormat format,
                            GBytes      *data,
                            GError     **error);
WS_AVAILABLE_IN_1_2
void ws_engine_publish_async (WsEngine           *self,
                              const char         *topic,
                              WsDataFormat        format,
                              GBytes             *data,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);
WS_AVAILABLE_IN_1_2
gboolean ws_engine_publish_finish (WsEngine     *self,
                                   GAsyncResult *result,
                                   char        **position,
                                   GError      **error);
WS_AVAILABLE_IN_1_2
void ws_engine_set_history (WsEngine   *self,
                            const char *prefix,
                            guint       max_messages,
                            guint       max_seconds);
WS_AVAILABLE_IN_1_2
void ws_engine_history_async (WsEngine           *self,
                              const char         *topic,
                              const char         *since,
                              guint               max_messages,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);
WS_AVAILABLE_IN_1_2
WsTopicHistory *ws_engine_history_finish (WsEngine     *self,
                                          GAsyncResult *result,
                                          GError      **error);

WS_AVAILABLE_IN_1_2
void ws_engine_emit_message (WsEngine    *self,
                             const char  *topic,
                             WsDataFormat format,
                             GBytes      *data,
                             const char  *position);
WS_AVAILABLE_IN_1_2
void ws_engine_emit_subscribed (WsEngine   *self,
                                const char *topic);
WS_AVAILABLE_IN_1_2
void ws_engine_emit_gap (WsEngine   *self,
                         const char *topic,
                         const char *reason);
WS_AVAILABLE_IN_1_2
void ws_engine_emit_error (WsEngine   *self,
                           int         code,
                           const char *description);

G_END_DECLS

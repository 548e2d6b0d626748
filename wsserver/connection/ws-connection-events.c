/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one connection reports: its signals, those of its owner, and the log. */
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/base/ws-enum-types.h"
#include "wsserver/base/ws-marshal-data-private.h"
#include "wsserver/base/ws-marshal.h"
#include "wsserver/base/ws-text-private.h"
#include "wsserver/connection/ws-connection-private.h"

enum
{
  SIGNAL_DATA_IN,
  SIGNAL_DISCONNECTED,
  SIGNAL_PING,
  SIGNAL_ERROR,
  N_SIGNALS
};

static guint       signals[N_SIGNALS];
static GParamSpec *connected_pspec;
static GParamSpec *ready_to_send_pspec;

void
ws_connection_emit_data_in (WsConnection *self,
                            WsDataFormat  format,
                            GBytes       *data,
                            gboolean      eom,
                            gboolean      eol)
{
  WsConnectionContext *context = self->context;

  g_signal_emit (self, signals[SIGNAL_DATA_IN], 0, format, data, eom, eol);
  if (self->context != NULL)
    context->funcs->data_in (context->owner, self, format, data, eom, eol);
}

void
ws_connection_emit_ping (WsConnection *self,
                         const guint8 *payload,
                         gsize         length,
                         gboolean      response)
{
  WsConnectionContext *context = self->context;
  g_autoptr (GBytes) bytes = NULL;

  if (context == NULL || (!g_signal_has_handler_pending (self, signals[SIGNAL_PING], 0, FALSE) &&
                          !context->funcs->wants_ping (context->owner)))
    return;

  bytes = g_bytes_new (payload, length);
  g_signal_emit (self, signals[SIGNAL_PING], 0, bytes, response);
  if (self->context != NULL)
    context->funcs->ping (context->owner, self, bytes, response);
}

void
ws_connection_emit_error (WsConnection *self,
                          int           code,
                          const char   *description)
{
  WsConnectionContext *context = self->context;
  g_autofree char     *line = ws_text_dup_line (description);

  g_signal_emit (self, signals[SIGNAL_ERROR], 0, code, line);
  if (self->context != NULL)
    context->funcs->error (context->owner, self, code, line);
}

void
ws_connection_notify_connected (WsConnection *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), connected_pspec);
}

void
ws_connection_set_ready_to_send (WsConnection *self,
                                 gboolean      ready_to_send)
{
  if (self->ready_to_send == !!ready_to_send)
    return;

  self->ready_to_send = !!ready_to_send;
  g_object_notify_by_pspec (G_OBJECT (self), ready_to_send_pspec);
}

/* Called by the owner, so that the connection has left its list when either signal is emitted. */
void
ws_connection_emit_disconnected (WsConnection *self,
                                 guint         code,
                                 const char   *description)
{
  ws_connection_set_ready_to_send (self, FALSE);
  ws_connection_notify_connected (self);
  g_signal_emit (self, signals[SIGNAL_DISCONNECTED], 0, (int) code, description);
}

/* --- signals --------------------------------------------------------------------------------- */

static void
install_message_signals (GType type)
{
  /**
   * WsConnection::data-in:
   * @self: the connection
   * @format: `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY` for what begins a message,
   *   `WS_DATA_FORMAT_AUTOMATIC` for a further part of it and for lines
   * @data: the bytes; keep a reference to keep them
   * @eom: whether the message ends with them
   * @eol: in line mode, whether a line ends with them
   *
   * Data has come from this client. See [signal@Ws.Server::data-in].
   *
   * Since: 1.0
   */
  signals[SIGNAL_DATA_IN] =
      g_signal_new ("data-in", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    ws_marshal_VOID__ENUM_BOXED_BOOLEAN_BOOLEAN, G_TYPE_NONE, 4, WS_TYPE_DATA_FORMAT,
                    G_TYPE_BYTES, G_TYPE_BOOLEAN, G_TYPE_BOOLEAN);
  g_signal_set_va_marshaller (signals[SIGNAL_DATA_IN], type, ws_marshal_connection_data_inv);

  /**
   * WsConnection::disconnected:
   * @self: the connection
   * @status_code: close code
   * @description: reason, or what happened
   *
   * This client's WebSocket has ended. See [signal@Ws.Server::disconnected].
   *
   * Since: 1.0
   */
  signals[SIGNAL_DISCONNECTED] = g_signal_new ("disconnected", type, G_SIGNAL_RUN_LAST, 0, NULL,
                                               NULL, ws_marshal_VOID__INT_STRING, G_TYPE_NONE, 2, G_TYPE_INT,
                                               G_TYPE_STRING);
  g_signal_set_va_marshaller (signals[SIGNAL_DISCONNECTED], type, ws_marshal_VOID__INT_STRINGv);
}

static void
install_other_signals (GType type)
{
  /**
   * WsConnection::ping:
   * @self: the connection
   * @payload: what it carries
   * @response: %TRUE for a pong, %FALSE for a ping, which has been answered already
   *
   * A ping or pong has come from this client.
   *
   * Since: 1.0
   */
  signals[SIGNAL_PING] = g_signal_new ("ping", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       ws_marshal_VOID__BOXED_BOOLEAN, G_TYPE_NONE, 2, G_TYPE_BYTES,
                                       G_TYPE_BOOLEAN);
  g_signal_set_va_marshaller (signals[SIGNAL_PING], type, ws_marshal_VOID__BOXED_BOOLEANv);

  /**
   * WsConnection::error:
   * @self: the connection
   * @code: one of [error@Ws.Error]
   * @description: what happened, in words
   *
   * Something failed on this connection outside of any call. See [signal@Ws.Server::error].
   *
   * Since: 1.0
   */
  signals[SIGNAL_ERROR] = g_signal_new ("error", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        ws_marshal_VOID__INT_STRING, G_TYPE_NONE, 2, G_TYPE_INT,
                                        G_TYPE_STRING);
  g_signal_set_va_marshaller (signals[SIGNAL_ERROR], type, ws_marshal_VOID__INT_STRINGv);
}

void
ws_connection_class_init_signals (GObjectClass *klass)
{
  GType type = G_OBJECT_CLASS_TYPE (klass);

  connected_pspec = g_object_class_find_property (klass, "connected");
  ready_to_send_pspec = g_object_class_find_property (klass, "ready-to-send");
  install_message_signals (type);
  install_other_signals (type);
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "wsserver/base/ws-enum-types.h"
#include "wsserver/base/ws-error-private.h"
#include "wsserver/base/ws-param-private.h"
#include "wsserver/connection/ws-connection-conductor-private.h"
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-log-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-connection-tls-private.h"
#include "wsserver/connection/ws-connection-values-private.h"
#include "wsserver/connection/ws-connection-watch-private.h"
#include "wsserver/io/ws-peer-address-private.h"

/**
 * WsConnection:
 *
 * One client of a [class@Ws.Server].
 *
 * The server creates a connection. The application sees it first in
 * [signal@Ws.Server::web-socket-open-request], or with TLS in the signals of the handshake. It is open from
 * [signal@Ws.Server::connected] until [signal@Ws.Server::disconnected]. After that its properties can
 * still be read, and every operation fails with `WS_ERROR_SENDING`.
 *
 * Call its methods in the server's main context only. Other threads may hold references, drop them, even the
 * last one, and call [method@Ws.Connection.send_async].
 *
 * Its signals concern one client. They are emitted just before the signals of the same name on the server.
 * `notify::ready-to-send` announces changes of [property@Ws.Connection:ready-to-send].
 *
 * A program can attach data of its own to each connection:
 *
 * ```c
 * static void
 * connected_cb (WsServer *server, WsConnection *connection)
 * {
 *   g_object_set_data_full (G_OBJECT (connection), "name", g_strdup ("unknown"), g_free);
 * }
 *
 * static void
 * data_in_cb (WsServer *server, WsConnection *connection, WsDataFormat format, GBytes *data)
 * {
 *   g_print ("%s says something\n", (const char *) g_object_get_data (G_OBJECT (connection), "name"));
 * }
 * ```
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), WSConnection.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (WsConnection, ws_connection, G_TYPE_OBJECT)

enum
{
  PROP_ACCEPT_DATA = 1,
  PROP_BYTES_SENT,
  PROP_CONNECTED,
  PROP_CONNECTION_ID,
  PROP_DATA_FORMAT,
  PROP_HOST,
  PROP_LINE_MODE,
  PROP_LOCAL_ADDRESS,
  PROP_ORIGIN,
  PROP_READY_TO_SEND,
  PROP_REMOTE_HOST,
  PROP_REMOTE_PORT,
  PROP_REQUEST_HEADERS,
  PROP_REQUEST_URI,
  PROP_SUB_PROTOCOLS,
  PROP_TIMEOUT,
  PROP_SUB_PROTOCOL,
  PROP_EXTENSIONS,
  PROP_LOCAL_PORT,
  PROP_BYTES_RECEIVED,
  PROP_MESSAGES_SENT,
  PROP_MESSAGES_RECEIVED,
  PROP_SEND_QUEUE_LENGTH,
  PROP_ROUND_TRIP_TIME,
  PROP_REMOTE_ADDRESS,
  PROP_COMPRESS,
  PROP_COMPRESSION_RATIO,
  PROP_PEER_CERTIFICATE,
  PROP_TLS_PROTOCOL,
  PROP_TLS_CIPHER_SUITE,
  PROP_TLS_CONNECTION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* --- life ------------------------------------------------------------------------------------ */

WsConnection *
ws_connection_new (WsConnectionContext *context,
                   guint64              id,
                   WsTransport         *transport,
                   const WsPeerAddress *peer,
                   int                  timeout_s)
{
  WsConnection *self = g_object_new (WS_TYPE_CONNECTION, NULL);

  self->context = context;
  self->id = id;
  self->transport = transport;
  self->peer = *peer;
  self->timeout_s = timeout_s;
  self->task_queue = ws_task_queue_ref (ws_poller_get_task_queue (context->poller));
  ws_outbox_init (&self->outbox, ws_poller_get_buffer_pool (context->poller));
  context->n_pending++;
  return self;
}

gboolean
ws_connection_start (WsConnection *self,
                     int           socket_family,
                     GError      **error)
{
  WsConnectionContext *context = self->context;
  gboolean             is_plain = self->transport->funcs->handshake == NULL;

  /* A short read may leave bytes within a TLS record, and on a Unix socket that passes descriptors. */
  self->input_edge.enabled = is_plain && socket_family != AF_UNIX && ws_poller_has_edges (context->poller);
  if (!ws_poller_add_watch (context->poller, &self->watch, &ws_connection_watch_funcs, self->transport->fd,
                            ws_connection_add_edge (self, WS_POLL_IN)))
    {
      ws_set_error_from_errno (error, errno, "watching a client's socket");
      return FALSE;
    }

  if (is_plain)
    ws_connection_enter_state (self, WS_STATE_READING_REQUEST);
  else
    ws_connection_start_tls (self);
  return TRUE;
}

/* In any thread: once the connection has ended, nothing in it belongs to the thread of the server. */
static void
ws_connection_finalize (GObject *object)
{
  WsConnection *self = WS_CONNECTION (object);

  /* The server keeps every connection until it has ended. */
  g_assert (self->transport == NULL && self->watch.poller == NULL);

  ws_outbox_clear (&self->outbox);
  ws_protocol_clear (&self->protocol);
  g_clear_pointer (&self->deflater, ws_deflater_free);
  g_clear_pointer (&self->head, ws_http_head_unref);
  g_clear_pointer (&self->extra, ws_connection_extra_free);
  g_clear_pointer (&self->tls, ws_connection_free_tls);
  g_clear_pointer (&self->lines, ws_connection_lines_free);
  g_clear_error (&self->fault);
  g_clear_pointer (&self->task_queue, ws_task_queue_unref);
  g_free (self->id_text);
  g_free (self->sub_protocol);
  g_free (self->offered_sub_protocols);
  g_free (self->extensions);
  g_free (self->remote_host);
  g_free (self->proxy);
  g_free (self->local_address);
  g_free (self->description);

  G_OBJECT_CLASS (ws_connection_parent_class)->finalize (object);
}

static void
ws_connection_init (WsConnection *self)
{
  self->round_trip_us = -1;
  self->compress = TRUE;
  self->idle_call.func = ws_connection_idle_call_cb;
  self->turn_call.func = ws_connection_turn_call_cb;
}

/* --- properties that can be written ---------------------------------------------------------- */

/**
 * ws_connection_get_data_format: (get-property data-format)
 * @self: a connection
 *
 * Gets what [method@Ws.Connection.send] makes of its data.
 *
 * Returns: the format
 *
 * Since: 1.0
 */
WsDataFormat
ws_connection_get_data_format (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), WS_DATA_FORMAT_AUTOMATIC);

  return (WsDataFormat) self->data_format;
}

/**
 * ws_connection_set_data_format: (set-property data-format)
 * @self: a connection
 * @data_format: the format
 *
 * Sets what [method@Ws.Connection.send] makes of its data.
 *
 * Since: 1.0
 */
void
ws_connection_set_data_format (WsConnection *self,
                               WsDataFormat  data_format)
{
  g_return_if_fail (WS_IS_CONNECTION (self));
  g_return_if_fail (data_format <= WS_DATA_FORMAT_BINARY || data_format == WS_DATA_FORMAT_PING ||
                    data_format == WS_DATA_FORMAT_PONG);

  if (self->data_format == data_format)
    return;

  self->data_format = (guint8) data_format;
  g_object_notify (G_OBJECT (self), "data-format");
}

/**
 * ws_connection_get_timeout: (get-property timeout)
 * @self: a connection
 *
 * Gets how long a send or ping may wait without progress.
 *
 * Returns: seconds, 0 for not at all
 *
 * Since: 1.0
 */
int
ws_connection_get_timeout (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), 0);

  return self->timeout_s;
}

/**
 * ws_connection_set_timeout: (set-property timeout)
 * @self: a connection
 * @timeout: seconds, 0 or more
 *
 * Sets how long a send or ping may wait without progress.
 *
 * With 0 they return at once: what cannot go out is queued. With a positive number they return when
 * all has been handed to the system, and fail with `WS_ERROR_TIMED_OUT` when nothing moves for so
 * long; the main context runs meanwhile.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Timeout.
 *
 * Since: 1.0
 */
void
ws_connection_set_timeout (WsConnection *self,
                           int           timeout)
{
  g_return_if_fail (WS_IS_CONNECTION (self));
  g_return_if_fail (timeout >= 0);

  if (self->timeout_s == timeout)
    return;

  self->timeout_s = timeout;
  g_object_notify (G_OBJECT (self), "timeout");
}

/**
 * ws_connection_get_compress: (get-property compress)
 * @self: a connection
 *
 * Gets whether messages may be compressed.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
ws_connection_get_compress (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);

  return self->compress;
}

/**
 * ws_connection_set_compress: (set-property compress)
 * @self: a connection
 * @compress: whether messages sent from now on may be compressed
 *
 * Allows or forbids compression, message by message.
 *
 * Source: RFC 7692 §6.
 *
 * Since: 1.0
 */
void
ws_connection_set_compress (WsConnection *self,
                            gboolean      compress)
{
  g_return_if_fail (WS_IS_CONNECTION (self));

  if (self->compress == !!compress)
    return;

  self->compress = !!compress;
  g_object_notify (G_OBJECT (self), "compress");
}

/* --- class ----------------------------------------------------------------------------------- */

/* Properties by what their value is, so that each function stays short. */
static gboolean
get_string_property (WsConnection *self,
                     guint         prop_id,
                     GValue       *value)
{
  switch (prop_id)
    {
    case PROP_CONNECTION_ID:
      g_value_set_string (value, ws_connection_load_id_text (self));
      return TRUE;
    case PROP_HOST:
      g_value_set_string (value, ws_connection_find_host (self));
      return TRUE;
    case PROP_LOCAL_ADDRESS:
      g_value_set_string (value, ws_connection_load_local_address (self));
      return TRUE;
    case PROP_ORIGIN:
      g_value_set_string (value, ws_connection_find_header (self, "Origin"));
      return TRUE;
    case PROP_REMOTE_HOST:
      g_value_set_string (value, ws_connection_load_remote_host (self));
      return TRUE;
    case PROP_REQUEST_HEADERS:
      g_value_set_string (value, ws_connection_find_request_headers (self));
      return TRUE;
    case PROP_REQUEST_URI:
      g_value_set_string (value, ws_connection_find_request_uri (self));
      return TRUE;
    case PROP_SUB_PROTOCOLS:
      g_value_set_string (value, ws_connection_load_offered_sub_protocols (self));
      return TRUE;
    case PROP_SUB_PROTOCOL:
      g_value_set_string (value, self->sub_protocol != NULL ? self->sub_protocol : "");
      return TRUE;
    case PROP_EXTENSIONS:
      g_value_set_string (value, self->extensions != NULL ? self->extensions : "");
      return TRUE;
    case PROP_TLS_PROTOCOL:
      g_value_set_string (value, ws_connection_find_tls_protocol (self));
      return TRUE;
    case PROP_TLS_CIPHER_SUITE:
      g_value_set_string (value, ws_connection_find_tls_cipher_suite (self));
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
get_boolean_property (WsConnection *self,
                      guint         prop_id,
                      GValue       *value)
{
  switch (prop_id)
    {
    case PROP_ACCEPT_DATA:
      g_value_set_boolean (value, self->delivery == WS_DELIVERY_ON);
      return TRUE;
    case PROP_CONNECTED:
      g_value_set_boolean (value, self->state == WS_STATE_OPEN);
      return TRUE;
    case PROP_LINE_MODE:
      g_value_set_boolean (value, self->line_mode);
      return TRUE;
    case PROP_READY_TO_SEND:
      g_value_set_boolean (value, self->ready_to_send);
      return TRUE;
    case PROP_COMPRESS:
      g_value_set_boolean (value, self->compress);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
ws_connection_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  WsConnection *self = WS_CONNECTION (object);

  switch (prop_id)
    {
    case PROP_BYTES_SENT:
      g_value_set_uint64 (value, self->bytes_sent);
      break;
    case PROP_DATA_FORMAT:
      g_value_set_enum (value, self->data_format);
      break;
    case PROP_REMOTE_PORT:
      g_value_set_uint (value, ws_peer_address_get_port (&self->peer));
      break;
    case PROP_TIMEOUT:
      g_value_set_int (value, self->timeout_s);
      break;
    case PROP_LOCAL_PORT:
      g_value_set_uint (value, ws_connection_load_local_port (self));
      break;
    case PROP_BYTES_RECEIVED:
      g_value_set_uint64 (value, self->bytes_received);
      break;
    case PROP_MESSAGES_SENT:
      g_value_set_uint64 (value, self->messages_sent);
      break;
    case PROP_MESSAGES_RECEIVED:
      g_value_set_uint64 (value, self->messages_received);
      break;
    case PROP_SEND_QUEUE_LENGTH:
      g_value_set_uint64 (value, ws_connection_get_queued_bytes (self));
      break;
    case PROP_ROUND_TRIP_TIME:
      g_value_set_int64 (value, self->round_trip_us);
      break;
    case PROP_REMOTE_ADDRESS:
      g_value_take_object (value, ws_connection_make_remote_address (self));
      break;
    case PROP_PEER_CERTIFICATE:
      g_value_set_object (value, ws_connection_find_peer_certificate (self));
      break;
    case PROP_TLS_CONNECTION:
      g_value_set_object (value, ws_connection_load_tls_connection (self));
      break;
    case PROP_COMPRESSION_RATIO:
      g_value_set_double (value, ws_connection_calculate_compression_ratio (self));
      break;
    default:
      if (!get_string_property (self, prop_id, value) && !get_boolean_property (self, prop_id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_connection_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  WsConnection *self = WS_CONNECTION (object);

  switch (prop_id)
    {
    case PROP_DATA_FORMAT:
      ws_connection_set_data_format (self, (WsDataFormat) g_value_get_enum (value));
      break;
    case PROP_TIMEOUT:
      ws_connection_set_timeout (self, g_value_get_int (value));
      break;
    case PROP_COMPRESS:
      ws_connection_set_compress (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_connection_class_init (WsConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = ws_connection_finalize;
  object_class->get_property = ws_connection_get_property;
  object_class->set_property = ws_connection_set_property;

  /**
   * WsConnection:accept-data: (getter get_accept_data)
   *
   * Whether data is being received: %FALSE between [method@Ws.Connection.pause_data] and
   * [method@Ws.Connection.process_data].
   *
   * Since: 1.0
   */
  properties[PROP_ACCEPT_DATA] = g_param_spec_boolean ("accept-data", NULL, NULL, TRUE, WS_PARAM_READABLE);
  /**
   * WsConnection:bytes-sent: (getter get_bytes_sent)
   *
   * Payload bytes accepted by the latest send: all of it or 0. Always 0 for a message whose sending
   * blocks, that is, with a positive [property@Ws.Connection:timeout].
   *
   * Since: 1.0
   */
  properties[PROP_BYTES_SENT] = g_param_spec_uint64 ("bytes-sent", NULL, NULL, 0, G_MAXUINT64, 0, WS_PARAM_READABLE);
  /**
   * WsConnection:connected: (getter get_connected)
   *
   * Whether the WebSocket is open, that is, data can be sent.
   *
   * Since: 1.0
   */
  properties[PROP_CONNECTED] = g_param_spec_boolean ("connected", NULL, NULL, FALSE, WS_PARAM_READABLE);
  /**
   * WsConnection:connection-id: (getter get_connection_id)
   *
   * Identifies the connection among all that the server has had.
   *
   * Since: 1.0
   */
  properties[PROP_CONNECTION_ID] = g_param_spec_string ("connection-id", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnection:data-format: (getter get_data_format) (setter set_data_format)
   *
   * What [method@Ws.Connection.send] makes of its data.
   *
   * Since: 1.0
   */
  properties[PROP_DATA_FORMAT] = g_param_spec_enum ("data-format", NULL, NULL, WS_TYPE_DATA_FORMAT,
                                                    WS_DATA_FORMAT_AUTOMATIC, WS_PARAM_READWRITE);
  /**
   * WsConnection:host: (getter get_host)
   *
   * The Host header field of the opening request.
   *
   * Since: 1.0
   */
  properties[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnection:line-mode: (getter get_line_mode)
   *
   * Whether data is delivered line by line; see [method@Ws.Connection.change_line_mode].
   *
   * Since: 1.0
   */
  properties[PROP_LINE_MODE] = g_param_spec_boolean ("line-mode", NULL, NULL, FALSE, WS_PARAM_READABLE);
  /**
   * WsConnection:local-address: (getter get_local_address)
   *
   * The address of this machine that the client connected to.
   *
   * Since: 1.0
   */
  properties[PROP_LOCAL_ADDRESS] = g_param_spec_string ("local-address", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnection:origin: (getter get_origin)
   *
   * The Origin header field of the opening request; empty when there was none.
   *
   * Since: 1.0
   */
  properties[PROP_ORIGIN] = g_param_spec_string ("origin", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnection:ready-to-send: (getter get_ready_to_send)
   *
   * Whether sends are accepted: %TRUE once open, %FALSE after a send failed because the queue was full,
   * %TRUE again when the queue has fallen below half of MaxSendQueue. It notifies.
   *
   * Since: 1.0
   */
  properties[PROP_READY_TO_SEND] = g_param_spec_boolean ("ready-to-send", NULL, NULL, FALSE, WS_PARAM_READABLE);
  /**
   * WsConnection:remote-host: (getter get_remote_host)
   *
   * The client's IP address.
   *
   * Since: 1.0
   */
  properties[PROP_REMOTE_HOST] = g_param_spec_string ("remote-host", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnection:remote-port: (getter get_remote_port)
   *
   * The client's port.
   *
   * Since: 1.0
   */
  properties[PROP_REMOTE_PORT] = g_param_spec_uint ("remote-port", NULL, NULL, 0, G_MAXUINT16, 0, WS_PARAM_READABLE);
  /**
   * WsConnection:request-headers: (getter get_request_headers)
   *
   * The header lines of the opening request as sent, each ended by CRLF.
   *
   * Since: 1.0
   */
  properties[PROP_REQUEST_HEADERS] = g_param_spec_string ("request-headers", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnection:request-uri: (getter get_request_uri)
   *
   * The target of the opening request: path and query.
   *
   * Since: 1.0
   */
  properties[PROP_REQUEST_URI] = g_param_spec_string ("request-uri", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnection:sub-protocols: (getter get_sub_protocols)
   *
   * The subprotocols that the client offered, separated by commas.
   *
   * Since: 1.0
   */
  properties[PROP_SUB_PROTOCOLS] = g_param_spec_string ("sub-protocols", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnection:timeout: (getter get_timeout) (setter set_timeout)
   *
   * Seconds that a send or ping may wait without progress; 0 makes them return at once. Starts as the
   * server's [property@Ws.Server:default-timeout].
   *
   * Since: 1.0
   */
  properties[PROP_TIMEOUT] = g_param_spec_int ("timeout", NULL, NULL, 0, G_MAXINT, 0, WS_PARAM_READWRITE);
  /**
   * WsConnection:sub-protocol: (getter get_sub_protocol)
   *
   * The subprotocol selected; empty when there is none.
   *
   * Since: 1.0
   */
  properties[PROP_SUB_PROTOCOL] = g_param_spec_string ("sub-protocol", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnection:extensions: (getter get_extensions)
   *
   * The extensions negotiated, as the server answered; empty when there are none.
   *
   * Since: 1.0
   */
  properties[PROP_EXTENSIONS] = g_param_spec_string ("extensions", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnection:local-port: (getter get_local_port)
   *
   * The port of this machine that the client connected to.
   *
   * Since: 1.0
   */
  properties[PROP_LOCAL_PORT] = g_param_spec_uint ("local-port", NULL, NULL, 0, G_MAXUINT16, 0, WS_PARAM_READABLE);
  /**
   * WsConnection:bytes-received: (getter get_bytes_received)
   *
   * Payload bytes of all messages received.
   *
   * Since: 1.0
   */
  properties[PROP_BYTES_RECEIVED] = g_param_spec_uint64 ("bytes-received", NULL, NULL, 0, G_MAXUINT64, 0,
                                                         WS_PARAM_READABLE);
  /**
   * WsConnection:messages-sent: (getter get_messages_sent)
   *
   * Messages sent or queued to be sent; pings and pongs do not count.
   *
   * Since: 1.0
   */
  properties[PROP_MESSAGES_SENT] = g_param_spec_uint64 ("messages-sent", NULL, NULL, 0, G_MAXUINT64, 0,
                                                        WS_PARAM_READABLE);
  /**
   * WsConnection:messages-received: (getter get_messages_received)
   *
   * Messages received completely; pings and pongs do not count.
   *
   * Since: 1.0
   */
  properties[PROP_MESSAGES_RECEIVED] = g_param_spec_uint64 ("messages-received", NULL, NULL, 0, G_MAXUINT64,
                                                            0, WS_PARAM_READABLE);
  /**
   * WsConnection:send-queue-length: (getter get_send_queue_length)
   *
   * Bytes that wait to be sent, to be compared with MaxSendQueue.
   *
   * Since: 1.0
   */
  properties[PROP_SEND_QUEUE_LENGTH] = g_param_spec_uint64 ("send-queue-length", NULL, NULL, 0, G_MAXUINT64,
                                                            0, WS_PARAM_READABLE);
  /**
   * WsConnection:round-trip-time: (getter get_round_trip_time)
   *
   * Microseconds between the latest ping and its pong; -1 before there was one.
   *
   * Since: 1.0
   */
  properties[PROP_ROUND_TRIP_TIME] = g_param_spec_int64 ("round-trip-time", NULL, NULL, -1, G_MAXINT64, -1,
                                                         WS_PARAM_READABLE);
  /**
   * WsConnection:remote-address: (getter get_remote_address)
   *
   * The client's address as GIO has it; an anonymous one for a client of a Unix socket.
   *
   * Since: 1.0
   */
  properties[PROP_REMOTE_ADDRESS] = g_param_spec_object ("remote-address", NULL, NULL, G_TYPE_SOCKET_ADDRESS,
                                                         WS_PARAM_READABLE);
  /**
   * WsConnection:compress: (getter get_compress) (setter set_compress)
   *
   * Whether messages sent from now on may be compressed, where the client has agreed to it. Set it to
   * %FALSE around a message that is compressed already.
   *
   * Since: 1.0
   */
  properties[PROP_COMPRESS] = g_param_spec_boolean ("compress", NULL, NULL, TRUE, WS_PARAM_READWRITE);
  /**
   * WsConnection:compression-ratio: (getter get_compression_ratio)
   *
   * Size after compression divided by the size before, of what was sent compressed; 1 before there
   * was any.
   *
   * Since: 1.0
   */
  properties[PROP_COMPRESSION_RATIO] =
      g_param_spec_double ("compression-ratio", NULL, NULL, 0, G_MAXDOUBLE, 1, WS_PARAM_READABLE);
  /**
   * WsConnection:peer-certificate: (getter get_peer_certificate)
   *
   * The certificate that the client has shown; %NULL if it was not asked for one or sent none.
   *
   * Since: 1.0
   */
  properties[PROP_PEER_CERTIFICATE] =
      g_param_spec_object ("peer-certificate", NULL, NULL, WS_TYPE_CERTIFICATE, WS_PARAM_READABLE);
  /**
   * WsConnection:tls-protocol: (getter get_tls_protocol)
   *
   * The version of TLS, such as `TLSv1.3`; empty in plain text.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_PROTOCOL] = g_param_spec_string ("tls-protocol", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnection:tls-cipher-suite: (getter get_tls_cipher_suite)
   *
   * The cipher suite by its IANA name; empty in plain text.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_CIPHER_SUITE] = g_param_spec_string ("tls-cipher-suite", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsConnection:tls-connection: (getter get_tls_connection)
   *
   * The TLS connection below the WebSocket, to ask about certificates, versions and channel bindings;
   * %NULL in plain text.
   *
   * Since: 1.2
   */
  properties[PROP_TLS_CONNECTION] =
      g_param_spec_object ("tls-connection", NULL, NULL, G_TYPE_TLS_CONNECTION, WS_PARAM_READABLE);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  ws_connection_class_init_signals (object_class);
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <gio/gio.h>

#include <wsserver/base/ws-enums.h>
#include <wsserver/base/ws-macros.h>
#include <wsserver/certificate/ws-certificate.h>

G_BEGIN_DECLS

#define WS_TYPE_CONNECTION (ws_connection_get_type ())

WS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (WsConnection, ws_connection, WS, CONNECTION, GObject)

/**
 * WsMessageFunc:
 * @connection: the client it comes from
 * @format: `WS_DATA_FORMAT_TEXT` or `WS_DATA_FORMAT_BINARY`
 * @data: (array length=length) (element-type guint8): the message; valid during the call
 * @length: its length in bytes, 0 or more
 * @user_data: what was given with the function
 *
 * Takes a message; see [method@Ws.Server.set_message_func].
 *
 * Since: 1.0
 */
typedef void (*WsMessageFunc) (WsConnection *connection,
                               WsDataFormat  format,
                               const guint8 *data,
                               gsize         length,
                               gpointer      user_data);

WS_AVAILABLE_IN_ALL
const char *ws_connection_get_connection_id (WsConnection *self);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_get_connected (WsConnection *self);
WS_AVAILABLE_IN_ALL
const char *ws_connection_get_host (WsConnection *self);
WS_AVAILABLE_IN_ALL
const char *ws_connection_get_origin (WsConnection *self);
WS_AVAILABLE_IN_ALL
const char *ws_connection_get_request_uri (WsConnection *self);
WS_AVAILABLE_IN_ALL
const char *ws_connection_get_request_headers (WsConnection *self);
WS_AVAILABLE_IN_ALL
const char *ws_connection_get_sub_protocols (WsConnection *self);
WS_AVAILABLE_IN_ALL
const char *ws_connection_get_sub_protocol (WsConnection *self);
WS_AVAILABLE_IN_ALL
const char *ws_connection_get_extensions (WsConnection *self);

WS_AVAILABLE_IN_ALL
const char *ws_connection_get_local_address (WsConnection *self);
WS_AVAILABLE_IN_ALL
guint ws_connection_get_local_port (WsConnection *self);
WS_AVAILABLE_IN_ALL
const char *ws_connection_get_remote_host (WsConnection *self);
WS_AVAILABLE_IN_ALL
guint ws_connection_get_remote_port (WsConnection *self);
WS_AVAILABLE_IN_ALL
GSocketAddress *ws_connection_get_remote_address (WsConnection *self);

WS_AVAILABLE_IN_ALL
gboolean ws_connection_get_accept_data (WsConnection *self);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_get_ready_to_send (WsConnection *self);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_get_line_mode (WsConnection *self);
WS_AVAILABLE_IN_ALL
guint64 ws_connection_get_bytes_sent (WsConnection *self);
WS_AVAILABLE_IN_ALL
guint64 ws_connection_get_bytes_received (WsConnection *self);
WS_AVAILABLE_IN_ALL
guint64 ws_connection_get_messages_sent (WsConnection *self);
WS_AVAILABLE_IN_ALL
guint64 ws_connection_get_messages_received (WsConnection *self);
WS_AVAILABLE_IN_ALL
guint64 ws_connection_get_send_queue_length (WsConnection *self);
WS_AVAILABLE_IN_ALL
gint64 ws_connection_get_round_trip_time (WsConnection *self);

WS_AVAILABLE_IN_ALL
double ws_connection_get_compression_ratio (WsConnection *self);

WS_AVAILABLE_IN_ALL
gboolean ws_connection_get_compress (WsConnection *self);
WS_AVAILABLE_IN_ALL
void ws_connection_set_compress (WsConnection *self,
                                 gboolean      compress);
WS_AVAILABLE_IN_ALL
WsDataFormat ws_connection_get_data_format (WsConnection *self);
WS_AVAILABLE_IN_ALL
void ws_connection_set_data_format (WsConnection *self,
                                    WsDataFormat  data_format);
WS_AVAILABLE_IN_ALL
int ws_connection_get_timeout (WsConnection *self);
WS_AVAILABLE_IN_ALL
void ws_connection_set_timeout (WsConnection *self,
                                int           timeout);

WS_AVAILABLE_IN_ALL
gboolean ws_connection_send (WsConnection *self,
                             GBytes       *data,
                             GError      **error);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_send_text (WsConnection *self,
                                  const char   *text,
                                  GError      **error);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_send_bytes (WsConnection *self,
                                   GBytes       *data,
                                   GError      **error);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_send_data (WsConnection *self,
                                  WsDataFormat  format,
                                  const guint8 *data,
                                  gsize         length,
                                  GError      **error);
WS_AVAILABLE_IN_ALL
void ws_connection_send_async (WsConnection       *self,
                               WsDataFormat        format,
                               GBytes             *data,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_send_finish (WsConnection *self,
                                    GAsyncResult *result,
                                    GError      **error);

WS_AVAILABLE_IN_ALL
gboolean ws_connection_send_file (WsConnection *self,
                                  const char   *filename,
                                  GError      **error);
WS_AVAILABLE_IN_ALL
void ws_connection_send_file_async (WsConnection         *self,
                                    GFile                *file,
                                    GCancellable         *cancellable,
                                    GFileProgressCallback progress_callback,
                                    gpointer              progress_callback_data,
                                    GDestroyNotify        progress_callback_destroy,
                                    GAsyncReadyCallback   callback,
                                    gpointer              user_data);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_send_file_finish (WsConnection *self,
                                         GAsyncResult *result,
                                         GError      **error);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_set_upload_stream (WsConnection *self,
                                          GInputStream *stream,
                                          GError      **error);
WS_AVAILABLE_IN_ALL
void ws_connection_send_stream_async (WsConnection       *self,
                                      GInputStream       *stream,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_send_stream_finish (WsConnection *self,
                                           GAsyncResult *result,
                                           GError      **error);

WS_AVAILABLE_IN_ALL
gboolean ws_connection_send_ping (WsConnection *self,
                                  GError      **error);
WS_AVAILABLE_IN_ALL
void ws_connection_send_ping_async (WsConnection       *self,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
WS_AVAILABLE_IN_ALL
gint64 ws_connection_send_ping_finish (WsConnection *self,
                                       GAsyncResult *result,
                                       GError      **error);

WS_AVAILABLE_IN_ALL
gboolean ws_connection_close (WsConnection *self,
                              guint         code,
                              const char   *reason,
                              GError      **error);
WS_AVAILABLE_IN_ALL
void ws_connection_close_async (WsConnection       *self,
                                guint               code,
                                const char         *reason,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_close_finish (WsConnection *self,
                                     GAsyncResult *result,
                                     GError      **error);

WS_AVAILABLE_IN_ALL
gboolean ws_connection_interrupt (WsConnection *self,
                                  GError      **error);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_change_line_mode (WsConnection *self,
                                         gboolean      line_mode,
                                         GError      **error);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_pause_data (WsConnection *self,
                                   GError      **error);
WS_AVAILABLE_IN_ALL
gboolean ws_connection_process_data (WsConnection *self,
                                     GError      **error);

WS_AVAILABLE_IN_ALL
WsCertificate *ws_connection_get_peer_certificate (WsConnection *self);
WS_AVAILABLE_IN_ALL
const char *ws_connection_get_tls_protocol (WsConnection *self);
WS_AVAILABLE_IN_ALL
const char *ws_connection_get_tls_cipher_suite (WsConnection *self);
WS_AVAILABLE_IN_1_2
GTlsConnection *ws_connection_get_tls_connection (WsConnection *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <gio/gio.h>

#include <wsserver/base/ws-enums.h>
#include <wsserver/base/ws-macros.h>
#include <wsserver/server/ws-connection-map.h>
#include <wsserver/connection/ws-connection.h>
#include <wsserver/certificate/ws-certificate.h>

G_BEGIN_DECLS

#define WS_TYPE_SERVER (ws_server_get_type ())

WS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (WsServer, ws_server, WS, SERVER, GObject)

/**
 * WsBroadcastFilter:
 * @connection: a client
 * @user_data: what was given with the function
 *
 * Picks the clients that get a message; see [method@Ws.Server.broadcast].
 *
 * Returns: whether it is sent to this one
 *
 * Since: 1.0
 */
typedef gboolean (*WsBroadcastFilter) (WsConnection *connection,
                                       gpointer      user_data);

WS_AVAILABLE_IN_ALL
WsServer *ws_server_new (void) G_GNUC_WARN_UNUSED_RESULT;

WS_AVAILABLE_IN_ALL
int ws_server_get_connection_backlog (WsServer *self);
WS_AVAILABLE_IN_ALL
void ws_server_set_connection_backlog (WsServer *self,
                                       int       connection_backlog);
WS_AVAILABLE_IN_ALL
WsConnectionMap *ws_server_get_connections (WsServer *self);
WS_AVAILABLE_IN_ALL
WsConnection *ws_server_get_connection (WsServer   *self,
                                        const char *connection_id);
WS_AVAILABLE_IN_ALL
int ws_server_get_default_timeout (WsServer *self);
WS_AVAILABLE_IN_ALL
void ws_server_set_default_timeout (WsServer *self,
                                    int       default_timeout);
WS_AVAILABLE_IN_ALL
gboolean ws_server_get_listening (WsServer *self);
WS_AVAILABLE_IN_ALL
const char *ws_server_get_local_host (WsServer *self);
WS_AVAILABLE_IN_ALL
gboolean ws_server_set_local_host (WsServer   *self,
                                   const char *local_host,
                                   GError    **error);
WS_AVAILABLE_IN_ALL
guint ws_server_get_local_port (WsServer *self);
WS_AVAILABLE_IN_ALL
gboolean ws_server_set_local_port (WsServer *self,
                                   guint     local_port,
                                   GError  **error);

WS_AVAILABLE_IN_ALL
gboolean ws_server_get_use_ssl (WsServer *self);
WS_AVAILABLE_IN_ALL
gboolean ws_server_set_use_ssl (WsServer *self,
                                gboolean  use_ssl,
                                GError  **error);
WS_AVAILABLE_IN_ALL
WsCertificate *ws_server_get_ssl_cert (WsServer *self);
WS_AVAILABLE_IN_ALL
gboolean ws_server_set_ssl_cert (WsServer      *self,
                                 WsCertificate *ssl_cert,
                                 GError       **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_add_ssl_cert (WsServer      *self,
                                 WsCertificate *ssl_cert,
                                 GError       **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_remove_ssl_cert (WsServer      *self,
                                    WsCertificate *ssl_cert);
WS_AVAILABLE_IN_ALL
WsSslProvider ws_server_get_ssl_provider (WsServer *self);
WS_AVAILABLE_IN_ALL
gboolean ws_server_set_ssl_provider (WsServer     *self,
                                     WsSslProvider ssl_provider,
                                     GError      **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_get_ssl_authenticate_clients (WsServer *self);
WS_AVAILABLE_IN_ALL
gboolean ws_server_set_ssl_authenticate_clients (WsServer *self,
                                                 gboolean  ssl_authenticate_clients,
                                                 GError  **error);

WS_AVAILABLE_IN_ALL
char *ws_server_config (WsServer   *self,
                        const char *configuration_string,
                        GError    **error);

WS_AVAILABLE_IN_1_2
char *ws_server_secure_for_loopback (WsServer *self,
                                     GError  **error) G_GNUC_WARN_UNUSED_RESULT;

WS_AVAILABLE_IN_ALL
void ws_server_set_message_func (WsServer      *self,
                                 WsMessageFunc  func,
                                 gpointer       data,
                                 GDestroyNotify destroy);

WS_AVAILABLE_IN_ALL
gboolean ws_server_start_listening (WsServer *self,
                                    GError  **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_listen_on_socket (WsServer *self,
                                     GSocket  *socket,
                                     GError  **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_listen_on_activation_sockets (WsServer *self,
                                                 GError  **error);
WS_AVAILABLE_IN_ALL
void ws_server_stop_listening (WsServer *self);
WS_AVAILABLE_IN_ALL
void ws_server_shutdown (WsServer *self);
WS_AVAILABLE_IN_ALL
void ws_server_shutdown_async (WsServer           *self,
                               guint               deadline,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);
WS_AVAILABLE_IN_ALL
gboolean ws_server_shutdown_finish (WsServer     *self,
                                    GAsyncResult *result,
                                    GError      **error);
WS_AVAILABLE_IN_ALL
void ws_server_do_events (WsServer *self);

WS_AVAILABLE_IN_ALL
gboolean ws_server_send (WsServer   *self,
                         const char *connection_id,
                         GBytes     *data,
                         GError    **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_send_text (WsServer   *self,
                              const char *connection_id,
                              const char *text,
                              GError    **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_send_bytes (WsServer   *self,
                               const char *connection_id,
                               GBytes     *data,
                               GError    **error);
WS_AVAILABLE_IN_ALL
guint ws_server_broadcast (WsServer         *self,
                           WsDataFormat      format,
                           GBytes           *data,
                           WsBroadcastFilter filter,
                           gpointer          filter_data,
                           GError          **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_send_file (WsServer   *self,
                              const char *connection_id,
                              const char *filename,
                              GError    **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_set_upload_stream (WsServer     *self,
                                      const char   *connection_id,
                                      GInputStream *stream,
                                      GError      **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_ping_client (WsServer   *self,
                                const char *connection_id,
                                GError    **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_disconnect_client (WsServer   *self,
                                      const char *connection_id,
                                      GError    **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_interrupt (WsServer   *self,
                              const char *connection_id,
                              GError    **error);
WS_AVAILABLE_IN_ALL
gboolean ws_server_change_line_mode (WsServer   *self,
                                     const char *connection_id,
                                     gboolean    line_mode,
                                     GError    **error);

WS_AVAILABLE_IN_1_2
gboolean ws_server_serve_folder (WsServer   *self,
                                 const char *path,
                                 GFile      *folder,
                                 GError    **error);
WS_AVAILABLE_IN_1_2
gboolean ws_server_serve_resource (WsServer   *self,
                                   const char *path,
                                   GResource  *resource,
                                   const char *resource_path,
                                   GError    **error);

G_END_DECLS

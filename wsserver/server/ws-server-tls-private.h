/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/config/ws-config-private.h"
#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

void ws_server_init_tls (WsServer *self);
void ws_server_clear_tls (WsServer *self);
/* Makes new contexts from the certificates and settings. On failure the old ones stay in use. */
gboolean ws_server_update_tls (WsServer *self,
                               GError  **error);
/* Logs what the settings mean for the contexts. Its handlers may do anything, so it comes last. */
void ws_server_log_tls (WsServer *self);
/* After a change: both, if the server listens over TLS. */
gboolean ws_server_tls_changed (WsServer *self,
                                GError  **error);
/* Changes ssl-cert and notifies. On failure the old certificate stays in use. */
gboolean ws_server_put_ssl_cert (WsServer      *self,
                                 WsCertificate *certificate,
                                 GError       **error);
/* Puts a renewed certificate in the place of old, in ssl-cert or among those added. Does nothing if old is
 * not there any more. */
gboolean ws_server_replace_ssl_cert (WsServer      *self,
                                     WsCertificate *old,
                                     WsCertificate *renewed,
                                     GError       **error);
/* Whether the stored value of a setting with WS_SETTING_EFFECT_TLS_PRIORITY can be served, whatever the other
 * settings are. */
gboolean ws_server_check_tls_priority (const WsSetting  *setting,
                                       const WsSettings *settings,
                                       GError          **error);
/* For a certificate that the application has chosen for a client; owned by the server. */
WsTlsContext *ws_server_get_chosen_context (WsServer      *self,
                                            WsCertificate *certificate,
                                            GError       **error);
/* Takes the descriptor. */
WsTransport *ws_server_new_transport (WsServer *self,
                                      int       fd);

G_END_DECLS

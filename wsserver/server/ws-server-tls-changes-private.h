/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

/* The public functions of the same purpose without their checks. Booleans have to be TRUE or FALSE. */
gboolean ws_server_change_use_ssl (WsServer *self,
                                   gboolean  use_ssl,
                                   GError  **error);
gboolean ws_server_change_ssl_cert (WsServer      *self,
                                    WsCertificate *ssl_cert,
                                    GError       **error);
gboolean ws_server_put_more_ssl_cert (WsServer      *self,
                                      WsCertificate *ssl_cert,
                                      GError       **error);
gboolean ws_server_drop_more_ssl_cert (WsServer      *self,
                                       WsCertificate *ssl_cert);
gboolean ws_server_change_ssl_provider (WsServer     *self,
                                        WsSslProvider ssl_provider,
                                        GError      **error);
gboolean ws_server_change_ssl_authenticate_clients (WsServer *self,
                                                    gboolean  ssl_authenticate_clients,
                                                    GError  **error);

G_END_DECLS

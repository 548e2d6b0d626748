/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <glib-object.h>

#include <wsserver/base/ws-enums.h>
#include <wsserver/base/ws-macros.h>
#include <wsserver/certificate/ws-certificate.h>

G_BEGIN_DECLS

#define WS_TYPE_SSL_CONNECTION_REQUEST (ws_ssl_connection_request_get_type ())

WS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (WsSslConnectionRequest, ws_ssl_connection_request, WS, SSL_CONNECTION_REQUEST, GObject)

WS_AVAILABLE_IN_ALL
const char *ws_ssl_connection_request_get_supported_cipher_suites (WsSslConnectionRequest *self);
WS_AVAILABLE_IN_ALL
const char *ws_ssl_connection_request_get_supported_signature_algs (WsSslConnectionRequest *self);
WS_AVAILABLE_IN_ALL
const char *ws_ssl_connection_request_get_server_name (WsSslConnectionRequest *self);

WS_AVAILABLE_IN_ALL
WsCertStoreType ws_ssl_connection_request_get_cert_store_type (WsSslConnectionRequest *self);
WS_AVAILABLE_IN_ALL
void ws_ssl_connection_request_set_cert_store_type (WsSslConnectionRequest *self,
                                                    WsCertStoreType         cert_store_type);
WS_AVAILABLE_IN_ALL
const char *ws_ssl_connection_request_get_cert_store (WsSslConnectionRequest *self);
WS_AVAILABLE_IN_ALL
void ws_ssl_connection_request_set_cert_store (WsSslConnectionRequest *self,
                                               const char             *cert_store);
WS_AVAILABLE_IN_ALL
const char *ws_ssl_connection_request_get_cert_password (WsSslConnectionRequest *self);
WS_AVAILABLE_IN_ALL
void ws_ssl_connection_request_set_cert_password (WsSslConnectionRequest *self,
                                                  const char             *cert_password);
WS_AVAILABLE_IN_ALL
const char *ws_ssl_connection_request_get_cert_subject (WsSslConnectionRequest *self);
WS_AVAILABLE_IN_ALL
void ws_ssl_connection_request_set_cert_subject (WsSslConnectionRequest *self,
                                                 const char             *cert_subject);
WS_AVAILABLE_IN_ALL
WsCertificate *ws_ssl_connection_request_get_certificate (WsSslConnectionRequest *self);
WS_AVAILABLE_IN_ALL
void ws_ssl_connection_request_set_certificate (WsSslConnectionRequest *self,
                                                WsCertificate          *certificate);

WS_AVAILABLE_IN_ALL
gboolean ws_ssl_connection_request_is_cancelled (WsSslConnectionRequest *self);
WS_AVAILABLE_IN_ALL
void ws_ssl_connection_request_refuse (WsSslConnectionRequest *self);
WS_AVAILABLE_IN_ALL
void ws_ssl_connection_request_defer (WsSslConnectionRequest *self);
WS_AVAILABLE_IN_ALL
gboolean ws_ssl_connection_request_complete (WsSslConnectionRequest *self);

G_END_DECLS

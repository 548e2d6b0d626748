/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <glib-object.h>

#include <wsserver/base/ws-macros.h>
#include <wsserver/certificate/ws-certificate.h>

G_BEGIN_DECLS

#define WS_TYPE_CLIENT_AUTHENTICATION (ws_client_authentication_get_type ())

WS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (WsClientAuthentication, ws_client_authentication, WS, CLIENT_AUTHENTICATION, GObject)

WS_AVAILABLE_IN_ALL
GBytes *ws_client_authentication_get_cert_encoded (WsClientAuthentication *self);
WS_AVAILABLE_IN_ALL
const char *ws_client_authentication_get_cert_subject (WsClientAuthentication *self);
WS_AVAILABLE_IN_ALL
const char *ws_client_authentication_get_cert_issuer (WsClientAuthentication *self);
WS_AVAILABLE_IN_ALL
const char *ws_client_authentication_get_status (WsClientAuthentication *self);
WS_AVAILABLE_IN_ALL
WsCertificate *ws_client_authentication_get_certificate (WsClientAuthentication *self);
WS_AVAILABLE_IN_ALL
gboolean ws_client_authentication_get_accept (WsClientAuthentication *self);
WS_AVAILABLE_IN_ALL
void ws_client_authentication_set_accept (WsClientAuthentication *self,
                                          gboolean                accept);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/certificate/ws-certificate.h"
#include "wsserver/connection/ws-connection.h"

G_BEGIN_DECLS

const char *ws_connection_load_id_text (WsConnection *self);

const char *ws_connection_load_local_address (WsConnection *self);
guint       ws_connection_load_local_port (WsConnection *self);
const char *ws_connection_load_remote_host (WsConnection *self);
/* Returns a reference. */
GSocketAddress *ws_connection_make_remote_address (WsConnection *self);

/* An empty string if there is none. */
const char *ws_connection_find_header (WsConnection *self,
                                       const char   *name);
const char *ws_connection_find_host (WsConnection *self);
const char *ws_connection_find_request_uri (WsConnection *self);
const char *ws_connection_find_request_headers (WsConnection *self);
const char *ws_connection_load_offered_sub_protocols (WsConnection *self);

const char     *ws_connection_find_tls_protocol (WsConnection *self);
const char     *ws_connection_find_tls_cipher_suite (WsConnection *self);
WsCertificate  *ws_connection_find_peer_certificate (WsConnection *self);
GTlsConnection *ws_connection_load_tls_connection (WsConnection *self);
double          ws_connection_calculate_compression_ratio (WsConnection *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/request/ws-client-authentication.h"

G_BEGIN_DECLS

WsClientAuthentication *ws_client_authentication_new (GBytes        *cert_encoded,
                                                      WsCertificate *certificate,
                                                      const char    *status,
                                                      gboolean       accept);

G_END_DECLS

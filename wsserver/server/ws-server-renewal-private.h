/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

/* Watches the end of the certificates and, if SSLReloadCert asks for it, their files and that of the OCSP
 * response, while the server listens over TLS. To be called after any change of these. */
void ws_server_watch_files (WsServer *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls/ws-tls-transport-private.h"

G_BEGIN_DECLS

/* What GIO's backend has negotiated. */
void ws_gio_tls_info_get (GTlsConnection *connection,
                          WsTlsInfo      *info);
/* NULL if the policy enables it, otherwise a sentence that names what is not enabled; free with
 * g_free(). */
char *ws_gio_tls_info_check (GTlsConnection    *connection,
                             const WsTlsPolicy *policy);

G_END_DECLS

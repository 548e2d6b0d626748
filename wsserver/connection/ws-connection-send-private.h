/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

/* AUTOMATIC becomes text where the bytes can be text. FALSE if text was asked for and they cannot.
 * In any thread. */
gboolean ws_connection_resolve_format (WsDataFormat *format,
                                       const guint8 *data,
                                       gsize         length,
                                       GError      **error);

G_END_DECLS

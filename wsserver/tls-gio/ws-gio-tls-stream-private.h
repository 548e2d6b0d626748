/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls-gio/ws-gio-tls-socket-private.h"

G_BEGIN_DECLS

/* Between the wire and the stream that it is for GIO. As the functions of GIO's streams, in the
 * thread that they are called in. */
gssize ws_tls_wire_stream_read (WsTlsWire    *self,
                                void         *buffer,
                                gsize         size,
                                gboolean      blocking,
                                GCancellable *cancellable,
                                GError      **error);
gssize ws_tls_wire_stream_write (WsTlsWire    *self,
                                 const void   *data,
                                 gsize         length,
                                 gboolean      blocking,
                                 GCancellable *cancellable,
                                 GError      **error);
int    ws_tls_wire_get_fd (WsTlsWire *self);

G_END_DECLS

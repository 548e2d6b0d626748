/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* The va_list marshallers of data-in, which is emitted once for each message. They do what the generated
 * ones do, but take no references to the arguments. The emitter holds a reference to each argument until the
 * emission ends. The marshallers serve handlers in C; bindings use their own marshallers, which copy. */
void ws_marshal_server_data_inv (GClosure *closure,
                                 GValue   *return_value,
                                 gpointer  instance,
                                 va_list   arguments,
                                 gpointer  marshal_data,
                                 int       n_params,
                                 GType    *param_types);
void ws_marshal_connection_data_inv (GClosure *closure,
                                     GValue   *return_value,
                                     gpointer  instance,
                                     va_list   arguments,
                                     gpointer  marshal_data,
                                     int       n_params,
                                     GType    *param_types);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* The va_list marshallers of data-in, once a message: as the generated ones, but without references
 * of their own to the arguments. Whoever emits holds one to each until the emission is over. (They
 * serve handlers in C; bindings bring marshallers that copy.) */
void ws_marshal_server_data_inv     (GClosure *closure,
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

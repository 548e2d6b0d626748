/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/base/ws-marshal-data-private.h"

/* The two arguments that g_signal_connect_swapped() exchanges. */
typedef struct
{
  gpointer first;
  gpointer last;
} Ends;

static inline Ends
get_ends (GClosure *closure,
          gpointer  instance)
{
  return G_CCLOSURE_SWAP_DATA (closure) ? (Ends){ closure->data, instance }
                                        : (Ends){ instance, closure->data };
}

void
ws_marshal_server_data_inv (GClosure *closure,
                            GValue   *return_value,
                            gpointer  instance,
                            va_list   arguments,
                            gpointer  marshal_data,
                            int       n_params,
                            GType    *param_types)
{
  typedef void (*Callback) (gpointer first,
                            gpointer connection,
                            int      format,
                            gpointer data,
                            gboolean eom,
                            gboolean eol,
                            gpointer last);
  const Ends     ends = get_ends (closure, instance);
  const Callback callback = (Callback) (marshal_data != NULL ? marshal_data
                                                             : ((GCClosure *) closure)->callback);
  va_list        copy;
  gpointer       connection;
  gpointer       data;
  gboolean       eom;
  int            format;

  G_VA_COPY (copy, arguments);
  connection = va_arg (copy, gpointer);
  format = va_arg (copy, int);
  data = va_arg (copy, gpointer);
  eom = va_arg (copy, gboolean);
  callback (ends.first, connection, format, data, eom, va_arg (copy, gboolean), ends.last);
  va_end (copy);
}

void
ws_marshal_connection_data_inv (GClosure *closure,
                                GValue   *return_value,
                                gpointer  instance,
                                va_list   arguments,
                                gpointer  marshal_data,
                                int       n_params,
                                GType    *param_types)
{
  typedef void (*Callback) (gpointer first,
                            int      format,
                            gpointer data,
                            gboolean eom,
                            gboolean eol,
                            gpointer last);
  const Ends     ends = get_ends (closure, instance);
  const Callback callback = (Callback) (marshal_data != NULL ? marshal_data
                                                             : ((GCClosure *) closure)->callback);
  va_list        copy;
  gpointer       data;
  gboolean       eom;
  int            format;

  G_VA_COPY (copy, arguments);
  format = va_arg (copy, int);
  data = va_arg (copy, gpointer);
  eom = va_arg (copy, gboolean);
  callback (ends.first, format, data, eom, va_arg (copy, gboolean), ends.last);
  va_end (copy);
}

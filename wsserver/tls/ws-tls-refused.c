/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-refused-private.h"

gboolean
ws_tls_refused_set_error (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "The WebSocket owns this connection: use ws_connection_send() and ws_connection_close()");

  return FALSE;
}

/* --- input ----------------------------------------------------------------------------------- */

#define WS_TYPE_TLS_REFUSED_INPUT (ws_tls_refused_input_get_type ())
G_DECLARE_FINAL_TYPE (WsTlsRefusedInput, ws_tls_refused_input, WS, TLS_REFUSED_INPUT, GInputStream)

struct _WsTlsRefusedInput
{
  GInputStream parent_instance;
};

G_DEFINE_TYPE (WsTlsRefusedInput, ws_tls_refused_input, G_TYPE_INPUT_STREAM)

static gssize
ws_tls_refused_input_read (GInputStream *stream,
                           void         *buffer,
                           gsize         size,
                           GCancellable *cancellable,
                           GError      **error)
{
  ws_tls_refused_set_error (error);

  return -1;
}

static gboolean
ws_tls_refused_input_close (GInputStream *stream,
                            GCancellable *cancellable,
                            GError      **error)
{
  return ws_tls_refused_set_error (error);
}

static void
ws_tls_refused_input_class_init (WsTlsRefusedInputClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = ws_tls_refused_input_read;
  G_INPUT_STREAM_CLASS (klass)->close_fn = ws_tls_refused_input_close;
}

static void
ws_tls_refused_input_init (WsTlsRefusedInput *self)
{
}

GInputStream *
ws_tls_refused_input_new (void)
{
  return g_object_new (WS_TYPE_TLS_REFUSED_INPUT, NULL);
}

/* --- output ---------------------------------------------------------------------------------- */

#define WS_TYPE_TLS_REFUSED_OUTPUT (ws_tls_refused_output_get_type ())
G_DECLARE_FINAL_TYPE (WsTlsRefusedOutput, ws_tls_refused_output, WS, TLS_REFUSED_OUTPUT, GOutputStream)

struct _WsTlsRefusedOutput
{
  GOutputStream parent_instance;
};

G_DEFINE_TYPE (WsTlsRefusedOutput, ws_tls_refused_output, G_TYPE_OUTPUT_STREAM)

static gssize
ws_tls_refused_output_write (GOutputStream *stream,
                             const void    *data,
                             gsize          length,
                             GCancellable  *cancellable,
                             GError       **error)
{
  ws_tls_refused_set_error (error);

  return -1;
}

static gboolean
ws_tls_refused_output_close (GOutputStream *stream,
                             GCancellable  *cancellable,
                             GError       **error)
{
  return ws_tls_refused_set_error (error);
}

static void
ws_tls_refused_output_class_init (WsTlsRefusedOutputClass *klass)
{
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = ws_tls_refused_output_write;
  G_OUTPUT_STREAM_CLASS (klass)->close_fn = ws_tls_refused_output_close;
}

static void
ws_tls_refused_output_init (WsTlsRefusedOutput *self)
{
}

GOutputStream *
ws_tls_refused_output_new (void)
{
  return g_object_new (WS_TYPE_TLS_REFUSED_OUTPUT, NULL);
}

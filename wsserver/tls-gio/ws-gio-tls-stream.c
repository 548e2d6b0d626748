/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire as GIO's backend sees it: a GIOStream of two pollable streams. */
#include "wsserver/tls-gio/ws-gio-tls-stream-private.h"

#include <glib-unix.h>
#include <poll.h>

/* Input. */

#define WS_TYPE_TLS_WIRE_INPUT (ws_tls_wire_input_get_type ())
G_DECLARE_FINAL_TYPE (WsTlsWireInput, ws_tls_wire_input, WS, TLS_WIRE_INPUT, GInputStream)

struct _WsTlsWireInput
{
  GInputStream parent_instance;
  WsTlsWire   *wire; /* a reference */
};

static gboolean
is_ready (WsTlsWire *wire,
          short      events)
{
  struct pollfd fd = { ws_tls_wire_get_fd (wire), events, 0 };

  return poll (&fd, 1, 0) > 0;
}

static GSource *
create_source (WsTlsWire    *wire,
               GObject      *stream,
               GIOCondition  condition,
               gboolean      ready,
               GCancellable *cancellable)
{
  g_autoptr (GSource) child = NULL;

  child = ready ? g_timeout_source_new (0) : g_unix_fd_source_new (ws_tls_wire_get_fd (wire), condition);

  return g_pollable_source_new_full (stream, child, cancellable);
}

static gssize
ws_tls_wire_input_read (GInputStream *stream,
                        void         *buffer,
                        gsize         size,
                        GCancellable *cancellable,
                        GError      **error)
{
  return ws_tls_wire_stream_read (WS_TLS_WIRE_INPUT (stream)->wire, buffer, size, TRUE, cancellable, error);
}

static gssize
ws_tls_wire_input_read_nonblocking (GPollableInputStream *stream,
                                    void                 *buffer,
                                    gsize                 size,
                                    GError              **error)
{
  return ws_tls_wire_stream_read (WS_TLS_WIRE_INPUT (stream)->wire, buffer, size, FALSE, NULL, error);
}

static gboolean
ws_tls_wire_input_is_readable (GPollableInputStream *stream)
{
  WsTlsWireInput *self = WS_TLS_WIRE_INPUT (stream);

  return ws_tls_wire_has_replay (self->wire) || is_ready (self->wire, POLLIN);
}

static GSource *
ws_tls_wire_input_create_source (GPollableInputStream *stream,
                                 GCancellable         *cancellable)
{
  WsTlsWireInput *self = WS_TLS_WIRE_INPUT (stream);

  return create_source (self->wire, G_OBJECT (self), G_IO_IN, ws_tls_wire_has_replay (self->wire),
                        cancellable);
}

static void
ws_tls_wire_input_iface_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = ws_tls_wire_input_is_readable;
  iface->create_source = ws_tls_wire_input_create_source;
  iface->read_nonblocking = ws_tls_wire_input_read_nonblocking;
}

G_DEFINE_TYPE_WITH_CODE (WsTlsWireInput,
                         ws_tls_wire_input,
                         G_TYPE_INPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, ws_tls_wire_input_iface_init))

static void
ws_tls_wire_input_finalize (GObject *object)
{
  ws_tls_wire_unref (WS_TLS_WIRE_INPUT (object)->wire);

  G_OBJECT_CLASS (ws_tls_wire_input_parent_class)->finalize (object);
}

static void
ws_tls_wire_input_class_init (WsTlsWireInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ws_tls_wire_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = ws_tls_wire_input_read;
}

static void
ws_tls_wire_input_init (WsTlsWireInput *self)
{
}

/* Output. */

#define WS_TYPE_TLS_WIRE_OUTPUT (ws_tls_wire_output_get_type ())
G_DECLARE_FINAL_TYPE (WsTlsWireOutput, ws_tls_wire_output, WS, TLS_WIRE_OUTPUT, GOutputStream)

struct _WsTlsWireOutput
{
  GOutputStream parent_instance;
  WsTlsWire    *wire; /* a reference */
};

static gssize
ws_tls_wire_output_write (GOutputStream *stream,
                          const void    *data,
                          gsize          length,
                          GCancellable  *cancellable,
                          GError       **error)
{
  return ws_tls_wire_stream_write (WS_TLS_WIRE_OUTPUT (stream)->wire, data, length, TRUE, cancellable, error);
}

static gssize
ws_tls_wire_output_write_nonblocking (GPollableOutputStream *stream,
                                      const void            *data,
                                      gsize                  length,
                                      GError               **error)
{
  return ws_tls_wire_stream_write (WS_TLS_WIRE_OUTPUT (stream)->wire, data, length, FALSE, NULL, error);
}

static gboolean
ws_tls_wire_output_is_writable (GPollableOutputStream *stream)
{
  return is_ready (WS_TLS_WIRE_OUTPUT (stream)->wire, POLLOUT);
}

static GSource *
ws_tls_wire_output_create_source (GPollableOutputStream *stream,
                                  GCancellable          *cancellable)
{
  return create_source (WS_TLS_WIRE_OUTPUT (stream)->wire, G_OBJECT (stream), G_IO_OUT, FALSE, cancellable);
}

static void
ws_tls_wire_output_iface_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = ws_tls_wire_output_is_writable;
  iface->create_source = ws_tls_wire_output_create_source;
  iface->write_nonblocking = ws_tls_wire_output_write_nonblocking;
}

G_DEFINE_TYPE_WITH_CODE (WsTlsWireOutput,
                         ws_tls_wire_output,
                         G_TYPE_OUTPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, ws_tls_wire_output_iface_init))

static void
ws_tls_wire_output_finalize (GObject *object)
{
  ws_tls_wire_unref (WS_TLS_WIRE_OUTPUT (object)->wire);

  G_OBJECT_CLASS (ws_tls_wire_output_parent_class)->finalize (object);
}

static void
ws_tls_wire_output_class_init (WsTlsWireOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ws_tls_wire_output_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = ws_tls_wire_output_write;
}

static void
ws_tls_wire_output_init (WsTlsWireOutput *self)
{
}

/* Both. */

GIOStream *
ws_tls_wire_create_stream (WsTlsWire *self)
{
  g_autoptr (WsTlsWireInput) input = g_object_new (WS_TYPE_TLS_WIRE_INPUT, NULL);
  g_autoptr (WsTlsWireOutput) output = g_object_new (WS_TYPE_TLS_WIRE_OUTPUT, NULL);

  input->wire = ws_tls_wire_ref (self);
  output->wire = ws_tls_wire_ref (self);

  return g_simple_io_stream_new (G_INPUT_STREAM (input), G_OUTPUT_STREAM (output));
}

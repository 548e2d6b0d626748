/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gio/ws-gio-tls-stream-private.h"

#include <glib-unix.h>
#include <poll.h>

/* --- input ----------------------------------------------------------------------------------- */

#define WS_TYPE_GIO_TLS_INPUT (ws_gio_tls_input_get_type ())
G_DECLARE_FINAL_TYPE (WsGioTlsInput, ws_gio_tls_input, WS, GIO_TLS_INPUT, GInputStream)

struct _WsGioTlsInput
{
  GInputStream    parent_instance;
  WsGioTlsSocket *socket; /* a reference */
};

static gboolean
is_ready (WsGioTlsSocket *socket,
          short           events)
{
  struct pollfd fd = { ws_gio_tls_socket_get_fd (socket), events, 0 };

  return poll (&fd, 1, 0) > 0;
}

/* Takes the child. */
static GSource *
wrap_source (gpointer      stream,
             GSource      *child,
             GCancellable *cancellable)
{
  GSource *source = g_pollable_source_new_full (stream, child, cancellable);

  g_source_unref (child);

  return source;
}

static gssize
ws_gio_tls_input_read (GInputStream *stream,
                       void         *buffer,
                       gsize         size,
                       GCancellable *cancellable,
                       GError      **error)
{
  WsGioTlsInput *self = WS_GIO_TLS_INPUT (stream);

  return ws_gio_tls_socket_read (self->socket, buffer, size, WS_GIO_TLS_BLOCK, cancellable, error);
}

static gssize
ws_gio_tls_input_read_nonblocking (GPollableInputStream *stream,
                                   void                 *buffer,
                                   gsize                 size,
                                   GError              **error)
{
  WsGioTlsInput *self = WS_GIO_TLS_INPUT (stream);

  return ws_gio_tls_socket_read (self->socket, buffer, size, WS_GIO_TLS_WOULD_BLOCK, NULL, error);
}

static gboolean
ws_gio_tls_input_is_readable (GPollableInputStream *stream)
{
  WsGioTlsInput *self = WS_GIO_TLS_INPUT (stream);

  return ws_gio_tls_socket_has_replay (self->socket) || is_ready (self->socket, POLLIN);
}

static GSource *
ws_gio_tls_input_create_source (GPollableInputStream *stream,
                                GCancellable         *cancellable)
{
  WsGioTlsSocket *socket = WS_GIO_TLS_INPUT (stream)->socket;

  if (ws_gio_tls_socket_has_replay (socket))
    return wrap_source (stream, g_timeout_source_new (0), cancellable);

  return wrap_source (stream, g_unix_fd_source_new (ws_gio_tls_socket_get_fd (socket), G_IO_IN), cancellable);
}

static void
ws_gio_tls_input_iface_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = ws_gio_tls_input_is_readable;
  iface->create_source = ws_gio_tls_input_create_source;
  iface->read_nonblocking = ws_gio_tls_input_read_nonblocking;
}

G_DEFINE_TYPE_WITH_CODE (WsGioTlsInput,
                         ws_gio_tls_input,
                         G_TYPE_INPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, ws_gio_tls_input_iface_init))

static void
ws_gio_tls_input_finalize (GObject *object)
{
  ws_gio_tls_socket_unref (WS_GIO_TLS_INPUT (object)->socket);

  G_OBJECT_CLASS (ws_gio_tls_input_parent_class)->finalize (object);
}

static void
ws_gio_tls_input_class_init (WsGioTlsInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ws_gio_tls_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = ws_gio_tls_input_read;
}

static void
ws_gio_tls_input_init (WsGioTlsInput *self)
{
}

/* --- output ---------------------------------------------------------------------------------- */

#define WS_TYPE_GIO_TLS_OUTPUT (ws_gio_tls_output_get_type ())
G_DECLARE_FINAL_TYPE (WsGioTlsOutput, ws_gio_tls_output, WS, GIO_TLS_OUTPUT, GOutputStream)

struct _WsGioTlsOutput
{
  GOutputStream   parent_instance;
  WsGioTlsSocket *socket; /* a reference */
};

static gssize
ws_gio_tls_output_write (GOutputStream *stream,
                         const void    *data,
                         gsize          length,
                         GCancellable  *cancellable,
                         GError       **error)
{
  WsGioTlsOutput *self = WS_GIO_TLS_OUTPUT (stream);

  return ws_gio_tls_socket_write (self->socket, data, length, WS_GIO_TLS_BLOCK, cancellable, error);
}

static gssize
ws_gio_tls_output_write_nonblocking (GPollableOutputStream *stream,
                                     const void            *data,
                                     gsize                  length,
                                     GError               **error)
{
  WsGioTlsOutput *self = WS_GIO_TLS_OUTPUT (stream);

  return ws_gio_tls_socket_write (self->socket, data, length, WS_GIO_TLS_WOULD_BLOCK, NULL, error);
}

static gboolean
ws_gio_tls_output_is_writable (GPollableOutputStream *stream)
{
  return is_ready (WS_GIO_TLS_OUTPUT (stream)->socket, POLLOUT);
}

static GSource *
ws_gio_tls_output_create_source (GPollableOutputStream *stream,
                                 GCancellable          *cancellable)
{
  int fd = ws_gio_tls_socket_get_fd (WS_GIO_TLS_OUTPUT (stream)->socket);

  return wrap_source (stream, g_unix_fd_source_new (fd, G_IO_OUT), cancellable);
}

static void
ws_gio_tls_output_iface_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = ws_gio_tls_output_is_writable;
  iface->create_source = ws_gio_tls_output_create_source;
  iface->write_nonblocking = ws_gio_tls_output_write_nonblocking;
}

G_DEFINE_TYPE_WITH_CODE (WsGioTlsOutput,
                         ws_gio_tls_output,
                         G_TYPE_OUTPUT_STREAM,
                         G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, ws_gio_tls_output_iface_init))

static void
ws_gio_tls_output_finalize (GObject *object)
{
  ws_gio_tls_socket_unref (WS_GIO_TLS_OUTPUT (object)->socket);

  G_OBJECT_CLASS (ws_gio_tls_output_parent_class)->finalize (object);
}

static void
ws_gio_tls_output_class_init (WsGioTlsOutputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ws_gio_tls_output_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = ws_gio_tls_output_write;
}

static void
ws_gio_tls_output_init (WsGioTlsOutput *self)
{
}

/* --- both ------------------------------------------------------------------------------------ */

GIOStream *
ws_gio_tls_stream_new (WsGioTlsSocket *socket)
{
  g_autoptr (WsGioTlsInput) input = g_object_new (WS_TYPE_GIO_TLS_INPUT, NULL);
  g_autoptr (WsGioTlsOutput) output = g_object_new (WS_TYPE_GIO_TLS_OUTPUT, NULL);

  input->socket = ws_gio_tls_socket_ref (socket);
  output->socket = ws_gio_tls_socket_ref (socket);

  return g_simple_io_stream_new (G_INPUT_STREAM (input), G_OUTPUT_STREAM (output));
}

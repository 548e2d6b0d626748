/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two streams of a TLS connection. They do not keep it alive. */
#include "wsserver/tls-gnutls/ws-tls-connection-private.h"

#define WS_TYPE_TLS_INPUT_STREAM (ws_tls_input_stream_get_type ())
G_DECLARE_FINAL_TYPE (WsTlsInputStream, ws_tls_input_stream, WS, TLS_INPUT_STREAM, GInputStream)
#define WS_TYPE_TLS_OUTPUT_STREAM (ws_tls_output_stream_get_type ())
G_DECLARE_FINAL_TYPE (WsTlsOutputStream, ws_tls_output_stream, WS, TLS_OUTPUT_STREAM, GOutputStream)

struct _WsTlsInputStream
{
  GInputStream parent_instance;
  GWeakRef     connection;
};

struct _WsTlsOutputStream
{
  GOutputStream parent_instance;
  GWeakRef      connection;
};

static void ws_tls_input_stream_pollable_init (GPollableInputStreamInterface *iface);
static void ws_tls_output_stream_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WsTlsInputStream,
                               ws_tls_input_stream,
                               G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      ws_tls_input_stream_pollable_init))
G_DEFINE_FINAL_TYPE_WITH_CODE (WsTlsOutputStream,
                               ws_tls_output_stream,
                               G_TYPE_OUTPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM,
                                                      ws_tls_output_stream_pollable_init))

static WsTlsConnection *
get_connection (GWeakRef *reference,
                GError  **error)
{
  WsTlsConnection *connection = g_weak_ref_get (reference);

  if (connection == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The TLS connection is closed");

  return connection;
}

/* A source for a stream that has lost its connection is ready at once: the operation fails. */
static GSource *
create_source (GWeakRef     *reference,
               gpointer      stream,
               GIOCondition  condition,
               GCancellable *cancellable)
{
  g_autoptr (WsTlsConnection) connection = g_weak_ref_get (reference);

  if (connection != NULL)
    return ws_tls_connection_create_source (connection, stream, condition, cancellable);

  return g_pollable_source_new_full (stream, NULL, cancellable);
}

static gboolean
is_ready (GWeakRef    *reference,
          GIOCondition condition)
{
  g_autoptr (WsTlsConnection) connection = g_weak_ref_get (reference);

  return connection == NULL || ws_tls_connection_is_ready (connection, condition);
}

static gssize
ws_tls_input_stream_read (GInputStream *stream,
                          void         *buffer,
                          gsize         size,
                          GCancellable *cancellable,
                          GError      **error)
{
  g_autoptr (WsTlsConnection) connection = get_connection (&WS_TLS_INPUT_STREAM (stream)->connection, error);

  if (connection == NULL)
    return -1;

  while (TRUE)
    {
      g_autoptr (GError) failure = NULL;
      gssize n_read = ws_tls_connection_read_nonblocking (connection, buffer, size, &failure);

      if (n_read >= 0)
        return n_read;
      if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return -1;
        }
      if (!ws_tls_connection_wait (connection, G_IO_IN, cancellable, error))
        return -1;
    }
}

static gssize
ws_tls_input_stream_read_nonblocking (GPollableInputStream *stream,
                                      void                 *buffer,
                                      gsize                 size,
                                      GError              **error)
{
  g_autoptr (WsTlsConnection) connection = get_connection (&WS_TLS_INPUT_STREAM (stream)->connection, error);

  return connection != NULL ? ws_tls_connection_read_nonblocking (connection, buffer, size, error) : -1;
}

static gboolean
ws_tls_input_stream_is_readable (GPollableInputStream *stream)
{
  return is_ready (&WS_TLS_INPUT_STREAM (stream)->connection, G_IO_IN);
}

static GSource *
ws_tls_input_stream_create_source (GPollableInputStream *stream,
                                   GCancellable         *cancellable)
{
  return create_source (&WS_TLS_INPUT_STREAM (stream)->connection, stream, G_IO_IN, cancellable);
}

static void
ws_tls_input_stream_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = ws_tls_input_stream_is_readable;
  iface->create_source = ws_tls_input_stream_create_source;
  iface->read_nonblocking = ws_tls_input_stream_read_nonblocking;
}

static void
ws_tls_input_stream_finalize (GObject *object)
{
  g_weak_ref_clear (&WS_TLS_INPUT_STREAM (object)->connection);
  G_OBJECT_CLASS (ws_tls_input_stream_parent_class)->finalize (object);
}

static void
ws_tls_input_stream_class_init (WsTlsInputStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ws_tls_input_stream_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = ws_tls_input_stream_read;
}

static void
ws_tls_input_stream_init (WsTlsInputStream *self)
{
  g_weak_ref_init (&self->connection, NULL);
}

GInputStream *
ws_tls_input_stream_new (WsTlsConnection *connection)
{
  WsTlsInputStream *self = g_object_new (WS_TYPE_TLS_INPUT_STREAM, NULL);

  g_weak_ref_set (&self->connection, connection);

  return G_INPUT_STREAM (self);
}

static gssize
ws_tls_output_stream_write (GOutputStream *stream,
                            const void    *buffer,
                            gsize          size,
                            GCancellable  *cancellable,
                            GError       **error)
{
  g_autoptr (WsTlsConnection) connection = get_connection (&WS_TLS_OUTPUT_STREAM (stream)->connection, error);
  struct iovec vector = { (gpointer) buffer, size };

  if (connection == NULL)
    return -1;

  while (TRUE)
    {
      g_autoptr (GError) failure = NULL;
      gssize n_written = ws_tls_connection_write_nonblocking (connection, &vector, 1, &failure);

      if (n_written >= 0)
        return n_written;
      if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return -1;
        }
      if (!ws_tls_connection_wait (connection, G_IO_OUT, cancellable, error))
        return -1;
    }
}

/* What was sealed must get out before a program waits for the answer to it. */
static gboolean
ws_tls_output_stream_flush (GOutputStream *stream,
                            GCancellable  *cancellable,
                            GError       **error)
{
  g_autoptr (WsTlsConnection) connection = g_weak_ref_get (&WS_TLS_OUTPUT_STREAM (stream)->connection);

  while (connection != NULL)
    switch (ws_tls_session_flush (ws_tls_connection_get_session (connection), NULL))
      {
      case WS_IO_WOULD_BLOCK:
        if (!ws_tls_connection_wait (connection, G_IO_OUT, cancellable, error))
          return FALSE;
        break;
      case WS_IO_OK:
        return TRUE;
      case WS_IO_CLOSED:
      case WS_IO_FAILED:
      default:
        g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                             "The TLS connection has failed");
        return FALSE;
      }

  return TRUE;
}

static gssize
ws_tls_output_stream_write_nonblocking (GPollableOutputStream *stream,
                                        const void            *buffer,
                                        gsize                  size,
                                        GError               **error)
{
  g_autoptr (WsTlsConnection) connection = get_connection (&WS_TLS_OUTPUT_STREAM (stream)->connection, error);
  struct iovec vector = { (gpointer) buffer, size };

  return connection != NULL ? ws_tls_connection_write_nonblocking (connection, &vector, 1, error) : -1;
}

/* All vectors go into as few records as possible. */
static GPollableReturn
ws_tls_output_stream_writev_nonblocking (GPollableOutputStream *stream,
                                         const GOutputVector   *vectors,
                                         gsize                  n_vectors,
                                         gsize                 *bytes_written,
                                         GError               **error)
{
  g_autoptr (WsTlsConnection) connection = get_connection (&WS_TLS_OUTPUT_STREAM (stream)->connection, error);
  g_autoptr (GError) failure = NULL;
  gssize n_written;

  G_STATIC_ASSERT (sizeof (GOutputVector) == sizeof (struct iovec));

  *bytes_written = 0;
  if (connection == NULL)
    return G_POLLABLE_RETURN_FAILED;

  n_written = ws_tls_connection_write_nonblocking (connection, (const struct iovec *) vectors,
                                                   (guint) n_vectors, &failure);
  if (n_written >= 0)
    {
      *bytes_written = (gsize) n_written;
      return G_POLLABLE_RETURN_OK;
    }
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_POLLABLE_RETURN_WOULD_BLOCK;
  g_propagate_error (error, g_steal_pointer (&failure));

  return G_POLLABLE_RETURN_FAILED;
}

static gboolean
ws_tls_output_stream_is_writable (GPollableOutputStream *stream)
{
  return is_ready (&WS_TLS_OUTPUT_STREAM (stream)->connection, G_IO_OUT);
}

static GSource *
ws_tls_output_stream_create_source (GPollableOutputStream *stream,
                                    GCancellable          *cancellable)
{
  return create_source (&WS_TLS_OUTPUT_STREAM (stream)->connection, stream, G_IO_OUT, cancellable);
}

static void
ws_tls_output_stream_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = ws_tls_output_stream_is_writable;
  iface->create_source = ws_tls_output_stream_create_source;
  iface->write_nonblocking = ws_tls_output_stream_write_nonblocking;
  iface->writev_nonblocking = ws_tls_output_stream_writev_nonblocking;
}

static void
ws_tls_output_stream_finalize (GObject *object)
{
  g_weak_ref_clear (&WS_TLS_OUTPUT_STREAM (object)->connection);
  G_OBJECT_CLASS (ws_tls_output_stream_parent_class)->finalize (object);
}

static void
ws_tls_output_stream_class_init (WsTlsOutputStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ws_tls_output_stream_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = ws_tls_output_stream_write;
  G_OUTPUT_STREAM_CLASS (klass)->flush = ws_tls_output_stream_flush;
}

static void
ws_tls_output_stream_init (WsTlsOutputStream *self)
{
  g_weak_ref_init (&self->connection, NULL);
}

GOutputStream *
ws_tls_output_stream_new (WsTlsConnection *connection)
{
  WsTlsOutputStream *self = g_object_new (WS_TYPE_TLS_OUTPUT_STREAM, NULL);

  g_weak_ref_set (&self->connection, connection);

  return G_OUTPUT_STREAM (self);
}

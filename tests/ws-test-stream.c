/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ws-test-stream.h"

#include "ws-test-client.h"

struct _WsTestStream
{
  GInputStream parent_instance;

  char    *pattern;
  gsize    length;
  gsize    step;
  gsize    offset;   /* atomic: reads may run in a thread of GIO's */
  guint    n_closed; /* atomic */
  gboolean fails;
};

G_DEFINE_FINAL_TYPE (WsTestStream, ws_test_stream, G_TYPE_INPUT_STREAM)

static gssize
ws_test_stream_read (GInputStream *stream,
                     gpointer      buffer,
                     gsize         count,
                     GCancellable *cancellable,
                     GError      **error)
{
  WsTestStream *self = WS_TEST_STREAM (stream);
  gsize         offset = (gsize) g_atomic_pointer_get (&self->offset);
  gsize         n_bytes = MIN (MIN (count, self->step), self->length - offset);

  if (n_bytes == 0 && self->fails)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the test's stream fails here");
      return -1;
    }

  for (gsize i = 0; i < n_bytes; i++)
    ((char *) buffer)[i] = self->pattern[offset + i];
  g_atomic_pointer_set (&self->offset, offset + n_bytes);
  return (gssize) n_bytes;
}

static gboolean
ws_test_stream_close (GInputStream *stream,
                      GCancellable *cancellable,
                      GError      **error)
{
  g_atomic_int_inc (&WS_TEST_STREAM (stream)->n_closed);
  return TRUE;
}

static void
ws_test_stream_finalize (GObject *object)
{
  g_free (WS_TEST_STREAM (object)->pattern);
  G_OBJECT_CLASS (ws_test_stream_parent_class)->finalize (object);
}

static void
ws_test_stream_class_init (WsTestStreamClass *class)
{
  GObjectClass      *object_class = G_OBJECT_CLASS (class);
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (class);

  object_class->finalize = ws_test_stream_finalize;
  stream_class->read_fn = ws_test_stream_read;
  stream_class->close_fn = ws_test_stream_close;
}

static void
ws_test_stream_init (WsTestStream *self)
{
}

GInputStream *
ws_test_stream_new (gsize    length,
                    gsize    step,
                    gboolean fails)
{
  WsTestStream *self = g_object_new (WS_TEST_TYPE_STREAM, NULL);

  self->pattern = ws_test_pattern (length);
  self->length = length;
  self->step = step;
  self->fails = fails;
  return G_INPUT_STREAM (self);
}

guint
ws_test_stream_get_n_closed (GInputStream *stream)
{
  return (guint) g_atomic_int_get (&WS_TEST_STREAM (stream)->n_closed);
}

gsize
ws_test_stream_get_n_given (GInputStream *stream)
{
  return (gsize) g_atomic_pointer_get (&WS_TEST_STREAM (stream)->offset);
}

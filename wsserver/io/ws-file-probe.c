/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-file-probe-private.h"

#include "wsserver/io/ws-file-call-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PROBE_BLOCK_BYTES 4096
#define MAX_PROBED_BLOCKS 256

struct _WsFileProbe
{
  WsFileCall      call;
  char           *filenames[2]; /* the second may be NULL */
  gboolean        both_exist;   /* the result */
  WsFileProbeFunc func;         /* NULL after the probe was freed */
  gpointer        user_data;
};

static void
file_probe_free (WsFileCall *call)
{
  WsFileProbe *self = (WsFileProbe *) call;

  g_free (self->filenames[0]);
  g_free (self->filenames[1]);
  g_free (self);
}

/* FALSE if there is no such file. */
static gboolean
read_file (const char *filename)
{
  /* A pipe without a writer must not block. */
  int    fd = open (filename, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  guint8 block[PROBE_BLOCK_BYTES];

  if (fd < 0)
    return errno != ENOENT && errno != ENOTDIR;

  for (guint i = 0; i < MAX_PROBED_BLOCKS && read (fd, block, sizeof block) > 0; i++)
    ;
  close (fd);
  return TRUE;
}

static void
probe_in_thread (WsFileCall *call)
{
  WsFileProbe *self = (WsFileProbe *) call;

  self->both_exist = read_file (self->filenames[0]) &&
                     (self->filenames[1] == NULL || read_file (self->filenames[1]));
}

static gboolean
report_probe_cb (gpointer user_data)
{
  WsFileProbe *self = user_data;

  if (self->func != NULL)
    self->func (self->both_exist, self->user_data);
  return G_SOURCE_REMOVE;
}

WsFileProbe *
ws_file_probe_new (const char     *filename,
                   const char     *other_filename,
                   GMainContext   *context,
                   WsFileProbeFunc func,
                   gpointer        user_data)
{
  WsFileProbe *self = g_new0 (WsFileProbe, 1);

  ws_file_call_init (&self->call, probe_in_thread, file_probe_free);
  self->filenames[0] = g_strdup (filename);
  self->filenames[1] = g_strdup (other_filename);
  self->both_exist = TRUE; /* without a thread */
  self->func = func;
  self->user_data = user_data;

  ws_file_call_start (&self->call);
  ws_file_call_ref (&self->call);
  ws_file_call_notify (&self->call, context, report_probe_cb, &self->call,
                       (GDestroyNotify) ws_file_call_unref);
  return self;
}

void
ws_file_probe_free (WsFileProbe *self)
{
  self->func = NULL;
  ws_file_call_unref (&self->call);
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/connection/ws-send-job-private.h"

WsSendJob *
ws_send_job_new (WsJobKind kind,
                 GTask    *task)
{
  WsSendJob *job = g_rc_box_new0 (WsSendJob);

  job->link.data = job;
  job->kind = kind;
  job->size = -1;
  g_set_object (&job->task, task);
  if (task != NULL)
    g_set_object (&job->cancellable, g_task_get_cancellable (task));
  return job;
}

WsSendJob *
ws_send_job_ref (WsSendJob *job)
{
  return g_rc_box_acquire (job);
}

static void
clear_job (gpointer data)
{
  WsSendJob *job = data;

  g_clear_pointer (&job->data, g_bytes_unref);
  g_clear_object (&job->stream);
  g_clear_error (&job->error);
  g_clear_object (&job->task);
  g_clear_object (&job->cancellable);
  if (job->progress_destroy != NULL)
    job->progress_destroy (job->progress_data);
}

void
ws_send_job_unref (WsSendJob *job)
{
  g_rc_box_release_full (job, clear_job);
}

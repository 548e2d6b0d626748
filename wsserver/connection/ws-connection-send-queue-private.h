/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-send-job-private.h"

G_BEGIN_DECLS

/* The last place; the queue holds a reference. */
void ws_connection_enqueue_job (WsConnection *self,
                                WsSendJob    *job);
/* ReadPauseQueue: a client whose answers wait is not read, so that it cannot make the server hold more and
 * more of them. Called after its input was processed … */
void ws_connection_note_queue (WsConnection *self);
/* … and when the queue may have become shorter: reads again if half of it has gone. */
void ws_connection_resume_reading (WsConnection *self);
/* The first message or stream that is not queued as a whole, or NULL. */
WsSendJob *ws_connection_get_next_job (WsConnection *self);
/* Whether a stream is being sent, so that messages have to queue up behind it. */
gboolean ws_connection_is_streaming (WsConnection *self);
/* The bytes that wait to be sent. */
guint64 ws_connection_get_queued_bytes (WsConnection *self);
/* The same, with the written part of a message of which the rest waits, and WS_SEND_JOB_BYTES for each job:
 * what the limits count. */
guint64 ws_connection_get_queue_memory (WsConnection *self);
/* The payload of the job is no longer needed: its frames are queued, or it has ended. */
void ws_connection_release_job_data (WsConnection *self,
                                     WsSendJob    *job);
/* The job leaves its queue; its end is reported from the loop. It may have been completed before. */
void ws_connection_take_job_result (WsConnection *self,
                                    WsSendJob    *job,
                                    GError       *error);
/* Fails all jobs that have not been written. */
void ws_connection_fail_all_jobs (WsConnection *self,
                                  const char   *why);
/* Fails the messages and streams that have not been queued as a whole. */
void ws_connection_fail_waiting_jobs (WsConnection *self,
                                      const char   *why);
void ws_connection_report_completed_jobs (WsConnection *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-send-job-private.h"

G_BEGIN_DECLS

/* Takes its place behind the jobs before it; the queue holds a reference. */
void ws_connection_add_job (WsConnection *self,
                            WsSendJob    *job);
/* Whether a stream is under way, so that messages have to queue up behind it. */
gboolean ws_connection_is_streaming (WsConnection *self);
/* Starts what can start and finishes what has been written. */
void ws_connection_run_jobs (WsConnection *self);
/* Takes the error. The job leaves its queue; it is told from the loop. */
void ws_connection_finish_job (WsConnection *self,
                               WsSendJob    *job,
                               GError       *error);
/* Fails what has not been written: all jobs, or only those not started. */
void     ws_connection_fail_jobs (WsConnection *self,
                                  gboolean      only_waiting,
                                  const char   *why);
void     ws_connection_tell_finished_jobs (WsConnection *self);
gboolean ws_connection_check_can_block (WsConnection *self,
                                        GError      **error);
/* Blocks, iterating the main context, until the job is finished, the connection's timeout passes
 * without progress, or it is interrupted. */
gboolean ws_connection_wait_for_job (WsConnection *self,
                                     WsSendJob    *job,
                                     GError      **error);

G_END_DECLS

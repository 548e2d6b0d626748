/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-send-job-private.h"

G_BEGIN_DECLS

/* Takes its place behind the jobs before it; the queue holds a reference. */
void ws_connection_add_job (WsConnection *self,
                            WsSendJob    *job);
/* Starts what can start and finishes what has been written. */
void ws_connection_run_jobs (WsConnection *self);
/* Breaks off, with an error, or finishes a job, and goes on with those behind it. Takes the error. */
void ws_connection_take_job_end (WsConnection *self,
                                 WsSendJob    *job,
                                 GError       *error);
/* Breaks off a stream or file that cannot be read. Without a caller that waits, the error signal reports it.
 * Takes the error, which is GIO's. */
void ws_connection_take_reading_error (WsConnection *self,
                                       WsSendJob    *job,
                                       GError       *gio_error,
                                       const char   *subject);

G_END_DECLS

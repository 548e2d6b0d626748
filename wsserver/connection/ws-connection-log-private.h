/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-private.h"

G_BEGIN_DECLS

/* Lines of the log and of ssl-status. A handler that gets one may do anything: send, close, drop the server,
 * run the main loop. So a line is reported only where nothing is half done. What is found out elsewhere,
 * while a frame is being written or TLS is at work, is a late line: it waits until
 * ws_connection_report_lines(), which the conductor calls. Lines keep their order: behind a late line, all
 * are late. */

/* Reports a line now, or after those that wait. To be called where a handler may do anything. */
void ws_connection_log (WsConnection *self,
                        WsLogLevel    level,
                        const char   *format,
                        ...) G_GNUC_PRINTF (3, 4);
void ws_connection_log_error (WsConnection *self,
                              const char   *format,
                              ...) G_GNUC_PRINTF (2, 3);

/* The same for a line that waits in any case: no handler runs. */
void ws_connection_log_late (WsConnection *self,
                             WsLogLevel    level,
                             const char   *format,
                             ...) G_GNUC_PRINTF (3, 4);
/* A line about TLS, for ssl-status and the verbose log. It waits in any case. */
void ws_connection_log_tls_late (WsConnection *self,
                                 const char   *line);

/* Reports the lines that wait now. What their handlers add waits for the next iteration, so that a handler
 * which causes a line by each line does not keep the loop busy. */
void ws_connection_report_lines (WsConnection *self);
void ws_connection_lines_free (WsConnectionLines *lines);
/* TRUE if there are lines that wait. */
gboolean ws_connection_has_waiting_lines (const WsConnection *self);

static inline gboolean
ws_connection_has_lines (const WsConnection *self)
{
  return G_UNLIKELY (self->lines != NULL) && ws_connection_has_waiting_lines (self);
}

/* Whether each frame is to be logged. */
static inline gboolean
ws_connection_logs_frames (WsConnection *self)
{
  return self->context != NULL &&
         (self->context->trace || self->context->settings->log_level >= WS_LOG_DEBUG);
}

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines that a connection logs, and when. */
#include "wsserver/connection/ws-connection-log-private.h"

#include <string.h>

#include "wsserver/base/ws-text-private.h"
#include "wsserver/connection/ws-connection-state-private.h"

typedef struct
{
  guint64     number;
  WsLogLevel  level;
  const char *type; /* of the log signal; NULL: a line about TLS */
  char       *message;
} Line;

struct _WsConnectionLines
{
  GQueue  waiting;   /* Line */
  guint64 n_lines;   /* the number of the latest */
  guint   reporting; /* calls of ws_connection_report_lines() on the stack */
};

static void
line_free (Line *line)
{
  g_free (line->message);
  g_free (line);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Line, line_free)

void
ws_connection_lines_free (WsConnectionLines *lines)
{
  g_queue_clear_full (&lines->waiting, (GDestroyNotify) line_free);
  g_free (lines);
}

gboolean
ws_connection_has_waiting_lines (const WsConnection *self)
{
  return self->lines->waiting.length > 0;
}

static const char *
get_type (WsLogLevel level)
{
  static const char *const types[] = { "", "Info", "Verbose", "Debug" };

  return types[level];
}

static gboolean
is_wanted (WsConnection *self,
           WsLogLevel    level)
{
  WsConnectionContext *context = self->context;

  return context != NULL && (context->trace || context->funcs->wants_log (context->owner, level));
}

/* Each step may run code of the application, which may end the connection and its server. */
static void
report_log (WsConnection *self,
            WsLogLevel    level,
            const char   *type,
            const char   *message)
{
  WsConnectionContext *context = self->context;

  if (context->trace)
    g_debug ("connection %" G_GUINT64_FORMAT ": %s", self->id, message);
  if (self->context != NULL && context->funcs->wants_log (context->owner, level))
    context->funcs->log (context->owner, self, level, message, type);
}

static void
report_tls (WsConnection *self,
            const char   *line)
{
  WsConnectionContext *context = self->context;
  g_autofree char     *message = g_strconcat ("TLS: ", line, NULL);

  report_log (self, WS_LOG_VERBOSE, get_type (WS_LOG_VERBOSE), message);
  if (self->context != NULL && context->funcs->wants_ssl_status (context->owner))
    context->funcs->ssl_status (context->owner, self, line);
}

/* Takes the message. */
static void
add_line (WsConnection *self,
          WsLogLevel    level,
          const char   *type,
          char         *message)
{
  Line *line = g_new (Line, 1);

  if (self->lines == NULL)
    self->lines = g_new0 (WsConnectionLines, 1);
  *line = (Line){ ++self->lines->n_lines, level, type, message };
  g_queue_push_tail (&self->lines->waiting, line);
  if (self->lines->reporting == 0)
    ws_connection_schedule (self, WS_PENDING_LINES);
}

void
ws_connection_report_lines (WsConnection *self)
{
  guint64 last;

  if (!ws_connection_has_lines (self))
    return;

  g_object_ref (self);
  last = self->lines->n_lines;
  self->lines->reporting++;
  while (ws_connection_has_lines (self) && self->context != NULL &&
         ((Line *) self->lines->waiting.head->data)->number <= last)
    {
      g_autoptr (Line) line = g_queue_pop_head (&self->lines->waiting);

      if (line->type == NULL)
        report_tls (self, line->message);
      else
        report_log (self, line->level, line->type, line->message);
    }
  self->lines->reporting--;
  if (ws_connection_has_lines (self) && self->context != NULL)
    ws_poller_call_later (self->context->poller, &self->idle_call);
  g_object_unref (self);
}

/* The token lets anybody in who reads it, and a request may have it anywhere. */
static char *
hide_token (WsConnection *self,
            char         *line)
{
  const char      *token = self->context != NULL ? self->context->settings->access_token : NULL;
  g_autofree char *own = line;
  g_auto (GStrv) parts = NULL;

  if (token == NULL || strstr (own, token) == NULL)
    return g_steal_pointer (&own);

  parts = g_strsplit (own, token, -1);
  return g_strjoinv ("(not shown)", parts);
}

/* Everything that is logged about a connection is made here, so it is made harmless here. */
static char *
format_line (WsConnection *self,
             const char   *format,
             va_list       arguments)
{
  return hide_token (self, ws_text_take_line (g_strdup_vprintf (format, arguments)));
}

static void
log_line (WsConnection *self,
          WsLogLevel    level,
          const char   *type,
          const char   *format,
          va_list       arguments)
{
  g_autofree char *message = NULL;

  if (!is_wanted (self, level))
    return;

  message = format_line (self, format, arguments);
  if (ws_connection_has_lines (self))
    add_line (self, level, type, g_steal_pointer (&message));
  else
    report_log (self, level, type, message);
}

void
ws_connection_log (WsConnection *self,
                   WsLogLevel    level,
                   const char   *format,
                   ...)
{
  va_list arguments;

  va_start (arguments, format);
  log_line (self, level, get_type (level), format, arguments);
  va_end (arguments);
}

void
ws_connection_log_error (WsConnection *self,
                         const char   *format,
                         ...)
{
  va_list arguments;

  va_start (arguments, format);
  log_line (self, WS_LOG_INFO, "Error", format, arguments);
  va_end (arguments);
}

void
ws_connection_log_late (WsConnection *self,
                        WsLogLevel    level,
                        const char   *format,
                        ...)
{
  va_list arguments;

  if (!is_wanted (self, level))
    return;

  va_start (arguments, format);
  add_line (self, level, get_type (level), format_line (self, format, arguments));
  va_end (arguments);
}

void
ws_connection_log_tls_late (WsConnection *self,
                            const char   *line)
{
  if (is_wanted (self, WS_LOG_VERBOSE) ||
      (self->context != NULL && self->context->funcs->wants_ssl_status (self->context->owner)))
    add_line (self, WS_LOG_VERBOSE, NULL, ws_text_dup_line (line));
}

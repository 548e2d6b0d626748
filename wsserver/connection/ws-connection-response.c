/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responses other than 101: short ones, bytes by reference, and files read while they are sent. */
#include "wsserver/connection/ws-connection-response-private.h"

#include <string.h>

#include "wsserver/base/ws-error.h"
#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-log-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-response-body-private.h"
#include "wsserver/protocol/ws-handshake-private.h"

/* While more than this waits in the outbox no more of a file is read. */
#define FILE_LOW_WATER_BYTES (128 * 1024)
#define FILE_READ_BYTES (64 * 1024)

static void
enter_responding (WsConnection *self,
                  const char   *description)
{
  ws_connection_set_end (self, 0, description);
  ws_connection_enter_state (self, WS_STATE_RESPONDING);
}

/* The response is complete, or its file is at hand, before code of the application runs: who waits for a
 * decision learns that it is too late. */
static void
send_response (WsConnection *self)
{
  g_object_ref (self);
  ws_connection_cancel_requests (self);
  ws_connection_flush (self);
  g_object_unref (self);
}

char *
ws_connection_describe_request (WsConnection *self)
{
  return g_strdup_printf ("%s %s HTTP/1.%u", ws_http_head_get_method (self->head),
                          ws_http_head_get_target (self->head),
                          ws_http_head_get_minor_version (self->head));
}

gboolean
ws_connection_log_response (WsConnection *self,
                            guint         status,
                            const char   *fault)
{
  g_autofree char *request = NULL;

  if (!(self->context->trace || self->context->funcs->wants_log (self->context->owner, WS_LOG_INFO)))
    return TRUE;

  request = self->head != NULL ? ws_connection_describe_request (self) : g_strdup ("(no request)");
  if (status < 400)
    ws_connection_log (self, WS_LOG_INFO, "%s: %u %s", request, status, ws_http_status_get_phrase (status));
  else
    ws_connection_log_error (self, "%s: %u %s: %s", request, status, ws_http_status_get_phrase (status),
                             fault);
  return self->state == WS_STATE_AWAITING_DECISION;
}

/* --- refusals -------------------------------------------------------------------------------- */

void
ws_connection_send_refusal (WsConnection *self,
                            guint         status,
                            const char   *headers,
                            const char   *text,
                            const char   *description)
{
  g_autoptr (GString) response = NULL;

  self->keep_alive = FALSE;
  enter_responding (self, description);
  response = ws_handshake_build_response (status, headers, "text/plain; charset=utf-8", (const guint8 *) text,
                                          strlen (text), self->head_only);
  ws_outbox_append (&self->outbox, (const guint8 *) response->str, response->len, NULL);
  send_response (self);
}

void
ws_connection_refuse (WsConnection *self,
                      guint         status,
                      const char   *fault)
{
  g_autofree char *text = g_strdup_printf ("%u %s: %s\n", status, ws_http_status_get_phrase (status), fault);

  /* While a handler of the log runs, nothing more is read. */
  if (self->state == WS_STATE_READING_REQUEST || self->state == WS_STATE_READING_BODY)
    ws_connection_enter_state (self, WS_STATE_AWAITING_DECISION);
  if (ws_connection_log_response (self, status, fault))
    ws_connection_send_refusal (self, status, NULL, text, fault);
}

char *
ws_connection_clean_headers (WsConnection *self,
                             const char   *headers)
{
  g_autofree char *fault = NULL;
  char            *cleaned = ws_handshake_clean_headers (headers, &fault);

  if (cleaned != NULL)
    return cleaned;

  ws_connection_emit_error (self, WS_ERROR_INVALID_ARGUMENT, fault);
  if (self->state == WS_STATE_AWAITING_DECISION)
    ws_connection_refuse (self, 500, "the application's response headers are malformed");
  return NULL;
}

/* --- bodies ---------------------------------------------------------------------------------- */

static void
begin_response (WsConnection         *self,
                const WsHttpResponse *response)
{
  g_autoptr (GString) head = ws_http_response_build_head (response);

  enter_responding (self, "answered");
  ws_outbox_append (&self->outbox, (const guint8 *) head->str, head->len, NULL);
}

static gboolean
sends_body (WsConnection         *self,
            const WsHttpResponse *response)
{
  return !self->head_only && ws_http_status_has_body (response->status) && response->content_length > 0;
}

void
ws_connection_respond_bytes (WsConnection         *self,
                             const WsHttpResponse *response,
                             GBytes               *body,
                             gsize                 offset)
{
  begin_response (self, response);
  self->outbox.sharing = TRUE;
  if (sends_body (self, response))
    ws_outbox_append (&self->outbox, (const guint8 *) g_bytes_get_data (body, NULL) + offset,
                      (gsize) response->content_length, body);
  self->outbox.sharing = FALSE;
  send_response (self);
}

/* A file that has become shorter cannot fill the length that was announced. */
static void
break_off (WsConnection *self,
           GError       *gio_error)
{
  ws_connection_log_error (self, "A file could not be sent to its end: %s",
                           gio_error != NULL ? gio_error->message : "it has become shorter");
  if (self->context != NULL)
    ws_connection_end (self, 0, "a file could not be sent to its end");
}

static void
file_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (WsResponseBody) body = user_data;
  g_autoptr (GError) gio_error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &gio_error);
  g_autoptr (WsConnection) self = NULL;
  gsize         length = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  body->reading = FALSE;
  if (body->connection == NULL) /* the connection has ended */
    return;

  self = g_object_ref (body->connection);
  if (length == 0)
    {
      break_off (self, gio_error);
      return;
    }

  body->remaining_bytes -= length;
  if (body->remaining_bytes == 0)
    ws_response_body_abandon (g_steal_pointer (&self->extra->response_body));
  ws_outbox_append (&self->outbox, data, length, bytes);
  ws_connection_flush (self);
}

static void
read_response_body (WsConnection *self)
{
  WsResponseBody *body = self->extra->response_body;
  g_autoptr (GMainContext) context = NULL;

  if (body == NULL || body->reading || self->outbox.length > FILE_LOW_WATER_BYTES)
    return;

  context = g_main_context_ref (ws_poller_get_context (self->context->poller));
  /* The callback belongs to the server's context, whatever is the thread's default now. */
  body->reading = TRUE;
  g_main_context_push_thread_default (context);
  g_input_stream_read_bytes_async (body->stream, (gsize) MIN (body->remaining_bytes, FILE_READ_BYTES),
                                   G_PRIORITY_DEFAULT, NULL, file_read_cb, ws_response_body_ref (body));
  g_main_context_pop_thread_default (context);
}

void
ws_connection_respond_stream (WsConnection         *self,
                              const WsHttpResponse *response,
                              GInputStream         *stream)
{
  begin_response (self, response);
  if (sends_body (self, response))
    ws_connection_ensure_extra (self)->response_body =
        ws_response_body_new (self, stream, response->content_length);
  else
    g_object_unref (stream);
  send_response (self);
}

void
ws_connection_continue_output (WsConnection *self)
{
  if (self->state == WS_STATE_RESPONDING)
    read_response_body (self);
  else
    ws_connection_run_jobs (self);
}

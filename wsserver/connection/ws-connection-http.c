/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests that ask for no WebSocket: the body, the application's decision, pages. RFC 9112. */
#include "wsserver/connection/ws-connection-http-private.h"

#include <string.h>

#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-response-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-connection-token-private.h"
#include "wsserver/connection/ws-connection-watch-private.h"
#include "wsserver/protocol/ws-http-date-private.h"
#include "wsserver/request/ws-http-request-private.h"

static gboolean
is_get_or_head (WsConnection *self)
{
  return self->head_only || g_str_equal (ws_http_head_get_method (self->head), "GET");
}

/* --- responses ------------------------------------------------------------------------------- */

static WsHttpConnectionField
get_connection_field (WsConnection *self)
{
  if (!self->keep_alive)
    return WS_HTTP_CONNECTION_CLOSE;

  return ws_http_head_get_minor_version (self->head) >= 1 ? WS_HTTP_CONNECTION_PERSISTS
                                                          : WS_HTTP_CONNECTION_KEEP_ALIVE;
}

/* The application's own field takes precedence. */
static void
add_field (GString    *headers,
           const char *name,
           const char *value)
{
  if (value != NULL && !ws_http_lines_have_field (headers->str, name))
    g_string_append_printf (headers, "%s: %s\r\n", name, value);
}

/* A browser asks each time whether its copy is the latest: the page changes with the program. */
static GString *
build_page_headers (const WsHttpPage      *page,
                    const WsHttpSelection *selection,
                    const char            *headers)
{
  const WsHttpRepresentation *representation = &page->representation;
  GString                    *fields = g_string_new (headers);
  g_autofree char            *date = ws_http_date_format (g_get_real_time () / G_USEC_PER_SEC);
  g_autofree char            *modified = NULL;

  if (representation->modified_s != WS_HTTP_UNKNOWN_TIME)
    modified = ws_http_date_format (representation->modified_s);

  add_field (fields, "Date", date);
  add_field (fields, "ETag", representation->etag);
  add_field (fields, "Last-Modified", modified);
  add_field (fields, "Accept-Ranges", "bytes");
  add_field (fields, "Cache-Control", "no-cache");
  add_field (fields, "X-Content-Type-Options", "nosniff");
  if (selection->status == 206)
    g_string_append_printf (fields,
                            "Content-Range: bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT
                            "/%" G_GUINT64_FORMAT "\r\n",
                            selection->offset, selection->offset + selection->length - 1,
                            representation->length);
  else if (selection->status == 416)
    g_string_append_printf (fields, "Content-Range: bytes */%" G_GUINT64_FORMAT "\r\n",
                            representation->length);
  return fields;
}

static void
respond_with_page (WsConnection  *self,
                   WsHttpRequest *request,
                   const char    *headers)
{
  const WsHttpPage *page = ws_http_request_get_page (request);
  const guint       status = ws_http_request_get_status_code (request);
  WsHttpSelection   selection = { status, 0, page->representation.length };
  WsHttpResponse    response;
  g_autoptr (GString) fields = NULL;

  /* A page with another status is no representation of the target. */
  if (status == 200 && is_get_or_head (self))
    selection = ws_http_select (self->head, &page->representation);
  fields = build_page_headers (page, &selection, headers);

  if (!ws_connection_log_response (self, selection.status, "answered with a page"))
    return;

  response = (WsHttpResponse){ selection.status, get_connection_field (self), fields->str,
                               ws_http_request_get_content_type (request), selection.length };
  if (page->bytes != NULL)
    ws_connection_respond_bytes (self, &response, page->bytes, (gsize) selection.offset);
  else
    ws_connection_respond_stream (self, &response,
                                  ws_page_opener_steal_stream (page->opener, selection.offset));
}

static void
respond_with_body (WsConnection  *self,
                   WsHttpRequest *request,
                   const char    *headers)
{
  GBytes        *body = ws_http_request_get_body (request);
  WsHttpResponse response = { ws_http_request_get_status_code (request), get_connection_field (self), headers,
                              ws_http_request_get_content_type (request),
                              body != NULL ? g_bytes_get_size (body) : 0 };

  if (ws_connection_log_response (self, response.status, "answered by the application"))
    ws_connection_respond_bytes (self, &response, body, 0);
}

/* To a method that nobody has answered. OPTIONS asks what there is, and load balancers check with it whether
 * the server is alive. RFC 9110 §9.3.7. */
static void
respond_to_method (WsConnection *self)
{
  const WsHttpResponse response = { 204, get_connection_field (self), "Allow: GET, HEAD, OPTIONS\r\n", NULL, 0 };

  if (is_get_or_head (self))
    ws_connection_refuse (self, 426, "this is a WebSocket server");
  else if (!g_str_equal (ws_http_head_get_method (self->head), "OPTIONS"))
    ws_connection_refuse (self, 405, "method is neither GET nor HEAD");
  else if (ws_connection_log_response (self, response.status, ""))
    ws_connection_respond_bytes (self, &response, NULL, 0);
}

static void
respond (WsConnection  *self,
         WsHttpRequest *request)
{
  const char      *set_headers = ws_http_request_get_response_headers (request);
  g_autofree char *headers = ws_connection_clean_headers (self, set_headers);

  if (headers == NULL)
    return;

  headers = ws_connection_add_token_cookie (self, g_steal_pointer (&headers));
  if (ws_http_request_get_page (request)->state == WS_HTTP_PAGE_READY)
    respond_with_page (self, request, headers);
  else if (ws_http_request_is_answered (request))
    respond_with_body (self, request, headers);
  else
    respond_to_method (self);
}

/* --- the decision ---------------------------------------------------------------------------- */

static gboolean
is_waiting (WsHttpRequest *request)
{
  return ws_decision_is_pending (ws_http_request_get_decision (request)) ||
         ws_http_request_get_page (request)->state == WS_HTTP_PAGE_OPENING;
}

void
ws_connection_respond_to_http_request (WsConnection *self)
{
  g_autoptr (WsHttpRequest) request = NULL;

  if (self->state != WS_STATE_AWAITING_DECISION)
    return;
  if (self->extra->http_request == NULL)
    {
      ws_connection_refuse (self, 500, "the application dropped the request without a decision");
      return;
    }

  request = g_object_ref (self->extra->http_request);
  if (!is_waiting (request) && !ws_http_request_is_answered (request))
    self->context->funcs->serve_page (self->context->owner, request);

  if (!is_waiting (request))
    {
      respond (self, request);
      return;
    }

  ws_connection_await_application (self);
  ws_connection_update_watch (self);
}

static void
http_request_decided_cb (gpointer          owner,
                         WsDecisionOutcome outcome)
{
  WsConnection *self = owner;

  if (outcome == WS_DECISION_DROPPED)
    self->extra->http_request = NULL;
  ws_connection_schedule (self, WS_PENDING_HTTP_DECISION);
}

static void
ask_about_http (WsConnection *self,
                GBytes       *body)
{
  WsConnectionContext *context = self->context;
  g_autoptr (WsHttpRequest) request = NULL;

  request = ws_http_request_new (self->head, body, ws_poller_get_context (context->poller),
                                 http_request_decided_cb, self);
  ws_connection_ensure_extra (self)->http_request = request;
  if (context->funcs->wants_http_request (context->owner))
    context->funcs->http_request (context->owner, self, request);
  ws_connection_respond_to_http_request (self);
}

/* --- the body -------------------------------------------------------------------------------- */

static void
begin_body (WsConnection        *self,
            const WsHttpFraming *framing)
{
  static const char  interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
  WsConnectionExtra *extra = ws_connection_ensure_extra (self);

  ws_http_body_init (&extra->body, framing, self->context->settings->max_http_body_bytes);
  extra->payload = g_byte_array_new ();
  ws_connection_enter_state (self, WS_STATE_READING_BODY);

  /* A client that sends the body without waiting needs no permission. */
  if (!framing->expects_continue || self->input_length > 0)
    return;

  ws_outbox_append (&self->outbox, (const guint8 *) interim, strlen (interim), NULL);
  ws_connection_flush (self);
}

static gboolean
is_over_limit (WsConnection        *self,
               const WsHttpFraming *framing)
{
  const guint limit = self->context->settings->max_http_body_bytes;

  return framing->kind == WS_HTTP_BODY_LENGTH ? framing->length > limit
                                              : framing->kind == WS_HTTP_BODY_CHUNKED && limit == 0;
}

void
ws_connection_receive_plain_request (WsConnection *self)
{
  WsConnectionContext *context = self->context;
  guint                status = 400;
  const char          *fault = "";
  WsHttpFraming        framing;

  if (!ws_http_framing_judge (self->head, &framing, &status, &fault))
    {
      ws_connection_refuse (self, status, fault);
      return;
    }

  self->keep_alive = !!framing.keep_alive;
  if (!is_get_or_head (self) && !context->funcs->wants_http_request (context->owner))
    respond_to_method (self);
  else if (is_over_limit (self, &framing))
    ws_connection_refuse (self, 413, "the body is longer than MaxHttpBodySize");
  else if (framing.kind == WS_HTTP_BODY_NONE)
    ask_about_http (self, NULL);
  else
    begin_body (self, &framing);
}

void
ws_connection_receive_body (WsConnection *self)
{
  WsConnectionExtra *extra = self->extra;
  guint              status = 400;
  const char        *fault = "";
  gsize              consumed = 0;
  g_autoptr (GBytes) body = NULL;

  switch (ws_http_body_receive (&extra->body, self->input, self->input_length, &consumed, extra->payload,
                                &status, &fault))
    {
    case WS_PARSE_NEED_MORE:
      self->input_length = 0;
      ws_connection_restart_phase_timer (self); /* it guards against silence */
      break;

    case WS_PARSE_FAILED:
      self->input_length = 0;
      ws_connection_refuse (self, status, fault);
      break;

    case WS_PARSE_DONE:
      self->input += consumed;
      self->input_length -= consumed;
      body = g_byte_array_free_to_bytes (g_steal_pointer (&extra->payload));
      ws_connection_enter_state (self, WS_STATE_AWAITING_DECISION);
      ask_about_http (self, body);
      break;
    }
}

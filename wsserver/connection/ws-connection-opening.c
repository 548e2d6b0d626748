/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The opening handshake: request head, decision, response. RFC 6455 §4.2. */
#include "wsserver/connection/ws-connection-opening-private.h"

#include <string.h>

#include "wsserver/base/ws-error.h"
#include "wsserver/connection/ws-connection-end-private.h"
#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-forwarded-private.h"
#include "wsserver/connection/ws-connection-http-private.h"
#include "wsserver/connection/ws-connection-keepalive-private.h"
#include "wsserver/connection/ws-connection-log-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-response-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-connection-token-private.h"
#include "wsserver/connection/ws-connection-values-private.h"
#include "wsserver/connection/ws-connection-watch-private.h"
#include "wsserver/io/ws-byte-buffer-private.h"
#include "wsserver/protocol/ws-handshake-private.h"
#include "wsserver/request/ws-open-request-private.h"

/* --- upgrades --- */

/* The extension header was seen to be well formed before the application was asked. RFC 7692 §5. */
static void
agree_on_compression (WsConnection *self)
{
  const WsSettings   *settings = self->context->settings;
  WsDeflatePolicy     policy = { settings->deflate_no_context_takeover, settings->deflate_window_bits };
  g_autofree char    *offers = ws_http_head_get_combined (self->head, "Sec-WebSocket-Extensions");
  WsDeflateParameters parameters;
  const char         *fault;

  if (!settings->enable_permessage_deflate || offers == NULL ||
      ws_deflate_negotiate (offers, &policy, &parameters, &self->extensions, &fault) != WS_DEFLATE_ACCEPTED)
    return;

  ws_protocol_set_deflate (&self->protocol, &parameters);
  self->deflater = ws_deflater_new (&parameters, WS_ROLE_SERVER, (int) settings->deflate_level);
}

static gboolean
check_extensions (WsConnection *self)
{
  WsDeflatePolicy     policy = { FALSE, WS_DEFLATE_MAX_WINDOW_BITS };
  g_autofree char    *offers = ws_http_head_get_combined (self->head, "Sec-WebSocket-Extensions");
  g_autofree char    *answer = NULL;
  WsDeflateParameters parameters;
  const char         *fault;

  if (offers == NULL ||
      ws_deflate_negotiate (offers, &policy, &parameters, &answer, &fault) != WS_DEFLATE_MALFORMED)
    return TRUE;

  ws_connection_refuse (self, 400, fault);
  return FALSE;
}

/* A handler may run the main loop, close or end the connection, or drop the server. Only in the last case
 * there is no connected. */
static void
announce (WsConnection *self)
{
  const WsConnectionOwnerFuncs *funcs = self->context->funcs;

  self->announcing = TRUE;
  ws_connection_notify_connected (self);
  if (self->context != NULL)
    funcs->list (self->context->owner, self);
  self->announcing = FALSE;
  if (self->context != NULL)
    funcs->connected (self->context->owner, self);
}

static void
open_web_socket (WsConnection *self,
                 const char   *extra_headers)
{
  WsConnectionContext *context = self->context;
  g_autoptr (GString) response = NULL;
  gboolean was_corked = self->corked;
  WsLimits limits;

  if (!ws_connection_log_response (self, 101, ""))
    return;

  ws_settings_get_limits (context->settings, &limits);
  ws_protocol_init (&self->protocol, WS_ROLE_SERVER, &limits);
  agree_on_compression (self);
  if (self->sub_protocol == NULL)
    self->sub_protocol = g_strdup (ws_connection_get_token_sub_protocol (self));

  response = ws_handshake_build_accept (ws_http_head_get (self->head, "Sec-WebSocket-Key"),
                                        self->sub_protocol, self->extensions, extra_headers);
  ws_connection_cancel_requests (self);
  ws_connection_enter_state (self, WS_STATE_OPEN);
  ws_connection_start_keepalive (self);

  /* What the application sends in these handlers leaves together with the 101. */
  self->corked = TRUE;
  ws_outbox_append (&self->outbox, (const guint8 *) response->str, response->len, NULL);
  if (self->dispatching == 0) /* a deferred decision: nothing else would flush while a handler blocks */
    {
      self->corked = FALSE;
      ws_connection_flush (self);
    }
  announce (self);
  if (self->state == WS_STATE_OPEN && !self->ready_to_send)
    {
      ws_connection_set_ready_to_send (self, TRUE);
      if (self->state == WS_STATE_OPEN)
        self->context->funcs->ready_to_send (self->context->owner, self);
    }
  self->corked = was_corked;
  if (self->transport != NULL &&
      ((self->extra != NULL && self->extra->held.length > 0) || ws_transport_has_pending (self->transport)))
    ws_connection_schedule (self, WS_PENDING_INPUT);
  ws_connection_flush (self);
}

static gboolean
select_sub_protocol (WsConnection  *self,
                     WsOpenRequest *request)
{
  const char      *selected = ws_open_request_get_sub_protocols (request);
  const char      *offered = ws_connection_load_offered_sub_protocols (self);
  g_autofree char *message = NULL;

  if (!ws_open_request_has_selected (request) || selected == NULL || *selected == '\0')
    return TRUE;

  if (ws_handshake_offers_subprotocol (offered, selected))
    {
      self->sub_protocol = g_strdup (selected);
      return TRUE;
    }

  message = g_strdup_printf ("sub-protocols: \"%s\" is not one of those the client offers (\"%s\")", selected,
                             offered);
  ws_connection_emit_error (self, WS_ERROR_INVALID_ARGUMENT, message);
  return FALSE;
}

static void
refuse_open_request (WsConnection  *self,
                     WsOpenRequest *request,
                     const char    *headers)
{
  guint            status = ws_open_request_get_status_code (request);
  g_autofree char *text = g_strdup_printf ("%u %s\n", status, ws_http_status_get_phrase (status));

  if (ws_connection_log_response (self, status, "refused by the application"))
    ws_connection_send_refusal (self, status, headers, text, "refused by the application");
}

static gboolean
refuse_if_full (WsConnection *self)
{
  if (self->context->n_open < self->context->settings->max_connections)
    return FALSE;

  ws_connection_refuse (self, 503, "MaxConnections clients are connected");
  return TRUE;
}

void
ws_connection_respond_to_open_request (WsConnection *self)
{
  g_autoptr (WsOpenRequest) request = NULL;
  g_autofree char *headers = NULL;

  if (self->state != WS_STATE_AWAITING_DECISION)
    return;
  if (self->extra->open_request == NULL)
    {
      ws_connection_refuse (self, 500, "the application dropped the request without a decision");
      return;
    }

  request = g_object_ref (self->extra->open_request);
  headers = ws_connection_clean_headers (self, ws_open_request_get_response_headers (request));
  if (headers == NULL)
    return;

  if (ws_open_request_get_status_code (request) != 101)
    {
      refuse_open_request (self, request, headers);
      return;
    }

  /* While the application decided, others may have taken the last places. */
  if (refuse_if_full (self))
    return;
  if (!select_sub_protocol (self, request) && self->state != WS_STATE_AWAITING_DECISION)
    return;
  open_web_socket (self, headers);
}

static void
open_request_decided_cb (gpointer          owner,
                         WsDecisionOutcome outcome)
{
  WsConnection *self = owner;

  if (outcome == WS_DECISION_DROPPED)
    self->extra->open_request = NULL;
  ws_connection_schedule (self, WS_PENDING_OPEN_DECISION);
}

static void
ask_application (WsConnection *self)
{
  g_autoptr (WsOpenRequest) request = ws_open_request_new (self->head, open_request_decided_cb, self);

  if (self->context->settings->refuse_by_default)
    ws_open_request_set_status_code (request, 403);
  ws_connection_ensure_extra (self)->open_request = request;
  self->context->funcs->open_request (self->context->owner, self, request);
  if (self->state != WS_STATE_AWAITING_DECISION)
    return;

  if (!ws_decision_is_pending (ws_open_request_get_decision (request)))
    {
      ws_connection_respond_to_open_request (self);
      return;
    }

  ws_connection_await_application (self);
  ws_connection_update_watch (self);
}

/* A page can make its own name resolve to this machine. Then it has the origin of this server, but its
 * requests have the page's name as their host. Such a page can also set the fields of a proxy. So both hosts
 * have to be allowed: the one that the proxy names, and the one that it has asked for here. */
static gboolean
is_allowed_host (WsConnection      *self,
                 const WsForwarded *forwarded)
{
  const WsHostList *hosts = self->context->settings->hosts;

  if (ws_host_list_is_empty (hosts))
    return TRUE;

  return ws_host_list_matches (hosts, ws_http_head_get_host (self->head), NULL) &&
         (forwarded->host == NULL || ws_host_list_matches (hosts, forwarded->host, forwarded->scheme));
}

/* Only browsers send the field, and they always do. */
static gboolean
is_allowed_origin (WsConnection      *self,
                   const WsForwarded *forwarded)
{
  const char *origin = ws_http_head_get (self->head, "Origin");
  const char *host = forwarded->host != NULL ? forwarded->host : ws_http_head_get_host (self->head);

  return origin == NULL ||
         ws_origin_list_matches (self->context->settings->origins, origin, host, forwarded->scheme);
}

static void
receive_upgrade (WsConnection      *self,
                 const WsForwarded *forwarded)
{
  if (!is_allowed_origin (self, forwarded))
    ws_connection_refuse (self, 403, "the Origin is not one of AllowedOrigins");
  else if (!check_extensions (self))
    return;
  else if (self->context->funcs->wants_open_request (self->context->owner))
    ask_application (self);
  else
    open_web_socket (self, NULL);
}

static gboolean
is_secret (const char *header)
{
  static const char *const secrets[] = { "Authorization:", "Proxy-Authorization:", "Cookie:" };

  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    if (g_ascii_strncasecmp (header, secrets[i], strlen (secrets[i])) == 0)
      return TRUE;

  return FALSE;
}

/* A line for each header, without the client's credentials. */
static void
log_request (WsConnection *self)
{
  g_autofree char *request = ws_connection_describe_request (self);
  g_auto (GStrv) headers = g_strsplit (ws_http_head_get_header_text (self->head), "\r\n", -1);

  ws_connection_log (self, WS_LOG_VERBOSE, "Request: %s", request);
  for (guint i = 0; headers[i] != NULL; i++)
    if (is_secret (headers[i]))
      ws_connection_log (self, WS_LOG_VERBOSE, "Request header: %.*s: (not shown)",
                         (int) strcspn (headers[i], ":"), headers[i]);
    else if (*headers[i] != '\0')
      ws_connection_log (self, WS_LOG_VERBOSE, "Request header: %s", headers[i]);
}

static void
receive_request (WsConnection *self)
{
  WsHandshakeVerdict verdict = ws_handshake_judge (self->head);
  g_auto (WsForwarded) forwarded = { NULL };
  const char *fault = NULL;
  guint       status = ws_connection_identify_client (self, &forwarded, &fault);

  if (self->state != WS_STATE_AWAITING_DECISION) /* by a handler */
    return;

  if (self->context->trace || self->context->funcs->wants_log (self->context->owner, WS_LOG_VERBOSE))
    log_request (self);
  if (self->state != WS_STATE_AWAITING_DECISION) /* by a handler of the log */
    return;
  if (refuse_if_full (self))
    return;
  if (status != 0)
    ws_connection_refuse (self, status, fault);
  else if (verdict.kind == WS_HANDSHAKE_REFUSED)
    ws_connection_refuse (self, verdict.status, verdict.fault);
  else if (!is_allowed_host (self, &forwarded))
    ws_connection_refuse (self, 421, "the host is not one of AllowedHosts");
  else if (!ws_connection_has_token (self))
    ws_connection_refuse (self, 403, "the request has no valid token, which secure_for_loopback asks for");
  else if (verdict.kind == WS_HANDSHAKE_UPGRADE)
    receive_upgrade (self, &forwarded);
  else
    ws_connection_receive_plain_request (self);
}

static void
parse_head (WsConnection *self,
            const guint8 *data,
            gsize         head_length)
{
  guint       status = 400;
  const char *fault = "";

  self->head = ws_http_head_parse (data, head_length, &status, &fault);
  if (self->extra != NULL)
    {
      ws_byte_buffer_clear (&self->extra->head);
      self->extra->scanner = (WsHttpHeadScanner){ 0 };
    }

  ws_connection_enter_state (self, WS_STATE_AWAITING_DECISION);
  self->head_only = self->head != NULL && g_str_equal (ws_http_head_get_method (self->head), "HEAD");
  if (self->head != NULL)
    receive_request (self);
  else
    ws_connection_refuse (self, status, fault);
}

/* A head that arrives in one piece is parsed where it lies; only a cut one is kept. */
void
ws_connection_receive_head (WsConnection *self)
{
  WsHttpHeadScanner  fresh = { 0 };
  WsHttpHeadScanner *scanner = self->extra != NULL ? &self->extra->scanner : &fresh;
  WsByteBuffer      *kept = self->extra != NULL ? &self->extra->head : NULL;
  const guint8      *data = self->input;
  gsize              length = self->input_length;
  gsize              head_length = 0;
  guint              status = 400;
  const char        *fault = "";
  WsLimits           limits;

  if (kept != NULL)
    {
      ws_byte_buffer_append (kept, data, length);
      data = kept->data;
      length = kept->length;
    }

  ws_settings_get_limits (self->context->settings, &limits);
  switch (ws_http_head_scan (scanner, &limits, data, length, &head_length, &status, &fault))
    {
    case WS_PARSE_NEED_MORE:
      if (kept == NULL)
        {
          ws_byte_buffer_append (&ws_connection_ensure_extra (self)->head, data, length);
          self->extra->scanner = fresh;
        }
      self->input_length = 0;
      break;

    case WS_PARSE_FAILED:
      self->input_length = 0;
      ws_connection_refuse (self, status, fault);
      break;

    case WS_PARSE_DONE:
      /* What is behind the head came with this piece: frames sent ahead of the 101. */
      self->input += self->input_length - (length - head_length);
      self->input_length = length - head_length;
      parse_head (self, data, head_length);
      break;
    }
}

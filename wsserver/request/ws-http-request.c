/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/request/ws-http-request-private.h"

#include <string.h>

#include "wsserver/base/ws-param-private.h"
#include "wsserver/protocol/ws-http-status-private.h"

/**
 * WsHttpRequest:
 *
 * An HTTP request that does not ask for a WebSocket: a page, a health check, a small POST.
 *
 * [signal@Ws.Server::http-request] carries it. A handler sets the status, the headers and the body of the
 * response, or lets [method@Ws.HttpRequest.respond_file] set them. A request that no handler answers gets a
 * page of [method@Ws.Server.serve_folder] or [method@Ws.Server.serve_resource]. If there is none, the
 * response is 426 (Upgrade Required) to GET and HEAD, 204 (No Content) to OPTIONS, and 405
 * (Method Not Allowed) to other methods.
 *
 * An answer that takes time is deferred: call [method@Ws.HttpRequest.defer] in the handler, keep a
 * reference, and call [method@Ws.HttpRequest.complete] later. Other clients are served meanwhile. If the
 * request is not completed within HandshakeTimeout, the response is 503. If the last reference is dropped
 * without a decision, the response is 500.
 *
 * The connection stays open for the next request, as HTTP/1.1 has it. Requests that a client sends without
 * waiting are answered one after the other.
 *
 * Use it for a page and a few small resources beside the WebSocket. It does not replace a web server.
 *
 * Answer a health check:
 *
 * ```c
 * static void
 * http_request_cb (WsServer *server, WsConnection *connection, WsHttpRequest *request)
 * {
 *   g_autoptr (GBytes) body = NULL;
 *
 *   if (!g_str_equal (ws_http_request_get_request_uri (request), "/health"))
 *     return;
 *
 *   body = g_bytes_new_static ("well\n", 5);
 *   ws_http_request_set_status_code (request, 200);
 *   ws_http_request_set_content_type (request, "text/plain");
 *   ws_http_request_set_body (request, body);
 * }
 * ```
 *
 * Source: RFC 9110 §15.5.22.
 *
 * Since: 1.0
 */
struct _WsHttpRequest
{
  GObject parent_instance;

  WsDecision    decision;
  GMainContext *context;
  WsHttpHead   *head;
  GBytes       *request_body;
  char         *response_headers;
  char         *content_type;
  GBytes       *body;
  guint         status_code;
  WsHttpPage    page;
};

G_DEFINE_FINAL_TYPE (WsHttpRequest, ws_http_request, G_TYPE_OBJECT)

enum
{
  PROP_METHOD = 1,
  PROP_REQUEST_URI,
  PROP_REQUEST_HEADERS,
  PROP_STATUS_CODE,
  PROP_RESPONSE_HEADERS,
  PROP_CONTENT_TYPE,
  PROP_BODY,
  PROP_REQUEST_BODY,
  PROP_CANCELLED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
ws_http_request_finalize (GObject *object)
{
  WsHttpRequest *self = WS_HTTP_REQUEST (object);

  ws_decision_drop (&self->decision);
  ws_http_page_clear (&self->page);
  g_main_context_unref (self->context);
  ws_http_head_unref (self->head);
  g_clear_pointer (&self->request_body, g_bytes_unref);
  g_free (self->response_headers);
  g_free (self->content_type);
  g_clear_pointer (&self->body, g_bytes_unref);

  G_OBJECT_CLASS (ws_http_request_parent_class)->finalize (object);
}

static void
ws_http_request_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  WsHttpRequest *self = WS_HTTP_REQUEST (object);

  switch (prop_id)
    {
    case PROP_METHOD:
      g_value_set_string (value, ws_http_head_get_method (self->head));
      break;
    case PROP_REQUEST_URI:
      g_value_set_string (value, ws_http_head_get_path (self->head));
      break;
    case PROP_REQUEST_HEADERS:
      g_value_set_string (value, ws_http_head_get_header_text (self->head));
      break;
    case PROP_STATUS_CODE:
      g_value_set_uint (value, self->status_code);
      break;
    case PROP_RESPONSE_HEADERS:
      g_value_set_string (value, self->response_headers);
      break;
    case PROP_CONTENT_TYPE:
      g_value_set_string (value, self->content_type);
      break;
    case PROP_BODY:
      g_value_set_boxed (value, self->body);
      break;
    case PROP_REQUEST_BODY:
      g_value_set_boxed (value, self->request_body);
      break;
    case PROP_CANCELLED:
      g_value_set_boolean (value, self->decision.cancelled);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_http_request_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  WsHttpRequest *self = WS_HTTP_REQUEST (object);

  switch (prop_id)
    {
    case PROP_STATUS_CODE:
      ws_http_request_set_status_code (self, g_value_get_uint (value));
      break;
    case PROP_RESPONSE_HEADERS:
      ws_http_request_set_response_headers (self, g_value_get_string (value));
      break;
    case PROP_CONTENT_TYPE:
      ws_http_request_set_content_type (self, g_value_get_string (value));
      break;
    case PROP_BODY:
      ws_http_request_set_body (self, g_value_get_boxed (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_http_request_class_init (WsHttpRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = ws_http_request_finalize;
  object_class->get_property = ws_http_request_get_property;
  object_class->set_property = ws_http_request_set_property;

  /**
   * WsHttpRequest:method: (getter get_method)
   *
   * The method, for example `GET`. The response to HEAD is sent without its body.
   *
   * Before 1.2 it was always `GET` or `HEAD`.
   *
   * Since: 1.0
   */
  properties[PROP_METHOD] = g_param_spec_string ("method", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsHttpRequest:request-uri: (getter get_request_uri)
   *
   * Path and query of the request target.
   *
   * Since: 1.0
   */
  properties[PROP_REQUEST_URI] = g_param_spec_string ("request-uri", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsHttpRequest:request-headers: (getter get_request_headers)
   *
   * All header lines as the client sent them, each ending with CRLF.
   *
   * Since: 1.0
   */
  properties[PROP_REQUEST_HEADERS] = g_param_spec_string ("request-headers", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsHttpRequest:status-code: (getter get_status_code) (setter set_status_code)
   *
   * HTTP status of the response, 200 to 599; 426 by default.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS_CODE] = g_param_spec_uint ("status-code", NULL, NULL, 200, 599, 426, WS_PARAM_READWRITE);
  /**
   * WsHttpRequest:response-headers: (getter get_response_headers) (setter set_response_headers)
   *
   * Additional header lines of the response, each `Name: value`, separated by line ends.
   *
   * Since: 1.0
   */
  properties[PROP_RESPONSE_HEADERS] = g_param_spec_string ("response-headers", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsHttpRequest:content-type: (getter get_content_type) (setter set_content_type)
   *
   * Media type of the body.
   *
   * Since: 1.0
   */
  properties[PROP_CONTENT_TYPE] = g_param_spec_string ("content-type", NULL, NULL, NULL, WS_PARAM_READWRITE);
  /**
   * WsHttpRequest:body: (getter get_body) (setter set_body)
   *
   * Body of the response.
   *
   * Since: 1.0
   */
  properties[PROP_BODY] = g_param_spec_boxed ("body", NULL, NULL, G_TYPE_BYTES, WS_PARAM_READWRITE);

  /**
   * WsHttpRequest:request-body: (getter get_request_body)
   *
   * Body of the request, %NULL without one. It is at most as long as the setting MaxHttpBodySize.
   *
   * Since: 1.2
   */
  properties[PROP_REQUEST_BODY] =
      g_param_spec_boxed ("request-body", NULL, NULL, G_TYPE_BYTES, WS_PARAM_READABLE);
  /**
   * WsHttpRequest:cancelled: (getter is_cancelled)
   *
   * Whether a deferred request needs no response any more: the client has left, or the server has answered
   * it after HandshakeTimeout.
   *
   * Since: 1.2
   */
  properties[PROP_CANCELLED] = g_param_spec_boolean ("cancelled", NULL, NULL, FALSE, WS_PARAM_READABLE);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
ws_http_request_init (WsHttpRequest *self)
{
  self->status_code = 426;
}

WsHttpRequest *
ws_http_request_new (WsHttpHead    *head,
                     GBytes        *request_body,
                     GMainContext  *context,
                     WsDecisionFunc func,
                     gpointer       owner)
{
  WsHttpRequest *self = g_object_new (WS_TYPE_HTTP_REQUEST, NULL);

  self->head = ws_http_head_ref (head);
  self->request_body = request_body != NULL ? g_bytes_ref (request_body) : NULL;
  self->context = g_main_context_ref (context);
  self->response_headers = g_strdup ("");
  ws_decision_init (&self->decision, self, properties[PROP_CANCELLED], func, owner);
  return self;
}

WsDecision *
ws_http_request_get_decision (WsHttpRequest *self)
{
  return &self->decision;
}

gboolean
ws_http_request_is_answered (WsHttpRequest *self)
{
  return self->status_code != WS_HTTP_UPGRADE_REQUIRED || self->body != NULL ||
         self->page.state != WS_HTTP_PAGE_NONE;
}

WsHttpPage *
ws_http_request_get_page (WsHttpRequest *self)
{
  return &self->page;
}

GMainContext *
ws_http_request_get_context (WsHttpRequest *self)
{
  return self->context;
}

/**
 * ws_http_request_get_method: (get-property method)
 * @self: an HTTP request
 *
 * Gets the request method.
 *
 * Returns: the method, for example `GET`
 *
 * Since: 1.0
 */
const char *
ws_http_request_get_method (WsHttpRequest *self)
{
  g_return_val_if_fail (WS_IS_HTTP_REQUEST (self), NULL);

  return ws_http_head_get_method (self->head);
}

/**
 * ws_http_request_get_request_uri: (get-property request-uri)
 * @self: an HTTP request
 *
 * Gets the request target.
 *
 * Returns: path and query
 *
 * Since: 1.0
 */
const char *
ws_http_request_get_request_uri (WsHttpRequest *self)
{
  g_return_val_if_fail (WS_IS_HTTP_REQUEST (self), NULL);

  return ws_http_head_get_path (self->head);
}

/**
 * ws_http_request_get_request_headers: (get-property request-headers)
 * @self: an HTTP request
 *
 * Gets all header lines.
 *
 * Returns: the lines as sent, each ended by CRLF
 *
 * Since: 1.0
 */
const char *
ws_http_request_get_request_headers (WsHttpRequest *self)
{
  g_return_val_if_fail (WS_IS_HTTP_REQUEST (self), NULL);

  return ws_http_head_get_header_text (self->head);
}

/**
 * ws_http_request_get_request_header:
 * @self: an HTTP request
 * @name: name of a header field, in any case
 *
 * Looks up one header field.
 *
 * The values of several fields of that name are joined by a comma and a space, those of Cookie by a
 * semicolon and a space: they are one list. RFC 9110 §5.3.
 *
 * Returns: (nullable): the value, or %NULL without such a field
 *
 * Since: 1.0
 */
const char *
ws_http_request_get_request_header (WsHttpRequest *self,
                                    const char    *name)
{
  g_return_val_if_fail (WS_IS_HTTP_REQUEST (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return ws_http_head_get_joined (self->head, name);
}

/**
 * ws_http_request_get_request_body: (get-property request-body)
 * @self: an HTTP request
 *
 * Gets the body of the request.
 *
 * Returns: (transfer none) (nullable): the body, or %NULL without one
 *
 * Since: 1.2
 */
GBytes *
ws_http_request_get_request_body (WsHttpRequest *self)
{
  g_return_val_if_fail (WS_IS_HTTP_REQUEST (self), NULL);

  return self->request_body;
}

/**
 * ws_http_request_get_status_code: (get-property status-code)
 * @self: an HTTP request
 *
 * Gets the status of the response.
 *
 * Returns: the HTTP status
 *
 * Since: 1.0
 */
guint
ws_http_request_get_status_code (WsHttpRequest *self)
{
  g_return_val_if_fail (WS_IS_HTTP_REQUEST (self), 0);

  return self->status_code;
}

/**
 * ws_http_request_set_status_code: (set-property status-code)
 * @self: an HTTP request
 * @status_code: HTTP status, 200 to 599
 *
 * Sets the status of the response.
 *
 * Since: 1.0
 */
void
ws_http_request_set_status_code (WsHttpRequest *self,
                                 guint          status_code)
{
  g_return_if_fail (WS_IS_HTTP_REQUEST (self));
  g_return_if_fail (status_code >= 200 && status_code <= 599);

  if (self->status_code == status_code)
    return;

  self->status_code = status_code;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS_CODE]);
}

/**
 * ws_http_request_get_response_headers: (get-property response-headers)
 * @self: an HTTP request
 *
 * Gets the additional header lines of the response.
 *
 * Returns: the lines
 *
 * Since: 1.0
 */
const char *
ws_http_request_get_response_headers (WsHttpRequest *self)
{
  g_return_val_if_fail (WS_IS_HTTP_REQUEST (self), NULL);

  return self->response_headers;
}

/**
 * ws_http_request_set_response_headers: (set-property response-headers)
 * @self: an HTTP request
 * @response_headers: (nullable): lines `Name: value`, separated by line ends
 *
 * Sets additional header lines of the response.
 *
 * Since: 1.0
 */
void
ws_http_request_set_response_headers (WsHttpRequest *self,
                                      const char    *response_headers)
{
  g_return_if_fail (WS_IS_HTTP_REQUEST (self));

  if (response_headers == NULL)
    response_headers = "";
  if (g_str_equal (self->response_headers, response_headers))
    return;

  g_free (self->response_headers);
  self->response_headers = g_strdup (response_headers);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RESPONSE_HEADERS]);
}

/**
 * ws_http_request_get_content_type: (get-property content-type)
 * @self: an HTTP request
 *
 * Gets the media type of the body.
 *
 * Returns: (nullable): the media type, or %NULL
 *
 * Since: 1.0
 */
const char *
ws_http_request_get_content_type (WsHttpRequest *self)
{
  g_return_val_if_fail (WS_IS_HTTP_REQUEST (self), NULL);

  return self->content_type;
}

/**
 * ws_http_request_set_content_type: (set-property content-type)
 * @self: an HTTP request
 * @content_type: (nullable): media type, for example `text/html; charset=utf-8`
 *
 * Sets the media type of the body.
 *
 * Since: 1.0
 */
void
ws_http_request_set_content_type (WsHttpRequest *self,
                                  const char    *content_type)
{
  g_return_if_fail (WS_IS_HTTP_REQUEST (self));
  g_return_if_fail (content_type == NULL || strpbrk (content_type, "\r\n") == NULL);

  if (g_strcmp0 (self->content_type, content_type) == 0)
    return;

  g_free (self->content_type);
  self->content_type = g_strdup (content_type);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONTENT_TYPE]);
}

/**
 * ws_http_request_get_body: (get-property body)
 * @self: an HTTP request
 *
 * Gets the body of the response.
 *
 * Returns: (transfer none) (nullable): the body, or %NULL
 *
 * Since: 1.0
 */
GBytes *
ws_http_request_get_body (WsHttpRequest *self)
{
  g_return_val_if_fail (WS_IS_HTTP_REQUEST (self), NULL);

  return self->body;
}

/**
 * ws_http_request_set_body: (set-property body)
 * @self: an HTTP request
 * @body: (nullable): the body
 *
 * Sets the body of the response.
 *
 * Since: 1.0
 */
void
ws_http_request_set_body (WsHttpRequest *self,
                          GBytes        *body)
{
  g_return_if_fail (WS_IS_HTTP_REQUEST (self));

  if (self->body == body)
    return;

  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = body != NULL ? g_bytes_ref (body) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BODY]);
}

/**
 * ws_http_request_is_cancelled: (get-property cancelled)
 * @self: an HTTP request
 *
 * Gets whether a deferred request needs no response any more.
 *
 * Returns: %TRUE if the client has left, or was answered by the server
 *
 * Since: 1.2
 */
gboolean
ws_http_request_is_cancelled (WsHttpRequest *self)
{
  g_return_val_if_fail (WS_IS_HTTP_REQUEST (self), FALSE);

  return self->decision.cancelled;
}

/**
 * ws_http_request_defer:
 * @self: an HTTP request
 *
 * Defers the response. Call this in a handler of [signal@Ws.Server::http-request], and keep a reference to
 * @self.
 *
 * Since: 1.2
 */
void
ws_http_request_defer (WsHttpRequest *self)
{
  g_return_if_fail (WS_IS_HTTP_REQUEST (self));

  ws_decision_defer (&self->decision);
}

/**
 * ws_http_request_complete:
 * @self: a deferred HTTP request
 *
 * Responds to a deferred request with the current values of its properties.
 *
 * The main loop sends the response.
 *
 * Returns: %FALSE if the request needs no response any more; then nothing happens
 *
 * Since: 1.2
 */
gboolean
ws_http_request_complete (WsHttpRequest *self)
{
  g_return_val_if_fail (WS_IS_HTTP_REQUEST (self), FALSE);

  return ws_decision_complete (&self->decision);
}

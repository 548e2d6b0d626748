/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/request/ws-open-request-private.h"

#include "wsserver/base/ws-param-private.h"

/**
 * WsOpenRequest:
 *
 * A client's request to open a WebSocket. The application may accept or refuse it.
 *
 * [signal@Ws.Server::web-socket-open-request] carries it. A handler that does nothing accepts it.
 * To refuse, set [property@Ws.OpenRequest:status-code] to an HTTP status other than 101. To select
 * a subprotocol, set [property@Ws.OpenRequest:sub-protocols] to one that the client offers.
 *
 * A decision that takes time is deferred: call [method@Ws.OpenRequest.defer] in the handler, keep a
 * reference, and call [method@Ws.OpenRequest.complete] later. Other clients are served meanwhile. If
 * the request is not completed within HandshakeTimeout, the response is 503. If the last reference is
 * dropped without a decision, the response is 500.
 *
 * Select a subprotocol, and refuse clients that do not offer it:
 *
 * ```c
 * static void
 * open_request_cb (WsServer *server, WsConnection *connection, WsOpenRequest *request)
 * {
 *   const char   *offered = ws_open_request_get_sub_protocols (request);
 *   g_auto (GStrv) names = g_strsplit_set (offered, ", ", -1);
 *
 *   if (g_strv_contains ((const char *const *) names, "chat"))
 *     ws_open_request_set_sub_protocols (request, "chat");
 *   else
 *     ws_open_request_set_status_code (request, 400);
 * }
 * ```
 *
 * Source: RFC 6455 §4.2.2; [Coming from IPWorks WSServer](coming-from-ipworks.html), WebSocketOpenRequest.
 *
 * Since: 1.0
 */
struct _WsOpenRequest
{
  GObject parent_instance;

  WsDecision  decision;
  WsHttpHead *head;
  char       *host_header;
  char       *origin_header;
  char       *sub_protocols;
  char       *extensions;
  char       *response_headers;
  guint       status_code;
  gboolean    selected;
};

G_DEFINE_FINAL_TYPE (WsOpenRequest, ws_open_request, G_TYPE_OBJECT)

enum
{
  PROP_REQUEST_URI = 1,
  PROP_HOST_HEADER,
  PROP_ORIGIN_HEADER,
  PROP_SUB_PROTOCOLS,
  PROP_EXTENSIONS,
  PROP_REQUEST_HEADERS,
  PROP_STATUS_CODE,
  PROP_RESPONSE_HEADERS,
  PROP_CANCELLED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
ws_open_request_finalize (GObject *object)
{
  WsOpenRequest *self = WS_OPEN_REQUEST (object);

  ws_decision_drop (&self->decision);
  ws_http_head_unref (self->head);
  g_free (self->host_header);
  g_free (self->origin_header);
  g_free (self->sub_protocols);
  g_free (self->extensions);
  g_free (self->response_headers);

  G_OBJECT_CLASS (ws_open_request_parent_class)->finalize (object);
}

static void
ws_open_request_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  WsOpenRequest *self = WS_OPEN_REQUEST (object);

  switch (prop_id)
    {
    case PROP_REQUEST_URI:
      g_value_set_string (value, ws_http_head_get_path (self->head));
      break;
    case PROP_HOST_HEADER:
      g_value_set_string (value, self->host_header);
      break;
    case PROP_ORIGIN_HEADER:
      g_value_set_string (value, self->origin_header);
      break;
    case PROP_SUB_PROTOCOLS:
      g_value_set_string (value, self->sub_protocols);
      break;
    case PROP_EXTENSIONS:
      g_value_set_string (value, self->extensions);
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
    case PROP_CANCELLED:
      g_value_set_boolean (value, self->decision.cancelled);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_open_request_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  WsOpenRequest *self = WS_OPEN_REQUEST (object);

  switch (prop_id)
    {
    case PROP_SUB_PROTOCOLS:
      ws_open_request_set_sub_protocols (self, g_value_get_string (value));
      break;
    case PROP_STATUS_CODE:
      ws_open_request_set_status_code (self, g_value_get_uint (value));
      break;
    case PROP_RESPONSE_HEADERS:
      ws_open_request_set_response_headers (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_open_request_class_init (WsOpenRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = ws_open_request_finalize;
  object_class->get_property = ws_open_request_get_property;
  object_class->set_property = ws_open_request_set_property;

  /**
   * WsOpenRequest:request-uri: (getter get_request_uri)
   *
   * Path and query of the request target.
   *
   * Since: 1.0
   */
  properties[PROP_REQUEST_URI] = g_param_spec_string ("request-uri", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsOpenRequest:host-header: (getter get_host_header)
   *
   * Host and port that the request is for: the Host header field, or those of the request target where it
   * is a whole URI.
   *
   * Since: 1.0
   */
  properties[PROP_HOST_HEADER] = g_param_spec_string ("host-header", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsOpenRequest:origin-header: (getter get_origin_header)
   *
   * The Origin header field; empty if the client sent none. Only browsers send it.
   *
   * Since: 1.0
   */
  properties[PROP_ORIGIN_HEADER] = g_param_spec_string ("origin-header", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsOpenRequest:sub-protocols: (getter get_sub_protocols) (setter set_sub_protocols)
   *
   * Initially the subprotocols that the client offers, separated by commas. Set it to one of them to
   * select that one. If it is not set, no subprotocol is selected.
   *
   * Source: RFC 6455 §1.9, §4.2.2.
   *
   * Since: 1.0
   */
  properties[PROP_SUB_PROTOCOLS] = g_param_spec_string ("sub-protocols", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsOpenRequest:extensions: (getter get_extensions)
   *
   * The extensions that the client offers, as it sent them.
   *
   * Since: 1.0
   */
  properties[PROP_EXTENSIONS] = g_param_spec_string ("extensions", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsOpenRequest:request-headers: (getter get_request_headers)
   *
   * All header lines as the client sent them, each ending with CRLF.
   *
   * Since: 1.0
   */
  properties[PROP_REQUEST_HEADERS] = g_param_spec_string ("request-headers", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsOpenRequest:status-code: (getter get_status_code) (setter set_status_code)
   *
   * HTTP status of the response: 101 opens the WebSocket, 200 to 599 refuses it. Initially 101, or
   * 403 with the setting RefuseByDefault.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS_CODE] = g_param_spec_uint ("status-code", NULL, NULL, 0, G_MAXUINT, 101, WS_PARAM_READWRITE);
  /**
   * WsOpenRequest:response-headers: (getter get_response_headers) (setter set_response_headers)
   *
   * Additional header lines of the response, each `Name: value`, separated by line ends.
   *
   * Since: 1.0
   */
  properties[PROP_RESPONSE_HEADERS] = g_param_spec_string ("response-headers", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsOpenRequest:cancelled: (getter is_cancelled)
   *
   * Whether a deferred request needs no decision any more: the client has left, HandshakeTimeout has
   * passed, or the server has been shut down.
   *
   * Since: 1.0
   */
  properties[PROP_CANCELLED] = g_param_spec_boolean ("cancelled", NULL, NULL, FALSE, WS_PARAM_READABLE);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
ws_open_request_init (WsOpenRequest *self)
{
  self->status_code = 101;
}

/* Takes the value. */
static char *
or_empty (char *value)
{
  return value != NULL ? value : g_strdup ("");
}

WsOpenRequest *
ws_open_request_new (WsHttpHead    *head,
                     WsDecisionFunc func,
                     gpointer       owner)
{
  WsOpenRequest *self = g_object_new (WS_TYPE_OPEN_REQUEST, NULL);

  ws_decision_init (&self->decision, self, properties[PROP_CANCELLED], func, owner);
  self->head = ws_http_head_ref (head);
  self->host_header = or_empty (g_strdup (ws_http_head_get_host (head)));
  self->origin_header = or_empty (ws_http_head_get_combined (head, "Origin"));
  self->sub_protocols = or_empty (ws_http_head_get_list (head, "Sec-WebSocket-Protocol"));
  self->extensions = or_empty (ws_http_head_get_combined (head, "Sec-WebSocket-Extensions"));
  self->response_headers = g_strdup ("");
  return self;
}

WsDecision *
ws_open_request_get_decision (WsOpenRequest *self)
{
  return &self->decision;
}

gboolean
ws_open_request_has_selected (WsOpenRequest *self)
{
  return self->selected;
}

/**
 * ws_open_request_get_request_uri: (get-property request-uri)
 * @self: an open request
 *
 * Gets the request target.
 *
 * Returns: path and query
 *
 * Since: 1.0
 */
const char *
ws_open_request_get_request_uri (WsOpenRequest *self)
{
  g_return_val_if_fail (WS_IS_OPEN_REQUEST (self), NULL);

  return ws_http_head_get_path (self->head);
}

/**
 * ws_open_request_get_host_header: (get-property host-header)
 * @self: an open request
 *
 * Gets the Host header field.
 *
 * Returns: the value
 *
 * Since: 1.0
 */
const char *
ws_open_request_get_host_header (WsOpenRequest *self)
{
  g_return_val_if_fail (WS_IS_OPEN_REQUEST (self), NULL);

  return self->host_header;
}

/**
 * ws_open_request_get_origin_header: (get-property origin-header)
 * @self: an open request
 *
 * Gets the Origin header field.
 *
 * Returns: the value, or an empty string when there was none
 *
 * Since: 1.0
 */
const char *
ws_open_request_get_origin_header (WsOpenRequest *self)
{
  g_return_val_if_fail (WS_IS_OPEN_REQUEST (self), NULL);

  return self->origin_header;
}

/**
 * ws_open_request_get_extensions: (get-property extensions)
 * @self: an open request
 *
 * Gets the extensions that the client offers.
 *
 * Returns: the header field's value, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_open_request_get_extensions (WsOpenRequest *self)
{
  g_return_val_if_fail (WS_IS_OPEN_REQUEST (self), NULL);

  return self->extensions;
}

/**
 * ws_open_request_get_request_headers: (get-property request-headers)
 * @self: an open request
 *
 * Gets all header lines.
 *
 * Returns: the lines as sent, each ended by CRLF
 *
 * Since: 1.0
 */
const char *
ws_open_request_get_request_headers (WsOpenRequest *self)
{
  g_return_val_if_fail (WS_IS_OPEN_REQUEST (self), NULL);

  return ws_http_head_get_header_text (self->head);
}

/**
 * ws_open_request_get_request_header:
 * @self: an open request
 * @name: name of a header field, in any case
 *
 * Looks up one header field, for example `Authorization` or `Cookie`.
 *
 * The values of several fields of that name are joined by a comma and a space, those of Cookie by a
 * semicolon and a space: they are one list. RFC 9110 §5.3.
 *
 * Returns: (nullable): the value, or %NULL without such a field
 *
 * Since: 1.0
 */
const char *
ws_open_request_get_request_header (WsOpenRequest *self,
                                    const char    *name)
{
  g_return_val_if_fail (WS_IS_OPEN_REQUEST (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return ws_http_head_get_joined (self->head, name);
}

/**
 * ws_open_request_get_sub_protocols: (get-property sub-protocols)
 * @self: an open request
 *
 * Gets the subprotocols that the client offers, or the one that the application has selected.
 *
 * Returns: names separated by commas
 *
 * Since: 1.0
 */
const char *
ws_open_request_get_sub_protocols (WsOpenRequest *self)
{
  g_return_val_if_fail (WS_IS_OPEN_REQUEST (self), NULL);

  return self->sub_protocols;
}

/**
 * ws_open_request_set_sub_protocols: (set-property sub-protocols)
 * @self: an open request
 * @sub_protocols: (nullable): one of the subprotocols offered, or %NULL for none
 *
 * Selects the subprotocol. If the client does not offer it, [signal@Ws.Server::error] reports that, and
 * the WebSocket opens without a subprotocol.
 *
 * Since: 1.0
 */
void
ws_open_request_set_sub_protocols (WsOpenRequest *self,
                                   const char    *sub_protocols)
{
  g_return_if_fail (WS_IS_OPEN_REQUEST (self));

  self->selected = TRUE;
  if (g_strcmp0 (self->sub_protocols, sub_protocols) == 0)
    return;

  g_free (self->sub_protocols);
  self->sub_protocols = g_strdup (sub_protocols);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SUB_PROTOCOLS]);
}

/**
 * ws_open_request_get_status_code: (get-property status-code)
 * @self: an open request
 *
 * Gets the HTTP status of the response.
 *
 * Returns: the status, 101 unless it was set
 *
 * Since: 1.0
 */
guint
ws_open_request_get_status_code (WsOpenRequest *self)
{
  g_return_val_if_fail (WS_IS_OPEN_REQUEST (self), 0);

  return self->status_code;
}

/**
 * ws_open_request_set_status_code: (set-property status-code)
 * @self: an open request
 * @status_code: 101, or 200 to 599
 *
 * Sets the HTTP status of the response. Every status but 101 refuses the request.
 *
 * Any other number is a fault of the caller: it logs a critical message and refuses with 500.
 *
 * Since: 1.0
 */
void
ws_open_request_set_status_code (WsOpenRequest *self,
                                 guint          status_code)
{
  g_return_if_fail (WS_IS_OPEN_REQUEST (self));

  /* Fail closed: a mistyped status must not let a client in. */
  if (status_code != 101 && (status_code < 200 || status_code > 599))
    {
      g_critical ("status code %u is neither 101 nor one of 200 to 599; the answer is 500", status_code);
      status_code = 500;
    }

  if (self->status_code == status_code)
    return;

  self->status_code = status_code;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS_CODE]);
}

/**
 * ws_open_request_get_response_headers: (get-property response-headers)
 * @self: an open request
 *
 * Gets the additional header lines of the response.
 *
 * Returns: the lines
 *
 * Since: 1.0
 */
const char *
ws_open_request_get_response_headers (WsOpenRequest *self)
{
  g_return_val_if_fail (WS_IS_OPEN_REQUEST (self), NULL);

  return self->response_headers;
}

/**
 * ws_open_request_set_response_headers: (set-property response-headers)
 * @self: an open request
 * @response_headers: (nullable): lines `Name: value`, separated by line ends
 *
 * Sets additional header lines of the response, for example `WWW-Authenticate` with status 401.
 *
 * Every line must be a header field that the server does not write itself (Connection, Upgrade,
 * Sec-WebSocket-…, Content-Length). Otherwise [signal@Ws.Server::error] reports the line, and the
 * response is 500.
 *
 * Since: 1.0
 */
void
ws_open_request_set_response_headers (WsOpenRequest *self,
                                      const char    *response_headers)
{
  g_return_if_fail (WS_IS_OPEN_REQUEST (self));

  if (response_headers == NULL)
    response_headers = "";
  if (g_str_equal (self->response_headers, response_headers))
    return;

  g_free (self->response_headers);
  self->response_headers = g_strdup (response_headers);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RESPONSE_HEADERS]);
}

/**
 * ws_open_request_is_cancelled: (get-property cancelled)
 * @self: an open request
 *
 * Gets whether a deferred request needs no decision any more.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
ws_open_request_is_cancelled (WsOpenRequest *self)
{
  g_return_val_if_fail (WS_IS_OPEN_REQUEST (self), FALSE);

  return self->decision.cancelled;
}

/**
 * ws_open_request_defer:
 * @self: an open request
 *
 * Defers the decision. Call this in a handler of [signal@Ws.Server::web-socket-open-request], and keep
 * a reference to @self.
 *
 * Since: 1.0
 */
void
ws_open_request_defer (WsOpenRequest *self)
{
  g_return_if_fail (WS_IS_OPEN_REQUEST (self));

  ws_decision_defer (&self->decision);
}

/**
 * ws_open_request_complete:
 * @self: a deferred open request
 *
 * Responds to a deferred request with the current values of its properties.
 *
 * The main loop sends the response and emits the signals that follow from it.
 *
 * Returns: %FALSE if the request needs no response any more; then nothing happens
 *
 * Since: 1.0
 */
gboolean
ws_open_request_complete (WsOpenRequest *self)
{
  g_return_val_if_fail (WS_IS_OPEN_REQUEST (self), FALSE);

  return ws_decision_complete (&self->decision);
}

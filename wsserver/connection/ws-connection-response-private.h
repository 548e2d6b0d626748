/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"
#include "wsserver/protocol/ws-http-response-private.h"

G_BEGIN_DECLS

/* Logs the response that is about to be sent. FALSE if a handler of the log has let something else happen to
 * the request meanwhile. */
gboolean ws_connection_log_response (WsConnection *self,
                                     guint         status,
                                     const char   *fault);
/* The request as one line of the log. Free with g_free(). */
char *ws_connection_describe_request (WsConnection *self);

/* Sends a refusal of the library, with one line of text that names the fault, and closes the connection. */
void ws_connection_refuse (WsConnection *self,
                           guint         status,
                           const char   *fault);
/* Sends a refusal with these header lines and a line of text, and closes the connection. */
void ws_connection_send_refusal (WsConnection *self,
                                 guint         status,
                                 const char   *headers,
                                 const char   *text,
                                 const char   *description);

/* Returns the header lines that the application has set, as they are sent. NULL if they are malformed: the
 * error is reported and the request refused, unless a handler has let something else happen to it. */
char *ws_connection_clean_headers (WsConnection *self,
                                   const char   *headers);

/* Sends a response with bytes as its body, or NULL. They are referenced, and sent from this offset on. */
void ws_connection_respond_bytes (WsConnection         *self,
                                  const WsHttpResponse *response,
                                  GBytes               *body,
                                  gsize                 offset);
/* Sends a response with the content of a stream as its body. Takes the stream. */
void ws_connection_respond_stream (WsConnection         *self,
                                   const WsHttpResponse *response,
                                   GInputStream         *stream);

/* Output was written: what waits behind it may go on. */
void ws_connection_continue_output (WsConnection *self);

G_END_DECLS

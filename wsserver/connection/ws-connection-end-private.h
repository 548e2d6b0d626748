/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"

G_BEGIN_DECLS

/* What disconnected will report. */
void ws_connection_set_end (WsConnection *self,
                            guint         code,
                            const char   *description);
/* Ends at once: the socket is closed, everything is released, the end is reported from the loop. */
void ws_connection_end (WsConnection *self,
                        guint         code,
                        const char   *description);
/* Ends with the codes that are settled already. */
void ws_connection_end_as_settled (WsConnection *self);

/* Reading or writing has failed; NULL: the peer has hung up. Takes the error. */
void ws_connection_take_io_error (WsConnection *self,
                                  GError       *error);
/* TLS has failed. Reports the error even of a client that never opened, if report is set. Takes the error. */
void ws_connection_take_tls_error (WsConnection *self,
                                   GError       *error,
                                   gboolean      report);
/* The peer has ended its side. */
void ws_connection_handle_eof (WsConnection *self);
/* No byte is left to be written, in a state that waits for that. */
void ws_connection_handle_flushed (WsConnection *self);

/* Input that will not be delivered any more. */
void ws_connection_drop_received (WsConnection *self);
/* No decision on the request is needed any more. */
void ws_connection_cancel_requests (WsConnection *self);
/* Whether the client may leave without having missed anything: it has its response, and has not begun another
 * request. */
gboolean ws_connection_is_between_requests (WsConnection *self);
/* Ends such a connection, with close_notify over TLS. RFC 8446 §6.1. */
void ws_connection_end_between_requests (WsConnection *self,
                                         const char   *description);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the poller watches a connection for, and what is known of edge-triggered input. */
#include "wsserver/connection/ws-connection-watch-private.h"

#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-tls-private.h"
#include "wsserver/request/ws-http-request-private.h"

gboolean
ws_connection_wants_input (WsConnection *self)
{
  switch (self->state)
    {
    case WS_STATE_READING_REQUEST:
    case WS_STATE_READING_BODY:
    case WS_STATE_LINGERING:
      return TRUE;
    case WS_STATE_OPEN:
      return ws_connection_may_deliver (self) && !self->reading_paused;
    case WS_STATE_CLOSING:
      return ws_connection_may_deliver (self);
    case WS_STATE_ACCEPTED:
    case WS_STATE_TLS_HANDSHAKE:
    case WS_STATE_CHECKING_REVOCATION:
    case WS_STATE_AWAITING_DECISION:
    case WS_STATE_RESPONDING:
    case WS_STATE_FLUSHING:
    case WS_STATE_FLUSHING_TO_LINGER:
    case WS_STATE_CLOSED:
      return FALSE;
    }

  g_assert_not_reached ();
}

static gboolean
is_opening_page (WsConnection *self)
{
  WsHttpRequest *request = self->extra != NULL ? self->extra->http_request : NULL;

  return request != NULL && ws_http_request_get_page (request)->state == WS_HTTP_PAGE_OPENING &&
         !ws_decision_is_pending (ws_http_request_get_decision (request));
}

static guint
get_wanted_events (WsConnection *self)
{
  guint events = 0;

  if (self->outbox.length > 0 && (!self->corked || (self->watch.events & WS_POLL_OUT) != 0))
    events = WS_POLL_OUT;

  switch (self->state)
    {
    case WS_STATE_TLS_HANDSHAKE:
      /* A peer that leaves while nothing is read is noticed by its hanging up. */
      return ws_connection_is_deciding_tls (self) ? WS_POLL_READ_HANG_UP : WS_POLL_IN;

    case WS_STATE_AWAITING_DECISION:
      /* A client may end its side behind its request. It waits for nothing but the file. */
      return is_opening_page (self) ? events : events | WS_POLL_READ_HANG_UP;

    case WS_STATE_CHECKING_REVOCATION:
      return events | WS_POLL_READ_HANG_UP;

    case WS_STATE_READING_REQUEST:
    case WS_STATE_READING_BODY:
    case WS_STATE_OPEN:
    case WS_STATE_CLOSING:
    case WS_STATE_LINGERING:
      return ws_connection_wants_input (self) ? events | WS_POLL_IN : events;

    case WS_STATE_ACCEPTED:
    case WS_STATE_RESPONDING:
    case WS_STATE_FLUSHING:
    case WS_STATE_FLUSHING_TO_LINGER:
    case WS_STATE_CLOSED:
      return events;
    }

  g_assert_not_reached ();
}

/* An open connection in plain text that is read and has nothing to write: what it is after most messages. */
static inline gboolean
only_reads (WsConnection *self)
{
  return self->state == WS_STATE_OPEN && self->outbox.length == 0 && self->delivery != WS_DELIVERY_PAUSED &&
         !self->reading_paused && self->transport->funcs->get_events == NULL;
}

static guint
get_events (WsConnection *self)
{
  guint events = ws_transport_get_events (self->transport, get_wanted_events (self));

  /* A client that renegotiates has to be read before it can be written to. Where it is not to be read,
   * what it sends would only wake the loop again and again. */
  if (self->state != WS_STATE_TLS_HANDSHAKE && !ws_connection_wants_input (self))
    events &= ~(guint) WS_POLL_IN;
  return events;
}

/* While the client waits for its turn, its input would only wake the loop again and again. An edge is
 * reported once in any case. */
static guint
silence (WsConnection *self,
         guint         events)
{
  if (self->state == WS_STATE_TLS_HANDSHAKE)
    return 0;

  return (events & WS_POLL_EDGE) != 0 ? events : events & ~(guint) (WS_POLL_IN | WS_POLL_READ_HANG_UP);
}

void
ws_connection_update_watch (WsConnection *self)
{
  guint events;

  if (self->transport == NULL || self->watch.poller == NULL)
    return;

  events = ws_connection_add_edge (self, only_reads (self) ? WS_POLL_IN : get_events (self));
  if (self->turn_call.queued)
    events = silence (self, events);
  if (events != self->watch.events)
    ws_poller_modify_watch (self->watch.poller, &self->watch, events);
}

/* --- edges ----------------------------------------------------------------------------------- */

guint
ws_connection_add_edge (WsConnection *self,
                        guint         events)
{
  return self->input_edge.enabled && events == WS_POLL_IN
             ? events | WS_POLL_EDGE | WS_POLL_READ_HANG_UP | WS_POLL_URGENT
             : events;
}

/* The end, or an error, comes after all input, and a byte out of band amid it, where a read stops short
 * (tcp(7)). Then only reading until there is nothing shows that there is nothing. */
void
ws_connection_note_edge (WsConnection *self,
                         WsPollEvents  events)
{
  if ((self->watch.events & WS_POLL_EDGE) == 0)
    return;

  self->input_edge.readable = TRUE;
  if ((events & ~WS_POLL_IN) != 0)
    self->input_edge.read_to_end = TRUE;
}

/* A short read takes all there is, says epoll(7), with the exceptions that ws_connection_note_edge() sees. */
void
ws_connection_note_read (WsConnection *self,
                         gsize         n_read,
                         gsize         size)
{
  self->input_edge.readable = self->input_edge.readable && (n_read == size || self->input_edge.read_to_end);
}

void
ws_connection_note_read_to_end (WsConnection *self)
{
  self->input_edge.readable = FALSE;
}

gboolean
ws_connection_has_unreported_input (WsConnection *self)
{
  return (self->input_edge.readable && self->input_edge.read_to_end) ||
         ws_transport_has_pending (self->transport);
}

void
ws_connection_rearm_edge (WsConnection *self)
{
  if (!self->input_edge.readable || self->turn_call.queued)
    return;

  self->input_edge.readable = FALSE;
  if (self->transport != NULL && (self->watch.events & WS_POLL_EDGE) != 0)
    ws_poller_rearm_watch (self->watch.poller, &self->watch);
}

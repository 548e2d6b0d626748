/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection-context-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-connection.h"
#include "wsserver/connection/ws-subscriber-private.h"
#include "wsserver/io/ws-outbox-private.h"
#include "wsserver/io/ws-peer-address-private.h"
#include "wsserver/io/ws-poller-private.h"
#include "wsserver/io/ws-transport-private.h"
#include "wsserver/protocol/ws-deflate-private.h"
#include "wsserver/protocol/ws-http-head-private.h"
#include "wsserver/protocol/ws-protocol-private.h"

G_BEGIN_DECLS

/* See ws-connection-tls-private.h. */
typedef struct _WsConnectionTls WsConnectionTls;
/* See ws-connection-log-private.h. */
typedef struct _WsConnectionLines WsConnectionLines;

/* What is known of input that the poller reports once, see ws-connection-watch-private.h. */
typedef struct
{
  guint8 enabled : 1;
  guint8 readable : 1;    /* reported, and not read to the end since */
  guint8 read_to_end : 1; /* a short read may leave something */
} WsInputEdge;

/* What every message touches comes first and lies together: the kernel's own work on a message leaves
 * little of it in the nearest cache. */
struct _WsConnection
{
  GObject parent_instance;

  WsConnectionContext *context; /* NULL once the end was reported */
  WsWatch              watch;
  WsTransport         *transport; /* NULL once closed */
  WsConnectionExtra   *extra;
  WsConnectionTls     *tls;      /* NULL in plain text */
  WsDeflater          *deflater; /* NULL when compression was not agreed */

  /* Bytes read and not yet delivered, in the buffer of the dispatch that read them. They are the
   * connection's and not the dispatch's, so that a nested dispatch goes on with them in order. */
  guint8 *input;
  gsize   input_length;

  WsConnectionState state : 8; /* assigned by ws_connection_enter_state() only */
  guint8            data_format;
  guint16           pending;     /* WsPending */
  guint8            dispatching; /* calls of the ready function on the stack */
  WsInputEdge       input_edge;
  WsDelivery        delivery : 2;
  guint             head_only : 1;   /* the request is a HEAD */
  guint             keep_alive : 1;  /* another request may follow its response */
  guint             sets_cookie : 1; /* the response to the request sets that of the token */
  guint             answered : 1;    /* at least one request was */
  guint             was_open : 1;
  guint             announcing : 1; /* open; connected is still to be emitted, and comes first */
  guint             line_mode : 1;
  guint             ready_to_send : 1;
  guint             corked : 1; /* sends are gathered until the events of this dispatch are delivered */
  guint             close_received : 1;
  guint             awaiting_pong : 1;
  guint             compress : 1;        /* messages may be compressed; per message, by the application */
  guint             reading_paused : 1;  /* until less waits to be sent: ReadPauseQueue */
  guint             may_hold_memory : 1; /* a buffer of the extra state may be in use */
  guint             report_fault : 1;    /* also of a client that never opened: it is an error of TLS */
  guint             message_begins : 1;  /* no part of the current message has been delivered */
  int               timeout_s;
  guint64           counted_bytes;  /* see ws_connection_count_memory() */
  guint8            turn_over;      /* see ws_connection_begin_turn() */
  guint8            continues_turn; /* the next dispatch of the backlog begins no new turn */
  guint16           local_port;
  guint32           turn_bytes; /* since the last look at the clock */
  guint32           turn_looks;

  WsOutbox   outbox;
  WsProtocol protocol;
  guint64    bytes_sent;
  guint64    bytes_received;
  guint64    messages_sent;
  guint64    messages_received;

  guint64      id;         /* this and the task queue never change, so any thread may read them */
  WsTaskQueue *task_queue; /* the poller's */
  WsIdleCall   idle_call;
  WsIdleCall   turn_call;   /* queued while input waits behind the other clients */
  WsTimer      phase_timer; /* handshake, close or linger */
  WsTimer      idle_timer;  /* during the TLS handshake: the client's silence */
  WsTimer      ping_timer;  /* the next ping, or the pong awaited */

  WsHttpHead        *head; /* kept: host, origin, request-uri … are spans of it */
  char              *id_text;
  char              *sub_protocol;
  char              *offered_sub_protocols;
  char              *extensions;
  char              *remote_host;
  char              *local_address;
  char              *description; /* of the end */
  WsConnectionLines *lines;       /* that wait to be logged; NULL before the first */
  GError            *fault;       /* a local failure that ended the connection */
  WsSubscriber      *subscribers; /* of this client to topics; NULL: none */
  WsPeerAddress      peer;
  WsPeerAddress     *proxy; /* that the peer is behind, as the request says; NULL: none */

  guint64 uncompressed_bytes; /* payload of the messages sent compressed, before … */
  guint64 compressed_bytes;   /* … and after */
  gint64  round_trip_us;      /* -1: not measured */
  guint   close_code;         /* of the end */
  guint   map_index;          /* place in the list of the WsConnectionMap */
};

WsConnection *ws_connection_new (WsConnectionContext *context,
                                 guint64              id,
                                 WsTransport         *transport,
                                 const WsPeerAddress *peer,
                                 int                  timeout_s);
/* socket_family is that of the transport's socket, which need not be the peer's. */
gboolean ws_connection_start (WsConnection *self,
                              int           socket_family,
                              GError      **error);

/* Whether the client's data may be delivered now. */
static inline gboolean
ws_connection_may_deliver (const WsConnection *self)
{
  return self->delivery != WS_DELIVERY_PAUSED && !self->announcing;
}

/* Whether frames of the client are processed. */
static inline gboolean
ws_connection_is_receiving (const WsConnection *self)
{
  return (self->state == WS_STATE_OPEN || self->state == WS_STATE_CLOSING) && !self->close_received;
}

G_END_DECLS

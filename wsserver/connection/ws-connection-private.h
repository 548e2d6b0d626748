/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/config/ws-config-private.h"
#include "wsserver/connection/ws-connection-context-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-connection.h"
#include "wsserver/io/ws-byte-buffer-private.h"
#include "wsserver/io/ws-outbox-private.h"
#include "wsserver/io/ws-peer-address-private.h"
#include "wsserver/io/ws-poller-private.h"
#include "wsserver/io/ws-transport-private.h"
#include "wsserver/protocol/ws-deflate-private.h"
#include "wsserver/protocol/ws-http-head-private.h"
#include "wsserver/protocol/ws-protocol-private.h"
#include "wsserver/request/ws-open-request.h"

G_BEGIN_DECLS

/* See ws-connection-tls-private.h. */
typedef struct _WsConnectionTls WsConnectionTls;

/* What only a few connections need at a time, made on demand. */
typedef struct
{
  WsByteBuffer         message; /* of the message (BufferMessage) or the frame being assembled */
  WsByteBuffer         line;    /* line mode: bytes not yet delivered as lines, from line_start on */
  gsize                line_start;
  gsize                line_searched; /* bytes from line_start on known to hold no line end */
  WsByteBuffer         held;          /* read but not to be delivered yet: paused, or before the 101 */
  WsByteBuffer         head;          /* a request head that came in pieces */
  WsHttpHeadScanner    scanner;
  WsConnectionSettings settings;
  WsOpenRequest       *open_request; /* awaits the decision; not a reference, see WsDecision */
  WsOpcode             message_opcode;
  gboolean             message_compressed;
  WsUtf8Validator      message_utf8;
  guint64              message_left; /* MessageLength: bytes of the message under way still to be sent */
  /* WsSendJob: queued behind a stream under way, or waiting to be written */
  GQueue   jobs;
  guint64  waiting_bytes; /* payload of the jobs not started */
  GQueue   finished;      /* WsSendJob: to be told */
  GQueue   pings;         /* WsSendJob: waiting for their pong */
  GQueue   closers;       /* WsSendJob: waiting for the end */
  gboolean running_jobs;  /* guards ws_connection_run_jobs() against itself */
  guint64  taken;         /* bytes the client had acknowledged at the last look */
  guint64  ping_sequence;
  gint64   ping_sent_us;                        /* of ping_sequence */
  guint8   pong[WS_CONTROL_PAYLOAD_MAX_LENGTH]; /* latest pong owed while the outbox is full */
  guint8   pong_length;
  gboolean pong_owed;
} WsConnectionExtra;

/* What every message touches comes first and lies together: the kernel's own work on a message leaves
 * little of it in the nearest cache. */
struct _WsConnection
{
  GObject parent_instance;

  WsConnectionContext *context; /* NULL once ended and told */
  WsWatch              watch;
  WsTransport         *transport; /* NULL once closed */
  WsConnectionExtra   *extra;
  WsConnectionTls     *tls;      /* NULL in plain text */
  WsDeflater          *deflater; /* NULL when compression was not agreed */

  /* Bytes read and not yet delivered, in the buffer of the dispatch that read them. They are the
   * connection's and not the dispatch's, so that a nested dispatch goes on with them in order. */
  guint8 *input;
  gsize   input_length;

  guint8  state; /* WsConnectionState */
  guint8  data_format;
  guint16 pending;     /* WsPending */
  guint8  dispatching; /* calls of the ready function on the stack */
  guint   over_capacity : 1;
  guint   head_only : 1;
  guint   was_connected : 1;
  guint   paused : 1;
  guint   line_mode : 1;
  guint   ready_to_send : 1;
  guint   corked : 1;        /* sends are gathered until the events of this dispatch are delivered */
  guint   linger : 1;        /* end by shutting down our side first: the peer may have more for us to read */
  guint   peer_finished : 1; /* end of the peer's bytes seen */
  guint   close_received : 1;
  guint   close_sent : 1; /* queued, to be exact */
  guint   discarding : 1; /* closed while paused: data is dropped until the client's close frame */
  guint   awaiting_pong : 1;
  guint   compress : 1;   /* messages may be compressed; per message, by the application */
  guint   more_input : 1; /* the transport holds input that was left for the next turn */
  /* the fault is an error of TLS, to be told also of a client that never opened */
  guint tell_fault : 1;
  guint has_edges : 1;      /* the poller tells of input once, see WS_POLL_EDGE */
  guint readable : 1;       /* told so by an edge, and not read to the end since */
  guint hung_up : 1;        /* an edge has told of what a short read leaves: see note_edge() */
  guint message_begins : 1; /* no part of the message under way has been delivered */
  int   timeout_s;

  WsOutbox   outbox;
  WsProtocol protocol;
  guint64    bytes_sent;
  guint64    bytes_received;
  guint64    messages_sent;
  guint64    messages_received;
  guint64    written; /* bytes the transport has taken */

  guint64      id;         /* this and the task queue stay, so that any thread may read them */
  WsTaskQueue *task_queue; /* the poller's */
  WsIdleCall   idle_call;
  WsTimer      phase_timer; /* handshake, close or linger */
  WsTimer      idle_timer;  /* during the TLS handshake: the client's silence */
  WsTimer      ping_timer;  /* the next ping, or the pong awaited */

  WsHttpHead   *head; /* kept: host, origin, request-uri … are spans of it */
  char         *id_text;
  char         *sub_protocol;
  char         *offered_sub_protocols;
  char         *extensions;
  char         *remote_host;
  char         *local_address;
  char         *description; /* of the end */
  GError       *fault;       /* a local failure that ended the connection */
  WsPeerAddress peer;

  guint64 uncompressed_bytes; /* payload of the messages sent compressed, before … */
  guint64 compressed_bytes;   /* … and after */
  gint64  round_trip_us;      /* -1: not measured */
  guint   close_code;         /* of the end */
  guint   map_index;          /* place in the list of the WsConnectionMap */
  guint16 local_port;
};

WsConnection      *ws_connection_new (WsConnectionContext *context,
                                      guint64              id,
                                      WsTransport         *transport,
                                      const WsPeerAddress *peer,
                                      int                  timeout_s,
                                      gboolean             over_capacity);
gboolean           ws_connection_start (WsConnection *self,
                                        GError      **error);
WsConnectionExtra *ws_connection_get_extra (WsConnection *self);
void               ws_connection_set_ready_to_send (WsConnection *self,
                                                    gboolean      ready_to_send);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/io/ws-transport-private.h"

G_BEGIN_DECLS

/* The socket below a TLS connection of GIO's backend, as a stream that spares it its traps:
 *
 * - Until it is open GIO's thread has it: reads and writes block, and ws_tls_wire_abandon() ends
 *   them from the owner's thread.
 * - Once open, what is written is always taken; what the socket refuses waits in a queue here. So a
 *   write never would block, which the backend answers badly, and neither does a close.
 * - Once open, a call from another thread can only be a handshake that the client has asked for. The
 *   backend serves any number of these, in threads. They are refused by ending the connection.
 *
 * Reference counted (atomically): the descriptor is closed with the last reference, so a thread
 * never meets another file under its number. */
typedef struct _WsTlsWire WsTlsWire;

/* What may wait in the queue beyond one write's worth; a peer that makes us answer without reading
 * the answers is dropped there. */
#define WS_TLS_WIRE_MAX_QUEUE_BYTES (256 * 1024)

/* Takes a non-blocking stream socket. */
WsTlsWire *ws_tls_wire_new (int fd);
WsTlsWire *ws_tls_wire_ref (WsTlsWire *self);
void       ws_tls_wire_unref (WsTlsWire *self);

/* The stream for the backend; it references the wire. */
GIOStream *ws_tls_wire_create_stream (WsTlsWire *self);

/* Bytes already read, which the stream gives before those still to come. Takes the array. */
void ws_tls_wire_replay (WsTlsWire  *self,
                         GByteArray *bytes);
/* The handshake is over: from now on the socket is the calling thread's. */
void ws_tls_wire_open (WsTlsWire *self);
/* Once open, what the streams read until this is called again; the rest stays in the socket, which shows
 * it to the next poll. TLS may read on for as long as there is something that brings no data. */
void ws_tls_wire_limit_reading (WsTlsWire *self,
                                gsize      max_bytes);
/* Nothing goes in or out any more, and a thread that waits for the socket goes on. */
void ws_tls_wire_abandon (WsTlsWire *self);

/* The following are for the owner's thread, while GIO's has not got the socket. */

/* OK, WOULD_BLOCK, CLOSED, or FAILED with ws_tls_wire_get_errno(). */
WsIOStatus ws_tls_wire_receive (WsTlsWire *self,
                                guint8    *data,
                                gsize      size,
                                gsize     *n_read);
/* Sends or queues. FALSE: see ws_tls_wire_get_errno(). */
gboolean ws_tls_wire_send (WsTlsWire    *self,
                           const guint8 *data,
                           gsize         length);
/* While gathering, everything goes to the queue, to leave in one write. */
void ws_tls_wire_set_gathering (WsTlsWire *self,
                                gboolean   gathering);
/* FALSE as above. TRUE with something left in the queue: the socket is full. */
gboolean ws_tls_wire_flush (WsTlsWire *self);
gsize    ws_tls_wire_get_queue_length (WsTlsWire *self);
/* Ends the sending side once the queue is empty. */
void ws_tls_wire_end (WsTlsWire *self);

/* Why the socket failed, or 0. */
int ws_tls_wire_get_errno (WsTlsWire *self);
/* Whether a read has met the end. Once open, such a read would block as far as TLS is told. */
gboolean ws_tls_wire_is_at_eof (WsTlsWire *self);
/* Whether bytes wait to be replayed. */
gboolean ws_tls_wire_has_replay (WsTlsWire *self);

/* These may be asked at any time. */

/* Whether the client has ended its sending side, though it may have sent more before. */
gboolean ws_tls_wire_is_hung_up (WsTlsWire *self);
/* Whether GIO's thread has begun to read: it will then meet the end by itself. */
gboolean ws_tls_wire_was_read (WsTlsWire *self);
/* Whether a handshake that the client asked for was refused. */
gboolean ws_tls_wire_has_refused (WsTlsWire *self);

G_END_DECLS

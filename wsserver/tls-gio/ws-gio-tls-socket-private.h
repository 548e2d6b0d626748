/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/tls/ws-record-socket-private.h"

G_BEGIN_DECLS

/* The socket below a TLS connection of GIO's backend. It spares the backend its traps:
 *
 * - Until it is open, GIO's thread has it. Reads and writes block, and ws_gio_tls_socket_abandon() ends
 *   them from the owner's thread.
 * - Once open, what is written is always taken, see WsRecordSocket. So a write never would block, which
 *   the backend handles badly, and neither does a close.
 * - Once open, a call from another thread can only be a handshake that the client has asked for. The
 *   backend serves any number of these, in threads. They are refused by ending the connection.
 *
 * Reference counted (atomically): the descriptor is closed with the last reference, so a thread never
 * meets another file under its number. */
typedef struct _WsGioTlsSocket WsGioTlsSocket;

/* Takes a non-blocking stream socket. */
WsGioTlsSocket *ws_gio_tls_socket_new (int fd);
WsGioTlsSocket *ws_gio_tls_socket_ref (WsGioTlsSocket *self);
void            ws_gio_tls_socket_unref (WsGioTlsSocket *self);

/* --- for the owner's thread ------------------------------------------------------------------ */

/* Not to be used while GIO's thread has the socket. */
WsRecordSocket *ws_gio_tls_socket_get_record_socket (WsGioTlsSocket *self);
/* The handshake is over: from now on the socket is the calling thread's. */
void ws_gio_tls_socket_open (WsGioTlsSocket *self);
/* Once open, what GIO may read until this is called again. The rest stays in the socket, and the next
 * poll shows it. TLS may read on for as long as there is something that brings no data. */
void ws_gio_tls_socket_limit_reading (WsGioTlsSocket *self,
                                      gsize           max_bytes);
/* Nothing goes in or out any more, and a thread that waits for the socket goes on. */
void ws_gio_tls_socket_abandon (WsGioTlsSocket *self);

/* These may be asked at any time. */

/* Whether the client has ended its sending side, though it may have sent more before. */
gboolean ws_gio_tls_socket_is_hung_up (WsGioTlsSocket *self);
/* Whether GIO's thread has begun to read: it will then meet the end by itself. */
gboolean ws_gio_tls_socket_was_read (WsGioTlsSocket *self);
/* Whether a handshake that the client asked for was refused. */
gboolean ws_gio_tls_socket_has_refused (WsGioTlsSocket *self);

/* --- for GIO's streams, in any thread -------------------------------------------------------- */

typedef enum
{
  WS_GIO_TLS_BLOCK,      /* wait for the socket, until it is open */
  WS_GIO_TLS_WOULD_BLOCK /* fail with G_IO_ERROR_WOULD_BLOCK */
} WsGioTlsBlocking;

/* As the functions of GIO's streams. */
gssize ws_gio_tls_socket_read (WsGioTlsSocket  *self,
                               void            *buffer,
                               gsize            size,
                               WsGioTlsBlocking blocking,
                               GCancellable    *cancellable,
                               GError         **error);
gssize ws_gio_tls_socket_write (WsGioTlsSocket  *self,
                                const void      *data,
                                gsize            length,
                                WsGioTlsBlocking blocking,
                                GCancellable    *cancellable,
                                GError         **error);
int    ws_gio_tls_socket_get_fd (WsGioTlsSocket *self);
/* Whether a read would give bytes though the descriptor does not show them. */
gboolean ws_gio_tls_socket_has_replay (WsGioTlsSocket *self);

G_END_DECLS

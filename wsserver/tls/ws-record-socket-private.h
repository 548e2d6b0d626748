/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/io/ws-transport-private.h"

G_BEGIN_DECLS

/* The socket below TLS.
 *
 * A library of TLS that meets a full socket in the middle of a record sends the record twice or loses
 * an alert. So ws_record_socket_send() takes everything: what the socket refuses waits in a queue.
 * Embedded in its owner. One thread at a time. */
typedef struct
{
  int   fd;                 /* borrowed; -1 once the owner has closed it */
  guint process_generation; /* a forked child sends nothing; see ws-process-private.h */

  /* Why the socket failed, or 0. After a failed write nothing is written any more. */
  int read_errno;
  int write_errno;

  GByteArray *replay; /* bytes to give before those of the socket; NULL: none */
  gsize       replay_offset;

  guint8 *queue; /* sealed bytes that the socket did not take; NULL when empty */
  gsize   queue_start;
  gsize   queue_length;
  gsize   queue_size;

  gboolean at_eof;      /* a read has met the end of the stream */
  gboolean gathering;   /* everything goes to the queue, to leave in one write */
  gboolean fin_pending; /* the sending side ends once the queue is empty */
  gboolean fin_sent;
} WsRecordSocket;

/* What may wait in the queue beyond one write's worth. A peer that makes us answer and does not read
 * the answers is dropped there. */
#define WS_RECORD_SOCKET_MAX_QUEUE_BYTES (256 * 1024)

void ws_record_socket_init (WsRecordSocket *self,
                            int             fd);
/* Frees what it holds. Does not close the descriptor. */
void ws_record_socket_clear (WsRecordSocket *self);

/* Takes bytes that were received earlier: they are received again, before those still to come. */
void ws_record_socket_take_replay (WsRecordSocket *self,
                                   GByteArray     *bytes);

/* OK, WOULD_BLOCK, CLOSED, or FAILED with read_errno. */
WsIOStatus ws_record_socket_receive (WsRecordSocket *self,
                                     guint8         *buffer,
                                     gsize           size,
                                     gsize          *n_received);

/* Sends or queues all of it. After ws_record_socket_end() it is dropped: TLS may still answer a
 * request for new keys, and no peer waits for that. FALSE: see write_errno. */
gboolean ws_record_socket_send (WsRecordSocket     *self,
                                const struct iovec *vectors,
                                guint               n_vectors);
/* Sends what the socket takes now and queues nothing; 0 if the socket is full. FALSE: see write_errno. */
gboolean ws_record_socket_send_now (WsRecordSocket     *self,
                                    const struct iovec *vectors,
                                    guint               n_vectors,
                                    gsize              *n_sent);
/* Sends what waits in the queue. FALSE: see write_errno. TRUE with something left: the socket is
 * full. */
gboolean ws_record_socket_flush (WsRecordSocket *self);
/* Ends the sending side (FIN) once the queue is empty. */
void ws_record_socket_end (WsRecordSocket *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls/ws-tls-transport-private.h"

G_BEGIN_DECLS

/* A TLS transport over GnuTLS, without its traps:
 *
 * - The ClientHello is read, and the certificate decided, before GnuTLS sees a byte.
 * - What GnuTLS writes is always taken, see WsRecordSocket. A record that was sealed but refused would
 *   otherwise be sent twice, or swallow an alert.
 * - Input is read ahead for the length of one call.
 *
 * No call blocks. A call from within a callback of another one returns WOULD_BLOCK. */
typedef struct
{
  WsTlsTransport parent;

  WsRecordSocket   socket;
  WsTlsContext    *context; /* a reference */
  gnutls_session_t session; /* NULL before the handshake proper */

  /* Received bytes that GnuTLS has not taken: in the shared scratch memory during a call, in kept
   * between calls. */
  const guint8 *window;
  gsize         window_length;
  guint8       *kept;
  guint8       *scratch;

  int    late_result;      /* of GnuTLS, met behind data that had to be given first */
  guint8 n_renegotiations; /* asked for by the client */
  guint8 n_warnings;       /* alerts of the client since its last data */
  guint8 n_fills;          /* of the scratch memory, in this call */
  guint  in_call : 1;      /* GnuTLS is on the stack */
  guint  drained : 1;      /* this call has seen the socket empty, or has read enough */
  guint  has_late_result : 1;
  guint  was_checked : 1; /* the client's certificate, in this handshake */
  guint  was_open : 1;    /* a handshake has completed */
  guint  write_ended : 1; /* close_notify is on its way */
  guint  refused : 1;     /* a renegotiation; its ClientHello is still to be dropped */
} WsGnutlsSession;

#define WS_GNUTLS_SESSION(transport) ((WsGnutlsSession *) (transport))

#define WS_GNUTLS_MAX_RENEGOTIATIONS 4
/* Alerts in a row that end nothing; more are no accident. */
#define WS_GNUTLS_MAX_WARNINGS 16

/* --- ws-gnutls-io.c: the bytes below the records --------------------------------------------- */

/* Around every call of GnuTLS that may read or write. */
void ws_gnutls_io_begin_call (WsGnutlsSession *self);
void ws_gnutls_io_end_call (WsGnutlsSession *self);
void ws_gnutls_io_set_functions (WsGnutlsSession *self);
/* Whether GnuTLS may find more than it has seen so far in this call. */
gboolean ws_gnutls_io_may_have_more (const WsGnutlsSession *self);

/* --- ws-gnutls-info.c: what was negotiated --------------------------------------------------- */

void ws_gnutls_info_get (gnutls_session_t session,
                         WsTlsInfo       *info);

/* --- ws-gnutls-failure.c --------------------------------------------------------------------- */

/* Fails the transport with what a code of GnuTLS stands for. */
void ws_gnutls_failure_set (WsGnutlsSession *self,
                            int              result);
/* The same with an alert for the client, if one is due. During a call. */
WsIOStatus ws_gnutls_failure_abort (WsGnutlsSession *self,
                                    int              result,
                                    GError         **error);

/* --- ws-gnutls-handshake.c ------------------------------------------------------------------- */

/* As of WsTransport. */
WsIOStatus ws_gnutls_handshake_step (WsGnutlsSession *self,
                                     GError         **error);
/* 0, or a code of GnuTLS, GNUTLS_E_AGAIN only when the socket is empty. During a call. */
int  ws_gnutls_handshake_run (WsGnutlsSession *self);
void ws_gnutls_handshake_report_alert (WsGnutlsSession *self);

/* --- ws-gnutls-data.c: what happens once the handshake is over ------------------------------- */

/* As of WsTransport. */
WsIOStatus ws_gnutls_data_read (WsGnutlsSession *self,
                                guint8          *buffer,
                                gsize            size,
                                gsize           *n_read,
                                GError         **error);
WsIOStatus ws_gnutls_data_writev (WsGnutlsSession    *self,
                                  const struct iovec *vectors,
                                  guint               n_vectors,
                                  gsize              *n_written,
                                  GError            **error);
WsIOStatus ws_gnutls_data_flush (WsGnutlsSession *self,
                                 GError         **error);
gboolean   ws_gnutls_data_has_pending (const WsGnutlsSession *self);
/* Sends close_notify and, once it is out, ends the socket's sending side. */
void ws_gnutls_data_end (WsGnutlsSession *self);
/* Sends a fatal alert and fails. */
void ws_gnutls_data_reject (WsGnutlsSession *self,
                            guint8           alert,
                            const char      *reason);

G_END_DECLS

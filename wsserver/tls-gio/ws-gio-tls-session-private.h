/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls-gio/ws-gio-tls-context-private.h"
#include "wsserver/tls-gio/ws-gio-tls-socket-private.h"
#include "wsserver/tls-gio/ws-handshake-slot-private.h"

G_BEGIN_DECLS

/* A TLS transport over GIO's backend. Between the ClientHello and the end of the handshake the socket
 * is another thread's, and ws_transport_get_events() asks for neither input nor output. */
typedef struct _WsGioTlsSession WsGioTlsSession;

/* A handshake that GIO runs; it outlives its transport. */
typedef struct
{
  WsGioTlsSession *session; /* NULL once that has let go of it */
  GCancellable    *cancellable;
} WsGioTlsHandshake;

struct _WsGioTlsSession
{
  WsTlsTransport parent;

  WsGioTlsContext       *context;      /* a reference */
  GMainContext          *main_context; /* a reference: where everything happens */
  WsGioTlsSocket        *socket;       /* a reference */
  WsHandshakeSlot        slot;
  WsGioTlsHandshake     *handshake; /* NULL unless GIO runs one */
  GTlsConnection        *connection;
  GPollableInputStream  *input;      /* the connection's */
  GPollableOutputStream *output;     /* the connection's */
  GArray                *peer_chain; /* of gnutls_datum_t, or NULL */
  WsTlsInfo              info;

  guint was_refused : 1;   /* the client's certificate */
  guint may_have_more : 1; /* the last read stopped short of what TLS has */
  guint at_end : 1;        /* the client has ended its side */
  guint write_ended : 1;   /* close_notify is on its way */
};

#define WS_GIO_TLS_SESSION(transport) ((WsGioTlsSession *) (transport))

/* --- ws-gio-tls-failure.c -------------------------------------------------------------------- */

/* Fails the transport with an error of GIO, which is taken, or with what the socket knows better. */
void ws_gio_tls_failure_take (WsGioTlsSession *self,
                              GError          *gio_error);

/* --- ws-gio-tls-handshake.c ------------------------------------------------------------------ */

/* As of WsTransport. */
WsIOStatus ws_gio_tls_handshake_step (WsGioTlsSession *self,
                                      GError         **error);
/* Lets go of whatever runs or waits. */
void ws_gio_tls_handshake_leave (WsGioTlsSession *self);
/* For the slot. */
void ws_gio_tls_handshake_slot_acquired_cb (WsHandshakeSlot *slot);

G_END_DECLS

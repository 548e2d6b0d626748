/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/tls-gio/ws-handshake-slot-private.h"
#include "wsserver/tls-gio/ws-gio-tls-context-private.h"
#include "wsserver/tls-gio/ws-gio-tls-socket-private.h"

G_BEGIN_DECLS

/* Between the parts of the transport. */

typedef enum
{
  WS_TLS_PLATFORM_HELLO,   /* waiting for the ClientHello */
  WS_TLS_PLATFORM_WAITING, /* for a place among the handshakes */
  WS_TLS_PLATFORM_RUNNING, /* GIO's thread has the socket */
  WS_TLS_PLATFORM_OPEN,
  WS_TLS_PLATFORM_FAILED, /* failure is set */
} WsTlsPlatformState;

typedef struct _WsTlsPlatformTransport WsTlsPlatformTransport;

/* A handshake under way; it outlives its transport. */
typedef struct
{
  WsTlsPlatformTransport *transport; /* NULL once that has let go of it */
  GCancellable           *cancellable;
} WsTlsPlatformHandshake;

struct _WsTlsPlatformTransport
{
  WsTransport parent;

  /* Calls that run callbacks hold references of their own: a callback may free the transport. */
  guint    ref_count;
  gboolean freed;

  WsTlsPlatform            *platform;
  GMainContext             *context;
  const WsTlsPlatformFuncs *funcs;
  gpointer                  user_data;

  WsTlsPlatformState      state;
  GError                 *failure; /* told again by each later call */
  WsTlsWire              *wire;
  WsClientHelloReader    *reader; /* NULL once its bytes are with the wire */
  WsTlsSeat               seat;
  WsTlsPlatformHandshake *handshake; /* NULL unless one is under way */
  GTlsConnection         *connection;
  GPollableInputStream   *input;      /* the connection's */
  GPollableOutputStream  *output;     /* the connection's */
  GArray                 *peer_chain; /* of gnutls_datum_t, or NULL */
  char                   *application_protocol;
  const char             *version;
  guint16                 suite; /* 0: unknown */

  guint was_refused : 1;   /* the client's certificate */
  guint may_have_more : 1; /* the last read stopped short of what TLS has */
  guint at_end : 1;        /* the client has ended its side */
  guint write_ended : 1;   /* close_notify is on its way */
};

WsTlsPlatformTransport *ws_tls_platform_transport_ref (WsTlsPlatformTransport *self);
void                    ws_tls_platform_transport_unref (WsTlsPlatformTransport *self);

/* One step before the stream is open; and what comes of it when the context says so. */
WsIOStatus ws_tls_platform_transport_handshake (WsTlsPlatformTransport *self,
                                                GError                **error);
/* Lets go of whatever is under way. */
void ws_tls_platform_transport_leave_handshake (WsTlsPlatformTransport *self);
void ws_tls_platform_transport_granted_cb (WsTlsSeat *seat);

void ws_tls_platform_transport_tell (WsTlsPlatformTransport *self,
                                     const char             *format,
                                     ...) G_GNUC_PRINTF (2, 3);
/* Ends it with a failure, which is taken; the first one stays. */
void ws_tls_platform_transport_fail (WsTlsPlatformTransport *self,
                                     GError                 *failure);
/* With an error of GIO, which is taken, or what the socket knows better. */
void ws_tls_platform_transport_fail_from_gio (WsTlsPlatformTransport *self,
                                              const char             *place,
                                              GError                 *gio_error);

G_END_DECLS

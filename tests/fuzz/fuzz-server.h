/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fuzz.h"

#include <gnutls/gnutls.h>

#include "wsserver/connection/ws-connection.h"
#include "wsserver/request/ws-http-request.h"
#include "wsserver/request/ws-open-request.h"
#include "wsserver/server/ws-server.h"

G_BEGIN_DECLS

/* A server and its clients in one thread, without a network: each client is one end of a socket pair, and the
 * server is given the other end as if it had accepted it. The input says what the clients send, from its
 * front, and what the handlers of the application do, from its back. */

#define FUZZ_N_CLIENTS 4
#define FUZZ_MAX_DEPTH 3    /* of iterations inside of handlers */
#define FUZZ_MAX_ACTIONS 50 /* of handlers, for one input */

/* What a connection has told. */
typedef struct
{
  WsConnection *connection; /* a reference */
  guint         n_connected;
  guint         n_disconnected;
} FuzzPeer;

typedef struct
{
  int              fd; /* -1: not there */
  GByteArray      *received;
  gnutls_session_t session;            /* NULL: in plain text */
  gboolean         is_secure;          /* the TLS handshake has ended */
  gboolean         may_have_sent_head; /* a request whose response has no body */
} FuzzClient;

typedef struct
{
  FuzzInput     input;
  GMainContext *context;
  gboolean      use_tls;
  WsServer     *server; /* NULL once the application has dropped it */
  gpointer      weak_server;
  GPtrArray    *peers; /* of FuzzPeer */
  FuzzClient    clients[FUZZ_N_CLIENTS];
  GPtrArray    *deferred; /* requests of both kinds */
  GCancellable *cancellable;
  guint         depth;
  guint         n_actions;
  guint         n_started; /* asynchronous calls */
  guint         n_ended;
  guint         n_alive; /* connections */
} FuzzWorld;

/* What handlers do is taken from the end of the input. */
guint8 fuzz_take_last_byte (FuzzInput *input);

WsCertificate *fuzz_get_certificate (void);

/* Lets time pass, for the library alone. */
void fuzz_advance_time (guint seconds);

/* In fuzz-server-client.c */

void fuzz_client_open (FuzzWorld *self,
                       guint      index);
void fuzz_client_send (FuzzWorld    *self,
                       guint         index,
                       const guint8 *data,
                       gsize         length);
/* Below TLS. */
void fuzz_client_send_raw (FuzzWorld    *self,
                           guint         index,
                           const guint8 *data,
                           gsize         length);
/* A masked frame; the key is always the same. */
void fuzz_client_send_frame (FuzzWorld    *self,
                             guint         index,
                             guint8        first_byte,
                             const guint8 *payload,
                             gsize         length);
/* One of many, whole. */
void fuzz_client_send_request (FuzzWorld *self,
                               guint      index,
                               guint8     choice);
void fuzz_client_receive (FuzzWorld *self,
                          guint      index);
void fuzz_client_close (FuzzWorld *self,
                        guint      index);
/* Closes it, if it is there, and asserts that all it got were responses and frames in order. */
void fuzz_client_check (FuzzWorld *self,
                        guint      index);

/* In fuzz-server-actions.c */

FuzzPeer *fuzz_find_peer (FuzzWorld    *self,
                          WsConnection *connection);
/* One action of the application, on a connection or the server. connection may be NULL. */
void fuzz_act (FuzzWorld    *self,
               WsConnection *connection);
/* Decides one of the requests that were deferred. */
void fuzz_decide_deferred (FuzzWorld *self,
                           guint8     choice);
void fuzz_set_up_handlers (FuzzWorld *self,
                           guint8     flags);

G_END_DECLS

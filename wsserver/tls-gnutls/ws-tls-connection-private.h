/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/tls-gnutls/ws-gnutls-session-private.h"

G_BEGIN_DECLS

/* The server's side of a TLS connection over GnuTLS as a GTlsServerConnection: non-blocking, and
 * without a thread also in its asynchronous calls. Its base is a stream socket.
 *
 * One thread, one main context. The first handshake, read or write starts the handshake; a handler
 * of accept-certificate, or the owner's funcs, decide about the client's certificate. */
#define WS_TYPE_TLS_CONNECTION (ws_tls_connection_get_type ())
G_DECLARE_FINAL_TYPE (WsTlsConnection, ws_tls_connection, WS, TLS_CONNECTION, GTlsConnection)

/* All may be NULL. They may do anything; the connection stays alive around them. */
typedef struct
{
  /* The ClientHello is there; choose a context now or later. TRUE goes on at once; FALSE waits for
   * ws_tls_connection_proceed() or ws_tls_connection_refuse(). */
  gboolean (*client_hello) (WsTlsConnection     *connection,
                            const WsClientHello *hello,
                            gpointer             user_data);
  /* Whether to accept what the client presented; asked in each handshake, also of a resumed
   * session. */
  gboolean (*client_certificate) (WsTlsConnection              *connection,
                                  const WsTlsClientCertificate *presented,
                                  gpointer                      user_data);
  /* The handshake's story, line by line. */
  void (*status) (WsTlsConnection *connection,
                  const char      *line,
                  gpointer         user_data);
} WsTlsConnectionFuncs;

/* Private to ws-tls-connection*.c. */
struct _WsTlsConnection
{
  GTlsConnection parent_instance;

  WsTlsSession                session; /* its context is NULL until there is one */
  const WsTlsConnectionFuncs *funcs;   /* NULL: none */
  gpointer                    user_data;

  GIOStream     *base;  /* a reference; NULL: the descriptor is ours, or in a base made for a caller */
  GInputStream  *input; /* both NULL until asked for */
  GOutputStream *output;

  GTlsCertificate       *certificate; /* set by GIO's property; makes a context */
  GTlsCertificate       *peer_certificate;
  GTlsCertificateFlags   peer_certificate_errors;
  GTlsDatabase          *database;
  GTlsInteraction       *interaction;
  GStrv                  advertised_protocols;
  GTlsAuthenticationMode authentication_mode;
  guint                  has_authentication_mode : 1;
};

/* Takes the descriptor of a non-blocking stream socket. */
WsTlsConnection *ws_tls_connection_new_for_fd (int           fd,
                                               WsTlsContext *context);
WsTlsConnection *ws_tls_connection_new (GSocketConnection *base,
                                        WsTlsContext      *context);

/* Before the handshake. */
void ws_tls_connection_set_funcs (WsTlsConnection            *self,
                                  const WsTlsConnectionFuncs *funcs,
                                  gpointer                    user_data);
/* LogSSLPackets: what goes over the socket becomes status lines too. */
void ws_tls_connection_set_log_packets (WsTlsConnection *self,
                                        gboolean         log_packets);

/* For client_hello: another context (certificate) for this client. */
void ws_tls_connection_set_context (WsTlsConnection *self,
                                    WsTlsContext    *context);
/* Ends the wait. The owner then makes the next handshake step itself; an asynchronous handshake of
 * GIO goes on by itself. */
void ws_tls_connection_proceed (WsTlsConnection *self);
/* alert: RFC 8446 §6.2, for example 112 (unrecognized_name). */
void ws_tls_connection_refuse (WsTlsConnection *self,
                               guint8           alert,
                               const char      *reason);

/* What was negotiated, see the session's getters. */
WsTlsSession *ws_tls_connection_get_session (WsTlsConnection *self);

/* Closes the socket now, without a word to the peer. The connection says 10058 from then on. */
void ws_tls_connection_drop (WsTlsConnection *self);

/* Between the connection and its streams. */

/* One non-blocking operation, the handshake first. Errors are those of GIO. */
gssize ws_tls_connection_read_nonblocking (WsTlsConnection *self,
                                           gpointer         buffer,
                                           gsize            size,
                                           GError         **error);
gssize ws_tls_connection_write_nonblocking (WsTlsConnection    *self,
                                            const struct iovec *vectors,
                                            guint               n_vectors,
                                            GError            **error);
/* Blocks until the socket has what the last WOULD_BLOCK was about. */
gboolean ws_tls_connection_wait (WsTlsConnection *self,
                                 GIOCondition     condition,
                                 GCancellable    *cancellable,
                                 GError         **error);
/* A source that is ready when an operation may go on; the callback is a GPollableSourceFunc called
 * with object. */
GSource *ws_tls_connection_create_source (WsTlsConnection *self,
                                          GObject         *object,
                                          GIOCondition     condition,
                                          GCancellable    *cancellable);
gboolean ws_tls_connection_is_ready (WsTlsConnection *self,
                                     GIOCondition     condition);

extern const WsTlsSessionFuncs ws_tls_connection_silent_funcs;
void                           ws_tls_connection_install_operations (WsTlsConnectionClass *klass);

GInputStream  *ws_tls_input_stream_new (WsTlsConnection *connection);
GOutputStream *ws_tls_output_stream_new (WsTlsConnection *connection);

G_END_DECLS

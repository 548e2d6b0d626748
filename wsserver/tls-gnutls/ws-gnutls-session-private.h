/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/io/ws-transport-private.h"
#include "wsserver/tls/ws-tls-context-private.h"
#include "wsserver/tls/ws-tls-transport-private.h"

G_BEGIN_DECLS

/* The server's side of one TLS connection over a non-blocking socket: GnuTLS without its traps.
 *
 * - The ClientHello is read, and the certificate decided, before GnuTLS sees a byte.
 * - What GnuTLS writes is always taken: the rest waits in a queue here. A record that was sealed but
 *   refused would otherwise be sent twice, or swallow an alert.
 * - Input is read ahead for the length of one call.
 *
 * No call blocks. Callbacks may do anything but free the session; calls that come from within one
 * would block. Used by WsTlsConnection, which embeds it. */
typedef struct _WsTlsSession WsTlsSession;

typedef enum
{
  WS_TLS_STATE_HELLO,    /* waiting for the ClientHello */
  WS_TLS_STATE_DECIDING, /* the owner decides about it */
  WS_TLS_STATE_HANDSHAKE,
  WS_TLS_STATE_OPEN,
  WS_TLS_STATE_REHANDSHAKE, /* the client renegotiates (TLS 1.2): reading goes on, writing waits */
  WS_TLS_STATE_FAILED,      /* failure is set */
} WsTlsState;

typedef struct
{
  /* The ClientHello is there. TRUE goes on at once, FALSE waits for ws_tls_session_proceed() or
   * ws_tls_session_refuse(), which may also have been called here. */
  gboolean (*client_hello) (WsTlsSession        *session,
                            const WsClientHello *hello);
  /* Whether to accept what the client presented. NULL: if it is vouched for. */
  gboolean (*client_certificate) (WsTlsSession                 *session,
                                  const WsTlsClientCertificate *presented);
  /* One line of the story. NULL: nobody listens, and nothing is formatted. */
  void (*status) (WsTlsSession *session,
                  const char   *line);
} WsTlsSessionFuncs;

struct _WsTlsSession
{
  const WsTlsSessionFuncs *funcs;
  int                      fd;      /* borrowed; -1 once the owner has closed it */
  WsTlsContext            *context; /* a reference */
  gnutls_session_t         session; /* NULL before the handshake proper */
  WsTlsState               state;
  GError                  *failure;               /* told again by each later call */
  GStrv                    application_protocols; /* borrowed; NULL: those of the context */
  WsClientHelloReader     *reader;                /* NULL once its bytes have been used */

  /* Input: received bytes that GnuTLS has not taken. In the shared scratch memory during a call,
   * in kept between calls. */
  const guint8 *window;
  gsize         window_length;
  guint8       *kept;
  guint8       *scratch;

  /* Output: sealed bytes that the socket did not take. */
  guint8 *queue;
  gsize   queue_start;
  gsize   queue_length;
  gsize   queue_size;
  int     write_errno; /* of the write that failed; nothing is written any more */
  int     read_errno;
  int     late_result; /* of GnuTLS, met behind data that had to be given first */

  guint8 n_renegotiations; /* asked for by the client */
  guint8 n_warnings;       /* alerts of the client since its last data */
  guint8 n_fills;          /* of the scratch memory, in this call */
  guint  in_call : 1;      /* GnuTLS is on the stack */
  guint  drained : 1;      /* this call has seen the socket empty, or has read enough */
  guint  at_eof : 1;
  guint  has_late_result : 1;
  guint  gathering : 1;      /* records go to the queue, to leave in one write */
  guint  was_checked : 1;    /* the client certificate, in this handshake */
  guint  was_open : 1;       /* a handshake has completed */
  guint  write_ended : 1;    /* close_notify is on its way */
  guint  fin_pending : 1;    /* the socket's sending side ends once the queue is empty */
  guint  request_client : 1; /* from the context, unless the owner says else before the handshake */
  guint  refused : 1;        /* a renegotiation; its ClientHello is still to be dropped */
  guint  not_tls : 1;        /* why it failed */
  guint  log_packets : 1;    /* LogSSLPackets: what is sent and received goes to status */
  guint  require_close_notify : 1;
};

/* What may wait in the queue beyond one write's worth; a peer that makes us answer without reading
 * the answers is dropped there. */
#define WS_TLS_MAX_QUEUE_BYTES (256 * 1024)
#define WS_TLS_MAX_RENEGOTIATIONS 4
/* Alerts in a row that end nothing; more are no accident. */
#define WS_TLS_MAX_WARNINGS 16

void ws_tls_session_init (WsTlsSession            *self,
                          const WsTlsSessionFuncs *funcs,
                          int                      fd,
                          WsTlsContext            *context);
/* Frees everything; says nothing to the peer. */
void ws_tls_session_clear (WsTlsSession *self);

/* Another context for this client, while its ClientHello is being decided about. */
void ws_tls_session_set_context (WsTlsSession *self,
                                 WsTlsContext *context);
/* The decision; the next handshake step goes on. */
void ws_tls_session_proceed (WsTlsSession *self);
/* Or the refusal, with an alert of RFC 8446 §6 (112: unrecognized_name). */
void ws_tls_session_refuse (WsTlsSession *self,
                            guint8        alert,
                            const char   *reason);

/* Ends an open session with a fatal alert: what was found out about the client after the handshake
 * speaks against it. */
void ws_tls_session_reject (WsTlsSession *self,
                            guint8        alert,
                            const char   *reason);

/* One step. OK: open. WOULD_BLOCK: see ws_tls_session_get_events(). FAILED: the alert is on its way
 * as far as the socket took it; close. */
WsIOStatus ws_tls_session_handshake (WsTlsSession *self,
                                     GError      **error);

/* As the functions of WsTransport. */
WsIOStatus ws_tls_session_read (WsTlsSession *self,
                                guint8       *buffer,
                                gsize         size,
                                gsize        *n_read,
                                GError      **error);
WsIOStatus ws_tls_session_writev (WsTlsSession       *self,
                                  const struct iovec *vectors,
                                  guint               n_vectors,
                                  gsize              *n_written,
                                  GError            **error);
gboolean   ws_tls_session_has_pending (WsTlsSession *self);
/* Whether a handshake step or a read would tell something without new bytes from the socket. */
gboolean ws_tls_session_can_go_on (WsTlsSession *self);
/* Sends close_notify and, once it is out, ends the socket's sending side if end_socket. */
void ws_tls_session_shutdown_write (WsTlsSession *self,
                                    gboolean      end_socket);
/* Sends what waits in the queue. OK: it is empty. */
WsIOStatus ws_tls_session_flush (WsTlsSession *self,
                                 GError      **error);
/* The socket events to wait for, as bits of poll(), when the owner waits for wanted. */
guint ws_tls_session_get_events (WsTlsSession *self,
                                 guint         wanted);

/* The socket is no longer ours: for an owner that closes it from within a callback. */
void ws_tls_session_detach (WsTlsSession *self);

/* What was negotiated; NULL and 0 before. Names live as long as the program, the others are freed
 * with g_free(). */
const char *ws_tls_session_get_version (WsTlsSession *self);      /* "TLSv1.3" */
const char *ws_tls_session_get_cipher_suite (WsTlsSession *self); /* "TLS_AES_128_GCM_SHA256" */
const char *ws_tls_session_get_cipher (WsTlsSession *self);       /* "AES-128-GCM" */
guint       ws_tls_session_get_cipher_bits (WsTlsSession *self);
const char *ws_tls_session_get_key_exchange (WsTlsSession *self); /* "ECDHE-RSA" */
guint       ws_tls_session_get_key_exchange_bits (WsTlsSession *self);
gboolean    ws_tls_session_is_resumed (WsTlsSession *self);
char       *ws_tls_session_dup_server_name (WsTlsSession *self);
char       *ws_tls_session_dup_application_protocol (WsTlsSession *self);
/* The client's chain in DER, its own first; owned by the session. */
const gnutls_datum_t *ws_tls_session_get_peer_chain (WsTlsSession *self,
                                                     guint        *n_chain);

/* Between the parts of the session. */

/* Around every call of GnuTLS that may read or write. */
void ws_tls_session_begin_call (WsTlsSession *self);
void ws_tls_session_end_call (WsTlsSession *self);
void ws_tls_session_set_io_functions (WsTlsSession *self);
/* FALSE: write_errno is set. TRUE with something left in the queue: the socket is full. */
gboolean ws_tls_session_flush_queue (WsTlsSession *self);
/* Clear bytes, outside GnuTLS. */
void ws_tls_session_send_clear (WsTlsSession *self,
                                const guint8 *data,
                                gsize         length);
/* Fills the window. OK, WOULD_BLOCK, CLOSED, or FAILED with read_errno. */
WsIOStatus ws_tls_session_receive (WsTlsSession *self);

void ws_tls_session_tell (WsTlsSession *self,
                          const char   *format,
                          ...) G_GNUC_PRINTF (2, 3);
void ws_tls_session_tell_hello (WsTlsSession        *self,
                                const WsClientHello *hello);
void ws_tls_session_tell_open (WsTlsSession *self);
void ws_tls_session_tell_packet (WsTlsSession *self,
                                 gboolean      sent,
                                 const guint8 *data,
                                 gsize         length);
void ws_tls_session_hook_messages (WsTlsSession *self);

/* Asks about the client's certificate, once in each handshake; 0 or a code of GnuTLS. */
int ws_tls_session_check_client (WsTlsSession *self);

/* Ends it with a failure; the first one stays. */
void ws_tls_session_fail (WsTlsSession *self,
                          GError       *failure);
void ws_tls_session_fail_from_errno (WsTlsSession *self,
                                     int           error_number);
void ws_tls_session_fail_from_gnutls (WsTlsSession *self,
                                      int           result);
/* The same with an alert for the peer, if one is due. */
WsIOStatus ws_tls_session_abort (WsTlsSession *self,
                                 int           result,
                                 GError      **error);
/* Hands out the failure. */
WsIOStatus ws_tls_session_tell_failure (WsTlsSession *self,
                                        GError      **error);
void       ws_tls_session_tell_warning_alert (WsTlsSession *self);
/* 0, or a code of GnuTLS, GNUTLS_E_AGAIN only when the socket is empty. */
int ws_tls_session_run_handshake (WsTlsSession *self);

G_END_DECLS

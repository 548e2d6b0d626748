/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "ws-test-server.h"

G_BEGIN_DECLS

/* --- certificates ---------------------------------------------------------------------------- */

/* A certificate and its key, made in memory. All RSA ones share a key of the samples. */
typedef struct
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t     certificate;
} WsTestIdentity;

typedef enum
{
  WS_TEST_IDENTITY_SERVER = 0,
  WS_TEST_IDENTITY_AUTHORITY = 1 << 0,
  WS_TEST_IDENTITY_CLIENT = 1 << 1,
  WS_TEST_IDENTITY_RSA = 1 << 2, /* in place of ECDSA with P-256 */
  WS_TEST_IDENTITY_EXPIRED = 1 << 3,
  WS_TEST_IDENTITY_EXPIRES_SOON = 1 << 4, /* in two seconds */
} WsTestIdentityFlags;

/* names: the common name, then further host names, separated by commas. Signed by issuer, or by
 * itself if that is NULL. */
WsTestIdentity *ws_test_identity_new (const char           *names,
                                      WsTestIdentityFlags   flags,
                                      const WsTestIdentity *issuer);
void            ws_test_identity_free (WsTestIdentity *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTestIdentity, ws_test_identity_free)

char          *ws_test_identity_to_pem (const WsTestIdentity *self,
                                        gboolean              with_key);
GBytes        *ws_test_identity_to_der (const WsTestIdentity *self);
WsCertificate *ws_test_identity_to_certificate (const WsTestIdentity *self);

/* A server that listens over TLS with this certificate, after the given settings; end with NULL. */
WsTestServer *ws_test_server_new_tls (const WsTestIdentity *identity,
                                      const char           *setting,
                                      ...) G_GNUC_NULL_TERMINATED;
/* Sets its certificate, also while it listens. */
void ws_test_server_set_identity (WsTestServer         *self,
                                  const WsTestIdentity *identity);

/* --- a client over TLS ----------------------------------------------------------------------- */

typedef struct
{
  const char           *priority;    /* NULL: NORMAL */
  const char           *server_name; /* NULL: none */
  const char           *application_protocol;
  const WsTestIdentity *identity;            /* the client's own, or NULL */
  const WsTestIdentity *identity_issuer;     /* sent behind it */
  GBytes               *session;             /* to resume, from ws_test_tls_peer_dup_session() */
  gsize                 wire_limit;          /* bytes that reach the server before it falls silent; 0: all */
  gboolean              dribbles;            /* the server sees each byte by itself */
  void (*prepare) (gnutls_session_t session, /* called before the handshake; or NULL */
                   gpointer         data);
  gpointer prepare_data;
} WsTestTlsOptions;

#define WS_TEST_TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define WS_TEST_TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

/* A client of bare GnuTLS in the main context of the server under test. It shakes hands and reads
 * by itself while that context runs, and can misbehave below TLS. It verifies nothing: a test looks
 * at what it was shown. */
typedef struct
{
  gnutls_session_t                 session;
  gnutls_certificate_credentials_t credentials;
  GByteArray                      *input; /* decrypted, not yet taken by a test */
  GByteArray                      *wire;  /* sealed, not yet taken by the kernel */
  GSource                         *reader;
  GSource                         *writer;
  gsize                            wire_limit;
  gsize                            n_sent_bytes;     /* below TLS */
  guint64                          n_received_bytes; /* decrypted, ever */
  int                              fd;
  int                              failure;      /* a code of GnuTLS, or 0 */
  int                              alert;        /* the last one received, or -1 */
  int                              error_number; /* of the socket, or 0 */
  gboolean                         dribbles;
  gboolean                         open;    /* its handshake is over */
  gboolean                         eof;     /* the server has ended the connection, or it failed */
  gboolean                         clean;   /* ... with close_notify */
  gboolean                         refused; /* to renegotiate */
} WsTestTlsPeer;

/* options NULL: all defaults. */
WsTestTlsPeer *ws_test_tls_peer_new (WsTestServer           *server,
                                     const WsTestTlsOptions *options);
WsTestTlsPeer *ws_test_tls_peer_new_for_address (GSocketAddress         *address,
                                                 const WsTestTlsOptions *options);
void           ws_test_tls_peer_free (WsTestTlsPeer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTestTlsPeer, ws_test_tls_peer_free)

/* Waits until the client's handshake is over; a failure fails the test. */
void ws_test_tls_peer_handshake (WsTestTlsPeer *self);
/* Waits until the server has turned the client away, and asserts that it says so by this alert;
 * negative: without any. */
void ws_test_tls_peer_assert_refused (WsTestTlsPeer *self,
                                      int            alert);
/* Opens a WebSocket. */
void ws_test_tls_peer_open (WsTestTlsPeer *self);
/* Waits for the response to a request that the test has sent, and asserts that it is a 101. */
void ws_test_tls_peer_assert_opened (WsTestTlsPeer *self);
/* A client that is open on both sides; forgets the events of the opening. */
WsTestTlsPeer *ws_test_tls_peer_new_open (WsTestServer           *server,
                                          const WsTestTlsOptions *options);

void ws_test_tls_peer_send (WsTestTlsPeer *self,
                            gconstpointer  data,
                            gsize          length);
void ws_test_tls_peer_send_frame (WsTestTlsPeer *self,
                                  WsOpcode       opcode,
                                  gconstpointer  payload,
                                  gsize          length);
void ws_test_tls_peer_send_text (WsTestTlsPeer *self,
                                 const char    *text);
/* Waits for one frame. */
void ws_test_tls_peer_assert_frame (WsTestTlsPeer *self,
                                    WsOpcode       opcode,
                                    gconstpointer  payload,
                                    gsize          length);
/* Sends a text to a server that echoes, and waits for it. */
void ws_test_tls_peer_assert_echo (WsTestTlsPeer *self,
                                   const char    *text);
/* The closing handshake; waits for the end. */
void ws_test_tls_peer_close_web_socket (WsTestTlsPeer *self);

void ws_test_tls_peer_set_reading (WsTestTlsPeer *self,
                                   gboolean       reading);
/* Begins another handshake; TLS 1.2. */
void ws_test_tls_peer_renegotiate (WsTestTlsPeer *self);
void ws_test_tls_peer_reset (WsTestTlsPeer *self);
/* Closes the socket, without a word of TLS. */
void ws_test_tls_peer_close (WsTestTlsPeer *self);

/* Waits for a ticket. */
GBytes *ws_test_tls_peer_dup_session (WsTestTlsPeer *self);
/* The common name of the certificate that the server has shown. */
char *ws_test_tls_peer_dup_shown_name (WsTestTlsPeer *self);
guint ws_test_tls_peer_get_n_shown (WsTestTlsPeer *self);

G_END_DECLS

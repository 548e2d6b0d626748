/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/io/ws-transport-private.h"
#include "wsserver/certificate/ws-certificate-private.h"
#include "wsserver/tls/ws-tls-context-private.h"
#include "wsserver/tls/ws-tls-transport-private.h"

G_BEGIN_DECLS

/* SSLProvider Platform: TLS by GIO's default backend, which is glib-networking's. It decides by
 * itself about versions, suites, groups and signature algorithms, so that what the settings say of
 * these is checked where it can be: versions before the handshake begins, versions and suites after
 * it. It neither resumes sessions nor writes a key log.
 *
 * It would be open to attack if used as it comes. See WsTlsWire for writing, closing and
 * renegotiation, WsTlsSeat for the threads. The database it is given copies no list of authorities
 * into each connection. */

/* All that connections of one server share. Immutable and reference counted (atomically). */
typedef struct _WsTlsPlatform WsTlsPlatform;

/* Fails with 270 without a backend or an enabled version, with 282 without a certificate, with 273
 * for a certificate or suites that cannot be used, with 271 for authorities that cannot be read.
 * ca_certs completes the chain (SSLCACerts); NULL or "" for none. */
WsTlsPlatform *ws_tls_platform_new (const WsTlsOptions *options,
                                    WsCertificate      *certificate,
                                    const char         *ca_certs,
                                    GError            **error);
WsTlsPlatform *ws_tls_platform_ref (WsTlsPlatform *self);
void           ws_tls_platform_unref (WsTlsPlatform *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTlsPlatform, ws_tls_platform_unref)

/* All are called from the transport's context. They may do anything, also free the transport. */
typedef struct
{
  /* Whether to accept what the client presented. Also called when it has presented nothing, which
   * is after the handshake. NULL: if it is vouched for. */
  gboolean (*client_certificate) (WsTransport                  *transport,
                                  const WsTlsClientCertificate *presented,
                                  gpointer                      user_data);
  /* One line of the story. NULL: nobody listens, and nothing is formatted. */
  void (*status) (WsTransport *transport,
                  const char  *line,
                  gpointer     user_data);
  /* The handshake is over, or has come to a halt: ws_transport_handshake() tells how. Never called
   * from inside a call of the owner. */
  void (*wake) (WsTransport *transport,
                gpointer     user_data);
} WsTlsPlatformFuncs;

/* Takes the descriptor of a non-blocking stream socket. Everything happens in context (NULL: the
 * thread's default), in whose thread all calls must be made; it must go on being iterated for a
 * while after a transport was freed in the middle of its handshake.
 *
 * Drive ws_transport_handshake() as its events and wake say until it is OK, then read and write.
 * Between the ClientHello and the end of the handshake the socket is another thread's, and
 * ws_transport_get_events() asks for neither input nor output. */
WsTransport *ws_tls_platform_transport_new (int            fd,
                                            WsTlsPlatform *platform,
                                            GMainContext  *context);
gboolean     ws_tls_is_platform_transport (WsTransport *transport);

/* The functions must outlive the transport. */
void ws_tls_platform_transport_set_funcs (WsTransport              *transport,
                                          const WsTlsPlatformFuncs *funcs,
                                          gpointer                  user_data);

/* What was negotiated; NULL and 0 before, and where it cannot be known. */
const char *ws_tls_platform_transport_get_version (WsTransport *transport); /* "TLSv1.3" */
const char             *
ws_tls_platform_transport_get_cipher_suite (WsTransport *transport); /* "TLS_AES_128_GCM_SHA256" */
const char *ws_tls_platform_transport_get_cipher (WsTransport *transport);       /* "AES-128-GCM" */
guint       ws_tls_platform_transport_get_cipher_bits (WsTransport *transport);
const char             *
ws_tls_platform_transport_get_key_exchange (WsTransport *transport);      /* "ECDHE-RSA"; NULL in TLS 1.3 */
guint       ws_tls_platform_transport_get_key_exchange_bits (WsTransport *transport); /* always 0 */
const char *ws_tls_platform_transport_get_application_protocol (WsTransport *transport);
/* The client's chain in DER, its own first; owned by the transport. */
const gnutls_datum_t *ws_tls_platform_transport_get_peer_chain (WsTransport *transport,
                                                                guint       *n_chain);
/* The authorities that vouch for clients; NULL unless they are asked for certificates. */
gnutls_x509_trust_list_t ws_tls_platform_transport_get_trust_list (WsTransport *transport);
/* NULL until the handshake begins. */
GTlsConnection *ws_tls_platform_transport_get_connection (WsTransport *transport);

/* For the transport. */

/* NULL if the backend refuses. */
GTlsConnection          *ws_tls_platform_create_connection (WsTlsPlatform *self,
                                                            GIOStream     *base,
                                                            GError       **error);
gboolean                 ws_tls_platform_asks_for_certificates (WsTlsPlatform *self);
gnutls_x509_trust_list_t ws_tls_platform_get_trust_list (WsTlsPlatform *self);
/* As ws_tls_context_verify_client(). */
guint ws_tls_platform_verify_client (WsTlsPlatform *self,
                                     const GArray  *chain);
/* Whether a client can come to terms with us. */
gboolean ws_tls_platform_accepts_hello (WsTlsPlatform       *self,
                                        const WsClientHello *hello);
/* NULL if what was negotiated is enabled, otherwise a sentence that says what is not; free with
 * g_free(). */
char *ws_tls_platform_check_negotiated (WsTlsPlatform  *self,
                                        GTlsConnection *connection);

/* Names and numbers of what was negotiated. */
const char *ws_tls_platform_get_version_name (GTlsProtocolVersion version);
gboolean    ws_tls_platform_find_suite (GTlsConnection *connection,
                                        guint16        *id);
const char *ws_tls_platform_get_suite_cipher (guint16 id);
const char *ws_tls_platform_get_suite_key_exchange (guint16 id);

/* The certificate and its issuers in DER: an array of gnutls_datum_t. */
GArray *ws_tls_platform_dup_chain (GTlsCertificate *certificate);

G_END_DECLS

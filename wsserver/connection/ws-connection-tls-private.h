/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-client-authentication.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-ssl-connection-request.h"
#include "wsserver/certificate/ws-certificate-private.h"
#include "wsserver/tls-gnutls/ws-tls-transport-private.h"

G_BEGIN_DECLS

/* What a connection over TLS has beside a plain one. */
struct _WsConnectionTls
{
  WsSslConnectionRequest *request;           /* undecided; not a reference, the request clears it */
  WsSslConnectionRequest *completed_request; /* keeps a completed request until it is answered */
  WsCertificate          *peer_certificate;
  char                   *peer_status; /* what the verification says of it */
  GError                 *refusal;     /* why this side ends the handshake, where TLS cannot know */

  /* Negotiated; NULL and 0 before. The names live as long as the program. */
  const char *version;
  const char *cipher_suite;
  const char *cipher;
  const char *key_exchange;
  guint16     cipher_bits;
  guint16     key_exchange_bits;

  GCancellable *vetting; /* the question whether the client's certificate was revoked */

  guint must_vet : 1;
  guint heard : 1;   /* the client has said something */
  guint waiting : 1; /* for the application's decision on the ClientHello */
};

WsSslConnectionRequest *ws_ssl_connection_request_new (WsConnection        *connection,
                                                       const WsClientHello *hello);
/* decided: and not because the client is gone. */
void     ws_ssl_connection_request_disown (WsSslConnectionRequest *self,
                                           gboolean                decided);
gboolean ws_ssl_connection_request_is_deferred (WsSslConnectionRequest *self);
gboolean ws_ssl_connection_request_is_refused (WsSslConnectionRequest *self);
/* The certificate that the application has chosen; *certificate is NULL if it leaves the server's. */
gboolean ws_ssl_connection_request_load (WsSslConnectionRequest *self,
                                         WsCertificate         **certificate,
                                         GError                **error);

WsClientAuthentication *ws_client_authentication_new (GBytes        *cert_encoded,
                                                      WsCertificate *certificate,
                                                      const char    *status,
                                                      gboolean       accept);

G_END_DECLS

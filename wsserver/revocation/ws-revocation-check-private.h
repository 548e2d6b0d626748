/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gnutls/x509.h>

G_BEGIN_DECLS

/* Whether a client's certificate has been revoked, by the lists (RFC 5280) and the OCSP responders
 * (RFC 6960) that it names. Only the client's own certificate is looked at, not those above it. */

typedef enum
{
  WS_REVOCATION_CHECK_OFF,
  /* A certificate that names no place to ask, or whose places cannot be reached, passes with a
   * note. A revoked one is refused, and one about which the place gives an invalid answer. */
  WS_REVOCATION_CHECK_TRY,
  /* Nothing passes without a valid answer that it is good. */
  WS_REVOCATION_CHECK_REQUIRE,
} WsRevocationCheckLevel;

typedef struct
{
  guint crl;       /* WsRevocationCheckLevel; SSLCheckCRL */
  guint ocsp;      /* the same; SSLCheckOCSP */
  guint timeout_s; /* for all requests together; 0: WS_DEFAULT_REVOCATION_TIMEOUT_S */
} WsRevocationPolicy;

#define WS_DEFAULT_REVOCATION_TIMEOUT_S 10

/* Limits of what a certificate can make us do. */
#define WS_REVOCATION_MAX_URLS 4 /* of each kind */
#define WS_REVOCATION_MAX_CRL_FETCH_BYTES (16 * 1024 * 1024)
#define WS_REVOCATION_MAX_OCSP_FETCH_BYTES (64 * 1024)

/* Runs in the thread-default main context, without blocking; the callback comes from there, never
 * from within this call. chain (DER, the client's own certificate first) is copied. trust_list may
 * be NULL and is not used after the call.
 *
 * The certificate says what URLs are asked, so nothing is asked for a certificate that the
 * authorities do not vouch for: anyone could make the server send requests into its own network.
 * Such a certificate, if the application accepts it at all, counts as one that names no place. */
void ws_tls_check_revocation_async (const gnutls_datum_t     *chain,
                                    guint                     n_chain,
                                    gnutls_x509_trust_list_t  trust_list,
                                    const WsRevocationPolicy *policy,
                                    GCancellable             *cancellable,
                                    GAsyncReadyCallback       callback,
                                    gpointer                  user_data);
/* FALSE: refuse the client. The error is 280, naming the certificate and what is wrong; or
 * G_IO_ERROR_CANCELLED. notes (which may be NULL) are lines for the log, in either case; NULL: none. */
gboolean ws_tls_check_revocation_finish (GAsyncResult *result,
                                         char        **notes,
                                         GError      **error);

G_END_DECLS

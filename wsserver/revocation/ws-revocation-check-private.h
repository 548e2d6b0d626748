/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gnutls/x509.h>

#include "wsserver/protocol/ws-host-list-private.h"

G_BEGIN_DECLS

/* Checks whether a client's certificate has been revoked, with the lists (RFC 5280) and the OCSP
 * responders (RFC 6960) that it names. Only the client's own certificate is checked, not its issuers. */

typedef enum
{
  WS_REVOCATION_CHECK_OFF,
  /* A certificate that names no URL, or whose URLs cannot be reached, passes with a note. A revoked
   * certificate is refused, and one for which an answer is invalid. */
  WS_REVOCATION_CHECK_TRY,
  /* A certificate passes only with a valid answer that it is good. */
  WS_REVOCATION_CHECK_REQUIRE,
} WsRevocationCheckLevel;

typedef struct
{
  guint crl;       /* WsRevocationCheckLevel; SSLCheckCRL */
  guint ocsp;      /* the same; SSLCheckOCSP */
  guint timeout_s; /* for all requests together; 0: WS_DEFAULT_REVOCATION_TIMEOUT_S */
  /* Hosts that need no public address; SSLRevocationHosts. NULL: none. Not used after the call. */
  const WsHostList *private_hosts;
} WsRevocationPolicy;

#define WS_DEFAULT_REVOCATION_TIMEOUT_S 10

/* Limits of the work that a certificate can cause. */
#define WS_REVOCATION_MAX_URLS 4 /* of each kind */
#define WS_REVOCATION_MAX_LIST_BYTES (16 * 1024 * 1024)
#define WS_REVOCATION_MAX_OCSP_BYTES (64 * 1024)

/* Runs in the thread-default main context without blocking. The callback is called from there, never from
 * within this call. chain (DER, the client's own certificate first) is copied. trust_list may be NULL and is
 * not used after the call.
 *
 * The certificate names the URLs. Nothing is requested for a certificate that no authority in the trust list
 * has issued: otherwise any client could make the server send requests into its own network. If the
 * application accepts such a certificate, it counts as one that names no URL. For the same reason a request
 * only goes to public addresses, unless private_hosts has the URL's host, and follows no redirection to
 * another host. */
void ws_revocation_check_async (const gnutls_datum_t     *chain,
                                guint                     n_chain,
                                gnutls_x509_trust_list_t  trust_list,
                                const WsRevocationPolicy *policy,
                                GCancellable             *cancellable,
                                GAsyncReadyCallback       callback,
                                gpointer                  user_data);
/* FALSE if the client has to be refused. The error is WS_ERROR_CERT_NOT_VERIFIED with the certificate
 * and the reason, or G_IO_ERROR_CANCELLED. notes (may be NULL) are lines for the log in both cases, or
 * NULL. */
gboolean ws_revocation_check_finish (GAsyncResult *result,
                                     char        **notes,
                                     GError      **error);

G_END_DECLS

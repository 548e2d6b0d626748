/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/x509.h>

#include "wsserver/tls/ws-tls-priority-private.h"

G_BEGIN_DECLS

/* All that connections of one server share: certificates, priorities, the key of the session
 * tickets, the authorities that vouch for clients, the key log. Immutable and reference counted
 * (atomically): a new certificate means a new context, while open connections keep theirs.
 *
 * Each context has a ticket key of its own. A ticket proves what was checked when it was given, so
 * it must not outlive a change of certificates or of client authentication. */
typedef struct _WsTlsContext WsTlsContext;

struct _WsTlsContext
{
  gatomicrefcount                  ref_count;
  gnutls_certificate_credentials_t credentials;
  GPtrArray                       *certificates;  /* what the credentials borrow from; may be NULL */
  char                            *ca_certs;      /* PEM that completes their chains */
  char                            *ocsp_response; /* what is stapled, or NULL */
  GHashTable                      *named;         /* credentials by host name; NULL for one certificate */
  guint                            dh_group_bits;
  WsTlsKeyKinds                    keys; /* of all certificates */
  WsTlsPriority                   *priority;
  gnutls_datum_t                   ticket_key; /* empty: sessions are not resumed */
  guint                            session_lifetime_s;
  gboolean                         serve_renegotiation;
  gboolean                         request_client_certificate;
  gnutls_x509_trust_list_t         trust_list; /* NULL unless client certificates are asked for */
  /* a reference: the trust list is borrowed from it; or NULL */
  WsTlsContext *authorities;
  GStrv         application_protocols; /* NULL: no ALPN */
  int           key_log_fd;            /* -1: none */
};

/* Whether the authorities of WsTlsOptions can be read; fails as ws_tls_context_new() does for them. */
gboolean ws_tls_context_check_authorities (const char *client_ca_pem,
                                           GError    **error);
/* Takes the credentials in any case; they must not be changed afterwards. Fails as
 * ws_tls_priority_new() does, with 282 without a certificate, with 271 for authorities that cannot
 * be read and for an OCSP response that cannot be used, and with the system's code for a key log
 * that cannot be opened. */
WsTlsContext *ws_tls_context_new (const WsTlsOptions              *options,
                                  gnutls_certificate_credentials_t credentials,
                                  GError                         **error);
WsTlsContext *ws_tls_context_ref (WsTlsContext *self);
void          ws_tls_context_unref (WsTlsContext *self);

/* What the credentials were made of, in their order; ca_certs may be NULL. */
void ws_tls_context_set_certificates (WsTlsContext *self,
                                      GPtrArray    *certificates,
                                      const char   *ca_certs);
/* Those for a client that wants to reach this host, or NULL: with the certificates that have the
 * name; if none has it, with the first and those that share a name with it. */
gnutls_certificate_credentials_t ws_tls_context_get_credentials (WsTlsContext  *self,
                                                                 const char    *server_name,
                                                                 WsTlsKeyKinds *keys);

/* For what makes further credentials of the same context. */
void          ws_tls_context_set_dh_params (WsTlsContext                    *self,
                                            gnutls_certificate_credentials_t credentials);
WsTlsKeyKinds ws_tls_collect_key_kinds (gnutls_certificate_credentials_t credentials);

/* Appends one line to the key log, in the form that Wireshark and browsers share. */
void ws_tls_context_log_key (WsTlsContext         *self,
                             const char           *label,
                             const gnutls_datum_t *client_random,
                             const gnutls_datum_t *secret);

/* Whether the authorities vouch for a client's chain, the client's own certificate first: flags
 * of gnutls_certificate_status_t, 0 if they do. */
guint ws_tls_context_verify_client (WsTlsContext         *self,
                                    const gnutls_datum_t *chain,
                                    guint                 n_chain);

/* A sentence for such flags; free with g_free(). */
char *ws_tls_context_dup_status (guint flags);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTlsContext, ws_tls_context_unref)

G_END_DECLS

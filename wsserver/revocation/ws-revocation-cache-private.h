/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/revocation/ws-revocation-answers-private.h"

G_BEGIN_DECLS

/* What has been fetched and verified, until it expires, for the whole process and all its threads:
 * servers on several contexts ask the same authorities. When it is full, what was not used for the
 * longest time goes. */

#define WS_REVOCATION_MAX_CRLS 16
#define WS_REVOCATION_MAX_CRL_BYTES (32 * 1024 * 1024) /* of all lists together */
#define WS_REVOCATION_MAX_ANSWERS 1024
/* Nothing is kept longer, whatever it says. */
#define WS_REVOCATION_MAX_KEEP_S (24 * 60 * 60)

/* What both are kept under: the place or the certificate, and who vouches for it. */
char *ws_revocation_cache_key (const char       *url,
                               gnutls_x509_crt_t certificate,
                               gnutls_x509_crt_t issuer);

WsCrl   *ws_revocation_cache_get_crl (const char *key,
                                      gint64      now_s);
void     ws_revocation_cache_add_crl (const char *key,
                                      WsCrl      *crl,
                                      gint64      now_s);
gboolean ws_revocation_cache_get_answer (const char         *key,
                                         gint64              now_s,
                                         WsRevocationAnswer *answer);
void     ws_revocation_cache_add_answer (const char               *key,
                                         const WsRevocationAnswer *answer,
                                         gint64                    now_s);
void     ws_revocation_cache_clear (void);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/revocation/ws-crl-private.h"

G_BEGIN_DECLS

/* Verified lists and answers, kept until they expire. The cache is shared by all threads of the process,
 * because servers on several contexts ask the same authorities. When it is full, the least recently used
 * entry is dropped. */

#define WS_REVOCATION_MAX_CRLS 16
#define WS_REVOCATION_MAX_CRL_BYTES (32 * 1024 * 1024) /* of all lists together */
#define WS_REVOCATION_MAX_ANSWERS 1024
/* No entry is kept longer, whatever its expiry time. */
#define WS_REVOCATION_MAX_KEEP_S (24 * 60 * 60)

/* The key of an entry: the URL of a list or the certificate of an answer, and the issuer. */
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

G_END_DECLS

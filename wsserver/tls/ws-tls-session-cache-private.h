/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

/* Sessions of clients of TLS 1.2 that resume by session id, because they take no tickets. RFC 5246 §7.4.1.2.
 * The oldest makes room for a new one. May be used by several threads. */
typedef struct _WsTlsSessionCache WsTlsSessionCache;

#define WS_TLS_SESSION_CACHE_MAX_SESSIONS 1024
#define WS_TLS_SESSION_CACHE_MAX_BYTES 8192 /* of one session; a longer one is not kept */

WsTlsSessionCache *ws_tls_session_cache_new (void);
void               ws_tls_session_cache_free (WsTlsSessionCache *self);

/* The cache must outlive the session. */
void ws_tls_session_cache_enable (WsTlsSessionCache *self,
                                  gnutls_session_t   session);

G_END_DECLS

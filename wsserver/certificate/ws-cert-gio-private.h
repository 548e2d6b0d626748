/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/certificate/ws-cert-entry-private.h"

G_BEGIN_DECLS

/* A GTlsCertificate of GIO's TLS backend with the entry's chain and key. Returns NULL if there is no
 * backend or it refuses the certificate. */
GTlsCertificate *ws_cert_gio_new (const WsCertEntry *entry);

/* Adds chain and key of a GTlsCertificate to a store, as far as GnuTLS can read them. */
void ws_cert_gio_read (GTlsCertificate *tls_certificate,
                       WsCertStore     *store);

G_END_DECLS

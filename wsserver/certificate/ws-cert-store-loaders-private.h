/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/certificate/ws-cert-store-private.h"

G_BEGIN_DECLS

/* One loader for each format. It adds what it finds to the store, or sets WS_ERROR_CERT_STORE. */
typedef gboolean (*WsCertStoreLoader) (WsCertStore  *store,
                                       const guint8 *data,
                                       gsize         length,
                                       GError      **error);

#define WS_CERT_STORE_DECLARE_LOADER(name)                 \
 gboolean ws_cert_store_load_##name (WsCertStore  *store,  \
                                     const guint8 *data,   \
                                     gsize         length, \
                                     GError      **error)
WS_CERT_STORE_DECLARE_LOADER (pem);
/* PEM or DER without private keys: those in the file are ignored. */
WS_CERT_STORE_DECLARE_LOADER (public);
WS_CERT_STORE_DECLARE_LOADER (pfx);
WS_CERT_STORE_DECLARE_LOADER (p7b);
WS_CERT_STORE_DECLARE_LOADER (ssh);
WS_CERT_STORE_DECLARE_LOADER (ppk);
WS_CERT_STORE_DECLARE_LOADER (xml);
WS_CERT_STORE_DECLARE_LOADER (jwk);
WS_CERT_STORE_DECLARE_LOADER (pkcs11);
#undef WS_CERT_STORE_DECLARE_LOADER

G_END_DECLS

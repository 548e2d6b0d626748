/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/base/ws-enums.h"
#include "wsserver/certificate/ws-cert-store-private.h"

G_BEGIN_DECLS

/* Reads a store whole. The passwords must outlive it. Errors: WS_ERROR_CERT_STORE. */
WsCertStore *ws_cert_store_open (WsCertStoreType type,
                                 GBytes         *store,
                                 const char     *password,
                                 const char     *key_password,
                                 GError        **error);

/* Whether the store's value is the name of a file, or may be one if the type is to be detected. */
gboolean ws_cert_store_may_be_file (WsCertStoreType type,
                                    GBytes         *store);

G_END_DECLS

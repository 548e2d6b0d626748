/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <gio/gio.h>

#include <wsserver/base/ws-enums.h>
#include <wsserver/base/ws-macros.h>

G_BEGIN_DECLS

#define WS_TYPE_CERTIFICATE (ws_certificate_get_type ())

WS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (WsCertificate, ws_certificate, WS, CERTIFICATE, GObject)

WS_AVAILABLE_IN_ALL
WsCertificate *ws_certificate_new (void) G_GNUC_WARN_UNUSED_RESULT;
WS_AVAILABLE_IN_ALL
WsCertificate *ws_certificate_new_from_file (const char *filename,
                                             GError    **error) G_GNUC_WARN_UNUSED_RESULT;
WS_AVAILABLE_IN_1_2
WsCertificate *ws_certificate_new_from_files (const char *certificate_file,
                                              const char *key_file,
                                              const char *password,
                                              GError    **error) G_GNUC_WARN_UNUSED_RESULT;
WS_AVAILABLE_IN_ALL
WsCertificate *ws_certificate_new_from_encoded (GBytes  *encoded,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
WS_AVAILABLE_IN_ALL
WsCertificate *ws_certificate_new_from_store (WsCertStoreType type,
                                              GBytes         *store,
                                              const char     *password,
                                              const char     *subject,
                                              const char     *configuration,
                                              GError        **error) G_GNUC_WARN_UNUSED_RESULT;
WS_AVAILABLE_IN_ALL
WsCertificate *ws_certificate_new_from_store_encoded (WsCertStoreType type,
                                                      GBytes         *store,
                                                      const char     *password,
                                                      GBytes         *encoded,
                                                      GError        **error) G_GNUC_WARN_UNUSED_RESULT;
WS_AVAILABLE_IN_ALL
WsCertificate *ws_certificate_new_self_signed (const char *const *host_names,
                                               guint              days,
                                               GError           **error) G_GNUC_WARN_UNUSED_RESULT;
WS_AVAILABLE_IN_ALL
WsCertificate *ws_certificate_new_for_tls_certificate (GTlsCertificate *tls_certificate)
    G_GNUC_WARN_UNUSED_RESULT;

WS_AVAILABLE_IN_ALL
WsCertStoreType ws_certificate_get_store_type (WsCertificate *self);
WS_AVAILABLE_IN_ALL
void ws_certificate_set_store_type (WsCertificate  *self,
                                    WsCertStoreType store_type);

WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_store (WsCertificate *self);
WS_AVAILABLE_IN_ALL
void ws_certificate_set_store (WsCertificate *self,
                               const char    *store);

WS_AVAILABLE_IN_ALL
GBytes *ws_certificate_get_store_b (WsCertificate *self);
WS_AVAILABLE_IN_ALL
void ws_certificate_set_store_b (WsCertificate *self,
                                 GBytes        *store);

WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_store_password (WsCertificate *self);
WS_AVAILABLE_IN_ALL
void ws_certificate_set_store_password (WsCertificate *self,
                                        const char    *store_password);

WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_key_password (WsCertificate *self);
WS_AVAILABLE_IN_ALL
void ws_certificate_set_key_password (WsCertificate *self,
                                      const char    *key_password);

WS_AVAILABLE_IN_1_2
const char *ws_certificate_get_key_store (WsCertificate *self);
WS_AVAILABLE_IN_1_2
void ws_certificate_set_key_store (WsCertificate *self,
                                   const char    *key_store);

WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_subject (WsCertificate *self);
WS_AVAILABLE_IN_ALL
void ws_certificate_set_subject (WsCertificate *self,
                                 const char    *subject);

WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_encoded (WsCertificate *self);
WS_AVAILABLE_IN_ALL
void ws_certificate_set_encoded (WsCertificate *self,
                                 const char    *encoded);

WS_AVAILABLE_IN_ALL
GBytes *ws_certificate_get_encoded_b (WsCertificate *self);
WS_AVAILABLE_IN_ALL
void ws_certificate_set_encoded_b (WsCertificate *self,
                                   GBytes        *encoded);

WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_effective_date (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_expiration_date (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_extended_key_usage (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_fingerprint (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_fingerprint_sha1 (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_fingerprint_sha256 (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_issuer (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_private_key_container (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_public_key (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_public_key_algorithm (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_serial_number (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_signature_algorithm (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_subject_alt_names (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_thumbprint_md5 (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_thumbprint_sha1 (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_thumbprint_sha256 (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_usage (WsCertificate *self);
WS_AVAILABLE_IN_ALL
const char *ws_certificate_get_version (WsCertificate *self);
WS_AVAILABLE_IN_ALL
char *ws_certificate_get_private_key (WsCertificate *self);
WS_AVAILABLE_IN_ALL
gboolean ws_certificate_get_private_key_available (WsCertificate *self);
WS_AVAILABLE_IN_ALL
int ws_certificate_get_public_key_length (WsCertificate *self);
WS_AVAILABLE_IN_ALL
guint ws_certificate_get_usage_flags (WsCertificate *self);
WS_AVAILABLE_IN_ALL
GDateTime *ws_certificate_get_effective_time (WsCertificate *self);
WS_AVAILABLE_IN_ALL
GDateTime *ws_certificate_get_expiration_time (WsCertificate *self);
WS_AVAILABLE_IN_ALL
GTlsCertificate *ws_certificate_get_tls_certificate (WsCertificate *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/certificate/ws-cert-entry-private.h"
#include "wsserver/certificate/ws-certificate.h"

G_BEGIN_DECLS

/* Fields that are read as text, in the order of the properties of the same names. */
typedef enum
{
  WS_CERTIFICATE_TEXT_EFFECTIVE_DATE,
  WS_CERTIFICATE_TEXT_EXPIRATION_DATE,
  WS_CERTIFICATE_TEXT_EXTENDED_KEY_USAGE,
  WS_CERTIFICATE_TEXT_FINGERPRINT,
  WS_CERTIFICATE_TEXT_FINGERPRINT_SHA1,
  WS_CERTIFICATE_TEXT_FINGERPRINT_SHA256,
  WS_CERTIFICATE_TEXT_ISSUER,
  WS_CERTIFICATE_TEXT_PRIVATE_KEY_CONTAINER,
  WS_CERTIFICATE_TEXT_PUBLIC_KEY,
  WS_CERTIFICATE_TEXT_PUBLIC_KEY_ALGORITHM,
  WS_CERTIFICATE_TEXT_SERIAL_NUMBER,
  WS_CERTIFICATE_TEXT_SIGNATURE_ALGORITHM,
  WS_CERTIFICATE_TEXT_SUBJECT_ALT_NAMES,
  WS_CERTIFICATE_TEXT_THUMBPRINT_MD5,
  WS_CERTIFICATE_TEXT_THUMBPRINT_SHA1,
  WS_CERTIFICATE_TEXT_THUMBPRINT_SHA256,
  WS_CERTIFICATE_TEXT_USAGE,
  WS_CERTIFICATE_TEXT_VERSION,
  WS_CERTIFICATE_TEXT_SUBJECT,
  WS_CERTIFICATE_TEXT_ENCODED,
  WS_CERTIFICATE_N_TEXTS
} WsCertificateText;

struct _WsCertificate
{
  GObject parent_instance;

  WsCertStoreType store_type;
  GBytes         *store;
  char           *store_text; /* the store as a string, "" if it is binary */
  char           *store_password;
  char           *key_password; /* NULL until set: then it is the store's */
  /* The working directory when the store was set, from which a relative file name in it is read. */
  char *store_folder;
  /* The file with the key of the certificate in the store: as it was set, and absolute. "" if the key is in
   * the store itself; then key_path is NULL. */
  char *key_store;
  char *key_path;

  /* The last search: by subject, or by certificate if encoded is not NULL. While it is pending (the
   * store or a key in it could not be opened) it is repeated whenever the store changes. */
  char    *wanted_subject;
  GBytes  *wanted_encoded;
  gboolean pending;
  GError  *load_error; /* why the last search failed, or NULL */

  WsCertEntry entry; /* what is selected */

  /* Made from the entry on demand. */
  char            *texts[WS_CERTIFICATE_N_TEXTS];
  GTlsCertificate *tls_certificate;
};

/* What the selected certificate says. The public getters and the class's properties read it here. */

/* Forgets what is selected and what was made from it. */
void ws_certificate_state_clear (WsCertificate *self);
/* Never NULL; "" if nothing is selected. */
const char *ws_certificate_state_get_text (WsCertificate    *self,
                                           WsCertificateText text);
GBytes     *ws_certificate_state_get_encoded (WsCertificate *self);
char       *ws_certificate_state_get_private_key (WsCertificate *self);
guint       ws_certificate_state_get_public_key_bits (WsCertificate *self);
guint       ws_certificate_state_get_usage_flags (WsCertificate *self);
/* NULL if no certificate is selected. */
GDateTime *ws_certificate_state_get_effective_time (WsCertificate *self);
GDateTime *ws_certificate_state_get_expiration_time (WsCertificate *self);
/* NULL if no certificate is selected or GIO has no TLS backend. */
GTlsCertificate *ws_certificate_state_get_tls_certificate (WsCertificate *self);

G_END_DECLS

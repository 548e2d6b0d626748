/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#include <glib.h>

G_BEGIN_DECLS

/* Fields of a certificate as text. Each returns a new string, "" for what is absent. */

char *ws_cert_fields_format_subject (gnutls_x509_crt_t certificate);
char *ws_cert_fields_format_issuer (gnutls_x509_crt_t certificate);
/* "22-Nov-2026 14:21:10" in local time. */
char *ws_cert_fields_format_time (time_t seconds);
char *ws_cert_fields_format_extended_key_usage (gnutls_x509_crt_t certificate);
char *ws_cert_fields_format_serial_number (gnutls_x509_crt_t certificate);
char *ws_cert_fields_format_signature_algorithm (gnutls_x509_crt_t certificate);
char *ws_cert_fields_format_subject_alt_names (gnutls_x509_crt_t certificate);
char *ws_cert_fields_format_version (gnutls_x509_crt_t certificate);
char *ws_cert_fields_format_usage (guint flags);
/* Hexadecimal, two digits a byte: capitals for thumbprints, or small with colons for fingerprints. */
char *ws_cert_fields_format_thumbprint (gnutls_x509_crt_t         certificate,
                                        gnutls_digest_algorithm_t algorithm);
char *ws_cert_fields_format_fingerprint (gnutls_x509_crt_t         certificate,
                                         gnutls_pubkey_t           key,
                                         gnutls_digest_algorithm_t algorithm);
char *ws_cert_fields_format_public_key (gnutls_pubkey_t key);
char *ws_cert_fields_format_public_key_algorithm (gnutls_pubkey_t key);
char *ws_cert_fields_format_pem (gnutls_x509_crt_t certificate);

guint   ws_cert_fields_get_usage_flags (gnutls_x509_crt_t certificate);
GBytes *ws_cert_fields_get_der (gnutls_x509_crt_t certificate);

/* Compares two distinguished names attribute by attribute, in this or the reverse order, without
 * regard to case and to white space around the parts. */
gboolean ws_cert_fields_equal_names (const char *left,
                                     const char *right);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-certificate-private.h"

#include <string.h>

#include "wsserver/certificate/ws-cert-fields-private.h"
#include "wsserver/certificate/ws-secret-private.h"

gnutls_x509_crt_t
ws_certificate_get_leaf (WsCertificate *self)
{
  return self->entry.chain != NULL ? g_ptr_array_index (self->entry.chain, 0) : NULL;
}

static char *
format_of_certificate (gnutls_x509_crt_t certificate,
                       WsCertText        text)
{
  switch (text)
    {
    case WS_CERT_TEXT_EFFECTIVE_DATE:
      return ws_cert_format_time (gnutls_x509_crt_get_activation_time (certificate));
    case WS_CERT_TEXT_EXPIRATION_DATE:
      return ws_cert_format_time (gnutls_x509_crt_get_expiration_time (certificate));
    case WS_CERT_TEXT_EXTENDED_KEY_USAGE:
      return ws_cert_format_extended_key_usage (certificate);
    case WS_CERT_TEXT_ISSUER:
      return ws_cert_format_issuer (certificate);
    case WS_CERT_TEXT_SERIAL_NUMBER:
      return ws_cert_format_serial_number (certificate);
    case WS_CERT_TEXT_SIGNATURE_ALGORITHM:
      return ws_cert_format_signature_algorithm (certificate);
    case WS_CERT_TEXT_SUBJECT_ALT_NAMES:
      return ws_cert_format_subject_alt_names (certificate);
    case WS_CERT_TEXT_THUMBPRINT_MD5:
      return ws_cert_format_thumbprint (certificate, GNUTLS_DIG_MD5);
    case WS_CERT_TEXT_THUMBPRINT_SHA1:
      return ws_cert_format_thumbprint (certificate, GNUTLS_DIG_SHA1);
    case WS_CERT_TEXT_THUMBPRINT_SHA256:
      return ws_cert_format_thumbprint (certificate, GNUTLS_DIG_SHA256);
    case WS_CERT_TEXT_USAGE:
      return ws_cert_format_usage (ws_cert_get_usage_flags (certificate));
    case WS_CERT_TEXT_VERSION:
      return ws_cert_format_version (certificate);
    case WS_CERT_TEXT_SUBJECT:
      return ws_cert_format_subject (certificate);
    case WS_CERT_TEXT_ENCODED:
      return ws_cert_format_pem (certificate);
    default:
      return g_strdup ("");
    }
}

/* What a key alone has as well. */
static char *
format (WsCertificate *self,
        WsCertText     text)
{
  gnutls_x509_crt_t certificate = ws_certificate_get_leaf (self);
  gnutls_pubkey_t   key = self->entry.public_key;

  if (key != NULL)
    switch (text)
      {
      case WS_CERT_TEXT_FINGERPRINT:
        return ws_cert_format_fingerprint (certificate, key, GNUTLS_DIG_MD5);
      case WS_CERT_TEXT_FINGERPRINT_SHA1:
        return ws_cert_format_fingerprint (certificate, key, GNUTLS_DIG_SHA1);
      case WS_CERT_TEXT_FINGERPRINT_SHA256:
        return ws_cert_format_fingerprint (certificate, key, GNUTLS_DIG_SHA256);
      case WS_CERT_TEXT_PUBLIC_KEY:
        return ws_cert_format_public_key (key);
      case WS_CERT_TEXT_PUBLIC_KEY_ALGORITHM:
        return ws_cert_format_public_key_algorithm (key);
      default:
        break;
      }
  return certificate != NULL ? format_of_certificate (certificate, text) : g_strdup ("");
}

const char *
ws_certificate_get_text (WsCertificate *self,
                         WsCertText     text)
{
  if (self->texts[text] == NULL)
    self->texts[text] = format (self, text);
  return self->texts[text];
}

/**
 * ws_certificate_get_effective_date: (get-property effective-date)
 * @self: a certificate
 *
 * Gets the date from which it is valid.
 *
 * Returns: the local date and time, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_effective_date (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_EFFECTIVE_DATE);
}

/**
 * ws_certificate_get_expiration_date: (get-property expiration-date)
 * @self: a certificate
 *
 * Gets the date until which it is valid.
 *
 * Returns: the local date and time, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_expiration_date (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_EXPIRATION_DATE);
}

/**
 * ws_certificate_get_extended_key_usage: (get-property extended-key-usage)
 * @self: a certificate
 *
 * Gets the extended key usage.
 *
 * Returns: object identifiers separated by commas, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_extended_key_usage (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_EXTENDED_KEY_USAGE);
}

/**
 * ws_certificate_get_fingerprint: (get-property fingerprint)
 * @self: a certificate
 *
 * Gets the MD5 fingerprint.
 *
 * Returns: sixteen pairs of digits, separated by colons, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_fingerprint (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_FINGERPRINT);
}

/**
 * ws_certificate_get_fingerprint_sha1: (get-property fingerprint-sha1)
 * @self: a certificate
 *
 * Gets the SHA-1 fingerprint.
 *
 * Returns: twenty pairs of digits, separated by colons, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_fingerprint_sha1 (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_FINGERPRINT_SHA1);
}

/**
 * ws_certificate_get_fingerprint_sha256: (get-property fingerprint-sha256)
 * @self: a certificate
 *
 * Gets the SHA-256 fingerprint.
 *
 * Returns: 32 pairs of digits, separated by colons, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_fingerprint_sha256 (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_FINGERPRINT_SHA256);
}

/**
 * ws_certificate_get_issuer: (get-property issuer)
 * @self: a certificate
 *
 * Gets the issuer.
 *
 * Returns: a distinguished name, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_issuer (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_ISSUER);
}

/**
 * ws_certificate_get_private_key_container: (get-property private-key-container)
 * @self: a certificate
 *
 * Gets the key container.
 *
 * Returns: an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_private_key_container (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_PRIVATE_KEY_CONTAINER);
}

/**
 * ws_certificate_get_public_key: (get-property public-key)
 * @self: a certificate
 *
 * Gets the public key.
 *
 * Returns: the key in PEM, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_public_key (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_PUBLIC_KEY);
}

/**
 * ws_certificate_get_public_key_algorithm: (get-property public-key-algorithm)
 * @self: a certificate
 *
 * Gets the algorithm of the public key.
 *
 * Returns: a name, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_public_key_algorithm (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_PUBLIC_KEY_ALGORITHM);
}

/**
 * ws_certificate_get_serial_number: (get-property serial-number)
 * @self: a certificate
 *
 * Gets the serial number.
 *
 * Returns: hexadecimal digits, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_serial_number (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_SERIAL_NUMBER);
}

/**
 * ws_certificate_get_signature_algorithm: (get-property signature-algorithm)
 * @self: a certificate
 *
 * Gets the algorithm of the signature.
 *
 * Returns: a name or an object identifier, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_signature_algorithm (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_SIGNATURE_ALGORITHM);
}

/**
 * ws_certificate_get_subject_alt_names: (get-property subject-alt-names)
 * @self: a certificate
 *
 * Gets the alternative names.
 *
 * Returns: names separated by commas, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_subject_alt_names (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_SUBJECT_ALT_NAMES);
}

/**
 * ws_certificate_get_thumbprint_md5: (get-property thumbprint-md5)
 * @self: a certificate
 *
 * Gets the MD5 thumbprint.
 *
 * Returns: 32 digits, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_thumbprint_md5 (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_THUMBPRINT_MD5);
}

/**
 * ws_certificate_get_thumbprint_sha1: (get-property thumbprint-sha1)
 * @self: a certificate
 *
 * Gets the SHA-1 thumbprint.
 *
 * Returns: 40 digits, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_thumbprint_sha1 (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_THUMBPRINT_SHA1);
}

/**
 * ws_certificate_get_thumbprint_sha256: (get-property thumbprint-sha256)
 * @self: a certificate
 *
 * Gets the SHA-256 thumbprint.
 *
 * Returns: 64 digits, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_thumbprint_sha256 (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_THUMBPRINT_SHA256);
}

/**
 * ws_certificate_get_usage: (get-property usage)
 * @self: a certificate
 *
 * Gets the usage in words.
 *
 * Returns: words separated by commas, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_usage (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_USAGE);
}

/**
 * ws_certificate_get_version: (get-property version)
 * @self: a certificate
 *
 * Gets the version.
 *
 * Returns: the version, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_version (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_VERSION);
}

/**
 * ws_certificate_get_subject: (get-property subject)
 * @self: a certificate
 *
 * Gets the subject.
 *
 * Returns: a distinguished name, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_subject (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_SUBJECT);
}

/**
 * ws_certificate_get_encoded: (get-property encoded)
 * @self: a certificate
 *
 * Gets the certificate.
 *
 * Returns: the certificate in PEM, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_certificate_get_encoded (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  return ws_certificate_get_text (self, WS_CERT_TEXT_ENCODED);
}

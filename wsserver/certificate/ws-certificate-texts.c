/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-certificate-state-private.h"

/* Public getters of the texts. */

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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_EFFECTIVE_DATE);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_EXPIRATION_DATE);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_EXTENDED_KEY_USAGE);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_FINGERPRINT);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_FINGERPRINT_SHA1);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_FINGERPRINT_SHA256);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_ISSUER);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_PRIVATE_KEY_CONTAINER);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_PUBLIC_KEY);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_PUBLIC_KEY_ALGORITHM);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_SERIAL_NUMBER);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_SIGNATURE_ALGORITHM);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_SUBJECT_ALT_NAMES);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_THUMBPRINT_MD5);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_THUMBPRINT_SHA1);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_THUMBPRINT_SHA256);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_USAGE);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_VERSION);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_SUBJECT);
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

  return ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_ENCODED);
}

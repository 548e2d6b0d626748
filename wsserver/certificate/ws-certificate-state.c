/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-certificate-state-private.h"

#include <string.h>

#include "wsserver/certificate/ws-cert-fields-private.h"
#include "wsserver/certificate/ws-cert-gio-private.h"

void
ws_certificate_state_clear (WsCertificate *self)
{
  ws_cert_entry_clear (&self->entry);
  for (guint i = 0; i < WS_CERTIFICATE_N_TEXTS; i++)
    g_clear_pointer (&self->texts[i], g_free);
  g_clear_object (&self->tls_certificate);
}

/* The leaf, or NULL. */
static gnutls_x509_crt_t
get_leaf (WsCertificate *self)
{
  return self->entry.chain != NULL ? g_ptr_array_index (self->entry.chain, 0) : NULL;
}

static char *
format_certificate_text (gnutls_x509_crt_t certificate,
                         WsCertificateText text)
{
  switch (text)
    {
    case WS_CERTIFICATE_TEXT_EFFECTIVE_DATE:
      return ws_cert_fields_format_time (gnutls_x509_crt_get_activation_time (certificate));
    case WS_CERTIFICATE_TEXT_EXPIRATION_DATE:
      return ws_cert_fields_format_time (gnutls_x509_crt_get_expiration_time (certificate));
    case WS_CERTIFICATE_TEXT_EXTENDED_KEY_USAGE:
      return ws_cert_fields_format_extended_key_usage (certificate);
    case WS_CERTIFICATE_TEXT_ISSUER:
      return ws_cert_fields_format_issuer (certificate);
    case WS_CERTIFICATE_TEXT_SERIAL_NUMBER:
      return ws_cert_fields_format_serial_number (certificate);
    case WS_CERTIFICATE_TEXT_SIGNATURE_ALGORITHM:
      return ws_cert_fields_format_signature_algorithm (certificate);
    case WS_CERTIFICATE_TEXT_SUBJECT_ALT_NAMES:
      return ws_cert_fields_format_subject_alt_names (certificate);
    case WS_CERTIFICATE_TEXT_THUMBPRINT_MD5:
      return ws_cert_fields_format_thumbprint (certificate, GNUTLS_DIG_MD5);
    case WS_CERTIFICATE_TEXT_THUMBPRINT_SHA1:
      return ws_cert_fields_format_thumbprint (certificate, GNUTLS_DIG_SHA1);
    case WS_CERTIFICATE_TEXT_THUMBPRINT_SHA256:
      return ws_cert_fields_format_thumbprint (certificate, GNUTLS_DIG_SHA256);
    case WS_CERTIFICATE_TEXT_USAGE:
      return ws_cert_fields_format_usage (ws_cert_fields_get_usage_flags (certificate));
    case WS_CERTIFICATE_TEXT_VERSION:
      return ws_cert_fields_format_version (certificate);
    case WS_CERTIFICATE_TEXT_SUBJECT:
      return ws_cert_fields_format_subject (certificate);
    case WS_CERTIFICATE_TEXT_ENCODED:
      return ws_cert_fields_format_pem (certificate);
    default:
      return g_strdup ("");
    }
}

/* A key alone has some of the texts. */
static char *
format_text (WsCertificate    *self,
             WsCertificateText text)
{
  gnutls_x509_crt_t certificate = get_leaf (self);
  gnutls_pubkey_t   key = self->entry.public_key;

  if (key != NULL)
    switch (text)
      {
      case WS_CERTIFICATE_TEXT_FINGERPRINT:
        return ws_cert_fields_format_fingerprint (certificate, key, GNUTLS_DIG_MD5);
      case WS_CERTIFICATE_TEXT_FINGERPRINT_SHA1:
        return ws_cert_fields_format_fingerprint (certificate, key, GNUTLS_DIG_SHA1);
      case WS_CERTIFICATE_TEXT_FINGERPRINT_SHA256:
        return ws_cert_fields_format_fingerprint (certificate, key, GNUTLS_DIG_SHA256);
      case WS_CERTIFICATE_TEXT_PUBLIC_KEY:
        return ws_cert_fields_format_public_key (key);
      case WS_CERTIFICATE_TEXT_PUBLIC_KEY_ALGORITHM:
        return ws_cert_fields_format_public_key_algorithm (key);
      default:
        break;
      }
  return certificate != NULL ? format_certificate_text (certificate, text) : g_strdup ("");
}

const char *
ws_certificate_state_get_text (WsCertificate    *self,
                               WsCertificateText text)
{
  if (self->texts[text] == NULL)
    self->texts[text] = format_text (self, text);
  return self->texts[text];
}

GBytes *
ws_certificate_state_get_encoded (WsCertificate *self)
{
  const char *pem = ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_ENCODED);

  return g_bytes_new (pem, strlen (pem));
}

char *
ws_certificate_state_get_private_key (WsCertificate *self)
{
  gnutls_datum_t pem = { NULL, 0 };
  char          *text;

  if (self->entry.key == NULL || !ws_cert_key_export (self->entry.key, GNUTLS_X509_FMT_PEM, &pem))
    return g_strdup ("");
  text = g_strndup ((const char *) pem.data, pem.size);
  gnutls_memset (pem.data, 0, pem.size);
  gnutls_free (pem.data);
  return text;
}

guint
ws_certificate_state_get_public_key_bits (WsCertificate *self)
{
  guint bits = 0;

  if (self->entry.public_key != NULL)
    gnutls_pubkey_get_pk_algorithm (self->entry.public_key, &bits);
  return bits;
}

guint
ws_certificate_state_get_usage_flags (WsCertificate *self)
{
  return self->entry.chain != NULL ? ws_cert_fields_get_usage_flags (get_leaf (self)) : 0;
}

static GDateTime *
make_time (time_t seconds)
{
  return seconds != (time_t) -1 ? g_date_time_new_from_unix_utc (seconds) : NULL;
}

GDateTime *
ws_certificate_state_get_effective_time (WsCertificate *self)
{
  return self->entry.chain != NULL ? make_time (gnutls_x509_crt_get_activation_time (get_leaf (self))) : NULL;
}

GDateTime *
ws_certificate_state_get_expiration_time (WsCertificate *self)
{
  return self->entry.chain != NULL ? make_time (gnutls_x509_crt_get_expiration_time (get_leaf (self))) : NULL;
}

GTlsCertificate *
ws_certificate_state_get_tls_certificate (WsCertificate *self)
{
  if (self->tls_certificate == NULL && self->entry.chain != NULL)
    self->tls_certificate = ws_cert_gio_new (&self->entry);
  return self->tls_certificate;
}

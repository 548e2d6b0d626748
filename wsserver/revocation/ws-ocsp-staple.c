/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/revocation/ws-ocsp-staple-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/revocation/ws-revocation-answers-private.h"

#include <string.h>

#define MAX_RESPONSE_BYTES (64 * 1024)
#define PEM_LABEL "OCSP RESPONSE"

static gboolean
refuse (GError    **error,
        const char *fault,
        const char *name)
{
  g_set_error (error, WS_ERROR, WS_ERROR_CERT_STORE, "[%d] %s: %s", WS_ERROR_CERT_STORE, fault, name);

  return FALSE;
}

/* The response as DER. */
static GBytes *
decode (GBytes *response)
{
  static const char begin[] = "-----BEGIN " PEM_LABEL "-----";
  gsize             length;
  const char       *data = g_bytes_get_data (response, &length);
  gnutls_datum_t    pem = { (guint8 *) data, (guint) length };
  gnutls_datum_t    der;
  GBytes           *bytes;

  if (data == NULL || g_strstr_len (data, (gssize) length, begin) == NULL ||
      gnutls_pem_base64_decode2 (PEM_LABEL, &pem, &der) < 0)
    return g_bytes_ref (response);

  bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);

  return bytes;
}

static gboolean
check (GBytes           *der,
       gnutls_x509_crt_t certificate,
       gnutls_x509_crt_t issuer,
       GError          **error)
{
  gint64             now_s = g_get_real_time () / G_USEC_PER_SEC;
  WsRevocationAnswer answer;

  if (!ws_ocsp_check_response (der, certificate, issuer, NULL, now_s, &answer, error))
    return FALSE;

  if (answer.status == WS_REVOCATION_REVOKED)
    g_set_error_literal (error, WS_ERROR, WS_ERROR_CERT_STORE, "The OCSP response says that the certificate was revoked");
  else if (answer.status != WS_REVOCATION_GOOD)
    g_set_error_literal (error, WS_ERROR, WS_ERROR_CERT_STORE, "The OCSP response does not know the certificate");
  else if (answer.expires_at_s == 0)
    g_set_error_literal (error, WS_ERROR, WS_ERROR_CERT_STORE, "The OCSP response does not say until when it holds");
  else if (answer.expires_at_s <= now_s)
    g_set_error_literal (error, WS_ERROR, WS_ERROR_CERT_STORE, "The OCSP response has expired");
  else
    return TRUE;

  return FALSE;
}

gboolean
ws_tls_credentials_staple (gnutls_certificate_credentials_t credentials,
                           guint                            index,
                           GBytes                          *response,
                           const char                      *name,
                           GError                         **error)
{
  g_autoptr (GBytes) der = decode (response);
  g_autoptr (GError) fault = NULL;
  gnutls_x509_crt_t *chain = NULL;
  gnutls_datum_t     datum;
  guint              n_chain = 0;
  gboolean           valid;
  int                result;

  if (gnutls_certificate_get_x509_crt (credentials, index, &chain, &n_chain) < 0 || n_chain == 0)
    return refuse (error, "There is no certificate for the OCSP response", name);

  /* The signature can only be verified where the chain has the issuer. */
  valid = check (der, chain[0],
                 n_chain > 1 && gnutls_x509_crt_check_issuer (chain[0], chain[1]) ? chain[1] : NULL, &fault);
  for (guint i = 0; i < n_chain; i++)
    gnutls_x509_crt_deinit (chain[i]);
  gnutls_free (chain);
  if (!valid)
    return refuse (error, fault->message, name);

  datum = (gnutls_datum_t){ (guint8 *) g_bytes_get_data (der, NULL), (guint) g_bytes_get_size (der) };
  result = gnutls_certificate_set_ocsp_status_request_mem (credentials, &datum, index, GNUTLS_X509_FMT_DER);
  if (result < 0)
    return refuse (error, gnutls_strerror (result), name);

  return TRUE;
}

static GBytes *
read_file (const char *path,
           GError    **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autofree guint8 *data = g_malloc (MAX_RESPONSE_BYTES + 1);
  gsize              length;

  if (stream == NULL ||
      !g_input_stream_read_all (G_INPUT_STREAM (stream), data, MAX_RESPONSE_BYTES + 1, &length, NULL, error))
    return NULL;
  if (length <= MAX_RESPONSE_BYTES)
    return g_bytes_new_take (g_steal_pointer (&data), length);

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "The OCSP response is too long");

  return NULL;
}

gboolean
ws_tls_staple_is_pem (const char *pem_or_path)
{
  return g_str_has_prefix (pem_or_path, "-----BEGIN ");
}

gboolean
ws_tls_credentials_staple_named (gnutls_certificate_credentials_t credentials,
                                 const char                      *pem_or_path,
                                 GError                         **error)
{
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) reading = NULL;
  g_autoptr (GBytes) response = NULL;
  const char    *name = pem_or_path;
  gnutls_datum_t der;

  if (ws_tls_staple_is_pem (pem_or_path))
    {
      name = "the OCSP response in PEM";
      response = g_bytes_new (pem_or_path, strlen (pem_or_path));
    }
  else
    {
      response = read_file (pem_or_path, &reading);
    }
  if (response == NULL)
    return refuse (error, reading->message, name);

  for (guint i = 0; i == 0 || gnutls_certificate_get_crt_raw (credentials, i, 0, &der) >= 0; i++)
    {
      g_autoptr (GError) fault = NULL;

      if (ws_tls_credentials_staple (credentials, i, response, name, &fault))
        return TRUE;
      /* With one certificate its own fault is told, with several that of the first. */
      if (first == NULL)
        first = g_steal_pointer (&fault);
    }

  g_propagate_error (error, g_steal_pointer (&first));

  return FALSE;
}

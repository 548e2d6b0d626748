/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/revocation/ws-ocsp-staple-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/certificate/ws-secret-private.h"
#include "wsserver/revocation/ws-ocsp-private.h"

#include <string.h>

#define MAX_RESPONSE_BYTES (64 * 1024)
#define PEM_LABEL "OCSP RESPONSE"

static gboolean
refuse_staple (GError    **error,
               const char *fault,
               const char *name)
{
  ws_set_error (error, WS_ERROR_CERT_STORE, "%s: %s", fault, name);

  return FALSE;
}

/* The response as DER. */
static GBytes *
decode_response (GBytes *response)
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
check_validity (GBytes           *der,
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
    g_set_error_literal (error, WS_ERROR, WS_ERROR_CERT_STORE, "The OCSP response has no expiry time");
  else if (answer.expires_at_s <= now_s)
    g_set_error_literal (error, WS_ERROR, WS_ERROR_CERT_STORE, "The OCSP response has expired");
  else
    return TRUE;

  return FALSE;
}

gboolean
ws_ocsp_staple_set (gnutls_certificate_credentials_t credentials,
                    guint                            index,
                    GBytes                          *response,
                    const char                      *name,
                    GError                         **error)
{
  g_autoptr (GBytes) der = decode_response (response);
  g_autoptr (GError) fault = NULL;
  gnutls_x509_crt_t *chain = NULL;
  gnutls_x509_crt_t  issuer = NULL;
  gnutls_datum_t     datum;
  guint              n_chain = 0;
  gboolean           valid;
  int                result;

  if (gnutls_certificate_get_x509_crt (credentials, index, &chain, &n_chain) < 0 || n_chain == 0)
    return refuse_staple (error, "There is no certificate for the OCSP response", name);

  /* The signature can only be verified if the chain has the issuer. */
  if (n_chain > 1 && gnutls_x509_crt_check_issuer (chain[0], chain[1]))
    issuer = chain[1];
  valid = check_validity (der, chain[0], issuer, &fault);
  for (guint i = 0; i < n_chain; i++)
    gnutls_x509_crt_deinit (chain[i]);
  gnutls_free (chain);
  if (!valid)
    return refuse_staple (error, fault->message, name);

  datum = (gnutls_datum_t){ (guint8 *) g_bytes_get_data (der, NULL), (guint) g_bytes_get_size (der) };
  result = gnutls_certificate_set_ocsp_status_request_mem (credentials, &datum, index, GNUTLS_X509_FMT_DER);
  if (result < 0)
    return refuse_staple (error, gnutls_strerror (result), name);

  return TRUE;
}

gboolean
ws_ocsp_staple_is_pem (const char *pem_or_path)
{
  return g_str_has_prefix (pem_or_path, "-----BEGIN ");
}

gboolean
ws_ocsp_staple_set_named (gnutls_certificate_credentials_t credentials,
                          const char                      *pem_or_path,
                          GError                         **error)
{
  g_autoptr (GError) first = NULL;
  g_autofree char *fault = NULL;
  g_autoptr (GBytes) response = NULL;
  const char    *name = pem_or_path;
  gnutls_datum_t der;

  if (ws_ocsp_staple_is_pem (pem_or_path))
    {
      name = "the OCSP response in PEM";
      response = g_bytes_new (pem_or_path, strlen (pem_or_path));
    }
  else
    {
      response = ws_secret_read_file (pem_or_path, MAX_RESPONSE_BYTES, &fault);
    }
  if (response == NULL)
    return refuse_staple (error, fault, name);

  for (guint i = 0; i == 0 || gnutls_certificate_get_crt_raw (credentials, i, 0, &der) >= 0; i++)
    {
      g_autoptr (GError) refusal = NULL;

      if (ws_ocsp_staple_set (credentials, i, response, name, &refusal))
        return TRUE;
      /* If no certificate fits, the error of the first one is reported. */
      if (first == NULL)
        first = g_steal_pointer (&refusal);
    }

  g_propagate_error (error, g_steal_pointer (&first));

  return FALSE;
}

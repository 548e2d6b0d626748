/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-certificate-credentials-private.h"

#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/certificate/ws-cert-chain-private.h"
#include "wsserver/certificate/ws-cert-store-open-private.h"
#include "wsserver/certificate/ws-certificate-state-private.h"

static gboolean
fail_credentials (WsCertificate *self,
                  GError       **error,
                  const char    *fault)
{
  ws_set_error (error, WS_ERROR_CREDENTIALS, "Cannot use the certificate %s: %s",
                ws_certificate_state_get_text (self, WS_CERTIFICATE_TEXT_SUBJECT), fault);
  return FALSE;
}

static gboolean
check_usable (WsCertificate *self,
              GError       **error)
{
  if (self->entry.chain == NULL)
    {
      const char *fault = "none is selected";

      if (self->load_error != NULL)
        fault = ws_error_get_reason (self->load_error);
      else if (self->entry.public_key != NULL)
        fault = "the store has a key only; set encoded to its certificate";
      ws_set_error (error, WS_ERROR_SERVER_CERT_NOT_FOUND, "Cannot find the server's certificate: %s", fault);
      return FALSE;
    }
  if (self->entry.key == NULL)
    return fail_credentials (self, error,
                             self->entry.locked != NULL ? self->entry.locked : "it has no private key");
  return TRUE;
}

static int
set_chain_and_key (gnutls_certificate_credentials_t credentials,
                   const WsCertKey                 *key,
                   GPtrArray                       *chain)
{
  gnutls_pcert_st  pcerts[WS_CERT_MAX_CHAIN];
  gnutls_privkey_t copy = NULL;
  guint            n_pcerts = 0;
  int              code = 0;

  for (guint i = 0; i < chain->len && code >= 0; i++)
    {
      gnutls_x509_crt_t certificate = g_ptr_array_index (chain, i);

      /* A root is not sent: the client either has it or does not trust it. */
      if (i > 0 && gnutls_x509_crt_check_issuer (certificate, certificate) != 0)
        break;
      code = gnutls_pcert_import_x509 (&pcerts[n_pcerts], certificate, 0);
      if (code >= 0)
        n_pcerts++;
    }
  if (code >= 0)
    code = ws_cert_key_copy (key, &copy);
  if (code >= 0)
    {
      /* Takes the key and the contents of the array. */
      code = gnutls_certificate_set_key (credentials, NULL, 0, pcerts, (int) n_pcerts, copy);
      if (code >= 0)
        return code;
      gnutls_privkey_deinit (copy);
    }
  while (n_pcerts > 0)
    gnutls_pcert_deinit (&pcerts[--n_pcerts]);
  return code;
}

/* Opens the value of SSLCACerts, which is not empty. */
static WsCertStore *
open_ca_certs (const char *ca_certs,
               GError    **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (ca_certs, strlen (ca_certs));

  return ws_cert_store_open (WS_CERT_STORE_TYPE_PUBLIC_KEY_BLOB, bytes, "", "", error);
}

gboolean
ws_certificate_check_chain (const char *ca_certs,
                            GError    **error)
{
  g_autoptr (WsCertStore) extra = *ca_certs != '\0' ? open_ca_certs (ca_certs, error) : NULL;

  return *ca_certs == '\0' || extra != NULL;
}

gboolean
ws_certificate_load_credentials (WsCertificate                   *self,
                                 const char                      *ca_certs,
                                 gnutls_certificate_credentials_t credentials,
                                 GError                         **error)
{
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();
  g_autoptr (WsCertStore) extra = NULL;
  int code;

  if (!check_usable (self, error))
    return FALSE;
  g_ptr_array_extend (chain, self->entry.chain, NULL, NULL);
  if (ca_certs != NULL && ca_certs[0] != '\0')
    {
      int index;

      extra = open_ca_certs (ca_certs, error);
      if (extra == NULL)
        return FALSE;
      while ((index = ws_cert_chain_find_issuer (chain, extra->certificates)) >= 0)
        g_ptr_array_add (chain, g_ptr_array_index (extra->certificates, index));
    }

  code = set_chain_and_key (credentials, self->entry.key, chain);
  return code >= 0 || fail_credentials (self, error, gnutls_strerror (code));
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates by host name. GnuTLS compares names byte by byte: it knows no wildcard, and takes
 * letters of another case for another name. So those that have the name are picked here, and GnuTLS
 * picks among them the one that the client can verify. RFC 6066 §3, RFC 6125 §6.4. */
#include "wsserver/certificate/ws-certificate-private.h"
#include "wsserver/tls/ws-tls-context-private.h"
#include "wsserver/revocation/ws-ocsp-staple-private.h"

typedef struct
{
  gnutls_certificate_credentials_t credentials;
  WsTlsKeyKinds                    keys;
} Named;

static void
named_free (gpointer data)
{
  Named *named = data;

  gnutls_certificate_free_credentials (named->credentials);
  g_free (named);
}

void
ws_tls_context_set_certificates (WsTlsContext *self,
                                 GPtrArray    *certificates,
                                 const char   *ca_certs)
{
  self->certificates = g_ptr_array_ref (certificates);
  self->ca_certs = g_strdup (ca_certs);
  if (certificates->len > 1)
    self->named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, named_free);
}

static gboolean
has_name (WsCertificate *certificate,
          const char    *server_name)
{
  GPtrArray *chain = ws_certificate_get_chain (certificate);

  return chain != NULL && gnutls_x509_crt_check_hostname (chain->pdata[0], server_name) != 0;
}

static Named *
make_named (WsTlsContext *self,
            const char   *chosen)
{
  Named *named = g_new0 (Named, 1);

  gnutls_certificate_allocate_credentials (&named->credentials);
  for (guint i = 0; i < self->certificates->len; i++)
    if (chosen[i] == '1' && !ws_certificate_load_credentials_with_chain (
                                self->certificates->pdata[i], self->ca_certs, named->credentials, NULL))
      {
        named_free (named);
        return NULL;
      }

  /* It may be about a certificate that is not among these. */
  if (self->ocsp_response != NULL)
    (void) ws_tls_credentials_staple_named (named->credentials, self->ocsp_response, NULL);
  ws_tls_context_set_dh_params (self, named->credentials);
  named->keys = ws_tls_collect_key_kinds (named->credentials);
  return named;
}

static gboolean
choose (WsTlsContext *self,
        const char   *server_name,
        char         *chosen)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->certificates->len; i++)
    if (has_name (self->certificates->pdata[i], server_name))
      {
        chosen[i] = '1';
        any = TRUE;
      }
  return any;
}

/* The first certificate, and those that have a name of it and may have another kind of key. */
static void
choose_first (WsTlsContext *self,
              char         *chosen)
{
  GPtrArray        *chain = ws_certificate_get_chain (self->certificates->pdata[0]);
  gnutls_x509_crt_t first = chain->pdata[0];
  char              name[256];
  gsize             size = sizeof name;

  chosen[0] = '1';
  for (guint i = 0; gnutls_x509_crt_get_subject_alt_name (first, i, name, &size, NULL) >= 0;
       i++, size = sizeof name)
    choose (self, name, chosen);
}

/* One set of credentials for each combination of certificates that has ever been asked for; there
 * are no more of these than the certificates' names make. */
gnutls_certificate_credentials_t
ws_tls_context_get_credentials (WsTlsContext  *self,
                                const char    *server_name,
                                WsTlsKeyKinds *keys)
{
  g_autofree char *chosen = NULL;
  Named           *named;

  *keys = self->keys;
  if (self->named == NULL)
    return self->credentials;

  chosen = g_strnfill (self->certificates->len, '0');
  if (server_name == NULL || !choose (self, server_name, chosen))
    choose_first (self, chosen);

  named = g_hash_table_lookup (self->named, chosen);
  if (named == NULL)
    {
      /* It was possible before; where it is not, the client may see a name that is not its own. */
      named = make_named (self, chosen);
      if (named == NULL)
        return self->credentials;
      g_hash_table_insert (self->named, g_steal_pointer (&chosen), named);
    }

  *keys = named->keys;
  return named->credentials;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-named-credentials-private.h"

#include <string.h>

#include "wsserver/certificate/ws-certificate-credentials-private.h"
#include "wsserver/certificate/ws-certificate-private.h"
#include "wsserver/revocation/ws-ocsp-staple-private.h"
#include "wsserver/tls/ws-tls-credentials-private.h"

/* A longer alternative name is no host name. */
#define MAX_ALT_NAME_BYTES 256

struct _WsNamedCredentials
{
  GPtrArray  *certificates;
  char       *ca_certs;
  char       *ocsp_response;
  guint       dh_group_bits;
  GHashTable *entries; /* a text of one '0' or '1' for each certificate to an Entry */
};

typedef struct
{
  gnutls_certificate_credentials_t credentials;
  WsTlsKeyKinds                    keys;
} Entry;

static void
credentials_entry_free (gpointer data)
{
  Entry *entry = data;

  gnutls_certificate_free_credentials (entry->credentials);
  g_free (entry);
}

WsNamedCredentials *
ws_named_credentials_new (GPtrArray  *certificates,
                          const char *ca_certs,
                          const char *ocsp_response,
                          guint       dh_group_bits)
{
  WsNamedCredentials *self = g_new0 (WsNamedCredentials, 1);

  self->certificates = g_ptr_array_ref (certificates);
  self->ca_certs = g_strdup (ca_certs);
  self->ocsp_response = g_strdup (ocsp_response);
  self->dh_group_bits = dh_group_bits;
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, credentials_entry_free);

  return self;
}

void
ws_named_credentials_free (WsNamedCredentials *self)
{
  g_hash_table_unref (self->entries);
  g_ptr_array_unref (self->certificates);
  g_free (self->ca_certs);
  g_free (self->ocsp_response);
  g_free (self);
}

static gboolean
has_name (WsCertificate *certificate,
          const char    *server_name)
{
  GPtrArray *chain = ws_certificate_get_chain (certificate);

  return chain != NULL && gnutls_x509_crt_check_hostname (chain->pdata[0], server_name) != 0;
}

static Entry *
credentials_entry_new (WsNamedCredentials *self,
                       const char         *chosen)
{
  Entry *entry = g_new0 (Entry, 1);

  gnutls_certificate_allocate_credentials (&entry->credentials);
  for (guint i = 0; i < self->certificates->len; i++)
    if (chosen[i] == '1' && !ws_certificate_load_credentials (
                                self->certificates->pdata[i], self->ca_certs, entry->credentials, NULL))
      {
        credentials_entry_free (entry);
        return NULL;
      }

  /* The response may be about a certificate that is not among these. */
  if (self->ocsp_response != NULL)
    (void) ws_ocsp_staple_set_named (entry->credentials, self->ocsp_response, NULL);
  ws_tls_credentials_set_dh_group (entry->credentials, self->dh_group_bits);
  entry->keys = ws_tls_credentials_get_key_kinds (entry->credentials);

  return entry;
}

static gboolean
choose_named (WsNamedCredentials *self,
              const char         *server_name,
              char               *chosen)
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

/* The host name or address of an alternative name as text, or NULL if it is neither. */
static char *
format_host (guint         type,
             const guint8 *data,
             gsize         length)
{
  g_autoptr (GInetAddress) address = NULL;

  if (type == GNUTLS_SAN_DNSNAME)
    return memchr (data, '\0', length) == NULL ? g_strndup ((const char *) data, length) : NULL;
  if (type != GNUTLS_SAN_IPADDRESS || (length != 4 && length != 16))
    return NULL;

  address = g_inet_address_new_from_bytes (data, length == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (address);
}

/* The first certificate, and those that have one of its names and may have another kind of key. */
static void
choose_first (WsNamedCredentials *self,
              char               *chosen)
{
  GPtrArray *chain = ws_certificate_get_chain (self->certificates->pdata[0]);
  guint8     name[MAX_ALT_NAME_BYTES];
  gsize      size = sizeof name;
  int        type;

  chosen[0] = '1';
  for (guint i = 0;
       (type = gnutls_x509_crt_get_subject_alt_name (chain->pdata[0], i, name, &size, NULL)) !=
       GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
       i++, size = sizeof name)
    {
      g_autofree char *host = type >= 0 ? format_host ((guint) type, name, size) : NULL;

      if (host != NULL)
        choose_named (self, host, chosen);
    }
}

/* There are no more entries than combinations of certificates that the names make. */
gnutls_certificate_credentials_t
ws_named_credentials_find (WsNamedCredentials *self,
                           const char         *server_name,
                           WsTlsKeyKinds      *keys)
{
  g_autofree char *chosen = g_strnfill (self->certificates->len, '0');
  Entry           *entry;

  if (server_name == NULL || !choose_named (self, server_name, chosen))
    choose_first (self, chosen);

  entry = g_hash_table_lookup (self->entries, chosen);
  if (entry == NULL)
    {
      entry = credentials_entry_new (self, chosen);
      if (entry == NULL)
        return NULL;
      g_hash_table_insert (self->entries, g_steal_pointer (&chosen), entry);
    }

  *keys = entry->keys;

  return entry->credentials;
}

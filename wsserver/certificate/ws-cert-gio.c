/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-gio-private.h"

#include <string.h>

#include "wsserver/certificate/ws-cert-chain-private.h"
#include "wsserver/certificate/ws-cert-fields-private.h"
#include "wsserver/certificate/ws-secret-private.h"

static GByteArray *
get_der_array (gnutls_x509_crt_t certificate)
{
  return g_bytes_unref_to_array (ws_cert_fields_get_der (certificate));
}

/* The key in PKCS #8, or NULL if it cannot be exported. Free it with free_wiped(). */
static GByteArray *
export_key (const WsCertKey *key)
{
  gnutls_datum_t der = { NULL, 0 };
  GByteArray    *array;

  if (!ws_cert_key_export (key, GNUTLS_X509_FMT_DER, &der))
    return NULL;
  array = g_byte_array_append (g_byte_array_sized_new (der.size), der.data, der.size);
  gnutls_memset (der.data, 0, der.size);
  gnutls_free (der.data);
  return array;
}

static void
free_wiped (GByteArray *array)
{
  if (array == NULL)
    return;
  gnutls_memset (array->data, 0, array->len);
  g_byte_array_unref (array);
}

static char *
make_uri_with_pin (const WsCertKey *key)
{
  g_autofree char *pin = NULL;

  if (key->uri == NULL || key->pin == NULL || key->pin[0] == '\0')
    return g_strdup (key->uri);
  pin = g_uri_escape_string (key->pin, NULL, FALSE);
  return g_strdup_printf ("%s%cpin-value=%s", key->uri, strchr (key->uri, '?') != NULL ? '&' : '?', pin);
}

/* The URI of the certificate of a key: it has the same id, or the same label if there is no id. */
static char *
make_certificate_uri (const char *key_uri)
{
  g_auto (GStrv) parts = g_strsplit (key_uri, "?", 2);
  g_auto (GStrv) attributes = g_strsplit (parts[0] + strlen ("pkcs11:"), ";", -1);
  g_autoptr (GString) uri = g_string_new ("pkcs11:");
  gboolean has_id = FALSE;

  for (guint i = 0; attributes[i] != NULL; i++)
    has_id = has_id || g_str_has_prefix (attributes[i], "id=");
  for (guint i = 0; attributes[i] != NULL; i++)
    if (!g_str_has_prefix (attributes[i], "type=") &&
        !(has_id && g_str_has_prefix (attributes[i], "object=")))
      g_string_append_printf (uri, "%s;", attributes[i]);
  g_string_append (uri, "type=cert");
  if (parts[1] != NULL)
    g_string_append_printf (uri, "?%s", parts[1]);
  return g_string_free (g_steal_pointer (&uri), FALSE);
}

/* GIO accepts a key on a token only with a certificate on the same token. Returns NULL if that is not
 * the certificate of the entry. */
static GTlsCertificate *
make_token_certificate (GType            type,
                        GByteArray      *der,
                        const char      *key_uri,
                        GTlsCertificate *issuer)
{
  g_autoptr (WsSecret) uri = make_certificate_uri (key_uri);
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GByteArray) found = NULL;

  certificate = g_initable_new (type, NULL, NULL, "pkcs11-uri", uri, "private-key-pkcs11-uri", key_uri,
                                "issuer", issuer, NULL);
  if (certificate != NULL)
    g_object_get (certificate, "certificate", &found, NULL);
  if (found == NULL || found->len != der->len || memcmp (found->data, der->data, der->len) != 0)
    return NULL;
  return g_steal_pointer (&certificate);
}

GTlsCertificate *
ws_cert_gio_new (const WsCertEntry *entry)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  GType        type = g_tls_backend_get_certificate_type (backend);
  g_autoptr (GTlsCertificate) issuer = NULL;

  if (!g_tls_backend_supports_tls (backend))
    return NULL;
  for (guint i = entry->chain->len; i > 0; i--)
    {
      g_autoptr (GByteArray) der = get_der_array (g_ptr_array_index (entry->chain, i - 1));
      const WsCertKey *key = i == 1 ? entry->key : NULL;
      GByteArray      *plain = key != NULL ? export_key (key) : NULL;
      g_autoptr (WsSecret) uri = key != NULL && plain == NULL ? make_uri_with_pin (key) : NULL;
      GTlsCertificate *certificate = uri != NULL ? make_token_certificate (type, der, uri, issuer) : NULL;

      if (certificate == NULL)
        certificate = g_initable_new (type, NULL, NULL, "certificate", der, "issuer", issuer,
                                      plain != NULL ? "private-key" : NULL, plain, NULL);
      free_wiped (plain);
      g_clear_object (&issuer);
      if (certificate == NULL)
        return NULL;
      issuer = certificate;
    }
  return g_steal_pointer (&issuer);
}

static void
read_key (GTlsCertificate *tls_certificate,
          WsCertStore     *store)
{
  g_autofree char *uri = NULL;
  GByteArray      *plain = NULL;

  g_object_get (tls_certificate, "private-key", &plain, "private-key-pkcs11-uri", &uri, NULL);
  if (plain != NULL)
    {
      gnutls_datum_t        der = { plain->data, plain->len };
      gnutls_x509_privkey_t key;

      if (gnutls_x509_privkey_init (&key) >= 0)
        {
          if (gnutls_x509_privkey_import2 (key, &der, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN) >= 0)
            ws_cert_store_take_key (store, key, NULL);
          else
            gnutls_x509_privkey_deinit (key);
        }
      free_wiped (plain);
    }
  else if (uri != NULL)
    ws_cert_store_add_key_uri (store, uri);
}

void
ws_cert_gio_read (GTlsCertificate *tls_certificate,
                  WsCertStore     *store)
{
  GTlsCertificate *next = tls_certificate;

  for (guint i = 0; next != NULL && i < WS_CERT_MAX_CHAIN; i++)
    {
      g_autoptr (GByteArray) array = NULL;
      gnutls_datum_t der = { NULL, 0 };

      g_object_get (next, "certificate", &array, NULL);
      if (array != NULL)
        der = (gnutls_datum_t){ array->data, array->len };
      if (!ws_cert_store_add_der_certificate (store, &der, NULL))
        break;
      next = g_tls_certificate_get_issuer (next);
    }
  read_key (tls_certificate, store);
}

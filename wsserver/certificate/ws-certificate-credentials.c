/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-certificate-private.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "wsserver/certificate/ws-cert-fields-private.h"
#include "wsserver/certificate/ws-secret-private.h"

/* Certificates on their way to and from GnuTLS credentials, GIO and a peer. */

GPtrArray *
ws_certificate_get_chain (WsCertificate *self)
{
  return self->entry.chain;
}

gnutls_privkey_t
ws_certificate_get_private_handle (WsCertificate *self)
{
  return self->entry.key != NULL ? self->entry.key->key : NULL;
}

/* --- Credentials --- */

static gboolean
fail_credentials (WsCertificate *self,
                  GError       **error,
                  const char    *fault)
{
  g_set_error (error, WS_ERROR, WS_ERROR_CREDENTIALS, "[%d] Cannot use the certificate %s: %s",
               WS_ERROR_CREDENTIALS, ws_certificate_get_text (self, WS_CERT_TEXT_SUBJECT), fault);
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
        fault = self->load_error->message;
      else if (self->entry.public_key != NULL)
        fault = "the store has a key only; set encoded to its certificate";
      g_set_error (error, WS_ERROR, WS_ERROR_SERVER_CERT_NOT_FOUND, "[%d] Cannot find the server's certificate: %s",
                   WS_ERROR_SERVER_CERT_NOT_FOUND, fault);
      return FALSE;
    }
  if (self->entry.key == NULL)
    return fail_credentials (self, error,
                             self->entry.locked != NULL ? self->entry.locked : "it has no private key");
  return TRUE;
}

/* A key of its own for the credentials, which free it. */
static int
copy_key (const WsCertKey  *key,
          gnutls_privkey_t *copy)
{
  gnutls_x509_privkey_t plain;
  int                   code;

  if (key->uri != NULL)
    return ws_cert_open_uri (key->uri, key->pin, copy);

  code = gnutls_privkey_init (copy);
  if (code < 0)
    return code;
  code = gnutls_privkey_export_x509 (key->key, &plain);
  if (code >= 0)
    {
      code = gnutls_privkey_import_x509 (*copy, plain, GNUTLS_PRIVKEY_IMPORT_COPY);
      gnutls_x509_privkey_deinit (plain);
    }
  if (code < 0)
    gnutls_privkey_deinit (*copy);
  return code;
}

/* Appends the issuers that the chain lacks, as far as candidates has them. */
static void
append_issuers (GPtrArray *chain,
                GPtrArray *candidates)
{
  for (guint i = 0; i < candidates->len && chain->len < WS_CERT_MAX_CHAIN;)
    {
      gnutls_x509_crt_t last = g_ptr_array_index (chain, chain->len - 1);
      gnutls_x509_crt_t candidate = g_ptr_array_index (candidates, i);

      if (gnutls_x509_crt_check_issuer (last, last) != 0)
        return;
      if (gnutls_x509_crt_check_issuer (last, candidate) != 0)
        {
          g_ptr_array_add (chain, candidate);
          i = 0;
        }
      else
        i++;
    }
}

static int
set_key (gnutls_certificate_credentials_t credentials,
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

      /* A root is known to the client, or of no use to it. */
      if (i > 0 && gnutls_x509_crt_check_issuer (certificate, certificate) != 0)
        break;
      code = gnutls_pcert_import_x509 (&pcerts[n_pcerts], certificate, 0);
      if (code >= 0)
        n_pcerts++;
    }
  if (code >= 0)
    code = copy_key (key, &copy);
  if (code >= 0)
    {
      /* Takes the key and what the array has in it. */
      code = gnutls_certificate_set_key (credentials, NULL, 0, pcerts, (int) n_pcerts, copy);
      if (code >= 0)
        return code;
      gnutls_privkey_deinit (copy);
    }
  while (n_pcerts > 0)
    gnutls_pcert_deinit (&pcerts[--n_pcerts]);
  return code;
}

/* The value of SSLCACerts; an empty one has nothing to open. */
static WsCertStore *
open_chain (const char *ca_certs,
            GError    **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (ca_certs, strlen (ca_certs));

  return ws_cert_store_open (WS_CERT_STORE_TYPE_PUBLIC_KEY_BLOB, bytes, "", "", error);
}

gboolean
ws_certificate_check_chain (const char *ca_certs,
                            GError    **error)
{
  g_autoptr (WsCertStore) extra = *ca_certs != '\0' ? open_chain (ca_certs, error) : NULL;

  return *ca_certs == '\0' || extra != NULL;
}

gboolean
ws_certificate_load_credentials_with_chain (WsCertificate                   *self,
                                            const char                      *ca_certs,
                                            gnutls_certificate_credentials_t credentials,
                                            GError                         **error)
{
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();
  g_autoptr (WsCertStore) extra = NULL;
  int code;

  if (!check_usable (self, error))
    return FALSE;
  if (ca_certs != NULL && ca_certs[0] != '\0')
    {
      extra = open_chain (ca_certs, error);
      if (extra == NULL)
        return FALSE;
    }

  g_ptr_array_extend (chain, self->entry.chain, NULL, NULL);
  if (extra != NULL)
    append_issuers (chain, extra->certificates);
  code = set_key (credentials, self->entry.key, chain);
  return code >= 0 || fail_credentials (self, error, gnutls_strerror (code));
}

gboolean
ws_certificate_load_credentials (WsCertificate                   *self,
                                 gnutls_certificate_credentials_t credentials,
                                 GError                         **error)
{
  return ws_certificate_load_credentials_with_chain (self, NULL, credentials, error);
}

/* --- GIO --- */

static GByteArray *
get_der (gnutls_x509_crt_t certificate)
{
  return g_bytes_unref_to_array (ws_cert_get_der (certificate));
}

/* The key in PKCS #8, or NULL when it cannot be exported; wipe it. */
static GByteArray *
export_key (const WsCertKey *key)
{
  gnutls_x509_privkey_t plain;
  gnutls_datum_t        der = { NULL, 0 };
  GByteArray           *array = NULL;

  if (gnutls_privkey_export_x509 (key->key, &plain) < 0)
    return NULL;
  if (gnutls_x509_privkey_export2_pkcs8 (plain, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN, &der) >= 0)
    {
      array = g_byte_array_append (g_byte_array_sized_new (der.size), der.data, der.size);
      gnutls_memset (der.data, 0, der.size);
      gnutls_free (der.data);
    }
  gnutls_x509_privkey_deinit (plain);
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

/* The certificate beside a key: of the same id, whatever it is called. */
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

/* GIO takes a key on a token only with a certificate that lies there too; NULL if that is not ours. */
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

static GTlsCertificate *
make_tls_certificate (WsCertificate *self)
{
  GType type = g_tls_backend_get_certificate_type (g_tls_backend_get_default ());
  g_autoptr (GTlsCertificate) issuer = NULL;

  for (guint i = self->entry.chain->len; i > 0; i--)
    {
      g_autoptr (GByteArray) der = get_der (g_ptr_array_index (self->entry.chain, i - 1));
      const WsCertKey *key = i == 1 ? self->entry.key : NULL;
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

/**
 * ws_certificate_get_tls_certificate: (get-property tls-certificate)
 * @self: a certificate
 *
 * Gets the certificate for use with the rest of GIO, with its key and chain.
 *
 * Returns: (nullable) (transfer none): a certificate of GIO's TLS backend; %NULL if none is selected
 *   or there is no backend
 *
 * Since: 1.0
 */
GTlsCertificate *
ws_certificate_get_tls_certificate (WsCertificate *self)
{
  g_return_val_if_fail (WS_IS_CERTIFICATE (self), NULL);

  if (self->tls_certificate == NULL && self->entry.chain != NULL &&
      g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    self->tls_certificate = make_tls_certificate (self);
  return self->tls_certificate;
}

static void
add_tls_key (WsCertStore     *store,
             GTlsCertificate *tls_certificate)
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

/**
 * ws_certificate_new_for_tls_certificate:
 * @tls_certificate: a certificate of GIO
 *
 * Wraps a certificate of GIO, with its key and chain.
 *
 * A certificate that GnuTLS cannot read gives an empty one.
 *
 * Returns: (transfer full): a new certificate
 *
 * Since: 1.0
 */
WsCertificate *
ws_certificate_new_for_tls_certificate (GTlsCertificate *tls_certificate)
{
  g_autoptr (WsCertificate) self = NULL;
  g_autoptr (WsCertStore) store = NULL;
  GTlsCertificate *next = tls_certificate;

  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (tls_certificate), NULL);

  self = ws_certificate_new ();
  store = ws_cert_store_new ("(GTlsCertificate)");
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
  add_tls_key (store, tls_certificate);
  if (store->certificates->len > 0)
    ws_cert_store_select_first (store, &self->entry);
  self->tls_certificate = g_object_ref (tls_certificate);
  return g_steal_pointer (&self);
}

/* --- Peers --- */

WsCertificate *
ws_certificate_new_for_peers (const gnutls_datum_t *certificates,
                              guint                 n_certificates)
{
  g_autoptr (WsCertificate) self = ws_certificate_new ();
  g_autoptr (WsCertStore) store = ws_cert_store_new ("(peer)");

  for (guint i = 0; i < MIN (n_certificates, WS_CERT_MAX_CHAIN); i++)
    if (!ws_cert_store_add_der_certificate (store, &certificates[i], NULL))
      break;
  if (store->certificates->len == 0)
    return NULL;

  ws_cert_store_select_first (store, &self->entry);
  return g_steal_pointer (&self);
}

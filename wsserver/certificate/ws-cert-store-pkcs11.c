/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-store-loaders-private.h"

#include <gnutls/pkcs11.h>
#include <string.h>

#include "wsserver/certificate/ws-secret-private.h"

/* Keys on a token. The store is either an RFC 7512 URI, whose module-path may name a module, or the path
 * of a module, which means all of its tokens. Modules are loaded once per process: GnuTLS loads those
 * that the system has registered, and a module that was added stays loaded. */

#define SCHEME "pkcs11:"
#define MAX_OBJECTS 1000

static char *
get_query_attribute (const char *uri,
                     const char *name)
{
  const char *query = strchr (uri, '?');
  g_auto (GStrv) attributes = query != NULL ? g_strsplit (query + 1, "&", -1) : NULL;
  gsize length = strlen (name);

  for (guint i = 0; attributes != NULL && attributes[i] != NULL; i++)
    if (strncmp (attributes[i], name, length) == 0 && attributes[i][length] == '=')
      return g_uri_unescape_string (attributes[i] + length + 1, NULL);
  return NULL;
}

static gboolean
add_pkcs11_module (WsCertStore *store,
                   const char  *path,
                   GError     **error)
{
  int code = gnutls_pkcs11_add_provider (path, NULL);

  return code >= 0 || ws_cert_store_fail (store, error, "the PKCS #11 module %s cannot be loaded: %s", path,
                                          gnutls_strerror (code));
}

/* The URI of the private key of a certificate: it has the same id (CKA_ID), or the same label if there
 * is no id. */
static char *
make_key_uri (gnutls_pkcs11_obj_t object)
{
  g_autoptr (GString) uri = g_string_new (SCHEME);
  g_auto (GStrv) parts = NULL;
  char    *url = NULL;
  gboolean has_id;

  if (gnutls_pkcs11_obj_export_url (object, GNUTLS_PKCS11_URL_GENERIC, &url) < 0)
    return NULL;
  has_id = strstr (url, ";id=") != NULL;
  parts = g_strsplit (url + strlen (SCHEME), ";", -1);
  gnutls_free (url);
  for (guint i = 0; parts[i] != NULL; i++)
    if (!g_str_has_prefix (parts[i], "type=") && !(has_id && g_str_has_prefix (parts[i], "object=")))
      g_string_append_printf (uri, "%s;", parts[i]);
  g_string_append (uri, "type=private");
  return g_string_free (g_steal_pointer (&uri), FALSE);
}

static void
add_token_certificate (WsCertStore        *store,
                       gnutls_pkcs11_obj_t object)
{
  g_autofree char  *uri = NULL;
  gnutls_x509_crt_t certificate;
  WsCertKey        *key;
  gsize             size = WS_CERT_KEY_ID_BYTES;
  int               code;

  if (gnutls_x509_crt_init (&certificate) < 0)
    return;
  if (gnutls_x509_crt_import_pkcs11 (certificate, object) < 0)
    {
      gnutls_x509_crt_deinit (certificate);
      return;
    }
  ws_cert_store_take_certificate (store, certificate);

  uri = make_key_uri (object);
  key = uri != NULL ? ws_cert_key_new_for_uri (uri, store->password, &code) : NULL;
  if (key != NULL)
    {
      gnutls_x509_crt_get_key_id (certificate, GNUTLS_KEYID_USE_SHA256, key->id, &size);
      g_ptr_array_add (store->keys, key);
    }
  else if (uri != NULL && code != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    ws_cert_store_lock (store, code);
}

/* A URI of a key without a certificate. */
static gboolean
add_token_key (WsCertStore *store,
               const char  *uri,
               GError     **error)
{
  int   code = 0;
  gsize size = WS_CERT_KEY_ID_BYTES;
  g_autoptr (WsCertKey) key = ws_cert_key_new_for_uri (uri, store->password, &code);
  gnutls_pubkey_t public_key;

  if (key == NULL)
    {
      if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return ws_cert_store_fail (store, error, "no token has such a certificate or key");
      return ws_cert_store_fail (store, error, "the key cannot be opened: %s", gnutls_strerror (code));
    }
  if (gnutls_pubkey_init (&public_key) < 0)
    return ws_cert_store_fail (store, error, "out of memory");
  if (gnutls_pubkey_import_privkey (public_key, key->key, 0, 0) >= 0)
    gnutls_pubkey_get_key_id (public_key, GNUTLS_KEYID_USE_SHA256, key->id, &size);
  gnutls_pubkey_deinit (public_key);
  g_ptr_array_add (store->keys, g_steal_pointer (&key));
  return TRUE;
}

static gboolean
add_token_certificates (WsCertStore *store,
                        const char  *uri,
                        GError     **error)
{
  gnutls_pkcs11_obj_t *objects = NULL;
  guint                n_objects = 0;
  int                  code;

  code = gnutls_pkcs11_obj_list_import_url4 (&objects, &n_objects, uri, GNUTLS_PKCS11_OBJ_FLAG_CRT);
  if (code < 0 && code != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    return ws_cert_store_fail (store, error, "its objects cannot be listed: %s", gnutls_strerror (code));

  for (guint i = 0; code >= 0 && i < n_objects; i++)
    {
      if (i < MAX_OBJECTS)
        add_token_certificate (store, objects[i]);
      gnutls_pkcs11_obj_deinit (objects[i]);
    }
  gnutls_free (objects);
  return TRUE;
}

/* All tokens except those with the system's certificate authorities. */
static gboolean
add_all_tokens (WsCertStore *store,
                GError     **error)
{
  char *url = NULL;

  for (guint i = 0; i < MAX_OBJECTS && gnutls_pkcs11_token_get_url (i, GNUTLS_PKCS11_URL_GENERIC, &url) >= 0;
       i++)
    {
      g_autofree char *uri = g_strdup (url);
      guint            flags = 0;

      gnutls_free (url);
      if (gnutls_pkcs11_token_get_flags (uri, &flags) >= 0 && (flags & GNUTLS_PKCS11_TOKEN_TRUSTED) != 0)
        continue;
      if (!add_token_certificates (store, uri, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
load_tokens (WsCertStore *store,
             const char  *text,
             GError     **error)
{
  g_autofree char *module = NULL;

  if (!g_str_has_prefix (text, SCHEME))
    {
      if (!add_pkcs11_module (store, text, error) || !add_all_tokens (store, error))
        return FALSE;
      return store->certificates->len > 0 || ws_cert_store_fail (store, error, "its tokens hold no certificate");
    }

  module = get_query_attribute (text, "module-path");
  if (module != NULL && !add_pkcs11_module (store, module, error))
    return FALSE;
  /* Listing a URI of a private key would fail, because only certificates are listed. */
  if (strstr (text, "type=private") == NULL && !add_token_certificates (store, text, error))
    return FALSE;
  return store->certificates->len > 0 || add_token_key (store, text, error);
}

gboolean
ws_cert_store_load_pkcs11 (WsCertStore  *store,
                           const guint8 *data,
                           gsize         length,
                           GError      **error)
{
  g_autoptr (WsSecret) text = g_strndup ((const char *) data, length);
  g_autoptr (WsSecret) pin = NULL;
  const char *password = store->password;
  gboolean    loaded;
  int         code = gnutls_pkcs11_init (GNUTLS_PKCS11_FLAG_AUTO, NULL);

  if (code < 0)
    return ws_cert_store_fail (store, error, "PKCS #11 is not available: %s", gnutls_strerror (code));

  g_strstrip (text);
  pin = get_query_attribute (text, "pin-value");
  if (password[0] == '\0' && pin != NULL)
    store->password = pin;
  loaded = load_tokens (store, text, error);
  store->password = password;
  return loaded;
}

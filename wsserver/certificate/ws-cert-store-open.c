/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-store-open-private.h"

#include <gnutls/pkcs12.h>
#include <gnutls/pkcs7.h>
#include <string.h>

#include "wsserver/certificate/ws-cert-store-loaders-private.h"
#include "wsserver/certificate/ws-secret-private.h"

/* A longer store is refused before it is parsed. */
#define MAX_STORE_BYTES (4 * 1024 * 1024)
#define MAX_FILENAME_BYTES 4096

typedef enum
{
  MEDIUM_BLOB,
  MEDIUM_FILE,
  MEDIUM_TOKEN,
  MEDIUM_ANY,
  MEDIUM_REFUSED,
} StoreMedium;

/* Stores of Windows and Java, and how to convert them. */
#define WINDOWS_HINT                                                                 \
 "stores of Windows do not exist on this platform; export the certificate with its " \
 "key as PFX there and use WS_CERT_STORE_TYPE_PFX_FILE"
#define JKS_HINT                                                                  \
 "Java key stores (JKS) are not read; convert it with \"keytool -importkeystore " \
 "-srckeystore FILE -destkeystore NEW.p12 -deststoretype PKCS12\" and use "       \
 "WS_CERT_STORE_TYPE_PFX_FILE"
#define BCFKS_HINT                                                              \
 "Bouncy Castle key stores (BCFKS) are not read; convert it with \"keytool "    \
 "-importkeystore -srckeystore FILE -srcstoretype BCFKS -destkeystore NEW.p12 " \
 "-deststoretype PKCS12\" and use WS_CERT_STORE_TYPE_PFX_FILE"

static const struct
{
  WsCertStoreType   type;
  StoreMedium       medium;
  WsCertStoreLoader load;
  const char       *name; /* for a refused type, the reason */
} formats[] = {
  { WS_CERT_STORE_TYPE_USER, MEDIUM_REFUSED, NULL, WINDOWS_HINT },
  { WS_CERT_STORE_TYPE_MACHINE, MEDIUM_REFUSED, NULL, WINDOWS_HINT },
  { WS_CERT_STORE_TYPE_PFX_FILE, MEDIUM_FILE, ws_cert_store_load_pfx, "PFX" },
  { WS_CERT_STORE_TYPE_PFX_BLOB, MEDIUM_BLOB, ws_cert_store_load_pfx, "PFX" },
  { WS_CERT_STORE_TYPE_JKS_FILE, MEDIUM_REFUSED, NULL, JKS_HINT },
  { WS_CERT_STORE_TYPE_JKS_BLOB, MEDIUM_REFUSED, NULL, JKS_HINT },
  { WS_CERT_STORE_TYPE_PEM_KEY_FILE, MEDIUM_FILE, ws_cert_store_load_pem, "PEM" },
  { WS_CERT_STORE_TYPE_PEM_KEY_BLOB, MEDIUM_BLOB, ws_cert_store_load_pem, "PEM" },
  { WS_CERT_STORE_TYPE_PUBLIC_KEY_FILE, MEDIUM_FILE, ws_cert_store_load_public, "certificate" },
  { WS_CERT_STORE_TYPE_PUBLIC_KEY_BLOB, MEDIUM_BLOB, ws_cert_store_load_public, "certificate" },
  { WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_BLOB, MEDIUM_BLOB, ws_cert_store_load_ssh, "SSH public key" },
  { WS_CERT_STORE_TYPE_P7B_FILE, MEDIUM_FILE, ws_cert_store_load_p7b, "P7B" },
  { WS_CERT_STORE_TYPE_P7B_BLOB, MEDIUM_BLOB, ws_cert_store_load_p7b, "P7B" },
  { WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_FILE, MEDIUM_FILE, ws_cert_store_load_ssh, "SSH public key" },
  { WS_CERT_STORE_TYPE_PPK_FILE, MEDIUM_FILE, ws_cert_store_load_ppk, "PPK" },
  { WS_CERT_STORE_TYPE_PPK_BLOB, MEDIUM_BLOB, ws_cert_store_load_ppk, "PPK" },
  { WS_CERT_STORE_TYPE_XML_FILE, MEDIUM_FILE, ws_cert_store_load_xml, "XML" },
  { WS_CERT_STORE_TYPE_XML_BLOB, MEDIUM_BLOB, ws_cert_store_load_xml, "XML" },
  { WS_CERT_STORE_TYPE_JWK_FILE, MEDIUM_FILE, ws_cert_store_load_jwk, "JWK" },
  { WS_CERT_STORE_TYPE_JWK_BLOB, MEDIUM_BLOB, ws_cert_store_load_jwk, "JWK" },
  { WS_CERT_STORE_TYPE_BCFKS_FILE, MEDIUM_REFUSED, NULL, BCFKS_HINT },
  { WS_CERT_STORE_TYPE_BCFKS_BLOB, MEDIUM_REFUSED, NULL, BCFKS_HINT },
  { WS_CERT_STORE_TYPE_PKCS11, MEDIUM_TOKEN, ws_cert_store_load_pkcs11, "PKCS #11" },
  { WS_CERT_STORE_TYPE_AUTO, MEDIUM_ANY, NULL, "certificate store" },
};

/* The store's value as a file name, or NULL if it cannot be one. */
static char *
get_filename (GBytes *store)
{
  gsize       length;
  const char *data = g_bytes_get_data (store, &length);

  if (length == 0 || length > MAX_FILENAME_BYTES || memchr (data, '\0', length) != NULL ||
      memchr (data, '\n', length) != NULL)
    return NULL;
  return g_strndup (data, length);
}

static gboolean
has_prefix (const guint8 *data,
            gsize         length,
            const char   *prefix)
{
  return length >= strlen (prefix) && memcmp (data, prefix, strlen (prefix)) == 0;
}

static gboolean
is_pkcs12 (const gnutls_datum_t *der)
{
  gnutls_pkcs12_t pkcs12;
  gboolean        is;

  if (gnutls_pkcs12_init (&pkcs12) < 0)
    return FALSE;
  is = gnutls_pkcs12_import (pkcs12, der, GNUTLS_X509_FMT_DER, 0) >= 0;
  gnutls_pkcs12_deinit (pkcs12);
  return is;
}

static gboolean
is_pkcs7 (const gnutls_datum_t *der)
{
  gnutls_pkcs7_t pkcs7;
  gboolean       is;

  if (gnutls_pkcs7_init (&pkcs7) < 0)
    return FALSE;
  is = gnutls_pkcs7_import (pkcs7, der, GNUTLS_X509_FMT_DER) >= 0;
  gnutls_pkcs7_deinit (pkcs7);
  return is;
}

/* The loader of a format that its bytes show, or NULL. */
static WsCertStoreLoader
detect_format (const guint8 *data,
               gsize         length)
{
  gnutls_datum_t datum = { (guint8 *) data, (guint) length };

  /* Text may be preceded by comments, as openssl writes them. */
  if (memmem (data, length, "-----BEGIN ", strlen ("-----BEGIN ")) != NULL)
    return ws_cert_store_load_pem;

  while (length > 0 && (g_ascii_isspace (*data) || has_prefix (data, length, "\xef\xbb\xbf")))
    {
      guint skipped = *data == 0xef ? 3 : 1;

      data += skipped;
      length -= skipped;
    }
  if (has_prefix (data, length, "PuTTY-User-Key-File-"))
    return ws_cert_store_load_ppk;
  if (has_prefix (data, length, "ssh-") || has_prefix (data, length, "ecdsa-sha2-") ||
      has_prefix (data, length, "---- BEGIN SSH2"))
    return ws_cert_store_load_ssh;
  if (has_prefix (data, length, "{"))
    return ws_cert_store_load_jwk;
  if (has_prefix (data, length, "<"))
    return ws_cert_store_load_xml;
  if (has_prefix (data, length, "pkcs11:"))
    return ws_cert_store_load_pkcs11;
  if (!has_prefix (data, length, "\x30"))
    return NULL;
  if (is_pkcs12 (&datum))
    return ws_cert_store_load_pfx;
  if (is_pkcs7 (&datum))
    return ws_cert_store_load_p7b;
  return ws_cert_store_load_pem;
}

static gboolean
is_java_store (const guint8 *data,
               gsize         length)
{
  return has_prefix (data, length, "\xfe\xed\xfe\xed") || has_prefix (data, length, "\xce\xce\xce\xce");
}

/* content is DER or text, or either in Base64. load is NULL if the format has to be detected. */
static gboolean
load_content (WsCertStore      *self,
              WsCertStoreLoader load,
              GBytes           *content,
              GError          **error)
{
  gsize         length;
  const guint8 *data = g_bytes_get_data (content, &length);
  g_autoptr (GBytes) decoded = NULL;

  if (length > MAX_STORE_BYTES)
    return ws_cert_store_fail (self, error, "it is longer than %d bytes", MAX_STORE_BYTES);
  if (length == 0)
    return ws_cert_store_fail (self, error, "it is empty");

  /* No other format consists of this alphabet only. */
  decoded = ws_secret_decode_base64 ((const char *) data, length);
  if (decoded != NULL && load != ws_cert_store_load_pkcs11)
    data = g_bytes_get_data (decoded, &length);

  if (is_java_store (data, length))
    return ws_cert_store_fail (self, error, "%s", JKS_HINT);
  if (load == NULL)
    load = detect_format (data, length);
  if (load == NULL)
    return ws_cert_store_fail (self, error, "its format is not recognised");
  return load (self, data, length, error);
}

static gboolean
load_store_file (WsCertStore      *self,
                 WsCertStoreLoader load,
                 const char       *name,
                 GBytes           *store,
                 GError          **error)
{
  g_autofree char *filename = get_filename (store);
  g_autofree char *display_name = NULL;
  g_autofree char *fault = NULL;
  g_autoptr (GBytes) content = NULL;

  if (filename == NULL)
    {
      self->label = g_strdup_printf ("(%s file)", name);
      return ws_cert_store_fail (self, error, "its name is empty or not a file name");
    }
  display_name = g_filename_display_name (filename);
  self->label = g_strdup_printf ("%s (%s)", display_name, name);
  content = ws_secret_read_file (filename, MAX_STORE_BYTES, &fault);
  return content != NULL ? load_content (self, load, content, error)
                         : ws_cert_store_fail (self, error, "%s", fault);
}

static gboolean
load_any_format (WsCertStore *self,
                 GBytes      *store,
                 GError     **error)
{
  g_autofree char *filename = get_filename (store);

  if (filename != NULL && g_file_test (filename, G_FILE_TEST_EXISTS))
    return load_store_file (self, NULL, "any format", store, error);
  self->label = g_strdup (filename != NULL ? "(any format; there is no such file)" : "(any format)");
  return load_content (self, NULL, store, error);
}

/* The URI without its query, which may contain the PIN. */
static char *
describe_token (GBytes *store)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (store, NULL), g_bytes_get_size (store));
  g_autofree char *uri = g_strndup (text, strcspn (text, "?"));
  g_autofree char *valid = g_utf8_make_valid (uri, -1);

  return g_strdup_printf ("%s (PKCS #11)", valid);
}

static gboolean
load_by_type (WsCertStore    *self,
              WsCertStoreType type,
              GBytes         *store,
              GError        **error)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (formats) && formats[i].type != type)
    i++;
  if (i == G_N_ELEMENTS (formats))
    {
      self->label = g_strdup_printf ("of type %d", (int) type);
      return ws_cert_store_fail (self, error, "there is no such type");
    }

  switch (formats[i].medium)
    {
    case MEDIUM_REFUSED:
      self->label = g_strdup_printf ("of type %d", (int) type);
      return ws_cert_store_fail (self, error, "%s", formats[i].name);
    case MEDIUM_FILE:
      return load_store_file (self, formats[i].load, formats[i].name, store, error);
    case MEDIUM_ANY:
      return load_any_format (self, store, error);
    case MEDIUM_TOKEN:
      self->label = describe_token (store);
      return load_content (self, formats[i].load, store, error);
    default:
      self->label = g_strdup_printf ("(%s)", formats[i].name);
      return load_content (self, formats[i].load, store, error);
    }
}

gboolean
ws_cert_store_may_be_file (WsCertStoreType type,
                           GBytes         *store)
{
  g_autofree char *filename = get_filename (store);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].type == type)
      return filename != NULL && (formats[i].medium == MEDIUM_FILE || formats[i].medium == MEDIUM_ANY);
  return FALSE;
}

WsCertStore *
ws_cert_store_open (WsCertStoreType type,
                    GBytes         *store,
                    const char     *password,
                    const char     *key_password,
                    GError        **error)
{
  g_autoptr (WsCertStore) self = ws_cert_store_new (NULL);

  self->password = password;
  self->key_password = key_password;
  if (!load_by_type (self, type, store, error))
    return NULL;
  if (self->certificates->len > 0 || self->keys->len > 0 || self->public_keys->len > 0)
    return g_steal_pointer (&self);

  if (self->locked != NULL)
    ws_cert_store_fail (self, error, "%s", self->locked);
  else
    ws_cert_store_fail (self, error, "there is no certificate and no key in it");
  return NULL;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-store-private.h"

#include <gnutls/pkcs12.h>
#include <gnutls/pkcs7.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wsserver/certificate/ws-secret-private.h"

typedef enum
{
  MEDIUM_BLOB,
  MEDIUM_FILE,
  MEDIUM_TOKEN,
  MEDIUM_ANY,
  MEDIUM_REFUSED,
} StoreMedium;

/* What the platform or Java has, and how its content gets here. */
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
  WsCertStoreType type;
  StoreMedium     medium;
  WsCertLoader    load;
  const char     *name; /* or, of what is refused, why */
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

gboolean
ws_cert_store_fail (WsCertStore *self,
                    GError     **error,
                    const char  *format,
                    ...)
{
  g_autofree char *text = NULL;
  g_autofree char *fault = NULL;
  va_list          arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* Parsers quote what they did not like. */
  fault = g_utf8_make_valid (text, -1);
  g_set_error (error, WS_ERROR, WS_ERROR_CERT_STORE, "[%d] Cannot open certificate store %s: %s",
               WS_ERROR_CERT_STORE, self->label, fault);
  return FALSE;
}

void
ws_cert_key_free (WsCertKey *self)
{
  if (self == NULL)
    return;

  gnutls_privkey_deinit (self->key);
  g_free (self->uri);
  ws_secret_free (self->pin);
  g_free (self);
}

WsCertStore *
ws_cert_store_new (const char *label)
{
  WsCertStore *self = g_new0 (WsCertStore, 1);

  self->label = g_strdup (label);
  self->password = "";
  self->key_password = "";
  self->certificates = g_ptr_array_new_with_free_func ((GDestroyNotify) gnutls_x509_crt_deinit);
  self->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_cert_key_free);
  self->public_keys = g_ptr_array_new_with_free_func ((GDestroyNotify) gnutls_pubkey_deinit);
  return self;
}

void
ws_cert_store_free (WsCertStore *self)
{
  g_ptr_array_unref (self->certificates);
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->public_keys);
  g_free (self->label);
  g_free (self->locked);
  g_free (self);
}

/* --- What loaders add --- */

void
ws_cert_store_take_certificate (WsCertStore      *self,
                                gnutls_x509_crt_t certificate)
{
  g_ptr_array_add (self->certificates, certificate);
}

gboolean
ws_cert_store_add_der_certificate (WsCertStore          *self,
                                   const gnutls_datum_t *der,
                                   GError              **error)
{
  gnutls_x509_crt_t certificate;
  int               code = gnutls_x509_crt_init (&certificate);

  if (code < 0)
    return ws_cert_store_fail (self, error, "%s", gnutls_strerror (code));
  code = gnutls_x509_crt_import (certificate, der, GNUTLS_X509_FMT_DER);
  if (code >= 0)
    {
      ws_cert_store_take_certificate (self, certificate);
      return TRUE;
    }
  gnutls_x509_crt_deinit (certificate);
  return ws_cert_store_fail (self, error, "a certificate cannot be read: %s", gnutls_strerror (code));
}

gboolean
ws_cert_store_take_key (WsCertStore          *self,
                        gnutls_x509_privkey_t key,
                        GError              **error)
{
  g_autoptr (WsCertKey) entry = g_new0 (WsCertKey, 1);
  gsize size = sizeof entry->id;
  int   code = gnutls_x509_privkey_get_key_id (key, GNUTLS_KEYID_USE_SHA256, entry->id, &size);

  if (code >= 0)
    code = gnutls_privkey_init (&entry->key);
  if (code >= 0)
    code = gnutls_privkey_import_x509 (entry->key, key, GNUTLS_PRIVKEY_IMPORT_COPY);
  gnutls_x509_privkey_deinit (key);
  if (code < 0)
    return ws_cert_store_fail (self, error, "the private key cannot be used: %s", gnutls_strerror (code));

  g_ptr_array_add (self->keys, g_steal_pointer (&entry));
  return TRUE;
}

void
ws_cert_store_lock (WsCertStore *self,
                    int          gnutls_code)
{
  if (self->locked != NULL)
    return;
  if (self->password[0] == '\0' && self->key_password[0] == '\0')
    self->locked = g_strdup ("the private key needs a password, and there is none");
  else
    self->locked = g_strdup_printf ("the password does not open the private key, or the key is damaged (%s)",
                                    gnutls_strerror (gnutls_code));
}

/* A negative code if this is no encrypted PKCS #8 whose key derivation ends in reasonable time. */
static int
check_pkcs8_rounds (const gnutls_datum_t *der)
{
  guint  schema = 0;
  guint  cipher = 0;
  guint8 salt[256];
  guint  salt_size = sizeof salt;
  guint  rounds = 0;
  char  *oid = NULL;
  int    code =
      gnutls_pkcs8_info (der, GNUTLS_X509_FMT_DER, &schema, &cipher, salt, &salt_size, &rounds, &oid);

  gnutls_free (oid);
  return code >= 0 && rounds > WS_CERT_MAX_KDF_ITERATIONS ? GNUTLS_E_ILLEGAL_PARAMETER : code;
}

gboolean
ws_cert_store_add_pkcs8 (WsCertStore          *self,
                         const gnutls_datum_t *der,
                         GError              **error)
{
  const char           *passwords[] = { self->key_password, self->password };
  gnutls_x509_privkey_t key;
  int                   code = check_pkcs8_rounds (der);

  if (code < 0)
    return ws_cert_store_fail (self, error, "the encryption of the private key is not supported: %s",
                               gnutls_strerror (code));
  for (guint i = 0; i < G_N_ELEMENTS (passwords); i++)
    {
      if (i > 0 && g_str_equal (passwords[i], passwords[0]))
        break;
      code = gnutls_x509_privkey_init (&key);
      if (code < 0)
        return ws_cert_store_fail (self, error, "%s", gnutls_strerror (code));
      code = gnutls_x509_privkey_import_pkcs8 (key, der, GNUTLS_X509_FMT_DER, passwords[i], 0);
      if (code >= 0)
        return ws_cert_store_take_key (self, key, error);
      gnutls_x509_privkey_deinit (key);
    }
  ws_cert_store_lock (self, code);
  return TRUE;
}

/* --- Reading --- */

/* Opens a regular file that is not too long; -1 and an error otherwise. */
static int
open_file (WsCertStore *self,
           const char  *filename,
           gsize       *length,
           GError     **error)
{
  /* Not to wait for whoever writes into a pipe. */
  int         fd = open (filename, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;

  if (fd < 0 || fstat (fd, &status) < 0)
    ws_cert_store_fail (self, error, "%s", g_strerror (errno));
  else if (S_ISDIR (status.st_mode))
    ws_cert_store_fail (self, error, "%s", g_strerror (EISDIR));
  else if (!S_ISREG (status.st_mode))
    ws_cert_store_fail (self, error, "it is not a file");
  else if (status.st_size > WS_CERT_MAX_STORE_BYTES)
    ws_cert_store_fail (self, error, "it is longer than %d bytes", WS_CERT_MAX_STORE_BYTES);
  else
    {
      *length = (gsize) status.st_size;
      return fd;
    }
  if (fd >= 0)
    close (fd);
  return -1;
}

static GBytes *
read_file (WsCertStore *self,
           const char  *filename,
           GError     **error)
{
  g_autoptr (GBytes) bytes = NULL;
  guint8 *data;
  gsize   capacity = 0;
  gsize   length = 0;
  gssize  n = 0;
  int     fd = open_file (self, filename, &capacity, error);

  if (fd < 0)
    return NULL;

  data = g_malloc (capacity + 1);
  while (length < capacity)
    {
      n = read (fd, data + length, capacity - length);
      if (n > 0)
        length += (gsize) n;
      else if (n == 0 || errno != EINTR)
        break;
    }
  if (n < 0)
    ws_cert_store_fail (self, error, "%s", g_strerror (errno));
  close (fd);
  bytes = ws_secret_bytes_new_take (data, length);
  return n < 0 ? NULL : g_steal_pointer (&bytes);
}

/* The store as a file name, or NULL if it cannot be one. */
static char *
get_filename (GBytes *store)
{
  gsize       length;
  const char *data = g_bytes_get_data (store, &length);

  if (length == 0 || length > 4096 || memchr (data, '\0', length) != NULL ||
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

WsCertLoader
ws_cert_store_detect (const guint8 *data,
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
is_java (const guint8 *data,
         gsize         length)
{
  return has_prefix (data, length, "\xfe\xed\xfe\xed") || has_prefix (data, length, "\xce\xce\xce\xce");
}

/* content is DER, text, or either in Base64. load is NULL if the format is to be found out. */
static gboolean
load_content (WsCertStore *self,
              WsCertLoader load,
              GBytes      *content,
              GError     **error)
{
  gsize         length;
  const guint8 *data = g_bytes_get_data (content, &length);
  g_autoptr (GBytes) decoded = NULL;

  if (length > WS_CERT_MAX_STORE_BYTES)
    return ws_cert_store_fail (self, error, "it is longer than %d bytes", WS_CERT_MAX_STORE_BYTES);
  if (length == 0)
    return ws_cert_store_fail (self, error, "it is empty");

  /* No other format is made of this alphabet alone. */
  decoded = ws_secret_decode_base64 ((const char *) data, length, FALSE);
  if (decoded != NULL && load != ws_cert_store_load_pkcs11)
    data = g_bytes_get_data (decoded, &length);

  if (is_java (data, length))
    return ws_cert_store_fail (self, error, "%s", JKS_HINT);
  if (load == NULL)
    load = ws_cert_store_detect (data, length);
  if (load == NULL)
    return ws_cert_store_fail (self, error, "its format is not recognised");
  return load (self, data, length, error);
}

static gboolean
load_file (WsCertStore *self,
           WsCertLoader load,
           const char  *name,
           GBytes      *store,
           GError     **error)
{
  g_autofree char *filename = get_filename (store);
  g_autofree char *display_name = NULL;
  g_autoptr (GBytes) content = NULL;

  if (filename == NULL)
    {
      self->label = g_strdup_printf ("(%s file)", name);
      return ws_cert_store_fail (self, error, "its name is empty or not a file name");
    }
  display_name = g_filename_display_name (filename);
  self->label = g_strdup_printf ("%s (%s)", display_name, name);
  content = read_file (self, filename, error);
  return content != NULL && load_content (self, load, content, error);
}

static gboolean
load_any (WsCertStore *self,
          GBytes      *store,
          GError     **error)
{
  g_autofree char *filename = get_filename (store);

  if (filename != NULL && g_file_test (filename, G_FILE_TEST_EXISTS))
    return load_file (self, NULL, "any format", store, error);
  self->label = g_strdup (filename != NULL ? "(any format; there is no such file)" : "(any format)");
  return load_content (self, NULL, store, error);
}

/* The URI without its query, which may have the PIN in it. */
static char *
describe_token (GBytes *store)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (store, NULL), g_bytes_get_size (store));
  g_autofree char *uri = g_strndup (text, strcspn (text, "?"));
  g_autofree char *valid = g_utf8_make_valid (uri, -1);

  return g_strdup_printf ("%s (PKCS #11)", valid);
}

static gboolean
load (WsCertStore    *self,
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
      return load_file (self, formats[i].load, formats[i].name, store, error);
    case MEDIUM_ANY:
      return load_any (self, store, error);
    case MEDIUM_TOKEN:
      self->label = describe_token (store);
      return load_content (self, formats[i].load, store, error);
    default:
      self->label = g_strdup_printf ("(%s)", formats[i].name);
      return load_content (self, formats[i].load, store, error);
    }
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
  if (!load (self, type, store, error))
    return NULL;
  if (self->certificates->len > 0 || self->keys->len > 0 || self->public_keys->len > 0)
    return g_steal_pointer (&self);

  if (self->locked != NULL)
    ws_cert_store_fail (self, error, "%s", self->locked);
  else
    ws_cert_store_fail (self, error, "there is no certificate and no key in it");
  return NULL;
}

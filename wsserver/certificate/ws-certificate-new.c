/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-certificate-private.h"

#include <errno.h>
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/certificate/ws-cert-chain-private.h"
#include "wsserver/certificate/ws-cert-gio-private.h"
#include "wsserver/certificate/ws-certificate-search-private.h"

/* For constructors, which fail if the store has a key that cannot be opened. */
static gboolean
search_strictly (WsCertificate *self,
                 GError       **error)
{
  if (!ws_certificate_search_run (self, error))
    return FALSE;
  if (self->entry.locked == NULL)
    return TRUE;

  ws_set_error (error, WS_ERROR_CERT_STORE, "Cannot open certificate store %s", self->entry.locked);
  return FALSE;
}

static void
set_whole_store (WsCertificate  *self,
                 WsCertStoreType type,
                 GBytes         *store,
                 const char     *password)
{
  ws_certificate_search_set_store_type (self, type);
  ws_certificate_search_set_store (self, store);
  ws_certificate_search_set_store_password (self, password);
}

/* The store would otherwise take the name of a file that is not there for its content. */
static gboolean
check_exists (const char *filename,
              GError    **error)
{
  g_autofree char *display_name = NULL;

  if (g_file_test (filename, G_FILE_TEST_EXISTS))
    return TRUE;

  display_name = g_filename_display_name (filename);
  ws_set_error (error, WS_ERROR_CERT_STORE, "Cannot open certificate store %s: %s", display_name, g_strerror (ENOENT));
  return FALSE;
}

/**
 * ws_certificate_new:
 *
 * Creates an empty certificate, whose properties say where to look for one.
 *
 * Returns: (transfer full): a new certificate
 *
 * Since: 1.0
 */
WsCertificate *
ws_certificate_new (void)
{
  return g_object_new (WS_TYPE_CERTIFICATE, NULL);
}

/**
 * ws_certificate_new_from_file:
 * @filename: (type filename): name of a file with a certificate, in any of the formats of
 *   [enum@Ws.CertStoreType]
 * @error: return location for an error, or %NULL
 *
 * Reads a certificate from a file.
 *
 * Its private key comes with it if the file has one that is not encrypted.
 *
 * ```c
 * g_autoptr (WsCertificate) certificate = ws_certificate_new_from_file ("server.pem", &error);
 *
 * if (certificate == NULL || !ws_server_set_ssl_cert (server, certificate, &error) ||
 *     !ws_server_set_use_ssl (server, TRUE, &error))
 *   g_warning ("%s", error->message);
 * ```
 *
 * Sets @error to:
 *
 * - `WS_ERROR_CERT_STORE` when the file cannot be read, or has neither a certificate nor a key in it
 *
 * If the key is in another file, use [ctor@Ws.Certificate.new_from_files].
 *
 * A file with a key alone makes a certificate whose subject is empty, which a server does not take.
 *
 * Returns: (transfer full): a new certificate, or %NULL with @error set
 *
 * Since: 1.0
 */
WsCertificate *
ws_certificate_new_from_file (const char *filename,
                              GError    **error)
{
  g_autoptr (WsCertificate) self = NULL;
  g_autoptr (GBytes) store = NULL;

  g_return_val_if_fail (filename != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_exists (filename, error))
    return NULL;

  self = ws_certificate_new ();
  store = g_bytes_new (filename, strlen (filename));
  set_whole_store (self, WS_CERT_STORE_TYPE_AUTO, store, "");
  self->wanted_subject = g_strdup ("*");
  return ws_certificate_search_run (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * ws_certificate_new_from_files:
 * @certificate_file: (type filename): name of a file with a certificate, and with the intermediate
 *   certificates that a server sends with it
 * @key_file: (type filename): name of a file with its private key
 * @password: (nullable): password of the key, and of the file of the certificate if that needs one
 * @error: return location for an error, or %NULL
 *
 * Reads a certificate and its private key from two files, as `tls.crt` and `tls.key`, or `fullchain.pem` and
 * `privkey.pem`.
 *
 * Each file may have any of the formats of [enum@Ws.CertStoreType], and both may be the same file. Of several
 * certificates or keys those are taken that belong together. With the setting SSLReloadCert a server watches
 * both files. It goes on with the old pair until both files have changed.
 *
 * Relative names are looked up in the present working directory, also when the files are read again.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_CERT_STORE` when a file cannot be read, or the password is wrong
 * - `WS_ERROR_CERT_NOT_FOUND` when @key_file does not have the key of a certificate in @certificate_file
 *
 * Returns: (transfer full): a new certificate, or %NULL with @error set
 *
 * Since: 1.2
 */
WsCertificate *
ws_certificate_new_from_files (const char *certificate_file,
                               const char *key_file,
                               const char *password,
                               GError    **error)
{
  g_autoptr (WsCertificate) self = NULL;
  g_autoptr (GBytes) store = NULL;

  g_return_val_if_fail (certificate_file != NULL, NULL);
  g_return_val_if_fail (key_file != NULL && key_file[0] != '\0', NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_exists (certificate_file, error))
    return NULL;

  self = ws_certificate_new ();
  store = g_bytes_new (certificate_file, strlen (certificate_file));
  set_whole_store (self, WS_CERT_STORE_TYPE_AUTO, store, password);
  ws_certificate_search_set_key_store (self, key_file);
  self->wanted_subject = g_strdup ("*");
  return search_strictly (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * ws_certificate_new_from_encoded:
 * @encoded: a certificate in PEM, DER or Base64
 * @error: return location for an error, or %NULL
 *
 * Reads a certificate.
 *
 * Its private key comes with it if @encoded is PEM and has one that is not encrypted.
 *
 * Sets @error to `WS_ERROR_CERT_STORE` when @encoded is no certificate.
 *
 * Returns: (transfer full): a new certificate, or %NULL with @error set
 *
 * Since: 1.0
 */
WsCertificate *
ws_certificate_new_from_encoded (GBytes  *encoded,
                                 GError **error)
{
  g_autoptr (WsCertificate) self = NULL;

  g_return_val_if_fail (encoded != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = ws_certificate_new ();
  self->wanted_encoded = g_bytes_ref (encoded);
  return ws_certificate_search_run (self, error) ? g_steal_pointer (&self) : NULL;
}

/* What a configuration string asks for: only a thumbprint has a meaning here. */
static gboolean
read_configuration (const char *configuration,
                    char      **subject,
                    GError    **error)
{
  g_auto (GStrv) lines = g_strsplit (configuration, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);

      if (g_ascii_strncasecmp (line, "Thumbprint=", strlen ("Thumbprint=")) == 0)
        {
          g_free (*subject);
          *subject = g_strdup (line);
        }
      else if (*line != '\0' &&
               g_ascii_strncasecmp (line, "PersistPFXKey=", strlen ("PersistPFXKey=")) != 0 &&
               g_ascii_strncasecmp (line, "UseInternalSecurityAPI=", strlen ("UseInternalSecurityAPI=")) != 0)
        {
          ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                        "Unknown certificate setting %s; Thumbprint, PersistPFXKey and "
                        "UseInternalSecurityAPI are accepted",
                        line);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * ws_certificate_new_from_store:
 * @type: what @store is
 * @store: name of a file for the store types that are files, the content itself for blobs, a URI or
 *   the name of a module for PKCS #11
 * @password: (nullable): password of the store and of the private key in it, or the token's PIN
 * @subject: (nullable): a distinguished name, a part of one, `*` for any certificate, preferably one
 *   with a private key, or `Thumbprint=HEX`; %NULL is `*`
 * @configuration: (nullable): lines of `Name=value`: `Thumbprint` selects a certificate instead of
 *   @subject; `PersistPFXKey` and `UseInternalSecurityAPI` are accepted and have no meaning here
 * @error: return location for an error, or %NULL
 *
 * Opens a certificate store and takes a certificate and its private key from it.
 *
 * Where the store has several certificates whose subjects fit, a whole name goes before a part of
 * one, and one with a private key before one without. A store that has only keys, as SSH and PuTTY
 * files do, gives the first one for `*`.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_CERT_STORE` when the store cannot be read or the password is wrong
 * - `WS_ERROR_CERT_NOT_FOUND` when no certificate fits
 * - `WS_ERROR_INVALID_ARGUMENT` when @configuration has another name in it
 *
 * Returns: (transfer full): a new certificate, or %NULL with @error set
 *
 * Since: 1.0
 */
WsCertificate *
ws_certificate_new_from_store (WsCertStoreType type,
                               GBytes         *store,
                               const char     *password,
                               const char     *subject,
                               const char     *configuration,
                               GError        **error)
{
  g_autoptr (WsCertificate) self = NULL;

  g_return_val_if_fail (store != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = ws_certificate_new ();
  set_whole_store (self, type, store, password);
  self->wanted_subject = g_strdup (subject != NULL ? subject : "*");
  if (configuration != NULL && !read_configuration (configuration, &self->wanted_subject, error))
    return NULL;
  return search_strictly (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * ws_certificate_new_from_store_encoded:
 * @type: what @store is
 * @store: name of a file for the store types that are files, the content itself for blobs, a URI or
 *   the name of a module for PKCS #11
 * @password: (nullable): password of the store and of the private key in it, or the token's PIN
 * @encoded: a certificate in PEM, DER or Base64
 * @error: return location for an error, or %NULL
 *
 * Takes the private key of a certificate from a store.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_CERT_STORE` when the store or @encoded cannot be read, or the password is wrong
 * - `WS_ERROR_CERT_NOT_FOUND` when the store does not have the key
 *
 * Returns: (transfer full): a new certificate, or %NULL with @error set
 *
 * Since: 1.0
 */
WsCertificate *
ws_certificate_new_from_store_encoded (WsCertStoreType type,
                                       GBytes         *store,
                                       const char     *password,
                                       GBytes         *encoded,
                                       GError        **error)
{
  g_autoptr (WsCertificate) self = NULL;

  g_return_val_if_fail (store != NULL, NULL);
  g_return_val_if_fail (encoded != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = ws_certificate_new ();
  set_whole_store (self, type, store, password);
  self->wanted_encoded = g_bytes_ref (encoded);
  return search_strictly (self, error) ? g_steal_pointer (&self) : NULL;
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

  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (tls_certificate), NULL);

  self = ws_certificate_new ();
  store = ws_cert_store_new ("(GTlsCertificate)");
  ws_cert_gio_read (tls_certificate, store);
  if (store->certificates->len > 0)
    ws_cert_entry_select_first (&self->entry, store);
  self->tls_certificate = g_object_ref (tls_certificate);
  return g_steal_pointer (&self);
}

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

  ws_cert_entry_select_first (&self->entry, store);
  return g_steal_pointer (&self);
}

WsCertificate *
ws_certificate_reopen (WsCertificate *self,
                       GError       **error)
{
  g_autoptr (WsCertificate) renewed = ws_certificate_new ();

  set_whole_store (renewed, self->store_type, self->store, self->store_password);
  g_free (renewed->store_folder);
  renewed->store_folder = g_strdup (self->store_folder);
  ws_certificate_search_set_key_store (renewed, self->key_store);
  g_free (renewed->key_path);
  renewed->key_path = g_strdup (self->key_path);
  renewed->key_password = g_strdup (self->key_password);
  renewed->wanted_subject = g_strdup (self->wanted_subject != NULL ? self->wanted_subject : "*");
  if (self->wanted_encoded != NULL)
    renewed->wanted_encoded = g_bytes_ref (self->wanted_encoded);
  return search_strictly (renewed, error) ? g_steal_pointer (&renewed) : NULL;
}

char *
ws_certificate_dup_filename (WsCertificate *self)
{
  return ws_certificate_search_dup_filename (self);
}

const char *
ws_certificate_get_key_filename (WsCertificate *self)
{
  return self->key_path;
}

GPtrArray *
ws_certificate_get_chain (WsCertificate *self)
{
  return self->entry.chain;
}

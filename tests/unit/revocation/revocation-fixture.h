/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "tests/unit/tls-fixture.h"

/* An authority in a directory of its own, on which openssl makes lists and responses, and leaves
 * below it. */

#define SERIAL_GOOD 1
#define SERIAL_REVOKED 2
#define SERIAL_UNKNOWN 3 /* not in the authority's books, nor in a list */

typedef struct
{
  char           *directory;
  TestCertificate root;
  TestCertificate other;     /* another authority, of the same name */
  TestCertificate responder; /* may sign responses for root */
  TestCertificate impostor;  /* root has signed it, for something else */
} Authority;

static char *
authority_path (Authority  *self,
                const char *name)
{
  return g_build_filename (self->directory, name, NULL);
}

static void
authority_write (Authority  *self,
                 const char *name,
                 const char *text)
{
  g_autofree char *path = authority_path (self, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static GBytes *
authority_read (Authority  *self,
                const char *name)
{
  g_autofree char *path = authority_path (self, name);
  char            *content;
  gsize            length;

  g_assert_true (g_file_get_contents (path, &content, &length, NULL));

  return g_bytes_new_take (content, length);
}

/* Runs openssl in the directory. */
static void G_GNUC_PRINTF (2, 3)
    authority_run (Authority  *self,
                   const char *format,
                   ...)
{
  va_list          arguments;
  g_autofree char *command = NULL;
  g_autofree char *output = NULL;
  g_autofree char *errors = NULL;
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  va_start (arguments, format);
  command = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_assert_true (g_shell_parse_argv (command, NULL, &argv, &error));
  g_spawn_sync (self->directory, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &errors, &status,
                &error);
  g_assert_no_error (error);
  if (status != 0)
    g_error ("%s: %s", command, errors);
}

static void
authority_save (Authority             *self,
                const char            *name,
                const TestCertificate *certificate)
{
  g_autofree char *pem = test_certificate_to_pem (certificate);
  g_autofree char *key_name = g_strconcat (name, ".key", NULL);
  g_autofree char *key = NULL;
  gnutls_datum_t   datum;

  gnutls_x509_privkey_export2 (certificate->key, GNUTLS_X509_FMT_PEM, &datum);
  key = g_strndup ((const char *) datum.data, datum.size);
  gnutls_free (datum.data);
  authority_write (self, name, pem);
  authority_write (self, key_name, key);
}

/* Signs it again after changes. The name of a certificate can only be compared once it has been
 * read. */
static void
sign_again (TestCertificate       *self,
            const TestCertificate *issuer)
{
  gnutls_datum_t der;

  g_assert_cmpint (
      gnutls_x509_crt_sign2 (self->certificate, issuer->certificate, issuer->key, GNUTLS_DIG_SHA256, 0), ==,
      0);
  g_assert_cmpint (gnutls_x509_crt_export2 (self->certificate, GNUTLS_X509_FMT_DER, &der), ==, 0);
  gnutls_x509_crt_deinit (self->certificate);
  gnutls_x509_crt_init (&self->certificate);
  g_assert_cmpint (gnutls_x509_crt_import (self->certificate, &der, GNUTLS_X509_FMT_DER), ==, 0);
  gnutls_free (der.data);
}

static void
make_root (TestCertificate *root)
{
  test_certificate_init (root, "Authority", GNUTLS_PK_ECDSA, NULL, NULL);
  gnutls_x509_crt_set_key_usage (root->certificate, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN);
  sign_again (root, root);
}

static void
authority_init (Authority *self)
{
  self->directory = g_dir_make_tmp ("ws-authority-XXXXXX", NULL);
  make_root (&self->root);
  make_root (&self->other);
  test_certificate_init (&self->responder, "Responder", GNUTLS_PK_ECDSA, GNUTLS_KP_OCSP_SIGNING, &self->root);
  test_certificate_init (&self->impostor, "Impostor", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT, &self->root);
  authority_save (self, "root", &self->root);
  authority_save (self, "other", &self->other);
  authority_save (self, "responder", &self->responder);
  authority_save (self, "impostor", &self->impostor);
  authority_write (self, "index",
                   "V\t491231235959Z\t\t01\tunknown\t/CN=client\n"
                   "R\t491231235959Z\t260102030405Z,keyCompromise\t02\tunknown\t/CN=client\n");
  authority_write (self, "index.attr", "unique_subject = no\n");
}

static void
authority_clear (Authority *self)
{
  g_autoptr (GDir) directory = g_dir_open (self->directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *path = authority_path (self, name);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (self->directory), ==, 0);
  g_free (self->directory);
  test_certificate_clear (&self->root);
  test_certificate_clear (&self->other);
  test_certificate_clear (&self->responder);
  test_certificate_clear (&self->impostor);
}

/* A list of what is revoked. extensions are lines of openssl's configuration; options go to openssl
 * ca. */
static G_GNUC_UNUSED GBytes *
authority_make_crl (Authority  *self,
                    const char *signer,
                    const char *extensions,
                    const char *options)
{
  g_autofree char *configuration = g_strdup_printf ("[ca]\ndefault_ca=d\n[d]\ndatabase=index\ndefault_md=sha256\n"
                                                    "default_crl_days=30\ncrl_extensions=e\n[e]\n%s\n",
                                                    extensions);

  authority_write (self, "ca.cnf", configuration);
  authority_run (self, "openssl ca -config ca.cnf -gencrl -keyfile %s.key -cert %s -out crl.pem %s", signer,
                 signer, options);
  authority_run (self, "openssl crl -in crl.pem -outform DER -out crl.der");

  return authority_read (self, "crl.der");
}

/* A response to a request. */
static G_GNUC_UNUSED GBytes *
authority_answer (Authority  *self,
                  GBytes     *request,
                  const char *signer,
                  const char *options)
{
  g_autofree char *path = authority_path (self, "request.der");

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (request, NULL),
                                      (gssize) g_bytes_get_size (request), NULL));
  authority_run (self, "openssl ocsp -index index -CA root -rsigner %s -rkey %s.key -reqin request.der "
                       "-respout response.der -noverify %s",
                 signer, signer, options);

  return authority_read (self, "response.der");
}

/* A client's certificate that names these places, any of which may be NULL. */
static G_GNUC_UNUSED void
authority_make_leaf (Authority       *self,
                     TestCertificate *leaf,
                     guint8           serial,
                     const char      *ocsp_url,
                     const char      *crl_url)
{
  test_certificate_init (leaf, "client", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT, &self->root);
  gnutls_x509_crt_set_serial (leaf->certificate, &serial, 1);
  if (ocsp_url != NULL)
    {
      gnutls_datum_t url = { (guint8 *) ocsp_url, (guint) strlen (ocsp_url) };

      g_assert_cmpint (
          gnutls_x509_crt_set_authority_info_access (leaf->certificate, GNUTLS_IA_OCSP_URI, &url), ==, 0);
    }
  if (crl_url != NULL)
    g_assert_cmpint (gnutls_x509_crt_set_crl_dist_points2 (leaf->certificate, GNUTLS_SAN_URI, crl_url,
                                                           (guint) strlen (crl_url), 0),
                     ==, 0);
  sign_again (leaf, &self->root);
}

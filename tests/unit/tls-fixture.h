/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wsserver/certificate/ws-certificate-private.h"
#include "wsserver/tls-gnutls/ws-gnutls-transport-private.h"

/* Certificates made in memory, and a client of bare GnuTLS that is driven beside the server by
 * turns, in one thread. */

typedef struct
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t     certificate;
} TestCertificate;

static void
test_certificate_clear (TestCertificate *self)
{
  gnutls_x509_crt_deinit (self->certificate);
  gnutls_x509_privkey_deinit (self->key);
}

/* Signed by issuer, or by itself if that is NULL. */
static void
test_certificate_init (TestCertificate       *self,
                       const char            *name,
                       gnutls_pk_algorithm_t  algorithm,
                       const char            *purpose,
                       const TestCertificate *issuer)
{
  const guint8 serial[] = { 1, 2, 3 };
  guint8       id[32];
  gsize        id_size = sizeof id;
  guint        bits = algorithm == GNUTLS_PK_RSA ? 2048 : GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1);

  gnutls_x509_privkey_init (&self->key);
  g_assert_cmpint (gnutls_x509_privkey_generate (self->key, algorithm, bits, 0), ==, 0);

  gnutls_x509_crt_init (&self->certificate);
  gnutls_x509_crt_set_version (self->certificate, 3);
  gnutls_x509_crt_set_serial (self->certificate, serial, sizeof serial);
  gnutls_x509_crt_set_activation_time (self->certificate, time (NULL) - 3600);
  gnutls_x509_crt_set_expiration_time (self->certificate, time (NULL) + 86400);
  gnutls_x509_crt_set_dn_by_oid (self->certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
                                 (guint) strlen (name));
  gnutls_x509_crt_set_key (self->certificate, self->key);
  gnutls_x509_crt_get_key_id (self->certificate, 0, id, &id_size);
  gnutls_x509_crt_set_subject_key_id (self->certificate, id, id_size);
  gnutls_x509_crt_set_basic_constraints (self->certificate, issuer == NULL, -1);
  if (purpose != NULL)
    {
      gnutls_x509_crt_set_key_purpose_oid (self->certificate, purpose, 0);
      gnutls_x509_crt_set_subject_alternative_name (self->certificate, GNUTLS_SAN_DNSNAME, name);
      gnutls_x509_crt_set_key_usage (self->certificate,
                                     GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT);
    }
  else
    {
      gnutls_x509_crt_set_key_usage (self->certificate, GNUTLS_KEY_KEY_CERT_SIGN);
    }

  if (issuer == NULL)
    issuer = self;
  g_assert_cmpint (
      gnutls_x509_crt_sign2 (self->certificate, issuer->certificate, issuer->key, GNUTLS_DIG_SHA256, 0), ==,
      0);
}

static G_GNUC_UNUSED gnutls_certificate_credentials_t
test_credentials_new (const TestCertificate *certificate)
{
  gnutls_certificate_credentials_t credentials;

  gnutls_certificate_allocate_credentials (&credentials);
  if (certificate != NULL)
    {
      gnutls_x509_crt_t chain[1] = { certificate->certificate };

      g_assert_cmpint (gnutls_certificate_set_x509_key (credentials, chain, 1, certificate->key), ==, 0);
    }

  return credentials;
}

static G_GNUC_UNUSED char *
test_certificate_to_pem (const TestCertificate *certificate)
{
  gnutls_datum_t pem;
  char          *text;

  g_assert_cmpint (gnutls_x509_crt_export2 (certificate->certificate, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
  text = g_strndup ((const char *) pem.data, pem.size);
  gnutls_free (pem.data);

  return text;
}

/* With its key. */
static G_GNUC_UNUSED WsCertificate *
test_certificate_to_object (const TestCertificate *certificate)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) store = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *pem = test_certificate_to_pem (certificate);
  WsCertificate   *made;
  gnutls_datum_t   key;

  g_assert_cmpint (gnutls_x509_privkey_export2 (certificate->key, GNUTLS_X509_FMT_PEM, &key), ==, 0);
  g_string_append_len (text, (const char *) key.data, key.size);
  g_string_append (text, pem);
  gnutls_free (key.data);
  store = g_bytes_new (text->str, text->len);
  made = ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PEM_KEY_BLOB, store, "", "*", NULL, &error);
  g_assert_no_error (error);

  return made;
}

/* A non-blocking pair; small buffers so that writers meet a full one. */
static G_GNUC_UNUSED void
test_socket_pair (int fds[2])
{
  const int bytes = 16 * 1024;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
  for (guint i = 0; i < 2; i++)
    setsockopt (fds[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

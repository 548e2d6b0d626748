/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-store-loaders-private.h"

#include <string.h>

#define PEM_BEGIN "-----BEGIN "
#define PEM_END "-----END "
#define DASHES "-----"
#define MAX_LABEL 40
#define MAX_BLOCKS 1000
#define DEK_INFO "DEK-Info:"

/* One block from its BEGIN line to its END line. */
typedef struct
{
  char           label[MAX_LABEL + 1];
  gnutls_datum_t text;
} PemBlock;

static const guint8 *
find_text (const guint8 *start,
           const guint8 *end,
           const char   *needle)
{
  return memmem (start, (gsize) (end - start), needle, strlen (needle));
}

/* Returns FALSE without an error after the last block. Moves position behind the block. */
static gboolean
next_block (WsCertStore   *store,
            const guint8 **position,
            const guint8  *end,
            PemBlock      *block,
            GError       **error)
{
  const guint8 *begin = find_text (*position, end, PEM_BEGIN);
  const guint8 *label;
  const guint8 *label_end;
  const guint8 *finish;
  char          finish_mark[sizeof PEM_END + MAX_LABEL + sizeof DASHES];

  if (begin == NULL)
    return FALSE;
  label = begin + strlen (PEM_BEGIN);
  label_end = find_text (label, end, DASHES);
  if (label_end == NULL || label_end == label || label_end - label > MAX_LABEL)
    return ws_cert_store_fail (store, error, "it has a malformed PEM line");

  memcpy (block->label, label, (gsize) (label_end - label));
  block->label[label_end - label] = '\0';
  g_snprintf (finish_mark, sizeof finish_mark, PEM_END "%s" DASHES, block->label);
  finish = find_text (label_end, end, finish_mark);
  if (finish == NULL)
    return ws_cert_store_fail (store, error, "a PEM block has no end line");

  *position = finish + strlen (finish_mark);
  block->text.data = (guint8 *) begin;
  block->text.size = (guint) (*position - begin);
  return TRUE;
}

static gboolean
add_certificate (WsCertStore    *store,
                 const PemBlock *block,
                 GError        **error)
{
  gnutls_x509_crt_t certificate;
  int               code = gnutls_x509_crt_init (&certificate);

  if (code < 0)
    return ws_cert_store_fail (store, error, "%s", gnutls_strerror (code));
  code = gnutls_x509_crt_import (certificate, &block->text, GNUTLS_X509_FMT_PEM);
  if (code >= 0)
    {
      ws_cert_store_take_certificate (store, certificate);
      return TRUE;
    }
  gnutls_x509_crt_deinit (certificate);
  return ws_cert_store_fail (store, error, "a certificate cannot be read: %s", gnutls_strerror (code));
}

static gboolean
add_pkcs8_block (WsCertStore    *store,
                 const PemBlock *block,
                 GError        **error)
{
  gnutls_datum_t der = { NULL, 0 };
  gboolean       added;
  int            code = gnutls_pem_base64_decode2 (block->label, &block->text, &der);

  if (code < 0)
    return ws_cert_store_fail (store, error, "the private key is not in Base64: %s", gnutls_strerror (code));
  added = ws_cert_store_add_pkcs8 (store, &der, error);
  gnutls_memset (der.data, 0, der.size);
  gnutls_free (der.data);
  return added;
}

/* PKCS #1, SEC 1 and plain PKCS #8, also with the DEK-Info encryption of old OpenSSL. */
static gboolean
add_key_block (WsCertStore    *store,
               const PemBlock *block,
               GError        **error)
{
  gboolean encrypted =
      find_text (block->text.data, block->text.data + block->text.size, DEK_INFO) != NULL;
  gnutls_x509_privkey_t key;
  int                   code = gnutls_x509_privkey_init (&key);

  if (code < 0)
    return ws_cert_store_fail (store, error, "%s", gnutls_strerror (code));
  code = gnutls_x509_privkey_import2 (key, &block->text, GNUTLS_X509_FMT_PEM,
                                      encrypted ? store->key_password : NULL,
                                      encrypted ? 0 : GNUTLS_PKCS_PLAIN);
  if (code < 0 && encrypted)
    code = gnutls_x509_privkey_import2 (key, &block->text, GNUTLS_X509_FMT_PEM, store->password, 0);
  if (code >= 0)
    return ws_cert_store_take_key (store, key, error);

  gnutls_x509_privkey_deinit (key);
  if (!encrypted)
    return ws_cert_store_fail (store, error, "the private key cannot be read: %s", gnutls_strerror (code));
  ws_cert_store_lock (store, code);
  return TRUE;
}

static gboolean
add_public_key (WsCertStore          *store,
                const gnutls_datum_t *text,
                gnutls_x509_crt_fmt_t format,
                GError              **error)
{
  gnutls_pubkey_t key;
  int             code = gnutls_pubkey_init (&key);

  if (code < 0)
    return ws_cert_store_fail (store, error, "%s", gnutls_strerror (code));
  code = gnutls_pubkey_import (key, text, format);
  if (code >= 0)
    {
      g_ptr_array_add (store->public_keys, key);
      return TRUE;
    }
  gnutls_pubkey_deinit (key);
  return ws_cert_store_fail (store, error, "the public key cannot be read: %s", gnutls_strerror (code));
}

static gboolean
add_block (WsCertStore    *store,
           const PemBlock *block,
           gboolean        with_keys,
           GError        **error)
{
  const char *label = block->label;

  if (g_str_equal (label, "CERTIFICATE") || g_str_equal (label, "X509 CERTIFICATE"))
    return add_certificate (store, block, error);
  if (g_str_equal (label, "PUBLIC KEY"))
    return add_public_key (store, &block->text, GNUTLS_X509_FMT_PEM, error);
  if (g_str_equal (label, "PKCS7"))
    return ws_cert_store_load_p7b (store, block->text.data, block->text.size, error);
  if (!with_keys)
    return TRUE;
  if (g_str_equal (label, "ENCRYPTED PRIVATE KEY"))
    return add_pkcs8_block (store, block, error);
  if (g_str_equal (label, "OPENSSH PRIVATE KEY"))
    return ws_cert_store_fail (store, error,
                               "private keys in OpenSSH's own format are not read; "
                               "\"ssh-keygen -p -m PKCS8 -f FILE\" rewrites one");
  if (g_str_has_suffix (label, "PRIVATE KEY"))
    return add_key_block (store, block, error);
  /* Requests, revocation lists and parameters are ignored. */
  return TRUE;
}

/* The same contents in DER. */
static gboolean
load_der (WsCertStore  *store,
          const guint8 *data,
          gsize         length,
          gboolean      with_keys,
          GError      **error)
{
  gnutls_datum_t        der = { (guint8 *) data, (guint) length };
  gnutls_x509_privkey_t key;
  int                   code;

  if (ws_cert_store_add_der_certificate (store, &der, NULL) ||
      add_public_key (store, &der, GNUTLS_X509_FMT_DER, NULL))
    return TRUE;
  if (!with_keys)
    return ws_cert_store_fail (store, error, "there is no certificate and no public key in it");

  code = gnutls_x509_privkey_init (&key);
  if (code < 0)
    return ws_cert_store_fail (store, error, "%s", gnutls_strerror (code));
  code = gnutls_x509_privkey_import2 (key, &der, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN);
  if (code >= 0)
    return ws_cert_store_take_key (store, key, error);
  gnutls_x509_privkey_deinit (key);
  if (ws_cert_store_add_pkcs8 (store, &der, NULL))
    return TRUE;
  return ws_cert_store_fail (store, error, "there is neither PEM nor a certificate or key in DER in it");
}

static gboolean
load_pem (WsCertStore  *store,
          const guint8 *data,
          gsize         length,
          gboolean      with_keys,
          GError      **error)
{
  const guint8 *position = data;
  const guint8 *end = data + length;
  GError       *block_error = NULL;
  PemBlock      block;
  guint         n_blocks = 0;

  if (find_text (data, end, PEM_BEGIN) == NULL)
    return load_der (store, data, length, with_keys, error);

  while (next_block (store, &position, end, &block, &block_error))
    if (++n_blocks > MAX_BLOCKS)
      return ws_cert_store_fail (store, error, "it has more than %d PEM blocks", MAX_BLOCKS);
    else if (!add_block (store, &block, with_keys, error))
      return FALSE;

  if (block_error == NULL)
    return TRUE;
  g_propagate_error (error, block_error);
  return FALSE;
}

gboolean
ws_cert_store_load_pem (WsCertStore  *store,
                        const guint8 *data,
                        gsize         length,
                        GError      **error)
{
  return load_pem (store, data, length, TRUE, error);
}

gboolean
ws_cert_store_load_public (WsCertStore  *store,
                           const guint8 *data,
                           gsize         length,
                           GError      **error)
{
  return load_pem (store, data, length, FALSE, error);
}

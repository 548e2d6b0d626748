/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-store-loaders-private.h"

#include <gnutls/pkcs12.h>

#define MAX_BAGS 1000

/* GnuTLS derives keys with as many rounds as the file asks for, so the number is checked first. */
static gboolean
check_mac_rounds (WsCertStore    *store,
                  gnutls_pkcs12_t pkcs12)
{
  gnutls_mac_algorithm_t mac;
  guint8                 salt[256];
  guint                  salt_size = sizeof salt;
  guint                  rounds = 0;
  char                  *oid = NULL;
  int                    code = gnutls_pkcs12_mac_info (pkcs12, &mac, salt, &salt_size, &rounds, &oid);

  gnutls_free (oid);
  return code != GNUTLS_E_SHORT_MEMORY_BUFFER && ws_cert_store_spend_rounds (store, rounds);
}

static gboolean
check_bag_rounds (WsCertStore        *store,
                  gnutls_pkcs12_bag_t bag)
{
  guint  schema = 0;
  guint  cipher = 0;
  guint8 salt[256];
  guint  salt_size = sizeof salt;
  guint  rounds = 0;
  char  *oid = NULL;
  int    code = gnutls_pkcs12_bag_enc_info (bag, &schema, &cipher, salt, &salt_size, &rounds, &oid);

  gnutls_free (oid);
  return code != GNUTLS_E_SHORT_MEMORY_BUFFER && ws_cert_store_spend_rounds (store, rounds);
}

/* Finds the form of the password that fits. PKCS #12 has two forms of an empty password: no bytes, or
 * two zero bytes. A file without a check value is opened with the password as given. */
static gboolean
check_pfx_password (WsCertStore    *store,
                    gnutls_pkcs12_t pkcs12,
                    const char    **password,
                    GError        **error)
{
  int code;

  if (!check_mac_rounds (store, pkcs12))
    return ws_cert_store_fail (store, error, "it asks for too many rounds of key derivation");

  *password = store->password;
  code = gnutls_pkcs12_verify_mac (pkcs12, *password);
  if (code == GNUTLS_E_MAC_VERIFY_FAILED && store->password[0] == '\0')
    {
      *password = NULL;
      code = gnutls_pkcs12_verify_mac (pkcs12, NULL);
    }
  if (code >= 0 || code == GNUTLS_E_ASN1_ELEMENT_NOT_FOUND)
    return TRUE;
  if (code == GNUTLS_E_MAC_VERIFY_FAILED)
    return ws_cert_store_fail (store, error,
                               store->password[0] == '\0' ? "it needs a password"
                                                          : "the password is wrong, or the data are damaged");
  return ws_cert_store_fail (store, error, "its check value cannot be computed: %s", gnutls_strerror (code));
}

static gboolean
add_plain_key (WsCertStore          *store,
               const gnutls_datum_t *der,
               GError              **error)
{
  gnutls_x509_privkey_t key;
  int                   code = gnutls_x509_privkey_init (&key);

  if (code < 0)
    return ws_cert_store_fail (store, error, "%s", gnutls_strerror (code));
  code = gnutls_x509_privkey_import_pkcs8 (key, der, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN);
  if (code >= 0)
    return ws_cert_store_take_key (store, key, error);

  gnutls_x509_privkey_deinit (key);
  return ws_cert_store_fail (store, error, "a private key cannot be read: %s", gnutls_strerror (code));
}

static gboolean
add_bag_element (WsCertStore        *store,
                 gnutls_pkcs12_bag_t bag,
                 guint               element,
                 GError            **error)
{
  gnutls_datum_t data = { NULL, 0 };
  int            type = (int) gnutls_pkcs12_bag_get_type (bag, element);
  int            code;

  if (type != GNUTLS_BAG_CERTIFICATE && type != GNUTLS_BAG_PKCS8_KEY &&
      type != GNUTLS_BAG_PKCS8_ENCRYPTED_KEY)
    return TRUE;

  /* The bag keeps the data. */
  code = gnutls_pkcs12_bag_get_data (bag, element, &data);
  if (code < 0)
    return ws_cert_store_fail (store, error, "an entry cannot be read: %s", gnutls_strerror (code));
  if (type == GNUTLS_BAG_CERTIFICATE)
    return ws_cert_store_add_der_certificate (store, &data, error);
  if (type == GNUTLS_BAG_PKCS8_KEY)
    return add_plain_key (store, &data, error);
  return ws_cert_store_add_pkcs8 (store, &data, error);
}

static gboolean
add_bag (WsCertStore        *store,
         gnutls_pkcs12_bag_t bag,
         const char         *password,
         GError            **error)
{
  int count;

  if (gnutls_pkcs12_bag_get_type (bag, 0) == GNUTLS_BAG_ENCRYPTED)
    {
      int code;

      if (!check_bag_rounds (store, bag))
        return ws_cert_store_fail (store, error, "it asks for too many rounds of key derivation");
      code = gnutls_pkcs12_bag_decrypt (bag, password);
      if (code < 0)
        return ws_cert_store_fail (store, error, "its entries cannot be decrypted: %s",
                                   gnutls_strerror (code));
    }

  count = gnutls_pkcs12_bag_get_count (bag);
  for (int i = 0; i < count; i++)
    if (!add_bag_element (store, bag, (guint) i, error))
      return FALSE;
  return TRUE;
}

static gboolean
add_bags (WsCertStore    *store,
          gnutls_pkcs12_t pkcs12,
          GError        **error)
{
  const char *password = NULL;

  if (!check_pfx_password (store, pkcs12, &password, error))
    return FALSE;

  for (int i = 0; i < MAX_BAGS; i++)
    {
      gnutls_pkcs12_bag_t bag;
      gboolean            added;
      int                 code = gnutls_pkcs12_bag_init (&bag);

      if (code >= 0)
        {
          code = gnutls_pkcs12_get_bag (pkcs12, i, bag);
          if (code < 0)
            gnutls_pkcs12_bag_deinit (bag);
        }
      if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        break;
      if (code < 0)
        return ws_cert_store_fail (store, error, "a part of it cannot be read: %s", gnutls_strerror (code));

      added = add_bag (store, bag, password, error);
      gnutls_pkcs12_bag_deinit (bag);
      if (!added)
        return FALSE;
    }
  return TRUE;
}

gboolean
ws_cert_store_load_pfx (WsCertStore  *store,
                        const guint8 *data,
                        gsize         length,
                        GError      **error)
{
  gnutls_datum_t  datum = { (guint8 *) data, (guint) length };
  gnutls_pkcs12_t pkcs12;
  gboolean        loaded;
  int             code = gnutls_pkcs12_init (&pkcs12);

  if (code < 0)
    return ws_cert_store_fail (store, error, "%s", gnutls_strerror (code));

  code = gnutls_pkcs12_import (pkcs12, &datum, GNUTLS_X509_FMT_DER, 0);
  if (code < 0)
    code = gnutls_pkcs12_import (pkcs12, &datum, GNUTLS_X509_FMT_PEM, 0);
  if (code < 0)
    loaded = ws_cert_store_fail (store, error, "it is not PKCS #12: %s", gnutls_strerror (code));
  else
    loaded = add_bags (store, pkcs12, error);
  gnutls_pkcs12_deinit (pkcs12);
  return loaded;
}

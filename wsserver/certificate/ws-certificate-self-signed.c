/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-certificate.h"

#include <gio/gio.h>
#include <gnutls/crypto.h>
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/certificate/ws-cert-fields-private.h"
#include "wsserver/certificate/ws-certificate-state-private.h"

#define SERIAL_BYTES 16
/* Clocks differ, so the certificate is valid from an hour ago. */
#define SKEW_SECONDS 3600
#define SECONDS_A_DAY 86400
#define MAX_DAYS 36500

static int
add_alt_host_name (gnutls_x509_crt_t certificate,
                   const char       *name)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (name);

  if (address != NULL)
    return gnutls_x509_crt_set_subject_alt_name (
        certificate, GNUTLS_SAN_IPADDRESS, g_inet_address_to_bytes (address),
        (guint) g_inet_address_get_native_size (address), GNUTLS_FSAN_APPEND);
  return gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, name, (guint) strlen (name),
                                               GNUTLS_FSAN_APPEND);
}

static int
set_times_and_serial (gnutls_x509_crt_t certificate,
                      guint             days)
{
  guint8 serial[SERIAL_BYTES];
  time_t now = (time_t) (g_get_real_time () / G_USEC_PER_SEC);
  int    code = gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial);

  /* Positive, and without a leading zero. */
  serial[0] = (guint8) ((serial[0] & 0x3f) | 0x40);
  if (code >= 0)
    code = gnutls_x509_crt_set_serial (certificate, serial, sizeof serial);
  if (code >= 0)
    code = gnutls_x509_crt_set_activation_time (certificate, now - SKEW_SECONDS);
  if (code >= 0)
    code = gnutls_x509_crt_set_expiration_time (certificate, now + (time_t) days * SECONDS_A_DAY);
  return code;
}

static int
fill_certificate (gnutls_x509_crt_t     certificate,
                  gnutls_x509_privkey_t key,
                  const char *const    *host_names,
                  guint                 days)
{
  int code = gnutls_x509_crt_set_version (certificate, 3);

  if (code >= 0)
    code = set_times_and_serial (certificate, days);
  if (code >= 0)
    code = gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, host_names[0],
                                          (guint) strlen (host_names[0]));
  for (guint i = 0; code >= 0 && host_names[i] != NULL; i++)
    code = add_alt_host_name (certificate, host_names[i]);
  if (code >= 0)
    code = gnutls_x509_crt_set_key (certificate, key);
  if (code >= 0)
    code = gnutls_x509_crt_set_basic_constraints (certificate, 0, -1);
  if (code >= 0)
    code = gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
  if (code >= 0)
    code = gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_SERVER, 0);
  if (code >= 0)
    code = gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
  return code;
}

static int
make_self_signed (WsCertStore       *store,
                  const char *const *host_names,
                  guint              days)
{
  gnutls_x509_crt_t     certificate = NULL;
  gnutls_x509_privkey_t key = NULL;
  int                   code = gnutls_x509_privkey_init (&key);

  if (code >= 0)
    code = gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
                                         GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  if (code >= 0)
    code = gnutls_x509_crt_init (&certificate);
  if (code >= 0)
    code = fill_certificate (certificate, key, host_names, days);
  if (code >= 0)
    {
      /* Read it again: GnuTLS does not see all extensions of a certificate that it has just made. */
      g_autoptr (GBytes) bytes = ws_cert_fields_get_der (certificate);
      gsize          length;
      gnutls_datum_t der = { (guint8 *) g_bytes_get_data (bytes, &length), 0 };

      der.size = (guint) length;
      if (!ws_cert_store_add_der_certificate (store, &der, NULL) ||
          !ws_cert_store_take_key (store, g_steal_pointer (&key), NULL))
        code = GNUTLS_E_INTERNAL_ERROR;
    }
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  return code;
}

/**
 * ws_certificate_new_self_signed:
 * @host_names: (array zero-terminated=1) (nullable): names and addresses that the server is reached
 *   by, the first of which is its common name; %NULL or none for `localhost` and its addresses
 * @days: how long it is valid, 1 to 36500 days
 * @error: return location for an error, or %NULL
 *
 * Makes a self-signed certificate for demonstrations and tests.
 *
 * Clients refuse it unless they are configured to trust it. It has a new key on the curve P-256.
 *
 * ```c
 * const char *names[] = { "localhost", "127.0.0.1", NULL };
 * g_autoptr (WsCertificate) certificate = ws_certificate_new_self_signed (names, 30, &error);
 * ```
 *
 * Sets @error to `WS_ERROR_CREDENTIALS` when GnuTLS cannot make it, for example because of a host
 * name that is not in ASCII.
 *
 * Returns: (transfer full): a new certificate, or %NULL with @error set
 *
 * Since: 1.0
 */
WsCertificate *
ws_certificate_new_self_signed (const char *const *host_names,
                                guint              days,
                                GError           **error)
{
  static const char *const local_names[] = { "localhost", "127.0.0.1", "::1", NULL };
  g_autoptr (WsCertificate) self = NULL;
  g_autoptr (WsCertStore) store = NULL;
  int code;

  g_return_val_if_fail (days >= 1 && days <= MAX_DAYS, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (host_names == NULL || host_names[0] == NULL)
    host_names = local_names;
  self = ws_certificate_new ();
  store = ws_cert_store_new ("(self-signed)");
  code = make_self_signed (store, host_names, days);
  if (code < 0)
    {
      ws_set_error (error, WS_ERROR_CREDENTIALS, "Cannot make a certificate for %s: %s", host_names[0], gnutls_strerror (code));
      return NULL;
    }
  ws_cert_entry_select_first (&self->entry, store);
  return g_steal_pointer (&self);
}

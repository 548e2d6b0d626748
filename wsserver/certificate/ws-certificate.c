/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-certificate.h"

#include "wsserver/base/ws-enum-types.h"
#include "wsserver/base/ws-param-private.h"
#include "wsserver/certificate/ws-certificate-search-private.h"
#include "wsserver/certificate/ws-secret-private.h"

/**
 * WsCertificate:
 *
 * A certificate, its private key and the store that both come from.
 *
 * A server needs one for TLS. The simplest way is a file:
 *
 * ```c
 * g_autoptr (GBytes) file = g_bytes_new_static ("server.pfx", strlen ("server.pfx"));
 * g_autoptr (WsCertificate) certificate =
 *     ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PFX_FILE, file, "secret", "*", NULL, &error);
 * ```
 *
 * The other way is to set properties: those of the store first, then
 * [property@Ws.Certificate:subject] or [property@Ws.Certificate:encoded], which searches the store.
 * Every other property then describes the certificate that was found. They are empty if none is
 * selected. For a key alone, the properties of an X.509 certificate are empty.
 *
 * The key may lie in a file of its own: [ctor@Ws.Certificate.new_from_files] or
 * [property@Ws.Certificate:key-store].
 *
 * Stores are read when they are searched and are not kept open. Larger stores than 4 MiB are refused,
 * and those whose key derivation needs more than 5,000,000 rounds (20,000,000 for all parts of a store), or
 * more than 256 MiB of memory with Argon2.
 *
 * A certificate may be used from one thread at a time.
 *
 * Source: RFC 5280; [Coming from IPWorks WSServer](coming-from-ipworks.html), Certificate.
 *
 * Since: 1.0
 */

G_DEFINE_FINAL_TYPE (WsCertificate, ws_certificate, G_TYPE_OBJECT)

/* The texts come first and in the order of WsCertificateText. */
enum
{
  PROP_EFFECTIVE_DATE = 1,
  PROP_EXPIRATION_DATE,
  PROP_EXTENDED_KEY_USAGE,
  PROP_FINGERPRINT,
  PROP_FINGERPRINT_SHA1,
  PROP_FINGERPRINT_SHA256,
  PROP_ISSUER,
  PROP_PRIVATE_KEY_CONTAINER,
  PROP_PUBLIC_KEY,
  PROP_PUBLIC_KEY_ALGORITHM,
  PROP_SERIAL_NUMBER,
  PROP_SIGNATURE_ALGORITHM,
  PROP_SUBJECT_ALT_NAMES,
  PROP_THUMBPRINT_MD5,
  PROP_THUMBPRINT_SHA1,
  PROP_THUMBPRINT_SHA256,
  PROP_USAGE,
  PROP_VERSION,
  PROP_SUBJECT,
  PROP_ENCODED,
  PROP_ENCODED_B,
  PROP_KEY_PASSWORD,
  PROP_KEY_STORE,
  PROP_PRIVATE_KEY,
  PROP_PRIVATE_KEY_AVAILABLE,
  PROP_PUBLIC_KEY_LENGTH,
  PROP_STORE,
  PROP_STORE_B,
  PROP_STORE_PASSWORD,
  PROP_STORE_TYPE,
  PROP_USAGE_FLAGS,
  PROP_EFFECTIVE_TIME,
  PROP_EXPIRATION_TIME,
  PROP_TLS_CERTIFICATE,
  N_PROPS
};

G_STATIC_ASSERT ((int) PROP_ENCODED == (int) WS_CERTIFICATE_N_TEXTS);

static GParamSpec *properties[N_PROPS];

static void
ws_certificate_finalize (GObject *object)
{
  WsCertificate *self = WS_CERTIFICATE (object);

  ws_certificate_state_clear (self);
  g_bytes_unref (self->store);
  g_free (self->store_text);
  ws_secret_free (self->store_password);
  ws_secret_free (self->key_password);
  g_free (self->store_folder);
  g_free (self->key_store);
  g_free (self->key_path);
  g_free (self->wanted_subject);
  g_clear_pointer (&self->wanted_encoded, g_bytes_unref);
  g_clear_error (&self->load_error);

  G_OBJECT_CLASS (ws_certificate_parent_class)->finalize (object);
}

static void
ws_certificate_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  WsCertificate *self = WS_CERTIFICATE (object);

  switch (prop_id)
    {
    case PROP_ENCODED_B:
      g_value_take_boxed (value, ws_certificate_state_get_encoded (self));
      break;
    case PROP_KEY_PASSWORD:
      g_value_set_string (value, ws_certificate_search_get_key_password (self));
      break;
    case PROP_KEY_STORE:
      g_value_set_string (value, self->key_store);
      break;
    case PROP_PRIVATE_KEY:
      g_value_take_string (value, ws_certificate_state_get_private_key (self));
      break;
    case PROP_PRIVATE_KEY_AVAILABLE:
      g_value_set_boolean (value, self->entry.key != NULL);
      break;
    case PROP_PUBLIC_KEY_LENGTH:
      g_value_set_int (value, (int) ws_certificate_state_get_public_key_bits (self));
      break;
    case PROP_STORE:
      g_value_set_string (value, self->store_text);
      break;
    case PROP_STORE_B:
      g_value_set_boxed (value, self->store);
      break;
    case PROP_STORE_PASSWORD:
      g_value_set_string (value, self->store_password);
      break;
    case PROP_STORE_TYPE:
      g_value_set_enum (value, (int) self->store_type);
      break;
    case PROP_USAGE_FLAGS:
      g_value_set_uint (value, ws_certificate_state_get_usage_flags (self));
      break;
    case PROP_EFFECTIVE_TIME:
      g_value_take_boxed (value, ws_certificate_state_get_effective_time (self));
      break;
    case PROP_EXPIRATION_TIME:
      g_value_take_boxed (value, ws_certificate_state_get_expiration_time (self));
      break;
    case PROP_TLS_CERTIFICATE:
      g_value_set_object (value, ws_certificate_state_get_tls_certificate (self));
      break;
    default:
      if (prop_id <= PROP_ENCODED)
        g_value_set_string (value, ws_certificate_state_get_text (self, (WsCertificateText) (prop_id - 1)));
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_certificate_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  WsCertificate *self = WS_CERTIFICATE (object);

  switch (prop_id)
    {
    case PROP_SUBJECT:
      ws_certificate_search_for_subject (self, g_value_get_string (value));
      break;
    case PROP_ENCODED:
      ws_certificate_search_for_encoded_text (self, g_value_get_string (value));
      break;
    case PROP_ENCODED_B:
      ws_certificate_search_for_encoded (self, g_value_get_boxed (value));
      break;
    case PROP_KEY_PASSWORD:
      ws_certificate_search_set_key_password (self, g_value_get_string (value));
      break;
    case PROP_KEY_STORE:
      ws_certificate_search_set_key_store (self, g_value_get_string (value));
      break;
    case PROP_STORE:
      ws_certificate_search_set_store_text (self, g_value_get_string (value));
      break;
    case PROP_STORE_B:
      ws_certificate_search_set_store (self, g_value_get_boxed (value));
      break;
    case PROP_STORE_PASSWORD:
      ws_certificate_search_set_store_password (self, g_value_get_string (value));
      break;
    case PROP_STORE_TYPE:
      ws_certificate_search_set_store_type (self, (WsCertStoreType) g_value_get_enum (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_certificate_class_init (WsCertificateClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = ws_certificate_finalize;
  object_class->get_property = ws_certificate_get_property;
  object_class->set_property = ws_certificate_set_property;

  /**
   * WsCertificate:effective-date: (getter get_effective_date)
   *
   * When it becomes valid, in local time, as in `23-Jan-2000 15:00:00`.
   *
   * Since: 1.0
   */
  properties[PROP_EFFECTIVE_DATE] = g_param_spec_string ("effective-date", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:expiration-date: (getter get_expiration_date)
   *
   * When it ceases to be valid, in local time, as in `23-Jan-2001 15:00:00`.
   *
   * Since: 1.0
   */
  properties[PROP_EXPIRATION_DATE] = g_param_spec_string ("expiration-date", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:extended-key-usage: (getter get_extended_key_usage)
   *
   * What the key may be used for: object identifiers separated by commas.
   *
   * Since: 1.0
   */
  properties[PROP_EXTENDED_KEY_USAGE] = g_param_spec_string ("extended-key-usage", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:fingerprint: (getter get_fingerprint)
   *
   * MD5 fingerprint in hexadecimal with colons: of the certificate, or of the public key as SSH
   * encodes it when there is only a key.
   *
   * Since: 1.0
   */
  properties[PROP_FINGERPRINT] = g_param_spec_string ("fingerprint", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:fingerprint-sha1: (getter get_fingerprint_sha1)
   *
   * SHA-1 fingerprint, as [property@Ws.Certificate:fingerprint].
   *
   * Since: 1.0
   */
  properties[PROP_FINGERPRINT_SHA1] = g_param_spec_string ("fingerprint-sha1", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:fingerprint-sha256: (getter get_fingerprint_sha256)
   *
   * SHA-256 fingerprint, as [property@Ws.Certificate:fingerprint].
   *
   * Since: 1.0
   */
  properties[PROP_FINGERPRINT_SHA256] = g_param_spec_string ("fingerprint-sha256", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:issuer: (getter get_issuer)
   *
   * Distinguished name of the authority that signed it, written as [property@Ws.Certificate:subject].
   *
   * Since: 1.0
   */
  properties[PROP_ISSUER] = g_param_spec_string ("issuer", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:private-key-container: (getter get_private_key_container)
   *
   * Name of the key container on Windows; always empty here.
   *
   * Since: 1.0
   */
  properties[PROP_PRIVATE_KEY_CONTAINER] = g_param_spec_string ("private-key-container", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:public-key: (getter get_public_key)
   *
   * The public key in PEM.
   *
   * Since: 1.0
   */
  properties[PROP_PUBLIC_KEY] = g_param_spec_string ("public-key", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:public-key-algorithm: (getter get_public_key_algorithm)
   *
   * Algorithm of the public key, for example `RSA`, `ECDSA` or `EdDSA (Ed25519)`.
   *
   * Since: 1.0
   */
  properties[PROP_PUBLIC_KEY_ALGORITHM] = g_param_spec_string ("public-key-algorithm", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:serial-number: (getter get_serial_number)
   *
   * Serial number in hexadecimal, two digits a byte.
   *
   * Since: 1.0
   */
  properties[PROP_SERIAL_NUMBER] = g_param_spec_string ("serial-number", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:signature-algorithm: (getter get_signature_algorithm)
   *
   * Algorithm of the signature, for example `RSA-SHA256`, or its object identifier.
   *
   * Since: 1.0
   */
  properties[PROP_SIGNATURE_ALGORITHM] = g_param_spec_string ("signature-algorithm", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:subject-alt-names: (getter get_subject_alt_names)
   *
   * Host names, addresses, mail addresses and URIs it is valid for, separated by commas.
   *
   * Since: 1.0
   */
  properties[PROP_SUBJECT_ALT_NAMES] = g_param_spec_string ("subject-alt-names", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:thumbprint-md5: (getter get_thumbprint_md5)
   *
   * MD5 hash of the certificate in hexadecimal.
   *
   * Since: 1.0
   */
  properties[PROP_THUMBPRINT_MD5] = g_param_spec_string ("thumbprint-md5", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:thumbprint-sha1: (getter get_thumbprint_sha1)
   *
   * SHA-1 hash of the certificate in hexadecimal.
   *
   * Since: 1.0
   */
  properties[PROP_THUMBPRINT_SHA1] = g_param_spec_string ("thumbprint-sha1", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:thumbprint-sha256: (getter get_thumbprint_sha256)
   *
   * SHA-256 hash of the certificate in hexadecimal.
   *
   * Since: 1.0
   */
  properties[PROP_THUMBPRINT_SHA256] = g_param_spec_string ("thumbprint-sha256", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:usage: (getter get_usage)
   *
   * What the key may be used for, in words separated by commas: those of
   * [property@Ws.Certificate:usage-flags].
   *
   * Since: 1.0
   */
  properties[PROP_USAGE] = g_param_spec_string ("usage", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:version: (getter get_version)
   *
   * Version of the certificate: `V1`, `V2` or `V3`.
   *
   * Since: 1.0
   */
  properties[PROP_VERSION] = g_param_spec_string ("version", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:subject: (getter get_subject) (setter set_subject)
   *
   * Distinguished name of its holder, for example `C=US, O="Widgets, Inc", CN=www.example.com`.
   *
   * Setting it starts a search of the store: for a certificate with this subject, else for one
   * whose subject contains the value. `*` takes any, preferably one that has its private key, and
   * `Thumbprint=HEX` the one with this MD5, SHA-1 or SHA-256 hash. When there is none the property
   * becomes empty and no certificate is selected. An empty value selects none.
   *
   * Parts come in the order in which the certificate has them; E is the mail address, S the state.
   *
   * Since: 1.0
   */
  properties[PROP_SUBJECT] = g_param_spec_string ("subject", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsCertificate:encoded: (getter get_encoded) (setter set_encoded)
   *
   * The certificate in PEM.
   *
   * Setting it, to PEM or Base64, selects that certificate and searches the store for its private
   * key. When the store has no such key the certificate is not selected and
   * [property@Ws.Certificate:subject] becomes empty. Without a store (type USER) the certificate is
   * selected as it is.
   *
   * Since: 1.0
   */
  properties[PROP_ENCODED] = g_param_spec_string ("encoded", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsCertificate:encoded-b: (getter get_encoded_b) (setter set_encoded_b)
   *
   * [property@Ws.Certificate:encoded] as bytes; setting it also takes DER.
   *
   * Since: 1.0
   */
  properties[PROP_ENCODED_B] = g_param_spec_boxed ("encoded-b", NULL, NULL, G_TYPE_BYTES, WS_PARAM_READWRITE);
  /**
   * WsCertificate:key-password: (getter get_key_password) (setter set_key_password)
   *
   * Password of the private key; that of the store until it is set.
   *
   * When a certificate is selected whose key could not be opened, setting it tries again.
   *
   * Since: 1.0
   */
  properties[PROP_KEY_PASSWORD] = g_param_spec_string ("key-password", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsCertificate:key-store: (getter get_key_store) (setter set_key_store)
   *
   * Name of the file with the private key, when the key is not in the store with the certificate; empty
   * otherwise.
   *
   * The file may have any of the formats of [enum@Ws.CertStoreType] and several keys: the one that fits the
   * certificate is taken. A certificate without its key in this file is not selected, so that a certificate
   * and a key that do not belong together are never used. A key in the store is not looked at.
   *
   * A relative name is looked up in the working directory of the moment in which it is set.
   *
   * Since: 1.2
   */
  properties[PROP_KEY_STORE] = g_param_spec_string ("key-store", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsCertificate:private-key: (getter get_private_key)
   *
   * The private key in PEM (PKCS #8, not encrypted); empty when there is none or when it cannot be
   * exported, as from a token.
   *
   * Since: 1.0
   */
  properties[PROP_PRIVATE_KEY] = g_param_spec_string ("private-key", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsCertificate:private-key-available: (getter get_private_key_available)
   *
   * Whether there is a private key, so that a server can use the certificate.
   *
   * Since: 1.0
   */
  properties[PROP_PRIVATE_KEY_AVAILABLE] = g_param_spec_boolean ("private-key-available", NULL, NULL, FALSE,
                                                                 WS_PARAM_READABLE);
  /**
   * WsCertificate:public-key-length: (getter get_public_key_length)
   *
   * Length of the public key in bits; 0 when there is none.
   *
   * Since: 1.0
   */
  properties[PROP_PUBLIC_KEY_LENGTH] = g_param_spec_int ("public-key-length", NULL, NULL, 0, G_MAXINT, 0, WS_PARAM_READABLE);
  /**
   * WsCertificate:store: (getter get_store) (setter set_store)
   *
   * The store as text: name of a file, PKCS #11 URI, or content. Empty when the content is binary:
   * then it is in [property@Ws.Certificate:store-b].
   *
   * A new store is searched when [property@Ws.Certificate:subject] or
   * [property@Ws.Certificate:encoded] is set, or at once if the last search could not be done
   * because the store did not open. A relative name is looked up in the working directory of the
   * moment in which it is set.
   *
   * Since: 1.0
   */
  properties[PROP_STORE] = g_param_spec_string ("store", NULL, NULL, "MY", WS_PARAM_READWRITE);
  /**
   * WsCertificate:store-b: (getter get_store_b) (setter set_store_b)
   *
   * [property@Ws.Certificate:store] as bytes.
   *
   * Since: 1.0
   */
  properties[PROP_STORE_B] = g_param_spec_boxed ("store-b", NULL, NULL, G_TYPE_BYTES, WS_PARAM_READWRITE);
  /**
   * WsCertificate:store-password: (getter get_store_password) (setter set_store_password)
   *
   * Password of the store, or PIN of the token.
   *
   * Since: 1.0
   */
  properties[PROP_STORE_PASSWORD] = g_param_spec_string ("store-password", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsCertificate:store-type: (getter get_store_type) (setter set_store_type)
   *
   * What the store is.
   *
   * Since: 1.0
   */
  properties[PROP_STORE_TYPE] = g_param_spec_enum ("store-type", NULL, NULL, WS_TYPE_CERT_STORE_TYPE,
                                                   WS_CERT_STORE_TYPE_USER, WS_PARAM_READWRITE);
  /**
   * WsCertificate:usage-flags: (getter get_usage_flags)
   *
   * What the key may be used for: 0x80 digital signature, 0x40 non-repudiation, 0x20 key
   * encipherment, 0x10 data encipherment, 0x08 key agreement, 0x04 certificate signing, 0x02 CRL
   * signing, 0x01 encipher only.
   *
   * Source: RFC 5280 §4.2.1.3.
   *
   * Since: 1.0
   */
  properties[PROP_USAGE_FLAGS] = g_param_spec_uint ("usage-flags", NULL, NULL, 0, 0xff, 0, WS_PARAM_READABLE);
  /**
   * WsCertificate:effective-time: (getter get_effective_time)
   *
   * When it becomes valid; %NULL when no certificate is selected.
   *
   * Since: 1.0
   */
  properties[PROP_EFFECTIVE_TIME] = g_param_spec_boxed ("effective-time", NULL, NULL, G_TYPE_DATE_TIME, WS_PARAM_READABLE);
  /**
   * WsCertificate:expiration-time: (getter get_expiration_time)
   *
   * When it ceases to be valid; %NULL when no certificate is selected.
   *
   * Since: 1.0
   */
  properties[PROP_EXPIRATION_TIME] = g_param_spec_boxed ("expiration-time", NULL, NULL, G_TYPE_DATE_TIME, WS_PARAM_READABLE);
  /**
   * WsCertificate:tls-certificate: (getter get_tls_certificate)
   *
   * The certificate for use with the rest of GIO.
   *
   * It needs a TLS backend of GIO (glib-networking); without one it is %NULL.
   *
   * Since: 1.0
   */
  properties[PROP_TLS_CERTIFICATE] = g_param_spec_object ("tls-certificate", NULL, NULL,
                                                          G_TYPE_TLS_CERTIFICATE, WS_PARAM_READABLE);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
ws_certificate_init (WsCertificate *self)
{
  self->store = g_bytes_new_static ("MY", 2);
  self->store_text = g_strdup ("MY");
  self->store_password = g_strdup ("");
  self->key_store = g_strdup ("");
}

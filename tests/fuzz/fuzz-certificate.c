/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificate stores of every format that is a file or a blob, with the right password, a wrong one and none;
 * certificates of peers; and what is searched for in a store. Each ends with an error, or with a certificate
 * all of whose properties can be read. */
#include "fuzz.h"

#include <gnutls/pkcs12.h>
#include <string.h>

#ifdef HAVE_ARGON2
# include <argon2.h>
#endif

#include "wsserver/base/ws-error.h"
#include "wsserver/certificate/ws-cert-store-open-private.h"
#include "wsserver/certificate/ws-certificate-private.h"

#define PASSWORD "secret" /* of the samples in tests/certificates */

static const WsCertStoreType types[] = {
  WS_CERT_STORE_TYPE_AUTO,
  WS_CERT_STORE_TYPE_PFX_BLOB,
  WS_CERT_STORE_TYPE_PEM_KEY_BLOB,
  WS_CERT_STORE_TYPE_PUBLIC_KEY_BLOB,
  WS_CERT_STORE_TYPE_P7B_BLOB,
  WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_BLOB,
  WS_CERT_STORE_TYPE_PPK_BLOB,
  WS_CERT_STORE_TYPE_XML_BLOB,
  WS_CERT_STORE_TYPE_JWK_BLOB,
};

static const char *const passwords[] = { PASSWORD, "wrong", "", NULL };

/* --- cheap key derivation -------------------------------------------------------------------- */

/* The library refuses more rounds than some seconds take. Here it is told that there are too many of them
 * much earlier, because a fuzzer has no seconds for an input. The linker puts these in the place of the
 * functions of GnuTLS and of Argon2. */

#define CHEAP_ROUNDS 5000
#define CHEAP_MEMORY_KIB 1024

int __real_gnutls_pkcs8_info (const gnutls_datum_t *,
                              gnutls_x509_crt_fmt_t,
                              unsigned *,
                              unsigned *,
                              void *,
                              unsigned *,
                              unsigned *,
                              char **);
int __wrap_gnutls_pkcs8_info (const gnutls_datum_t *,
                              gnutls_x509_crt_fmt_t,
                              unsigned *,
                              unsigned *,
                              void *,
                              unsigned *,
                              unsigned *,
                              char **);
int __real_gnutls_pkcs12_mac_info (
    gnutls_pkcs12_t, gnutls_mac_algorithm_t *, void *, unsigned *, unsigned *, char **);
int __wrap_gnutls_pkcs12_mac_info (
    gnutls_pkcs12_t, gnutls_mac_algorithm_t *, void *, unsigned *, unsigned *, char **);
int __real_gnutls_pkcs12_bag_enc_info (
    gnutls_pkcs12_bag_t, unsigned *, unsigned *, void *, unsigned *, unsigned *, char **);
int __wrap_gnutls_pkcs12_bag_enc_info (
    gnutls_pkcs12_bag_t, unsigned *, unsigned *, void *, unsigned *, unsigned *, char **);

static void
raise_rounds (unsigned *rounds)
{
  if (rounds != NULL && *rounds > CHEAP_ROUNDS)
    *rounds = G_MAXUINT;
}

int
__wrap_gnutls_pkcs8_info (const gnutls_datum_t *data,
                          gnutls_x509_crt_fmt_t format,
                          unsigned             *schema,
                          unsigned             *cipher,
                          void                 *salt,
                          unsigned             *salt_size,
                          unsigned             *rounds,
                          char                **oid)
{
  const int code = __real_gnutls_pkcs8_info (data, format, schema, cipher, salt, salt_size, rounds, oid);

  raise_rounds (rounds);
  return code;
}

int
__wrap_gnutls_pkcs12_mac_info (gnutls_pkcs12_t         pkcs12,
                               gnutls_mac_algorithm_t *mac,
                               void                   *salt,
                               unsigned               *salt_size,
                               unsigned               *rounds,
                               char                  **oid)
{
  const int code = __real_gnutls_pkcs12_mac_info (pkcs12, mac, salt, salt_size, rounds, oid);

  raise_rounds (rounds);
  return code;
}

int
__wrap_gnutls_pkcs12_bag_enc_info (gnutls_pkcs12_bag_t bag,
                                   unsigned           *schema,
                                   unsigned           *cipher,
                                   void               *salt,
                                   unsigned           *salt_size,
                                   unsigned           *rounds,
                                   char              **oid)
{
  const int code = __real_gnutls_pkcs12_bag_enc_info (bag, schema, cipher, salt, salt_size, rounds, oid);

  raise_rounds (rounds);
  return code;
}

#ifdef HAVE_ARGON2

int __real_argon2_hash (uint32_t,
                        uint32_t,
                        uint32_t,
                        const void *,
                        size_t,
                        const void *,
                        size_t,
                        void *,
                        size_t,
                        char *,
                        size_t,
                        argon2_type,
                        uint32_t);
int __wrap_argon2_hash (uint32_t,
                        uint32_t,
                        uint32_t,
                        const void *,
                        size_t,
                        const void *,
                        size_t,
                        void *,
                        size_t,
                        char *,
                        size_t,
                        argon2_type,
                        uint32_t);

int
__wrap_argon2_hash (uint32_t    passes,
                    uint32_t    memory_kib,
                    uint32_t    parallelism,
                    const void *password,
                    size_t      password_length,
                    const void *salt,
                    size_t      salt_length,
                    void       *hash,
                    size_t      hash_length,
                    char       *encoded,
                    size_t      encoded_length,
                    argon2_type type,
                    uint32_t    version)
{
  return __real_argon2_hash (MIN (passes, 2), MIN (memory_kib, CHEAP_MEMORY_KIB), parallelism, password,
                             password_length, salt, salt_length, hash, hash_length, encoded, encoded_length,
                             type, version);
}

#endif

/* --- a leak of JSON-GLib --------------------------------------------------------------------- */

#ifdef HAVE_JSON_GLIB

/* Its parser leaks the members of an object in which a syntax error comes. LeakSanitizer is told to overlook
 * what it allocates. */
gboolean __real_json_parser_load_from_data (gpointer, const char *, gssize, GError **);
gboolean __wrap_json_parser_load_from_data (gpointer, const char *, gssize, GError **);

void __lsan_disable (void) __attribute__ ((weak));
void __lsan_enable (void) __attribute__ ((weak));

gboolean
__wrap_json_parser_load_from_data (gpointer    parser,
                                   const char *data,
                                   gssize      length,
                                   GError    **error)
{
  gboolean loaded;

  if (__lsan_disable != NULL)
    __lsan_disable ();
  loaded = __real_json_parser_load_from_data (parser, data, length, error);
  if (__lsan_enable != NULL)
    __lsan_enable ();

  return loaded;
}

#endif

/* --- certificates ---------------------------------------------------------------------------- */

static void
read_all (WsCertificate *certificate)
{
  guint                   n_properties;
  g_autofree GParamSpec **properties =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (certificate), &n_properties);
  g_autofree char *private_key = ws_certificate_get_private_key (certificate);

  for (guint i = 0; i < n_properties; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (certificate), g_param_spec_get_name (properties[i]), &value);
      if (G_VALUE_HOLDS_STRING (&value) && g_value_get_string (&value) != NULL)
        g_assert_true (g_utf8_validate (g_value_get_string (&value), -1, NULL));
    }
}

/* Takes both. */
static void
check_certificate (WsCertificate *take_certificate,
                   GError        *take_error)
{
  if (take_certificate != NULL)
    {
      g_assert_no_error (take_error);
      read_all (take_certificate);
      g_object_unref (take_certificate);
      return;
    }

  g_assert_true (take_error->domain == WS_ERROR);
  g_assert_true (take_error->code == WS_ERROR_CERT_STORE || take_error->code == WS_ERROR_CERT_NOT_FOUND ||
                 take_error->code == WS_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_utf8_validate (take_error->message, -1, NULL));
  g_error_free (take_error);
}

static void
open_store (guint8  choice,
            GBytes *store)
{
  const WsCertStoreType type = types[choice % G_N_ELEMENTS (types)];
  const char           *password = passwords[choice / G_N_ELEMENTS (types) % G_N_ELEMENTS (passwords)];
  gsize                 length;
  const guint8         *data = g_bytes_get_data (store, &length);
  GError               *error = NULL;
  WsCertificate        *certificate;

  /* No file of this machine, and no token. */
  if (ws_cert_store_may_be_file (type, store) || (length > 0 && memmem (data, length, "pkcs11:", 7) != NULL))
    return;

  certificate = ws_certificate_new_from_store (type, store, password, "*", NULL, &error);
  check_certificate (certificate, error);
}

static void
open_encoded (GBytes *encoded)
{
  GError        *error = NULL;
  WsCertificate *certificate = ws_certificate_new_from_encoded (encoded, &error);

  check_certificate (certificate, error);
}

/* The certificates that a client sends: two pieces of the input. */
static void
open_peers (FuzzInput *input)
{
  const gsize          wanted = (gsize) fuzz_take_byte (input) << 3;
  const gsize          first = MIN (wanted, input->length);
  const gnutls_datum_t chain[] = {
    { (guint8 *) input->data, (guint) first },
    { (guint8 *) input->data + first, (guint) (input->length - first) },
  };
  g_autoptr (WsCertificate) certificate = ws_certificate_new_for_peers (chain, chain[1].size > 0 ? 2 : 1);

  if (certificate != NULL)
    read_all (certificate);
}

/* Searches a store that is as it should be: by a subject, and with a configuration. */
static void
search_store (FuzzInput *input)
{
  static const char store_text[] = "-----BEGIN CERTIFICATE-----\n"
                                   "MIIBFjCByaADAgECAgEBMAUGAytlcDASMRAwDgYDVQQDEwdGdXp6IENBMCAXDTIw\n"
                                   "MDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjASMRAwDgYDVQQDEwdGdXp6IENB\n"
                                   "MCowBQYDK2VwAyEAjenFUpuyqSuqTbk0NIbF0UT2cgMUD14Qxw4+Yct8INajQjBA\n"
                                   "MA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgGGMB0GA1UdDgQWBBStUVF1\n"
                                   "M2wx9Yqpgp7SNt9zUcbIDzAFBgMrZXADQQDY0BiIzWrEQs72du71FPgjlpNQ7/nC\n"
                                   "tCglKWv7oJthtszOAIyrSpt9N8sYqse5PGk4aq0yzRCjuMLO4DvBxBAA\n"
                                   "-----END CERTIFICATE-----\n";
  g_autofree char  *text = fuzz_copy_string (input->data, input->length);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 2);
  const char *subject = lines[0] != NULL ? lines[0] : "";
  const char *configuration = lines[0] != NULL ? lines[1] : NULL;
  g_autoptr (GBytes) store = g_bytes_new_static (store_text, strlen (store_text));
  g_autoptr (GBytes) encoded = g_bytes_new (input->data, input->length);
  GError        *error = NULL;
  WsCertificate *certificate;

  if (!g_utf8_validate (text, -1, NULL))
    return;

  certificate = ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PEM_KEY_BLOB, store, NULL, subject,
                                               configuration, &error);
  check_certificate (certificate, error);
  error = NULL;
  certificate =
      ws_certificate_new_from_store_encoded (WS_CERT_STORE_TYPE_PEM_KEY_BLOB, store, NULL, encoded, &error);
  check_certificate (certificate, error);
}

/* The first byte chooses a format and a password, or one of the other ways. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  FuzzInput    input = { data, size };
  const guint8 choice = fuzz_take_byte (&input);
  g_autoptr (GBytes) bytes = g_bytes_new_take (fuzz_copy (input.data, input.length), input.length);

  if (choice < G_N_ELEMENTS (types) * G_N_ELEMENTS (passwords))
    open_store (choice, bytes);
  else if (choice % 3 == 0)
    open_encoded (bytes);
  else if (choice % 3 == 1)
    open_peers (&input);
  else
    search_store (&input);

  return 0;
}

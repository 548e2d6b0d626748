/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-names-private.h"

typedef struct
{
  const char *name;
  const char *translated;
  const char *with_pss; /* NULL: the same */
} Name;

static const Name groups[] = {
  { "ecdhe_x25519", ":+GROUP-X25519", NULL },
  { "ecdhe_x448", ":+GROUP-X448", NULL },
  { "ecdhe_secp256r1", ":+GROUP-SECP256R1", NULL },
  { "ecdhe_secp384r1", ":+GROUP-SECP384R1", NULL },
  { "ecdhe_secp521r1", ":+GROUP-SECP521R1", NULL },
  { "ffdhe_2048", ":+GROUP-FFDHE2048", NULL },
  { "ffdhe_3072", ":+GROUP-FFDHE3072", NULL },
  { "ffdhe_4096", ":+GROUP-FFDHE4096", NULL },
  { "ffdhe_6144", ":+GROUP-FFDHE6144", NULL },
  { "ffdhe_8192", ":+GROUP-FFDHE8192", NULL },
};

static const Name tls12_signatures[] = {
  { "sha512-rsa", ":+SIGN-RSA-SHA512", ":+SIGN-RSA-SHA512:+SIGN-RSA-PSS-RSAE-SHA512" },
  { "sha512-dsa", ":+SIGN-DSA-SHA512", NULL },
  { "sha512-ecdsa", ":+SIGN-ECDSA-SHA512", NULL },
  { "sha384-rsa", ":+SIGN-RSA-SHA384", ":+SIGN-RSA-SHA384:+SIGN-RSA-PSS-RSAE-SHA384" },
  { "sha384-dsa", ":+SIGN-DSA-SHA384", NULL },
  { "sha384-ecdsa", ":+SIGN-ECDSA-SHA384", NULL },
  { "sha256-rsa", ":+SIGN-RSA-SHA256", ":+SIGN-RSA-SHA256:+SIGN-RSA-PSS-RSAE-SHA256" },
  { "sha256-dsa", ":+SIGN-DSA-SHA256", NULL },
  { "sha256-ecdsa", ":+SIGN-ECDSA-SHA256", NULL },
  { "sha224-rsa", ":+SIGN-RSA-SHA224", NULL },
  { "sha224-dsa", ":+SIGN-DSA-SHA224", NULL },
  { "sha224-ecdsa", ":+SIGN-ECDSA-SHA224", NULL },
  { "sha1-rsa", ":+SIGN-RSA-SHA1", NULL },
  { "sha1-dsa", ":+SIGN-DSA-SHA1", NULL },
  { "sha1-ecdsa", ":+SIGN-ECDSA-SHA1", NULL },
  { "ed25519", ":+SIGN-EDDSA-ED25519", NULL },
  { "ed448", ":+SIGN-EDDSA-ED448", NULL },
};

static const Name tls13_signatures[] = {
  { "ed25519", ":+SIGN-EDDSA-ED25519", NULL },
  { "ed448", ":+SIGN-EDDSA-ED448", NULL },
  { "ecdsa_secp256r1_sha256", ":+SIGN-ECDSA-SECP256R1-SHA256", NULL },
  { "ecdsa_secp384r1_sha384", ":+SIGN-ECDSA-SECP384R1-SHA384", NULL },
  { "ecdsa_secp521r1_sha512", ":+SIGN-ECDSA-SECP521R1-SHA512", NULL },
  { "rsa_pkcs1_sha256", ":+SIGN-RSA-SHA256", NULL },
  { "rsa_pkcs1_sha384", ":+SIGN-RSA-SHA384", NULL },
  { "rsa_pkcs1_sha512", ":+SIGN-RSA-SHA512", NULL },
  { "rsa_pss_sha256", ":+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-SHA256", NULL },
  { "rsa_pss_sha384", ":+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-SHA384", NULL },
  { "rsa_pss_sha512", ":+SIGN-RSA-PSS-RSAE-SHA512:+SIGN-RSA-PSS-SHA512", NULL },
};

static const Name *
find_name (const Name *names,
           gsize       n_names,
           const char *name)
{
  for (gsize i = 0; i < n_names; i++)
    if (g_ascii_strcasecmp (names[i].name, name) == 0)
      return &names[i];

  return NULL;
}

const char *
ws_tls_translate_group (const char *name)
{
  const Name *found = find_name (groups, G_N_ELEMENTS (groups), name);

  return found != NULL ? found->translated : NULL;
}

const char *
ws_tls_translate_tls12_signature (const char *name)
{
  const Name *found = find_name (tls12_signatures, G_N_ELEMENTS (tls12_signatures), name);

  return found != NULL ? found->translated : NULL;
}

const char *
ws_tls_translate_tls12_signature_pss (const char *name)
{
  const Name *found = find_name (tls12_signatures, G_N_ELEMENTS (tls12_signatures), name);

  if (found == NULL)
    return NULL;

  return found->with_pss != NULL ? found->with_pss : found->translated;
}

const char *
ws_tls_translate_tls13_signature (const char *name)
{
  const Name *found = find_name (tls13_signatures, G_N_ELEMENTS (tls13_signatures), name);

  return found != NULL ? found->translated : NULL;
}

void
ws_tls_append_dh_groups (GString *string,
                         guint    bits)
{
  static const guint sizes[] = { 2048, 3072, 4096, 6144, 8192 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (sizes[i] >= bits || i == G_N_ELEMENTS (sizes) - 1)
      g_string_append_printf (string, ":+GROUP-FFDHE%u", sizes[i]);
}

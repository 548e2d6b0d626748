/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "certificate-fixture.h"

/* Every format cut at each place and with each byte changed in turn: an error, or a store that
 * still makes sense, but never a crash. The changes come from a fixed seed. */

static const struct
{
  WsCertStoreType type;
  const char     *name;
  const char     *password;
} samples[] = {
  { WS_CERT_STORE_TYPE_PFX_BLOB, "plain.pfx", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_PFX_BLOB, "nomac.pfx", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_PFX_BLOB, "empty.pfx", "" },
  { WS_CERT_STORE_TYPE_PEM_KEY_BLOB, "ec-both.pem", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_PEM_KEY_BLOB, "ec-pbes1-key.pem", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_PEM_KEY_BLOB, "ec-dek-key.pem", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_PEM_KEY_BLOB, "ec-key.der", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_PUBLIC_KEY_BLOB, "ec.der", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_P7B_BLOB, "chain.p7b", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_BLOB, "rsa.pub", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_BLOB, "rsa-4716.pub", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_PPK_BLOB, "rsa-2-encrypted.ppk", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_PPK_BLOB, "ec-3.ppk", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_PPK_BLOB, "ed-3-encrypted.ppk", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_XML_BLOB, "rsa.xml", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_XML_BLOB, "dsa.xml", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_XML_BLOB, "ec.xml", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_JWK_BLOB, "rsa.jwk", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_JWK_BLOB, "ec.jwk", SAMPLE_PASSWORD },
  { WS_CERT_STORE_TYPE_JWK_BLOB, "set.jwk", SAMPLE_PASSWORD },
};

/* Reads all properties, which decodes every field of a damaged certificate. */
static void
read_all (WsCertificate *certificate)
{
  guint                   n_properties;
  g_autofree GParamSpec **properties =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (certificate), &n_properties);

  for (guint i = 0; i < n_properties; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      const char *text;

      g_object_get_property (G_OBJECT (certificate), g_param_spec_get_name (properties[i]), &value);
      text = G_VALUE_HOLDS_STRING (&value) ? g_value_get_string (&value) : "";
      g_assert_true (g_utf8_validate (text, -1, NULL));
    }
}

/* data is copied into memory of its own size, so that valgrind and the sanitizers see a byte too far. */
static void
open_damaged (WsCertStoreType type,
              const char     *password,
              const guint8   *data,
              gsize           length)
{
  g_autoptr (GBytes) store = g_bytes_new (data, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = NULL;

  certificate = ws_certificate_new_from_store (type, store, password, "*", NULL, &error);
  if (certificate == NULL)
    {
      g_assert_true (error->domain == WS_ERROR);
      g_assert_true (error->code == WS_ERROR_CERT_STORE || error->code == WS_ERROR_CERT_NOT_FOUND);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
  else
    read_all (certificate);
}

static void
test_truncated (gconstpointer user_data)
{
  guint i = GPOINTER_TO_UINT (user_data);
  g_autoptr (GBytes) sample = read_sample (samples[i].name);
  gsize         length;
  const guint8 *data = g_bytes_get_data (sample, &length);

  for (gsize cut = 0; cut < length; cut++)
    {
      open_damaged (samples[i].type, samples[i].password, data, cut);
      if (cut % 7 == 0)
        open_damaged (WS_CERT_STORE_TYPE_AUTO, samples[i].password, data, cut);
    }
}

static void
test_changed (gconstpointer user_data)
{
  guint i = GPOINTER_TO_UINT (user_data);
  g_autoptr (GBytes) sample = read_sample (samples[i].name);
  g_autoptr (GRand) random = g_rand_new_with_seed (20260 + i);
  gsize              length;
  const guint8      *data = g_bytes_get_data (sample, &length);
  g_autofree guint8 *changed = g_memdup2 (data, length);

  for (gsize place = 0; place < length; place++)
    {
      changed[place] = (guint8) (data[place] ^ g_rand_int_range (random, 1, 256));
      open_damaged (samples[i].type, samples[i].password, changed, length);
      if (place % 7 == 0)
        open_damaged (WS_CERT_STORE_TYPE_AUTO, samples[i].password, changed, length);
      changed[place] = data[place];
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *truncated = g_strdup_printf ("/unit/certificate/certificate-damage/truncated/%s",
                                                    samples[i].name);
      g_autofree char *changed = g_strdup_printf ("/unit/certificate/certificate-damage/changed/%s",
                                                  samples[i].name);

      g_test_add_data_func (truncated, GUINT_TO_POINTER (i), test_truncated);
      g_test_add_data_func (changed, GUINT_TO_POINTER (i), test_changed);
    }
  return g_test_run ();
}

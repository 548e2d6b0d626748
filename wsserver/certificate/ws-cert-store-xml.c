/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-store-loaders-private.h"
#include "wsserver/base/ws-error-private.h"
#include "wsserver/certificate/ws-key-numbers-private.h"
#include "wsserver/certificate/ws-secret-private.h"

#include <string.h>

/* Key values of XML Signature (W3C XML Signature 1.1 §4.5.2, §4.5.4), with the private numbers that
 * .NET and Java write beside the public ones. */

#define MAX_FIELDS 16

typedef struct
{
  WsCertStore *store;
  char        *key_value; /* RSAKeyValue, DSAKeyValue or ECKeyValue while inside one */
  GHashTable  *fields;    /* name of a child element -> GBytes */
  char        *curve;     /* URN of the curve of an ECKeyValue */
  GString     *text;      /* of the element that is open */
} XmlReader;

static void
xml_reader_clear (XmlReader *self)
{
  g_free (self->key_value);
  g_free (self->curve);
  g_hash_table_unref (self->fields);
  gnutls_memset (self->text->str, 0, self->text->len);
  g_string_free (self->text, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (XmlReader, xml_reader_clear)

static const struct
{
  const char        *urn;
  gnutls_ecc_curve_t curve;
} xml_curves[] = {
  { "urn:oid:1.2.840.10045.3.1.7", GNUTLS_ECC_CURVE_SECP256R1 },
  { "urn:oid:1.3.132.0.34", GNUTLS_ECC_CURVE_SECP384R1 },
  { "urn:oid:1.3.132.0.35", GNUTLS_ECC_CURVE_SECP521R1 },
};

static const char *
get_local_name (const char *name)
{
  const char *colon = strrchr (name, ':');

  return colon != NULL ? colon + 1 : name;
}

static gboolean
is_key_value (const char *name)
{
  return g_str_equal (name, "RSAKeyValue") || g_str_equal (name, "DSAKeyValue") || g_str_equal (name, "ECKeyValue");
}

static gnutls_datum_t
get_field (XmlReader  *self,
           const char *name)
{
  GBytes        *bytes = g_hash_table_lookup (self->fields, name);
  gnutls_datum_t datum = { NULL, 0 };

  if (bytes != NULL)
    {
      gsize length;

      datum.data = (guint8 *) g_bytes_get_data (bytes, &length);
      datum.size = (guint) length;
    }
  return datum;
}

/* Adds whichever key is not NULL. fault is passed by its address because making the key, which
 * happens while the arguments are evaluated, sets it. */
static gboolean
finish_key_value (XmlReader            *self,
                  gnutls_pubkey_t       public_key,
                  gnutls_x509_privkey_t key,
                  const char          **fault,
                  GError              **error)
{
  if (key != NULL)
    return ws_cert_store_take_key (self->store, key, error);
  if (public_key == NULL)
    return ws_cert_store_fail (self->store, error, "%s", *fault);

  g_ptr_array_add (self->store->public_keys, public_key);
  return TRUE;
}

static gboolean
add_xml_rsa (XmlReader *self,
             GError   **error)
{
  const char  *fault = NULL;
  WsRsaNumbers numbers = {
    .n = get_field (self, "Modulus"),
    .e = get_field (self, "Exponent"),
    .d = get_field (self, "D"),
    .p = get_field (self, "P"),
    .q = get_field (self, "Q"),
  };

  if (numbers.d.size > 0)
    return finish_key_value (self, NULL, ws_key_numbers_make_rsa_private (&numbers, &fault), &fault, error);
  return finish_key_value (self, ws_key_numbers_make_rsa_public (&numbers, &fault), NULL, &fault, error);
}

static gboolean
add_xml_dsa (XmlReader *self,
             GError   **error)
{
  const char  *fault = NULL;
  WsDsaNumbers numbers = {
    .p = get_field (self, "P"),
    .q = get_field (self, "Q"),
    .g = get_field (self, "G"),
    .y = get_field (self, "Y"),
    .x = get_field (self, "X"),
  };

  if (numbers.x.size > 0)
    return finish_key_value (self, NULL, ws_key_numbers_make_dsa_private (&numbers, &fault), &fault, error);
  return finish_key_value (self, ws_key_numbers_make_dsa_public (&numbers, &fault), NULL, &fault, error);
}

static gboolean
add_xml_ecc (XmlReader *self,
             GError   **error)
{
  const char    *fault = NULL;
  gnutls_datum_t point = get_field (self, "PublicKey");
  WsEccNumbers   numbers = { .curve = GNUTLS_ECC_CURVE_INVALID, .k = get_field (self, "PrivateKey") };

  for (guint i = 0; i < G_N_ELEMENTS (xml_curves); i++)
    if (g_strcmp0 (self->curve, xml_curves[i].urn) == 0)
      numbers.curve = xml_curves[i].curve;
  if (!ws_key_numbers_split_point (&numbers, &point))
    return ws_cert_store_fail (self->store, error, "the ECKeyValue has no supported NamedCurve and point on it");

  if (numbers.k.size > 0)
    return finish_key_value (self, NULL, ws_key_numbers_make_ecc_private (&numbers, &fault), &fault, error);
  return finish_key_value (self, ws_key_numbers_make_ecc_public (&numbers, &fault), NULL, &fault, error);
}

static void
start_xml_element_cb (GMarkupParseContext *context,
                      const char          *name,
                      const char         **attribute_names,
                      const char         **attribute_values,
                      gpointer             user_data,
                      GError             **error)
{
  XmlReader *self = user_data;

  name = get_local_name (name);
  gnutls_memset (self->text->str, 0, self->text->len);
  g_string_truncate (self->text, 0);
  if (is_key_value (name))
    {
      if (self->key_value != NULL)
        ws_cert_store_fail (self->store, error, "it has a key value inside another");
      else
        self->key_value = g_strdup (name);
    }
  else if (g_str_equal (name, "NamedCurve"))
    for (guint i = 0; attribute_names[i] != NULL; i++)
      if (g_str_equal (attribute_names[i], "URI"))
        {
          g_free (self->curve);
          self->curve = g_strdup (attribute_values[i]);
        }
}

static gboolean
end_key_value (XmlReader *self,
               GError   **error)
{
  g_autofree char *name = g_steal_pointer (&self->key_value);
  gboolean         added;

  if (g_str_equal (name, "RSAKeyValue"))
    added = add_xml_rsa (self, error);
  else if (g_str_equal (name, "DSAKeyValue"))
    added = add_xml_dsa (self, error);
  else
    added = add_xml_ecc (self, error);
  g_hash_table_remove_all (self->fields);
  g_clear_pointer (&self->curve, g_free);
  return added;
}

static void
end_xml_element_cb (GMarkupParseContext *context,
                    const char          *name,
                    gpointer             user_data,
                    GError             **error)
{
  XmlReader *self = user_data;
  g_autoptr (GBytes) bytes = NULL;

  name = get_local_name (name);
  if (self->key_value != NULL && g_str_equal (name, self->key_value))
    {
      end_key_value (self, error);
      return;
    }

  bytes = ws_secret_decode_base64 (self->text->str, self->text->len);
  gnutls_memset (self->text->str, 0, self->text->len);
  g_string_truncate (self->text, 0);
  if (g_str_equal (name, "X509Certificate"))
    {
      gnutls_datum_t der = { NULL, 0 };
      gsize          length = 0;

      if (bytes != NULL)
        der.data = (guint8 *) g_bytes_get_data (bytes, &length);
      der.size = (guint) length;
      ws_cert_store_add_der_certificate (self->store, &der, error);
    }
  else if (self->key_value != NULL && bytes != NULL && g_hash_table_size (self->fields) < MAX_FIELDS)
    g_hash_table_insert (self->fields, g_strdup (name), g_steal_pointer (&bytes));
}

static void
xml_text_cb (GMarkupParseContext *context,
             const char          *text,
             gsize                length,
             gpointer             user_data,
             GError             **error)
{
  XmlReader *self = user_data;

  g_string_append_len (self->text, text, (gssize) length);
}

gboolean
ws_cert_store_load_xml (WsCertStore  *store,
                        const guint8 *data,
                        gsize         length,
                        GError      **error)
{
  static const GMarkupParser parser = { start_xml_element_cb, end_xml_element_cb, xml_text_cb, NULL, NULL };
  g_auto (XmlReader) reader = { .store = store };
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GError) parse_error = NULL;

  reader.text = g_string_sized_new (length + 1);
  reader.fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  context = g_markup_parse_context_new (&parser, 0, &reader, NULL);
  if (g_markup_parse_context_parse (context, (const char *) data, (gssize) length, &parse_error) &&
      g_markup_parse_context_end_parse (context, &parse_error))
    return TRUE;

  if (parse_error->domain != WS_ERROR)
    return ws_cert_store_fail (store, error, "its XML is malformed: %s", parse_error->message);
  g_propagate_error (error, g_steal_pointer (&parse_error));
  return FALSE;
}

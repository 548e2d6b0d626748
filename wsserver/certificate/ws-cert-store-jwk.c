/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-store-loaders-private.h"

#include "wsserver/certificate/ws-cert-chain-private.h"
#include "wsserver/certificate/ws-key-numbers-private.h"
#include "wsserver/certificate/ws-secret-private.h"

#include <string.h>

#ifdef HAVE_JSON_GLIB

# include <json-glib/json-glib.h>

/* A JSON Web Key or a set of them: RFC 7517, RFC 7518 §6, RFC 8037 §2. */

/* json-glib recurses into every level: a file of brackets would overflow its stack. */
# define JSON_MAX_DEPTH 16
# define MAX_KEYS 100

static const struct
{
  const char        *name;
  gnutls_ecc_curve_t curve;
  const char        *kty;
} jwk_curves[] = {
  { "P-256", GNUTLS_ECC_CURVE_SECP256R1, "EC" },
  { "P-384", GNUTLS_ECC_CURVE_SECP384R1, "EC" },
  { "P-521", GNUTLS_ECC_CURVE_SECP521R1, "EC" },
  { "Ed25519", GNUTLS_ECC_CURVE_ED25519, "OKP" },
  { "Ed448", GNUTLS_ECC_CURVE_ED448, "OKP" },
};

static gboolean
is_shallow (const guint8 *data,
            gsize         length)
{
  gboolean in_string = FALSE;
  guint    depth = 0;

  for (gsize i = 0; i < length; i++)
    if (in_string)
      {
        if (data[i] == '\\')
          i++;
        else if (data[i] == '"')
          in_string = FALSE;
      }
    else if (data[i] == '"')
      in_string = TRUE;
    else if (data[i] == '[' || data[i] == '{')
      {
        if (++depth > JSON_MAX_DEPTH)
          return FALSE;
      }
    else if ((data[i] == ']' || data[i] == '}') && depth > 0)
      depth--;
  return TRUE;
}

static const char *
get_string (JsonObject *object,
            const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* A number of the key. kept owns its bytes until the key is made. */
static gnutls_datum_t
get_number (JsonObject *object,
            const char *name,
            GPtrArray  *kept)
{
  const char    *text = get_string (object, name);
  GBytes        *bytes = text != NULL ? ws_secret_decode_base64url (text, strlen (text)) : NULL;
  gnutls_datum_t datum = { NULL, 0 };

  if (bytes != NULL)
    {
      gsize length;

      g_ptr_array_add (kept, bytes);
      datum.data = (guint8 *) g_bytes_get_data (bytes, &length);
      datum.size = (guint) length;
    }
  return datum;
}

static gboolean
add_jwk_certificates (WsCertStore *store,
                      JsonObject  *object,
                      GError     **error)
{
  JsonNode  *node = json_object_get_member (object, "x5c");
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < MIN (json_array_get_length (array), WS_CERT_MAX_CHAIN); i++)
    {
      JsonNode   *element = json_array_get_element (array, i);
      const char *text = JSON_NODE_HOLDS_VALUE (element) ? json_node_get_string (element) : NULL;
      g_autoptr (GBytes) bytes = text != NULL ? ws_secret_decode_base64 (text, strlen (text)) : NULL;
      gnutls_datum_t der;
      gsize          length;

      if (bytes == NULL)
        return ws_cert_store_fail (store, error, "a certificate in x5c is not in Base64");
      der.data = (guint8 *) g_bytes_get_data (bytes, &length);
      der.size = (guint) length;
      if (!ws_cert_store_add_der_certificate (store, &der, error))
        return FALSE;
    }
  return TRUE;
}

/* Adds whichever key is not NULL. fault is passed by its address because making the key, which
 * happens while the arguments are evaluated, sets it. */
static gboolean
finish_jwk (WsCertStore          *store,
            gnutls_pubkey_t       public_key,
            gnutls_x509_privkey_t key,
            const char          **fault,
            GError              **error)
{
  if (key != NULL)
    return ws_cert_store_take_key (store, key, error);
  if (public_key == NULL)
    return ws_cert_store_fail (store, error, "%s", *fault);

  g_ptr_array_add (store->public_keys, public_key);
  return TRUE;
}

static gboolean
add_jwk_rsa (WsCertStore *store,
             JsonObject  *object,
             GError     **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  const char  *fault = NULL;
  WsRsaNumbers numbers = {
    .n = get_number (object, "n", kept),
    .e = get_number (object, "e", kept),
    .d = get_number (object, "d", kept),
    .p = get_number (object, "p", kept),
    .q = get_number (object, "q", kept),
  };

  if (json_object_has_member (object, "d"))
    return finish_jwk (store, NULL, ws_key_numbers_make_rsa_private (&numbers, &fault), &fault, error);
  return finish_jwk (store, ws_key_numbers_make_rsa_public (&numbers, &fault), NULL, &fault, error);
}

static gboolean
add_jwk_ecc (WsCertStore *store,
             JsonObject  *object,
             const char  *kty,
             GError     **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  const char  *crv = get_string (object, "crv");
  const char  *fault = NULL;
  WsEccNumbers numbers = { .curve = GNUTLS_ECC_CURVE_INVALID };

  for (guint i = 0; i < G_N_ELEMENTS (jwk_curves); i++)
    if (g_strcmp0 (crv, jwk_curves[i].name) == 0 && g_str_equal (kty, jwk_curves[i].kty))
      numbers.curve = jwk_curves[i].curve;
  numbers.x = get_number (object, "x", kept);
  if (g_str_equal (kty, "EC"))
    numbers.y = get_number (object, "y", kept);
  numbers.k = get_number (object, "d", kept);

  if (json_object_has_member (object, "d"))
    return finish_jwk (store, NULL, ws_key_numbers_make_ecc_private (&numbers, &fault), &fault, error);
  return finish_jwk (store, ws_key_numbers_make_ecc_public (&numbers, &fault), NULL, &fault, error);
}

static gboolean
add_jwk (WsCertStore *store,
         JsonNode    *node,
         gboolean     in_set,
         GError     **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *kty = object != NULL ? get_string (object, "kty") : NULL;

  if (kty == NULL)
    return ws_cert_store_fail (store, error, "it is not a JSON Web Key: there is no kty");
  if (!add_jwk_certificates (store, object, error))
    return FALSE;
  if (g_str_equal (kty, "RSA"))
    return add_jwk_rsa (store, object, error);
  if (g_str_equal (kty, "EC") || g_str_equal (kty, "OKP"))
    return add_jwk_ecc (store, object, kty, error);
  /* RFC 7517 §5: keys in a set that are not understood are skipped. */
  return in_set || ws_cert_store_fail (store, error, "the kty of the key is not RSA, EC or OKP");
}

gboolean
ws_cert_store_load_jwk (WsCertStore  *store,
                        const guint8 *data,
                        gsize         length,
                        GError      **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) parse_error = NULL;
  JsonNode  *root;
  JsonNode  *set = NULL;
  JsonArray *keys;

  if (!is_shallow (data, length))
    return ws_cert_store_fail (store, error, "its JSON is nested too deeply");
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, (const char *) data, (gssize) length, &parse_error))
    return ws_cert_store_fail (store, error, "its JSON is malformed: %s", parse_error->message);
  root = json_parser_get_root (parser);
  if (root == NULL)
    return ws_cert_store_fail (store, error, "it is empty");

  if (JSON_NODE_HOLDS_OBJECT (root))
    set = json_object_get_member (json_node_get_object (root), "keys");
  if (set == NULL || !JSON_NODE_HOLDS_ARRAY (set))
    return add_jwk (store, root, FALSE, error);

  keys = json_node_get_array (set);
  for (guint i = 0; i < MIN (json_array_get_length (keys), MAX_KEYS); i++)
    if (!add_jwk (store, json_array_get_element (keys, i), TRUE, error))
      return FALSE;
  return TRUE;
}

#else

gboolean
ws_cert_store_load_jwk (WsCertStore  *store,
                        const guint8 *data,
                        gsize         length,
                        GError      **error)
{
  return ws_cert_store_fail (store, error, "JSON Web Keys need the library built with the feature json-glib");
}

#endif

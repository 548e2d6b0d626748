/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-fields-private.h"

#include <gio/gio.h>
#include <gnutls/crypto.h>
#include <string.h>

#include "wsserver/certificate/ws-ssh-private.h"

#define MAX_DIGEST_BYTES 64
#define MAX_ENTRIES 1000

/* Tags of ASN.1 strings. */
enum
{
  TAG_UTF8 = 12,
  TAG_NUMERIC = 18,
  TAG_PRINTABLE = 19,
  TAG_TELETEX = 20,
  TAG_IA5 = 22,
  TAG_UNIVERSAL = 28,
  TAG_BMP = 30,
};

static char *
format_hex (const guint8 *data,
            gsize         length,
            gboolean      as_fingerprint)
{
  GString *text = g_string_sized_new (3 * length + 1);

  for (gsize i = 0; i < length; i++)
    if (as_fingerprint)
      g_string_append_printf (text, i == 0 ? "%02x" : ":%02x", data[i]);
    else
      g_string_append_printf (text, "%02X", data[i]);
  return g_string_free (text, FALSE);
}

static void
append_separated (GString    *list,
                  const char *entry)
{
  if (list->len > 0)
    g_string_append_c (list, ',');
  g_string_append (list, entry);
}

/* --- Names --- */

/* The value of an attribute in UTF-8, or NULL if it is not text. A value with a NUL is not text: a string
 * would end there, and "admin\0.example" would look like another name. */
static char *
convert_value (const gnutls_x509_ava_st *ava)
{
  const char      *charset = NULL;
  g_autofree char *value = NULL;
  gsize            length = 0;

  switch (ava->value_tag)
    {
    case TAG_UTF8:
    case TAG_NUMERIC:
    case TAG_PRINTABLE:
    case TAG_IA5:
      if (!g_utf8_validate ((const char *) ava->value.data, (gssize) ava->value.size, NULL))
        return NULL;
      return g_strndup ((const char *) ava->value.data, ava->value.size);
    case TAG_TELETEX:
      charset = "ISO-8859-1";
      break;
    case TAG_BMP:
      charset = "UTF-16BE";
      break;
    case TAG_UNIVERSAL:
      charset = "UTF-32BE";
      break;
    default:
      return NULL;
    }
  value = g_convert ((const char *) ava->value.data, (gssize) ava->value.size, "UTF-8", charset, NULL, &length,
                     NULL);
  return value != NULL && strlen (value) == length ? g_steal_pointer (&value) : NULL;
}

/* Quotes a value with a comma or another special character; a quote inside is doubled. Control characters
 * become question marks. */
static void
append_value (GString    *name,
              const char *value)
{
  gboolean quoted = strpbrk (value, ",+=\"<>#;") != NULL || g_ascii_isspace (value[0]) ||
                    (value[0] != '\0' && g_ascii_isspace (value[strlen (value) - 1]));

  if (quoted)
    g_string_append_c (name, '"');
  for (; *value != '\0'; value++)
    {
      if (*value == '"')
        g_string_append_c (name, '"');
      g_string_append_c (name, g_ascii_iscntrl (*value) ? '?' : *value);
    }
  if (quoted)
    g_string_append_c (name, '"');
}

static void
append_attribute (GString                  *name,
                  const gnutls_x509_ava_st *ava)
{
  g_autofree char *oid = g_strndup ((const char *) ava->oid.data, ava->oid.size);
  g_autofree char *value = convert_value (ava);
  const char      *short_name = gnutls_x509_dn_oid_name (oid, GNUTLS_X509_DN_OID_RETURN_OID);

  /* IPWorks WSServer has its own names for these two, and programs compare them. */
  if (g_strcmp0 (short_name, "EMAIL") == 0)
    short_name = "E";
  else if (g_strcmp0 (short_name, "ST") == 0)
    short_name = "S";

  g_string_append_printf (name, "%s=", short_name);
  if (value != NULL)
    append_value (name, value);
  else
    {
      g_autofree char *hex = format_hex (ava->value.data, ava->value.size, FALSE);

      g_string_append_printf (name, "#%s", hex);
    }
}

static char *
format_name (gnutls_x509_dn_t dn)
{
  GString           *name = g_string_new (NULL);
  gnutls_x509_ava_st ava;

  for (int i = 0; i < MAX_ENTRIES && gnutls_x509_dn_get_rdn_ava (dn, i, 0, &ava) >= 0; i++)
    for (int j = 0; j < MAX_ENTRIES && gnutls_x509_dn_get_rdn_ava (dn, i, j, &ava) >= 0; j++)
      {
        if (name->len > 0)
          g_string_append (name, j > 0 ? " + " : ", ");
        append_attribute (name, &ava);
      }
  return g_string_free (name, FALSE);
}

char *
ws_cert_fields_format_subject (gnutls_x509_crt_t certificate)
{
  gnutls_x509_dn_t dn;

  return gnutls_x509_crt_get_subject (certificate, &dn) >= 0 ? format_name (dn) : g_strdup ("");
}

char *
ws_cert_fields_format_issuer (gnutls_x509_crt_t certificate)
{
  gnutls_x509_dn_t dn;

  return gnutls_x509_crt_get_issuer (certificate, &dn) >= 0 ? format_name (dn) : g_strdup ("");
}

/* "CN=a, O=\"b, c\"" as { "CN=A", "O=B, C" }. */
static GStrv
split_name (const char *name)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *folded = g_utf8_casefold (name, -1);
  g_autoptr (GString) part = g_string_new (NULL);
  gboolean quoted = FALSE;

  for (const char *p = folded;; p++)
    {
      if (*p == '"' && quoted && p[1] == '"')
        g_string_append_c (part, *p++);
      else if (*p == '"')
        quoted = !quoted;
      else if (*p == '\0' || (*p == ',' && !quoted))
        {
          g_auto (GStrv) sides = g_strsplit (g_strstrip (part->str), "=", 2);
          g_autofree char *attribute = NULL;

          if (sides[0] != NULL && sides[1] != NULL)
            {
              const char *key = g_strstrip (sides[0]);

              if (g_str_equal (key, "st"))
                key = "s";
              else if (g_str_equal (key, "email") || g_str_equal (key, "emailaddress"))
                key = "e";
              attribute = g_strdup_printf ("%s=%s", key, g_strstrip (sides[1]));
              g_strv_builder_add (builder, attribute);
            }
          g_string_truncate (part, 0);
          if (*p == '\0')
            break;
        }
      else
        g_string_append_c (part, *p);
    }
  return g_strv_builder_end (builder);
}

gboolean
ws_cert_fields_equal_names (const char *left,
                            const char *right)
{
  g_auto (GStrv) lefts = split_name (left);
  g_auto (GStrv) rights = split_name (right);
  guint    length = g_strv_length (lefts);
  gboolean forwards = TRUE;
  gboolean backwards = TRUE;

  if (length == 0 || length != g_strv_length (rights))
    return FALSE;
  for (guint i = 0; i < length; i++)
    {
      forwards = forwards && g_str_equal (lefts[i], rights[i]);
      backwards = backwards && g_str_equal (lefts[i], rights[length - 1 - i]);
    }
  return forwards || backwards;
}

/* --- Dates and numbers --- */

char *
ws_cert_fields_format_time (time_t seconds)
{
  /* The names do not follow the locale. */
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) local = seconds != (time_t) -1 ? g_date_time_new_from_unix_local (seconds) : NULL;

  if (local == NULL)
    return g_strdup ("");
  return g_strdup_printf ("%02d-%s-%04d %02d:%02d:%02d",
                          g_date_time_get_day_of_month (local), months[g_date_time_get_month (local) - 1],
                          g_date_time_get_year (local), g_date_time_get_hour (local),
                          g_date_time_get_minute (local), g_date_time_get_second (local));
}

char *
ws_cert_fields_format_serial_number (gnutls_x509_crt_t certificate)
{
  guint8 serial[256];
  gsize  size = sizeof serial;
  gsize  skipped = 0;

  if (gnutls_x509_crt_get_serial (certificate, serial, &size) < 0)
    return g_strdup ("");
  while (skipped + 1 < size && serial[skipped] == 0)
    skipped++;
  return format_hex (serial + skipped, size - skipped, FALSE);
}

char *
ws_cert_fields_format_version (gnutls_x509_crt_t certificate)
{
  int version = gnutls_x509_crt_get_version (certificate);

  return version > 0 ? g_strdup_printf ("V%d", version) : g_strdup ("");
}

/* --- Algorithms and keys --- */

char *
ws_cert_fields_format_signature_algorithm (gnutls_x509_crt_t certificate)
{
  int         algorithm = gnutls_x509_crt_get_signature_algorithm (certificate);
  const char *name = algorithm > 0 ? gnutls_sign_get_name ((gnutls_sign_algorithm_t) algorithm) : NULL;
  char        oid[128];
  gsize       size = sizeof oid;

  if (name != NULL)
    return g_strdup (name);
  return g_strdup (gnutls_x509_crt_get_signature_oid (certificate, oid, &size) >= 0 ? oid : "");
}

char *
ws_cert_fields_format_public_key_algorithm (gnutls_pubkey_t key)
{
  int         algorithm = gnutls_pubkey_get_pk_algorithm (key, NULL);
  const char *name = algorithm > 0 ? gnutls_pk_get_name ((gnutls_pk_algorithm_t) algorithm) : NULL;

  if (algorithm == GNUTLS_PK_ECDSA)
    name = "ECDSA";
  return g_strdup (name != NULL ? name : "");
}

static char *
copy_datum (gnutls_datum_t *datum)
{
  char *text = g_strndup ((const char *) datum->data, datum->size);

  gnutls_free (datum->data);
  return text;
}

char *
ws_cert_fields_format_public_key (gnutls_pubkey_t key)
{
  gnutls_datum_t pem = { NULL, 0 };

  return gnutls_pubkey_export2 (key, GNUTLS_X509_FMT_PEM, &pem) >= 0 ? copy_datum (&pem) : g_strdup ("");
}

char *
ws_cert_fields_format_pem (gnutls_x509_crt_t certificate)
{
  gnutls_datum_t pem = { NULL, 0 };

  return gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &pem) >= 0 ? copy_datum (&pem)
                                                                               : g_strdup ("");
}

GBytes *
ws_cert_fields_get_der (gnutls_x509_crt_t certificate)
{
  gnutls_datum_t der = { NULL, 0 };
  GBytes        *bytes;

  if (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_DER, &der) < 0)
    return g_bytes_new (NULL, 0);
  bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
  return bytes;
}

/* --- Usage --- */

static const struct
{
  guint       flag;
  const char *name;
} usages[] = {
  { GNUTLS_KEY_DIGITAL_SIGNATURE, "Digital Signature" },
  { GNUTLS_KEY_NON_REPUDIATION, "Non-Repudiation" },
  { GNUTLS_KEY_KEY_ENCIPHERMENT, "Key Encipherment" },
  { GNUTLS_KEY_DATA_ENCIPHERMENT, "Data Encipherment" },
  { GNUTLS_KEY_KEY_AGREEMENT, "Key Agreement" },
  { GNUTLS_KEY_KEY_CERT_SIGN, "Certificate Signing" },
  { GNUTLS_KEY_CRL_SIGN, "CRL Signing" },
  { GNUTLS_KEY_ENCIPHER_ONLY, "Encipher Only" },
};

guint
ws_cert_fields_get_usage_flags (gnutls_x509_crt_t certificate)
{
  guint flags = 0;
  guint critical;

  return gnutls_x509_crt_get_key_usage (certificate, &flags, &critical) >= 0 ? flags & 0xff : 0;
}

char *
ws_cert_fields_format_usage (guint flags)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (usages); i++)
    if ((flags & usages[i].flag) != 0)
      append_separated (list, usages[i].name);
  return g_string_free (list, FALSE);
}

char *
ws_cert_fields_format_extended_key_usage (gnutls_x509_crt_t certificate)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < MAX_ENTRIES; i++)
    {
      char  oid[128];
      gsize size = sizeof oid;
      int   code = gnutls_x509_crt_get_key_purpose_oid (certificate, i, oid, &size, NULL);

      if (code == GNUTLS_E_SHORT_MEMORY_BUFFER)
        continue;
      if (code < 0)
        break;
      append_separated (list, oid);
    }
  return g_string_free (list, FALSE);
}

/* --- Alternative names --- */

static void
append_alt_name (GString      *list,
                 guint         type,
                 const guint8 *data,
                 gsize         length)
{
  g_autofree char *text = NULL;

  if (type == GNUTLS_SAN_IPADDRESS && (length == 4 || length == 16))
    {
      g_autoptr (GInetAddress) address =
          g_inet_address_new_from_bytes (data, length == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);

      text = g_inet_address_to_string (address);
    }
  else if (type == GNUTLS_SAN_DNSNAME || type == GNUTLS_SAN_RFC822NAME || type == GNUTLS_SAN_URI)
    text = g_utf8_make_valid ((const char *) data, (gssize) length);
  if (text != NULL)
    append_separated (list, text);
}

char *
ws_cert_fields_format_subject_alt_names (gnutls_x509_crt_t certificate)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < MAX_ENTRIES; i++)
    {
      gsize              size = 0;
      guint              type = 0;
      g_autofree guint8 *data = NULL;
      int                code =
          gnutls_x509_crt_get_subject_alt_name2 (certificate, i, NULL, &size, &type, NULL);

      if (code == GNUTLS_E_SHORT_MEMORY_BUFFER)
        {
          data = g_malloc0 (size + 1);
          code = gnutls_x509_crt_get_subject_alt_name2 (certificate, i, data, &size, &type, NULL);
        }
      if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        break;
      if (code >= 0 && data != NULL)
        append_alt_name (list, type, data, size);
    }
  return g_string_free (list, FALSE);
}

/* --- Hashes --- */

char *
ws_cert_fields_format_thumbprint (gnutls_x509_crt_t         certificate,
                                  gnutls_digest_algorithm_t algorithm)
{
  guint8 digest[MAX_DIGEST_BYTES];
  gsize  size = sizeof digest;

  if (gnutls_x509_crt_get_fingerprint (certificate, algorithm, digest, &size) < 0)
    return g_strdup ("");
  return format_hex (digest, size, FALSE);
}

char *
ws_cert_fields_format_fingerprint (gnutls_x509_crt_t         certificate,
                                   gnutls_pubkey_t           key,
                                   gnutls_digest_algorithm_t algorithm)
{
  g_autoptr (GByteArray) blob = NULL;
  guint8 digest[MAX_DIGEST_BYTES];
  gsize  size = sizeof digest;

  if (certificate != NULL)
    {
      if (gnutls_x509_crt_get_fingerprint (certificate, algorithm, digest, &size) < 0)
        return g_strdup ("");
      return format_hex (digest, size, TRUE);
    }

  blob = ws_ssh_write_public (key);
  if (blob == NULL || gnutls_hash_fast (algorithm, blob->data, blob->len, digest) < 0)
    return g_strdup ("");
  return format_hex (digest, gnutls_hash_get_len (algorithm), TRUE);
}

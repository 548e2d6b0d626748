/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-store-loaders-private.h"
#include "wsserver/certificate/ws-secret-private.h"
#include "wsserver/certificate/ws-ssh-private.h"

#include <gnutls/crypto.h>
#include <string.h>

#ifdef HAVE_ARGON2
# include <argon2.h>
#endif

/* PuTTY private keys, versions 2 and 3: appendix C of PuTTY's manual. */

#define MAGIC "PuTTY-User-Key-File-"
#define MAX_LINES 1000
/* Limits of the work that a file may ask Argon2 for: 256 MiB of memory and some seconds. */
#define MAX_ARGON2_MEMORY_KIB (256 * 1024)
#define MAX_ARGON2_PASSES 1000
#define MAX_ARGON2_WORK_KIB (4 * 1024 * 1024)
#define MAX_ARGON2_PARALLELISM 16
#define MAX_ARGON2_SALT_BYTES 64

#define CIPHER_KEY_BYTES 32
#define CIPHER_BLOCK_BYTES 16
#define MAX_MAC_BYTES 32

typedef struct
{
  guint    version;
  gboolean encrypted;
  char    *algorithm;
  char    *encryption;
  char    *comment;
  GBytes  *public_blob;
  GBytes  *private_blob;
  char    *mac;

  /* Of an encrypted file of version 3. */
  char  *argon2_name;
  guint  argon2_memory_kib;
  guint  argon2_passes;
  guint  argon2_parallelism;
  guint8 argon2_salt[MAX_ARGON2_SALT_BYTES];
  gsize  argon2_salt_bytes;
} PpkFile;

/* Keys derived from the passphrase. */
typedef struct
{
  guint8 cipher_key[CIPHER_KEY_BYTES];
  guint8 cipher_iv[CIPHER_BLOCK_BYTES];
  guint8 mac_key[32];
  gsize  mac_key_bytes;
} PpkKeys;

static void
ppk_file_clear (PpkFile *file)
{
  g_free (file->algorithm);
  g_free (file->encryption);
  g_free (file->comment);
  g_clear_pointer (&file->public_blob, g_bytes_unref);
  g_clear_pointer (&file->private_blob, g_bytes_unref);
  g_free (file->mac);
  g_free (file->argon2_name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PpkFile, ppk_file_clear)

static void
ppk_keys_clear (PpkKeys *keys)
{
  gnutls_memset (keys, 0, sizeof *keys);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PpkKeys, ppk_keys_clear)

/* The next line as a string, or NULL at the end. */
static char *
take_ppk_line (const char **text)
{
  gsize length = strcspn (*text, "\r\n");
  char *line;

  if (**text == '\0')
    return NULL;

  line = g_strndup (*text, length);
  *text += length;
  *text += **text == '\r';
  *text += **text == '\n';
  return line;
}

/* The value of the next line, or NULL if the line has another name. */
static char *
take_ppk_field (const char **text,
                const char  *name)
{
  g_autofree char *line = take_ppk_line (text);
  gsize            length = strlen (name);

  if (line == NULL || strncmp (line, name, length) != 0 || line[length] != ':')
    return NULL;
  return g_strdup (g_strchug (line + length + 1));
}

static gboolean
take_ppk_number (const char **text,
                 const char  *name,
                 guint        max,
                 guint       *number)
{
  g_autofree char *value = take_ppk_field (text, name);
  guint64          parsed;

  if (value == NULL || !g_ascii_string_to_unsigned (value, 10, 1, max, &parsed, NULL))
    return FALSE;
  *number = (guint) parsed;
  return TRUE;
}

static GBytes *
take_ppk_blob (const char **text,
               const char  *name)
{
  const char *start;
  guint       n_lines;

  if (!take_ppk_number (text, name, MAX_LINES, &n_lines))
    return NULL;
  start = *text;
  for (guint i = 0; i < n_lines; i++)
    {
      g_autoptr (WsSecret) line = take_ppk_line (text);

      if (line == NULL)
        return NULL;
    }
  return ws_secret_decode_base64 (start, (gsize) (*text - start));
}

static gboolean
parse_hex (const char *text,
           guint8     *data,
           gsize       max_bytes,
           gsize      *bytes)
{
  gsize length = strlen (text);

  if (length % 2 != 0 || length / 2 > max_bytes)
    return FALSE;
  for (gsize i = 0; i < length / 2; i++)
    {
      int high = g_ascii_xdigit_value (text[2 * i]);
      int low = g_ascii_xdigit_value (text[2 * i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      data[i] = (guint8) (high << 4 | low);
    }
  *bytes = length / 2;
  return TRUE;
}

static gboolean
parse_argon2 (PpkFile     *file,
              const char **text)
{
  g_autofree char *salt = NULL;

  file->argon2_name = take_ppk_field (text, "Key-Derivation");
  if (file->argon2_name == NULL ||
      !take_ppk_number (text, "Argon2-Memory", MAX_ARGON2_MEMORY_KIB, &file->argon2_memory_kib) ||
      !take_ppk_number (text, "Argon2-Passes", MAX_ARGON2_PASSES, &file->argon2_passes) ||
      !take_ppk_number (text, "Argon2-Parallelism", MAX_ARGON2_PARALLELISM, &file->argon2_parallelism))
    return FALSE;

  salt = take_ppk_field (text, "Argon2-Salt");
  return salt != NULL && file->argon2_passes <= MAX_ARGON2_WORK_KIB / file->argon2_memory_kib &&
         parse_hex (salt, file->argon2_salt, sizeof file->argon2_salt, &file->argon2_salt_bytes);
}

/* Returns NULL on success, else the fault. */
static const char *
parse_ppk (PpkFile    *file,
           const char *text)
{
  if (g_str_has_prefix (text, MAGIC "1:"))
    return "PuTTY keys of version 1 are not read; \"puttygen FILE -o NEW.ppk\" rewrites one";
  if (g_str_has_prefix (text, MAGIC "2:"))
    file->version = 2;
  else if (g_str_has_prefix (text, MAGIC "3:"))
    file->version = 3;
  else
    return "it is not a PuTTY private key of version 2 or 3";

  file->algorithm = take_ppk_field (&text, file->version == 2 ? MAGIC "2" : MAGIC "3");
  file->encryption = take_ppk_field (&text, "Encryption");
  if (file->encryption == NULL)
    return "the Encryption line is missing";
  file->encrypted = g_str_equal (file->encryption, "aes256-cbc");
  if (!file->encrypted && !g_str_equal (file->encryption, "none"))
    return "its encryption is neither none nor aes256-cbc";
  file->comment = take_ppk_field (&text, "Comment");
  file->public_blob = file->comment != NULL ? take_ppk_blob (&text, "Public-Lines") : NULL;
  if (file->public_blob == NULL)
    return "the Comment line or the public key is missing or malformed";
  if (file->encrypted && file->version == 3 && !parse_argon2 (file, &text))
    return "the key derivation is malformed, or asks for too much memory or time";
  file->private_blob = take_ppk_blob (&text, "Private-Lines");
  if (file->private_blob == NULL)
    return "the private key is missing or malformed";
  file->mac = take_ppk_field (&text, "Private-MAC");
  return file->mac != NULL ? NULL : "the Private-MAC line is missing";
}

static gboolean
hash_sha1 (guint8      digest[20],
           const char *head,
           gsize       head_bytes,
           const char *passphrase)
{
  gnutls_hash_hd_t hash;

  if (gnutls_hash_init (&hash, GNUTLS_DIG_SHA1) < 0)
    return FALSE;
  gnutls_hash (hash, head, head_bytes);
  gnutls_hash (hash, passphrase, strlen (passphrase));
  gnutls_hash_deinit (hash, digest);
  return TRUE;
}

static gboolean
derive_version_2 (const PpkFile *file,
                  const char    *passphrase,
                  PpkKeys       *keys)
{
  static const char mac_head[] = "putty-private-key-file-mac-key";
  guint8            digests[40];

  keys->mac_key_bytes = 20;
  if (!hash_sha1 (keys->mac_key, mac_head, sizeof mac_head - 1, file->encrypted ? passphrase : "") ||
      !hash_sha1 (digests, "\0\0\0\0", 4, passphrase) ||
      !hash_sha1 (digests + 20, "\0\0\0\1", 4, passphrase))
    return FALSE;
  memcpy (keys->cipher_key, digests, CIPHER_KEY_BYTES);
  gnutls_memset (digests, 0, sizeof digests);
  return TRUE;
}

#ifdef HAVE_ARGON2
static gboolean
derive_version_3 (const PpkFile *file,
                  const char    *passphrase,
                  PpkKeys       *keys)
{
  guint8      output[CIPHER_KEY_BYTES + CIPHER_BLOCK_BYTES + sizeof keys->mac_key];
  argon2_type type = Argon2_id;
  int         code;

  if (g_str_equal (file->argon2_name, "Argon2i"))
    type = Argon2_i;
  else if (g_str_equal (file->argon2_name, "Argon2d"))
    type = Argon2_d;
  else if (!g_str_equal (file->argon2_name, "Argon2id"))
    return FALSE;

  code = argon2_hash (file->argon2_passes, file->argon2_memory_kib, file->argon2_parallelism,
                      passphrase, strlen (passphrase), file->argon2_salt, file->argon2_salt_bytes,
                      output, sizeof output, NULL, 0, type, ARGON2_VERSION_13);
  if (code == ARGON2_OK)
    {
      memcpy (keys->cipher_key, output, CIPHER_KEY_BYTES);
      memcpy (keys->cipher_iv, output + CIPHER_KEY_BYTES, CIPHER_BLOCK_BYTES);
      memcpy (keys->mac_key, output + CIPHER_KEY_BYTES + CIPHER_BLOCK_BYTES, sizeof keys->mac_key);
      keys->mac_key_bytes = sizeof keys->mac_key;
    }
  gnutls_memset (output, 0, sizeof output);
  return code == ARGON2_OK;
}
#endif

static gboolean
derive_keys (WsCertStore   *store,
             const PpkFile *file,
             PpkKeys       *keys,
             GError       **error)
{
  const char *passphrase = store->key_password;

  if (file->version == 2)
    return derive_version_2 (file, passphrase, keys) ||
           ws_cert_store_fail (store, error, "SHA-1 is not available");
  if (!file->encrypted)
    return TRUE;

#ifdef HAVE_ARGON2
  return derive_version_3 (file, passphrase, keys) ||
         ws_cert_store_fail (store, error, "its key derivation is not one of Argon2, or failed");
#else
  return ws_cert_store_fail (store, error,
                             "encrypted PuTTY keys of version 3 need the library built with the "
                             "feature argon2; \"puttygen FILE --ppk-param version=2 -o NEW\" "
                             "makes one of version 2");
#endif
}

/* The decrypted private blob with its padding. */
static GBytes *
decrypt_private_blob (const PpkFile *file,
                      const PpkKeys *keys)
{
  gnutls_datum_t     key = { (guint8 *) keys->cipher_key, CIPHER_KEY_BYTES };
  gnutls_datum_t     iv = { (guint8 *) keys->cipher_iv, CIPHER_BLOCK_BYTES };
  gnutls_cipher_hd_t cipher;
  g_autoptr (GBytes) plain = NULL;
  gsize         length;
  const guint8 *sealed = g_bytes_get_data (file->private_blob, &length);
  guint8       *data;
  int           code;

  if (!file->encrypted)
    return g_bytes_ref (file->private_blob);
  if (length % CIPHER_BLOCK_BYTES != 0 ||
      gnutls_cipher_init (&cipher, GNUTLS_CIPHER_AES_256_CBC, &key, &iv) < 0)
    return NULL;

  data = g_malloc (length);
  plain = ws_secret_new_bytes_take (data, length);
  code = gnutls_cipher_decrypt2 (cipher, sealed, length, data, length);
  gnutls_cipher_deinit (cipher);
  return code >= 0 ? g_steal_pointer (&plain) : NULL;
}

static void
mac_string (gnutls_hmac_hd_t mac,
            const void      *data,
            gsize            length)
{
  guint32 prefix = GUINT32_TO_BE ((guint32) length);

  gnutls_hmac (mac, &prefix, sizeof prefix);
  if (length > 0)
    gnutls_hmac (mac, data, length);
}

static gboolean
check_mac (const PpkFile *file,
           const PpkKeys *keys,
           GBytes        *plain)
{
  gnutls_mac_algorithm_t algorithm = file->version == 2 ? GNUTLS_MAC_SHA1 : GNUTLS_MAC_SHA256;
  gnutls_hmac_hd_t       mac;
  guint8                 expected[MAX_MAC_BYTES];
  guint8                 actual[MAX_MAC_BYTES];
  gsize                  bytes;

  if (!parse_hex (file->mac, expected, sizeof expected, &bytes) || bytes != gnutls_hmac_get_len (algorithm) ||
      gnutls_hmac_init (&mac, algorithm, keys->mac_key, keys->mac_key_bytes) < 0)
    return FALSE;
  mac_string (mac, file->algorithm, strlen (file->algorithm));
  mac_string (mac, file->encryption, strlen (file->encryption));
  mac_string (mac, file->comment, strlen (file->comment));
  mac_string (mac, g_bytes_get_data (file->public_blob, NULL), g_bytes_get_size (file->public_blob));
  mac_string (mac, g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
  gnutls_hmac_deinit (mac, actual);
  return gnutls_memcmp (expected, actual, bytes) == 0;
}

/* Reads the private numbers. Padding follows them. */
static gnutls_x509_privkey_t
make_ppk_key (WsSshNumbers *numbers,
              GBytes       *plain,
              const char  **fault)
{
  gsize          length;
  gnutls_datum_t rest = { (guint8 *) g_bytes_get_data (plain, &length), 0 };

  rest.size = (guint) length;
  *fault = "the private key is cut short";
  switch (numbers->algorithm)
    {
    case GNUTLS_PK_RSA:
      if (!ws_ssh_take_string (&rest, &numbers->rsa.d) || !ws_ssh_take_string (&rest, &numbers->rsa.p) ||
          !ws_ssh_take_string (&rest, &numbers->rsa.q))
        return NULL;
      return ws_key_numbers_make_rsa_private (&numbers->rsa, fault);
    case GNUTLS_PK_DSA:
      if (!ws_ssh_take_string (&rest, &numbers->dsa.x))
        return NULL;
      return ws_key_numbers_make_dsa_private (&numbers->dsa, fault);
    default:
      if (!ws_ssh_take_string (&rest, &numbers->ecc.k))
        return NULL;
      return ws_key_numbers_make_ecc_private (&numbers->ecc, fault);
    }
}

static gboolean
open_ppk_key (WsCertStore   *store,
              const PpkFile *file,
              GError       **error)
{
  g_auto (PpkKeys) keys = { { 0 } };
  g_autoptr (GBytes) plain = NULL;
  gnutls_x509_privkey_t key = NULL;
  const char           *fault = NULL;
  WsSshNumbers          numbers;
  gnutls_datum_t        blob;
  gsize                 length;

  if (!derive_keys (store, file, &keys, error))
    return FALSE;
  plain = decrypt_private_blob (file, &keys);
  if (plain == NULL || !check_mac (file, &keys, plain))
    return ws_cert_store_fail (store, error,
                               file->encrypted ? "the password is wrong, or the key is damaged"
                                               : "the key is damaged: its check value is wrong");

  blob.data = (guint8 *) g_bytes_get_data (file->public_blob, &length);
  blob.size = (guint) length;
  if (ws_ssh_read_public (&numbers, &blob, &fault))
    key = make_ppk_key (&numbers, plain, &fault);
  return key != NULL ? ws_cert_store_take_key (store, key, error)
                     : ws_cert_store_fail (store, error, "%s", fault);
}

gboolean
ws_cert_store_load_ppk (WsCertStore  *store,
                        const guint8 *data,
                        gsize         length,
                        GError      **error)
{
  g_autoptr (WsSecret) text = g_strndup ((const char *) data, length);
  g_auto (PpkFile) file = { 0 };
  const char *fault = parse_ppk (&file, text);

  if (fault != NULL)
    return ws_cert_store_fail (store, error, "%s", fault);
  return open_ppk_key (store, &file, error);
}

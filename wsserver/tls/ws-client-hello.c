/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-client-hello-private.h"

#include "wsserver/tls/ws-cipher-suites-private.h"
#include "wsserver/tls/ws-record-cursor-private.h"

#include <string.h>

#define RECORD_HEADER_BYTES 5
#define MIN_RECORD_SIZE_LIMIT 64
#define CONTENT_TYPE_HANDSHAKE 22
#define MESSAGE_HEADER_BYTES 4
#define MESSAGE_CLIENT_HELLO 1
#define RANDOM_BYTES 32
#define SESSION_ID_MAX_BYTES 32

enum
{
  EXTENSION_SERVER_NAME = 0,
  EXTENSION_MAX_FRAGMENT_LENGTH = 1,
  EXTENSION_SUPPORTED_GROUPS = 10,
  EXTENSION_SIGNATURE_ALGORITHMS = 13,
  EXTENSION_ALPN = 16,
  EXTENSION_RECORD_SIZE_LIMIT = 28,
  EXTENSION_SUPPORTED_VERSIONS = 43,
};

/* What is left of a piece of the message. */
typedef struct
{
  const guint8 *data;
  gsize         length;
} Span;

static gboolean
take_bytes (Span *span,
            gsize length,
            Span *taken)
{
  if (length > span->length)
    return FALSE;

  *taken = (Span){ span->data, length };
  span->data += length;
  span->length -= length;

  return TRUE;
}

static gboolean
take_number (Span  *span,
             gsize  size,
             guint *number)
{
  Span bytes;

  if (!take_bytes (span, size, &bytes))
    return FALSE;

  *number = 0;
  for (gsize i = 0; i < size; i++)
    *number = *number << 8 | bytes.data[i];

  return TRUE;
}

/* A vector with its length before it in length_size bytes. RFC 8446 §3.4 */
static gboolean
take_vector (Span *span,
             gsize length_size,
             Span *vector)
{
  guint length;

  return take_number (span, length_size, &length) && take_bytes (span, length, vector);
}

static gboolean
read_numbers (Span    span,
              GArray *numbers)
{
  guint number;

  if (span.length == 0 || span.length % 2 != 0)
    return FALSE;

  while (take_number (&span, 2, &number))
    {
      guint16 value = (guint16) number;

      if (!ws_tls_is_grease (value))
        g_array_append_val (numbers, value);
    }

  return TRUE;
}

static gboolean
read_number_vector (Span    extension,
                    gsize   length_size,
                    GArray *numbers)
{
  Span vector;

  return take_vector (&extension, length_size, &vector) && extension.length == 0 &&
         read_numbers (vector, numbers);
}

/* Letters, digits, hyphens and, as found in the wild, underscores in labels of 1 to 63; no address,
 * whose last label would be all digits. RFC 6066 §3, RFC 1123 §2.1 */
static gboolean
is_host_name (Span name)
{
  gsize    label_length = 0;
  gboolean all_digits = TRUE;

  if (name.length == 0 || name.length > 253)
    return FALSE;

  for (gsize i = 0; i < name.length; i++)
    {
      guint8 c = name.data[i];

      if (c == '.')
        {
          if (label_length == 0)
            return FALSE;
          label_length = 0;
          all_digits = TRUE;
          continue;
        }

      if (!g_ascii_isalnum (c) && c != '-' && c != '_')
        return FALSE;
      if (++label_length > 63)
        return FALSE;
      all_digits = all_digits && g_ascii_isdigit (c);
    }

  return label_length > 0 && !all_digits;
}

/* A name that is none is left out, not refused: the client gets the default certificate. RFC 6066 §3 forbids
 * the final dot of an absolute name, but some clients send it. */
static gboolean
read_server_name (Span           extension,
                  WsClientHello *hello)
{
  Span list;

  if (!take_vector (&extension, 2, &list) || extension.length > 0 || list.length == 0)
    return FALSE;

  while (list.length > 0)
    {
      guint type;
      Span  name;

      if (!take_number (&list, 1, &type) || !take_vector (&list, 2, &name))
        return FALSE;

      if (name.length > 0 && name.data[name.length - 1] == '.')
        name.length--;
      if (type == 0 && hello->server_name == NULL && is_host_name (name))
        hello->server_name = g_ascii_strdown ((const char *) name.data, (gssize) name.length);
    }

  return TRUE;
}

/* Names with bytes that do not print are none we could serve, and are left out. */
static gboolean
read_protocols (Span           extension,
                WsClientHello *hello)
{
  g_autoptr (GPtrArray) protocols = g_ptr_array_new_with_free_func (g_free);
  Span list;

  if (!take_vector (&extension, 2, &list) || extension.length > 0 || list.length == 0)
    return FALSE;

  while (list.length > 0)
    {
      Span     name;
      gboolean prints = TRUE;

      if (!take_vector (&list, 1, &name) || name.length == 0)
        return FALSE;

      for (gsize i = 0; i < name.length; i++)
        prints = prints && g_ascii_isgraph (name.data[i]);

      if (prints && !ws_tls_is_grease ((guint16) (name.data[0] << 8 | name.data[name.length - 1])))
        g_ptr_array_add (protocols, g_strndup ((const char *) name.data, name.length));
    }

  g_ptr_array_add (protocols, NULL);
  hello->protocols = (GStrv) g_ptr_array_free (g_steal_pointer (&protocols), FALSE);

  return TRUE;
}

/* RFC 6066 §4: 2^9 to 2^12 bytes. TLS answers an unknown code. */
static gboolean
read_max_fragment_length (Span           content,
                          WsClientHello *hello)
{
  guint code;

  if (!take_number (&content, 1, &code) || content.length > 0)
    return FALSE;

  if (code >= 1 && code <= 4)
    hello->max_record_bytes = (guint16) MIN (hello->max_record_bytes, 256u << code);
  return TRUE;
}

/* RFC 8449 §4: in TLS 1.3 the limit includes the type of the content, one byte. TLS answers one under 64. */
static gboolean
read_record_size_limit (Span           content,
                        WsClientHello *hello)
{
  guint limit;

  if (!take_number (&content, 2, &limit) || content.length > 0)
    return FALSE;

  if (limit >= MIN_RECORD_SIZE_LIMIT)
    hello->max_record_bytes = (guint16) MIN (hello->max_record_bytes, limit - 1);
  return TRUE;
}

static gboolean
read_extension (guint          type,
                Span           content,
                WsClientHello *hello)
{
  switch (type)
    {
    case EXTENSION_SERVER_NAME:
      return read_server_name (content, hello);
    case EXTENSION_MAX_FRAGMENT_LENGTH:
      return read_max_fragment_length (content, hello);
    case EXTENSION_RECORD_SIZE_LIMIT:
      return read_record_size_limit (content, hello);
    case EXTENSION_SUPPORTED_GROUPS:
      return read_number_vector (content, 2, hello->groups);
    case EXTENSION_SIGNATURE_ALGORITHMS:
      return read_number_vector (content, 2, hello->signature_algorithms);
    case EXTENSION_ALPN:
      return read_protocols (content, hello);
    case EXTENSION_SUPPORTED_VERSIONS:
      return read_number_vector (content, 1, hello->versions);
    default:
      return TRUE;
    }
}

static gboolean
read_extensions (Span           extensions,
                 WsClientHello *hello)
{
  guint64 seen = 0;

  while (extensions.length > 0)
    {
      guint type;
      Span  content;

      if (!take_number (&extensions, 2, &type) || !take_vector (&extensions, 2, &content))
        return FALSE;

      /* No extension may come twice (RFC 8446 §4.2); TLS might believe the other one. */
      if (type < 64)
        {
          if ((seen >> type & 1) != 0)
            return FALSE;
          seen |= G_GUINT64_CONSTANT (1) << type;
        }

      if (!read_extension (type, content, hello))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_message (Span           message,
              WsClientHello *hello)
{
  guint version;
  Span  skipped;
  Span  suites;
  Span  extensions;

  if (!take_number (&message, 2, &version) || version < 0x0300 ||
      !take_bytes (&message, RANDOM_BYTES, &skipped) ||
      !take_vector (&message, 1, &skipped) || skipped.length > SESSION_ID_MAX_BYTES ||
      !take_vector (&message, 2, &suites) || !read_numbers (suites, hello->cipher_suites) ||
      !take_vector (&message, 1, &skipped) || skipped.length == 0)
    return FALSE;

  hello->legacy_version = (guint16) version;

  /* Up to TLS 1.2 all extensions may be missing. RFC 5246 §7.4.1.2 */
  if (message.length > 0 &&
      (!take_vector (&message, 2, &extensions) || message.length > 0 || !read_extensions (extensions, hello)))
    return FALSE;

  if (hello->versions->len == 0)
    g_array_append_val (hello->versions, hello->legacy_version);

  return TRUE;
}

static WsParseResult
fail_hello (WsClientHelloReader *self,
            WsClientHelloFault   fault)
{
  self->fault = fault;

  return WS_PARSE_FAILED;
}

void
ws_client_hello_reader_init (WsClientHelloReader *self)
{
  *self = (WsClientHelloReader){ .hello.max_record_bytes = WS_TLS_MAX_RECORD_BYTES };
}

void
ws_client_hello_reader_clear (WsClientHelloReader *self)
{
  WsClientHello *hello = &self->hello;

  g_clear_pointer (&self->bytes, g_byte_array_unref);
  g_clear_pointer (&self->message, g_byte_array_unref);
  g_clear_pointer (&hello->cipher_suites, g_array_unref);
  g_clear_pointer (&hello->signature_algorithms, g_array_unref);
  g_clear_pointer (&hello->groups, g_array_unref);
  g_clear_pointer (&hello->versions, g_array_unref);
  g_clear_pointer (&hello->protocols, g_strfreev);
  g_clear_pointer (&hello->server_name, g_free);
}

/* DONE if it surely is a request, FAILED if it is not. */
static WsParseResult
recognize_http (const GByteArray *bytes)
{
  static const char *const methods[] = { "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ",
                                         "CONNECT ", "TRACE ", "PATCH ", "PRI " };
  WsParseResult            result = WS_PARSE_FAILED;

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      gsize length = strlen (methods[i]);

      if (memcmp (bytes->data, methods[i], MIN (length, bytes->len)) != 0)
        continue;
      if (bytes->len >= length)
        return WS_PARSE_DONE;
      result = WS_PARSE_NEED_MORE;
    }

  return result;
}

/* The stream does not begin with a record of the handshake. */
static WsParseResult
name_the_fault (WsClientHelloReader *self)
{
  const GByteArray *bytes = self->bytes;

  if (bytes->data[0] >= 'A' && bytes->data[0] <= 'Z')
    switch (recognize_http (bytes))
      {
      case WS_PARSE_NEED_MORE:
        return WS_PARSE_NEED_MORE;
      case WS_PARSE_DONE:
        return fail_hello (self, WS_CLIENT_HELLO_FAULT_HTTP);
      case WS_PARSE_FAILED:
      default:
        return fail_hello (self, WS_CLIENT_HELLO_FAULT_NOT_TLS);
      }

  /* Length with the top bit set, then the type. RFC 5246 §E.2 */
  if ((bytes->data[0] & 0x80) != 0)
    {
      if (bytes->len < 3)
        return WS_PARSE_NEED_MORE;
      return fail_hello (self, bytes->data[2] == MESSAGE_CLIENT_HELLO ? WS_CLIENT_HELLO_FAULT_SSL2
                                                                      : WS_CLIENT_HELLO_FAULT_NOT_TLS);
    }

  /* Change cipher spec, alert and application data. */
  if (bytes->data[0] >= 20 && bytes->data[0] <= 23)
    {
      if (bytes->len < 2)
        return WS_PARSE_NEED_MORE;
      if (bytes->data[1] == 3)
        return fail_hello (self, WS_CLIENT_HELLO_FAULT_NO_HELLO);
    }

  return fail_hello (self, WS_CLIENT_HELLO_FAULT_NOT_TLS);
}

static WsParseResult
read_record_header (WsClientHelloReader *self)
{
  const gsize   length = self->bytes->len - self->offset;
  const guint8 *header;

  if (length == 0)
    return WS_PARSE_NEED_MORE;

  header = self->bytes->data + self->offset;
  if (header[0] != CONTENT_TYPE_HANDSHAKE || (length > 1 && header[1] != 3))
    return self->offset == 0 ? name_the_fault (self) : fail_hello (self, WS_CLIENT_HELLO_FAULT_MALFORMED);

  if (length < RECORD_HEADER_BYTES)
    return WS_PARSE_NEED_MORE;

  /* No empty fragments of handshake messages. RFC 8446 §5.1 */
  self->record_remaining = (gsize) header[3] << 8 | header[4];
  if (self->record_remaining == 0 || self->record_remaining > WS_TLS_MAX_RECORD_BYTES)
    return fail_hello (self, WS_CLIENT_HELLO_FAULT_MALFORMED);

  self->offset += RECORD_HEADER_BYTES;

  return WS_PARSE_DONE;
}

static WsParseResult
finish_message (WsClientHelloReader *self,
                Span                 message)
{
  WsClientHello *hello = &self->hello;
  gboolean       valid;

  hello->cipher_suites = g_array_new (FALSE, FALSE, sizeof (guint16));
  hello->signature_algorithms = g_array_new (FALSE, FALSE, sizeof (guint16));
  hello->groups = g_array_new (FALSE, FALSE, sizeof (guint16));
  hello->versions = g_array_new (FALSE, FALSE, sizeof (guint16));

  valid = read_message (message, hello);
  g_clear_pointer (&self->message, g_byte_array_unref);

  return valid ? WS_PARSE_DONE : fail_hello (self, WS_CLIENT_HELLO_FAULT_MALFORMED);
}

static WsParseResult
read_gathered (WsClientHelloReader *self)
{
  Span  message = { self->message->data, self->message->len };
  guint type;
  guint length;
  Span  body;

  if (!take_number (&message, 1, &type))
    return WS_PARSE_NEED_MORE;
  if (type != MESSAGE_CLIENT_HELLO)
    return fail_hello (self, WS_CLIENT_HELLO_FAULT_NO_HELLO);
  if (!take_number (&message, 3, &length))
    return WS_PARSE_NEED_MORE;
  if (length > WS_CLIENT_HELLO_MAX_BYTES)
    return fail_hello (self, WS_CLIENT_HELLO_FAULT_TOO_LONG);
  if (!take_bytes (&message, length, &body))
    return WS_PARSE_NEED_MORE;

  return finish_message (self, body);
}

WsParseResult
ws_client_hello_reader_feed (WsClientHelloReader *self,
                             const guint8        *data,
                             gsize                length)
{
  g_assert (self->fault == WS_CLIENT_HELLO_FAULT_NONE && self->hello.versions == NULL);

  if (self->bytes == NULL)
    {
      self->bytes = g_byte_array_new ();
      self->message = g_byte_array_new ();
    }

  if (length > WS_CLIENT_HELLO_MAX_STREAM_BYTES - self->bytes->len)
    return fail_hello (self, WS_CLIENT_HELLO_FAULT_TOO_LONG);
  g_byte_array_append (self->bytes, data, (guint) length);

  while (TRUE)
    {
      WsParseResult result = WS_PARSE_DONE;
      gsize         available;

      if (self->record_remaining == 0)
        result = read_record_header (self);
      if (result != WS_PARSE_DONE)
        return result;

      available = MIN (self->record_remaining, self->bytes->len - self->offset);
      if (available == 0)
        return WS_PARSE_NEED_MORE;

      g_byte_array_append (self->message, self->bytes->data + self->offset, (guint) available);
      self->offset += available;
      self->record_remaining -= available;

      result = read_gathered (self);
      if (result != WS_PARSE_NEED_MORE)
        return result;
    }
}

const char *
ws_client_hello_fault_to_string (WsClientHelloFault fault)
{
  switch (fault)
    {
    case WS_CLIENT_HELLO_FAULT_HTTP:
      return "the client sent an HTTP request in plain text to a TLS port";
    case WS_CLIENT_HELLO_FAULT_NOT_TLS:
      return "the client does not speak TLS";
    case WS_CLIENT_HELLO_FAULT_SSL2:
      return "the client speaks SSL 2.0, which is not supported";
    case WS_CLIENT_HELLO_FAULT_NO_HELLO:
      return "the client did not begin with a ClientHello";
    case WS_CLIENT_HELLO_FAULT_TOO_LONG:
      return "the client's ClientHello is too long";
    case WS_CLIENT_HELLO_FAULT_MALFORMED:
      return "the client's ClientHello is malformed";
    case WS_CLIENT_HELLO_FAULT_NONE:
    default:
      return "no fault";
    }
}

guint16
ws_client_hello_get_version (const WsClientHello *self)
{
  guint16 highest = 0;

  for (guint i = 0; i < self->versions->len; i++)
    {
      guint16 version = g_array_index (self->versions, guint16, i);

      if (version <= 0x0304)
        highest = MAX (highest, version);
    }

  return highest;
}

gboolean
ws_client_hello_offers_suite (const WsClientHello *self,
                              guint16              suite)
{
  for (guint i = 0; i < self->cipher_suites->len; i++)
    if (g_array_index (self->cipher_suites, guint16, i) == suite)
      return TRUE;

  return FALSE;
}

static void
append_name (GString    *text,
             const char *name,
             guint16     value)
{
  if (text->len > 0)
    g_string_append_c (text, ',');
  if (name != NULL)
    g_string_append (text, name);
  else
    g_string_append_printf (text, "0x%04X", value);
}

char *
ws_client_hello_dup_cipher_suites (const WsClientHello *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->cipher_suites->len; i++)
    {
      guint16 suite = g_array_index (self->cipher_suites, guint16, i);

      append_name (text, ws_cipher_suite_get_name (suite), suite);
    }

  return g_string_free (text, FALSE);
}

/* RFC 8446 §4.2.3; those of TLS 1.2 that it does not name are a hash and a signature, RFC 5246
 * §7.4.1.4.1, and have their names from the same registry's older column. */
static const struct
{
  guint16     value;
  const char *name;
} signature_schemes[] = {
  { 0x0101, "rsa_pkcs1_md5" },
  { 0x0201, "rsa_pkcs1_sha1" },
  { 0x0202, "dsa_sha1" },
  { 0x0203, "ecdsa_sha1" },
  { 0x0301, "rsa_pkcs1_sha224" },
  { 0x0302, "dsa_sha224" },
  { 0x0303, "ecdsa_sha224" },
  { 0x0401, "rsa_pkcs1_sha256" },
  { 0x0402, "dsa_sha256" },
  { 0x0403, "ecdsa_secp256r1_sha256" },
  { 0x0501, "rsa_pkcs1_sha384" },
  { 0x0502, "dsa_sha384" },
  { 0x0503, "ecdsa_secp384r1_sha384" },
  { 0x0601, "rsa_pkcs1_sha512" },
  { 0x0602, "dsa_sha512" },
  { 0x0603, "ecdsa_secp521r1_sha512" },
  { 0x0804, "rsa_pss_rsae_sha256" },
  { 0x0805, "rsa_pss_rsae_sha384" },
  { 0x0806, "rsa_pss_rsae_sha512" },
  { 0x0807, "ed25519" },
  { 0x0808, "ed448" },
  { 0x0809, "rsa_pss_pss_sha256" },
  { 0x080a, "rsa_pss_pss_sha384" },
  { 0x080b, "rsa_pss_pss_sha512" },
  { 0x081a, "ecdsa_brainpoolP256r1tls13_sha256" },
  { 0x081b, "ecdsa_brainpoolP384r1tls13_sha384" },
  { 0x081c, "ecdsa_brainpoolP512r1tls13_sha512" },
};

char *
ws_client_hello_dup_signature_algorithms (const WsClientHello *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->signature_algorithms->len; i++)
    {
      guint16     value = g_array_index (self->signature_algorithms, guint16, i);
      const char *name = NULL;

      for (gsize j = 0; j < G_N_ELEMENTS (signature_schemes) && name == NULL; j++)
        if (signature_schemes[j].value == value)
          name = signature_schemes[j].name;
      append_name (text, name, value);
    }

  return g_string_free (text, FALSE);
}

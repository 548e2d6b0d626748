/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-proxy-header-private.h"

#include <arpa/inet.h>
#include <string.h>

/* Version 1: one line of text. */
#define LINE_PREFIX "PROXY "
#define MAX_LINE_BYTES 107 /* with CRLF */

/* Version 2: a fixed part, addresses, then records of type, length and value. */
#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define SIGNATURE_LENGTH 12
#define FIXED_LENGTH 16

#define COMMAND_LOCAL 0x0
#define COMMAND_PROXY 0x1

#define RECORD_HEADER_LENGTH 3
#define RECORD_ALPN 0x01
#define RECORD_AUTHORITY 0x02
#define RECORD_CRC32C 0x03

#define CRC_LENGTH 4
#define CRC32C_POLYNOMIAL 0x82f63b78u /* Castagnoli, reflected; RFC 9260 appendix A */

typedef struct
{
  WsProxyFamily family;
  gsize         address_length; /* of one address */
  gsize         length;         /* of the block of addresses and ports */
} FamilyForm;

static WsParseResult
fail_header (const char **fault,
             const char  *text)
{
  *fault = text;
  return WS_PARSE_FAILED;
}

static guint
read_u16 (const guint8 *data)
{
  return (guint) data[0] << 8 | data[1];
}

/* --- version 1 ------------------------------------------------------------------------------- */

/* Decimal digits without a sign or leading zeros, as the specification requires. */
static gboolean
parse_port (const char *text,
            guint16    *port)
{
  guint64 value;

  if ((text[0] == '0' && text[1] != '\0') ||
      !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, &value, NULL))
    return FALSE;

  *port = (guint16) value;
  return TRUE;
}

static gboolean
parse_addresses (WsProxyHeader *header,
                 char         **words)
{
  const int family = header->family == WS_PROXY_FAMILY_IPV4 ? AF_INET : AF_INET6;

  return g_strv_length (words) == 6 && inet_pton (family, words[2], header->source.bytes) == 1 &&
         inet_pton (family, words[3], header->destination.bytes) == 1 &&
         parse_port (words[4], &header->source.port) && parse_port (words[5], &header->destination.port);
}

static WsParseResult
parse_line (WsProxyHeader *header,
            const char    *line,
            const char   **fault)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 7);
  const char *protocol = words[1];

  /* The text after UNKNOWN has to be ignored. */
  if (g_str_equal (protocol, "UNKNOWN"))
    return WS_PARSE_DONE;

  if (g_str_equal (protocol, "TCP4"))
    header->family = WS_PROXY_FAMILY_IPV4;
  else if (g_str_equal (protocol, "TCP6"))
    header->family = WS_PROXY_FAMILY_IPV6;
  else
    return fail_header (fault, "the PROXY line names a protocol other than TCP4, TCP6 and UNKNOWN");

  return parse_addresses (header, words) ? WS_PARSE_DONE
                                         : fail_header (fault, "the PROXY line has malformed addresses");
}

static WsParseResult
parse_version_1 (WsProxyHeader *header,
                 const guint8  *data,
                 gsize          length,
                 gsize         *consumed,
                 const char   **fault)
{
  const gsize      available = MIN (length, MAX_LINE_BYTES);
  const guint8    *end = memchr (data, '\n', available);
  g_autofree char *line = NULL;
  gsize            line_length;

  if (end == NULL)
    return length < MAX_LINE_BYTES ? WS_PARSE_NEED_MORE
                                   : fail_header (fault, "the PROXY line is longer than 107 bytes");

  line_length = (gsize) (end - data);
  if (data[line_length - 1] != '\r' || memchr (data, '\0', line_length) != NULL)
    return fail_header (fault, "the PROXY line does not end with CRLF");

  line = g_strndup ((const char *) data, line_length - 1);
  *consumed = line_length + 1;
  return parse_line (header, line, fault);
}

/* --- version 2 ------------------------------------------------------------------------------- */

/* The checksum covers the whole header, with the checksum field itself as zero. The header has at most 4 KiB
 * and comes once for each connection, so a table is not worth its memory. */
static guint32
compute_crc32c (const guint8 *data,
                gsize         length,
                gsize         checksum_offset)
{
  guint32 crc = G_MAXUINT32;

  for (gsize i = 0; i < length; i++)
    {
      const gboolean is_checksum = i >= checksum_offset && i - checksum_offset < CRC_LENGTH;

      crc ^= is_checksum ? 0 : data[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = (crc & 1) != 0 ? crc >> 1 ^ CRC32C_POLYNOMIAL : crc >> 1;
    }

  return ~crc;
}

static gboolean
has_right_checksum (const guint8 *data,
                    gsize         length,
                    gsize         value_offset)
{
  const guint8 *value = data + value_offset;
  const guint32 checksum = (guint32) read_u16 (value) << 16 | read_u16 (value + 2);

  return checksum == compute_crc32c (data, length, value_offset);
}

static WsParseResult
take_record (WsProxyHeader *header,
             const guint8  *data,
             gsize          length,
             gsize          offset,
             gsize          value_length,
             const char   **fault)
{
  const guint8 *value = data + offset + RECORD_HEADER_LENGTH;

  switch (data[offset])
    {
    case RECORD_ALPN:
      header->alpn = value;
      header->alpn_length = value_length;
      break;

    case RECORD_AUTHORITY:
      if (!g_utf8_validate_len ((const char *) value, value_length, NULL))
        return fail_header (fault, "the PROXY header has an authority that is not UTF-8");
      header->authority = value;
      header->authority_length = value_length;
      break;

    case RECORD_CRC32C:
      if (value_length != CRC_LENGTH || !has_right_checksum (data, length, offset + RECORD_HEADER_LENGTH))
        return fail_header (fault, "the PROXY header has a wrong checksum");
      break;

    default: /* receivers ignore unknown types */
      break;
    }

  return WS_PARSE_DONE;
}

static WsParseResult
parse_records (WsProxyHeader *header,
               const guint8  *data,
               gsize          length,
               gsize          offset,
               const char   **fault)
{
  while (offset < length)
    {
      gsize value_length;

      if (length - offset < RECORD_HEADER_LENGTH)
        return fail_header (fault, "the PROXY header ends within a record");

      value_length = read_u16 (data + offset + 1);
      if (length - offset - RECORD_HEADER_LENGTH < value_length)
        return fail_header (fault, "the PROXY header ends within a record");

      if (take_record (header, data, length, offset, value_length, fault) == WS_PARSE_FAILED)
        return WS_PARSE_FAILED;

      offset += RECORD_HEADER_LENGTH + value_length;
    }

  return WS_PARSE_DONE;
}

/* Returns the form of this family and transport. Only streams are accepted. NULL if the header must be
 * refused. */
static const FamilyForm *
find_family (guint8 code)
{
  static const FamilyForm unspecified = { WS_PROXY_FAMILY_NONE, 0, 0 };
  static const FamilyForm ipv4 = { WS_PROXY_FAMILY_IPV4, 4, 12 };
  static const FamilyForm ipv6 = { WS_PROXY_FAMILY_IPV6, 16, 36 };
  static const FamilyForm local = { WS_PROXY_FAMILY_UNIX, 0, 216 };

  switch (code)
    {
    case 0x00:
      return &unspecified;
    case 0x11:
      return &ipv4;
    case 0x21:
      return &ipv6;
    case 0x31:
      return &local;
    default:
      return NULL;
    }
}

static WsParseResult
parse_proxied (WsProxyHeader *header,
               const guint8  *data,
               gsize          length,
               const char   **fault)
{
  const FamilyForm *form = find_family (data[13]);
  const guint8     *block = data + FIXED_LENGTH;

  if (form == NULL)
    return fail_header (fault, "the PROXY header is for no stream over IP or a Unix socket");
  if (length - FIXED_LENGTH < form->length)
    return fail_header (fault, "the PROXY header is too short for its addresses");

  header->family = form->family;
  if (form->address_length > 0)
    {
      memcpy (header->source.bytes, block, form->address_length);
      memcpy (header->destination.bytes, block + form->address_length, form->address_length);
      header->source.port = (guint16) read_u16 (block + 2 * form->address_length);
      header->destination.port = (guint16) read_u16 (block + 2 * form->address_length + 2);
    }

  return parse_records (header, data, length, FIXED_LENGTH + form->length, fault);
}

static WsParseResult
parse_version_2 (WsProxyHeader *header,
                 const guint8  *data,
                 gsize          length,
                 gsize         *consumed,
                 const char   **fault)
{
  gsize total;

  if (length > SIGNATURE_LENGTH && data[SIGNATURE_LENGTH] >> 4 != 2)
    return fail_header (fault, "the PROXY header has a version other than 1 and 2");
  if (length < FIXED_LENGTH)
    return WS_PARSE_NEED_MORE;

  total = FIXED_LENGTH + read_u16 (data + 14);
  if (total > WS_PROXY_HEADER_MAX_BYTES)
    return fail_header (fault, "the PROXY header is longer than 4096 bytes");
  if (length < total)
    return WS_PARSE_NEED_MORE;

  *consumed = total;
  switch (data[SIGNATURE_LENGTH] & 0xf)
    {
    case COMMAND_LOCAL: /* the proxy's own connection: the rest is skipped */
      return WS_PARSE_DONE;
    case COMMAND_PROXY:
      return parse_proxied (header, data, total, fault);
    default:
      return fail_header (fault, "the PROXY header has an unknown command");
    }
}

/* --- both versions ------------------------------------------------------------------------------ */

static gboolean
begins_with (const guint8 *data,
             gsize         length,
             const char   *prefix,
             gsize         prefix_length)
{
  return memcmp (data, prefix, MIN (length, prefix_length)) == 0;
}

WsParseResult
ws_proxy_header_parse (WsProxyHeader *header,
                       const guint8  *data,
                       gsize          length,
                       gsize         *consumed,
                       const char   **fault)
{
  const gsize   prefix_length = strlen (LINE_PREFIX);
  WsProxyHeader parsed = { .family = WS_PROXY_FAMILY_NONE };
  gsize         used = 0;
  WsParseResult result = WS_PARSE_NEED_MORE;

  if (length == 0)
    return WS_PARSE_NEED_MORE;

  if (begins_with (data, length, LINE_PREFIX, prefix_length))
    {
      if (length >= prefix_length)
        result = parse_version_1 (&parsed, data, length, &used, fault);
    }
  else if (begins_with (data, length, SIGNATURE, SIGNATURE_LENGTH))
    {
      if (length >= SIGNATURE_LENGTH)
        result = parse_version_2 (&parsed, data, length, &used, fault);
    }
  else
    {
      return fail_header (fault, "there is no PROXY header in front of the client's bytes");
    }

  if (result == WS_PARSE_DONE)
    {
      *header = parsed;
      *consumed = used;
    }
  return result;
}

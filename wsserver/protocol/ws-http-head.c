/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-http-head-private.h"

#include "wsserver/protocol/ws-http-status-private.h"

#include <string.h>

#define LINE_END_LENGTH 2 /* CRLF */

typedef struct
{
  const char *name;
  const char *value;
  char       *joined; /* first field of a name: the values of all, once requested */
} Field;

struct _WsHttpHead
{
  /* Atomic: an object of the application may hold the head and end in any thread. */
  gatomicrefcount ref_count;
  const char     *method;
  const char     *target;
  char           *path;      /* path and query of an absolute-form target, else NULL */
  char           *authority; /* host and port of such a target, else NULL */
  const char     *header_text;
  guint           minor_version;
  guint           n_fields;

  /* Has an element for every line of the head. Two texts follow in the same allocation: the head with a NUL
   * at the end of each span, then the header lines as received. */
  Field fields[];
};

/* The rest of a head, not parsed yet. */
typedef struct
{
  char *data;
  gsize length;
} Rest;

/* --- characters ------------------------------------------------------------------------------ */

static inline gboolean
is_blank (char byte)
{
  return byte == ' ' || byte == '\t';
}

static inline gboolean
is_control (guint8 byte)
{
  return byte < 0x20 || byte == 0x7f;
}

/* RFC 9110 §5.6.2. */
static inline gboolean
is_token_character (char byte)
{
  return g_ascii_isalnum (byte) || (byte != '\0' && strchr ("!#$%&'*+-.^_`|~", byte) != NULL);
}

gsize
ws_http_get_token_length (const char *string)
{
  gsize length = 0;

  while (is_token_character (string[length]))
    length++;

  return length;
}

gboolean
ws_http_is_token_span (const char *string,
                       gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!is_token_character (string[i]))
      return FALSE;

  return length > 0;
}

gboolean
ws_http_is_token (const char *string)
{
  return ws_http_is_token_span (string, strlen (string));
}

#define EACH_BYTE(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))

/* Not 0 if one of the eight bytes is a control byte. */
static inline guint64
has_control (guint64 word)
{
  const guint64 del = word ^ EACH_BYTE (0x7f);

  return (((word - EACH_BYTE (0x20)) & ~word) | ((del - EACH_BYTE (0x01)) & ~del)) &
         EACH_BYTE (0x80);
}

/* Returns the offset of the first control byte other than HTAB in data[start .. end), or end. */
static gsize
find_control (const guint8 *data,
              gsize         start,
              gsize         end)
{
  gsize i = start;

  while (i < end)
    {
      guint64 word;

      while (end - i >= sizeof word)
        {
          memcpy (&word, data + i, sizeof word);

          if (has_control (word))
            break;

          i += sizeof word;
        }

      for (const gsize stop = i + MIN (end - i, sizeof word); i < stop; i++)
        if (is_control (data[i]) && data[i] != '\t')
          return i;
    }

  return end;
}

/* --- scanning -------------------------------------------------------------------------------- */

static WsParseResult
refuse_head (guint       *status,
             const char **fault,
             guint        refusal_status,
             const char  *refusal_fault)
{
  *status = refusal_status;
  *fault = refusal_fault;

  return WS_PARSE_FAILED;
}

/* Accepts the CR of an empty line before the request line. Some old clients send such a line after the body
 * of the previous request. A server ignores at least one. RFC 9112 §2.2. */
static WsParseResult
scan_empty_line (WsHttpHeadScanner *scanner,
                 const guint8      *data,
                 guint             *status,
                 const char       **fault)
{
  if (data[1] != '\n')
    return refuse_head (status, fault, WS_HTTP_BAD_REQUEST, "CR without LF in the request head");

  scanner->line_start = LINE_END_LENGTH;
  scanner->scanned = LINE_END_LENGTH;

  return WS_PARSE_NEED_MORE;
}

/* Accepts the CR at offset cr, which must begin a line end. NEED_MORE if it does and the head continues
 * after it. */
static WsParseResult
scan_line_end (WsHttpHeadScanner *scanner,
               const guint8      *data,
               gsize              cr,
               gsize             *head_length,
               guint             *status,
               const char       **fault)
{
  if (data[cr + 1] != '\n')
    return refuse_head (status, fault, WS_HTTP_BAD_REQUEST, "CR without LF in the request head");

  if (cr == scanner->line_start)
    {
      *head_length = cr + LINE_END_LENGTH;
      return WS_PARSE_DONE;
    }

  scanner->n_lines++;
  scanner->line_start = cr + LINE_END_LENGTH;
  scanner->scanned = scanner->line_start;

  return WS_PARSE_NEED_MORE;
}

WsParseResult
ws_http_head_scan (WsHttpHeadScanner *scanner,
                   const WsLimits    *limits,
                   const guint8      *data,
                   gsize              length,
                   gsize             *head_length,
                   guint             *status,
                   const char       **fault)
{
  const gsize max_head = limits->max_head_bytes;
  const gsize max_request_line = MIN (WS_MAX_REQUEST_LINE_BYTES, max_head / 2);

  for (;;)
    {
      const gboolean in_request_line = scanner->n_lines == 0;
      gsize          end = MIN (length, max_head);
      gsize          i;
      WsParseResult  result;

      if (in_request_line)
        end = MIN (end, scanner->line_start + max_request_line + 1);

      if (scanner->n_lines > limits->max_head_fields && scanner->line_start < end &&
          data[scanner->line_start] != '\r')
        return refuse_head (status, fault, WS_HTTP_FIELDS_TOO_LARGE, "more header fields than MaxHeaderFields");

      i = find_control (data, scanner->scanned, end);
      scanner->scanned = i;

      if (in_request_line && i > scanner->line_start + max_request_line)
        return refuse_head (status, fault, WS_HTTP_URI_TOO_LONG, "request line over its limit");

      /* A CR at the last position is over the limit as well, because its LF would be. */
      if (i >= max_head || (i + 1 == max_head && i < end && data[i] == '\r'))
        return refuse_head (status, fault, WS_HTTP_FIELDS_TOO_LARGE, "request head over its limit");

      if (i == end)
        return WS_PARSE_NEED_MORE;

      if (data[i] != '\r')
        return refuse_head (status, fault, WS_HTTP_BAD_REQUEST, "control byte in the request head");

      if (in_request_line && i == scanner->line_start && i > 0)
        return refuse_head (status, fault, WS_HTTP_BAD_REQUEST, "empty lines before the request line");

      if (i + 1 == length)
        return WS_PARSE_NEED_MORE;

      if (i == 0)
        result = scan_empty_line (scanner, data, status, fault);
      else
        result = scan_line_end (scanner, data, i, head_length, status, fault);

      if (result != WS_PARSE_NEED_MORE)
        return result;
    }
}

/* --- parsing --------------------------------------------------------------------------------- */

/* Removes one line from the rest and ends it with a NUL. NULL if there is no CRLF, or if the line contains a
 * byte that is not allowed. */
static char *
take_head_line (Rest  *rest,
                gsize *line_length)
{
  char       *line = rest->data;
  const gsize length = find_control ((const guint8 *) line, 0, rest->length);

  if (rest->length - length < LINE_END_LENGTH || line[length] != '\r' || line[length + 1] != '\n')
    return NULL;

  line[length] = '\0';
  *line_length = length;
  rest->data += length + LINE_END_LENGTH;
  rest->length -= length + LINE_END_LENGTH;

  return line;
}

/* A target in absolute form has both host and path. RFC 9112 §3.2.2. */
static void
split_target (WsHttpHead *head,
              const char *target)
{
  const char *scheme_end = target[0] != '/' ? strstr (target, "://") : NULL;
  const char *authority;
  const char *rest;

  if (scheme_end == NULL)
    return;

  authority = scheme_end + strlen ("://");
  rest = authority + strcspn (authority, "/?#");
  head->authority = g_strndup (authority, (gsize) (rest - authority));
  head->path = g_strconcat (*rest == '/' ? "" : "/", rest, NULL);
}

/* RFC 9112 §3: method SP request-target SP HTTP-version, one space each. Returns the fault. */
static const char *
parse_request_line (WsHttpHead *head,
                    char       *line,
                    guint      *status)
{
  char *target = strchr (line, ' ');
  char *version = target != NULL ? strchr (target + 1, ' ') : NULL;

  *status = WS_HTTP_BAD_REQUEST;

  if (version == NULL)
    return "request line is not \"method target version\"";

  *target++ = '\0';
  *version++ = '\0';

  if (!ws_http_is_token (line))
    return "method is not a token";

  if (*target == '\0')
    return "request target is empty";

  for (const char *p = target; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return "request target holds a byte that no URI can";

  /* RFC 9112 §2.3: case-sensitive, one digit each. */
  if (strlen (version) != strlen ("HTTP/1.1") || strncmp (version, "HTTP/", 5) != 0 ||
      !g_ascii_isdigit (version[5]) || version[6] != '.' || !g_ascii_isdigit (version[7]))
    return "HTTP version is malformed";

  if (version[5] != '1')
    {
      *status = WS_HTTP_BAD_REQUEST;
      return "HTTP version is not 1.x";
    }

  split_target (head, target);
  head->method = line;
  head->target = target;
  head->minor_version = (guint) g_ascii_digit_value (version[7]);

  return NULL;
}

/* RFC 9112 §5: field-name ":" OWS field-value OWS. Returns the fault. */
static const char *
parse_field (WsHttpHead *head,
             char       *line,
             gsize       length)
{
  char *colon = strchr (line, ':');
  char *value;
  char *end = line + length;

  /* RFC 9112 §5.2: a server may refuse folded lines, and should, because proxies treat them differently. */
  if (is_blank (line[0]))
    return "folded header line";

  if (colon == NULL)
    return "header line without a colon";

  *colon = '\0';

  /* This includes white space before the colon, which RFC 9112 §5.1 forbids. */
  if (!ws_http_is_token (line))
    return "header field name is not a token";

  for (value = colon + 1; is_blank (*value); value++)
    ;

  while (end > value && is_blank (end[-1]))
    end--;

  *end = '\0';

  head->fields[head->n_fields].name = line;
  head->fields[head->n_fields].value = value;
  head->fields[head->n_fields].joined = NULL;
  head->n_fields++;

  return NULL;
}

/* A field value may contain any byte from 0x80 up (RFC 9110 §5.5). The application gets UTF-8 text, and
 * language bindings rely on that. Each invalid byte becomes a question mark. A NUL stays: take_head_line()
 * refuses it, as it does any control byte. */
static void
replace_invalid_utf8 (char *text,
                      gsize length)
{
  const char *end = text + length;
  const char *invalid = text;

  while (!g_utf8_validate_len (invalid, (gsize) (end - invalid), &invalid))
    if (*invalid == '\0')
      invalid++;
    else
      text[invalid - text] = '?';
}

/* Makes one allocation with an element for each field of data. rest is the copy to parse. */
static WsHttpHead *
allocate_head (const guint8 *data,
               gsize         head_length,
               Rest         *rest)
{
  WsHttpHead   *head;
  const guint8 *first_line_end = memchr (data, '\n', head_length);
  const gsize   header_start =
      first_line_end != NULL ? (gsize) (first_line_end - data) + 1 : head_length;
  const gsize header_length =
      head_length - header_start >= LINE_END_LENGTH ? head_length - header_start - LINE_END_LENGTH
                                                    : 0;
  gsize n_lines = 0;
  gsize size;
  char *header_text;

  for (const guint8 *p = first_line_end; p != NULL;
       p = memchr (p + 1, '\n', head_length - (gsize) (p + 1 - data)))
    n_lines++;

  size = sizeof *head + n_lines * sizeof (Field);
  head = g_malloc (size + head_length + 1 + header_length + 1);
  memset (head, 0, sizeof *head);
  g_atomic_ref_count_init (&head->ref_count);

  rest->data = (char *) head + size;
  rest->length = head_length;
  memcpy (rest->data, data, head_length);
  rest->data[head_length] = '\0';

  replace_invalid_utf8 (rest->data, head_length);

  header_text = rest->data + head_length + 1;
  memcpy (header_text, rest->data + header_start, header_length);
  header_text[header_length] = '\0';
  head->header_text = header_text;

  return head;
}

WsHttpHead *
ws_http_head_parse (const guint8 *data,
                    gsize         head_length,
                    guint        *status,
                    const char  **fault)
{
  g_autoptr (WsHttpHead) head = NULL;
  const char *line_fault = "request head does not end in an empty line";
  guint       line_status = WS_HTTP_BAD_REQUEST;
  Rest        rest;
  char       *line;
  gsize       length;

  if (head_length == 0)
    {
      *status = WS_HTTP_BAD_REQUEST;
      *fault = line_fault;
      return NULL;
    }

  /* The empty line that ws_http_head_scan() ignores. */
  if (head_length > LINE_END_LENGTH && data[0] == '\r' && data[1] == '\n')
    {
      data += LINE_END_LENGTH;
      head_length -= LINE_END_LENGTH;
    }

  head = allocate_head (data, head_length, &rest);
  line = take_head_line (&rest, &length);

  if (line != NULL)
    line_fault = parse_request_line (head, line, &line_status);

  while (line_fault == NULL)
    {
      line = take_head_line (&rest, &length);

      if (line == NULL)
        line_fault = "control byte or wrong line end in the request head";
      else if (length > 0)
        line_fault = parse_field (head, line, length);
      else if (rest.length > 0)
        line_fault = "bytes after the empty line of the request head";
      else
        return g_steal_pointer (&head);
    }

  *status = line_status;
  *fault = line_fault;

  return NULL;
}

WsHttpHead *
ws_http_head_ref (WsHttpHead *head)
{
  g_atomic_ref_count_inc (&head->ref_count);
  return head;
}

void
ws_http_head_unref (WsHttpHead *head)
{
  if (!g_atomic_ref_count_dec (&head->ref_count))
    return;

  for (guint i = 0; i < head->n_fields; i++)
    g_free (head->fields[i].joined);
  g_free (head->path);
  g_free (head->authority);
  g_free (head);
}

/* --- access ---------------------------------------------------------------------------------- */

const char *
ws_http_head_get_method (const WsHttpHead *head)
{
  return head->method;
}

const char *
ws_http_head_get_target (const WsHttpHead *head)
{
  return head->target;
}

const char *
ws_http_head_get_path (const WsHttpHead *head)
{
  return head->path != NULL ? head->path : head->target;
}

const char *
ws_http_head_get_host (const WsHttpHead *head)
{
  return head->authority != NULL ? head->authority : ws_http_head_get (head, "Host");
}

guint
ws_http_head_get_minor_version (const WsHttpHead *head)
{
  return head->minor_version;
}

const char *
ws_http_head_get_header_text (const WsHttpHead *head)
{
  return head->header_text;
}

/* Returns the next field of this name at or after *index and moves *index past it. NULL at the end. */
static const Field *
next_field (const WsHttpHead *head,
            const char       *name,
            guint            *index)
{
  while (*index < head->n_fields)
    {
      const Field *field = &head->fields[*index];

      (*index)++;

      if (g_ascii_strcasecmp (field->name, name) == 0)
        return field;
    }

  return NULL;
}

guint
ws_http_head_count (const WsHttpHead *head,
                    const char       *name)
{
  guint count = 0;
  guint index = 0;

  while (next_field (head, name, &index) != NULL)
    count++;

  return count;
}

const char *
ws_http_head_get (const WsHttpHead *head,
                  const char       *name)
{
  guint        index = 0;
  const Field *field = next_field (head, name, &index);

  return field != NULL ? field->value : NULL;
}

static char *
join_fields (const WsHttpHead *head,
             const char       *name,
             const char       *separator)
{
  guint        index = 0;
  const Field *field = next_field (head, name, &index);
  GString     *joined;

  if (field == NULL)
    return NULL;

  joined = g_string_new (field->value);

  while ((field = next_field (head, name, &index)) != NULL)
    {
      g_string_append (joined, separator);
      g_string_append (joined, field->value);
    }

  return g_string_free (joined, FALSE);
}

char *
ws_http_head_get_combined (const WsHttpHead *head,
                           const char       *name)
{
  return join_fields (head, name, ", ");
}

const char *
ws_http_head_get_joined (WsHttpHead *head,
                         const char *name)
{
  guint  index = 0;
  Field *first;

  if (next_field (head, name, &index) == NULL)
    return NULL;

  first = &head->fields[index - 1];
  if (next_field (head, name, &index) == NULL)
    return first->value;

  /* Cookie is not a comma-separated list and may still come in several lines. RFC 9113 §8.2.3. */
  if (first->joined == NULL)
    first->joined = join_fields (head, name, g_ascii_strcasecmp (name, "Cookie") == 0 ? "; " : ", ");

  return first->joined;
}

char *
ws_http_head_get_list (const WsHttpHead *head,
                       const char       *name)
{
  g_autofree char *combined = ws_http_head_get_combined (head, name);
  const char      *list = combined;
  const char      *element;
  gsize            length;
  GString         *elements;

  if (combined == NULL)
    return NULL;

  elements = g_string_new (NULL);

  while (ws_http_list_next (&list, &element, &length))
    {
      if (length > 0 && elements->len > 0)
        g_string_append (elements, ", ");

      g_string_append_len (elements, element, (gssize) length);
    }

  return g_string_free (elements, FALSE);
}

gboolean
ws_http_list_next (const char **list,
                   const char **element,
                   gsize       *length)
{
  const char *start = *list;
  const char *end;

  if (start == NULL)
    return FALSE;

  end = start + strcspn (start, ",");
  *list = *end == ',' ? end + 1 : NULL;

  while (start < end && is_blank (*start))
    start++;

  while (end > start && is_blank (end[-1]))
    end--;

  *element = start;
  *length = (gsize) (end - start);

  return TRUE;
}

gboolean
ws_http_head_has_token (const WsHttpHead *head,
                        const char       *name,
                        const char       *token)
{
  const gsize  token_length = strlen (token);
  guint        index = 0;
  const Field *field;

  while ((field = next_field (head, name, &index)) != NULL)
    {
      const char *list = field->value;
      const char *element;
      gsize       length;

      while (ws_http_list_next (&list, &element, &length))
        if (length == token_length && g_ascii_strncasecmp (element, token, length) == 0)
          return TRUE;
    }

  return FALSE;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-http-select-private.h"

#include <string.h>

#include "wsserver/protocol/ws-http-date-private.h"
#include "wsserver/protocol/ws-http-status-private.h"

/* --- conditions ------------------------------------------------------------------------------ */

/* TRUE if the list of entity tags is "*" or has this one. Tags cannot contain a quotation mark, so that the
 * quoted text can only be found as a whole. A weak comparison ignores W/, a strong one accepts no such tag.
 * RFC 9110 §8.8.3.2. */
static gboolean
matches_etag (const WsHttpHead *head,
              const char       *name,
              const char       *etag,
              gboolean          is_strong)
{
  g_autofree char *list = ws_http_head_get_combined (head, name);
  const char      *found = list;

  if (strcmp (list, "*") == 0)
    return TRUE;

  while (etag != NULL && (found = strstr (found, etag)) != NULL)
    {
      if (!is_strong || found < list + 2 || found[-1] != '/' || found[-2] != 'W')
        return TRUE;

      found++;
    }

  return FALSE;
}

/* TRUE if the field has a valid date, and the representation a time. */
static gboolean
get_date (const WsHttpHead           *head,
          const char                 *name,
          const WsHttpRepresentation *representation,
          gint64                     *seconds)
{
  const char *value = ws_http_head_get (head, name);

  return value != NULL && ws_http_head_count (head, name) == 1 &&
         representation->modified_s != WS_HTTP_UNKNOWN_TIME && ws_http_date_parse (value, seconds);
}

/* Returns 200 if the conditions do not forbid a response with the content. */
static guint
evaluate_conditions (const WsHttpHead           *head,
                     const WsHttpRepresentation *representation)
{
  gint64 seconds;

  if (ws_http_head_count (head, "If-Match") > 0)
    {
      if (!matches_etag (head, "If-Match", representation->etag, TRUE))
        return WS_HTTP_PRECONDITION_FAILED;
    }
  else if (get_date (head, "If-Unmodified-Since", representation, &seconds))
    {
      if (representation->modified_s > seconds)
        return WS_HTTP_PRECONDITION_FAILED;
    }

  if (ws_http_head_count (head, "If-None-Match") > 0)
    {
      if (matches_etag (head, "If-None-Match", representation->etag, FALSE))
        return WS_HTTP_NOT_MODIFIED;
    }
  else if (get_date (head, "If-Modified-Since", representation, &seconds))
    {
      if (representation->modified_s <= seconds)
        return WS_HTTP_NOT_MODIFIED;
    }

  return WS_HTTP_OK;
}

/* --- ranges ---------------------------------------------------------------------------------- */

/* RFC 9110 §13.1.5: a client that has a part asks for the rest only of the same representation. */
static gboolean
allows_range (const WsHttpHead           *head,
              const WsHttpRepresentation *representation)
{
  const char *value = ws_http_head_get (head, "If-Range");
  gint64      seconds;

  if (value == NULL)
    return TRUE;

  if (ws_http_head_count (head, "If-Range") > 1)
    return FALSE;

  if (*value == '"' || g_str_has_prefix (value, "W/"))
    return g_strcmp0 (value, representation->etag) == 0;

  return get_date (head, "If-Range", representation, &seconds) && seconds == representation->modified_s;
}

/* Reads digits and moves *text past them. A number that no integer holds becomes the largest. */
static gboolean
read_position (const char **text,
               guint64     *position)
{
  const char *start = *text;

  *position = 0;
  for (; g_ascii_isdigit (**text); (*text)++)
    {
      const guint64 digit = (guint64) g_ascii_digit_value (**text);

      *position = *position > (G_MAXUINT64 - digit) / 10 ? G_MAXUINT64 : 10 * *position + digit;
    }

  return *text > start;
}

/* RFC 9110 §14.1.2: first "-" [ last ], or "-" length. FALSE if the text is no single range. */
static gboolean
parse_range (const char      *text,
             guint64          length,
             WsHttpSelection *part)
{
  guint64 first = 0;
  guint64 last = G_MAXUINT64;

  if (*text == '-')
    {
      text++;
      if (!read_position (&text, &last) || *text != '\0')
        return FALSE;

      part->length = MIN (last, length);
      part->offset = length - part->length;
      return TRUE;
    }

  if (!read_position (&text, &first) || *text != '-')
    return FALSE;

  text++;
  if (*text != '\0' && (!read_position (&text, &last) || *text != '\0' || last < first))
    return FALSE;

  part->offset = MIN (first, length);
  part->length = part->offset == length ? 0 : MIN (last, length - 1) - part->offset + 1;
  return TRUE;
}

static gboolean
select_range (const WsHttpHead           *head,
              const WsHttpRepresentation *representation,
              WsHttpSelection            *selection)
{
  static const char unit[] = "bytes=";
  const char       *range = ws_http_head_get (head, "Range");
  WsHttpSelection   part = { WS_HTTP_PARTIAL_CONTENT, 0, 0 };

  if (range == NULL || strcmp (ws_http_head_get_method (head), "GET") != 0 ||
      ws_http_head_count (head, "Range") > 1 || g_ascii_strncasecmp (range, unit, strlen (unit)) != 0 ||
      !allows_range (head, representation) ||
      !parse_range (range + strlen (unit), representation->length, &part))
    return FALSE;

  if (part.length == 0)
    part = (WsHttpSelection){ WS_HTTP_RANGE_NOT_SATISFIABLE, 0, 0 };
  *selection = part;

  return TRUE;
}

WsHttpSelection
ws_http_select (const WsHttpHead           *head,
                const WsHttpRepresentation *representation)
{
  WsHttpSelection selection = { evaluate_conditions (head, representation), 0, 0 };

  if (selection.status == WS_HTTP_OK && !select_range (head, representation, &selection))
    selection.length = representation->length;

  return selection;
}

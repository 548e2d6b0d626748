/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Line mode: what is received becomes lines. */
#include "wsserver/connection/ws-connection-lines-private.h"

#include <string.h>

#include "wsserver/connection/ws-connection-events-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-turn-private.h"
#include "wsserver/io/ws-byte-buffer-private.h"

/* Whether a piece of MaxLineLength bytes is certain not to be the whole of a line: more follows
 * that is not, and cannot become, its end. */
static gboolean
is_over_long (const guint8 *start,
              gsize         available,
              gsize         max)
{
  return available > max + 1 || (available == max + 1 && start[max] != '\r');
}

/* The next line in extra->line, or MaxLineLength bytes of a longer one. What it finds depends on the
 * bytes alone, never on how they were cut. */
static gboolean
find_line (WsConnectionExtra *extra,
           gsize             *length,
           gsize             *used,
           gboolean          *eol)
{
  gsize         available = extra->line.length - extra->line_start;
  gsize         max = extra->settings.max_line_bytes;
  const guint8 *start;
  const guint8 *end;

  if (available == 0)
    return FALSE;

  start = extra->line.data + extra->line_start;
  end = memchr (start + extra->line_searched, '\n', available - extra->line_searched);
  extra->line_searched = end != NULL ? (gsize) (end - start) : available;
  if (end != NULL)
    {
      *length = extra->line_searched;
      *used = *length + 1;
      if (*length > 0 && end[-1] == '\r')
        *length -= 1;
      *eol = *length <= max;
      if (*eol)
        return TRUE;
    }
  else if (!is_over_long (start, available, max))
    {
      return FALSE;
    }

  *length = *used = max;
  *eol = FALSE;
  return TRUE;
}

/* The lines that were delivered are dropped now and then only. Doing so after each one would move the rest
 * once for each line, if the application pauses after each. */
static void
drop_delivered_lines (WsConnectionExtra *extra)
{
  if (extra->line_start < extra->line.length - extra->line_start)
    return;

  ws_byte_buffer_remove_head (&extra->line, extra->line_start);
  extra->line_start = 0;
}

/* The buffer and the place in it are the connection's, so that a nested dispatch goes on where this one
 * stands. */
static void
deliver_waiting_lines (WsConnection *self)
{
  WsConnectionExtra *extra = self->extra;
  gsize              line_length;
  gsize              used;
  gboolean           eol;

  while (ws_connection_is_receiving (self) && self->line_mode && self->delivery != WS_DELIVERY_PAUSED &&
         !self->turn_over && find_line (extra, &line_length, &used, &eol))
    {
      g_autoptr (GBytes) line = g_bytes_new (extra->line.data + extra->line_start, line_length);

      extra->line_start += used;
      extra->line_searched -= MIN (used, extra->line_searched);
      ws_connection_emit_data_in (self, WS_DATA_FORMAT_AUTOMATIC, line,
                                  extra->line_message_end && extra->line_start == extra->line.length, eol);
      ws_connection_spend_turn (self, line_length);
    }

  drop_delivered_lines (extra);
  if (!self->line_mode)
    ws_connection_deliver_rest_of_line (self);
}

/* Lines end with LF or CRLF and may begin in one message and end in another. */
void
ws_connection_deliver_lines (WsConnection *self,
                             const guint8 *data,
                             gsize         length,
                             gboolean      message_end)
{
  WsConnectionExtra *extra = ws_connection_ensure_extra (self);
  WsByteBuffer      *begun = &extra->message;

  /* Line mode may begin inside a message of which a part is waiting. */
  if (begun->length > 0)
    {
      ws_byte_buffer_append (&extra->line, begun->data, begun->length);
      ws_byte_buffer_clear (begun);
    }
  ws_byte_buffer_append (&extra->line, data, length);
  extra->line_message_end = message_end;
  deliver_waiting_lines (self);
}

void
ws_connection_resume_lines (WsConnection *self)
{
  if (self->extra == NULL || self->extra->line.length == 0)
    return;

  if (self->line_mode)
    deliver_waiting_lines (self);
  else
    ws_connection_deliver_rest_of_line (self);
}

gboolean
ws_connection_deliver_rest_of_line (WsConnection *self)
{
  g_autoptr (GBytes) rest = NULL;

  if (self->extra == NULL || self->extra->line.length <= self->extra->line_start)
    return FALSE;

  ws_byte_buffer_remove_head (&self->extra->line, self->extra->line_start);
  self->extra->line_start = 0;
  self->extra->line_searched = 0;
  rest = ws_byte_buffer_take (&self->extra->line);
  ws_connection_emit_data_in (self, WS_DATA_FORMAT_AUTOMATIC, rest, TRUE, FALSE);
  return TRUE;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "demo-message.h"

#include "demo-json.h"

#define CLOSE_CODE_TRY_AGAIN_LATER 1013

GString *
demo_message_new (const char *type)
{
  GString *message = g_string_new ("{");

  demo_json_append_member (message, "type", type);
  return message;
}

/* A message about one person in the room: id, name and time. */
GString *
demo_message_new_event (const char *type,
                        const char *id,
                        const char *name)
{
  GString *message = demo_message_new (type);

  demo_json_append_member (message, "id", id);
  demo_json_append_member (message, "name", name);
  demo_json_append_number (message, "time", g_get_real_time () / 1000);
  return message;
}

GBytes *
demo_message_take (GString *message)
{
  g_string_append_c (message, '}');
  return g_string_free_to_bytes (message);
}

/* The connection's data-format is text, so the bytes are sent without a copy. */
void
demo_message_send (WsConnection *connection,
                   GBytes       *message)
{
  g_autoptr (GError) error = NULL;

  if (ws_connection_send (connection, message, &error))
    return;

  /* The client has stopped reading, so no later message would reach it. */
  if (g_error_matches (error, WS_ERROR, WS_ERROR_WOULD_BLOCK))
    ws_connection_close (connection, CLOSE_CODE_TRY_AGAIN_LATER, "too slow for this chat", NULL);
}

void
demo_message_send_error (WsConnection *connection,
                         const char   *text)
{
  g_autoptr (GBytes) bytes = NULL;
  GString *message = demo_message_new ("error");

  demo_json_append_member (message, "text", text);
  bytes = demo_message_take (message);
  demo_message_send (connection, bytes);
}

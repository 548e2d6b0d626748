/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "demo-room.h"

#include "demo-json.h"
#include "demo-message.h"
#include "demo-name.h"

#define MAX_TEXT_CHARACTERS 2000
#define MAX_MESSAGE_BYTES (32 * 1024) /* fits MAX_TEXT_CHARACTERS, each written as two \uXXXX */
#define MAX_RECENT_MESSAGES 50

#define CLOSE_CODE_UNSUPPORTED_DATA 1003
#define CLOSE_CODE_MESSAGE_TOO_BIG 1009

typedef struct
{
  WsConnection *connection;
  char         *id;   /* of the person; connection ids of two servers may be equal */
  char         *name; /* no two members have names with the same key */
} Member;

struct _DemoRoom
{
  char      *id;      /* a new one each time the program starts */
  GPtrArray *members; /* who have joined, in order of joining */
  GQueue     recent;  /* the last "message" objects, as JSON, oldest first */
  gint64     serial;  /* of the last message */
  guint      last_id; /* of a member */
};

/* Answers a client's message of one type; member is NULL if the client has not joined yet. */
typedef void (*Handler) (DemoRoom     *self,
                         WsConnection *connection,
                         Member       *member,
                         const char   *argument);

static void
member_free (Member *member)
{
  g_object_unref (member->connection);
  g_free (member->id);
  g_free (member->name);
  g_free (member);
}

static Member *
find_member (DemoRoom     *self,
             WsConnection *connection)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      Member *member = g_ptr_array_index (self->members, i);

      if (member->connection == connection)
        return member;
    }

  return NULL;
}

static gboolean
is_name_taken (DemoRoom   *self,
               const char *name,
               Member     *except)
{
  g_autofree char *folded = demo_name_fold (name);

  for (guint i = 0; i < self->members->len; i++)
    {
      Member          *member = g_ptr_array_index (self->members, i);
      g_autofree char *other = demo_name_fold (member->name);

      if (member != except && g_str_equal (folded, other))
        return TRUE;
    }

  return FALSE;
}

/* Returns the wanted name, with a number added if another member has that name. */
static char *
choose_name (DemoRoom   *self,
             const char *wanted,
             Member     *except)
{
  g_autofree char *tidy = demo_name_tidy (wanted);
  g_autofree char *name = g_strdup (tidy);

  for (guint number = 2; is_name_taken (self, name, except); number++)
    {
      g_free (name);
      name = g_strdup_printf ("%s %u", tidy, number);
    }

  return g_steal_pointer (&name);
}

/* Iterates over a copy of the list, because a handler may remove members during a send. */
static void
send_to_all (DemoRoom *self,
             GBytes   *json)
{
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->members->len; i++)
    {
      Member *member = g_ptr_array_index (self->members, i);

      g_ptr_array_add (connections, g_object_ref (member->connection));
    }

  for (guint i = 0; i < connections->len; i++)
    demo_message_send (g_ptr_array_index (connections, i), json);
}

static void
send_welcome (DemoRoom     *self,
              const Member *member)
{
  g_autoptr (GBytes) bytes = NULL;
  GString *json = demo_message_new_event ("welcome", member->id, member->name);

  demo_json_append_member (json, "room", self->id);

  g_string_append (json, ",\"people\":[");
  for (guint i = 0; i < self->members->len; i++)
    {
      Member *other = g_ptr_array_index (self->members, i);

      g_string_append (json, i > 0 ? ",{" : "{");
      demo_json_append_member (json, "id", other->id);
      demo_json_append_member (json, "name", other->name);
      g_string_append_c (json, '}');
    }

  g_string_append (json, "],\"recent\":[");
  for (GList *link = self->recent.head; link != NULL; link = link->next)
    {
      gsize       length;
      const char *message = g_bytes_get_data (link->data, &length);

      if (link->prev != NULL)
        g_string_append_c (json, ',');
      g_string_append_len (json, message, (gssize) length);
    }
  g_string_append_c (json, ']');

  bytes = demo_message_take (json);
  demo_message_send (member->connection, bytes);
}

static void
handle_join (DemoRoom     *self,
             WsConnection *connection,
             Member       *member,
             const char   *name)
{
  g_autoptr (GBytes) joined = NULL;

  if (member != NULL)
    {
      demo_message_send_error (connection, "You have already joined.");
      return;
    }

  member = g_new0 (Member, 1);
  member->connection = g_object_ref (connection);
  member->id = g_strdup_printf ("%u", ++self->last_id);
  member->name = choose_name (self, name, NULL);

  /* Send to the others before the member is added, so that it does not get the message about itself. */
  joined = demo_message_take (demo_message_new_event ("joined", member->id, member->name));
  send_to_all (self, joined);

  g_ptr_array_add (self->members, member);
  send_welcome (self, member);
}

static void
handle_say (DemoRoom     *self,
            WsConnection *connection,
            Member       *member,
            const char   *text)
{
  g_autofree char *trimmed = g_strchomp (g_strdup (text));
  GString         *json;

  if (g_utf8_strlen (trimmed, -1) > MAX_TEXT_CHARACTERS)
    {
      demo_message_send_error (connection, "The message is too long.");
      return;
    }

  if (*trimmed == '\0')
    return;

  json = demo_message_new_event ("message", member->id, member->name);
  demo_json_append_member (json, "text", trimmed);
  demo_json_append_number (json, "serial", ++self->serial);

  g_queue_push_tail (&self->recent, demo_message_take (json));
  if (g_queue_get_length (&self->recent) > MAX_RECENT_MESSAGES)
    g_bytes_unref (g_queue_pop_head (&self->recent));

  send_to_all (self, g_queue_peek_tail (&self->recent));
}

static void
handle_rename (DemoRoom     *self,
               WsConnection *connection,
               Member       *member,
               const char   *wanted)
{
  g_autofree char *old = NULL;
  g_autofree char *name = choose_name (self, wanted, member);
  g_autoptr (GBytes) bytes = NULL;
  GString *json;

  if (g_str_equal (name, member->name))
    return;

  old = g_steal_pointer (&member->name);
  member->name = g_steal_pointer (&name);

  json = demo_message_new_event ("renamed", member->id, member->name);
  demo_json_append_member (json, "old", old);
  bytes = demo_message_take (json);
  send_to_all (self, bytes);
}

/* The page measures the round-trip time with this, since JavaScript cannot send a ping frame. */
static void
handle_ping (DemoRoom     *self,
             WsConnection *connection,
             Member       *member,
             const char   *id)
{
  g_autoptr (GBytes) bytes = NULL;
  GString *json = demo_message_new ("pong");

  demo_json_append_member (json, "id", id);
  bytes = demo_message_take (json);
  demo_message_send (connection, bytes);
}

static const struct
{
  const char *type;
  const char *argument; /* the JSON member that is required */
  gboolean    members_only;
  Handler     handler;
} handlers[] = {
  { "join", "name", FALSE, handle_join },
  { "say", "text", TRUE, handle_say },
  { "rename", "name", TRUE, handle_rename },
  { "ping", "id", FALSE, handle_ping },
};

static void
receive_object (DemoRoom     *self,
                WsConnection *connection,
                GHashTable   *object)
{
  const char *type = g_hash_table_lookup (object, "type");
  Member     *member = find_member (self, connection);

  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++)
    {
      const char *argument = g_hash_table_lookup (object, handlers[i].argument);

      if (g_strcmp0 (type, handlers[i].type) != 0)
        continue;

      if (argument == NULL)
        demo_message_send_error (connection, "A member of the message is missing.");
      else if (handlers[i].members_only && member == NULL)
        demo_message_send_error (connection, "Join first.");
      else
        handlers[i].handler (self, connection, member, argument);
      return;
    }

  demo_message_send_error (connection, "This type of message is unknown.");
}

static void
data_in_cb (WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data,
            gboolean      eom,
            gboolean      eol,
            DemoRoom     *self)
{
  g_autoptr (GHashTable) object = NULL;
  gsize       length;
  const char *text = g_bytes_get_data (data, &length);

  if (format != WS_DATA_FORMAT_TEXT)
    {
      ws_connection_close (connection, CLOSE_CODE_UNSUPPORTED_DATA, "the chat takes text", NULL);
      return;
    }

  if (length > MAX_MESSAGE_BYTES)
    {
      ws_connection_close (connection, CLOSE_CODE_MESSAGE_TOO_BIG, "too long for the chat", NULL);
      return;
    }

  object = demo_json_parse_object (text, length);
  if (object == NULL)
    demo_message_send_error (connection, "The message is not a flat JSON object.");
  else
    receive_object (self, connection, object);
}

static void
disconnected_cb (WsConnection *connection,
                 int           code,
                 const char   *description,
                 DemoRoom     *self)
{
  g_autoptr (GBytes) left = NULL;
  Member *member = find_member (self, connection);

  if (member == NULL)
    return;

  left = demo_message_take (demo_message_new_event ("left", member->id, member->name));
  g_ptr_array_remove (self->members, member);
  send_to_all (self, left);
}

DemoRoom *
demo_room_new (void)
{
  DemoRoom *self = g_new0 (DemoRoom, 1);

  self->id = g_uuid_string_random ();
  self->members = g_ptr_array_new_with_free_func ((GDestroyNotify) member_free);
  g_queue_init (&self->recent);
  return self;
}

/* All connections of the room must have ended before. */
void
demo_room_free (DemoRoom *self)
{
  g_queue_clear_full (&self->recent, (GDestroyNotify) g_bytes_unref);
  g_ptr_array_unref (self->members);
  g_free (self->id);
  g_free (self);
}

/* Takes over a connection that has just opened. */
void
demo_room_serve (DemoRoom     *self,
                 WsConnection *connection)
{
  ws_connection_set_data_format (connection, WS_DATA_FORMAT_TEXT);
  g_signal_connect (connection, "data-in", G_CALLBACK (data_in_cb), self);
  g_signal_connect (connection, "disconnected", G_CALLBACK (disconnected_cb), self);
}

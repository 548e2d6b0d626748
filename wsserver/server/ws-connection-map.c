/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/server/ws-connection-map-private.h"
#include "wsserver/server/ws-connection-map.h"
#include "wsserver/connection/ws-connection-private.h"

#define NOT_LISTED G_MAXUINT

/**
 * WsConnectionMap:
 *
 * The clients that are connected: a list model of [class@Ws.Connection] with look-up by id.
 *
 * `items-changed` is emitted as clients come and go, so a GTK list can be bound to it. Looking up, adding and
 * removing take constant time: a client that leaves is replaced by the last one, so the list is not in the
 * order of connecting.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), Connections.
 *
 * Since: 1.0
 */
struct _WsConnectionMap
{
  GObject parent_instance;

  GHashTable *by_id;  /* the id inside each known connection, as a set */
  GPtrArray  *listed; /* each knows its place: map_index */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WsConnectionMap,
                               ws_connection_map,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
get_item_type (GListModel *model)
{
  return WS_TYPE_CONNECTION;
}

static guint
get_n_items (GListModel *model)
{
  return WS_CONNECTION_MAP (model)->listed->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  WsConnectionMap *self = WS_CONNECTION_MAP (model);

  return position < self->listed->len ? g_object_ref (self->listed->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
ws_connection_map_finalize (GObject *object)
{
  WsConnectionMap *self = WS_CONNECTION_MAP (object);

  g_assert (g_hash_table_size (self->by_id) == 0);

  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->listed);

  G_OBJECT_CLASS (ws_connection_map_parent_class)->finalize (object);
}

static void
ws_connection_map_class_init (WsConnectionMapClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ws_connection_map_finalize;
}

static void
ws_connection_map_init (WsConnectionMap *self)
{
  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->listed = g_ptr_array_new ();
}

WsConnectionMap *
ws_connection_map_new (void)
{
  return g_object_new (WS_TYPE_CONNECTION_MAP, NULL);
}

void
ws_connection_map_add (WsConnectionMap *self,
                       WsConnection    *connection)
{
  connection->map_index = NOT_LISTED;
  g_object_ref (connection);
  g_hash_table_add (self->by_id, &connection->id);
}

void
ws_connection_map_list (WsConnectionMap *self,
                        WsConnection    *connection)
{
  connection->map_index = self->listed->len;
  g_ptr_array_add (self->listed, connection);
  g_list_model_items_changed (G_LIST_MODEL (self), connection->map_index, 0, 1);
}

/* The last one takes the place of the one that is removed. That is announced in two steps: the last one is
 * removed, then one item is replaced by another. After each step the list is exactly what was announced. A
 * listener may run the main loop, so more connections may come and go between the steps. */
static void
unlist (WsConnectionMap *self,
        WsConnection    *connection)
{
  while (connection->map_index != NOT_LISTED)
    {
      guint last_index = self->listed->len - 1;
      g_autoptr (WsConnection) last = g_object_ref (self->listed->pdata[last_index]);
      guint index;

      last->map_index = NOT_LISTED;
      g_ptr_array_set_size (self->listed, (int) last_index);
      g_list_model_items_changed (G_LIST_MODEL (self), last_index, 1, 0);
      if (last == connection || !g_hash_table_contains (self->by_id, &last->id))
        continue;

      index = connection->map_index;
      if (index == NOT_LISTED)
        {
          ws_connection_map_list (self, last);
          continue;
        }
      connection->map_index = NOT_LISTED;
      last->map_index = index;
      self->listed->pdata[index] = last;
      g_list_model_items_changed (G_LIST_MODEL (self), index, 1, 1);
    }
}

void
ws_connection_map_remove (WsConnectionMap *self,
                          WsConnection    *connection)
{
  if (!g_hash_table_remove (self->by_id, &connection->id))
    return;

  if (connection->map_index != NOT_LISTED)
    unlist (self, connection);
  g_object_unref (connection);
}

GPtrArray *
ws_connection_map_snapshot (WsConnectionMap *self)
{
  GPtrArray     *all = g_ptr_array_new_full (g_hash_table_size (self->by_id), g_object_unref);
  GHashTableIter iter;
  gpointer       id;

  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_ptr_array_add (all, g_object_ref ((guint8 *) id - G_STRUCT_OFFSET (WsConnection, id)));
  return all;
}

GPtrArray *
ws_connection_map_snapshot_listed (WsConnectionMap *self)
{
  GPtrArray *all = g_ptr_array_new_full (self->listed->len, g_object_unref);

  for (guint i = 0; i < self->listed->len; i++)
    g_ptr_array_add (all, g_object_ref (self->listed->pdata[i]));
  return all;
}

guint
ws_connection_map_count (WsConnectionMap *self)
{
  return g_hash_table_size (self->by_id);
}

/**
 * ws_connection_map_lookup:
 * @self: a connection map
 * @connection_id: a connection's id
 *
 * Looks up a connection by its id. Clients whose opening request is being decided are found as well.
 *
 * Returns: (transfer none) (nullable): the connection, or %NULL if there is none with this id
 *
 * Since: 1.0
 */
WsConnection *
ws_connection_map_lookup (WsConnectionMap *self,
                          const char      *connection_id)
{
  guint64  id;
  gpointer found;

  g_return_val_if_fail (WS_IS_CONNECTION_MAP (self), NULL);
  g_return_val_if_fail (connection_id != NULL, NULL);

  if (!g_ascii_string_to_unsigned (connection_id, 10, 1, G_MAXUINT64, &id, NULL) || *connection_id == '0')
    return NULL;
  if (!g_hash_table_lookup_extended (self->by_id, &id, &found, NULL))
    return NULL;

  return (WsConnection *) ((guint8 *) found - G_STRUCT_OFFSET (WsConnection, id));
}

/**
 * ws_connection_map_get_size:
 * @self: a connection map
 *
 * Gets the number of connected clients.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
ws_connection_map_get_size (WsConnectionMap *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION_MAP (self), 0);

  return self->listed->len;
}

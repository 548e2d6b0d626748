/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver-engines/ws-redis-server-private.h"

#include <gio/gunixsocketaddress.h>

#include <string.h>

#define DEFAULT_PORT 6379
#define MAX_DATABASE 65535

void
ws_redis_server_free (WsRedisServer *self)
{
  g_clear_object (&self->address);
  g_free (self->shown);
  g_free (self->user);
  g_free (self->password);
  g_free (self);
}

static gboolean
parse_database (WsRedisServer *self,
                const char    *path)
{
  guint64 number;

  if (path[0] == '\0' || strcmp (path, "/") == 0)
    return TRUE;
  if (!g_ascii_string_to_unsigned (path + 1, 10, 0, MAX_DATABASE, &number, NULL))
    return FALSE;
  self->database = (int) number;
  return TRUE;
}

static const char *
parse_tcp (WsRedisServer *self,
           GUri          *uri)
{
  const char *host = g_uri_get_host (uri);
  const int   port = g_uri_get_port (uri) == -1 ? DEFAULT_PORT : g_uri_get_port (uri);

  if (host == NULL || host[0] == '\0')
    return "has no host";
  if (port == 0)
    return "has the port 0";
  if (!parse_database (self, g_uri_get_path (uri)))
    return "has a path that is not the number of a database";
  if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return "has parameters, which are not accepted";

  self->address = g_network_address_new (host, (guint16) port);
  self->shown = g_strdup_printf (strchr (host, ':') != NULL ? "[%s]:%d" : "%s:%d", host, port);
  return NULL;
}

static const char *
parse_server (WsRedisServer *self,
              const char    *text)
{
  const GUriFlags flags = G_URI_FLAGS_HAS_PASSWORD;
  g_autoptr (GUri) uri = g_uri_parse (text, flags, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  const char *user;

  if (strcmp (scheme, "unix") == 0)
    {
      if (g_uri_get_path (uri)[0] != '/' || strlen (g_uri_get_path (uri)) > 107)
        return "does not name the path of a socket";
      self->address = G_SOCKET_CONNECTABLE (g_unix_socket_address_new (g_uri_get_path (uri)));
      self->shown = g_strdup (g_uri_get_path (uri));
      return NULL;
    }

  self->use_tls = strcmp (scheme, "rediss") == 0;
  if (!self->use_tls && strcmp (scheme, "redis") != 0)
    return "is not of the form redis://user:password@host:port/database, rediss://… or unix:/path "
           "(with %2C for a comma)";
  user = g_uri_get_user (uri);
  self->user = user != NULL && user[0] != '\0' ? g_strdup (user) : NULL;
  self->password = g_strdup (g_uri_get_password (uri));
  return parse_tcp (self, uri);
}

GPtrArray *
ws_redis_server_list_parse (const char *uri,
                            char      **fault)
{
  g_autoptr (GPtrArray) servers = g_ptr_array_new_with_free_func ((GDestroyNotify) ws_redis_server_free);
  g_auto (GStrv) parts = g_strsplit (uri, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      WsRedisServer *server = g_new0 (WsRedisServer, 1);
      const char    *wrong;

      server->database = -1;
      g_ptr_array_add (servers, server);
      wrong = parse_server (server, g_strstrip (parts[i]));
      if (wrong != NULL)
        {
          *fault = g_strdup_printf ("uri: server %u of the list %s", i + 1, wrong);
          return NULL;
        }
    }
  if (servers->len == 0)
    {
      *fault = g_strdup ("uri: no server is named; it is of the form redis://127.0.0.1:6379");
      return NULL;
    }
  return g_steal_pointer (&servers);
}

char *
ws_redis_server_list_mask (const char *uri)
{
  g_auto (GStrv) parts = g_strsplit (uri, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *start = strstr (parts[i], "://");
      const char *at = strrchr (parts[i], '@');
      const char *colon = start != NULL ? strchr (start + 3, ':') : NULL;
      char       *masked;

      if (at == NULL || colon == NULL || colon > at)
        continue;
      masked = g_strdup_printf ("%.*s%s", (int) (colon - parts[i]), parts[i], at);
      g_free (parts[i]);
      parts[i] = masked;
    }
  return g_strjoinv (",", parts);
}

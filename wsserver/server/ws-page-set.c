/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/server/ws-page-set-private.h"

#include <string.h>

#include "wsserver/protocol/ws-http-path-private.h"
#include "wsserver/protocol/ws-http-status-private.h"

typedef struct
{
  char       *path;          /* without a slash at the end */
  char       *folder;        /* or … */
  GResource  *resource;      /* … NULL for those that are registered, below … */
  char       *resource_path; /* … this, without a slash at the end */
  GHashTable *etags;         /* of files of the resource that were asked for, by their path */
} Place;

struct _WsPageSet
{
  GPtrArray *places; /* of Place */
};

/* --- places ---------------------------------------------------------------------------------- */

static void
place_free (gpointer user_data)
{
  Place *self = user_data;

  g_free (self->path);
  g_free (self->folder);
  g_free (self->resource_path);
  g_clear_pointer (&self->resource, g_resource_unref);
  g_clear_pointer (&self->etags, g_hash_table_unref);
  g_free (self);
}

WsPageSet *
ws_page_set_new (void)
{
  WsPageSet *self = g_new0 (WsPageSet, 1);

  self->places = g_ptr_array_new_with_free_func (place_free);
  return self;
}

void
ws_page_set_free (WsPageSet *self)
{
  g_ptr_array_unref (self->places);
  g_free (self);
}

static char *
remove_last_slash (const char *path)
{
  const gsize length = strlen (path);

  return g_strndup (path, length > 0 && path[length - 1] == '/' ? length - 1 : length);
}

void
ws_page_set_remove (WsPageSet  *self,
                    const char *path)
{
  g_autofree char *plain_path = remove_last_slash (path);

  for (guint i = 0; i < self->places->len; i++)
    {
      Place *place = self->places->pdata[i];

      if (g_str_equal (place->path, plain_path))
        {
          g_ptr_array_remove_index_fast (self->places, i);
          return;
        }
    }
}

static Place *
add_place (WsPageSet  *self,
           const char *path)
{
  Place *place = g_new0 (Place, 1);

  ws_page_set_remove (self, path);
  place->path = remove_last_slash (path);
  g_ptr_array_add (self->places, place);
  return place;
}

void
ws_page_set_add_folder (WsPageSet  *self,
                        const char *path,
                        const char *folder)
{
  add_place (self, path)->folder = g_strdup (folder);
}

/* Whether the resource, or those that are registered if it is NULL, has files below the path. */
static gboolean
has_children (GResource  *resource,
              const char *path)
{
  const GResourceLookupFlags flags = G_RESOURCE_LOOKUP_FLAGS_NONE;
  g_auto (GStrv) names = resource != NULL ? g_resource_enumerate_children (resource, path, flags, NULL)
                                          : g_resources_enumerate_children (path, flags, NULL);

  return names != NULL;
}

gboolean
ws_page_set_add_resource (WsPageSet  *self,
                          const char *path,
                          GResource  *resource,
                          const char *resource_path)
{
  Place *place;

  if (!has_children (resource, resource_path))
    return FALSE;

  place = add_place (self, path);
  place->resource = resource != NULL ? g_resource_ref (resource) : NULL;
  place->resource_path = remove_last_slash (resource_path);
  place->etags = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return TRUE;
}

/* Returns the place with the longest path that the path begins with, or NULL. */
static const Place *
find_place (WsPageSet  *self,
            const char *path)
{
  const Place *found = NULL;

  for (guint i = 0; i < self->places->len; i++)
    {
      const Place *place = self->places->pdata[i];
      const gsize  length = strlen (place->path);

      if (strncmp (path, place->path, length) == 0 && (path[length] == '/' || path[length] == '\0') &&
          (found == NULL || length > strlen (found->path)))
        found = place;
    }

  return found;
}

/* --- resources ------------------------------------------------------------------------------- */

static GBytes *
load_resource (const Place *place,
               const char  *path)
{
  return place->resource != NULL
             ? g_resource_lookup_data (place->resource, path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL)
             : g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

static gboolean
is_resource_folder (const Place *place,
                    const char  *path)
{
  g_autofree char *folder = g_strconcat (path, "/", NULL);

  return has_children (place->resource, folder);
}

/* The content of a resource never changes, so it is hashed once. */
static const char *
get_etag (const Place *place,
          const char  *path,
          GBytes      *bytes)
{
  const char      *known = g_hash_table_lookup (place->etags, path);
  g_autofree char *digest = NULL;
  char            *etag;

  if (known != NULL)
    return known;

  digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  etag = g_strdup_printf ("\"%s\"", digest);
  g_hash_table_insert (place->etags, g_strdup (path), etag);
  return etag;
}

static void
answer_with_resource (const Place   *place,
                      WsHttpRequest *request,
                      const char    *rest)
{
  const gboolean   is_index = g_str_has_suffix (rest, "/");
  const char      *index = is_index ? WS_HTTP_INDEX_FILE : NULL;
  g_autofree char *path = g_strconcat (place->resource_path, rest, index, NULL);
  g_autoptr (GBytes) bytes = load_resource (place, path);

  if (bytes != NULL)
    ws_http_request_set_page_bytes (request, bytes, path, get_etag (place, path, bytes));
  else if (!is_index && is_resource_folder (place, path))
    ws_http_request_redirect_to_folder (request);
  else
    ws_http_request_refuse_page (request, WS_HTTP_NOT_FOUND);
}

/* --- answers --------------------------------------------------------------------------------- */

void
ws_page_set_answer (WsPageSet     *self,
                    WsHttpRequest *request,
                    gboolean       dot_files)
{
  const char      *method = ws_http_request_get_method (request);
  g_autofree char *path = NULL;
  const Place     *place;
  const char      *rest;

  if (self->places->len == 0 || (!g_str_equal (method, "GET") && !g_str_equal (method, "HEAD")))
    return;

  path = ws_http_path_decode (ws_http_request_get_request_uri (request));
  if (path == NULL)
    {
      ws_http_request_refuse_page (request, WS_HTTP_NOT_FOUND);
      return;
    }

  place = find_place (self, path);
  if (place == NULL)
    return;

  rest = path + strlen (place->path);
  if (*rest == '\0')
    ws_http_request_redirect_to_folder (request);
  else if (place->folder == NULL)
    answer_with_resource (place, request, rest);
  else if (!dot_files && ws_http_path_has_dot_file (rest))
    ws_http_request_refuse_page (request, WS_HTTP_NOT_FOUND);
  else
    ws_http_request_open_page (request, place->folder, rest, dot_files);
}

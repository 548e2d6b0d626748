/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pages beside the WebSocket: folders and resources that the server serves by itself. */
#include "wsserver/base/ws-error-private.h"
#include "wsserver/server/ws-page-set-private.h"
#include "wsserver/server/ws-server-private.h"

static gboolean
check_path (const char *path,
            GError    **error)
{
  if (*path == '/')
    return TRUE;

  ws_set_error (error, WS_ERROR_INVALID_ARGUMENT, "Invalid argument: the path \"%s\" does not begin with \"/\"",
                path);
  return FALSE;
}

static gboolean
check_folder (GFile   *folder,
              GError **error)
{
  g_autofree char *name = g_file_get_parse_name (folder);

  if (!g_file_is_native (folder))
    ws_set_error (error, WS_ERROR_OPERATION_NOT_SUPPORTED,
                  "Operation not supported: %s is not a folder on this machine", name);
  else if (g_file_query_file_type (folder, G_FILE_QUERY_INFO_NONE, NULL) != G_FILE_TYPE_DIRECTORY)
    ws_set_error (error, WS_ERROR_INVALID_ARGUMENT, "Not a folder: %s", name);
  else
    return TRUE;

  return FALSE;
}

/**
 * ws_server_serve_folder:
 * @self: a server
 * @path: where it begins in the URLs of this server, for example `/` or `/static`
 * @folder: (nullable): a folder on this machine; %NULL serves nothing below @path any more
 * @error: return location for an error, or %NULL
 *
 * Serves the files of a folder, and of the folders in it, to GET and HEAD requests.
 *
 * A page and its WebSocket then need one server and one line:
 *
 * ```c
 * static gboolean
 * serve_page (WsServer *server, GError **error)
 * {
 *   g_autoptr (GFile) folder = g_file_new_for_path ("/usr/share/example/page");
 *
 *   return ws_server_serve_folder (server, "/", folder, error);
 * }
 * ```
 *
 * A request that a handler of [signal@Ws.Server::http-request] answers is not looked for in the folder. The
 * file of a path that ends with `/` is its `index.html`; a folder is never listed. What is not there is
 * answered 404. Of several paths that a request begins with, the longest counts. A second call with the same
 * path replaces the first.
 *
 * The files are read when they are asked for, so they may change. They are sent as
 * [method@Ws.HttpRequest.respond_file] sends them. No spelling of a path, and no symbolic link, leads out of
 * the folder. Files whose names begin with a dot are served only if the setting ServeDotFiles is True. Pipes
 * and devices are never opened.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_INVALID_ARGUMENT` if @path does not begin with `/`, or @folder is no folder
 * - `WS_ERROR_OPERATION_NOT_SUPPORTED` if it is not on this machine
 *
 * Source: RFC 9110.
 *
 * Returns: %TRUE if the folder is served from now on
 *
 * Since: 1.2
 */
gboolean
ws_server_serve_folder (WsServer   *self,
                        const char *path,
                        GFile      *folder,
                        GError    **error)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (folder == NULL || G_IS_FILE (folder), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_path (path, error) || (folder != NULL && !check_folder (folder, error)))
    return FALSE;

  if (folder != NULL)
    ws_page_set_add_folder (self->pages, path, g_file_peek_path (folder));
  else
    ws_page_set_remove (self->pages, path);
  return TRUE;
}

/**
 * ws_server_serve_resource:
 * @self: a server
 * @path: where it begins in the URLs of this server, for example `/` or `/static`
 * @resource: (nullable): a resource; %NULL for those that are registered, as the ones compiled into a program
 *   are
 * @resource_path: where the files begin in the resource, for example `/org/example/page`
 * @error: return location for an error, or %NULL
 *
 * Serves the files of a resource to GET and HEAD requests.
 *
 * Otherwise like [method@Ws.Server.serve_folder], which also stops it. A file of a resource is in memory, and
 * is sent from there.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_INVALID_ARGUMENT` if @path does not begin with `/`, or the resource has nothing at
 *   @resource_path
 *
 * Source: RFC 9110.
 *
 * Returns: %TRUE if the resource is served from now on
 *
 * Since: 1.2
 */
gboolean
ws_server_serve_resource (WsServer   *self,
                          const char *path,
                          GResource  *resource,
                          const char *resource_path,
                          GError    **error)
{
  g_return_val_if_fail (WS_IS_SERVER (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (resource_path != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_path (path, error))
    return FALSE;

  if (!ws_page_set_add_resource (self->pages, path, resource, resource_path))
    {
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT, "No such resource: %s", resource_path);
      return FALSE;
    }

  return TRUE;
}

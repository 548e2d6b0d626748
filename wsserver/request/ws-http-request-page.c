/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files and resources as the response to an HTTP request. */
#include <errno.h>
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/protocol/ws-http-path-private.h"
#include "wsserver/protocol/ws-http-response-private.h"
#include "wsserver/protocol/ws-http-status-private.h"
#include "wsserver/request/ws-http-request-private.h"
#include "wsserver/request/ws-page-type-private.h"

void
ws_http_request_refuse_page (WsHttpRequest *self,
                             guint          status)
{
  char *text = g_strdup_printf ("%u %s\n", status, ws_http_status_get_phrase (status));
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));

  ws_http_request_set_status_code (self, status);
  ws_http_request_set_content_type (self, "text/plain; charset=utf-8");
  ws_http_request_set_body (self, body);
}

void
ws_http_request_redirect_to_folder (WsHttpRequest *self)
{
  const char      *target = ws_http_request_get_request_uri (self);
  const gsize      path_length = strcspn (target, "?");
  g_autofree char *headers = g_strdup_printf ("Location: %.*s/%s\r\n", (int) path_length, target,
                                              target + path_length);

  ws_http_request_refuse_page (self, WS_HTTP_MOVED_PERMANENTLY);
  ws_http_request_set_response_headers (self, headers);
}

/* The application's own status and type stand: a file may be the body of a 404. */
static void
describe_page (WsHttpRequest *self,
               const char    *name)
{
  g_autofree char *type = NULL;

  if (ws_http_request_get_status_code (self) == WS_HTTP_UPGRADE_REQUIRED)
    ws_http_request_set_status_code (self, WS_HTTP_OK);
  if (ws_http_request_get_content_type (self) != NULL)
    return;

  type = ws_page_type_guess (name);
  ws_http_request_set_content_type (self, type);
}

void
ws_http_request_set_page_bytes (WsHttpRequest *self,
                                GBytes        *bytes,
                                const char    *name,
                                const char    *etag)
{
  ws_http_page_set_bytes (ws_http_request_get_page (self), bytes, etag);
  describe_page (self, name);
}

/* What is not there, and what may not be seen, look the same. */
static guint
get_status_of_errno (int error_number)
{
  switch (error_number)
    {
    case EACCES:
    case EPERM:
      return WS_HTTP_FORBIDDEN;
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return WS_HTTP_SERVICE_UNAVAILABLE;
    case EIO:
      return WS_HTTP_INTERNAL_SERVER_ERROR;
    default:
      return WS_HTTP_NOT_FOUND;
    }
}

typedef struct
{
  WsHttpRequest *request;
  WsPageOpener  *opener;
  char          *name;
} OpeningPage;

static void
opening_page_free (gpointer user_data)
{
  OpeningPage *self = user_data;

  g_object_unref (self->request);
  ws_page_opener_unref (self->opener);
  g_free (self->name);
  g_free (self);
}

static gboolean
page_opened_cb (gpointer user_data)
{
  OpeningPage      *opening = user_data;
  WsHttpRequest    *self = opening->request;
  WsHttpPage       *page = ws_http_request_get_page (self);
  const WsPageFile *file = ws_page_opener_get_file (opening->opener);

  /* The application may have chosen another file meanwhile. */
  if (page->opener != opening->opener)
    return G_SOURCE_REMOVE;

  if (ws_http_page_take_file (page))
    describe_page (self, opening->name);
  else if (file->is_folder)
    ws_http_request_redirect_to_folder (self);
  else
    ws_http_request_refuse_page (self, get_status_of_errno (file->error_number));
  ws_decision_reconsider (ws_http_request_get_decision (self));
  return G_SOURCE_REMOVE;
}

/* The request lives as long as the opener works. */
static void
await_page (WsHttpRequest *self,
            WsPageOpener  *opener,
            const char    *name)
{
  OpeningPage *opening = g_new0 (OpeningPage, 1);

  opening->request = g_object_ref (self);
  opening->opener = ws_page_opener_ref (opener);
  opening->name = g_strdup (name);
  ws_page_opener_notify (opener, ws_http_request_get_context (self), page_opened_cb, opening,
                         opening_page_free);
}

void
ws_http_request_open_page (WsHttpRequest *self,
                           const char    *folder,
                           const char    *path,
                           gboolean       dot_files)
{
  g_autoptr (WsPageOpener) opener = ws_page_opener_new (folder, path, dot_files);

  ws_http_page_set_opener (ws_http_request_get_page (self), opener);
  await_page (self, opener, g_str_has_suffix (path, "/") ? WS_HTTP_INDEX_FILE : path);
}

static gboolean
respond_local_file (WsHttpRequest *self,
                    const char    *path,
                    GError       **error)
{
  g_autoptr (WsPageOpener) opener = ws_page_opener_new (NULL, path, TRUE);
  WsHttpPage *page = ws_http_request_get_page (self);

  ws_http_page_set_opener (page, opener);
  if (!ws_page_opener_wait (opener))
    {
      await_page (self, opener, path);
      return TRUE;
    }

  if (!ws_http_page_take_file (page))
    {
      ws_set_error_from_errno (error, ws_page_opener_get_file (opener)->error_number, path);
      return FALSE;
    }

  describe_page (self, path);
  return TRUE;
}

/* A GFile of a GResource, which is in memory. */
static gboolean
respond_resource_file (WsHttpRequest *self,
                       GFile         *file,
                       GError       **error)
{
  g_autofree char *name = g_file_get_parse_name (file);
  g_autofree char *digest = NULL;
  g_autofree char *etag = NULL;
  g_autoptr (GBytes) bytes = NULL;

  bytes = g_file_load_bytes (file, NULL, NULL, NULL);
  if (bytes == NULL)
    {
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT, "No such resource: %s", name);
      return FALSE;
    }

  digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  etag = g_strdup_printf ("\"%s\"", digest);
  ws_http_request_set_page_bytes (self, bytes, name, etag);
  return TRUE;
}

/**
 * ws_http_request_respond_file:
 * @self: an HTTP request
 * @file: a regular file on this machine, or a file of a `GResource`
 * @error: return location for an error, or %NULL
 *
 * Makes a file the response.
 *
 * Sets the status to 200, unless it was set before, and the content type by the name of the file, unless it
 * was set before. The file is sent as the client reads it, and never held in memory as a whole. It has an
 * entity tag and the time of its last change: a client that has it already is answered 304, and one that
 * asks for a range of it gets that.
 *
 * A file system that does not answer delays the response, and no other client. Then the call returns %TRUE,
 * and a failure becomes the response: 404, 403 or 503.
 *
 * ```c
 * static void
 * http_request_cb (WsServer *server, WsConnection *connection, WsHttpRequest *request)
 * {
 *   g_autoptr (GFile) manual = g_file_new_for_path ("/usr/share/doc/example/manual.pdf");
 *   g_autoptr (GError) error = NULL;
 *
 *   if (!g_str_equal (ws_http_request_get_request_uri (request), "/manual.pdf"))
 *     return;
 *
 *   if (!ws_http_request_respond_file (request, manual, &error))
 *     ws_http_request_set_status_code (request, 404);
 * }
 * ```
 *
 * Sets @error to:
 *
 * - `WS_ERROR_INVALID_ARGUMENT`, `WS_ERROR_ACCESS_DENIED` … if the file cannot be read, or is a folder, a
 *   pipe or a device; the text names it
 * - `WS_ERROR_OPERATION_NOT_SUPPORTED` if it is not on this machine
 *
 * Source: RFC 9110 §13, §14.
 *
 * Returns: %TRUE if the file is the response
 *
 * Since: 1.2
 */
gboolean
ws_http_request_respond_file (WsHttpRequest *self,
                              GFile         *file,
                              GError       **error)
{
  g_autofree char *name = NULL;

  g_return_val_if_fail (WS_IS_HTTP_REQUEST (self), FALSE);
  g_return_val_if_fail (G_IS_FILE (file), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (g_file_has_uri_scheme (file, "resource"))
    return respond_resource_file (self, file, error);
  if (g_file_is_native (file))
    return respond_local_file (self, g_file_peek_path (file), error);

  name = g_file_get_parse_name (file);
  ws_set_error (error, WS_ERROR_OPERATION_NOT_SUPPORTED, "Operation not supported: %s is not a file on this machine",
                name);
  return FALSE;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A file that is to be sent as a page. It is opened in a thread of its own, see ws-file-call-private.h. */
typedef struct _WsPageOpener WsPageOpener;

/* What was found. */
typedef struct
{
  int      error_number; /* 0: opened */
  gboolean is_folder;    /* error_number is EISDIR */
  int      fd;           /* of a regular file, else -1; it belongs to the opener */
  guint64  length;
  gint64   modified_s; /* seconds since 1970 */
  char    *etag;       /* changes with each version of the file */
} WsPageFile;

/* Starts to open a regular file. Nothing else is opened: not even for a moment a device, which may act on it.
 *
 * With a folder, the path is one of ws_http_path_decode(), and names a file below the folder. One that ends
 * with "/" names the index.html there. The file may be reached by symbolic links that do not lead out of the
 * folder. Without dot_files, no element of the path that they lead to begins with a dot. Without a folder the
 * path is one of the file system. */
WsPageOpener *ws_page_opener_new (const char *folder,
                                  const char *path,
                                  gboolean    dot_files);
WsPageOpener *ws_page_opener_ref (WsPageOpener *self);
/* Closes the descriptor with the last reference, unless it was stolen. */
void ws_page_opener_unref (WsPageOpener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsPageOpener, ws_page_opener_unref)

/* FALSE if the file system takes its time, longer than WS_FILE_CALL_WAIT_MS. */
gboolean ws_page_opener_wait (WsPageOpener *self);

/* Calls the function once in the context, as soon as the opener has finished. */
void ws_page_opener_notify (WsPageOpener  *self,
                            GMainContext  *context,
                            GSourceFunc    func,
                            gpointer       user_data,
                            GDestroyNotify destroy);

/* The opener has finished. */
const WsPageFile *ws_page_opener_get_file (WsPageOpener *self);
/* Returns a stream over the file from this offset on, which closes the descriptor. Call it once. */
GInputStream *ws_page_opener_steal_stream (WsPageOpener *self,
                                           guint64       offset);

G_END_DECLS

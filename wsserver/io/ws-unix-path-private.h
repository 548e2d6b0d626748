/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* The path of a Unix socket that was bound and is removed at the end. All 0 if there is none. */
typedef struct
{
  char *path;
  dev_t device;
  ino_t inode;
  guint process_generation; /* a forked child does not remove the path of its parent */
} WsUnixPath;

/* TRUE if the path is too long for the address of a Unix socket. */
gboolean ws_unix_path_is_too_long (const char *path);

/* Locks the directory of a path against other servers that bind in it. From bind() to listen() a socket
 * refuses connections like a stale one, and between finding out that one is stale and removing it another
 * server may have replaced it. FALSE if another program keeps the directory locked. Pass *fd to
 * ws_unix_path_unlock() in both cases. */
gboolean ws_unix_path_lock (const char *path,
                            int        *fd);
void     ws_unix_path_unlock (int fd);

/* TRUE if the path is a socket that refuses connections, because the socket that was bound to it is closed.
 * A file that is not a socket is not stale and must not be removed. */
gboolean ws_unix_path_is_stale (const char *path);

/* Called after binding: records which file is at the path. */
void ws_unix_path_remember (WsUnixPath *self,
                            const char *path);

/* Removes the file and forgets it. Keeps the file if another one has replaced it. */
void ws_unix_path_remove (WsUnixPath *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reports when the file at a path is replaced or its content changes.
 *
 * Any component of the path may be a symbolic link, be re-pointed, be replaced by a rename, or appear later:
 * Kubernetes, certbot and package managers renew files in such ways. So the watch monitors every directory
 * in which a component is looked up. A check at an interval, in a thread, covers mounts and file systems
 * without notification. */
typedef struct _WsPathWatch WsPathWatch;

typedef void (*WsPathWatchFunc) (gpointer user_data);

/* The interval of the check for changes without notification. */
#define WS_PATH_WATCH_INTERVAL_S 10

/* path is absolute. The context calls func, perhaps several times for one change, and also when the file is
 * removed. func may free the watch. */
WsPathWatch *ws_path_watch_new (const char     *path,
                                GMainContext   *context,
                                WsPathWatchFunc func,
                                gpointer        user_data);
void         ws_path_watch_free (WsPathWatch *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Notices when the file at the end of a path becomes another one, or gets other content.
 *
 * Any component of the path may be a symbolic link, be re-pointed, be replaced by a rename, or appear later:
 * Kubernetes, certbot and package managers renew files in such ways. So every directory in which a component
 * is looked up is monitored. File systems without notification, and mounts, are covered by looking at the
 * file at an interval, in a thread. */
typedef struct _WsPathWatch WsPathWatch;

typedef void (*WsPathWatchFunc) (gpointer user_data);

/* How often the file is looked at where nothing notifies of changes. */
#define WS_PATH_WATCH_INTERVAL_S 10

/* path: absolute. func is called in the context, perhaps several times for one change, and also when the file
 * has gone. It may free the watch. */
WsPathWatch *ws_path_watch_new (const char     *path,
                                GMainContext   *context,
                                WsPathWatchFunc func,
                                gpointer        user_data);
void         ws_path_watch_free (WsPathWatch *self);

G_END_DECLS

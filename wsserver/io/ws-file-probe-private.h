/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reads two files in a thread and drops what it has read, so that reading them again soon does not wait for a
 * slow disk. If their file system does not answer, the main loop goes on, and the probe never reports. */
typedef struct _WsFileProbe WsFileProbe;

/* both_exist: also if a file cannot be read. The function may free the probe. */
typedef void (*WsFileProbeFunc) (gboolean both_exist,
                                 gpointer user_data);

/* other_filename: or NULL. Calls the function once in the context. */
WsFileProbe *ws_file_probe_new (const char     *filename,
                                const char     *other_filename,
                                GMainContext   *context,
                                WsFileProbeFunc func,
                                gpointer        user_data);
void         ws_file_probe_free (WsFileProbe *self);

G_END_DECLS

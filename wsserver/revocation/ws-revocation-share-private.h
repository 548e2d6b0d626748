/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Fetches a list as ws_revocation_fetch_async() does, with GET. While a list is being fetched, all who ask
 * for it in the same main context get the answer of that one request: a crowd of clients whose certificates
 * name one list causes one download. A request ends when all who wait for it have been cancelled. */
void    ws_revocation_share_async (const char         *url,
                                   gsize               max_bytes,
                                   gboolean            may_be_private,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
GBytes *ws_revocation_share_finish (GAsyncResult *result,
                                    GError      **error);

G_END_DECLS

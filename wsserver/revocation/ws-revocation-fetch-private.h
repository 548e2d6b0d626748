/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A small HTTP client: one request, one answer of limited size, in the thread-default main context.
 * Built on libsoup; without it each request fails with G_IO_ERROR_NOT_SUPPORTED. */

#define WS_FETCH_MAX_REDIRECTS 3
#define WS_FETCH_MAX_URL_LENGTH 2048

/* Whether it is an http or https URL in plain characters, without a password in it. */
gboolean ws_fetch_is_fetchable (const char *url);

/* GET, or POST if there is a body. Redirections that lead to no fetchable URL are not followed. */
void    ws_fetch_async (const char         *url,
                        GBytes             *body,
                        const char         *content_type,
                        gsize               max_bytes,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data);
GBytes *ws_fetch_finish (GAsyncResult *result,
                         GError      **error);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A small HTTP client built on libsoup: one request and one response of limited size, in the
 * thread-default main context. Without libsoup each request fails with G_IO_ERROR_NOT_SUPPORTED. */

#define WS_REVOCATION_FETCH_MAX_REDIRECTS 3
#define WS_REVOCATION_FETCH_MAX_URL_BYTES 2048

/* Whether this is an http or https URL of printable ASCII characters without user name and password. */
gboolean ws_revocation_fetch_accepts_url (const char *url);

/* Whether a redirection from one URL may lead to the other: to the same host and port, or from the default
 * port of http to that of https. A certificate that an authority has issued names a host; that host's answer
 * must not be able to name another. */
gboolean ws_revocation_fetch_accepts_redirection (const char *from,
                                                  const char *to);

/* Sends POST if there is a body, else GET. A redirection to a URL that is not accepted is an error. Unless
 * may_be_private, only public addresses are connected to. */
void    ws_revocation_fetch_async (const char         *url,
                                   GBytes             *body,
                                   const char         *content_type,
                                   gsize               max_bytes,
                                   gboolean            may_be_private,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
GBytes *ws_revocation_fetch_finish (GAsyncResult *result,
                                    GError      **error);

G_END_DECLS

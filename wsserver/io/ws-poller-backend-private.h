/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/io/ws-poller-dispatch-private.h"

G_BEGIN_DECLS

/* The functions of the backend that ws-poller.c is linked with: ws-poller-epoll.c or ws-poller-sources.c. No
 * other file includes this header. */
WsPollerBackend *ws_poller_backend_new (WsPoller *poller);
void             ws_poller_backend_free (WsPollerBackend *self);

/* The fields of the watch are set. FALSE with errno set. */
gboolean ws_poller_backend_add (WsPollerBackend *self,
                                WsWatch         *watch);
/* watch->events has just changed. */
void ws_poller_backend_modify (WsPollerBackend *self,
                               WsWatch         *watch);
/* Also drops the events that dispatches in progress have fetched for the watch. self is NULL after the
 * poller was destroyed. */
void ws_poller_backend_remove (WsPollerBackend *self,
                               WsWatch         *watch);

gboolean ws_poller_backend_has_edges (WsPollerBackend *self);

/* TRUE if a dispatch in progress has fetched events and not reported them yet. A nested dispatch reports
 * them, because the kernel reports an edge only once. */
gboolean ws_poller_backend_has_fetched (WsPollerBackend *self);

/* ws_poller_backend_is_ready() is TRUE if a descriptor is known to be ready. The dispatch function makes the
 * calls for ready descriptors, within limits. It ends early if the poller is destroyed; self is freed by
 * then. */
gboolean ws_poller_backend_is_ready (WsPollerBackend *self);
void     ws_poller_backend_dispatch (WsPollerBackend *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/io/ws-poller-dispatch-private.h"

G_BEGIN_DECLS

/* What ws-poller.c needs of the implementation that it is linked with: ws-poller-epoll.c or
 * ws-poller-sources.c. No other file includes this header. */
WsPollerBackend *ws_poller_backend_new (WsPoller *poller);
void             ws_poller_backend_free (WsPollerBackend *self);

/* The watch is filled in; FALSE with errno set. */
gboolean ws_poller_backend_add (WsPollerBackend *self,
                                WsWatch         *watch);
/* watch->events has just changed. */
void ws_poller_backend_modify (WsPollerBackend *self,
                               WsWatch         *watch);
/* Also drops the events that dispatches in progress have fetched for the watch. self is NULL once
 * destroyed. */
void ws_poller_backend_remove (WsPollerBackend *self,
                               WsWatch         *watch);

gboolean ws_poller_backend_has_edges (WsPollerBackend *self);

/* Whether a dispatch in progress has fetched events that it has not reported yet. A nested dispatch reports
 * them: the kernel reports an edge only once. */
gboolean ws_poller_backend_has_fetched (WsPollerBackend *self);

/* Whether a descriptor is known to be ready, and the calls for those that are, within limits. The
 * dispatch ends early when the poller is destroyed, which has freed self by then. */
gboolean ws_poller_backend_is_ready (WsPollerBackend *self);
void     ws_poller_backend_dispatch (WsPollerBackend *self);

G_END_DECLS

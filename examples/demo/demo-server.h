/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wsserver/wsserver.h>

/* The WebSocket servers of the demo, one in plain text and one over TLS: /echo, /chat and the chat page. */
typedef struct _DemoServer DemoServer;

DemoServer *demo_server_new (const char *host,
                             guint       ping_interval,
                             gboolean    verbose,
                             GError    **error);
void        demo_server_free (DemoServer *self);

gboolean    demo_server_listen (DemoServer *self,
                                gboolean    secure,
                                guint       port,
                                GError    **error);
gboolean    demo_server_allow_page (DemoServer *self,
                                    GError    **error);
char       *demo_server_get_authority (DemoServer *self,
                                       gboolean    secure);
const char *demo_server_get_fingerprint (DemoServer *self);

void demo_server_shutdown (DemoServer         *self,
                           GAsyncReadyCallback callback,
                           gpointer            user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoServer, demo_server_free)

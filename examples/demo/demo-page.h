/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wsserver/wsserver.h>

/* Responses to HTTP requests that do not ask for a WebSocket: the chat page for "/", "ok" for
 * "/health", 404 for all others. */
typedef struct _DemoPage DemoPage;

DemoPage *demo_page_new (void);
void      demo_page_free (DemoPage *self);

void demo_page_set_web_socket_sources (DemoPage   *self,
                                       const char *sources);
void demo_page_answer (DemoPage      *self,
                       WsHttpRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoPage, demo_page_free)

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wsserver/wsserver.h>

/* What the demo answers to requests that are no WebSocket upgrade: the chat page on "/", "ok" on
 * "/health", 404 elsewhere. */
typedef struct _DemoPage DemoPage;

DemoPage *demo_page_new (void);
void      demo_page_free (DemoPage *self);

void demo_page_set_web_socket_sources (DemoPage   *self,
                                       const char *sources);
void demo_page_answer (DemoPage      *self,
                       WsHttpRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoPage, demo_page_free)

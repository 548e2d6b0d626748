/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/request/ws-http-request-private.h"

G_BEGIN_DECLS

/* The folders and resources that a server serves, each below a path. It knows no server. */
typedef struct _WsPageSet WsPageSet;

WsPageSet *ws_page_set_new (void);
void       ws_page_set_free (WsPageSet *self);

/* Each takes the place of what was served below exactly this path, which begins with "/". */
void ws_page_set_add_folder (WsPageSet  *self,
                             const char *path,
                             const char *folder);
/* The resource may be NULL: those that are registered. FALSE if it has nothing below its path. */
gboolean ws_page_set_add_resource (WsPageSet  *self,
                                   const char *path,
                                   GResource  *resource,
                                   const char *resource_path);
void     ws_page_set_remove (WsPageSet  *self,
                             const char *path);

/* Answers a request, or leaves it alone if nothing is served below any part of its path, or its method is
 * neither GET nor HEAD. */
void ws_page_set_answer (WsPageSet     *self,
                         WsHttpRequest *request,
                         gboolean       dot_files);

G_END_DECLS

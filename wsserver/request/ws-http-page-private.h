/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/io/ws-page-opener-private.h"
#include "wsserver/protocol/ws-http-select-private.h"

G_BEGIN_DECLS

typedef enum
{
  WS_HTTP_PAGE_NONE,
  WS_HTTP_PAGE_OPENING, /* the response waits for it */
  WS_HTTP_PAGE_READY,
} WsHttpPageState;

/* A file or bytes in memory as the response to a request. Its conditions and ranges apply to them. Embedded
 * in the request. */
typedef struct
{
  WsHttpPageState      state;
  WsHttpRepresentation representation; /* when ready */
  char                *etag;           /* of the representation */
  GBytes              *bytes;          /* or … */
  WsPageOpener        *opener;         /* … a file */
} WsHttpPage;

void ws_http_page_clear (WsHttpPage *self);
void ws_http_page_set_bytes (WsHttpPage *self,
                             GBytes     *bytes,
                             const char *etag);
/* The page is ready when the opener has finished, and ws_http_page_take_file() was called. */
void ws_http_page_set_opener (WsHttpPage   *self,
                              WsPageOpener *opener);
/* FALSE, and no page, if there is no file. */
gboolean ws_http_page_take_file (WsHttpPage *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-http-head-private.h"

G_BEGIN_DECLS

#define WS_HTTP_UNKNOWN_TIME G_MININT64

/* What a request may ask for under conditions, or in part. */
typedef struct
{
  guint64     length;
  const char *etag;       /* strong and quoted, or NULL */
  gint64      modified_s; /* seconds since 1970, or WS_HTTP_UNKNOWN_TIME */
} WsHttpRepresentation;

/* What of it is sent. */
typedef struct
{
  guint   status; /* 200 all of it, 206 a part, 304, 412, 416 nothing */
  guint64 offset;
  guint64 length; /* 0 with 304, 412 and 416 */
} WsHttpSelection;

/* Evaluates the conditions and the range of a GET or HEAD request. RFC 9110 §13.2.2, §14.2. A range that is
 * malformed, or a list of several, is ignored: the whole is sent. */
WsHttpSelection ws_http_select (const WsHttpHead           *head,
                                const WsHttpRepresentation *representation);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Over it, names and parameters together, the field counts as malformed. */
#define WS_EXTENSION_MAX_ITEMS 256

typedef enum
{
  WS_EXTENSION_ITEM_END,       /* the field was read to its end and is well formed */
  WS_EXTENSION_ITEM_NAME,      /* an extension begins */
  WS_EXTENSION_ITEM_PARAMETER, /* a parameter of the extension last named */
  WS_EXTENSION_ITEM_MALFORMED, /* repeated by every later call */
} WsExtensionItemType;

typedef struct
{
  WsExtensionItemType type;
  const char         *name;  /* of the extension or of the parameter: a token */
  const char         *value; /* of the parameter: a token; NULL when it has none */
  const char         *fault; /* of MALFORMED: static sentence naming what is wrong */
} WsExtensionItem;

/* Steps through the value of Sec-WebSocket-Extensions in one pass and without memory of its own.
 * Fields are private to ws-extension-header.c. */
typedef struct
{
  char       *position;
  const char *fault;
  guint       n_items;
  char        delimiter; /* stood behind the last item: ',', ';' or NUL; ',' at the start */
} WsExtensionReader;

/* value: all such fields of the head joined by ", " (ws_http_head_get_combined()). It is
 * overwritten as it is read and holds the items: they are valid as long as it is. */
void ws_extension_reader_init (WsExtensionReader *self,
                               char              *value);

/* Reads the next item. A list may have empty elements, or only such; blanks may stand around
 * "," ";" and "="; a quoted value is unquoted and must then be a token. RFC 6455 §9.1. */
WsExtensionItem ws_extension_reader_next (WsExtensionReader *self);

G_END_DECLS

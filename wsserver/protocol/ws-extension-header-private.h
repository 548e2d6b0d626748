/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The most names and parameters together. A field with more counts as malformed. */
#define WS_EXTENSION_MAX_ITEMS 256

typedef enum
{
  WS_EXTENSION_ITEM_END,       /* the end of a well-formed field */
  WS_EXTENSION_ITEM_NAME,      /* an extension begins */
  WS_EXTENSION_ITEM_PARAMETER, /* a parameter of the last extension */
  WS_EXTENSION_ITEM_MALFORMED, /* every later call returns this again */
} WsExtensionItemType;

typedef struct
{
  WsExtensionItemType type;
  const char         *name;  /* name of the extension or parameter: a token */
  const char         *value; /* value of the parameter: a token, or NULL */
  const char         *fault; /* of MALFORMED: static sentence */
} WsExtensionItem;

/* Iterates over the value of Sec-WebSocket-Extensions in one pass and without memory of its own. The fields
 * are private to ws-extension-header.c. */
typedef struct
{
  char       *position;
  const char *fault;
  guint       n_items;
  char        delimiter; /* after the last item: ',', ';' or NUL; ',' at the start */
} WsExtensionReader;

/* value is the value of all such fields, joined by ", " (ws_http_head_get_combined()). The reader overwrites
 * it. The items point into it and are valid as long as it is. */
void ws_extension_reader_init (WsExtensionReader *self,
                               char              *value);

/* Returns the next item. A list may have empty elements, even only empty ones. White space may surround ",",
 * ";" and "=". A quoted value is unquoted and must then be a token. RFC 6455 §9.1. */
WsExtensionItem ws_extension_reader_next (WsExtensionReader *self);

G_END_DECLS

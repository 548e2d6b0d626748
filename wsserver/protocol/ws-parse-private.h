/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The result of every parser of this layer, wherever its input is split. */
typedef enum
{
  WS_PARSE_NEED_MORE, /* nothing consumed or written, unless the parser documents otherwise */
  WS_PARSE_DONE,
  WS_PARSE_FAILED,
} WsParseResult;

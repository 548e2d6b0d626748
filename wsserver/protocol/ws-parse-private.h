/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What every parser of this room answers, at any cut of its input. */
typedef enum
{
  WS_PARSE_NEED_MORE, /* nothing consumed, no out parameter touched, unless the parser says else */
  WS_PARSE_DONE,
  WS_PARSE_FAILED,
} WsParseResult;

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The status codes that the library itself uses. RFC 9110 §15; RFC 6585 §5 for 431. */
#define WS_HTTP_SWITCHING_PROTOCOLS 101
#define WS_HTTP_OK 200
#define WS_HTTP_NO_CONTENT 204
#define WS_HTTP_NOT_MODIFIED 304
#define WS_HTTP_BAD_REQUEST 400
#define WS_HTTP_METHOD_NOT_ALLOWED 405
#define WS_HTTP_URI_TOO_LONG 414
#define WS_HTTP_UPGRADE_REQUIRED 426
#define WS_HTTP_FIELDS_TOO_LARGE 431

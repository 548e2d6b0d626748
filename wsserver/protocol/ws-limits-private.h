/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Limits on the memory that a peer can make the server hold. In bytes unless the name says otherwise. */
typedef struct
{
  guint64 max_message_bytes; /* payload of one message, all its frames; over it: close 1009 */
  guint32 max_fragments;     /* frames of one message; over it: close 1008; 0: no limit */
  guint32 max_head_bytes;    /* whole request head; over it: 431 */
  guint32 max_head_fields;   /* header fields of a request, a number; over it: 431 */
} WsLimits;

#define WS_DEFAULT_MAX_MESSAGE_BYTES (G_GUINT64_CONSTANT (16) * 1024 * 1024)
#define WS_DEFAULT_MAX_HEAD_BYTES 16384
#define WS_DEFAULT_MAX_HEAD_FIELDS 100
#define WS_MAX_REQUEST_LINE_BYTES 8192 /* over it, or over half of max_head_bytes: 414 */

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/protocol/ws-protocol-private.h"

#include "tests/ws-test-feed.h"

#include <string.h>

/* Streams of frames, and the events that they give at every cut. */

/* A masking key of zeros keeps the payload of a case readable. */
#define K0 "\0\0\0\0"

typedef struct
{
  WsRole              role;
  guint64             max_message_bytes;
  gboolean            has_deflate;
  WsDeflateParameters parameters;
} Setup;

typedef struct
{
  const char  *path;
  const Setup *setup;
  const char  *bytes;
  gsize        length;
  const char  *log; /* for a failure only the beginning: the sentence is not repeated here */
} ProtocolCase;

/* Each test file defines its own parser, which logs the events and checks their order. */
static const WsTestParser protocol_parser;

static void
check_log (const Setup  *setup,
           const guint8 *bytes,
           gsize         length,
           const char   *log)
{
  g_autofree char *whole = ws_test_feed_whole (&protocol_parser, setup, bytes, length);

  if (strstr (log, "failed") == NULL || !g_str_has_prefix (whole, log))
    g_assert_cmpstr (whole, ==, log);

  ws_test_feed_every_cut (&protocol_parser, setup, bytes, length, whole);
}

static void
test_case (gconstpointer user_data)
{
  const ProtocolCase *protocol_case = user_data;

  g_test_summary ("A stream gives the same events or the same failure at every cut.");

  check_log (protocol_case->setup, (const guint8 *) protocol_case->bytes, protocol_case->length,
             protocol_case->log);
}

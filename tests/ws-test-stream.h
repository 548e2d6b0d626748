/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* An input stream of unknown length: gives the bytes of ws_test_pattern(), at most step in one read,
 * up to length, then ends, or fails with G_IO_ERROR_INVALID_DATA. */
#define WS_TEST_TYPE_STREAM (ws_test_stream_get_type ())
G_DECLARE_FINAL_TYPE (WsTestStream, ws_test_stream, WS_TEST, STREAM, GInputStream)

GInputStream *ws_test_stream_new (gsize    length,
                                  gsize    step,
                                  gboolean fails);
/* How often it was closed; how many bytes it has given. */
guint ws_test_stream_get_n_closed (GInputStream *stream);
gsize ws_test_stream_get_n_given (GInputStream *stream);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns the time as in "Sun, 06 Nov 1994 08:49:37 GMT". RFC 9110 §5.6.7. It is a number of seconds since
 * 1970, and lies in the years 1 to 9999. */
char *ws_http_date_format (gint64 seconds);

/* Reads a date in any of the three forms of RFC 9110 §5.6.7. */
gboolean ws_http_date_parse (const char *text,
                             gint64     *seconds);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes one harmless line of text that others may have had a part in. Characters that could begin a new line,
 * command a terminal or change the order of what is shown are written as escapes: bytes as \x1b,
 * others as \u009b or \U000e0001. These are the control characters C0 and C1, line and paragraph
 * separators, and format characters, among them the bidirectional ones. Bytes that are not UTF-8 are escaped
 * one by one. Takes the text. */
char *ws_text_take_line (char *text);

/* The same, of a copy. */
char *ws_text_dup_line (const char *text);

G_END_DECLS

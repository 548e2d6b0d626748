/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Names of topics: UTF-8 without control characters and spaces, in parts that a full stop separates. In a
 * pattern, * stands for one part, and ** at the end for one or more. */

gboolean ws_topic_name_check (const char *name,
                              gsize       max_bytes,
                              GError    **error);
gboolean ws_topic_pattern_check (const char *pattern,
                                 gsize       max_bytes,
                                 GError    **error);

/* Both were checked. */
gboolean ws_topic_pattern_matches (const char *pattern,
                                   const char *name);

G_END_DECLS

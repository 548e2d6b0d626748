/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Just enough JSON for the chat: objects without nesting come in, objects are written out. */

GHashTable *demo_json_parse_object (const char *text,
                                    gsize       length);

void demo_json_append_string (GString    *json,
                              const char *value);
void demo_json_append_member (GString    *json,
                              const char *name,
                              const char *value);
void demo_json_append_number (GString    *json,
                              const char *name,
                              gint64      value);

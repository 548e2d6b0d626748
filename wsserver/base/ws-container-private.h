/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Returns the Type whose member is at pointer. The compiler refuses a pointer of another type than the
 * member's. It accepts a gpointer. */
#define WS_CONTAINER_OF(pointer, Type, member)                                    \
 ((Type *) (gpointer) ((guint8 *) (TRUE ? (pointer) : &((Type *) NULL)->member) - \
                       G_STRUCT_OFFSET (Type, member)))

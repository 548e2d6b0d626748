/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <glib-object.h>

#include <wsserver/base/ws-macros.h>

G_BEGIN_DECLS

#define WS_TYPE_MEMORY_ENGINE (ws_memory_engine_get_type ())

WS_AVAILABLE_IN_1_2
G_DECLARE_FINAL_TYPE (WsMemoryEngine, ws_memory_engine, WS, MEMORY_ENGINE, GObject)

WS_AVAILABLE_IN_1_2
WsMemoryEngine *ws_memory_engine_new (void);

G_END_DECLS

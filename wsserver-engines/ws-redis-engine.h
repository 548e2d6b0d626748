/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_ENGINES_INSIDE) && !defined(WS_ENGINES_COMPILATION)
# error "Only <wsserver-engines/wsserver-engines.h> can be included directly."
#endif

#include <wsserver/wsserver.h>

G_BEGIN_DECLS

#define WS_TYPE_REDIS_ENGINE (ws_redis_engine_get_type ())

WS_AVAILABLE_IN_1_2
G_DECLARE_FINAL_TYPE (WsRedisEngine, ws_redis_engine, WS, REDIS_ENGINE, GObject)

WS_AVAILABLE_IN_1_2
WsRedisEngine *ws_redis_engine_new (const char *uri);

G_END_DECLS

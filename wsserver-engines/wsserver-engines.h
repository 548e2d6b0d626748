/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define WS_ENGINES_INSIDE

#include <wsserver-engines/ws-engines-features.h>

#ifdef WS_ENGINES_HAS_REDIS
# include <wsserver-engines/ws-redis-engine.h>
#endif

#undef WS_ENGINES_INSIDE

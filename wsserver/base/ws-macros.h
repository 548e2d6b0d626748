/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <glib.h>

/* Everything is hidden by -fvisibility=hidden; this marks what is public. */
#define WS_AVAILABLE_IN_ALL __attribute__ ((visibility ("default"))) extern

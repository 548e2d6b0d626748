/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/base/ws-version.h"

/* A release that raises the version also adds its availability macros to ws-macros.h. */
G_STATIC_ASSERT (WS_VERSION_CUR_STABLE ==
                 G_ENCODE_VERSION (WS_MAJOR_VERSION, WS_MINOR_VERSION + WS_MINOR_VERSION % 2));

/**
 * ws_get_version:
 *
 * Gets the version of the loaded library, for example `1.0.0`.
 *
 * It differs from [const@Ws.VERSION] when a program runs with another version than the one it was
 * compiled for.
 *
 * Returns: the version: three numbers separated by dots
 *
 * Since: 1.0
 */
const char *
ws_get_version (void)
{
  return WS_VERSION;
}

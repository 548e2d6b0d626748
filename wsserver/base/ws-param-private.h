/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

/* Flags of the properties. Names, nicks and blurbs are literals. A setter notifies only if the value has
 * changed. */
#define WS_PARAM_READABLE (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)
#define WS_PARAM_READWRITE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY)

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <glib.h>

/* -fvisibility=hidden hides all symbols. This marks the public ones. */
#define _WS_EXTERN __attribute__ ((visibility ("default"))) extern

/* The versions of the API. An odd minor version is a development version; its API belongs to the next even
 * one. Each release adds its version and its three macros below. */
#define WS_VERSION_1_0 (G_ENCODE_VERSION (1, 0))
#define WS_VERSION_1_2 (G_ENCODE_VERSION (1, 2))

/* The version that these headers belong to. ws-version.c compares it with the version of the project. */
#define WS_VERSION_CUR_STABLE WS_VERSION_1_2

/* A program defines these two before it includes the umbrella header. WS_VERSION_MIN_REQUIRED is the oldest
 * version that the program has to run with: the compiler warns about declarations that are deprecated up to
 * it. WS_VERSION_MAX_ALLOWED is the newest version that the program may use: the compiler warns about newer
 * declarations. */
#ifndef WS_VERSION_MIN_REQUIRED
# define WS_VERSION_MIN_REQUIRED WS_VERSION_CUR_STABLE
#endif

#ifndef WS_VERSION_MAX_ALLOWED
# if WS_VERSION_MIN_REQUIRED > WS_VERSION_CUR_STABLE
#  define WS_VERSION_MAX_ALLOWED WS_VERSION_MIN_REQUIRED
# else
#  define WS_VERSION_MAX_ALLOWED WS_VERSION_CUR_STABLE
# endif
#endif

#if WS_VERSION_MIN_REQUIRED < WS_VERSION_1_0
# error "WS_VERSION_MIN_REQUIRED must be WS_VERSION_1_0 or later"
#endif
#if WS_VERSION_MAX_ALLOWED < WS_VERSION_MIN_REQUIRED
# error "WS_VERSION_MAX_ALLOWED must not be older than WS_VERSION_MIN_REQUIRED"
#endif

#define WS_AVAILABLE_IN_ALL _WS_EXTERN

#if WS_VERSION_MAX_ALLOWED < WS_VERSION_1_2
# define WS_AVAILABLE_IN_1_2 _WS_EXTERN G_UNAVAILABLE (1, 2)
#else
# define WS_AVAILABLE_IN_1_2 _WS_EXTERN
#endif

/**
 * WS_DEPRECATED_IN_1_2_FOR: (skip)
 * @function: the function to use instead
 *
 * Marks a declaration that is deprecated since version 1.2.
 */
#if WS_VERSION_MIN_REQUIRED >= WS_VERSION_1_2
# define WS_DEPRECATED_IN_1_2 _WS_EXTERN G_DEPRECATED
# define WS_DEPRECATED_IN_1_2_FOR(function) _WS_EXTERN G_DEPRECATED_FOR (function)
#else
# define WS_DEPRECATED_IN_1_2 _WS_EXTERN
# define WS_DEPRECATED_IN_1_2_FOR(function) _WS_EXTERN
#endif

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The number of forks between the process that loaded the library and this one. A forked child has copies of
 * everything in its parent: sockets, the epoll set, the path of a Unix socket. An object of the parent that
 * acts on them in the child would affect the parent. So an object stores the number at its construction and
 * leaves them alone if the number has changed. */
extern guint ws_process_generation;

/* Call this before the number is stored. It is cheap after the first call. */
void ws_process_watch_forks (void);

static inline gboolean
ws_process_is_foreign (guint generation)
{
  return G_UNLIKELY (generation != ws_process_generation);
}

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How often this process is a fork of a fork of the one that loaded the library. A forked child holds copies
 * of everything its parent has: sockets, the epoll set, the path of a Unix socket. What an object of the
 * parent does to them in the child would be done to the parent, so an object notes the number at its
 * construction and leaves them alone where the number is another one. */
extern guint ws_process_generation;

/* To be called before the number is noted; cheap after the first time. */
void ws_process_watch_forks (void);

static inline gboolean
ws_process_is_foreign (guint generation)
{
  return G_UNLIKELY (generation != ws_process_generation);
}

G_END_DECLS

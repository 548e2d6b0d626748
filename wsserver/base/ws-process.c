/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/base/ws-process-private.h"

#include <pthread.h>

guint ws_process_generation = 0;

static void
forked_child_cb (void)
{
  ws_process_generation++;
}

/* getpid() is not used: it is a system call, and a new process may get the number of a process that has
 * ended. */
void
ws_process_watch_forks (void)
{
  static gsize is_watching = 0;

  if (g_once_init_enter (&is_watching))
    {
      pthread_atfork (NULL, NULL, forked_child_cb);
      g_once_init_leave (&is_watching, 1);
    }
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-transport-private.h"

#include "wsserver/base/ws-error-private.h"

void
ws_transport_init (WsTransport            *self,
                   const WsTransportFuncs *funcs,
                   int                     fd)
{
  g_assert (fd >= 0);

  ws_process_watch_forks ();
  self->funcs = funcs;
  self->fd = fd;
  self->process_generation = ws_process_generation;
}

WsIOStatus
ws_transport_refuse (gsize   *n_bytes,
                     GError **error)
{
  *n_bytes = 0;
  ws_set_error (error, WS_ERROR_ACCESS_DENIED,
                "the connection belongs to the parent of this process, which was forked from it");
  return WS_IO_FAILED;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/io/ws-peer-address-private.h"
#include "wsserver/io/ws-poller-private.h"

G_BEGIN_DECLS

/* Sockets from which a PROXY header is awaited, before anything else is read from them. */
typedef struct _WsProxyStage WsProxyStage;

typedef struct
{
  /* The header is complete. Takes the descriptor; the next byte to be read is the client's. *client is the
   * proxy itself if the header names no client, as in a health check. authority is the host name that the
   * client asked the proxy for, or NULL. */
  void (*identified) (
      gpointer owner, int fd, const WsPeerAddress *proxy, const WsPeerAddress *client, const char *authority);
  /* The socket was closed, because of this fault. */
  void (*failed) (gpointer owner, const WsPeerAddress *proxy, const char *fault);
} WsProxyStageFuncs;

WsProxyStage *ws_proxy_stage_new (WsPoller                *poller,
                                  const WsProxyStageFuncs *funcs,
                                  gpointer                 owner,
                                  guint                    timeout_s);

/* Closes all sockets without a call. Allowed inside the owner's callbacks. */
void ws_proxy_stage_free (WsProxyStage *self);

/* Takes the descriptor. Calls the owner at once if the header, or a fault, is there already. */
void ws_proxy_stage_take (WsProxyStage        *self,
                          int                  fd,
                          const WsPeerAddress *proxy);

/* Also for the sockets that are waiting. */
void  ws_proxy_stage_set_timeout (WsProxyStage *self,
                                  guint         timeout_s);
guint ws_proxy_stage_get_count (const WsProxyStage *self);

/* Since when the oldest socket is waiting; G_MAXINT64: there is none. */
gint64 ws_proxy_stage_get_start (const WsProxyStage *self);
/* Closes that socket without a call. */
void ws_proxy_stage_drop_oldest (WsProxyStage *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-socket-options-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#ifdef __linux__
# include <linux/socket.h>
#endif

static const struct
{
  int level;
  int name;
} system_options[WS_N_SOCKET_OPTIONS] = {
  [WS_SOCKET_OPTION_IN_BUFFER] = { SOL_SOCKET, SO_RCVBUF },
  [WS_SOCKET_OPTION_OUT_BUFFER] = { SOL_SOCKET, SO_SNDBUF },
  [WS_SOCKET_OPTION_KEEP_ALIVE_TIME] = { IPPROTO_TCP, TCP_KEEPIDLE },
  [WS_SOCKET_OPTION_KEEP_ALIVE_INTERVAL] = { IPPROTO_TCP, TCP_KEEPINTVL },
};

static void
set_option (GSocket       *socket,
            WsSocketOption option,
            int            value)
{
  g_socket_set_option (socket, system_options[option].level, system_options[option].name, value, NULL);
}

/* The system no longer adapts the size of a buffer after it was set; socket(7). Linux can undo that. */
static void
unlock_buffer (GSocket       *socket,
               WsSocketOption option)
{
#if defined(__linux__) && defined(SO_BUF_LOCK)
  int lock = option == WS_SOCKET_OPTION_IN_BUFFER ? SOCK_RCVBUF_LOCK : SOCK_SNDBUF_LOCK;
  int locks;

  if (g_socket_get_option (socket, SOL_SOCKET, SO_BUF_LOCK, &locks, NULL))
    g_socket_set_option (socket, SOL_SOCKET, SO_BUF_LOCK, locks & ~lock, NULL);
#endif
}

static void
restore_option (GSocket       *socket,
                WsSocketOption option,
                int            value)
{
  gboolean is_buffer = system_options[option].level == SOL_SOCKET;

#ifdef __linux__
  if (is_buffer)
    value /= 2; /* reading returns twice the value that was set; socket(7) */
#endif
  set_option (socket, option, value);
  if (is_buffer)
    unlock_buffer (socket, option);
}

static void
apply_option (GSocket                 *socket,
              WsReplacedSocketOptions *replaced,
              WsSocketOption           option,
              int                      value)
{
  int *old = &replaced->values[option];

  if (value == 0 && *old == 0)
    return;

  if (value == 0)
    {
      restore_option (socket, option, *old);
      *old = 0;
      return;
    }

  if (*old == 0)
    g_socket_get_option (socket, system_options[option].level, system_options[option].name, old, NULL);
  set_option (socket, option, value);
}

static int
round_up_to_seconds (guint ms)
{
  return (int) ((ms + 999) / 1000);
}

void
ws_socket_options_apply (const WsSocketOptions   *self,
                         GSocket                 *socket,
                         WsReplacedSocketOptions *replaced)
{
  gboolean keep_alive = self->keep_alive_time_ms > 0 || self->keep_alive_interval_ms > 0;

  apply_option (socket, replaced, WS_SOCKET_OPTION_IN_BUFFER, (int) self->in_buffer_bytes);
  apply_option (socket, replaced, WS_SOCKET_OPTION_OUT_BUFFER, (int) self->out_buffer_bytes);
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX)
    return;

  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, self->tcp_no_delay, NULL);
  g_socket_set_option (socket, SOL_SOCKET, SO_KEEPALIVE, keep_alive, NULL);
  apply_option (socket, replaced, WS_SOCKET_OPTION_KEEP_ALIVE_TIME,
                round_up_to_seconds (self->keep_alive_time_ms));
  apply_option (socket, replaced, WS_SOCKET_OPTION_KEEP_ALIVE_INTERVAL,
                round_up_to_seconds (self->keep_alive_interval_ms));
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Options of a listening socket, which its accepted sockets inherit. 0 keeps the system's value. */
typedef struct
{
  gboolean tcp_no_delay;
  guint    in_buffer_bytes;
  guint    out_buffer_bytes;
  guint    keep_alive_time_ms; /* rounded up to seconds */
  guint    keep_alive_interval_ms;
} WsSocketOptions;

typedef enum
{
  WS_SOCKET_OPTION_IN_BUFFER,
  WS_SOCKET_OPTION_OUT_BUFFER,
  WS_SOCKET_OPTION_KEEP_ALIVE_TIME,
  WS_SOCKET_OPTION_KEEP_ALIVE_INTERVAL,
  WS_N_SOCKET_OPTIONS,
} WsSocketOption;

/* The system's values that options have replaced; 0 if none has. All 0 for a new socket. */
typedef struct
{
  int values[WS_N_SOCKET_OPTIONS];
} WsReplacedSocketOptions;

/* Sets the options. An option that has become 0 gets the system's value back. A value that the system
 * refuses is not an error: reading the option shows the value in use. */
void ws_socket_options_apply (const WsSocketOptions   *self,
                              GSocket                 *socket,
                              WsReplacedSocketOptions *replaced);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-socket-private.h"

#include "wsserver/base/ws-process-private.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#ifdef __linux__
# include <linux/filter.h>
# include <linux/sockios.h>
#endif

#if defined(SOCK_CLOEXEC) && defined(SOCK_NONBLOCK)
# define HAVE_SOCKET_FLAGS
#endif

#ifndef HAVE_SOCKET_FLAGS
static int
set_close_on_exec (int fd)
{
  if (fd >= 0)
    fcntl (fd, F_SETFD, FD_CLOEXEC);
  return fd;
}
#endif

int
ws_socket_open (int family)
{
#ifdef HAVE_SOCKET_FLAGS
  return socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
#else
  return set_close_on_exec (socket (family, SOCK_STREAM, 0));
#endif
}

int
ws_socket_bind (GSocket        *socket,
                GSocketAddress *address)
{
  struct sockaddr_storage native = { 0 };
  gssize                  length = g_socket_address_get_native_size (address);

  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    g_socket_set_option (socket, SOL_SOCKET, SO_REUSEADDR, TRUE, NULL);
  if (!g_socket_address_to_native (address, &native, sizeof native, NULL))
    return EINVAL;

  return bind (g_socket_get_fd (socket), (struct sockaddr *) &native, (socklen_t) length) == 0 ? 0 : errno;
}

/* On FreeBSD only SO_REUSEPORT_LB spreads the clients, as SO_REUSEPORT does on Linux. */
void
ws_socket_share_port (GSocket *socket)
{
#ifdef SO_REUSEPORT_LB
  g_socket_set_option (socket, SOL_SOCKET, SO_REUSEPORT_LB, TRUE, NULL);
#else
  g_socket_set_option (socket, SOL_SOCKET, SO_REUSEPORT, TRUE, NULL);
#endif
}

int
ws_socket_accept (int            fd,
                  WsPeerAddress *peer)
{
  socklen_t length = sizeof *peer;

#ifdef HAVE_SOCKET_FLAGS
  return accept4 (fd, &peer->any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
  int accepted = set_close_on_exec (accept (fd, &peer->any, &length));

  if (accepted >= 0)
    fcntl (accepted, F_SETFL, fcntl (accepted, F_GETFL) | O_NONBLOCK);
  return accepted;
#endif
}

void
ws_socket_ignore_new_connections (GSocket *socket)
{
#ifdef __linux__
  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_B | BPF_ABS, 13), /* the flags of the TCP header, RFC 9293 §3.1 */
    BPF_JUMP (BPF_JMP | BPF_JSET | BPF_K, TH_SYN, 0, 1),
    BPF_STMT (BPF_RET | BPF_K, 0),
    BPF_STMT (BPF_RET | BPF_K, G_MAXUINT32),
  };
  struct sock_fprog program = { .len = G_N_ELEMENTS (code), .filter = code };

  /* A Unix socket that does not receive refuses clients, and those that wait can still be accepted. */
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX)
    (void) shutdown (g_socket_get_fd (socket), SHUT_RD);
  else
    setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
#endif
}

int
ws_socket_count_unacknowledged (int fd)
{
  int n_bytes = -1;

#if defined(__linux__)
  if (ioctl (fd, SIOCOUTQ, &n_bytes) != 0)
    return -1;
#elif defined(FIONWRITE) /* FreeBSD */
  if (ioctl (fd, FIONWRITE, &n_bytes) != 0)
    return -1;
#endif
  return n_bytes;
}

gboolean
ws_socket_is_in_flight (int fd)
{
  int n_not_sent = 0;

#if defined(__linux__)
  if (ioctl (fd, SIOCOUTQNSD, &n_not_sent) != 0)
    return FALSE;
#endif
  return ws_socket_count_unacknowledged (fd) > n_not_sent;
}

void
ws_socket_close (int   fd,
                 guint process_generation)
{
  if (!ws_process_is_foreign (process_generation))
    (void) shutdown (fd, SHUT_RDWR);
  /* Not repeated after EINTR: on Linux the descriptor is closed anyway. */
  (void) close (fd);
}

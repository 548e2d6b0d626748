/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/server/ws-proxy-stage-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "wsserver/base/ws-container-private.h"
#include "wsserver/base/ws-process-private.h"
#include "wsserver/io/ws-socket-private.h"
#include "wsserver/protocol/ws-proxy-header-private.h"

#define UNREADABLE "the PROXY header cannot be read"

struct _WsProxyStage
{
  WsPoller                *poller;
  const WsProxyStageFuncs *funcs;
  gpointer                 owner;
  GQueue                   sockets; /* ProxySocket */
  WsTimerQueue             timers;
};

typedef struct
{
  WsProxyStage *stage;
  GList         link; /* in stage->sockets */
  WsWatch       watch;
  WsTimer       timer;
  WsPeerAddress proxy;
  guint         process_generation;
  int           fd;      /* -1: given to the owner */
  GByteArray   *arrived; /* the part of a header that came in pieces; NULL: none */
} ProxySocket;

/* --- one socket ------------------------------------------------------------------------------ */

static void
proxy_socket_free (ProxySocket *socket)
{
  WsProxyStage *stage = socket->stage;

  ws_poller_remove_watch (stage->poller, &socket->watch);
  ws_timer_disarm (&socket->timer);
  g_queue_unlink (&stage->sockets, &socket->link);
  if (socket->fd >= 0)
    ws_socket_close (socket->fd, socket->process_generation);
  g_clear_pointer (&socket->arrived, g_byte_array_unref);
  g_free (socket);
}

/* The owner's function comes last, because it may free the stage. */
static void
refuse_socket (ProxySocket *socket,
               const char  *fault)
{
  WsProxyStage *stage = socket->stage;
  WsPeerAddress proxy = socket->proxy;

  proxy_socket_free (socket);
  stage->funcs->failed (stage->owner, &proxy, fault);
}

static void
set_client (WsPeerAddress       *client,
            const WsProxyHeader *header)
{
  switch (header->family)
    {
    case WS_PROXY_FAMILY_NONE:
      break;
    case WS_PROXY_FAMILY_IPV4:
      *client = (WsPeerAddress){ .ipv4 = { .sin_family = AF_INET } };
      memcpy (&client->ipv4.sin_addr, header->source.bytes, sizeof client->ipv4.sin_addr);
      client->ipv4.sin_port = g_htons (header->source.port);
      break;
    case WS_PROXY_FAMILY_IPV6:
      *client = (WsPeerAddress){ .ipv6 = { .sin6_family = AF_INET6 } };
      memcpy (&client->ipv6.sin6_addr, header->source.bytes, sizeof client->ipv6.sin6_addr);
      client->ipv6.sin6_port = g_htons (header->source.port);
      break;
    case WS_PROXY_FAMILY_UNIX:
      *client = (WsPeerAddress){ .any = { .sa_family = AF_UNIX } };
      break;
    }
}

static gboolean
is_http_1 (const WsProxyHeader *header)
{
  static const char *const versions[] = { "http/1.1", "http/1.0" };

  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    if (header->alpn_length == strlen (versions[i]) &&
        memcmp (header->alpn, versions[i], header->alpn_length) == 0)
      return TRUE;

  return FALSE;
}

static void
identify_socket (ProxySocket         *socket,
                 const WsProxyHeader *header)
{
  WsProxyStage    *stage = socket->stage;
  WsPeerAddress    proxy = socket->proxy;
  WsPeerAddress    client = socket->proxy;
  int              fd = socket->fd;
  g_autofree char *authority = NULL;

  if (header->alpn != NULL && !is_http_1 (header))
    {
      refuse_socket (socket, "the proxy has agreed on an application protocol other than HTTP/1.1");
      return;
    }

  set_client (&client, header);
  if (header->authority != NULL)
    authority = g_strndup ((const char *) header->authority, header->authority_length);
  socket->fd = -1;
  proxy_socket_free (socket);
  stage->funcs->identified (stage->owner, fd, &proxy, &client, authority);
}

/* Takes bytes out of the socket that a peek has shown. */
static gboolean
consume (ProxySocket *socket,
         gsize        length)
{
  guint8 consumed[WS_PROXY_HEADER_MAX_BYTES];

  return recv (socket->fd, consumed, length, 0) == (gssize) length;
}

/* All bytes of an incomplete header are the header's. */
static void
keep_part (ProxySocket  *socket,
           const guint8 *data,
           gsize         length)
{
  if (!consume (socket, length))
    {
      refuse_socket (socket, UNREADABLE);
      return;
    }

  if (socket->arrived == NULL)
    socket->arrived = g_byte_array_new ();
  g_byte_array_append (socket->arrived, data, (guint) length);
}

/* The socket is peeked at, so that what follows the header stays in it, for TLS or the request. */
static void
read_header (ProxySocket *socket)
{
  guint8        data[WS_PROXY_HEADER_MAX_BYTES];
  gsize         n_arrived = socket->arrived != NULL ? socket->arrived->len : 0;
  gssize        n_peeked = recv (socket->fd, data + n_arrived, sizeof data - n_arrived, MSG_PEEK);
  WsProxyHeader header;
  gsize         consumed = 0;
  const char   *fault = NULL;

  if (n_peeked < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n_peeked <= 0)
    {
      refuse_socket (socket, n_arrived > 0 ? "the connection ended within the PROXY header"
                                           : "the connection ended before the PROXY header");
      return;
    }

  if (n_arrived > 0)
    memcpy (data, socket->arrived->data, n_arrived);
  switch (ws_proxy_header_parse (&header, data, n_arrived + (gsize) n_peeked, &consumed, &fault))
    {
    case WS_PARSE_NEED_MORE:
      keep_part (socket, data + n_arrived, (gsize) n_peeked);
      break;
    case WS_PARSE_DONE:
      if (consume (socket, consumed - n_arrived))
        identify_socket (socket, &header);
      else
        refuse_socket (socket, UNREADABLE);
      break;
    case WS_PARSE_FAILED:
      refuse_socket (socket, fault);
      break;
    }
}

static void
proxy_socket_ready (WsWatch     *watch,
                    WsPollEvents events)
{
  read_header (WS_CONTAINER_OF (watch, ProxySocket, watch));
}

static gboolean
proxy_socket_has_backlog (WsWatch *watch)
{
  return FALSE;
}

static const WsWatchFuncs proxy_socket_watch_funcs = {
  .ready = proxy_socket_ready,
  .has_backlog = proxy_socket_has_backlog,
};

static void
proxy_socket_expired (WsTimer *timer)
{
  refuse_socket (WS_CONTAINER_OF (timer, ProxySocket, timer), "no PROXY header within HandshakeTimeout");
}

/* --- the stage ------------------------------------------------------------------------------- */

WsProxyStage *
ws_proxy_stage_new (WsPoller                *poller,
                    const WsProxyStageFuncs *funcs,
                    gpointer                 owner,
                    guint                    timeout_s)
{
  WsProxyStage *self = g_new0 (WsProxyStage, 1);

  self->poller = ws_poller_ref (poller);
  self->funcs = funcs;
  self->owner = owner;
  g_queue_init (&self->sockets);
  ws_timer_queue_init (&self->timers, timeout_s * (gint64) G_USEC_PER_SEC, proxy_socket_expired);
  ws_poller_add_timer_queue (poller, &self->timers);
  return self;
}

void
ws_proxy_stage_free (WsProxyStage *self)
{
  while (self->sockets.head != NULL)
    proxy_socket_free (self->sockets.head->data);
  ws_poller_remove_timer_queue (self->poller, &self->timers);
  ws_poller_unref (self->poller);
  g_free (self);
}

void
ws_proxy_stage_take (WsProxyStage        *self,
                     int                  fd,
                     const WsPeerAddress *proxy)
{
  ProxySocket *socket = g_new0 (ProxySocket, 1);

  ws_process_watch_forks ();
  socket->stage = self;
  socket->fd = fd;
  socket->process_generation = ws_process_generation;
  socket->proxy = *proxy;
  socket->link.data = socket;
  g_queue_push_tail_link (&self->sockets, &socket->link);
  if (!ws_poller_add_watch (self->poller, &socket->watch, &proxy_socket_watch_funcs, fd, WS_POLL_IN))
    {
      refuse_socket (socket, "the system cannot watch another socket");
      return;
    }

  ws_timer_arm (&socket->timer, &self->timers, ws_poller_get_time (self->poller));
  read_header (socket);
}

void
ws_proxy_stage_set_timeout (WsProxyStage *self,
                            guint         timeout_s)
{
  ws_timer_queue_set_duration (&self->timers, timeout_s * (gint64) G_USEC_PER_SEC);
}

guint
ws_proxy_stage_get_count (const WsProxyStage *self)
{
  return self->sockets.length;
}

gint64
ws_proxy_stage_get_start (const WsProxyStage *self)
{
  return ws_timer_queue_get_start (&self->timers);
}

void
ws_proxy_stage_drop_oldest (WsProxyStage *self)
{
  proxy_socket_free (WS_CONTAINER_OF (self->timers.head, ProxySocket, timer));
}

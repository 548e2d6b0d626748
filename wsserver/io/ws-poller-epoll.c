/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-poller-backend-private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

G_STATIC_ASSERT ((int) WS_POLL_IN == (int) EPOLLIN);
G_STATIC_ASSERT ((int) WS_POLL_URGENT == (int) EPOLLPRI);
G_STATIC_ASSERT ((int) WS_POLL_OUT == (int) EPOLLOUT);
G_STATIC_ASSERT ((int) WS_POLL_ERROR == (int) EPOLLERR);
G_STATIC_ASSERT ((int) WS_POLL_HANG_UP == (int) EPOLLHUP);
G_STATIC_ASSERT ((int) WS_POLL_READ_HANG_UP == (int) EPOLLRDHUP);
G_STATIC_ASSERT (WS_POLL_EDGE == (guint) EPOLLET);

#define BATCH_EVENTS 64

/* Limits of one dispatch. They let the other sources of the context (such as a user interface) run during a
 * flood of events. The kernel reports ready descriptors in rotation: the ones over the limit come first in
 * the next dispatch, and none starves. */
#define DISPATCH_MAX_US 4000
#define DISPATCH_MAX_BATCHES 16
#define EVENTS_PER_LOOK 4 /* between reads of the clock: a large message may take most of a millisecond */

/* Events that were fetched together, on the stack of the dispatch that reports them. */
typedef struct _Batch Batch;

struct _Batch
{
  Batch             *outer;
  int                n_events;
  int                n_reported;           /* includes skipped events */
  struct epoll_event events[BATCH_EVENTS]; /* data.ptr is NULL once the watch is removed */
};

struct _WsPollerBackend
{
  WsPoller *poller;
  GPollFD   poll_fd; /* fd is -1 before the first watch */
  Batch    *batches; /* of the dispatches in progress, innermost first */
};

WsPollerBackend *
ws_poller_backend_new (WsPoller *poller)
{
  WsPollerBackend *self = g_new0 (WsPollerBackend, 1);

  self->poller = poller;
  self->poll_fd.fd = -1;

  return self;
}

void
ws_poller_backend_free (WsPollerBackend *self)
{
  if (self->poll_fd.fd >= 0)
    close (self->poll_fd.fd);

  g_free (self);
}

/* The first watch creates the descriptor. So creating a poller cannot fail, and a poller whose first client
 * comes late holds no descriptor until then. */
static gboolean
ensure_epoll_fd (WsPollerBackend *self)
{
  if (self->poll_fd.fd >= 0)
    return TRUE;

  self->poll_fd.fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->poll_fd.fd < 0)
    return FALSE;

  /* g_source_add_unix_fd() is not used: the source could not skip an iteration while the descriptor is
   * ready. */
  self->poll_fd.events = G_IO_IN;
  g_source_add_poll (self->poller->source, &self->poll_fd);

  return TRUE;
}

gboolean
ws_poller_backend_add (WsPollerBackend *self,
                       WsWatch         *watch)
{
  struct epoll_event event = { .events = watch->events, .data.ptr = watch };

  if (ws_poller_is_foreign (self->poller))
    {
      errno = EPERM;
      return FALSE;
    }

  return ensure_epoll_fd (self) &&
         epoll_ctl (self->poll_fd.fd, EPOLL_CTL_ADD, watch->fd, &event) == 0;
}

void
ws_poller_backend_modify (WsPollerBackend *self,
                          WsWatch         *watch)
{
  struct epoll_event event = { .events = watch->events, .data.ptr = watch };
  int                result;

  if (ws_poller_is_foreign (self->poller))
    return;

  result = epoll_ctl (self->poll_fd.fd, EPOLL_CTL_MOD, watch->fd, &event);

  /* The kernel allocates nothing here. The call fails only if the descriptor was closed before its watch was
   * removed. */
  g_assert (result == 0);
}

void
ws_poller_backend_remove (WsPollerBackend *self,
                          WsWatch         *watch)
{
  struct epoll_event unused = { 0 };

  if (self == NULL)
    return;

  /* In a forked child, the set belongs to the parent. */
  if (!ws_poller_is_foreign (self->poller))
    epoll_ctl (self->poll_fd.fd, EPOLL_CTL_DEL, watch->fd, &unused);

  for (Batch *batch = self->batches; batch != NULL; batch = batch->outer)
    for (int i = 0; i < batch->n_events; i++)
      if (batch->events[i].data.ptr == watch)
        batch->events[i].data.ptr = NULL;
}

gboolean
ws_poller_backend_has_edges (WsPollerBackend *self)
{
  return TRUE;
}

gboolean
ws_poller_backend_has_fetched (WsPollerBackend *self)
{
  for (Batch *batch = self->batches; batch != NULL; batch = batch->outer)
    for (int i = batch->n_reported; i < batch->n_events; i++)
      if (batch->events[i].data.ptr != NULL)
        return TRUE;

  return FALSE;
}

gboolean
ws_poller_backend_is_ready (WsPollerBackend *self)
{
  return self->poll_fd.revents != 0;
}

/* Reports the next event of a batch, of this dispatch or of an outer one. FALSE if the poller was destroyed,
 * and self with it. */
static gboolean
report_next (WsPollerBackend *self,
             Batch           *batch)
{
  WsPoller                 *poller = self->poller;
  const struct epoll_event *event = &batch->events[batch->n_reported++];
  WsWatch                  *watch = event->data.ptr;
  guint                     events;

  if (watch == NULL)
    return TRUE;

  /* An earlier call may have reduced the events of the watch. */
  events = event->events & (watch->events | WS_POLL_ERROR | WS_POLL_HANG_UP);
  if (events != 0)
    ws_poller_call_ready (poller, watch, (WsPollEvents) events);
  return !poller->destroyed;
}

/* TRUE if the time of the dispatch is over. Reads the clock only now and then. */
static gboolean
is_over (const Batch *batch,
         gint64       end_us)
{
  return batch->n_reported % EVENTS_PER_LOOK == 0 && g_get_monotonic_time () >= end_us;
}

/* Events over the time limit stay fetched for the next dispatch. */
static gboolean
report_outer_batches (WsPollerBackend *self,
                      gint64           end_us)
{
  for (Batch *batch = self->batches; batch != NULL; batch = batch->outer)
    while (batch->n_reported < batch->n_events)
      {
        if (!report_next (self, batch))
          return FALSE;
        if (is_over (batch, end_us))
          return TRUE;
      }

  return TRUE;
}

/* Events over the time limit are left to the kernel. It reports an edge again after a modification. */
static void
hand_back (WsPollerBackend *self,
           Batch           *batch)
{
  for (; batch->n_reported < batch->n_events; batch->n_reported++)
    {
      WsWatch *watch = batch->events[batch->n_reported].data.ptr;

      if (watch != NULL && (watch->events & WS_POLL_EDGE) != 0)
        ws_poller_backend_modify (self, watch);
    }
}

static gboolean
deliver_batch (WsPollerBackend *self,
               Batch           *batch,
               gint64           end_us)
{
  batch->outer = self->batches;
  batch->n_reported = 0;
  self->batches = batch;

  while (batch->n_reported < batch->n_events)
    {
      if (!report_next (self, batch))
        return FALSE;
      if (is_over (batch, end_us))
        hand_back (self, batch);
    }

  self->batches = batch->outer;

  return TRUE;
}

void
ws_poller_backend_dispatch (WsPollerBackend *self)
{
  WsPoller *poller = self->poller;
  gint64    end_us = poller->now_us + DISPATCH_MAX_US;
  Batch     batch;

  if (!report_outer_batches (self, end_us) || !ws_poller_backend_is_ready (self) ||
      ws_poller_backend_has_fetched (self))
    return;

  for (guint n = 0; n < DISPATCH_MAX_BATCHES; n++)
    {
      batch.n_events = epoll_wait (self->poll_fd.fd, batch.events, BATCH_EVENTS, 0);

      if (batch.n_events <= 0 || !deliver_batch (self, &batch, end_us))
        return;

      /* A batch that is not full: no more descriptors are ready. */
      if (batch.n_events < BATCH_EVENTS || ws_poller_refresh_time (poller) >= end_us)
        return;
    }
}

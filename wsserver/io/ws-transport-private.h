/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/uio.h>

#include "wsserver/base/ws-process-private.h"

G_BEGIN_DECLS

typedef enum
{
  WS_IO_OK,
  WS_IO_WOULD_BLOCK,
  WS_IO_CLOSED, /* read: the peer has ended its side normally */
  WS_IO_FAILED, /* error is set to a WS_ERROR */
} WsIOStatus;

/* A non-blocking byte stream over one file descriptor: plain, or one of the TLS providers. */
typedef struct _WsTransport WsTransport;

typedef struct
{
  /* OK: *n_read is at least 1. */
  WsIOStatus (*read) (WsTransport *self,
                      guint8      *buffer,
                      gsize        size,
                      gsize       *n_read,
                      GError     **error);
  /* OK: *n_written is at least 1 and may be less than all. */
  WsIOStatus (*writev) (WsTransport        *self,
                        const struct iovec *vectors,
                        guint               n_vectors,
                        gsize              *n_written,
                        GError            **error);
  /* TRUE if a read would return bytes, although the descriptor may not be readable. */
  gboolean (*has_pending) (WsTransport *self);
  /* Ends the sending side (FIN, close_notify). Reading continues. */
  void (*shutdown_write) (WsTransport *self);
  /* Closes the descriptor and frees the transport. */
  void (*free) (WsTransport *self);

  /* Only for a transport with a protocol of its own below the stream; NULL in the plain one. */

  /* One step of the handshake before the stream. OK: the stream is open. */
  WsIOStatus (*handshake) (WsTransport *self,
                           GError     **error);
  /* Sends bytes that writev has accepted and the descriptor has not. OK: nothing is left. */
  WsIOStatus (*flush) (WsTransport *self,
                       GError     **error);
  /* Returns the poll events that the owner's events need. */
  guint (*get_events) (WsTransport *self,
                       guint        wanted);
} WsTransportFuncs;

struct _WsTransport
{
  const WsTransportFuncs *funcs;
  int                     fd;
  guint                   process_generation; /* see ws-process-private.h */
};

void ws_transport_init (WsTransport            *self,
                        const WsTransportFuncs *funcs,
                        int                     fd);

/* Takes ownership of a non-blocking stream socket. */
WsTransport *ws_plain_transport_new (int fd);

/* Always fails: this is a forked child, and the connection belongs to the parent. */
WsIOStatus ws_transport_refuse (gsize   *n_bytes,
                                GError **error);

static inline WsIOStatus
ws_transport_read (WsTransport *self,
                   guint8      *buffer,
                   gsize        size,
                   gsize       *n_read,
                   GError     **error)
{
  if (ws_process_is_foreign (self->process_generation))
    return ws_transport_refuse (n_read, error);

  return self->funcs->read (self, buffer, size, n_read, error);
}

static inline WsIOStatus
ws_transport_writev (WsTransport        *self,
                     const struct iovec *vectors,
                     guint               n_vectors,
                     gsize              *n_written,
                     GError            **error)
{
  if (ws_process_is_foreign (self->process_generation))
    return ws_transport_refuse (n_written, error);

  return self->funcs->writev (self, vectors, n_vectors, n_written, error);
}

static inline gboolean
ws_transport_has_pending (WsTransport *self)
{
  return self->funcs->has_pending != NULL && self->funcs->has_pending (self);
}

static inline WsIOStatus
ws_transport_handshake (WsTransport *self,
                        GError     **error)
{
  return self->funcs->handshake != NULL ? self->funcs->handshake (self, error) : WS_IO_OK;
}

static inline WsIOStatus
ws_transport_flush (WsTransport *self,
                    GError     **error)
{
  gsize unused;

  if (ws_process_is_foreign (self->process_generation))
    return ws_transport_refuse (&unused, error);

  return self->funcs->flush != NULL ? self->funcs->flush (self, error) : WS_IO_OK;
}

static inline guint
ws_transport_get_events (WsTransport *self,
                         guint        wanted)
{
  return self->funcs->get_events != NULL ? self->funcs->get_events (self, wanted) : wanted;
}

static inline void
ws_transport_shutdown_write (WsTransport *self)
{
  if (!ws_process_is_foreign (self->process_generation))
    self->funcs->shutdown_write (self);
}

static inline void
ws_transport_free (WsTransport *self)
{
  self->funcs->free (self);
}

G_END_DECLS

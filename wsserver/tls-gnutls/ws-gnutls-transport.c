/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gnutls/ws-gnutls-transport-private.h"

struct _WsTlsTransport
{
  WsTransport      parent;
  WsTlsConnection *connection; /* a reference */
};

typedef struct _WsTlsTransport WsTlsTransport;

/* A callback may free the transport; the connection then lives until the call returns. */
static WsTlsConnection *
hold_connection (WsTransport *transport)
{
  return g_object_ref (((WsTlsTransport *) transport)->connection);
}

static WsTlsSession *
get_session (WsTransport *transport)
{
  return ws_tls_connection_get_session (((WsTlsTransport *) transport)->connection);
}

static WsIOStatus
tls_transport_read (WsTransport *transport,
                    guint8      *buffer,
                    gsize        size,
                    gsize       *n_read,
                    GError     **error)
{
  g_autoptr (WsTlsConnection) connection = hold_connection (transport);

  return ws_tls_session_read (ws_tls_connection_get_session (connection), buffer, size, n_read, error);
}

static WsIOStatus
tls_transport_writev (WsTransport        *transport,
                      const struct iovec *vectors,
                      guint               n_vectors,
                      gsize              *n_written,
                      GError            **error)
{
  g_autoptr (WsTlsConnection) connection = hold_connection (transport);

  return ws_tls_session_writev (ws_tls_connection_get_session (connection), vectors, n_vectors, n_written,
                                error);
}

static gboolean
tls_transport_has_pending (WsTransport *transport)
{
  return ws_tls_session_has_pending (get_session (transport));
}

static void
tls_transport_shutdown_write (WsTransport *transport)
{
  g_autoptr (WsTlsConnection) connection = hold_connection (transport);

  ws_tls_session_shutdown_write (ws_tls_connection_get_session (connection), TRUE);
}

static WsIOStatus
tls_transport_handshake (WsTransport *transport,
                         GError     **error)
{
  g_autoptr (WsTlsConnection) connection = hold_connection (transport);

  return ws_tls_session_handshake (ws_tls_connection_get_session (connection), error);
}

static WsIOStatus
tls_transport_flush (WsTransport *transport,
                     GError     **error)
{
  g_autoptr (WsTlsConnection) connection = hold_connection (transport);

  return ws_tls_session_flush (ws_tls_connection_get_session (connection), error);
}

static guint
tls_transport_get_events (WsTransport *transport,
                          guint        wanted)
{
  return ws_tls_session_get_events (get_session (transport), wanted);
}

static void
tls_transport_free (WsTransport *transport)
{
  WsTlsTransport *self = (WsTlsTransport *) transport;

  ws_tls_connection_drop (self->connection);
  g_object_unref (self->connection);
  g_free (self);
}

static const WsTransportFuncs tls_transport_funcs = {
  .read = tls_transport_read,
  .writev = tls_transport_writev,
  .has_pending = tls_transport_has_pending,
  .shutdown_write = tls_transport_shutdown_write,
  .free = tls_transport_free,
  .handshake = tls_transport_handshake,
  .flush = tls_transport_flush,
  .get_events = tls_transport_get_events,
};

WsTransport *
ws_tls_transport_new (int           fd,
                      WsTlsContext *context)
{
  WsTlsTransport *self = g_new0 (WsTlsTransport, 1);

  self->parent.funcs = &tls_transport_funcs;
  self->parent.fd = fd;
  self->connection = ws_tls_connection_new_for_fd (fd, context);
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (self->connection), FALSE);

  return &self->parent;
}

WsTlsConnection *
ws_tls_transport_get_connection (WsTransport *transport)
{
  return transport->funcs == &tls_transport_funcs ? ((WsTlsTransport *) transport)->connection : NULL;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gnutls/ws-gnutls-transport-private.h"

#include "wsserver/io/ws-socket-private.h"
#include "wsserver/tls-gnutls/ws-gnutls-session-private.h"
#include "wsserver/tls/ws-tls-gio-certificate-private.h"

/* --- WsTransport ----------------------------------------------------------------------------- */

/* A callback may free the transport, so it is held around every call that runs one. */

static WsIOStatus
gnutls_transport_read (WsTransport *transport,
                       guint8      *buffer,
                       gsize        size,
                       gsize       *n_read,
                       GError     **error)
{
  WsIOStatus status;

  ws_tls_transport_ref (WS_TLS_TRANSPORT (transport));
  status = ws_gnutls_data_read (WS_GNUTLS_SESSION (transport), buffer, size, n_read, error);
  ws_tls_transport_unref (WS_TLS_TRANSPORT (transport));

  return status;
}

static WsIOStatus
gnutls_transport_writev (WsTransport        *transport,
                         const struct iovec *vectors,
                         guint               n_vectors,
                         gsize              *n_written,
                         GError            **error)
{
  WsIOStatus status;

  ws_tls_transport_ref (WS_TLS_TRANSPORT (transport));
  status = ws_gnutls_data_writev (WS_GNUTLS_SESSION (transport), vectors, n_vectors, n_written, error);
  ws_tls_transport_unref (WS_TLS_TRANSPORT (transport));

  return status;
}

static gboolean
gnutls_transport_has_pending (WsTransport *transport)
{
  return ws_gnutls_data_has_pending (WS_GNUTLS_SESSION (transport));
}

static void
gnutls_transport_shutdown_write (WsTransport *transport)
{
  ws_tls_transport_ref (WS_TLS_TRANSPORT (transport));
  ws_gnutls_data_end (WS_GNUTLS_SESSION (transport));
  ws_tls_transport_unref (WS_TLS_TRANSPORT (transport));
}

static WsIOStatus
gnutls_transport_handshake (WsTransport *transport,
                            GError     **error)
{
  WsIOStatus status;

  ws_tls_transport_ref (WS_TLS_TRANSPORT (transport));
  status = ws_gnutls_handshake_step (WS_GNUTLS_SESSION (transport), error);
  ws_tls_transport_unref (WS_TLS_TRANSPORT (transport));

  return status;
}

static WsIOStatus
gnutls_transport_flush (WsTransport *transport,
                        GError     **error)
{
  WsIOStatus status;

  ws_tls_transport_ref (WS_TLS_TRANSPORT (transport));
  status = ws_gnutls_data_flush (WS_GNUTLS_SESSION (transport), error);
  ws_tls_transport_unref (WS_TLS_TRANSPORT (transport));

  return status;
}

static guint
gnutls_transport_get_events (WsTransport *transport,
                             guint        wanted)
{
  WsTlsTransport *self = WS_TLS_TRANSPORT (transport);
  gboolean        wants_write = (wanted & G_IO_OUT) != 0;

  wanted &= ~(guint) G_IO_OUT;
  switch ((WsTlsState) self->state)
    {
    case WS_TLS_STATE_HELLO:
    case WS_TLS_STATE_HANDSHAKE:
      wanted |= G_IO_IN;
      wants_write = FALSE;
      break;

    case WS_TLS_STATE_REHANDSHAKE: /* writing goes on when it is over, which only a read finds out */
      if (wants_write)
        wanted |= G_IO_IN;
      wants_write = FALSE;
      break;

    case WS_TLS_STATE_QUEUED:
    case WS_TLS_STATE_DECIDING: /* what comes meanwhile stays in the socket */
      wanted &= ~(guint) G_IO_IN;
      wants_write = FALSE;
      break;

    case WS_TLS_STATE_OPEN:
    case WS_TLS_STATE_FAILED:
    default:
      break;
    }

  return wants_write || self->socket->queue_length > 0 ? wanted | G_IO_OUT : wanted;
}

static void
gnutls_transport_free (WsTransport *transport)
{
  WsGnutlsSession *self = WS_GNUTLS_SESSION (transport);

  ws_socket_close (self->socket.fd, self->socket.process_generation);
  self->socket.fd = -1;
  ws_tls_transport_free (&self->parent);
}

static const WsTransportFuncs gnutls_transport_funcs = {
  .read = gnutls_transport_read,
  .writev = gnutls_transport_writev,
  .has_pending = gnutls_transport_has_pending,
  .shutdown_write = gnutls_transport_shutdown_write,
  .free = gnutls_transport_free,
  .handshake = gnutls_transport_handshake,
  .flush = gnutls_transport_flush,
  .get_events = gnutls_transport_get_events,
};

/* --- WsTlsTransport -------------------------------------------------------------------------- */

static void
gnutls_transport_get_info (WsTlsTransport *transport,
                           WsTlsInfo      *info)
{
  WsGnutlsSession *self = WS_GNUTLS_SESSION (transport);

  if (self->was_open)
    ws_gnutls_info_get (self->session, info);
}

static const gnutls_datum_t *
gnutls_transport_get_peer_chain (WsTlsTransport *transport,
                                 guint          *n_chain)
{
  WsGnutlsSession      *self = WS_GNUTLS_SESSION (transport);
  const gnutls_datum_t *chain = NULL;

  *n_chain = 0;
  if (self->was_open)
    chain = gnutls_certificate_get_peers (self->session, n_chain);
  if (chain == NULL)
    *n_chain = 0;

  return chain;
}

static GTlsCertificate *
gnutls_transport_dup_certificate (WsTlsTransport *transport)
{
  WsGnutlsSession      *self = WS_GNUTLS_SESSION (transport);
  const gnutls_datum_t *certificate = NULL;

  if (self->was_open)
    certificate = gnutls_certificate_get_ours (self->session);

  return certificate != NULL ? ws_tls_gio_certificate_new (certificate, 1) : NULL;
}

static gboolean
gnutls_transport_get_channel_binding (WsTlsTransport        *transport,
                                      GTlsChannelBindingType type,
                                      GByteArray            *data,
                                      GError               **error)
{
  WsGnutlsSession         *self = WS_GNUTLS_SESSION (transport);
  gnutls_channel_binding_t binding;
  gnutls_datum_t           bytes = { NULL, 0 };

  switch (type)
    {
    case G_TLS_CHANNEL_BINDING_TLS_UNIQUE:
      binding = GNUTLS_CB_TLS_UNIQUE;
      break;
    case G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT:
      binding = GNUTLS_CB_TLS_SERVER_END_POINT;
      break;
    case G_TLS_CHANNEL_BINDING_TLS_EXPORTER:
      binding = GNUTLS_CB_TLS_EXPORTER;
      break;
    default:
      g_set_error_literal (error, G_TLS_CHANNEL_BINDING_ERROR, G_TLS_CHANNEL_BINDING_ERROR_NOT_IMPLEMENTED,
                           "This type of channel binding is not known");
      return FALSE;
    }

  /* RFC 9266 §4: tls-unique is not defined for TLS 1.3. */
  if (!self->was_open || gnutls_session_channel_binding (self->session, binding, &bytes) < 0)
    {
      g_set_error_literal (error, G_TLS_CHANNEL_BINDING_ERROR, G_TLS_CHANNEL_BINDING_ERROR_NOT_AVAILABLE,
                           "This connection does not have this type of channel binding");
      return FALSE;
    }

  if (data != NULL)
    {
      g_byte_array_set_size (data, 0);
      g_byte_array_append (data, bytes.data, bytes.size);
    }
  gnutls_free (bytes.data);

  return TRUE;
}

static void
gnutls_transport_set_context (WsTlsTransport *transport,
                              WsTlsContext   *context)
{
  WsGnutlsSession *self = WS_GNUTLS_SESSION (transport);

  g_assert (self->session == NULL);

  ws_tls_context_ref (context);
  ws_tls_context_unref (self->context);
  self->context = context;
  ws_tls_transport_set_policy (transport, ws_tls_context_get_policy (context));
}

static void
gnutls_transport_reject (WsTlsTransport *transport,
                         guint8          alert,
                         const char     *reason)
{
  ws_tls_transport_ref (transport);
  ws_gnutls_data_reject (WS_GNUTLS_SESSION (transport), alert, reason);
  ws_tls_transport_unref (transport);
}

static void
gnutls_transport_finalize (WsTlsTransport *transport)
{
  WsGnutlsSession *self = WS_GNUTLS_SESSION (transport);

  g_assert (!self->in_call);

  g_clear_pointer (&self->session, gnutls_deinit);
  g_clear_pointer (&self->context, ws_tls_context_unref);
  g_clear_pointer (&self->kept, g_free);
  ws_record_socket_clear (&self->socket);
}

static const WsTlsTransportFuncs gnutls_tls_funcs = {
  .get_info = gnutls_transport_get_info,
  .get_peer_chain = gnutls_transport_get_peer_chain,
  .dup_certificate = gnutls_transport_dup_certificate,
  .get_channel_binding = gnutls_transport_get_channel_binding,
  .set_context = gnutls_transport_set_context,
  .reject = gnutls_transport_reject,
  .finalize = gnutls_transport_finalize,
  .sees_packets = TRUE,
};

WsTransport *
ws_gnutls_transport_new (int           fd,
                         WsTlsContext *context)
{
  WsGnutlsSession *self = g_new0 (WsGnutlsSession, 1);

  ws_record_socket_init (&self->socket, fd);
  self->context = ws_tls_context_ref (context);
  ws_tls_transport_init (&self->parent, &gnutls_transport_funcs, &gnutls_tls_funcs, fd, &self->socket,
                         ws_tls_context_get_policy (context));

  return &self->parent.parent;
}

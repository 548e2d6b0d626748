/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* GIO's operations on a TLS connection: each is a loop, or a task with a source, around one
 * non-blocking step of the session. */
#include "wsserver/tls-gnutls/ws-tls-connection-private.h"

#include "wsserver/base/ws-error.h"
#include "wsserver/tls/ws-tls-gio-certificate-private.h"

#include <errno.h>

/* A connection made by GIO's own means gets its context from its certificate. */
static gboolean
ensure_session (WsTlsConnection *self,
                GError         **error)
{
  g_autoptr (WsTlsContext) context = NULL;
  gnutls_certificate_credentials_t credentials;
  WsTlsOptions                     options;
  GSocket                         *socket;
  gboolean                         require_close_notify = self->session.require_close_notify;

  if (self->session.context != NULL)
    return TRUE;

  if (self->certificate == NULL)
    {
      g_set_error_literal (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, "The connection has no certificate");
      return FALSE;
    }

  credentials = ws_tls_credentials_new_for_certificate (self->certificate, error);
  if (credentials == NULL)
    return FALSE;

  ws_tls_options_init (&options);
  options.reuse_sessions = FALSE; /* nobody else has this context */
  options.application_protocols = NULL;
  context = ws_tls_context_new (&options, credentials, error);
  if (context == NULL)
    return FALSE;

  socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (self->base));
  ws_tls_session_init (&self->session, &ws_tls_connection_silent_funcs, g_socket_get_fd (socket), context);
  self->session.require_close_notify = require_close_notify;

  return TRUE;
}

static void
set_gio_error (WsTlsConnection *self,
               WsIOStatus       status,
               const GError    *failure,
               GError         **error)
{
  GQuark domain = G_TLS_ERROR;
  int    code = self->session.was_open ? G_TLS_ERROR_MISC : G_TLS_ERROR_HANDSHAKE;

  if (status == WS_IO_WOULD_BLOCK)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, g_strerror (EAGAIN));
      return;
    }

  switch (failure->code)
    {
    case WS_ERROR_CONNECTION_RESET:
      code = G_TLS_ERROR_EOF;
      if (!self->session.at_eof)
        {
          domain = G_IO_ERROR;
          code = G_IO_ERROR_CONNECTION_CLOSED;
        }
      break;
    case WS_ERROR_CLIENT_CERT_NOT_FOUND:
      code = G_TLS_ERROR_CERTIFICATE_REQUIRED;
      break;
    case WS_ERROR_CERT_NOT_VERIFIED:
    case WS_ERROR_CREDENTIALS:
      code = G_TLS_ERROR_BAD_CERTIFICATE;
      break;
    case WS_ERROR_SHUT_DOWN:
      domain = G_IO_ERROR;
      code = G_IO_ERROR_CLOSED;
      break;
    default:
      if (self->session.not_tls)
        code = G_TLS_ERROR_NOT_TLS;
      break;
    }

  g_set_error_literal (error, domain, code, failure->message);
}

static void
notify_negotiated (WsTlsConnection *self)
{
  GObject *object = G_OBJECT (self);

  g_object_freeze_notify (object);
  g_object_notify (object, "peer-certificate");
  g_object_notify (object, "peer-certificate-errors");
  g_object_notify (object, "negotiated-protocol");
  g_object_notify (object, "protocol-version");
  g_object_notify (object, "ciphersuite-name");
  g_object_thaw_notify (object);
}

static gboolean
step_handshake (WsTlsConnection *self,
                GError         **error)
{
  g_autoptr (WsTlsConnection) held = g_object_ref (self);
  g_autoptr (GError) failure = NULL;
  gboolean   was_open;
  WsIOStatus status;

  if (!ensure_session (self, error))
    return FALSE;

  was_open = self->session.was_open;
  self->session.application_protocols = self->advertised_protocols;
  if (self->has_authentication_mode)
    self->session.request_client = self->authentication_mode != G_TLS_AUTHENTICATION_NONE;

  status = ws_tls_session_handshake (&self->session, &failure);
  if (status != WS_IO_OK)
    {
      set_gio_error (self, status, failure, error);
      return FALSE;
    }
  if (!was_open)
    notify_negotiated (self);

  return TRUE;
}

gssize
ws_tls_connection_read_nonblocking (WsTlsConnection *self,
                                    gpointer         buffer,
                                    gsize            size,
                                    GError         **error)
{
  g_autoptr (WsTlsConnection) held = g_object_ref (self);
  g_autoptr (GError) failure = NULL;
  gsize      n_read;
  WsIOStatus status;

  if (!self->session.was_open && !step_handshake (self, error))
    return -1;

  status = ws_tls_session_read (&self->session, buffer, size, &n_read, &failure);
  if (status == WS_IO_OK)
    return (gssize) n_read;
  if (status == WS_IO_CLOSED)
    return 0;
  set_gio_error (self, status, failure, error);

  return -1;
}

gssize
ws_tls_connection_write_nonblocking (WsTlsConnection    *self,
                                     const struct iovec *vectors,
                                     guint               n_vectors,
                                     GError            **error)
{
  g_autoptr (WsTlsConnection) held = g_object_ref (self);
  g_autoptr (GError) failure = NULL;
  gsize      n_written;
  WsIOStatus status;

  if (!self->session.was_open && !step_handshake (self, error))
    return -1;

  status = ws_tls_session_writev (&self->session, vectors, n_vectors, &n_written, &failure);
  if (status == WS_IO_OK)
    return (gssize) n_written;
  set_gio_error (self, status, failure, error);

  return -1;
}

static gboolean
ws_tls_connection_handshake (GTlsConnection *connection,
                             GCancellable   *cancellable,
                             GError        **error)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (connection);

  while (TRUE)
    {
      g_autoptr (GError) failure = NULL;

      if (step_handshake (self, &failure))
        return TRUE;
      if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (!ws_tls_connection_wait (self, G_IO_IN, cancellable, error))
        return FALSE;
    }
}

/* The source's reference to the task ends with the source. */
static gboolean
handshake_ready_cb (GObject *object,
                    gpointer user_data)
{
  GTask *task = user_data;
  g_autoptr (GError) error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;

  if (step_handshake (WS_TLS_CONNECTION (object), &error))
    {
      g_task_return_boolean (task, TRUE);
      return G_SOURCE_REMOVE;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;

  g_task_return_error (task, g_steal_pointer (&error));

  return G_SOURCE_REMOVE;
}

static void
attach_to_task (WsTlsConnection    *self,
                GTask              *task,
                GIOCondition        condition,
                GPollableSourceFunc func)
{
  g_autoptr (GSource) source =
      ws_tls_connection_create_source (self, G_OBJECT (self), condition, g_task_get_cancellable (task));

  g_source_set_callback (source, (GSourceFunc) (void (*) (void)) func, g_object_ref (task), g_object_unref);
  g_source_set_priority (source, g_task_get_priority (task));
  g_source_attach (source, g_task_get_context (task));
}

static void
ws_tls_connection_handshake_async (GTlsConnection     *connection,
                                   int                 io_priority,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (connection);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, ws_tls_connection_handshake_async);
  g_task_set_priority (task, io_priority);
  if (handshake_ready_cb (G_OBJECT (self), task))
    attach_to_task (self, task, G_IO_IN, handshake_ready_cb);
}

static gboolean
finish_task (gpointer      source,
             GAsyncResult *result,
             GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, source), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
ws_tls_connection_handshake_finish (GTlsConnection *connection,
                                    GAsyncResult   *result,
                                    GError        **error)
{
  return finish_task (connection, result, error);
}

static gboolean
ws_tls_connection_get_binding_data (GTlsConnection        *connection,
                                    GTlsChannelBindingType type,
                                    GByteArray            *data,
                                    GError               **error)
{
  WsTlsConnection         *self = WS_TLS_CONNECTION (connection);
  gnutls_channel_binding_t binding;
  gnutls_datum_t           bytes = { NULL, 0 };

  switch ((int) type)
    {
    case G_TLS_CHANNEL_BINDING_TLS_UNIQUE:
      binding = GNUTLS_CB_TLS_UNIQUE;
      break;
    case G_TLS_CHANNEL_BINDING_TLS_SERVER_END_POINT:
      binding = GNUTLS_CB_TLS_SERVER_END_POINT;
      break;
    case 100500: /* G_TLS_CHANNEL_BINDING_TLS_EXPORTER, not in every header */
      binding = GNUTLS_CB_TLS_EXPORTER;
      break;
    default:
      g_set_error_literal (error, G_TLS_CHANNEL_BINDING_ERROR, G_TLS_CHANNEL_BINDING_ERROR_NOT_IMPLEMENTED,
                           "This type of channel binding is not known");
      return FALSE;
    }

  if (!self->session.was_open || gnutls_session_channel_binding (self->session.session, binding, &bytes) < 0)
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

/* The base class keeps the answer. */
static const gchar *
ws_tls_connection_get_negotiated_protocol (GTlsConnection *connection)
{
  g_autofree char *protocol = ws_tls_session_dup_application_protocol (
      &WS_TLS_CONNECTION (connection)->session);

  return g_intern_string (protocol);
}

/* The session is not told about a base that never came to TLS. */
static gboolean
step_close (WsTlsConnection *self)
{
  if (self->session.context == NULL || self->session.fd < 0)
    return TRUE;

  if (!self->session.write_ended)
    ws_tls_session_shutdown_write (&self->session, TRUE);

  return ws_tls_session_flush (&self->session, NULL) != WS_IO_WOULD_BLOCK;
}

static gboolean
ws_tls_connection_close (GIOStream    *stream,
                         GCancellable *cancellable,
                         GError      **error)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (stream);
  gboolean         flushed = TRUE;

  while (flushed && !step_close (self))
    flushed = ws_tls_connection_wait (self, G_IO_OUT, cancellable, error);
  ws_tls_connection_drop (self);

  return flushed;
}

static gboolean
close_ready_cb (GObject *object,
                gpointer user_data)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (object);
  GTask           *task = user_data;

  if (!g_cancellable_is_cancelled (g_task_get_cancellable (task)) && !step_close (self))
    return G_SOURCE_CONTINUE;

  ws_tls_connection_drop (self);
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_boolean (task, TRUE);

  return G_SOURCE_REMOVE;
}

static void
ws_tls_connection_close_async (GIOStream          *stream,
                               int                 io_priority,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (stream);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, ws_tls_connection_close_async);
  g_task_set_priority (task, io_priority);
  if (close_ready_cb (G_OBJECT (self), task))
    attach_to_task (self, task, G_IO_OUT, close_ready_cb);
}

static gboolean
ws_tls_connection_close_finish (GIOStream    *stream,
                                GAsyncResult *result,
                                GError      **error)
{
  return finish_task (stream, result, error);
}

void
ws_tls_connection_install_operations (WsTlsConnectionClass *klass)
{
  GIOStreamClass      *stream_class = G_IO_STREAM_CLASS (klass);
  GTlsConnectionClass *tls_class = G_TLS_CONNECTION_CLASS (klass);

  stream_class->close_fn = ws_tls_connection_close;
  stream_class->close_async = ws_tls_connection_close_async;
  stream_class->close_finish = ws_tls_connection_close_finish;

  tls_class->handshake = ws_tls_connection_handshake;
  tls_class->handshake_async = ws_tls_connection_handshake_async;
  tls_class->handshake_finish = ws_tls_connection_handshake_finish;
  tls_class->get_binding_data = ws_tls_connection_get_binding_data;
  tls_class->get_negotiated_protocol = ws_tls_connection_get_negotiated_protocol;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gnutls/ws-tls-connection-private.h"

#include "wsserver/tls/ws-tls-gio-certificate-private.h"

#include <unistd.h>

enum
{
  PROP_0,
  PROP_BASE_IO_STREAM,
  PROP_USE_SYSTEM_CERTDB,
  PROP_DATABASE,
  PROP_CERTIFICATE,
  PROP_INTERACTION,
  PROP_PEER_CERTIFICATE,
  PROP_PEER_CERTIFICATE_ERRORS,
  PROP_REQUIRE_CLOSE_NOTIFY,
  PROP_REHANDSHAKE_MODE,
  PROP_ADVERTISED_PROTOCOLS,
  PROP_NEGOTIATED_PROTOCOL,
  PROP_PROTOCOL_VERSION,
  PROP_CIPHERSUITE_NAME,
  PROP_AUTHENTICATION_MODE,
};

static void
server_connection_init (GTlsServerConnectionInterface *iface)
{
}

static gboolean
initable_init (GInitable    *initable,
               GCancellable *cancellable,
               GError      **error)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (initable);

  if (G_IS_SOCKET_CONNECTION (self->base))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "TLS needs a socket connection as its base");

  return FALSE;
}

static void
initable_iface_init (GInitableIface *iface)
{
  iface->init = initable_init;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (WsTlsConnection,
                               ws_tls_connection,
                               G_TYPE_TLS_CONNECTION,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, initable_iface_init)
                                   G_IMPLEMENT_INTERFACE (G_TYPE_TLS_SERVER_CONNECTION,
                                                          server_connection_init))

static WsTlsConnection *
get_owner (WsTlsSession *session)
{
  return (WsTlsConnection *) ((guint8 *) session - G_STRUCT_OFFSET (WsTlsConnection, session));
}

static gboolean
session_client_hello (WsTlsSession        *session,
                      const WsClientHello *hello)
{
  WsTlsConnection *self = get_owner (session);

  if (self->funcs == NULL || self->funcs->client_hello == NULL)
    return TRUE;

  return self->funcs->client_hello (self, hello, self->user_data);
}

static void
notify_peer (WsTlsConnection              *self,
             const WsTlsClientCertificate *presented)
{
  g_set_object (&self->peer_certificate, NULL);
  if (presented->n_chain > 0)
    self->peer_certificate = ws_tls_gio_certificate_new (presented->chain, presented->n_chain);
  self->peer_certificate_errors = ws_tls_gio_certificate_flags (presented->flags);
  if (self->database != NULL && self->peer_certificate != NULL)
    self->peer_certificate_errors = g_tls_database_verify_chain (self->database, self->peer_certificate,
                                                                 G_TLS_DATABASE_PURPOSE_AUTHENTICATE_CLIENT,
                                                                 NULL, self->interaction, 0, NULL, NULL);
}

static gboolean
session_client_certificate (WsTlsSession                 *session,
                            const WsTlsClientCertificate *presented)
{
  WsTlsConnection *self = get_owner (session);

  if (self->funcs != NULL && self->funcs->client_certificate != NULL)
    return self->funcs->client_certificate (self, presented, self->user_data);

  /* The rules of GIO: none is fine unless one is required, and the signal has the last word. */
  if (presented->n_chain == 0)
    return self->has_authentication_mode && self->authentication_mode != G_TLS_AUTHENTICATION_REQUIRED;

  notify_peer (self, presented);
  if (self->peer_certificate_errors == 0 || self->peer_certificate == NULL)
    return self->peer_certificate_errors == 0;

  return g_tls_connection_emit_accept_certificate (G_TLS_CONNECTION (self), self->peer_certificate,
                                                   self->peer_certificate_errors);
}

static void
session_status (WsTlsSession *session,
                const char   *line)
{
  WsTlsConnection *self = get_owner (session);

  self->funcs->status (self, line, self->user_data);
}

const WsTlsSessionFuncs ws_tls_connection_silent_funcs = {
  .client_hello = session_client_hello,
  .client_certificate = session_client_certificate,
};

static const WsTlsSessionFuncs telling_funcs = {
  .client_hello = session_client_hello,
  .client_certificate = session_client_certificate,
  .status = session_status,
};

static WsTlsConnection *
new_connection (GIOStream    *base,
                int           fd,
                WsTlsContext *context)
{
  WsTlsConnection *self = g_object_new (WS_TYPE_TLS_CONNECTION, "base-io-stream", base, NULL);

  ws_tls_session_init (&self->session, &ws_tls_connection_silent_funcs, fd, context);

  return self;
}

WsTlsConnection *
ws_tls_connection_new_for_fd (int           fd,
                              WsTlsContext *context)
{
  return new_connection (NULL, fd, context);
}

WsTlsConnection *
ws_tls_connection_new (GSocketConnection *base,
                       WsTlsContext      *context)
{
  return new_connection (G_IO_STREAM (base), g_socket_get_fd (g_socket_connection_get_socket (base)),
                         context);
}

void
ws_tls_connection_set_funcs (WsTlsConnection            *self,
                             const WsTlsConnectionFuncs *funcs,
                             gpointer                    user_data)
{
  self->funcs = funcs;
  self->user_data = user_data;
  self->session.funcs = funcs != NULL && funcs->status != NULL ? &telling_funcs
                                                               : &ws_tls_connection_silent_funcs;
}

void
ws_tls_connection_set_log_packets (WsTlsConnection *self,
                                   gboolean         log_packets)
{
  self->session.log_packets = log_packets && self->session.funcs == &telling_funcs;
}

void
ws_tls_connection_set_context (WsTlsConnection *self,
                               WsTlsContext    *context)
{
  ws_tls_session_set_context (&self->session, context);
}

void
ws_tls_connection_proceed (WsTlsConnection *self)
{
  ws_tls_session_proceed (&self->session);
}

void
ws_tls_connection_refuse (WsTlsConnection *self,
                          guint8           alert,
                          const char      *reason)
{
  ws_tls_session_refuse (&self->session, alert, reason);
}

WsTlsSession *
ws_tls_connection_get_session (WsTlsConnection *self)
{
  return &self->session;
}

void
ws_tls_connection_drop (WsTlsConnection *self)
{
  int fd = self->session.fd;

  self->funcs = NULL;
  self->session.funcs = &ws_tls_connection_silent_funcs;
  ws_tls_session_detach (&self->session);
  if (self->base != NULL)
    g_io_stream_close (self->base, NULL, NULL);
  else if (fd >= 0)
    (void) close (fd);
}

static GInputStream *
ws_tls_connection_get_input_stream (GIOStream *stream)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (stream);

  if (self->input == NULL)
    self->input = ws_tls_input_stream_new (self);

  return self->input;
}

static GOutputStream *
ws_tls_connection_get_output_stream (GIOStream *stream)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (stream);

  if (self->output == NULL)
    self->output = ws_tls_output_stream_new (self);

  return self->output;
}

/* Most connections are never asked for it. */
static GIOStream *
ensure_base (WsTlsConnection *self)
{
  if (self->base == NULL && self->session.fd >= 0)
    {
      g_autoptr (GSocket) socket = g_socket_new_from_fd (self->session.fd, NULL);

      if (socket != NULL)
        self->base = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
    }

  return self->base;
}

static GTlsCertificate *
get_peer_certificate (WsTlsConnection *self)
{
  if (self->peer_certificate == NULL)
    {
      guint                 n_chain;
      const gnutls_datum_t *chain = ws_tls_session_get_peer_chain (&self->session, &n_chain);

      if (n_chain > 0)
        self->peer_certificate = ws_tls_gio_certificate_new (chain, n_chain);
    }

  return self->peer_certificate;
}

static GTlsProtocolVersion
get_protocol_version (WsTlsConnection *self)
{
  if (!self->session.was_open)
    return G_TLS_PROTOCOL_VERSION_UNKNOWN;

  switch (gnutls_protocol_get_version (self->session.session))
    {
    case GNUTLS_TLS1_0:
      return G_TLS_PROTOCOL_VERSION_TLS_1_0;
    case GNUTLS_TLS1_1:
      return G_TLS_PROTOCOL_VERSION_TLS_1_1;
    case GNUTLS_TLS1_2:
      return G_TLS_PROTOCOL_VERSION_TLS_1_2;
    case GNUTLS_TLS1_3:
      return G_TLS_PROTOCOL_VERSION_TLS_1_3;
    default:
      return G_TLS_PROTOCOL_VERSION_UNKNOWN;
    }
}

static GTlsAuthenticationMode
get_authentication_mode (WsTlsConnection *self)
{
  if (self->has_authentication_mode)
    return self->authentication_mode;

  return self->session.request_client ? G_TLS_AUTHENTICATION_REQUESTED : G_TLS_AUTHENTICATION_NONE;
}

static void
ws_tls_connection_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (object);

  switch (id)
    {
    case PROP_BASE_IO_STREAM:
      g_value_set_object (value, ensure_base (self));
      break;
    case PROP_USE_SYSTEM_CERTDB:
      g_value_set_boolean (value, FALSE);
      break;
    case PROP_DATABASE:
      g_value_set_object (value, self->database);
      break;
    case PROP_CERTIFICATE:
      g_value_set_object (value, self->certificate);
      break;
    case PROP_INTERACTION:
      g_value_set_object (value, self->interaction);
      break;
    case PROP_PEER_CERTIFICATE:
      g_value_set_object (value, get_peer_certificate (self));
      break;
    case PROP_PEER_CERTIFICATE_ERRORS:
      g_value_set_flags (value, self->peer_certificate_errors);
      break;
    case PROP_REQUIRE_CLOSE_NOTIFY:
      g_value_set_boolean (value, self->session.require_close_notify);
      break;
    case PROP_REHANDSHAKE_MODE:
      g_value_set_enum (value,
                        self->session.context != NULL && self->session.context->serve_renegotiation ? 2 : 0);
      break;
    case PROP_ADVERTISED_PROTOCOLS:
      g_value_set_boxed (value, self->advertised_protocols);
      break;
    case PROP_NEGOTIATED_PROTOCOL:
      g_value_take_string (value, ws_tls_session_dup_application_protocol (&self->session));
      break;
    case PROP_PROTOCOL_VERSION:
      g_value_set_enum (value, (int) get_protocol_version (self));
      break;
    case PROP_CIPHERSUITE_NAME:
      g_value_set_string (value, ws_tls_session_get_cipher_suite (&self->session));
      break;
    case PROP_AUTHENTICATION_MODE:
      g_value_set_enum (value, (int) get_authentication_mode (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ws_tls_connection_set_property (GObject      *object,
                                guint         id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (object);

  switch (id)
    {
    case PROP_BASE_IO_STREAM:
      self->base = g_value_dup_object (value);
      break;
    case PROP_DATABASE:
      g_set_object (&self->database, g_value_get_object (value));
      break;
    case PROP_CERTIFICATE:
      g_set_object (&self->certificate, g_value_get_object (value));
      break;
    case PROP_INTERACTION:
      g_set_object (&self->interaction, g_value_get_object (value));
      break;
    case PROP_REQUIRE_CLOSE_NOTIFY:
      self->session.require_close_notify = g_value_get_boolean (value) != FALSE;
      break;
    case PROP_ADVERTISED_PROTOCOLS:
      g_strfreev (self->advertised_protocols);
      self->advertised_protocols = g_value_dup_boxed (value);
      break;
    case PROP_AUTHENTICATION_MODE:
      self->authentication_mode = (GTlsAuthenticationMode) g_value_get_enum (value);
      self->has_authentication_mode = TRUE;
      break;
    case PROP_USE_SYSTEM_CERTDB: /* deprecated: the database property says it */
    case PROP_REHANDSHAKE_MODE:  /* deprecated: the context says whether renegotiation is served */
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
ws_tls_connection_dispose (GObject *object)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (object);

  /* The parent closes what is open; a wait for the peer has no place there. */
  if (self->session.fd >= 0)
    ws_tls_connection_drop (self);
  g_clear_object (&self->database);
  g_clear_object (&self->interaction);

  G_OBJECT_CLASS (ws_tls_connection_parent_class)->dispose (object);
}

static void
ws_tls_connection_finalize (GObject *object)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (object);

  ws_tls_session_clear (&self->session);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->base);
  g_clear_object (&self->certificate);
  g_clear_object (&self->peer_certificate);
  g_strfreev (self->advertised_protocols);

  G_OBJECT_CLASS (ws_tls_connection_parent_class)->finalize (object);
}

static void
ws_tls_connection_class_init (WsTlsConnectionClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  object_class->get_property = ws_tls_connection_get_property;
  object_class->set_property = ws_tls_connection_set_property;
  object_class->dispose = ws_tls_connection_dispose;
  object_class->finalize = ws_tls_connection_finalize;

  stream_class->get_input_stream = ws_tls_connection_get_input_stream;
  stream_class->get_output_stream = ws_tls_connection_get_output_stream;
  ws_tls_connection_install_operations (klass);

  g_object_class_override_property (object_class, PROP_BASE_IO_STREAM, "base-io-stream");
  g_object_class_override_property (object_class, PROP_USE_SYSTEM_CERTDB, "use-system-certdb");
  g_object_class_override_property (object_class, PROP_DATABASE, "database");
  g_object_class_override_property (object_class, PROP_CERTIFICATE, "certificate");
  g_object_class_override_property (object_class, PROP_INTERACTION, "interaction");
  g_object_class_override_property (object_class, PROP_PEER_CERTIFICATE, "peer-certificate");
  g_object_class_override_property (object_class, PROP_PEER_CERTIFICATE_ERRORS, "peer-certificate-errors");
  g_object_class_override_property (object_class, PROP_REQUIRE_CLOSE_NOTIFY, "require-close-notify");
  g_object_class_override_property (object_class, PROP_REHANDSHAKE_MODE, "rehandshake-mode");
  g_object_class_override_property (object_class, PROP_ADVERTISED_PROTOCOLS, "advertised-protocols");
  g_object_class_override_property (object_class, PROP_NEGOTIATED_PROTOCOL, "negotiated-protocol");
  g_object_class_override_property (object_class, PROP_PROTOCOL_VERSION, "protocol-version");
  g_object_class_override_property (object_class, PROP_CIPHERSUITE_NAME, "ciphersuite-name");
  g_object_class_override_property (object_class, PROP_AUTHENTICATION_MODE, "authentication-mode");
}

static void
ws_tls_connection_init (WsTlsConnection *self)
{
  self->session.fd = -1;
  self->session.require_close_notify = TRUE;
  self->session.funcs = &ws_tls_connection_silent_funcs;
}

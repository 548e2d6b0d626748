/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-connection-private.h"

#include "wsserver/tls/ws-tls-gio-certificate-private.h"
#include "wsserver/tls/ws-tls-refused-private.h"
#include "wsserver/tls/ws-tls-verifier-private.h"
#include "wsserver/tls/ws-tls-version-private.h"

#include <string.h>

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

struct _WsTlsConnection
{
  GTlsConnection parent_instance;

  WsTlsTransport *transport; /* NULL once it is freed */
  WsTlsPolicy    *policy;    /* a reference */
  GInputStream   *input;
  GOutputStream  *output;
  GTlsDatabase   *database; /* NULL until asked for, and unless clients are asked for certificates */

  /* As of the last question, or of the moment when the transport was freed. */
  WsTlsInfo            info;
  GTlsCertificate     *certificate;
  GTlsCertificate     *peer_certificate;
  GTlsCertificateFlags peer_errors;
};

static void
server_connection_init (GTlsServerConnectionInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (WsTlsConnection,
                               ws_tls_connection,
                               G_TYPE_TLS_CONNECTION,
                               G_IMPLEMENT_INTERFACE (G_TYPE_TLS_SERVER_CONNECTION, server_connection_init))

WsTlsConnection *
ws_tls_connection_new (WsTlsTransport *transport)
{
  WsTlsConnection *self = g_object_new (WS_TYPE_TLS_CONNECTION, NULL);

  self->transport = transport;
  self->policy = ws_tls_policy_ref (transport->policy);

  return self;
}

/* --- questions ------------------------------------------------------------------------------- */

static void
update_info (WsTlsConnection *self)
{
  if (self->transport != NULL)
    ws_tls_transport_get_info (self->transport, &self->info);
}

/* Callers of GIO's getter hold no reference, so the object stays while the certificate is the same. */
static gboolean
is_certificate (GTlsCertificate      *certificate,
                const gnutls_datum_t *der)
{
  g_autoptr (GByteArray) bytes = NULL;

  if (certificate == NULL)
    return FALSE;

  g_object_get (certificate, "certificate", &bytes, NULL);

  return bytes != NULL && bytes->len == der->size && memcmp (bytes->data, der->data, der->size) == 0;
}

static void
update_peer (WsTlsConnection *self)
{
  const gnutls_datum_t *chain;
  guint                 n_chain;

  if (self->transport == NULL)
    return;

  chain = ws_tls_transport_get_peer_chain (self->transport, &n_chain);
  if (n_chain == 0)
    {
      g_clear_object (&self->peer_certificate);
      self->peer_errors = 0;
      return;
    }

  self->peer_errors = ws_tls_gio_certificate_flags (self->transport->client_flags);
  if (is_certificate (self->peer_certificate, chain))
    return;

  g_clear_object (&self->peer_certificate);
  self->peer_certificate = ws_tls_gio_certificate_new (chain, n_chain);
}

static GTlsCertificate *
get_certificate (WsTlsConnection *self)
{
  if (self->certificate == NULL && self->transport != NULL)
    self->certificate = self->transport->funcs->dup_certificate (self->transport);

  return self->certificate;
}

static GTlsDatabase *
get_database (WsTlsConnection *self)
{
  if (self->database == NULL && ws_tls_policy_requests_certificate (self->policy))
    self->database = ws_tls_verifier_new (self->policy);

  return self->database;
}

static GTlsAuthenticationMode
get_authentication_mode (WsTlsConnection *self)
{
  return ws_tls_policy_requests_certificate (self->policy) ? G_TLS_AUTHENTICATION_REQUESTED
                                                           : G_TLS_AUTHENTICATION_NONE;
}

void
ws_tls_connection_detach (WsTlsConnection *self)
{
  update_info (self);
  update_peer (self);
  get_certificate (self);
  self->transport = NULL;
}

static gboolean
ws_tls_connection_get_binding_data (GTlsConnection        *connection,
                                    GTlsChannelBindingType type,
                                    GByteArray            *data,
                                    GError               **error)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (connection);

  if (self->transport != NULL)
    return self->transport->funcs->get_channel_binding (self->transport, type, data, error);

  g_set_error_literal (error, G_TLS_CHANNEL_BINDING_ERROR, G_TLS_CHANNEL_BINDING_ERROR_INVALID_STATE,
                       "The connection has ended");

  return FALSE;
}

/* The base class keeps the answer. */
static const char *
ws_tls_connection_get_negotiated_protocol (GTlsConnection *connection)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (connection);

  update_info (self);

  return self->info.application_protocol;
}

static void
ws_tls_connection_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (object);

  update_info (self);
  switch (id)
    {
    case PROP_DATABASE:
      g_value_set_object (value, get_database (self));
      break;
    case PROP_CERTIFICATE:
      g_value_set_object (value, get_certificate (self));
      break;
    case PROP_PEER_CERTIFICATE:
      update_peer (self);
      g_value_set_object (value, self->peer_certificate);
      break;
    case PROP_PEER_CERTIFICATE_ERRORS:
      update_peer (self);
      g_value_set_flags (value, self->peer_errors);
      break;
    case PROP_ADVERTISED_PROTOCOLS:
      g_value_set_boxed (value, ws_tls_policy_get_application_protocols (self->policy));
      break;
    case PROP_NEGOTIATED_PROTOCOL:
      g_value_set_static_string (value, self->info.application_protocol);
      break;
    case PROP_PROTOCOL_VERSION:
      g_value_set_enum (value, (int) ws_tls_version_to_gio (self->info.version));
      break;
    case PROP_CIPHERSUITE_NAME:
      g_value_set_static_string (value, self->info.cipher_suite);
      break;
    case PROP_AUTHENTICATION_MODE:
      g_value_set_enum (value, (int) get_authentication_mode (self));
      break;
    case PROP_BASE_IO_STREAM: /* it would be a way to the bytes */
    case PROP_INTERACTION:
    case PROP_USE_SYSTEM_CERTDB:
    case PROP_REQUIRE_CLOSE_NOTIFY:
    case PROP_REHANDSHAKE_MODE:
      g_param_value_set_default (pspec, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* --- what the WebSocket keeps for itself ----------------------------------------------------- */

/* A setter has no GError. GObject sets construct properties before there is a transport. */
static void
ws_tls_connection_set_property (GObject      *object,
                                guint         id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  if (WS_TLS_CONNECTION (object)->policy != NULL)
    g_critical ("The WebSocket owns this connection: GTlsConnection:%s cannot be set", pspec->name);
}

static GInputStream *
ws_tls_connection_get_input_stream (GIOStream *stream)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (stream);

  if (self->input == NULL)
    self->input = ws_tls_refused_input_new ();

  return self->input;
}

static GOutputStream *
ws_tls_connection_get_output_stream (GIOStream *stream)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (stream);

  if (self->output == NULL)
    self->output = ws_tls_refused_output_new ();

  return self->output;
}

static gboolean
ws_tls_connection_close (GIOStream    *stream,
                         GCancellable *cancellable,
                         GError      **error)
{
  return ws_tls_refused_set_error (error);
}

static gboolean
ws_tls_connection_handshake (GTlsConnection *connection,
                             GCancellable   *cancellable,
                             GError        **error)
{
  return ws_tls_refused_set_error (error);
}

static void
refuse_async (gpointer            source,
              gpointer            tag,
              GCancellable       *cancellable,
              GAsyncReadyCallback callback,
              gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, tag);
  ws_tls_refused_set_error (&error);
  g_task_return_error (task, error);
}

static void
ws_tls_connection_handshake_async (GTlsConnection     *connection,
                                   int                 io_priority,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  refuse_async (connection, ws_tls_connection_handshake_async, cancellable, callback, user_data);
}

static gboolean
ws_tls_connection_handshake_finish (GTlsConnection *connection,
                                    GAsyncResult   *result,
                                    GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, connection), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
ws_tls_connection_close_async (GIOStream          *stream,
                               int                 io_priority,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  refuse_async (stream, ws_tls_connection_close_async, cancellable, callback, user_data);
}

static gboolean
ws_tls_connection_close_finish (GIOStream    *stream,
                                GAsyncResult *result,
                                GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- the class ------------------------------------------------------------------------------- */

static void
ws_tls_connection_finalize (GObject *object)
{
  WsTlsConnection *self = WS_TLS_CONNECTION (object);

  if (self->transport != NULL)
    self->transport->connection = NULL;
  g_clear_pointer (&self->policy, ws_tls_policy_unref);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->database);
  g_clear_object (&self->certificate);
  g_clear_object (&self->peer_certificate);

  G_OBJECT_CLASS (ws_tls_connection_parent_class)->finalize (object);
}

static void
override_properties (GObjectClass *klass)
{
  static const char *const names[] = {
    [PROP_BASE_IO_STREAM] = "base-io-stream",
    [PROP_USE_SYSTEM_CERTDB] = "use-system-certdb",
    [PROP_DATABASE] = "database",
    [PROP_CERTIFICATE] = "certificate",
    [PROP_INTERACTION] = "interaction",
    [PROP_PEER_CERTIFICATE] = "peer-certificate",
    [PROP_PEER_CERTIFICATE_ERRORS] = "peer-certificate-errors",
    [PROP_REQUIRE_CLOSE_NOTIFY] = "require-close-notify",
    [PROP_REHANDSHAKE_MODE] = "rehandshake-mode",
    [PROP_ADVERTISED_PROTOCOLS] = "advertised-protocols",
    [PROP_NEGOTIATED_PROTOCOL] = "negotiated-protocol",
    [PROP_PROTOCOL_VERSION] = "protocol-version",
    [PROP_CIPHERSUITE_NAME] = "ciphersuite-name",
    [PROP_AUTHENTICATION_MODE] = "authentication-mode",
  };

  for (guint id = PROP_BASE_IO_STREAM; id < G_N_ELEMENTS (names); id++)
    g_object_class_override_property (klass, id, names[id]);
}

static void
ws_tls_connection_class_init (WsTlsConnectionClass *klass)
{
  GObjectClass        *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass      *stream_class = G_IO_STREAM_CLASS (klass);
  GTlsConnectionClass *tls_class = G_TLS_CONNECTION_CLASS (klass);

  object_class->get_property = ws_tls_connection_get_property;
  object_class->set_property = ws_tls_connection_set_property;
  object_class->finalize = ws_tls_connection_finalize;

  stream_class->get_input_stream = ws_tls_connection_get_input_stream;
  stream_class->get_output_stream = ws_tls_connection_get_output_stream;
  stream_class->close_fn = ws_tls_connection_close;
  stream_class->close_async = ws_tls_connection_close_async;
  stream_class->close_finish = ws_tls_connection_close_finish;

  tls_class->handshake = ws_tls_connection_handshake;
  tls_class->handshake_async = ws_tls_connection_handshake_async;
  tls_class->handshake_finish = ws_tls_connection_handshake_finish;
  tls_class->get_binding_data = ws_tls_connection_get_binding_data;
  tls_class->get_negotiated_protocol = ws_tls_connection_get_negotiated_protocol;

  override_properties (object_class);
}

static void
ws_tls_connection_init (WsTlsConnection *self)
{
}

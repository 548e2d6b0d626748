/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/request/ws-client-authentication-private.h"

#include "wsserver/base/ws-param-private.h"

/**
 * WsClientAuthentication:
 *
 * The certificate that a client has presented. The application decides whether to accept it.
 *
 * [signal@Ws.Server::ssl-client-authentication] carries it. Initially
 * [property@Ws.ClientAuthentication:accept] is the result of the verification, and
 * [property@Ws.ClientAuthentication:status] is the reason for it. A handler may change the former.
 *
 * Accept only the clients of one name, and only if their certificate is valid:
 *
 * ```c
 * static void
 * ssl_client_authentication_cb (WsServer               *server,
 *                               WsConnection           *connection,
 *                               WsClientAuthentication *authentication)
 * {
 *   if (!g_str_equal (ws_client_authentication_get_cert_subject (authentication), "CN=Ada"))
 *     ws_client_authentication_set_accept (authentication, FALSE);
 * }
 * ```
 *
 * Source: RFC 8446 §4.4.2, §4.4.3;
 * [Coming from IPWorks WSServer](coming-from-ipworks.html), SSLClientAuthentication.
 *
 * Since: 1.0
 */
struct _WsClientAuthentication
{
  GObject parent_instance;

  GBytes        *cert_encoded;
  WsCertificate *certificate; /* NULL: the client has none */
  char          *status;
  gboolean       accept;
};

G_DEFINE_FINAL_TYPE (WsClientAuthentication, ws_client_authentication, G_TYPE_OBJECT)

enum
{
  PROP_CERT_ENCODED = 1,
  PROP_CERT_SUBJECT,
  PROP_CERT_ISSUER,
  PROP_STATUS,
  PROP_CERTIFICATE,
  PROP_ACCEPT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
ws_client_authentication_finalize (GObject *object)
{
  WsClientAuthentication *self = WS_CLIENT_AUTHENTICATION (object);

  g_clear_pointer (&self->cert_encoded, g_bytes_unref);
  g_clear_object (&self->certificate);
  g_free (self->status);

  G_OBJECT_CLASS (ws_client_authentication_parent_class)->finalize (object);
}

static void
ws_client_authentication_get_property (GObject    *object,
                                       guint       prop_id,
                                       GValue     *value,
                                       GParamSpec *pspec)
{
  WsClientAuthentication *self = WS_CLIENT_AUTHENTICATION (object);

  switch (prop_id)
    {
    case PROP_CERT_ENCODED:
      g_value_set_boxed (value, self->cert_encoded);
      break;
    case PROP_CERT_SUBJECT:
      g_value_set_string (value, ws_client_authentication_get_cert_subject (self));
      break;
    case PROP_CERT_ISSUER:
      g_value_set_string (value, ws_client_authentication_get_cert_issuer (self));
      break;
    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;
    case PROP_CERTIFICATE:
      g_value_set_object (value, self->certificate);
      break;
    case PROP_ACCEPT:
      g_value_set_boolean (value, self->accept);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_client_authentication_set_property (GObject      *object,
                                       guint         prop_id,
                                       const GValue *value,
                                       GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_ACCEPT:
      ws_client_authentication_set_accept (WS_CLIENT_AUTHENTICATION (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_client_authentication_class_init (WsClientAuthenticationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = ws_client_authentication_finalize;
  object_class->get_property = ws_client_authentication_get_property;
  object_class->set_property = ws_client_authentication_set_property;

  /**
   * WsClientAuthentication:cert-encoded: (getter get_cert_encoded)
   *
   * The client's certificate in DER, with SSLIncludeCertChain followed by the others of its chain;
   * empty if it sent none.
   *
   * Since: 1.0
   */
  properties[PROP_CERT_ENCODED] = g_param_spec_boxed ("cert-encoded", NULL, NULL, G_TYPE_BYTES, WS_PARAM_READABLE);
  /**
   * WsClientAuthentication:cert-subject: (getter get_cert_subject)
   *
   * The subject of the certificate; empty if the client sent none.
   *
   * Since: 1.0
   */
  properties[PROP_CERT_SUBJECT] = g_param_spec_string ("cert-subject", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsClientAuthentication:cert-issuer: (getter get_cert_issuer)
   *
   * The issuer of the certificate; empty if the client sent none.
   *
   * Since: 1.0
   */
  properties[PROP_CERT_ISSUER] = g_param_spec_string ("cert-issuer", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsClientAuthentication:status: (getter get_status)
   *
   * `OK`, or why the verification failed.
   *
   * Since: 1.0
   */
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, "OK", WS_PARAM_READABLE);
  /**
   * WsClientAuthentication:certificate: (getter get_certificate)
   *
   * The client's certificate, or %NULL if it sent none.
   *
   * Since: 1.0
   */
  properties[PROP_CERTIFICATE] = g_param_spec_object ("certificate", NULL, NULL, WS_TYPE_CERTIFICATE, WS_PARAM_READABLE);
  /**
   * WsClientAuthentication:accept: (getter get_accept) (setter set_accept)
   *
   * Whether to accept the client. Initially %TRUE if [property@Ws.ClientAuthentication:status] is `OK`
   * and the setting RefuseByDefault is False.
   *
   * Since: 1.0
   */
  properties[PROP_ACCEPT] = g_param_spec_boolean ("accept", NULL, NULL, FALSE, WS_PARAM_READWRITE);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
ws_client_authentication_init (WsClientAuthentication *self)
{
}

WsClientAuthentication *
ws_client_authentication_new (GBytes        *cert_encoded,
                              WsCertificate *certificate,
                              const char    *status,
                              gboolean       accept)
{
  WsClientAuthentication *self = g_object_new (WS_TYPE_CLIENT_AUTHENTICATION, NULL);

  self->cert_encoded = g_bytes_ref (cert_encoded);
  self->certificate = certificate != NULL ? g_object_ref (certificate) : NULL;
  self->status = g_strdup (status);
  self->accept = accept;
  return self;
}

/**
 * ws_client_authentication_get_cert_encoded: (get-property cert-encoded)
 * @self: a client's authentication
 *
 * Gets the client's certificate in DER.
 *
 * Returns: (transfer none): the bytes; none if the client sent no certificate
 *
 * Since: 1.0
 */
GBytes *
ws_client_authentication_get_cert_encoded (WsClientAuthentication *self)
{
  g_return_val_if_fail (WS_IS_CLIENT_AUTHENTICATION (self), NULL);

  return self->cert_encoded;
}

/**
 * ws_client_authentication_get_cert_subject: (get-property cert-subject)
 * @self: a client's authentication
 *
 * Gets the subject of the certificate.
 *
 * Returns: the subject, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_client_authentication_get_cert_subject (WsClientAuthentication *self)
{
  g_return_val_if_fail (WS_IS_CLIENT_AUTHENTICATION (self), NULL);

  return self->certificate != NULL ? ws_certificate_get_subject (self->certificate) : "";
}

/**
 * ws_client_authentication_get_cert_issuer: (get-property cert-issuer)
 * @self: a client's authentication
 *
 * Gets the issuer of the certificate.
 *
 * Returns: the issuer, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_client_authentication_get_cert_issuer (WsClientAuthentication *self)
{
  g_return_val_if_fail (WS_IS_CLIENT_AUTHENTICATION (self), NULL);

  return self->certificate != NULL ? ws_certificate_get_issuer (self->certificate) : "";
}

/**
 * ws_client_authentication_get_status: (get-property status)
 * @self: a client's authentication
 *
 * Gets the result of the verification.
 *
 * Returns: `OK`, or why it failed
 *
 * Since: 1.0
 */
const char *
ws_client_authentication_get_status (WsClientAuthentication *self)
{
  g_return_val_if_fail (WS_IS_CLIENT_AUTHENTICATION (self), NULL);

  return self->status;
}

/**
 * ws_client_authentication_get_certificate: (get-property certificate)
 * @self: a client's authentication
 *
 * Gets the client's certificate.
 *
 * Returns: (transfer none) (nullable): the certificate, or %NULL
 *
 * Since: 1.0
 */
WsCertificate *
ws_client_authentication_get_certificate (WsClientAuthentication *self)
{
  g_return_val_if_fail (WS_IS_CLIENT_AUTHENTICATION (self), NULL);

  return self->certificate;
}

/**
 * ws_client_authentication_get_accept: (get-property accept)
 * @self: a client's authentication
 *
 * Gets whether to accept the client.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
ws_client_authentication_get_accept (WsClientAuthentication *self)
{
  g_return_val_if_fail (WS_IS_CLIENT_AUTHENTICATION (self), FALSE);

  return self->accept;
}

/**
 * ws_client_authentication_set_accept: (set-property accept)
 * @self: a client's authentication
 * @accept: whether to accept the client
 *
 * Accepts or refuses the client.
 *
 * Since: 1.0
 */
void
ws_client_authentication_set_accept (WsClientAuthentication *self,
                                     gboolean                accept)
{
  g_return_if_fail (WS_IS_CLIENT_AUTHENTICATION (self));

  accept = !!accept;
  if (self->accept == accept)
    return;

  self->accept = accept;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACCEPT]);
}

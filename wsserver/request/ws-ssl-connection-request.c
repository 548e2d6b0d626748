/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "wsserver/base/ws-enum-types.h"
#include "wsserver/certificate/ws-certificate-private.h"
#include "wsserver/request/ws-ssl-connection-request-private.h"

#include "wsserver/base/ws-param-private.h"

/**
 * WsSslConnectionRequest:
 *
 * A client's ClientHello, and the choice of the certificate that the server presents to it.
 *
 * [signal@Ws.Server::ssl-connection-request] carries it, before TLS has sent anything. If a handler does
 * nothing, the server chooses among [property@Ws.Server:ssl-cert] and the certificates added by
 * [method@Ws.Server.add_ssl_cert]. To present another certificate, set
 * [property@Ws.SslConnectionRequest:certificate]; load it once and keep it. Or name its store by the four
 * `cert-` properties; the store is then opened for this client. To refuse the client, call
 * [method@Ws.SslConnectionRequest.refuse].
 *
 * A decision that takes time is deferred: call [method@Ws.SslConnectionRequest.defer] in the handler,
 * keep a reference, and call [method@Ws.SslConnectionRequest.complete] later. Other clients are served
 * meanwhile. HandshakeTimeout limits the wait. If the last reference to a deferred request is dropped,
 * the handshake is refused.
 *
 * Choose by the host name that the client asks for:
 *
 * ```c
 * static void
 * ssl_connection_request_cb (WsServer               *server,
 *                            WsConnection           *connection,
 *                            WsSslConnectionRequest *request,
 *                            GHashTable             *certificates)
 * {
 *   const char    *name = ws_ssl_connection_request_get_server_name (request);
 *   WsCertificate *certificate = g_hash_table_lookup (certificates, name);
 *
 *   if (certificate != NULL)
 *     ws_ssl_connection_request_set_certificate (request, certificate);
 * }
 * ```
 *
 * Source: RFC 8446 §4.1.2; [Coming from IPWorks WSServer](coming-from-ipworks.html), SSLConnectionRequest.
 *
 * Since: 1.0
 */
struct _WsSslConnectionRequest
{
  GObject parent_instance;

  WsDecision      decision;
  char           *supported_cipher_suites;
  char           *supported_signature_algs;
  char           *server_name;
  WsCertStoreType cert_store_type;
  char           *cert_store;
  char           *cert_password;
  char           *cert_subject;
  WsCertificate  *certificate;
  gboolean        refused;
};

G_DEFINE_FINAL_TYPE (WsSslConnectionRequest, ws_ssl_connection_request, G_TYPE_OBJECT)

enum
{
  PROP_SUPPORTED_CIPHER_SUITES = 1,
  PROP_SUPPORTED_SIGNATURE_ALGS,
  PROP_SERVER_NAME,
  PROP_CERT_STORE_TYPE,
  PROP_CERT_STORE,
  PROP_CERT_PASSWORD,
  PROP_CERT_SUBJECT,
  PROP_CERTIFICATE,
  PROP_CANCELLED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
ws_ssl_connection_request_finalize (GObject *object)
{
  WsSslConnectionRequest *self = WS_SSL_CONNECTION_REQUEST (object);

  ws_decision_drop (&self->decision);
  g_free (self->supported_cipher_suites);
  g_free (self->supported_signature_algs);
  g_free (self->server_name);
  g_free (self->cert_store);
  g_free (self->cert_password);
  g_free (self->cert_subject);
  g_clear_object (&self->certificate);

  G_OBJECT_CLASS (ws_ssl_connection_request_parent_class)->finalize (object);
}

static void
ws_ssl_connection_request_get_property (GObject    *object,
                                        guint       prop_id,
                                        GValue     *value,
                                        GParamSpec *pspec)
{
  WsSslConnectionRequest *self = WS_SSL_CONNECTION_REQUEST (object);

  switch (prop_id)
    {
    case PROP_SUPPORTED_CIPHER_SUITES:
      g_value_set_string (value, self->supported_cipher_suites);
      break;
    case PROP_SUPPORTED_SIGNATURE_ALGS:
      g_value_set_string (value, self->supported_signature_algs);
      break;
    case PROP_SERVER_NAME:
      g_value_set_string (value, self->server_name);
      break;
    case PROP_CERT_STORE_TYPE:
      g_value_set_enum (value, self->cert_store_type);
      break;
    case PROP_CERT_STORE:
      g_value_set_string (value, self->cert_store);
      break;
    case PROP_CERT_PASSWORD:
      g_value_set_string (value, self->cert_password);
      break;
    case PROP_CERT_SUBJECT:
      g_value_set_string (value, self->cert_subject);
      break;
    case PROP_CERTIFICATE:
      g_value_set_object (value, self->certificate);
      break;
    case PROP_CANCELLED:
      g_value_set_boolean (value, self->decision.cancelled);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_ssl_connection_request_set_property (GObject      *object,
                                        guint         prop_id,
                                        const GValue *value,
                                        GParamSpec   *pspec)
{
  WsSslConnectionRequest *self = WS_SSL_CONNECTION_REQUEST (object);

  switch (prop_id)
    {
    case PROP_CERT_STORE_TYPE:
      ws_ssl_connection_request_set_cert_store_type (self, (WsCertStoreType) g_value_get_enum (value));
      break;
    case PROP_CERT_STORE:
      ws_ssl_connection_request_set_cert_store (self, g_value_get_string (value));
      break;
    case PROP_CERT_PASSWORD:
      ws_ssl_connection_request_set_cert_password (self, g_value_get_string (value));
      break;
    case PROP_CERT_SUBJECT:
      ws_ssl_connection_request_set_cert_subject (self, g_value_get_string (value));
      break;
    case PROP_CERTIFICATE:
      ws_ssl_connection_request_set_certificate (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
ws_ssl_connection_request_class_init (WsSslConnectionRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = ws_ssl_connection_request_finalize;
  object_class->get_property = ws_ssl_connection_request_get_property;
  object_class->set_property = ws_ssl_connection_request_set_property;

  /**
   * WsSslConnectionRequest:supported-cipher-suites: (getter get_supported_cipher_suites)
   *
   * The cipher suites that the client offers, in its order: IANA names, separated by commas. A suite
   * without a name is written as 0xNNNN.
   *
   * Since: 1.0
   */
  properties[PROP_SUPPORTED_CIPHER_SUITES] = g_param_spec_string ("supported-cipher-suites", NULL, NULL, "",
                                                                  WS_PARAM_READABLE);
  /**
   * WsSslConnectionRequest:supported-signature-algs: (getter get_supported_signature_algs)
   *
   * The signature algorithms that the client accepts, in its order, separated by commas; empty if it
   * lists none.
   *
   * Since: 1.0
   */
  properties[PROP_SUPPORTED_SIGNATURE_ALGS] = g_param_spec_string ("supported-signature-algs", NULL, NULL, "",
                                                                   WS_PARAM_READABLE);
  /**
   * WsSslConnectionRequest:server-name: (getter get_server_name)
   *
   * The host name that the client wants to reach, in lower case; empty if it names none. A client that
   * connects to an IP address names none.
   *
   * Source: RFC 6066 §3.
   *
   * Since: 1.0
   */
  properties[PROP_SERVER_NAME] = g_param_spec_string ("server-name", NULL, NULL, "", WS_PARAM_READABLE);
  /**
   * WsSslConnectionRequest:cert-store-type: (getter get_cert_store_type) (setter set_cert_store_type)
   *
   * Type of the store of another certificate. Ignored if
   * [property@Ws.SslConnectionRequest:cert-store] is empty.
   *
   * Since: 1.0
   */
  properties[PROP_CERT_STORE_TYPE] = g_param_spec_enum ("cert-store-type", NULL, NULL,
                                                        WS_TYPE_CERT_STORE_TYPE, WS_CERT_STORE_TYPE_USER,
                                                        WS_PARAM_READWRITE);
  /**
   * WsSslConnectionRequest:cert-store: (getter get_cert_store) (setter set_cert_store)
   *
   * File name or content of the store of another certificate; empty keeps the server's certificates.
   *
   * Since: 1.0
   */
  properties[PROP_CERT_STORE] = g_param_spec_string ("cert-store", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsSslConnectionRequest:cert-password: (getter get_cert_password) (setter set_cert_password)
   *
   * Password of that store.
   *
   * Since: 1.0
   */
  properties[PROP_CERT_PASSWORD] = g_param_spec_string ("cert-password", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsSslConnectionRequest:cert-subject: (getter get_cert_subject) (setter set_cert_subject)
   *
   * Selects a certificate of that store, as in [ctor@Ws.Certificate.new_from_store]. If it is empty, the
   * first certificate with a key is taken.
   *
   * Since: 1.0
   */
  properties[PROP_CERT_SUBJECT] = g_param_spec_string ("cert-subject", NULL, NULL, "", WS_PARAM_READWRITE);
  /**
   * WsSslConnectionRequest:certificate: (getter get_certificate) (setter set_certificate)
   *
   * The certificate to present to this client; %NULL keeps the server's. If it is set, the store is
   * ignored.
   *
   * Since: 1.0
   */
  properties[PROP_CERTIFICATE] = g_param_spec_object ("certificate", NULL, NULL, WS_TYPE_CERTIFICATE,
                                                      WS_PARAM_READWRITE);
  /**
   * WsSslConnectionRequest:cancelled: (getter is_cancelled)
   *
   * Whether a deferred request needs no decision any more: the client has left, HandshakeTimeout has
   * passed, or the server has been shut down.
   *
   * Since: 1.0
   */
  properties[PROP_CANCELLED] = g_param_spec_boolean ("cancelled", NULL, NULL, FALSE, WS_PARAM_READABLE);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
ws_ssl_connection_request_init (WsSslConnectionRequest *self)
{
  self->cert_store = g_strdup ("");
  self->cert_password = g_strdup ("");
  self->cert_subject = g_strdup ("");
}

WsSslConnectionRequest *
ws_ssl_connection_request_new (const WsClientHello *hello,
                               WsDecisionFunc       func,
                               gpointer             owner)
{
  WsSslConnectionRequest *self = g_object_new (WS_TYPE_SSL_CONNECTION_REQUEST, NULL);

  ws_decision_init (&self->decision, self, properties[PROP_CANCELLED], func, owner);
  self->supported_cipher_suites = ws_client_hello_dup_cipher_suites (hello);
  self->supported_signature_algs = ws_client_hello_dup_signature_algorithms (hello);
  self->server_name = g_strdup (hello->server_name != NULL ? hello->server_name : "");
  return self;
}

WsDecision *
ws_ssl_connection_request_get_decision (WsSslConnectionRequest *self)
{
  return &self->decision;
}

gboolean
ws_ssl_connection_request_is_refused (WsSslConnectionRequest *self)
{
  return self->refused;
}

gboolean
ws_ssl_connection_request_load (WsSslConnectionRequest *self,
                                WsCertificate         **certificate,
                                GError                **error)
{
  g_autoptr (GBytes) store = NULL;

  *certificate = NULL;
  if (self->certificate != NULL)
    {
      *certificate = g_object_ref (self->certificate);
      return TRUE;
    }
  if (*self->cert_store == '\0')
    return TRUE;

  store = g_bytes_new (self->cert_store, strlen (self->cert_store));
  *certificate = ws_certificate_new_from_store (self->cert_store_type, store, self->cert_password,
                                                *self->cert_subject != '\0' ? self->cert_subject : "*", NULL,
                                                error);
  return *certificate != NULL;
}

/**
 * ws_ssl_connection_request_get_supported_cipher_suites: (get-property supported-cipher-suites)
 * @self: a request
 *
 * Gets the cipher suites that the client offers.
 *
 * Returns: their names, separated by commas
 *
 * Since: 1.0
 */
const char *
ws_ssl_connection_request_get_supported_cipher_suites (WsSslConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self), NULL);

  return self->supported_cipher_suites;
}

/**
 * ws_ssl_connection_request_get_supported_signature_algs: (get-property supported-signature-algs)
 * @self: a request
 *
 * Gets the signature algorithms that the client accepts.
 *
 * Returns: their names, separated by commas
 *
 * Since: 1.0
 */
const char *
ws_ssl_connection_request_get_supported_signature_algs (WsSslConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self), NULL);

  return self->supported_signature_algs;
}

/**
 * ws_ssl_connection_request_get_server_name: (get-property server-name)
 * @self: a request
 *
 * Gets the host name that the client wants to reach.
 *
 * Returns: the name, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_ssl_connection_request_get_server_name (WsSslConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self), NULL);

  return self->server_name;
}

/**
 * ws_ssl_connection_request_get_cert_store_type: (get-property cert-store-type)
 * @self: a request
 *
 * Gets the type of the store of another certificate.
 *
 * Returns: the type
 *
 * Since: 1.0
 */
WsCertStoreType
ws_ssl_connection_request_get_cert_store_type (WsSslConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self), WS_CERT_STORE_TYPE_USER);

  return self->cert_store_type;
}

/**
 * ws_ssl_connection_request_set_cert_store_type: (set-property cert-store-type)
 * @self: a request
 * @cert_store_type: the type
 *
 * Sets the type of the store of another certificate.
 *
 * Since: 1.0
 */
void
ws_ssl_connection_request_set_cert_store_type (WsSslConnectionRequest *self,
                                               WsCertStoreType         cert_store_type)
{
  g_return_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self));

  if (self->cert_store_type == cert_store_type)
    return;

  self->cert_store_type = cert_store_type;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CERT_STORE_TYPE]);
}

static void
set_text (WsSslConnectionRequest *self,
          char                  **field,
          const char             *text,
          guint                   prop_id)
{
  if (text == NULL)
    text = "";
  if (g_str_equal (*field, text))
    return;

  g_free (*field);
  *field = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

/**
 * ws_ssl_connection_request_get_cert_store: (get-property cert-store)
 * @self: a request
 *
 * Gets the store of another certificate.
 *
 * Returns: file name or content, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_ssl_connection_request_get_cert_store (WsSslConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self), NULL);

  return self->cert_store;
}

/**
 * ws_ssl_connection_request_set_cert_store: (set-property cert-store)
 * @self: a request
 * @cert_store: (nullable): file name or content
 *
 * Names the store of another certificate for this client.
 *
 * Since: 1.0
 */
void
ws_ssl_connection_request_set_cert_store (WsSslConnectionRequest *self,
                                          const char             *cert_store)
{
  g_return_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self));

  set_text (self, &self->cert_store, cert_store, PROP_CERT_STORE);
}

/**
 * ws_ssl_connection_request_get_cert_password: (get-property cert-password)
 * @self: a request
 *
 * Gets the password of the store.
 *
 * Returns: the password, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_ssl_connection_request_get_cert_password (WsSslConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self), NULL);

  return self->cert_password;
}

/**
 * ws_ssl_connection_request_set_cert_password: (set-property cert-password)
 * @self: a request
 * @cert_password: (nullable): the password
 *
 * Sets the password of the store.
 *
 * Since: 1.0
 */
void
ws_ssl_connection_request_set_cert_password (WsSslConnectionRequest *self,
                                             const char             *cert_password)
{
  g_return_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self));

  set_text (self, &self->cert_password, cert_password, PROP_CERT_PASSWORD);
}

/**
 * ws_ssl_connection_request_get_cert_subject: (get-property cert-subject)
 * @self: a request
 *
 * Gets what selects the certificate of the store.
 *
 * Returns: the subject, or an empty string
 *
 * Since: 1.0
 */
const char *
ws_ssl_connection_request_get_cert_subject (WsSslConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self), NULL);

  return self->cert_subject;
}

/**
 * ws_ssl_connection_request_set_cert_subject: (set-property cert-subject)
 * @self: a request
 * @cert_subject: (nullable): a subject, a part of one, `*`, or `Thumbprint=HEX`
 *
 * Selects a certificate of the store.
 *
 * Since: 1.0
 */
void
ws_ssl_connection_request_set_cert_subject (WsSslConnectionRequest *self,
                                            const char             *cert_subject)
{
  g_return_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self));

  set_text (self, &self->cert_subject, cert_subject, PROP_CERT_SUBJECT);
}

/**
 * ws_ssl_connection_request_get_certificate: (get-property certificate)
 * @self: a request
 *
 * Gets the certificate chosen for this client.
 *
 * Returns: (transfer none) (nullable): the certificate, or %NULL for the server's
 *
 * Since: 1.0
 */
WsCertificate *
ws_ssl_connection_request_get_certificate (WsSslConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self), NULL);

  return self->certificate;
}

/**
 * ws_ssl_connection_request_set_certificate: (set-property certificate)
 * @self: a request
 * @certificate: (nullable): a certificate with its private key
 *
 * Chooses the certificate for this client.
 *
 * The server keeps what TLS derives from the object. Presenting the same object to many clients
 * therefore costs no more than presenting the server's own certificate.
 *
 * Since: 1.0
 */
void
ws_ssl_connection_request_set_certificate (WsSslConnectionRequest *self,
                                           WsCertificate          *certificate)
{
  g_return_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self));
  g_return_if_fail (certificate == NULL || WS_IS_CERTIFICATE (certificate));

  if (g_set_object (&self->certificate, certificate))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CERTIFICATE]);
}

/**
 * ws_ssl_connection_request_is_cancelled: (get-property cancelled)
 * @self: a request
 *
 * Gets whether a deferred request needs no decision any more.
 *
 * Returns: %TRUE if so
 *
 * Since: 1.0
 */
gboolean
ws_ssl_connection_request_is_cancelled (WsSslConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self), FALSE);

  return self->decision.cancelled;
}

/**
 * ws_ssl_connection_request_refuse:
 * @self: a request
 *
 * Refuses the client with the alert unrecognized_name. Use this for a host name that the server does not
 * serve.
 *
 * Source: RFC 8446 §6.2.
 *
 * Since: 1.0
 */
void
ws_ssl_connection_request_refuse (WsSslConnectionRequest *self)
{
  g_return_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self));

  self->refused = TRUE;
}

/**
 * ws_ssl_connection_request_defer:
 * @self: a request
 *
 * Defers the decision. Call this in a handler of [signal@Ws.Server::ssl-connection-request], and keep a
 * reference to @self.
 *
 * Since: 1.0
 */
void
ws_ssl_connection_request_defer (WsSslConnectionRequest *self)
{
  g_return_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self));

  ws_decision_defer (&self->decision);
}

/**
 * ws_ssl_connection_request_complete:
 * @self: a deferred request
 *
 * Continues the handshake with the current values of the properties. The main loop does it.
 *
 * Returns: %FALSE if the request needs no decision any more; then nothing happens
 *
 * Since: 1.0
 */
gboolean
ws_ssl_connection_request_complete (WsSslConnectionRequest *self)
{
  g_return_val_if_fail (WS_IS_SSL_CONNECTION_REQUEST (self), FALSE);

  return ws_decision_complete (&self->decision);
}

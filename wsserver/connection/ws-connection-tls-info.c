/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was negotiated. */
#include "wsserver/connection/ws-connection-tls-private.h"
#include "wsserver/connection/ws-connection-values-private.h"
#include "wsserver/tls/ws-tls-version-private.h"

static const char *
name_or_empty (const char *name)
{
  return name != NULL ? name : "";
}

/**
 * ws_connection_get_peer_certificate: (get-property peer-certificate)
 * @self: a connection
 *
 * Gets the certificate that the client has shown. The server asks for one with
 * [property@Ws.Server:ssl-authenticate-clients].
 *
 * Returns: (transfer none) (nullable): the certificate, or %NULL
 *
 * Since: 1.0
 */
WsCertificate *
ws_connection_get_peer_certificate (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return ws_connection_find_peer_certificate (self);
}

/**
 * ws_connection_get_tls_protocol: (get-property tls-protocol)
 * @self: a connection
 *
 * Gets the version of TLS.
 *
 * Returns: `TLSv1.3`, `TLSv1.2` …, or an empty string in plain text
 *
 * Since: 1.0
 */
const char *
ws_connection_get_tls_protocol (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return ws_connection_find_tls_protocol (self);
}

/**
 * ws_connection_get_tls_cipher_suite: (get-property tls-cipher-suite)
 * @self: a connection
 *
 * Gets the cipher suite.
 *
 * Returns: its IANA name, such as `TLS_AES_256_GCM_SHA384`, or an empty string in plain text
 *
 * Since: 1.0
 */
const char *
ws_connection_get_tls_cipher_suite (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return ws_connection_find_tls_cipher_suite (self);
}

/**
 * ws_connection_get_tls_connection: (get-property tls-connection)
 * @self: a connection
 *
 * Gets the TLS connection below the WebSocket, for what GIO can say of one: certificates and the errors
 * of the client's, the version, the cipher suite, the protocol of ALPN, channel bindings. It is a
 * [iface@Gio.TlsServerConnection] with every provider, and answers as soon as the handshake is complete.
 *
 * A channel binding ties an authentication inside the WebSocket to this TLS connection (RFC 5056), so
 * that a man in the middle cannot pass it on:
 *
 * ```c
 * GTlsConnection *tls = ws_connection_get_tls_connection (connection);
 * g_autoptr (GByteArray) binding = g_byte_array_new ();
 *
 * if (tls == NULL || !g_tls_connection_get_channel_binding_data (tls, G_TLS_CHANNEL_BINDING_TLS_EXPORTER,
 *                                                                binding, &error))
 *   ws_connection_close (connection, 1008, "no channel binding", NULL);
 * ```
 *
 * `tls-exporter` (RFC 9266) and `tls-server-end-point` (RFC 5929) exist in every version of TLS that is
 * served; `tls-unique` does not in TLS 1.3. With the provider PLATFORM it also depends on the backend.
 * A type that is not there is a `G_TLS_CHANNEL_BINDING_ERROR`.
 *
 * The WebSocket owns the connection. To read, write, handshake or close fails with
 * `G_IO_ERROR_NOT_SUPPORTED`: use [method@Ws.Connection.send] and [method@Ws.Connection.close]. There is
 * no `base-io-stream`, and to set a property is an error of the program.
 *
 * The object is made for the first caller that asks for it; other connections cost nothing.
 * It stays as long as @self. After the connection has ended it still has what was negotiated and the
 * client's certificate; a first call that comes only then returns %NULL.
 *
 * Returns: (transfer none) (nullable): the TLS connection, or %NULL in plain text
 *
 * Since: 1.2
 */
GTlsConnection *
ws_connection_get_tls_connection (WsConnection *self)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), NULL);

  return ws_connection_load_tls_connection (self);
}

char *
ws_connection_dup_negotiated (WsConnection     *self,
                              WsComputedSetting setting)
{
  static const WsTlsInfo none = { 0 };
  const WsTlsInfo       *info = self->tls != NULL ? &self->tls->info : &none;

  switch (setting)
    {
    case WS_COMPUTED_NEGOTIATED_CIPHER:
      return g_strdup (name_or_empty (info->cipher));
    case WS_COMPUTED_NEGOTIATED_CIPHER_STRENGTH:
      return g_strdup_printf ("%u", info->cipher_bits);
    case WS_COMPUTED_NEGOTIATED_CIPHER_SUITE:
      return g_strdup (name_or_empty (info->cipher_suite));
    case WS_COMPUTED_NEGOTIATED_KEY_EXCHANGE:
      return g_strdup (name_or_empty (info->key_exchange));
    case WS_COMPUTED_NEGOTIATED_KEY_EXCHANGE_STRENGTH:
      return g_strdup_printf ("%u", info->key_exchange_bits);
    case WS_COMPUTED_NEGOTIATED_VERSION:
      return g_strdup (name_or_empty (ws_tls_version_get_name (info->version)));
    case WS_COMPUTED_NONE:
    case WS_COMPUTED_BUILD_INFO:
    case WS_COMPUTED_LICENSE_INFO:
      break;
    }

  g_assert_not_reached ();
}

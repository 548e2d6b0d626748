/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The story of a connection in lines, and what was negotiated. */
#include "wsserver/tls-gnutls/ws-gnutls-session-private.h"

#include "wsserver/tls/ws-cipher-suites-private.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>

#define PACKET_LINE_BYTES 32

void
ws_tls_session_tell (WsTlsSession *self,
                     const char   *format,
                     ...)
{
  g_autofree char *line = NULL;
  va_list          arguments;

  if (self->funcs->status == NULL)
    return;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  self->funcs->status (self, line);
}

static const char *
get_version_name (guint16 version)
{
  switch (version)
    {
    case 0x0300:
      return "SSLv3";
    case 0x0301:
      return "TLSv1.0";
    case 0x0302:
      return "TLSv1.1";
    case 0x0303:
      return "TLSv1.2";
    case 0x0304:
      return "TLSv1.3";
    default:
      return NULL;
    }
}

void
ws_tls_session_tell_hello (WsTlsSession        *self,
                           const WsClientHello *hello)
{
  g_autoptr (GString) text = NULL;

  if (self->funcs->status == NULL)
    return;

  text = g_string_new ("Received ClientHello:");
  for (guint i = 0; i < hello->versions->len; i++)
    {
      const char *name = get_version_name (g_array_index (hello->versions, guint16, i));

      if (name != NULL)
        g_string_append_printf (text, " %s", name);
    }
  g_string_append_printf (text, ", %u cipher suites", hello->cipher_suites->len);
  if (hello->server_name != NULL)
    g_string_append_printf (text, ", server name %s", hello->server_name);
  if (hello->protocols != NULL)
    {
      g_autofree char *protocols = g_strjoinv (",", hello->protocols);

      g_string_append_printf (text, ", ALPN %s", protocols);
    }

  ws_tls_session_tell (self, "%s", text->str);
}

void
ws_tls_session_tell_open (WsTlsSession *self)
{
  g_autofree char *protocol = NULL;

  if (self->funcs->status == NULL)
    return;

  protocol = ws_tls_session_dup_application_protocol (self);
  ws_tls_session_tell (self, "TLS handshake complete: %s, %s (%u bits), key exchange %s (%u bits), %s session%s%s",
                       ws_tls_session_get_version (self), ws_tls_session_get_cipher_suite (self),
                       ws_tls_session_get_cipher_bits (self), ws_tls_session_get_key_exchange (self),
                       ws_tls_session_get_key_exchange_bits (self),
                       ws_tls_session_is_resumed (self) ? "resumed" : "new",
                       protocol != NULL ? ", ALPN " : "", protocol != NULL ? protocol : "");
}

void
ws_tls_session_tell_packet (WsTlsSession *self,
                            gboolean      sent,
                            const guint8 *data,
                            gsize         length)
{
  char  hex[2 * PACKET_LINE_BYTES + 1] = "";
  gsize n_shown = MIN (length, PACKET_LINE_BYTES);

  for (gsize i = 0; i < n_shown; i++)
    g_snprintf (hex + 2 * i, 3, "%02x", data[i]);

  ws_tls_session_tell (self, "%s %" G_GSIZE_FORMAT " bytes: %s%s", sent ? "Packet sent," : "Packet received,",
                       length, hex, n_shown < length ? "…" : "");
}

static int
message_cb (gnutls_session_t      session,
            unsigned int          type,
            unsigned int          when,
            unsigned int          incoming,
            const gnutls_datum_t *message)
{
  WsTlsSession *self = gnutls_session_get_ptr (session);
  const char   *name = gnutls_handshake_description_get_name ((gnutls_handshake_description_t) type);

  /* Our own line about the ClientHello says more; that of a second one is worth telling. */
  if (type == GNUTLS_HANDSHAKE_CLIENT_HELLO && !self->was_open)
    return 0;

  ws_tls_session_tell (self, "%s %s", incoming ? "Received" : "Sent", name != NULL ? name : "an unknown message");

  return 0;
}

void
ws_tls_session_hook_messages (WsTlsSession *self)
{
  gnutls_handshake_set_hook_function (self->session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_POST, message_cb);
}

int
ws_tls_session_check_client (WsTlsSession *self)
{
  WsTlsClientCertificate presented = { .resumed = gnutls_session_is_resumed (self->session) != 0 };
  g_autofree char       *text = NULL;
  gboolean               accepted;

  self->was_checked = TRUE;
  presented.chain = gnutls_certificate_get_peers (self->session, &presented.n_chain);
  if (presented.chain == NULL)
    presented.n_chain = 0;

  if (presented.n_chain == 0)
    {
      presented.flags = GNUTLS_CERT_INVALID;
      presented.status = "The client sent no certificate";
    }
  else
    {
      presented.flags = ws_tls_context_verify_client (self->context, presented.chain, presented.n_chain);
      presented.status = "OK";
    }

  if (presented.flags != 0 && presented.n_chain > 0)
    {
      text = ws_tls_context_dup_status (presented.flags);
      presented.status = text;
    }

  ws_tls_session_tell (self, "Client certificate: %s", presented.status);
  accepted = presented.flags == 0;
  if (self->funcs->client_certificate != NULL)
    accepted = self->funcs->client_certificate (self, &presented);
  if (accepted)
    return 0;

  return presented.n_chain > 0 ? GNUTLS_E_CERTIFICATE_ERROR : GNUTLS_E_CERTIFICATE_REQUIRED;
}

static gboolean
has_parameters (WsTlsSession *self)
{
  return self->session != NULL && self->was_open;
}

const char *
ws_tls_session_get_version (WsTlsSession *self)
{
  if (!has_parameters (self))
    return NULL;

  switch (gnutls_protocol_get_version (self->session))
    {
    case GNUTLS_TLS1_0:
      return "TLSv1.0";
    case GNUTLS_TLS1_1:
      return "TLSv1.1";
    case GNUTLS_TLS1_2:
      return "TLSv1.2";
    case GNUTLS_TLS1_3:
      return "TLSv1.3";
    default:
      return "unknown";
    }
}

const char *
ws_tls_session_get_cipher_suite (WsTlsSession *self)
{
  return has_parameters (self) ? gnutls_ciphersuite_get (self->session) : NULL;
}

const char *
ws_tls_session_get_cipher (WsTlsSession *self)
{
  return has_parameters (self) ? gnutls_cipher_get_name (gnutls_cipher_get (self->session)) : NULL;
}

guint
ws_tls_session_get_cipher_bits (WsTlsSession *self)
{
  const char *suite = ws_tls_session_get_cipher_suite (self);
  guint16     id;

  if (suite == NULL || !ws_cipher_suite_find (suite, &id))
    return 0;

  return ws_cipher_suite_get_bits (id);
}

/* In TLS 1.3 the signature is no part of the key exchange, and GnuTLS calls each one RSA. */
static gboolean
is_signed_by_rsa (WsTlsSession *self)
{
  int signature = gnutls_sign_algorithm_get (self->session);

  switch (gnutls_sign_get_pk_algorithm ((gnutls_sign_algorithm_t) signature))
    {
    case GNUTLS_PK_RSA:
    case GNUTLS_PK_RSA_PSS:
      return TRUE;
    default:
      return FALSE;
    }
}

const char *
ws_tls_session_get_key_exchange (WsTlsSession *self)
{
  gnutls_kx_algorithm_t kx;

  if (!has_parameters (self))
    return NULL;

  kx = gnutls_kx_get (self->session);
  if (gnutls_protocol_get_version (self->session) == GNUTLS_TLS1_3 && !is_signed_by_rsa (self))
    {
      if (kx == GNUTLS_KX_ECDHE_RSA)
        return gnutls_kx_get_name (GNUTLS_KX_ECDHE_ECDSA);
      if (kx == GNUTLS_KX_DHE_RSA)
        return "DHE-ECDSA"; /* TLS 1.2 had none, so GnuTLS has no name for it */
    }

  return gnutls_kx_get_name (kx);
}

static guint
get_own_key_bits (WsTlsSession *self)
{
  const gnutls_datum_t *own = gnutls_certificate_get_ours (self->session);
  gnutls_x509_crt_t     certificate;
  guint                 bits = 0;

  if (own == NULL || gnutls_x509_crt_init (&certificate) < 0)
    return 0;

  if (gnutls_x509_crt_import (certificate, own, GNUTLS_X509_FMT_DER) >= 0)
    gnutls_x509_crt_get_pk_algorithm (certificate, &bits);
  gnutls_x509_crt_deinit (certificate);

  return bits;
}

guint
ws_tls_session_get_key_exchange_bits (WsTlsSession *self)
{
  int bits;

  if (!has_parameters (self))
    return 0;

  if (gnutls_kx_get (self->session) == GNUTLS_KX_RSA)
    return get_own_key_bits (self);

  switch (gnutls_group_get (self->session))
    {
    case GNUTLS_GROUP_SECP192R1:
      return 192;
    case GNUTLS_GROUP_SECP224R1:
      return 224;
    case GNUTLS_GROUP_SECP256R1:
      return 256;
    case GNUTLS_GROUP_X25519:
      return 255;
    case GNUTLS_GROUP_SECP384R1:
      return 384;
    case GNUTLS_GROUP_X448:
      return 448;
    case GNUTLS_GROUP_SECP521R1:
      return 521;
    case GNUTLS_GROUP_FFDHE2048:
      return 2048;
    case GNUTLS_GROUP_FFDHE3072:
      return 3072;
    case GNUTLS_GROUP_FFDHE4096:
      return 4096;
    case GNUTLS_GROUP_FFDHE6144:
      return 6144;
    case GNUTLS_GROUP_FFDHE8192:
      return 8192;
    default:
      bits = gnutls_dh_get_prime_bits (self->session);
      return bits > 0 ? (guint) bits : 0;
    }
}

gboolean
ws_tls_session_is_resumed (WsTlsSession *self)
{
  return has_parameters (self) && gnutls_session_is_resumed (self->session) != 0;
}

char *
ws_tls_session_dup_server_name (WsTlsSession *self)
{
  char  name[256];
  gsize length = sizeof name;
  guint type;

  if (self->session == NULL)
    return self->reader != NULL ? g_strdup (self->reader->hello.server_name) : NULL;

  if (gnutls_server_name_get (self->session, name, &length, &type, 0) < 0 || type != GNUTLS_NAME_DNS)
    return NULL;

  return g_strndup (name, length);
}

char *
ws_tls_session_dup_application_protocol (WsTlsSession *self)
{
  gnutls_datum_t protocol;

  if (!has_parameters (self) || gnutls_alpn_get_selected_protocol (self->session, &protocol) < 0)
    return NULL;

  return g_strndup ((const char *) protocol.data, protocol.size);
}

const gnutls_datum_t *
ws_tls_session_get_peer_chain (WsTlsSession *self,
                               guint        *n_chain)
{
  const gnutls_datum_t *chain = NULL;

  *n_chain = 0;
  if (has_parameters (self))
    chain = gnutls_certificate_get_peers (self->session, n_chain);
  if (chain == NULL)
    *n_chain = 0;

  return chain;
}

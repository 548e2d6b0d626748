/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-version-private.h"

#include "wsserver/tls/ws-tls-priority-private.h"

typedef struct
{
  guint16             number;
  const char         *name;
  guint               protocol_bits;
  gnutls_protocol_t   gnutls_version;
  GTlsProtocolVersion gio_version;
} Version;

static const Version versions[] = {
  { 0x0304, "TLSv1.3", WS_TLS_PROTOCOL_TLS13, GNUTLS_TLS1_3, G_TLS_PROTOCOL_VERSION_TLS_1_3 },
  { 0x0303, "TLSv1.2", WS_TLS_PROTOCOL_TLS12, GNUTLS_TLS1_2, G_TLS_PROTOCOL_VERSION_TLS_1_2 },
  { 0x0302, "TLSv1.1", WS_TLS_PROTOCOL_TLS11, GNUTLS_TLS1_1, G_TLS_PROTOCOL_VERSION_TLS_1_1 },
  { 0x0301, "TLSv1.0", WS_TLS_PROTOCOL_TLS10, GNUTLS_TLS1_0, G_TLS_PROTOCOL_VERSION_TLS_1_0 },
  { 0x0300, "SSLv3", WS_TLS_PROTOCOL_SSL3, GNUTLS_SSL3, G_TLS_PROTOCOL_VERSION_SSL_3_0 },
};

static const Version *
find_version (guint16 number)
{
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    if (versions[i].number == number)
      return &versions[i];

  return NULL;
}

const char *
ws_tls_version_get_name (guint16 version)
{
  const Version *found = find_version (version);

  return found != NULL ? found->name : NULL;
}

guint
ws_tls_version_get_protocol_bits (guint16 version)
{
  const Version *found = find_version (version);

  return found != NULL ? found->protocol_bits : 0;
}

guint16
ws_tls_version_from_gnutls (gnutls_protocol_t version)
{
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    if (versions[i].gnutls_version == version)
      return versions[i].number;

  return 0;
}

guint16
ws_tls_version_from_gio (GTlsProtocolVersion version)
{
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    if (versions[i].gio_version == version)
      return versions[i].number;

  return 0;
}

GTlsProtocolVersion
ws_tls_version_to_gio (guint16 version)
{
  const Version *found = find_version (version);

  return found != NULL ? found->gio_version : G_TLS_PROTOCOL_VERSION_UNKNOWN;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-parse-private.h"

G_BEGIN_DECLS

/* The header of the PROXY protocol, versions 1 and 2. A proxy sends it before all bytes of a client. It is
 * defined in HAProxy's proxy-protocol.txt, called "the specification" below. */

/* The longest header of version 2 that is accepted. The specification allows 64 KiB for additions of
 * proxies. */
#define WS_PROXY_HEADER_MAX_BYTES 4096

typedef enum
{
  WS_PROXY_FAMILY_NONE, /* no client: a health check of the proxy, or an unknown protocol */
  WS_PROXY_FAMILY_IPV4,
  WS_PROXY_FAMILY_IPV6,
  WS_PROXY_FAMILY_UNIX, /* a client on a Unix socket of the proxy's machine, without an address */
} WsProxyFamily;

/* An address in network byte order. IPv4 uses the first four bytes. */
typedef struct
{
  guint8  bytes[16];
  guint16 port;
} WsProxyAddress;

typedef struct
{
  WsProxyFamily  family;
  WsProxyAddress source;      /* the client; valid for IPv4 and IPv6 */
  WsProxyAddress destination; /* the address that it connected to; valid for IPv4 and IPv6 */

  /* Of version 2, if the proxy sends them: spans of the input, else NULL and 0. */
  const guint8 *alpn; /* the protocol that the client and the proxy agreed on by ALPN */
  gsize         alpn_length;
  const guint8 *authority; /* the host name that the client requested, in UTF-8 */
  gsize         authority_length;
} WsProxyHeader;

/* NEED_MORE consumes nothing. FAILED sets the static sentence *fault, as early as the bytes allow. */
WsParseResult ws_proxy_header_parse (WsProxyHeader *header,
                                     const guint8  *data,
                                     gsize          length,
                                     gsize         *consumed,
                                     const char   **fault);

G_END_DECLS

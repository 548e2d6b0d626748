/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-parse-private.h"

G_BEGIN_DECLS

/* The header of the PROXY protocol, versions 1 and 2, which a proxy sends in front of all bytes of a
 * client. HAProxy's proxy-protocol.txt, called "the specification" below. */

/* The longest header of version 2 that is read. The specification allows 64 KiB for what proxies add. */
#define WS_PROXY_HEADER_MAX_BYTES 4096

typedef enum
{
  WS_PROXY_FAMILY_NONE, /* no client: a health check of the proxy, or a protocol unknown to it */
  WS_PROXY_FAMILY_IPV4,
  WS_PROXY_FAMILY_IPV6,
  WS_PROXY_FAMILY_UNIX, /* a client on a Unix socket of the proxy's machine, without an address */
} WsProxyFamily;

/* An address in network byte order; the first four bytes for IPv4. */
typedef struct
{
  guint8  bytes[16];
  guint16 port;
} WsProxyAddress;

typedef struct
{
  WsProxyFamily  family;
  WsProxyAddress source;      /* the client; valid for IPv4 and IPv6 */
  WsProxyAddress destination; /* what it connected to; valid for IPv4 and IPv6 */

  /* Of version 2, where the proxy says so; spans of the input, else NULL and 0. */
  const guint8 *alpn; /* the protocol agreed on by ALPN with the proxy */
  gsize         alpn_length;
  const guint8 *authority; /* the host name that the client asked for, in UTF-8 */
  gsize         authority_length;
} WsProxyHeader;

/* NEED_MORE consumes nothing. FAILED sets *fault, a static sentence, as early as the bytes allow. */
WsParseResult ws_proxy_header_parse (WsProxyHeader *header,
                                     const guint8  *data,
                                     gsize          length,
                                     gsize         *consumed,
                                     const char   **fault);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-parse-private.h"

G_BEGIN_DECLS

/* What a client offers, read before TLS itself sees it, so that the certificate may be chosen at
 * leisure. RFC 8446 §4.1.2, RFC 5246 §7.4.1.2. Values of GREASE (RFC 8701) are left out. */
typedef struct
{
  guint16 legacy_version;       /* 0x0303 for TLS 1.2 */
  GArray *cipher_suites;        /* guint16, in the client's order; signals among them */
  GArray *signature_algorithms; /* guint16; empty without the extension */
  GArray *groups;               /* guint16; empty without the extension */
  GArray *versions;             /* guint16; legacy_version alone without the extension */
  GStrv   protocols;            /* ALPN; NULL without. RFC 7301 §3.1 */
  char   *server_name;          /* a host name in lower case, or NULL. RFC 6066 §3 */
  guint16 max_record_bytes;     /* of plain text, the longest record that the client takes */
} WsClientHello;

typedef enum
{
  WS_CLIENT_HELLO_FAULT_NONE,
  WS_CLIENT_HELLO_FAULT_NOT_TLS,
  WS_CLIENT_HELLO_FAULT_HTTP,     /* a request in plain text */
  WS_CLIENT_HELLO_FAULT_SSL2,     /* a hello of SSL 2.0 */
  WS_CLIENT_HELLO_FAULT_NO_HELLO, /* TLS, but something else comes first */
  WS_CLIENT_HELLO_FAULT_TOO_LONG,
  WS_CLIENT_HELLO_FAULT_MALFORMED,
} WsClientHelloFault;

/* Ceilings: of the message, and of all that is read for it, record headers included. Browsers send
 * 0.5 to 2 KiB. */
#define WS_CLIENT_HELLO_MAX_BYTES (32 * 1024)
#define WS_CLIENT_HELLO_MAX_STREAM_BYTES (64 * 1024)

/* Embedded in its owner. */
typedef struct
{
  WsClientHello hello;   /* valid once done */
  GByteArray   *bytes;   /* all that came, as it came: TLS will want it again */
  GByteArray   *message; /* the handshake message gathered from the records; NULL once done */
  /* in bytes: where the next record, or the rest of the open one, begins */
  gsize              offset;
  gsize              record_remaining; /* bytes of the open record not yet seen */
  WsClientHelloFault fault;
} WsClientHelloReader;

void ws_client_hello_reader_init (WsClientHelloReader *self);
/* Idempotent. */
void ws_client_hello_reader_clear (WsClientHelloReader *self);

/* Takes the next bytes, all of them. DONE and FAILED are final: feed no more. What follows the
 * message in the same bytes is kept in bytes. */
WsParseResult ws_client_hello_reader_feed (WsClientHelloReader *self,
                                           const guint8        *data,
                                           gsize                length);

/* A sentence for a fault. */
const char *ws_client_hello_fault_to_string (WsClientHelloFault fault);

/* The highest version offered that is at most TLS 1.3, or 0. */
guint16 ws_client_hello_get_version (const WsClientHello *self);

gboolean ws_client_hello_offers_suite (const WsClientHello *self,
                                       guint16              suite);

/* Registered names separated by commas, unknown values as 0xNNNN; free with g_free(). */
char *ws_client_hello_dup_cipher_suites (const WsClientHello *self);
char *ws_client_hello_dup_signature_algorithms (const WsClientHello *self);

G_END_DECLS

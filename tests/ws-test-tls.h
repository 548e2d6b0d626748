/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the tests of this process run over, from the environment variable WS_TEST_TLS. */
typedef enum
{
  WS_TEST_TLS_NONE,     /* unset or "": plain text */
  WS_TEST_TLS_1_2,      /* "1.2": the internal provider */
  WS_TEST_TLS_1_3,      /* "1.3": the same */
  WS_TEST_TLS_PLATFORM, /* "platform": TLS 1.3 with GIO's backend */
} WsTestTlsMode;

WsTestTlsMode ws_test_tls_get_mode (void);

/* Skips the test when it runs over TLS; returns whether it does. */
gboolean ws_test_tls_skip (const char *reason);

/* The client's end of TLS over a descriptor that it does not own, which need not be connected yet.
 * Nothing blocks; the certificate of the server is not looked at. The functions answer as recv()
 * and send() do: a number of bytes, 0 at the end, -1 with errno. */
typedef struct _WsTestTls WsTestTls;

WsTestTls *ws_test_tls_new (int fd);
void       ws_test_tls_free (WsTestTls *self);

/* One step of the handshake: 1 when it is over, 0 when the server has ended the stream, -1 with
 * EAGAIN, EPROTO after an alert or a fault of the protocol, or the errno of the socket. */
gssize   ws_test_tls_handshake (WsTestTls *self);
gboolean ws_test_tls_is_open (WsTestTls *self);

/* Both kinds of an end read as 0. */
gssize ws_test_tls_receive (WsTestTls *self,
                            gpointer   buffer,
                            gsize      size);
/* The stream has ended, and by close_notify. */
gboolean ws_test_tls_is_closed (WsTestTls *self);

/* Sends one record. It is sealed by the first call, which answers EAGAIN while the kernel has not
 * taken all of it; then it has to be called again with the same data in front. */
gssize ws_test_tls_send (WsTestTls    *self,
                         gconstpointer data,
                         gsize         length);
/* Moves sealed bytes into the kernel; FALSE while some are left. */
gboolean ws_test_tls_flush (WsTestTls *self);
void     ws_test_tls_send_close_notify (WsTestTls *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/protocol/ws-close-private.h"
#include "wsserver/protocol/ws-frame-private.h"

#include "ws-test-tls.h"
#include "ws-test-wait.h"

G_BEGIN_DECLS

/* A scripted client that lives in the thread and main context of the server under test and can
 * misbehave on purpose. It connects, sends exactly the bytes it is told to, and collects what
 * arrives. All waiting is for an event, under a deadline that fails the test. */
typedef struct
{
  GByteArray *input;  /* received and not yet taken by a test */
  GByteArray *output; /* not yet accepted by the kernel */
  WsTestTls  *tls;    /* NULL: plain text */
  GSource    *handshaker;
  GSource    *reader; /* NULL while the client does not read */
  GSource    *writer; /* NULL while nothing waits for the kernel */
  guint64     n_received_bytes;
  int         fd;            /* -1 after a reset or close */
  int         error_number;  /* errno of the failure that ended the connection, or 0 */
  gboolean    reading;       /* as the test has set it, also before TLS is open */
  gboolean    eof;           /* the server has ended the connection, or it failed */
  gboolean    answers_pings; /* set by a test: takes each ping as it comes and sends its pong */
  guint       n_answered_pings;
} WsTestClient;

/* Key and answer of RFC 6455 §1.3. */
#define WS_TEST_KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define WS_TEST_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

/* Header fields of a frame, each free to be wrong. All zero is a correct final masked frame in
 * the minimal length form. */
typedef struct
{
  guint8   opcode;
  guint8   reserved_bits; /* WS_FRAME_RSV1 | 2 | 3 */
  gboolean more;          /* FIN bit clear */
  gboolean unmasked;
  guint    length_form;    /* 7, 16 or 64 bits; 0: minimal */
  gboolean claims_length;  /* the header says claimed_length, whatever the payload's length */
  guint64  claimed_length; /* only with claims_length */
} WsTestFrameSpec;

typedef struct
{
  GBytes  *payload;
  WsOpcode opcode;
  guint8   reserved_bits;
  gboolean fin;
} WsTestFrame;

typedef struct
{
  GHashTable *headers; /* lower-case name -> value; repeated fields joined by ", " */
  GBytes     *body;
  char       *phrase;
  guint       status;
} WsTestResponse;

WsTestClient *ws_test_client_new (guint port);
WsTestClient *ws_test_client_new_for_address (GSocketAddress *address);
WsTestClient *ws_test_client_new_for_path (const char *path);
/* Sends these bytes before anything else, also before TLS; slowly: byte by byte. */
WsTestClient *ws_test_client_new_behind_proxy (GSocketAddress *address,
                                               const guint8   *header,
                                               gsize           length,
                                               gboolean        slowly);
void          ws_test_client_free (WsTestClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTestClient, ws_test_client_free)

/* The client's own port, as the server sees it. */
guint ws_test_client_get_port (WsTestClient *self);

void ws_test_client_set_reading (WsTestClient *self,
                                 gboolean      reading);
/* What is here, by the test itself while the client does not read; answers as recv() does. */
gssize ws_test_client_receive (WsTestClient *self,
                               gpointer      buffer,
                               gsize         size);
/* Ends the client's side; over TLS with close_notify, or as if the connection had been cut. */
void ws_test_client_half_close (WsTestClient *self);
void ws_test_client_truncate (WsTestClient *self);
void ws_test_client_reset (WsTestClient *self);
void ws_test_client_close (WsTestClient *self);

void ws_test_client_send (WsTestClient *self,
                          gconstpointer data,
                          gsize         length);
void ws_test_client_send_string (WsTestClient *self,
                                 const char   *string);
/* The pieces end at the given offsets, in rising order, and at the end; the server gets to see
 * each piece by itself. */
void ws_test_client_send_cut (WsTestClient *self,
                              gconstpointer data,
                              gsize         length,
                              const gsize  *cuts,
                              gsize         n_cuts);
void ws_test_client_send_slowly (WsTestClient *self,
                                 gconstpointer data,
                                 gsize         length);

/* A correct opening handshake; extra_headers are lines ended by CRLF, or NULL. */
char *ws_test_handshake (const char *target,
                         const char *extra_headers);
void  ws_test_client_send_handshake (WsTestClient *self,
                                     const char   *target,
                                     const char   *extra_headers);
/* Sends the handshake, waits for the response and asserts that it is a correct 101. */
void ws_test_client_open (WsTestClient *self,
                          const char   *target,
                          const char   *extra_headers);

GByteArray *ws_test_frame_build (WsTestFrameSpec spec,
                                 gconstpointer   payload,
                                 gsize           length);
void        ws_test_client_send_frame (WsTestClient   *self,
                                       WsTestFrameSpec spec,
                                       gconstpointer   payload,
                                       gsize           length);
void        ws_test_client_send_text (WsTestClient *self,
                                      const char   *text);
void        ws_test_client_send_binary (WsTestClient *self,
                                        gconstpointer payload,
                                        gsize         length);
void        ws_test_client_send_ping (WsTestClient *self,
                                      const char   *payload);
/* Code 1005 sends an empty payload. */
void ws_test_client_send_close (WsTestClient *self,
                                guint         code,
                                const char   *reason);

/* Each waits for what it returns or asserts; an end of the connection before that fails. */
WsTestResponse *ws_test_client_read_response (WsTestClient *self);
WsTestFrame    *ws_test_client_read_frame (WsTestClient *self);
GBytes         *ws_test_client_read_message (WsTestClient *self,
                                             WsOpcode     *opcode);
void            ws_test_client_assert_frame (WsTestClient *self,
                                             WsOpcode      opcode,
                                             gconstpointer payload,
                                             gsize         length);
void            ws_test_client_assert_text (WsTestClient *self,
                                            const char   *text);
/* reason NULL accepts any; it takes frames before the close frame only if they are none. */
void ws_test_client_assert_close (WsTestClient *self,
                                  guint         code,
                                  const char   *reason);
/* Waits for the end and asserts that nothing came before it. */
void ws_test_client_assert_eof (WsTestClient *self);

/* A complete frame that is here already, or NULL. */
WsTestFrame *ws_test_client_take_frame (WsTestClient *self);
void         ws_test_frame_free (WsTestFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTestFrame, ws_test_frame_free)

const char *ws_test_response_get (WsTestResponse *response,
                                  const char     *lower_case_name);
void        ws_test_response_free (WsTestResponse *response);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTestResponse, ws_test_response_free)

/* length bytes of a pattern that is valid text; free with g_free(). NUL-terminated. */
char *ws_test_pattern (gsize length);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/crypto.h>

#include "ws-test-tls-peer.h"

/* Records of an open TLS connection: alerts, new keys, empty, tiny and forged records, and the end. */

static WsTestIdentity *identity;

/* --- keys and the end --------------------------------------------------------------------------- */

static void
test_key_update (gconstpointer user_data)
{
  gboolean reads_late = GPOINTER_TO_INT (user_data);
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, "BufferMessage=True", NULL);
  WsTestTlsOptions options = { .priority = WS_TEST_TLS13 };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, &options);
  g_autofree char *pattern = ws_test_pattern (200000);

  g_test_summary ("Key updates of either side in the middle of messages lose and repeat no byte.");

  ws_test_server_config (server, "MaxFrameSize=1000000");
  if (reads_late)
    ws_test_tls_peer_set_reading (peer, FALSE);
  for (guint i = 0; i < 30; i++)
    {
      g_autoptr (GByteArray)
          frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_BINARY }, pattern, 150000 + i);

      ws_test_tls_peer_send (peer, frame->data, frame->len / 2);
      ws_test_settle ();
      if (i % 5 == 0) /* GnuTLS takes more than eight a second for an attack */
        g_assert_cmpint (gnutls_session_key_update (peer->session, GNUTLS_KU_PEER), ==, 0);
      ws_test_tls_peer_send (peer, frame->data + frame->len / 2, frame->len - frame->len / 2);
    }
  ws_test_settle ();
  ws_test_tls_peer_set_reading (peer, TRUE);
  for (guint i = 0; i < 30; i++)
    ws_test_tls_peer_assert_frame (peer, WS_OPCODE_BINARY, pattern, 150000 + i);
  ws_test_tls_peer_close_web_socket (peer);
  g_assert_true (peer->clean);
}

typedef enum
{
  END_CLOSE_NOTIFY,
  END_CLOSE_NOTIFY_AND_FIN,
  END_FIN,
  END_CLOSED,
  END_RESET,
  N_ENDS
} End;

static void
end_client (WsTestTlsPeer *peer,
            End            how)
{
  switch (how)
    {
    case END_CLOSE_NOTIFY:
      gnutls_bye (peer->session, GNUTLS_SHUT_WR);
      break;
    case END_CLOSE_NOTIFY_AND_FIN:
      gnutls_bye (peer->session, GNUTLS_SHUT_WR);
      ws_test_wait_until (peer->wire->len == 0);
      shutdown (peer->fd, SHUT_WR);
      break;
    case END_FIN:
      shutdown (peer->fd, SHUT_WR);
      break;
    case END_CLOSED:
      ws_test_tls_peer_close (peer);
      break;
    case END_RESET:
      ws_test_tls_peer_reset (peer);
      break;
    case N_ENDS:
    default:
      g_assert_not_reached ();
    }
}

static void
test_ends (gconstpointer user_data)
{
  const char *priority = user_data;

  g_test_summary ("A client that ends TLS without a close frame is 1006 and not an error; earlier messages are delivered.");

  for (guint i = 0; i < 3 * N_ENDS; i++)
    {
      g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
      WsTestTlsOptions options = { .priority = priority };
      g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, &options);
      End              how = i % N_ENDS;
      g_autofree char *pattern = ws_test_pattern (8000000);

      server->echo = FALSE;
      if (i / N_ENDS == 1)
        ws_test_tls_peer_send_text (peer, "last words");
      else if (i / N_ENDS == 2)
        {
          ws_test_tls_peer_set_reading (peer, FALSE);
          g_assert_true (ws_connection_send_text (ws_test_server_get (server, 1), pattern, NULL));
          ws_test_settle ();
        }
      end_client (peer, how);
      ws_test_server_wait_for (server, "disconnected #1 1006 ");
      if (i / N_ENDS == 1 && how != END_RESET)
        g_assert_cmpuint (ws_test_server_count (server, "data-in #1 text \"last words\" eom"), ==, 1);
      g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 0);
      g_assert_cmpuint (ws_test_server_get_n_clients (server), ==, 0);
    }
}

static void
test_close_frame_and_end (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  WsTestTlsOptions options = { .priority = user_data };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, &options);

  g_test_summary ("A close frame with the end of TLS right behind it is answered.");

  ws_test_tls_peer_send_frame (peer, WS_OPCODE_CLOSE, "\x03\xe8"
                                                      "bye",
                               5);
  end_client (peer, END_CLOSE_NOTIFY_AND_FIN);
  ws_test_tls_peer_assert_frame (peer, WS_OPCODE_CLOSE, "\x03\xe8", 2);
  ws_test_wait_until (peer->eof);
  g_assert_true (peer->clean);
  ws_test_server_wait_for (server, "disconnected #1 1000 \"bye\"");
}

static void
test_bad_record (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  WsTestTlsOptions options = { .priority = user_data };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, &options);
  guint8 record[5 + 64] = { 0x17, 3, 3, 0, 64 };

  g_test_summary ("A forged record ends the connection with bad_record_mac and error 284.");

  g_assert_cmpint (send (peer->fd, record, sizeof record, 0), ==, sizeof record);
  ws_test_wait_until (peer->eof);
  g_assert_cmpint (peer->alert, ==, GNUTLS_A_BAD_RECORD_MAC);
  ws_test_server_wait_for (server, "disconnected #1 1006 ");
  for (guint i = 0; i < server->events->len; i++)
    g_test_message ("%s", (const char *) server->events->pdata[i]);
  g_assert_cmpuint (ws_test_server_count (server, "error #1 284 [284] "), ==, 1);
}

/* --- empty records -------------------------------------------------------------------------------- */

/* Seals a record without content, with the keys of the session, whose suite has to be AES-128-GCM, and
 * sends it. GnuTLS itself sends none. */
static void
send_empty_record (WsTestTlsPeer *peer)
{
  gboolean                is_13 = gnutls_protocol_get_version (peer->session) == GNUTLS_TLS1_3;
  guint8                  explicit_nonce[8];
  guint8                  nonce[12];
  guint8                  record[64] = { 0x17, 3, 3, 0 };
  const guint8            inner_type = 0x17;
  guint8                  additional[13] = { 0 };
  gsize                   sealed_size = sizeof record - 5;
  gsize                   n_before = is_13 ? 0 : sizeof explicit_nonce;
  gnutls_datum_t          iv;
  gnutls_datum_t          key;
  guint8                  sequence[8];
  guint64                 number;
  gnutls_aead_cipher_hd_t cipher;

  g_assert_cmpint (gnutls_cipher_get (peer->session), ==, GNUTLS_CIPHER_AES_128_GCM);
  g_assert_cmpint (gnutls_record_get_state (peer->session, 0, NULL, &iv, &key, sequence), ==, 0);
  memcpy (explicit_nonce, sequence, sizeof explicit_nonce);
  memcpy (nonce, iv.data, MIN (iv.size, sizeof nonce));
  if (is_13) /* RFC 8446 §5.3 */
    for (guint i = 0; i < 8; i++)
      nonce[4 + i] ^= sequence[i];
  else /* RFC 5288 §3 */
    memcpy (nonce + 4, explicit_nonce, sizeof explicit_nonce);

  record[4] = (guint8) (n_before + (is_13 ? 1 : 0) + 16);
  memcpy (record + 5, explicit_nonce, n_before);
  if (is_13)
    memcpy (additional, record, 5);
  else
    {
      memcpy (additional, sequence, 8);
      memcpy (additional + 8, record, 3); /* and a length of 0 */
    }
  sealed_size -= n_before;
  g_assert_cmpint (gnutls_aead_cipher_init (&cipher, GNUTLS_CIPHER_AES_128_GCM, &key), ==, 0);
  g_assert_cmpint (gnutls_aead_cipher_encrypt (cipher, nonce, sizeof nonce, additional, is_13 ? 5 : 13, 16,
                                               &inner_type, is_13 ? 1 : 0, record + 5 + n_before,
                                               &sealed_size),
                   ==, 0);
  gnutls_aead_cipher_deinit (cipher);
  g_assert_cmpuint (n_before + sealed_size, ==, record[4]);
  g_assert_cmpint (send (peer->fd, record, 5 + record[4], MSG_NOSIGNAL), ==, 5 + record[4]);

  memcpy (&number, sequence, sizeof number);
  number = GUINT64_FROM_BE (number);
  number++;
  number = GUINT64_TO_BE (number);
  memcpy (sequence, &number, sizeof number);
  g_assert_cmpint (gnutls_record_set_state (peer->session, 0, sequence), ==, 0);
}

static void
test_empty_records (gconstpointer user_data)
{
  g_autofree char *priority = g_strconcat (user_data, ":-CIPHER-ALL:+AES-128-GCM", NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, NULL, NULL);
  WsTestTlsOptions options = { .priority = priority };
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new_open (server, &options);

  g_test_summary ("Empty records are ignored: RFC 5246 section 6.2.1, RFC 8446 section 5.1.");

  ws_test_wait_until (peer->wire->len == 0);
  for (guint i = 0; i < 3; i++)
    {
      send_empty_record (peer);
      ws_test_settle ();
      ws_test_tls_peer_assert_echo (peer, "hello");
    }
}

/* --- floods ------------------------------------------------------------------------------------- */

#define FLOOD_US (2 * G_USEC_PER_SEC)
#define MAX_ITERATION_US G_USEC_PER_SEC

typedef struct
{
  int (*send) (gnutls_session_t session); /* one record; negative ends the flood */
  const char   *priority;
  WsSslProvider provider;
} FloodCase;

/* A thread that sends while the server runs. */
typedef struct
{
  const FloodCase *flood;
  gnutls_session_t session;
  int              fd;
  guint            n_sent;
  gboolean         was_dropped;
  int              finished; /* atomic */
} Flood;

static int
send_alert (gnutls_session_t session)
{
  return gnutls_alert_send (session, GNUTLS_AL_WARNING, GNUTLS_A_USER_CANCELED);
}

static int
send_byte (gnutls_session_t session)
{
  return (int) gnutls_record_send (session, "x", 1);
}

static gssize
push_blocking_cb (gnutls_transport_ptr_t pointer,
                  const void            *data,
                  gsize                  length)
{
  Flood *flood = pointer;

  return send (flood->fd, data, length, MSG_NOSIGNAL);
}

static gpointer
flood_thread (gpointer user_data)
{
  Flood *self = user_data;
  gint64 end_us = g_get_monotonic_time () + FLOOD_US;

  while (g_get_monotonic_time () < end_us)
    {
      self->was_dropped = self->flood->send (self->session) < 0;
      if (self->was_dropped)
        break;
      self->n_sent++;
    }
  shutdown (self->fd, SHUT_WR);
  g_atomic_int_set (&self->finished, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

/* Lets the peer's socket block and hands its session to another thread. */
static GThread *
start_flood (Flood         *self,
             WsTestTlsPeer *peer)
{
  ws_test_tls_peer_set_reading (peer, FALSE);
  ws_test_wait_until (peer->wire->len == 0);
  self->session = peer->session;
  self->fd = peer->fd;
  g_assert_cmpint (fcntl (self->fd, F_SETFL, fcntl (self->fd, F_GETFL) & ~O_NONBLOCK), ==, 0);
  gnutls_transport_set_ptr2 (self->session, peer, self);
  gnutls_transport_set_push_function (self->session, push_blocking_cb);
  return g_thread_new ("flood", flood_thread, self);
}

static void
test_flood (gconstpointer user_data)
{
  /* The header of a binary frame of 1 GiB, of which the flood sends the first bytes. */
  static const char header[] = "\x82\xff\0\0\0\0\x40\0\0\0abcd";
  const FloodCase  *flood_case = user_data;
  Flood             flood = { .flood = flood_case };
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, "MaxMessageSize=2147483647", NULL);
  WsTestTlsOptions options = { .priority = flood_case->priority };
  g_autoptr (WsTestTlsPeer) peer = NULL;
  GThread *thread;
  gint64   longest_us = 0;

  g_test_summary ("A client that floods the server with records leaves the main loop time for others.");

  ws_server_shutdown (server->server);
  g_object_set (server->server, "ssl-provider", flood_case->provider, NULL);
  ws_test_server_listen (server);
  peer = ws_test_tls_peer_new_open (server, &options);
  if (flood_case->send == send_byte)
    ws_test_tls_peer_send (peer, header, sizeof header - 1);
  thread = start_flood (&flood, peer);
  while (!g_atomic_int_get (&flood.finished))
    {
      gint64 before_us = g_get_monotonic_time ();

      g_main_context_iteration (NULL, FALSE);
      longest_us = MAX (longest_us, g_get_monotonic_time () - before_us);
    }
  g_thread_join (thread);
  g_test_message ("%u records, longest iteration %" G_GINT64_FORMAT " ms", flood.n_sent, longest_us / 1000);
  /* A client that only sends alerts is dropped after a few of them, and its flood ends there. */
  if (!(flood.was_dropped && flood_case->send == send_alert))
    g_assert_cmpuint (flood.n_sent, >, 100);
  g_assert_cmpint (longest_us, <, MAX_ITERATION_US);
  ws_test_tls_peer_close (peer);
  ws_test_server_wait_for (server, "disconnected");
}

static const FloodCase alerts_12 = { send_alert, WS_TEST_TLS12, WS_SSL_PROVIDER_INTERNAL };
static const FloodCase alerts_13 = { send_alert, WS_TEST_TLS13, WS_SSL_PROVIDER_INTERNAL };
static const FloodCase alerts_platform = { send_alert, WS_TEST_TLS12, WS_SSL_PROVIDER_PLATFORM };
static const FloodCase tiny_12 = { send_byte, WS_TEST_TLS12, WS_SSL_PROVIDER_INTERNAL };
static const FloodCase tiny_13 = { send_byte, WS_TEST_TLS13, WS_SSL_PROVIDER_INTERNAL };
static const FloodCase tiny_platform = { send_byte, NULL, WS_SSL_PROVIDER_PLATFORM };

/* --- renegotiation ------------------------------------------------------------------------------ */

static void
note_renegotiation_cb (WsServer     *server,
                       WsConnection *connection,
                       const char   *message,
                       gboolean     *renegotiates)
{
  *renegotiates |= g_str_equal (message, "The client renegotiates");
}

static void
test_paused_renegotiation (void)
{
  gboolean renegotiates = FALSE;
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (identity, "SSLEnableRenegotiation=True", NULL);
  WsTestTlsOptions options = { .priority = WS_TEST_TLS12 ":%SAFE_RENEGOTIATION" };
  g_autoptr (WsTestTlsPeer) peer = NULL;
  WsConnection *connection;
  guint         n_iterations = 0;
  gint64        end_us;

  g_test_summary ("A paused connection with half a renegotiation and unread bytes does not keep the loop busy.");

  g_signal_connect (server->server, "ssl-status", G_CALLBACK (note_renegotiation_cb), &renegotiates);
  peer = ws_test_tls_peer_new_open (server, &options);
  connection = ws_test_server_get (server, 1);
  ws_test_tls_peer_set_reading (peer, FALSE);
  ws_test_tls_peer_renegotiate (peer);
  ws_test_wait_until (renegotiates);

  ws_connection_pause_data (connection, NULL);
  ws_connection_send_text (connection, "waits", NULL);
  /* The header of a record whose content never comes. */
  g_assert_cmpint (send (peer->fd, "\x17\x03\x03\x10\x00", 5, MSG_NOSIGNAL), ==, 5);
  end_us = g_get_monotonic_time () + 300 * 1000;
  while (g_get_monotonic_time () < end_us)
    {
      n_iterations += g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
  g_test_message ("%u iterations", n_iterations);
  g_assert_cmpuint (n_iterations, <, 20);
  ws_connection_process_data (connection, NULL);
}

static void
add_floods (void)
{
  g_test_add_data_func ("/integration/tls-records/flood/alerts/1.2", &alerts_12, test_flood);
  g_test_add_data_func ("/integration/tls-records/flood/alerts/1.3", &alerts_13, test_flood);
  g_test_add_data_func ("/integration/tls-records/flood/alerts/platform", &alerts_platform, test_flood);
  g_test_add_data_func ("/integration/tls-records/flood/tiny-records/1.2", &tiny_12, test_flood);
  g_test_add_data_func ("/integration/tls-records/flood/tiny-records/1.3", &tiny_13, test_flood);
  g_test_add_data_func ("/integration/tls-records/flood/tiny-records/platform", &tiny_platform, test_flood);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  identity = ws_test_identity_new ("server.example", WS_TEST_IDENTITY_SERVER, NULL);

  g_test_add_data_func ("/integration/tls-records/key-update/reading", GINT_TO_POINTER (FALSE),
                        test_key_update);
  g_test_add_data_func ("/integration/tls-records/key-update/reading-late", GINT_TO_POINTER (TRUE),
                        test_key_update);
  g_test_add_data_func ("/integration/tls-records/ends/1.2", WS_TEST_TLS12, test_ends);
  g_test_add_data_func ("/integration/tls-records/ends/1.3", WS_TEST_TLS13, test_ends);
  g_test_add_data_func ("/integration/tls-records/close-frame/1.2", WS_TEST_TLS12, test_close_frame_and_end);
  g_test_add_data_func ("/integration/tls-records/close-frame/1.3", WS_TEST_TLS13, test_close_frame_and_end);
  g_test_add_data_func ("/integration/tls-records/bad-record/1.2", WS_TEST_TLS12, test_bad_record);
  g_test_add_data_func ("/integration/tls-records/bad-record/1.3", WS_TEST_TLS13, test_bad_record);
  g_test_add_data_func ("/integration/tls-records/empty-records/1.2", WS_TEST_TLS12, test_empty_records);
  g_test_add_data_func ("/integration/tls-records/empty-records/1.3", WS_TEST_TLS13, test_empty_records);
  add_floods ();
  g_test_add_func ("/integration/tls-records/paused-renegotiation", test_paused_renegotiation);

  result = g_test_run ();
  ws_test_identity_free (identity);
  return result;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handlers that run the loop, peers that flood, and what changes while TLS is being spoken. */
#include "ws-test-server.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>

#include "tests/unit/tls-fixture.h"

static TestCertificate authority;
static TestCertificate first;
static TestCertificate second;
static TestCertificate client;
static TestCertificate odd; /* a client's, signed by nobody, with a name that does not print */

/* --- a client of GnuTLS that blocks, in a thread of its own ------------------------------------- */

typedef struct _Peer Peer;

typedef void (*PeerScript) (Peer *peer);

struct _Peer
{
  PeerScript             script;
  guint                  port;
  const char            *priority;    /* NULL: NORMAL */
  const TestCertificate *certificate; /* NULL: none */
  gnutls_session_t       session;
  int                    fd;
  int                    handshake_result;
  int                    read_result;
  char                   text[512];
  char                   subject[128]; /* of the server's certificate */
  int                    stop;         /* atomic: told by the test */
  int                    stage;        /* atomic: told by the script */
  int                    done;         /* atomic */
  GThread               *thread;
};

static int
peer_connect (guint port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) port) };
  struct timeval     patience = { .tv_sec = 20 };
  int                fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt (fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return fd;
}

static void
peer_note_subject (Peer *self)
{
  guint                 n_chain;
  const gnutls_datum_t *chain = gnutls_certificate_get_peers (self->session, &n_chain);
  gnutls_x509_crt_t     certificate;
  gsize                 size = sizeof self->subject;

  if (chain == NULL)
    return;

  gnutls_x509_crt_init (&certificate);
  gnutls_x509_crt_import (certificate, chain, GNUTLS_X509_FMT_DER);
  gnutls_x509_crt_get_dn (certificate, self->subject, &size);
  gnutls_x509_crt_deinit (certificate);
}

static gpointer
peer_thread (gpointer data)
{
  Peer                            *self = data;
  gnutls_certificate_credentials_t credentials = test_credentials_new (self->certificate);

  self->fd = peer_connect (self->port);
  gnutls_init (&self->session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL | GNUTLS_FORCE_CLIENT_CERT);
  gnutls_priority_set_direct (self->session, self->priority != NULL ? self->priority : "NORMAL", NULL);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_server_name_set (self->session, GNUTLS_NAME_DNS, "first.test", strlen ("first.test"));
  gnutls_transport_set_int (self->session, self->fd);

  do
    self->handshake_result = gnutls_handshake (self->session);
  while (self->handshake_result < 0 && !gnutls_error_is_fatal (self->handshake_result));
  if (self->handshake_result == 0)
    peer_note_subject (self);
  if (self->script != NULL)
    self->script (self);

  gnutls_deinit (self->session);
  gnutls_certificate_free_credentials (credentials);
  close (self->fd);
  g_atomic_int_set (&self->done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

static void
peer_start (Peer *self)
{
  self->thread = g_thread_new ("peer", peer_thread, self);
}

static void
peer_finish (Peer *self)
{
  ws_test_wait_until (g_atomic_int_get (&self->done));
  g_thread_join (self->thread);
}

static void
peer_run (Peer *self)
{
  peer_start (self);
  peer_finish (self);
}

static void
peer_reach (Peer *self,
            int   stage)
{
  g_atomic_int_set (&self->stage, stage);
  g_main_context_wakeup (NULL);
}

static void
peer_send (Peer       *self,
           const void *data,
           gsize       length)
{
  gssize n;

  do
    n = gnutls_record_send (self->session, data, length);
  while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
}

static void
peer_send_handshake (Peer *self)
{
  g_autofree char *request = ws_test_handshake ("/", NULL);

  peer_send (self, request, strlen (request));
}

static void
peer_send_text (Peer       *self,
                const char *text)
{
  g_autoptr (GByteArray)
      frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, text, strlen (text));

  peer_send (self, frame->data, frame->len);
}

/* Up to the first byte of a given text, or the end. */
static gboolean
peer_read_until (Peer       *self,
                 const char *end)
{
  gsize length = 0;

  memset (self->text, 0, sizeof self->text);
  while (length < sizeof self->text - 1)
    {
      gssize n = gnutls_record_recv (self->session, self->text + length, sizeof self->text - 1 - length);

      self->read_result = (int) n;
      if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
        continue;
      if (n <= 0)
        return FALSE;
      length += (gsize) n;
      if (g_strstr_len (self->text, (gssize) length, end) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* Opens a WebSocket, says hello and hears it again. */
static void
echo_script (Peer *self)
{
  if (self->handshake_result < 0)
    return;
  g_usleep (100 * 1000); /* so that it does not come with the end of the handshake */
  peer_send_handshake (self);
  if (!peer_read_until (self, "\r\n\r\n"))
    return;
  g_usleep (200 * 1000); /* so that the handlers below have returned */
  peer_send_text (self, "hello");
  if (peer_read_until (self, "hello"))
    peer_reach (self, 1);
}

/* --- the server ---------------------------------------------------------------------------------- */

static WsTestServer *
new_server (void)
{
  WsTestServer *server = ws_test_server_new ();
  g_autoptr (WsCertificate) certificate = test_certificate_to_object (&first);

  g_object_set (server->server, "use-ssl", TRUE, "ssl-cert", certificate, NULL);
  server->echo = TRUE;
  return server;
}

static void
iterate_for_ms (guint ms)
{
  gint64 end_us = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end_us)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
}

/* --- handlers that run the loop ------------------------------------------------------------------ */

static void
wait_for_open (WsConnection *connection)
{
  gint64 end_us = g_get_monotonic_time () + G_USEC_PER_SEC;

  while (!ws_connection_get_connected (connection) && g_get_monotonic_time () < end_us)
    g_main_context_iteration (NULL, FALSE);
}

static void
choose_and_iterate_cb (WsServer               *server,
                       WsConnection           *connection,
                       WsSslConnectionRequest *request,
                       WsCertificate          *certificate)
{
  ws_ssl_connection_request_set_certificate (request, certificate);
  ws_ssl_connection_request_defer (request);
  g_assert_true (ws_ssl_connection_request_complete (request));
  if (g_object_get_data (G_OBJECT (server), "until-open") != NULL)
    wait_for_open (connection);
  else
    for (guint i = 0; i < 3; i++)
      g_main_context_iteration (NULL, FALSE);
}

static void
test_decision_met_inside (gconstpointer until_open)
{
  g_autoptr (WsTestServer) server = new_server ();
  g_autoptr (WsCertificate) certificate = test_certificate_to_object (&second);
  Peer peer = { .script = echo_script };

  g_object_set_data (G_OBJECT (server->server), "until-open", (gpointer) until_open);
  g_signal_connect (server->server, "ssl-connection-request", G_CALLBACK (choose_and_iterate_cb),
                    certificate);
  ws_test_server_listen (server);
  peer.port = server->port;
  peer_run (&peer);

  g_assert_cmpint (peer.handshake_result, ==, 0);
  g_assert_cmpstr (peer.subject, ==, "CN=second.test");
  g_assert_cmpint (peer.stage, ==, 1);
  g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, 1);
}

static void
iterate_when_complete_cb (WsServer     *server,
                          WsConnection *connection,
                          const char   *message,
                          gpointer      user_data)
{
  if (g_str_has_prefix (message, "TLS handshake complete"))
    wait_for_open (connection);
}

static void
test_opened_inside_status (void)
{
  g_autoptr (WsTestServer) server = new_server ();
  Peer peer = { .script = echo_script };

  g_signal_connect (server->server, "ssl-status", G_CALLBACK (iterate_when_complete_cb), NULL);
  ws_test_server_listen (server);
  peer.port = server->port;
  peer_run (&peer);

  g_assert_cmpint (peer.stage, ==, 1);
  g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, 1);
  ws_test_server_wait_for (server, "disconnected");
}

static void
renew_in_log_cb (WsServer     *server,
                 WsConnection *connection,
                 int           level,
                 const char   *message,
                 const char   *type,
                 guint        *n_left)
{
  if (g_str_has_prefix (message, "TLS: ") && *n_left > 0)
    {
      g_autoptr (WsCertificate) certificate = test_certificate_to_object (&second);

      (*n_left)--;
      g_assert_true (ws_server_set_ssl_cert (server, certificate, NULL));
    }
}

static void
test_certificate_changed_by_log (void)
{
  g_autoptr (WsTestServer) server = new_server ();
  guint n_left = 1;

  g_signal_connect (server->server, "log", G_CALLBACK (renew_in_log_cb), &n_left);
  ws_test_server_listen (server);
  ws_test_server_config (server,
                         "SSLEnabledCipherSuites=TLS_AES_128_GCM_SHA256,TLS_NO_SUCH_ONE,TLS_NOR_THIS");
  g_assert_cmpuint (n_left, ==, 0);
}

/* --- peers --------------------------------------------------------------------------------------- */

/* Empty records are allowed: RFC 8446 §5.1. */
static void
empty_records_script (Peer *self)
{
  if (self->handshake_result < 0)
    return;
  peer_send_handshake (self);
  if (!peer_read_until (self, "\r\n\r\n"))
    return;
  peer_send (self, "", 0);
  peer_send_text (self, "hello");
  if (peer_read_until (self, "hello"))
    peer_reach (self, 1);
}

static void
test_empty_records (gconstpointer priority)
{
  g_autoptr (WsTestServer) server = new_server ();
  Peer peer = { .script = empty_records_script, .priority = priority };

  ws_test_server_listen (server);
  peer.port = server->port;
  peer_run (&peer);
  g_assert_cmpint (peer.stage, ==, 1);
}

static void
alert_flood_script (Peer *self)
{
  gint64 end_us = g_get_monotonic_time () + 2 * G_USEC_PER_SEC;

  if (self->handshake_result < 0)
    return;
  peer_send_handshake (self);
  if (!peer_read_until (self, "\r\n\r\n"))
    return;
  peer_reach (self, 1);
  while (g_get_monotonic_time () < end_us)
    if (gnutls_alert_send (self->session, GNUTLS_AL_WARNING, GNUTLS_A_USER_CANCELED) < 0)
      break;
}

/* A long frame, each byte of it in a record. */
static void
tiny_records_script (Peer *self)
{
  static const char header[] = "\x82\xff\0\0\0\0\x40\0\0\0abcd";
  gint64            end_us = g_get_monotonic_time () + 2 * G_USEC_PER_SEC;

  if (self->handshake_result < 0)
    return;
  peer_send_handshake (self);
  if (!peer_read_until (self, "\r\n\r\n"))
    return;
  peer_send (self, header, sizeof header - 1);
  while (g_get_monotonic_time () < end_us)
    if (gnutls_record_send (self->session, "x", 1) < 0)
      break;
}

typedef struct
{
  PeerScript    script;
  const char   *priority;
  WsSslProvider provider;
} Flood;

/* Others get their turns. */
static void
test_flood (gconstpointer data)
{
  const Flood *flood = data;
  g_autoptr (WsTestServer) server = new_server ();
  Peer   peer = { .script = flood->script, .priority = flood->priority };
  gint64 longest_us = 0;

  if (flood->provider == WS_SSL_PROVIDER_PLATFORM &&
      !g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_test_skip ("GIO has no TLS backend");
      return;
    }
  g_object_set (server->server, "ssl-provider", flood->provider, NULL);
  ws_test_server_config (server, "MaxMessageSize=2147483647");
  ws_test_server_listen (server);
  peer.port = server->port;
  peer_start (&peer);
  while (!g_atomic_int_get (&peer.done))
    {
      gint64 before_us = g_get_monotonic_time ();

      g_main_context_iteration (NULL, FALSE);
      longest_us = MAX (longest_us, g_get_monotonic_time () - before_us);
    }
  peer_finish (&peer);
  g_test_message ("longest turn %" G_GINT64_FORMAT " ms", longest_us / 1000);
  g_assert_cmpint (longest_us, <, G_USEC_PER_SEC);
  ws_test_server_wait_for (server, "disconnected");
}

static const Flood alerts_12 = { alert_flood_script, "NORMAL:-VERS-ALL:+VERS-TLS1.2",
                                 WS_SSL_PROVIDER_INTERNAL };
static const Flood alerts_13 = { alert_flood_script, "NORMAL:-VERS-ALL:+VERS-TLS1.3",
                                 WS_SSL_PROVIDER_INTERNAL };
static const Flood tiny_12 = { tiny_records_script, "NORMAL:-VERS-ALL:+VERS-TLS1.2",
                               WS_SSL_PROVIDER_INTERNAL };
static const Flood tiny_13 = { tiny_records_script, "NORMAL:-VERS-ALL:+VERS-TLS1.3",
                               WS_SSL_PROVIDER_INTERNAL };
static const Flood tiny_platform = { tiny_records_script, "NORMAL", WS_SSL_PROVIDER_PLATFORM };
static const Flood alerts_platform = { alert_flood_script, "NORMAL:-VERS-ALL:+VERS-TLS1.2",
                                       WS_SSL_PROVIDER_PLATFORM };

static void
test_odd_client_name (void)
{
  g_autoptr (WsTestServer) server = new_server ();
  g_autofree char *ca = test_certificate_to_pem (&authority);
  g_autofree char *setting = g_strdup_printf ("SSLClientCACerts=%s", ca);
  Peer             peer = { .script = echo_script, .certificate = &odd };

  ws_test_server_config (server, setting);
  g_object_set (server->server, "ssl-authenticate-clients", TRUE, NULL);
  ws_test_server_listen (server);
  peer.port = server->port;
  peer_run (&peer);
  ws_test_server_wait_for (server, "error");
  for (guint i = 0; i < server->events->len; i++)
    {
      const char *event = server->events->pdata[i];

      g_assert_true (g_utf8_validate (event, -1, NULL));
      g_assert_null (strchr (event, '\n'));
    }
}

/* The client has sent its request with the end of the handshake when it is refused. */
static void
request_at_once_script (Peer *self)
{
  if (self->handshake_result < 0)
    return;
  peer_send_handshake (self);
  peer_send_handshake (self);
  g_usleep (200 * 1000);
  peer_read_until (self, "\r\n\r\n");
}

static void
test_refusal_is_read (void)
{
  g_autoptr (WsTestServer) server = new_server ();
  Peer peer = { .script = request_at_once_script, .certificate = &odd };

  g_object_set (server->server, "ssl-authenticate-clients", TRUE, NULL);
  ws_test_server_listen (server);
  peer.port = server->port;
  peer_run (&peer);
  g_test_message ("handshake %d, read %d", peer.handshake_result, peer.read_result);
  g_assert_cmpint (peer.read_result, ==, GNUTLS_E_FATAL_ALERT_RECEIVED);
}

/* --- renewal and settings ------------------------------------------------------------------------ */

static char *
write_certificate (const TestCertificate *certificate,
                   const char            *directory,
                   const char            *name)
{
  g_autofree char *pem = test_certificate_to_pem (certificate);
  g_autofree char *text = NULL;
  char            *path = g_build_filename (directory, name, NULL);
  gnutls_datum_t   key;

  gnutls_x509_privkey_export2 (certificate->key, GNUTLS_X509_FMT_PEM, &key);
  text = g_strdup_printf ("%.*s%s", (int) key.size, (char *) key.data, pem);
  gnutls_free (key.data);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static WsCertificate *
open_certificate (const char *path)
{
  g_autoptr (GBytes) store = g_bytes_new (path, strlen (path));
  g_autoptr (GError) error = NULL;
  WsCertificate *certificate = ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PEM_KEY_FILE, store, "", "*",
                                                              NULL, &error);

  g_assert_no_error (error);
  return certificate;
}

static guint
count_logs (WsTestServer *server,
            const char   *part)
{
  guint n = 0;

  for (guint i = 0; i < server->logs->len; i++)
    n += strstr (server->logs->pdata[i], part) != NULL;
  return n;
}

/* Tools that renew write all files of a host at once. */
static void
test_two_files_renewed (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autofree char *directory = g_dir_make_tmp ("ws-XXXXXX", NULL);
  g_autofree char *path_1 = write_certificate (&first, directory, "1.pem");
  g_autofree char *path_2 = write_certificate (&second, directory, "2.pem");
  g_autoptr (WsCertificate) certificate_1 = open_certificate (path_1);
  g_autoptr (WsCertificate) certificate_2 = open_certificate (path_2);

  g_object_set (server->server, "use-ssl", TRUE, "ssl-cert", certificate_1, NULL);
  g_assert_true (ws_server_add_ssl_cert (server->server, certificate_2, NULL));
  ws_test_server_config (server, "SSLReloadCert=True");
  ws_test_server_listen (server);

  g_free (write_certificate (&second, directory, "1.pem"));
  iterate_for_ms (60);
  g_free (write_certificate (&first, directory, "2.pem"));
  ws_test_wait_until (count_logs (server, "1.pem") > 0 && count_logs (server, "2.pem") > 0);

  g_unlink (path_1);
  g_unlink (path_2);
  g_rmdir (directory);
}

static void
test_renewal_with_tls_switched_on (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autofree char *directory = g_dir_make_tmp ("ws-XXXXXX", NULL);
  g_autofree char *path = write_certificate (&first, directory, "1.pem");
  g_autoptr (WsCertificate) certificate = open_certificate (path);

  g_object_set (server->server, "ssl-cert", certificate, NULL);
  ws_test_server_config (server, "SSLReloadCert=True");
  ws_test_server_listen (server);
  g_assert_true (ws_server_set_use_ssl (server->server, TRUE, NULL));

  g_free (write_certificate (&second, directory, "1.pem"));
  ws_test_wait_until (count_logs (server, "1.pem") > 0);

  g_unlink (path);
  g_rmdir (directory);
}

static void
test_internal_api_refused (void)
{
  g_autoptr (WsTestServer) server = new_server ();
  g_autofree char *value = NULL;
  GError          *error = NULL;

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_test_skip ("GIO has no TLS backend");
      return;
    }
  g_assert_true (ws_server_set_ssl_provider (server->server, WS_SSL_PROVIDER_PLATFORM, NULL));
  ws_test_server_listen (server);
  ws_test_server_config (server, "SSLKeyLogFile=/nonexistent/keys");
  g_assert_null (ws_server_config (server->server, "UseInternalSecurityAPI=True", &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpint (ws_server_get_ssl_provider (server->server), ==, WS_SSL_PROVIDER_PLATFORM);
  value = ws_server_config (server->server, "UseInternalSecurityAPI", NULL);
  g_assert_cmpstr (value, ==, "False");
}

/* --- renegotiation ------------------------------------------------------------------------------- */

static void
half_renegotiation_script (Peer *self)
{
  if (self->handshake_result < 0)
    return;
  peer_send_handshake (self);
  if (!peer_read_until (self, "\r\n\r\n"))
    return;
  peer_reach (self, 1);
  while (g_atomic_int_get (&self->stop) == 0)
    g_usleep (1000);
  /* The ClientHello of a renegotiation; what answers it is not read. */
  gnutls_transport_set_int (self->session, self->fd);
  {
    int flags = fcntl (self->fd, F_GETFL);

    fcntl (self->fd, F_SETFL, flags | O_NONBLOCK);
    gnutls_handshake (self->session);
    fcntl (self->fd, F_SETFL, flags);
  }
  peer_reach (self, 2);
  while (g_atomic_int_get (&self->stop) == 1)
    g_usleep (1000);
  /* Bytes that nobody takes: the record of a heartbeat would do as well. */
  g_assert_cmpint (send (self->fd, "\x17\x03\x03\x10\x00", 5, MSG_NOSIGNAL), ==, 5);
  peer_reach (self, 3);
  while (g_atomic_int_get (&self->stop) == 2)
    g_usleep (1000);
}

static void
note_renegotiation_cb (WsServer     *server,
                       WsConnection *connection,
                       const char   *message,
                       gboolean     *renegotiates)
{
  g_test_message ("%s", message);
  *renegotiates |= g_str_equal (message, "The client renegotiates");
}

static void
test_paused_renegotiation (void)
{
  gboolean renegotiates = FALSE;
  g_autoptr (WsTestServer) server = new_server ();
  Peer          peer = { .script = half_renegotiation_script, .priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:%SAFE_RENEGOTIATION" };
  WsConnection *connection;
  guint         n_turns = 0;
  gint64        end_us;

  g_signal_connect (server->server, "ssl-status", G_CALLBACK (note_renegotiation_cb), &renegotiates);
  ws_test_server_config (server, "SSLEnableRenegotiation=True");
  ws_test_server_listen (server);
  peer.port = server->port;
  peer_start (&peer);
  ws_test_wait_until (g_atomic_int_get (&peer.stage) == 1);
  connection = ws_test_server_get (server, 1);
  g_atomic_int_set (&peer.stop, 1);
  ws_test_wait_until (g_atomic_int_get (&peer.stage) == 2);
  ws_test_wait_until (renegotiates);

  ws_connection_pause_data (connection, NULL);
  ws_connection_send_text (connection, "waits", NULL);
  g_atomic_int_set (&peer.stop, 2);
  ws_test_wait_until (g_atomic_int_get (&peer.stage) == 3);
  end_us = g_get_monotonic_time () + 300 * 1000;
  while (g_get_monotonic_time () < end_us)
    {
      n_turns += g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
  g_test_message ("%u turns", n_turns);
  g_assert_cmpuint (n_turns, <, 20);
  g_atomic_int_set (&peer.stop, 3);
  peer_finish (&peer);
  ws_connection_process_data (connection, NULL);
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  test_certificate_init (&authority, "authority", GNUTLS_PK_ECDSA, NULL, NULL);
  test_certificate_init (&first, "first.test", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER, &authority);
  test_certificate_init (&second, "second.test", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER, &authority);
  test_certificate_init (&client, "client", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT, &authority);
  test_certificate_init (&odd, "x\nError all is well\xff", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT, NULL);

  g_test_add_data_func ("/integration/tls-review/decision-met-inside/hello", NULL, test_decision_met_inside);
  g_test_add_data_func ("/integration/tls-review/decision-met-inside/open", "open", test_decision_met_inside);
  g_test_add_func ("/integration/tls-review/opened-inside-status", test_opened_inside_status);
  g_test_add_func ("/integration/tls-review/certificate-changed-by-log", test_certificate_changed_by_log);
  g_test_add_data_func ("/integration/tls-review/empty-records/1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.2",
                        test_empty_records);
  g_test_add_data_func ("/integration/tls-review/empty-records/1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.3",
                        test_empty_records);
  g_test_add_data_func ("/integration/tls-review/flood/alerts/1.2", &alerts_12, test_flood);
  g_test_add_data_func ("/integration/tls-review/flood/alerts/1.3", &alerts_13, test_flood);
  g_test_add_data_func ("/integration/tls-review/flood/alerts/platform", &alerts_platform, test_flood);
  g_test_add_data_func ("/integration/tls-review/flood/tiny-records/1.2", &tiny_12, test_flood);
  g_test_add_data_func ("/integration/tls-review/flood/tiny-records/1.3", &tiny_13, test_flood);
  g_test_add_data_func ("/integration/tls-review/flood/tiny-records/platform", &tiny_platform, test_flood);
  g_test_add_func ("/integration/tls-review/odd-client-name", test_odd_client_name);
  g_test_add_func ("/integration/tls-review/refusal-is-read", test_refusal_is_read);
  g_test_add_func ("/integration/tls-review/two-files-renewed", test_two_files_renewed);
  g_test_add_func ("/integration/tls-review/renewal-with-tls-switched-on", test_renewal_with_tls_switched_on);
  g_test_add_func ("/integration/tls-review/internal-api-refused", test_internal_api_refused);
  g_test_add_func ("/integration/tls-review/paused-renegotiation", test_paused_renegotiation);
  result = g_test_run ();

  test_certificate_clear (&authority);
  test_certificate_clear (&first);
  test_certificate_clear (&second);
  test_certificate_clear (&client);
  test_certificate_clear (&odd);
  return result;
}

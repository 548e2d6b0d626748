/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gnutls-pair.h"

#include "wsserver/tls/ws-tls-hello-private.h"
#include "wsserver/tls/ws-tls-version-private.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

static WsTlsInfo
get_info (Pair *pair)
{
  WsTlsInfo info;

  ws_tls_transport_get_info (pair->tls, &info);

  return info;
}

static void
test_versions (void)
{
  static const struct
  {
    const char *priority;
    const char *version;
    const char *suite;
  } cases[] = {
    { TLS13 ":-CIPHER-ALL:+AES-128-GCM", "TLSv1.3", "TLS_AES_128_GCM_SHA256" },
    { TLS13 ":-CIPHER-ALL:+CHACHA20-POLY1305", "TLSv1.3", "TLS_CHACHA20_POLY1305_SHA256" },
    { TLS13 ":-GROUP-ALL:+GROUP-FFDHE3072", "TLSv1.3", "TLS_AES_256_GCM_SHA384" },
    { TLS12 ":-KX-ALL:+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM", "TLSv1.2",
      "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" },
    { TLS12 ":-KX-ALL:+RSA:-CIPHER-ALL:+AES-128-GCM", "TLSv1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256" },
    { TLS12 ":-KX-ALL:+DHE-RSA:-CIPHER-ALL:+AES-128-GCM", "TLSv1.2", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256" },
  };
  g_autoptr (WsTlsContext) context = make_context (NULL, &rsa_server);

  g_test_summary ("Versions, suites and key exchanges, and what is known of them");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      WsTlsInfo info;
      Pair      pair;

      pair_init (&pair, context, cases[i].priority, NULL);
      pair_open (&pair);
      info = get_info (&pair);
      g_assert_cmpstr (ws_tls_version_get_name (info.version), ==, cases[i].version);
      g_assert_cmpstr (info.cipher_suite, ==, cases[i].suite);
      g_assert_cmpuint (info.cipher_bits, >=, 128);
      g_assert_cmpuint (info.key_exchange_bits, >=, 255);
      g_assert_cmpstr (pair.server_name, ==, "server.example");
      g_assert_nonnull (strstr (pair.story->str, "Received ClientHello: TLSv1."));
      g_assert_nonnull (strstr (pair.story->str, "TLS handshake complete"));
      g_assert_nonnull (strstr (pair.story->str, cases[i].suite));
      check_echo (&pair);
      pair_clear (&pair);
    }
}

static void
test_exact_suites (void)
{
  g_autoptr (WsTlsContext) context = NULL;
  WsTlsOptions options;
  Pair         pair;

  g_test_summary ("Of a product of algorithms only the named suites are used, for the key at hand");

  ws_tls_options_init (&options);
  options.cipher_suites = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
  context = make_context (&options, &rsa_server);

  pair_init (&pair, context, "NORMAL", NULL);
  pair_open (&pair);
  g_assert_cmpstr (get_info (&pair).cipher_suite, ==,
                   "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
  check_echo (&pair);
  pair_clear (&pair);

  pair_init (&pair, context, TLS12 ":-CIPHER-ALL:+AES-128-GCM", NULL);
  g_assert_cmpint (pair_fail (&pair), ==, GNUTLS_E_FATAL_ALERT_RECEIVED);
  g_assert_error (pair.error, WS_ERROR, WS_ERROR_HANDSHAKE);
  g_assert_cmpint (gnutls_alert_get (pair.client), ==, GNUTLS_A_HANDSHAKE_FAILURE);
  pair_clear (&pair);
}

/* Takes the tickets, which come with the first record in TLS 1.3. */
static void
get_session_data (Pair           *pair,
                  gnutls_datum_t *data)
{
  check_echo (pair);
  g_assert_cmpint (gnutls_session_get_data2 (pair->client, data), ==, 0);
}

static void
check_resumption (const char *priority,
                  gboolean    reuse)
{
  g_autoptr (WsTlsContext) context = NULL;
  g_autoptr (WsTlsContext) renewed = NULL;
  WsTlsOptions   options;
  gnutls_datum_t data;
  Pair           pair;

  ws_tls_options_init (&options);
  options.reuse_sessions = reuse;
  context = make_context (&options, &ecdsa_server);
  renewed = make_context (&options, &ecdsa_server);

  pair_init (&pair, context, priority, NULL);
  pair_open (&pair);
  g_assert_false (get_info (&pair).is_resumed);
  get_session_data (&pair, &data);
  pair_clear (&pair);

  for (guint i = 0; i < 2; i++)
    {
      gboolean resumes = reuse && i == 0;

      pair_init (&pair, i == 0 ? context : renewed, priority, NULL);
      gnutls_session_set_data (pair.client, data.data, data.size);
      pair_open (&pair);
      g_assert_cmpint (get_info (&pair).is_resumed, ==, resumes);
      g_assert_nonnull (strstr (pair.story->str, resumes ? "resumed session" : "new session"));
      check_echo (&pair);
      pair_clear (&pair);
    }
  gnutls_free (data.data);
}

static void
test_resumption (void)
{
  g_test_summary ("A ticket resumes at its context only, and only if sessions are reused");

  check_resumption (TLS13, TRUE);
  check_resumption (TLS12, TRUE);
  check_resumption (TLS13, FALSE);
  check_resumption (TLS12, FALSE);
}

/* Lets the client's bytes through one by one, and no more than limit of them; the count. */
static gsize
relay_handshake (Pair *pair,
                 int   inner_fd,
                 int   outer_fd,
                 gsize limit)
{
  gsize n_relayed = 0;

  for (guint i = 0;
       i < 100000 && n_relayed < limit && (pair->status == WS_IO_WOULD_BLOCK || !pair->client_open); i++)
    {
      char   buffer[4096];
      gssize n;

      pair_step (pair);
      n = recv (inner_fd, buffer, 1, 0);
      if (n == 1)
        {
          g_assert_cmpint (send (outer_fd, buffer, 1, 0), ==, 1);
          n_relayed++;
        }
      while ((n = recv (outer_fd, buffer, sizeof buffer, 0)) > 0)
        g_assert_cmpint (send (inner_fd, buffer, (gsize) n, 0), ==, n);
    }

  return n_relayed;
}

static gsize
check_relayed (WsTlsContext *context,
               const char   *priority,
               gsize         limit)
{
  int   fds[2];
  int   outer_fd;
  gsize n_relayed;
  Pair  pair;

  pair_init (&pair, context, priority, NULL);
  outer_fd = pair.client_fd;
  test_socket_pair (fds);
  pair.client_fd = fds[1];
  gnutls_transport_set_int (pair.client, fds[1]);

  n_relayed = relay_handshake (&pair, fds[0], outer_fd, limit);
  close (fds[0]);
  close (outer_fd);
  if (n_relayed < limit)
    g_assert_cmpint (pair.status, ==, WS_IO_OK);
  else if (pair.status == WS_IO_WOULD_BLOCK)
    {
      pair.status = ws_transport_handshake (pair.transport, &pair.error);
      if (pair.status == WS_IO_FAILED)
        g_assert_error (pair.error, WS_ERROR, WS_ERROR_CONNECTION_RESET);
    }
  g_assert_cmpuint (pair.n_hellos, <=, 1);
  pair_clear (&pair);

  return n_relayed;
}

static void
test_dribble (void)
{
  static const char *const priorities[] = { TLS12, TLS13 };
  g_autoptr (WsTlsContext) context = make_context (NULL, &ecdsa_server);

  g_test_summary ("A handshake byte by byte, and one that is dropped after each of its bytes");

  for (guint i = 0; i < 2; i++)
    {
      gsize length = check_relayed (context, priorities[i], G_MAXSIZE);

      g_assert_cmpuint (length, >, 200);
      for (gsize limit = 0; limit < length; limit++)
        check_relayed (context, priorities[i], limit);
    }
}

static void
check_client (const char            *priority,
              const TestCertificate *certificate,
              int                    verdict,
              const char            *status,
              int                    code)
{
  g_autofree char *pem = test_certificate_to_pem (&authority);
  g_autoptr (WsTlsContext) context = NULL;
  WsTlsOptions options;
  Pair         pair;

  ws_tls_options_init (&options);
  options.request_client_certificate = TRUE;
  options.use_system_trust = FALSE;
  options.client_ca_pem = pem;
  context = make_context (&options, &ecdsa_server);

  pair_init (&pair, context, priority, certificate);
  pair.verdict = verdict;
  if (code == 0)
    {
      gnutls_datum_t data;

      pair_open (&pair);
      get_session_data (&pair, &data);
      g_assert_cmpuint (pair.n_checks, ==, 1);
      g_assert_nonnull (strstr (pair.check_status, status));
      pair_clear (&pair);

      /* Resumed: asked again, of the ticket's certificate. */
      pair_init (&pair, context, priority, certificate);
      pair.verdict = verdict;
      gnutls_session_set_data (pair.client, data.data, data.size);
      gnutls_free (data.data);
      pair_open (&pair);
      g_assert_true (get_info (&pair).is_resumed);
      g_assert_true (pair.check_resumed);
    }
  else
    {
      g_assert_cmpint (pair_fail (&pair), ==, GNUTLS_E_FATAL_ALERT_RECEIVED);
      g_assert_error (pair.error, WS_ERROR, code);
    }
  g_assert_cmpuint (pair.n_checks, ==, 1);
  g_assert_nonnull (strstr (pair.check_status, status));
  pair_clear (&pair);
}

static void
test_client_certificates (void)
{
  static const char *const priorities[] = { TLS12, TLS13 };

  g_test_summary ("Client certificates: none, good and foreign, the application's word last; also resumed");

  for (guint i = 0; i < 2; i++)
    {
      check_client (priorities[i], &good_client, -1, "OK", 0);
      check_client (priorities[i], &good_client, 0, "OK", WS_ERROR_CERT_NOT_VERIFIED);
      check_client (priorities[i], &foreign_client, -1, "unknown", WS_ERROR_CERT_NOT_VERIFIED);
      check_client (priorities[i], &foreign_client, 1, "unknown", 0);
      check_client (priorities[i], NULL, -1, "no certificate", WS_ERROR_CLIENT_CERT_NOT_FOUND);
      check_client (priorities[i], NULL, 1, "no certificate", 0);
    }
}

static void
test_deferred_hello (void)
{
  g_autoptr (WsTlsContext) context = make_context (NULL, &ecdsa_server);
  gint64                until_us;
  guint                 n_certificates;
  guint8                der[4096];
  gsize                 der_size = sizeof der;
  const gnutls_datum_t *chain;
  Pair                  pair;

  g_test_summary ("A decision about the ClientHello that comes 50 ms later and brings another certificate");

  pair_init (&pair, context, "NORMAL", NULL);
  pair.defer = TRUE;
  pair.other_context = make_context (NULL, &other_server);
  for (until_us = g_get_monotonic_time () + 50000; g_get_monotonic_time () < until_us;)
    pair_step (&pair);
  g_assert_cmpuint (pair.n_hellos, ==, 1);
  g_assert_cmpint (pair.tls->state, ==, WS_TLS_STATE_DECIDING);
  g_assert_cmpuint (ws_transport_get_events (pair.transport, G_IO_IN | G_IO_OUT), ==, 0);

  ws_tls_transport_set_context (pair.tls, pair.other_context);
  ws_tls_hello_proceed (pair.tls);
  pair_open (&pair);
  chain = gnutls_certificate_get_peers (pair.client, &n_certificates);
  gnutls_x509_crt_export (other_server.certificate, GNUTLS_X509_FMT_DER, der, &der_size);
  g_assert_cmpmem (chain[0].data, chain[0].size, der, der_size);
  g_assert_cmpuint (pair.n_hellos, ==, 1);
  check_echo (&pair);
  pair_clear (&pair);

  pair_init (&pair, context, "NORMAL", NULL);
  pair.defer = TRUE;
  pair_step (&pair);
  ws_tls_hello_refuse (pair.tls, GNUTLS_A_UNRECOGNIZED_NAME, "no such host");
  g_assert_cmpint (pair_fail (&pair), ==, GNUTLS_E_FATAL_ALERT_RECEIVED);
  g_assert_cmpint (gnutls_alert_get (pair.client), ==, GNUTLS_A_UNRECOGNIZED_NAME);
  pair_clear (&pair);
}

static void
test_plain_http (void)
{
  g_autoptr (WsTlsContext) context = make_context (NULL, &ecdsa_server);
  static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  char              answer[1024] = "";
  Pair              pair;

  g_test_summary ("A plain-text request gets a readable 400 and the end of the stream");

  pair_init (&pair, context, "NORMAL", NULL);
  g_assert_cmpint (send (pair.client_fd, request, strlen (request), 0), ==, (int) strlen (request));
  g_assert_cmpint (ws_transport_handshake (pair.transport, &pair.error), ==, WS_IO_FAILED);
  g_assert_error (pair.error, WS_ERROR, WS_ERROR_HANDSHAKE);
  g_assert_nonnull (strstr (pair.error->message, "HTTP request in plain text"));
  g_assert_cmpint (recv (pair.client_fd, answer, sizeof answer - 1, 0), >, 100);
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 400 "));
  g_assert_true (g_str_has_suffix (answer, "in place of http or ws\n"));
  g_assert_cmpint (recv (pair.client_fd, answer, sizeof answer - 1, 0), ==, 0);
  pair_clear (&pair);
}

static void
test_key_log (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "ws-key-log-XXXXXX", NULL);
  g_autofree char *text = NULL;
  WsTlsOptions     options;
  struct stat      file;
  int              fd = g_mkstemp (path);

  g_test_summary ("The key log is made with 0600 and appended to");

  close (fd);
  g_unlink (path);
  ws_tls_options_init (&options);
  options.key_log_file = path;
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (WsTlsContext) context = make_context (&options, &ecdsa_server);
      Pair pair;

      pair_init (&pair, context, i == 0 ? TLS12 : TLS13, NULL);
      pair_open (&pair);
      pair_clear (&pair);
    }

  g_assert_cmpint (stat (path, &file), ==, 0);
  g_assert_cmpuint (file.st_mode & 0777, ==, 0600);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "CLIENT_RANDOM "));
  g_assert_nonnull (strstr (text, "\nSERVER_TRAFFIC_SECRET_0 "));
  g_unlink (path);
}

static void
test_drops (void)
{
  static const char *const priorities[] = { TLS12, TLS13 };
  g_autofree char         *pem = test_certificate_to_pem (&authority);
  g_autoptr (WsTlsContext) context = NULL;
  WsTlsOptions options;

  g_test_summary ("The transport is freed in each of the callbacks");

  ws_tls_options_init (&options);
  options.request_client_certificate = TRUE;
  options.use_system_trust = FALSE;
  options.client_ca_pem = pem;
  context = make_context (&options, &ecdsa_server);

  for (guint i = 0; i < 2; i++)
    for (int n = 0;; n++)
      {
        gboolean dropped;
        Pair     pair;

        pair_init (&pair, context, priorities[i], &good_client);
        ws_tls_transport_set_listener (pair.tls, &pair_listener, WS_TLS_REPORT_PACKETS, &pair);
        pair.drop_in = n;
        for (guint turn = 0;
             turn < 20 && pair.transport != NULL && (!pair.client_open || pair.status != WS_IO_OK); turn++)
          pair_step (&pair);

        dropped = pair.transport == NULL;
        pair_clear (&pair);
        if (!dropped)
          {
            g_assert_cmpint (n, >, 15);
            break;
          }
      }
}

static void
test_packet_log (void)
{
  g_autoptr (WsTlsContext) context = make_context (NULL, &ecdsa_server);
  Pair pair;

  g_test_summary ("LogSSLPackets reports what goes over the socket");

  pair_init (&pair, context, TLS13, NULL);
  ws_tls_transport_set_listener (pair.tls, &pair_listener, WS_TLS_REPORT_PACKETS, &pair);
  pair_open (&pair);
  g_assert_nonnull (strstr (pair.story->str, "Packet received, "));
  g_assert_nonnull (strstr (pair.story->str, "Packet sent, "));
  pair_clear (&pair);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  make_certificates ();

  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake/versions", test_versions);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake/exact-suites", test_exact_suites);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake/resumption", test_resumption);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake/dribble", test_dribble);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake/client-certificates", test_client_certificates);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake/deferred-hello", test_deferred_hello);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake/plain-http", test_plain_http);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake/key-log", test_key_log);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake/drops", test_drops);
  g_test_add_func ("/unit/tls-gnutls/gnutls-handshake/packet-log", test_packet_log);

  result = g_test_run ();
  clear_certificates ();

  return result;
}

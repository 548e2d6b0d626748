/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handshakes; what comes after is in test-tls-platform-stream.c. */
#include "gio-tls-fixture.h"

#include "wsserver/tls/ws-tls-version-private.h"

#include <poll.h>

static WsTlsInfo
get_info (Link *link)
{
  WsTlsInfo info;

  ws_tls_transport_get_info (WS_TLS_TRANSPORT (link->transport), &info);

  return info;
}

static void
check_version (const char *priority,
               const char *version,
               gboolean    has_key_exchange)
{
  g_autoptr (WsGioTlsContext) platform = make_gio_context (NULL, &rsa_server);
  GTlsConnection *connection;
  WsTlsInfo       info;
  guint           n_chain = 1;
  Link            link;

  link_init (&link, platform, priority, NULL);
  info = get_info (&link);
  g_assert_cmpuint (info.version, ==, 0);
  g_assert_null (info.cipher_suite);
  g_assert_cmpuint (ws_transport_get_events (link.transport, G_IO_OUT), ==, G_IO_IN);
  link_open (&link);

  g_assert_cmpuint (link.n_wakes, ==, 1);
  g_assert_cmpuint (link.n_checks, ==, 0);
  info = get_info (&link);
  g_assert_cmpstr (ws_tls_version_get_name (info.version), ==, version);
  g_assert_cmpstr (info.cipher_suite, ==,
                   gnutls_ciphersuite_get (link.client));
  g_assert_cmpstr (info.cipher, ==,
                   gnutls_cipher_get_name (gnutls_cipher_get (link.client)));
  g_assert_cmpuint (info.cipher_bits, ==,
                    8 * gnutls_cipher_get_key_size (gnutls_cipher_get (link.client)));
  g_assert_cmpstr (info.key_exchange, ==,
                   has_key_exchange ? "ECDHE-RSA" : NULL);
  g_assert_cmpstr (info.application_protocol, ==, "http/1.1");
  g_assert_null (ws_tls_transport_get_peer_chain (WS_TLS_TRANSPORT (link.transport), &n_chain));
  g_assert_cmpuint (n_chain, ==, 0);
  connection = WS_GIO_TLS_SESSION (link.transport)->connection;
  g_assert_true (G_IS_TLS_SERVER_CONNECTION (connection));
  g_assert_null (g_tls_connection_get_database (connection));

  g_assert_true (g_str_has_prefix (link.story->str, "Received ClientHello: TLSv1."));
  g_assert_nonnull (strstr (link.story->str, "\nTLS handshake started\nTLS handshake complete: TLSv1."));
  g_assert_nonnull (strstr (link.story->str, version));
  g_assert_nonnull (strstr (link.story->str, ", ALPN http/1.1\n"));
  g_assert_cmpuint (ws_transport_get_events (link.transport, G_IO_IN), ==, G_IO_IN);
  link_clear (&link);
  check_nothing_left ();
}

static void
test_versions (void)
{
  g_test_summary ("A handshake in each version, and what is told of it");

  check_version (TLS13, "TLSv1.3", FALSE);
  check_version (TLS12, "TLSv1.2", TRUE);
}

static void
check_options (guint       protocols,
               const char *suites,
               guint       bits,
               const char *priority,
               const char *text)
{
  g_autoptr (WsGioTlsContext) platform = NULL;
  WsTlsOptions options;
  guint8       byte;
  Link         link;

  ws_tls_options_init (&options);
  options.protocols = protocols;
  options.cipher_suites = suites;
  options.min_cipher_bits = bits;
  platform = make_gio_context (&options, &rsa_server);
  link_init (&link, platform, priority, NULL);

  if (text == NULL)
    {
      link_open (&link);
    }
  else
    {
      link_fail (&link);
      g_assert_error (link.error, WS_ERROR, WS_ERROR_HANDSHAKE);
      g_assert_nonnull (strstr (link.error->message, text));
      g_assert_true (g_str_has_prefix (link.error->message, "[276] TLS handshake: "));
      g_assert_cmpint (ws_transport_read (link.transport, &byte, 1, &(gsize){ 0 }, NULL), ==, WS_IO_FAILED);
      if (link.client_open)
        g_assert_cmpint (link_receive (&link, &byte, 1), ==, 0);
    }
  link_clear (&link);
  check_nothing_left ();
}

static void
test_not_enabled (void)
{
  const char *aes128 = TLS12 ":-CIPHER-ALL:+AES-128-GCM";

  g_test_summary ("Versions, suites and strengths that the settings do not enable");

  check_options (WS_TLS_PROTOCOL_TLS13, "*", 0, TLS12, "offers no version");
  check_options (WS_TLS_PROTOCOL_TLS12, "*", 0, "NORMAL", "TLSv1.3 was negotiated");
  check_options (WS_TLS_PROTOCOL_TLS12, "*", 0, TLS12, NULL);
  check_options (WS_DEFAULT_TLS_PROTOCOLS, "*", 256, aes128, "AES_128_GCM_SHA256 was negotiated");
  check_options (WS_DEFAULT_TLS_PROTOCOLS, "*", 128, aes128, NULL);
  check_options (WS_DEFAULT_TLS_PROTOCOLS, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 0, aes128, "was negotiated");
  check_options (WS_DEFAULT_TLS_PROTOCOLS, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0, aes128, NULL);
}

static void
check_client (const char            *priority,
              const TestCertificate *certificate,
              int                    verdict,
              int                    code,
              const char            *status)
{
  g_autofree char *pem = test_certificate_to_pem (&authority);
  g_autoptr (WsGioTlsContext) platform = NULL;
  WsTlsOptions options;
  guint        n_chain;
  guint8       byte;
  Link         link;

  ws_tls_options_init (&options);
  options.request_client_certificate = TRUE;
  options.client_ca_pem = pem;
  platform = make_gio_context (&options, &ecdsa_server);
  link_init (&link, platform, priority, certificate);
  link.verdict = verdict;

  if (code == 0)
    {
      const gnutls_datum_t *chain;

      link_open (&link);
      chain = ws_tls_transport_get_peer_chain (WS_TLS_TRANSPORT (link.transport), &n_chain);
      g_assert_cmpuint (n_chain, ==, certificate != NULL ? 1 : 0);
      g_assert_true ((chain != NULL) == (certificate != NULL));
    }
  else
    {
      link_fail (&link);
      g_assert_error (link.error, WS_ERROR, code);
      if (link.client_open)
        g_assert_cmpint (link_receive (&link, &byte, 1), <=, 0);
    }
  g_assert_cmpuint (link.n_checks, ==, 1);
  g_assert_cmpuint (link.check_n_chain, ==, certificate != NULL ? 1 : 0);
  g_assert_nonnull (strstr (link.check_status, status));
  link_clear (&link);
  check_nothing_left ();
}

static void
test_client_certificates (void)
{
  static const char *const priorities[] = { TLS12, TLS13 };

  g_test_summary ("A client with a good certificate, a foreign one and none; the application decides");

  for (guint i = 0; i < 2; i++)
    {
      check_client (priorities[i], &good_client, -1, 0, "OK");
      check_client (priorities[i], &good_client, FALSE, WS_ERROR_CERT_NOT_VERIFIED, "OK");
      check_client (priorities[i], &foreign_client, -1, WS_ERROR_CERT_NOT_VERIFIED, "issuer");
      check_client (priorities[i], &foreign_client, TRUE, 0, "issuer");
      check_client (priorities[i], NULL, -1, WS_ERROR_CLIENT_CERT_NOT_FOUND, "sent no certificate");
      check_client (priorities[i], NULL, TRUE, 0, "sent no certificate");
    }
}

static void
check_clear (const char *bytes,
             gsize       length,
             const char *answer,
             const char *text)
{
  g_autoptr (WsGioTlsContext) platform = make_gio_context (NULL, &ecdsa_server);
  char   buffer[512];
  gssize n;
  Link   link;

  link_init (&link, platform, TLS13, NULL);
  g_assert_cmpint (write (link.client_fd, bytes, length), ==, (gssize) length);
  link_shake (&link);
  g_assert_cmpint (link.status, ==, WS_IO_FAILED);
  g_assert_error (link.error, WS_ERROR, WS_ERROR_HANDSHAKE);
  g_assert_nonnull (strstr (link.error->message, text));
  g_clear_pointer (&link.transport, ws_transport_free);

  n = read (link.client_fd, buffer, sizeof buffer - 1);
  g_assert_cmpint (n, >=, (gssize) strlen (answer));
  buffer[n] = '\0';
  g_assert_true (g_str_has_prefix (buffer, answer));
  g_assert_cmpint (read (link.client_fd, buffer, 1), ==, 0);
  link_clear (&link);
}

static void
test_not_tls (void)
{
  g_test_summary ("Plain HTTP is answered in plain HTTP; other bytes are told");

  check_clear ("GET / HTTP/1.1\r\n\r\n", 18, "HTTP/1.1 400 Bad Request\r\n", "HTTP request in plain text");
  check_clear ("\x16\x03\x01\x00\x04\x01\xff\xff\xff", 9, "\x15\x03\x03", "too long");
  check_clear ("hello", 5, "", "does not speak TLS");
}

static void
test_peer_goes (void)
{
  g_autoptr (WsGioTlsContext) platform = make_gio_context (NULL, &ecdsa_server);

  g_test_summary ("The client goes before its ClientHello, in the middle of it, and after it");

  for (guint stage = 0; stage < 3; stage++)
    {
      Link link;

      link_init (&link, platform, TLS13, NULL);
      link_shake (&link);
      if (stage == 1)
        g_assert_cmpint (write (link.client_fd, "\x16\x03\x01", 3), ==, 3);
      else if (stage == 2)
        link_stall (&link);
      link_shake (&link);
      g_assert_cmpint (link.status, ==, WS_IO_WOULD_BLOCK);

      shutdown (link.client_fd, stage == 1 ? SHUT_WR : SHUT_RDWR);
      for (guint i = 0; i < MAX_TURNS && link.status == WS_IO_WOULD_BLOCK; i++)
        {
          link_shake (&link);
          run_turn ();
        }
      g_assert_cmpint (link.status, ==, WS_IO_FAILED);
      g_assert_error (link.error, WS_ERROR, WS_ERROR_CONNECTION_RESET);
      link_clear (&link);
      check_nothing_left ();
    }
}

static void
test_free (void)
{
  g_autofree char *pem = test_certificate_to_pem (&authority);
  g_autoptr (WsGioTlsContext) platform = NULL;
  WsTlsOptions options;

  g_test_summary ("The transport is freed while its handshake runs, and in each of its callbacks");

  ws_tls_options_init (&options);
  options.request_client_certificate = TRUE;
  options.client_ca_pem = pem;
  platform = make_gio_context (&options, &ecdsa_server);

  for (guint n_turns = 0; n_turns < 8; n_turns++)
    {
      Link link;

      link_init (&link, platform, TLS12, &good_client);
      for (guint i = 0; i < n_turns; i++)
        link_step (&link);
      link_clear (&link);
      check_nothing_left ();
    }

  /* hello, started, certificate (status and question), complete, wake */
  for (int n = 0; n < 6; n++)
    {
      Link link;

      link_init (&link, platform, n % 2 == 0 ? TLS12 : TLS13, &good_client);
      link.drop_in = n;
      for (guint i = 0; i < MAX_TURNS && link.transport != NULL; i++)
        link_step (&link);
      g_assert_null (link.transport);
      link_clear (&link);
      check_nothing_left ();
    }
}

#define N_STALLED 12

static gboolean
is_started (const Link *link)
{
  return strstr (link->story->str, "TLS handshake started") != NULL;
}

static void
test_stalled (void)
{
  g_autoptr (WsGioTlsContext) platform = make_gio_context (NULL, &ecdsa_server);
  Link links[N_STALLED];

  g_test_summary ("Of twelve clients that stall eight have a handshake; the others wait, first come, first served");

  for (guint i = 0; i < N_STALLED; i++)
    {
      link_init (&links[i], platform, TLS13, NULL);
      link_stall (&links[i]);
      g_assert_cmpuint (ws_transport_get_events (links[i].transport, G_IO_IN | G_IO_OUT), ==,
                        i < WS_HANDSHAKE_SLOTS ? 0 : POLLRDHUP);
    }
  for (guint i = 0; i < 20; i++)
    run_turn ();
  for (guint i = 0; i < N_STALLED; i++)
    g_assert_true (is_started (&links[i]) == (i < WS_HANDSHAKE_SLOTS));
  g_assert_null (WS_GIO_TLS_SESSION (links[8].transport)->connection);

  /* One that waits gives up, one that runs is dropped: the one behind them starts. */
  link_clear (&links[8]);
  link_clear (&links[3]);
  run_turn ();
  g_assert_true (is_started (&links[9]));
  g_assert_false (is_started (&links[10]));

  /* A client that goes while it waits is found out without a turn of its own. */
  shutdown (links[10].client_fd, SHUT_WR);
  link_shake (&links[10]);
  g_assert_error (links[10].error, WS_ERROR, WS_ERROR_CONNECTION_RESET);

  /* A handshake that ends makes room too. */
  link_open (&links[0]);
  link_open (&links[11]);

  for (guint i = 0; i < N_STALLED; i++)
    if (i != 8 && i != 3)
      link_clear (&links[i]);
  check_nothing_left ();
}

/* One that waits in another thread. */
static gpointer
serve_in_thread (gpointer user_data)
{
  WsGioTlsContext *platform = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  Link link;

  g_main_context_push_thread_default (context);
  link_init (&link, platform, TLS13, NULL);
  for (guint i = 0; i < MAX_TURNS && (link.status == WS_IO_WOULD_BLOCK || !link.client_open); i++)
    {
      if (!link.client_open)
        link.client_open = gnutls_handshake (link.client) == 0;
      link_shake (&link);
      if (strstr (link.story->str, "TLS handshake waits") != NULL)
        g_thread_yield ();
      g_main_context_iteration (context, FALSE);
      g_usleep (100);
    }
  g_assert_cmpint (link.status, ==, WS_IO_OK);
  g_assert_true (strstr (link.story->str, "TLS handshake waits") != NULL);
  link_clear (&link);
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (WsGioTlsContext) platform = make_gio_context (NULL, &ecdsa_server);
  Link     links[WS_HANDSHAKE_SLOTS];
  GThread *thread;

  g_test_summary ("The places are shared with servers in other threads");

  for (guint i = 0; i < WS_HANDSHAKE_SLOTS; i++)
    {
      link_init (&links[i], platform, TLS13, NULL);
      link_stall (&links[i]);
    }
  thread = g_thread_new ("server", serve_in_thread, platform);
  for (guint i = 0; i < 20; i++)
    run_turn ();
  for (guint i = 0; i < WS_HANDSHAKE_SLOTS; i++)
    link_clear (&links[i]);
  g_thread_join (thread);
  check_nothing_left ();
}

static void
check_refusal (const WsTlsOptions *options,
               WsCertificate      *certificate,
               int                 code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ws_gio_tls_context_new (options, certificate, NULL, &error));
  g_assert_error (error, WS_ERROR, code);
}

static void
test_options (void)
{
  g_autoptr (WsCertificate) own = test_certificate_to_object (&ecdsa_server);
  g_autoptr (WsCertificate) none = ws_certificate_new ();
  g_autoptr (WsCertificate) keyless = NULL;
  g_autofree char *pem = test_certificate_to_pem (&ecdsa_server);
  g_autoptr (GBytes) bytes = g_bytes_new (pem, strlen (pem));
  WsTlsOptions options;

  g_test_summary ("What cannot be served is refused with the code that says why");

  ws_tls_options_init (&options);
  keyless = ws_certificate_new_from_encoded (bytes, NULL);
  g_assert_nonnull (keyless);
  check_refusal (&options, none, WS_ERROR_SERVER_CERT_NOT_FOUND);
  check_refusal (&options, keyless, WS_ERROR_CREDENTIALS);

  options.protocols = 0;
  check_refusal (&options, own, WS_ERROR_TLS_LIBRARY);
  options.protocols = WS_DEFAULT_TLS_PROTOCOLS;
  options.cipher_suites = "TLS_KRB5_WITH_DES_CBC_SHA";
  check_refusal (&options, own, WS_ERROR_CREDENTIALS);
  options.cipher_suites = "*";
  options.request_client_certificate = TRUE;
  options.client_ca_pem = "no certificate";
  check_refusal (&options, own, WS_ERROR_CERT_STORE);
}

static void
test_chain (void)
{
  g_autofree char *pem = NULL;
  g_autoptr (WsCertificate) own = NULL;
  g_autoptr (WsGioTlsContext) platform = NULL;
  g_autoptr (GError) error = NULL;
  TestCertificate intermediate;
  TestCertificate leaf;
  WsTlsOptions    options;
  guint           n_chain;
  Link            link;

  g_test_summary ("SSLCACerts completes the chain that clients are shown");

  test_certificate_init (&intermediate, "Intermediate", GNUTLS_PK_ECDSA, NULL, &authority);
  test_certificate_init (&leaf, "server.example", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER, &intermediate);
  pem = test_certificate_to_pem (&intermediate);
  own = test_certificate_to_object (&leaf);
  ws_tls_options_init (&options);
  platform = ws_gio_tls_context_new (&options, own, pem, &error);
  g_assert_no_error (error);

  link_init (&link, platform, TLS13, NULL);
  link_open (&link);
  g_assert_nonnull (gnutls_certificate_get_peers (link.client, &n_chain));
  g_assert_cmpuint (n_chain, ==, 2);
  link_clear (&link);
  test_certificate_clear (&leaf);
  test_certificate_clear (&intermediate);
}

static void
test_no_backend (void)
{
  g_test_summary ("Without a TLS backend of GIO: 270");

  if (g_test_subprocess ())
    {
      g_autoptr (WsCertificate) own = test_certificate_to_object (&ecdsa_server);
      WsTlsOptions options;

      ws_tls_options_init (&options);
      check_refusal (&options, own, WS_ERROR_TLS_LIBRARY);
      return;
    }

  g_setenv ("GIO_USE_TLS", "dummy", TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_unsetenv ("GIO_USE_TLS");
  g_test_trap_assert_passed ();
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  make_certificates ();

  g_test_add_func ("/unit/tls-gio/gio-tls-context/new/no-backend", test_no_backend);
  if (g_test_subprocess () || g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_test_add_func ("/unit/tls-gio/gio-tls-context/new/options", test_options);
      g_test_add_func ("/unit/tls-gio/gio-tls-context/new/chain", test_chain);
      g_test_add_func ("/unit/tls-gio/gio-tls-context/handshake/versions", test_versions);
      g_test_add_func ("/unit/tls-gio/gio-tls-context/handshake/not-enabled", test_not_enabled);
      g_test_add_func ("/unit/tls-gio/gio-tls-context/handshake/client-certificates", test_client_certificates);
      g_test_add_func ("/unit/tls-gio/gio-tls-context/handshake/not-tls", test_not_tls);
      g_test_add_func ("/unit/tls-gio/gio-tls-context/handshake/peer-goes", test_peer_goes);
      g_test_add_func ("/unit/tls-gio/gio-tls-context/handshake/stalled", test_stalled);
      g_test_add_func ("/unit/tls-gio/gio-tls-context/handshake/threads", test_threads);
      g_test_add_func ("/unit/tls-gio/gio-tls-context/free/handshake", test_free);
    }

  result = g_test_run ();
  clear_certificates ();

  return result;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tls-fixture.h"

#include "wsserver/base/ws-error.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

static TestCertificate authority;
static TestCertificate foreign_authority;
static TestCertificate rsa_server;
static TestCertificate ecdsa_server;
static TestCertificate other_server;
static TestCertificate good_client;
static TestCertificate foreign_client;

/* Both ends of one connection. */
typedef struct
{
  WsTlsContext                    *context;
  WsTransport                     *transport;
  WsTlsSession                    *session; /* the transport's */
  gnutls_session_t                 client;
  gnutls_certificate_credentials_t client_credentials;
  int                              client_fd;
  gboolean                         client_open;
  GString                         *story;
  WsIOStatus                       status; /* of the server's last handshake step */
  GError                          *error;

  /* What the server's callbacks do. */
  gboolean      defer;
  guint         n_hellos;
  guint         n_checks;
  int           verdict; /* -1: as verified */
  char         *server_name;
  char         *check_status;
  gboolean      check_resumed;
  WsTlsContext *other_context;
} Pair;

static gboolean
client_hello_cb (WsTlsConnection     *connection,
                 const WsClientHello *hello,
                 gpointer             user_data)
{
  Pair *pair = user_data;

  pair->n_hellos++;
  g_free (pair->server_name);
  pair->server_name = g_strdup (hello->server_name);
  if (pair->other_context != NULL && !pair->defer)
    ws_tls_connection_set_context (connection, pair->other_context);

  return !pair->defer;
}

static gboolean
client_certificate_cb (WsTlsConnection              *connection,
                       const WsTlsClientCertificate *presented,
                       gpointer                      user_data)
{
  Pair *pair = user_data;

  pair->n_checks++;
  g_free (pair->check_status);
  pair->check_status = g_strdup (presented->status);
  pair->check_resumed = presented->resumed;

  return pair->verdict < 0 ? presented->flags == 0 : pair->verdict;
}

static void
status_cb (WsTlsConnection *connection,
           const char      *line,
           gpointer         user_data)
{
  Pair *pair = user_data;

  g_string_append_printf (pair->story, "%s\n", line);
}

static const WsTlsConnectionFuncs pair_funcs = { client_hello_cb, client_certificate_cb, status_cb };

static WsTlsContext *
make_context (const WsTlsOptions    *options,
              const TestCertificate *certificate)
{
  g_autoptr (GError) error = NULL;
  WsTlsOptions  defaults;
  WsTlsContext *context;

  if (options == NULL)
    {
      ws_tls_options_init (&defaults);
      options = &defaults;
    }
  context = ws_tls_context_new (options, test_credentials_new (certificate), &error);
  g_assert_no_error (error);

  return context;
}

static void
pair_init (Pair                  *self,
           WsTlsContext          *context,
           const char            *client_priority,
           const TestCertificate *client_certificate)
{
  int         fds[2];
  const char *position;

  *self = (Pair) { .verdict = -1, .story = g_string_new (NULL), .status = WS_IO_WOULD_BLOCK };
  test_socket_pair (fds);
  self->client_fd = fds[1];
  self->context = ws_tls_context_ref (context);
  self->transport = ws_tls_transport_new (fds[0], context);
  ws_tls_connection_set_funcs (ws_tls_transport_get_connection (self->transport), &pair_funcs, self);
  self->session = ws_tls_connection_get_session (ws_tls_transport_get_connection (self->transport));

  gnutls_init (&self->client, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  self->client_credentials = test_credentials_new (client_certificate);
  gnutls_credentials_set (self->client, GNUTLS_CRD_CERTIFICATE, self->client_credentials);
  g_assert_cmpint (gnutls_priority_set_direct (self->client, client_priority, &position), ==, 0);
  gnutls_server_name_set (self->client, GNUTLS_NAME_DNS, "server.example", strlen ("server.example"));
  gnutls_transport_set_int (self->client, self->client_fd);
}

static void
pair_clear (Pair *self)
{
  WsTlsConnection *connection = NULL;

  if (self->transport != NULL)
    {
      connection = g_object_ref (ws_tls_transport_get_connection (self->transport));
      ws_transport_free (self->transport);
      g_assert_finalize_object (connection);
    }
  gnutls_deinit (self->client);
  gnutls_certificate_free_credentials (self->client_credentials);
  if (self->client_fd >= 0)
    close (self->client_fd);
  g_clear_pointer (&self->other_context, ws_tls_context_unref);
  ws_tls_context_unref (self->context);
  g_string_free (self->story, TRUE);
  g_free (self->server_name);
  g_free (self->check_status);
  g_clear_error (&self->error);
}

/* One turn of both handshakes. */
static int
pair_step (Pair *self)
{
  int result = 0;

  if (!self->client_open)
    {
      result = gnutls_handshake (self->client);
      self->client_open = result == 0;
    }
  if (self->status == WS_IO_WOULD_BLOCK)
    self->status = ws_transport_handshake (self->transport, &self->error);

  return result;
}

static void
pair_open (Pair *self)
{
  for (guint i = 0; i < 200 && (self->status != WS_IO_OK || !self->client_open); i++)
    {
      int result = pair_step (self);

      g_assert_no_error (self->error);
      g_assert_false (gnutls_error_is_fatal (result));
    }
  g_assert_cmpint (self->status, ==, WS_IO_OK);
  g_assert_true (self->client_open);
}

/* Both handshakes as far as they go; the client's result. */
static int
pair_fail (Pair *self)
{
  int result = GNUTLS_E_AGAIN;

  for (guint i = 0; i < 200 && (self->status == WS_IO_WOULD_BLOCK || !gnutls_error_is_fatal (result)); i++)
    {
      char byte;

      result = pair_step (self);
      if (self->client_open)
        result = (int) gnutls_record_recv (self->client, &byte, 1);
    }
  g_assert_cmpint (self->status, ==, WS_IO_FAILED);
  g_assert_nonnull (self->error);

  return result;
}

static void
send_from_server (Pair       *self,
                  const char *text)
{
  struct iovec vectors[2] = { { (gpointer) text, 1 }, { (gpointer) (text + 1), strlen (text) - 1 } };
  gsize        n_written;

  g_assert_cmpint (ws_transport_writev (self->transport, vectors, 2, &n_written, NULL), ==, WS_IO_OK);
  g_assert_cmpuint (n_written, ==, strlen (text));
}

static void
check_echo (Pair *self)
{
  guint8 buffer[64];
  gsize  n_read = 0;

  g_assert_cmpint (gnutls_record_send (self->client, "question", 8), ==, 8);
  g_assert_cmpint (ws_transport_read (self->transport, buffer, sizeof buffer, &n_read, NULL), ==, WS_IO_OK);
  g_assert_cmpmem (buffer, n_read, "question", 8);
  g_assert_false (ws_transport_has_pending (self->transport));
  g_assert_cmpint (ws_transport_read (self->transport, buffer, sizeof buffer, &n_read, NULL), ==, WS_IO_WOULD_BLOCK);

  send_from_server (self, "answer");
  do
    n_read = (gsize) gnutls_record_recv (self->client, buffer, sizeof buffer);
  while ((gssize) n_read == GNUTLS_E_AGAIN);
  g_assert_cmpmem (buffer, n_read, "answer", 6);
}

#define TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"

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
    { TLS12 ":-KX-ALL:+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM", "TLSv1.2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" },
    { TLS12 ":-KX-ALL:+RSA:-CIPHER-ALL:+AES-128-GCM", "TLSv1.2", "TLS_RSA_WITH_AES_128_GCM_SHA256" },
    { TLS12 ":-KX-ALL:+DHE-RSA:-CIPHER-ALL:+AES-128-GCM", "TLSv1.2", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256" },
  };
  g_autoptr (WsTlsContext) context = make_context (NULL, &rsa_server);

  g_test_summary ("Versions, suites and key exchanges, and what is said of them");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Pair pair;

      pair_init (&pair, context, cases[i].priority, NULL);
      pair_open (&pair);
      g_assert_cmpstr (ws_tls_session_get_version (pair.session), ==, cases[i].version);
      g_assert_cmpstr (ws_tls_session_get_cipher_suite (pair.session), ==, cases[i].suite);
      g_assert_cmpuint (ws_tls_session_get_cipher_bits (pair.session), >=, 128);
      g_assert_cmpuint (ws_tls_session_get_key_exchange_bits (pair.session), >=, 255);
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
  g_assert_cmpstr (ws_tls_session_get_cipher_suite (pair.session), ==, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
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
  g_assert_false (ws_tls_session_is_resumed (pair.session));
  get_session_data (&pair, &data);
  pair_clear (&pair);

  for (guint i = 0; i < 2; i++)
    {
      gboolean resumes = reuse && i == 0;

      pair_init (&pair, i == 0 ? context : renewed, priority, NULL);
      gnutls_session_set_data (pair.client, data.data, data.size);
      pair_open (&pair);
      g_assert_cmpint (ws_tls_session_is_resumed (pair.session), ==, resumes);
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

static void
check_renegotiation (gboolean serve)
{
  g_autoptr (WsTlsContext) context = NULL;
  WsTlsOptions options;
  guint8       byte;
  gsize        n_read;
  int          result = GNUTLS_E_AGAIN;
  Pair         pair;

  ws_tls_options_init (&options);
  options.serve_renegotiation = serve;
  context = make_context (&options, &rsa_server);
  pair_init (&pair, context, TLS12, NULL);
  pair_open (&pair);

  for (guint i = 0; i < 100 && result == GNUTLS_E_AGAIN; i++)
    {
      result = gnutls_handshake (pair.client);
      g_assert_cmpint (ws_transport_read (pair.transport, &byte, 1, &n_read, &pair.error), !=, WS_IO_OK);
      g_assert_no_error (pair.error);
    }

  if (serve)
    {
      g_assert_cmpint (result, ==, 0);
      ws_transport_read (pair.transport, &byte, 1, &n_read, NULL);
      g_assert_cmpint (pair.session->state, ==, WS_TLS_STATE_OPEN);
    }
  else
    {
      g_assert_cmpint (result, ==, GNUTLS_E_WARNING_ALERT_RECEIVED);
      g_assert_cmpint (gnutls_alert_get (pair.client), ==, GNUTLS_A_NO_RENEGOTIATION);
      g_assert_nonnull (strstr (pair.story->str, "Refused to renegotiate"));
    }
  check_echo (&pair);
  pair_clear (&pair);
}

static void
test_renegotiation (void)
{
  g_test_summary ("A client of TLS 1.2 that renegotiates is refused, or served; data goes on");

  check_renegotiation (FALSE);
  check_renegotiation (TRUE);
}

#define TRANSFER_BYTES (3 * 1000 * 1000)

/* Both sides send a pattern and count what comes; the client reads little at a time. */
static void
check_transfer (const char *priority,
                gboolean    key_updates)
{
  g_autoptr (WsTlsContext) context = make_context (NULL, &ecdsa_server);
  g_autofree guint8 *sent = g_malloc (TRANSFER_BYTES);
  g_autofree guint8 *at_server = g_malloc (TRANSFER_BYTES);
  g_autofree guint8 *at_client = g_malloc (TRANSFER_BYTES);
  gsize from_server = 0, from_client = 0, to_server = 0, to_client = 0;
  guint n_turns = 0;
  Pair  pair;

  for (gsize i = 0; i < TRANSFER_BYTES; i++)
    sent[i] = (guint8) (i * 7 + i / 255);
  pair_init (&pair, context, priority, NULL);
  pair_open (&pair);

  while (to_server < TRANSFER_BYTES || to_client < TRANSFER_BYTES)
    {
      struct iovec vectors[2] = { { sent + from_server, MIN (10, TRANSFER_BYTES - from_server) },
                                  { sent + from_server + MIN (10, TRANSFER_BYTES - from_server),
                                    TRANSFER_BYTES - from_server - MIN (10, TRANSFER_BYTES - from_server) } };
      gsize        n = 0;
      gssize       result;

      g_assert_cmpuint (n_turns++, <, 100000);
      if (from_server < TRANSFER_BYTES &&
          ws_transport_writev (pair.transport, vectors, 2, &n, &pair.error) == WS_IO_OK)
        from_server += n;
      g_assert_no_error (pair.error);
      ws_transport_flush (pair.transport, NULL);
      if (ws_transport_read (pair.transport, at_server + to_server, MAX (TRANSFER_BYTES - to_server, 1), &n, &pair.error) == WS_IO_OK)
        to_server += n;
      g_assert_no_error (pair.error);

      /* GnuTLS takes eight in a second for an attack. */
      if (key_updates && n_turns % 16 == 0 && n_turns <= 6 * 16)
        gnutls_session_key_update (pair.client, GNUTLS_KU_PEER);
      if (from_client < TRANSFER_BYTES)
        {
          result = gnutls_record_send (pair.client, sent + from_client, MIN (16384, TRANSFER_BYTES - from_client));
          from_client += (gsize) MAX (result, 0);
        }
      result = gnutls_record_recv (pair.client, at_client + to_client, MIN (9000, TRANSFER_BYTES - to_client));
      to_client += (gsize) MAX (result, 0);
    }

  g_assert_cmpmem (at_server, to_server, sent, TRANSFER_BYTES);
  g_assert_cmpmem (at_client, to_client, sent, TRANSFER_BYTES);
  g_assert_cmpint (ws_transport_flush (pair.transport, NULL), ==, WS_IO_OK);
  pair_clear (&pair);
}

static void
test_transfer (void)
{
  g_test_summary ("3 MB in both directions at once with a slow reader");

  check_transfer (TLS13, FALSE);
  check_transfer (TLS12, FALSE);
}

static void
test_key_update (void)
{
  g_test_summary ("The client asks for new keys in the middle of a transfer");

  check_transfer (TLS13, TRUE);
}

static void
check_end (const char *priority,
           gboolean    close_notify,
           gboolean    required)
{
  g_autoptr (WsTlsContext) context = make_context (NULL, &ecdsa_server);
  guint8 byte;
  gsize  n_read;
  int    result = 1;
  Pair   pair;

  pair_init (&pair, context, priority, NULL);
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (ws_tls_transport_get_connection (pair.transport)), required);
  pair_open (&pair);

  g_assert_cmpint (gnutls_record_send (pair.client, "x", 1), ==, 1);
  if (close_notify)
    g_assert_cmpint (gnutls_bye (pair.client, GNUTLS_SHUT_WR), ==, 0);
  shutdown (pair.client_fd, SHUT_WR);

  /* Data first, then the end, each time it is asked for. */
  g_assert_cmpint (ws_transport_read (pair.transport, &byte, 1, &n_read, NULL), ==, WS_IO_OK);
  for (guint i = 0; i < 2; i++)
    {
      g_clear_error (&pair.error);
      g_assert_cmpint (ws_transport_read (pair.transport, &byte, 1, &n_read, &pair.error), ==,
                       close_notify || !required ? WS_IO_CLOSED : WS_IO_FAILED);
    }
  if (!close_notify && required)
    g_assert_error (pair.error, WS_ERROR, WS_ERROR_CONNECTION_RESET);

  if (close_notify)
    {
      send_from_server (&pair, "late");
      ws_transport_shutdown_write (pair.transport);
      for (guint i = 0; i < 20 && (result == 1 || result == GNUTLS_E_AGAIN); i++)
        result = (int) gnutls_record_recv (pair.client, &byte, 1);
      g_assert_cmpint (result, ==, 0);
    }
  pair_clear (&pair);
}

static void
test_ends (void)
{
  static const char *const priorities[] = { TLS12, TLS13 };

  g_test_summary ("The end with close_notify, half open, and without");

  for (guint i = 0; i < 2; i++)
    {
      check_end (priorities[i], TRUE, TRUE);
      check_end (priorities[i], FALSE, TRUE);
      check_end (priorities[i], FALSE, FALSE);
    }
}

/* Lets the client's bytes through one by one, and no more than limit of them; the count. */
static gsize
relay_handshake (Pair *pair,
                 int   inner_fd,
                 int   outer_fd,
                 gsize limit)
{
  gsize n_relayed = 0;

  for (guint i = 0; i < 100000 && n_relayed < limit && (pair->status == WS_IO_WOULD_BLOCK || !pair->client_open); i++)
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
      g_assert_true (ws_tls_session_is_resumed (pair.session));
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
  gint64       until_us;
  guint        n_certificates;
  guint8       der[4096];
  gsize        der_size = sizeof der;
  const gnutls_datum_t *chain;
  Pair         pair;

  g_test_summary ("A decision about the ClientHello that comes 50 ms later and brings another certificate");

  pair_init (&pair, context, "NORMAL", NULL);
  pair.defer = TRUE;
  pair.other_context = make_context (NULL, &other_server);
  for (until_us = g_get_monotonic_time () + 50000; g_get_monotonic_time () < until_us;)
    pair_step (&pair);
  g_assert_cmpuint (pair.n_hellos, ==, 1);
  g_assert_cmpint (pair.session->state, ==, WS_TLS_STATE_DECIDING);
  g_assert_cmpuint (ws_transport_get_events (pair.transport, G_IO_IN | G_IO_OUT), ==, 0);

  ws_tls_connection_set_context (ws_tls_transport_get_connection (pair.transport), pair.other_context);
  ws_tls_connection_proceed (ws_tls_transport_get_connection (pair.transport));
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
  ws_tls_connection_refuse (ws_tls_transport_get_connection (pair.transport), GNUTLS_A_UNRECOGNIZED_NAME, "no such host");
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
test_packet_log (void)
{
  g_autoptr (WsTlsContext) context = make_context (NULL, &ecdsa_server);
  Pair pair;

  g_test_summary ("LogSSLPackets tells of what goes over the socket");

  pair_init (&pair, context, TLS13, NULL);
  ws_tls_connection_set_log_packets (ws_tls_transport_get_connection (pair.transport), TRUE);
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
  test_certificate_init (&authority, "Authority", GNUTLS_PK_ECDSA, NULL, NULL);
  test_certificate_init (&foreign_authority, "Foreign authority", GNUTLS_PK_ECDSA, NULL, NULL);
  test_certificate_init (&rsa_server, "server.example", GNUTLS_PK_RSA, GNUTLS_KP_TLS_WWW_SERVER, &authority);
  test_certificate_init (&ecdsa_server, "server.example", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER, &authority);
  test_certificate_init (&other_server, "other.example", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER, &authority);
  test_certificate_init (&good_client, "client", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT, &authority);
  test_certificate_init (&foreign_client, "stranger", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT, &foreign_authority);

  g_test_add_func ("/tls-transport/handshake/versions", test_versions);
  g_test_add_func ("/tls-transport/handshake/exact-suites", test_exact_suites);
  g_test_add_func ("/tls-transport/handshake/resumption", test_resumption);
  g_test_add_func ("/tls-transport/handshake/dribble", test_dribble);
  g_test_add_func ("/tls-transport/handshake/client-certificates", test_client_certificates);
  g_test_add_func ("/tls-transport/handshake/deferred-hello", test_deferred_hello);
  g_test_add_func ("/tls-transport/handshake/plain-http", test_plain_http);
  g_test_add_func ("/tls-transport/handshake/key-log", test_key_log);
  g_test_add_func ("/tls-transport/handshake/packet-log", test_packet_log);
  g_test_add_func ("/tls-transport/read/renegotiation", test_renegotiation);
  g_test_add_func ("/tls-transport/read/ends", test_ends);
  g_test_add_func ("/tls-transport/writev/transfer", test_transfer);
  g_test_add_func ("/tls-transport/writev/key-update", test_key_update);

  result = g_test_run ();
  test_certificate_clear (&authority);
  test_certificate_clear (&foreign_authority);
  test_certificate_clear (&rsa_server);
  test_certificate_clear (&ecdsa_server);
  test_certificate_clear (&other_server);
  test_certificate_clear (&good_client);
  test_certificate_clear (&foreign_client);

  return result;
}

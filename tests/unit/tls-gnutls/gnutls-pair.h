/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tests/unit/tls-fixture.h"

#include "wsserver/base/ws-error.h"

/* One connection: the transport under test, and a client of bare GnuTLS. */

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
  WsTlsTransport                  *tls; /* the same */
  gnutls_session_t                 client;
  gnutls_certificate_credentials_t client_credentials;
  int                              client_fd;
  gboolean                         client_open;
  GString                         *story;
  WsIOStatus                       status; /* of the server's last handshake step */
  GError                          *error;

  /* What the server's callbacks do. */
  int           drop_in; /* callbacks until the transport is freed in one; negative: never */
  gboolean      defer;
  guint         n_hellos;
  guint         n_checks;
  int           verdict; /* -1: as verified */
  char         *server_name;
  char         *check_status;
  gboolean      check_resumed;
  WsTlsContext *other_context;
} Pair;

/* What an application may do in any callback. */
static void
drop_if_due (Pair *pair)
{
  if (pair->drop_in-- == 0)
    g_clear_pointer (&pair->transport, ws_transport_free);
}

static gboolean
client_hello_cb (WsTlsTransport      *transport,
                 const WsClientHello *hello,
                 gpointer             user_data)
{
  Pair *pair = user_data;

  drop_if_due (pair);
  pair->n_hellos++;
  g_free (pair->server_name);
  pair->server_name = g_strdup (hello->server_name);
  if (pair->other_context != NULL && !pair->defer)
    ws_tls_transport_set_context (transport, pair->other_context);

  return !pair->defer;
}

static gboolean
client_certificate_cb (WsTlsTransport               *transport,
                       const WsTlsClientCertificate *presented,
                       gpointer                      user_data)
{
  Pair *pair = user_data;

  drop_if_due (pair);
  pair->n_checks++;
  g_free (pair->check_status);
  pair->check_status = g_strdup (presented->status);
  pair->check_resumed = presented->resumed;

  return pair->verdict < 0 ? presented->flags == 0 : pair->verdict;
}

static void
status_cb (WsTlsTransport *transport,
           const char     *line,
           gpointer        user_data)
{
  Pair *pair = user_data;

  g_string_append_printf (pair->story, "%s\n", line);
  drop_if_due (pair);
}

static const WsTlsListener pair_listener = {
  .client_hello = client_hello_cb,
  .client_certificate = client_certificate_cb,
  .status = status_cb,
};

static G_GNUC_UNUSED WsTlsContext *
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
  context = ws_tls_context_new (options, test_credentials_new (certificate), NULL, NULL, &error);
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

  *self = (Pair){ .verdict = -1, .drop_in = -1, .story = g_string_new (NULL), .status = WS_IO_WOULD_BLOCK };
  test_socket_pair (fds);
  self->client_fd = fds[1];
  self->context = ws_tls_context_ref (context);
  self->transport = ws_gnutls_transport_new (fds[0], context);
  self->tls = WS_TLS_TRANSPORT (self->transport);
  ws_tls_transport_set_listener (self->tls, &pair_listener, WS_TLS_REPORT_STATUS, self);

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
  g_clear_pointer (&self->transport, ws_transport_free);
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
  if (self->status == WS_IO_WOULD_BLOCK && self->transport != NULL)
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
static G_GNUC_UNUSED int
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
  g_assert_cmpint (ws_transport_read (self->transport, buffer, sizeof buffer, &n_read, NULL), ==,
                   WS_IO_WOULD_BLOCK);

  send_from_server (self, "answer");
  do
    n_read = (gsize) gnutls_record_recv (self->client, buffer, sizeof buffer);
  while ((gssize) n_read == GNUTLS_E_AGAIN);
  g_assert_cmpmem (buffer, n_read, "answer", 6);
}

#define TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"

static G_GNUC_UNUSED void
make_certificates (void)
{
  test_certificate_init (&authority, "Authority", GNUTLS_PK_ECDSA, NULL, NULL);
  test_certificate_init (&foreign_authority, "Foreign authority", GNUTLS_PK_ECDSA, NULL, NULL);
  test_certificate_init (&rsa_server, "server.example", GNUTLS_PK_RSA, GNUTLS_KP_TLS_WWW_SERVER, &authority);
  test_certificate_init (&ecdsa_server, "server.example", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER,
                         &authority);
  test_certificate_init (&other_server, "other.example", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER,
                         &authority);
  test_certificate_init (&good_client, "client", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT, &authority);
  test_certificate_init (&foreign_client, "stranger", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT,
                         &foreign_authority);
}

static G_GNUC_UNUSED void
clear_certificates (void)
{
  test_certificate_clear (&authority);
  test_certificate_clear (&foreign_authority);
  test_certificate_clear (&rsa_server);
  test_certificate_clear (&ecdsa_server);
  test_certificate_clear (&other_server);
  test_certificate_clear (&good_client);
  test_certificate_clear (&foreign_client);
}

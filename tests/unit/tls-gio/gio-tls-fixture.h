/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tests/unit/tls-fixture.h"

#include "wsserver/base/ws-error.h"
#include "wsserver/tls-gio/ws-gio-tls-session-private.h"
#include "wsserver/tls-gio/ws-gio-tls-transport-private.h"

/* One connection over the platform's TLS, and a client of bare GnuTLS, in one thread with the
 * default main context. */

static TestCertificate authority;
static TestCertificate foreign_authority;
static TestCertificate rsa_server;
static TestCertificate ecdsa_server;
static TestCertificate good_client;
static TestCertificate foreign_client;

typedef struct
{
  WsTransport                     *transport;
  WsIOStatus                       status; /* of the last handshake step */
  GError                          *error;
  gnutls_session_t                 client;
  gnutls_certificate_credentials_t client_credentials;
  int                              client_fd;
  gboolean                         client_open;
  int                              client_result;
  GString                         *story;

  /* What the callbacks do and meet. */
  gboolean in_call; /* of the transport */
  int      drop_in; /* callbacks until the transport is freed in one; negative: never */
  int      verdict; /* -1: as verified */
  guint    n_checks;
  guint    n_wakes;
  guint    check_n_chain;
  char    *check_status;
} Link;

#define TLS13 "NORMAL:-VERS-ALL:+VERS-TLS1.3"
#define TLS12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"

static void
link_drop_if_due (Link *link)
{
  if (link->drop_in-- == 0)
    g_clear_pointer (&link->transport, ws_transport_free);
}

static gboolean
client_certificate_cb (WsTlsTransport               *transport,
                       const WsTlsClientCertificate *presented,
                       gpointer                      user_data)
{
  Link *link = user_data;

  g_assert_true (transport == WS_TLS_TRANSPORT (link->transport));
  link->n_checks++;
  link->check_n_chain = presented->n_chain;
  g_free (link->check_status);
  link->check_status = g_strdup (presented->status);
  link_drop_if_due (link);

  return link->verdict < 0 ? presented->flags == 0 : link->verdict;
}

static void
status_cb (WsTlsTransport *transport,
           const char     *line,
           gpointer        user_data)
{
  Link *link = user_data;

  g_assert_true (transport == WS_TLS_TRANSPORT (link->transport));
  g_string_append_printf (link->story, "%s\n", line);
  link_drop_if_due (link);
}

static void
wake_cb (WsTlsTransport *transport,
         gpointer        user_data)
{
  Link *link = user_data;

  g_assert_true (transport == WS_TLS_TRANSPORT (link->transport));
  g_assert_false (link->in_call);
  link->n_wakes++;
  link_drop_if_due (link);
}

static const WsTlsListener link_listener = {
  .client_certificate = client_certificate_cb,
  .status = status_cb,
  .wake = wake_cb,
};

static WsGioTlsContext *
make_gio_context (const WsTlsOptions    *options,
                  const TestCertificate *certificate)
{
  g_autoptr (WsCertificate) own = test_certificate_to_object (certificate);
  g_autoptr (GError) error = NULL;
  WsTlsOptions     defaults;
  WsGioTlsContext *context;

  if (options == NULL)
    {
      ws_tls_options_init (&defaults);
      options = &defaults;
    }
  context = ws_gio_tls_context_new (options, own, NULL, &error);
  g_assert_no_error (error);

  return context;
}

static void
link_init (Link                  *self,
           WsGioTlsContext       *context,
           const char            *client_priority,
           const TestCertificate *client_certificate)
{
  const gnutls_datum_t protocol = { (guint8 *) "http/1.1", 8 };
  int                  fds[2];
  const char          *position;

  *self = (Link){ .verdict = -1, .drop_in = -1, .story = g_string_new (NULL), .status = WS_IO_WOULD_BLOCK };
  test_socket_pair (fds);
  self->client_fd = fds[1];
  self->transport = ws_gio_tls_transport_new (fds[0], context, NULL);
  ws_tls_transport_set_listener (WS_TLS_TRANSPORT (self->transport), &link_listener, WS_TLS_REPORT_STATUS,
                                 self);

  gnutls_init (&self->client, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  self->client_credentials = test_credentials_new (client_certificate);
  gnutls_credentials_set (self->client, GNUTLS_CRD_CERTIFICATE, self->client_credentials);
  g_assert_cmpint (gnutls_priority_set_direct (self->client, client_priority, &position), ==, 0);
  gnutls_alpn_set_protocols (self->client, &protocol, 1, 0);
  gnutls_transport_set_int (self->client, self->client_fd);
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Lets the main context do what is due, and other threads proceed. */
static void
run_turn (void)
{
  guint tick = g_timeout_add (1, tick_cb, NULL);

  g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
}

static void
link_shake (Link *self)
{
  if (self->transport == NULL || self->status != WS_IO_WOULD_BLOCK)
    return;

  self->in_call = TRUE;
  self->status = ws_transport_handshake (self->transport, &self->error);
  self->in_call = FALSE;
}

/* One turn of both handshakes. */
static void
link_step (Link *self)
{
  if (!self->client_open && !gnutls_error_is_fatal (self->client_result))
    {
      self->client_result = gnutls_handshake (self->client);
      self->client_open = self->client_result == 0;
    }
  link_shake (self);
  run_turn ();
}

#define MAX_TURNS 20000

static void
link_open (Link *self)
{
  for (guint i = 0; i < MAX_TURNS && (self->status == WS_IO_WOULD_BLOCK || !self->client_open); i++)
    {
      link_step (self);
      g_assert_no_error (self->error);
      g_assert_false (gnutls_error_is_fatal (self->client_result));
    }
  g_assert_cmpint (self->status, ==, WS_IO_OK);
  g_assert_true (self->client_open);
}

static G_GNUC_UNUSED void
link_fail (Link *self)
{
  for (guint i = 0; i < MAX_TURNS && self->status == WS_IO_WOULD_BLOCK; i++)
    link_step (self);
  g_assert_cmpint (self->status, ==, WS_IO_FAILED);
  g_assert_nonnull (self->error);
}

/* Until the server's side of a stalled client is under way, or waits. */
static G_GNUC_UNUSED void
link_stall (Link *self)
{
  self->client_result = gnutls_handshake (self->client);
  g_assert_cmpint (self->client_result, ==, GNUTLS_E_AGAIN);
  for (guint i = 0; i < MAX_TURNS && self->story->len == 0; i++)
    link_shake (self);
  g_assert_cmpint (self->status, ==, WS_IO_WOULD_BLOCK);
}

/* What the client meets after its handshake: 0 for the end. */
static int
link_receive (Link *self,
              void *buffer,
              gsize size)
{
  int result = GNUTLS_E_AGAIN;

  for (guint i = 0; i < MAX_TURNS && result == GNUTLS_E_AGAIN; i++)
    {
      result = (int) gnutls_record_recv (self->client, buffer, size);
      if (self->transport != NULL)
        ws_transport_flush (self->transport, NULL);
    }

  return result;
}

static void
link_clear (Link *self)
{
  GWeakRef connection;

  g_weak_ref_init (&connection, self->transport != NULL
                                    ? WS_GIO_TLS_SESSION (self->transport)->connection
                                    : NULL);
  g_clear_pointer (&self->transport, ws_transport_free);

  /* GIO's thread may still have it. */
  for (guint i = 0; i < MAX_TURNS; i++)
    {
      g_autoptr (GObject) left = g_weak_ref_get (&connection);

      if (left == NULL)
        break;
      g_clear_object (&left);
      run_turn ();
    }
  g_assert_null (g_weak_ref_get (&connection));
  g_weak_ref_clear (&connection);

  gnutls_deinit (self->client);
  gnutls_certificate_free_credentials (self->client_credentials);
  if (self->client_fd >= 0)
    close (self->client_fd);
  g_string_free (self->story, TRUE);
  g_free (self->check_status);
  g_clear_error (&self->error);
}

static void
make_certificates (void)
{
  test_certificate_init (&authority, "Authority", GNUTLS_PK_ECDSA, NULL, NULL);
  test_certificate_init (&foreign_authority, "Foreign authority", GNUTLS_PK_ECDSA, NULL, NULL);
  test_certificate_init (&rsa_server, "server.example", GNUTLS_PK_RSA, GNUTLS_KP_TLS_WWW_SERVER, &authority);
  test_certificate_init (&ecdsa_server, "server.example", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_SERVER,
                         &authority);
  test_certificate_init (&good_client, "client", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT, &authority);
  test_certificate_init (&foreign_client, "stranger", GNUTLS_PK_ECDSA, GNUTLS_KP_TLS_WWW_CLIENT,
                         &foreign_authority);
}

static void
clear_certificates (void)
{
  test_certificate_clear (&authority);
  test_certificate_clear (&foreign_authority);
  test_certificate_clear (&rsa_server);
  test_certificate_clear (&ecdsa_server);
  test_certificate_clear (&good_client);
  test_certificate_clear (&foreign_client);
}

/* Every slot is free again, and GIO's threads have let go of everything. */
static void
check_nothing_left (void)
{
  WsHandshakeSlot slots[WS_HANDSHAKE_SLOTS] = { { NULL } };

  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint i = 0; i < WS_HANDSHAKE_SLOTS; i++)
    g_assert_true (ws_handshake_slot_acquire (&slots[i]));
  for (guint i = 0; i < WS_HANDSHAKE_SLOTS; i++)
    ws_handshake_slot_release (&slots[i]);
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "ws-test-server.h"

/* A client of bare GnuTLS in a thread of its own: opens a WebSocket, has "hi" echoed, and leaves. The
 * first part says what it does, the second what it has found; everything 0 is a client as others. */
typedef struct
{
  const char *priority;    /* NULL: NORMAL */
  const char *server_name; /* NULL: none */
  const char *certificate; /* sample with certificate and key, or path of such a file, or NULL */
  gboolean    rehandshakes;
  gboolean    keeps_session; /* for the next run of the same client */

  int      result; /* of GnuTLS, 0 for success */
  gboolean echoed;
  gboolean resumed;
  int      rehandshake; /* result */
  char     version[32];
  char     suite[96];
  char     group[32];
  char     signature[64];
  char     subject[256]; /* of the server */
  guint8   exporter[64]; /* the channel binding of RFC 9266 */
  gsize    exporter_length;
  guint    dh_bits;
  guint    n_certificates;

  gnutls_datum_t session;
  guint          port;
  int            finished; /* atomic */
} TlsClient;

#define TLS_CLIENT_TIMEOUT_MS 15000

static inline char *
get_sample_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "certificates", "files", name, NULL);
}

/* The server's own certificate and key of a sample in PEM. */
static inline WsCertificate *
open_sample (const char *name)
{
  g_autofree char *path = get_sample_path (name);
  g_autoptr (GBytes) store = g_bytes_new (path, strlen (path));
  g_autoptr (GError) error = NULL;
  WsCertificate *certificate;

  certificate = ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PEM_KEY_FILE, store, NULL, "*", NULL,
                                               &error);
  g_assert_no_error (error);
  return certificate;
}

static inline char *
read_sample (const char *name)
{
  g_autofree char *path = get_sample_path (name);
  char            *content;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  return content;
}

/* Writes a self-signed certificate with its key into a folder. */
static inline char *
write_self_signed (const char *folder,
                   const char *host_name)
{
  const char *const names[] = { host_name, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = ws_certificate_new_self_signed (names, 1, &error);
  g_autofree char *key = NULL;
  g_autofree char *content = NULL;
  char            *path = g_build_filename (folder, "self-signed.pem", NULL);

  g_assert_no_error (error);
  key = ws_certificate_get_private_key (certificate);
  content = g_strconcat (key, ws_certificate_get_encoded (certificate), NULL);
  g_file_set_contents (path, content, -1, &error);
  g_assert_no_error (error);
  return path;
}

static inline int
connect_to (guint port)
{
  struct sockaddr_in   address = { .sin_family = AF_INET, .sin_port = g_htons (port) };
  const struct timeval limit = { .tv_sec = TLS_CLIENT_TIMEOUT_MS / 1000 };
  int                  fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = g_htonl (INADDR_LOOPBACK);
  setsockopt (fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    g_error ("nobody listens on port %u", port);
  return fd;
}

static inline void
note_session (TlsClient       *client,
              gnutls_session_t session)
{
  g_autofree char      *suite = gnutls_session_get_desc (session);
  const gnutls_datum_t *peers = gnutls_certificate_get_peers (session, &client->n_certificates);
  gnutls_x509_crt_t     certificate;
  gnutls_datum_t        binding = { NULL, 0 };
  gsize                 size = sizeof client->subject;
  const char           *group = gnutls_group_get_name (gnutls_group_get (session));
  const char           *signature = gnutls_sign_get_name (
                (gnutls_sign_algorithm_t) gnutls_sign_algorithm_get (session));

  g_strlcpy (client->version, gnutls_protocol_get_name (gnutls_protocol_get_version (session)),
             sizeof client->version);
  g_strlcpy (client->suite, suite, sizeof client->suite);
  g_strlcpy (client->group, group != NULL ? group : "", sizeof client->group);
  g_strlcpy (client->signature, signature != NULL ? signature : "", sizeof client->signature);
  if (gnutls_session_channel_binding (session, GNUTLS_CB_TLS_EXPORTER, &binding) >= 0)
    {
      client->exporter_length = MIN (binding.size, sizeof client->exporter);
      memcpy (client->exporter, binding.data, client->exporter_length);
      gnutls_free (binding.data);
    }
  client->dh_bits = (guint) MAX (gnutls_dh_get_prime_bits (session), 0);
  client->resumed = gnutls_session_is_resumed (session) != 0;
  if (client->n_certificates == 0)
    return;

  gnutls_x509_crt_init (&certificate);
  gnutls_x509_crt_import (certificate, &peers[0], GNUTLS_X509_FMT_DER);
  gnutls_x509_crt_get_dn (certificate, client->subject, &size);
  gnutls_x509_crt_deinit (certificate);
}

/* Opens the WebSocket and has a text echoed. */
static inline gboolean
talk (gnutls_session_t session)
{
  static const guint8 frame[] = { 0x81, 0x82, 0, 0, 0, 0, 'h', 'i' };
  static const guint8 echo[] = { 0x81, 0x02, 'h', 'i' };
  g_autofree char    *request = ws_test_handshake ("/tls", NULL);
  g_autoptr (GString) answer = g_string_new (NULL);
  char buffer[16384];

  gnutls_record_send (session, request, strlen (request));
  gnutls_record_send (session, frame, sizeof frame);
  while (answer->len < sizeof echo ||
         memcmp (answer->str + answer->len - sizeof echo, echo, sizeof echo) != 0)
    {
      gssize n_read = gnutls_record_recv (session, buffer, sizeof buffer);

      /* A ticket of TLS 1.3 is no data. */
      if (n_read < 0 && !gnutls_error_is_fatal ((int) n_read))
        continue;
      if (n_read <= 0)
        return FALSE;
      g_string_append_len (answer, buffer, n_read);
    }
  return g_str_has_prefix (answer->str, "HTTP/1.1 101 ");
}

static inline void
run_session (TlsClient       *client,
             gnutls_session_t session)
{
  if (client->session.data != NULL)
    gnutls_session_set_data (session, client->session.data, client->session.size);
  if (client->server_name != NULL)
    gnutls_server_name_set (session, GNUTLS_NAME_DNS, client->server_name, strlen (client->server_name));
  gnutls_handshake_set_timeout (session, TLS_CLIENT_TIMEOUT_MS);
  do
    client->result = gnutls_handshake (session);
  while (client->result < 0 && !gnutls_error_is_fatal (client->result));
  if (client->result < 0)
    return;

  note_session (client, session);
  if (client->rehandshakes)
    client->rehandshake = gnutls_handshake (session);
  client->echoed = talk (session);
  if (client->session.data != NULL)
    gnutls_free (client->session.data);
  client->session.data = NULL;
  if (client->keeps_session)
    gnutls_session_get_data2 (session, &client->session);
  gnutls_bye (session, GNUTLS_SHUT_WR);
}

static inline gpointer
tls_client_thread (gpointer user_data)
{
  TlsClient                       *client = user_data;
  int                              fd = connect_to (client->port);
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t                 session;

  gnutls_certificate_allocate_credentials (&credentials);
  if (client->certificate != NULL)
    {
      g_autofree char *path = *client->certificate == '/' ? g_strdup (client->certificate)
                                                          : get_sample_path (client->certificate);

      g_assert_cmpint (gnutls_certificate_set_x509_key_file (credentials, path, path, GNUTLS_X509_FMT_PEM),
                       >=, 0);
    }
  gnutls_init (&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
  g_assert_cmpint (
      gnutls_priority_set_direct (session, client->priority != NULL ? client->priority : "NORMAL", NULL), ==,
      0);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int (session, fd);
  run_session (client, session);
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
  close (fd);
  g_atomic_int_set (&client->finished, 1);
  g_main_context_wakeup (NULL);
  return NULL;
}

/* Runs the client while the main loop serves it, until both sides have ended. */
static inline void
run_tls_client (WsTestServer *server,
                TlsClient    *client)
{
  GThread *thread;

  server->echo = TRUE;
  client->port = server->port;
  client->finished = 0;
  client->echoed = FALSE;
  thread = g_thread_new ("client", tls_client_thread, client);
  ws_test_wait_until (g_atomic_int_get (&client->finished));
  g_thread_join (thread);
  ws_test_wait_until (ws_test_server_get_n_clients (server) == 0);
  ws_test_settle ();
}

static inline void
assert_served (WsTestServer *server,
               TlsClient    *client)
{
  run_tls_client (server, client);
  g_assert_cmpstr (gnutls_strerror_name (client->result), ==, "GNUTLS_E_SUCCESS");
  g_assert_true (client->echoed);
}

/* A server that speaks TLS with a sample, or with NULL a self-signed certificate; settings as in
 * ws_test_server_new_listening(), or NULL. */
static inline WsTestServer *
new_tls_server (const char *sample,
                const char *setting,
                const char *other_setting)
{
  WsTestServer *server = ws_test_server_new ();
  g_autoptr (WsCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;

  certificate = sample != NULL ? open_sample (sample) : ws_certificate_new_self_signed (NULL, 1, &error);
  g_assert_no_error (error);
  ws_server_set_ssl_cert (server->server, certificate, &error);
  g_assert_no_error (error);
  ws_server_set_use_ssl (server->server, TRUE, &error);
  g_assert_no_error (error);
  if (setting != NULL)
    ws_test_server_config (server, setting);
  if (other_setting != NULL)
    ws_test_server_config (server, other_setting);
  ws_test_server_listen (server);
  return server;
}

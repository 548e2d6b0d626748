/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-session-cache-private.h"

#include <errno.h>
#include <string.h>

/* Keys that both sides know make a handshake cheap. */
#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+PSK:%NO_TICKETS"

/* One end of a connection in memory. */
typedef struct
{
  gnutls_session_t session;
  GByteArray      *in;
  GByteArray      *out;
} End;

static gnutls_psk_server_credentials_t server_key;
static gnutls_psk_client_credentials_t client_key;

static ssize_t
push_cb (gnutls_transport_ptr_t pointer,
         const void            *data,
         size_t                 length)
{
  End *self = pointer;

  g_byte_array_append (self->out, data, (guint) length);
  return (ssize_t) length;
}

static ssize_t
pull_cb (gnutls_transport_ptr_t pointer,
         void                  *data,
         size_t                 length)
{
  End  *self = pointer;
  guint n_bytes = (guint) MIN (length, self->in->len);

  if (n_bytes == 0)
    {
      gnutls_transport_set_errno (self->session, EAGAIN);
      return -1;
    }

  memcpy (data, self->in->data, n_bytes);
  g_byte_array_remove_range (self->in, 0, n_bytes);
  return n_bytes;
}

static int
psk_cb (gnutls_session_t session,
        const char      *username,
        gnutls_datum_t  *key)
{
  key->data = gnutls_malloc (4);
  key->size = 4;
  memcpy (key->data, "\x01\x02\x03\x04", 4);
  return 0;
}

static void
end_init (End        *self,
          GByteArray *in,
          GByteArray *out,
          guint       flags)
{
  *self = (End){ .in = in, .out = out };
  g_assert_cmpint (gnutls_init (&self->session, flags | GNUTLS_NONBLOCK), ==, 0);
  g_assert_cmpint (gnutls_priority_set_direct (self->session, PRIORITY, NULL), ==, 0);
  gnutls_transport_set_ptr (self->session, self);
  gnutls_transport_set_push_function (self->session, push_cb);
  gnutls_transport_set_pull_function (self->session, pull_cb);
}

static void
shake_hands (End *client,
             End *server)
{
  int client_result = GNUTLS_E_AGAIN;
  int server_result = GNUTLS_E_AGAIN;

  while (client_result != 0 || server_result != 0)
    {
      if (client_result != 0)
        client_result = gnutls_handshake (client->session);
      if (server_result != 0)
        server_result = gnutls_handshake (server->session);
      g_assert_true (client_result == 0 || client_result == GNUTLS_E_AGAIN);
      g_assert_true (server_result == 0 || server_result == GNUTLS_E_AGAIN);
    }
}

/* One connection. offered: a session to resume, or NULL. Returns whether it was resumed, and the session that
 * the client can resume later. */
static gboolean
run_connection (WsTlsSessionCache *cache,
                GBytes            *offered,
                GBytes           **session)
{
  g_autoptr (GByteArray) to_server = g_byte_array_new ();
  g_autoptr (GByteArray) to_client = g_byte_array_new ();
  End            client;
  End            server;
  gnutls_datum_t data;
  gboolean       resumed;

  end_init (&client, to_client, to_server, GNUTLS_CLIENT);
  end_init (&server, to_server, to_client, GNUTLS_SERVER);
  gnutls_credentials_set (client.session, GNUTLS_CRD_PSK, client_key);
  gnutls_credentials_set (server.session, GNUTLS_CRD_PSK, server_key);
  ws_tls_session_cache_enable (cache, server.session);
  if (offered != NULL)
    gnutls_session_set_data (client.session, g_bytes_get_data (offered, NULL), g_bytes_get_size (offered));
  shake_hands (&client, &server);

  resumed = gnutls_session_is_resumed (server.session) != 0;
  g_assert_cmpint (gnutls_session_is_resumed (client.session) != 0, ==, resumed);
  if (session != NULL)
    {
      g_assert_cmpint (gnutls_session_get_data2 (client.session, &data), ==, 0);
      *session = g_bytes_new (data.data, data.size);
      gnutls_free (data.data);
    }
  gnutls_deinit (client.session);
  gnutls_deinit (server.session);
  return resumed;
}

static void
test_resume (void)
{
  WsTlsSessionCache *cache = ws_tls_session_cache_new ();
  WsTlsSessionCache *other = ws_tls_session_cache_new ();
  g_autoptr (GBytes) session = NULL;

  g_test_summary ("A session resumes as often as its client likes, but only with the cache that has it.");

  g_assert_false (run_connection (cache, NULL, &session));
  for (guint i = 0; i < 3; i++)
    g_assert_true (run_connection (cache, session, NULL));
  g_assert_false (run_connection (other, session, NULL));

  ws_tls_session_cache_free (cache);
  ws_tls_session_cache_free (other);
}

static void
test_bound (void)
{
  WsTlsSessionCache *cache = ws_tls_session_cache_new ();
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) second = NULL;

  g_test_summary ("The oldest session makes room for a new one when the cache is full.");

  run_connection (cache, NULL, &first);
  run_connection (cache, NULL, &second);
  for (guint i = 2; i < WS_TLS_SESSION_CACHE_MAX_SESSIONS; i++)
    run_connection (cache, NULL, NULL);
  g_assert_true (run_connection (cache, first, NULL));

  run_connection (cache, NULL, NULL);
  g_assert_true (run_connection (cache, second, NULL));
  g_assert_false (run_connection (cache, first, NULL));

  ws_tls_session_cache_free (cache);
}

int
main (int   argc,
      char *argv[])
{
  const gnutls_datum_t key = { (guint8 *) "01020304", 8 };
  int                  result;

  g_test_init (&argc, &argv, NULL);
  gnutls_psk_allocate_server_credentials (&server_key);
  gnutls_psk_set_server_credentials_function (server_key, psk_cb);
  gnutls_psk_allocate_client_credentials (&client_key);
  gnutls_psk_set_client_credentials (client_key, "client", &key, GNUTLS_PSK_KEY_HEX);

  g_test_add_func ("/unit/tls/tls-session-cache/resume", test_resume);
  g_test_add_func ("/unit/tls/tls-session-cache/bound", test_bound);

  result = g_test_run ();
  gnutls_psk_free_server_credentials (server_key);
  gnutls_psk_free_client_credentials (client_key);
  return result;
}

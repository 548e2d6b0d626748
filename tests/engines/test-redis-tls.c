/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ws-test-broker.h"
#include "ws-test-wait.h"

#include <wsserver-engines/wsserver-engines.h>

#include <string.h>

typedef struct
{
  WsTestBroker *redis;
  GTlsDatabase *database; /* that trusts the server */
  guint16       plain_port;
} Fixture;

static GTlsDatabase *
write_certificate (const char *folder)
{
  const char *const names[] = { "localhost", "127.0.0.1", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = ws_certificate_new_self_signed (names, 30, &error);
  g_autofree char *pem = NULL;
  g_autofree char *key = NULL;
  g_autofree char *path = g_build_filename (folder, "server.pem", NULL);
  g_autofree char *key_path = g_build_filename (folder, "server.key", NULL);
  GTlsCertificate *tls_certificate = NULL;
  GTlsDatabase    *database;

  g_assert_no_error (error);
  g_object_get (certificate, "private-key", &key, "tls-certificate", &tls_certificate, NULL);
  g_object_get (tls_certificate, "certificate-pem", &pem, NULL);
  g_object_unref (tls_certificate);
  g_file_set_contents (path, pem, -1, &error);
  g_assert_no_error (error);
  g_file_set_contents (key_path, key, -1, &error);
  g_assert_no_error (error);
  database = g_tls_file_database_new (path, &error);
  g_assert_no_error (error);
  return database;
}

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  const guint16    port = ws_test_find_port ();
  char            *folder = g_dir_make_tmp ("ws-redis-XXXXXX", NULL);
  g_autofree char *line = NULL;
  char           **arguments = NULL;

  if (!ws_test_broker_is_there ("redis-server"))
    return;

  fixture->database = write_certificate (folder);
  fixture->plain_port = ws_test_find_port ();
  line = g_strdup_printf ("redis-server --port %u --tls-port %u --bind 127.0.0.1 --save '' --dir %s --tls-cert-file "
                          "server.pem --tls-key-file server.key --tls-auth-clients no",
                          fixture->plain_port, port, folder);
  g_assert_true (g_shell_parse_argv (line, NULL, &arguments, NULL));
  fixture->redis = ws_test_broker_new (port, folder, arguments);
  ws_test_broker_start (fixture->redis);
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  g_clear_pointer (&fixture->redis, ws_test_broker_free);
  g_clear_object (&fixture->database);
}

static WsTestRecord *
make_engine (const char   *host,
             guint16       port,
             GTlsDatabase *database,
             guint         ping_ms)
{
  g_autofree char *uri = g_strdup_printf ("rediss://%s:%u", host, port);
  WsRedisEngine   *engine = ws_redis_engine_new (uri);
  WsTestRecord    *record = ws_test_record_new (engine);

  g_object_set (engine, "tls-database", database, "max-retry-delay", 100, "ping-interval", ping_ms, NULL);
  ws_engine_start (WS_ENGINE (engine));
  return record;
}

static void
test_trusted (Fixture      *fixture,
              gconstpointer user_data)
{
  g_autoptr (WsTestRecord) record = NULL;
  g_autofree char *text = g_strnfill (1000 * 1000, 'x');
  g_autoptr (GBytes) data = g_bytes_new (text, 1000 * 1000);

  g_test_summary ("Messages pass through TLS.");
  if (fixture->redis == NULL)
    return;

  record = make_engine ("127.0.0.1", fixture->redis->port, fixture->database, 30000);
  g_assert_true (ws_engine_subscribe (WS_ENGINE (record->engine), "news", NULL));
  ws_test_wait_until (record->n_subscribed == 1);
  for (guint i = 0; i < 3; i++)
    {
      ws_test_wait_until (ws_engine_publish (WS_ENGINE (record->engine), "news", WS_DATA_FORMAT_TEXT, data,
                                             NULL));
      ws_test_wait_until (record->n_messages == i + 1);
    }
  ws_test_broker_kill (fixture->redis);
  ws_test_wait_until (ws_engine_get_state (WS_ENGINE (record->engine)) != WS_ENGINE_STATE_READY);
  ws_test_broker_start (fixture->redis);
  ws_test_wait_until (record->n_gaps == 1);
  ws_engine_stop (WS_ENGINE (record->engine));
}

static void
test_refused (Fixture      *fixture,
              gconstpointer user_data)
{
  g_autoptr (WsTestRecord) record = NULL;

  g_test_summary ("An unknown authority is a failure.");
  if (fixture->redis == NULL)
    return;

  record = make_engine ("127.0.0.1", fixture->redis->port, NULL, 30000);
  ws_test_wait_until (ws_engine_get_state (WS_ENGINE (record->engine)) == WS_ENGINE_STATE_FAILED);
  g_assert_cmpstr (record->seen->str, ==, "state 1\nstate 3\nerror 276\n");
  g_assert_nonnull (strstr (record->texts->str, "certificate"));
  ws_engine_stop (WS_ENGINE (record->engine));
}

static gboolean
mentions_tls (WsTestRecord *record)
{
  g_autofree char *last = NULL;

  g_object_get (record->engine, "last-error", &last, NULL);
  return last != NULL && strstr (last, "TLS") != NULL;
}

static void
test_plain (Fixture      *fixture,
            gconstpointer user_data)
{
  g_autoptr (WsTestRecord) record = NULL;

  g_test_summary ("A server without TLS, which says nothing to a ClientHello, is never used in plain text.");
  if (fixture->redis == NULL)
    return;

  record = make_engine ("127.0.0.1", fixture->plain_port, fixture->database, 1000);
  ws_test_wait_until (mentions_tls (record));
  g_assert_cmpstr (record->seen->str, ==, "state 1\n");
  ws_engine_stop (WS_ENGINE (record->engine));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/engines/redis-tls/trusted", Fixture, NULL, fixture_set_up, test_trusted, fixture_tear_down);
  g_test_add ("/engines/redis-tls/refused", Fixture, NULL, fixture_set_up, test_refused, fixture_tear_down);
  g_test_add ("/engines/redis-tls/plain", Fixture, NULL, fixture_set_up, test_plain, fixture_tear_down);

  return g_test_run ();
}

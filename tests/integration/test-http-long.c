/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "ws-test-server.h"

/* Pages that are longer than what the system buffers, and the time that a client has for them. */

typedef struct
{
  WsTestServer *server;
  char         *folder;
  char         *path; /* of the long file in it */
} Fixture;

static void
fixture_set_up (Fixture      *fixture,
                gconstpointer user_data)
{
  g_autoptr (GFile) folder = NULL;

  fixture->folder = g_dir_make_tmp ("ws-test-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "long.bin", NULL);
  fixture->server = ws_test_server_new_listening (user_data, NULL);
  folder = g_file_new_for_path (fixture->folder);
  g_assert_true (ws_server_serve_folder (fixture->server->server, "/", folder, NULL));
}

static void
fixture_tear_down (Fixture      *fixture,
                   gconstpointer user_data)
{
  ws_test_server_free (fixture->server);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
make_long_file (Fixture *fixture,
                gsize    length)
{
  int fd = open (fixture->path, O_WRONLY | O_CREAT, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (ftruncate (fd, (off_t) length), ==, 0);
  close (fd);
}

static void
test_long_file (Fixture      *fixture,
                gconstpointer user_data)
{
  const gsize length = 20 * 1024 * 1024;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("A long file arrives whole, and the next page behind it.");

  make_long_file (fixture, length);
  client = ws_test_server_connect (fixture->server);
  ws_test_client_send_string (client, "GET /long.bin HTTP/1.1\r\nHost: a\r\n\r\n"
                                      "GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (g_bytes_get_size (response->body), ==, length);
  g_clear_pointer (&response, ws_test_response_free);
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 404);
}

static void
test_truncated (Fixture      *fixture,
                gconstpointer user_data)
{
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("If a file becomes shorter while it is sent, the connection ends before the announced length.");

  make_long_file (fixture, 64 * 1024 * 1024);
  client = ws_test_server_connect (fixture->server);
  ws_test_client_send_string (client, "GET /long.bin HTTP/1.1\r\nHost: a\r\n\r\n");
  ws_test_wait_until (client->n_received_bytes > 0);
  g_assert_cmpint (truncate (fixture->path, 10), ==, 0);
  ws_test_wait_until (client->eof);
  g_assert_cmpuint (client->n_received_bytes, <, 64 * 1024 * 1024);
}

static void
test_client_leaves (Fixture      *fixture,
                    gconstpointer user_data)
{
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("A client that leaves amid a long file takes everything with it.");

  make_long_file (fixture, 64 * 1024 * 1024);
  client = ws_test_server_connect (fixture->server);
  ws_test_client_send_string (client, "GET /long.bin HTTP/1.1\r\nHost: a\r\n\r\n");
  ws_test_wait_until (client->n_received_bytes > 0);
  ws_test_client_reset (client);
  ws_test_wait_until (ws_test_server_get_n_clients (fixture->server) == 0);
}

/* Reads a part of a long page every tenth of a second. */
typedef struct
{
  WsTestClient *client;
  guint64       goal;
  guint         n_reads;
} SteadyReader;

#define STEADY_BYTES (256 * 1024)

static gboolean
read_on_cb (gpointer user_data)
{
  SteadyReader *reader = user_data;

  reader->n_reads++;
  reader->goal = reader->client->n_received_bytes + STEADY_BYTES;
  ws_test_client_set_reading (reader->client, TRUE);
  return G_SOURCE_CONTINUE;
}

static gboolean
is_read (SteadyReader *reader,
         gsize         length)
{
  if (reader->client->n_received_bytes >= reader->goal)
    ws_test_client_set_reading (reader->client, FALSE);
  return reader->client->n_received_bytes >= length || reader->client->eof;
}

static void
test_steady_reader (Fixture      *fixture,
                    gconstpointer user_data)
{
  const gsize length = 24 * 1024 * 1024;
  g_autoptr (WsTestClient) client = NULL;
  SteadyReader reader = { NULL, 0, 0 };
  guint        source;

  g_test_summary ("A client that reads a page steadily may take longer than HandshakeTimeout.");

  make_long_file (fixture, length);
  ws_test_server_config (fixture->server, "OutBufferSize=65536");
  client = ws_test_server_connect (fixture->server);
  reader.client = client;
  ws_test_client_send_string (client, "GET /long.bin HTTP/1.1\r\nHost: a\r\n\r\n");
  source = g_timeout_add (100, read_on_cb, &reader);
  ws_test_wait_until (is_read (&reader, length));
  g_source_remove (source);
  g_assert_cmpuint (client->n_received_bytes, >, length);
  g_assert_cmpuint (reader.n_reads, >, 20);
}

static void
test_stalled_reader (Fixture      *fixture,
                     gconstpointer user_data)
{
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("A client that stops reading a page is dropped after HandshakeTimeout.");

  make_long_file (fixture, 64 * 1024 * 1024);
  client = ws_test_server_connect (fixture->server);
  ws_test_client_send_string (client, "GET /long.bin HTTP/1.1\r\nHost: a\r\n\r\n");
  ws_test_wait_until (client->n_received_bytes > 0);
  ws_test_client_set_reading (client, FALSE);
  ws_test_wait_until (ws_test_server_get_n_clients (fixture->server) == 0);
}

#define ADD(path, setting, test) \
 g_test_add ("/integration/http-long/" path, Fixture, setting, fixture_set_up, test, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("whole", NULL, test_long_file);
  ADD ("truncated", NULL, test_truncated);
  ADD ("client-leaves", NULL, test_client_leaves);
  ADD ("steady-reader", "HandshakeTimeout=1", test_steady_reader);
  ADD ("stalled-reader", "HandshakeTimeout=1", test_stalled_reader);

  return g_test_run ();
}

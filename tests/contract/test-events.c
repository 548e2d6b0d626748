/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"

/* What fires when, and what the parameters of the events say. */

/* --- right after connecting ------------------------------------------------------------------ */

typedef struct
{
  gboolean loop_has_run;
  gboolean checked;
} Moment;

static gboolean
loop_runs_cb (gpointer user_data)
{
  Moment *moment = user_data;

  moment->loop_has_run = TRUE;
  return G_SOURCE_REMOVE;
}

static void
watch_loop_cb (WsServer     *server,
               WsConnection *connection,
               gpointer      user_data)
{
  g_idle_add_full (G_PRIORITY_HIGH, loop_runs_cb, user_data, NULL);
}

static void
check_ready_cb (WsServer     *server,
                WsConnection *connection,
                gpointer      user_data)
{
  Moment *moment = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_false (moment->loop_has_run);
  g_assert_true (ws_connection_get_connected (connection));
  g_assert_true (ws_connection_get_ready_to_send (connection));
  g_assert_true (ws_connection_send_text (connection, "welcome", &error));
  g_assert_no_error (error);
  moment->checked = TRUE;
}

static void
test_ready_at_once (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  Moment moment = { FALSE, FALSE };

  g_test_summary ("ready-to-send is emitted immediately after connected, with the property TRUE, and sending works.");

  g_signal_connect (server->server, "connected", G_CALLBACK (watch_loop_cb), &moment);
  g_signal_connect (server->server, "ready-to-send", G_CALLBACK (check_ready_cb), &moment);
  ws_test_client_open (client, "/", NULL);
  ws_test_client_assert_text (client, "welcome");
  ws_test_wait_until (moment.loop_has_run);
  g_assert_true (moment.checked);
  ws_test_server_assert_events (server, "connection-request 127.0.0.1", "web-socket-open-request #1 /", "connected #1",
                                "ready-to-send #1", NULL);
}

static void
test_ids (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_test_summary ("An id is never used again, also after its client has gone.");

  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (WsTestClient) client = ws_test_server_open (server);
      WsConnection *connection = ws_test_server_get (server, i + 1);

      g_assert_true (g_hash_table_add (ids, g_strdup (ws_connection_get_connection_id (connection))));
      ws_test_client_reset (client);
      ws_test_server_wait_for (server, "disconnected");
      g_assert_null (ws_server_get_connection (server->server, ws_connection_get_connection_id (connection)));
    }
}

/* --- the status of an open request ----------------------------------------------------------- */

static void
set_status_cb (WsServer      *server,
               WsConnection  *connection,
               WsOpenRequest *request,
               gpointer       user_data)
{
  ws_open_request_set_status_code (request, *(guint *) user_data);
}

static void
test_status_codes (void)
{
  static const guint statuses[] = { 200, 302, 400, 401, 403, 404, 429, 500, 503, 599 };

  g_test_summary ("Any HTTP status refuses; the connection then gets neither connected nor disconnected.");

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    {
      g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
      g_autoptr (WsTestClient) client = ws_test_server_connect (server);
      g_autoptr (WsTestResponse) response = NULL;
      guint status = statuses[i];

      g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (set_status_cb), &status);
      ws_test_client_send_handshake (client, "/", NULL);
      response = ws_test_client_read_response (client);
      g_assert_cmpuint (response->status, ==, status);
      ws_test_client_assert_eof (client);
      ws_test_client_close (client);
      ws_test_settle ();
      ws_test_server_assert_events (server, "connection-request 127.0.0.1", "web-socket-open-request #1 /",
                                    NULL);
    }
}

static void
select_strange_cb (WsServer      *server,
                   WsConnection  *connection,
                   WsOpenRequest *request,
                   gpointer       user_data)
{
  ws_open_request_set_sub_protocols (request, "not-offered");
}

static void
count_connection_error_cb (WsConnection *connection,
                           int           code,
                           const char   *description,
                           gpointer      user_data)
{
  WsTestServer *server = user_data;

  g_assert_cmpint (code, ==, WS_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (description, "not-offered"));
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 0);
  g_object_set_data (G_OBJECT (connection), "told", GINT_TO_POINTER (TRUE));
}

static void
watch_error_cb (WsServer      *server,
                WsConnection  *connection,
                WsOpenRequest *request,
                gpointer       user_data)
{
  g_signal_connect (connection, "error", G_CALLBACK (count_connection_error_cb), user_data);
}

static void
test_error (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);

  g_test_summary ("error has connection, code and description; the connection's own comes just before.");

  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (watch_error_cb), server);
  g_signal_connect (server->server, "web-socket-open-request", G_CALLBACK (select_strange_cb), NULL);
  ws_test_client_open (client, "/", "Sec-WebSocket-Protocol: chat\r\n");
  ws_test_server_wait_for (server, "error #1 10022 ");
  g_assert_true (GPOINTER_TO_INT (g_object_get_data (G_OBJECT (ws_test_server_get (server, 1)), "told")));
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 1);
}

/* --- disconnected ---------------------------------------------------------------------------- */

typedef struct
{
  guint       code;
  const char *description;
} Meaning;

/* The close codes that IPWorks WSServer lists. */
static const Meaning meanings[] = {
  { 1000, "normal closure" },
  { 1001, "going away" },
  { 1002, "protocol error" },
  { 1003, "unsupported data" },
  { 1007, "invalid payload data" },
  { 1008, "policy violation" },
  { 1009, "message too big" },
  { 1010, "mandatory extension missing" },
  { 1011, "internal error" },
};

static void
test_description_of_client (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);

  g_test_summary ("description is the client's reason; without one, what the code means, or nothing for a code of its own.");

  for (gsize i = 0; i <= G_N_ELEMENTS (meanings); i++)
    {
      Meaning meaning = i < G_N_ELEMENTS (meanings) ? meanings[i] : (Meaning){ 4001, "" };
      g_autoptr (WsTestClient) brief = ws_test_server_open (server);
      g_autoptr (WsTestClient) explicit = ws_test_server_open (server);
      guint            number = (guint) i * 2 + 1;
      g_autofree char *first = g_strdup_printf ("disconnected #%u %u \"%s\"", number, meaning.code,
                                                meaning.description);
      g_autofree char *second = g_strdup_printf ("disconnected #%u %u \"bye\"", number + 1, meaning.code);

      ws_test_server_forget (server);
      ws_test_client_send_close (brief, meaning.code, "");
      ws_test_server_wait_for (server, "disconnected");
      ws_test_client_send_close (explicit, meaning.code, "bye");
      ws_test_wait_until (server->events->len == 2);
      ws_test_server_assert_events (server, first, second, NULL);
    }
}

static void
disconnect_with (WsTestServer  *server,
                 const Meaning *meaning,
                 guint          number)
{
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  const char      *id = ws_connection_get_connection_id (ws_test_server_get (server, number));
  g_autofree char *event = NULL;
  g_autoptr (GError) error = NULL;

  event = g_strdup_printf ("disconnected #%u %u \"%s\"", number, meaning->code, meaning->description);
  g_assert_true (ws_server_disconnect_client (server->server, id, &error));
  g_assert_no_error (error);
  ws_test_client_assert_close (client, meaning->code, meaning->description);
  ws_test_client_send_close (client, meaning->code, NULL);
  ws_test_server_wait_for (server, event);
}

static void
test_description_of_server (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  const Meaning own = { 3456, "" };
  const Meaning explained = { 3456, "moved" };
  const Meaning overridden = { 1008, "moved" };
  guint         number = 0;

  g_test_summary ("A disconnect sends the default description of a standard code, which the setting overrides.");

  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    {
      g_autofree char *setting = g_strdup_printf ("DisconnectStatusCode=%u", meanings[i].code);

      ws_test_server_config (server, setting);
      disconnect_with (server, &meanings[i], ++number);
    }
  ws_test_server_config (server, "DisconnectStatusCode=3456");
  disconnect_with (server, &own, ++number);
  ws_test_server_config (server, "DisconnectStatusDescription=moved");
  disconnect_with (server, &explained, ++number);
  ws_test_server_config (server, "DisconnectStatusCode=1008");
  disconnect_with (server, &overridden, ++number);
  ws_test_server_config (server, "DisconnectStatusDescription=");
  disconnect_with (server, &meanings[5], ++number);
}

static void
test_faults (void)
{
  static const struct
  {
    const char *bytes;
    gsize       length;
    guint       code;
  } cases[] = {
    { "\x83\x80\0\0\0\0", 6, 1002 },
    { "\x81\x81\0\0\0\0\xff", 7, 1007 },
    { "\x82\xfe\x7f\xff\0\0\0\0", 8, 1009 },
  };
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxMessageSize=1000", NULL);

  g_test_summary ("A fault of the client is 1002, 1007 or 1009, with a description that says more than the code.");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WsTestClient) client = ws_test_server_open (server);
      g_autofree char *prefix = g_strdup_printf ("disconnected #%u %u \"", i + 1, cases[i].code);

      ws_test_client_send (client, cases[i].bytes, cases[i].length);
      ws_test_client_assert_close (client, cases[i].code, NULL);
      ws_test_client_close (client);
      ws_test_server_wait_for (server, prefix);
      g_assert_cmpuint (strlen (server->events->pdata[0]), >, strlen (prefix) + 1);
    }
}

/* --- the log --------------------------------------------------------------------------------- */

typedef struct
{
  GString *lines;
  guint    n_without_connection;
} LogRecord;

static void
record_log_cb (WsServer     *server,
               WsConnection *connection,
               int           level,
               const char   *message,
               const char   *type,
               gpointer      user_data)
{
  static const char *const types[] = { "", "Info", "Verbose", "Debug" };
  LogRecord               *record = user_data;

  g_assert_cmpint (level, >=, 1);
  g_assert_cmpint (level, <=, 3);
  if (!g_str_equal (type, "Error"))
    g_assert_cmpstr (type, ==, types[level]);
  record->n_without_connection += connection == NULL;
  g_string_append_printf (record->lines, "%s: %s\n", type, message);
}

static void
log_session (WsTestServer *server,
             LogRecord    *record,
             const char   *level)
{
  g_autoptr (WsTestClient) client = NULL;

  g_string_truncate (record->lines, 0);
  ws_test_server_config (server, level);
  ws_test_server_forget (server);
  client = ws_test_server_connect (server);
  ws_test_client_open (client, "/room?q=1", "X-Mine: secret\r\n");
  ws_test_client_send_close (client, 1000, "done");
  ws_test_client_assert_close (client, 1000, NULL);
  ws_test_server_wait_for (server, "disconnected");
}

static void
test_log (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (GString) lines = g_string_new (NULL);
  LogRecord record = { lines, 0 };

  g_test_summary ("Level Info logs URL, HTTP version and status; Verbose logs the request, too; each type has its level.");

  g_signal_connect (server->server, "log", G_CALLBACK (record_log_cb), &record);
  log_session (server, &record, "LogLevel=0");
  g_assert_cmpstr (lines->str, ==, "");
  log_session (server, &record, "LogLevel=1");
  g_assert_nonnull (strstr (lines->str, "Info: "));
  g_assert_nonnull (strstr (lines->str, "/room?q=1 HTTP/1.1"));
  g_assert_nonnull (strstr (lines->str, "101"));
  g_assert_nonnull (strstr (lines->str, "1000 done"));
  g_assert_null (strstr (lines->str, "X-Mine"));
  log_session (server, &record, "LogLevel=2");
  g_assert_nonnull (strstr (lines->str, "Verbose: "));
  g_assert_nonnull (strstr (lines->str, "X-Mine"));
  g_assert_null (strstr (lines->str, "Debug: "));
  log_session (server, &record, "LogLevel=3");
  g_assert_nonnull (strstr (lines->str, "Debug: "));
  g_assert_cmpuint (record.n_without_connection, ==, 0);
  ws_server_stop_listening (server->server);
  g_assert_cmpuint (record.n_without_connection, ==, 1);
}

/* --- on the connection ----------------------------------------------------------------------- */

static void
own_data_in_cb (WsConnection *connection,
                WsDataFormat  format,
                GBytes       *data,
                gboolean      eom,
                gboolean      eol,
                gpointer      user_data)
{
  g_string_append_printf (user_data, "data-in %d %.*s %d %d\n", format, (int) g_bytes_get_size (data),
                          (const char *) g_bytes_get_data (data, NULL), eom, eol);
}

static void
own_ping_cb (WsConnection *connection,
             GBytes       *payload,
             gboolean      response,
             gpointer      user_data)
{
  g_string_append_printf (user_data, "ping %.*s %d\n", (int) g_bytes_get_size (payload),
                          (const char *) g_bytes_get_data (payload, NULL), response);
}

static void
own_disconnected_cb (WsConnection *connection,
                     int           code,
                     const char   *description,
                     gpointer      user_data)
{
  g_string_append_printf (user_data, "disconnected %d %s\n", code, description);
}

/* Swapped: the arguments behind the record are of no interest. */
static void
server_event_cb (GString *record)
{
  g_string_append (record, "server\n");
}

static void
test_on_connection (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GString) record = g_string_new (NULL);
  WsConnection *connection = ws_test_server_get (server, 1);

  g_test_summary ("A connection has data-in, ping and disconnected too, each just before the server's.");

  g_signal_connect_swapped (server->server, "data-in", G_CALLBACK (server_event_cb), record);
  g_signal_connect_swapped (server->server, "ping", G_CALLBACK (server_event_cb), record);
  g_signal_connect_swapped (server->server, "disconnected", G_CALLBACK (server_event_cb), record);
  g_signal_connect (connection, "data-in", G_CALLBACK (own_data_in_cb), record);
  g_signal_connect (connection, "ping", G_CALLBACK (own_ping_cb), record);
  g_signal_connect (connection, "disconnected", G_CALLBACK (own_disconnected_cb), record);

  ws_test_client_send_text (client, "text");
  ws_test_client_send_binary (client, "bytes", 5);
  ws_test_client_send_ping (client, "beat");
  ws_test_client_assert_frame (client, WS_OPCODE_PONG, "beat", 4);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_PONG }, "late", 4);
  ws_test_client_send_close (client, 1000, "done");
  ws_test_server_wait_for (server, "disconnected");
  g_assert_cmpstr (record->str, ==,
                   "data-in 1 text 1 0\nserver\ndata-in 2 bytes 1 0\nserver\nping beat 0\nserver\nping late 1\nserver\n"
                   "disconnected 1000 done\nserver\n");
}

static void
test_line_mode (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  const char      *id = ws_connection_get_connection_id (ws_test_server_get (server, 1));
  g_autofree char *setting = g_strdup_printf ("MaxLineLength[%s]=4", id);

  g_test_summary ("In line mode the format is always 0; eol distinguishes the end of a line from MaxLineLength.");

  ws_test_client_send_text (client, "a\nb");
  ws_test_server_wait_for (server, "data-in");
  g_assert_cmpuint (server->events->len, ==, 1);
  ws_test_server_forget (server);

  g_assert_true (ws_server_change_line_mode (server->server, id, TRUE, NULL));
  g_assert_true (ws_connection_get_line_mode (ws_test_server_get (server, 1)));
  /* Error 112 never occurs: the setting can change while a client is connected. */
  ws_test_server_config (server, setting);
  ws_test_client_send_text (client, "ab\n");
  ws_test_client_send_binary (client, "abcdef\n", 7);
  ws_test_wait_until (server->events->len >= 3);
  ws_test_server_assert_events (server, "data-in #1 continuation \"ab\" eom eol", "data-in #1 continuation \"abcd\"",
                                "data-in #1 continuation \"ef\" eom eol", NULL);

  ws_test_server_forget (server);
  g_assert_true (ws_server_change_line_mode (server->server, id, FALSE, NULL));
  ws_test_client_send_text (client, "c\nd");
  ws_test_server_wait_for (server, "data-in");
  g_assert_cmpuint (server->events->len, ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/contract/events/ready-at-once", test_ready_at_once);
  g_test_add_func ("/contract/events/ids", test_ids);
  g_test_add_func ("/contract/events/open-request/status-codes", test_status_codes);
  g_test_add_func ("/contract/events/error", test_error);
  g_test_add_func ("/contract/events/disconnected/description-of-client", test_description_of_client);
  g_test_add_func ("/contract/events/disconnected/description-of-server", test_description_of_server);
  g_test_add_func ("/contract/events/disconnected/faults", test_faults);
  g_test_add_func ("/contract/events/log", test_log);
  g_test_add_func ("/contract/events/on-connection", test_on_connection);
  g_test_add_func ("/contract/events/line-mode", test_line_mode);

  return g_test_run ();
}

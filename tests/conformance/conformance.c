/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The runner: every case three times, each on a connection of its own, beside a witness. */
#include "conformance.h"

#include <malloc.h>
#include <string.h>

/* Up to this an input goes byte by byte; of a longer one only so much of each end. */
#define MAX_BYTEWISE_BYTES 4096
#define BYTEWISE_END_BYTES 512

#define MAX_KEPT_BYTES (512 * 1024 * 1024)
#define MAX_QUEUED_BYTES 131072

/* Over TLS: what a record brings is cut by TLS anyway, and the rest is the time of handshakes. */
#define N_TLS_WAYS (CONFORMANCE_WHOLE + 1)

#define DEFAULT_MAX_FRAME_BYTES 131072
#define MAX_SHOWN_BYTES 48
#define ECHO_KEY "conformance-echo"

typedef struct
{
  ConformanceCase    row; /* the strings are its own */
  ConformanceRunFunc func;
} Entry;

static const char *const way_names[CONFORMANCE_N_WAYS] = { "whole", "bytes", "cuts" };

static GPtrArray  *entries; /* Entry */
static GHashTable *servers; /* settings -> ConformanceServer */

/* --- the server under test ------------------------------------------------------------------- */

/* Echoes whole messages, however they are delivered, as long as the connection is open. */
static void
echo_cb (WsServer     *server,
         WsConnection *connection,
         WsDataFormat  format,
         GBytes       *data,
         gboolean      eom,
         gboolean      eol,
         gpointer      user_data)
{
  g_autoptr (GByteArray) message = g_object_steal_data (G_OBJECT (connection), ECHO_KEY);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  if (message == NULL)
    {
      message = g_byte_array_new ();
      ws_connection_set_data_format (connection, format);
    }
  g_byte_array_append (message, g_bytes_get_data (data, NULL), (guint) g_bytes_get_size (data));
  if (!eom)
    {
      g_object_set_data_full (G_OBJECT (connection), ECHO_KEY, g_steal_pointer (&message),
                              (GDestroyNotify) g_byte_array_unref);
      return;
    }

  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&message));
  if (!ws_connection_send (connection, bytes, &error))
    g_assert_error (error, WS_ERROR, WS_ERROR_SENDING);
}

static void
open_request_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsOpenRequest *request,
                 gpointer       user_data)
{
  ConformanceServer *self = user_data;

  if (self->sub_protocol != NULL &&
      strstr (ws_open_request_get_sub_protocols (request), self->sub_protocol) != NULL)
    ws_open_request_set_sub_protocols (request, self->sub_protocol);
}

static void
apply_setting (ConformanceServer *self,
               const char        *setting)
{
  if (g_str_has_prefix (setting, "select="))
    {
      self->sub_protocol = g_strdup (strchr (setting, '=') + 1);
      return;
    }

  if (g_str_has_prefix (setting, "MaxFrameSize="))
    self->max_frame_bytes = (gsize) g_ascii_strtoull (strchr (setting, '=') + 1, NULL, 10);
  ws_test_server_config (self->server, setting);
}

static ConformanceServer *
server_new (const char *settings)
{
  ConformanceServer *self = g_new0 (ConformanceServer, 1);
  g_auto (GStrv) each = g_strsplit (settings, " ", -1);

  self->server = ws_test_server_new ();
  self->max_frame_bytes = DEFAULT_MAX_FRAME_BYTES;
  ws_test_server_config (self->server, "BufferMessage=True");
  for (char **setting = each; *setting != NULL; setting++)
    if (**setting != '\0')
      apply_setting (self, *setting);

  g_signal_connect (self->server->server, "data-in", G_CALLBACK (echo_cb), NULL);
  g_signal_connect (self->server->server, "web-socket-open-request", G_CALLBACK (open_request_cb), self);
  ws_test_server_listen (self->server);
  self->witness = ws_test_server_open (self->server);
  return self;
}

/* Asserts that the server and every connection finalise. */
static void
server_free (gpointer data)
{
  ConformanceServer *self = data;

  ws_test_client_free (self->witness);
  g_signal_handlers_disconnect_by_data (self->server->server, self);
  ws_test_server_free (self->server);
  g_free (self->sub_protocol);
  g_free (self);
}

static ConformanceServer *
get_server (const char *settings)
{
  ConformanceServer *self = g_hash_table_lookup (servers, settings);

  if (self == NULL)
    {
      self = server_new (settings);
      g_hash_table_insert (servers, g_strdup (settings), self);
    }

  return self;
}

/* --- failures -------------------------------------------------------------------------------- */

void
conformance_fail (ConformanceRun *run,
                  const char     *format,
                  ...)
{
  va_list arguments;

  if (run->failure->len > 0)
    g_string_append (run->failure, "; ");
  va_start (arguments, format);
  g_string_append_vprintf (run->failure, format, arguments);
  va_end (arguments);
}

char *
conformance_hex (const guint8 *data,
                 gsize         length)
{
  GString *text = g_string_new (NULL);

  if (length > 0)
    g_string_append_c (text, '<');
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02x", data[i]);
  if (length > 0)
    g_string_append_c (text, '>');

  return g_string_free (text, FALSE);
}

static void
describe_message (GString                  *text,
                  const ConformanceMessage *message)
{
  static const char *const names[] = { "cont", "text", "binary", "op3", "op4", "op5", "op6", "op7",
                                       "close", "ping", "pong", "opb", "opc", "opd", "ope", "opf" };
  const guint8            *data = message->payload->data;
  gsize                    length = message->payload->len;
  g_autofree char         *hex = NULL;

  g_string_append_printf (text, "%s%s%s", text->len > 0 ? " " : "", names[message->opcode & 0xf],
                          message->compressed ? ".z" : "");
  if (message->opcode == WS_OPCODE_CLOSE && length >= 2)
    {
      g_string_append_printf (text, "=%u", (guint) data[0] << 8 | data[1]);
      if (!message->any_reason)
        g_string_append_printf (text, "'%.*s'", (int) length - 2, (const char *) data + 2);
      return;
    }

  hex = conformance_hex (data, MIN (length, MAX_SHOWN_BYTES));
  g_string_append (text, hex);
  if (length > MAX_SHOWN_BYTES)
    g_string_append_printf (text, "... (%" G_GSIZE_FORMAT " bytes)", length);
}

static char *
describe_messages (GPtrArray *messages)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++)
    describe_message (text, g_ptr_array_index (messages, i));

  return g_string_free (text, FALSE);
}

/* --- sending --------------------------------------------------------------------------------- */

/* As much at once as the system takes, without a queue that would be moved about. */
static void
send_piece (ConformanceRun *run,
            const guint8   *data,
            gsize           length)
{
  WsTestClient *client = run->peer->client;
  gsize         offset = 0;

  while (offset < length && !client->eof)
    {
      gsize part = MIN (length - offset, MAX_QUEUED_BYTES);

      ws_test_client_send (client, data + offset, part);
      offset += part;
      if (client->output->len > 0)
        conformance_wait_for (client->output->len == 0 || client->eof);
    }

  ws_test_settle ();
  conformance_peer_collect (run->peer);
}

static void
send_bytewise (ConformanceRun *run,
               const guint8   *data,
               gsize           length)
{
  for (gsize i = 0; i < length; i++)
    send_piece (run, data + i, 1);
}

/* In about 64 pieces at most, so that the longest input does not take the longest time. */
static void
send_random_pieces (ConformanceRun *run,
                    const guint8   *data,
                    gsize           length)
{
  const gsize max_piece = MAX (length / 32, 2 + length / 4 % 16);
  gsize       offset = 0;

  while (offset < length)
    {
      gsize piece = (gsize) g_rand_int_range (run->rand, 1, (gint32) max_piece + 1);

      piece = MIN (piece, length - offset);
      send_piece (run, data + offset, piece);
      offset += piece;
    }
}

void
conformance_send (ConformanceRun *run,
                  const guint8   *data,
                  gsize           length)
{
  if (run->way == CONFORMANCE_WHOLE)
    send_piece (run, data, length);
  else if (run->way == CONFORMANCE_CUTS)
    send_random_pieces (run, data, length);
  else if (length <= MAX_BYTEWISE_BYTES)
    send_bytewise (run, data, length);
  else
    {
      send_bytewise (run, data, BYTEWISE_END_BYTES);
      send_random_pieces (run, data + BYTEWISE_END_BYTES, length - 2 * BYTEWISE_END_BYTES);
      send_bytewise (run, data + length - BYTEWISE_END_BYTES, BYTEWISE_END_BYTES);
    }
}

/* --- frames ---------------------------------------------------------------------------------- */

static void
run_server_step (ConformanceRun        *run,
                 const ConformanceStep *step)
{
  WsTestServer *server = run->server->server;
  WsConnection *connection = ws_test_server_get (server, server->connections->len);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (step->type == CONFORMANCE_STEP_SERVER_CLOSE)
    done = ws_connection_close (connection, step->code, (const char *) step->bytes->data, &error);
  else
    {
      bytes = g_bytes_new (step->bytes->data, step->bytes->len);
      ws_connection_set_data_format (connection, (WsDataFormat) step->opcode);
      done = ws_connection_send (connection, bytes, &error);
    }

  if (!done)
    conformance_fail (run, "the server's own step failed: %s", error->message);
}

static void
run_step (ConformanceRun        *run,
          const ConformanceStep *step)
{
  switch (step->type)
    {
    case CONFORMANCE_STEP_BYTES:
      conformance_send (run, step->bytes->data, step->bytes->len);
      break;

    case CONFORMANCE_STEP_HALF_CLOSE:
      ws_test_client_half_close (run->peer->client);
      break;

    case CONFORMANCE_STEP_SERVER_SEND:
    case CONFORMANCE_STEP_SERVER_CLOSE:
    default:
      run_server_step (run, step);
      break;
    }
}

/* Asks the witness, which also gives the server a turn in which to do all it has to do. */
static void
check_witness (ConformanceRun *run)
{
  ConformancePeer   witness = { .client = run->server->witness, .is_open = TRUE };
  static const char text[] = "w"; /* fits every limit */

  witness.max_frame_bytes = G_MAXSIZE;
  witness.fault = g_string_new (NULL);
  witness.messages = g_ptr_array_new_with_free_func ((GDestroyNotify) conformance_message_free);
  ws_test_client_send_text (witness.client, text);
  conformance_peer_wait (&witness, 1, FALSE);

  if (witness.messages->len != 1 || witness.fault->len > 0)
    conformance_fail (run, "another client gets no echo %s", witness.fault->str);
  g_clear_pointer (&witness.partial, conformance_message_free);
  g_string_free (witness.fault, TRUE);
  g_ptr_array_unref (witness.messages);
}

static void
wait_for_expected (ConformanceRun         *run,
                   ConformanceExpectation *expectation)
{
  ConformancePeer *peer = run->peer;

  if (expectation->end == CONFORMANCE_END_BY_CLOSE || expectation->end == CONFORMANCE_END_BY_EOF)
    {
      if (!conformance_peer_wait (peer, 0, TRUE))
        conformance_fail (run, "the server does not end the connection");
      return;
    }

  if (!conformance_peer_wait (peer, expectation->messages->len, FALSE))
    conformance_fail (run, "not all comes that is expected");
  check_witness (run);
  conformance_peer_collect (peer);
  if (expectation->end == CONFORMANCE_END_BY_CLIENT && !peer->client->eof)
    {
      ConformanceMessage *answer = conformance_message_new (WS_OPCODE_CLOSE);

      g_byte_array_append (answer->payload, (const guint8 *) "\x03\xe8", 2);
      g_ptr_array_add (expectation->messages, answer);
      ws_test_client_send_close (peer->client, WS_CLOSE_CODE_NORMAL, NULL);
      if (!conformance_peer_wait (peer, 0, TRUE))
        conformance_fail (run, "the server does not answer a close frame");
    }
  else if (peer->client->eof)
    conformance_fail (run, "the connection has ended");
}

static gboolean
is_expected (const ConformanceMessage *expected,
             const ConformanceMessage *message)
{
  if (expected->opcode != message->opcode || expected->compressed != message->compressed)
    return FALSE;
  if (expected->any_reason)
    return message->payload->len >= 2 &&
           memcmp (message->payload->data, expected->payload->data, 2) == 0 &&
           g_utf8_validate_len ((const char *) message->payload->data + 2,
                                message->payload->len - 2, NULL);

  return expected->payload->len == message->payload->len &&
         (expected->payload->len == 0 ||
          memcmp (expected->payload->data, message->payload->data, expected->payload->len) == 0);
}

static void
compare (ConformanceRun               *run,
         const ConformanceExpectation *expectation)
{
  GPtrArray       *expected = expectation->messages;
  GPtrArray       *messages = run->peer->messages;
  gboolean         same = expected->len == messages->len;
  g_autofree char *expected_text = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; same && i < expected->len; i++)
    same = is_expected (expected->pdata[i], messages->pdata[i]);

  if (!same)
    {
      expected_text = describe_messages (expected);
      text = describe_messages (messages);
      conformance_fail (run, "expected [%s], got [%s]", expected_text, text);
    }
  if (run->peer->fault->len > 0)
    conformance_fail (run, "the server sent %s", run->peer->fault->str);
  else if (run->peer->client->input->len > 0)
    conformance_fail (run, "the server sent %u bytes that are no whole frame",
                      run->peer->client->input->len);
  if (run->peer->partial != NULL)
    conformance_fail (run, "the server did not finish a message");
}

/* The application is told once, and the right code. */
static void
check_told (ConformanceRun *run,
            guint           close_code)
{
  WsTestServer    *server = run->server->server;
  g_autofree char *expected = g_strdup_printf ("disconnected #%u %u ", server->connections->len,
                                               close_code);

  ws_test_client_close (run->peer->client);
  conformance_wait_for (ws_test_server_count (server, "disconnected") > 0);
  ws_test_settle ();
  if (ws_test_server_count (server, "disconnected") != 1)
    conformance_fail (run, "disconnected %u times", ws_test_server_count (server, "disconnected"));
  if (ws_test_server_count (server, expected) != 1)
    conformance_fail (run, "expected \"%s...\", got \"%s\"", expected,
                      server->events->len > 0
                          ? (const char *) server->events->pdata[server->events->len - 1]
                          : "");
}

void
conformance_run_frames (ConformanceRun *run,
                        const char     *input,
                        const char     *expected)
{
  g_autoptr (ConformanceExpectation) expectation = conformance_script_parse_expected (expected);
  g_autoptr (GPtrArray) steps = NULL;

  steps = conformance_script_parse_input (input, run->peer->deflate);
  for (guint i = 0; i < steps->len; i++)
    {
      run_step (run, g_ptr_array_index (steps, i));
      ws_test_settle ();
      conformance_peer_collect (run->peer);
    }

  wait_for_expected (run, expectation);
  compare (run, expectation);
  check_told (run, expectation->close_code);
}

/* Opens the connection, with the case's offer of extensions, and runs its frames on it. */
static void
run_open_connection (ConformanceRun *run)
{
  g_autofree char *header = NULL;
  g_autoptr (WsTestResponse) response = NULL;
  const char *answer;

  if (run->row->offer != NULL)
    header = g_strdup_printf ("Sec-WebSocket-Extensions: %s\r\n", run->row->offer);
  ws_test_client_send_handshake (run->peer->client, "/", header);
  response = conformance_peer_wait_response (run->peer);
  if (response == NULL || response->status != 101)
    {
      conformance_fail (run, "the opening handshake failed");
      return;
    }

  answer = ws_test_response_get (response, "sec-websocket-extensions");
  if (g_strcmp0 (answer, run->row->answer) != 0)
    conformance_fail (run, "extensions: expected \"%s\", got \"%s\"",
                      run->row->answer != NULL ? run->row->answer : "(none)",
                      answer != NULL ? answer : "(none)");
  if (answer != NULL)
    run->peer->deflate = conformance_deflate_new (answer);
  else if (run->row->answer != NULL)
    return;

  conformance_run_frames (run, run->row->input, run->row->expected);
}

/* --- cases ----------------------------------------------------------------------------------- */

/* FALSE after a failure. */
static gboolean
run_case (const Entry   *entry,
          ConformanceWay way)
{
  const char    *settings = entry->row.settings != NULL ? entry->row.settings : "";
  guint32        seed = g_str_hash (entry->row.id);
  ConformanceRun run = { .row = &entry->row, .way = way };
  gboolean       is_good;

  run.server = get_server (settings);
  run.rand = g_rand_new_with_seed (seed);
  run.failure = g_string_new (NULL);
  ws_test_server_forget (run.server->server);
  run.peer = conformance_peer_new (ws_test_server_connect (run.server->server),
                                   run.server->max_frame_bytes);

  entry->func (&run);
  check_witness (&run);

  conformance_peer_free (run.peer);
  ws_test_settle ();
  is_good = run.failure->len == 0;
  if (!is_good)
    g_test_fail_printf ("%s, sent by %s, seed %u: %s", entry->row.title, way_names[way], seed,
                        run.failure->str);
  g_rand_free (run.rand);
  g_string_free (run.failure, TRUE);
  return is_good;
}

static void
run_case_cb (gconstpointer user_data)
{
  const Entry *entry = user_data;
  const int    n_ways = ws_test_tls_get_mode () == WS_TEST_TLS_NONE ? CONFORMANCE_N_WAYS : N_TLS_WAYS;

  g_test_summary (entry->row.title);
  for (int way = 0; way < n_ways; way++)
    if (!run_case (entry, (ConformanceWay) way))
      break;
}

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_free ((char *) entry->row.id);
  g_free ((char *) entry->row.title);
  g_free ((char *) entry->row.rfc);
  g_free ((char *) entry->row.input);
  g_free ((char *) entry->row.expected);
  g_free ((char *) entry->row.note);
  g_free ((char *) entry->row.settings);
  g_free ((char *) entry->row.offer);
  g_free ((char *) entry->row.answer);
  g_free (entry);
}

void
conformance_add_case (const char            *group,
                      const ConformanceCase *row,
                      ConformanceRunFunc     func)
{
  Entry           *entry = g_new0 (Entry, 1);
  g_autofree char *path = g_strdup_printf ("/conformance/%s/%s", group, row->id);

  g_assert_nonnull (row->title);
  g_assert_nonnull (row->rfc);
  entry->func = func;
  entry->row = (ConformanceCase){
    .id = g_strdup (row->id),
    .title = g_strdup_printf ("%s (RFC %s)", row->title, row->rfc),
    .rfc = g_strdup (row->rfc),
    .input = g_strdup (row->input),
    .expected = g_strdup (row->expected),
    .note = g_strdup (row->note),
    .settings = g_strdup (row->settings),
    .offer = g_strdup (row->offer),
    .answer = g_strdup (row->answer),
  };
  g_ptr_array_add (entries, entry);
  g_test_add_data_func (path, entry, run_case_cb);
}

void
conformance_add (const char            *group,
                 const ConformanceCase *cases,
                 gsize                  n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    conformance_add_case (group, &cases[i], run_open_connection);
}

void
conformance_add_taken (const char *group,
                       const char *rfc,
                       char       *id,
                       char       *title,
                       char       *input,
                       char       *expected)
{
  const ConformanceCase row = {
    .id = id, .title = title, .rfc = rfc, .input = input, .expected = expected
  };

  conformance_add (group, &row, 1);
  g_free (id);
  g_free (title);
  g_free (input);
  g_free (expected);
}

void
conformance_add_handshakes (const char            *group,
                            const ConformanceCase *cases,
                            gsize                  n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    conformance_add_case (group, &cases[i], conformance_run_handshake);
}

/* Messages of many MiB come and go: mapped anew each time, they would cost more than all the rest. */
static void
keep_memory (void)
{
#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, MAX_KEPT_BYTES);
  mallopt (M_TRIM_THRESHOLD, MAX_KEPT_BYTES);
#endif
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  keep_memory ();
  entries = g_ptr_array_new_with_free_func (free_entry);
  servers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, server_free);

  conformance_add_cases ();
  status = g_test_run ();

  g_hash_table_unref (servers);
  g_ptr_array_unref (entries);
  return status;
}

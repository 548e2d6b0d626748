/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/socket.h>

#include "ws-test-server.h"

/* What data-in brings: parts as they arrive, whole messages, lines. */

#define BUFFERED "BufferMessage=True"
#define IN_PARTS "BufferMessage=False"

static GByteArray *
join_pieces (WsTestServer *server)
{
  GByteArray *joined = g_byte_array_new ();

  for (guint i = 0; i < server->pieces->len; i++)
    {
      gsize         length;
      gconstpointer data = g_bytes_get_data (server->pieces->pdata[i], &length);

      g_byte_array_append (joined, data, (guint) length);
    }

  return joined;
}

static void
append_frame (GByteArray     *bytes,
              WsTestFrameSpec spec,
              const char     *payload,
              gsize           length)
{
  g_autoptr (GByteArray) frame = ws_test_frame_build (spec, payload, length);

  g_byte_array_append (bytes, frame->data, frame->len);
}

/* --- the stream ------------------------------------------------------------------------------ */

static void
test_urgent_byte (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (user_data, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GByteArray)
      frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "urgent", 6);

  g_test_summary ("An out-of-band byte, at which a read stops short, does not hold up the bytes after it.");

  if (client->tls != NULL)
    {
      g_test_skip ("TLS has no bytes out of band");
      return;
    }

  g_assert_cmpint (send (client->fd, frame->data, 5, 0), ==, 5);
  g_assert_cmpint (send (client->fd, "!", 1, MSG_OOB), ==, 1);
  g_assert_cmpint (send (client->fd, frame->data + 5, frame->len - 5, 0), ==, (gssize) frame->len - 5);
  ws_test_server_wait_for (server, "data-in #1 text \"urgent\" eom");
  ws_test_client_send_text (client, "next");
  ws_test_server_wait_for (server, "data-in #1 text \"next\" eom");
}

/* --- parts ----------------------------------------------------------------------------------- */

/* In place of the recorder's handler, which keeps every event. */
static void
handle_data (WsTestServer *server,
             GCallback     callback,
             gpointer      user_data)
{
  ws_test_server_stop_recording (server, "data-in");
  g_signal_connect (server->server, "data-in", callback, user_data);
}

typedef struct
{
  guint      n_seen;
  GPtrArray *bytes; /* of every third message */
} Kept;

/* Of another length and content than the ones before and after it; 64 bytes are a border inside. */
static char *
make_short_text (guint number)
{
  return g_strnfill (1 + number * 7 % 100, (char) ('a' + number % 26));
}

static void
assert_short_text (GBytes *bytes,
                   guint   number)
{
  g_autofree char *text = make_short_text (number);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

static void
keep_some_cb (WsServer     *server,
              WsConnection *connection,
              WsDataFormat  format,
              GBytes       *data,
              gboolean      eom,
              gboolean      eol,
              Kept         *kept)
{
  guint number = kept->n_seen++;

  if (number % 3 == 0)
    g_ptr_array_add (kept->bytes, g_bytes_ref (data));
  /* The next ones come inside this one. */
  if (number % 5 == 0)
    while (g_main_context_iteration (NULL, FALSE))
      ;
  assert_short_text (data, number);
}

static void
test_short_messages (void)
{
  enum
  {
    N_MESSAGES = 300,
  };
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (BUFFERED, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  Kept kept = { .bytes = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref) };

  g_test_summary ("Short messages keep their content during delivery and as long as a reference is held.");

  handle_data (server, G_CALLBACK (keep_some_cb), &kept);
  for (guint i = 0; i < N_MESSAGES; i++)
    {
      g_autofree char *text = make_short_text (i);

      ws_test_client_send_text (client, text);
    }
  ws_test_wait_until (kept.n_seen == N_MESSAGES);

  g_assert_cmpuint (kept.bytes->len, ==, N_MESSAGES / 3);
  for (guint i = 0; i < kept.bytes->len; i++)
    assert_short_text (kept.bytes->pdata[i], i * 3);
  g_ptr_array_unref (kept.bytes);
}

static void
test_parts_as_they_arrive (gconstpointer user_data)
{
  const gsize length = 300000;
  gboolean    text = user_data != NULL;
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (IN_PARTS, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autofree char *pattern = ws_test_pattern (length);
  g_autoptr (GByteArray) frame = NULL;
  g_autoptr (GByteArray) joined = NULL;
  const char *begins = text ? "data-in #1 text " : "data-in #1 binary ";

  g_test_summary ("A large frame is delivered before it is complete; only its first part has a format, and only its last part has eom.");

  frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = text ? WS_OPCODE_TEXT : WS_OPCODE_BINARY },
                               pattern, length);
  for (gsize offset = 0; offset < frame->len; offset += 100000)
    {
      gsize before = server->pieces->len;

      g_assert_cmpuint (ws_test_server_count (server, begins), ==, offset > 0);
      ws_test_client_send (client, frame->data + offset, MIN (100000, frame->len - offset));
      ws_test_wait_until (server->pieces->len > before);
      ws_test_settle ();
    }
  ws_test_wait_until (g_str_has_suffix (g_ptr_array_index (server->events, server->events->len - 1), " eom"));

  joined = join_pieces (server);
  g_assert_cmpmem (joined->data, joined->len, pattern, length);
  g_assert_cmpuint (ws_test_server_count (server, begins), ==, 1);
  g_assert_cmpuint (ws_test_server_count (server, "data-in #1 continuation "), ==, server->events->len - 1);
  for (guint i = 0; i + 1 < server->events->len; i++)
    g_assert_false (g_str_has_suffix (server->events->pdata[i], "eom"));
}

typedef struct
{
  const char *name;
  /* One frame a word: opcode digit (0 continuation, 1 text, 2 binary, 9 ping), + if more follow,
   * then the payload. */
  const char *frames;
  const char *in_parts;
  const char *buffered;
} Fragmentation;

static const Fragmentation fragmentations[] = {
  { "two", "1+ab 0cd", "text \"ab\"|continuation \"cd\" eom", "text \"abcd\" eom" },
  { "binary", "2+ab 0+c 0d", "binary \"ab\"|continuation \"c\"|continuation \"d\" eom",
    "binary \"abcd\" eom" },
  { "empty-first", "1+ 0ab", "text \"\"|continuation \"ab\" eom", "text \"ab\" eom" },
  { "empty-last", "1+ab 0", "text \"ab\"|continuation \"\" eom", "text \"ab\" eom" },
  { "empty-middle", "1+ab 0+ 0+ 0cd", "text \"ab\"|continuation \"cd\" eom", "text \"abcd\" eom" },
  { "all-empty", "1+ 0+ 0+ 0", "text \"\"|continuation \"\" eom", "text \"\" eom" },
  { "single-empty", "1 2", "text \"\" eom|binary \"\" eom", "text \"\" eom|binary \"\" eom" },
  { "ping-between", "1+ab 9x 0+cd 9y 0ef",
    "text \"ab\"|ping|continuation \"cd\"|ping|continuation \"ef\" eom", "ping|ping|text \"abcdef\" eom" },
  { "several", "1a 2+b 0c 1d 2+ 0",
    "text \"a\" eom|binary \"b\"|continuation \"c\" eom|text \"d\" eom|binary \"\"|continuation \"\" eom",
    "text \"a\" eom|binary \"bc\" eom|text \"d\" eom|binary \"\" eom" },
};

static GByteArray *
build_frames (const char *frames)
{
  GByteArray *bytes = g_byte_array_new ();
  g_auto (GStrv) words = g_strsplit (frames, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean    more = words[i][1] == '+';
      const char *payload = words[i] + 1 + more;

      append_frame (bytes, (WsTestFrameSpec){ .opcode = (guint8) (words[i][0] - '0'), .more = more }, payload,
                    strlen (payload));
    }

  return bytes;
}

static void
assert_data_events (WsTestServer *server,
                    const char   *expected)
{
  g_autoptr (GString) happened = g_string_new (NULL);

  for (guint i = 0; i < server->events->len; i++)
    {
      const char *event = server->events->pdata[i];

      g_string_append_printf (happened, "%s%s", i > 0 ? "|" : "",
                              g_str_has_prefix (event, "ping") ? "ping" : event + strlen ("data-in #1 "));
    }
  g_assert_cmpstr (happened->str, ==, expected);
  ws_test_server_forget (server);
}

static void
test_fragmentation (gconstpointer user_data)
{
  const Fragmentation *fragmentation = user_data;
  g_autoptr (WsTestServer) in_parts = ws_test_server_new_listening (IN_PARTS, NULL);
  g_autoptr (WsTestServer) buffered = ws_test_server_new_listening (BUFFERED, NULL);
  g_autoptr (WsTestClient) parts_client = ws_test_server_open (in_parts);
  g_autoptr (WsTestClient) buffered_client = ws_test_server_open (buffered);
  g_autoptr (GByteArray) bytes = build_frames (fragmentation->frames);

  g_test_summary ("Fragments come one by one or as one message, at every cut. RFC 6455 5.4");

  for (gsize cut = 0; cut < bytes->len; cut++)
    {
      ws_test_client_send_cut (parts_client, bytes->data, bytes->len, &cut, 1);
      assert_data_events (in_parts, fragmentation->in_parts);
      ws_test_client_send_cut (buffered_client, bytes->data, bytes->len, &cut, 1);
      assert_data_events (buffered, fragmentation->buffered);
    }
}

static void
test_limit_in_parts (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (IN_PARTS, "MaxMessageSize=1000", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autofree char *pattern = ws_test_pattern (1001);

  g_test_summary ("MaxMessageSize counts all fragments of a message, also of one handed on in parts.");

  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT, .more = TRUE }, pattern,
                             600);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .more = TRUE }, pattern, 400);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .more = TRUE }, "", 0);
  ws_test_client_send_frame (client, (WsTestFrameSpec){ 0 }, "x", 1);
  ws_test_client_assert_close (client, 1009, NULL);
  ws_test_server_wait_for (server, "disconnected #1 1009");
  g_assert_cmpuint (ws_test_server_count (server, "data-in"), ==, 2);
}

/* --- lines ----------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  const char *input;
  const char *lines; /* ended by | with eol, by / without */
  guint       max;
} LineCase;

static const LineCase line_cases[] = {
  { "lf", "a\nbc\n\nd\n", "a|bc||d|", 2048 },
  { "crlf", "a\r\nbc\r\n\r\nd\r\n", "a|bc||d|", 2048 },
  { "cr-alone", "a\rb\r\rc\r\n", "a\rb\r\rc|", 2048 },
  { "cr-before-crlf", "a\r\r\n\r\r\n", "a\r|\r|", 2048 },
  { "mixed", "\n\r\n\ra\n", "||\ra|", 2048 },
  { "max-exactly", "abcd\nefgh\n", "abcd|efgh|", 4 },
  { "max-exactly-crlf", "abcd\r\nefgh\r\n", "abcd|efgh|", 4 },
  { "over-by-one", "abcde\nx\n", "abcd/e|x|", 4 },
  { "over-by-one-crlf", "abcde\r\nx\n", "abcd/e|x|", 4 },
  { "twice-max", "abcdefgh\nx\n", "abcd/efgh|x|", 4 },
  { "over-twice", "abcdefghi\nx\n", "abcd/efgh/i|x|", 4 },
  { "cr-at-max", "abcd\rx\n", "abcd/\rx|", 4 },
  { "max-one", "a\nbc\r\n\n", "a|b/c||", 1 },
};

static void
assert_lines (WsTestServer *server,
              const char   *expected)
{
  g_autoptr (GString) happened = g_string_new (NULL);

  for (guint i = 0; i < server->events->len; i++)
    {
      const char   *event = server->events->pdata[i];
      gsize         length;
      gconstpointer data = g_bytes_get_data (server->pieces->pdata[i], &length);

      g_assert_true (g_str_has_prefix (event, "data-in #1 continuation "));
      g_string_append_len (happened, data, (gssize) length);
      g_string_append_c (happened, g_str_has_suffix (event, " eol") ? '|' : '/');
    }
  g_assert_cmpstr (happened->str, ==, expected);
  ws_test_server_forget (server);
}

static WsTestClient *
open_in_line_mode (WsTestServer *server,
                   guint         max)
{
  WsTestClient    *client = ws_test_server_open (server);
  WsConnection    *connection = ws_test_server_get (server, server->connections->len);
  g_autofree char *setting = g_strdup_printf ("MaxLineLength[%s]=%u",
                                              ws_connection_get_connection_id (connection), max);

  ws_test_server_config (server, setting);
  g_assert_true (ws_connection_change_line_mode (connection, TRUE, NULL));
  return client;
}

static void
test_lines (gconstpointer user_data)
{
  const LineCase *line_case = user_data;
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (IN_PARTS, NULL);
  g_autoptr (WsTestClient) client = open_in_line_mode (server, line_case->max);
  gsize length = strlen (line_case->input);

  g_test_summary ("Lines are the same wherever frames, messages and reads begin and end.");

  for (gsize cut = 0; cut <= length; cut++)
    for (guint way = 0; way < 2; way++)
      {
        gboolean more = way == 1;

        ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT, .more = more },
                                   line_case->input, cut);
        ws_test_settle ();
        ws_test_client_send_frame (
            client, (WsTestFrameSpec){ .opcode = more ? WS_OPCODE_CONTINUATION : WS_OPCODE_BINARY },
            line_case->input + cut, length - cut);
        ws_test_settle ();
        assert_lines (server, line_case->lines);
      }
}

static void
count_cb (WsServer     *server,
          WsConnection *connection,
          WsDataFormat  format,
          GBytes       *data,
          gboolean      eom,
          gboolean      eol,
          gpointer      user_data)
{
  guint *n_pieces = user_data;

  *n_pieces += 1;
}

static void
test_many_lines (gconstpointer user_data)
{
  const gsize length = 1024 * 1024;
  gboolean    endless = user_data != NULL;
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (BUFFERED, NULL);
  g_autoptr (WsTestClient) client = open_in_line_mode (server, 1);
  g_autofree char *payload = g_malloc (length);
  guint            n_pieces = 0;
  gint64           begin;

  g_test_summary ("A million lines, or pieces of a line, in one message take linear time.");

  handle_data (server, G_CALLBACK (count_cb), &n_pieces);
  memset (payload, endless ? 'a' : '\n', length);
  begin = g_get_monotonic_time ();
  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, payload, length);
  ws_test_client_send_text (client, "\n");
  ws_test_wait_until (n_pieces >= length);
  g_assert_cmpuint (n_pieces, <=, length + 1);
  /* Measured: below one second, and 19 under valgrind. Quadratic time would be minutes. */
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 60 * G_USEC_PER_SEC);
}

static void
switch_cb (WsConnection *connection,
           WsDataFormat  format,
           GBytes       *data,
           gboolean      eom,
           gboolean      eol,
           gpointer      user_data)
{
  gsize       length;
  const char *text = g_bytes_get_data (data, &length);

  if (length == 2 && strncmp (text, "on", 2) == 0)
    g_assert_true (ws_connection_change_line_mode (connection, TRUE, NULL));
  else if (length == 3 && strncmp (text, "off", 3) == 0)
    g_assert_true (ws_connection_change_line_mode (connection, FALSE, NULL));
}

static void
test_switch_inside (gconstpointer user_data)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (user_data, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_test_summary ("A handler switches between messages and lines in the middle of what has been read.");

  g_signal_connect (ws_test_server_get (server, 1), "data-in", G_CALLBACK (switch_cb), NULL);
  append_frame (bytes, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "a\nb", 3);
  append_frame (bytes, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "on", 2);
  append_frame (bytes, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "c\nd", 3);
  append_frame (bytes, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "e\noff\nf\ng", 9);
  append_frame (bytes, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "h\ni", 3);
  for (gsize cut = 0; cut <= bytes->len; cut++)
    {
      g_autoptr (GString) happened = g_string_new (NULL);

      ws_test_client_send_cut (client, bytes->data, bytes->len, &cut, 1);
      for (guint i = 0; i < server->pieces->len; i++)
        g_string_append_printf (happened, "%.*s%s", (int) g_bytes_get_size (server->pieces->pdata[i]),
                                (const char *) g_bytes_get_data (server->pieces->pdata[i], NULL),
                                g_str_has_suffix (server->events->pdata[i], " eol") ? "|" : "/");

      /* When lines end, the rest of that message comes as it is, in as many parts as it arrives. */
      g_assert_true (g_str_has_prefix (happened->str, "a\nb/on/c|de|off|f"));
      g_assert_true (g_str_has_suffix (happened->str, "/h\ni/"));
      g_string_replace (happened, "/", "", 0);
      g_assert_cmpstr (happened->str, ==, "a\nbonc|de|off|f\ngh\ni");
      ws_test_server_forget (server);
    }
}

static void
test_switch_in_message (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (BUFFERED, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);

  g_test_summary ("What has been assembled of a message when line mode begins belongs to the lines.");

  ws_test_client_send_frame (client, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT, .more = TRUE }, "ab\nc", 4);
  ws_test_settle ();
  ws_test_server_assert_events (server, NULL);
  g_assert_true (ws_connection_change_line_mode (connection, TRUE, NULL));
  ws_test_client_send_frame (client, (WsTestFrameSpec){ 0 }, "d\n", 2);
  ws_test_settle ();
  assert_lines (server, "ab|cd|");

  g_assert_true (ws_connection_change_line_mode (connection, FALSE, NULL));
  ws_test_client_send_text (client, "whole\nagain");
  ws_test_server_wait_for (server, "data-in");
  g_assert_cmpmem (g_bytes_get_data (server->pieces->pdata[0], NULL),
                   g_bytes_get_size (server->pieces->pdata[0]), "whole\nagain", 11);
}

typedef enum
{
  END_PEER_CLOSES,
  END_PEER_LEAVES,
  END_SERVER_CLOSES,
  END_MODE_ENDS,
} End;

static void
test_rest_of_line (gconstpointer user_data)
{
  End end = GPOINTER_TO_INT (user_data);
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = open_in_line_mode (server, 2048);
  WsConnection *connection = ws_test_server_get (server, 1);

  g_test_summary ("The rest of a line without an end is handed on before disconnected.");

  ws_test_client_send_text (client, "one\nrest");
  ws_test_server_wait_for (server, "data-in");
  ws_test_settle ();
  g_assert_cmpuint (server->events->len, ==, 1);

  if (end == END_PEER_CLOSES)
    ws_test_client_send_close (client, 1000, "");
  else if (end == END_PEER_LEAVES)
    ws_test_client_close (client);
  else if (end == END_SERVER_CLOSES)
    ws_connection_close (connection, 1000, "", NULL);
  else
    ws_connection_change_line_mode (connection, FALSE, NULL);
  ws_test_wait_until (server->events->len >= 2 || client->input->len > 0);
  if (end == END_SERVER_CLOSES)
    ws_test_client_send_close (client, 1000, "");
  if (end != END_MODE_ENDS)
    ws_test_server_wait_for (server, "disconnected");
  g_assert_cmpstr (server->events->pdata[1], ==, "data-in #1 continuation \"rest\" eom");
}

static void
test_line_mode_in_frame (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_open (server);
  WsConnection *connection = ws_test_server_get (server, 1);
  g_autoptr (GByteArray) frame = NULL;

  g_test_summary ("Line mode that is switched on inside a frame takes over the part that has arrived, and leaves nothing behind.");

  frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, "FIRST-HALF second-half\n", 23);
  ws_test_client_send (client, frame->data, 17);
  ws_test_settle ();
  ws_test_server_assert_events (server, NULL);
  g_assert_true (ws_connection_change_line_mode (connection, TRUE, NULL));
  ws_test_client_send (client, frame->data + 17, frame->len - 17);
  ws_test_server_wait_for (server, "data-in");
  g_assert_true (ws_connection_change_line_mode (connection, FALSE, NULL));
  ws_test_client_send_text (client, "next message");
  ws_test_wait_until (ws_test_server_count (server, "data-in") == 2);
  ws_test_server_assert_events (server, "data-in #1 continuation \"FIRST-HALF second-half\" eom eol",
                                "data-in #1 text \"next message\" eom", NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/integration/receiving/urgent-byte/parts", IN_PARTS, test_urgent_byte);
  g_test_add_data_func ("/integration/receiving/urgent-byte/buffered", BUFFERED, test_urgent_byte);
  g_test_add_func ("/integration/receiving/short", test_short_messages);
  g_test_add_data_func ("/integration/receiving/parts/binary", NULL, test_parts_as_they_arrive);
  g_test_add_data_func ("/integration/receiving/parts/text", GINT_TO_POINTER (TRUE),
                        test_parts_as_they_arrive);
  g_test_add_func ("/integration/receiving/parts/limit", test_limit_in_parts);
  for (gsize i = 0; i < G_N_ELEMENTS (fragmentations); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/receiving/fragments/", fragmentations[i].name, NULL);

      g_test_add_data_func (path, &fragmentations[i], test_fragmentation);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (line_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/receiving/lines/", line_cases[i].name, NULL);

      g_test_add_data_func (path, &line_cases[i], test_lines);
    }
  g_test_add_data_func ("/integration/receiving/lines/many", NULL, test_many_lines);
  g_test_add_data_func ("/integration/receiving/lines/endless", GINT_TO_POINTER (TRUE), test_many_lines);
  g_test_add_data_func ("/integration/receiving/lines/switch-inside-parts", IN_PARTS, test_switch_inside);
  g_test_add_data_func ("/integration/receiving/lines/switch-inside-buffered", BUFFERED, test_switch_inside);
  g_test_add_func ("/integration/receiving/lines/switch-in-message", test_switch_in_message);
  g_test_add_data_func ("/integration/receiving/rest/peer-closes", GINT_TO_POINTER (END_PEER_CLOSES),
                        test_rest_of_line);
  g_test_add_data_func ("/integration/receiving/rest/peer-leaves", GINT_TO_POINTER (END_PEER_LEAVES),
                        test_rest_of_line);
  g_test_add_data_func ("/integration/receiving/rest/server-closes", GINT_TO_POINTER (END_SERVER_CLOSES),
                        test_rest_of_line);
  g_test_add_data_func ("/integration/receiving/rest/mode-ends", GINT_TO_POINTER (END_MODE_ENDS),
                        test_rest_of_line);
  g_test_add_func ("/integration/receiving/lines/switched-on-in-frame", test_line_mode_in_frame);

  return g_test_run ();
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The application of fuzz-server: its handlers do what the input says. */
#include "fuzz-server.h"

#include <string.h>

#include "wsserver/request/ws-client-authentication.h"
#include "wsserver/request/ws-connection-request.h"
#include "wsserver/request/ws-ssl-connection-request.h"

#define BIG_BYTES 70000
#define PATTERN_BYTES 200000

static const char *const settings[] = {
  "BufferMessage=True",
  "BufferMessage=False",
  "MaxSendQueue=100000",
  "ReadPauseQueue=1000",
  "WaitForCloseResponse=False",
  "MaxFrameSize=1000",
  "MaxMessageSize=5000",
  "MaxFragments=3",
  "MaxControlFrameRate=3",
  "MaxPendingConnections=1",
  "MaxConnections=2",
  "MaxConnectionsPerAddress=1",
  "MaxTotalMemory=65536",
  "MaxHttpBodySize=1000",
  "MaxHeaderFields=5",
  "PingInterval=1",
  "IdleTimeout=2",
  "HandshakeTimeout=3",
  "CloseTimeout=1",
  "ProxyProtocol=1",
  "ProxyProtocol=0",
  "TrustedProxies=10.0.0.0/8",
  "AllowedHosts=a.example",
  "AllowedOrigins=self",
  "BlockedClients=192.0.2.9",
  "RefuseByDefault=True",
  "EnablePermessageDeflate=False",
  "DeflateNoContextTakeover=True",
  "DeflateThreshold=0",
  "LogLevel=3",
  "ServeDotFiles=True",
  "MaxLineLength[1]=10",
  "MessageLength[1]=7",
  "CloseStreamAfterTransfer=False",
};

static const char *
get_pattern (void)
{
  static char *pattern;

  if (pattern == NULL)
    {
      pattern = g_malloc (PATTERN_BYTES + 1);
      for (gsize i = 0; i < PATTERN_BYTES; i++)
        pattern[i] = i % 40 == 39 ? '\n' : (char) ('a' + i % 23);
      pattern[PATTERN_BYTES - 1] = '\xff';
      pattern[PATTERN_BYTES] = '\0';
    }

  return pattern;
}

/* What is sent is freed by a function of the application, which may do anything. */
static void
bytes_freed_cb (gpointer user_data)
{
  fuzz_act (user_data, NULL);
}

/* The longest one is no text behind its first parts. */
static GBytes *
make_bytes (FuzzWorld *self,
            guint8     choice)
{
  static const gsize lengths[] = { 0, 1, 125, 126, 1500, 4096, 20000, BIG_BYTES };
  const gsize        length = lengths[choice % G_N_ELEMENTS (lengths)];
  const gsize        start = length == BIG_BYTES ? PATTERN_BYTES - BIG_BYTES : 0;

  return g_bytes_new_with_free_func (get_pattern () + start, length, bytes_freed_cb, self);
}

/* --- what is known of connections ------------------------------------------------------------ */

static void
connection_gone_cb (gpointer user_data,
                    GObject *where_it_was)
{
  ((FuzzWorld *) user_data)->n_alive--;
}

FuzzPeer *
fuzz_find_peer (FuzzWorld    *self,
                WsConnection *connection)
{
  FuzzPeer *peer;

  for (guint i = 0; i < self->peers->len; i++)
    {
      peer = self->peers->pdata[i];
      if (peer->connection == connection)
        return peer;
    }

  peer = g_new0 (FuzzPeer, 1);
  peer->connection = g_object_ref (connection);
  g_object_weak_ref (G_OBJECT (connection), connection_gone_cb, self);
  self->n_alive++;
  g_ptr_array_add (self->peers, peer);
  return peer;
}

/* --- asynchronous calls ---------------------------------------------------------------------- */

static void
note_end (FuzzWorld *self,
          gboolean   succeeded,
          GError    *take_error)
{
  self->n_ended++;
  g_assert_true (succeeded == (take_error == NULL));
  g_clear_error (&take_error);
  fuzz_act (self, NULL);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GError  *error = NULL;
  gboolean sent = ws_connection_send_finish (WS_CONNECTION (source), result, &error);

  note_end (user_data, sent, error);
}

static void
stream_sent_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  GError  *error = NULL;
  gboolean sent = ws_connection_send_stream_finish (WS_CONNECTION (source), result, &error);

  note_end (user_data, sent, error);
}

static void
pinged_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GError *error = NULL;
  gint64  round_trip = ws_connection_send_ping_finish (WS_CONNECTION (source), result, &error);

  note_end (user_data, round_trip >= 0, error);
}

static void
closed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GError  *error = NULL;
  gboolean closed = ws_connection_close_finish (WS_CONNECTION (source), result, &error);

  note_end (user_data, closed, error);
}

static void
shut_down_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GError  *error = NULL;
  gboolean done = ws_server_shutdown_finish (WS_SERVER (source), result, &error);

  note_end (user_data, done, error);
}

static void
start_call (FuzzWorld    *self,
            WsConnection *connection,
            guint8        choice)
{
  g_autoptr (GBytes) bytes = make_bytes (self, choice >> 2);
  g_autoptr (GInputStream) stream = NULL;

  self->n_started++;
  switch (choice % 4)
    {
    case 0:
      ws_connection_send_async (connection, WS_DATA_FORMAT_BINARY, bytes, self->cancellable, sent_cb, self);
      break;
    case 1:
      stream = g_memory_input_stream_new_from_bytes (bytes);
      ws_connection_send_stream_async (connection, stream, self->cancellable, stream_sent_cb, self);
      break;
    case 2:
      ws_connection_send_ping_async (connection, self->cancellable, pinged_cb, self);
      break;
    default:
      ws_connection_close_async (connection, 1000 + choice % 4, "because", self->cancellable, closed_cb,
                                 self);
      break;
    }
}

/* --- actions on a connection ----------------------------------------------------------------- */

static void
set_stream (FuzzWorld    *self,
            WsConnection *connection,
            guint8        choice)
{
  g_autoptr (GBytes) bytes = make_bytes (self, choice);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);

  ws_connection_set_upload_stream (connection, stream, NULL);
}

static void
send_something (FuzzWorld    *self,
                WsConnection *connection,
                guint8        choice)
{
  g_autoptr (GBytes) bytes = make_bytes (self, choice >> 2);

  switch (choice % 4)
    {
    case 0:
      ws_connection_send (connection, bytes, NULL);
      break;
    case 1:
      ws_connection_send_text (connection, "Gr\303\274\303\237e", NULL);
      break;
    case 2:
      ws_connection_send_bytes (connection, bytes, NULL);
      break;
    default:
      ws_connection_send_ping (connection, NULL);
      break;
    }
}

static void
change_connection (WsConnection *connection,
                   guint8        choice)
{
  switch (choice % 5)
    {
    case 0:
      ws_connection_set_compress (connection, choice > 100);
      break;
    case 1:
      ws_connection_set_data_format (connection, choice > 100 ? WS_DATA_FORMAT_TEXT : WS_DATA_FORMAT_BINARY);
      break;
    case 2:
      ws_connection_change_line_mode (connection, choice > 60, NULL);
      break;
    case 3:
      ws_connection_pause_data (connection, NULL);
      break;
    default:
      ws_connection_process_data (connection, NULL);
      break;
    }
}

static void
act_on_connection (FuzzWorld    *self,
                   WsConnection *connection,
                   guint8        action,
                   guint8        choice)
{
  switch (action % 7)
    {
    case 0:
    case 1:
      send_something (self, connection, choice);
      break;
    case 2:
      change_connection (connection, choice);
      break;
    case 3:
      start_call (self, connection, choice);
      break;
    case 4:
      set_stream (self, connection, choice);
      break;
    case 5:
      ws_connection_close (connection, choice % 2 == 0 ? 1000 : 4000, choice > 100 ? "enough" : NULL, NULL);
      break;
    default:
      ws_connection_interrupt (connection, NULL);
      break;
    }
}

/* --- actions on the server ------------------------------------------------------------------- */

static void
message_cb (
    WsConnection *connection, WsDataFormat format, const guint8 *data, gsize length, gpointer user_data)
{
  FuzzWorld *self = user_data;

  g_assert_cmpuint (fuzz_find_peer (self, connection)->n_disconnected, ==, 0);
  fuzz_act (self, connection);
}

static void
broadcast (FuzzWorld *self,
           guint8     choice)
{
  g_autoptr (GBytes) bytes = make_bytes (self, choice);

  ws_server_broadcast (self->server, choice % 2 == 0 ? WS_DATA_FORMAT_BINARY : WS_DATA_FORMAT_TEXT, bytes,
                       NULL, NULL, NULL);
}

static void
change_listening (FuzzWorld *self,
                  guint8     choice)
{
  switch (choice % 4)
    {
    case 0:
      ws_server_stop_listening (self->server);
      break;
    case 1:
      self->n_started++;
      ws_server_shutdown_async (self->server, choice % 3, self->cancellable, shut_down_cb, self);
      break;
    case 2:
      if (!ws_server_get_listening (self->server))
        ws_server_start_listening (self->server, NULL);
      break;
    default:
      g_clear_object (&self->server);
      break;
    }
}

static void
act_on_server (FuzzWorld *self,
               guint8     action,
               guint8     choice)
{
  char id[12];

  g_snprintf (id, sizeof id, "%u", choice % 5);
  switch (action % 7)
    {
    case 0:
      broadcast (self, choice);
      break;
    case 1:
      ws_server_disconnect_client (self->server, id, NULL);
      break;
    case 2:
      g_free (ws_server_config (self->server, settings[choice % G_N_ELEMENTS (settings)], NULL));
      break;
    case 3:
      ws_server_set_message_func (self->server, choice % 2 == 0 ? message_cb : NULL, self, NULL);
      break;
    case 4:
      g_main_context_wakeup (self->context); /* it would wait for an event otherwise */
      ws_server_do_events (self->server);
      break;
    case 5:
      ws_server_send_text (self->server, id, "by its id", NULL);
      break;
    default:
      change_listening (self, choice);
      break;
    }
}

/* --- actions on all the rest ----------------------------------------------------------------- */

static void
act_on_world (FuzzWorld *self,
              guint8     action,
              guint8     choice)
{
  const guint index = choice % FUZZ_N_CLIENTS;

  switch (action % 7)
    {
    case 0:
      g_main_context_iteration (self->context, FALSE);
      break;
    case 1:
      fuzz_client_close (self, index);
      break;
    case 2:
      fuzz_client_receive (self, index);
      break;
    case 3:
      fuzz_client_send_frame (self, index, 0x82, (const guint8 *) get_pattern (), choice);
      break;
    case 4:
      fuzz_decide_deferred (self, choice);
      break;
    case 5:
      fuzz_client_open (self, index);
      break;
    default:
      if (choice > 128)
        g_cancellable_cancel (self->cancellable);
      else
        fuzz_advance_time (choice % 4);
      break;
    }
}

/* The action is 0, nothing, when there is nothing left of the input. */
void
fuzz_act (FuzzWorld    *self,
          WsConnection *connection)
{
  guint8 action;
  guint8 choice;

  if (self->depth >= FUZZ_MAX_DEPTH || self->n_actions >= FUZZ_MAX_ACTIONS)
    return;
  action = fuzz_take_last_byte (&self->input);
  if (action < 32)
    return;

  choice = fuzz_take_last_byte (&self->input);
  if (connection == NULL && self->peers->len > 0)
    connection = ((FuzzPeer *) self->peers->pdata[choice % self->peers->len])->connection;
  self->depth++;
  self->n_actions++;
  if (action < 144 && connection != NULL)
    {
      g_object_ref (connection);
      act_on_connection (self, connection, action, choice);
      g_object_unref (connection);
    }
  else if (action < 200 && self->server != NULL)
    act_on_server (self, action, choice);
  else
    act_on_world (self, action, choice);
  self->depth--;
}

/* --- requests -------------------------------------------------------------------------------- */

static void
decide_open (FuzzWorld     *self,
             WsOpenRequest *request,
             guint8         choice)
{
  switch (choice % 4)
    {
    case 0:
      ws_open_request_set_status_code (request, 101);
      break;
    case 1:
      ws_open_request_set_status_code (request, choice > 128 ? 403 : 302);
      ws_open_request_set_response_headers (request, "Location: /elsewhere\r\nX-One: 1");
      break;
    case 2:
      ws_open_request_set_sub_protocols (request, choice > 128 ? "chat" : "other");
      break;
    default:
      break;
    }
}

static void
decide_http (FuzzWorld     *self,
             WsHttpRequest *request,
             guint8         choice)
{
  g_autoptr (GBytes) bytes = make_bytes (self, choice >> 2);
  g_autoptr (GFile) file = g_file_new_for_path (FUZZ_FOLDER "/fuzz.h");

  switch (choice % 4)
    {
    case 0:
      ws_http_request_set_status_code (request, 200);
      ws_http_request_set_body (request, bytes);
      break;
    case 1:
      ws_http_request_respond_file (request, file, NULL);
      break;
    case 2:
      ws_http_request_set_status_code (request, 204);
      ws_http_request_set_response_headers (request, "X-One: 1\r\nX-Two: 2");
      break;
    default:
      break;
    }
}

static void
decide_tls (FuzzWorld              *self,
            WsSslConnectionRequest *request,
            guint8                  choice)
{
  switch (choice % 4)
    {
    case 0:
      ws_ssl_connection_request_refuse (request);
      break;
    case 1:
      ws_ssl_connection_request_set_certificate (request, fuzz_get_certificate ());
      break;
    case 2:
      ws_ssl_connection_request_set_cert_store_type (request, WS_CERT_STORE_TYPE_PEM_KEY_FILE);
      ws_ssl_connection_request_set_cert_store (request, "/nonexistent");
      break;
    default:
      break;
    }
}

void
fuzz_decide_deferred (FuzzWorld *self,
                      guint8     choice)
{
  g_autoptr (GObject) request = NULL;

  if (self->deferred->len == 0)
    return;

  request = g_ptr_array_steal_index (self->deferred, choice % self->deferred->len);
  if (choice % 5 == 0)
    return; /* dropped without a decision */
  if (WS_IS_OPEN_REQUEST (request))
    {
      decide_open (self, WS_OPEN_REQUEST (request), choice >> 2);
      ws_open_request_complete (WS_OPEN_REQUEST (request));
    }
  else if (WS_IS_SSL_CONNECTION_REQUEST (request))
    {
      decide_tls (self, WS_SSL_CONNECTION_REQUEST (request), choice >> 2);
      ws_ssl_connection_request_complete (WS_SSL_CONNECTION_REQUEST (request));
    }
  else
    {
      decide_http (self, WS_HTTP_REQUEST (request), choice >> 2);
      ws_http_request_complete (WS_HTTP_REQUEST (request));
    }
}

/* --- handlers -------------------------------------------------------------------------------- */

static void
open_request_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsOpenRequest *request,
                 FuzzWorld     *self)
{
  const guint8 choice = fuzz_take_last_byte (&self->input);

  g_assert_cmpuint (fuzz_find_peer (self, connection)->n_connected, ==, 0);
  if (choice >= 224)
    {
      ws_open_request_defer (request);
      g_ptr_array_add (self->deferred, g_object_ref (request));
    }
  else if (choice >= 128)
    decide_open (self, request, choice);
  fuzz_act (self, connection);
}

static void
http_request_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsHttpRequest *request,
                 FuzzWorld     *self)
{
  const guint8 choice = fuzz_take_last_byte (&self->input);

  fuzz_find_peer (self, connection);
  if (choice >= 224)
    {
      ws_http_request_defer (request);
      g_ptr_array_add (self->deferred, g_object_ref (request));
    }
  else if (choice >= 32)
    decide_http (self, request, choice);
  fuzz_act (self, connection);
}

static void
tls_request_cb (WsServer               *server,
                WsConnection           *connection,
                WsSslConnectionRequest *request,
                FuzzWorld              *self)
{
  const guint8 choice = fuzz_take_last_byte (&self->input);

  fuzz_find_peer (self, connection);
  if (choice >= 224)
    {
      ws_ssl_connection_request_defer (request);
      g_ptr_array_add (self->deferred, g_object_ref (request));
    }
  else if (choice >= 192)
    decide_tls (self, request, choice);
  fuzz_act (self, connection);
}

static void
client_authentication_cb (WsServer               *server,
                          WsConnection           *connection,
                          WsClientAuthentication *authentication,
                          FuzzWorld              *self)
{
  fuzz_find_peer (self, connection);
  if (fuzz_take_last_byte (&self->input) < 128)
    ws_client_authentication_set_accept (authentication, TRUE);
  fuzz_act (self, connection);
}

static void
tls_status_cb (WsServer     *server,
               WsConnection *connection,
               const char   *message,
               FuzzWorld    *self)
{
  fuzz_find_peer (self, connection);
  g_assert_true (g_utf8_validate (message, -1, NULL));
  fuzz_act (self, connection);
}

static void
connection_request_cb (WsServer            *server,
                       WsConnectionRequest *request,
                       FuzzWorld           *self)
{
  if (fuzz_take_last_byte (&self->input) >= 240)
    ws_connection_request_set_accept (request, FALSE);
  fuzz_act (self, NULL);
}

static void
connected_cb (WsServer     *server,
              WsConnection *connection,
              FuzzWorld    *self)
{
  FuzzPeer *peer = fuzz_find_peer (self, connection);

  g_assert_cmpuint (peer->n_connected++, ==, 0);
  fuzz_act (self, connection);
}

/* For each signal of a connection between the first and the last. */
static void
note_signal (FuzzWorld    *self,
             WsConnection *connection)
{
  FuzzPeer *peer = fuzz_find_peer (self, connection);

  g_assert_cmpuint (peer->n_connected, ==, 1);
  g_assert_cmpuint (peer->n_disconnected, ==, 0);
  fuzz_act (self, connection);
}

static void
ready_cb (WsServer     *server,
          WsConnection *connection,
          FuzzWorld    *self)
{
  note_signal (self, connection);
}

static void
data_in_cb (WsServer     *server,
            WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data,
            gboolean      eom,
            gboolean      eol,
            FuzzWorld    *self)
{
  note_signal (self, connection);
}

static void
ping_cb (WsServer     *server,
         WsConnection *connection,
         GBytes       *payload,
         gboolean      response,
         FuzzWorld    *self)
{
  note_signal (self, connection);
}

static void
disconnected_cb (
    WsServer *server, WsConnection *connection, int code, const char *description, FuzzWorld *self)
{
  FuzzPeer *peer = fuzz_find_peer (self, connection);

  g_assert_cmpuint (peer->n_connected, ==, 1);
  g_assert_cmpuint (peer->n_disconnected++, ==, 0);
  g_assert_true (g_utf8_validate (description, -1, NULL));
  fuzz_act (self, connection);
}

static void
error_cb (WsServer     *server,
          WsConnection *connection,
          int           code,
          const char   *description,
          FuzzWorld    *self)
{
  g_assert_true (g_utf8_validate (description, -1, NULL));
  fuzz_act (self, connection);
}

static void
log_cb (WsServer     *server,
        WsConnection *connection,
        int           level,
        const char   *message,
        const char   *type,
        FuzzWorld    *self)
{
  g_assert_true (g_utf8_validate (message, -1, NULL));
  for (const char *p = message; *p != '\0'; p++)
    g_assert_false (g_ascii_iscntrl (*p));
  fuzz_act (self, connection);
}

void
fuzz_set_up_handlers (FuzzWorld *self,
                      guint8     flags)
{
  WsServer *server = self->server;

  g_signal_connect (server, "web-socket-open-request", G_CALLBACK (open_request_cb), self);
  g_signal_connect (server, "connected", G_CALLBACK (connected_cb), self);
  g_signal_connect (server, "ready-to-send", G_CALLBACK (ready_cb), self);
  g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), self);
  g_signal_connect (server, "ping", G_CALLBACK (ping_cb), self);
  g_signal_connect (server, "error", G_CALLBACK (error_cb), self);
  g_signal_connect (server, "disconnected", G_CALLBACK (disconnected_cb), self);
  if ((flags & 1) != 0)
    g_signal_connect (server, "http-request", G_CALLBACK (http_request_cb), self);
  if ((flags & 2) != 0)
    g_signal_connect (server, "connection-request", G_CALLBACK (connection_request_cb), self);
  if ((flags & 4) != 0)
    g_signal_connect (server, "log", G_CALLBACK (log_cb), self);
  g_signal_connect (server, "ssl-connection-request", G_CALLBACK (tls_request_cb), self);
  g_signal_connect (server, "ssl-client-authentication", G_CALLBACK (client_authentication_cb), self);
  if ((flags & 2) != 0)
    g_signal_connect (server, "ssl-status", G_CALLBACK (tls_status_cb), self);
  if ((flags & 8) != 0)
    ws_server_set_message_func (server, message_cb, self, NULL);
  for (guint i = 0; i < 2; i++)
    {
      const guint8 choice = fuzz_take_byte (&self->input);

      if (choice > 0)
        g_free (ws_server_config (server, settings[choice % G_N_ELEMENTS (settings)], NULL));
    }
}

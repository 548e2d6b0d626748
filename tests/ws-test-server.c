/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"

#define MAX_QUOTED_LENGTH 40

static guint
number_of (WsTestServer *self,
           WsConnection *connection)
{
  guint index;

  g_assert_true (WS_IS_CONNECTION (connection));
  if (!g_ptr_array_find (self->connections, connection, &index))
    {
      index = self->connections->len;
      g_ptr_array_add (self->connections, g_object_ref (connection));
    }

  return index + 1;
}

static void G_GNUC_PRINTF (2, 3)
    record (WsTestServer *self,
            const char   *format,
            ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (self->events, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

static char *
quote (GBytes *bytes)
{
  gsize         length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  if (length > MAX_QUOTED_LENGTH)
    return g_strdup_printf ("%" G_GSIZE_FORMAT " bytes", length);

  for (gsize i = 0; i < length; i++)
    if (data[i] < 0x20 || data[i] > 0x7e)
      return g_strdup_printf ("%" G_GSIZE_FORMAT " bytes", length);

  return g_strdup_printf ("\"%.*s\"", (int) length, (const char *) data);
}

static void
connection_request_cb (WsServer            *server,
                       WsConnectionRequest *request,
                       gpointer             user_data)
{
  record (user_data, "connection-request %s", ws_connection_request_get_address (request));
}

static void
open_request_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsOpenRequest *request,
                 gpointer       user_data)
{
  record (user_data, "web-socket-open-request #%u %s", number_of (user_data, connection),
          ws_open_request_get_request_uri (request));
}

static void
http_request_cb (WsServer      *server,
                 WsConnection  *connection,
                 WsHttpRequest *request,
                 gpointer       user_data)
{
  record (user_data, "http-request #%u %s %s", number_of (user_data, connection),
          ws_http_request_get_method (request), ws_http_request_get_request_uri (request));
}

static void
connected_cb (WsServer     *server,
              WsConnection *connection,
              gpointer      user_data)
{
  record (user_data, "connected #%u", number_of (user_data, connection));
}

static void
ready_to_send_cb (WsServer     *server,
                  WsConnection *connection,
                  gpointer      user_data)
{
  record (user_data, "ready-to-send #%u", number_of (user_data, connection));
}

static void
echo_piece (WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data)
{
  g_autoptr (GError) error = NULL;

  ws_connection_set_data_format (connection, format);
  ws_connection_send (connection, data, &error);
  g_assert_no_error (error);
}

static void
data_in_cb (WsServer     *server,
            WsConnection *connection,
            WsDataFormat  format,
            GBytes       *data,
            gboolean      eom,
            gboolean      eol,
            gpointer      user_data)
{
  WsTestServer    *self = user_data;
  g_autofree char *quoted = quote (data);
  const char      *format_name = format == WS_DATA_FORMAT_TEXT     ? "text"
                                 : format == WS_DATA_FORMAT_BINARY ? "binary"
                                                                   : "continuation";

  record (self, "data-in #%u %s %s%s%s", number_of (self, connection), format_name, quoted,
          eom ? " eom" : "", eol ? " eol" : "");
  g_ptr_array_add (self->pieces, g_bytes_ref (data));

  if (self->echo && eom)
    echo_piece (connection, format, data);
}

static void
ping_cb (WsServer     *server,
         WsConnection *connection,
         GBytes       *payload,
         gboolean      response,
         gpointer      user_data)
{
  g_autofree char *quoted = quote (payload);

  record (user_data, "%s #%u %s", response ? "pong" : "ping", number_of (user_data, connection),
          quoted);
}

static void
error_cb (WsServer     *server,
          WsConnection *connection,
          int           code,
          const char   *description,
          gpointer      user_data)
{
  if (connection != NULL)
    record (user_data, "error #%u %d %s", number_of (user_data, connection), code, description);
  else
    record (user_data, "error - %d %s", code, description);
}

static void
log_cb (WsServer     *server,
        WsConnection *connection,
        int           level,
        const char   *message,
        const char   *type,
        gpointer      user_data)
{
  WsTestServer *self = user_data;

  g_assert_cmpint (level, >=, 1);
  g_assert_cmpint (level, <=, 3);
  if (connection != NULL)
    number_of (self, connection);
  g_ptr_array_add (self->logs, g_strdup_printf ("%s %s", type, message));
}

static void
disconnected_cb (WsServer     *server,
                 WsConnection *connection,
                 int           code,
                 const char   *description,
                 gpointer      user_data)
{
  record (user_data, "disconnected #%u %d \"%s\"", number_of (user_data, connection), code,
          description);
}

/* ECDSA: an RSA key costs the handshakes of a run five times as much. */
static WsCertificate *
get_certificate (void)
{
  static WsCertificate *certificate;
  const char *const     names[] = { "localhost", NULL };
  g_autoptr (GError) error = NULL;

  if (certificate == NULL)
    certificate = ws_certificate_new_self_signed (names, 60, &error);
  g_assert_no_error (error);

  return certificate;
}

void
ws_test_server_secure (WsServer *server)
{
  WsTestTlsMode mode = ws_test_tls_get_mode ();
  g_autoptr (GError) error = NULL;
  g_autofree char *protocols = NULL;

  if (mode == WS_TEST_TLS_NONE)
    return;

  ws_server_set_use_ssl (server, TRUE, &error);
  g_assert_no_error (error);
  ws_server_set_ssl_cert (server, get_certificate (), &error);
  g_assert_no_error (error);
  ws_server_set_ssl_provider (
      server, mode == WS_TEST_TLS_PLATFORM ? WS_SSL_PROVIDER_PLATFORM : WS_SSL_PROVIDER_INTERNAL, &error);
  g_assert_no_error (error);
  protocols = ws_server_config (server, mode == WS_TEST_TLS_1_2 ? "SSLEnabledProtocols=3072" : "SSLEnabledProtocols=12288",
                                &error);
  g_assert_no_error (error);
}

WsTestServer *
ws_test_server_new (void)
{
  WsTestServer *self = g_new0 (WsTestServer, 1);
  WsServer     *server = ws_server_new ();

  ws_test_server_secure (server);
  self->server = server;
  self->events = g_ptr_array_new_with_free_func (g_free);
  self->logs = g_ptr_array_new_with_free_func (g_free);
  self->connections = g_ptr_array_new ();
  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  g_signal_connect (server, "connection-request", G_CALLBACK (connection_request_cb), self);
  g_signal_connect (server, "web-socket-open-request", G_CALLBACK (open_request_cb), self);
  g_signal_connect (server, "http-request", G_CALLBACK (http_request_cb), self);
  g_signal_connect (server, "connected", G_CALLBACK (connected_cb), self);
  g_signal_connect (server, "ready-to-send", G_CALLBACK (ready_to_send_cb), self);
  g_signal_connect (server, "data-in", G_CALLBACK (data_in_cb), self);
  g_signal_connect (server, "ping", G_CALLBACK (ping_cb), self);
  g_signal_connect (server, "error", G_CALLBACK (error_cb), self);
  g_signal_connect (server, "log", G_CALLBACK (log_cb), self);
  g_signal_connect (server, "disconnected", G_CALLBACK (disconnected_cb), self);

  return self;
}

void
ws_test_server_config (WsTestServer *self,
                       const char   *setting)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = ws_server_config (self->server, setting, &error);

  g_assert_no_error (error);
  g_assert_nonnull (value);
}

void
ws_test_server_stop_recording (WsTestServer *self,
                               const char   *signal)
{
  guint id = g_signal_lookup (signal, WS_TYPE_SERVER);

  g_assert_cmpuint (g_signal_handlers_disconnect_matched (
                        self->server, G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_DATA, id, 0, NULL, NULL, self),
                    ==, 1);
}

void
ws_test_server_listen (WsTestServer *self)
{
  g_autoptr (GError) error = NULL;

  if (*ws_server_get_local_host (self->server) == '\0')
    ws_server_set_local_host (self->server, "127.0.0.1", &error);
  g_assert_no_error (error);

  ws_server_start_listening (self->server, &error);
  g_assert_no_error (error);
  self->port = ws_server_get_local_port (self->server);
}

WsTestServer *
ws_test_server_new_with (const char *const *settings)
{
  WsTestServer *self = ws_test_server_new ();

  for (; *settings != NULL; settings++)
    ws_test_server_config (self, *settings);

  ws_test_server_listen (self);
  return self;
}

WsTestServer *
ws_test_server_new_listening (const char *setting,
                              ...)
{
  WsTestServer *self = ws_test_server_new ();
  va_list       settings;

  va_start (settings, setting);
  for (const char *s = setting; s != NULL; s = va_arg (settings, const char *))
    ws_test_server_config (self, s);
  va_end (settings);

  ws_test_server_listen (self);
  return self;
}

guint
ws_test_server_get_n_clients (WsTestServer *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (ws_server_get_connections (self->server)));
}

void
ws_test_server_free (WsTestServer *self)
{
  /* A NULL server: the test has dropped it by itself. */
  if (self->server != NULL)
    {
      ws_server_shutdown (self->server);
      g_assert_false (ws_server_get_listening (self->server));
      ws_test_wait_until (ws_test_server_get_n_clients (self) == 0);
      ws_test_settle ();
      g_signal_handlers_disconnect_by_data (self->server, self);
      g_assert_finalize_object (self->server);
    }

  ws_test_settle ();
  for (guint i = 0; i < self->connections->len; i++)
    g_assert_finalize_object (G_OBJECT (self->connections->pdata[i]));

  g_ptr_array_unref (self->events);
  g_ptr_array_unref (self->logs);
  g_ptr_array_unref (self->pieces);
  g_ptr_array_unref (self->connections);
  g_free (self);
}

WsTestClient *
ws_test_server_connect (WsTestServer *self)
{
  return ws_test_client_new (self->port);
}

WsTestClient *
ws_test_server_open (WsTestServer *self)
{
  WsTestClient *client = ws_test_server_connect (self);
  guint         n_before = ws_test_server_count (self, "connected ");

  ws_test_client_open (client, "/", NULL);
  ws_test_wait_until (ws_test_server_count (self, "connected ") == n_before + 1);
  ws_test_settle ();
  ws_test_server_forget (self);

  return client;
}

WsConnection *
ws_test_server_get (WsTestServer *self,
                    guint         number)
{
  g_assert_cmpuint (number, >=, 1);
  g_assert_cmpuint (number, <=, self->connections->len);
  return self->connections->pdata[number - 1];
}

void
ws_test_server_assert_events (WsTestServer *self,
                              ...)
{
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GString) happened = g_string_new (NULL);
  va_list events;

  va_start (events, self);
  for (const char *event = va_arg (events, const char *); event != NULL;
       event = va_arg (events, const char *))
    g_string_append_printf (expected, "%s\n", event);
  va_end (events);

  for (guint i = 0; i < self->events->len; i++)
    g_string_append_printf (happened, "%s\n", (const char *) self->events->pdata[i]);

  g_assert_cmpstr (happened->str, ==, expected->str);
  ws_test_server_forget (self);
}

void
ws_test_server_forget (WsTestServer *self)
{
  g_ptr_array_set_size (self->events, 0);
  g_ptr_array_set_size (self->pieces, 0);
}

guint
ws_test_server_count (WsTestServer *self,
                      const char   *prefix)
{
  guint n_events = 0;

  for (guint i = 0; i < self->events->len; i++)
    n_events += g_str_has_prefix (self->events->pdata[i], prefix);

  return n_events;
}

gboolean
ws_test_server_has_log (WsTestServer *self,
                        const char   *part)
{
  for (guint i = 0; i < self->logs->len; i++)
    if (strstr (self->logs->pdata[i], part) != NULL)
      return TRUE;

  return FALSE;
}

WsConnection *
ws_test_find_connection (const GValue *values,
                         guint         n_values)
{
  for (guint i = 0; i < n_values && i < 2; i++)
    if (G_VALUE_HOLDS_OBJECT (&values[i]) && WS_IS_CONNECTION (g_value_get_object (&values[i])))
      return g_value_get_object (&values[i]);

  return NULL;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver-engines/ws-redis-link-private.h"

#include <hiredis.h>

#include <string.h>

/* How much is read at once, and how long the values of one turn may take. */
#define READ_BYTES (32 * 1024)
#define TURN_US 4000

/* A server gets at least this time to accept a login. */
#define MIN_LOGIN_MS 1000

/* Stages of a login, in the order of their answers. */
typedef enum
{
  STAGE_CONNECTING,
  STAGE_AUTH,
  STAGE_SELECT,
  STAGE_PING,
  STAGE_UP,
} Stage;

struct _WsRedisLink
{
  grefcount                ref_count;
  gboolean                 closed;
  const WsRedisLinkEvents *events;
  gpointer                 owner;
  WsRedisLinkOptions       options; /* its pointers are owned */
  char                    *shown;
  gboolean                 in_handshake; /* of TLS */
  Stage                    stage;

  GCancellable      *connecting;
  GSocketConnection *connection;
  WsRedisReader     *reader;
  GByteArray        *output;
  gsize              written; /* of output */
  gboolean           above_low;

  GSource *read_source;
  GSource *write_source;
  GSource *turn_source; /* more of what was read is to be delivered */
  GSource *ping_source;
  gboolean ping_waits; /* nothing has been received since the last PING */
};

static gboolean write_cb (GObject *stream,
                          gpointer user_data);

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static WsRedisLink *
ref_link (WsRedisLink *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

static void
unref_link (WsRedisLink *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_clear_object (&self->connecting);
  g_clear_object (&self->connection);
  g_clear_object (&self->options.tls_database);
  g_clear_pointer (&self->options.context, g_main_context_unref);
  g_clear_pointer (&self->reader, ws_redis_reader_free);
  g_byte_array_unref (self->output);
  g_free ((char *) self->options.user);
  g_free ((char *) self->options.password);
  g_free (self->shown);
  g_free (self);
}

static GSource *
add_source (WsRedisLink *self,
            GSource     *source,
            GSourceFunc  function)
{
  g_source_set_callback (source, function, self, NULL);
  g_source_attach (source, self->options.context);
  return source;
}

/* Ends the link; only the owner's reference is left. Nothing here waits: g_io_stream_close() of TLS would. */
static void
end_link (WsRedisLink *self)
{
  self->closed = TRUE;
  clear_source (&self->read_source);
  clear_source (&self->write_source);
  clear_source (&self->turn_source);
  clear_source (&self->ping_source);
  g_cancellable_cancel (self->connecting);
  if (self->connection != NULL)
    g_socket_close (g_socket_connection_get_socket (self->connection), NULL);
}

static void
lose (WsRedisLink *self,
      WsError      code,
      gboolean     refused,
      const char  *what)
{
  g_autofree char *reason = NULL;

  if (self->closed)
    return;

  reason = g_strdup_printf ("%s: %s", what, self->shown);
  end_link (self);
  self->events->lost (self, code, reason, refused, self->owner);
}

static GPollableOutputStream *
get_output_stream (WsRedisLink *self)
{
  return G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (G_IO_STREAM (self->connection)));
}

static GPollableInputStream *
get_input_stream (WsRedisLink *self)
{
  return G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (self->connection)));
}

gsize
ws_redis_link_get_output (WsRedisLink *self)
{
  return self->output->len - self->written;
}

gboolean
ws_redis_link_is_up (WsRedisLink *self)
{
  return self->stage == STAGE_UP && !self->closed;
}

static void
take_written (WsRedisLink *self,
              gsize        n_bytes)
{
  self->written += n_bytes;
  if (self->written == self->output->len)
    {
      /* A large message leaves no large buffer behind. */
      if (self->output->len > 4 * WS_REDIS_LINK_LOW_BYTES)
        {
          g_byte_array_unref (self->output);
          self->output = g_byte_array_new ();
        }
      else
        g_byte_array_set_size (self->output, 0);
      self->written = 0;
    }
  else if (self->written > self->output->len / 2 && self->written > WS_REDIS_LINK_LOW_BYTES)
    {
      g_byte_array_remove_range (self->output, 0, (guint) self->written);
      self->written = 0;
    }
}

/* Returns FALSE if the socket has failed, with the error. */
static gboolean
write_output (WsRedisLink *self,
              GError     **error)
{
  while (self->written < self->output->len)
    {
      g_autoptr (GError) failure = NULL;
      const gssize n = g_pollable_output_stream_write_nonblocking (
          get_output_stream (self), self->output->data + self->written, self->output->len - self->written,
          NULL,
          &failure);

      if (n < 0 && g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return TRUE;
      if (n < 0)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      take_written (self, (gsize) n);
    }
  return TRUE;
}

/* Waits for the socket, or, while it accepts all, for the end of the iteration. */
static void
await_writing (WsRedisLink *self)
{
  if (self->write_source == NULL && self->connection != NULL && !self->closed)
    self->write_source = add_source (
        self, g_pollable_output_stream_create_source (get_output_stream (self), NULL),
        G_SOURCE_FUNC (write_cb));
}

static gboolean
write_cb (GObject *stream,
          gpointer user_data)
{
  WsRedisLink *self = ref_link (user_data);
  g_autoptr (GError) error = NULL;

  if (!write_output (self, &error))
    lose (self, WS_ERROR_CONNECTION_RESET, FALSE, error->message);
  if (!self->closed && self->above_low && ws_redis_link_get_output (self) < WS_REDIS_LINK_LOW_BYTES)
    {
      self->above_low = FALSE;
      self->events->writable (self, self->owner);
    }
  if (!self->closed && ws_redis_link_get_output (self) == 0)
    clear_source (&self->write_source);
  unref_link (self);
  return G_SOURCE_CONTINUE;
}

void
ws_redis_link_send (WsRedisLink *self,
                    int          n_arguments,
                    const char **arguments,
                    const gsize *lengths)
{
  char     *command = NULL;
  const int length = redisFormatCommandArgv (&command, n_arguments, arguments, lengths);

  g_assert (length > 0);
  g_byte_array_append (self->output, (const guint8 *) command, (guint) length);
  free (command);
  /* An error comes again at the next attempt, which can tell the owner. */
  if (ws_redis_link_get_output (self) >= WS_REDIS_LINK_LOW_BYTES && self->connection != NULL && !self->closed)
    write_output (self, NULL);
  self->above_low |= ws_redis_link_get_output (self) >= WS_REDIS_LINK_LOW_BYTES;
  await_writing (self);
}

static void
send_words (WsRedisLink *self,
            const char  *first,
            const char  *second,
            const char  *third)
{
  const char *words[] = { first, second, third };

  ws_redis_link_send (self, third != NULL ? 3 : second != NULL ? 2
                                                               : 1,
                      words, NULL);
}

/* Whether it may be different the next time, with the same login. */
static gboolean
is_passing (const char *text)
{
  static const char *const beginnings[] = { "LOADING ", "BUSY ", "MASTERDOWN ", "TRYAGAIN ", "CLUSTERDOWN ",
                                            "ERR max number of clients" };

  for (gsize i = 0; i < G_N_ELEMENTS (beginnings); i++)
    if (g_str_has_prefix (text, beginnings[i]))
      return TRUE;
  return FALSE;
}

static void
lose_by_answer (WsRedisLink *self,
                const char  *text)
{
  const char      *password = self->options.password;
  g_autofree char *printable = NULL;

  /* Some servers repeat a command that they do not know. */
  if (password != NULL && password[0] != '\0' && strstr (text, password) != NULL)
    text = "the server refuses the password";
  printable = g_strescape (text, NULL);
  if (strlen (printable) > 200)
    printable[200] = '\0';
  lose (self, WS_ERROR_ACCESS_DENIED, !is_passing (text), printable);
}

static void
log_in (WsRedisLink *self)
{
  g_autofree char *database = g_strdup_printf ("%d", self->options.database);

  self->stage = STAGE_PING;
  if (self->options.database > 0)
    self->stage = STAGE_SELECT;
  if (self->options.password != NULL)
    {
      self->stage = STAGE_AUTH;
      if (self->options.user != NULL)
        send_words (self, "AUTH", self->options.user, self->options.password);
      else
        send_words (self, "AUTH", self->options.password, NULL);
    }
  if (self->options.database > 0)
    send_words (self, "SELECT", database, NULL);
  send_words (self, "PING", NULL, NULL);
}

static gboolean ping_cb (gpointer user_data);

static void
await_ping (WsRedisLink *self,
            guint        ms)
{
  clear_source (&self->ping_source);
  self->ping_source = add_source (self, g_timeout_source_new (ms), ping_cb);
}

static void
take_login_answer (WsRedisLink        *self,
                   const WsRedisValue *value)
{
  if (value->kind == WS_REDIS_ERROR)
    lose_by_answer (self, ws_redis_value_get_text (value));
  else if (!ws_redis_value_is (value, self->stage == STAGE_PING ? "PONG" : "OK"))
    lose (self, WS_ERROR_PROTOCOL_NOT_SUPPORTED, TRUE, "what it sends is not the protocol of Redis");
  else if (self->stage == STAGE_PING)
    {
      self->stage = STAGE_UP;
      await_ping (self, self->options.ping_ms);
      self->events->up (self, self->owner);
    }
  else
    self->stage = self->stage == STAGE_AUTH && self->options.database > 0 ? STAGE_SELECT : STAGE_PING;
}

/* RESP2 answers a PING with an array once something is subscribed to. */
static gboolean
is_pong (const WsRedisValue *value)
{
  return ws_redis_value_is (value, "PONG") ||
         (value->kind == WS_REDIS_ARRAY && value->n_items == 2 && ws_redis_value_is (value->items[0], "pong"));
}

static gboolean turn_cb (gpointer user_data);

/* Delivers what was read, for one turn. */
static void
deliver_values (WsRedisLink *self)
{
  const gint64 end = g_get_monotonic_time () + TURN_US;

  while (!self->closed)
    {
      g_autoptr (WsRedisValue) value = NULL;

      if (!ws_redis_reader_next (self->reader, &value))
        {
          lose (self, WS_ERROR_PROTOCOL_NOT_SUPPORTED, FALSE, ws_redis_reader_get_fault (self->reader));
          return;
        }
      if (value == NULL)
        break;
      if (self->stage != STAGE_UP)
        take_login_answer (self, value);
      else if (!is_pong (value))
        self->events->value (self, value, self->owner);
      if (g_get_monotonic_time () >= end)
        {
          if (!self->closed && self->turn_source == NULL)
            self->turn_source = add_source (self, g_timeout_source_new (0), turn_cb);
          return;
        }
    }
  clear_source (&self->turn_source);
}

static gboolean
turn_cb (gpointer user_data)
{
  WsRedisLink *self = ref_link (user_data);

  deliver_values (self);
  unref_link (self);
  return G_SOURCE_CONTINUE;
}

/* Returns whether something was read. */
static gboolean
read_some (WsRedisLink *self)
{
  guint8 buffer[READ_BYTES];
  g_autoptr (GError) error = NULL;
  const gssize n = g_pollable_input_stream_read_nonblocking (get_input_stream (self), buffer, sizeof buffer,
                                                             NULL, &error);

  if (n > 0)
    {
      self->ping_waits = FALSE;
      if (!ws_redis_reader_feed (self->reader, buffer, (gsize) n))
        lose (self, WS_ERROR_MESSAGE_SIZE, FALSE, ws_redis_reader_get_fault (self->reader));
      return TRUE;
    }
  if (n == 0)
    lose (self, WS_ERROR_CONNECTION_RESET, FALSE, "the server has closed the connection");
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    lose (self, WS_ERROR_CONNECTION_RESET, FALSE, error->message);
  return FALSE;
}

static gboolean
read_cb (GObject *stream,
         gpointer user_data)
{
  WsRedisLink *self = ref_link (user_data);

  /* What was read before comes first, and what may wait is limited. */
  if (self->turn_source == NULL && read_some (self))
    deliver_values (self);
  unref_link (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
ping_cb (gpointer user_data)
{
  WsRedisLink *self = ref_link (user_data);

  /* This process may have been stopped itself; then the answer lies in the socket. */
  if (self->ping_waits && self->connection != NULL && self->stage != STAGE_CONNECTING && read_some (self))
    deliver_values (self);

  if (self->stage != STAGE_UP)
    lose (self, WS_ERROR_TIMED_OUT, FALSE,
          self->in_handshake && self->connection == NULL ? "the server does not answer the TLS handshake"
                                                         : "the server does not answer the login");
  else if (self->ping_waits)
    lose (self, WS_ERROR_TIMED_OUT, FALSE, "the server does not answer");
  else if (!self->closed)
    {
      self->ping_waits = TRUE;
      send_words (self, "PING", NULL, NULL);
      await_ping (self, self->options.ping_ms);
    }
  unref_link (self);
  return G_SOURCE_CONTINUE;
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  WsRedisLink *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = NULL;

  connection = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);
  if (connection == NULL)
    {
      /* A server without TLS answers, or closes, in the middle of the handshake. */
      if (self->in_handshake)
        lose (self, WS_ERROR_HANDSHAKE, TRUE, error->message);
      else
        lose (self, WS_ERROR_CONNECTION_REFUSED, FALSE, error->message);
    }
  else if (!self->closed)
    {
      self->connection = g_steal_pointer (&connection);
      self->read_source =
          add_source (self, g_pollable_input_stream_create_source (get_input_stream (self), NULL),
                      G_SOURCE_FUNC (read_cb));
      log_in (self);
    }
  else
    g_socket_close (g_socket_connection_get_socket (connection), NULL);
  unref_link (self);
}

static void
tls_event_cb (GSocketClient      *client,
              GSocketClientEvent  event,
              GSocketConnectable *connectable,
              GIOStream          *stream,
              gpointer            user_data)
{
  WsRedisLink *self = user_data;

  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKING)
    return;
  self->in_handshake = TRUE;
  if (self->options.tls_database != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (stream), self->options.tls_database);
}

static void
release_link (gpointer  data,
              GClosure *closure)
{
  unref_link (data);
}

static void
begin_to_connect (WsRedisLink         *self,
                  const WsRedisServer *server)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  /* A broker is not behind a proxy of web pages. */
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_tls (client, server->use_tls);
  g_signal_connect_data (client, "event", G_CALLBACK (tls_event_cb), ref_link (self), release_link, 0);
  g_socket_client_connect_async (client, server->address, self->connecting, connected_cb, ref_link (self));
}

WsRedisLink *
ws_redis_link_new (const WsRedisServer      *server,
                   const WsRedisLinkOptions *options,
                   const WsRedisLinkEvents  *events,
                   gpointer                  owner)
{
  WsRedisLink *self = g_new0 (WsRedisLink, 1);

  g_ref_count_init (&self->ref_count);
  self->events = events;
  self->owner = owner;
  self->options = *options;
  self->options.user = g_strdup (options->user);
  self->options.password = g_strdup (options->password);
  self->options.context = g_main_context_ref (options->context);
  if (options->tls_database != NULL)
    g_object_ref (options->tls_database);
  self->shown = g_strdup (server->shown);
  self->connecting = g_cancellable_new ();
  self->reader = ws_redis_reader_new (options->max_message_bytes);
  self->output = g_byte_array_new ();
  await_ping (self, MAX (options->ping_ms, MIN_LOGIN_MS));
  begin_to_connect (self, server);
  return self;
}

void
ws_redis_link_close (WsRedisLink *self)
{
  if (!self->closed && self->connection != NULL)
    write_output (self, NULL);
  if (!self->closed)
    end_link (self);
  unref_link (self);
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>

#include "ws-test-client.h"

static const guint8 masking_key[4] = { 0x37, 0xfa, 0x21, 0x3d };

static void G_GNUC_PRINTF (1, 2) G_GNUC_NORETURN
    fail (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  g_error ("%s: %s", g_test_get_path (), message);
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;

  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
add_fd_source (int               fd,
               GIOCondition      condition,
               GUnixFDSourceFunc callback,
               WsTestClient     *self)
{
  GSource *source = g_unix_fd_source_new (fd, condition);

  g_source_set_callback (source, G_SOURCE_FUNC (callback), self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static void
end_input (WsTestClient *self,
           int           error_number)
{
  self->eof = TRUE;
  self->error_number = error_number;
  clear_source (&self->reader);
}

/* Only looks at the front of the input: a test that sets this takes the other frames as they come. */
static void
answer_pings (WsTestClient *self)
{
  while (self->input->len > 0 && (self->input->data[0] & 0x0f) == WS_OPCODE_PING)
    {
      g_autoptr (WsTestFrame) ping = ws_test_client_take_frame (self);

      if (ping == NULL)
        return;

      ws_test_client_send_frame (self, (WsTestFrameSpec){ .opcode = WS_OPCODE_PONG },
                                 g_bytes_get_data (ping->payload, NULL),
                                 g_bytes_get_size (ping->payload));
      self->n_answered_pings++;
    }
}

gssize
ws_test_client_receive (WsTestClient *self,
                        gpointer      buffer,
                        gsize         size)
{
  return self->tls != NULL ? ws_test_tls_receive (self->tls, buffer, size)
                           : recv (self->fd, buffer, size, MSG_DONTWAIT);
}

static gboolean
readable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  WsTestClient *self = user_data;
  guint8        buffer[65536];
  gssize        n_bytes = ws_test_client_receive (self, buffer, sizeof buffer);

  if (n_bytes > 0)
    {
      g_byte_array_append (self->input, buffer, (guint) n_bytes);
      self->n_received_bytes += (guint64) n_bytes;
      if (self->answers_pings)
        answer_pings (self);
      return G_SOURCE_CONTINUE;
    }

  if (n_bytes < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;

  end_input (self, n_bytes < 0 ? errno : 0);
  return G_SOURCE_REMOVE;
}

/* Whether data can go out and come in: over TLS, the handshake is over. */
static gboolean
is_open (WsTestClient *self)
{
  return self->tls == NULL || ws_test_tls_is_open (self->tls);
}

/* Bytes that cannot be sent because the server has gone are dropped: the test sees eof. */
static void
flush_output (WsTestClient *self)
{
  while (self->output->len > 0 && self->fd >= 0 && is_open (self))
    {
      gssize n_bytes;

      if (self->tls != NULL)
        n_bytes = ws_test_tls_send (self->tls, self->output->data, self->output->len);
      else
        n_bytes = send (self->fd, self->output->data, self->output->len, MSG_NOSIGNAL);

      if (n_bytes > 0)
        g_byte_array_remove_range (self->output, 0, (guint) n_bytes);
      else if (n_bytes < 0 && errno == EINTR)
        continue;
      else if (n_bytes < 0 && (errno == EAGAIN || errno == EINPROGRESS || errno == ENOTCONN))
        return;
      else
        g_byte_array_set_size (self->output, 0);
    }
}

/* TRUE while there is something that the kernel would not take. */
static gboolean
is_blocked (WsTestClient *self)
{
  if (self->tls != NULL && !ws_test_tls_flush (self->tls))
    return TRUE;

  return is_open (self) && self->output->len > 0;
}

static gboolean
writable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  WsTestClient *self = user_data;

  flush_output (self);
  if (is_blocked (self))
    return G_SOURCE_CONTINUE;

  clear_source (&self->writer);
  return G_SOURCE_REMOVE;
}

static void
wait_until_writable (WsTestClient *self)
{
  if (self->writer == NULL && self->fd >= 0 && is_blocked (self))
    self->writer = add_fd_source (self->fd, G_IO_OUT, writable_cb, self);
}

/* The handshake reads whether the test does or not: what the test stops is data. */
static gboolean
handshake_cb (int          fd,
              GIOCondition condition,
              gpointer     user_data)
{
  WsTestClient *self = user_data;
  gssize        result = ws_test_tls_handshake (self->tls);

  if (result < 0 && errno == EAGAIN)
    {
      wait_until_writable (self);
      return G_SOURCE_CONTINUE;
    }

  clear_source (&self->handshaker);
  if (result <= 0)
    {
      g_byte_array_set_size (self->output, 0);
      end_input (self, result < 0 ? errno : 0);
      return G_SOURCE_REMOVE;
    }

  flush_output (self);
  wait_until_writable (self);
  ws_test_client_set_reading (self, self->reading);
  return G_SOURCE_REMOVE;
}

static void
begin_handshake (WsTestClient *self)
{
  self->tls = ws_test_tls_new (self->fd);
  self->handshaker = add_fd_source (self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, handshake_cb, self);
  handshake_cb (self->fd, 0, self);
}

static void
wait_until_open (WsTestClient *self)
{
  ws_test_wait_until (is_open (self) || self->eof);
}

/* Connects; nothing is sent or read yet. */
static WsTestClient *
connect_client (GSocketAddress *address)
{
  WsTestClient           *self = g_new0 (WsTestClient, 1);
  struct sockaddr_storage native;
  gssize                  native_size = g_socket_address_get_native_size (address);
  g_autoptr (GError) error = NULL;
  int one = 1;

  self->input = g_byte_array_new ();
  self->output = g_byte_array_new ();

  g_socket_address_to_native (address, &native, sizeof native, &error);
  g_assert_no_error (error);

  self->fd = socket ((int) g_socket_address_get_family (address),
                     SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  g_assert_cmpint (self->fd, >=, 0);
  /* So that each piece a test sends is seen by itself; fails, harmlessly, on a Unix socket. */
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);

  if (connect (self->fd, (struct sockaddr *) &native, (socklen_t) native_size) < 0 && errno != EINPROGRESS)
    end_input (self, errno);
  return self;
}

/* Begins to read, or TLS. */
static WsTestClient *
start_client (WsTestClient *self)
{
  if (self->eof)
    return self;

  self->reading = TRUE;
  if (ws_test_tls_get_mode () == WS_TEST_TLS_NONE)
    ws_test_client_set_reading (self, TRUE);
  else
    begin_handshake (self);

  return self;
}

WsTestClient *
ws_test_client_new_for_address (GSocketAddress *address)
{
  return start_client (connect_client (address));
}

WsTestClient *
ws_test_client_new_behind_proxy (GSocketAddress *address,
                                 const guint8   *header,
                                 gsize           length,
                                 gboolean        slowly)
{
  WsTestClient *self = connect_client (address);
  GPollFD       poll_fd = { .fd = self->fd, .events = G_IO_OUT };
  const gsize   step = slowly ? 1 : MAX (length, 1);

  g_assert_cmpint (g_poll (&poll_fd, 1, 10000), ==, 1);
  for (gsize i = 0; i < length; i += step)
    {
      /* A server that refuses the header may have closed the connection. */
      if (send (self->fd, header + i, step, MSG_NOSIGNAL) != (gssize) step)
        break;
      if (slowly)
        ws_test_settle ();
    }

  return start_client (self);
}

WsTestClient *
ws_test_client_new (guint port)
{
  g_autoptr (GSocketAddress) address = NULL;

  address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  return ws_test_client_new_for_address (address);
}

WsTestClient *
ws_test_client_new_for_path (const char *path)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);

  return ws_test_client_new_for_address (address);
}

static void
close_fd (WsTestClient *self)
{
  clear_source (&self->handshaker);
  clear_source (&self->reader);
  clear_source (&self->writer);

  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

void
ws_test_client_free (WsTestClient *self)
{
  close_fd (self);
  g_clear_pointer (&self->tls, ws_test_tls_free);
  g_byte_array_unref (self->input);
  g_byte_array_unref (self->output);
  g_free (self);
}

guint
ws_test_client_get_port (WsTestClient *self)
{
  struct sockaddr_in native = { 0 };
  socklen_t          size = sizeof native;

  g_assert_cmpint (getsockname (self->fd, (struct sockaddr *) &native, &size), ==, 0);
  return g_ntohs (native.sin_port);
}

void
ws_test_client_set_reading (WsTestClient *self,
                            gboolean      reading)
{
  self->reading = reading;
  if (!reading)
    clear_source (&self->reader);
  else if (self->reader == NULL && !self->eof && is_open (self))
    self->reader = add_fd_source (self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, readable_cb, self);
}

void
ws_test_client_truncate (WsTestClient *self)
{
  wait_until_open (self);
  ws_test_wait_until (self->output->len == 0);
  shutdown (self->fd, SHUT_WR);
}

void
ws_test_client_half_close (WsTestClient *self)
{
  wait_until_open (self);
  ws_test_wait_until (self->output->len == 0);
  if (self->tls != NULL && is_open (self))
    {
      ws_test_tls_send_close_notify (self->tls);
      wait_until_writable (self);
      ws_test_wait_until (self->writer == NULL);
    }
  shutdown (self->fd, SHUT_WR);
}

void
ws_test_client_reset (WsTestClient *self)
{
  const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  g_assert_cmpint (setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), ==, 0);
  close_fd (self);
}

void
ws_test_client_close (WsTestClient *self)
{
  guint8 buffer[65536];

  /* What has come unread, such as tickets of TLS, would make a reset of the end. */
  if (self->tls != NULL && self->reader != NULL)
    while (ws_test_client_receive (self, buffer, sizeof buffer) > 0)
      ;
  close_fd (self);
}

void
ws_test_client_send (WsTestClient *self,
                     gconstpointer data,
                     gsize         length)
{
  g_byte_array_append (self->output, data, (guint) length);
  flush_output (self);

  wait_until_writable (self);
}

void
ws_test_client_send_string (WsTestClient *self,
                            const char   *string)
{
  ws_test_client_send (self, string, strlen (string));
}

void
ws_test_client_send_cut (WsTestClient *self,
                         gconstpointer data,
                         gsize         length,
                         const gsize  *cuts,
                         gsize         n_cuts)
{
  const guint8 *bytes = data;
  gsize         start = 0;

  wait_until_open (self);
  for (gsize i = 0; i <= n_cuts; i++)
    {
      gsize end = i < n_cuts ? cuts[i] : length;

      g_assert_cmpuint (end, <=, length);
      ws_test_client_send (self, bytes + start, end - start);
      ws_test_settle ();
      start = end;
    }
}

void
ws_test_client_send_slowly (WsTestClient *self,
                            gconstpointer data,
                            gsize         length)
{
  const guint8 *bytes = data;

  wait_until_open (self);
  for (gsize i = 0; i < length; i++)
    {
      ws_test_client_send (self, bytes + i, 1);
      ws_test_settle ();
    }
}

char *
ws_test_handshake (const char *target,
                   const char *extra_headers)
{
  return g_strconcat ("GET ", target, " HTTP/1.1\r\n"
                                      "Host: localhost\r\n"
                                      "Upgrade: websocket\r\n"
                                      "Connection: Upgrade\r\n"
                                      "Sec-WebSocket-Key: " WS_TEST_KEY "\r\n"
                                      "Sec-WebSocket-Version: 13\r\n",
                      extra_headers != NULL ? extra_headers : "",
                      "\r\n", NULL);
}

void
ws_test_client_send_handshake (WsTestClient *self,
                               const char   *target,
                               const char   *extra_headers)
{
  g_autofree char *handshake = ws_test_handshake (target, extra_headers);

  ws_test_client_send_string (self, handshake);
}

void
ws_test_client_open (WsTestClient *self,
                     const char   *target,
                     const char   *extra_headers)
{
  g_autoptr (WsTestResponse) response = NULL;

  ws_test_client_send_handshake (self, target, extra_headers);
  response = ws_test_client_read_response (self);

  g_assert_cmpuint (response->status, ==, 101);
  g_assert_cmpstr (ws_test_response_get (response, "sec-websocket-accept"), ==, WS_TEST_ACCEPT);
  g_assert_true (g_ascii_strcasecmp (ws_test_response_get (response, "upgrade"), "websocket") == 0);
  g_assert_true (g_ascii_strcasecmp (ws_test_response_get (response, "connection"), "Upgrade") == 0);
}

static guint
choose_length_form (const WsTestFrameSpec *spec,
                    guint64                length)
{
  if (spec->length_form != 0)
    return spec->length_form;
  if (length < 126)
    return 7;
  return length <= G_MAXUINT16 ? 16 : 64;
}

GByteArray *
ws_test_frame_build (WsTestFrameSpec spec,
                     gconstpointer   payload,
                     gsize           length)
{
  GByteArray   *frame = g_byte_array_new ();
  const guint8 *bytes = payload;
  guint64       claimed = spec.claims_length ? spec.claimed_length : length;
  guint         form = choose_length_form (&spec, claimed);
  guint8        mask_bit = spec.unmasked ? 0 : 0x80;
  guint8        header[2];

  header[0] = (guint8) ((spec.more ? 0 : 0x80) | spec.reserved_bits | spec.opcode);
  header[1] = (guint8) (mask_bit | (form == 7 ? claimed : form == 16 ? 126
                                                                     : 127));
  g_byte_array_append (frame, header, sizeof header);

  for (int shift = form == 7 ? -8 : (int) form - 8; shift >= 0; shift -= 8)
    {
      guint8 octet = (guint8) (claimed >> shift);

      g_byte_array_append (frame, &octet, 1);
    }

  if (!spec.unmasked)
    g_byte_array_append (frame, masking_key, sizeof masking_key);

  for (gsize i = 0; i < length; i++)
    {
      guint8 octet = bytes[i] ^ (spec.unmasked ? 0 : masking_key[i % 4]);

      g_byte_array_append (frame, &octet, 1);
    }

  return frame;
}

void
ws_test_client_send_frame (WsTestClient   *self,
                           WsTestFrameSpec spec,
                           gconstpointer   payload,
                           gsize           length)
{
  g_autoptr (GByteArray) frame = ws_test_frame_build (spec, payload, length);

  ws_test_client_send (self, frame->data, frame->len);
}

void
ws_test_client_send_text (WsTestClient *self,
                          const char   *text)
{
  ws_test_client_send_frame (self, (WsTestFrameSpec){ .opcode = WS_OPCODE_TEXT }, text,
                             strlen (text));
}

void
ws_test_client_send_binary (WsTestClient *self,
                            gconstpointer payload,
                            gsize         length)
{
  ws_test_client_send_frame (self, (WsTestFrameSpec){ .opcode = WS_OPCODE_BINARY }, payload,
                             length);
}

void
ws_test_client_send_ping (WsTestClient *self,
                          const char   *payload)
{
  ws_test_client_send_frame (self, (WsTestFrameSpec){ .opcode = WS_OPCODE_PING }, payload,
                             strlen (payload));
}

void
ws_test_client_send_close (WsTestClient *self,
                           guint         code,
                           const char   *reason)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  const guint8 code_bytes[2] = { (guint8) (code >> 8), (guint8) code };

  if (code != WS_CLOSE_CODE_NO_STATUS)
    g_byte_array_append (payload, code_bytes, sizeof code_bytes);
  if (reason != NULL)
    g_byte_array_append (payload, (const guint8 *) reason, (guint) strlen (reason));

  ws_test_client_send_frame (self, (WsTestFrameSpec){ .opcode = WS_OPCODE_CLOSE }, payload->data,
                             payload->len);
}

WsTestFrame *
ws_test_client_take_frame (WsTestClient *self)
{
  WsFrameHeader header;
  WsTestFrame  *frame;
  const char   *fault = NULL;
  gsize         consumed = 0;

  switch (ws_frame_header_parse (&header, self->input->data, self->input->len, &consumed, &fault))
    {
    case WS_PARSE_NEED_MORE:
      return NULL;
    case WS_PARSE_FAILED:
      fail ("the server sent a bad frame: %s", fault);
    case WS_PARSE_DONE:
      break;
    }

  if (header.masked)
    fail ("the server sent a masked frame");
  if (self->input->len - consumed < header.payload_length)
    return NULL;

  frame = g_new0 (WsTestFrame, 1);
  frame->opcode = header.opcode;
  frame->fin = header.fin;
  frame->reserved_bits = header.reserved_bits;
  frame->payload = g_bytes_new (self->input->data + consumed, header.payload_length);
  g_byte_array_remove_range (self->input, 0, (guint) (consumed + header.payload_length));

  return frame;
}

WsTestFrame *
ws_test_client_read_frame (WsTestClient *self)
{
  WsTestFrame *frame = NULL;

  ws_test_wait_until ((frame = ws_test_client_take_frame (self)) != NULL || self->eof);
  if (frame == NULL)
    fail ("connection ended (%s) with %u bytes and no frame", g_strerror (self->error_number),
          self->input->len);

  g_assert_cmpuint (frame->reserved_bits, ==, 0);
  return frame;
}

void
ws_test_frame_free (WsTestFrame *frame)
{
  g_bytes_unref (frame->payload);
  g_free (frame);
}

GBytes *
ws_test_client_read_message (WsTestClient *self,
                             WsOpcode     *opcode)
{
  GByteArray *message = g_byte_array_new ();
  gboolean    fin = FALSE;
  gboolean    first = TRUE;

  while (!fin)
    {
      g_autoptr (WsTestFrame) frame = ws_test_client_read_frame (self);

      if (first)
        *opcode = frame->opcode;
      else
        g_assert_cmpint (frame->opcode, ==, WS_OPCODE_CONTINUATION);
      g_byte_array_append (message, g_bytes_get_data (frame->payload, NULL),
                           (guint) g_bytes_get_size (frame->payload));
      fin = frame->fin;
      first = FALSE;
    }

  return g_byte_array_free_to_bytes (message);
}

void
ws_test_client_assert_frame (WsTestClient *self,
                             WsOpcode      opcode,
                             gconstpointer payload,
                             gsize         length)
{
  g_autoptr (WsTestFrame) frame = ws_test_client_read_frame (self);

  g_assert_cmpint (frame->opcode, ==, opcode);
  g_assert_true (frame->fin);
  g_assert_cmpmem (g_bytes_get_data (frame->payload, NULL), g_bytes_get_size (frame->payload),
                   payload, length);
}

void
ws_test_client_assert_text (WsTestClient *self,
                            const char   *text)
{
  ws_test_client_assert_frame (self, WS_OPCODE_TEXT, text, strlen (text));
}

void
ws_test_client_assert_close (WsTestClient *self,
                             guint         code,
                             const char   *reason)
{
  g_autoptr (WsTestFrame) frame = ws_test_client_read_frame (self);
  const guint8    *payload;
  gsize            length;
  guint            received_code = WS_CLOSE_CODE_NO_STATUS;
  g_autofree char *received_reason = NULL;

  payload = g_bytes_get_data (frame->payload, &length);
  g_assert_cmpint (frame->opcode, ==, WS_OPCODE_CLOSE);
  g_assert_true (frame->fin);
  g_assert_cmpuint (length, !=, 1);
  g_assert_cmpuint (length, <=, WS_CONTROL_PAYLOAD_MAX_LENGTH);

  if (length >= 2)
    {
      received_code = (guint) payload[0] << 8 | payload[1];
      received_reason = g_strndup ((const char *) payload + 2, length - 2);
      g_assert_true (g_utf8_validate_len (received_reason, length - 2, NULL));
    }

  g_assert_cmpuint (received_code, ==, code);
  if (reason != NULL)
    g_assert_cmpstr (received_reason != NULL ? received_reason : "", ==, reason);
}

void
ws_test_client_assert_eof (WsTestClient *self)
{
  ws_test_wait_until (self->eof);
  if (self->input->len > 0)
    fail ("%u bytes came before the end, the first 0x%02x", self->input->len,
          self->input->data[0]);
  if (self->tls != NULL && ws_test_tls_is_open (self->tls) && self->error_number == 0 &&
      !ws_test_tls_is_closed (self->tls))
    fail ("the server has ended the stream without close_notify");
}

char *
ws_test_pattern (gsize length)
{
  char *pattern = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    pattern[i] = (char) ('a' + (i * 7 + i / 251) % 26);
  pattern[length] = '\0';

  return pattern;
}

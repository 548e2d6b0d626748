/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clients of fuzz-server: ends of socket pairs. */
#include "fuzz-server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wsserver/protocol/ws-protocol-private.h"
#include "wsserver/server/ws-server-admission-private.h"

#define MAX_RECEIVED_BYTES (64 * 1024 * 1024)
#define MAX_HANDSHAKE_STEPS 12
#define SEND_BUFFER_BYTES 8192 /* small, so that the server has to wait */

static const guint8 masking_key[] = { 0x37, 0xfa, 0x21, 0x3d };

/* --- coming and going ------------------------------------------------------------------------ */

/* Clients 0 and 1 have one address, 2 is a trusted proxy and 3 has an IPv6 address. */
static void
make_address (guint          index,
              WsPeerAddress *address)
{
  memset (address, 0, sizeof *address);
  if (index == 3)
    {
      address->ipv6.sin6_family = AF_INET6;
      address->ipv6.sin6_addr.s6_addr[15] = 1;
      address->ipv6.sin6_port = htons (1000);
      return;
    }

  address->ipv4.sin_family = AF_INET;
  address->ipv4.sin_addr.s_addr = htonl (index == 2 ? 0x0a000001 : 0xc0000201);
  address->ipv4.sin_port = htons ((guint16) (1000 + index));
}

static void
start_tls (FuzzClient *client)
{
  static gnutls_certificate_credentials_t credentials;

  if (credentials == NULL)
    gnutls_certificate_allocate_credentials (&credentials);
  gnutls_init (&client->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
  gnutls_set_default_priority (client->session);
  gnutls_credentials_set (client->session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int (client->session, client->fd);
}

static void
step_handshake (FuzzClient *client)
{
  int result;

  if (client->session == NULL || client->is_secure)
    return;

  result = gnutls_handshake (client->session);
  client->is_secure = result == GNUTLS_E_SUCCESS;
  if (result < 0 && gnutls_error_is_fatal (result))
    g_clear_pointer (&client->session, gnutls_deinit);
}

void
fuzz_client_open (FuzzWorld *self,
                  guint      index)
{
  FuzzClient   *client = &self->clients[index];
  const int     size = SEND_BUFFER_BYTES;
  WsPeerAddress address;
  int           fds[2];

  if (client->fd >= 0 || client->received->len > 0 || self->server == NULL ||
      !ws_server_get_listening (self->server))
    return;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), ==, 0);
  setsockopt (fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  make_address (index, &address);
  client->fd = fds[0];
  if (self->use_tls)
    start_tls (client);
  ws_server_acceptor_funcs.accepted (self->server, fds[1], &address);
}

void
fuzz_client_close (FuzzWorld *self,
                   guint      index)
{
  FuzzClient *client = &self->clients[index];

  g_clear_pointer (&client->session, gnutls_deinit);
  client->is_secure = FALSE;
  if (client->fd >= 0)
    close (client->fd);
  client->fd = -1;
}

/* --- sending --------------------------------------------------------------------------------- */

void
fuzz_client_send_raw (FuzzWorld    *self,
                      guint         index,
                      const guint8 *data,
                      gsize         length)
{
  if (self->clients[index].fd >= 0 && length > 0)
    (void) !send (self->clients[index].fd, data, length, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void
fuzz_client_send (FuzzWorld    *self,
                  guint         index,
                  const guint8 *data,
                  gsize         length)
{
  FuzzClient *client = &self->clients[index];

  if (!self->use_tls)
    {
      fuzz_client_send_raw (self, index, data, length);
      return;
    }

  for (guint i = 0; i < MAX_HANDSHAKE_STEPS && client->session != NULL && !client->is_secure; i++)
    {
      step_handshake (client);
      if (self->depth == 0)
        g_main_context_iteration (self->context, FALSE);
    }
  if (client->is_secure && length > 0)
    gnutls_record_send (client->session, data, length);
}

void
fuzz_client_send_frame (FuzzWorld    *self,
                        guint         index,
                        guint8        first_byte,
                        const guint8 *payload,
                        gsize         length)
{
  const guint8 small[] = { first_byte, (guint8) (0x80 | length) };
  const guint8 medium[] = { first_byte, 0x80 | 126, (guint8) (length >> 8), (guint8) length };
  const guint8 large[] = {
    first_byte, 0x80 | 127, 0, 0, 0, 0, 0, (guint8) (length >> 16), (guint8) (length >> 8), (guint8) length
  };
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  gsize start;

  if (length <= 125)
    g_byte_array_append (frame, small, sizeof small);
  else if (length <= G_MAXUINT16)
    g_byte_array_append (frame, medium, sizeof medium);
  else
    g_byte_array_append (frame, large, sizeof large);
  g_byte_array_append (frame, masking_key, sizeof masking_key);
  start = frame->len;
  if (length > 0)
    g_byte_array_append (frame, payload, (guint) length);
  for (gsize i = 0; i < length; i++)
    frame->data[start + i] ^= masking_key[i % sizeof masking_key];
  fuzz_client_send (self, index, frame->data, frame->len);
}

#define UPGRADE                                                     \
 "Host: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"

void
fuzz_client_send_request (FuzzWorld *self,
                          guint      index,
                          guint8     choice)
{
  static const char *const requests[] = {
    "GET / HTTP/1.1\r\n" UPGRADE "\r\n",
    "GET /chat HTTP/1.1\r\n" UPGRADE
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n",
    "GET /?token=x HTTP/1.1\r\n" UPGRADE
    "Origin: http://a.example\r\nSec-WebSocket-Protocol: chat, v2\r\n\r\n",
    "GET / HTTP/1.1\r\n" UPGRADE "X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: https\r\n\r\n",
    "GET /page HTTP/1.1\r\nHost: a.example\r\n\r\n",
    "HEAD /folder/ HTTP/1.1\r\nHost: a.example\r\n\r\n",
    "GET /folder/meson.build HTTP/1.1\r\nHost: a.example\r\nRange: bytes=5-40\r\n\r\n",
    "GET /folder/../fuzz.h HTTP/1.1\r\nHost: a.example\r\nIf-None-Match: *\r\n\r\n",
    "GET /folder/driver.c HTTP/1.1\r\nHost: a.example\r\n\r\n",
    "POST /post HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello",
    "POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n3\r\nabc\r\n",
    "0\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "GET /page HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n",
    "PROXY TCP4 192.0.2.7 192.0.2.8 1000 80\r\n",
    "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\2\x07\xc0\0\2\x08\x03\xe8\0\x50",
  };
  const char *request = requests[choice % G_N_ELEMENTS (requests)];
  const gsize length =
      choice % G_N_ELEMENTS (requests) == G_N_ELEMENTS (requests) - 1 ? 28 : strlen (request);

  if (g_str_has_prefix (request, "HEAD"))
    self->clients[index].may_have_sent_head = TRUE;
  if (g_str_has_prefix (request, "PROXY") || request[0] == '\r')
    fuzz_client_send_raw (self, index, (const guint8 *) request, length);
  else
    fuzz_client_send (self, index, (const guint8 *) request, length);
}

/* --- receiving ------------------------------------------------------------------------------- */

static gssize
receive_some (FuzzWorld  *self,
              FuzzClient *client,
              guint8     *buffer,
              gsize       size)
{
  if (client->fd < 0)
    return -1;
  if (!self->use_tls)
    return recv (client->fd, buffer, size, MSG_DONTWAIT);

  step_handshake (client);
  return client->is_secure ? gnutls_record_recv (client->session, buffer, size) : -1;
}

void
fuzz_client_receive (FuzzWorld *self,
                     guint      index)
{
  FuzzClient *client = &self->clients[index];
  guint8      buffer[16384];
  gssize      n;

  while ((n = receive_some (self, client, buffer, sizeof buffer)) > 0)
    {
      g_byte_array_append (client->received, buffer, (guint) n);
      g_assert_cmpuint (client->received->len, <, MAX_RECEIVED_BYTES);
    }
}

static void
check_frames (const char   *response,
              const guint8 *data,
              gsize         length)
{
  const WsLimits limits = {
    .max_message_bytes = MAX_RECEIVED_BYTES,
  };
  const WsDeflateParameters parameters = { .server_max_window_bits = 15, .client_max_window_bits = 15 };
  g_autofree guint8        *copy = fuzz_copy (data, length);
  WsParseResult             result = WS_PARSE_DONE;
  WsProtocol                protocol;
  WsProtocolEvent           event;
  gsize                     offset = 0;
  gsize                     consumed = 0;

  ws_protocol_init (&protocol, WS_ROLE_CLIENT, &limits);
  if (strstr (response, "permessage-deflate") != NULL)
    ws_protocol_set_deflate (&protocol, &parameters);
  while (result == WS_PARSE_DONE)
    {
      result = ws_protocol_receive (&protocol, copy + offset, length - offset, &consumed, &event);
      offset += consumed;
    }
  if (result == WS_PARSE_FAILED)
    g_error ("the server sent frames that no client accepts: %s", event.fault);
  ws_protocol_clear (&protocol);
}

/* The length of the body behind the head, G_MAXSIZE if there is no telling. */
static gsize
get_body_length (const char *head)
{
  const char *field = strstr (head, "\r\nContent-Length: ");
  const guint status = (guint) g_ascii_strtoull (head + strlen ("HTTP/1.1 "), NULL, 10);

  if (field != NULL)
    return (gsize) g_ascii_strtoull (field + strlen ("\r\nContent-Length: "), NULL, 10);

  return status < 200 || status == 204 || status == 304 ? 0 : G_MAXSIZE;
}

/* Responses one behind the other, of which the last may be cut; behind a 101 there are frames alone. The
 * response to HEAD has no body, but is not told from others here. */
static void
check_responses (const guint8 *data,
                 gsize         length,
                 gboolean      may_lack_body)
{
  while (length > 0)
    {
      const guint8    *end = memmem (data, length, "\r\n\r\n", 4);
      g_autofree char *head = end != NULL ? g_strndup ((const char *) data, (gsize) (end - data) + 2) : NULL;
      gsize            body_length;

      g_assert_cmpmem (data, MIN (length, 7), "HTTP/1.", MIN (length, 7));
      if (head == NULL)
        return;

      length -= (gsize) (end + 4 - data);
      data = end + 4;
      if (g_str_has_prefix (head, "HTTP/1.1 101 "))
        {
          check_frames (head, data, length);
          return;
        }

      body_length = get_body_length (head);
      if (may_lack_body || body_length > length)
        return;
      data += body_length;
      length -= body_length;
    }
}

void
fuzz_client_check (FuzzWorld *self,
                   guint      index)
{
  FuzzClient *client = &self->clients[index];

  fuzz_client_receive (self, index);
  fuzz_client_close (self, index);
  check_responses (client->received->data, client->received->len, client->may_have_sent_head);
}

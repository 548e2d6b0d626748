/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ws-test-server.h"

/* Every reason to refuse an opening handshake, each with its own status. RFC 6455 §4.2.1, RFC 9112. */

#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define HOST "Host: localhost\r\n"

typedef struct
{
  const char *name;
  const char *request;
  const char *fault; /* part of the body, without regard to case, or NULL */
  guint       status;
} Refusal;

static const Refusal refusals[] = {
  { "no-target", "GET\r\n\r\n", NULL, 400 },
  { "empty-lines-first", "\r\n\r\nGET / HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", NULL, 400 },
  { "bare-lf", "GET / HTTP/1.1\nHost: localhost\n\n", NULL, 400 },
  { "bare-cr", "GET / HTTP/1.1\r\n" HOST "X-A: a\rb\r\n" UPGRADE KEY VERSION "\r\n", NULL, 400 },
  { "http-2.0", "GET / HTTP/2.0\r\n" HOST UPGRADE KEY VERSION "\r\n", NULL, 400 },
  { "http-1.0", "GET / HTTP/1.0\r\n" HOST UPGRADE KEY VERSION "\r\n", "HTTP/1.1", 400 },
  { "lower-case-http", "GET / http/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", NULL, 400 },
  { "two-spaces", "GET  / HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", NULL, 400 },
  { "relative-target", "GET chat HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", NULL, 400 },
  { "fragment-in-target", "GET /#a HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", NULL, 400 },
  { "no-colon", "GET / HTTP/1.1\r\n" HOST "NoColon\r\n" UPGRADE KEY VERSION "\r\n", NULL, 400 },
  { "space-before-colon", "GET / HTTP/1.1\r\nHost : localhost\r\n" UPGRADE KEY VERSION "\r\n", NULL, 400 },
  { "no-name", "GET / HTTP/1.1\r\n" HOST ": a\r\n" UPGRADE KEY VERSION "\r\n", NULL, 400 },
  { "folded", "GET / HTTP/1.1\r\n" HOST "X-A: a\r\n b\r\n" UPGRADE KEY VERSION "\r\n", NULL, 400 },
  { "control-byte", "GET / HTTP/1.1\r\n" HOST "X-A: a\x01\r\n" UPGRADE KEY VERSION "\r\n", NULL, 400 },
  { "no-host", "GET / HTTP/1.1\r\n" UPGRADE KEY VERSION "\r\n", "Host", 400 },
  { "two-hosts", "GET / HTTP/1.1\r\n" HOST HOST UPGRADE KEY VERSION "\r\n", "Host", 400 },
  { "no-connection", "GET / HTTP/1.1\r\n" HOST "Upgrade: websocket\r\n" KEY VERSION "\r\n", "Connection",
    400 },
  { "connection-keep-alive",
    "GET / HTTP/1.1\r\n" HOST "Upgrade: websocket\r\nConnection: keep-alive\r\n" KEY VERSION "\r\n",
    "Connection", 400 },
  { "no-key", "GET / HTTP/1.1\r\n" HOST UPGRADE VERSION "\r\n", "Sec-WebSocket-Key", 400 },
  { "two-keys", "GET / HTTP/1.1\r\n" HOST UPGRADE KEY KEY VERSION "\r\n", "Sec-WebSocket-Key", 400 },
  { "empty-key", "GET / HTTP/1.1\r\n" HOST UPGRADE "Sec-WebSocket-Key: \r\n" VERSION "\r\n",
    "Sec-WebSocket-Key", 400 },
  { "short-key", "GET / HTTP/1.1\r\n" HOST UPGRADE "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n" VERSION "\r\n",
    "Sec-WebSocket-Key", 400 },
  { "key-not-base64",
    "GET / HTTP/1.1\r\n" HOST UPGRADE "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j*Q==\r\n" VERSION "\r\n",
    "Sec-WebSocket-Key", 400 },
  { "no-version", "GET / HTTP/1.1\r\n" HOST UPGRADE KEY "\r\n", "Sec-WebSocket-Version", 400 },
  { "two-versions", "GET / HTTP/1.1\r\n" HOST UPGRADE KEY VERSION VERSION "\r\n", "Sec-WebSocket-Version",
    400 },
  { "version-8", "GET / HTTP/1.1\r\n" HOST UPGRADE KEY "Sec-WebSocket-Version: 8\r\n\r\n",
    "Sec-WebSocket-Version", 426 },
  { "body", "GET / HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "Content-Length: 5\r\n\r\nhello", NULL, 400 },
  { "chunked", "GET / HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    NULL, 400 },
  { "two-content-lengths", "GET / HTTP/1.1\r\n" HOST "Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
    NULL, 400 },
  { "sub-protocol-twice",
    "GET / HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "Sec-WebSocket-Protocol: a, a\r\n\r\n",
    "Sec-WebSocket-Protocol", 400 },
  { "asterisk-target", "GET * HTTP/1.1\r\n" HOST "\r\n", NULL, 400 },
  { "two-origins",
    "GET / HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "Origin: http://a\r\nOrigin: http://b\r\n\r\n", "Origin",
    400 },
  { "post-upgrade", "POST / HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", "method", 405 },
  { "put", "PUT / HTTP/1.1\r\n" HOST "\r\n", NULL, 405 },
  { "get", "GET / HTTP/1.1\r\n" HOST "\r\n", NULL, 426 },
};

static void
check_refusal_response (WsTestResponse *response,
                        const Refusal  *refusal)
{
  gsize            length;
  const char      *data = g_bytes_get_data (response->body, &length);
  g_autofree char *body = g_strndup (data, length);
  g_autofree char *lower_body = g_ascii_strdown (body, -1);

  g_assert_cmpuint (response->status, ==, refusal->status);
  /* Upgrade has to be named in Connection where it is sent. RFC 9110 7.8. */
  g_assert_cmpstr (ws_test_response_get (response, "connection"), ==, refusal->status == 426 ? "close, Upgrade" : "close");
  g_assert_true (g_str_has_prefix (ws_test_response_get (response, "content-type"), "text/plain"));
  g_assert_cmpuint (g_ascii_strtoull (ws_test_response_get (response, "content-length"), NULL, 10),
                    ==, length);
  /* One line. */
  g_assert_cmpuint (length, >, 5);
  g_assert_true (strchr (body, '\n') == NULL || strchr (body, '\n') == body + length - 1);

  if (refusal->fault != NULL)
    {
      g_autofree char *fault = g_ascii_strdown (refusal->fault, -1);

      g_test_message ("body: %s", body);
      g_assert_nonnull (strstr (lower_body, fault));
    }
  if (refusal->status == 426)
    g_assert_cmpstr (ws_test_response_get (response, "sec-websocket-version"), ==, "13");
  if (refusal->status == 405)
    g_assert_nonnull (strstr (ws_test_response_get (response, "allow"), "GET"));
}

static void
check_refusal (const Refusal *refusal,
               gsize          length,
               const char    *setting)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (setting, NULL);
  g_autoptr (WsTestClient) other = ws_test_server_open (server);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (WsTestResponse) response = NULL;
  guint n_logs = server->logs->len;

  ws_test_client_send (client, refusal->request, length);
  response = ws_test_client_read_response (client);
  check_refusal_response (response, refusal);
  ws_test_client_assert_eof (client);
  ws_test_settle ();

  g_assert_cmpuint (server->logs->len, >, n_logs);
  g_assert_cmpuint (ws_test_server_count (server, "web-socket-open-request"), ==, 0);
  g_assert_cmpuint (ws_test_server_count (server, "connected"), ==, 0);
  g_assert_cmpuint (ws_test_server_count (server, "disconnected"), ==, 0);
  g_assert_cmpuint (ws_test_server_count (server, "data-in"), ==, 0);

  /* No effect on another client. */
  server->echo = TRUE;
  ws_test_client_send_text (other, "unharmed");
  ws_test_client_assert_text (other, "unharmed");
}

static void
test_refusal (gconstpointer user_data)
{
  const Refusal *refusal = user_data;

  g_test_summary ("This request is refused with its own status and a body that names the fault.");
  check_refusal (refusal, strlen (refusal->request), NULL);
}

static const char nul_request[] = "GET / HTTP/1.1\r\n" HOST "X\0-A: a\r\n" UPGRADE KEY VERSION "\r\n";

static void
test_nul_byte (void)
{
  const Refusal refusal = { "nul", nul_request, NULL, 400 };

  g_test_summary ("A NUL byte in a field name is refused, not taken for its end.");
  check_refusal (&refusal, sizeof nul_request - 1, NULL);
}

static char *
make_request_of_length (gsize target_length,
                        gsize value_length,
                        guint n_fields)
{
  GString *request = g_string_new ("GET /");

  for (gsize i = 0; i < target_length; i++)
    g_string_append_c (request, 'a');
  g_string_append (request, " HTTP/1.1\r\n" HOST);
  for (guint i = 0; i < n_fields; i++)
    g_string_append (request, "X-Field: value\r\n");
  if (value_length > 0)
    {
      g_string_append (request, "X-Long: ");
      for (gsize i = 0; i < value_length; i++)
        g_string_append_c (request, 'v');
      g_string_append (request, "\r\n");
    }

  g_string_append (request, UPGRADE KEY VERSION "\r\n");
  return g_string_free (request, FALSE);
}

static void
test_long_target (void)
{
  g_autofree char *request = make_request_of_length (9000, 0, 0);
  const Refusal    refusal = { "long-target", request, NULL, 414 };

  g_test_summary ("A request line over 8192 bytes is refused with 414.");
  check_refusal (&refusal, strlen (request), NULL);
}

static void
test_long_field (void)
{
  g_autofree char *request = make_request_of_length (0, 20000, 0);
  const Refusal    refusal = { "long-field", request, NULL, 431 };

  g_test_summary ("A head over the default of MaxHeaderSize is refused with 431.");
  check_refusal (&refusal, strlen (request), NULL);
}

static void
test_many_fields (void)
{
  g_autofree char *request = make_request_of_length (0, 0, 200);
  const Refusal    refusal = { "many-fields", request, NULL, 431 };

  g_test_summary ("More than 100 header fields are refused with 431.");
  check_refusal (&refusal, strlen (request), NULL);
}

static void
test_max_header_fields (void)
{
  g_autofree char *request = make_request_of_length (0, 0, 200);
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxHeaderFields=300", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (WsTestResponse) response = NULL;
  const Refusal refusal = { "max-header-fields", request, NULL, 431 };

  g_test_summary ("MaxHeaderFields moves the limit on the number of header fields.");
  ws_test_client_send_string (client, request);
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 101);

  check_refusal (&refusal, strlen (request), "MaxHeaderFields=199");
}

static void
test_max_header_size (void)
{
  g_autofree char *small = make_request_of_length (0, 700, 0);
  g_autofree char *large = make_request_of_length (0, 1100, 0);
  const Refusal    refusal = { "max-header-size", large, NULL, 431 };

  g_test_summary ("MaxHeaderSize moves the limit of the head.");
  check_refusal (&refusal, strlen (large), "MaxHeaderSize=1024");

  {
    g_autoptr (WsTestServer) server = ws_test_server_new_listening ("MaxHeaderSize=1024", NULL);
    g_autoptr (WsTestClient) client = ws_test_server_connect (server);
    g_autoptr (WsTestResponse) response = NULL;

    g_assert_cmpuint (strlen (small), <, 1024);
    ws_test_client_send_string (client, small);
    response = ws_test_client_read_response (client);
    g_assert_cmpuint (response->status, ==, 101);
  }
}

static void
test_endless_head (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (WsTestResponse) response = NULL;
  g_autofree char *noise = ws_test_pattern (1024 * 1024);

  g_test_summary ("A head that never ends is refused at its limit, though the client goes on.");

  ws_test_client_send_string (client, "GET / HTTP/1.1\r\nX-Endless: ");
  ws_test_client_send (client, noise, 1024 * 1024);
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 431);
  ws_test_wait_until (client->eof);
}

typedef struct
{
  const char *name;
  const char *allowed;
  const char *origin; /* NULL: no field */
  guint       status;
} OriginCase;

static const OriginCase origin_cases[] = {
  { "default-any", "*", "https://evil.example", 101 },
  { "listed", "https://a.example,https://b.example", "https://b.example", 101 },
  { "not-listed", "https://a.example,https://b.example", "https://c.example", 403 },
  { "wildcard", "https://*.example.org", "https://chat.example.org", 101 },
  { "wildcard-look-alike", "https://*.example.org", "https://example.org.evil.test", 403 },
  { "prefix-look-alike", "https://example.org", "https://example.org.evil.test", 403 },
  { "suffix-look-alike", "https://example.org", "https://evilexample.org", 403 },
  { "other-scheme", "https://example.org", "http://example.org", 403 },
  { "other-port", "https://example.org", "https://example.org:8443", 403 },
  { "null", "https://example.org", "null", 403 },
  { "none", "https://example.org", NULL, 101 },
};

static void
test_origin (gconstpointer user_data)
{
  const OriginCase *origin_case = user_data;
  g_autofree char  *setting = g_strconcat ("AllowedOrigins=", origin_case->allowed, NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (setting, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (WsTestResponse) response = NULL;
  g_autofree char *header = NULL;

  g_test_summary ("AllowedOrigins decides by the whole Origin.");

  if (origin_case->origin != NULL)
    header = g_strdup_printf ("Origin: %s\r\n", origin_case->origin);
  ws_test_client_send_handshake (client, "/", header);
  response = ws_test_client_read_response (client);

  g_assert_cmpuint (response->status, ==, origin_case->status);
  if (origin_case->status == 101)
    return;

  ws_test_client_assert_eof (client);
  /* The log says which setting would allow it. */
  g_assert_true (ws_test_server_has_log (server, "AllowedOrigins"));
  g_assert_cmpuint (ws_test_server_count (server, "web-socket-open-request"), ==, 0);
}

typedef struct
{
  const char *name;
  const char *allowed;
  const char *request; /* the line and Host */
  guint       status;  /* of a page; a WebSocket opens where it is 200 */
} HostCase;

static const HostCase host_cases[] = {
  { "off", "", "GET / HTTP/1.1\r\nHost: evil.example\r\n", 200 },
  { "listed", "localhost, 127.0.0.1, [::1]", "GET / HTTP/1.1\r\nHost: localhost:4711\r\n", 200 },
  { "rebound", "localhost, 127.0.0.1, [::1]", "GET / HTTP/1.1\r\nHost: evil.example:4711\r\n", 421 },
  { "look-alike", "localhost", "GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n", 421 },
  { "port", "localhost:4711", "GET / HTTP/1.1\r\nHost: localhost:4712\r\n", 421 },
  { "absolute-form", "localhost", "GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n", 200 },
  { "absolute-form-other", "localhost", "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n", 421 },
  { "stranger-forwards", "localhost", "GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\n", 421 },
};

static void
serve_page_cb (WsServer      *server,
               WsConnection  *connection,
               WsHttpRequest *request,
               gpointer       user_data)
{
  ws_http_request_set_status_code (request, 200);
}

static void
test_host (gconstpointer user_data)
{
  static const char upgrade[] = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const HostCase   *host_case = user_data;
  g_autofree char  *setting = g_strconcat ("AllowedHosts=", host_case->allowed, NULL);

  g_test_summary ("AllowedHosts decides by the host of the request, for pages and for WebSockets.");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (WsTestServer) server = ws_test_server_new_listening (setting, NULL);
      g_autoptr (WsTestClient) client = ws_test_server_connect (server);
      g_autoptr (WsTestResponse) response = NULL;
      g_autofree char *request = g_strconcat (host_case->request, i == 0 ? "" : upgrade, "\r\n", NULL);

      g_signal_connect (server->server, "http-request", G_CALLBACK (serve_page_cb), NULL);
      ws_test_client_send_string (client, request);
      response = ws_test_client_read_response (client);
      g_assert_cmpuint (response->status, ==, host_case->status != 200 || i == 0 ? host_case->status : 101);
      if (host_case->status != 421)
        continue;

      ws_test_client_assert_eof (client);
      g_assert_true (ws_test_server_has_log (server, "421 Misdirected Request: the host is not one of AllowedHosts"));
      g_assert_cmpuint (ws_test_server_count (server, "web-socket-open-request"), ==, 0);
      g_assert_cmpuint (ws_test_server_count (server, "http-request"), ==, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/refusals/", refusals[i].name, NULL);

      g_test_add_data_func (path, &refusals[i], test_refusal);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (origin_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/refusals/origin/", origin_cases[i].name, NULL);

      g_test_add_data_func (path, &origin_cases[i], test_origin);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (host_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/refusals/host/", host_cases[i].name, NULL);

      g_test_add_data_func (path, &host_cases[i], test_host);
    }
  g_test_add_func ("/integration/refusals/nul-byte", test_nul_byte);
  g_test_add_func ("/integration/refusals/long-target", test_long_target);
  g_test_add_func ("/integration/refusals/long-field", test_long_field);
  g_test_add_func ("/integration/refusals/many-fields", test_many_fields);
  g_test_add_func ("/integration/refusals/max-header-fields", test_max_header_fields);
  g_test_add_func ("/integration/refusals/max-header-size", test_max_header_size);
  g_test_add_func ("/integration/refusals/endless-head", test_endless_head);

  return g_test_run ();
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* ws_server_secure_for_loopback(): a desktop program, its page, and everybody else. */
#include "ws-test-server.h"
#include "ws-test-tls.h"

#include <string.h>

typedef struct
{
  WsTestServer *server;
  char         *token;
} Secured;

static void
answer_page_cb (WsServer      *server,
                WsConnection  *connection,
                WsHttpRequest *request,
                gpointer       user_data)
{
  ws_http_request_set_status_code (request, 200);
}

static void
secured_init (Secured *secured)
{
  g_autoptr (GError) error = NULL;

  secured->server = ws_test_server_new ();
  g_signal_connect (secured->server->server, "http-request", G_CALLBACK (answer_page_cb), NULL);
  secured->token = ws_server_secure_for_loopback (secured->server->server, &error);
  g_assert_no_error (error);
  ws_test_server_listen (secured->server);
}

static void
secured_clear (Secured *secured)
{
  ws_test_server_free (secured->server);
  g_free (secured->token);
}

/* TOKEN, PORT and WRONG in the text are replaced. WRONG differs from the token in its last character. */
static char *
fill_in (Secured    *secured,
         const char *text)
{
  g_autoptr (GString) filled = g_string_new (text);
  g_autofree char *wrong = g_strdup (secured->token);
  g_autofree char *port = g_strdup_printf ("%u", secured->server->port);
  char            *last = wrong + strlen (wrong) - 1;

  *last = *last == 'A' ? 'B' : 'A'; /* a character that may stand everywhere */
  g_string_replace (filled, "TOKEN", secured->token, 0);
  g_string_replace (filled, "WRONG", wrong, 0);
  g_string_replace (filled, "PORT", port, 0);
  return g_string_free (g_steal_pointer (&filled), FALSE);
}

typedef struct
{
  const char *name;
  const char *target;
  const char *fields;
  guint       status; /* of a WebSocket; of a page 200 in place of 101 */
} TokenCase;

static const TokenCase token_cases[] = {
  { "query", "/?token=TOKEN", "Host: localhost:PORT\r\n", 101 },
  { "query-further", "/chat?a=1&token=TOKEN&b=2", "Host: 127.0.0.1:PORT\r\n", 101 },
  { "cookie", "/", "Host: localhost\r\nCookie: a=b; WsServer-PORT=TOKEN; c=d\r\n", 101 },
  { "cookie-repeated", "/", "Host: localhost\r\nCookie: WsServer-PORT=old; WsServer-PORT=TOKEN\r\n", 101 },
  { "subprotocol", "/", "Host: localhost\r\nSec-WebSocket-Protocol: chat, TOKEN\r\n", 101 },
  { "own-page", "/?token=TOKEN", "Host: localhost:PORT\r\nOrigin: http://localhost:PORT\r\n", 101 },
  { "none", "/", "Host: localhost\r\n", 403 },
  { "empty", "/?token=", "Host: localhost\r\n", 403 },
  { "wrong", "/?token=WRONG", "Host: localhost\r\n", 403 },
  { "longer", "/?token=TOKENx", "Host: localhost\r\n", 403 },
  { "other-name", "/?atoken=TOKEN", "Host: localhost\r\n", 403 },
  { "path", "/TOKEN", "Host: localhost\r\n", 403 },
  { "wrong-cookie", "/", "Host: localhost\r\nCookie: WsServer-PORT=WRONG\r\n", 403 },
  { "cookie-of-other-port", "/", "Host: localhost\r\nCookie: WsServer-1=TOKEN\r\n", 403 },
  { "wrong-subprotocol", "/", "Host: localhost\r\nSec-WebSocket-Protocol: WRONG\r\n", 403 },
  { "rebound", "/?token=TOKEN", "Host: evil.example:PORT\r\n", 421 },
};

static void
ask (Secured         *secured,
     const TokenCase *token_case,
     gboolean         upgrade)
{
  static const char upgrade_fields[] = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  g_autoptr (WsTestClient) client = ws_test_server_connect (secured->server);
  g_autoptr (WsTestResponse) response = NULL;
  g_autofree char *template = g_strconcat ("GET ", token_case->target, " HTTP/1.1\r\n", token_case->fields,
                                           upgrade ? upgrade_fields : "", "\r\n", NULL);
  g_autofree char *request = fill_in (secured, template);

  ws_test_client_send_string (client, request);
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, token_case->status == 101 && !upgrade ? 200 : token_case->status);
  if (token_case->status != 101)
    ws_test_client_assert_eof (client);
}

static void
test_token (gconstpointer user_data)
{
  const TokenCase *token_case = user_data;
  Secured          secured;

  g_test_summary ("Pages and WebSockets need the token, in the query, a cookie or a subprotocol.");

  secured_init (&secured);
  ask (&secured, token_case, FALSE);
  ask (&secured, token_case, TRUE);
  if (token_case->status == 403)
    g_assert_true (ws_test_server_has_log (secured.server, "no valid token, which secure_for_loopback asks for"));
  g_assert_cmpuint (ws_test_server_count (secured.server, "connected"), ==, token_case->status == 101);
  secured_clear (&secured);
}

static void
test_other_origin (void)
{
  const TokenCase evil = { NULL, "/", "Host: localhost:PORT\r\nOrigin: http://evil.example\r\n"
                                      "Cookie: WsServer-PORT=TOKEN\r\n",
                           403 };
  const TokenCase neighbour = { NULL, "/", "Host: localhost:PORT\r\nOrigin: http://localhost:1\r\n"
                                           "Cookie: WsServer-PORT=TOKEN\r\n",
                                403 };
  Secured         secured;

  g_test_summary ("A page of another origin opens no WebSocket, though the browser sends the cookie.");

  secured_init (&secured);
  ask (&secured, &evil, TRUE);
  ask (&secured, &neighbour, TRUE);
  g_assert_true (ws_test_server_has_log (secured.server, "AllowedOrigins"));
  secured_clear (&secured);
}

static char *
fetch_cookie (Secured    *secured,
              const char *target)
{
  g_autoptr (WsTestClient) client = ws_test_server_connect (secured->server);
  g_autoptr (WsTestResponse) response = NULL;
  g_autofree char *template = g_strconcat ("GET ", target, " HTTP/1.1\r\nHost: localhost\r\n\r\n", NULL);
  g_autofree char *request = fill_in (secured, template);

  ws_test_client_send_string (client, request);
  response = ws_test_client_read_response (client);
  return g_strdup (g_hash_table_lookup (response->headers, "set-cookie"));
}

static void
test_cookie (void)
{
  Secured          secured;
  g_autofree char *cookie = NULL;
  g_autofree char *none = NULL;
  g_autofree char *expected = NULL;

  g_test_summary ("A page that is asked for with the token sets the cookie; one that is refused does not.");

  secured_init (&secured);
  cookie = fetch_cookie (&secured, "/page?token=TOKEN");
  none = fetch_cookie (&secured, "/page?token=WRONG");
  expected = fill_in (&secured, ws_test_tls_get_mode () != WS_TEST_TLS_NONE
                                    ? "WsServer-PORT=TOKEN; Path=/; HttpOnly; SameSite=Strict; Secure"
                                    : "WsServer-PORT=TOKEN; Path=/; HttpOnly; SameSite=Strict");
  g_assert_cmpstr (cookie, ==, expected);
  g_assert_cmpstr (none, ==, NULL);
  secured_clear (&secured);
}

static void
test_sub_protocol (void)
{
  Secured secured;
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (WsTestResponse) response = NULL;
  g_autofree char *fields = NULL;

  g_test_summary ("A token that is offered as subprotocol is selected if the application selects none.");

  secured_init (&secured);
  client = ws_test_server_connect (secured.server);
  fields = fill_in (&secured, "Sec-WebSocket-Protocol: TOKEN\r\n");
  ws_test_client_send_handshake (client, "/", fields);
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, 101);
  g_assert_cmpstr (g_hash_table_lookup (response->headers, "sec-websocket-protocol"), ==, secured.token);
  g_clear_pointer (&client, ws_test_client_free);
  secured_clear (&secured);
}

static void
test_log (void)
{
  const TokenCase everywhere = { NULL, "/?token=TOKEN",
                                 "Host: localhost\r\nX-Own: TOKEN\r\nSec-WebSocket-Protocol: TOKEN\r\n", 101 };
  Secured         secured;

  g_test_summary ("The token is in no line of the log.");

  secured_init (&secured);
  ws_test_server_config (secured.server, "LogLevel=3");
  ask (&secured, &everywhere, TRUE);
  g_assert_true (ws_test_server_has_log (secured.server, "GET /?token=(not shown) HTTP/1.1"));
  g_assert_true (ws_test_server_has_log (secured.server, "X-Own: (not shown)"));
  g_assert_false (ws_test_server_has_log (secured.server, secured.token));
  secured_clear (&secured);
}

static void
test_next_token (void)
{
  const TokenCase  with_token = { NULL, "/?token=TOKEN", "Host: localhost\r\n", 101 };
  const TokenCase  refused = { NULL, "/?token=TOKEN", "Host: localhost\r\n", 403 };
  Secured          secured;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A second call makes another token, also while listening, and the first is not valid any more.");

  secured_init (&secured);
  first = g_steal_pointer (&secured.token);
  g_assert_cmpuint (strlen (first), ==, 43);
  g_assert_cmpuint (strspn (first, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_"), ==, 43);
  second = ws_server_secure_for_loopback (secured.server->server, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (first, !=, second);
  secured.token = g_strdup (first);
  ask (&secured, &refused, TRUE);
  g_free (secured.token);
  secured.token = g_strdup (second);
  ask (&secured, &with_token, TRUE);
  secured_clear (&secured);
}

static void
assert_setting (WsServer   *server,
                const char *name,
                const char *expected)
{
  g_autofree char *value = ws_server_config (server, name, NULL);

  g_assert_cmpstr (value, ==, expected);
}

static void
test_settings (void)
{
  WsServer        *server = ws_server_new ();
  g_autofree char *token = NULL;
  g_autofree char *stored = NULL;
  g_autofree char *other = NULL;
  g_autofree char *third = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The address and the lists are set, but not those that the application has set.");

  token = ws_server_secure_for_loopback (server, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ws_server_get_local_host (server), ==, "127.0.0.1");
  assert_setting (server, "AllowedHosts", "localhost, 127.0.0.1, [::1]");
  assert_setting (server, "AllowedOrigins", "self");
  g_assert_finalize_object (server);

  server = ws_server_new ();
  stored = ws_server_config (server, "AllowedOrigins=file://, null", NULL);
  g_assert_true (ws_server_set_local_host (server, "::1", NULL));
  other = ws_server_secure_for_loopback (server, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ws_server_get_local_host (server), ==, "::1");
  assert_setting (server, "AllowedOrigins", "file://, null");
  g_assert_finalize_object (server);

  server = ws_server_new ();
  g_assert_true (ws_server_set_local_host (server, "127.83.16.7", NULL));
  third = ws_server_secure_for_loopback (server, &error);
  g_assert_no_error (error);
  assert_setting (server, "AllowedHosts", "localhost, 127.0.0.1, [::1], 127.83.16.7");
  g_assert_finalize_object (server);
}

static void
test_addresses (void)
{
  static const char *const open_hosts[] = { "0.0.0.0", "", "192.0.2.1" };
  WsServer                *server = ws_server_new ();
  g_autofree char         *token = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A secured server listens on loopback addresses only, whenever the address was set.");

  g_assert_true (ws_server_set_local_host (server, "0.0.0.0", NULL));
  g_assert_null (ws_server_secure_for_loopback (server, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "local-host is \"0.0.0.0\""));
  g_clear_error (&error);

  g_assert_true (ws_server_set_local_host (server, "localhost", NULL));
  token = ws_server_secure_for_loopback (server, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (ws_server_set_local_host (server, open_hosts[i], NULL));
      g_assert_false (ws_server_start_listening (server, &error));
      g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "secured for this machine"));
      g_assert_false (ws_server_get_listening (server));
      g_clear_error (&error);
    }

  g_assert_true (ws_server_set_local_host (server, "localhost", NULL));
  g_assert_true (ws_server_start_listening (server, &error));
  g_assert_no_error (error);
  g_assert_finalize_object (server);
}

static void
test_too_late (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening (NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A server that listens already cannot be secured: clients may have come in.");

  g_assert_null (ws_server_secure_for_loopback (server->server, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_ALREADY_LISTENING);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (token_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/secure/token/", token_cases[i].name, NULL);

      g_test_add_data_func (path, &token_cases[i], test_token);
    }
  g_test_add_func ("/integration/secure/other-origin", test_other_origin);
  g_test_add_func ("/integration/secure/cookie", test_cookie);
  g_test_add_func ("/integration/secure/sub-protocol", test_sub_protocol);
  g_test_add_func ("/integration/secure/log", test_log);
  g_test_add_func ("/integration/secure/next-token", test_next_token);
  g_test_add_func ("/integration/secure/settings", test_settings);
  g_test_add_func ("/integration/secure/addresses", test_addresses);
  g_test_add_func ("/integration/secure/too-late", test_too_late);

  return g_test_run ();
}

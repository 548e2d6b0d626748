/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients behind proxies: the PROXY protocol, and the fields of HTTP. */
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#include "ws-test-server.h"

#define V2_SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

/* --- the PROXY protocol ---------------------------------------------------------------------- */

typedef struct
{
  const char *path;
  const char *header;
  gsize       length;
  const char *client; /* what remote-host and remote-port tell */
} HeaderCase;

#define HEADER(bytes) (bytes), sizeof (bytes) - 1

static const HeaderCase accepted_headers[] = {
  { "version-1", HEADER ("PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n"), "192.0.2.7 4711" },
  { "version-1-ipv6", HEADER ("PROXY TCP6 2001:db8::7 ::1 4711 80\r\n"), "2001:db8::7 4711" },
  { "version-2", HEADER (V2_SIGNATURE "\x21\x11\0\x0c\xc0\0\x02\x07\x7f\0\0\x01\x12\x67\0\x50"), "192.0.2.7 4711" },
  { "version-2-ipv6",
    HEADER (V2_SIGNATURE "\x21\x21\0\x24\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
                         "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x12\x67\0\x50"),
    "2001:db8::7 4711" },
  { "version-2-alpn",
    HEADER (V2_SIGNATURE "\x21\x11\0\x17\xc0\0\x02\x07\x7f\0\0\x01\x12\x67\0\x50\x01\0\x08http/1.1"),
    "192.0.2.7 4711" },
};

static const HeaderCase refused_headers[] = {
  { "none", HEADER ("GET / HTTP/1.1\r\n\r\n"), NULL },
  { "malformed", HEADER ("PROXY TCP4 192.0.2.7 somewhere 4711 80\r\n"), NULL },
  { "too-long", HEADER ("PROXY TCP4 192.0.2.7 127.0.0.1 4711 80 "
                        "                                                                      \r\n"),
    NULL },
  { "version-2-alpn-h2", HEADER (V2_SIGNATURE "\x21\x11\0\x11\xc0\0\x02\x07\x7f\0\0\x01\x12\x67\0\x50\x01\0\x02h2"),
    NULL },
  { "version-2-checksum",
    HEADER (V2_SIGNATURE "\x21\x11\0\x13\xc0\0\x02\x07\x7f\0\0\x01\x12\x67\0\x50\x03\0\x04\1\2\3\4"), NULL },
  { "version-2-datagrams", HEADER (V2_SIGNATURE "\x21\x12\0\x0c\xc0\0\x02\x07\x7f\0\0\x01\x12\x67\0\x50"), NULL },
};

static GSocketAddress *
get_address (WsTestServer *server)
{
  return g_inet_socket_address_new_from_string ("127.0.0.1", server->port);
}

static WsTestClient *
connect_behind_proxy (WsTestServer *server,
                      const char   *header,
                      gsize         length,
                      gboolean      slowly)
{
  g_autoptr (GSocketAddress) address = get_address (server);

  return ws_test_client_new_behind_proxy (address, (const guint8 *) header, length, slowly);
}

static void
assert_client (WsConnection *connection,
               const char   *expected)
{
  g_autofree char *client = g_strdup_printf ("%s %u", ws_connection_get_remote_host (connection),
                                             ws_connection_get_remote_port (connection));

  g_assert_cmpstr (client, ==, expected);
}

/* The address in GIO's form is the same one. */
static void
assert_remote_address (WsConnection *connection)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *text = NULL;

  g_object_get (connection, "remote-address", &address, NULL);
  text = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  g_assert_cmpstr (text, ==, ws_connection_get_remote_host (connection));
}

static void
test_accepted_header (gconstpointer user_data)
{
  const HeaderCase *header = user_data;

  g_test_summary ("The client is the one that the PROXY header names, in one piece or byte by byte.");

  for (int slowly = 0; slowly < 2; slowly++)
    {
      g_autoptr (WsTestServer) server = ws_test_server_new_listening ("ProxyProtocol=2", NULL);
      g_autoptr (WsTestClient) client = connect_behind_proxy (server, header->header, header->length, slowly);
      g_autofree char *request = g_strdup_printf ("connection-request %.*s",
                                                  (int) strcspn (header->client, " "), header->client);

      server->echo = TRUE;
      ws_test_client_open (client, "/", NULL);
      g_assert_cmpuint (ws_test_server_count (server, request), ==, 1);
      assert_client (ws_test_server_get (server, 1), header->client);
      assert_remote_address (ws_test_server_get (server, 1));
      ws_test_client_send_text (client, "hello");
      ws_test_client_assert_text (client, "hello");
    }
}

static void
test_refused_header (gconstpointer user_data)
{
  const HeaderCase *header = user_data;
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("ProxyProtocol=2", NULL);
  g_autoptr (WsTestClient) client = connect_behind_proxy (server, header->header, header->length, FALSE);

  g_test_summary ("Without a correct PROXY header the connection is closed, and a line is logged.");

  ws_test_wait_until (client->eof);
  g_assert_cmpuint (ws_test_server_count (server, "connection-request"), ==, 0);
  g_assert_true (ws_test_server_has_log (server, "refused by ProxyProtocol"));
}

static void
test_local (void)
{
  static const char version_1[] = "PROXY UNKNOWN\r\n";
  static const char version_2[] = V2_SIGNATURE "\x20\0\0\0";

  g_test_summary ("A health check of the proxy has the proxy's own address.");

  for (int version = 1; version <= 2; version++)
    {
      g_autoptr (WsTestServer) server = ws_test_server_new_listening ("ProxyProtocol=2", NULL);
      const char *header = version == 1 ? version_1 : version_2;
      gsize       length = version == 1 ? sizeof version_1 - 1 : sizeof version_2 - 1;
      g_autoptr (WsTestClient) client = connect_behind_proxy (server, header, length, FALSE);

      ws_test_client_open (client, "/", NULL);
      g_assert_cmpstr (ws_connection_get_remote_host (ws_test_server_get (server, 1)), ==, "127.0.0.1");
    }
}

static void
test_stranger (void)
{
  static const char header[] = "PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n";
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("ProxyProtocol=2", "TrustedProxies=192.0.2.1", NULL);
  g_autoptr (WsTestClient) liar = connect_behind_proxy (server, header, sizeof header - 1, FALSE);
  g_autoptr (WsTestClient) client = NULL;

  g_test_summary ("A peer that is not one of TrustedProxies is refused (2), or is a client itself (1).");

  ws_test_wait_until (liar->eof);
  g_assert_true (ws_test_server_has_log (server, "not one of TrustedProxies"));

  ws_test_server_config (server, "ProxyProtocol=1");
  client = ws_test_server_open (server);
  g_assert_cmpstr (ws_connection_get_remote_host (ws_test_server_get (server, 1)), ==, "127.0.0.1");
}

static void
test_access_lists (void)
{
  static const char good[] = "PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n";
  static const char bad[] = "PROXY TCP4 198.51.100.7 127.0.0.1 4711 80\r\n";
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("ProxyProtocol=1", "TrustedProxies=127.0.0.0/8",
                                                                  "AllowedClients=192.0.2.*", NULL);
  g_autoptr (WsTestClient) refused = connect_behind_proxy (server, bad, sizeof bad - 1, FALSE);
  g_autoptr (WsTestClient) accepted = connect_behind_proxy (server, good, sizeof good - 1, FALSE);

  g_test_summary ("AllowedClients looks at the client that the PROXY header names.");

  ws_test_client_open (accepted, "/", NULL);
  ws_test_wait_until (refused->eof);
  assert_client (ws_test_server_get (server, 1), "192.0.2.7 4711");
}

/* A socket that sends this text and then nothing, not even a ClientHello. */
static GSocket *
open_dribbler (WsTestServer *server,
               const char   *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) address = get_address (server);
  g_autoptr (GSocket) socket = NULL;

  socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_connect (socket, address, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_socket_send (socket, text, strlen (text), NULL, &error), ==, (gssize) strlen (text));
  return g_steal_pointer (&socket);
}

/* Whether the server has closed it, with or without reading all. */
static gboolean
is_closed (GSocket *socket)
{
  char byte;

  return g_socket_condition_check (socket, G_IO_IN | G_IO_HUP | G_IO_ERR) != 0 &&
         g_socket_receive (socket, &byte, 1, NULL, NULL) <= 0;
}

static void
test_silence (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("ProxyProtocol=2", "HandshakeTimeout=1", NULL);
  g_autoptr (GSocket) silent = open_dribbler (server, "");
  g_autoptr (GSocket) dribbling = open_dribbler (server, "PROXY");

  g_test_summary ("A proxy has HandshakeTimeout for its header.");

  ws_test_wait_until (is_closed (silent) && is_closed (dribbling));
  g_assert_true (ws_test_server_has_log (server, "no PROXY header within HandshakeTimeout"));
}

static void
test_early_end (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("ProxyProtocol=2", NULL);
  g_autoptr (GSocket) socket = open_dribbler (server, "PROXY");

  g_test_summary ("A connection that ends within the header is closed, and a line is logged.");

  ws_test_settle ();
  g_socket_close (socket, NULL);
  ws_test_wait_until (ws_test_server_has_log (server, "ended within the PROXY header"));
}

static void
test_stop (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("ProxyProtocol=2", NULL);
  g_autoptr (GSocket) at_shutdown = open_dribbler (server, "PROXY");
  g_autoptr (GSocket) at_the_end = NULL;

  g_test_summary ("A shutdown and the end of the server close sockets whose header is awaited.");

  ws_test_settle ();
  ws_server_shutdown (server->server);
  ws_test_wait_until (is_closed (at_shutdown));

  ws_test_server_listen (server);
  at_the_end = open_dribbler (server, "PROXY");
  ws_test_settle ();
  ws_test_server_free (g_steal_pointer (&server));
  ws_test_wait_until (is_closed (at_the_end));
}

static void
test_capacity (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("ProxyProtocol=2", "MaxPendingConnections=65", NULL);
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_closed = 0;

  g_test_summary ("Sockets whose header is awaited count for MaxPendingConnections; the oldest are closed.");

  for (guint i = 0; i < 70; i++)
    g_ptr_array_add (waiting, open_dribbler (server, "PROXY"));
  ws_test_wait_until (is_closed (waiting->pdata[4]));
  for (guint i = 0; i < waiting->len; i++)
    n_closed += is_closed (waiting->pdata[i]);
  g_assert_cmpuint (n_closed, ==, 5);
}

static void
test_unix_socket (void)
{
  static const char header[] = "PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n";
  g_autofree char  *folder = g_dir_make_tmp ("ws-proxies-XXXXXX", NULL);
  g_autofree char  *path = g_build_filename (folder, "socket", NULL);
  g_autofree char  *host = g_strconcat ("unix:", path, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (WsTestServer) server = ws_test_server_new ();
  g_autoptr (WsTestClient) client = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A proxy on a Unix socket is trusted as unix: and names clients with addresses.");

  ws_test_server_config (server, "ProxyProtocol=1");
  ws_test_server_config (server, "TrustedProxies=unix:");
  server->echo = TRUE;
  ws_server_set_local_host (server->server, host, &error);
  g_assert_no_error (error);
  ws_test_server_listen (server);
  client = ws_test_client_new_behind_proxy (address, (const guint8 *) header, sizeof header - 1, FALSE);
  ws_test_client_open (client, "/", NULL);
  assert_client (ws_test_server_get (server, 1), "192.0.2.7 4711");
  for (int i = 0; i < 3; i++)
    {
      ws_test_client_send_text (client, "hello");
      ws_test_client_assert_text (client, "hello");
    }

  ws_test_client_close (client);
  ws_server_stop_listening (server->server);
  ws_test_server_wait_for (server, "disconnected #1");
  g_rmdir (folder);
}

/* --- the fields of HTTP ---------------------------------------------------------------------- */

typedef struct
{
  const char *path;
  const char *setting;
  const char *fields;
  guint       status;
  const char *client; /* NULL: not compared */
} FieldCase;

static const FieldCase field_cases[] = {
  { "not-believed", "TrustedProxies=", "X-Forwarded-For: 192.0.2.7\r\n", 101, "127.0.0.1" },
  { "not-this-peer", "TrustedProxies=192.0.2.1", "X-Forwarded-For: 192.0.2.7\r\n", 101, "127.0.0.1" },
  { "believed", "TrustedProxies=127.0.0.1", "X-Forwarded-For: 192.0.2.7\r\n", 101, "192.0.2.7" },
  { "ipv6", "TrustedProxies=127.0.0.1", "Forwarded: for=\"[2001:db8::7]:4711\"\r\n", 101, "2001:db8::7" },
  { "invented", "TrustedProxies=127.0.0.1", "X-Forwarded-For: 10.1.1.1\r\nX-Forwarded-For: 192.0.2.7\r\n", 101,
    "192.0.2.7" },
  { "silent-proxy", "TrustedProxies=127.0.0.1", "", 101, "127.0.0.1" },
  { "rubbish", "TrustedProxies=127.0.0.1", "X-Forwarded-For: \x01\r\n", 400, NULL },
  { "disagreement", "TrustedProxies=127.0.0.1", "Forwarded: for=192.0.2.8\r\nX-Forwarded-For: 192.0.2.7\r\n", 400,
    NULL },
  { "blocked", "BlockedClients=192.0.2.7", "X-Forwarded-For: 192.0.2.7\r\n", 403, NULL },
  { "blocked-other", "BlockedClients=192.0.2.8", "X-Forwarded-For: 192.0.2.7\r\n", 101, "192.0.2.7" },
  { "not-allowed", "AllowedClients=192.0.2.8", "X-Forwarded-For: 192.0.2.7\r\n", 403, NULL },
  { "allowed", "AllowedClients=192.0.2.7", "X-Forwarded-For: 192.0.2.7\r\n", 101, "192.0.2.7" },
  { "proxy-not-allowed", "AllowedClients=192.0.2.7", "", 403, NULL },
  { "self", "AllowedOrigins=self", "Origin: https://a.example\r\nX-Forwarded-Host: a.example\r\n", 101, "127.0.0.1" },
  { "self-scheme", "AllowedOrigins=self",
    "Origin: http://a.example\r\nX-Forwarded-Host: a.example\r\nX-Forwarded-Proto: https\r\n", 403, NULL },
  { "self-forwarded", "AllowedOrigins=self",
    "Origin: https://a.example\r\nForwarded: for=192.0.2.7;host=a.example;proto=https\r\n", 101, "192.0.2.7" },
  { "hosts", "AllowedHosts=localhost, a.example:443", "Forwarded: for=192.0.2.1;host=a.example;proto=https\r\n", 101,
    "192.0.2.1" },
  { "hosts-scheme", "AllowedHosts=localhost, a.example:443", "Forwarded: for=192.0.2.1;host=a.example;proto=http\r\n", 421,
    NULL },
  { "hosts-other", "AllowedHosts=localhost", "X-Forwarded-Host: evil.example\r\n", 421, NULL },
  { "hosts-own", "AllowedHosts=a.example", "X-Forwarded-Host: a.example\r\n", 421, NULL },
  { "self-other", "AllowedOrigins=self", "Origin: https://b.example\r\nX-Forwarded-Host: a.example\r\n", 403, NULL },
};

static void
test_fields (gconstpointer user_data)
{
  const FieldCase *fields = user_data;
  g_autoptr (WsTestServer) server = ws_test_server_new_listening ("TrustedProxies=127.0.0.1", fields->setting, NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (WsTestResponse) response = NULL;

  g_test_summary ("A trusted proxy is believed about its client; access lists look at that client.");

  ws_test_client_send_handshake (client, "/", fields->fields);
  response = ws_test_client_read_response (client);
  g_assert_cmpuint (response->status, ==, fields->status);
  if (fields->client != NULL)
    g_assert_cmpstr (ws_connection_get_remote_host (ws_test_server_get (server, 1)), ==, fields->client);
  if (fields->status == 101)
    assert_remote_address (ws_test_server_get (server, 1));
}

static void
test_fields_behind_header (void)
{
  static const char header[] = "PROXY TCP4 192.0.2.1 127.0.0.1 4711 80\r\n";
  g_autoptr (WsTestServer) server =
      ws_test_server_new_listening ("ProxyProtocol=1", "TrustedProxies=127.0.0.1,192.0.2.1", NULL);
  g_autoptr (WsTestClient) client = connect_behind_proxy (server, header, sizeof header - 1, FALSE);

  g_test_summary ("A proxy that a PROXY header names is believed about its own client.");

  ws_test_client_open (client, "/", "X-Forwarded-For: 198.51.100.7\r\n");
  assert_client (ws_test_server_get (server, 1), "198.51.100.7 0");
}

static void
remember_remote_host (WsServer      *server,
                      WsConnection  *connection,
                      WsHttpRequest *request,
                      GPtrArray     *hosts)
{
  g_ptr_array_add (hosts, g_strdup (ws_connection_get_remote_host (connection)));
  ws_http_request_set_status_code (request, 200);
}

static void
test_fields_of_kept_connection (void)
{
  static const char *const clients[] = { "192.0.2.7", "192.0.2.8", NULL, "2001:db8::7" };
  g_autoptr (WsTestServer) server =
      ws_test_server_new_listening ("TrustedProxies=127.0.0.1", "MaxConnectionsPerAddress=1", NULL);
  g_autoptr (WsTestClient) client = ws_test_server_connect (server);
  g_autoptr (GPtrArray) hosts = g_ptr_array_new_with_free_func (g_free);

  g_test_summary ("Each request of a connection that a proxy keeps may be another client's.");

  g_signal_connect (server->server, "http-request", G_CALLBACK (remember_remote_host), hosts);
  for (gsize i = 0; i < G_N_ELEMENTS (clients); i++)
    {
      g_autofree char *field = clients[i] != NULL ? g_strdup_printf ("X-Forwarded-For: %s\r\n", clients[i])
                                                  : g_strdup ("");
      g_autofree char *request = g_strdup_printf ("GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", field);

      ws_test_client_send_string (client, request);
      ws_test_wait_until (hosts->len == i + 1);
      g_assert_cmpstr (hosts->pdata[i], ==, clients[i] != NULL ? clients[i] : "127.0.0.1");
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (accepted_headers); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/proxies/header/", accepted_headers[i].path, NULL);

      g_test_add_data_func (path, &accepted_headers[i], test_accepted_header);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (refused_headers); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/proxies/refused/", refused_headers[i].path, NULL);

      g_test_add_data_func (path, &refused_headers[i], test_refused_header);
    }
  g_test_add_func ("/integration/proxies/local", test_local);
  g_test_add_func ("/integration/proxies/stranger", test_stranger);
  g_test_add_func ("/integration/proxies/access-lists", test_access_lists);
  g_test_add_func ("/integration/proxies/silence", test_silence);
  g_test_add_func ("/integration/proxies/early-end", test_early_end);
  g_test_add_func ("/integration/proxies/stop", test_stop);
  g_test_add_func ("/integration/proxies/capacity", test_capacity);
  g_test_add_func ("/integration/proxies/unix-socket", test_unix_socket);
  for (gsize i = 0; i < G_N_ELEMENTS (field_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/integration/proxies/fields/", field_cases[i].path, NULL);

      g_test_add_data_func (path, &field_cases[i], test_fields);
    }
  g_test_add_func ("/integration/proxies/fields-behind-header", test_fields_behind_header);

  g_test_add_func ("/integration/proxies/fields-of-kept-connection", test_fields_of_kept_connection);

  return g_test_run ();
}

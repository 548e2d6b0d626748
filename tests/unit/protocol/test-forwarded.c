/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-forwarded-private.h"

#include <string.h>

typedef struct
{
  const char *path;
  const char *fields;
  const char *client; /* "address port", "none" or "fault" */
} ClientCase;

/* 10.0.0.1 to 10.0.0.9 and fd00::1 are trusted proxies. */
static const ClientCase client_cases[] = {
  { "nothing", "", "none" },
  { "one", "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1 0" },
  { "invented-by-client", "X-Forwarded-For: 127.0.0.1, 192.0.2.1\r\n", "192.0.2.1 0" },
  { "second-line", "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1 0" },
  { "two-proxies", "X-Forwarded-For: 127.0.0.1, 192.0.2.1, 10.0.0.2\r\n", "192.0.2.1 0" },
  { "all-trusted", "X-Forwarded-For: 10.0.0.3, 10.0.0.2\r\n", "10.0.0.3 0" },
  { "trusted-behind-client", "X-Forwarded-For: 10.0.0.3, 192.0.2.1\r\n", "192.0.2.1 0" },
  { "ipv6", "X-Forwarded-For: 2001:DB8::0:1\r\n", "2001:db8::1 0" },
  { "ipv6-brackets", "X-Forwarded-For: [2001:db8::1]\r\n", "2001:db8::1 0" },
  { "ipv6-port", "X-Forwarded-For: [2001:db8::1]:4711\r\n", "2001:db8::1 4711" },
  { "ipv4-port", "X-Forwarded-For: 192.0.2.1:4711\r\n", "192.0.2.1 4711" },
  { "mapped", "X-Forwarded-For: ::ffff:192.0.2.1\r\n", "192.0.2.1 0" },
  { "mapped-proxy", "X-Forwarded-For: 192.0.2.1, ::ffff:10.0.0.2\r\n", "192.0.2.1 0" },
  { "empty-elements", "X-Forwarded-For: , 192.0.2.1,, \r\n", "192.0.2.1 0" },
  { "empty", "X-Forwarded-For:\r\n", "none" },
  { "unknown", "X-Forwarded-For: 192.0.2.1, unknown\r\n", "none" },
  { "unknown-behind-proxy", "X-Forwarded-For: unknown, 10.0.0.2\r\n", "10.0.0.2 0" },
  { "rubbish", "X-Forwarded-For: 192.0.2.1, <script>\r\n", "none" },
  { "short", "X-Forwarded-For: 192.0.2\r\n", "none" },
  { "port-too-large", "X-Forwarded-For: 192.0.2.1:65536\r\n", "none" },
  { "zone", "X-Forwarded-For: fe80::1%eth0\r\n", "none" },

  { "standard", "Forwarded: for=192.0.2.1\r\n", "192.0.2.1 0" },
  { "standard-case", "Forwarded: proto=http;FOR=192.0.2.1;by=10.0.0.1\r\n", "192.0.2.1 0" },
  { "standard-quoted", "Forwarded: for=\"[2001:db8::1]:4711\"\r\n", "2001:db8::1 4711" },
  { "standard-escaped", "Forwarded: for=\"192.0.2.\\1\"\r\n", "192.0.2.1 0" },
  { "standard-hidden-port", "Forwarded: for=\"192.0.2.1:_p\"\r\n", "192.0.2.1 0" },
  { "standard-hidden", "Forwarded: for=_hidden\r\n", "none" },
  { "standard-hops", "Forwarded: for=127.0.0.1, for=192.0.2.1;proto=https, for=10.0.0.2\r\n", "192.0.2.1 0" },
  { "standard-comma-in-quotes", "Forwarded: for=127.0.0.1;x=\", for=127.0.0.2\", for=192.0.2.1\r\n",
    "192.0.2.1 0" },
  { "standard-quote-from-client", "Forwarded: for=\"127.0.0.1, for=192.0.2.1\r\n", "none" },
  { "standard-without-for", "Forwarded: proto=https\r\n", "none" },

  { "both-agree", "Forwarded: for=192.0.2.1\r\nX-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1 0" },
  { "both-differ", "Forwarded: for=127.0.0.1\r\nX-Forwarded-For: 192.0.2.1\r\n", "fault" },
  { "one-says-nothing", "Forwarded: proto=https\r\nX-Forwarded-For: 192.0.2.1\r\n", "fault" },
};

static gboolean
is_trusted_cb (const char *address,
               gpointer    user_data)
{
  return g_str_has_prefix (address, "10.0.0.") || g_str_equal (address, "fd00::1");
}

static WsHttpHead *
parse_head (const char *fields)
{
  g_autofree char *text = g_strconcat ("GET / HTTP/1.1\r\n", fields, "\r\n", NULL);
  const char      *fault = NULL;
  guint            status;
  WsHttpHead      *head = ws_http_head_parse ((const guint8 *) text, strlen (text), &status, &fault);

  g_assert_cmpstr (fault, ==, NULL);
  return head;
}

static void
test_client (gconstpointer user_data)
{
  const ClientCase *client_case = user_data;
  g_autoptr (WsHttpHead) head = parse_head (client_case->fields);
  g_auto (WsForwarded) forwarded = { NULL };
  g_autofree char *log = NULL;

  g_test_summary ("The client is the first hop from the right that is not a trusted proxy.");

  if (!ws_forwarded_parse (head, is_trusted_cb, NULL, &forwarded))
    log = g_strdup ("fault");
  else if (forwarded.address == NULL)
    log = g_strdup ("none");
  else
    log = g_strdup_printf ("%s %u", forwarded.address, forwarded.port);
  g_assert_cmpstr (log, ==, client_case->client);
}

static void
test_request (void)
{
  static const struct
  {
    const char *fields;
    const char *host;
    const char *scheme;
  } requests[] = {
    { "", NULL, NULL },
    { "X-Forwarded-Host: a.example\r\n", "a.example", NULL },
    { "X-Forwarded-Host: evil.example, a.example:8080\r\n", "a.example:8080", NULL },
    { "X-Forwarded-Host:\r\nX-Forwarded-Proto:\r\n", NULL, NULL },
    { "X-Forwarded-Proto: HTTPS\r\n", NULL, "https" },
    { "X-Forwarded-Proto: http, wss\r\n", NULL, "https" },
    { "X-Forwarded-Proto: ws\r\n", NULL, "http" },
    { "X-Forwarded-Proto: gopher\r\n", NULL, NULL },
    { "Forwarded: for=192.0.2.1;host=\"a.example:8080\";proto=https\r\n", "a.example:8080", "https" },
    { "Forwarded: for=192.0.2.1;host=evil.example, for=192.0.2.2;host=a.example\r\n", "a.example", NULL },
    { "Forwarded: for=192.0.2.1;host=a.example;proto=https, for=10.0.0.2;host=inside;proto=http\r\n", "a.example",
      "https" },
    { "Forwarded: for=192.0.2.1\r\n", NULL, NULL },
    { "Forwarded: for=192.0.2.1\r\nX-Forwarded-Host: a.example\r\n", "a.example", NULL },
    { "Forwarded: for=unknown;host=a.example\r\n", "a.example", NULL },
  };

  g_test_summary ("Host and scheme are those of the hop that names the client, or of the nearest proxy.");

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (WsHttpHead) head = parse_head (requests[i].fields);
      g_auto (WsForwarded) forwarded = { NULL };

      g_assert_true (ws_forwarded_parse (head, is_trusted_cb, NULL, &forwarded));
      g_assert_cmpstr (forwarded.host, ==, requests[i].host);
      g_assert_cmpstr (forwarded.scheme, ==, requests[i].scheme);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (client_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/unit/protocol/forwarded/client/", client_cases[i].path, NULL);

      g_test_add_data_func (path, &client_cases[i], test_client);
    }
  g_test_add_func ("/unit/protocol/forwarded/request", test_request);

  return g_test_run ();
}

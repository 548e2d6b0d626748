/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "demo-page.h"

#include <string.h>

#define RESOURCE_PREFIX "/org/wsserver/demo/"

#define STYLE_MARK "@CHAT_CSS@"
#define SCRIPT_MARK "@CHAT_JS@"

struct _DemoPage
{
  GBytes *html;       /* chat.html with the style and the scripts in it */
  char   *style_hash; /* base64 of SHA-256, for the content security policy */
  char   *script_hash;
  char   *content_security_policy;
};

/* A text file that was compiled into the program. */
static char *
load_text (const char *name)
{
  g_autofree char *path = g_strconcat (RESOURCE_PREFIX, name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  gsize       length;
  const char *text;

  g_assert (bytes != NULL);
  text = g_bytes_get_data (bytes, &length);
  return g_strndup (text, length);
}

static char *
hash_text (const char *text)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize  length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) text, -1);
  g_checksum_get_digest (checksum, digest, &length);
  return g_base64_encode (digest, length);
}

DemoPage *
demo_page_new (void)
{
  DemoPage        *self = g_new0 (DemoPage, 1);
  g_autofree char *html = load_text ("chat.html");
  g_autofree char *style = load_text ("chat.css");
  g_autofree char *view = load_text ("chat-view.js");
  g_autofree char *behaviour = load_text ("chat.js");
  g_autofree char *script = g_strconcat (view, "\n", behaviour, NULL);
  g_autoptr (GString) page = g_string_new (html);

  g_string_replace (page, STYLE_MARK, style, 1);
  g_string_replace (page, SCRIPT_MARK, script, 1);
  self->html = g_string_free_to_bytes (g_steal_pointer (&page));
  self->style_hash = hash_text (style);
  self->script_hash = hash_text (script);
  demo_page_set_web_socket_sources (self, "");
  return self;
}

void
demo_page_free (DemoPage *self)
{
  g_bytes_unref (self->html);
  g_free (self->style_hash);
  g_free (self->script_hash);
  g_free (self->content_security_policy);
  g_free (self);
}

/* Lists the addresses that the page may connect to, because 'self' does not cover ws: in every browser.
 * The page runs only its own script and style, identified by their hashes, and loads nothing. */
void
demo_page_set_web_socket_sources (DemoPage   *self,
                                  const char *sources)
{
  g_free (self->content_security_policy);
  self->content_security_policy =
      g_strdup_printf ("default-src 'none'; script-src 'sha256-%s'; style-src 'sha256-%s'; "
                       "img-src data:; connect-src 'self' %s; base-uri 'none'; "
                       "form-action 'none'; frame-ancestors 'none'",
                       self->script_hash, self->style_hash, sources);
}

static void
answer_with_page (DemoPage      *self,
                  WsHttpRequest *request)
{
  g_autofree char *headers = g_strdup_printf ("Content-Security-Policy: %s\r\n"
                                              "Referrer-Policy: no-referrer\r\n"
                                              "X-Content-Type-Options: nosniff\r\n"
                                              "Cache-Control: no-cache\r\n",
                                              self->content_security_policy);

  ws_http_request_set_status_code (request, 200);
  ws_http_request_set_content_type (request, "text/html; charset=utf-8");
  ws_http_request_set_response_headers (request, headers);
  ws_http_request_set_body (request, self->html);
}

static void
answer_with_text (WsHttpRequest *request,
                  guint          status_code,
                  const char    *text)
{
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));

  ws_http_request_set_status_code (request, status_code);
  ws_http_request_set_content_type (request, "text/plain; charset=utf-8");
  ws_http_request_set_body (request, body);
}

void
demo_page_answer (DemoPage      *self,
                  WsHttpRequest *request)
{
  g_autofree char *path = g_strdup (ws_http_request_get_request_uri (request));

  path[strcspn (path, "?")] = '\0';

  if (g_str_equal (path, "/"))
    answer_with_page (self, request);
  else if (g_str_equal (path, "/health"))
    answer_with_text (request, 200, "ok\n");
  else if (g_str_equal (path, "/chat") || g_str_equal (path, "/echo"))
    answer_with_text (request, 426, "This address speaks WebSocket.\n");
  else
    answer_with_text (request, 404, "There is nothing here; the chat is at /.\n");
}

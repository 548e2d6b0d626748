/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/revocation/ws-revocation-fetch-private.h"

#include <string.h>

#include "wsserver/revocation/ws-revocation-address-private.h"

#ifdef HAVE_SOUP
# include <libsoup/soup.h>
#endif

#define READ_BYTES (32 * 1024)
#define URI_FLAGS (G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE)
#define HTTP_PORT 80
#define HTTPS_PORT 443

gboolean
ws_revocation_fetch_accepts_url (const char *url)
{
  g_autoptr (GUri) uri = NULL;

  if (strlen (url) > WS_REVOCATION_FETCH_MAX_URL_BYTES)
    return FALSE;
  for (const char *c = url; *c != '\0'; c++)
    if (!g_ascii_isgraph (*c))
      return FALSE;

  uri = g_uri_parse (url, URI_FLAGS, NULL);

  return uri != NULL &&
         (g_str_equal (g_uri_get_scheme (uri), "http") || g_str_equal (g_uri_get_scheme (uri), "https")) &&
         g_uri_get_userinfo (uri) == NULL && g_uri_get_host (uri) != NULL && g_uri_get_host (uri)[0] != '\0';
}

static guint16
get_port (GUri *uri)
{
  const int port = g_uri_get_port (uri);

  if (port > 0)
    return (guint16) port;

  return g_str_equal (g_uri_get_scheme (uri), "https") ? HTTPS_PORT : HTTP_PORT;
}

gboolean
ws_revocation_fetch_accepts_redirection (const char *from,
                                         const char *to)
{
  g_autoptr (GUri) old = g_uri_parse (from, URI_FLAGS, NULL);
  g_autoptr (GUri) new = g_uri_parse (to, URI_FLAGS, NULL);
  guint16 old_port;
  guint16 new_port;

  if (old == NULL || new == NULL || !ws_revocation_fetch_accepts_url (to) ||
      g_ascii_strcasecmp (g_uri_get_host (old), g_uri_get_host (new)) != 0)
    return FALSE;

  old_port = get_port (old);
  new_port = get_port (new);
  return old_port == new_port || (old_port == HTTP_PORT && new_port == HTTPS_PORT);
}

#ifdef HAVE_SOUP

typedef struct
{
  SoupSession  *session;
  SoupMessage  *message; /* the current one */
  GBytes       *body;    /* NULL: GET */
  char         *content_type;
  GInputStream *stream;
  GByteArray   *answer;
  gsize         max_bytes;
  gboolean      may_be_private;
  guint         n_redirects;
} Fetch;

static void send_request (GTask      *task,
                          const char *url);

/* A session belongs to one main context, and a message in it may wait for a connection that an earlier
 * message still holds. So each message has its own session. */
static void
drop_session (Fetch *fetch)
{
  if (fetch->session != NULL)
    soup_session_abort (fetch->session);
  g_clear_object (&fetch->stream);
  g_clear_object (&fetch->message);
  g_clear_object (&fetch->session);
}

static void
fetch_free (Fetch *fetch)
{
  drop_session (fetch);
  g_clear_pointer (&fetch->body, g_bytes_unref);
  g_clear_pointer (&fetch->answer, g_byte_array_unref);
  g_free (fetch->content_type);
  g_free (fetch);
}

static void
return_answer (GTask *task)
{
  Fetch *fetch = g_task_get_task_data (task);

  g_task_return_pointer (task, g_byte_array_free_to_bytes (g_steal_pointer (&fetch->answer)),
                         (GDestroyNotify) g_bytes_unref);
  g_object_unref (task);
}

static void
return_fetch_error (GTask  *task,
                    GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
return_fetch_failure (GTask       *task,
                      GIOErrorEnum code,
                      const char  *text)
{
  return_fetch_error (task, g_error_new_literal (G_IO_ERROR, (int) code, text));
}

static void
response_read_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  GTask  *task = user_data;
  Fetch  *fetch = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  gsize length;

  if (bytes == NULL)
    {
      return_fetch_error (task, error);
      return;
    }

  length = g_bytes_get_size (bytes);
  if (length == 0)
    {
      return_answer (task);
      return;
    }
  if (length > fetch->max_bytes - fetch->answer->len)
    {
      return_fetch_failure (task, G_IO_ERROR_MESSAGE_TOO_LARGE, "The answer is too long");
      return;
    }

  g_byte_array_append (fetch->answer, g_bytes_get_data (bytes, NULL), (guint) length);
  g_input_stream_read_bytes_async (fetch->stream, READ_BYTES, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), response_read_cb, task);
}

/* A POST is repeated at the new URL, because a GET there would ask nothing. */
static void
follow_redirect (GTask *task)
{
  Fetch      *fetch = g_task_get_task_data (task);
  const char *location =
      soup_message_headers_get_one (soup_message_get_response_headers (fetch->message), "Location");
  g_autofree char *from = g_uri_to_string (soup_message_get_uri (fetch->message));
  g_autofree char *to = NULL;

  if (location != NULL)
    to = g_uri_resolve_relative (from, location, G_URI_FLAGS_ENCODED, NULL);

  if (to == NULL || !ws_revocation_fetch_accepts_url (to))
    {
      return_fetch_failure (task, G_IO_ERROR_INVALID_DATA, "A redirection leads nowhere");
      return;
    }
  if (!ws_revocation_fetch_accepts_redirection (from, to))
    {
      return_fetch_failure (task, G_IO_ERROR_PERMISSION_DENIED, "A redirection leads to another host or port");
      return;
    }
  if (++fetch->n_redirects > WS_REVOCATION_FETCH_MAX_REDIRECTS)
    {
      return_fetch_failure (task, G_IO_ERROR_TOO_MANY_LINKS, "There are too many redirections");
      return;
    }

  send_request (task, to);
}

static void
request_sent_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GTask  *task = user_data;
  Fetch  *fetch = g_task_get_task_data (task);
  GError *error = NULL;
  guint   status;

  g_clear_object (&fetch->stream);
  fetch->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (fetch->stream == NULL)
    {
      return_fetch_error (task, error);
      return;
    }

  status = soup_message_get_status (fetch->message);
  if (SOUP_STATUS_IS_REDIRECTION (status))
    {
      follow_redirect (task);
      return;
    }
  if (status != SOUP_STATUS_OK)
    {
      return_fetch_error (task, g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "HTTP status %u", status));
      return;
    }
  if (soup_message_headers_get_content_length (soup_message_get_response_headers (fetch->message)) >
      (goffset) fetch->max_bytes)
    {
      return_fetch_failure (task, G_IO_ERROR_MESSAGE_TOO_LARGE, "The answer is too long");
      return;
    }

  g_input_stream_read_bytes_async (fetch->stream, READ_BYTES, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), response_read_cb, task);
}

/* NULL: libsoup takes any address. */
static GSocketConnectable *
choose_address (const char *url,
                gboolean    may_be_private)
{
  g_autoptr (GUri) uri = may_be_private ? NULL : g_uri_parse (url, URI_FLAGS, NULL);

  if (uri == NULL)
    return NULL;

  return ws_revocation_address_new (g_uri_get_scheme (uri), g_uri_get_host (uri), get_port (uri));
}

static void
send_request (GTask      *task,
              const char *url)
{
  Fetch *fetch = g_task_get_task_data (task);
  g_autoptr (GSocketConnectable) address = choose_address (url, fetch->may_be_private);

  drop_session (fetch);
  /* No decompression: a small response must not become a large one. */
  fetch->session = soup_session_new_with_options ("user-agent", "WsServer", "remote-connectable", address, NULL);
  soup_session_remove_feature_by_type (fetch->session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type (fetch->session, SOUP_TYPE_AUTH_MANAGER);
  fetch->message = soup_message_new (fetch->body != NULL ? "POST" : "GET", url);
  if (fetch->message == NULL)
    {
      return_fetch_failure (task, G_IO_ERROR_INVALID_ARGUMENT, "The URL cannot be used");
      return;
    }

  soup_message_set_flags (fetch->message, SOUP_MESSAGE_NO_REDIRECT);
  if (fetch->body != NULL)
    soup_message_set_request_body_from_bytes (fetch->message, fetch->content_type, fetch->body);
  soup_session_send_async (fetch->session, fetch->message, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                           request_sent_cb, task);
}

void
ws_revocation_fetch_async (const char         *url,
                           GBytes             *body,
                           const char         *content_type,
                           gsize               max_bytes,
                           gboolean            may_be_private,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Fetch *fetch = g_new0 (Fetch, 1);

  g_task_set_source_tag (task, ws_revocation_fetch_async);
  g_task_set_task_data (task, fetch, (GDestroyNotify) fetch_free);

  fetch->answer = g_byte_array_new ();
  fetch->body = body != NULL ? g_bytes_ref (body) : NULL;
  fetch->content_type = g_strdup (content_type);
  fetch->max_bytes = max_bytes;
  fetch->may_be_private = may_be_private;
  send_request (task, url);
}

#else

void
ws_revocation_fetch_async (const char         *url,
                           GBytes             *body,
                           const char         *content_type,
                           gsize               max_bytes,
                           gboolean            may_be_private,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, ws_revocation_fetch_async);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "The library was built without libsoup");
}

#endif

GBytes *
ws_revocation_fetch_finish (GAsyncResult *result,
                            GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

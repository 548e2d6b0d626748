/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Echo server on libwebsockets.
 * peer-lws PORT [--tls CERT KEY] [--deflate on|off] [--loop poll|uv|ev|glib] */
#include <libwebsockets.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct msg
{
  struct msg   *next;
  size_t        len, cap;
  int           binary;
  unsigned char data[]; /* LWS_PRE spare bytes, then the payload */
};

/* With permessage-deflate, lws may go on reading what was passed to lws_write() until the next
 * WRITEABLE callback: so one message per callback, freed at the next one. */
struct session
{
  struct msg *head, *tail, *cur, *sent;
};

static int deflate_on;

static int
callback (struct lws *wsi, enum lws_callback_reasons why, void *user, void *in, size_t len)
{
  struct session *s = user;
  switch (why)
    {
    case LWS_CALLBACK_ESTABLISHED:
      memset (s, 0, sizeof *s);
      break;
    case LWS_CALLBACK_RECEIVE:
      {
        struct msg *m = s->cur;
        if (lws_is_first_fragment (wsi) || !m)
          {
            size_t cap = len + lws_remaining_packet_payload (wsi);
            m = s->cur = malloc (sizeof *m + LWS_PRE + cap);
            m->next = NULL;
            m->len = 0;
            m->cap = cap;
            m->binary = lws_frame_is_binary (wsi);
          }
        else if (m->len + len > m->cap)
          {
            m->cap = (m->len + len) * 2;
            m = s->cur = realloc (m, sizeof *m + LWS_PRE + m->cap);
          }
        memcpy (m->data + LWS_PRE + m->len, in, len);
        m->len += len;
        if (lws_is_final_fragment (wsi))
          {
            if (s->tail)
              s->tail->next = m;
            else
              s->head = m;
            s->tail = m;
            s->cur = NULL;
            lws_callback_on_writable (wsi);
          }
        break;
      }
    case LWS_CALLBACK_SERVER_WRITEABLE:
      free (s->sent);
      s->sent = NULL;
      while (s->head)
        {
          struct msg *m = s->head;
          int         n =
              lws_write (wsi, m->data + LWS_PRE, m->len, m->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
          if (n < 0)
            return -1;
          s->head = m->next;
          if (!s->head)
            s->tail = NULL;
          if (deflate_on)
            {
              s->sent = m;
              lws_callback_on_writable (wsi);
              break;
            }
          free (m);
          if (s->head && (lws_send_pipe_choked (wsi) || lws_partial_buffered (wsi)))
            {
              lws_callback_on_writable (wsi);
              break;
            }
        }
      break;
    case LWS_CALLBACK_CLOSED:
      while (s->head)
        {
          struct msg *m = s->head;
          s->head = m->next;
          free (m);
        }
      free (s->cur);
      free (s->sent);
      s->cur = s->tail = s->sent = NULL;
      break;
    default:
      break;
    }
  return 0;
}

static const struct lws_protocols protocols[] = {
  { "echo", callback, sizeof (struct session), 65536, 0, NULL, 0 },
  { NULL, NULL, 0, 0, 0, NULL, 0 }
};

static const struct lws_extension extensions[] = {
  { "permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate; client_max_window_bits" },
  { NULL, NULL, NULL }
};

int
main (int argc, char **argv)
{
  struct lws_context_creation_info info;
  memset (&info, 0, sizeof info);
  info.port = argc > 1 ? atoi (argv[1]) : 0;
  info.iface = "127.0.0.1";
  info.protocols = protocols;
  info.pt_serv_buf_size = 65536;
  info.gid = -1;
  info.uid = -1;
  int ssl = 0;
  for (int i = 2; i < argc; i++)
    {
      if (!strcmp (argv[i], "--tls") && i + 2 < argc)
        {
          info.ssl_cert_filepath = argv[i + 1];
          info.ssl_private_key_filepath = argv[i + 2];
          ssl = 1;
          i += 2;
        }
      else if (!strcmp (argv[i], "--deflate") && i + 1 < argc)
        {
          if (!strcmp (argv[++i], "on"))
            {
              info.extensions = extensions;
              deflate_on = 1;
            }
        }
      else if (!strcmp (argv[i], "--loop") && i + 1 < argc)
        {
          const char *l = argv[++i];
          if (!strcmp (l, "uv"))
            info.options |= LWS_SERVER_OPTION_LIBUV;
          else if (!strcmp (l, "ev"))
            info.options |= LWS_SERVER_OPTION_LIBEV;
          else if (!strcmp (l, "glib"))
            info.options |= LWS_SERVER_OPTION_GLIB;
        }
    }
  if (ssl)
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  struct rlimit rl;
  if (!getrlimit (RLIMIT_NOFILE, &rl))
    {
      rl.rlim_cur = rl.rlim_max;
      setrlimit (RLIMIT_NOFILE, &rl);
    }
  lws_set_log_level (LLL_ERR, NULL);
  struct lws_context *c = lws_create_context (&info);
  if (!c)
    return 1;
  while (lws_service (c, 0) >= 0)
    ;
  lws_context_destroy (c);
  return 0;
}

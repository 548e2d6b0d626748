/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* rawepoll - the floor: the least a single-threaded WebSocket echo server can do on Linux.
 *
 *   cc -O2 -o rawepoll rawepoll.c
 *   rawepoll PORT
 *
 * No library, hard-coded parsing, no limits, no timers, no validation, no TLS, no deflate.
 * Per readiness: one recv into a shared buffer, unmask in place while closing the gap that
 * the masking keys leave, one send.  Messages are passed on as they arrive (never assembled).
 * Only for measuring against; not for any other use.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUF (512 * 1024)
#define ROOM 64 /* before what is received: a header that came in pieces */

struct conn
{
  int      fd;
  uint8_t  open, closing, ctl, hdr_have;
  uint8_t  hdr[14];
  uint8_t  mask[4];
  uint32_t mask_at;
  uint64_t left;
  uint8_t *out; /* what the socket did not take */
  uint32_t out_len, out_off;
  char    *req;
  uint32_t req_len;
};

static int     ep;
static uint8_t in[ROOM + BUF + 64];

/* ---- SHA-1 and base64, for the handshake ---- */
static uint32_t
rol (uint32_t x, int n)
{
  return x << n | x >> (32 - n);
}

static void
sha1_block (uint32_t h[5], const uint8_t *p)
{
  uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
  for (int i = 0; i < 16; i++)
    w[i] = (uint32_t) p[4 * i] << 24 | (uint32_t) p[4 * i + 1] << 16 | (uint32_t) p[4 * i + 2] << 8 |
           p[4 * i + 3];
  for (int i = 16; i < 80; i++)
    w[i] = rol (w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  for (int i = 0; i < 80; i++)
    {
      uint32_t f, k, t;
      if (i < 20)
        {
          f = (b & c) | (~b & d);
          k = 0x5a827999;
        }
      else if (i < 40)
        {
          f = b ^ c ^ d;
          k = 0x6ed9eba1;
        }
      else if (i < 60)
        {
          f = (b & c) | (b & d) | (c & d);
          k = 0x8f1bbcdc;
        }
      else
        {
          f = b ^ c ^ d;
          k = 0xca62c1d6;
        }
      t = rol (a, 5) + f + e + k + w[i];
      e = d;
      d = c;
      c = rol (b, 30);
      b = a;
      a = t;
    }
  h[0] += a;
  h[1] += b;
  h[2] += c;
  h[3] += d;
  h[4] += e;
}

static void
accept_key (const char *key, char *dst) /* key: 24 characters */
{
  static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint8_t           m[128] = { 0 }, d[21];
  uint32_t          h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
  memcpy (m, key, 24);
  memcpy (m + 24, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
  m[60] = 0x80;
  m[126] = (60 * 8) >> 8;
  m[127] = (60 * 8) & 255;
  sha1_block (h, m);
  sha1_block (h, m + 64);
  for (int i = 0; i < 20; i++)
    d[i] = (uint8_t) (h[i / 4] >> (24 - 8 * (i & 3)));
  d[20] = 0;
  for (int i = 0; i < 21; i += 3)
    {
      uint32_t v = (uint32_t) d[i] << 16 | (uint32_t) d[i + 1] << 8 | d[i + 2];
      for (int k = 0; k < 4; k++)
        *dst++ = b64[(v >> (18 - 6 * k)) & 63];
    }
  dst[-1] = '=';
  *dst = 0;
}

static void
drop (struct conn *c)
{
  close (c->fd);
  free (c->out);
  free (c->req);
  free (c);
}

static void
watch (struct conn *c, uint32_t ev)
{
  struct epoll_event e = { .events = ev, .data.ptr = c };
  epoll_ctl (ep, EPOLL_CTL_MOD, c->fd, &e);
}

static int
put (struct conn *c, const uint8_t *p, size_t n)
{
  ssize_t r = send (c->fd, p, n, MSG_NOSIGNAL);
  if (r < 0)
    {
      if (errno != EAGAIN)
        return -1;
      r = 0;
    }
  if ((size_t) r < n)
    {
      c->out = malloc (n - (size_t) r);
      memcpy (c->out, p + r, n - (size_t) r);
      c->out_len = (uint32_t) (n - (size_t) r);
      c->out_off = 0;
      watch (c, EPOLLOUT); /* and read no more until it is gone */
    }
  return 0;
}

static inline void
unmask (uint8_t *d, const uint8_t *s, size_t n, const uint8_t *mask, uint32_t at)
{
  uint8_t  m[8];
  uint64_t m8;
  for (int i = 0; i < 8; i++)
    m[i] = mask[(at + (uint32_t) i) & 3];
  memcpy (&m8, m, 8);
  size_t i = 0;
  for (; i + 8 <= n; i += 8)
    {
      uint64_t v;
      memcpy (&v, s + i, 8);
      v ^= m8;
      memcpy (d + i, &v, 8);
    }
  for (; i < n; i++)
    d[i] = s[i] ^ m[i & 7];
}

/* p has ROOM bytes before it; the reply is written over what was received */
static int
frames (struct conn *c, uint8_t *p, size_t n)
{
  uint8_t *out = c->hdr_have ? p - 16 : p, *o = out;
  while (n)
    {
      if (c->left)
        {
          size_t k = c->left < n ? (size_t) c->left : n;
          unmask (o, p, k, c->mask, c->mask_at);
          if (c->ctl != 10)
            o += k;
          c->mask_at = (c->mask_at + (uint32_t) k) & 3;
          p += k;
          n -= k;
          c->left -= k;
          continue;
        }
      const uint8_t *h = p;
      unsigned       hl;
      if (!c->hdr_have && n >= 14)
        {
          unsigned l = h[1] & 127;
          hl = l < 126 ? 6 : l == 126 ? 8
                                      : 14;
          p += hl;
          n -= hl;
        }
      else
        {
          while (n && c->hdr_have < 2)
            {
              c->hdr[c->hdr_have++] = *p++;
              n--;
            }
          if (c->hdr_have < 2)
            break;
          unsigned l = c->hdr[1] & 127;
          hl = l < 126 ? 6 : l == 126 ? 8
                                      : 14;
          while (n && c->hdr_have < hl)
            {
              c->hdr[c->hdr_have++] = *p++;
              n--;
            }
          if (c->hdr_have < hl)
            break;
          h = c->hdr;
          c->hdr_have = 0;
        }
      uint8_t op = h[0] & 15, b0 = h[0];
      c->left = hl == 6   ? h[1] & 127u
                : hl == 8 ? (uint32_t) h[2] << 8 | h[3]
                          : (uint64_t) h[6] << 24 | (uint64_t) h[7] << 16 | (uint64_t) h[8] << 8 | h[9];
      memcpy (c->mask, h + hl - 4, 4);
      c->mask_at = 0;
      c->ctl = op;
      if (op == 10)
        continue; /* a pong: swallow */
      if (op == 9)
        b0 = 0x8a;
      if (op == 8)
        c->closing = 1;
      uint8_t  hh[10];
      unsigned ol = hl - 4;
      memcpy (hh, h, ol);
      hh[0] = b0;
      hh[1] &= 127;
      memcpy (o, hh, ol);
      o += ol;
    }
  if (o != out && put (c, out, (size_t) (o - out)) < 0)
    return -1;
  if (c->closing && !c->left && !c->out)
    return -1;
  return 0;
}

static int
request (struct conn *c, const uint8_t *p, size_t n)
{
  c->req = realloc (c->req, c->req_len + n + 1);
  memcpy (c->req + c->req_len, p, n);
  c->req_len += (uint32_t) n;
  c->req[c->req_len] = 0;
  if (c->req_len > 65536)
    return -1;
  char *e = strstr (c->req, "\r\n\r\n");
  if (!e)
    return 0;
  char *k = strcasestr (c->req, "\r\nSec-WebSocket-Key:");
  if (!k)
    return -1;
  k += 20;
  while (*k == ' ')
    k++;
  if (strlen (k) < 24)
    return -1;
  char a[32], r[256];
  accept_key (k, a);
  int l = snprintf (r, sizeof r, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                 "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                    a);
  c->open = 1;
  if (put (c, (uint8_t *) r, (size_t) l) < 0)
    return -1;
  size_t used = (size_t) (e - c->req) + 4, left = c->req_len - used;
  int    rc = 0;
  if (left)
    rc = frames (c, (uint8_t *) c->req + used, left); /* the request is room enough */
  free (c->req);
  c->req = NULL;
  return rc;
}

int
main (int argc, char **argv)
{
  if (argc < 2)
    {
      fprintf (stderr, "usage: rawepoll PORT\n");
      return 2;
    }
  signal (SIGPIPE, SIG_IGN);
  struct rlimit rl;
  if (!getrlimit (RLIMIT_NOFILE, &rl))
    {
      rl.rlim_cur = rl.rlim_max;
      setrlimit (RLIMIT_NOFILE, &rl);
    }
  int l = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
  setsockopt (l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons ((uint16_t) atoi (argv[1])) };
  a.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (bind (l, (struct sockaddr *) &a, sizeof a) || listen (l, 4096))
    {
      perror ("listen");
      return 1;
    }
  ep = epoll_create1 (EPOLL_CLOEXEC);
  struct epoll_event e = { .events = EPOLLIN, .data.ptr = NULL }, evs[256];
  epoll_ctl (ep, EPOLL_CTL_ADD, l, &e);
  for (;;)
    {
      int n = epoll_wait (ep, evs, 256, -1);
      for (int i = 0; i < n; i++)
        {
          struct conn *c = evs[i].data.ptr;
          if (!c)
            {
              for (int k = 0; k < 64; k++)
                {
                  int fd = accept4 (l, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                  if (fd < 0)
                    break;
                  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                  c = calloc (1, sizeof *c);
                  c->fd = fd;
                  e.events = EPOLLIN;
                  e.data.ptr = c;
                  epoll_ctl (ep, EPOLL_CTL_ADD, fd, &e);
                }
              continue;
            }
          if (c->out)
            {
              ssize_t r = send (c->fd, c->out + c->out_off, c->out_len - c->out_off, MSG_NOSIGNAL);
              if (r < 0 && errno != EAGAIN)
                {
                  drop (c);
                  continue;
                }
              if (r > 0)
                c->out_off += (uint32_t) r;
              if (c->out_off == c->out_len)
                {
                  free (c->out);
                  c->out = NULL;
                  if (c->closing)
                    {
                      drop (c);
                      continue;
                    }
                  watch (c, EPOLLIN);
                }
              continue;
            }
          ssize_t r = recv (c->fd, in + ROOM, BUF, 0);
          if (r < 0 && errno == EAGAIN)
            continue;
          if (r <= 0)
            {
              drop (c);
              continue;
            }
          if ((c->open ? frames (c, in + ROOM, (size_t) r) : request (c, in + ROOM, (size_t) r)) < 0)
            drop (c);
        }
    }
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* wsload - a WebSocket load generator and meter for servers on the loopback.
 *
 * Build:  cc -O2 -o wsload wsload.c -lssl -lcrypto -lz
 *
 * Usage:  wsload [options] ws://127.0.0.1:PORT/path    (or wss://...)
 *
 * Modes (-m MODE)
 *   echo             (default) closed loop.  Each of the -c N connections keeps -d D
 *                    messages of -s S bytes in flight; each echo that comes back is
 *                    checked for its length and replaced by a new message.
 *   idle             open -i N connections, optionally pass -k K messages over each
 *                    ("touch"), then hold them for the measured window.
 *   echo-with-idle   -c M echoing connections beside -i N idle ones.
 *   connect          -c N loops, each: TCP connect, (TLS), upgrade, closing handshake.
 *   flood            each of the -c N connections writes messages as fast as the socket
 *                    takes them (no limit in flight) and counts the echo.  With
 *                    --read-delay SEC nothing is read for the first SEC seconds
 *                    (shows whether the server bounds what it buffers for a slow reader).
 *
 * Options
 *   -c, --conns N        active connections                         (64)
 *   -i, --idle N         idle connections                           (0; mode idle: 1000)
 *   -d, --depth D        messages in flight per connection          (1)
 *   -s, --size S         payload bytes                              (20)
 *       --text | --binary | --json    kind of payload               (text)
 *   -w, --warmup SEC     not measured                               (0.3)
 *   -t, --time SEC       measured                                   (2)
 *   -k, --touch K        mode idle: echoes per connection before the measured window
 *       --ramp N         handshakes under way at a time             (64)
 *       --rate R         new connections per second at most         (no limit)
 *       --timeout SEC    give up connecting after SEC without progress (10)
 *       --verify         number each message (connection, sequence) and compare every byte
 *                        of the echo; each message is masked afresh.  Slower.
 *       --deflate        offer permessage-deflate; fail unless it is accepted.  Sends one of 64
 *                        different messages, compressed beforehand (each on its own); what
 *                        comes back is inflated and compared only with --verify (which also
 *                        compresses every message with context takeover).
 *       --offer STR      the parameters of that offer   (client_max_window_bits)
 *       --tls 1.2|1.3    pin the TLS version (wss; certificates are never verified)
 *       --header 'A: b'  another request header (up to 16)
 *       --subprotocol P
 *       --pid PID        meter this process: CPU time, RSS
 *       --label STR      copied to the output
 *       --src-spread N   source addresses used, 127.1.0.1 up       (64)
 *
 * Output: one line of JSON.  The figure to look at first is server_cpu_us_per_msg (or
 * server_cpu_us_per_handshake in mode connect): CPU time of the process --pid within the
 * measured window, over the messages echoed in it.  When client and server share few cores this
 * is far steadier than msgs_per_s.  client_cpu_us_per_msg is the same for wsload itself.
 * Latencies are from queueing a message to the end of its echo, in microseconds; in a closed loop
 * that keeps the server busy they mostly show queueing.
 *
 * How it stays cheap: frames are masked once per run (random mask) and shared by all connections,
 * so that a batch of messages goes out in one write; one read takes all there is; large payloads
 * that need no check are dropped in the kernel (MSG_TRUNC).  Pings are answered.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define RXBUF (256 * 1024)
#define ZBUF (64 * 1024)
#define TRUNC_MIN 16384
#define NJSON 64

enum mode
{
  M_ECHO,
  M_IDLE,
  M_MIX,
  M_CONNECT,
  M_FLOOD
};
enum kind
{
  K_TEXT,
  K_BINARY,
  K_JSON
};
enum cstate
{
  S_DEAD,
  S_TCP,
  S_TLS,
  S_HTTP,
  S_OPEN,
  S_CLOSING
};
enum phase
{
  P_CONNECT,
  P_TOUCH,
  P_WARM,
  P_MEASURE,
  P_DONE
};
enum src
{
  SRC_CTL,
  SRC_VBUF,
  SRC_POOL
};

struct conn
{
  int      fd;
  uint32_t id;
  uint8_t  state, active, armed_out, hdr_have;
  uint8_t  rx_fin, rx_op, rx_comp, rx_in_msg;
  uint8_t  hdr[14];
  uint8_t  wr_src;
  uint8_t  rx_ctl_len, zbits;
  uint64_t pay_left;
  uint64_t msg_len;
  /* sending */
  uint32_t       tx_idx, tx_n;
  size_t         tx_off;
  uint8_t       *ctl; /* control frame to send (pong, close) */
  uint16_t       ctl_len, ctl_off;
  const uint8_t *wr_ptr; /* TLS write to be repeated as it was */
  size_t         wr_len;
  uint8_t       *vbuf; /* --verify: frames made for this connection */
  size_t         vlen, voff, vcap;
  uint32_t       tx_seq, rx_seq;
  /* latency ring */
  uint64_t *ts;
  uint32_t  ts_head, inflight;
  uint64_t  t_conn;
  uint64_t  got; /* messages in the measured window */
  uint32_t  touched;
  SSL      *ssl;
  char     *hbuf; /* partial upgrade response */
  size_t    hlen;
  uint8_t  *rx_ctl; /* payload of an incoming control frame */
  z_stream *zi, *zo;
};

/* ---- options and globals ---- */
static enum mode   mode = M_ECHO;
static enum kind   kind = K_TEXT;
static uint32_t    n_active = 64, n_idle = 0, depth = 1, touch = 0, ramp = 64;
static int         n_idle_set = 0;
static size_t      msg_size = 20;
static double      warm_s = 0.3, meas_s = 2.0, rate = 0, timeout_s = 10, read_delay = 0;
static int         verify, deflate_on, use_tls, tls_min, tls_max;
static const char *offer = "client_max_window_bits", *label = "", *subprotocol;
static const char *extra_hdr[16];
static int         n_extra;
static pid_t       srv_pid;
static uint32_t    src_spread = 64;
static char        host[64], path[512] = "/";
static int         port;

static struct sockaddr_in dst;
static int                ep;
static SSL_CTX           *ctx;
static struct conn       *conns;
static uint32_t           n_conns;
static uint8_t           *rxbuf, *zbuf;
static uint8_t            mask[4];
static uint8_t          **tpl; /* payloads */
static uint32_t           n_tpl;
static uint8_t           *pool; /* masked frames, back to back */
static size_t            *pool_off;
static uint32_t           pool_n;
static int                pool_uniform;
static char              *request;
static size_t             request_len;
static char               accept_want[64];
static uint32_t           next_src;
static uint64_t           rng_s;

static enum phase phase = P_CONNECT;
static int        measuring, stopping_reads;
static uint32_t   opened, in_handshake, started, alive;
static uint64_t   last_progress;
static uint32_t   n_touched;

static struct
{
  uint64_t msgs, bytes, wire_rx, wire_tx, handshakes, cycles, compressed, fragments, pings;
} ct;
static struct
{
  uint64_t connect, tls, http, closed, close_frame, proto, length, content, deflate, stalled;
} er;
static char first_error[256];

#define HB 4096
static uint64_t hist[HB], hist_max, hist_n;
static double   hist_sum;

static uint64_t
now_ns (void)
{
  struct timespec t;
  clock_gettime (CLOCK_MONOTONIC, &t);
  return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

static uint64_t
rnd (void)
{
  uint64_t z = (rng_s += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

static void *
xalloc (size_t n)
{
  void *p = calloc (1, n ? n : 1);
  if (!p)
    {
      perror ("calloc");
      exit (2);
    }
  return p;
}

static void
fail (uint64_t *counter, const char *fmt, ...)
{
  va_list ap;
  (*counter)++;
  if (first_error[0])
    return;
  va_start (ap, fmt);
  vsnprintf (first_error, sizeof first_error, fmt, ap);
  va_end (ap);
  for (char *p = first_error; *p; p++)
    if (*p == '"' || *p == '\\' || (unsigned char) *p < 32)
      *p = ' ';
}

/* ---- histogram: 64 steps per power of two ---- */
static inline void
hist_add (uint64_t v)
{
  unsigned i;
  if (v < 64)
    i = (unsigned) v;
  else
    {
      unsigned m = 63u - (unsigned) __builtin_clzll (v);
      i = (m - 5) * 64 + (unsigned) ((v >> (m - 6)) & 63);
    }
  hist[i]++;
  hist_n++;
  hist_sum += (double) v;
  if (v > hist_max)
    hist_max = v;
}

static double
hist_pct_us (double q)
{
  uint64_t want = (uint64_t) (q * (double) hist_n + 0.5), sum = 0;
  if (!hist_n)
    return 0;
  if (want < 1)
    want = 1;
  for (unsigned i = 0; i < HB; i++)
    {
      sum += hist[i];
      if (sum >= want)
        {
          double v;
          if (i < 64)
            v = i;
          else
            {
              unsigned m = i / 64 + 5;
              v = ((double) (64 + i % 64) + 0.5) * (double) (1ull << (m - 6));
            }
          if (v > (double) hist_max)
            v = (double) hist_max;
          return v / 1000.0;
        }
    }
  return (double) hist_max / 1000.0;
}

/* ---- the server process ---- */
static double
srv_cpu (void)
{
  clockid_t       c;
  struct timespec t;
  if (!srv_pid || clock_getcpuclockid (srv_pid, &c) || clock_gettime (c, &t))
    return 0;
  return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void
srv_ustime (double *u, double *s)
{
  char          p[64], b[1024];
  unsigned long ut = 0, st = 0;
  *u = *s = 0;
  if (!srv_pid)
    return;
  snprintf (p, sizeof p, "/proc/%d/stat", (int) srv_pid);
  FILE *f = fopen (p, "r");
  if (!f)
    return;
  size_t n = fread (b, 1, sizeof b - 1, f);
  fclose (f);
  b[n] = 0;
  char *q = strrchr (b, ')');
  if (q && sscanf (q + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &ut, &st) == 2)
    {
      double hz = (double) sysconf (_SC_CLK_TCK);
      *u = (double) ut / hz;
      *s = (double) st / hz;
    }
}

static int64_t
srv_mem (const char *key) /* bytes; key as in /proc/PID/status */
{
  char      p[64], line[256];
  long long kb = -1;
  size_t    kl = strlen (key);
  if (!srv_pid)
    return -1;
  snprintf (p, sizeof p, "/proc/%d/status", (int) srv_pid);
  FILE *f = fopen (p, "r");
  if (!f)
    return -1;
  while (fgets (line, sizeof line, f))
    if (!strncmp (line, key, kl) && line[kl] == ':')
      {
        kb = atoll (line + kl + 1);
        break;
      }
  fclose (f);
  return kb < 0 ? -1 : (int64_t) kb * 1024;
}

/* ---- payloads and frames ---- */
static void
fill_json (uint8_t *d, size_t n, uint32_t salt)
{
  static const char *names[] = { "anna", "bertrand", "chloe", "dmitri", "elsa", "farid", "greta", "hugo" };
  static const char *kinds[] = { "trade", "quote", "order", "cancel", "status" };
  size_t             o = 0;
  char               t[256];
  (void) salt;
  if (n < 4)
    {
      memset (d, '1', n);
      return;
    }
  d[o++] = '[';
  for (;;)
    {
      int l = snprintf (
          t, sizeof t,
          "%s{\"id\":%" PRIu64
          ",\"type\":\"%s\",\"user\":\"%s\",\"price\":%u.%02u,\"qty\":%u,\"ok\":%s,\"ref\":\"%08x\"}",
          o > 1 ? "," : "", rnd () % 10000000, kinds[rnd () % 5], names[rnd () % 8],
          (unsigned) (rnd () % 900 + 100), (unsigned) (rnd () % 100), (unsigned) (rnd () % 1000),
          rnd () & 1 ? "true" : "false", (unsigned) rnd ());
      if (o + (size_t) l + 1 > n)
        break;
      memcpy (d + o, t, (size_t) l);
      o += (size_t) l;
    }
  while (o < n - 1)
    d[o++] = ' ';
  d[o] = ']';
}

static void
fill (uint8_t *d, size_t n, uint32_t salt)
{
  static const char al[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .";
  if (kind == K_JSON)
    fill_json (d, n, salt);
  else if (kind == K_TEXT)
    for (size_t i = 0; i < n; i++)
      d[i] = (uint8_t) al[rnd () & 63];
  else
    for (size_t i = 0; i < n; i++)
      d[i] = (uint8_t) rnd ();
}

static size_t
head_len (size_t n)
{
  return n < 126 ? 6 : n < 65536 ? 8
                                 : 14;
}

static size_t
put_head (uint8_t *d, uint8_t b0, size_t n, const uint8_t m[4])
{
  size_t o = 1;
  d[0] = b0;
  if (n < 126)
    d[o++] = (uint8_t) (0x80 | n);
  else if (n < 65536)
    {
      d[o++] = 0x80 | 126;
      d[o++] = (uint8_t) (n >> 8);
      d[o++] = (uint8_t) n;
    }
  else
    {
      d[o++] = 0x80 | 127;
      for (int i = 7; i >= 0; i--)
        d[o++] = (uint8_t) ((uint64_t) n >> (8 * i));
    }
  memcpy (d + o, m, 4);
  return o + 4;
}

static void
put_masked (uint8_t *d, const uint8_t *s, size_t n, const uint8_t m[4])
{
  uint64_t m8;
  memcpy (&m8, m, 4);
  memcpy ((char *) &m8 + 4, m, 4);
  size_t i = 0;
  for (; i + 8 <= n; i += 8)
    {
      uint64_t v;
      memcpy (&v, s + i, 8);
      v ^= m8;
      memcpy (d + i, &v, 8);
    }
  for (; i < n; i++)
    d[i] = s[i] ^ m[i & 3];
}

/* raw deflate, ended by a sync flush whose last four bytes are dropped */
static size_t
zpack (z_stream *z, const uint8_t *in, size_t n, uint8_t **out, size_t *cap)
{
  size_t o = 0;
  z->next_in = (Bytef *) (uintptr_t) in;
  z->avail_in = (uInt) n;
  for (;;)
    {
      if (o + 64 > *cap)
        {
          *cap = *cap ? *cap * 2 : n + n / 8 + 256;
          *out = realloc (*out, *cap);
          if (!*out)
            exit (2);
        }
      z->next_out = *out + o;
      z->avail_out = (uInt) (*cap - o);
      deflate (z, Z_SYNC_FLUSH);
      o = *cap - z->avail_out;
      if (z->avail_out)
        break;
    }
  return o >= 4 ? o - 4 : 0;
}

static void
make_pool (void)
{
  uint8_t op = kind == K_BINARY ? 2 : 1;
  n_tpl = deflate_on ? NJSON : 1;
  tpl = xalloc (n_tpl * sizeof *tpl);
  for (uint32_t i = 0; i < n_tpl; i++)
    {
      tpl[i] = xalloc (msg_size);
      fill (tpl[i], msg_size, i);
    }
  if (!deflate_on)
    {
      size_t fl = head_len (msg_size) + msg_size;
      pool_n = (uint32_t) (262144 / fl);
      if (mode != M_FLOOD && pool_n > depth)
        pool_n = depth;
      if (pool_n < 1)
        pool_n = 1;
      pool_uniform = 1;
      pool = xalloc (fl * pool_n);
      pool_off = xalloc ((pool_n + 1) * sizeof *pool_off);
      for (uint32_t i = 0; i < pool_n; i++)
        {
          size_t h = put_head (pool + i * fl, 0x80 | op, msg_size, mask);
          put_masked (pool + i * fl + h, tpl[0], msg_size, mask);
          pool_off[i + 1] = (i + 1) * fl;
        }
      return;
    }
  uint8_t *z = NULL;
  size_t   zcap = 0, total = 0;
  pool_n = n_tpl;
  pool_off = xalloc ((pool_n + 1) * sizeof *pool_off);
  for (uint32_t i = 0; i < n_tpl; i++)
    {
      z_stream s;
      memset (&s, 0, sizeof s);
      /* 9 bits of window would do for any server; 15 is what browsers use */
      deflateInit2 (&s, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
      size_t n = zpack (&s, tpl[i], msg_size, &z, &zcap);
      deflateEnd (&s);
      pool = realloc (pool, total + head_len (n) + n);
      if (!pool)
        exit (2);
      size_t h = put_head (pool + total, 0xC0 | op, n, mask);
      put_masked (pool + total + h, z, n, mask);
      total += h + n;
      pool_off[i + 1] = total;
    }
  free (z);
}

/* --verify: what message number seq of connection c looks like */
static size_t
tag_len (void)
{
  return msg_size < 16 ? msg_size : 16;
}

static void
make_tag (const struct conn *c, uint32_t seq, char t[17])
{
  static const char hex[] = "0123456789abcdef";
  for (int i = 0; i < 8; i++)
    {
      t[i] = hex[(seq >> (4 * (7 - i))) & 15];
      t[8 + i] = hex[(c->id >> (4 * (7 - i))) & 15];
    }
  t[16] = 0;
  /* the low digits of the sequence come first so that even short messages differ */
  for (int i = 0; i < 4; i++)
    {
      char x = t[i];
      t[i] = t[7 - i];
      t[7 - i] = x;
    }
}

static void
build_verify (struct conn *c)
{
  static uint8_t *msg, *z;
  static size_t   zcap;
  uint8_t         op = kind == K_BINARY ? 2 : 1;
  uint32_t        n = c->tx_n;
  size_t          per = msg_size + msg_size / 8 + 300;
  if (!msg)
    msg = xalloc (msg_size);
  if (n > 65536 / per)
    n = (uint32_t) (65536 / per);
  if (n < 1)
    n = 1;
  if (c->vcap < n * per)
    {
      c->vcap = n * per;
      c->vbuf = realloc (c->vbuf, c->vcap);
      if (!c->vbuf)
        exit (2);
    }
  c->vlen = c->voff = 0;
  for (uint32_t i = 0; i < n; i++)
    {
      char     tag[17];
      uint8_t  m[4];
      uint32_t r = (uint32_t) rnd ();
      memcpy (m, &r, 4);
      memcpy (msg, tpl[c->tx_seq % n_tpl], msg_size);
      make_tag (c, c->tx_seq, tag);
      memcpy (msg, tag, tag_len ());
      c->tx_seq++;
      if (deflate_on)
        {
          size_t zn = zpack (c->zo, msg, msg_size, &z, &zcap);
          size_t h = put_head (c->vbuf + c->vlen, 0xC0 | op, zn, m);
          put_masked (c->vbuf + c->vlen + h, z, zn, m);
          c->vlen += h + zn;
        }
      else
        {
          size_t h = put_head (c->vbuf + c->vlen, 0x80 | op, msg_size, m);
          put_masked (c->vbuf + c->vlen + h, msg, msg_size, m);
          c->vlen += h + msg_size;
        }
    }
  c->tx_n -= n;
}

static void
check_chunk (struct conn *c, const uint8_t *p, size_t n)
{
  size_t off = c->msg_len, tl = tag_len ();
  int    bad = 0;
  if (off + n > msg_size)
    {
      fail (&er.length, "echo longer than the message");
      return;
    }
  if (off < tl)
    {
      char   tag[17];
      size_t k = tl - off < n ? tl - off : n;
      make_tag (c, c->rx_seq, tag);
      bad = memcmp (tag + off, p, k) != 0;
      off += k;
      p += k;
      n -= k;
    }
  if (!bad && n)
    bad = memcmp (tpl[c->rx_seq % n_tpl] + off, p, n) != 0;
  if (bad)
    fail (&er.content, "echo differs from the message (connection %u, message %u)", c->id, c->rx_seq);
}

/* ---- connection life ---- */
static void
arm (struct conn *c, int out)
{
  if (c->armed_out == out)
    return;
  struct epoll_event e = { .events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c };
  if (epoll_ctl (ep, EPOLL_CTL_MOD, c->fd, &e) == 0)
    c->armed_out = (uint8_t) out;
}

static void conn_start (struct conn *c);

static void
conn_free (struct conn *c)
{
  if (c->state == S_DEAD)
    return;
  if (c->state < S_OPEN)
    in_handshake--;
  else
    alive--;
  if (c->ssl)
    {
      SSL_free (c->ssl);
      c->ssl = NULL;
      ERR_clear_error ();
    }
  close (c->fd);
  c->fd = -1;
  c->state = S_DEAD;
  free (c->hbuf);
  c->hbuf = NULL;
  c->hlen = 0;
  free (c->ctl);
  c->ctl = NULL;
  c->ctl_len = c->ctl_off = 0;
  free (c->rx_ctl);
  c->rx_ctl = NULL;
  free (c->vbuf);
  c->vbuf = NULL;
  c->vlen = c->voff = c->vcap = 0;
  if (c->zi)
    {
      inflateEnd (c->zi);
      free (c->zi);
      c->zi = NULL;
    }
  if (c->zo)
    {
      deflateEnd (c->zo);
      free (c->zo);
      c->zo = NULL;
    }
}

/* a connection ended that should not have, or a cycle of mode connect is over */
static void
conn_over (struct conn *c, int ok)
{
  (void) ok;
  conn_free (c);
  if (mode == M_CONNECT && phase < P_DONE)
    conn_start (c);
}

static ssize_t
io_recv (struct conn *c, void *b, size_t n, int flags)
{ /* >0 bytes, 0 nothing now, -1 end or error */
  if (!c->ssl)
    {
      ssize_t r = recv (c->fd, b, n, flags);
      if (r > 0)
        return r;
      if (r < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
      return -1;
    }
  int r = SSL_read (c->ssl, b, (int) n);
  if (r > 0)
    return r;
  int e = SSL_get_error (c->ssl, r);
  if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE)
    return 0;
  ERR_clear_error ();
  return -1;
}

static void
tx_advance (struct conn *c, int src, size_t n)
{
  if (src == SRC_CTL)
    {
      c->ctl_off = (uint16_t) (c->ctl_off + n);
      if (c->ctl_off == c->ctl_len)
        c->ctl_off = c->ctl_len = 0;
    }
  else if (src == SRC_VBUF)
    {
      c->voff += n;
    }
  else
    {
      while (n)
        {
          size_t left = pool_off[c->tx_idx + 1] - pool_off[c->tx_idx] - c->tx_off;
          if (n < left)
            {
              c->tx_off += n;
              break;
            }
          n -= left;
          c->tx_off = 0;
          if (++c->tx_idx == pool_n)
            c->tx_idx = 0;
          c->tx_n--;
        }
    }
}

/* returns 0, or -1 when the connection is gone */
static int
tx_flush (struct conn *c)
{
  size_t budget = 4u << 20;
  for (;;)
    {
      struct iovec v[2];
      int          nv = 1, src;
      ssize_t      r;
      if (c->wr_len)
        {
          src = c->wr_src;
          v[0].iov_base = (void *) (uintptr_t) c->wr_ptr;
          v[0].iov_len = c->wr_len;
        }
      else if (c->ctl_len && (c->ctl_off || (!c->tx_off && c->voff == c->vlen)))
        {
          src = SRC_CTL;
          v[0].iov_base = c->ctl + c->ctl_off;
          v[0].iov_len = (size_t) (c->ctl_len - c->ctl_off);
        }
      else if (verify && (c->tx_n || c->voff < c->vlen))
        {
          if (c->voff == c->vlen)
            build_verify (c);
          src = SRC_VBUF;
          v[0].iov_base = c->vbuf + c->voff;
          v[0].iov_len = c->vlen - c->voff;
        }
      else if (!verify && c->tx_n)
        {
          src = SRC_POOL;
          if (pool_uniform && !c->tx_off)
            c->tx_idx = 0;
          uint32_t want = c->ctl_len ? 1 : c->tx_n, k = pool_n - c->tx_idx;
          if (k > want)
            k = want;
          v[0].iov_base = pool + pool_off[c->tx_idx] + c->tx_off;
          v[0].iov_len = pool_off[c->tx_idx + k] - pool_off[c->tx_idx] - c->tx_off;
          if (k < want && c->tx_idx)
            {
              uint32_t k2 = want - k;
              if (k2 > c->tx_idx)
                k2 = c->tx_idx;
              v[1].iov_base = pool;
              v[1].iov_len = pool_off[k2];
              nv = 2;
            }
        }
      else
        {
          arm (c, 0);
          return 0;
        }
      size_t total = v[0].iov_len + (nv == 2 && !c->ssl ? v[1].iov_len : 0);
      if (!c->ssl)
        {
          if (nv == 1)
            r = send (c->fd, v[0].iov_base, v[0].iov_len, MSG_NOSIGNAL);
          else
            {
              struct msghdr h = { .msg_iov = v, .msg_iovlen = 2 };
              r = sendmsg (c->fd, &h, MSG_NOSIGNAL);
            }
          if (r < 0)
            {
              if (errno == EAGAIN || errno == EINTR)
                {
                  arm (c, 1);
                  return 0;
                }
              fail (&er.closed, "write: %s", strerror (errno));
              conn_over (c, 0);
              return -1;
            }
        }
      else
        {
          size_t len = v[0].iov_len;
          if (len > 1 << 30)
            len = 1 << 30;
          r = SSL_write (c->ssl, v[0].iov_base, (int) len);
          if (r <= 0)
            {
              int e = SSL_get_error (c->ssl, (int) r);
              if (e == SSL_ERROR_WANT_WRITE || e == SSL_ERROR_WANT_READ)
                {
                  c->wr_ptr = v[0].iov_base;
                  c->wr_len = len;
                  c->wr_src = (uint8_t) src;
                  arm (c, 1);
                  return 0;
                }
              ERR_clear_error ();
              fail (&er.closed, "TLS write failed");
              conn_over (c, 0);
              return -1;
            }
          c->wr_len = 0;
        }
      ct.wire_tx += (uint64_t) r;
      tx_advance (c, src, (size_t) r);
      if (mode == M_FLOOD && c->state == S_OPEN && src != SRC_CTL && phase < P_DONE)
        {
          if (c->tx_n < pool_n)
            c->tx_n = pool_n;
          if (budget <= (size_t) r)
            {
              arm (c, 1);
              return 0;
            }
          budget -= (size_t) r;
        }
      if (!c->ssl && (size_t) r < total)
        {
          arm (c, 1);
          return 0;
        }
    }
}

static int
send_ctl (struct conn *c, uint8_t op, const uint8_t *p, size_t n)
{
  if (c->ctl_off)
    return 0; /* one under way: skip (a pong may be skipped) */
  if (!c->ctl)
    c->ctl = xalloc (140);
  size_t h = put_head (c->ctl, 0x80 | op, n, mask);
  put_masked (c->ctl + h, p, n, mask);
  c->ctl_len = (uint16_t) (h + n);
  return tx_flush (c);
}

static int
queue_msgs (struct conn *c, uint32_t n, uint64_t now)
{
  if (c->ts)
    for (uint32_t i = 0; i < n; i++)
      {
        uint32_t at = c->ts_head + c->inflight;
        if (at >= depth)
          at -= depth;
        c->ts[at] = now;
        c->inflight++;
      }
  c->tx_n += n;
  return tx_flush (c);
}

static void
z_start (struct conn *c, int bits)
{
  c->zi = xalloc (sizeof *c->zi);
  c->zo = xalloc (sizeof *c->zo);
  inflateInit2 (c->zi, -15);
  deflateInit2 (c->zo, 6, Z_DEFLATED, -bits, 8, Z_DEFAULT_STRATEGY);
}

static char *
find_header (const char *h, const char *name, size_t *len)
{
  size_t      nl = strlen (name);
  const char *p = strstr (h, "\r\n");
  while (p)
    {
      p += 2;
      if (!strncasecmp (p, name, nl) && p[nl] == ':')
        {
          p += nl + 1;
          while (*p == ' ' || *p == '\t')
            p++;
          const char *e = strstr (p, "\r\n");
          *len = e ? (size_t) (e - p) : strlen (p);
          while (*len && (p[*len - 1] == ' '))
            (*len)--;
          return (char *) (uintptr_t) p;
        }
      p = strstr (p, "\r\n");
    }
  return NULL;
}

static int
conn_open (struct conn *c, uint64_t now)
{
  in_handshake--;
  alive++;
  opened++;
  c->state = S_OPEN;
  last_progress = now;
  if (measuring)
    {
      ct.handshakes++;
      if (mode == M_CONNECT)
        hist_add (now - c->t_conn);
    }
  if (verify && deflate_on)
    z_start (c, c->zbits >= 9 ? c->zbits : 15);
  if (mode == M_CONNECT)
    {
      static const uint8_t code[2] = { 0x03, 0xe8 };
      c->state = S_CLOSING;
      return send_ctl (c, 8, code, 2);
    }
  return 0;
}

/* returns bytes used for the response, 0 for more wanted, -1 for failure */
static ssize_t
http_response (struct conn *c, uint8_t *b, size_t n, uint64_t now)
{
  uint8_t *e = memmem (b, n, "\r\n\r\n", 4);
  if (!e)
    return n > 8192 ? -1 : 0;
  size_t used = (size_t) (e - b) + 4, l;
  char   keep = (char) b[used - 2];
  b[used - 2] = 0;
  const char *h = (const char *) b;
  if (strncmp (h, "HTTP/1.1 101", 12))
    {
      fail (&er.http, "refused: %.60s", h);
      return -1;
    }
  char *a = find_header (h, "Sec-WebSocket-Accept", &l);
  if (!a || l != strlen (accept_want) || memcmp (a, accept_want, l))
    {
      fail (&er.http, "wrong Sec-WebSocket-Accept");
      return -1;
    }
  char *x = find_header (h, "Sec-WebSocket-Extensions", &l);
  if (deflate_on)
    {
      if (!x || l < 18 || !memmem (x, l, "permessage-deflate", 18))
        {
          fail (&er.deflate, "permessage-deflate was not accepted");
          return -1;
        }
      char *w = memmem (x, l, "client_max_window_bits=", 23);
      int   bits = w ? atoi (w + 23 + (w[23] == '"')) : 15;
      c->zbits = (uint8_t) bits;
      /* Our prepared messages were packed with 15 bits, each on its own: that does not matter
       * while a message is no longer than the server's window. */
      if (!verify && bits < 15 && msg_size > (1u << bits))
        {
          fail (&er.deflate, "server wants client_max_window_bits=%d: smaller messages, or --verify", bits);
          return -1;
        }
      if (verify && memmem (x, l, "client_no_context_takeover", 26))
        {
          fail (&er.deflate, "server wants client_no_context_takeover, not done with --verify");
          return -1;
        }
    }
  else if (x)
    {
      fail (&er.http, "extension accepted that was not offered");
      return -1;
    }
  b[used - 2] = (uint8_t) keep;
  if (conn_open (c, now) < 0)
    return -2;
  return (ssize_t) used;
}

static void
msg_end (struct conn *c, uint64_t now, uint32_t *done)
{
  if (!deflate_on || verify)
    {
      if (c->msg_len != msg_size)
        fail (&er.length, "echo of %" PRIu64 " bytes instead of %zu", c->msg_len, msg_size);
    }
  c->rx_seq++;
  if (measuring)
    {
      ct.msgs++;
      ct.bytes += msg_size;
      c->got++;
      if (c->rx_comp)
        ct.compressed++;
    }
  if (c->ts)
    {
      if (!c->inflight)
        {
          fail (&er.proto, "an echo too many");
        }
      else
        {
          if (measuring)
            hist_add (now - c->ts[c->ts_head]);
          if (++c->ts_head == depth)
            c->ts_head = 0;
          c->inflight--;
        }
    }
  c->msg_len = 0;
  c->rx_in_msg = 0;
  (*done)++;
}

static void
inflate_chunk (struct conn *c, const uint8_t *p, size_t n)
{
  c->zi->next_in = (Bytef *) (uintptr_t) p;
  c->zi->avail_in = (uInt) n;
  do
    {
      c->zi->next_out = zbuf;
      c->zi->avail_out = ZBUF;
      int    r = inflate (c->zi, Z_SYNC_FLUSH);
      size_t got = ZBUF - c->zi->avail_out;
      if (got)
        {
          check_chunk (c, zbuf, got);
          c->msg_len += got;
        }
      if (r == Z_STREAM_END)
        {
          inflateReset (c->zi);
          continue;
        }
      if (r != Z_OK && r != Z_BUF_ERROR)
        {
          fail (&er.content, "inflate: %d", r);
          break;
        }
    }
  while (c->zi->avail_in || !c->zi->avail_out);
}

static int
frame_end (struct conn *c, uint64_t now, uint32_t *done)
{
  if (c->rx_op >= 8)
    {
      if (c->rx_op == 9)
        {
          ct.pings++;
          return send_ctl (c, 10, c->rx_ctl, c->rx_ctl_len);
        }
      if (c->rx_op == 8)
        {
          if (c->state == S_CLOSING)
            {
              if (measuring)
                ct.cycles++;
              conn_over (c, 1);
              return -1;
            }
          fail (&er.close_frame, "server closed with code %d",
                c->rx_ctl_len >= 2 ? c->rx_ctl[0] * 256 + c->rx_ctl[1] : 1005);
          conn_over (c, 0);
          return -1;
        }
      return 0;
    }
  if (!c->rx_fin)
    {
      ct.fragments++;
      return 0;
    }
  if (c->rx_comp && verify)
    {
      static const uint8_t tail[4] = { 0, 0, 0xff, 0xff };
      inflate_chunk (c, tail, 4);
    }
  msg_end (c, now, done);
  return 0;
}

static int
proto_fail (struct conn *c, const char *what)
{
  fail (&er.proto, "protocol: %s", what);
  conn_over (c, 0);
  return -1;
}

static int
frame_begin (struct conn *c, const uint8_t *h, unsigned hl)
{
  uint8_t  op = h[0] & 15;
  uint64_t len = h[1] & 127;
  if (hl == 4)
    len = (uint64_t) h[2] << 8 | h[3];
  else if (hl == 10)
    {
      len = 0;
      for (int i = 2; i < 10; i++)
        len = len << 8 | h[i];
    }
  c->rx_fin = h[0] >> 7;
  c->pay_left = len;
  c->rx_op = op;
  if (op >= 8)
    {
      if (len > 125 || !c->rx_fin || op > 10)
        return proto_fail (c, "bad control frame");
      if (len && !c->rx_ctl)
        c->rx_ctl = xalloc (128);
      c->rx_ctl_len = 0;
      return 0;
    }
  if (op == 0)
    {
      if (!c->rx_in_msg)
        return proto_fail (c, "continuation of nothing");
    }
  else
    {
      if (c->rx_in_msg)
        return proto_fail (c, "message within a message");
      if (op != (kind == K_BINARY ? 2 : 1))
        return proto_fail (c, "echo with another opcode");
      c->rx_in_msg = 1;
      c->rx_comp = (h[0] >> 6) & 1;
      c->msg_len = 0;
    }
  if ((h[0] & 0x30) || (op == 0 && (h[0] & 0x40)) || (c->rx_comp && !deflate_on))
    return proto_fail (c, "reserved bit");
  return 0;
}

static void
payload (struct conn *c, const uint8_t *p, size_t n)
{
  if (c->rx_op >= 8)
    {
      memcpy (c->rx_ctl + c->rx_ctl_len, p, n);
      c->rx_ctl_len = (uint8_t) (c->rx_ctl_len + n);
    }
  else if (verify)
    {
      if (c->rx_comp)
        {
          inflate_chunk (c, p, n);
          return;
        }
      check_chunk (c, p, n);
      c->msg_len += n;
    }
  else
    c->msg_len += n;
}

static int
rx_frames (struct conn *c, const uint8_t *p, size_t n, uint64_t now, uint32_t *done)
{
  while (n)
    {
      if (c->pay_left)
        {
          size_t k = c->pay_left < n ? (size_t) c->pay_left : n;
          payload (c, p, k);
          p += k;
          n -= k;
          c->pay_left -= k;
          if (!c->pay_left && frame_end (c, now, done) < 0)
            return -1;
          continue;
        }
      const uint8_t *h = p;
      unsigned       hl;
      if (!c->hdr_have && n >= 10)
        {
          if (p[1] & 0x80)
            return proto_fail (c, "masked frame from the server");
          hl = (p[1] & 127) < 126 ? 2 : (p[1] & 127) == 126 ? 4
                                                            : 10;
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
            return 0;
          if (c->hdr[1] & 0x80)
            return proto_fail (c, "masked frame from the server");
          hl = (c->hdr[1] & 127) < 126 ? 2 : (c->hdr[1] & 127) == 126 ? 4
                                                                      : 10;
          while (n && c->hdr_have < hl)
            {
              c->hdr[c->hdr_have++] = *p++;
              n--;
            }
          if (c->hdr_have < hl)
            return 0;
          h = c->hdr;
          c->hdr_have = 0;
        }
      if (frame_begin (c, h, hl) < 0)
        return -1;
      if (!c->pay_left && frame_end (c, now, done) < 0)
        return -1;
    }
  return 0;
}

static int
after_rx (struct conn *c, uint32_t done, uint64_t now)
{
  if (!done)
    return 0;
  if (phase == P_TOUCH)
    {
      c->touched += done;
      if (c->touched < touch)
        return queue_msgs (c, 1, now);
      n_touched++;
      last_progress = now;
      return 0;
    }
  if (c->active && phase < P_DONE && mode != M_FLOOD)
    return queue_msgs (c, done, now);
  return 0;
}

static void
conn_lost (struct conn *c)
{
  if (c->state == S_CLOSING)
    { /* gone without a Close frame */
      fail (&er.closed, "connection ended without a closing frame");
    }
  else if (c->state == S_OPEN)
    fail (&er.closed, "connection closed by the server");
  else if (c->state == S_HTTP)
    fail (&er.http, "connection closed during the upgrade");
  else
    fail (&er.connect, "connection failed");
  conn_over (c, 0);
}

static void
on_readable (struct conn *c)
{
  /* what TLS holds in its own buffer raises no event: read until there is nothing */
  for (int turn = 0; turn < 16 || c->ssl; turn++)
    {
      uint32_t done = 0;
      if (!verify && !c->ssl && c->state == S_OPEN && c->pay_left && msg_size >= TRUNC_MIN && c->rx_op < 8)
        {
          size_t  want = c->pay_left > (1u << 20) ? (1u << 20) : (size_t) c->pay_left;
          ssize_t r = io_recv (c, rxbuf, want, MSG_TRUNC);
          if (r < 0)
            {
              conn_lost (c);
              return;
            }
          if (!r)
            return;
          uint64_t now = now_ns ();
          ct.wire_rx += (uint64_t) r;
          c->msg_len += (uint64_t) r;
          c->pay_left -= (uint64_t) r;
          if (!c->pay_left)
            {
              if (frame_end (c, now, &done) < 0)
                return;
              if (after_rx (c, done, now) < 0)
                return;
            }
          if ((size_t) r < want)
            return;
          continue;
        }
      ssize_t r;
      /* with large messages coming, do not take more than their start: the rest is dropped
       * in the kernel */
      size_t cap = !verify && !c->ssl && c->state == S_OPEN && msg_size >= TRUNC_MIN && !deflate_on
                       ? 4096
                       : RXBUF;
      if (c->state == S_HTTP && c->hlen)
        {
          r = io_recv (c, c->hbuf + c->hlen, 16384 - c->hlen, 0);
          if (r > 0)
            {
              c->hlen += (size_t) r;
              ssize_t u = http_response (c, (uint8_t *) c->hbuf, c->hlen, now_ns ());
              if (u == -2)
                return;
              if (u < 0)
                {
                  conn_over (c, 0);
                  return;
                }
              if (!u)
                continue;
              char  *hb = c->hbuf;
              size_t hl = c->hlen;
              c->hbuf = NULL;
              c->hlen = 0;
              int k = rx_frames (c, (uint8_t *) hb + u, hl - (size_t) u, now_ns (), &done);
              free (hb);
              if (k < 0)
                return;
              continue;
            }
        }
      else
        r = io_recv (c, rxbuf, cap, 0);
      if (r < 0)
        {
          conn_lost (c);
          return;
        }
      if (!r)
        return;
      uint64_t now = now_ns ();
      ct.wire_rx += (uint64_t) r;
      uint8_t *p = rxbuf;
      size_t   n = (size_t) r;
      if (c->state == S_HTTP)
        {
          ssize_t u = http_response (c, p, n, now);
          if (u == -2)
            return;
          if (u < 0)
            {
              conn_over (c, 0);
              return;
            }
          if (!u)
            {
              c->hbuf = xalloc (16384);
              memcpy (c->hbuf, p, n);
              c->hlen = n;
              continue;
            }
          p += u;
          n -= (size_t) u;
        }
      if (rx_frames (c, p, n, now, &done) < 0)
        return;
      if (after_rx (c, done, now) < 0)
        return;
      if (!c->ssl && (size_t) r < cap)
        return;
    }
}

static void
send_request (struct conn *c)
{
  c->state = S_HTTP;
  /* a fresh connection takes a small request whole */
  ssize_t r = c->ssl ? SSL_write (c->ssl, request, (int) request_len)
                     : send (c->fd, request, request_len, MSG_NOSIGNAL);
  if (r != (ssize_t) request_len)
    {
      fail (&er.http, "request not sent: %s", strerror (errno));
      conn_over (c, 0);
      return;
    }
  arm (c, 0);
}

static void
tls_step (struct conn *c)
{
  int r = SSL_do_handshake (c->ssl);
  if (r == 1)
    {
      send_request (c);
      return;
    }
  int e = SSL_get_error (c->ssl, r);
  if (e == SSL_ERROR_WANT_READ)
    {
      arm (c, 0);
      return;
    }
  if (e == SSL_ERROR_WANT_WRITE)
    {
      arm (c, 1);
      return;
    }
  unsigned long q = ERR_peek_error ();
  fail (&er.tls, "TLS handshake: %s", q ? ERR_reason_error_string (q) : "connection closed");
  ERR_clear_error ();
  conn_over (c, 0);
}

static void
on_event (struct conn *c, uint32_t ev)
{
  switch (c->state)
    {
    case S_TCP:
      {
        int       err = 0;
        socklen_t l = sizeof err;
        if (!(ev & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
          return;
        getsockopt (c->fd, SOL_SOCKET, SO_ERROR, &err, &l);
        if (err)
          {
            fail (&er.connect, "connect: %s", strerror (err));
            conn_free (c);
            if (mode == M_CONNECT)
              {
                usleep (1000);
                conn_start (c);
              }
            return;
          }
        if (use_tls)
          {
            c->ssl = SSL_new (ctx);
            SSL_set_fd (c->ssl, c->fd);
            SSL_set_connect_state (c->ssl);
            c->state = S_TLS;
            tls_step (c);
          }
        else
          send_request (c);
        return;
      }
    case S_TLS:
      tls_step (c);
      return;
    case S_HTTP:
    case S_OPEN:
    case S_CLOSING:
      if (ev & (EPOLLIN | EPOLLERR | EPOLLHUP))
        {
          if (stopping_reads && c->state == S_OPEN)
            {
              if (ev & (EPOLLERR | EPOLLHUP))
                {
                  conn_lost (c);
                  return;
                }
            }
          else
            {
              int fd = c->fd;
              on_readable (c);
              if (c->fd != fd || c->state == S_DEAD)
                return;
            }
        }
      if ((ev & EPOLLOUT) && (c->state == S_OPEN || c->state == S_CLOSING))
        tx_flush (c);
      return;
    default:
      return;
    }
}

static void
conn_start (struct conn *c)
{
  uint32_t  id = c->id;
  uint64_t *ts = c->ts, got = c->got;
  uint8_t   active = c->active;
  memset (c, 0, sizeof *c);
  c->id = id;
  c->ts = ts;
  c->got = got;
  c->active = active;
  c->fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0)
    {
      fail (&er.connect, "socket: %s", strerror (errno));
      c->state = S_DEAD;
      return;
    }
  int one = 1;
  setsockopt (c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  setsockopt (c->fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (src_spread)
    {
      struct sockaddr_in a = { .sin_family = AF_INET };
      uint32_t           k = next_src++ % src_spread;
      a.sin_addr.s_addr = htonl (0x7f010001u + (k / 250) * 256 + k % 250);
      if (bind (c->fd, (struct sockaddr *) &a, sizeof a) < 0)
        {
          fail (&er.connect, "bind: %s", strerror (errno));
          close (c->fd);
          c->state = S_DEAD;
          return;
        }
    }
  c->t_conn = now_ns ();
  c->state = S_TCP;
  in_handshake++;
  int r = connect (c->fd, (struct sockaddr *) &dst, sizeof dst);
  if (r < 0 && errno != EINPROGRESS)
    {
      fail (&er.connect, "connect: %s", strerror (errno));
      in_handshake--;
      close (c->fd);
      c->state = S_DEAD;
      return;
    }
  struct epoll_event e = { .events = EPOLLIN | EPOLLOUT, .data.ptr = c };
  c->armed_out = 1;
  epoll_ctl (ep, EPOLL_CTL_ADD, c->fd, &e);
}

/* ---- set-up ---- */
static void
parse_url (const char *u)
{
  const char *p;
  if (!strncmp (u, "ws://", 5))
    p = u + 5;
  else if (!strncmp (u, "wss://", 6))
    {
      p = u + 6;
      use_tls = 1;
    }
  else
    {
      fprintf (stderr, "wsload: url must begin with ws:// or wss://\n");
      exit (2);
    }
  const char *s = strchr (p, '/'), *co;
  size_t      hl = s ? (size_t) (s - p) : strlen (p);
  char        hp[128];
  if (hl >= sizeof hp)
    exit (2);
  memcpy (hp, p, hl);
  hp[hl] = 0;
  if (s)
    snprintf (path, sizeof path, "%s", s);
  co = strchr (hp, ':');
  port = co ? atoi (co + 1) : use_tls ? 443
                                      : 80;
  snprintf (host, sizeof host, "%.*s", (int) (co ? co - hp : (int) strlen (hp)), hp);
  if (!strcmp (host, "localhost"))
    strcpy (host, "127.0.0.1");
  dst.sin_family = AF_INET;
  dst.sin_port = htons ((uint16_t) port);
  if (inet_pton (AF_INET, host, &dst.sin_addr) != 1 || (ntohl (dst.sin_addr.s_addr) >> 24) != 127)
    {
      fprintf (stderr, "wsload: only loopback IPv4 addresses\n");
      exit (2);
    }
}

static void
b64 (const uint8_t *s, size_t n, char *d)
{
  EVP_EncodeBlock ((unsigned char *) d, s, (int) n);
}

static void
make_request (void)
{
  uint8_t key[16], dig[SHA_DIGEST_LENGTH];
  char    k64[32], cat[96];
  for (int i = 0; i < 16; i++)
    key[i] = (uint8_t) rnd ();
  b64 (key, 16, k64);
  snprintf (cat, sizeof cat, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", k64);
  SHA1 ((const unsigned char *) cat, strlen (cat), dig);
  b64 (dig, sizeof dig, accept_want);
  char *b = NULL;
  FILE *f = open_memstream (&b, &request_len);
  fprintf (f, "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n",
           path, host, port, k64);
  if (deflate_on)
    fprintf (f, "Sec-WebSocket-Extensions: permessage-deflate%s%s\r\n", *offer ? "; " : "", offer);
  if (subprotocol)
    fprintf (f, "Sec-WebSocket-Protocol: %s\r\n", subprotocol);
  for (int i = 0; i < n_extra; i++)
    fprintf (f, "%s\r\n", extra_hdr[i]);
  fprintf (f, "\r\n");
  fclose (f);
  request = b;
}

static double
tv (struct timeval t)
{
  return (double) t.tv_sec + (double) t.tv_usec / 1e6;
}

int
main (int argc, char **argv)
{
  enum
  {
    O_TEXT = 256,
    O_BIN,
    O_JSON,
    O_RAMP,
    O_RATE,
    O_TIMEOUT,
    O_VERIFY,
    O_DEFLATE,
    O_OFFER,
    O_TLS,
    O_HEADER,
    O_SUB,
    O_PID,
    O_LABEL,
    O_SRC,
    O_RDELAY
  };
  static const struct option lo[] = {
    { "mode", 1, 0, 'm' }, { "conns", 1, 0, 'c' }, { "idle", 1, 0, 'i' }, { "depth", 1, 0, 'd' }, { "size", 1, 0, 's' }, { "warmup", 1, 0, 'w' }, { "time", 1, 0, 't' }, { "touch", 1, 0, 'k' }, { "text", 0, 0, O_TEXT }, { "binary", 0, 0, O_BIN }, { "json", 0, 0, O_JSON }, { "ramp", 1, 0, O_RAMP }, { "rate", 1, 0, O_RATE }, { "timeout", 1, 0, O_TIMEOUT }, { "verify", 0, 0, O_VERIFY }, { "deflate", 0, 0, O_DEFLATE }, { "offer", 1, 0, O_OFFER }, { "tls", 1, 0, O_TLS }, { "header", 1, 0, O_HEADER }, { "subprotocol", 1, 0, O_SUB }, { "pid", 1, 0, O_PID }, { "label", 1, 0, O_LABEL }, { "src-spread", 1, 0, O_SRC }, { "read-delay", 1, 0, O_RDELAY }, { "help", 0, 0, 'h' }, { 0, 0, 0, 0 }
  };
  static const char *mname[] = { "echo", "idle", "echo-with-idle", "connect", "flood" };
  static const char *kname[] = { "text", "binary", "json" };
  int                o;
  while ((o = getopt_long (argc, argv, "m:c:i:d:s:w:t:k:h", lo, NULL)) != -1)
    {
      switch (o)
        {
        case 'm':
          {
            int k;
            for (k = 0; k < 5 && strcmp (optarg, mname[k]); k++)
              ;
            if (k == 5)
              {
                fprintf (stderr, "wsload: unknown mode\n");
                return 2;
              }
            mode = (enum mode) k;
            break;
          }
        case 'c':
          n_active = (uint32_t) atoi (optarg);
          break;
        case 'i':
          n_idle = (uint32_t) atoi (optarg);
          n_idle_set = 1;
          break;
        case 'd':
          depth = (uint32_t) atoi (optarg);
          if (!depth)
            depth = 1;
          break;
        case 's':
          msg_size = (size_t) atoll (optarg);
          break;
        case 'w':
          warm_s = atof (optarg);
          break;
        case 't':
          meas_s = atof (optarg);
          break;
        case 'k':
          touch = (uint32_t) atoi (optarg);
          break;
        case O_TEXT:
          kind = K_TEXT;
          break;
        case O_BIN:
          kind = K_BINARY;
          break;
        case O_JSON:
          kind = K_JSON;
          break;
        case O_RAMP:
          ramp = (uint32_t) atoi (optarg);
          if (!ramp)
            ramp = 1;
          break;
        case O_RATE:
          rate = atof (optarg);
          break;
        case O_TIMEOUT:
          timeout_s = atof (optarg);
          break;
        case O_VERIFY:
          verify = 1;
          break;
        case O_DEFLATE:
          deflate_on = 1;
          break;
        case O_OFFER:
          offer = optarg;
          break;
        case O_TLS:
          tls_min = tls_max = strcmp (optarg, "1.2") ? TLS1_3_VERSION : TLS1_2_VERSION;
          break;
        case O_HEADER:
          if (n_extra < 16)
            extra_hdr[n_extra++] = optarg;
          break;
        case O_SUB:
          subprotocol = optarg;
          break;
        case O_PID:
          srv_pid = (pid_t) atoi (optarg);
          break;
        case O_LABEL:
          label = optarg;
          break;
        case O_SRC:
          src_spread = (uint32_t) atoi (optarg);
          break;
        case O_RDELAY:
          read_delay = atof (optarg);
          break;
        default:
          fprintf (stderr, "usage: wsload [-m echo|idle|echo-with-idle|connect|flood] [-c N] [-i N] [-d DEPTH]\n"
                           "       [-s SIZE] [--text|--binary|--json] [-w SEC] [-t SEC] [-k TOUCH] [--verify]\n"
                           "       [--deflate] [--tls 1.2|1.3] [--pid PID] ... ws[s]://127.0.0.1:PORT/\n"
                           "       (see the head of wsload.c)\n");
          return o == 'h' ? 0 : 2;
        }
    }
  if (optind + 1 != argc)
    {
      fprintf (stderr, "wsload: one url, please (-h for help)\n");
      return 2;
    }
  parse_url (argv[optind]);
  if (mode == M_IDLE)
    {
      n_active = 0;
      if (!n_idle_set)
        n_idle = 1000;
    }
  else if (mode != M_MIX)
    n_idle = 0;
  if (mode != M_IDLE)
    touch = 0;
  n_conns = n_active + n_idle;
  if (!n_conns)
    {
      fprintf (stderr, "wsload: no connections\n");
      return 2;
    }

  signal (SIGPIPE, SIG_IGN);
  if (getrandom (mask, 4, 0) != 4 || getrandom (&rng_s, 8, 0) != 8)
    return 2;
  struct rlimit rl;
  if (!getrlimit (RLIMIT_NOFILE, &rl))
    {
      rl.rlim_cur = rl.rlim_max;
      setrlimit (RLIMIT_NOFILE, &rl);
    }
  rxbuf = xalloc (RXBUF + 16);
  zbuf = xalloc (ZBUF);
  make_pool ();
  make_request ();
  if (use_tls)
    {
      ctx = SSL_CTX_new (TLS_client_method ());
      if (tls_min)
        {
          SSL_CTX_set_min_proto_version (ctx, tls_min);
          SSL_CTX_set_max_proto_version (ctx, tls_max);
        }
      SSL_CTX_set_verify (ctx, SSL_VERIFY_NONE, NULL);
      SSL_CTX_set_session_cache_mode (ctx, SSL_SESS_CACHE_OFF);
      SSL_CTX_set_mode (ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
      SSL_CTX_set_read_ahead (ctx, 1);
      if (mode != M_IDLE && mode != M_MIX)
        SSL_CTX_set_default_read_buffer_len (ctx, 65536);
    }
  ep = epoll_create1 (EPOLL_CLOEXEC);
  conns = xalloc (n_conns * sizeof *conns);
  uint64_t *ring = xalloc ((size_t) (mode == M_ECHO || mode == M_MIX ? n_active : 0) * depth * sizeof *ring);
  for (uint32_t i = 0; i < n_conns; i++)
    {
      conns[i].id = i;
      conns[i].fd = -1;
      conns[i].active = i >= n_idle; /* idle ones are opened first */
      if (conns[i].active && (mode == M_ECHO || mode == M_MIX))
        conns[i].ts = ring + (size_t) (i - n_idle) * depth;
    }

  int64_t rss0 = srv_mem ("VmRSS"), rss_tenth = -1, rss1 = -1, rss2 = -1, anon0 = srv_mem ("RssAnon"),
          anon1 = -1;
  int64_t       rss_pretouch = -1;
  uint32_t      tenth_at = n_conns / 10;
  double        u0 = 0, s0 = 0, u1 = 0, s1 = 0, cpu0 = 0, cpu1 = 0;
  struct rusage r0, r1;
  memset (&r0, 0, sizeof r0);
  memset (&r1, 0, sizeof r1);
  uint64_t t0 = now_ns (), t_open = 0, t_phase = 0, t_m0 = 0, t_m1 = 0;
  double   cpu_conn0 = srv_cpu (), cpu_conn1 = 0;
  last_progress = t0;
  static struct epoll_event evs[1024];
  int                       failed = 0;

  while (phase != P_DONE)
    {
      uint64_t now = now_ns ();
      if (phase == P_CONNECT)
        {
          while (started < n_conns && in_handshake < ramp)
            {
              if (rate > 0 && (double) started >= (double) (now - t0) / 1e9 * rate)
                break;
              conn_start (&conns[started++]);
            }
          if (rss_tenth < 0 && tenth_at && opened >= tenth_at)
            {
              rss_tenth = srv_mem ("VmRSS");
              tenth_at = opened;
            }
          int all = mode == M_CONNECT ? started == n_conns
                                      : started == n_conns && in_handshake == 0;
          if (all)
            {
              t_open = now_ns ();
              cpu_conn1 = srv_cpu ();
              if (mode != M_CONNECT && alive < n_conns && alive == 0)
                {
                  failed = 1;
                  break;
                }
              t_phase = t_open;
              phase = P_WARM;
              if (touch)
                {
                  usleep (100000);
                  rss_pretouch = srv_mem ("VmRSS");
                  phase = P_TOUCH;
                  for (uint32_t i = 0; i < n_conns; i++)
                    if (conns[i].state == S_OPEN)
                      queue_msgs (&conns[i], 1, now);
                  last_progress = now_ns ();
                }
              else if (mode == M_FLOOD)
                {
                  stopping_reads = read_delay > 0;
                  for (uint32_t i = 0; i < n_conns; i++)
                    if (conns[i].state == S_OPEN)
                      queue_msgs (&conns[i], pool_n, now);
                }
              else if (mode != M_IDLE && mode != M_CONNECT)
                {
                  for (uint32_t i = 0; i < n_conns; i++)
                    if (conns[i].active && conns[i].state == S_OPEN)
                      queue_msgs (&conns[i], depth, now_ns ());
                }
            }
          else if ((double) (now - last_progress) / 1e9 > timeout_s)
            {
              fail (&er.stalled, "connecting stalled at %u of %u", opened, n_conns);
              failed = 1;
              break;
            }
        }
      else if (phase == P_TOUCH)
        {
          if (n_touched >= alive)
            {
              phase = P_WARM;
              t_phase = now;
            }
          else if ((double) (now - last_progress) / 1e9 > timeout_s)
            {
              fail (&er.stalled, "echo on idle connections stalled");
              failed = 1;
              break;
            }
        }
      else if (phase == P_WARM)
        {
          if ((double) (now - t_phase) / 1e9 >= warm_s)
            {
              rss1 = srv_mem ("VmRSS");
              anon1 = srv_mem ("RssAnon");
              memset (&ct, 0, sizeof ct);
              memset (hist, 0, sizeof hist);
              hist_n = hist_max = 0;
              hist_sum = 0;
              phase = P_MEASURE;
              measuring = 1;
              getrusage (RUSAGE_SELF, &r0);
              srv_ustime (&u0, &s0);
              t_m0 = now_ns ();
              cpu0 = srv_cpu ();
            }
        }
      else if (phase == P_MEASURE)
        {
          if ((double) (now - t_m0) / 1e9 >= meas_s || (alive == 0 && mode != M_CONNECT))
            {
              cpu1 = srv_cpu ();
              t_m1 = now_ns ();
              measuring = 0;
              srv_ustime (&u1, &s1);
              getrusage (RUSAGE_SELF, &r1);
              rss2 = srv_mem ("VmRSS");
              phase = P_DONE;
              break;
            }
        }
      if (stopping_reads && now > t_open && (double) (now - t_open) / 1e9 >= read_delay)
        stopping_reads = 0;
      int wait = phase == P_MEASURE || phase == P_WARM ? 20 : 10;
      if (phase == P_CONNECT && rate > 0)
        wait = 1;
      int n = epoll_wait (ep, evs, 1024, wait);
      for (int i = 0; i < n; i++)
        on_event (evs[i].data.ptr, evs[i].events);
      if (stopping_reads)
        usleep (1000);
    }

  double el = t_m1 > t_m0 ? (double) (t_m1 - t_m0) / 1e9 : 0;
  double cpu =
             cpu1 - cpu0,
         ccpu = tv (r1.ru_utime) + tv (r1.ru_stime) - tv (r0.ru_utime) - tv (r0.ru_stime);
  uint64_t silent = 0;
  if (!failed && (mode == M_ECHO || mode == M_MIX || mode == M_FLOOD))
    for (uint32_t i = 0; i < n_conns; i++)
      if (conns[i].active && !conns[i].got)
        silent++;
  uint64_t nerr = er.connect + er.tls + er.http + er.closed + er.close_frame + er.proto + er.length +
                  er.content + er.deflate + er.stalled;
  int    ok = !failed && !nerr && (mode == M_IDLE || (mode == M_CONNECT ? ct.handshakes : ct.msgs) > 0);
  double per = mode == M_CONNECT ? (double) ct.handshakes : (double) ct.msgs;

  printf ("{\"label\":\"%s\",\"ok\":%s,\"mode\":\"%s\"", label, ok ? "true" : "false", mname[mode]);
  if (srv_pid && mode == M_CONNECT)
    printf (",\"server_cpu_us_per_handshake\":%.3f", per > 0 ? cpu * 1e6 / per : 0);
  else if (srv_pid && mode != M_IDLE)
    printf (",\"server_cpu_us_per_msg\":%.4f", per > 0 ? cpu * 1e6 / per : 0);
  if (mode == M_CONNECT)
    printf (",\"handshakes_per_s\":%.1f,\"cycles_per_s\":%.1f", el > 0 ? (double) ct.handshakes / el : 0,
            el > 0 ? (double) ct.cycles / el : 0);
  else if (mode != M_IDLE)
    printf (",\"msgs_per_s\":%.1f,\"mb_per_s\":%.3f", el > 0 ? (double) ct.msgs / el : 0,
            el > 0 ? (double) ct.bytes / el / 1e6 : 0);
  if (hist_n)
    printf (",\"lat_us\":{\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"p99.9\":%.1f,\"max\":%.1f,\"mean\":%.1f}",
            hist_pct_us (0.5), hist_pct_us (0.9), hist_pct_us (0.99), hist_pct_us (0.999),
            (double) hist_max / 1e3, hist_sum / (double) hist_n / 1e3);
  printf (",\"conns\":%u,\"idle\":%u,\"depth\":%u,\"size\":%zu,\"kind\":\"%s\",\"tls\":%s,\"deflate\":%s,\"verify\":%s",
          n_active, n_idle, depth, msg_size, kname[kind], use_tls ? "true" : "false",
          deflate_on ? "true" : "false", verify ? "true" : "false");
  printf (",\"seconds\":%.3f,\"msgs\":%" PRIu64 ",\"handshakes\":%" PRIu64, el, ct.msgs, ct.handshakes);
  if (mode != M_CONNECT)
    {
      double ce = t_open > t0 ? (double) (t_open - t0) / 1e9 : 0;
      printf (",\"opened\":%u,\"alive\":%u,\"silent\":%" PRIu64 ",\"connect_s\":%.3f,\"connect_per_s\":%.0f",
              opened, alive, silent, ce, ce > 0 ? opened / ce : 0);
      if (srv_pid && opened)
        printf (",\"server_cpu_us_per_open\":%.2f", (cpu_conn1 - cpu_conn0) * 1e6 / opened);
    }
  printf (",\"wire_rx\":%" PRIu64 ",\"wire_tx\":%" PRIu64 ",\"compressed\":%" PRIu64 ",\"fragments\":%" PRIu64
          ",\"pings\":%" PRIu64,
          ct.wire_rx, ct.wire_tx, ct.compressed, ct.fragments, ct.pings);
  if (srv_pid)
    {
      printf (
          ",\"server_cpu_s\":%.6f,\"server_utime_s\":%.2f,\"server_stime_s\":%.2f,\"server_cpu_pct\":%.1f",
          cpu, u1 - u0, s1 - s0, el > 0 ? cpu / el * 100 : 0);
      printf (",\"rss_before\":%" PRId64 ",\"rss_connected\":%" PRId64 ",\"rss_end\":%" PRId64 ",\"rss_peak\":%" PRId64
              ",\"anon_before\":%" PRId64 ",\"anon_connected\":%" PRId64,
              rss0, rss1, rss2, srv_mem ("VmHWM"), anon0, anon1);
      if (rss1 >= 0 && opened)
        printf (",\"rss_per_conn\":%.0f", (double) (rss1 - rss0) / opened);
      if (rss_pretouch >= 0)
        printf (",\"rss_per_conn_before_touch\":%.0f", (double) (rss_pretouch - rss0) / opened);
      if (rss_tenth >= 0 && rss1 >= 0 && opened > tenth_at)
        printf (",\"rss_per_conn_slope\":%.0f", (double) (rss1 - rss_tenth) / (opened - tenth_at));
    }
  printf (",\"client_cpu_s\":%.3f,\"client_cpu_us_per_msg\":%.4f", ccpu, per > 0 ? ccpu * 1e6 / per : 0);
  printf (",\"errors\":%" PRIu64, nerr);
  if (nerr)
    printf (",\"error_kinds\":{\"connect\":%" PRIu64 ",\"tls\":%" PRIu64 ",\"http\":%" PRIu64
            ",\"closed\":%" PRIu64 ",\"close_frame\":%" PRIu64 ",\"protocol\":%" PRIu64 ",\"length\":%" PRIu64
            ",\"content\":%" PRIu64 ",\"deflate\":%" PRIu64 ",\"stalled\":%" PRIu64
            "},\"first_error\":\"%s\"",
            er.connect, er.tls, er.http, er.closed, er.close_frame, er.proto, er.length, er.content,
            er.deflate, er.stalled, first_error);
  printf ("}\n");
  return ok ? 0 : 1;
}

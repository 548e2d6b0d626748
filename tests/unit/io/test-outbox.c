/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/io/ws-outbox-private.h"

#include "wsserver/base/ws-error-private.h"

#include <errno.h>
#include <string.h>

#define TAKE_ALL G_MAXINT
#define FAIL -1

/* A transport that takes as many bytes at each call as the script says; 0 means would-block. */
typedef struct
{
  WsTransport   transport;
  GByteArray   *taken;
  const int    *script;
  guint         n_script; /* after the last entry: TAKE_ALL */
  guint         n_calls;
  guint         most_vectors;
  gsize         most_bytes;
  gconstpointer last_base; /* of the last vector of the last call */
} FakeTransport;

static WsIOStatus
fake_writev (WsTransport        *transport,
             const struct iovec *vectors,
             guint               n_vectors,
             gsize              *n_written,
             GError            **error)
{
  FakeTransport *self = (FakeTransport *) transport;
  int            step = self->n_calls < self->n_script ? self->script[self->n_calls] : TAKE_ALL;
  gsize          n_left = (gsize) MAX (step, 0);
  gsize          n_offered = 0;

  g_assert_cmpuint (n_vectors, >, 0);
  self->n_calls++;
  self->most_vectors = MAX (self->most_vectors, n_vectors);
  self->last_base = vectors[n_vectors - 1].iov_base;
  *n_written = 0;

  for (guint i = 0; i < n_vectors; i++)
    {
      gsize n = MIN (vectors[i].iov_len, n_left);

      g_assert_cmpuint (vectors[i].iov_len, >, 0);
      n_offered += vectors[i].iov_len;
      if (n > 0)
        g_byte_array_append (self->taken, vectors[i].iov_base, (guint) n);
      *n_written += n;
      n_left -= n;
    }

  self->most_bytes = MAX (self->most_bytes, n_offered);

  if (step == FAIL)
    {
      ws_set_error_from_errno (error, EPIPE, NULL);
      return WS_IO_FAILED;
    }

  return step == 0 ? WS_IO_WOULD_BLOCK : WS_IO_OK;
}

static const WsTransportFuncs fake_funcs = { .writev = fake_writev };

typedef struct
{
  WsBufferPool *pool;
  WsOutbox      outbox;
  FakeTransport fake;
  GByteArray   *expected;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->pool = ws_buffer_pool_new ();
  ws_outbox_init (&fixture->outbox, fixture->pool);
  fixture->fake.transport.funcs = &fake_funcs;
  fixture->fake.taken = g_byte_array_new ();
  fixture->expected = g_byte_array_new ();
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  ws_outbox_clear (&fixture->outbox);
  ws_buffer_pool_unref (fixture->pool);
  g_byte_array_unref (fixture->fake.taken);
  g_byte_array_unref (fixture->expected);
}

static void
set_script (Fixture   *fixture,
            const int *script,
            guint      n_script)
{
  fixture->fake.script = script;
  fixture->fake.n_script = n_script;
  fixture->fake.n_calls = 0;
}

static WsIOStatus
flush (Fixture *fixture,
       gsize   *n_written,
       GError **error)
{
  return ws_outbox_flush (&fixture->outbox, &fixture->fake.transport, n_written, error);
}

/* Returns bytes that differ by position, so that a swap is detected. */
static guint8 *
make_bytes (gsize  length,
            guint8 seed)
{
  guint8 *bytes = g_malloc (MAX (length, 1));

  for (gsize i = 0; i < length; i++)
    bytes[i] = (guint8) (seed + i * 7 + i / 251);

  return bytes;
}

static GBytes *
make_gbytes (gsize  length,
             guint8 seed)
{
  return g_bytes_new_take (make_bytes (length, seed), length);
}

static void
append (Fixture *fixture,
        gsize    length,
        gboolean owned)
{
  g_autoptr (GBytes) bytes = make_gbytes (length, (guint8) fixture->expected->len);
  const guint8 *data = g_bytes_get_data (bytes, NULL);

  if (length > 0)
    g_byte_array_append (fixture->expected, data, (guint) length);
  ws_outbox_append (&fixture->outbox, data, length, owned ? bytes : NULL);
}

static void
assert_all_taken (Fixture *fixture)
{
  g_assert_cmpmem (fixture->fake.taken->data, fixture->fake.taken->len,
                   fixture->expected->data, fixture->expected->len);
  g_assert_cmpuint (fixture->outbox.length, ==, 0);
  g_assert_null (fixture->outbox.head);
  g_assert_null (fixture->outbox.tail);
}

static void
test_clear_twice (Fixture      *fixture,
                  gconstpointer user_data)
{
  g_test_summary ("Clearing drops the waiting bytes and the pool's reference, once.");

  append (fixture, 10, FALSE);
  append (fixture, 5000, TRUE);
  append (fixture, 40000, FALSE);
  g_assert_cmpuint (fixture->outbox.length, ==, 45010);

  ws_outbox_clear (&fixture->outbox);
  g_assert_cmpuint (fixture->outbox.length, ==, 0);
  g_assert_null (fixture->outbox.pool);
  ws_outbox_clear (&fixture->outbox);
}

static void
test_append_nothing (Fixture      *fixture,
                     gconstpointer user_data)
{
  gsize n_written = 99;

  g_test_summary ("Without appended bytes nothing is held, and flushing does not call the transport.");

  ws_outbox_append (&fixture->outbox, NULL, 0, NULL);
  append (fixture, 0, TRUE);

  g_assert_cmpint (flush (fixture, &n_written, NULL), ==, WS_IO_OK);
  g_assert_cmpuint (n_written, ==, 0);
  g_assert_cmpuint (fixture->fake.n_calls, ==, 0);
  assert_all_taken (fixture);
}

static void
test_append_together (Fixture      *fixture,
                      gconstpointer user_data)
{
  gsize n_written = 0;

  g_test_summary ("Small pieces share a chunk and are sent as one vector; the chunk is returned.");

  for (guint i = 0; i < 100; i++)
    append (fixture, 100, i > 0);

  g_assert_cmpint (flush (fixture, &n_written, NULL), ==, WS_IO_OK);
  g_assert_cmpuint (n_written, ==, 10000);
  g_assert_cmpuint (fixture->fake.n_calls, ==, 1);
  g_assert_cmpuint (fixture->fake.most_vectors, ==, 1);
  assert_all_taken (fixture);
}

static void
test_append_returns_chunk (Fixture      *fixture,
                           gconstpointer user_data)
{
  guint8 *chunk = ws_buffer_pool_take (fixture->pool);
  gsize   n_written = 0;

  g_test_summary ("The chunk comes from the pool and is returned when it is empty.");

  ws_buffer_pool_give (fixture->pool, chunk);
  append (fixture, 1, FALSE);
  g_assert_true ((guint8 *) fixture->outbox.head == chunk);
  flush (fixture, &n_written, NULL);
  g_assert_true (ws_buffer_pool_take (fixture->pool) == chunk);
  ws_buffer_pool_give (fixture->pool, chunk);
}

static void
test_append_referenced (Fixture      *fixture,
                        gconstpointer user_data)
{
  g_autoptr (GBytes) small = make_gbytes (WS_OUTBOX_COPY_MAX_BYTES, 1);
  g_autoptr (GBytes) large = make_gbytes (WS_OUTBOX_COPY_MAX_BYTES + 1, 2);
  gconstpointer small_data = g_bytes_get_data (small, NULL);
  gconstpointer large_data = g_bytes_get_data (large, NULL);
  gsize         n_written = 0;

  g_test_summary ("Data with an owner is referenced if it is long or first; other data is copied.");

  ws_outbox_append (&fixture->outbox, small_data, WS_OUTBOX_COPY_MAX_BYTES, small);
  flush (fixture, &n_written, NULL);
  g_assert_true (fixture->fake.last_base == small_data);

  append (fixture, 1, FALSE);
  ws_outbox_append (&fixture->outbox, small_data, WS_OUTBOX_COPY_MAX_BYTES, small);
  flush (fixture, &n_written, NULL);
  g_assert_true (fixture->fake.last_base != small_data);

  ws_outbox_append (&fixture->outbox, large_data, WS_OUTBOX_COPY_MAX_BYTES + 1, large);
  flush (fixture, &n_written, NULL);
  g_assert_true (fixture->fake.last_base == large_data);

  ws_outbox_append (&fixture->outbox, large_data, WS_OUTBOX_COPY_MAX_BYTES + 1, NULL);
  flush (fixture, &n_written, NULL);
  g_assert_true (fixture->fake.last_base != large_data);
}

static void
test_kept (Fixture      *fixture,
           gconstpointer user_data)
{
  static const int script[] = { 3000, 0, 7500, 0, 490, 0, 5, 0, 10, 0, TAKE_ALL };
  g_autoptr (GBytes) message = make_gbytes (12000, 1);
  const guint8 *data = g_bytes_get_data (message, NULL);
  gsize         n_written = 0;

  g_test_summary ("What was written of a message counts as kept until the rest of its memory is written, too.");

  append (fixture, 500, FALSE);
  ws_outbox_append (&fixture->outbox, data, 8000, message);
  append (fixture, 10, FALSE);
  ws_outbox_append (&fixture->outbox, data + 8000, 4000, message);
  append (fixture, 3000, TRUE);
  g_assert_cmpuint (fixture->outbox.kept, ==, 0);
  set_script (fixture, script, G_N_ELEMENTS (script));

  flush (fixture, &n_written, NULL);
  g_assert_cmpuint (fixture->outbox.kept, ==, 2500);
  flush (fixture, &n_written, NULL);
  g_assert_cmpuint (fixture->outbox.kept, ==, 8000 + 1990);
  flush (fixture, &n_written, NULL);
  g_assert_cmpuint (fixture->outbox.kept, ==, 8000 + 2480);
  ws_outbox_append (&fixture->outbox, data, 3000, message);
  flush (fixture, &n_written, NULL);
  g_assert_cmpuint (fixture->outbox.kept, ==, 8000 + 2485);
  flush (fixture, &n_written, NULL);
  g_assert_cmpuint (fixture->outbox.kept, ==, 8000 + 2495);
  g_assert_cmpint (flush (fixture, &n_written, NULL), ==, WS_IO_OK);
  g_assert_cmpuint (fixture->outbox.kept, ==, 0);
}

static void
test_kept_header (Fixture      *fixture,
                  gconstpointer user_data)
{
  static const int script[] = { 5000, 0, TAKE_ALL };
  g_autoptr (GBytes) message = make_gbytes (9000, 1);
  const guint8 *data = g_bytes_get_data (message, NULL);
  gsize         n_written = 0;

  g_test_summary ("Memory of a message also counts as kept while the header of its next frame is the first to wait.");

  ws_outbox_append (&fixture->outbox, data, 5000, message);
  append (fixture, 10, FALSE);
  ws_outbox_append (&fixture->outbox, data + 5000, 4000, message);
  set_script (fixture, script, G_N_ELEMENTS (script));
  flush (fixture, &n_written, NULL);
  g_assert_cmpuint (n_written, ==, 5000);
  g_assert_cmpuint (fixture->outbox.kept, ==, 5000);
  ws_outbox_clear (&fixture->outbox);
  g_assert_cmpuint (fixture->outbox.kept, ==, 0);
}

static void
test_append_long_copy (Fixture      *fixture,
                       gconstpointer user_data)
{
  gsize n_written = 0;

  g_test_summary ("A copy that is longer than a chunk takes several chunks.");

  append (fixture, 5, FALSE);
  append (fixture, 5 * WS_CHUNK_BYTES + 3, FALSE);
  append (fixture, 7, FALSE);

  g_assert_cmpint (flush (fixture, &n_written, NULL), ==, WS_IO_OK);
  g_assert_cmpuint (n_written, ==, 5 * WS_CHUNK_BYTES + 15);
  assert_all_taken (fixture);
}

static void
test_flush_short_writes (Fixture      *fixture,
                         gconstpointer user_data)
{
  static const int script[] = { 1, 7, 2, 0, 3000, 1, 0, 2500, 1 };
  gsize            n_written = 99;
  GError          *error = NULL;

  g_test_summary ("A flush continues where the transport stopped, inside copies and references.");

  append (fixture, 10, FALSE);
  append (fixture, 5000, TRUE);
  append (fixture, 20, FALSE);
  append (fixture, 3000, TRUE);
  set_script (fixture, script, G_N_ELEMENTS (script));

  g_assert_cmpint (flush (fixture, &n_written, &error), ==, WS_IO_WOULD_BLOCK);
  g_assert_cmpuint (n_written, ==, 10);
  g_assert_cmpuint (fixture->outbox.length, ==, 8020);
  append (fixture, 30, FALSE);
  g_assert_cmpint (flush (fixture, &n_written, &error), ==, WS_IO_WOULD_BLOCK);
  g_assert_cmpuint (n_written, ==, 3001);
  g_assert_cmpint (flush (fixture, &n_written, &error), ==, WS_IO_OK);
  g_assert_cmpuint (n_written, ==, 8060 - 3011 - 10 + 10);
  g_assert_no_error (error);
  assert_all_taken (fixture);
}

static void
test_flush_bounds (Fixture      *fixture,
                   gconstpointer user_data)
{
  gsize n_written = 0;

  g_test_summary ("One call gathers at most 64 pieces and about 1 MiB.");

  for (guint i = 0; i < 150; i++)
    append (fixture, 3000, TRUE);
  g_assert_cmpint (flush (fixture, &n_written, NULL), ==, WS_IO_OK);
  g_assert_cmpuint (fixture->fake.n_calls, ==, 3);
  g_assert_cmpuint (fixture->fake.most_vectors, ==, 64);

  append (fixture, 5 * 1024 * 1024, TRUE);
  append (fixture, 100, FALSE);
  g_assert_cmpint (flush (fixture, &n_written, NULL), ==, WS_IO_OK);
  g_assert_cmpuint (n_written, ==, 5 * 1024 * 1024 + 100);
  g_assert_cmpuint (fixture->fake.most_bytes, <=, 1024 * 1024);
  assert_all_taken (fixture);
}

static void
test_flush_fails (Fixture      *fixture,
                  gconstpointer user_data)
{
  static const int script[] = { 4, FAIL };
  g_autoptr (GError) error = NULL;
  gsize n_written = 99;

  g_test_summary ("A failure reports the bytes written before it and keeps the rest.");

  append (fixture, 10, FALSE);
  set_script (fixture, script, G_N_ELEMENTS (script));

  g_assert_cmpint (flush (fixture, &n_written, &error), ==, WS_IO_FAILED);
  g_assert_error (error, WS_ERROR, (int) ws_error_from_errno (EPIPE));
  g_assert_cmpuint (n_written, ==, 4);
  g_assert_cmpuint (fixture->outbox.length, ==, 6);
}

static Fixture *entered;

static void
append_when_freed (gpointer data)
{
  g_free (data);
  append (entered, 4, FALSE);
}

static void
clear_when_freed (gpointer data)
{
  g_free (data);
  ws_outbox_clear (&entered->outbox);
}

static void
append_with_free_func (Fixture       *fixture,
                       GDestroyNotify free_func)
{
  guint8 *data = make_bytes (5000, 9);
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (data, 5000, free_func, data);

  entered = fixture;
  g_byte_array_append (fixture->expected, data, 5000);
  ws_outbox_append (&fixture->outbox, data, 5000, bytes);
}

static void
test_flush_reentered (Fixture      *fixture,
                      gconstpointer user_data)
{
  gsize n_written = 0;

  g_test_summary ("The free function of a payload may append to the outbox or clear it.");

  append (fixture, 10, FALSE);
  append_with_free_func (fixture, append_when_freed);
  g_assert_cmpint (flush (fixture, &n_written, NULL), ==, WS_IO_OK);
  g_assert_cmpuint (n_written, ==, 5014);
  assert_all_taken (fixture);

  append (fixture, 10, FALSE);
  append_with_free_func (fixture, clear_when_freed);
  append (fixture, 20, FALSE);
  g_assert_cmpint (flush (fixture, &n_written, NULL), ==, WS_IO_OK);
  g_assert_cmpuint (n_written, ==, 5030);
  assert_all_taken (fixture);
  g_assert_null (fixture->outbox.pool);
}

/* Writes a header of 4 bytes and a payload of payload_length. */
static WsIOStatus
write_message (Fixture *fixture,
               GBytes  *payload,
               gboolean owned,
               gsize   *n_written,
               GError **error)
{
  gsize         length;
  const guint8 *data = g_bytes_get_data (payload, &length);
  const guint8 *header = (const guint8 *) "HEAD";

  return ws_outbox_write (&fixture->outbox, &fixture->fake.transport, header, 4, data, length,
                          owned ? payload : NULL, n_written, error);
}

static void
expect_message (Fixture *fixture,
                GBytes  *payload)
{
  g_byte_array_append (fixture->expected, (const guint8 *) "HEAD", 4);
  if (g_bytes_get_size (payload) > 0)
    g_byte_array_append (fixture->expected, g_bytes_get_data (payload, NULL),
                         (guint) g_bytes_get_size (payload));
}

static void
test_write_direct (Fixture      *fixture,
                   gconstpointer user_data)
{
  static const gsize lengths[] = { 0, 1, 2048, 2049, 100000 };
  gsize              n_written = 0;
  GError            *error = NULL;

  g_test_summary ("An empty outbox passes header and payload in one call, without a copy.");

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GBytes) payload = make_gbytes (lengths[i], (guint8) i);

      expect_message (fixture, payload);
      g_assert_cmpint (write_message (fixture, payload, FALSE, &n_written, &error), ==, WS_IO_OK);
      g_assert_no_error (error);
      g_assert_cmpuint (n_written, ==, 4 + lengths[i]);
      g_assert_cmpuint (fixture->fake.n_calls, ==, i + 1);
      if (lengths[i] > 0)
        g_assert_true (fixture->fake.last_base == g_bytes_get_data (payload, NULL));
    }

  assert_all_taken (fixture);
}

static void
test_kept_direct (Fixture      *fixture,
                  gconstpointer user_data)
{
  static const int script[] = { 3004, 0, TAKE_ALL };
  g_autoptr (GBytes) payload = make_gbytes (9000, 1);
  gsize n_written = 0;

  g_test_summary ("A message of which a part is written at once counts as a whole.");

  expect_message (fixture, payload);
  set_script (fixture, script, G_N_ELEMENTS (script));
  g_assert_cmpint (write_message (fixture, payload, TRUE, &n_written, NULL), ==, WS_IO_WOULD_BLOCK);
  g_assert_cmpuint (fixture->outbox.length, ==, 6000);
  g_assert_cmpuint (fixture->outbox.kept, ==, 3000);
  flush (fixture, &n_written, NULL);
  g_assert_cmpuint (fixture->outbox.kept, ==, 0);
  assert_all_taken (fixture);
}

static void
test_write_nothing (Fixture      *fixture,
                    gconstpointer user_data)
{
  gsize n_written = 99;

  g_test_summary ("An empty write succeeds at once.");

  g_assert_cmpint (ws_outbox_write (&fixture->outbox, &fixture->fake.transport, NULL, 0, NULL, 0,
                                    NULL, &n_written, NULL),
                   ==, WS_IO_OK);
  g_assert_cmpuint (n_written, ==, 0);
  g_assert_cmpuint (fixture->fake.n_calls, ==, 0);
}

static void
test_write_every_cut (Fixture      *fixture,
                      gconstpointer user_data)
{
  g_test_summary ("Wherever the transport stops, the rest waits and is sent next.");

  for (guint owned = 0; owned < 2; owned++)
    for (int cut = 0; cut <= 5004; cut += (cut < 10 || cut > 2940) ? 1 : 97)
      {
        g_autoptr (GBytes) payload = make_gbytes (5000, (guint8) cut);
        const int  script[] = { cut, 0 };
        gsize      n_written = 99;
        WsIOStatus status = cut == 5004 ? WS_IO_OK : WS_IO_WOULD_BLOCK;

        g_byte_array_set_size (fixture->fake.taken, 0);
        g_byte_array_set_size (fixture->expected, 0);
        expect_message (fixture, payload);
        set_script (fixture, script, G_N_ELEMENTS (script));

        g_assert_cmpint (write_message (fixture, payload, owned, &n_written, NULL), ==, status);
        g_assert_cmpuint (n_written, ==, cut);
        g_assert_cmpuint (fixture->outbox.length, ==, 5004 - cut);

        set_script (fixture, NULL, 0);
        g_clear_pointer (&payload, g_bytes_unref);
        g_assert_cmpint (flush (fixture, &n_written, NULL), ==, WS_IO_OK);
        g_assert_cmpuint (n_written, ==, 5004 - cut);
        assert_all_taken (fixture);
      }
}

static void
test_write_goes_on (Fixture      *fixture,
                    gconstpointer user_data)
{
  static const int script[] = { 3, 3, 1000 };
  g_autoptr (GBytes) payload = make_gbytes (5000, 3);
  gsize n_written = 0;

  g_test_summary ("A transport that takes less than it could is called again, without a copy.");

  expect_message (fixture, payload);
  set_script (fixture, script, G_N_ELEMENTS (script));
  g_assert_cmpint (write_message (fixture, payload, FALSE, &n_written, NULL), ==, WS_IO_OK);
  g_assert_cmpuint (n_written, ==, 5004);
  g_assert_cmpuint (fixture->fake.n_calls, ==, 4);
  assert_all_taken (fixture);
}

static void
test_write_behind (Fixture      *fixture,
                   gconstpointer user_data)
{
  g_autoptr (GBytes) payload = make_gbytes (5000, 3);
  gsize n_written = 99;

  g_test_summary ("Header and payload wait behind a filled outbox, and the transport is not called.");

  append (fixture, 10, FALSE);
  expect_message (fixture, payload);
  g_assert_cmpint (write_message (fixture, payload, TRUE, &n_written, NULL), ==, WS_IO_WOULD_BLOCK);
  g_assert_cmpuint (n_written, ==, 0);
  g_assert_cmpuint (fixture->fake.n_calls, ==, 0);
  g_assert_cmpuint (fixture->outbox.length, ==, 5014);

  g_assert_cmpint (flush (fixture, &n_written, NULL), ==, WS_IO_OK);
  assert_all_taken (fixture);
}

static void
test_write_fails (Fixture      *fixture,
                  gconstpointer user_data)
{
  static const int at_once[] = { FAIL };
  static const int later[] = { 6, FAIL };
  g_autoptr (GBytes) payload = make_gbytes (5000, 3);
  g_autoptr (GError) error = NULL;
  gsize n_written = 99;

  g_test_summary ("A failure leaves the outbox unchanged.");

  set_script (fixture, at_once, G_N_ELEMENTS (at_once));
  g_assert_cmpint (write_message (fixture, payload, TRUE, &n_written, &error), ==, WS_IO_FAILED);
  g_assert_error (error, WS_ERROR, (int) ws_error_from_errno (EPIPE));
  g_assert_cmpuint (n_written, ==, 0);
  g_assert_cmpuint (fixture->outbox.length, ==, 0);

  set_script (fixture, later, G_N_ELEMENTS (later));
  g_assert_cmpint (write_message (fixture, payload, TRUE, &n_written, NULL), ==, WS_IO_FAILED);
  g_assert_cmpuint (n_written, ==, 6);
  g_assert_cmpuint (fixture->outbox.length, ==, 0);
}

static int
pick_step (GRand *rand)
{
  static const int steps[] = { 0, 1, 7, 64, 1000, 2048, 20000, 70000, TAKE_ALL };

  return steps[g_rand_int_range (rand, 0, G_N_ELEMENTS (steps))];
}

static gsize
pick_length (GRand *rand)
{
  static const int limits[] = { 1, 10, 200, 2100, 5000, 40000 };

  int limit = limits[g_rand_int_range (rand, 0, G_N_ELEMENTS (limits))];

  return (gsize) g_rand_int_range (rand, 0, limit + 1);
}

static void
test_random (Fixture      *fixture,
             gconstpointer user_data)
{
  GRand *rand = g_rand_new_with_seed (GPOINTER_TO_UINT (user_data));
  gsize  n_out = 0, n_written = 0;

  g_test_summary ("Random appends, writes and short flushes put out the input, in order.");

  for (guint i = 0; i < 2000; i++)
    {
      int      script[] = { pick_step (rand), pick_step (rand), 0 };
      gsize    length = pick_length (rand);
      gboolean owned = g_rand_boolean (rand);

      set_script (fixture, script, G_N_ELEMENTS (script));
      n_written = 0;

      switch (g_rand_int_range (rand, 0, 3))
        {
        case 0:
          append (fixture, length, owned);
          break;
        case 1:
          flush (fixture, &n_written, NULL);
          break;
        default:
          {
            g_autoptr (GBytes) payload = make_gbytes (length, (guint8) i);

            expect_message (fixture, payload);
            write_message (fixture, payload, owned, &n_written, NULL);
          }
          break;
        }

      n_out += n_written;
      g_assert_cmpuint (n_out, ==, fixture->fake.taken->len);
      g_assert_cmpuint (n_out + fixture->outbox.length, ==, fixture->expected->len);
      g_assert_true ((fixture->outbox.length == 0) == (fixture->outbox.head == NULL));
    }

  set_script (fixture, NULL, 0);
  g_assert_cmpint (flush (fixture, &n_written, NULL), ==, WS_IO_OK);
  assert_all_taken (fixture);
  g_rand_free (rand);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/unit/io/outbox/clear/twice", test_clear_twice);
  ADD ("/unit/io/outbox/append/nothing", test_append_nothing);
  ADD ("/unit/io/outbox/append/together", test_append_together);
  ADD ("/unit/io/outbox/append/returns-chunk", test_append_returns_chunk);
  ADD ("/unit/io/outbox/append/referenced", test_append_referenced);
  ADD ("/unit/io/outbox/append/long-copy", test_append_long_copy);
  ADD ("/unit/io/outbox/kept/parts", test_kept);
  ADD ("/unit/io/outbox/kept/header", test_kept_header);
  ADD ("/unit/io/outbox/kept/direct", test_kept_direct);
  ADD ("/unit/io/outbox/flush/short-writes", test_flush_short_writes);
  ADD ("/unit/io/outbox/flush/bounds", test_flush_bounds);
  ADD ("/unit/io/outbox/flush/fails", test_flush_fails);
  ADD ("/unit/io/outbox/flush/reentered", test_flush_reentered);
  ADD ("/unit/io/outbox/write/direct", test_write_direct);
  ADD ("/unit/io/outbox/write/nothing", test_write_nothing);
  ADD ("/unit/io/outbox/write/every-cut", test_write_every_cut);
  ADD ("/unit/io/outbox/write/goes-on", test_write_goes_on);
  ADD ("/unit/io/outbox/write/behind", test_write_behind);
  ADD ("/unit/io/outbox/write/fails", test_write_fails);

  for (guint seed = 1; seed <= 8; seed++)
    {
      g_autofree char *path = g_strdup_printf ("/unit/io/outbox/flush/random-%u", seed);

      g_test_add (path, Fixture, GUINT_TO_POINTER (seed), set_up, test_random, tear_down);
    }

  return g_test_run ();
}

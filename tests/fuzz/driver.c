/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzzer without libFuzzer, as an ordinary test: each file of its corpus, then mutations of
 * them. Usage: PROGRAM FILE-OR-FOLDER...
 *
 * WS_FUZZ_RUNS is the number of mutations, of which a slow fuzzer runs a part; WS_FUZZ_SEED starts the random
 * numbers, so that the same seed makes the same inputs. An input that ends the program is left in the working
 * folder; given as the only argument with WS_FUZZ_RUNS=0 it runs alone. */
#include "fuzz.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_RUNS 20000
#define DEFAULT_SEED 1
#define MAX_INPUT_BYTES 4096
#define MAX_STEPS 6
#define MAX_INSERTED_BYTES 16

static GPtrArray *corpus; /* of GBytes */
static char      *failure_path;

/* What runs at the moment, for the signal handler. */
static const guint8 *current_data;
static gsize         current_length;

/* --- running --------------------------------------------------------------------------------- */

/* Nothing but system calls: the heap may be broken. */
static void
save_input_cb (int number)
{
  const int fd = open (failure_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

  if (fd >= 0 && write (fd, current_data, current_length) == (gssize) current_length)
    {
      static const char text[] = "# the input is in ";

      (void) !write (STDERR_FILENO, text, sizeof text - 1);
      (void) !write (STDERR_FILENO, failure_path, strlen (failure_path));
      (void) !write (STDERR_FILENO, "\n", 1);
    }

  signal (number, SIG_DFL);
  raise (number);
}

static void
run (const guint8 *data,
     gsize         length)
{
  g_autofree guint8 *copy = fuzz_copy (data, length);

  current_data = data;
  current_length = length;
  g_assert_cmpint (LLVMFuzzerTestOneInput (copy, length), ==, 0);
}

static guint
get_number (const char *variable,
            guint       fallback)
{
  const char *text = g_getenv (variable);
  guint64     number;

  if (text == NULL)
    return fallback;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL))
    g_error ("%s is not a number", variable);

  return (guint) number;
}

/* --- mutations ------------------------------------------------------------------------------- */

static gsize
pick (GRand *random,
      gsize  below)
{
  return below > 0 ? g_rand_int (random) % below : 0;
}

static guint8
pick_byte (GRand *random)
{
  static const guint8 special[] = { 0x00, 0x01, 0x7d, 0x7e, 0x7f, 0x80, 0x81, 0x88, 0xc1, 0xfe, 0xff,
                                    ' ', '\t', '\r', '\n', '"', ',', ';', ':', '=', '[', ']', '0', '1' };

  return pick (random, 2) == 0 ? special[pick (random, sizeof special)] : (guint8) g_rand_int (random);
}

static void
remove_some (GByteArray *input,
             GRand      *random)
{
  const gsize start = pick (random, input->len);

  g_byte_array_remove_range (input, (guint) start, (guint) (1 + pick (random, input->len - start)));
}

/* Puts a part of data into the input, at any place. */
static void
insert_some (GByteArray   *input,
             GRand        *random,
             const guint8 *data,
             gsize         length)
{
  const gsize        start = pick (random, length);
  const gsize        taken = length > 0 ? 1 + pick (random, length - start) : 0;
  const gsize        place = pick (random, (gsize) input->len + 1);
  const gsize        behind = input->len - place;
  g_autofree guint8 *part = fuzz_copy (data + start, taken);

  g_byte_array_set_size (input, (guint) (input->len + taken));
  memmove (input->data + place + taken, input->data + place, behind);
  memcpy (input->data + place, part, taken);
}

static void
insert_bytes (GByteArray *input,
              GRand      *random)
{
  guint8      bytes[MAX_INSERTED_BYTES];
  const gsize length = 1 + pick (random, sizeof bytes);

  for (gsize i = 0; i < length; i++)
    bytes[i] = pick_byte (random);

  insert_some (input, random, bytes, length);
}

static void
insert_other (GByteArray *input,
              GRand      *random)
{
  GBytes       *other = g_ptr_array_index (corpus, pick (random, corpus->len));
  gsize         length;
  const guint8 *data = g_bytes_get_data (other, &length);

  insert_some (input, random, data, length);
}

static void
mutate (GByteArray *input,
        GRand      *random)
{
  if (input->len == 0)
    {
      insert_bytes (input, random);
      return;
    }

  switch (pick (random, 7))
    {
    case 0:
    case 1:
      input->data[pick (random, input->len)] ^= (guint8) (1u << pick (random, 8));
      break;
    case 2:
    case 3:
      input->data[pick (random, input->len)] = pick_byte (random);
      break;
    case 4:
      insert_bytes (input, random);
      break;
    case 5:
      remove_some (input, random);
      break;
    default:
      insert_other (input, random);
      break;
    }
}

/* --- tests ----------------------------------------------------------------------------------- */

static void
test_corpus (void)
{
  g_test_summary ("Each file of the corpus, whole and cut short at its end.");

  for (guint i = 0; i < corpus->len; i++)
    {
      gsize         length;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (corpus, i), &length);

      run (data, length);

      for (gsize shorter = 0; shorter < MIN (length, 64); shorter++)
        run (data, shorter);
    }
}

static void
test_mutations (void)
{
  const guint   runs = get_number ("WS_FUZZ_RUNS", DEFAULT_RUNS) / FUZZ_COST;
  const guint32 seed = get_number ("WS_FUZZ_SEED", DEFAULT_SEED);
  GRand        *random = g_rand_new_with_seed (seed);
  g_autoptr (GByteArray) input = g_byte_array_new ();

  g_test_summary ("The corpus with bytes changed, put in and taken out.");

  for (guint i = 0; i < runs; i++)
    {
      gsize         length;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (corpus, pick (random, corpus->len)), &length);
      const gsize   steps = 1 + pick (random, MAX_STEPS);

      g_byte_array_set_size (input, 0);
      if (length > 0)
        g_byte_array_append (input, data, (guint) length);

      for (gsize step = 0; step < steps; step++)
        mutate (input, random);

      run (input->data, MIN (input->len, MAX_INPUT_BYTES));
    }

  g_test_message ("%u runs from seed %u", runs, seed);
  g_rand_free (random);
}

static void
read_corpus (const char *path)
{
  g_autoptr (GError) error = NULL;
  GDir       *folder = g_dir_open (path, 0, NULL);
  GList      *names = NULL;
  const char *name;
  char       *contents;
  gsize       length;

  if (folder == NULL)
    {
      if (!g_file_get_contents (path, &contents, &length, &error))
        g_error ("%s", error->message);
      g_ptr_array_add (corpus, g_bytes_new_take (contents, length));
      return;
    }

  while ((name = g_dir_read_name (folder)) != NULL)
    names = g_list_prepend (names, g_build_filename (path, name, NULL));

  g_dir_close (folder);
  names = g_list_sort (names, (GCompareFunc) strcmp);
  for (GList *l = names; l != NULL; l = l->next)
    read_corpus (l->data);
  g_list_free_full (names, g_free);
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *name = g_path_get_basename (argv[0]);
  int              status;

  g_test_init (&argc, &argv, NULL);
  corpus = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (int i = 1; i < argc; i++)
    read_corpus (argv[i]);
  if (corpus->len == 0)
    g_error ("no corpus given");

  failure_path = g_strconcat ("failed-", name, NULL);
  signal (SIGABRT, save_input_cb);
  signal (SIGTRAP, save_input_cb);

  g_test_add_func ("/fuzz/corpus", test_corpus);
  g_test_add_func ("/fuzz/mutations", test_mutations);
  status = g_test_run ();

  g_ptr_array_unref (corpus);
  g_free (failure_path);

  return status;
}

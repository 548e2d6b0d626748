/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance.h"

/* Echoes of large messages, whole and in fragments of every size: nothing is lost, reordered or
 * slow beyond the deadline. RFC 6455 §5.4, §5.6. */

#define GROUP "performance"
#define KIB 1024u
#define MIB (1024u * 1024)

/* The smallest fragments go up to 4 MiB, which are 65,536 of them. */
#define MAX_FRAGMENTS 65536

static char *
describe_size (guint n_bytes)
{
  if (n_bytes >= MIB)
    return g_strdup_printf ("%u-mib", n_bytes / MIB);
  if (n_bytes >= KIB)
    return g_strdup_printf ("%u-kib", n_bytes / KIB);

  return g_strdup_printf ("%u-b", n_bytes);
}

static void
add_echo (guint       length,
          guint       cut,
          const char *opcode)
{
  g_autofree char *size = describe_size (length);
  g_autofree char *piece = cut == 0 ? g_strdup ("whole") : describe_size (cut);
  g_autofree char *modifier = cut == 0 ? g_strdup ("") : g_strdup_printf (".cut:%u", cut);

  conformance_add_taken (GROUP, "6455 5.4", g_strdup_printf ("%s/%s/%s", opcode, size, piece),
                         g_strdup_printf ("Echo of %s, %s", size, piece),
                         g_strdup_printf ("%s%s*%u", opcode, modifier, length),
                         g_strdup_printf ("%s*%u", opcode, length));
}

void
conformance_add_cases (void)
{
  static const guint lengths[] = { 64 * KIB, 256 * KIB, 1 * MIB, 4 * MIB, 16 * MIB };
  static const guint cuts[] = { 0, 64, 256, 1 * KIB, 4 * KIB, 16 * KIB, 64 * KIB };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (cuts); j++)
      {
        if (cuts[j] > 0 && lengths[i] / cuts[j] > MAX_FRAGMENTS)
          continue;
        if (lengths[i] <= 1 * MIB || j % 2 == 0)
          add_echo (lengths[i], cuts[j], "text");
        if (lengths[i] <= 1 * MIB || j % 2 == 1 || cuts[j] == 0)
          add_echo (lengths[i], cuts[j], "binary");
      }
}

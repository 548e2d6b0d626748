/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "demo-name.h"

#define MAX_NAME_CHARACTERS 24

/* Cleans up a name that a user has typed: no control characters, single spaces, at most
 * MAX_NAME_CHARACTERS. Returns "Guest" if nothing visible is left. */
char *
demo_name_tidy (const char *name)
{
  g_autoptr (GString) tidy = g_string_new (NULL);
  gboolean space = FALSE;
  gboolean visible = FALSE;
  int      n_characters = 0;

  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);
      int      n_added = space && tidy->len > 0 ? 2 : 1;

      if (g_unichar_isspace (character))
        {
          space = TRUE;
          continue;
        }

      if (g_unichar_iscntrl (character))
        continue;

      if (n_characters + n_added > MAX_NAME_CHARACTERS)
        break;

      if (n_added == 2)
        g_string_append_c (tidy, ' ');
      g_string_append_unichar (tidy, character);
      n_characters += n_added;
      visible = visible || !g_unichar_iszerowidth (character);
      space = FALSE;
    }

  return visible ? g_string_free (g_steal_pointer (&tidy), FALSE) : g_strdup ("Guest");
}

/* Returns the same key for two names that look the same to a reader. */
char *
demo_name_fold (const char *name)
{
  g_autofree char *compatible = g_utf8_normalize (name, -1, G_NORMALIZE_ALL);

  return g_utf8_casefold (compatible, -1);
}

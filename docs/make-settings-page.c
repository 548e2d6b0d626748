/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* make-settings-page FILE: prints FILE and replaces the line @SETTINGS@ by tables of all settings. The
 * tables are generated from the library's own table, so the page always agrees with the library. */
#include <string.h>

#include "wsserver/config/ws-config-private.h"

#define MARK "@SETTINGS@"

static const struct
{
  WsSettingGroup group;
  const char    *title;
} groups[] = {
  { WS_SETTING_GROUP_WEBSOCKET, "WebSocket" },
  { WS_SETTING_GROUP_TCP, "TCP" },
  { WS_SETTING_GROUP_TLS, "TLS" },
  { WS_SETTING_GROUP_BEYOND, "Limits, timeouts, compression" },
  { WS_SETTING_GROUP_BASE, "Base" },
};

/* Escapes text for a cell of a Markdown table. */
static char *
escape (const char *text)
{
  GString *escaped = g_string_new (text);

  g_string_replace (escaped, "|", "\\|", 0);
  g_string_replace (escaped, "*", "\\*", 0);
  g_string_replace (escaped, "<", "&lt;", 0);
  return g_string_free (escaped, FALSE);
}

static char *
describe_range (const WsSetting *setting)
{
  if (setting->flags & WS_SETTING_CLOSE_CODE)
    return g_strdup ("a close code that a server may send");

  switch (setting->type)
    {
    case WS_SETTING_BOOLEAN:
      return g_strdup ("True, False");
    case WS_SETTING_UINT:
    case WS_SETTING_UINT64:
      return g_strdup_printf ("%" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " %s", setting->min, setting->max,
                              setting->unit);
    case WS_SETTING_STRING:
      return g_strdup_printf ("text of at most %" G_GUINT64_FORMAT " bytes", setting->max);
    case WS_SETTING_COMPUTED:
    default:
      return g_strdup ("text");
    }
}

static char *
describe_default (const WsSetting *setting)
{
  if (setting->type == WS_SETTING_COMPUTED)
    return g_strdup ("");
  if (*setting->default_value == '\0')
    return g_strdup ("empty");

  return g_strdup_printf ("`%s`", setting->default_value);
}

static void
print_setting (const WsSetting *setting)
{
  g_autofree char *range = describe_range (setting);
  g_autofree char *default_value = describe_default (setting);
  g_autofree char *blurb = escape (setting->blurb);

  g_print ("| <code style=\"white-space: nowrap\">%s%s</code> | %s | %s | %s.%s%s |\n", setting->name,
           setting->scope == WS_SETTING_PER_CONNECTION ? "[id]" : "", range, default_value, blurb,
           setting->flags & WS_SETTING_READ_ONLY ? " *Read-only.*" : "",
           setting->flags & WS_SETTING_FIXED_WHILE_LISTENING ? " *Fixed while listening.*" : "");
}

static void
print_group (WsSettingGroup group,
             const char    *title)
{
  guint            n_settings;
  const WsSetting *settings = ws_config_get_settings (&n_settings);
  gboolean         begun = FALSE;

  for (guint i = 0; i < n_settings; i++)
    if (settings[i].group == group)
      {
        if (!begun)
          g_print ("### %s\n\n| Setting | Takes | Default | Effect |\n|---|---|---|---|\n", title);
        begun = TRUE;
        print_setting (&settings[i]);
      }

  if (begun)
    g_print ("\n");
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  char *mark;

  if (argc != 2 || !g_file_get_contents (argv[1], &text, NULL, &error))
    {
      g_printerr ("%s\n", error != NULL ? error->message : "Usage: make-settings-page FILE");
      return 2;
    }

  mark = strstr (text, MARK "\n");
  if (mark == NULL)
    {
      g_printerr ("%s has no line %s\n", argv[1], MARK);
      return 1;
    }

  *mark = '\0';
  g_print ("%s", text);
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    print_group (groups[i].group, groups[i].title);
  g_print ("%s", mark + strlen (MARK "\n"));
  return 0;
}

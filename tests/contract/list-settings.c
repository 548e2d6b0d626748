/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* list-settings: prints the registry of settings, one a line: name, type, default, access and whether
 * it has no effect, as they stand in contract.tsv. */
#include "wsserver/config/ws-config-private.h"

static char *
describe_type (const WsSetting *setting)
{
  switch (setting->type)
    {
    case WS_SETTING_BOOLEAN:
      return g_strdup ("boolean");
    case WS_SETTING_UINT:
    case WS_SETTING_UINT64:
      return g_strdup_printf ("%" G_GUINT64_FORMAT "..%" G_GUINT64_FORMAT "%s%s", setting->min, setting->max,
                              *setting->unit != '\0' ? " " : "", setting->unit);
    case WS_SETTING_STRING:
    case WS_SETTING_COMPUTED:
    default:
      return g_strdup ("text");
    }
}

static const char *
describe_access (const WsSetting *setting)
{
  if ((setting->flags & WS_SETTING_READ_ONLY) != 0)
    return "ro";
  if ((setting->flags & WS_SETTING_FIXED_WHILE_LISTENING) != 0)
    return "fixed";

  return "rw";
}

static gboolean
has_no_effect (const WsSetting *setting)
{
  return setting->type != WS_SETTING_COMPUTED && setting->effect == WS_SETTING_EFFECT_NOTHING;
}

int
main (void)
{
  guint            n_settings;
  const WsSetting *settings = ws_config_get_settings (&n_settings);

  for (guint i = 0; i < n_settings; i++)
    {
      g_autofree char *type = describe_type (&settings[i]);

      g_print ("%s%s\t%s\t%s\t%s\t%s\n", settings[i].name,
               settings[i].scope == WS_SETTING_PER_CONNECTION ? "[id]" : "", type,
               settings[i].default_value != NULL ? settings[i].default_value : "-",
               describe_access (&settings[i]),
               has_no_effect (&settings[i]) ? "no-effect" : "-");
    }
  return 0;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration strings: "NAME", "NAME=VALUE", "NAME[id]" and "NAME[id]=VALUE", then the value. */
#include "fuzz.h"

#include "wsserver/base/ws-error.h"
#include "wsserver/config/ws-config-private.h"

#include <string.h>

typedef union
{
  WsSettings           server;
  WsConnectionSettings connection;
} Storage;

static void
check_error (const GError *error)
{
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

/* A value that is taken reads back as one that is taken and means the same; a value that is not
 * leaves what was there. */
static void
check_store (const WsSetting *setting,
             const char      *value)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *again = NULL;
  Storage          storage;

  memset (&storage, 0, sizeof storage);
  ws_config_apply_defaults (&storage, setting->scope);
  before = ws_config_load (setting, &storage);

  if (!ws_config_store (setting, &storage, value, &error))
    {
      check_error (error);
      g_assert_nonnull (strstr (error->message, setting->name));
      after = ws_config_load (setting, &storage);
      g_assert_cmpstr (after, ==, before);
    }
  else
    {
      g_assert_no_error (error);
      after = ws_config_load (setting, &storage);
      g_assert_true (g_utf8_validate (after, -1, NULL));
      g_assert_true (ws_config_store (setting, &storage, after, NULL));
      again = ws_config_load (setting, &storage);
      g_assert_cmpstr (again, ==, after);
    }

  if (setting->scope == WS_SETTING_PER_SERVER)
    ws_config_free_strings (&storage);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *text = fuzz_copy_string (data, size);
  g_autoptr (GError) error = NULL;
  WsConfigRequest request;

  if (!ws_config_request_parse (&request, text, &error))
    {
      check_error (error);
      g_assert_false (ws_config_request_parse (&request, text, NULL));
      return 0;
    }

  g_assert_no_error (error);
  g_assert_nonnull (request.setting);
  g_assert_true ((request.connection_id != NULL) == (request.setting->scope == WS_SETTING_PER_CONNECTION));
  g_assert_cmpstr (request.value, ==, strchr (text, '=') != NULL ? strchr (text, '=') + 1 : NULL);

  if (request.setting->flags & WS_SETTING_READ_ONLY)
    g_assert_null (request.value);
  else if (request.value != NULL)
    check_store (request.setting, request.value);

  ws_config_request_clear (&request);

  return 0;
}

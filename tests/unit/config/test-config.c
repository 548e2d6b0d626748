/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/config/ws-config-private.h"

#include <string.h>

#include "wsserver/base/ws-error.h"

/* The tests iterate over the registry, so a new setting is tested without further code. */

/* Holds both kinds of storage. */
typedef union
{
  WsSettings           server;
  WsConnectionSettings connection;
} Storage;

static void
storage_init (Storage         *storage,
              const WsSetting *setting)
{
  memset (storage, 0, sizeof *storage);
  ws_config_apply_defaults (storage, setting->scope);
}

static void
storage_clear (Storage         *storage,
               const WsSetting *setting)
{
  if (setting->scope == WS_SETTING_PER_SERVER)
    ws_config_free_strings (storage);
}

static gboolean
is_number (const WsSetting *setting)
{
  return setting->type == WS_SETTING_UINT || setting->type == WS_SETTING_UINT64;
}

static void
assert_loaded (const WsSetting *setting,
               const Storage   *storage,
               const char      *expected)
{
  g_autofree char *value = ws_config_load (setting, storage);

  g_assert_cmpstr (value, ==, expected);
}

static void
assert_taken (const WsSetting *setting,
              Storage         *storage,
              const char      *value,
              const char      *reads_back)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ws_config_store (setting, storage, value, &error));
  g_assert_no_error (error);
  assert_loaded (setting, storage, reads_back);
}

/* The text names the setting, the value and the accepted values. The storage is not changed. */
static void
assert_refused (const WsSetting *setting,
                Storage         *storage,
                const char      *value)
{
  g_autofree char *before = ws_config_load (setting, storage);
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  g_autofree char *shown = g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), 200));
  g_autofree char *quoted = g_strconcat ("\"", shown, "\"", NULL);
  g_autofree char *accepted = ws_config_describe_accepted (setting);
  g_autoptr (GError) error = NULL;

  g_assert_false (ws_config_store (setting, storage, value, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, setting->name));
  g_assert_nonnull (strstr (error->message, quoted));
  g_assert_true (g_str_has_suffix (error->message, accepted));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  assert_loaded (setting, storage, before);
  g_assert_false (ws_config_store (setting, storage, value, NULL));
}

static void
test_row (gconstpointer user_data)
{
  const WsSetting *setting = user_data;
  g_autofree char *accepted = ws_config_describe_accepted (setting);

  g_test_summary ("Each row is complete, because the documentation is generated from it.");

  g_assert_cmpstr (setting->name, !=, "");
  g_assert_cmpuint (strspn (setting->name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS), ==,
                    strlen (setting->name));
  g_assert_nonnull (setting->unit);
  g_assert_cmpstr (setting->blurb, !=, "");
  g_assert_false (g_str_has_suffix (setting->blurb, "."));
  g_assert_null (strchr (setting->blurb, '\n'));
  g_assert_cmpstr (accepted, !=, "");
  g_assert_cmpuint (setting->min, <=, setting->max);
  g_assert_true ((setting->type == WS_SETTING_COMPUTED) == (setting->default_value == NULL));
  g_assert_true ((setting->type == WS_SETTING_COMPUTED) == (setting->computed != WS_COMPUTED_NONE));
  if (setting->type == WS_SETTING_COMPUTED)
    {
      g_assert_true (setting->flags & WS_SETTING_READ_ONLY);
      g_assert_cmpint (setting->effect, ==, WS_SETTING_EFFECT_NOTHING);
    }
  if (setting->type == WS_SETTING_UINT)
    g_assert_cmpuint (setting->max, <=, G_MAXUINT);
}

static void
test_default (gconstpointer user_data)
{
  const WsSetting *setting = user_data;
  Storage          storage;

  g_test_summary ("The default is an accepted value and reads back as it is written.");

  storage_init (&storage, setting);
  assert_loaded (setting, &storage, setting->default_value);
  assert_taken (setting, &storage, setting->default_value, setting->default_value);
  storage_clear (&storage, setting);
}

static char *
number_to_string (guint64 number)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT, number);
}

static void
test_number_bounds (gconstpointer user_data)
{
  const WsSetting *setting = user_data;
  g_autofree char *min = number_to_string (setting->min);
  g_autofree char *max = number_to_string (setting->max);
  g_autofree char *below = setting->min > 0 ? number_to_string (setting->min - 1) : g_strdup ("-1");
  g_autofree char *above = number_to_string (setting->max + 1);
  g_autofree char *min_zeros = g_strconcat ("000", min, NULL);
  g_autofree char *max_spaces = g_strconcat ("  ", max, "\t ", NULL);
  Storage          storage;

  g_test_summary ("Both ends of the range are accepted; the values just outside are refused.");

  storage_init (&storage, setting);
  assert_taken (setting, &storage, min, min);
  assert_taken (setting, &storage, max, max);
  assert_taken (setting, &storage, min_zeros, min);
  assert_taken (setting, &storage, max_spaces, max);
  assert_refused (setting, &storage, below);
  assert_refused (setting, &storage, above);
  storage_clear (&storage, setting);
}

static void
test_bad_numbers (gconstpointer user_data)
{
  const char *const values[] = {
    "",
    " ",
    "x",
    "-",
    "+",
    "-1",
    "+5",
    "- 5",
    "5 5",
    "1.5",
    "1,000",
    "0x10",
    "1e3",
    "5s",
    "NaN",
    "True",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "\xef\xbc\x95",
    "\xff\xfe",
    "5\xc2\xa0",
  };
  const WsSetting *setting = user_data;
  Storage          storage;

  g_test_summary ("Text that is not a whole number in plain digits is refused.");

  storage_init (&storage, setting);
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    assert_refused (setting, &storage, values[i]);
  storage_clear (&storage, setting);
}

static void
test_boolean (gconstpointer user_data)
{
  const char *const yes[] = { "True", "true", "TRUE", "Yes", "yes", "1", " True\n" };
  const char *const no[] = { "False", "false", "FALSE", "No", "nO", "0", "\t0" };
  const char *const bad[] = { "", " ", "2", "-1", "01", "on", "off", "y", "n", "t", "f", "truely", "True False", "\xff" };
  const WsSetting  *setting = user_data;
  Storage           storage;

  g_test_summary ("A boolean accepts six words, case-insensitive, and reads back as True or False.");

  storage_init (&storage, setting);
  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    {
      assert_taken (setting, &storage, no[i], "False");
      assert_taken (setting, &storage, yes[i], "True");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (setting, &storage, bad[i]);
  assert_taken (setting, &storage, "False", "False");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (setting, &storage, bad[i]);
  storage_clear (&storage, setting);
}

static void
test_string (gconstpointer user_data)
{
  const WsSetting *setting = user_data;
  g_autofree char *longest = g_strnfill (setting->max, 'x');
  g_autofree char *too_long = g_strnfill (setting->max + 1, 'x');
  gboolean         is_file = (setting->flags & WS_SETTING_FILE_NAME) != 0;
  const char      *spaces = is_file ? "/ a = b " : " a = b ";
  const char      *euro = is_file ? "/\xe2\x82\xac" : "\xe2\x82\xac";
  Storage          storage;

  g_test_summary ("A text is kept byte by byte, up to its maximum length, if it is UTF-8.");

  longest[0] = '/'; /* absolute, if it is the name of a file */

  storage_init (&storage, setting);
  assert_taken (setting, &storage, "", "");
  assert_taken (setting, &storage, spaces, spaces);
  assert_taken (setting, &storage, euro, euro);
  assert_taken (setting, &storage, longest, longest);
  assert_refused (setting, &storage, too_long);
  assert_refused (setting, &storage, "\xff");
  assert_refused (setting, &storage, "caf\xe9");
  assert_refused (setting, &storage, "\xe2\x82");
  storage_clear (&storage, setting);
}

static void
test_close_code (gconstpointer user_data)
{
  const WsSetting *setting = user_data;
  Storage          storage;

  g_test_summary ("A close code setting accepts exactly the codes that may be sent.");

  storage_init (&storage, setting);
  for (guint code = 0; code <= 5100; code++)
    {
      g_autofree char *text = number_to_string (code);
      gboolean         may_be_sent = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
                             (code >= 3000 && code <= 4999);

      if (may_be_sent)
        assert_taken (setting, &storage, text, text);
      else
        assert_refused (setting, &storage, text);
    }
  storage_clear (&storage, setting);
}

static void
test_computed (gconstpointer user_data)
{
  const WsSetting *setting = user_data;
  Storage          storage = { 0 };

  g_test_summary ("A computed setting has no storage and accepts no value.");

  g_assert_false (ws_config_store (setting, &storage, "x", NULL));
  g_assert_false (ws_config_store (setting, &storage, "", NULL));
}

static void
test_long_value (void)
{
  const WsSetting *setting = ws_config_find ("LogLevel");
  g_autofree char *digits = g_strnfill (1024 * 1024, '1');
  g_autoptr (GString) text = g_string_new ("x");
  g_autoptr (GError) error = NULL;
  Storage storage;

  g_test_summary ("An error repeats a part of a long invalid value, never cut inside a character.");

  for (guint i = 0; i < 1000; i++)
    g_string_append (text, "\xe2\x82\xac");

  storage_init (&storage, setting);
  assert_refused (setting, &storage, text->str);
  assert_refused (setting, &storage, digits);
  g_assert_false (ws_config_store (setting, &storage, digits, &error));
  g_assert_cmpuint (strlen (error->message), <, 1000);
  storage_clear (&storage, setting);
}

static void
test_find (void)
{
  guint            n_settings;
  const WsSetting *settings = ws_config_get_settings (&n_settings);

  g_test_summary ("A setting is found only by its whole name, which is case-insensitive.");

  g_assert_cmpuint (n_settings, >, 30);
  for (guint i = 0; i < n_settings; i++)
    {
      g_autofree char *lower = g_ascii_strdown (settings[i].name, -1);
      g_autofree char *upper = g_ascii_strup (settings[i].name, -1);
      g_autofree char *longer = g_strconcat (settings[i].name, "x", NULL);
      g_autofree char *shorter = g_strndup (settings[i].name, strlen (settings[i].name) - 1);

      g_assert_true (ws_config_find (settings[i].name) == &settings[i]);
      g_assert_true (ws_config_find (lower) == &settings[i]);
      g_assert_true (ws_config_find (upper) == &settings[i]);
      g_assert_null (ws_config_find (longer));
      g_assert_null (ws_config_find (shorter));
    }
  g_assert_null (ws_config_find (""));
}

static void
test_order (void)
{
  guint            n_settings;
  const WsSetting *settings = ws_config_get_settings (&n_settings);

  g_test_summary ("The registry is sorted by group and name.");

  for (guint i = 1; i < n_settings; i++)
    {
      const WsSetting *before = &settings[i - 1];

      g_assert_cmpint (before->group, <=, settings[i].group);
      if (before->group == settings[i].group)
        g_assert_cmpint (g_ascii_strcasecmp (before->name, settings[i].name), <, 0);
    }
}

/* Returns a value that is not the default. */
static char *
get_other_value (const WsSetting *setting)
{
  g_autofree char *max = NULL;

  switch (setting->type)
    {
    case WS_SETTING_BOOLEAN:
      return g_strdup (g_str_equal (setting->default_value, "True") ? "False" : "True");
    case WS_SETTING_STRING:
      return g_strdup ((setting->flags & WS_SETTING_FILE_NAME) != 0 ? "/other" : "other");
    case WS_SETTING_UINT:
    case WS_SETTING_UINT64:
      max = number_to_string (setting->max);
      return g_str_equal (setting->default_value, max) ? number_to_string (setting->min)
                                                       : g_steal_pointer (&max);
    case WS_SETTING_COMPUTED:
    default:
      g_assert_not_reached ();
    }
}

static void
test_apart (void)
{
  guint            n_settings;
  const WsSetting *settings = ws_config_get_settings (&n_settings);

  g_test_summary ("A change of one setting changes no other.");

  for (guint i = 0; i < n_settings; i++)
    {
      g_autofree char *other = NULL;
      Storage          storage;

      if (settings[i].type == WS_SETTING_COMPUTED)
        continue;

      storage_init (&storage, &settings[i]);
      other = get_other_value (&settings[i]);
      assert_taken (&settings[i], &storage, other, other);
      for (guint j = 0; j < n_settings; j++)
        if (j != i && settings[j].scope == settings[i].scope && settings[j].type != WS_SETTING_COMPUTED)
          assert_loaded (&settings[j], &storage, settings[j].default_value);
      storage_clear (&storage, &settings[i]);
    }
}

static void
test_file_names (void)
{
  static const char        pem[] = "-----BEGIN OCSP RESPONSE-----\nMAo=\n-----END OCSP RESPONSE-----\n";
  static const char *const names[] = { "SSLKeyLogFile", "SSLOCSPResponse" };
  g_autofree char         *folder = g_get_current_dir ();
  g_autofree char         *absolute = g_build_filename (folder, "data/../file", NULL);

  g_test_summary ("The name of a file is stored absolute; PEM and an empty value are no names.");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const WsSetting *setting = ws_config_find (names[i]);
      Storage          storage;

      storage_init (&storage, setting);
      assert_taken (setting, &storage, "data/../file", absolute);
      assert_taken (setting, &storage, "/file", "/file");
      assert_taken (setting, &storage, pem, pem);
      assert_taken (setting, &storage, "", "");
      storage_clear (&storage, setting);
    }
}

static void
test_settings (void)
{
  guint            n_settings;
  const WsSetting *settings = ws_config_get_settings (&n_settings);
  WsSettings      *self = ws_settings_new ();
  WsSettings      *other = ws_settings_new ();
  WsLimits         limits = { 0 };

  g_test_summary ("The settings of a server start with the registry's defaults and are its own.");

  for (guint i = 0; i < n_settings; i++)
    if (settings[i].scope == WS_SETTING_PER_SERVER && settings[i].type != WS_SETTING_COMPUTED)
      assert_loaded (&settings[i], (const Storage *) self, settings[i].default_value);

  g_assert_true (ws_config_store (ws_config_find ("MaxMessageSize"), self, "1000", NULL));
  g_assert_true (ws_config_store (ws_config_find ("MaxHeaderSize"), self, "2000", NULL));
  g_assert_true (ws_config_store (ws_config_find ("AllowedOrigins"), self, "https://a.example", NULL));
  ws_settings_get_limits (self, &limits);
  g_assert_cmpuint (limits.max_message_bytes, ==, 1000);
  g_assert_cmpuint (limits.max_head_bytes, ==, 2000);
  g_assert_cmpstr (other->allowed_origins, ==, "*");

  g_assert_true (ws_settings_ref (self) == self);
  ws_settings_unref (self);
  g_assert_cmpstr (self->allowed_origins, ==, "https://a.example");
  ws_settings_unref (self);
  ws_settings_unref (other);
}

typedef struct
{
  const char *text;
  const char *name; /* NULL: refused */
  const char *connection_id;
  const char *value;
  const char *part; /* of the error's text */
} RequestCase;

static const RequestCase request_cases[] = {
  { "LogLevel", "LogLevel", NULL, NULL, NULL },
  { "loglevel", "LogLevel", NULL, NULL, NULL },
  { "LogLevel=2", "LogLevel", NULL, "2", NULL },
  { "LogLevel=", "LogLevel", NULL, "", NULL },
  { "LogLevel==", "LogLevel", NULL, "=", NULL },
  { "LogLevel=2=3", "LogLevel", NULL, "2=3", NULL },
  { " LogLevel ", "LogLevel", NULL, NULL, NULL },
  { "\tLogLevel\n=2", "LogLevel", NULL, "2", NULL },
  { "DisconnectStatusDescription= a [1] ", "DisconnectStatusDescription", NULL, " a [1] ", NULL },
  { "MaxLineLength[1]", "MaxLineLength", "1", NULL, NULL },
  { "maxlinelength[1]=77", "MaxLineLength", "1", "77", NULL },
  { "MaxLineLength[1]=a=b", "MaxLineLength", "1", "a=b", NULL },
  { "MaxLineLength[]", "MaxLineLength", "", NULL, NULL },
  { "MaxLineLength[ 1 ]=2", "MaxLineLength", "1", "2", NULL },
  { " MaxLineLength [1] = 2", "MaxLineLength", "1", " 2", NULL },
  { "MaxLineLength[[1]]", "MaxLineLength", "[1]", NULL, NULL },
  { "MessageLength[1]=10", "MessageLength", "1", "10", NULL },
  { "BuildInfo", "BuildInfo", NULL, NULL, NULL },

  { "", NULL, NULL, NULL, "\"\"" },
  { "=", NULL, NULL, NULL, "\"\"" },
  { "=1", NULL, NULL, NULL, "\"\"" },
  { " ", NULL, NULL, NULL, "\"\"" },
  { "[", NULL, NULL, NULL, "\"[\"" },
  { "]", NULL, NULL, NULL, "\"]\"" },
  { "[]", NULL, NULL, NULL, "\"\"" },
  { "[x]", NULL, NULL, NULL, "\"\"" },
  { "[x]=1", NULL, NULL, NULL, "\"\"" },
  { "NoSuchSetting", NULL, NULL, NULL, "\"NoSuchSetting\"" },
  { "NoSuchSetting=1", NULL, NULL, NULL, "\"NoSuchSetting\"" },
  { "NoSuchSetting[1]", NULL, NULL, NULL, "\"NoSuchSetting\"" },
  { "Log Level=1", NULL, NULL, NULL, "\"Log Level\"" },
  { "LogLevel[", NULL, NULL, NULL, "\"LogLevel[\"" },
  { "LogLevel]", NULL, NULL, NULL, "\"LogLevel]\"" },
  { "MaxLineLength[1", NULL, NULL, NULL, "\"MaxLineLength[1\"" },
  { "MaxLineLength[1=5", NULL, NULL, NULL, "\"MaxLineLength[1\"" },
  { "MaxLineLength[a=b]", NULL, NULL, NULL, "\"MaxLineLength[a\"" },
  { "MaxLineLength[1]x", NULL, NULL, NULL, "\"MaxLineLength[1]x\"" },
  { "MaxLineLength1]", NULL, NULL, NULL, "\"MaxLineLength1]\"" },
  { "LogLevel[1]", NULL, NULL, NULL, "LogLevel belongs to the server" },
  { "LogLevel[]=1", NULL, NULL, NULL, "LogLevel belongs to the server" },
  { "MaxLineLength", NULL, NULL, NULL, "MaxLineLength belongs to one connection" },
  { "MaxLineLength=5", NULL, NULL, NULL, "MaxLineLength belongs to one connection" },
  { "BuildInfo=mine", NULL, NULL, NULL, "BuildInfo can only be read" },
  { "BuildInfo=", NULL, NULL, NULL, "BuildInfo can only be read" },
  { "LogLevel\xff", NULL, NULL, NULL, "LogLevel" },
  { "\xff\xfe[\xff]=\xff", NULL, NULL, NULL, "Unknown setting" },
};

static void
test_request (void)
{
  g_test_summary ("NAME, NAME=VALUE, NAME[id] and NAME[id]=VALUE are parsed; other forms are refused.");

  for (gsize i = 0; i < G_N_ELEMENTS (request_cases); i++)
    {
      const RequestCase *request_case = &request_cases[i];
      WsConfigRequest    request;
      g_autofree char   *escaped = g_strescape (request_case->text, NULL);
      g_autoptr (GError) error = NULL;
      gboolean good = ws_config_request_parse (&request, request_case->text, &error);

      g_test_message ("%s", escaped);
      g_assert_cmpint (good, ==, request_case->name != NULL);
      if (good)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (request.setting->name, ==, request_case->name);
          g_assert_cmpstr (request.connection_id, ==, request_case->connection_id);
          g_assert_cmpstr (request.value, ==, request_case->value);
          ws_config_request_clear (&request);
        }
      else
        {
          g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
          g_assert_nonnull (strstr (error->message, request_case->part));
          g_assert_true (g_utf8_validate (error->message, -1, NULL));
        }
      g_assert_null (request.connection_id);
      g_assert_null (request.value);
      if (!good)
        g_assert_false (ws_config_request_parse (&request, request_case->text, NULL));
    }
}

static void
test_long_request (void)
{
  g_autofree char *filler = g_strnfill (1024 * 1024, 'x');
  g_autofree char *id = g_strconcat ("MaxLineLength[", filler, "]=", filler, NULL);
  WsConfigRequest  request;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The error for a very long name repeats a part of it; a long id and value are kept.");

  g_assert_false (ws_config_request_parse (&request, filler, &error));
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (strlen (error->message), <, 1000);

  g_assert_true (ws_config_request_parse (&request, id, NULL));
  g_assert_cmpstr (request.connection_id, ==, filler);
  g_assert_cmpstr (request.value, ==, filler);
  ws_config_request_clear (&request);
}

static void
add (const char      *group,
     const WsSetting *setting,
     GTestDataFunc    function)
{
  g_autofree char *path = g_strconcat ("/unit/config/config/", group, "/", setting->name, NULL);

  g_test_add_data_func (path, setting, function);
}

int
main (int   argc,
      char *argv[])
{
  guint            n_settings;
  const WsSetting *settings = ws_config_get_settings (&n_settings);

  g_test_init (&argc, &argv, NULL);

  for (const WsSetting *setting = settings; setting < settings + n_settings; setting++)
    {
      gboolean is_close_code = (setting->flags & WS_SETTING_CLOSE_CODE) != 0;

      add ("row", setting, test_row);
      add (setting->type == WS_SETTING_COMPUTED ? "computed" : "default", setting,
           setting->type == WS_SETTING_COMPUTED ? test_computed : test_default);
      if (is_number (setting))
        {
          add ("bounds", setting, test_number_bounds);
          add ("bad-number", setting, test_bad_numbers);
        }
      if (is_close_code)
        add ("close-code", setting, test_close_code);
      if (setting->type == WS_SETTING_BOOLEAN)
        add ("boolean", setting, test_boolean);
      if (setting->type == WS_SETTING_STRING)
        add ("string", setting, test_string);
    }
  g_test_add_func ("/unit/config/config/long-value", test_long_value);
  g_test_add_func ("/unit/config/config/find", test_find);
  g_test_add_func ("/unit/config/config/order", test_order);
  g_test_add_func ("/unit/config/config/apart", test_apart);
  g_test_add_func ("/unit/config/config/file-names", test_file_names);
  g_test_add_func ("/unit/config/config/settings", test_settings);
  g_test_add_func ("/unit/config/config/request/cases", test_request);
  g_test_add_func ("/unit/config/config/request/long", test_long_request);

  return g_test_run ();
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lists that decide who may connect: hosts, origins and addresses. The input is a list, a value that is
 * compared with it, a host and a scheme, one a line. */
#include "fuzz.h"

#include <gio/gio.h>
#include <string.h>

#include "wsserver/base/ws-error.h"
#include "wsserver/base/ws-text-private.h"
#include "wsserver/io/ws-ip-address-private.h"
#include "wsserver/protocol/ws-host-list-private.h"
#include "wsserver/protocol/ws-origin-list-private.h"
#include "wsserver/revocation/ws-revocation-address-private.h"
#include "wsserver/revocation/ws-revocation-fetch-private.h"
#include "wsserver/server/ws-access-list-private.h"

/* --- a resolver without a network ------------------------------------------------------------ */

#define FUZZ_TYPE_RESOLVER (fuzz_resolver_get_type ())
G_DECLARE_FINAL_TYPE (FuzzResolver, fuzz_resolver, FUZZ, RESOLVER, GResolver)

struct _FuzzResolver
{
  GResolver parent_instance;
};

G_DEFINE_TYPE (FuzzResolver, fuzz_resolver, G_TYPE_RESOLVER)

/* Knows all names that begin with "a". */
static GList *
look_up (GResolver    *resolver,
         const char   *name,
         GCancellable *cancellable,
         GError      **error)
{
  if (g_ascii_tolower (name[0]) == 'a')
    return g_list_append (NULL, g_inet_address_new_from_string ("192.0.2.1"));

  g_set_error (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such host");
  return NULL;
}

static void
fuzz_resolver_class_init (FuzzResolverClass *klass)
{
  G_RESOLVER_CLASS (klass)->lookup_by_name = look_up;
}

static void
fuzz_resolver_init (FuzzResolver *self)
{
}

static void
set_resolver (void)
{
  static gsize is_set = 0;

  if (g_once_init_enter (&is_set))
    {
      g_autoptr (GResolver) resolver = g_object_new (FUZZ_TYPE_RESOLVER, NULL);

      g_resolver_set_default (resolver);
      g_once_init_leave (&is_set, 1);
    }
}

/* --- lists ----------------------------------------------------------------------------------- */

static void
check_fault (char *take_fault)
{
  g_assert_true (take_fault != NULL && *take_fault != '\0' && g_str_is_ascii (take_fault));
  g_free (take_fault);
}

static void
check_hosts (const char *text,
             const char *value,
             const char *scheme)
{
  char *fault = NULL;
  g_autoptr (WsHostList) list = ws_host_list_new (text, &fault);

  if (list == NULL)
    {
      check_fault (fault);
      return;
    }

  g_assert_null (fault);
  g_assert_false (ws_host_list_matches (list, NULL, scheme));
  g_assert_false (ws_host_list_matches (list, "", scheme));
  if (ws_host_list_is_empty (list))
    g_assert_false (ws_host_list_matches (list, value, scheme));
  /* With an unknown scheme, whatever is allowed with one of both. */
  if (ws_host_list_matches (list, value, "http") || ws_host_list_matches (list, value, "https"))
    g_assert_true (ws_host_list_matches (list, value, NULL));
  /* A name without patterns that was accepted is one that a request can have. */
  if (strpbrk (text, "*, \t") == NULL && g_str_is_ascii (text) && *text != '\0' &&
      g_utf8_validate (text, -1, NULL) && !g_ascii_isspace (text[strlen (text) - 1]) &&
      !g_ascii_isspace (text[0]))
    g_assert_true (ws_host_list_matches (list, text, NULL));
}

static void
check_origins (const char *text,
               const char *value,
               const char *host,
               const char *scheme)
{
  char *fault = NULL;
  g_autoptr (WsOriginList) list = ws_origin_list_new (text, &fault);

  if (list == NULL)
    {
      check_fault (fault);
      return;
    }

  g_assert_null (fault);
  if (ws_origin_list_matches (list, value, NULL, scheme))
    g_assert_true (ws_origin_list_matches (list, value, host, scheme));
}

static void
check_addresses (const char *text,
                 const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WsAccessList) list = ws_access_list_new (text, &error);

  if (list == NULL)
    {
      g_assert_true (error->domain == WS_ERROR && error->message[0] != '\0');
      return;
    }

  g_assert_no_error (error);
  if (strchr (text, '*') == NULL && strstr (text, "unix:") == NULL)
    g_assert_false (ws_access_list_matches (list, ""));
  ws_access_list_matches (list, value);
}

/* --- single values --------------------------------------------------------------------------- */

static void
check_address (const char *text,
               const char *list_text)
{
  guint32 scope_id = 0;
  guint32 again_scope_id = 0;
  g_autoptr (GInetAddress) address = ws_ip_address_parse (text, &scope_id);
  g_autoptr (GInetAddress) again = NULL;
  g_autoptr (WsAccessList) list = NULL;
  g_autofree char *formatted = NULL;

  if (address == NULL)
    return;

  formatted = ws_ip_address_format (address, scope_id);
  again = ws_ip_address_parse (formatted, &again_scope_id);
  g_assert_nonnull (again);
  g_assert_true (g_inet_address_equal (address, again));
  g_assert_cmpuint (again_scope_id, ==, scope_id);
  if (ws_revocation_address_is_public (address))
    g_assert_false (g_inet_address_get_is_loopback (address) || g_inet_address_get_is_site_local (address) ||
                    g_inet_address_get_is_link_local (address) || g_inet_address_get_is_multicast (address) ||
                    g_inet_address_get_is_any (address));

  /* Each spelling of an address allows the address. */
  if (strchr (text, ',') == NULL)
    {
      list = ws_access_list_new (text, NULL);
      g_assert_true (list != NULL && ws_access_list_matches (list, formatted));
    }
}

static void
check_urls (const char *url,
            const char *other)
{
  if (!ws_revocation_fetch_accepts_url (url))
    return;

  g_assert_true (g_ascii_strncasecmp (url, "http://", 7) == 0 ||
                 g_ascii_strncasecmp (url, "https://", 8) == 0);
  g_assert_true (g_str_is_ascii (url) && strlen (url) <= WS_REVOCATION_FETCH_MAX_URL_BYTES);
  g_assert_true (ws_revocation_fetch_accepts_redirection (url, url));
  if (ws_revocation_fetch_accepts_url (other))
    ws_revocation_fetch_accepts_redirection (url, other);
}

static void
check_line (const char *text)
{
  g_autofree char *line = ws_text_dup_line (text);
  g_autofree char *again = ws_text_dup_line (line);

  g_assert_true (g_utf8_validate (line, -1, NULL));
  for (const char *p = line; *p != '\0'; p = g_utf8_next_char (p))
    g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
  g_assert_cmpstr (again, ==, line);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  static const char *const schemes[] = { NULL, "http", "https" };
  g_autofree char         *raw = fuzz_copy_string (data, size);
  g_autofree char         *text = g_utf8_make_valid (raw, -1); /* as settings and fields of requests are */
  g_auto (GStrv) lines = g_strsplit (text, "\n", 4);
  const guint n_lines = g_strv_length (lines);
  const char *list = n_lines > 0 ? lines[0] : "";
  const char *value = n_lines > 1 ? lines[1] : "";
  const char *host = n_lines > 2 ? lines[2] : NULL;
  const char *scheme = schemes[n_lines > 3 ? (guint8) lines[3][0] % G_N_ELEMENTS (schemes) : 0];

  set_resolver ();
  check_hosts (list, value, scheme);
  check_origins (list, value, host, scheme);
  check_addresses (list, value);
  check_address (list, value);
  check_address (value, list);
  check_urls (list, value);
  check_line (raw);

  return 0;
}

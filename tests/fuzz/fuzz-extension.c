/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sec-WebSocket-Extensions: its grammar, and what is agreed for permessage-deflate. */
#include "fuzz.h"

#include "wsserver/protocol/ws-deflate-parameters-private.h"
#include "wsserver/protocol/ws-extension-header-private.h"
#include "wsserver/protocol/ws-http-head-private.h"

#include <string.h>

static void
check_item (const WsExtensionItem *item)
{
  g_assert_true (ws_http_is_token (item->name));

  if (item->type == WS_EXTENSION_ITEM_NAME)
    g_assert_null (item->value);
  else if (item->value != NULL)
    g_assert_true (ws_http_is_token (item->value));
}

/* Reads a field to its end; FALSE when it is malformed. */
static gboolean
is_well_formed (const char *field)
{
  g_autofree char  *copy = g_strdup (field);
  WsExtensionReader reader;
  WsExtensionItem   item;
  guint             n_items = 0;
  guint             n_names = 0;

  ws_extension_reader_init (&reader, copy);

  for (item = ws_extension_reader_next (&reader);
       item.type == WS_EXTENSION_ITEM_NAME || item.type == WS_EXTENSION_ITEM_PARAMETER;
       item = ws_extension_reader_next (&reader))
    {
      check_item (&item);
      n_names += item.type == WS_EXTENSION_ITEM_NAME;
      g_assert_cmpuint (n_names, >, 0);
      g_assert_cmpuint (++n_items, <=, WS_EXTENSION_MAX_ITEMS);
    }

  if (item.type == WS_EXTENSION_ITEM_END)
    return TRUE;

  g_assert_true (item.fault != NULL && *item.fault != '\0');

  for (guint i = 0; i < 3; i++)
    {
      const WsExtensionItem later = ws_extension_reader_next (&reader);

      g_assert_cmpint (later.type, ==, WS_EXTENSION_ITEM_MALFORMED);
      g_assert_cmpstr (later.fault, ==, item.fault);
    }

  return FALSE;
}

/* The answer says what was agreed, and nothing else: what it leaves out is the default. */
static void
check_answer (const char                *answer,
              const WsDeflateParameters *parameters)
{
  g_autofree char    *copy = g_strdup (answer);
  WsDeflateParameters said = { .server_max_window_bits = 15, .client_max_window_bits = 15 };
  WsExtensionReader   reader;
  WsExtensionItem     item;

  g_assert_true (is_well_formed (answer));
  ws_extension_reader_init (&reader, copy);
  item = ws_extension_reader_next (&reader);
  g_assert_cmpstr (item.name, ==, "permessage-deflate");

  while ((item = ws_extension_reader_next (&reader)).type == WS_EXTENSION_ITEM_PARAMETER)
    if (strcmp (item.name, "server_no_context_takeover") == 0)
      said.server_no_context_takeover = TRUE;
    else if (strcmp (item.name, "client_no_context_takeover") == 0)
      said.client_no_context_takeover = TRUE;
    else if (strcmp (item.name, "server_max_window_bits") == 0)
      said.server_max_window_bits = (guint8) g_ascii_strtoull (item.value, NULL, 10);
    else if (strcmp (item.name, "client_max_window_bits") == 0)
      said.client_max_window_bits = (guint8) g_ascii_strtoull (item.value, NULL, 10);
    else
      g_assert_not_reached ();

  g_assert_cmpint (item.type, ==, WS_EXTENSION_ITEM_END);
  g_assert_true (said.server_no_context_takeover == parameters->server_no_context_takeover);
  g_assert_true (said.client_no_context_takeover == parameters->client_no_context_takeover);
  g_assert_cmpuint (said.server_max_window_bits, ==, parameters->server_max_window_bits);
  g_assert_cmpuint (said.client_max_window_bits, ==, parameters->client_max_window_bits);
}

static void
check_agreed (const WsDeflateParameters *parameters,
              const WsDeflatePolicy     *policy)
{
  g_assert_cmpuint (parameters->server_max_window_bits, >=, WS_DEFLATE_MIN_WINDOW_BITS);
  g_assert_cmpuint (parameters->server_max_window_bits, <=, policy->max_window_bits);
  g_assert_cmpuint (parameters->client_max_window_bits, >=, WS_DEFLATE_MIN_WINDOW_BITS);
  g_assert_cmpuint (parameters->client_max_window_bits, <=, WS_DEFLATE_MAX_WINDOW_BITS);

  if (policy->no_context_takeover)
    g_assert_true (parameters->server_no_context_takeover && parameters->client_no_context_takeover);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  FuzzInput             input = { data, size };
  const guint           choice = fuzz_take_byte (&input);
  const WsDeflatePolicy policy = { .no_context_takeover = (choice & 0x8) != 0,
                                   .max_window_bits = 9 + (choice & 0x7) % 7 };
  g_autofree char      *field = fuzz_copy_string (input.data, input.length);
  g_autofree char      *answer = NULL;
  const char           *fault = NULL;
  WsDeflateParameters   parameters;
  WsDeflateParameters   before;
  WsDeflateVerdict      verdict;

  memset (&parameters, 0x5a, sizeof parameters);
  memcpy (&before, &parameters, sizeof parameters);
  verdict = ws_deflate_negotiate (field, &policy, &parameters, &answer, &fault);
  g_assert_true ((verdict == WS_DEFLATE_MALFORMED) == !is_well_formed (field));
  g_assert_true ((verdict == WS_DEFLATE_MALFORMED) == (fault != NULL));
  g_assert_true ((verdict == WS_DEFLATE_ACCEPTED) == (answer != NULL));

  if (verdict != WS_DEFLATE_ACCEPTED)
    {
      g_assert_cmpmem (&parameters, sizeof parameters, &before, sizeof before);
      return 0;
    }

  check_agreed (&parameters, &policy);
  check_answer (answer, &parameters);

  return 0;
}

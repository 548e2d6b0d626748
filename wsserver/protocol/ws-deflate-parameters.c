/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-deflate-parameters-private.h"

#include "wsserver/protocol/ws-extension-header-private.h"

#include <string.h>

#define EXTENSION_NAME "permessage-deflate"

enum
{
  SERVER_NO_CONTEXT_TAKEOVER,
  CLIENT_NO_CONTEXT_TAKEOVER,
  SERVER_MAX_WINDOW_BITS,
  CLIENT_MAX_WINDOW_BITS,
  N_PARAMETERS
};

static const char *const parameter_names[N_PARAMETERS] = {
  "server_no_context_takeover",
  "client_no_context_takeover",
  "server_max_window_bits",
  "client_max_window_bits",
};

/* One extension offer, as far as it has been read. */
typedef struct
{
  gboolean acceptable; /* permessage-deflate, and acceptable so far */
  gboolean has[N_PARAMETERS];
  guint8   window_bits[N_PARAMETERS]; /* of *_max_window_bits only; 0: no value */
} Offer;

/* Returns 8 to 15, or 0 for anything else. RFC 7692 §7.1.2.1: decimal, without leading zeros. */
static guint8
parse_window_bits (const char *value)
{
  if ((value[0] == '8' || value[0] == '9') && value[1] == '\0')
    return (guint8) (value[0] - '0');

  if (value[0] == '1' && value[1] >= '0' && value[1] <= '5' && value[2] == '\0')
    return (guint8) (10 + value[1] - '0');

  return 0;
}

/* FALSE if this parameter makes the offer unacceptable. RFC 7692 §7.1. */
static gboolean
take_parameter (Offer      *offer,
                const char *name,
                const char *value)
{
  guint parameter = 0;

  while (parameter < N_PARAMETERS && strcmp (name, parameter_names[parameter]) != 0)
    parameter++;

  if (parameter == N_PARAMETERS || offer->has[parameter])
    return FALSE;

  offer->has[parameter] = TRUE;

  switch (parameter)
    {
    case SERVER_MAX_WINDOW_BITS:
    case CLIENT_MAX_WINDOW_BITS:
      if (value == NULL)
        return parameter == CLIENT_MAX_WINDOW_BITS;

      offer->window_bits[parameter] = parse_window_bits (value);
      return offer->window_bits[parameter] != 0;

    default:
      return value == NULL;
    }
}

static void
agree (const Offer           *offer,
       const WsDeflatePolicy *policy,
       WsDeflateParameters   *parameters)
{
  const guint8 wish = (guint8) policy->max_window_bits;
  guint8       server_bits = WS_DEFLATE_MAX_WINDOW_BITS;
  guint8       client_bits = WS_DEFLATE_MAX_WINDOW_BITS;

  if (offer->window_bits[SERVER_MAX_WINDOW_BITS] != 0)
    server_bits = offer->window_bits[SERVER_MAX_WINDOW_BITS];

  if (offer->window_bits[CLIENT_MAX_WINDOW_BITS] != 0)
    client_bits = offer->window_bits[CLIENT_MAX_WINDOW_BITS];

  /* The response may carry this parameter only if the client offered it. RFC 7692 §7.1.2.2. */
  if (offer->has[CLIENT_MAX_WINDOW_BITS])
    client_bits = MIN (client_bits, wish);

  *parameters = (WsDeflateParameters){
    .server_no_context_takeover =
        policy->no_context_takeover || offer->has[SERVER_NO_CONTEXT_TAKEOVER],
    .client_no_context_takeover =
        policy->no_context_takeover || offer->has[CLIENT_NO_CONTEXT_TAKEOVER],
    .server_max_window_bits = MIN (server_bits, wish),
    .client_max_window_bits = client_bits,
  };
}

static char *
build_answer (const Offer               *offer,
              const WsDeflateParameters *parameters)
{
  GString *answer = g_string_new (EXTENSION_NAME);

  if (parameters->server_no_context_takeover)
    g_string_append (answer, "; server_no_context_takeover");

  if (parameters->client_no_context_takeover)
    g_string_append (answer, "; client_no_context_takeover");

  /* A parameter that was offered with a value needs a value in the response. RFC 7692 §7.1.2.1. */
  if (offer->has[SERVER_MAX_WINDOW_BITS] ||
      parameters->server_max_window_bits < WS_DEFLATE_MAX_WINDOW_BITS)
    g_string_append_printf (answer, "; server_max_window_bits=%u",
                            parameters->server_max_window_bits);

  if (parameters->client_max_window_bits < WS_DEFLATE_MAX_WINDOW_BITS)
    g_string_append_printf (answer, "; client_max_window_bits=%u",
                            parameters->client_max_window_bits);

  return g_string_free (answer, FALSE);
}

/* Reads the field to its end, even after the accepted offer, because a fault may follow it. *taken is the
 * first acceptable offer, or no offer. */
static WsExtensionItem
read_offers (char  *offers,
             Offer *taken)
{
  WsExtensionReader reader;
  WsExtensionItem   item;
  Offer             offer = { .acceptable = FALSE };

  ws_extension_reader_init (&reader, offers);

  do
    {
      item = ws_extension_reader_next (&reader);

      if (item.type == WS_EXTENSION_ITEM_PARAMETER)
        {
          offer.acceptable =
              offer.acceptable && take_parameter (&offer, item.name, item.value);
          continue;
        }

      if (offer.acceptable && !taken->acceptable)
        *taken = offer;

      offer = (Offer){ .acceptable = FALSE };

      if (item.type == WS_EXTENSION_ITEM_NAME)
        offer.acceptable = strcmp (item.name, EXTENSION_NAME) == 0;
    }
  while (item.type != WS_EXTENSION_ITEM_END && item.type != WS_EXTENSION_ITEM_MALFORMED);

  return item;
}

WsDeflateVerdict
ws_deflate_negotiate (const char            *offers,
                      const WsDeflatePolicy *policy,
                      WsDeflateParameters   *parameters,
                      char                 **answer,
                      const char           **fault)
{
  g_autofree char *copy = g_strdup (offers);
  Offer            taken = { .acceptable = FALSE };
  WsExtensionItem  last;

  g_assert (policy->max_window_bits > WS_DEFLATE_MIN_WINDOW_BITS &&
            policy->max_window_bits <= WS_DEFLATE_MAX_WINDOW_BITS);

  if (offers == NULL)
    return WS_DEFLATE_DECLINED;

  last = read_offers (copy, &taken);

  if (last.type == WS_EXTENSION_ITEM_MALFORMED)
    {
      *fault = last.fault;
      return WS_DEFLATE_MALFORMED;
    }

  if (!taken.acceptable)
    return WS_DEFLATE_DECLINED;

  agree (&taken, policy, parameters);
  *answer = build_answer (&taken, parameters);

  return WS_DEFLATE_ACCEPTED;
}

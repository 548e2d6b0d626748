/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/protocol/ws-deflate-parameters-private.h"

#include <string.h>

#define PMD "permessage-deflate"
#define SNCT "server_no_context_takeover"
#define CNCT "client_no_context_takeover"
#define SMWB "server_max_window_bits"
#define CMWB "client_max_window_bits"

static const WsDeflatePolicy largest = { FALSE, 15 };
static const WsDeflatePolicy ten = { FALSE, 10 };
static const WsDeflatePolicy frugal = { TRUE, 9 };

typedef struct
{
  const char            *offers;
  const WsDeflatePolicy *policy;
  const char            *answer; /* NULL: declined */
} OfferCase;

static const OfferCase cases[] = {
  { PMD, &largest, PMD },
  { PMD, &ten, PMD "; " SMWB "=10" },
  { PMD, &frugal, PMD "; " SNCT "; " CNCT "; " SMWB "=9" },
  { PMD "; " CMWB, &largest, PMD },
  { PMD "; " CMWB, &ten, PMD "; " SMWB "=10; " CMWB "=10" },
  { PMD "; " CMWB "=12", &largest, PMD "; " CMWB "=12" },
  { PMD "; " CMWB "=12", &ten, PMD "; " SMWB "=10; " CMWB "=10" },
  { PMD "; " CMWB "=9", &ten, PMD "; " SMWB "=10; " CMWB "=9" },
  { PMD "; " CMWB "=8", &largest, PMD "; " CMWB "=8" },
  { PMD "; " CMWB "=15", &largest, PMD },
  { PMD "; " SMWB "=15", &largest, PMD "; " SMWB "=15" },
  { PMD "; " SMWB "=15", &ten, PMD "; " SMWB "=10" },
  { PMD "; " SMWB "=9", &ten, PMD "; " SMWB "=9" },
  { PMD "; " SMWB "=8", &frugal, PMD "; " SNCT "; " CNCT "; " SMWB "=8" },
  { PMD "; " SNCT, &largest, PMD "; " SNCT },
  { PMD "; " CNCT, &largest, PMD "; " CNCT },
  { PMD ";" SNCT ";" CNCT ";" SMWB "=\"11\";" CMWB "=\"1\\2\"", &largest,
    PMD "; " SNCT "; " CNCT "; " SMWB "=11; " CMWB "=12" },
  /* The offers of browsers. */
  { "permessage-deflate; client_max_window_bits", &largest, PMD },
  { "x-webkit-deflate-frame", &largest, NULL },

  /* The first acceptable offer is accepted. */
  { "foo, " PMD, &largest, PMD },
  { PMD ", foo;bar=1", &largest, PMD },
  { PMD "; " SMWB "=10, " PMD, &largest, PMD "; " SMWB "=10" },
  { PMD ", " PMD "; " SMWB "=10", &largest, PMD },
  { PMD "; " SMWB "=7, " PMD "; " SNCT, &largest, PMD "; " SNCT },
  { PMD "; unknown, " PMD "; " SMWB ", " PMD "; " CMWB "=11", &largest, PMD "; " CMWB "=11" },
  /* A declined offer leaves no trace. */
  { PMD "; " SNCT "; " CMWB "=9; unknown, " PMD, &largest, PMD },

  /* Declined. */
  { NULL, &largest, NULL },
  { "foo", &largest, NULL },
  { "foo; " SNCT ", bar", &largest, NULL },
  { "Permessage-Deflate", &largest, NULL },
  { "permessage-deflat", &largest, NULL },
  { "permessage-deflate2", &largest, NULL },
  { PMD "; Server_no_context_takeover", &largest, NULL },
  { PMD "; " SNCT "; " SNCT, &largest, NULL },
  { PMD "; " CMWB "; " CMWB "=10", &largest, NULL },
  { PMD "; " SMWB "=10; " SMWB "=10", &largest, NULL },
  { PMD "; " SNCT "=1", &largest, NULL },
  { PMD "; " CNCT "=true", &largest, NULL },
  { PMD "; " SMWB, &largest, NULL },
  { PMD "; __proto__", &largest, NULL },
  { PMD "; constructor=15", &largest, NULL },
  { "__proto__, toString; " SNCT, &largest, NULL },
};

static void
test_cases (void)
{
  g_test_summary ("Offers are accepted or declined by the rules of RFC 7692 §7.1.");

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      WsDeflateParameters parameters;
      g_autofree char    *answer = NULL;
      const char         *fault = NULL;

      g_test_message ("%s", cases[i].offers);
      g_assert_cmpint (ws_deflate_negotiate (cases[i].offers, cases[i].policy, &parameters, &answer,
                                             &fault),
                       ==, cases[i].answer != NULL ? WS_DEFLATE_ACCEPTED : WS_DEFLATE_DECLINED);
      g_assert_cmpstr (answer, ==, cases[i].answer);
      g_assert_null (fault);
    }
}

static void
test_malformed (void)
{
  static const char *const fields[] = {
    PMD ";",
    PMD ", a b",
    PMD "; " SMWB "=",
    PMD "; " SMWB "=\"\"",
    PMD "=1",
    PMD "; " SMWB "=10, ;",
    PMD "; " SMWB "=\"10",
    PMD "; " SMWB "=\"1 0\"",
    "a; b=c/d, " PMD,
  };

  g_test_summary ("A malformed field is malformed even after an acceptable offer.");

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      WsDeflateParameters parameters = { .client_max_window_bits = 77 };
      char               *answer = NULL;
      const char         *fault = NULL;

      g_test_message ("%s", fields[i]);
      g_assert_cmpint (ws_deflate_negotiate (fields[i], &largest, &parameters, &answer, &fault),
                       ==, WS_DEFLATE_MALFORMED);
      g_assert_null (answer);
      g_assert_cmpstr (fault, !=, "");
      g_assert_cmpuint (parameters.client_max_window_bits, ==, 77);
    }
}

/* --- all combinations ------------------------------------------------------------------------ */

/* A value of *_max_window_bits: its text and its meaning; 0 means that it is not a valid value. */
typedef struct
{
  const char *text;
  guint       bits;
} Value;

static const Value values[] = {
  { NULL, 15 }, /* the parameter is missing */
  { "", 0 },    /* it has no value */
  { "=8", 8 },
  { "=9", 9 },
  { "=10", 10 },
  { "=11", 11 },
  { "=12", 12 },
  { "=13", 13 },
  { "=14", 14 },
  { "=15", 15 },
  { "=\"8\"", 8 },
  { "=\"15\"", 15 },
  { "=\"\\1\\3\"", 13 },
  { "=0", 0 },
  { "=1", 0 },
  { "=7", 0 },
  { "=16", 0 },
  { "=17", 0 },
  { "=20", 0 },
  { "=08", 0 },
  { "=015", 0 },
  { "=150", 0 },
  { "=+9", 0 },
  { "=-9", 0 },
  { "=9.", 0 },
  { "=0x9", 0 },
  { "=ten", 0 },
  { "=\"16\"", 0 },
  { "=4294967305", 0 },
  { "=18446744073709551625", 0 },
};

/* The text of a parameter that takes no value, and whether it is valid. */
static const Value flags[] = {
  { NULL, 0 },
  { "", 1 },
  { "=1", 2 },
  { "=\"x\"", 2 },
};

static void
append_parameter (GString     *offer,
                  const char  *name,
                  const Value *value)
{
  if (value->text != NULL)
    g_string_append_printf (offer, "; %s%s", name, value->text);
}

static void
check_offer (const char                *offer,
             const WsDeflatePolicy     *policy,
             const WsDeflateParameters *expected)
{
  WsDeflateParameters    parameters = { 0 };
  g_autofree char       *answer = NULL;
  const char            *fault;
  const WsDeflateVerdict verdict =
      ws_deflate_negotiate (offer, policy, &parameters, &answer, &fault);

  if (expected == NULL)
    {
      g_assert_cmpint (verdict, ==, WS_DEFLATE_DECLINED);
      g_assert_null (answer);
      return;
    }

  g_assert_cmpint (verdict, ==, WS_DEFLATE_ACCEPTED);
  g_assert_cmpint (parameters.server_no_context_takeover, ==, expected->server_no_context_takeover);
  g_assert_cmpint (parameters.client_no_context_takeover, ==, expected->client_no_context_takeover);
  g_assert_cmpuint (parameters.server_max_window_bits, ==, expected->server_max_window_bits);
  g_assert_cmpuint (parameters.client_max_window_bits, ==, expected->client_max_window_bits);

  /* The response agrees: it has server_max_window_bits if the client requested it, and
   * client_max_window_bits only if the client offered it. */
  g_assert_true ((strstr (answer, SNCT) != NULL) == expected->server_no_context_takeover);
  g_assert_true ((strstr (answer, CNCT) != NULL) == expected->client_no_context_takeover);
  g_assert_true (strstr (answer, SMWB) != NULL || strstr (offer, SMWB) == NULL);
  g_assert_true (strstr (answer, CMWB) == NULL || strstr (offer, CMWB) != NULL);
  g_assert_true (strstr (answer, SMWB) != NULL || expected->server_max_window_bits == 15);
  g_assert_true (strstr (answer, CMWB) != NULL || expected->client_max_window_bits == 15);
}

static void
check_combination (const Value           *server_bits,
                   const Value           *client_bits,
                   const Value           *server_flag,
                   const Value           *client_flag,
                   const WsDeflatePolicy *policy)
{
  const gboolean has_client_bits = client_bits->text != NULL;
  const gboolean is_bare = has_client_bits && *client_bits->text == '\0';
  const guint    client_says = is_bare ? 15 : client_bits->bits;
  const gboolean is_good = server_bits->bits != 0 && client_says != 0 && server_flag->bits != 2 &&
                           client_flag->bits != 2;
  const WsDeflateParameters expected = {
    .server_no_context_takeover = policy->no_context_takeover || server_flag->bits == 1,
    .client_no_context_takeover = policy->no_context_takeover || client_flag->bits == 1,
    .server_max_window_bits = (guint8) MIN (server_bits->bits, policy->max_window_bits),
    .client_max_window_bits =
        (guint8) (has_client_bits ? MIN (client_says, policy->max_window_bits) : 15),
  };
  g_autoptr (GString) offer = g_string_new (PMD);
  g_autofree char *second = NULL;

  append_parameter (offer, SMWB, server_bits);
  append_parameter (offer, CNCT, client_flag);
  append_parameter (offer, CMWB, client_bits);
  append_parameter (offer, SNCT, server_flag);

  check_offer (offer->str, policy, is_good ? &expected : NULL);

  /* After offers of other extensions. */
  second = g_strconcat ("other; " SNCT ", " PMD "; x, ,", offer->str, NULL);
  check_offer (second, policy, is_good ? &expected : NULL);
}

static void
test_matrix (void)
{
  static const WsDeflatePolicy *const policies[] = { &largest, &ten, &frugal };

  g_test_summary ("All four parameters are negotiated with every kind of value, under three policies.");

  for (gsize s = 0; s < G_N_ELEMENTS (values); s++)
    for (gsize c = 0; c < G_N_ELEMENTS (values); c++)
      for (gsize f = 0; f < G_N_ELEMENTS (flags) * G_N_ELEMENTS (flags); f++)
        for (gsize p = 0; p < G_N_ELEMENTS (policies); p++)
          check_combination (&values[s], &values[c], &flags[f % G_N_ELEMENTS (flags)],
                             &flags[f / G_N_ELEMENTS (flags)], policies[p]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/protocol/deflate-parameters/negotiate/cases", test_cases);
  g_test_add_func ("/unit/protocol/deflate-parameters/negotiate/malformed", test_malformed);
  g_test_add_func ("/unit/protocol/deflate-parameters/negotiate/matrix", test_matrix);

  return g_test_run ();
}

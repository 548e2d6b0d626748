/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "echo-flow.h"

#define BLOCK_BYTES 65536
#define MAX_BLOCKS_BEFORE_REFUSAL 4096
#define KEY "echo-flow"

typedef struct
{
  WsConnection *connection; /* it owns this */
  GChecksum    *checksum;   /* of the blocks accepted so far */
  GRand        *rand;
  GBytes       *block; /* refused before, to be sent next; or NULL */
  guint         n_blocks;
  guint         n_remaining;
  guint         n_after_refusal; /* more than 0: the first refusal sets n_remaining to it */
  guint         n_refusals;
  guint         n_readies;
  gboolean      is_done;
} Flow;

static void
flow_free (Flow *flow)
{
  g_checksum_free (flow->checksum);
  g_rand_free (flow->rand);
  g_clear_pointer (&flow->block, g_bytes_unref);
  g_free (flow);
}

static GBytes *
make_block (Flow *flow)
{
  guint32 *block = g_malloc (BLOCK_BYTES);

  block[0] = GUINT32_TO_BE (flow->n_blocks);
  for (gsize i = 1; i < BLOCK_BYTES / sizeof *block; i++)
    block[i] = g_rand_int (flow->rand);

  return g_bytes_new_take (block, BLOCK_BYTES);
}

/* Whether a send was taken. A refused one is counted; any other failure is told and ends the flow. */
static gboolean
judge_send (Flow    *flow,
            gboolean is_sent,
            GError  *error)
{
  if (is_sent)
    return TRUE;

  if (!g_error_matches (error, WS_ERROR, WS_ERROR_WOULD_BLOCK))
    {
      g_printerr ("flow: %s\n", error->message);
      flow->is_done = TRUE;
      return FALSE;
    }

  flow->n_refusals++;
  if (flow->n_after_refusal > 0)
    {
      flow->n_remaining = flow->n_after_refusal;
      flow->n_after_refusal = 0;
    }
  return FALSE;
}

static gboolean
send_block (Flow *flow)
{
  g_autoptr (GError) error = NULL;
  gboolean is_sent;

  if (flow->block == NULL)
    flow->block = make_block (flow);

  is_sent = ws_connection_send_bytes (flow->connection, flow->block, &error);
  if (!judge_send (flow, is_sent, error))
    return FALSE;

  g_checksum_update (flow->checksum, g_bytes_get_data (flow->block, NULL), BLOCK_BYTES);
  g_clear_pointer (&flow->block, g_bytes_unref);
  flow->n_blocks++;
  flow->n_remaining--;
  return TRUE;
}

static void
send_end (Flow *flow)
{
  g_autoptr (GChecksum) checksum = g_checksum_copy (flow->checksum);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  text = g_strdup_printf ("done %u %u %u %s", flow->n_blocks, flow->n_refusals, flow->n_readies,
                          g_checksum_get_string (checksum));
  if (judge_send (flow, ws_connection_send_text (flow->connection, text, &error), error))
    flow->is_done = TRUE;
}

static void
run (Flow *flow)
{
  while (flow->n_remaining > 0)
    if (!send_block (flow))
      return;

  send_end (flow);
}

/* Sends n_blocks, or as many as it takes to be refused and then n_blocks more. */
void
echo_flow_start (WsConnection *connection,
                 guint         n_blocks,
                 gboolean      after_refusal)
{
  Flow *flow = g_new0 (Flow, 1);

  flow->connection = connection;
  flow->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  flow->rand = g_rand_new_with_seed (7692);
  flow->n_remaining = after_refusal ? MAX_BLOCKS_BEFORE_REFUSAL : n_blocks;
  flow->n_after_refusal = after_refusal ? n_blocks : 0;
  g_object_set_data_full (G_OBJECT (connection), KEY, flow, (GDestroyNotify) flow_free);
  run (flow);
}

/* For ready-to-send, which also comes when a connection opens. */
void
echo_flow_resume (WsConnection *connection)
{
  Flow *flow = g_object_get_data (G_OBJECT (connection), KEY);

  if (flow == NULL || flow->is_done)
    return;

  flow->n_readies++;
  run (flow);
}

/* "BLOCKS REFUSALS QUEUE": accepted so far, refused so far, bytes that wait to be sent. */
char *
echo_flow_report (WsConnection *connection)
{
  Flow *flow = g_object_get_data (G_OBJECT (connection), KEY);

  return g_strdup_printf ("%u %u %" G_GUINT64_FORMAT, flow->n_blocks, flow->n_refusals,
                          ws_connection_get_send_queue_length (connection));
}

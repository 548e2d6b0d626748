/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wsserver/wsserver.h>

G_BEGIN_DECLS

/* What one connection is sent on request: blocks of 65536 bytes that no compression makes smaller,
 * each headed by its number in 4 bytes, big-endian. The text message behind the last one is
 * "done BLOCKS REFUSALS READIES SHA256": how many blocks, how often a send was refused with 10035,
 * how often ready-to-send came after that, and the digest of all blocks in order. */

void  echo_flow_start (WsConnection *connection,
                       guint         n_blocks,
                       gboolean      after_refusal);
void  echo_flow_resume (WsConnection *connection);
char *echo_flow_report (WsConnection *connection);

G_END_DECLS

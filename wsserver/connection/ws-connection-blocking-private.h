/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-send-job-private.h"

G_BEGIN_DECLS

gboolean ws_connection_check_can_block (WsConnection *self,
                                        GError      **error);
/* Blocks, iterating the main context, until the job is finished, the connection's timeout passes
 * without progress, or it is interrupted. */
gboolean ws_connection_wait_for_job (WsConnection *self,
                                     WsSendJob    *job,
                                     GError      **error);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/topics/ws-publish-result.h"

G_BEGIN_DECLS

/* Takes the position, which may be NULL. */
WsPublishResult *ws_publish_result_new (char            *position,
                                        guint            n_local,
                                        guint            n_skipped,
                                        WsPublishOutcome outcome);

G_END_DECLS

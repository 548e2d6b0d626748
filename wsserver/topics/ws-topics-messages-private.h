/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/topics/ws-topics-private.h"

G_BEGIN_DECLS

/* Starts the engine and listens to it. */
void ws_topics_start_engine (WsTopics *self);
void ws_topics_stop_engine (WsTopics *self);

/* A message of a topic, whose name was checked, is here: it is kept, delivered and emitted. */
void ws_topics_take_message (WsTopics   *self,
                             const char *topic,
                             WsOpcode    opcode,
                             GBytes     *data,
                             const char *position);

G_END_DECLS

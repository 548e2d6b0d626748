/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wsserver/wsserver.h>

/* The messages that the chat sends. A message is a JSON object that stays open until
 * demo_message_take () closes it, so that members can be appended. */

GString *demo_message_new (const char *type);
GString *demo_message_new_event (const char *type,
                                 const char *id,
                                 const char *name);

GBytes *demo_message_take (GString *message);

void demo_message_send (WsConnection *connection,
                        GBytes       *message);
void demo_message_send_error (WsConnection *connection,
                              const char   *text);

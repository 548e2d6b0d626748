/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wsserver/wsserver.h>

#include "ws-test-client.h"

G_BEGIN_DECLS

/* A thread that sends texts "NUMBER SEQUENCE" to several connections, and counts what became of them. */
typedef struct
{
  guint          number;
  guint          n_messages; /* to each connection; 0: until it has been told SENDING once for each */
  gboolean       asks;       /* with a callback, in a context of its own */
  WsConnection **connections;
  guint          n_connections;
  guint          n_sent;
  guint          n_closed; /* WS_ERROR_SENDING */
  guint          n_full;   /* WS_ERROR_WOULD_BLOCK */
  guint          n_others;
  GThread       *thread;
  GThread       *self;    /* the same, as the thread itself knows it */
  gint           started; /* atomic */
} WsTestSender;

void ws_test_sender_start (WsTestSender  *sender,
                           guint          number,
                           WsConnection **connections,
                           guint          n_connections,
                           guint          n_messages,
                           gboolean       asks);
void ws_test_sender_join (WsTestSender *sender);

/* Counts a message's end. */
void  ws_test_sender_count (WsTestSender *sender,
                            GError       *error);
guint ws_test_sender_get_n_told (WsTestSender *sender);

/* Reads what so many senders have sent to a client, each in order. */
void ws_test_senders_assert_order (WsTestClient *client,
                                   guint         n_senders,
                                   guint         n_messages);

G_END_DECLS

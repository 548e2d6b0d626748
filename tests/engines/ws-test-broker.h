/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A server of another project, started by a test on a free port of 127.0.0.1. It ends with the test program.
 */
typedef struct
{
  GPid    pid; /* 0: not running */
  guint16 port;
  char   *folder;
  char  **arguments; /* of which the first is the program */
} WsTestBroker;

/* A port that is free now. */
guint16 ws_test_find_port (void);

/* Whether the program is there; else skips the test. */
gboolean ws_test_broker_is_there (const char *program);

/* Takes arguments. Does not start the program. */
WsTestBroker *ws_test_broker_new (guint16 port,
                                  char   *folder,
                                  char  **arguments);
/* Starts the program, and waits until it accepts connections. */
void ws_test_broker_start (WsTestBroker *self);
/* Sends a signal to the program. */
void ws_test_broker_signal (WsTestBroker *self,
                            int           number);
/* Ends the program at once and waits for its end. */
void ws_test_broker_kill (WsTestBroker *self);
void ws_test_broker_free (WsTestBroker *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTestBroker, ws_test_broker_free)

/* What an engine has emitted, as a line each: "state 2", "message TOPIC TEXT", "subscribed TOPIC",
 * "gap TOPIC" and "error CODE". Messages longer than 40 bytes are shown by their length and checksum. */
typedef struct
{
  GObject *engine;
  GString *seen;
  GString *texts; /* of errors and gaps */
  guint    n_messages;
  guint    n_subscribed;
  guint    n_gaps;
  guint    n_errors;
} WsTestRecord;

WsTestRecord *ws_test_record_new (gpointer engine);
/* Drops the engine as well, which has to be finalized then. */
void ws_test_record_free (WsTestRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsTestRecord, ws_test_record_free)

/* Watches how long the main loop takes from one turn to the next. */
typedef struct
{
  GSource *source;
  gint64   last;
  gint64   longest_us;
} WsTestGapWatch;

void ws_test_gap_watch_begin (WsTestGapWatch *self);
void ws_test_gap_watch_end (WsTestGapWatch *self);

/* Runs the main loop for a time. */
void ws_test_run_ms (guint ms);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *what;
  const char *file;
  const char *function;
  GSource    *source;
  int         line;
  gboolean    passed;
} WsTestDeadline;

void ws_test_deadline_begin (WsTestDeadline *deadline,
                             const char     *what,
                             const char     *file,
                             int             line,
                             const char     *function);
void ws_test_deadline_iterate (WsTestDeadline *deadline);
void ws_test_deadline_end (WsTestDeadline *deadline);

/* Iterates the thread's main context until the expression is true; fails the test when it is
 * still false at the deadline. */
#define ws_test_wait_until(expression)                                             \
 G_STMT_START                                                                      \
 {                                                                                 \
  WsTestDeadline deadline_;                                                        \
                                                                                   \
  ws_test_deadline_begin (&deadline_, #expression, __FILE__, __LINE__, G_STRFUNC); \
  while (!(expression))                                                            \
   ws_test_deadline_iterate (&deadline_);                                          \
  ws_test_deadline_end (&deadline_);                                               \
 }                                                                                 \
 G_STMT_END

/* Dispatches what is ready, until nothing is; fails the test when that never happens. Returns the
 * number of iterations that dispatched something. */
guint ws_test_settle (void);

G_END_DECLS

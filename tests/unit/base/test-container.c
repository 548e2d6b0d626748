/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/base/ws-container-private.h"

typedef struct
{
  int     first;
  guint64 second;
  struct
  {
    char inner;
  } third;
} Outer;

static void
test_member (void)
{
  Outer    outer = { 1, 2, { 3 } };
  gpointer untyped = &outer.second;

  g_test_summary ("The address of a member gives the structure, whatever the member's place and type.");

  g_assert_true (WS_CONTAINER_OF (&outer.first, Outer, first) == &outer);
  g_assert_true (WS_CONTAINER_OF (&outer.second, Outer, second) == &outer);
  g_assert_true (WS_CONTAINER_OF (&outer.third, Outer, third) == &outer);
  g_assert_true (WS_CONTAINER_OF (untyped, Outer, second) == &outer);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/unit/base/container/member", test_member);
  return g_test_run ();
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

/* What WS_FAULTS lists. */
enum
{
  WS_FAULTS_SHORT = 1 << 0,       /* fewer bytes than there are or fit */
  WS_FAULTS_INTERRUPTED = 1 << 1, /* EINTR */
  WS_FAULTS_AGAIN = 1 << 2,       /* EAGAIN although the socket was reported as ready */
  WS_FAULTS_ABORTED = 1 << 3,     /* ECONNABORTED from accept() */
};

/* Groups of calls that a test can let fail. */
typedef enum
{
  WS_FAULTS_READ,
  WS_FAULTS_WRITE,
  WS_FAULTS_ACCEPT,
  WS_FAULTS_N_CALLS,
} WsFaultsCall;

typedef struct
{
  int      error_number;
  unsigned n_calls;
} WsFaultsPlan;

/* Lets the next n_calls of the library's calls fail. A program finds these with dlsym (), because the library
 * is preloaded. */
void     ws_faults_plan (WsFaultsCall call,
                         int          error_number,
                         unsigned     n_calls);
unsigned ws_faults_get_n_injected (void);

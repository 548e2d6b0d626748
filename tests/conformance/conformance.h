/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance-peer.h"
#include "ws-test-server.h"

G_BEGIN_DECLS

/* One row of a table. README.md says how input and expected are written. */
typedef struct
{
  const char *id; /* path below the table's name: "length/126/text" */
  const char *title;
  const char *rfc; /* "6455 5.2" */
  const char *input;
  const char *expected;
  const char *note;     /* where the standard leaves a choice: which is ours, and why; or NULL */
  const char *settings; /* "NAME=VALUE NAME=VALUE" of the server, or NULL */
  const char *offer;    /* value of the client's Sec-WebSocket-Extensions, or NULL */
  const char *answer;   /* value the server must answer to it; NULL: none */
} ConformanceCase;

/* Each table is a program of its own and defines this. */
void conformance_add_cases (void);

/* Adds cases of frames on an open connection; they are copied. group is the table's name. */
void conformance_add (const char            *group,
                      const ConformanceCase *cases,
                      gsize                  n_cases);

/* Adds one case that a generator has made; frees all strings but group and rfc. */
void conformance_add_taken (const char *group,
                            const char *rfc,
                            char       *id,
                            char       *title,
                            char       *input,
                            char       *expected);

/* Adds cases of the opening handshake: input is the request, expected the response. */
void conformance_add_handshakes (const char            *group,
                                 const ConformanceCase *cases,
                                 gsize                  n_cases);

/* "" or the payload in the hexadecimal form of a script; free with g_free(). */
char *conformance_hex (const guint8 *data,
                       gsize         length);

/* --- for the two kinds of runs --- */

/* How the input is cut on its way to the server. */
typedef enum
{
  CONFORMANCE_WHOLE,
  CONFORMANCE_BYTES, /* one by one; the middle of a long input in random pieces */
  CONFORMANCE_CUTS,  /* random pieces */
  CONFORMANCE_N_WAYS,
} ConformanceWay;

/* A server with its settings, kept for all cases that ask for the same. */
typedef struct
{
  WsTestServer *server;
  WsTestClient *witness;      /* its echo is asked for after each run */
  char         *sub_protocol; /* selected for who offers it, or NULL */
  gsize         max_frame_bytes;
} ConformanceServer;

/* One case on one connection, cut in one way. */
typedef struct
{
  const ConformanceCase *row;
  ConformanceServer     *server;
  ConformancePeer       *peer;
  GRand                 *rand;
  GString               *failure; /* empty: none so far */
  ConformanceWay         way;
} ConformanceRun;

typedef void (*ConformanceRunFunc) (ConformanceRun *run);

/* Adds the case and runs it in each way by func. */
void conformance_add_case (const char            *group,
                           const ConformanceCase *row,
                           ConformanceRunFunc     func);

/* Records what went wrong; the run goes on as far as it can. */
void conformance_fail (ConformanceRun *run,
                       const char     *format,
                       ...) G_GNUC_PRINTF (2, 3);

/* Sends in the run's way, letting the server see each piece by itself. */
void conformance_send (ConformanceRun *run,
                       const guint8   *data,
                       gsize           length);

/* Runs the case's frames on a connection that is open, and its end. */
void conformance_run_frames (ConformanceRun *run,
                             const char     *input,
                             const char     *expected);

/* A case of the opening handshake. */
void conformance_run_handshake (ConformanceRun *run);

G_END_DECLS

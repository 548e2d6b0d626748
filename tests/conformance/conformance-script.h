/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance-deflate.h"

G_BEGIN_DECLS

/* The compact form of the tables, see README.md. A mistake in a script ends the program. */

typedef enum
{
  CONFORMANCE_STEP_BYTES, /* the client sends them */
  CONFORMANCE_STEP_HALF_CLOSE,
  CONFORMANCE_STEP_SERVER_SEND,
  CONFORMANCE_STEP_SERVER_CLOSE,
} ConformanceStepType;

typedef struct
{
  ConformanceStepType type;
  GByteArray         *bytes;  /* BYTES, SERVER_SEND; the reason of SERVER_CLOSE, NUL-terminated */
  guint               opcode; /* SERVER_SEND */
  guint               code;   /* SERVER_CLOSE */
} ConformanceStep;

/* A control frame or a whole message that the server sends. */
typedef struct
{
  GByteArray *payload;
  guint       opcode;
  gboolean    compressed;
  gboolean    any_reason; /* of an expected close frame: only the code counts */
} ConformanceMessage;

typedef enum
{
  CONFORMANCE_END_BY_CLIENT, /* still open: the runner goes through a closing handshake */
  CONFORMANCE_END_BY_CLOSE,  /* the last expected message is a close frame */
  CONFORMANCE_END_BY_EOF,    /* the server ends the connection without one */
  CONFORMANCE_END_OPEN,      /* still open and waiting for more: the runner drops it */
} ConformanceEnd;

typedef struct
{
  GPtrArray     *messages; /* ConformanceMessage */
  ConformanceEnd end;
  guint          close_code; /* that the application is told */
} ConformanceExpectation;

ConformanceMessage *conformance_message_new (guint opcode);
void                conformance_message_free (ConformanceMessage *message);

/* deflate may be NULL unless the script has ".z". Returns ConformanceStep. */
GPtrArray *conformance_script_parse_input (const char         *script,
                                           ConformanceDeflate *deflate);

ConformanceExpectation *conformance_script_parse_expected (const char *script);
void                    conformance_expectation_free (ConformanceExpectation *expectation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConformanceExpectation, conformance_expectation_free)

/* Text with %XX for bytes that it cannot hold. */
GByteArray *conformance_unescape (const char *text,
                                  gsize       length);

G_END_DECLS

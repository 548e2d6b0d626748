/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-deflate-parameters-private.h"
#include "wsserver/protocol/ws-role-private.h"

G_BEGIN_DECLS

/* Compression and decompression of message payloads, RFC 7692 §7.2. Each object serves one connection. An
 * object takes only a few bytes until the first compressed message. With context takeover, the connection
 * then owns a zlib stream. Without it, the object borrows a stream from the thread for each message (see
 * ws-deflate-cache-private.h), so an idle connection holds none. */

/* --- compression ----------------------------------------------------------------------------- */

typedef struct _WsDeflater WsDeflater;

struct _WsDeflater
{
  struct z_stream_s *stream; /* NULL before the first message, and between messages without takeover */
  int                level;
  guint              window_bits;
  gboolean           no_context_takeover;

  /* Data was given since the last flush. Otherwise the stream is on a byte boundary between two blocks,
   * where a message can end without a call of zlib. */
  gboolean unflushed;
};

/* How much of the input one call of ws_deflater_compress() has to put out. */
typedef enum
{
  WS_DEFLATE_PART,        /* zlib may keep data back: best if only the size splits the message */
  WS_DEFLATE_FLUSH,       /* the output so far decompresses to all of the input so far */
  WS_DEFLATE_MESSAGE_END, /* as FLUSH, and the message ends */
} WsDeflateEnd;

/* role is the role of this side: a server compresses with the server_* parameters. level is zlib's, 0 to 9,
 * or -1 for its default. */
WsDeflater *ws_deflater_new (const WsDeflateParameters *parameters,
                             WsRole                     role,
                             int                        level);
void        ws_deflater_free (WsDeflater *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsDeflater, ws_deflater_free)

/* Compresses the next length bytes of a message and appends the output to out. length may be 0, and data is
 * then NULL. The first call, and each call after a MESSAGE_END, begins a message. The outputs for one
 * message, in order, are the payloads of its frames; the first frame has RSV1. The four bytes that RFC 7692
 * §7.2.1 removes are not part of the output. PART may append nothing. MESSAGE_END appends at least one byte.
 *
 * The output of one call must fit a GByteArray (4 GiB), so the input of one call is at most
 * WS_DEFLATE_MAX_INPUT_BYTES. */
#define WS_DEFLATE_MAX_INPUT_BYTES ((gsize) 1 << 30)
void ws_deflater_compress (WsDeflater   *self,
                           const guint8 *data,
                           gsize         length,
                           WsDeflateEnd  end,
                           GByteArray   *out);

/* Drops an unfinished message and the zlib stream, because the connection is ending. The next call of
 * ws_deflater_compress() would begin a message without context. */
void ws_deflater_reset (WsDeflater *self);

/* Two deflaters of the same kind can send the same compressed bytes. */
typedef struct
{
  guint window_bits; /* the smallest window that makes a difference for this message */
  int   level;
} WsDeflateKind;

/* Returns the kind of the deflater for a message of this length. A back reference is never longer than the
 * message, so most windows are equal for a short message. */
WsDeflateKind ws_deflater_get_kind (const WsDeflater *self,
                                    gsize             length);

/* Compresses a whole message without any context and appends the output. The message has at most
 * WS_DEFLATE_MAX_INPUT_BYTES. The output is that of a new deflater of this kind. Every peer whose window is
 * at least as large can decompress it, whatever its context.
 *
 * The peer's context then includes the message, but the sender's deflater has not seen it. The caller has to
 * reset that deflater, so that it never refers to earlier data. RFC 7692 §7.2.3.2. */
void ws_deflate_alone (WsDeflateKind kind,
                       const guint8 *data,
                       gsize         length,
                       GByteArray   *out);

/* --- decompression --------------------------------------------------------------------------- */

typedef struct _WsInflater WsInflater;

struct _WsInflater
{
  struct z_stream_s *stream; /* NULL before the first message, and between messages without takeover */
  const char        *fault;
  guint              window_bits;
  guint              tail_used; /* bytes of the tail that zlib has consumed */
  gboolean           no_context_takeover;
  gboolean           in_tail;     /* all bytes of the message itself are consumed */
  gboolean           at_boundary; /* on a byte boundary between two blocks */
};

typedef enum
{
  WS_INFLATE_DRAINED, /* all input is consumed and all of its output is written */
  WS_INFLATE_FULL,    /* the output is full and there may be more: call again with the rest */
  WS_INFLATE_FAILED,  /* the data is invalid; every later call returns this again */
} WsInflateResult;

/* role is the role of this side: a server decompresses with the client_* parameters. */
WsInflater *ws_inflater_new (const WsDeflateParameters *parameters,
                             WsRole                     role);
void        ws_inflater_free (WsInflater *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsInflater, ws_inflater_free)

/* Decompresses the next bytes of a message. It consumes *consumed of the length bytes and writes *produced
 * bytes to output, at most capacity (not 0). message_end marks these bytes as the last of the message. The
 * message is over when such a call returns DRAINED. FULL can be returned when all input is consumed; the
 * rest is then empty.
 *
 * The output does not depend on how input and output are split. There is one exception: a reference beyond
 * the agreed window. zlib detects it only when the data is no longer in the output.
 *
 * A final block (BFINAL) does not end the message: the data after it uses the same window (RFC 7692
 * §7.2.3.4). A message that ends exactly between two blocks is accepted as complete, although the sender
 * should have begun an empty block.
 *
 * FAILED sets the static sentence *fault: the data is invalid, or the message ends inside a block. The
 * output before the fault is valid. */
WsInflateResult ws_inflater_decompress (WsInflater   *self,
                                        const guint8 *data,
                                        gsize         length,
                                        gboolean      message_end,
                                        gsize        *consumed,
                                        guint8       *output,
                                        gsize         capacity,
                                        gsize        *produced,
                                        const char  **fault);

G_END_DECLS

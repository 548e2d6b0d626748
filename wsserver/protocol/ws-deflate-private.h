/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-deflate-parameters-private.h"
#include "wsserver/protocol/ws-role-private.h"

G_BEGIN_DECLS

/* Compression and decompression of message payloads, RFC 7692 §7.2, for one connection each. Both
 * cost some bytes until the first compressed message. With context takeover a zlib stream then
 * belongs to the connection; without, one is borrowed from the thread for the length of a message
 * (see ws-deflate-cache-private.h), so that an idle connection has none. */

/* --- compression ----------------------------------------------------------------------------- */

typedef struct _WsDeflater WsDeflater;

struct _WsDeflater
{
  struct z_stream_s *stream; /* NULL until a message needs it, and between messages without takeover */
  int                level;
  guint              window_bits;
  gboolean           no_context_takeover;

  /* Data was given since the last flush. Else the stream stands on a byte boundary between two
   * blocks, where a message can be ended without zlib. */
  gboolean unflushed;
};

/* How far the output must go with one call of ws_deflater_compress(). */
typedef enum
{
  WS_DEFLATE_PART,        /* zlib may keep some of it back: best for a message cut by size only */
  WS_DEFLATE_FLUSH,       /* all data given so far can be decompressed from what is out */
  WS_DEFLATE_MESSAGE_END, /* the same, and the message is over */
} WsDeflateEnd;

/* role is our own: a server compresses with the parameters named server_*. level is zlib's, 0 to 9,
 * or -1 for its default. */
WsDeflater *ws_deflater_new (const WsDeflateParameters *parameters,
                             WsRole                     role,
                             int                        level);
void        ws_deflater_free (WsDeflater *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsDeflater, ws_deflater_free)

/* Compresses the next length bytes (0 or more; NULL when 0) of a message and appends what comes out
 * to out; the first call and each after a MESSAGE_END begin a message. The pieces of one message,
 * in order, are the payloads of its frames, the first with RSV1; the four bytes that RFC 7692
 * §7.2.1 drops are not there. PART may append nothing; MESSAGE_END appends at least one byte.
 *
 * What is appended in one call must fit a GByteArray (4 GiB), so give at most
 * WS_DEFLATE_MAX_INPUT_BYTES at once. */
#define WS_DEFLATE_MAX_INPUT_BYTES ((gsize) 1 << 30)
void ws_deflater_compress (WsDeflater   *self,
                           const guint8 *data,
                           gsize         length,
                           WsDeflateEnd  end,
                           GByteArray   *out);

/* Drops an unfinished message (the connection is ending) and the zlib stream. The next call of
 * ws_deflater_compress() would begin a message without context. */
void ws_deflater_reset (WsDeflater *self);

/* Two deflaters of one kind can send the same compressed bytes. */
typedef struct
{
  guint window_bits; /* of the smallest window that makes a difference for this message */
  int   level;
} WsDeflateKind;

/* The kind of deflater this is for a message of length: no reference back can be longer, so to a
 * short message most windows are the same. */
WsDeflateKind ws_deflater_get_kind (const WsDeflater *self,
                                    gsize             length);

/* Appends what a deflater of this kind makes of a whole message of at most
 * WS_DEFLATE_MAX_INPUT_BYTES when nothing came before it. Every peer that inflates with at least this
 * window can read it, whatever its context. Afterwards the message belongs to that context, of which the
 * sender's deflater knows nothing. The deflater has to be reset, so that it never refers to what came
 * before. RFC 7692 §7.2.3.2. */
void ws_deflate_alone (WsDeflateKind kind,
                       const guint8 *data,
                       gsize         length,
                       GByteArray   *out);

/* --- decompression --------------------------------------------------------------------------- */

typedef struct _WsInflater WsInflater;

struct _WsInflater
{
  struct z_stream_s *stream; /* NULL until a message needs it, and between messages without takeover */
  const char        *fault;
  guint              window_bits;
  guint              tail_used; /* bytes of the tail that were given to zlib */
  gboolean           no_context_takeover;
  gboolean           in_tail;     /* the message's own bytes are all used */
  gboolean           at_boundary; /* on a byte boundary between two blocks */
};

typedef enum
{
  WS_INFLATE_DRAINED, /* all input is used and all it means is out */
  WS_INFLATE_FULL,    /* the output is full, there may be more: call again with the rest */
  WS_INFLATE_FAILED,  /* the data is bad; repeated by every later call */
} WsInflateResult;

/* role is our own: a server decompresses with the parameters named client_*. */
WsInflater *ws_inflater_new (const WsDeflateParameters *parameters,
                             WsRole                     role);
void        ws_inflater_free (WsInflater *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsInflater, ws_inflater_free)

/* Decompresses the next bytes of a message: uses *consumed of length and writes *produced of at
 * most capacity (not 0) to output. message_end says that the message ends after these bytes; it is
 * over when that call answers DRAINED. The output of a stream does not depend on how input and
 * output are cut (unless it refers back beyond the agreed window, which zlib finds only when what
 * it refers to is no longer in the output). FULL may come with all input used; the rest is then
 * empty.
 *
 * A final block (BFINAL) is not the end, RFC 7692 §7.2.3.4: what follows goes on with the same
 * window. A message that ends exactly between two blocks is taken as whole, though its sender
 * should have written the beginning of an empty block. FAILED sets *fault, a static sentence:
 * invalid data, or a message that ends inside a block; what was produced before it counts. */
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

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-close-private.h"
#include "wsserver/protocol/ws-deflate-private.h"
#include "wsserver/protocol/ws-frame-private.h"
#include "wsserver/protocol/ws-limits-private.h"
#include "wsserver/protocol/ws-role-private.h"
#include "wsserver/protocol/ws-utf8-private.h"

G_BEGIN_DECLS

typedef enum
{
  WS_PROTOCOL_EVENT_DATA, /* a part of a message, possibly empty */
  WS_PROTOCOL_EVENT_PING,
  WS_PROTOCOL_EVENT_PONG,
  WS_PROTOCOL_EVENT_CLOSE,
} WsProtocolEventType;

/* The result of one call of ws_protocol_receive(). The spans point into the caller's input or into memory of
 * the protocol. They are valid until the next call on the same protocol, ws_protocol_release_event() or
 * ws_protocol_clear(). Calls on other protocols do not affect them. */
typedef struct
{
  WsProtocolEventType type;
  /* Unmasked and decompressed payload. For CLOSE: the reason (UTF-8, not NUL-terminated). */
  guint8 *data;
  gsize   length;

  /* DATA only */
  WsOpcode opcode;        /* TEXT or BINARY, on every part of the message */
  gboolean message_begin; /* first part of its message */
  gboolean message_end;   /* last part of its message */
  gboolean frame_begin;   /* first part of its frame */
  gboolean frame_end;     /* last part of its frame */
  gboolean compressed;    /* on every part of the message. RFC 7692 §6 */

  /* Payload bytes of this frame that follow this event; 0 exactly at frame_end. In a compressed frame they
   * are bytes on the wire, and the number of bytes that they decompress to is unknown. */
  guint64 frame_remaining;

  /* CLOSE: the peer's code, or 1005. After FAILED: the code to close with. */
  guint close_code;
  /* After FAILED: a static sentence about the fault. */
  const char *fault;
} WsProtocolEvent;

/* The receiving half of RFC 6455 for one open connection: bytes in, events out. The struct is embedded in
 * its owner. Its fields are private to ws-protocol.c. Between messages it owns memory in two cases only. One
 * is the inflater (see there), after the first compressed message. The other is the memory of the last
 * event: a control frame that arrived in pieces, or decompressed payload. */
typedef struct
{
  guint64 max_message_bytes;
  /* Bytes of this message, announced by its frame headers or decompressed. Never over the limit. */
  guint64         message_bytes;
  guint64         frame_remaining; /* payload bytes of the open data frame that have not been received */
  guint32         max_fragments;   /* 0: no limit */
  guint32         n_fragments;     /* frames of this message so far */
  guint8         *partial;         /* incomplete header or control frame, or NULL */
  const char     *fault;           /* fault of every later call; NULL before the first */
  WsInflater     *inflater;        /* NULL until the first compressed message */
  guint8         *output;          /* decompressed payload of the last event, or NULL */
  gsize           mask_offset;
  WsUtf8Validator utf8;
  guint8          masking_key[4];
  guint8          partial_length;
  guint8          message_opcode; /* CONTINUATION outside a message. RFC 6455 §5.4 */
  guint           role : 1;
  guint           in_frame : 1;
  guint           frame_fin : 1;
  guint           message_started : 1; /* a part of the message was reported */
  guint           frame_started : 1;
  guint           closed : 1;       /* close received: later input is ignored. RFC 6455 §1.4 */
  guint           event_memory : 1; /* the last event points into partial or output */
  guint           deflate : 1;      /* permessage-deflate was agreed */
  guint           compressed : 1;   /* the current message is compressed */
  /* The first byte of the next payload is decompressed already, and more output of it is pending. */
  guint   byte_held : 1;
  guint16 failure_code;

  WsDeflateParameters parameters; /* when deflate is set */
} WsProtocol;

void ws_protocol_init (WsProtocol     *self,
                       WsRole          role,
                       const WsLimits *limits);
void ws_protocol_clear (WsProtocol *self);

/* Enables compressed messages: RSV1 marks them from now on, RFC 7692 §6. Without this call RSV1 is a 1002.
 * The call has to come before the first ws_protocol_receive(). */
void ws_protocol_set_deflate (WsProtocol                *self,
                              const WsDeflateParameters *parameters);

/* Takes bytes and reports the next event. The bytes are unmasked in place.
 *
 * DONE: *event is set and *consumed bytes are consumed. The caller calls again with the rest. The rest may
 * be empty: the result is then NEED_MORE, unless more is pending.
 *
 * NEED_MORE: all bytes are consumed (*consumed == length). An incomplete header or control frame is kept
 * inside. Payload of a data frame is never kept: each part is reported at once in a DATA event.
 *
 * FAILED: event->close_code and event->fault give the reason, and *consumed is length. Every later call
 * fails in the same way.
 *
 * A compressed frame is reported in parts of at most 64 KiB of decompressed payload. One input may give
 * several parts, and some parts consume nothing. The last byte of an input is consumed only when all output
 * of the input is reported. So consumed == length always means that nothing more can be reported without
 * more input. The caller passes the bytes that were not consumed again, as they are then, at any address.
 *
 * A frame that would bring the message over the limit fails with 1009 at its header. A compressed message
 * fails as soon as its output is over the limit, or at a frame header that announces much more than the
 * limit. Invalid compressed data is 1007. A text message fails with 1007 at the first byte that cannot be
 * UTF-8. After a CLOSE event all input is consumed and ignored. These are 1002: reserved bits, a wrong mask
 * bit, a continuation outside a message, a new message inside another. */
WsParseResult ws_protocol_receive (WsProtocol      *self,
                                   guint8          *data,
                                   gsize            length,
                                   gsize           *consumed,
                                   WsProtocolEvent *event);

/* Releases the memory that the last event points to, if any: 64 KiB after compressed data. The next
 * ws_protocol_receive() does the same. A caller that has processed the last event of an input calls this, so
 * that an idle connection does not keep the memory. */
void ws_protocol_release_event (WsProtocol *self);

/* Returns the number of payload bytes of the current data frame that have not been received. A reader may
 * read this many bytes straight into the memory of the message before it calls ws_protocol_receive() on
 * them. 0 between frames and in a compressed frame. */
guint64 ws_protocol_get_frame_remaining (const WsProtocol *self);

G_END_DECLS

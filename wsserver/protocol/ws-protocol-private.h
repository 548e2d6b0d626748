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

/* What one call of ws_protocol_receive() found. The spans point into the caller's input or into
 * the protocol's own memory and are valid until the next call on the same protocol, whatever is
 * received on others meanwhile, or until ws_protocol_release_event() or ws_protocol_clear(). */
typedef struct
{
  WsProtocolEventType type;
  /* Unmasked and decompressed payload; for CLOSE the reason (UTF-8, not NUL-terminated). */
  guint8 *data;
  gsize   length;

  /* DATA only */
  WsOpcode opcode;        /* TEXT or BINARY, on every part of the message */
  gboolean message_begin; /* first part of its message */
  gboolean message_end;   /* last part of its message */
  gboolean frame_begin;   /* first part of its frame */
  gboolean frame_end;     /* last part of its frame */
  gboolean compressed;    /* on every part of the message. RFC 7692 §6 */

  /* Payload of this frame still to come, 0 exactly at frame_end; of a compressed one in bytes as
   * they are on the wire, which says nothing about how many will come out of them. */
  guint64 frame_remaining;

  /* CLOSE: the peer's code, or 1005. After FAILED: the code to close with. */
  guint close_code;
  /* After FAILED: static sentence naming the fault. */
  const char *fault;
} WsProtocolEvent;

/* The receiving half of RFC 6455 for one open connection: bytes in, events out. Embedded in its
 * owner; fields are private to ws-protocol.c. Between messages it owns no memory, save for the
 * inflater (see there) once a compressed message has come, and what the last event points to: a
 * control frame which came in pieces, or decompressed payload. */
typedef struct
{
  guint64 max_message_bytes;
  /* Announced by this message's frames, or decompressed of it; never over the limit. */
  guint64         message_bytes;
  guint64         frame_remaining; /* payload bytes of the open data frame not yet received */
  guint8         *partial;         /* cut header or control frame; NULL when none */
  const char     *fault;           /* of the failure that is repeated; NULL before it */
  WsInflater     *inflater;        /* NULL until the first compressed message */
  guint8         *output;          /* decompressed payload of the last event; NULL when none */
  gsize           mask_offset;
  WsUtf8Validator utf8;
  guint8          masking_key[4];
  guint8          partial_length;
  guint8          message_opcode; /* CONTINUATION when no message is under way. RFC 6455 §5.4 */
  guint           role : 1;
  guint           in_frame : 1;
  guint           frame_fin : 1;
  guint           message_started : 1; /* a part of it was reported */
  guint           frame_started : 1;
  guint           closed : 1;       /* close received: what follows is ignored. RFC 6455 §1.4 */
  guint           event_memory : 1; /* the last event points into partial or output */
  guint           deflate : 1;      /* permessage-deflate was agreed */
  guint           compressed : 1;   /* the message under way is */
  /* The first byte of the next payload is decompressed already, with more of it to come out. */
  guint   byte_held : 1;
  guint16 failure_code;

  WsDeflateParameters parameters; /* when deflate is set */
} WsProtocol;

void ws_protocol_init (WsProtocol     *self,
                       WsRole          role,
                       const WsLimits *limits);
void ws_protocol_clear (WsProtocol *self);

/* Makes RSV1 mean a compressed message from now on, RFC 7692 §6; before, it is 1002. To be called
 * before the first ws_protocol_receive(). */
void ws_protocol_set_deflate (WsProtocol                *self,
                              const WsDeflateParameters *parameters);

/* Takes bytes (modified in place: unmasked) and reports the next event.
 *
 * DONE: *event is filled and *consumed bytes are used up; call again with the rest (also when the
 *   rest is empty only if there may be more: it answers NEED_MORE then).
 * NEED_MORE: all of length is used up (*consumed == length); a cut header or control frame is kept
 *   inside. Data payload is reported as it comes, in DATA events, never kept.
 * FAILED: event->close_code and event->fault say why, *consumed is length; sticky: every later
 *   call fails the same way.
 *
 * A compressed frame is reported in parts of at most 64 KiB after decompression; there may be
 * several for one input, and some of them consume nothing. But the last byte of an input is not
 * consumed before all that comes out of it is reported: consumed == length means, as always, that
 * there is nothing more to report without more input. Give the bytes that were not consumed as they
 * are then, at any address.
 *
 * A frame whose payload would bring the message over the limit fails with 1009 at its header, a
 * compressed message as soon as more than the limit comes out of it (a compressed frame that
 * announces much more than the limit at its header). Bad compressed data is 1007. A text message
 * fails with 1007 at the first byte that cannot be UTF-8. After a CLOSE event all
 * input is used up and ignored. Reserved bits, a wrong mask bit, a continuation without a message
 * and a new message inside another are 1002. */
WsParseResult ws_protocol_receive (WsProtocol      *self,
                                   guint8          *data,
                                   gsize            length,
                                   gsize           *consumed,
                                   WsProtocolEvent *event);

/* Gives back the memory that the last event points to, if it has some: 64 KiB after compressed
 * data. The next ws_protocol_receive() does the same; so call it when the last event of an input is
 * done with, lest an idle connection keeps it. */
void ws_protocol_release_event (WsProtocol *self);

/* Payload bytes of the data frame under way that have not been received: how much a reader may
 * read straight into the message's own memory before calling ws_protocol_receive() on it. 0
 * between frames, and in a compressed frame. */
guint64 ws_protocol_get_frame_remaining (const WsProtocol *self);

G_END_DECLS

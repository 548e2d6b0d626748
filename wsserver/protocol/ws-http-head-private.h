/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-limits-private.h"
#include "wsserver/protocol/ws-parse-private.h"

G_BEGIN_DECLS

/* A request head, RFC 9112 §2-§5, taken strictly: CRLF line ends only, no obsolete folding, no
 * space before the colon, token names, no control bytes in values. One allocation holds the text;
 * the fields are spans of it. */
typedef struct _WsHttpHead WsHttpHead;

/* Where a scan of bytes that are still arriving stands; zero-initialised is ready to use. Makes
 * the search for the end of the head linear however the bytes are cut. */
typedef struct
{
  gsize scanned;    /* bytes already looked at */
  gsize line_start; /* offset of the line under way */
  guint n_lines;    /* complete lines before it, without an empty one at the start */
} WsHttpHeadScanner;

/* Looks at data[scanner->scanned .. length): data is all that has arrived of the head so far.
 * DONE sets *head_length (up to and with the empty line). FAILED sets *status (400 for a byte that
 * no head can hold or an empty first line, 414, 431) and *fault, a static sentence; it comes as
 * early as the bytes allow. One empty line before the request line is ignored. RFC 9112 §2.2. */
WsParseResult ws_http_head_scan (WsHttpHeadScanner *scanner,
                                 const WsLimits    *limits,
                                 const guint8      *data,
                                 gsize              length,
                                 gsize             *head_length,
                                 guint             *status,
                                 const char       **fault);

/* Parses a complete head as found by ws_http_head_scan(). NULL sets *status and *fault. */
WsHttpHead *ws_http_head_parse (const guint8 *data,
                                gsize         head_length,
                                guint        *status,
                                const char  **fault);
WsHttpHead *ws_http_head_ref (WsHttpHead *head);
void        ws_http_head_unref (WsHttpHead *head);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsHttpHead, ws_http_head_unref)

/* NUL-terminated, owned by the head. */
const char *ws_http_head_get_method (const WsHttpHead *head);
const char *ws_http_head_get_target (const WsHttpHead *head);
/* Path and query of the target, whether it is in origin form or in absolute form. */
const char *ws_http_head_get_path (const WsHttpHead *head);
/* Host and port that the request is for, or NULL: those of a target in absolute form, else those of the
 * Host field. RFC 9112 §3.2.2. */
const char *ws_http_head_get_host (const WsHttpHead *head);
guint       ws_http_head_get_minor_version (const WsHttpHead *head);

/* The header lines as received, save that a byte which is not UTF-8 is a question mark; each ended
 * by CRLF, without request line and empty line. */
const char *ws_http_head_get_header_text (const WsHttpHead *head);

/* How often the field occurs; name is compared without regard to case. */
guint ws_http_head_count (const WsHttpHead *head,
                          const char       *name);

/* The value of the first such field without surrounding white space, or NULL; owned by the head. */
const char *ws_http_head_get (const WsHttpHead *head,
                              const char       *name);

/* All values of the field joined by ", ", or NULL; free with g_free(). RFC 9110 §5.3. */
char *ws_http_head_get_combined (const WsHttpHead *head,
                                 const char       *name);

/* As ws_http_head_get_combined(), but owned by the head, and the Cookie field is joined by "; ". */
const char *ws_http_head_get_joined (WsHttpHead *head,
                                     const char *name);

/* The elements of the lists of all such fields, without empty ones, joined by ", "; NULL if there is no
 * such field. Free with g_free(). RFC 9110 §5.6.1.2. */
char *ws_http_head_get_list (const WsHttpHead *head,
                             const char       *name);

/* Whether the comma-separated lists of all such fields hold the token (case-insensitive). */
gboolean ws_http_head_has_token (const WsHttpHead *head,
                                 const char       *name,
                                 const char       *token);

/* RFC 9110 §5.6.2: one or more token characters. */
gboolean ws_http_is_token (const char *string);
gboolean ws_http_is_token_span (const char *string,
                                gsize       length);

/* How many token characters the string begins with. */
gsize ws_http_get_token_length (const char *string);

/* Steps through a comma-separated list, RFC 9110 §5.6.1: sets the span of the next element without
 * surrounding white space (it may be empty) and moves *list behind it, to NULL after the last. */
gboolean ws_http_list_next (const char **list,
                            const char **element,
                            gsize       *length);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-limits-private.h"
#include "wsserver/protocol/ws-parse-private.h"

G_BEGIN_DECLS

/* A request head, RFC 9112 §2-§5, parsed strictly: lines end with CRLF only, no obsolete folding, no space
 * before the colon, names are tokens, no control bytes in values. One allocation holds the text; the fields
 * are spans of it. */
typedef struct _WsHttpHead WsHttpHead;

/* The state of a scan while bytes still arrive. A zero-initialised scanner is ready to use. It makes the
 * search for the end of the head linear, however the bytes are split. */
typedef struct
{
  gsize scanned;    /* bytes that have been scanned */
  gsize line_start; /* offset of the current line */
  guint n_lines;    /* complete lines before it, except an empty one at the start */
} WsHttpHeadScanner;

/* Scans data[scanner->scanned .. length). data holds all bytes of the head that have arrived so far. DONE
 * sets *head_length, which includes the empty line. FAILED sets *status and the static sentence *fault, as
 * early as the bytes allow. The status is 400 for an empty first line or a byte that no head can contain,
 * else 414 or 431. One empty line before the request line is ignored. RFC 9112 §2.2. */
WsParseResult ws_http_head_scan (WsHttpHeadScanner *scanner,
                                 const WsLimits    *limits,
                                 const guint8      *data,
                                 gsize              length,
                                 gsize             *head_length,
                                 guint             *status,
                                 const char       **fault);

/* Parses a complete head that ws_http_head_scan() found. NULL sets *status and *fault. */
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
/* Returns the path and query of the target, in origin form or in absolute form. */
const char *ws_http_head_get_path (const WsHttpHead *head);
/* Returns the host and port of the request, or NULL. They come from a target in absolute form, else from the
 * Host field. RFC 9112 §3.2.2. */
const char *ws_http_head_get_host (const WsHttpHead *head);
guint       ws_http_head_get_minor_version (const WsHttpHead *head);

/* Returns the header lines as received, except that each byte that is not UTF-8 becomes a question mark.
 * Each line ends with CRLF. The request line and the empty line are not included. */
const char *ws_http_head_get_header_text (const WsHttpHead *head);

/* Returns the number of fields with this name. The name is case-insensitive. */
guint ws_http_head_count (const WsHttpHead *head,
                          const char       *name);

/* Returns the value of the first such field without surrounding white space, or NULL. The head owns it. */
const char *ws_http_head_get (const WsHttpHead *head,
                              const char       *name);

/* Returns all values of the field joined by ", ", or NULL. Free with g_free(). RFC 9110 §5.3. */
char *ws_http_head_get_combined (const WsHttpHead *head,
                                 const char       *name);

/* As ws_http_head_get_combined(), but the head owns the value, and Cookie fields are joined by "; ". */
const char *ws_http_head_get_joined (WsHttpHead *head,
                                     const char *name);

/* Returns the non-empty elements of the lists of all such fields, joined by ", ". NULL without such a field.
 * Free with g_free(). RFC 9110 §5.6.1.2. */
char *ws_http_head_get_list (const WsHttpHead *head,
                             const char       *name);

/* TRUE if the comma-separated lists of all such fields contain the token (case-insensitive). */
gboolean ws_http_head_has_token (const WsHttpHead *head,
                                 const char       *name,
                                 const char       *token);

/* RFC 9110 §5.6.2: one or more token characters. */
gboolean ws_http_is_token (const char *string);
gboolean ws_http_is_token_span (const char *string,
                                gsize       length);

/* Returns the number of token characters at the start of the string. */
gsize ws_http_get_token_length (const char *string);

/* Iterates over a comma-separated list, RFC 9110 §5.6.1. Sets the span of the next element, without
 * surrounding white space; the span may be empty. Moves *list past the element, or to NULL after the last
 * one. */
gboolean ws_http_list_next (const char **list,
                            const char **element,
                            gsize       *length);

G_END_DECLS

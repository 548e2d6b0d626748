/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The host and port of lists of origins and hosts, as a URL writes them: HOST, HOST:PORT, [IPV6]:PORT. */

/* Returns a sentence about an entry of a list that cannot be taken; reason follows the entry. */
char *ws_host_text_explain (const char *entry,
                            const char *reason);

/* Returns the start of the port with its colon, or the end of the text. A colon inside brackets is part of
 * an IPv6 address. */
char *ws_host_text_find_port (char *authority);

/* Whether text is "", a colon with a port of 1 to 65535, or a pattern. */
gboolean ws_host_text_is_port (const char *text);

/* Returns ":80" for http, ":443" for https, and "" for a scheme without a default port. */
const char *ws_host_text_get_default_port (const char *scheme);

/* Takes a host in lower case and returns the form that browsers send, or NULL if there is none. A pattern
 * with "*" is returned unchanged. */
char *ws_host_text_normalise (const char *host);

G_END_DECLS

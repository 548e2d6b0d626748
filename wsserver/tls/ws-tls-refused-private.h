/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Streams that refuse to be read, written and closed. */
GInputStream  *ws_tls_refused_input_new (void);
GOutputStream *ws_tls_refused_output_new (void);

/* Sets the error that says why, and returns FALSE. */
gboolean ws_tls_refused_set_error (GError **error);

G_END_DECLS

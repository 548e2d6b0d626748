/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Takes the sockets that the service manager has passed to this process, and their variables out of the
 * environment. An array of GSocket, or NULL with the error set. */
GPtrArray *ws_activation_take_sockets (GError **error);

G_END_DECLS

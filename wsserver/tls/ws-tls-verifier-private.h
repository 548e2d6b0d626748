/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/tls/ws-tls-policy-private.h"

G_BEGIN_DECLS

/* A GTlsDatabase that asks the authorities of a policy about clients. GIO's backend would copy a
 * database of its own kind, with all the system's authorities, into each connection. */
GTlsDatabase *ws_tls_verifier_new (WsTlsPolicy *policy);

G_END_DECLS

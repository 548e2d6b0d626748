/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/server/ws-server-private.h"

G_BEGIN_DECLS

typedef enum
{
  WS_SERVER_PROP_CONNECTION_BACKLOG = 1,
  WS_SERVER_PROP_CONNECTIONS,
  WS_SERVER_PROP_DEFAULT_TIMEOUT,
  WS_SERVER_PROP_LISTENING,
  WS_SERVER_PROP_LOCAL_HOST,
  WS_SERVER_PROP_LOCAL_PORT,
  WS_SERVER_PROP_SSL_AUTHENTICATE_CLIENTS,
  WS_SERVER_PROP_SSL_CERT,
  WS_SERVER_PROP_SSL_PROVIDER,
  WS_SERVER_PROP_USE_SSL,
  WS_SERVER_N_PROPS
} WsServerProperty;

/* Installs the properties. */
void ws_server_properties_class_init (GObjectClass *object_class);

/* Emits notify. */
void ws_server_notify (WsServer        *self,
                       WsServerProperty property);

G_END_DECLS

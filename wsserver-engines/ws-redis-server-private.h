/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A Redis server, from one part of the property uri. */
typedef struct
{
  GSocketConnectable *address;
  char               *shown; /* its address, for texts */
  char               *user;
  char               *password;
  int                 database; /* -1: not named */
  gboolean            use_tls;
} WsRedisServer;

void ws_redis_server_free (WsRedisServer *self);

/* Servers separated by commas. Sets fault to what is wrong, without any part of the list, which may have a
 * password. Returns NULL then. */
GPtrArray *ws_redis_server_list_parse (const char *uri,
                                       char      **fault);

/* The list without its passwords. */
char *ws_redis_server_list_mask (const char *uri);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#define WS_INSIDE

#include <wsserver/base/ws-enum-types.h>
#include <wsserver/base/ws-enums.h>
#include <wsserver/base/ws-error.h>
#include <wsserver/base/ws-macros.h>
#include <wsserver/base/ws-version.h>
#include <wsserver/certificate/ws-certificate.h>
#include <wsserver/server/ws-connection-map.h>
#include <wsserver/connection/ws-connection.h>
#include <wsserver/request/ws-client-authentication.h>
#include <wsserver/request/ws-connection-request.h>
#include <wsserver/request/ws-http-request.h>
#include <wsserver/request/ws-open-request.h>
#include <wsserver/request/ws-ssl-connection-request.h>
#include <wsserver/server/ws-server.h>
#include <wsserver/topics/ws-engine.h>
#include <wsserver/topics/ws-memory-engine.h>
#include <wsserver/topics/ws-publish-result.h>
#include <wsserver/topics/ws-topic-history.h>
#include <wsserver/topics/ws-topic-policy.h>
#include <wsserver/topics/ws-topics.h>

#undef WS_INSIDE

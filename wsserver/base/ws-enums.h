/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/**
 * WsDataFormat:
 * @WS_DATA_FORMAT_AUTOMATIC: when sending, text if the bytes are valid UTF-8 and binary otherwise;
 *   when receiving, a continuation of the message or a part of a line
 * @WS_DATA_FORMAT_TEXT: a text message, UTF-8
 * @WS_DATA_FORMAT_BINARY: a binary message
 * @WS_DATA_FORMAT_PING: a ping control frame
 * @WS_DATA_FORMAT_PONG: a pong control frame
 *
 * The type of a message.
 *
 * The last four values are the opcodes of RFC 6455 §5.2.
 *
 * Since: 1.0
 */
typedef enum
{
  WS_DATA_FORMAT_AUTOMATIC = 0,
  WS_DATA_FORMAT_TEXT = 1,
  WS_DATA_FORMAT_BINARY = 2,
  WS_DATA_FORMAT_PING = 9,
  WS_DATA_FORMAT_PONG = 10,
} WsDataFormat;

/**
 * WsCertStoreType:
 * @WS_CERT_STORE_TYPE_USER: a certificate store of the user on Windows; here it means no store
 *   and cannot be searched
 * @WS_CERT_STORE_TYPE_MACHINE: a certificate store of the machine on Windows; cannot be searched here
 * @WS_CERT_STORE_TYPE_PFX_FILE: name of a PKCS #12 file
 * @WS_CERT_STORE_TYPE_PFX_BLOB: content of a PKCS #12 file
 * @WS_CERT_STORE_TYPE_JKS_FILE: name of a Java key store; refused
 * @WS_CERT_STORE_TYPE_JKS_BLOB: content of a Java key store; refused
 * @WS_CERT_STORE_TYPE_PEM_KEY_FILE: name of a file with a private key and optional certificates in PEM
 * @WS_CERT_STORE_TYPE_PEM_KEY_BLOB: a private key and optional certificates in PEM
 * @WS_CERT_STORE_TYPE_PUBLIC_KEY_FILE: name of a file with a certificate or public key, PEM or DER
 * @WS_CERT_STORE_TYPE_PUBLIC_KEY_BLOB: a certificate or public key, PEM or DER
 * @WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_BLOB: SSH public keys, one on each line or as in RFC 4716
 * @WS_CERT_STORE_TYPE_P7B_FILE: name of a PKCS #7 file with certificates
 * @WS_CERT_STORE_TYPE_P7B_BLOB: content of a PKCS #7 file
 * @WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_FILE: name of a file with SSH public keys
 * @WS_CERT_STORE_TYPE_PPK_FILE: name of a PuTTY private key file, version 2 or 3
 * @WS_CERT_STORE_TYPE_PPK_BLOB: content of a PuTTY private key file
 * @WS_CERT_STORE_TYPE_XML_FILE: name of a file with XML Signature key values
 * @WS_CERT_STORE_TYPE_XML_BLOB: XML Signature key values
 * @WS_CERT_STORE_TYPE_JWK_FILE: name of a file with a JSON Web Key or a set of them
 * @WS_CERT_STORE_TYPE_JWK_BLOB: a JSON Web Key or a set of them
 * @WS_CERT_STORE_TYPE_BCFKS_FILE: name of a Bouncy Castle key store; refused
 * @WS_CERT_STORE_TYPE_BCFKS_BLOB: content of a Bouncy Castle key store; refused
 * @WS_CERT_STORE_TYPE_PKCS11: a PKCS #11 URI, or the file name of a PKCS #11 module
 * @WS_CERT_STORE_TYPE_AUTO: any format that is not refused; the library detects it
 *
 * The type of a certificate store.
 *
 * A file store is given by its name. A blob store is given by its content, which may be in Base64.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), store types.
 *
 * Since: 1.0
 */
typedef enum
{
  WS_CERT_STORE_TYPE_USER = 0,
  WS_CERT_STORE_TYPE_MACHINE = 1,
  WS_CERT_STORE_TYPE_PFX_FILE = 2,
  WS_CERT_STORE_TYPE_PFX_BLOB = 3,
  WS_CERT_STORE_TYPE_JKS_FILE = 4,
  WS_CERT_STORE_TYPE_JKS_BLOB = 5,
  WS_CERT_STORE_TYPE_PEM_KEY_FILE = 6,
  WS_CERT_STORE_TYPE_PEM_KEY_BLOB = 7,
  WS_CERT_STORE_TYPE_PUBLIC_KEY_FILE = 8,
  WS_CERT_STORE_TYPE_PUBLIC_KEY_BLOB = 9,
  WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_BLOB = 10,
  WS_CERT_STORE_TYPE_P7B_FILE = 11,
  WS_CERT_STORE_TYPE_P7B_BLOB = 12,
  WS_CERT_STORE_TYPE_SSH_PUBLIC_KEY_FILE = 13,
  WS_CERT_STORE_TYPE_PPK_FILE = 14,
  WS_CERT_STORE_TYPE_PPK_BLOB = 15,
  WS_CERT_STORE_TYPE_XML_FILE = 16,
  WS_CERT_STORE_TYPE_XML_BLOB = 17,
  WS_CERT_STORE_TYPE_JWK_FILE = 18,
  WS_CERT_STORE_TYPE_JWK_BLOB = 19,
  WS_CERT_STORE_TYPE_BCFKS_FILE = 21,
  WS_CERT_STORE_TYPE_BCFKS_BLOB = 22,
  WS_CERT_STORE_TYPE_PKCS11 = 23,
  WS_CERT_STORE_TYPE_AUTO = 99,
} WsCertStoreType;

/**
 * WsSslProvider:
 * @WS_SSL_PROVIDER_AUTOMATIC: the library's choice, which is INTERNAL
 * @WS_SSL_PROVIDER_PLATFORM: GIO's default TLS backend
 * @WS_SSL_PROVIDER_INTERNAL: the implementation of this library, based on GnuTLS; it supports every setting
 *
 * The implementation of TLS.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), SSLProvider.
 *
 * Since: 1.0
 */
typedef enum
{
  WS_SSL_PROVIDER_AUTOMATIC = 0,
  WS_SSL_PROVIDER_PLATFORM = 1,
  WS_SSL_PROVIDER_INTERNAL = 2,
} WsSslProvider;

/**
 * WsTopicSlow:
 * @WS_TOPIC_SLOW_SKIP: the client misses the message; [signal@Ws.Topics::skipped] counts
 * @WS_TOPIC_SLOW_LATEST: as soon as there is room, the client gets the newest message of the topic and misses
 *   those between; [signal@Ws.Topics::skipped] counts them
 * @WS_TOPIC_SLOW_CLOSE: the connection is closed with 1013
 *
 * What becomes of a message of a topic for a client that has no room for it in its send queue.
 *
 * Since: 1.2
 */
typedef enum
{
  WS_TOPIC_SLOW_SKIP = 0,
  WS_TOPIC_SLOW_LATEST = 1,
  WS_TOPIC_SLOW_CLOSE = 2,
} WsTopicSlow;

/**
 * WsTopicGap:
 * @WS_TOPIC_GAP_TELL: [signal@Ws.Topics::gap] is emitted, nothing else
 * @WS_TOPIC_GAP_RECOVER: what was missed is read from the history of the engine and sent; if it no longer
 *   has all of it, as `WS_TOPIC_GAP_TELL`
 * @WS_TOPIC_GAP_CLOSE: the clients of the topic are closed with 1012, so that they connect again and ask
 *   for what they missed
 *
 * What follows when messages of a topic may have been lost between processes.
 *
 * Since: 1.2
 */
typedef enum
{
  WS_TOPIC_GAP_TELL = 0,
  WS_TOPIC_GAP_RECOVER = 1,
  WS_TOPIC_GAP_CLOSE = 2,
} WsTopicGap;

/**
 * WsPublishFlags:
 * @WS_PUBLISH_FLAGS_NONE: the message goes to all processes
 * @WS_PUBLISH_FLAGS_LOCAL: the message goes to the clients of this process and not to the engine
 *
 * How a message is published.
 *
 * Since: 1.2
 */
typedef enum /*< flags >*/
{
  WS_PUBLISH_FLAGS_NONE = 0,
  WS_PUBLISH_FLAGS_LOCAL = 1 << 0,
} WsPublishFlags;

/**
 * WsPublishOutcome:
 * @WS_PUBLISH_OUTCOME_TAKEN: the engine was ready and has the message, or it stays in this process
 * @WS_PUBLISH_OUTCOME_QUEUED: the engine was not ready; the message waits in its queue, for a limited time
 *
 * What became of a message that was published.
 *
 * Since: 1.2
 */
typedef enum
{
  WS_PUBLISH_OUTCOME_TAKEN = 0,
  WS_PUBLISH_OUTCOME_QUEUED = 1,
} WsPublishOutcome;

/**
 * WsEngineState:
 * @WS_ENGINE_STATE_OFFLINE: not started, or stopped
 * @WS_ENGINE_STATE_CONNECTING: looking for its other end, or waiting until every subscription is acknowledged
 * @WS_ENGINE_STATE_READY: every subscription is acknowledged; what is published now reaches this process
 * @WS_ENGINE_STATE_FAILED: refused, for example with a wrong password; it is tried again
 *
 * What a [iface@Ws.Engine] is doing.
 *
 * Since: 1.2
 */
typedef enum
{
  WS_ENGINE_STATE_OFFLINE = 0,
  WS_ENGINE_STATE_CONNECTING = 1,
  WS_ENGINE_STATE_READY = 2,
  WS_ENGINE_STATE_FAILED = 3,
} WsEngineState;

/**
 * WsEngineFeatures:
 * @WS_ENGINE_FEATURES_NONE: nothing of the below
 * @WS_ENGINE_FEATURES_ECHO: what this process publishes to a topic that it has subscribed to comes back as
 *   [signal@Ws.Engine::message], in the same order for all processes
 * @WS_ENGINE_FEATURES_HISTORY: it keeps the messages of topics and answers
 *   [method@Ws.Engine.history_async]
 *
 * What a [iface@Ws.Engine] can do beside passing messages on.
 *
 * Since: 1.2
 */
typedef enum /*< flags >*/
{
  WS_ENGINE_FEATURES_NONE = 0,
  WS_ENGINE_FEATURES_ECHO = 1 << 0,
  WS_ENGINE_FEATURES_HISTORY = 1 << 1,
} WsEngineFeatures;

G_END_DECLS

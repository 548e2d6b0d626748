/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#if !defined(WS_INSIDE) && !defined(WS_COMPILATION)
# error "Only <wsserver/wsserver.h> can be included directly."
#endif

#include <glib.h>

#include <wsserver/base/ws-macros.h>

G_BEGIN_DECLS

/**
 * WS_ERROR:
 *
 * Error domain of the library.
 *
 * The codes are members of [error@Ws.Error]. The text of an error begins with the code in brackets. An
 * error of a system call also names the address or file concerned, for example
 * `[10048] Address already in use: 127.0.0.1:8080`.
 *
 * Since: 1.0
 */
#define WS_ERROR (ws_error_quark ())

/**
 * WsError:
 * @WS_ERROR_REMOTE_PORT_IN_USE: 100: the remote port cannot change while a connection is in progress
 * @WS_ERROR_REMOTE_HOST_IN_USE: 101: the remote host cannot change while a connection is in progress
 * @WS_ERROR_REMOTE_HOST_INVALID: 102: the remote host's address is invalid
 * @WS_ERROR_ALREADY_LISTENING: 104: the server is listening already
 * @WS_ERROR_LOCAL_PORT_FIXED: 106: the local port cannot change while the server is listening
 * @WS_ERROR_LOCAL_HOST_FIXED: 107: the local host cannot change while the server is listening
 * @WS_ERROR_MAX_CONNECTIONS_FIXED: 108: MaxConnections, or another setting that is read once, cannot
 *   change while the server is listening
 * @WS_ERROR_MAX_LINE_LENGTH_FIXED: 112: MaxLineLength cannot change now
 * @WS_ERROR_REMOTE_PORT_ZERO: 116: the remote port is zero
 * @WS_ERROR_INVALID_CONNECTION_ID: 126: no connection has this id
 * @WS_ERROR_OPERATION_WOULD_BLOCK: 135: the operation cannot be completed now
 * @WS_ERROR_TLS_LIBRARY: 270: the TLS provider is not available
 * @WS_ERROR_CERT_STORE: 271: the certificate store cannot be opened
 * @WS_ERROR_CERT_NOT_FOUND: 272: the certificate is not in its store
 * @WS_ERROR_CREDENTIALS: 273: the certificate and key cannot be used
 * @WS_ERROR_CHAIN_NOT_FOUND: 274: the certificate chain is incomplete
 * @WS_ERROR_CHAIN_NOT_VERIFIED: 275: the certificate chain does not verify
 * @WS_ERROR_HANDSHAKE: 276: the TLS handshake failed
 * @WS_ERROR_CERT_NOT_VERIFIED: 280: the certificate does not verify
 * @WS_ERROR_CLIENT_CERT_NOT_FOUND: 281: there is no client certificate
 * @WS_ERROR_SERVER_CERT_NOT_FOUND: 282: there is no server certificate
 * @WS_ERROR_ENCRYPT: 283: data cannot be encrypted
 * @WS_ERROR_DECRYPT: 284: data cannot be decrypted
 * @WS_ERROR_SENDING: 4202: data cannot be sent to the client: the connection is not open
 * @WS_ERROR_INTERRUPTED: 10004: the call was interrupted
 * @WS_ERROR_BAD_FILE: 10009: bad file descriptor
 * @WS_ERROR_ACCESS_DENIED: 10013: permission denied
 * @WS_ERROR_BAD_ADDRESS: 10014: bad address
 * @WS_ERROR_INVALID_ARGUMENT: 10022: a value is not accepted
 * @WS_ERROR_TOO_MANY_FILES: 10024: no file descriptor is free
 * @WS_ERROR_WOULD_BLOCK: 10035: the send queue is full; try again after
 *   [signal@Ws.Server::ready-to-send]
 * @WS_ERROR_IN_PROGRESS: 10036: another operation is in progress
 * @WS_ERROR_ALREADY: 10037: the operation is in progress already
 * @WS_ERROR_NOT_SOCKET: 10038: not a socket
 * @WS_ERROR_DESTINATION_REQUIRED: 10039: a destination address is required
 * @WS_ERROR_MESSAGE_SIZE: 10040: the message is too long
 * @WS_ERROR_WRONG_PROTOCOL_TYPE: 10041: wrong protocol type for the socket
 * @WS_ERROR_BAD_PROTOCOL_OPTION: 10042: bad protocol option
 * @WS_ERROR_PROTOCOL_NOT_SUPPORTED: 10043: the protocol is not supported
 * @WS_ERROR_SOCKET_TYPE_NOT_SUPPORTED: 10044: the socket type is not supported
 * @WS_ERROR_OPERATION_NOT_SUPPORTED: 10045: the operation is not supported
 * @WS_ERROR_PROTOCOL_FAMILY_NOT_SUPPORTED: 10046: the protocol family is not supported
 * @WS_ERROR_ADDRESS_FAMILY_NOT_SUPPORTED: 10047: the address family is not supported
 * @WS_ERROR_ADDRESS_IN_USE: 10048: the address is in use
 * @WS_ERROR_ADDRESS_NOT_AVAILABLE: 10049: the address is not one of this machine
 * @WS_ERROR_NETWORK_DOWN: 10050: the network is down
 * @WS_ERROR_NETWORK_UNREACHABLE: 10051: the network is unreachable
 * @WS_ERROR_NETWORK_RESET: 10052: the network dropped the connection
 * @WS_ERROR_CONNECTION_ABORTED: 10053: this side aborted the connection
 * @WS_ERROR_CONNECTION_RESET: 10054: the peer reset the connection
 * @WS_ERROR_NO_BUFFERS: 10055: no buffer space is available
 * @WS_ERROR_IS_CONNECTED: 10056: the socket is connected
 * @WS_ERROR_NOT_CONNECTED: 10057: the socket is not connected
 * @WS_ERROR_SHUT_DOWN: 10058: the sending side has been shut down
 * @WS_ERROR_TOO_MANY_REFERENCES: 10059: too many references
 * @WS_ERROR_TIMED_OUT: 10060: the operation timed out
 * @WS_ERROR_CONNECTION_REFUSED: 10061: the connection was refused
 * @WS_ERROR_TOO_MANY_LINKS: 10062: too many symbolic links
 * @WS_ERROR_NAME_TOO_LONG: 10063: the file name is too long
 * @WS_ERROR_HOST_DOWN: 10064: the host is down
 * @WS_ERROR_HOST_UNREACHABLE: 10065: there is no route to the host
 * @WS_ERROR_NOT_EMPTY: 10066: the directory is not empty
 * @WS_ERROR_TOO_MANY_PROCESSES: 10067: too many processes
 * @WS_ERROR_TOO_MANY_USERS: 10068: too many users
 * @WS_ERROR_DISK_QUOTA: 10069: the disk quota is exceeded
 * @WS_ERROR_STALE_HANDLE: 10070: stale file handle
 * @WS_ERROR_TOO_MANY_REMOTE_LEVELS: 10071: too many levels of remote in the path
 * @WS_ERROR_SUBSYSTEM_UNAVAILABLE: 10091: the network subsystem is unavailable
 * @WS_ERROR_VERSION_OUT_OF_RANGE: 10092: the network library's version is out of range
 * @WS_ERROR_NOT_INITIALISED: 10093: the network library is not initialised
 * @WS_ERROR_HOST_NOT_FOUND: 11001: the host name is not known
 * @WS_ERROR_TRY_AGAIN: 11002: the host name could not be resolved now
 * @WS_ERROR_NO_RECOVERY: 11003: the host name could not be resolved
 * @WS_ERROR_NO_DATA: 11004: the host name has no address
 * @WS_ERROR_ENGINE_UNAVAILABLE: 20001: the engine of topics cannot take the message now (since 1.2)
 *
 * Error codes.
 *
 * Some codes cannot occur in a server on this platform (remote host and port, network library
 * versions). They are included so that the list is complete.
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), errors.
 *
 * Since: 1.0
 */
typedef enum
{
  WS_ERROR_REMOTE_PORT_IN_USE = 100,
  WS_ERROR_REMOTE_HOST_IN_USE = 101,
  WS_ERROR_REMOTE_HOST_INVALID = 102,
  WS_ERROR_ALREADY_LISTENING = 104,
  WS_ERROR_LOCAL_PORT_FIXED = 106,
  WS_ERROR_LOCAL_HOST_FIXED = 107,
  WS_ERROR_MAX_CONNECTIONS_FIXED = 108,
  WS_ERROR_MAX_LINE_LENGTH_FIXED = 112,
  WS_ERROR_REMOTE_PORT_ZERO = 116,
  WS_ERROR_INVALID_CONNECTION_ID = 126,
  WS_ERROR_OPERATION_WOULD_BLOCK = 135,
  WS_ERROR_TLS_LIBRARY = 270,
  WS_ERROR_CERT_STORE = 271,
  WS_ERROR_CERT_NOT_FOUND = 272,
  WS_ERROR_CREDENTIALS = 273,
  WS_ERROR_CHAIN_NOT_FOUND = 274,
  WS_ERROR_CHAIN_NOT_VERIFIED = 275,
  WS_ERROR_HANDSHAKE = 276,
  WS_ERROR_CERT_NOT_VERIFIED = 280,
  WS_ERROR_CLIENT_CERT_NOT_FOUND = 281,
  WS_ERROR_SERVER_CERT_NOT_FOUND = 282,
  WS_ERROR_ENCRYPT = 283,
  WS_ERROR_DECRYPT = 284,
  WS_ERROR_SENDING = 4202,
  WS_ERROR_INTERRUPTED = 10004,
  WS_ERROR_BAD_FILE = 10009,
  WS_ERROR_ACCESS_DENIED = 10013,
  WS_ERROR_BAD_ADDRESS = 10014,
  WS_ERROR_INVALID_ARGUMENT = 10022,
  WS_ERROR_TOO_MANY_FILES = 10024,
  WS_ERROR_WOULD_BLOCK = 10035,
  WS_ERROR_IN_PROGRESS = 10036,
  WS_ERROR_ALREADY = 10037,
  WS_ERROR_NOT_SOCKET = 10038,
  WS_ERROR_DESTINATION_REQUIRED = 10039,
  WS_ERROR_MESSAGE_SIZE = 10040,
  WS_ERROR_WRONG_PROTOCOL_TYPE = 10041,
  WS_ERROR_BAD_PROTOCOL_OPTION = 10042,
  WS_ERROR_PROTOCOL_NOT_SUPPORTED = 10043,
  WS_ERROR_SOCKET_TYPE_NOT_SUPPORTED = 10044,
  WS_ERROR_OPERATION_NOT_SUPPORTED = 10045,
  WS_ERROR_PROTOCOL_FAMILY_NOT_SUPPORTED = 10046,
  WS_ERROR_ADDRESS_FAMILY_NOT_SUPPORTED = 10047,
  WS_ERROR_ADDRESS_IN_USE = 10048,
  WS_ERROR_ADDRESS_NOT_AVAILABLE = 10049,
  WS_ERROR_NETWORK_DOWN = 10050,
  WS_ERROR_NETWORK_UNREACHABLE = 10051,
  WS_ERROR_NETWORK_RESET = 10052,
  WS_ERROR_CONNECTION_ABORTED = 10053,
  WS_ERROR_CONNECTION_RESET = 10054,
  WS_ERROR_NO_BUFFERS = 10055,
  WS_ERROR_IS_CONNECTED = 10056,
  WS_ERROR_NOT_CONNECTED = 10057,
  WS_ERROR_SHUT_DOWN = 10058,
  WS_ERROR_TOO_MANY_REFERENCES = 10059,
  WS_ERROR_TIMED_OUT = 10060,
  WS_ERROR_CONNECTION_REFUSED = 10061,
  WS_ERROR_TOO_MANY_LINKS = 10062,
  WS_ERROR_NAME_TOO_LONG = 10063,
  WS_ERROR_HOST_DOWN = 10064,
  WS_ERROR_HOST_UNREACHABLE = 10065,
  WS_ERROR_NOT_EMPTY = 10066,
  WS_ERROR_TOO_MANY_PROCESSES = 10067,
  WS_ERROR_TOO_MANY_USERS = 10068,
  WS_ERROR_DISK_QUOTA = 10069,
  WS_ERROR_STALE_HANDLE = 10070,
  WS_ERROR_TOO_MANY_REMOTE_LEVELS = 10071,
  WS_ERROR_SUBSYSTEM_UNAVAILABLE = 10091,
  WS_ERROR_VERSION_OUT_OF_RANGE = 10092,
  WS_ERROR_NOT_INITIALISED = 10093,
  WS_ERROR_HOST_NOT_FOUND = 11001,
  WS_ERROR_TRY_AGAIN = 11002,
  WS_ERROR_NO_RECOVERY = 11003,
  WS_ERROR_NO_DATA = 11004,
  WS_ERROR_ENGINE_UNAVAILABLE = 20001,
} WsError;

WS_AVAILABLE_IN_ALL
GQuark ws_error_quark (void);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/base/ws-path-private.h"
#include "wsserver/config/ws-config-private.h"
#include "wsserver/protocol/ws-close-private.h"

/* Several columns of a row at once. */
#define STORED(scope, flags, offset) (scope), (flags), (offset), WS_COMPUTED_NONE
#define SERVER_FLAGS(field, flags) STORED (WS_SETTING_PER_SERVER, flags, G_STRUCT_OFFSET (WsSettings, field))
#define SERVER(field) SERVER_FLAGS (field, WS_SETTING_FLAGS_NONE)
#define CONNECTION_FLAGS(field, flags) \
 STORED (WS_SETTING_PER_CONNECTION, flags, G_STRUCT_OFFSET (WsConnectionSettings, field))
#define CONNECTION(field) CONNECTION_FLAGS (field, WS_SETTING_FLAGS_NONE)
#define COMPUTED_IN(scope, id) \
 WS_SETTING_COMPUTED, (scope), WS_SETTING_READ_ONLY, 0, (id), WS_SETTING_EFFECT_NOTHING, 0, 0, NULL
#define COMPUTED(id) COMPUTED_IN (WS_SETTING_PER_SERVER, id)
#define NEGOTIATED(id) WS_SETTING_GROUP_TLS, COMPUTED_IN (WS_SETTING_PER_CONNECTION, id)

/* Sorted by group, then by name. A size is at most 2^40 so that sums of a few never overflow. */
#define MAX_BYTES (G_GUINT64_CONSTANT (1) << 40)
#define MAX_SECONDS (60 * 60 * 24 * 365)
#define MAX_PEM_BYTES (1024 * 1024)

/* clang-format off */
static const WsSetting settings[] = {
  { "BufferMessage", WS_SETTING_GROUP_WEBSOCKET, WS_SETTING_BOOLEAN,
    SERVER (buffer_message), WS_SETTING_EFFECT_IN_PLACE, 0, 1, "False", "",
    "Whether data-in delivers whole messages, once they are complete, instead of parts as they arrive" },
  { "DisconnectStatusCode", WS_SETTING_GROUP_WEBSOCKET, WS_SETTING_UINT,
    SERVER_FLAGS (disconnect_status_code, WS_SETTING_CLOSE_CODE), WS_SETTING_EFFECT_IN_PLACE,
    1000, 4999, "1000", "",
    "Close code sent when the application disconnects a client" },
  { "DisconnectStatusDescription", WS_SETTING_GROUP_WEBSOCKET, WS_SETTING_STRING,
    SERVER (disconnect_status_description), WS_SETTING_EFFECT_IN_PLACE,
    0, WS_CONTROL_PAYLOAD_MAX_LENGTH - 2, "", "bytes",
    "Reason sent with DisconnectStatusCode; empty for the standard text of the code" },
  { "EnablePermessageDeflate", WS_SETTING_GROUP_WEBSOCKET, WS_SETTING_BOOLEAN,
    SERVER (enable_permessage_deflate), WS_SETTING_EFFECT_IN_PLACE, 0, 1, "True", "",
    "Whether clients that offer compression (permessage-deflate) get it" },
  { "LogLevel", WS_SETTING_GROUP_WEBSOCKET, WS_SETTING_UINT,
    SERVER (log_level), WS_SETTING_EFFECT_IN_PLACE, 0, 3, "1", "",
    "What the log signal contains: 0 nothing, 1 information and errors, 2 also the opening request and the steps of TLS, 3 everything" },
  { "MaxFrameSize", WS_SETTING_GROUP_WEBSOCKET, WS_SETTING_UINT,
    SERVER (max_frame_bytes), WS_SETTING_EFFECT_IN_PLACE, 1, G_MAXINT32, "131072", "bytes",
    "Longest payload of one outgoing frame; a longer message is sent in several frames" },
  { "MaxLineLength", WS_SETTING_GROUP_WEBSOCKET, WS_SETTING_UINT,
    CONNECTION (max_line_bytes), WS_SETTING_EFFECT_IN_PLACE, 1, G_MAXINT32, "2048", "bytes",
    "In line mode, the longest line; a longer one is delivered in parts" },
  { "MessageLength", WS_SETTING_GROUP_WEBSOCKET, WS_SETTING_UINT64,
    CONNECTION_FLAGS (message_bytes, WS_SETTING_FIXED_WITHIN_MESSAGE), WS_SETTING_EFFECT_IN_PLACE,
    0, MAX_BYTES, "0", "bytes",
    "Length of the message that the next sends form together; 0: each send is a message of its own" },
  { "WaitForCloseResponse", WS_SETTING_GROUP_WEBSOCKET, WS_SETTING_BOOLEAN,
    SERVER (wait_for_close_response), WS_SETTING_EFFECT_IN_PLACE, 0, 1, "True", "",
    "Whether to wait for the client's close frame after sending one" },

  { "AllowedClients", WS_SETTING_GROUP_TCP, WS_SETTING_STRING,
    SERVER (allowed_clients), WS_SETTING_EFFECT_ALLOWED_CLIENTS, 0, 65536, "*", "",
    "Addresses and host names that may connect, separated by commas; * stands for any run of characters" },
  { "BindExclusively", WS_SETTING_GROUP_TCP, WS_SETTING_BOOLEAN,
    SERVER_FLAGS (bind_exclusively, WS_SETTING_FIXED_WHILE_LISTENING), WS_SETTING_EFFECT_IN_PLACE,
    0, 1, "True", "",
    "Whether only this server may listen on the port; False lets several servers share it (SO_REUSEPORT)" },
  { "BlockedClients", WS_SETTING_GROUP_TCP, WS_SETTING_STRING,
    SERVER (blocked_clients), WS_SETTING_EFFECT_BLOCKED_CLIENTS, 0, 65536, "", "",
    "Addresses and host names that may not connect, separated by commas; * stands for any run of characters" },
  { "CloseStreamAfterTransfer", WS_SETTING_GROUP_TCP, WS_SETTING_BOOLEAN,
    SERVER (close_stream_after_transfer), WS_SETTING_EFFECT_IN_PLACE, 0, 1, "True", "",
    "Whether a stream given to set_upload_stream is closed after it was sent" },
  { "DefaultConnectionTimeout", WS_SETTING_GROUP_TCP, WS_SETTING_UINT,
    SERVER (default_connection_timeout_s), WS_SETTING_EFFECT_CONNECTION_CONTEXT,
    0, MAX_SECONDS, "0", "seconds",
    "How long a client may send nothing during the TLS handshake; 0: limited by HandshakeTimeout only" },
  { "InBufferSize", WS_SETTING_GROUP_TCP, WS_SETTING_UINT,
    SERVER (in_buffer_bytes), WS_SETTING_EFFECT_SOCKET_OPTIONS, 0, G_MAXINT32, "0", "bytes",
    "Size of the system's receive buffer of each connection; 0: the system chooses" },
  { "KeepAliveInterval", WS_SETTING_GROUP_TCP, WS_SETTING_UINT,
    SERVER (keep_alive_interval_ms), WS_SETTING_EFFECT_SOCKET_OPTIONS, 0, 32767000, "0", "milliseconds",
    "Time between unanswered TCP keep-alive probes, rounded up to seconds; 0: the system's default" },
  { "KeepAliveTime", WS_SETTING_GROUP_TCP, WS_SETTING_UINT,
    SERVER (keep_alive_time_ms), WS_SETTING_EFFECT_SOCKET_OPTIONS, 0, 32767000, "0", "milliseconds",
    "Idle time before the first TCP keep-alive probe, rounded up to seconds; 0: the system's default" },
  { "MaxConnections", WS_SETTING_GROUP_TCP, WS_SETTING_UINT,
    SERVER_FLAGS (max_connections, WS_SETTING_FIXED_WHILE_LISTENING), WS_SETTING_EFFECT_IN_PLACE,
    1, 100000, "1000", "",
    "How many WebSockets may be open at the same time; further clients are answered 503" },
  { "OutBufferSize", WS_SETTING_GROUP_TCP, WS_SETTING_UINT,
    SERVER (out_buffer_bytes), WS_SETTING_EFFECT_SOCKET_OPTIONS, 0, G_MAXINT32, "0", "bytes",
    "Size of the system's send buffer of each connection; 0: the system chooses" },
  { "PreferredDHGroupBits", WS_SETTING_GROUP_TCP, WS_SETTING_UINT,
    SERVER (preferred_dh_group_bits), WS_SETTING_EFFECT_TLS_CONTEXT, 1024, 8192, "2048", "bits",
    "Smallest Diffie-Hellman group for TLS 1.2 key exchange without elliptic curves; groups under 2048 are never used" },
  { "TcpNoDelay", WS_SETTING_GROUP_TCP, WS_SETTING_BOOLEAN,
    SERVER (tcp_no_delay), WS_SETTING_EFFECT_SOCKET_OPTIONS, 0, 1, "True", "",
    "Whether small writes are sent at once; False lets the system gather them (Nagle's algorithm)" },
  { "UseIPv6", WS_SETTING_GROUP_TCP, WS_SETTING_UINT,
    SERVER_FLAGS (use_ipv6, WS_SETTING_FIXED_WHILE_LISTENING), WS_SETTING_EFFECT_IN_PLACE, 0, 2, "0", "",
    "0: IPv4 only, 1: IPv6 only, 2: both" },

  { "LogSSLPackets", WS_SETTING_GROUP_TLS, WS_SETTING_BOOLEAN,
    SERVER (log_ssl_packets), WS_SETTING_EFFECT_IN_PLACE, 0, 1, "False", "",
    "Whether ssl-status also reports every TLS record; ssl-provider INTERNAL only" },
  { "ReuseSSLSession", WS_SETTING_GROUP_TLS, WS_SETTING_BOOLEAN,
    SERVER (reuse_ssl_session), WS_SETTING_EFFECT_TLS_CONTEXT, 0, 1, "True", "",
    "Whether a client may resume its TLS session within 10 hours; ssl-provider INTERNAL only" },
  { "SSLCACerts", WS_SETTING_GROUP_TLS, WS_SETTING_STRING,
    SERVER (ssl_ca_certs), WS_SETTING_EFFECT_CERTIFICATE_CHAIN, 0, MAX_PEM_BYTES, "", "",
    "Certificates in PEM that are sent with ssl-cert to complete its chain" },
  { "SSLCheckCRL", WS_SETTING_GROUP_TLS, WS_SETTING_UINT,
    SERVER (ssl_check_crl), WS_SETTING_EFFECT_IN_PLACE, 0, 2, "0", "",
    "Whether a client's certificate is checked against the revocation list (CRL) of its authority: 0 no, 1 if the list is available, 2 required" },
  { "SSLCheckOCSP", WS_SETTING_GROUP_TLS, WS_SETTING_UINT,
    SERVER (ssl_check_ocsp), WS_SETTING_EFFECT_IN_PLACE, 0, 2, "0", "",
    "Whether a client's certificate is checked with its authority's OCSP responder: 0 no, 1 if the responder answers, 2 required" },
  { "SSLCipherStrength", WS_SETTING_GROUP_TLS, WS_SETTING_UINT,
    SERVER (ssl_cipher_strength_bits), WS_SETTING_EFFECT_TLS_CONTEXT, 0, 256, "0", "bits",
    "Shortest cipher key; 0: any that the enabled cipher suites have" },
  { "SSLClientCACerts", WS_SETTING_GROUP_TLS, WS_SETTING_STRING,
    SERVER (ssl_client_ca_certs), WS_SETTING_EFFECT_CLIENT_AUTHORITIES, 0, MAX_PEM_BYTES, "", "",
    "Certificates in PEM of authorities trusted to sign client certificates, in addition to those of the system" },
  { "SSLContextProtocol", WS_SETTING_GROUP_TLS, WS_SETTING_STRING,
    SERVER (ssl_context_protocol), WS_SETTING_EFFECT_NOTHING, 0, 256, "TLS", "",
    "Without effect: for Java only" },
  { "SSLEnabledCipherSuites", WS_SETTING_GROUP_TLS, WS_SETTING_STRING,
    SERVER (ssl_enabled_cipher_suites), WS_SETTING_EFFECT_TLS_PRIORITY, 0, 16384, "*", "",
    "Cipher suites by their IANA names, separated by commas or semicolons; * means all secure ones" },
  { "SSLEnabledProtocols", WS_SETTING_GROUP_TLS, WS_SETTING_UINT,
    SERVER (ssl_enabled_protocols), WS_SETTING_EFFECT_TLS_PRIORITY, 0, 65535, "15360", "",
    "Sum of the versions served: 12288 TLS 1.3, 3072 TLS 1.2, 768 TLS 1.1, 192 TLS 1.0" },
  { "SSLEnableRenegotiation", WS_SETTING_GROUP_TLS, WS_SETTING_BOOLEAN,
    SERVER (ssl_enable_renegotiation), WS_SETTING_EFFECT_TLS_CONTEXT, 0, 1, "False", "",
    "Whether a client of TLS 1.2 may renegotiate; ssl-provider INTERNAL only" },
  { "SSLIncludeCertChain", WS_SETTING_GROUP_TLS, WS_SETTING_BOOLEAN,
    SERVER (ssl_include_cert_chain), WS_SETTING_EFFECT_IN_PLACE, 0, 1, "False", "",
    "Whether cert-encoded of ssl-client-authentication is the client's whole chain; False: only its own certificate" },
  { "SSLKeyLogFile", WS_SETTING_GROUP_TLS, WS_SETTING_STRING,
    SERVER_FLAGS (ssl_key_log_file, WS_SETTING_FILE_NAME), WS_SETTING_EFFECT_TLS_CONTEXT, 0, 4095, "", "",
    "File to which the secrets of every session are appended, for Wireshark; anyone who can read it can decrypt the traffic" },
  { "SSLNegotiatedCipher", NEGOTIATED (WS_COMPUTED_NEGOTIATED_CIPHER), "",
    "Cipher of the connection, such as AES-256-GCM; empty without TLS" },
  { "SSLNegotiatedCipherStrength", NEGOTIATED (WS_COMPUTED_NEGOTIATED_CIPHER_STRENGTH), "bits",
    "Length of that cipher's key; 0 without TLS" },
  { "SSLNegotiatedCipherSuite", NEGOTIATED (WS_COMPUTED_NEGOTIATED_CIPHER_SUITE), "",
    "Cipher suite of the connection by its IANA name; empty without TLS" },
  { "SSLNegotiatedKeyExchange", NEGOTIATED (WS_COMPUTED_NEGOTIATED_KEY_EXCHANGE), "",
    "Key exchange of the connection, such as ECDHE-RSA; empty without TLS" },
  { "SSLNegotiatedKeyExchangeStrength", NEGOTIATED (WS_COMPUTED_NEGOTIATED_KEY_EXCHANGE_STRENGTH), "bits",
    "Size of the group of that key exchange; 0 without TLS" },
  { "SSLNegotiatedVersion", NEGOTIATED (WS_COMPUTED_NEGOTIATED_VERSION), "",
    "Version of the connection, such as TLSv1.3; empty without TLS" },
  { "SSLServerCACerts", WS_SETTING_GROUP_TLS, WS_SETTING_STRING,
    SERVER (ssl_server_ca_certs), WS_SETTING_EFFECT_NOTHING, 0, MAX_PEM_BYTES, "", "",
    "Without effect: for clients only" },
  { "SSLTrustManagerFactoryAlgorithm", WS_SETTING_GROUP_TLS, WS_SETTING_STRING,
    SERVER (ssl_trust_manager_factory_algorithm), WS_SETTING_EFFECT_NOTHING, 0, 256, "", "",
    "Without effect: for Java only" },
  { "TLS12SignatureAlgorithms", WS_SETTING_GROUP_TLS, WS_SETTING_STRING,
    SERVER (tls12_signature_algorithms), WS_SETTING_EFFECT_TLS_PRIORITY, 0, 4096,
    "sha512-ecdsa,sha512-rsa,sha512-dsa,sha384-ecdsa,sha384-rsa,sha384-dsa,sha256-ecdsa,sha256-rsa,sha256-dsa,"
    "sha224-ecdsa,sha224-rsa,sha224-dsa,sha1-ecdsa,sha1-rsa,sha1-dsa", "",
    "Signature algorithms for TLS 1.2; the client's preference decides; empty for all" },
  { "TLS12SupportedGroups", WS_SETTING_GROUP_TLS, WS_SETTING_STRING,
    SERVER (tls12_supported_groups), WS_SETTING_EFFECT_TLS_PRIORITY, 0, 4096,
    "ecdhe_secp256r1,ecdhe_secp384r1,ecdhe_secp521r1", "",
    "Groups of the key exchange for TLS 1.2; the client's preference decides; empty for all" },
  { "TLS13KeyShareGroups", WS_SETTING_GROUP_TLS, WS_SETTING_STRING,
    SERVER (tls13_key_share_groups), WS_SETTING_EFFECT_NOTHING, 0, 4096,
    "ecdhe_x25519,ecdhe_secp256r1,ecdhe_secp384r1,ffdhe_2048,ffdhe_3072", "",
    "Without effect: only clients choose key shares in advance" },
  { "TLS13SignatureAlgorithms", WS_SETTING_GROUP_TLS, WS_SETTING_STRING,
    SERVER (tls13_signature_algorithms), WS_SETTING_EFFECT_TLS_PRIORITY, 0, 4096,
    "rsa_pss_sha256,rsa_pss_sha384,rsa_pss_sha512,rsa_pkcs1_sha256,rsa_pkcs1_sha384,rsa_pkcs1_sha512,"
    "ecdsa_secp256r1_sha256,ecdsa_secp384r1_sha384,ecdsa_secp521r1_sha512,ed25519,ed448", "",
    "Signature algorithms for TLS 1.3; the client's preference decides; empty for all" },
  { "TLS13SupportedGroups", WS_SETTING_GROUP_TLS, WS_SETTING_STRING,
    SERVER (tls13_supported_groups), WS_SETTING_EFFECT_TLS_PRIORITY, 0, 4096,
    "ecdhe_x25519,ecdhe_x448,ecdhe_secp256r1,ecdhe_secp384r1,ecdhe_secp521r1,"
    "ffdhe_2048,ffdhe_3072,ffdhe_4096,ffdhe_6144,ffdhe_8192", "",
    "Groups of the key exchange for TLS 1.3; the client's preference decides; empty for all" },

  { "BuildInfo", WS_SETTING_GROUP_BASE, COMPUTED (WS_COMPUTED_BUILD_INFO), "",
    "Versions of this library and of the libraries it uses" },
  { "GUIAvailable", WS_SETTING_GROUP_BASE, WS_SETTING_BOOLEAN,
    SERVER (gui_available), WS_SETTING_EFFECT_NOTHING, 0, 1, "True", "",
    "Without effect: the main context is the message loop" },
  { "LicenseInfo", WS_SETTING_GROUP_BASE, COMPUTED (WS_COMPUTED_LICENSE_INFO), "",
    "The licence of this library" },
  { "MaskSensitiveData", WS_SETTING_GROUP_BASE, WS_SETTING_BOOLEAN,
    SERVER (mask_sensitive_data), WS_SETTING_EFFECT_NOTHING, 0, 1, "True", "",
    "Without effect: payload, Authorization, Proxy-Authorization and Cookie are never logged" },
  { "UseDaemonThreads", WS_SETTING_GROUP_BASE, WS_SETTING_BOOLEAN,
    SERVER (use_daemon_threads), WS_SETTING_EFFECT_NOTHING, 0, 1, "True", "",
    "Without effect: the server starts no threads" },
  { "UseInternalSecurityAPI", WS_SETTING_GROUP_BASE, WS_SETTING_BOOLEAN,
    SERVER (use_internal_security_api), WS_SETTING_EFFECT_SSL_PROVIDER, 0, 1, "False", "",
    "Whether ssl-provider is INTERNAL; False: AUTOMATIC" },

  { "AllowedHosts", WS_SETTING_GROUP_BEYOND, WS_SETTING_STRING,
    SERVER (allowed_hosts), WS_SETTING_EFFECT_HOSTS, 0, 65536, "", "",
    "Hosts that a request may be for, separated by commas: HOST or HOST:PORT; * stands for any run of characters; others are answered 421; empty: all" },
  { "AllowedOrigins", WS_SETTING_GROUP_BEYOND, WS_SETTING_STRING,
    SERVER (allowed_origins), WS_SETTING_EFFECT_ORIGINS, 0, 65536, "*", "",
    "Origins of web pages that may connect, separated by commas: https://example.org, file://, null, self (the host of the request); * stands for any run of characters" },
  { "CloseTimeout", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (close_timeout_s), WS_SETTING_EFFECT_CONNECTION_CONTEXT, 1, MAX_SECONDS, "5", "seconds",
    "How long to wait for the client's close frame" },
  { "DeflateLevel", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (deflate_level), WS_SETTING_EFFECT_IN_PLACE, 0, 9, "6", "",
    "Level of compression: 1 is fastest, 9 smallest, 0 does not compress" },
  { "DeflateNoContextTakeover", WS_SETTING_GROUP_BEYOND, WS_SETTING_BOOLEAN,
    SERVER (deflate_no_context_takeover), WS_SETTING_EFFECT_IN_PLACE, 0, 1, "False", "",
    "Whether each message is compressed on its own; then an idle connection needs no memory for compression" },
  { "DeflateThreshold", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (deflate_threshold_bytes), WS_SETTING_EFFECT_IN_PLACE, 0, G_MAXINT32, "64", "bytes",
    "Messages shorter than this are not compressed" },
  { "DeflateWindowBits", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (deflate_window_bits), WS_SETTING_EFFECT_IN_PLACE, 9, 15, "12", "bits",
    "Size of the compression window as a power of two; smaller ones take less memory" },
  { "HandshakeTimeout", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (handshake_timeout_s), WS_SETTING_EFFECT_CONNECTION_CONTEXT, 1, MAX_SECONDS, "10", "seconds",
    "Time limit from connecting, or from the last response, to the end of the request; for a deferred decision on it; and for silence while a body is sent or a response is read" },
  { "IdleTimeout", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (idle_timeout_s), WS_SETTING_EFFECT_CONNECTION_CONTEXT, 0, MAX_SECONDS, "0", "seconds",
    "How long a connection may be without messages in either direction before it is closed with 1001; 0: no limit" },
  { "MaxConnectionsPerAddress", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (max_connections_per_address), WS_SETTING_EFFECT_IN_PLACE, 0, 100000, "0", "",
    "How many clients of one IPv4 address, or of one IPv6 network of 64 bits, may be connected at the same time; further sockets are closed; 0: no limit" },
  { "MaxControlFrameRate", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (max_control_frame_rate), WS_SETTING_EFFECT_IN_PLACE, 0, G_MAXINT32, "0", "frames per second",
    "How many pings and pongs a client may send in one second; for more the connection is closed with 1008; 0: no limit" },
  { "MaxFragments", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (max_fragments), WS_SETTING_EFFECT_IN_PLACE, 0, G_MAXINT32, "0", "frames",
    "How many frames an incoming message may consist of; for more the connection is closed with 1008; 0: no limit" },
  { "MaxHeaderFields", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (max_header_fields), WS_SETTING_EFFECT_IN_PLACE, 1, 10000, "100", "",
    "How many header fields a request may have; one with more is answered 431" },
  { "MaxHeaderSize", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (max_header_bytes), WS_SETTING_EFFECT_IN_PLACE, 256, 1048576, "16384", "bytes",
    "Longest request head; a longer one is answered 431" },
  { "MaxHttpBodySize", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (max_http_body_bytes), WS_SETTING_EFFECT_IN_PLACE, 0, G_MAXINT32, "0", "bytes",
    "Longest body of an HTTP request that asks for no WebSocket; a longer one is answered 413; 0: none" },
  { "MaxMessageSize", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT64,
    SERVER (max_message_bytes), WS_SETTING_EFFECT_IN_PLACE, 1, MAX_BYTES, "16777216", "bytes",
    "Longest incoming message; for a longer one the connection is closed with 1009" },
  { "MaxPendingConnections", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (max_pending_connections), WS_SETTING_EFFECT_IN_PLACE, 0, 100000, "0", "",
    "How many clients may be connected whose WebSocket is not open yet; for a further one, that of them which has made no progress for the longest time is dropped; 0: as many as MaxConnections, at least 64" },
  { "MaxSendQueue", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT64,
    SERVER (max_send_queue_bytes), WS_SETTING_EFFECT_CONNECTION_CONTEXT, 1024, MAX_BYTES, "33554432", "bytes",
    "How much may wait to be sent on one connection; a send that would exceed it fails with 10035" },
  { "MaxTotalMemory", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT64,
    SERVER (max_total_memory_bytes), WS_SETTING_EFFECT_IN_PLACE, 0, MAX_BYTES, "536870912", "bytes",
    "Memory that all clients together may take in queues and messages; those that take most are closed first; 0: no limit" },
  { "PingInterval", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (ping_interval_s), WS_SETTING_EFFECT_CONNECTION_CONTEXT, 0, MAX_SECONDS, "0", "seconds",
    "Time without a frame from the client after which a ping is sent; 0: never" },
  { "PongTimeout", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (pong_timeout_s), WS_SETTING_EFFECT_CONNECTION_CONTEXT, 1, MAX_SECONDS, "20", "seconds",
    "How long such a ping may be unanswered before the connection is dropped" },
  { "ProxyProtocol", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT,
    SERVER (proxy_protocol), WS_SETTING_EFFECT_IN_PLACE, 0, 2, "0", "",
    "Whether connections begin with a PROXY header (version 1 or 2) that names the client: 0 no, 1 those from TrustedProxies, 2 all" },
  { "ReadPauseQueue", WS_SETTING_GROUP_BEYOND, WS_SETTING_UINT64,
    SERVER (read_pause_queue_bytes), WS_SETTING_EFFECT_IN_PLACE, 0, MAX_BYTES, "1048576", "bytes",
    "No more is read from a client while more than this waits to be sent to it; 0: always read" },
  { "RefuseByDefault", WS_SETTING_GROUP_BEYOND, WS_SETTING_BOOLEAN,
    SERVER (refuse_by_default), WS_SETTING_EFFECT_IN_PLACE, 0, 1, "False", "",
    "Whether connection-request, ssl-client-authentication and web-socket-open-request refuse the client unless a handler accepts it" },
  { "ServeDotFiles", WS_SETTING_GROUP_BEYOND, WS_SETTING_BOOLEAN,
    SERVER (serve_dot_files), WS_SETTING_EFFECT_IN_PLACE, 0, 1, "False", "",
    "Whether serve_folder also serves files and folders whose names begin with a dot" },
  { "SSLOCSPResponse", WS_SETTING_GROUP_BEYOND, WS_SETTING_STRING,
    SERVER_FLAGS (ssl_ocsp_response, WS_SETTING_FILE_NAME), WS_SETTING_EFFECT_OCSP_RESPONSE, 0, 65536, "", "",
    "File with an OCSP response (DER or PEM), or the response itself in PEM, that is stapled to ssl-cert; ssl-provider INTERNAL only" },
  { "SSLReloadCert", WS_SETTING_GROUP_BEYOND, WS_SETTING_BOOLEAN,
    SERVER (ssl_reload_cert), WS_SETTING_EFFECT_WATCHED_FILES, 0, 1, "False", "",
    "Whether certificates and SSLOCSPResponse are read again when their files change" },
  { "SSLRevocationHosts", WS_SETTING_GROUP_BEYOND, WS_SETTING_STRING,
    SERVER (ssl_revocation_hosts), WS_SETTING_EFFECT_REVOCATION_HOSTS, 0, 65536, "", "",
    "Hosts that SSLCheckCRL and SSLCheckOCSP may ask at loopback, link-local, private and other addresses that are not public, separated by commas: HOST or HOST:PORT; * stands for any run of characters" },
  { "TrustedProxies", WS_SETTING_GROUP_BEYOND, WS_SETTING_STRING,
    SERVER (trusted_proxies), WS_SETTING_EFFECT_TRUSTED_PROXIES, 0, 65536, "", "",
    "Proxies that are believed about their clients, as in AllowedClients; unix: stands for the clients of a Unix socket" },
};
/* clang-format on */

const WsSetting *
ws_config_get_settings (guint *n_settings)
{
  *n_settings = G_N_ELEMENTS (settings);
  return settings;
}

const WsSetting *
ws_config_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    if (g_ascii_strcasecmp (settings[i].name, name) == 0)
      return &settings[i];

  return NULL;
}

/* How many characters of a bad name or value are repeated in an error. */
#define MAX_QUOTED 200

static char *
quote_text (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  return g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), MAX_QUOTED));
}

static gboolean
check_request (const WsConfigRequest *request,
               GError               **error)
{
  const WsSetting *setting = request->setting;
  const char      *problem = NULL;

  if (setting->scope == WS_SETTING_PER_CONNECTION && request->connection_id == NULL)
    problem = "belongs to one connection and is written NAME[connectionId]";
  else if (setting->scope == WS_SETTING_PER_SERVER && request->connection_id != NULL)
    problem = "belongs to the server and takes no [connectionId]";
  else if (request->value != NULL && (setting->flags & WS_SETTING_READ_ONLY) != 0)
    problem = "can only be read";

  if (problem == NULL)
    return TRUE;

  ws_set_error (error, WS_ERROR_INVALID_ARGUMENT, "Setting %s %s", setting->name, problem);
  return FALSE;
}

gboolean
ws_config_request_parse (WsConfigRequest *request,
                         const char      *configuration_string,
                         GError         **error)
{
  const char      *equals = strchr (configuration_string, '=');
  gsize            name_length = equals != NULL ? (gsize) (equals - configuration_string)
                                                : strlen (configuration_string);
  g_autofree char *name = g_strstrip (g_strndup (configuration_string, name_length));
  char            *bracket = strchr (name, '[');
  gsize            length = strlen (name);

  memset (request, 0, sizeof *request);
  if (bracket != NULL && name[length - 1] == ']')
    {
      name[length - 1] = '\0';
      request->connection_id = g_strstrip (g_strdup (bracket + 1));
      *bracket = '\0';
      g_strchomp (name);
    }

  request->setting = ws_config_find (name);
  if (request->setting == NULL)
    {
      g_autofree char *shown = quote_text (name);

      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                    "Unknown setting \"%s\": expected NAME or NAME=VALUE with a name from the documentation",
                    shown);
      ws_config_request_clear (request);
      return FALSE;
    }
  if (equals != NULL)
    request->value = g_strdup (equals + 1);
  if (!check_request (request, error))
    {
      ws_config_request_clear (request);
      return FALSE;
    }

  return TRUE;
}

void
ws_config_request_clear (WsConfigRequest *request)
{
  g_clear_pointer (&request->connection_id, g_free);
  g_clear_pointer (&request->value, g_free);
}

char *
ws_config_describe_accepted (const WsSetting *setting)
{
  if (setting->flags & WS_SETTING_CLOSE_CODE)
    return g_strdup ("a close code that may be sent: 1000 to 1003, 1007 to 1014 or 3000 to 4999");

  switch (setting->type)
    {
    case WS_SETTING_BOOLEAN:
      return g_strdup ("True, False, Yes, No, 1 or 0");
    case WS_SETTING_STRING:
      return g_strdup_printf ("UTF-8 text of at most %" G_GUINT64_FORMAT " bytes", setting->max);
    case WS_SETTING_UINT:
    case WS_SETTING_UINT64:
      return g_strdup_printf ("a whole number%s%s from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
                              *setting->unit != '\0' ? " of " : "", setting->unit, setting->min,
                              setting->max);
    case WS_SETTING_COMPUTED:
      break;
    }

  return g_strdup ("nothing: it can only be read");
}

static gboolean
parse_boolean (const char *text,
               gboolean   *value)
{
  static const char *const words[] = { "false", "true", "no", "yes", "0", "1" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (text, words[i]) == 0)
      {
        *value = (i & 1) != 0;
        return TRUE;
      }

  return FALSE;
}

static gboolean
parse_number (const WsSetting *setting,
              const char      *text,
              guint64         *value)
{
  if (!g_ascii_string_to_unsigned (text, 10, setting->min, setting->max, value, NULL))
    return FALSE;
  if ((setting->flags & WS_SETTING_CLOSE_CODE) != 0)
    return ws_close_code_may_be_sent ((guint) *value);

  return TRUE;
}

static char *
parse_text (const WsSetting *setting,
            const char      *text)
{
  if ((setting->flags & WS_SETTING_FILE_NAME) == 0 || *text == '\0' || g_str_has_prefix (text, "-----BEGIN "))
    return g_strdup (text);

  return ws_path_make_absolute (text);
}

static gboolean
parse_into_field (const WsSetting *setting,
                  gpointer         storage,
                  const char      *value)
{
  gpointer         field = G_STRUCT_MEMBER_P (storage, setting->offset);
  g_autofree char *text = g_strstrip (g_strdup (value));
  guint64          number;

  switch (setting->type)
    {
    case WS_SETTING_BOOLEAN:
      return parse_boolean (text, field);

    case WS_SETTING_UINT:
      if (!parse_number (setting, text, &number))
        return FALSE;
      *(guint *) field = (guint) number;
      return TRUE;

    case WS_SETTING_UINT64:
      return parse_number (setting, text, field);

    case WS_SETTING_STRING:
      if (strlen (value) > setting->max || !g_utf8_validate (value, -1, NULL))
        return FALSE;
      g_free (*(char **) field);
      *(char **) field = parse_text (setting, value);
      return TRUE;

    case WS_SETTING_COMPUTED:
      break;
    }

  return FALSE;
}

gboolean
ws_config_store (const WsSetting *setting,
                 gpointer         storage,
                 const char      *value,
                 GError         **error)
{
  if (parse_into_field (setting, storage, value))
    return TRUE;

  g_autofree char *accepted = ws_config_describe_accepted (setting);
  g_autofree char *shown = quote_text (value);

  ws_set_error (error, WS_ERROR_INVALID_ARGUMENT, "Setting %s does not take \"%s\": accepted is %s",
                setting->name, shown, accepted);
  return FALSE;
}

/* The text after "[code] ". */
static const char *
skip_code (const char *message)
{
  const char *end = *message == '[' ? strstr (message, "] ") : NULL;

  return end != NULL ? end + strlen ("] ") : message;
}

void
ws_config_prefix_refusal (GError         **error,
                          const WsSetting *setting,
                          const char      *value)
{
  g_autofree char *shown = quote_text (value);
  g_autoptr (GError) reason = NULL;

  if (error == NULL)
    return;

  reason = g_steal_pointer (error);
  ws_set_error (error, reason->code, "Setting %s does not take \"%s\": %s", setting->name, shown,
                skip_code (reason->message));
}

char *
ws_config_load (const WsSetting *setting,
                gconstpointer    storage)
{
  gconstpointer field = (const guint8 *) storage + setting->offset;

  switch (setting->type)
    {
    case WS_SETTING_BOOLEAN:
      return g_strdup (*(const gboolean *) field ? "True" : "False");
    case WS_SETTING_UINT:
      return g_strdup_printf ("%u", *(const guint *) field);
    case WS_SETTING_UINT64:
      return g_strdup_printf ("%" G_GUINT64_FORMAT, *(const guint64 *) field);
    case WS_SETTING_STRING:
      return g_strdup (*(char *const *) field);
    case WS_SETTING_COMPUTED:
      break;
    }

  return g_strdup ("");
}

void
ws_config_apply_defaults (gpointer       storage,
                          WsSettingScope scope)
{
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    if (settings[i].scope == scope && settings[i].type != WS_SETTING_COMPUTED)
      {
        gboolean stored = parse_into_field (&settings[i], storage, settings[i].default_value);

        g_assert (stored);
      }
}

void
ws_config_free_strings (gpointer storage)
{
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    if (settings[i].scope == WS_SETTING_PER_SERVER && settings[i].type == WS_SETTING_STRING)
      g_clear_pointer ((char **) G_STRUCT_MEMBER_P (storage, settings[i].offset), g_free);
}

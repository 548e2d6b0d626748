/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/protocol/ws-host-list-private.h"
#include "wsserver/protocol/ws-limits-private.h"
#include "wsserver/protocol/ws-origin-list-private.h"

G_BEGIN_DECLS

/* The value of every setting of the registry (ws-config.c). A server has one copy, and its connections refer
 * to it: they read most values when they need them, and copy the limits when they open. The names follow the
 * settings, with the unit appended. */
typedef struct
{
  /* WebSocket */
  gboolean buffer_message;
  guint    disconnect_status_code;
  char    *disconnect_status_description; /* "": the standard text of the code */
  gboolean enable_permessage_deflate;
  guint    log_level;
  guint    max_frame_bytes;
  gboolean wait_for_close_response;

  /* TCP */
  char    *allowed_clients;
  gboolean bind_exclusively;
  char    *blocked_clients;
  gboolean close_stream_after_transfer;
  guint    default_connection_timeout_s;
  guint    in_buffer_bytes;        /* 0: the system's */
  guint    keep_alive_interval_ms; /* 0: the system's */
  guint    keep_alive_time_ms;     /* 0: the system's */
  guint    max_connections;
  guint    out_buffer_bytes; /* 0: the system's */
  guint    preferred_dh_group_bits;
  gboolean tcp_no_delay;
  guint    use_ipv6;

  /* TLS */
  gboolean log_ssl_packets;
  gboolean reuse_ssl_session;
  char    *ssl_ca_certs;             /* PEM */
  guint    ssl_check_crl;            /* 0 off, 1 where possible, 2 required */
  guint    ssl_check_ocsp;           /* the same */
  guint    ssl_cipher_strength_bits; /* 0: any */
  char    *ssl_client_ca_certs;      /* PEM */
  char    *ssl_enabled_cipher_suites;
  guint    ssl_enabled_protocols;
  gboolean ssl_enable_renegotiation;
  gboolean ssl_include_cert_chain;
  char    *ssl_key_log_file; /* "": none */
  char    *tls12_signature_algorithms;
  char    *tls12_supported_groups;
  char    *tls13_signature_algorithms;
  char    *tls13_supported_groups;
  gboolean use_internal_security_api;

  /* Stored without effect on this platform */
  char    *ssl_context_protocol;
  char    *ssl_server_ca_certs;
  char    *ssl_trust_manager_factory_algorithm;
  char    *tls13_key_share_groups;
  gboolean gui_available;
  gboolean use_daemon_threads;
  gboolean mask_sensitive_data;

  /* Beyond IPWorks WSServer */
  char    *allowed_hosts; /* "": all */
  char    *allowed_origins;
  guint    close_timeout_s;
  guint    deflate_level;
  gboolean deflate_no_context_takeover;
  guint    deflate_threshold_bytes;
  guint    deflate_window_bits;
  guint    handshake_timeout_s;
  guint    idle_timeout_s;              /* 0: none */
  guint    max_connections_per_address; /* 0: no limit */
  guint    max_control_frame_rate;      /* 0: no limit */
  guint    max_fragments;               /* 0: no limit */
  guint    max_header_bytes;
  guint    max_header_fields;
  guint    max_http_body_bytes;
  guint64  max_message_bytes;
  guint64  max_send_queue_bytes;
  guint    max_pending_connections; /* 0: as many as max_connections */
  guint64  max_total_memory_bytes;  /* 0: no limit */
  guint    ping_interval_s;         /* 0: none */
  guint    pong_timeout_s;
  guint    proxy_protocol;         /* 0 off, 1 from trusted proxies, 2 required */
  guint64  read_pause_queue_bytes; /* 0: clients are always read */
  gboolean refuse_by_default;
  gboolean serve_dot_files;
  char    *ssl_ocsp_response; /* file, or PEM; "": none */
  gboolean ssl_reload_cert;
  char    *ssl_revocation_hosts; /* "": none */
  char    *trusted_proxies;      /* "": none */

  /* Derived */
  WsHostList   *hosts;            /* allowed_hosts, parsed */
  WsOriginList *origins;          /* allowed_origins, parsed */
  char         *access_token;     /* of ws_server_secure_for_loopback(); NULL: none is asked for */
  WsHostList   *revocation_hosts; /* ssl_revocation_hosts, parsed */
} WsSettings;

/* Reference counted; holds the defaults of the registry. */
WsSettings *ws_settings_new (void);
WsSettings *ws_settings_ref (WsSettings *self);
void        ws_settings_unref (WsSettings *self);

void ws_settings_get_limits (const WsSettings *self,
                             WsLimits         *limits);

G_END_DECLS

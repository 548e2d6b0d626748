/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gnutls/gnutls.h>

#include "wsserver/tls/ws-client-hello-private.h"

G_BEGIN_DECLS

/* Bits of SSLEnabledProtocols. Each version has one bit for servers and one for clients; either
 * switches it on. */
#define WS_TLS_PROTOCOL_TLS13 0x3000
#define WS_TLS_PROTOCOL_TLS12 0x0c00
#define WS_TLS_PROTOCOL_TLS11 0x0300
#define WS_TLS_PROTOCOL_TLS10 0x00c0
#define WS_TLS_PROTOCOL_SSL3 0x0030
#define WS_TLS_PROTOCOL_SSL2 0x000c

#define WS_DEFAULT_TLS_PROTOCOLS (WS_TLS_PROTOCOL_TLS13 | WS_TLS_PROTOCOL_TLS12)
#define WS_DEFAULT_TLS12_SIGNATURE_ALGORITHMS                             \
 "sha512-ecdsa,sha512-rsa,sha512-dsa,sha384-ecdsa,sha384-rsa,sha384-dsa," \
 "sha256-ecdsa,sha256-rsa,sha256-dsa,sha224-ecdsa,sha224-rsa,sha224-dsa," \
 "sha1-ecdsa,sha1-rsa,sha1-dsa"
#define WS_DEFAULT_TLS13_SIGNATURE_ALGORITHMS                                      \
 "rsa_pss_sha256,rsa_pss_sha384,rsa_pss_sha512,rsa_pkcs1_sha256,rsa_pkcs1_sha384," \
 "rsa_pkcs1_sha512,ecdsa_secp256r1_sha256,ecdsa_secp384r1_sha384,"                 \
 "ecdsa_secp521r1_sha512,ed25519,ed448"
#define WS_DEFAULT_TLS12_GROUPS "ecdhe_secp256r1,ecdhe_secp384r1,ecdhe_secp521r1"
#define WS_DEFAULT_TLS13_GROUPS                                             \
 "ecdhe_x25519,ecdhe_x448,ecdhe_secp256r1,ecdhe_secp384r1,ecdhe_secp521r1," \
 "ffdhe_2048,ffdhe_3072,ffdhe_4096,ffdhe_6144,ffdhe_8192"
#define WS_DEFAULT_DH_GROUP_BITS 2048
#define WS_DEFAULT_TLS_SESSION_LIFETIME_S (10 * 60 * 60)

/* What the settings say about TLS. A plain struct whose strings belong to the caller: a function that
 * takes one keeps nothing of it. */
typedef struct
{
  guint       protocols;                  /* SSLEnabledProtocols */
  const char *cipher_suites;              /* SSLEnabledCipherSuites */
  guint       min_cipher_bits;            /* SSLCipherStrength; 0: any */
  const char *tls12_signature_algorithms; /* TLS12SignatureAlgorithms; "": any */
  const char *tls13_signature_algorithms; /* TLS13SignatureAlgorithms; "": any */
  const char *tls12_groups;               /* TLS12SupportedGroups; "": any */
  const char *tls13_groups;               /* TLS13SupportedGroups; "": any */
  guint       dh_group_bits;              /* PreferredDHGroupBits */
  gboolean    serve_renegotiation;        /* SSLEnableRenegotiation */
  gboolean    reuse_sessions;             /* ReuseSSLSession */
  guint       session_lifetime_s;
  gboolean    request_client_certificate; /* SSLAuthenticateClients */
  const char *client_ca_pem;              /* SSLClientCACerts, beside the system's; NULL: none */
  gboolean    use_system_trust;           /* whether the system's authorities vouch for clients */
  /* A policy whose trust list is good for this one too, to save the time; NULL: none. */
  struct _WsTlsPolicy *authorities;
  /* SSLOCSPResponse, to be stapled: PEM, or a file's name; NULL or "": none */
  const char *ocsp_response;
  const char *key_log_file;          /* SSLKeyLogFile; NULL or "": none */
  const char *application_protocols; /* ALPN, separated by commas; NULL or "": none */
} WsTlsOptions;

/* The defaults of the settings. */
void ws_tls_options_init (WsTlsOptions *self);

/* What key a certificate has: it decides which suites can be served. */
typedef enum
{
  WS_TLS_KEY_RSA = 1 << 0,     /* signs, and decrypts for the RSA key exchange */
  WS_TLS_KEY_RSA_PSS = 1 << 1, /* only signs */
  WS_TLS_KEY_ECDSA = 1 << 2,   /* ECDSA and EdDSA */
  WS_TLS_KEY_DSA = 1 << 3,
} WsTlsKeyKinds;

/* Versions, suites, groups and signature algorithms in the form that GnuTLS takes. Immutable.
 *
 * A priority string is a product of key exchanges, ciphers and MACs, so it may stand for more
 * suites than were asked for. It is expanded and compared; where it is wider, the one suite to use
 * is picked for each client from what it offers. */
typedef struct _WsTlsPriority WsTlsPriority;

/* Fails with 270 for versions that GnuTLS does not have, with 273 if no suite, group or signature
 * algorithm is left. */
WsTlsPriority *ws_tls_priority_new (const WsTlsOptions *options,
                                    GError            **error);
void           ws_tls_priority_free (WsTlsPriority *self);

/* Sentences about names that were left out, or that are weak and were asked for; NULL if none. */
const char *const *ws_tls_priority_get_notes (const WsTlsPriority *self);

/* Numbers of the suites that may be used, TLS 1.3 first; owned by self. */
const GArray *ws_tls_priority_get_suites (const WsTlsPriority *self);

/* For messages: the string for clients of TLS 1.3, or of older versions; NULL if these
 * are not served. */
const char *ws_tls_priority_get_string (const WsTlsPriority *self,
                                        gboolean             tls13);

/* Sets what this client may use; call before the first handshake step. Returns a code of GnuTLS,
 * GNUTLS_E_NO_CIPHER_SUITES if it offers nothing that a certificate with one of these keys can
 * serve. */
int ws_tls_priority_apply (const WsTlsPriority *self,
                           gnutls_session_t     session,
                           const WsClientHello *hello,
                           WsTlsKeyKinds        keys);

G_END_DECLS

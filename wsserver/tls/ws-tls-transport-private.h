/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "wsserver/tls/ws-client-hello-private.h"
#include "wsserver/tls/ws-record-socket-private.h"
#include "wsserver/tls/ws-tls-context-private.h"

G_BEGIN_DECLS

/* The server's side of one TLS connection over a non-blocking socket, whichever provider serves it.
 *
 * A provider embeds WsTlsTransport and fills WsTransportFuncs, for the bytes, and WsTlsTransportFuncs,
 * for what TLS has beside them. The parts that providers share are below: the state, the listener, the
 * failure, the question about the client's certificate, and in ws-tls-hello-private.h the stage before
 * TLS sees a byte.
 *
 * Drive ws_transport_handshake() until it is OK, then read and write. The socket events to wait for are
 * those of ws_transport_get_events(). When the socket is writable, ws_transport_flush() goes first. The
 * end of the stream without close_notify reads as its end: WebSocket finds out by itself whether a
 * message or a connection was cut short. */
typedef struct _WsTlsTransport WsTlsTransport;

typedef enum
{
  WS_TLS_STATE_HELLO,    /* waiting for the ClientHello */
  WS_TLS_STATE_DECIDING, /* the listener decides about it */
  WS_TLS_STATE_QUEUED,   /* waiting until fewer handshakes run */
  WS_TLS_STATE_HANDSHAKE,
  WS_TLS_STATE_OPEN,
  WS_TLS_STATE_REHANDSHAKE, /* the client renegotiates (TLS 1.2): reading goes on, writing waits */
  WS_TLS_STATE_FAILED,      /* failure is set */
} WsTlsState;

/* What is reported to the listener's status. */
typedef enum
{
  WS_TLS_REPORT_NOTHING,
  WS_TLS_REPORT_STATUS,
  WS_TLS_REPORT_PACKETS, /* and what goes over the socket (LogSSLPackets), if the provider sees it */
} WsTlsReportLevel;

/* What a client presented. Valid during the callback. */
typedef struct
{
  const gnutls_datum_t *chain;   /* DER, its own certificate first */
  guint                 n_chain; /* 0: it sent none */
  guint                 flags;   /* gnutls_certificate_status_t; 0: vouched for */
  const char           *status;  /* "OK", or what is wrong */
  gboolean              resumed; /* it was presented in an earlier session */
} WsTlsClientCertificate;

/* All may be NULL. They are called in the transport's thread and may do anything, also free the
 * transport. */
typedef struct
{
  /* The ClientHello is there. TRUE goes on at once. FALSE waits for ws_tls_hello_proceed() or
   * ws_tls_hello_refuse(), which may also have been called here. Not called by a provider that
   * cannot choose a certificate. */
  gboolean (*client_hello) (WsTlsTransport      *transport,
                            const WsClientHello *hello,
                            gpointer             user_data);
  /* Whether to accept what the client presented; asked in each handshake, also of a resumed session.
   * NULL: if it is vouched for. */
  gboolean (*client_certificate) (WsTlsTransport               *transport,
                                  const WsTlsClientCertificate *presented,
                                  gpointer                      user_data);
  /* One line about the connection's progress. */
  void (*status) (WsTlsTransport *transport,
                  const char     *line,
                  gpointer        user_data);
  /* The next handshake step may go on. Never called from inside a call of the owner. */
  void (*wake) (WsTlsTransport *transport,
                gpointer        user_data);
} WsTlsListener;

/* What was negotiated; 0 and NULL before, and where a provider cannot know it. The names live as long
 * as the program. */
typedef struct
{
  guint16     version;              /* 0x0304: TLS 1.3 */
  const char *cipher_suite;         /* "TLS_AES_128_GCM_SHA256" */
  const char *cipher;               /* "AES-128-GCM" */
  guint       cipher_bits;          /* of the key */
  const char *key_exchange;         /* "ECDHE-RSA" */
  guint       key_exchange_bits;    /* of the group, or of the RSA key */
  const char *application_protocol; /* ALPN */
  gboolean    is_resumed;
} WsTlsInfo;

typedef struct
{
  void (*get_info) (WsTlsTransport *self,
                    WsTlsInfo      *info);
  /* The client's chain in DER, its own certificate first; owned by the transport. */
  const gnutls_datum_t *(*get_peer_chain) (WsTlsTransport *self,
                                           guint          *n_chain);
  /* Of the server, as it is shown to the client; or NULL. */
  GTlsCertificate *(*dup_certificate) (WsTlsTransport *self);
  gboolean (*get_channel_binding) (WsTlsTransport        *self,
                                   GTlsChannelBindingType type,
                                   GByteArray            *data,
                                   GError               **error);
  /* Serves this client with another context, while its ClientHello is being decided about. NULL: the
   * provider cannot. */
  void (*set_context) (WsTlsTransport *self,
                       WsTlsContext   *context);
  /* Ends an open session with a fatal alert. NULL: the provider cannot send one. */
  void (*reject) (WsTlsTransport *self,
                  guint8          alert,
                  const char     *reason);
  /* The last reference is gone. The transport's memory is freed afterwards. */
  void (*finalize) (WsTlsTransport *self);

  gboolean sees_packets; /* all that goes over the socket passes through the transport's thread */
} WsTlsTransportFuncs;

struct _WsTlsTransport
{
  WsTransport                parent;
  const WsTlsTransportFuncs *funcs;
  const WsTlsListener       *listener; /* never NULL */
  gpointer                   user_data;

  WsRecordSocket          *socket;           /* the provider's */
  WsTlsPolicy             *policy;           /* a reference */
  WsClientHelloReader     *reader;           /* NULL once its bytes are with the socket */
  GError                  *failure;          /* reported again by each later call */
  struct _WsTlsConnection *connection;       /* not a reference; NULL unless a program holds one */
  guint                    ref_count;        /* callers that run callbacks hold references */
  guint                    client_flags;     /* of the client's certificate: gnutls_certificate_status_t */
  guint16                  max_record_bytes; /* that the client takes; TLS itself may forget it */

  guint8 state;          /* WsTlsState */
  guint8 report_level;   /* WsTlsReportLevel */
  guint  freed : 1;      /* the owner has let go of it */
  guint  is_reading : 1; /* the ClientHello, further up the stack */
};

#define WS_TLS_TRANSPORT(transport) ((WsTlsTransport *) (transport))

/* --- for the owner --------------------------------------------------------------------------- */

/* The listener must outlive the transport. */
void ws_tls_transport_set_listener (WsTlsTransport      *self,
                                    const WsTlsListener *listener,
                                    WsTlsReportLevel     report_level,
                                    gpointer             user_data);

/* A connection for GIO's programs, made for the first that asks; see WsTlsConnection. */
GTlsConnection *ws_tls_transport_dup_connection (WsTlsTransport *self);

static inline void
ws_tls_transport_set_context (WsTlsTransport *self,
                              WsTlsContext   *context)
{
  self->funcs->set_context (self, context);
}

/* Ends an open session with a fatal alert, as far as the provider can send one: what was found out about
 * the client after the handshake speaks against it. */
static inline void
ws_tls_transport_reject (WsTlsTransport *self,
                         guint8          alert,
                         const char     *reason)
{
  if (self->funcs->reject != NULL)
    self->funcs->reject (self, alert, reason);
}

static inline void
ws_tls_transport_get_info (WsTlsTransport *self,
                           WsTlsInfo      *info)
{
  *info = (WsTlsInfo){ .version = 0 };
  self->funcs->get_info (self, info);
}

static inline const gnutls_datum_t *
ws_tls_transport_get_peer_chain (WsTlsTransport *self,
                                 guint          *n_chain)
{
  return self->funcs->get_peer_chain (self, n_chain);
}

/* The authorities that vouch for clients; NULL unless they are asked for certificates. */
static inline gnutls_x509_trust_list_t
ws_tls_transport_get_trust_list (WsTlsTransport *self)
{
  return ws_tls_policy_get_trust_list (self->policy);
}

/* --- for the providers ----------------------------------------------------------------------- */

/* For memory that is zeroed. The transport begins with one reference, which ws_tls_transport_free()
 * gives up. */
void ws_tls_transport_init (WsTlsTransport            *self,
                            const WsTransportFuncs    *funcs,
                            const WsTlsTransportFuncs *tls_funcs,
                            int                        fd,
                            WsRecordSocket            *socket,
                            WsTlsPolicy               *policy);
/* The owner lets go: no callback comes from now on. */
void ws_tls_transport_free (WsTlsTransport *self);
void ws_tls_transport_ref (WsTlsTransport *self);
void ws_tls_transport_unref (WsTlsTransport *self);
void ws_tls_transport_set_policy (WsTlsTransport *self,
                                  WsTlsPolicy    *policy);

/* A line for the listener. Nothing is formatted without one. */
void ws_tls_transport_report (WsTlsTransport *self,
                              const char     *format,
                              ...) G_GNUC_PRINTF (2, 3);
void ws_tls_transport_report_open (WsTlsTransport *self);
void ws_tls_transport_report_sent (WsTlsTransport *self,
                                   const guint8   *data,
                                   gsize           length);
void ws_tls_transport_report_received (WsTlsTransport *self,
                                       const guint8   *data,
                                       gsize           length);

/* Ends it with a failure, which is taken; the first one stays. */
void ws_tls_transport_take_failure (WsTlsTransport *self,
                                    GError         *failure);
/* The same with "[code] TLS handshake: reason". */
void ws_tls_transport_fail_handshake (WsTlsTransport *self,
                                      int             code,
                                      const char     *reason);
void ws_tls_transport_fail_from_errno (WsTlsTransport *self,
                                       int             error_number);
/* Sets the error to a copy of the failure; returns FAILED. */
WsIOStatus ws_tls_transport_propagate_failure (WsTlsTransport *self,
                                               GError        **error);

/* Whether to accept what the client presented in this handshake; n_chain is 0 for nothing. */
typedef enum
{
  WS_TLS_SESSION_NEW,
  WS_TLS_SESSION_RESUMED,
} WsTlsSessionKind;

gboolean ws_tls_transport_check_client (WsTlsTransport       *self,
                                        const gnutls_datum_t *chain,
                                        guint                 n_chain,
                                        WsTlsSessionKind      kind);

G_END_DECLS

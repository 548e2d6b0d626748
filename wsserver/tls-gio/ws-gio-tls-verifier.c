/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls-gio/ws-gio-tls-verifier-private.h"

#include "wsserver/tls/ws-tls-gio-certificate-private.h"
#include "wsserver/tls-gio/ws-gio-tls-context-private.h"

#define WS_TYPE_TLS_VERIFIER (ws_tls_verifier_get_type ())
G_DECLARE_FINAL_TYPE (WsTlsVerifier, ws_tls_verifier, WS, TLS_VERIFIER, GTlsDatabase)

struct _WsTlsVerifier
{
  GTlsDatabase  parent_instance;
  WsTlsContext *context; /* a reference */
};

G_DEFINE_TYPE (WsTlsVerifier, ws_tls_verifier, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags
ws_tls_verifier_verify_chain (GTlsDatabase           *database,
                              GTlsCertificate        *chain,
                              const char             *purpose,
                              GSocketConnectable     *identity,
                              GTlsInteraction        *interaction,
                              GTlsDatabaseVerifyFlags flags,
                              GCancellable           *cancellable,
                              GError                **error)
{
  g_autoptr (GArray) certificates = ws_tls_platform_dup_chain (chain);

  return ws_tls_gio_certificate_flags (ws_tls_context_verify_client (
      WS_TLS_VERIFIER (database)->context, (const gnutls_datum_t *) (gpointer) certificates->data,
      certificates->len));
}

static void
ws_tls_verifier_finalize (GObject *object)
{
  ws_tls_context_unref (WS_TLS_VERIFIER (object)->context);

  G_OBJECT_CLASS (ws_tls_verifier_parent_class)->finalize (object);
}

static void
ws_tls_verifier_class_init (WsTlsVerifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ws_tls_verifier_finalize;
  G_TLS_DATABASE_CLASS (klass)->verify_chain = ws_tls_verifier_verify_chain;
}

static void
ws_tls_verifier_init (WsTlsVerifier *self)
{
}

GTlsDatabase *
ws_tls_verifier_new (WsTlsContext *context)
{
  WsTlsVerifier *self = g_object_new (WS_TYPE_TLS_VERIFIER, NULL);

  self->context = ws_tls_context_ref (context);

  return G_TLS_DATABASE (self);
}

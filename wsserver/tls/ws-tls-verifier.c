/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-verifier-private.h"

#include "wsserver/tls/ws-tls-gio-certificate-private.h"

#define WS_TYPE_TLS_VERIFIER (ws_tls_verifier_get_type ())
G_DECLARE_FINAL_TYPE (WsTlsVerifier, ws_tls_verifier, WS, TLS_VERIFIER, GTlsDatabase)

struct _WsTlsVerifier
{
  GTlsDatabase parent_instance;
  WsTlsPolicy *policy; /* a reference */
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
  g_autoptr (GArray) certificates = ws_tls_gio_certificate_dup_chain (chain);

  return ws_tls_gio_certificate_flags (ws_tls_policy_verify_client (
      WS_TLS_VERIFIER (database)->policy, (const gnutls_datum_t *) (gpointer) certificates->data,
      certificates->len));
}

static void
ws_tls_verifier_finalize (GObject *object)
{
  ws_tls_policy_unref (WS_TLS_VERIFIER (object)->policy);

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
ws_tls_verifier_new (WsTlsPolicy *policy)
{
  WsTlsVerifier *self = g_object_new (WS_TYPE_TLS_VERIFIER, NULL);

  self->policy = ws_tls_policy_ref (policy);

  return G_TLS_DATABASE (self);
}

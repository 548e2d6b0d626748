/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-context-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/revocation/ws-ocsp-staple-private.h"
#include "wsserver/tls/ws-key-log-private.h"
#include "wsserver/tls/ws-named-credentials-private.h"
#include "wsserver/tls/ws-tls-credentials-private.h"
#include "wsserver/tls/ws-tls-session-cache-private.h"

#include <string.h>
#include <unistd.h>

struct _WsTlsContext
{
  gatomicrefcount                  ref_count;
  WsTlsPolicy                     *policy;
  gnutls_certificate_credentials_t credentials;
  WsTlsKeyKinds                    keys;          /* of all certificates */
  GPtrArray                       *certificates;  /* what the credentials borrow from; or NULL */
  WsNamedCredentials              *named;         /* NULL with one certificate */
  gnutls_datum_t                   ticket_key;    /* empty: sessions are not resumed */
  WsTlsSessionCache               *session_cache; /* NULL: the same */
  guint                            session_lifetime_s;
  gboolean                         serves_renegotiation;
  int                              key_log_fd; /* -1: none */
};

static gboolean
open_key_log (WsTlsContext       *self,
              const WsTlsOptions *options,
              GError            **error)
{
  const char *path = options->key_log_file;

  if (path == NULL || path[0] == '\0')
    return TRUE;

  self->key_log_fd = ws_key_log_open (path, error);

  return self->key_log_fd >= 0;
}

/* Makes what the options ask for beside the policy. */
static gboolean
load_extras (WsTlsContext       *self,
             const WsTlsOptions *options,
             const char         *ca_certs,
             GError            **error)
{
  const char *ocsp_response = options->ocsp_response;

  if (ocsp_response != NULL && ocsp_response[0] == '\0')
    ocsp_response = NULL;
  if (ocsp_response != NULL && !ws_ocsp_staple_set_named (self->credentials, ocsp_response, error))
    return FALSE;
  if (!open_key_log (self, options, error))
    return FALSE;

  ws_tls_credentials_set_dh_group (self->credentials, options->dh_group_bits);
  if (self->certificates != NULL && self->certificates->len > 1)
    self->named =
        ws_named_credentials_new (self->certificates, ca_certs, ocsp_response, options->dh_group_bits);
  if (options->reuse_sessions)
    {
      gnutls_session_ticket_key_generate (&self->ticket_key);
      self->session_cache = ws_tls_session_cache_new ();
    }

  return TRUE;
}

WsTlsContext *
ws_tls_context_new (const WsTlsOptions              *options,
                    gnutls_certificate_credentials_t credentials,
                    GPtrArray                       *certificates,
                    const char                      *ca_certs,
                    GError                         **error)
{
  g_autoptr (WsTlsContext) self = g_new0 (WsTlsContext, 1);

  g_assert (credentials != NULL);

  g_atomic_ref_count_init (&self->ref_count);
  self->credentials = credentials;
  self->certificates = certificates != NULL ? g_ptr_array_ref (certificates) : NULL;
  self->key_log_fd = -1;
  self->keys = ws_tls_credentials_get_key_kinds (credentials);
  self->session_lifetime_s = options->session_lifetime_s;
  self->serves_renegotiation = options->serve_renegotiation;

  if (self->keys == 0)
    {
      g_set_error_literal (error, WS_ERROR, WS_ERROR_SERVER_CERT_NOT_FOUND, "There is no server certificate");
      return NULL;
    }

  self->policy = ws_tls_policy_new (options, error);
  if (self->policy == NULL || !load_extras (self, options, ca_certs, error))
    return NULL;

  return g_steal_pointer (&self);
}

WsTlsContext *
ws_tls_context_ref (WsTlsContext *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
ws_tls_context_unref (WsTlsContext *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->policy, ws_tls_policy_unref);
  gnutls_certificate_free_credentials (self->credentials);
  g_clear_pointer (&self->named, ws_named_credentials_free);
  g_clear_pointer (&self->certificates, g_ptr_array_unref);
  if (self->ticket_key.data != NULL)
    gnutls_memset (self->ticket_key.data, 0, self->ticket_key.size);
  gnutls_free (self->ticket_key.data);
  g_clear_pointer (&self->session_cache, ws_tls_session_cache_free);
  if (self->key_log_fd >= 0)
    (void) close (self->key_log_fd);
  g_free (self);
}

WsTlsPolicy *
ws_tls_context_get_policy (const WsTlsContext *self)
{
  return self->policy;
}

gboolean
ws_tls_context_serves_renegotiation (const WsTlsContext *self)
{
  return self->serves_renegotiation;
}

gnutls_certificate_credentials_t
ws_tls_context_get_credentials (WsTlsContext  *self,
                                const char    *server_name,
                                WsTlsKeyKinds *keys)
{
  gnutls_certificate_credentials_t found = NULL;

  if (self->named != NULL)
    found = ws_named_credentials_find (self->named, server_name, keys);
  if (found != NULL)
    return found;

  /* It was possible when the context was made. Where it no longer is, the client may see a name that
   * it did not ask for. */
  *keys = self->keys;

  return self->credentials;
}

void
ws_tls_context_enable_resumption (const WsTlsContext *self,
                                  gnutls_session_t    session)
{
  if (self->ticket_key.data == NULL)
    return;

  gnutls_session_ticket_enable_server (session, &self->ticket_key);
  ws_tls_session_cache_enable (self->session_cache, session);
  gnutls_db_set_cache_expiration (session, (int) self->session_lifetime_s);
}

/* --- the key log ----------------------------------------------------------------------------- */

gboolean
ws_tls_context_has_key_log (const WsTlsContext *self)
{
  return self->key_log_fd >= 0;
}

static void
append_hex (GString              *text,
            const gnutls_datum_t *bytes)
{
  for (guint i = 0; i < bytes->size; i++)
    g_string_append_printf (text, "%02x", bytes->data[i]);
}

void
ws_tls_context_log_key (const WsTlsContext   *self,
                        const char           *label,
                        const gnutls_datum_t *client_random,
                        const gnutls_datum_t *secret)
{
  g_autoptr (GString) line = g_string_new (label);

  if (self->key_log_fd < 0)
    return;

  g_string_append_c (line, ' ');
  append_hex (line, client_random);
  g_string_append_c (line, ' ');
  append_hex (line, secret);
  g_string_append_c (line, '\n');

  /* A full disk is no reason to refuse the client. */
  ws_key_log_append (self->key_log_fd, line->str, line->len);
  gnutls_memset (line->str, 0, line->len);
}

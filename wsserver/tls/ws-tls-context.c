/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/tls/ws-tls-context-private.h"

#include "wsserver/base/ws-error-private.h"
#include "wsserver/revocation/ws-ocsp-staple-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/x509.h>
#include <string.h>
#include <unistd.h>

#define MAX_CHAIN_CERTIFICATES 16

static WsTlsKeyKinds
get_key_kind (gnutls_x509_crt_t certificate)
{
  switch (gnutls_x509_crt_get_pk_algorithm (certificate, NULL))
    {
    case GNUTLS_PK_RSA:
      return WS_TLS_KEY_RSA;
    case GNUTLS_PK_RSA_PSS:
      return WS_TLS_KEY_RSA_PSS;
    case GNUTLS_PK_ECDSA:
    case GNUTLS_PK_EDDSA_ED25519:
    case GNUTLS_PK_EDDSA_ED448:
      return WS_TLS_KEY_ECDSA;
    case GNUTLS_PK_DSA:
      return WS_TLS_KEY_DSA;
    default:
      return 0;
    }
}

WsTlsKeyKinds
ws_tls_collect_key_kinds (gnutls_certificate_credentials_t credentials)
{
  WsTlsKeyKinds      kinds = 0;
  gnutls_x509_crt_t *chain;
  guint              n_chain;

  for (guint i = 0; gnutls_certificate_get_x509_crt (credentials, i, &chain, &n_chain) >= 0; i++)
    {
      if (n_chain > 0)
        kinds |= get_key_kind (chain[0]);
      for (guint j = 0; j < n_chain; j++)
        gnutls_x509_crt_deinit (chain[j]);
      gnutls_free (chain);
    }

  return kinds;
}

static gboolean
add_client_authorities (gnutls_x509_trust_list_t list,
                        const char              *client_ca_pem,
                        GError                 **error)
{
  gnutls_datum_t pem = { (guint8 *) client_ca_pem, 0 };
  int            result;

  if (client_ca_pem == NULL || client_ca_pem[0] == '\0')
    return TRUE;

  pem.size = (guint) strlen (client_ca_pem);
  result = gnutls_x509_trust_list_add_trust_mem (list, &pem, NULL, GNUTLS_X509_FMT_PEM, 0, 0);
  if (result > 0)
    return TRUE;

  g_set_error (error, WS_ERROR, WS_ERROR_CERT_STORE, "[%d] %s: SSLClientCACerts", WS_ERROR_CERT_STORE,
               result < 0 ? gnutls_strerror (result) : "no certificate in PEM form");
  return FALSE;
}

gboolean
ws_tls_context_check_authorities (const char *client_ca_pem,
                                  GError    **error)
{
  gnutls_x509_trust_list_t list;
  gboolean                 good;

  gnutls_x509_trust_list_init (&list, 0);
  good = add_client_authorities (list, client_ca_pem, error);
  gnutls_x509_trust_list_deinit (list, 1);
  return good;
}

static gboolean
load_trust_list (WsTlsContext       *self,
                 const WsTlsOptions *options,
                 GError            **error)
{
  int result;

  if (!options->request_client_certificate)
    return TRUE;

  if (options->authorities != NULL && options->authorities->trust_list != NULL)
    {
      self->authorities = ws_tls_context_ref (options->authorities);
      self->trust_list = self->authorities->trust_list;
      return TRUE;
    }

  gnutls_x509_trust_list_init (&self->trust_list, 0);
  if (options->use_system_trust)
    {
      result = gnutls_x509_trust_list_add_system_trust (self->trust_list, 0, 0);
      if (result < 0 && result != GNUTLS_E_UNIMPLEMENTED_FEATURE)
        {
          g_set_error (error, WS_ERROR, WS_ERROR_CERT_STORE, "[%d] %s: the system's certificate authorities",
                       WS_ERROR_CERT_STORE, gnutls_strerror (result));
          return FALSE;
        }
    }

  return add_client_authorities (self->trust_list, options->client_ca_pem, error);
}

static gboolean
open_key_log (WsTlsContext       *self,
              const WsTlsOptions *options,
              GError            **error)
{
  const char *path = options->key_log_file;

  if (path == NULL || path[0] == '\0')
    return TRUE;

  self->key_log_fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
  if (self->key_log_fd >= 0)
    return TRUE;

  ws_set_error_from_errno (error, errno, path);

  return FALSE;
}

static gboolean
staple (WsTlsContext *self,
        const char   *path,
        GError      **error)
{
  if (path == NULL || path[0] == '\0')
    return TRUE;

  self->ocsp_response = g_strdup (path);
  return ws_tls_credentials_staple_named (self->credentials, path, error);
}

void
ws_tls_context_set_dh_params (WsTlsContext                    *self,
                              gnutls_certificate_credentials_t credentials)
{
  gnutls_sec_param_t level = gnutls_pk_bits_to_sec_param (GNUTLS_PK_DH, self->dh_group_bits);

  /* For clients that do not name the groups of RFC 7919; under 2048 bits there is none. */
  gnutls_certificate_set_known_dh_params (credentials, MAX (level, GNUTLS_SEC_PARAM_MEDIUM));
}

static void
set_application_protocols (WsTlsContext *self,
                           const char   *protocols)
{
  if (protocols == NULL || protocols[0] == '\0')
    return;

  self->application_protocols = g_strsplit (protocols, ",", -1);
  for (guint i = 0; self->application_protocols[i] != NULL; i++)
    g_strstrip (self->application_protocols[i]);
}

WsTlsContext *
ws_tls_context_new (const WsTlsOptions              *options,
                    gnutls_certificate_credentials_t credentials,
                    GError                         **error)
{
  g_autoptr (WsTlsContext) self = g_new0 (WsTlsContext, 1);

  g_assert (credentials != NULL);

  g_atomic_ref_count_init (&self->ref_count);
  self->credentials = credentials;
  self->key_log_fd = -1;
  self->keys = ws_tls_collect_key_kinds (credentials);
  self->session_lifetime_s = options->session_lifetime_s;
  self->serve_renegotiation = options->serve_renegotiation;
  self->request_client_certificate = options->request_client_certificate;
  set_application_protocols (self, options->application_protocols);

  if (self->keys == 0)
    {
      g_set_error_literal (error, WS_ERROR, WS_ERROR_SERVER_CERT_NOT_FOUND, "There is no server certificate");
      return NULL;
    }

  self->priority = ws_tls_priority_new (options, error);
  if (self->priority == NULL || !staple (self, options->ocsp_response, error) ||
      !load_trust_list (self, options, error) || !open_key_log (self, options, error))
    return NULL;

  self->dh_group_bits = options->dh_group_bits;
  ws_tls_context_set_dh_params (self, credentials);
  if (options->reuse_sessions)
    gnutls_session_ticket_key_generate (&self->ticket_key);

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

  g_clear_pointer (&self->priority, ws_tls_priority_free);
  gnutls_certificate_free_credentials (self->credentials);
  g_clear_pointer (&self->named, g_hash_table_unref);
  g_free (self->ca_certs);
  g_free (self->ocsp_response);
  g_clear_pointer (&self->certificates, g_ptr_array_unref);
  if (self->ticket_key.data != NULL)
    gnutls_memset (self->ticket_key.data, 0, self->ticket_key.size);
  gnutls_free (self->ticket_key.data);
  if (self->authorities != NULL)
    ws_tls_context_unref (self->authorities);
  else if (self->trust_list != NULL)
    gnutls_x509_trust_list_deinit (self->trust_list, 1);
  g_strfreev (self->application_protocols);
  if (self->key_log_fd >= 0)
    (void) close (self->key_log_fd);
  g_free (self);
}

static void
append_hex (GString              *text,
            const gnutls_datum_t *bytes)
{
  for (guint i = 0; i < bytes->size; i++)
    g_string_append_printf (text, "%02x", bytes->data[i]);
}

void
ws_tls_context_log_key (WsTlsContext         *self,
                        const char           *label,
                        const gnutls_datum_t *client_random,
                        const gnutls_datum_t *secret)
{
  g_autoptr (GString) line = g_string_new (label);
  gssize result;

  if (self->key_log_fd < 0)
    return;

  g_string_append_c (line, ' ');
  append_hex (line, client_random);
  g_string_append_c (line, ' ');
  append_hex (line, secret);
  g_string_append_c (line, '\n');

  /* One write, so that lines of several processes stay whole. A full disk is no reason to refuse
   * the client. */
  do
    result = write (self->key_log_fd, line->str, line->len);
  while (result < 0 && errno == EINTR);
  gnutls_memset (line->str, 0, line->len);
}

guint
ws_tls_context_verify_client (WsTlsContext         *self,
                              const gnutls_datum_t *chain,
                              guint                 n_chain)
{
  gnutls_x509_crt_t     certificates[MAX_CHAIN_CERTIFICATES];
  gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
                                    .data = (guint8 *) GNUTLS_KP_TLS_WWW_CLIENT };
  guint                 status = GNUTLS_CERT_INVALID;
  guint                 n_certificates = 0;
  gboolean              imported = n_chain > 0 && n_chain <= MAX_CHAIN_CERTIFICATES;

  if (self->trust_list == NULL)
    return GNUTLS_CERT_INVALID | GNUTLS_CERT_SIGNER_NOT_FOUND;

  for (guint i = 0; imported && i < n_chain; i++)
    {
      imported = gnutls_x509_crt_init (&certificates[i]) >= 0;
      if (!imported)
        break;
      n_certificates++;
      imported = gnutls_x509_crt_import (certificates[i], &chain[i], GNUTLS_X509_FMT_DER) >= 0;
    }

  if (imported && gnutls_x509_trust_list_verify_crt2 (self->trust_list, certificates, n_certificates,
                                                      &purpose, 1, 0, &status, NULL) < 0)
    status = GNUTLS_CERT_INVALID;

  for (guint i = 0; i < n_certificates; i++)
    gnutls_x509_crt_deinit (certificates[i]);

  return status;
}

char *
ws_tls_context_dup_status (guint flags)
{
  gnutls_datum_t printed = { NULL, 0 };
  char          *text;

  if (flags == 0)
    return g_strdup ("OK");

  gnutls_certificate_verification_status_print (flags, GNUTLS_CRT_X509, &printed, 0);
  text = g_strdup (printed.data != NULL ? (const char *) printed.data : "Not trusted");
  gnutls_free (printed.data);

  return g_strstrip (text);
}

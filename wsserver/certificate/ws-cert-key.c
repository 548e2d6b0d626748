/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-cert-key-private.h"

#include <gnutls/pkcs11.h>
#include <string.h>

#include "wsserver/certificate/ws-secret-private.h"

WsCertKey *
ws_cert_key_new_take (gnutls_x509_privkey_t take_key,
                      int                  *code)
{
  g_autoptr (WsCertKey) self = g_new0 (WsCertKey, 1);
  gsize size = sizeof self->id;

  *code = gnutls_x509_privkey_get_key_id (take_key, GNUTLS_KEYID_USE_SHA256, self->id, &size);
  if (*code >= 0)
    *code = gnutls_privkey_init (&self->key);
  if (*code >= 0)
    *code = gnutls_privkey_import_x509 (self->key, take_key, GNUTLS_PRIVKEY_IMPORT_COPY);
  gnutls_x509_privkey_deinit (take_key);
  return *code >= 0 ? g_steal_pointer (&self) : NULL;
}

/* Answers once per operation. A second question means that the first PIN was wrong, and a token locks
 * itself after a few wrong ones. */
static int
token_pin_cb (gpointer    user_data,
              int         attempt,
              const char *token_url,
              const char *token_label,
              guint       flags,
              char       *pin,
              gsize       pin_max)
{
  const char *known = user_data;

  if (known == NULL || known[0] == '\0' || attempt > 0 || (flags & GNUTLS_PIN_WRONG) != 0 ||
      strlen (known) >= pin_max)
    return GNUTLS_E_PKCS11_PIN_ERROR;

  g_strlcpy (pin, known, pin_max);
  return 0;
}

/* Opens a handle of a key on a token. The handle asks for the PIN again later: pin must outlive it.
 * Returns the code of GnuTLS. */
static int
open_token_key (const char       *uri,
                const char       *pin,
                gnutls_privkey_t *key)
{
  int code = gnutls_privkey_init (key);

  if (code < 0)
    return code;
  gnutls_privkey_set_pin_function (*key, token_pin_cb, (char *) pin);
  code = gnutls_privkey_import_url (*key, uri, 0);
  if (code < 0)
    g_clear_pointer (key, gnutls_privkey_deinit);
  return code;
}

WsCertKey *
ws_cert_key_new_for_uri (const char *uri,
                         const char *pin,
                         int        *code)
{
  g_autoptr (WsCertKey) self = g_new0 (WsCertKey, 1);

  self->uri = g_strdup (uri);
  self->pin = g_strdup (pin);
  *code = open_token_key (uri, self->pin, &self->key);
  return *code >= 0 ? g_steal_pointer (&self) : NULL;
}

void
ws_cert_key_free (WsCertKey *self)
{
  if (self == NULL)
    return;

  gnutls_privkey_deinit (self->key);
  g_free (self->uri);
  ws_secret_free (self->pin);
  g_free (self);
}

int
ws_cert_key_copy (const WsCertKey  *self,
                  gnutls_privkey_t *copy)
{
  gnutls_x509_privkey_t plain;
  int                   code;

  if (self->uri != NULL)
    return open_token_key (self->uri, self->pin, copy);

  code = gnutls_privkey_init (copy);
  if (code < 0)
    return code;
  code = gnutls_privkey_export_x509 (self->key, &plain);
  if (code >= 0)
    {
      code = gnutls_privkey_import_x509 (*copy, plain, GNUTLS_PRIVKEY_IMPORT_COPY);
      gnutls_x509_privkey_deinit (plain);
    }
  if (code < 0)
    gnutls_privkey_deinit (*copy);
  return code;
}

gboolean
ws_cert_key_export (const WsCertKey      *self,
                    gnutls_x509_crt_fmt_t format,
                    gnutls_datum_t       *data)
{
  gnutls_x509_privkey_t plain;
  int                   code;

  if (gnutls_privkey_export_x509 (self->key, &plain) < 0)
    return FALSE;
  code = gnutls_x509_privkey_export2_pkcs8 (plain, format, NULL, GNUTLS_PKCS_PLAIN, data);
  gnutls_x509_privkey_deinit (plain);
  return code >= 0;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

/* What both providers share. */

/* Payload sealed in one call of writev. */
#define WS_TLS_MAX_WRITE_BYTES (64 * 1024)

/* What a client presented. Valid during the callback. */
typedef struct
{
  const gnutls_datum_t *chain;   /* DER, its own certificate first */
  guint                 n_chain; /* 0: it sent none */
  guint                 flags;   /* gnutls_certificate_status_t; 0: vouched for */
  const char           *status;  /* "OK", or what is wrong */
  gboolean              resumed; /* it was presented in an earlier session */
} WsTlsClientCertificate;

G_END_DECLS

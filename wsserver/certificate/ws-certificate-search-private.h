/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/certificate/ws-certificate-state-private.h"

G_BEGIN_DECLS

/* Where a certificate is searched for, and the search. Each setter compares, stores and notifies, and
 * then repeats a pending search. A NULL value is the empty one. */

void ws_certificate_search_set_store_type (WsCertificate  *self,
                                           WsCertStoreType store_type);
void ws_certificate_search_set_store (WsCertificate *self,
                                      GBytes        *store);
void ws_certificate_search_set_store_text (WsCertificate *self,
                                           const char    *store);
void ws_certificate_search_set_store_password (WsCertificate *self,
                                               const char    *store_password);
/* NULL: the store's password is the key's, too. */
void        ws_certificate_search_set_key_password (WsCertificate *self,
                                                    const char    *key_password);
const char *ws_certificate_search_get_key_password (WsCertificate *self);
/* NULL and "": the key is in the store. */
void ws_certificate_search_set_key_store (WsCertificate *self,
                                          const char    *key_store);
/* The absolute name of the store's file, or NULL if the store is not a file. */
char *ws_certificate_search_dup_filename (WsCertificate *self);

/* Start a new search and notify its result. A failure is kept in load_error. NULL and empty values
 * select no certificate. */
void ws_certificate_search_for_subject (WsCertificate *self,
                                        const char    *subject);
void ws_certificate_search_for_encoded (WsCertificate *self,
                                        GBytes        *encoded);
void ws_certificate_search_for_encoded_text (WsCertificate *self,
                                             const char    *encoded);

/* Runs the search that wanted_subject or wanted_encoded describe. On failure nothing is selected. */
gboolean ws_certificate_search_run (WsCertificate *self,
                                    GError       **error);

G_END_DECLS

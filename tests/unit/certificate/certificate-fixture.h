/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>

#include "wsserver/base/ws-error.h"
#include "wsserver/certificate/ws-certificate-credentials-private.h"
#include "wsserver/certificate/ws-certificate-private.h"

/* Samples made by tests/certificates/create-files.sh; their password is this. */
#define SAMPLE_PASSWORD "secret"

static inline char *
get_sample_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "certificates", "files", name, NULL);
}

static inline GBytes *
read_sample (const char *name)
{
  g_autofree char *path = get_sample_path (name);
  g_autoptr (GError) error = NULL;
  char *content;
  gsize length;

  g_file_get_contents (path, &content, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (content, length);
}

static inline GBytes *
make_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

/* A certificate of a sample given as a file. */
static inline WsCertificate *
open_sample (WsCertStoreType type,
             const char     *name,
             const char     *password,
             const char     *subject,
             GError        **error)
{
  g_autofree char *path = get_sample_path (name);
  g_autoptr (GBytes) store = make_bytes (path);

  return ws_certificate_new_from_store (type, store, password, subject, NULL, error);
}

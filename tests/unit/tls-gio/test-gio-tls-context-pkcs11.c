/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/certificate/certificate-fixture.h"

#include "wsserver/certificate/ws-certificate-state-private.h"
#include "wsserver/tls-gio/ws-gio-tls-transport-private.h"

#include <dlfcn.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gnutls/pkcs11.h>
#include <p11-kit/pkcs11.h>
#include <sys/socket.h>
#include <unistd.h>

#define MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define PIN "1234"

/* A token in a folder of its own, with the certificate and the key of a sample in it. */
static char *folder;

static gboolean
run (const char *const *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;

  process = g_subprocess_newv (arguments,
                               G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
  return process != NULL && g_subprocess_wait_check (process, NULL, &error);
}

static gboolean
write_object (const char *option,
              const char *name)
{
  g_autofree char  *path = get_sample_path (name);
  const char *const arguments[] = { "p11tool", "--batch", "--provider=" MODULE, "--login", "--set-pin=" PIN,
                                    "--write", option, path, "--id=0102", "--label=server", "pkcs11:token=ws-test", NULL };

  return run (arguments);
}

static gboolean
make_token (void)
{
  const char *const arguments[] = { "softhsm2-util", "--init-token", "--free", "--label", "ws-test",
                                    "--pin", PIN, "--so-pin", "12345678", NULL };
  g_autofree char  *tokens = g_build_filename (folder, "tokens", NULL);
  g_autofree char  *path = g_build_filename (folder, "softhsm2.conf", NULL);
  g_autofree char  *text = g_strdup_printf ("directories.tokendir = %s\nobjectstore.backend = file\n", tokens);

  g_mkdir (tokens, 0700);
  g_file_set_contents (path, text, -1, NULL);
  g_setenv ("SOFTHSM2_CONF", path, TRUE);
  return run (arguments) && write_object ("--load-privkey", "ec-key.pem") && write_object ("--load-certificate", "ec.pem");
}

/* --- a token that is slow ------------------------------------------------------------------------ */

#define SLOW_SIGN_US (1 * G_USEC_PER_SEC)

static CK_C_Sign sign;
static gboolean  is_slow;

static CK_RV
sign_slowly (CK_SESSION_HANDLE session,
             CK_BYTE_PTR       data,
             CK_ULONG          data_length,
             CK_BYTE_PTR       signature,
             CK_ULONG_PTR      signature_length)
{
  if (is_slow)
    g_usleep (SLOW_SIGN_US);
  return sign (session, data, data_length, signature, signature_length);
}

/* The module's list of functions, which its users call through, is changed before anyone has copied it. */
static void
wrap_module (void)
{
  void                *module = dlopen (MODULE, RTLD_NOW | RTLD_LOCAL);
  CK_C_GetFunctionList get_functions;
  CK_FUNCTION_LIST    *functions;

  g_assert_nonnull (module);
  *(void **) &get_functions = dlsym (module, "C_GetFunctionList");
  g_assert_cmpint (get_functions (&functions), ==, CKR_OK);
  sign = functions->C_Sign;
  functions->C_Sign = sign_slowly;
}

/* --- tests --------------------------------------------------------------------------------------- */

static WsCertificate *
open_uri (const char *uri,
          const char *pin,
          GError    **error)
{
  g_autoptr (GBytes) store = make_bytes (uri);

  return ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PKCS11, store, pin, "*", NULL, error);
}

static void
test_open (void)
{
  static const char *const         uris[] = { MODULE, "pkcs11:token=ws-test", "pkcs11:token=ws-test;id=%01%02;type=cert",
                                              "pkcs11:token=ws-test;object=server?module-path=" MODULE };
  gnutls_certificate_credentials_t credentials;

  g_test_summary ("Certificate and key of a token, by module and by URI");
  gnutls_certificate_allocate_credentials (&credentials);
  for (guint i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (WsCertificate) certificate = open_uri (uris[i], PIN, &error);
      g_autofree char *key = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (ws_certificate_get_subject (certificate), ==, "CN=localhost, O=Curves");
      g_assert_true (ws_certificate_get_private_key_available (certificate));
      key = ws_certificate_get_private_key (certificate);
      g_assert_cmpstr (key, ==, "");
      g_assert_true (ws_certificate_load_credentials (certificate, NULL, credentials, &error));
      g_assert_no_error (error);
      if (i > 0)
        continue;

      gnutls_certificate_free_credentials (credentials);
      g_assert_finalize_object (g_steal_pointer (&certificate));
      gnutls_certificate_allocate_credentials (&credentials);
    }
  gnutls_certificate_free_credentials (credentials);
}

static void
test_pin_in_uri (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = open_uri ("pkcs11:token=ws-test?pin-value=" PIN, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (ws_certificate_get_private_key_available (certificate));
}

static void
test_sign (void)
{
  static const char text[] = "to be signed";
  gnutls_datum_t    data = { (guint8 *) text, sizeof text };
  gnutls_datum_t    signature = { NULL, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = open_uri ("pkcs11:token=ws-test", PIN, &error);

  g_assert_no_error (error);
  g_assert_cmpint (gnutls_privkey_sign_data2 (certificate->entry.key->key,
                                              GNUTLS_SIGN_ECDSA_SHA256, 0, &data, &signature),
                   ==, 0);
  g_assert_cmpint (gnutls_pubkey_verify_data2 (certificate->entry.public_key, GNUTLS_SIGN_ECDSA_SHA256, 0,
                                               &data, &signature),
                   >=, 0);
  gnutls_free (signature.data);
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
shake_hands (WsTransport     *transport,
             gnutls_session_t client)
{
  g_autoptr (GError) error = NULL;
  WsIOStatus   status = WS_IO_WOULD_BLOCK;
  int          result = GNUTLS_E_AGAIN;
  const gint64 begin_us = g_get_monotonic_time ();
  gint64       longest_us = 0;
  guint        tick = g_timeout_add (1, tick_cb, NULL);

  while (status == WS_IO_WOULD_BLOCK || result == GNUTLS_E_AGAIN)
    {
      gint64 before_us = g_get_monotonic_time ();

      if (result == GNUTLS_E_AGAIN)
        result = gnutls_handshake (client);
      if (status == WS_IO_WOULD_BLOCK)
        status = ws_transport_handshake (transport, &error);
      g_assert_no_error (error);
      g_main_context_iteration (NULL, TRUE);
      longest_us = MAX (longest_us, g_get_monotonic_time () - before_us);
    }
  g_source_remove (tick);

  g_assert_cmpint (status, ==, WS_IO_OK);
  g_assert_cmpint (result, ==, 0);
  g_test_message ("longest iteration %" G_GINT64_FORMAT " ms", longest_us / 1000);
  g_assert_cmpint (longest_us, <, SLOW_SIGN_US / 2);
  if (is_slow)
    g_assert_cmpint (g_get_monotonic_time () - begin_us, >=, SLOW_SIGN_US);
}

static void
test_platform (gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WsCertificate) certificate = open_uri ("pkcs11:token=ws-test", PIN, &error);
  g_autoptr (WsGioTlsContext) platform = NULL;
  gnutls_certificate_credentials_t credentials;
  WsTlsOptions                     options;
  gnutls_session_t                 client;
  WsTransport                     *transport;
  int                              fds[2];

  g_test_summary ("The platform's TLS signs with a key that stays on its token, and the main loop does not wait for it");
  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_test_skip ("GIO has no TLS backend");
      return;
    }

  ws_tls_options_init (&options);
  platform = ws_gio_tls_context_new (&options, certificate, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), ==, 0);
  transport = ws_gio_tls_transport_new (fds[0], platform, NULL);
  gnutls_certificate_allocate_credentials (&credentials);
  gnutls_init (&client, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
  gnutls_set_default_priority (client);
  gnutls_credentials_set (client, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int (client, fds[1]);

  is_slow = user_data != NULL;
  shake_hands (transport, client);
  is_slow = FALSE;

  ws_transport_free (transport);
  gnutls_deinit (client);
  gnutls_certificate_free_credentials (credentials);
  close (fds[1]);
}

static void
test_failures (void)
{
  static const char *const bad[][2] = {
    { "pkcs11:token=ws-test", "wrong" },
    { "pkcs11:token=ws-test", "" },
    { "pkcs11:token=none", PIN },
    { "pkcs11:token=ws-test;id=%09", PIN },
    { "pkcs11:%", PIN },
    { "/nonexistent/module.so", PIN },
    { "/etc/passwd", PIN },
  };

  g_test_summary ("A wrong PIN, token, object or module is an error with its name");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (open_uri (bad[i][0], bad[i][1], &error));
      g_assert_error (error, WS_ERROR, WS_ERROR_CERT_STORE);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, bad[i][0]));
    }
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_all (child);
    }
  g_remove (path);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);

  folder = g_dir_make_tmp ("ws-token-XXXXXX", NULL);
  if (!g_file_test (MODULE, G_FILE_TEST_EXISTS) || !make_token ())
    {
      g_print ("1..0 # SKIP softhsm2 or p11tool is missing\n");
      remove_all (folder);
      return 0;
    }
  wrap_module ();
  /* Wrong PINs last. */
  g_test_add_func ("/unit/tls-gio/gio-tls-context-pkcs11/open", test_open);
  g_test_add_func ("/unit/tls-gio/gio-tls-context-pkcs11/pin-in-uri", test_pin_in_uri);
  g_test_add_func ("/unit/tls-gio/gio-tls-context-pkcs11/sign", test_sign);
  g_test_add_data_func ("/unit/tls-gio/gio-tls-context-pkcs11/platform", NULL, test_platform);
  g_test_add_data_func ("/unit/tls-gio/gio-tls-context-pkcs11/slow", "slow", test_platform);
  g_test_add_func ("/unit/tls-gio/gio-tls-context-pkcs11/z-failures", test_failures);
  status = g_test_run ();
  gnutls_pkcs11_deinit ();
  remove_all (folder);
  g_free (folder);
  return status;
}

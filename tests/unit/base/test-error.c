/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/base/ws-error-private.h"

#include <errno.h>
#include <string.h>

#include <gio/gio.h>
#include <gnutls/gnutls.h>

#include "wsserver/base/ws-enum-types.h"

typedef struct
{
  int from; /* errno, or code of G_IO_ERROR */
  int code;
} Mapping;

static const Mapping errno_mappings[] = {
  { EINTR, 10004 },
  { EBADF, 10009 },
  { EACCES, 10013 },
  { EPERM, 10013 },
  { EFAULT, 10014 },
  { EINVAL, 10022 },
  { EMFILE, 10024 },
  { ENFILE, 10024 },
  { EAGAIN, 10035 },
  { EWOULDBLOCK, 10035 },
  { EINPROGRESS, 10036 },
  { EALREADY, 10037 },
  { ENOTSOCK, 10038 },
  { EDESTADDRREQ, 10039 },
  { EMSGSIZE, 10040 },
  { EPROTOTYPE, 10041 },
  { ENOPROTOOPT, 10042 },
  { EPROTONOSUPPORT, 10043 },
  { ESOCKTNOSUPPORT, 10044 },
  { EOPNOTSUPP, 10045 },
  { EPFNOSUPPORT, 10046 },
  { EAFNOSUPPORT, 10047 },
  { EADDRINUSE, 10048 },
  { EADDRNOTAVAIL, 10049 },
  { ENETDOWN, 10050 },
  { ENETUNREACH, 10051 },
  { ENETRESET, 10052 },
  { ECONNABORTED, 10053 },
  { ECONNRESET, 10054 },
  { EPIPE, 10054 },
  { ENOBUFS, 10055 },
  { ENOMEM, 10055 },
  { EISCONN, 10056 },
  { ENOTCONN, 10057 },
  { ESHUTDOWN, 10058 },
  { ETOOMANYREFS, 10059 },
  { ETIMEDOUT, 10060 },
  { ECONNREFUSED, 10061 },
  { ELOOP, 10062 },
  { ENAMETOOLONG, 10063 },
  { EHOSTDOWN, 10064 },
  { EHOSTUNREACH, 10065 },
  { ENOTEMPTY, 10066 },
  { EUSERS, 10068 },
  { EDQUOT, 10069 },
  { ESTALE, 10070 },
  { EREMOTE, 10071 },
  { ENOENT, 10022 },
  { EISDIR, 10022 },
  { ENOTDIR, 10022 },
  /* Without a number of their own. */
  { ENOTTY, 4202 },
  { ESPIPE, 4202 },
  { 0, 4202 },
  { -1, 4202 },
  { 99999, 4202 },
};

static const Mapping gio_mappings[] = {
  { G_IO_ERROR_NOT_FOUND, 10022 },
  { G_IO_ERROR_IS_DIRECTORY, 10022 },
  { G_IO_ERROR_NOT_DIRECTORY, 10022 },
  { G_IO_ERROR_NOT_REGULAR_FILE, 10022 },
  { G_IO_ERROR_INVALID_ARGUMENT, 10022 },
  { G_IO_ERROR_FILENAME_TOO_LONG, 10063 },
  { G_IO_ERROR_TOO_MANY_LINKS, 10062 },
  { G_IO_ERROR_NO_SPACE, 10055 },
  { G_IO_ERROR_PERMISSION_DENIED, 10013 },
  { G_IO_ERROR_NOT_SUPPORTED, 10045 },
  { G_IO_ERROR_CLOSED, 10009 },
  { G_IO_ERROR_CANCELLED, 10004 },
  { G_IO_ERROR_PENDING, 10036 },
  { G_IO_ERROR_TOO_MANY_OPEN_FILES, 10024 },
  { G_IO_ERROR_ADDRESS_IN_USE, 10048 },
  { G_IO_ERROR_TIMED_OUT, 10060 },
  { G_IO_ERROR_WOULD_BLOCK, 10035 },
  { G_IO_ERROR_HOST_NOT_FOUND, 11001 },
  { G_IO_ERROR_HOST_UNREACHABLE, 10065 },
  { G_IO_ERROR_NETWORK_UNREACHABLE, 10051 },
  { G_IO_ERROR_CONNECTION_REFUSED, 10061 },
  { G_IO_ERROR_CONNECTION_CLOSED, 10054 },
  { G_IO_ERROR_NOT_CONNECTED, 10057 },
  { G_IO_ERROR_MESSAGE_TOO_LARGE, 10040 },
  { G_IO_ERROR_FAILED, 4202 },
  { G_IO_ERROR_WRONG_ETAG, 4202 },
};

static const Mapping gnutls_mappings[] = {
  { GNUTLS_E_MEMORY_ERROR, 10055 },
  { GNUTLS_E_AGAIN, 10035 },
  { GNUTLS_E_INTERRUPTED, 10004 },
  { GNUTLS_E_PUSH_ERROR, 10054 },
  { GNUTLS_E_PULL_ERROR, 10054 },
  { GNUTLS_E_PREMATURE_TERMINATION, 10054 },
  { GNUTLS_E_SESSION_EOF, 10054 },
  { GNUTLS_E_INVALID_SESSION, 10054 },
  { GNUTLS_E_TIMEDOUT, 10060 },
  { GNUTLS_E_DECRYPTION_FAILED, 284 },
  { GNUTLS_E_UNEXPECTED_PACKET_LENGTH, 284 },
  { GNUTLS_E_RECORD_OVERFLOW, 284 },
  { GNUTLS_E_ENCRYPTION_FAILED, 283 },
  { GNUTLS_E_NO_CERTIFICATE_FOUND, 281 },
  { GNUTLS_E_CERTIFICATE_REQUIRED, 281 },
  { GNUTLS_E_CERTIFICATE_ERROR, 280 },
  { GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR, 280 },
  { GNUTLS_E_INSUFFICIENT_CREDENTIALS, 273 },
  { GNUTLS_E_CERTIFICATE_KEY_MISMATCH, 273 },
  { GNUTLS_E_NO_PRIORITIES_WERE_SET, 273 },
  /* Any other failure is a failure of the handshake. */
  { GNUTLS_E_NO_CIPHER_SUITES, 276 },
  { GNUTLS_E_FATAL_ALERT_RECEIVED, 276 },
  { GNUTLS_E_UNSUPPORTED_VERSION_PACKET, 276 },
};

/* Exactly the error numbers of IPWorks WSServer. */
static const int codes[] = {
  100,
  101,
  102,
  104,
  106,
  107,
  108,
  112,
  116,
  126,
  135,
  270,
  271,
  272,
  273,
  274,
  275,
  276,
  280,
  281,
  282,
  283,
  284,
  4202,
  10004,
  10009,
  10013,
  10014,
  10022,
  10024,
  10035,
  10036,
  10037,
  10038,
  10039,
  10040,
  10041,
  10042,
  10043,
  10044,
  10045,
  10046,
  10047,
  10048,
  10049,
  10050,
  10051,
  10052,
  10053,
  10054,
  10055,
  10056,
  10057,
  10058,
  10059,
  10060,
  10061,
  10062,
  10063,
  10064,
  10065,
  10066,
  10067,
  10068,
  10069,
  10070,
  10071,
  10091,
  10092,
  10093,
  11001,
  11002,
  11003,
  11004,
  20001,
};

static void
test_numbers (void)
{
  g_autoptr (GEnumClass) enum_class = g_type_class_ref (WS_TYPE_ERROR);

  g_test_summary ("The enumeration has exactly the error numbers of IPWorks WSServer.");

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_enum_get_value (enum_class, codes[i]) == NULL)
      g_error ("the enumeration lacks %d", codes[i]);
  g_assert_cmpuint (enum_class->n_values, ==, G_N_ELEMENTS (codes));
}

static void
test_quark (void)
{
  g_test_summary ("The error domain has its name and is constant.");

  g_assert_cmpstr (g_quark_to_string (WS_ERROR), ==, "ws-error-quark");
  g_assert_true (ws_error_quark () == WS_ERROR);
}

static void
test_from_errno (void)
{
  g_test_summary ("Each errno maps to its code; an unknown one maps to 4202.");

  for (gsize i = 0; i < G_N_ELEMENTS (errno_mappings); i++)
    {
      g_test_message ("%s", g_strerror (errno_mappings[i].from));
      g_assert_cmpint ((int) ws_error_from_errno (errno_mappings[i].from), ==, errno_mappings[i].code);
    }
}

static void
test_errno_text (void)
{
  g_test_summary ("The text is the code, the system's text, and the subject if there is one.");

  for (gsize i = 0; i < G_N_ELEMENTS (errno_mappings); i++)
    {
      const Mapping   *mapping = &errno_mappings[i];
      g_autofree char *text = g_strdup_printf ("[%d] %s", mapping->code, g_strerror (mapping->from));
      g_autofree char *text_with_subject = g_strconcat (text, ": 127.0.0.1:8080", NULL);
      g_autoptr (GError) error = NULL;

      ws_set_error_from_errno (&error, mapping->from, NULL);
      g_assert_error (error, WS_ERROR, mapping->code);
      g_assert_cmpstr (error->message, ==, text);
      g_clear_error (&error);

      ws_set_error_from_errno (&error, mapping->from, "127.0.0.1:8080");
      g_assert_error (error, WS_ERROR, mapping->code);
      g_assert_cmpstr (error->message, ==, text_with_subject);
    }
}

static void
test_code_in_text (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A new error has its code in brackets before the formatted text.");

  error = ws_error_new (WS_ERROR_SENDING, "Connection %d is %s", 7, "closed");
  g_assert_error (error, WS_ERROR, WS_ERROR_SENDING);
  g_assert_cmpstr (error->message, ==, "[4202] Connection 7 is closed");
  g_clear_error (&error);

  ws_set_error (&error, WS_ERROR_INVALID_ARGUMENT, "%s", "100%n");
  g_assert_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "[10022] 100%n");

  ws_set_error (NULL, WS_ERROR_SENDING, "%s", "ignored");
}

static void
test_subject_is_data (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A subject with percent signs is copied unchanged; the error may be NULL.");

  ws_set_error_from_errno (&error, EADDRINUSE, "%s%n/100%");
  g_assert_error (error, WS_ERROR, WS_ERROR_ADDRESS_IN_USE);
  g_assert_true (g_str_has_suffix (error->message, ": %s%n/100%"));

  ws_set_error_from_errno (NULL, EADDRINUSE, "ignored");
  ws_propagate_gio_error (NULL, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "lost"), NULL);
  ws_propagate_gio_error (NULL, g_error_new_literal (WS_ERROR, WS_ERROR_SENDING, "lost"), NULL);
}

static void
assert_propagated (GQuark      domain,
                   int         code,
                   const char *subject,
                   int         expected_code,
                   const char *expected_text)
{
  g_autoptr (GError) error = NULL;

  ws_propagate_gio_error (&error, g_error_new_literal (domain, code, "words of the system"), subject);
  g_assert_error (error, WS_ERROR, expected_code);
  g_assert_cmpstr (error->message, ==, expected_text);
}

static void
test_from_gio (void)
{
  g_test_summary ("Each error of GIO maps to its code and keeps its text.");

  for (gsize i = 0; i < G_N_ELEMENTS (gio_mappings); i++)
    {
      const Mapping   *mapping = &gio_mappings[i];
      g_autofree char *text = g_strdup_printf ("[%d] words of the system", mapping->code);
      g_autofree char *text_with_subject = g_strconcat (text, ": /a/file", NULL);

      assert_propagated (G_IO_ERROR, mapping->from, NULL, mapping->code, text);
      assert_propagated (G_IO_ERROR, mapping->from, "/a/file", mapping->code, text_with_subject);
    }
}

static void
test_from_other_domains (void)
{
  g_test_summary ("Name resolution has its codes; other domains map to 4202; a WS_ERROR is not changed.");

  assert_propagated (G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "a.invalid", 11001,
                     "[11001] words of the system: a.invalid");
  assert_propagated (G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE, NULL, 11002,
                     "[11002] words of the system");
  assert_propagated (G_RESOLVER_ERROR, G_RESOLVER_ERROR_INTERNAL, NULL, 11003,
                     "[11003] words of the system");
  assert_propagated (G_FILE_ERROR, G_FILE_ERROR_NOENT, NULL, 4202, "[4202] words of the system");
  assert_propagated (G_CONVERT_ERROR, 0, "x", 4202, "[4202] words of the system: x");
  assert_propagated (WS_ERROR, 126, "left out", 126, "words of the system");
}

static void
test_from_gnutls (void)
{
  g_test_summary ("Each code of GnuTLS maps to its number, followed by the text of GnuTLS.");

  for (gsize i = 0; i < G_N_ELEMENTS (gnutls_mappings); i++)
    {
      const Mapping   *mapping = &gnutls_mappings[i];
      g_autofree char *text = g_strdup_printf ("[%d] %s: a client", mapping->code,
                                               gnutls_strerror (mapping->from));
      g_autoptr (GError) error = NULL;

      g_assert_cmpint ((int) ws_error_from_gnutls (mapping->from), ==, mapping->code);
      ws_set_error_from_gnutls (&error, mapping->from, "a client");
      g_assert_error (error, WS_ERROR, mapping->code);
      g_assert_cmpstr (error->message, ==, text);
    }
}

static void
test_reason (void)
{
  static const char *const texts[][2] = {
    { "[280] The certificate is revoked", "The certificate is revoked" },
    { "no number", "no number" },
    { "[] none", "[] none" },
    { "[12", "[12" },
    { "[12]", "[12]" },
    { "[12]x", "[12]x" },
    { "[::1] is an address", "[::1] is an address" },
    { "", "" },
  };

  g_test_summary ("The reason of an error is its text without the number in front.");

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const GError error = { .message = (char *) texts[i][0] };

      g_assert_cmpstr (ws_error_get_reason (&error), ==, texts[i][1]);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unit/base/error/reason", test_reason);
  g_test_add_func ("/unit/base/error/numbers", test_numbers);
  g_test_add_func ("/unit/base/error/quark", test_quark);
  g_test_add_func ("/unit/base/error/new/code-in-text", test_code_in_text);
  g_test_add_func ("/unit/base/error/from-gnutls/code", test_from_gnutls);
  g_test_add_func ("/unit/base/error/from-errno/code", test_from_errno);
  g_test_add_func ("/unit/base/error/from-errno/text", test_errno_text);
  g_test_add_func ("/unit/base/error/from-errno/subject", test_subject_is_data);
  g_test_add_func ("/unit/base/error/from-gio/code", test_from_gio);
  g_test_add_func ("/unit/base/error/from-gio/other-domains", test_from_other_domains);

  return g_test_run ();
}

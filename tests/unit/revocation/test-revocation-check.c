/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "revocation-fixture.h"

#include "wsserver/base/ws-error.h"
#include "wsserver/revocation/ws-revocation-cache-private.h"
#include "wsserver/revocation/ws-revocation-fetch-private.h"
#include "wsserver/revocation/ws-revocation-check-private.h"

#ifdef HAVE_SOUP
static const gboolean has_soup = TRUE;
#else
static const gboolean has_soup = FALSE;
#endif

#define OFF WS_REVOCATION_CHECK_OFF
#define TRY WS_REVOCATION_CHECK_TRY
#define REQUIRE WS_REVOCATION_CHECK_REQUIRE

static Authority                authority;
static WsHostList              *private_hosts; /* the web server below */
static gnutls_x509_trust_list_t trust_list;
static gnutls_x509_trust_list_t no_trust_list;

/* A web server; its answer depends on the path only. */

static struct
{
  GSocketService *service;
  guint16         port;
  int             n_requests; /* atomic */
  guint           generation; /* a query that is part of all URLs */
  GMutex          lock;       /* one openssl at a time */
  GBytes         *list;
  GBytes         *expired_list;
  GBytes         *other_list;
} web;

static void
send_answer (GOutputStream *output,
             const char    *status,
             const char    *location,
             GBytes        *body)
{
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\nConnection: close\r\n%s%s%s\r\n",
                                           status, body != NULL ? g_bytes_get_size (body) : 0,
                                           location != NULL ? "Location: " : "", location != NULL ? location : "",
                                           location != NULL ? "\r\n" : "");

  g_output_stream_write_all (output, head, strlen (head), NULL, NULL, NULL);
  if (body != NULL)
    g_output_stream_write_all (output, g_bytes_get_data (body, NULL), g_bytes_get_size (body), NULL, NULL,
                               NULL);
}

/* Ends when the client closes the connection. */
static void
send_without_end (GOutputStream *output)
{
  static const char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
  g_autofree char  *block = g_malloc0 (65536);

  g_output_stream_write_all (output, head, strlen (head), NULL, NULL, NULL);
  while (g_output_stream_write_all (output, block, 65536, NULL, NULL, NULL))
    ;
}

static GBytes *
read_body (GDataInputStream *input,
           gsize             length)
{
  guint8 *body = g_malloc (length + 1);
  gsize   n_read;

  g_input_stream_read_all (G_INPUT_STREAM (input), body, length, &n_read, NULL, NULL);

  return g_bytes_new_take (body, n_read);
}

static void
serve_ocsp (GOutputStream *output,
            GBytes        *request,
            const char    *signer)
{
  g_autoptr (GBytes) response = NULL;

  g_mutex_lock (&web.lock);
  response = authority_answer (&authority, request, signer, "-ndays 1");
  g_mutex_unlock (&web.lock);
  send_answer (output, "200 OK", NULL, response);
}

static void
serve (GDataInputStream *input,
       GOutputStream    *output,
       const char       *path,
       GBytes           *body)
{
  g_autoptr (GBytes) garbage = g_bytes_new_static ("<html>Welcome</html>", 20);
  g_autoptr (GBytes) internal_error = g_bytes_new_static ("\x30\x03\x0a\x01\x03", 5);
  g_autofree char *here = g_strdup_printf ("http://127.0.0.1:%u", web.port);
  g_autofree char *target = NULL;

  if (g_str_equal (path, "/list"))
    send_answer (output, "200 OK", NULL, web.list);
  else if (g_str_equal (path, "/expired"))
    send_answer (output, "200 OK", NULL, web.expired_list);
  else if (g_str_equal (path, "/other"))
    send_answer (output, "200 OK", NULL, web.other_list);
  else if (g_str_equal (path, "/garbage"))
    send_answer (output, "200 OK", NULL, garbage);
  else if (g_str_equal (path, "/endless"))
    send_without_end (output);
  else if (g_str_equal (path, "/silent"))
    g_input_stream_skip (G_INPUT_STREAM (input), 1, NULL, NULL);
  else if (g_str_equal (path, "/to-list"))
    send_answer (output, "302 Found", "list", NULL);
  else if (g_str_equal (path, "/to-ocsp"))
    send_answer (output, "307 Temporary Redirect", (target = g_strconcat (here, "/ocsp", NULL)), NULL);
  else if (g_str_equal (path, "/to-file"))
    send_answer (output, "302 Found", (target = g_strdup_printf ("file://%s/crl.der", authority.directory)),
                 NULL);
  else if (g_str_equal (path, "/to-name"))
    send_answer (output, "302 Found", (target = g_strdup_printf ("http://localhost:%u/list", web.port)), NULL);
  else if (g_str_equal (path, "/to-port"))
    send_answer (output, "302 Found", "http://127.0.0.1:1/list", NULL);
  else if (g_str_equal (path, "/slow-list"))
    {
      g_usleep (G_USEC_PER_SEC / 2);
      send_answer (output, "200 OK", NULL, web.list);
    }
  else if (g_str_equal (path, "/loop"))
    send_answer (output, "302 Found", "/loop", NULL);
  else if (g_str_equal (path, "/ocsp"))
    serve_ocsp (output, body, "root");
  else if (g_str_equal (path, "/ocsp-delegate"))
    serve_ocsp (output, body, "responder");
  else if (g_str_equal (path, "/ocsp-other"))
    serve_ocsp (output, body, "other");
  else if (g_str_equal (path, "/ocsp-error"))
    send_answer (output, "200 OK", NULL, internal_error);
  else
    send_answer (output, "404 Not Found", NULL, garbage);
}

static gboolean
run_cb (GThreadedSocketService *service,
        GSocketConnection      *connection,
        GObject                *source,
        gpointer                user_data)
{
  g_autoptr (GDataInputStream)
      input = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  g_autoptr (GBytes) body = NULL;
  g_autofree char *request = NULL;
  g_auto (GStrv) words = NULL;
  gsize length = 0;

  g_data_input_stream_set_newline_type (input, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  request = g_data_input_stream_read_line (input, NULL, NULL, NULL);
  if (request == NULL)
    return TRUE;

  g_atomic_int_inc (&web.n_requests);
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (input, NULL, NULL, NULL);

      if (line == NULL || line[0] == '\0')
        break;
      if (g_ascii_strncasecmp (line, "Content-Length:", 15) == 0)
        length = g_ascii_strtoull (line + 15, NULL, 10);
      if (g_ascii_strncasecmp (line, "Content-Type:", 13) == 0)
        g_assert_nonnull (strstr (line, "application/ocsp-request"));
    }

  body = read_body (input, length);
  words = g_strsplit (request, " ", 3);
  g_assert_cmpstr (words[0], ==, length > 0 ? "POST" : "GET");
  *strchrnul (words[1], '?') = '\0';
  serve (input, g_io_stream_get_output_stream (G_IO_STREAM (connection)), words[1], body);

  return TRUE;
}

static void
web_init (void)
{
  g_autoptr (GError) error = NULL;

  g_mutex_init (&web.lock);
  web.service = g_threaded_socket_service_new (-1);
  g_signal_connect (web.service, "run", G_CALLBACK (run_cb), NULL);
  web.port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (web.service), NULL, &error);
  g_assert_no_error (error);
  web.list = authority_make_crl (&authority, "root", "authorityKeyIdentifier=keyid", "");
  web.expired_list = authority_make_crl (&authority, "root", "authorityKeyIdentifier=keyid",
                                         "-crl_lastupdate 20260101000000Z -crl_nextupdate 20260102000000Z");
  web.other_list = authority_make_crl (&authority, "other", "authorityKeyIdentifier=keyid", "");
}

static void
web_clear (void)
{
  g_socket_service_stop (web.service);
  g_socket_listener_close (G_SOCKET_LISTENER (web.service));
  g_object_unref (web.service);
  g_bytes_unref (web.list);
  g_bytes_unref (web.expired_list);
  g_bytes_unref (web.other_list);
  g_mutex_clear (&web.lock);
}

/* One check. */

typedef struct
{
  GAsyncResult *result;
  char         *notes;
  GError       *error;
} Outcome;

static void
done_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Outcome *outcome = user_data;

  outcome->result = g_object_ref (result);
}

static char *
make_url (const char *path)
{
  if (path == NULL || path[0] != '/')
    return g_strdup (path);

  return g_strdup_printf ("http://127.0.0.1:%u%s?%u", web.port, path, web.generation);
}

/* The cache belongs to the process and keeps lists by URL: with new URLs no list is in it. Answers are
 * kept by certificate, and each check makes a new one. */
static void
use_new_urls (void)
{
  web.generation++;
}

static void
check_chain (Outcome                 *outcome,
             const gnutls_datum_t    *chain,
             guint                    n_chain,
             gnutls_x509_trust_list_t list,
             WsRevocationPolicy       policy,
             GCancellable            *cancellable)
{
  *outcome = (Outcome){ NULL, NULL, NULL };
  policy.private_hosts = private_hosts;
  ws_revocation_check_async (chain, n_chain, list, &policy, cancellable, done_cb, outcome);
  g_assert_null (outcome->result);
}

static void
wait_for (Outcome *outcome)
{
  gboolean valid;

  while (outcome->result == NULL)
    g_main_context_iteration (NULL, TRUE);

  valid = ws_revocation_check_finish (outcome->result, &outcome->notes, &outcome->error);
  g_assert_true (valid == (outcome->error == NULL));
  g_clear_object (&outcome->result);
}

static void
start_check (Outcome           *outcome,
             guint8             serial,
             const char        *ocsp,
             const char        *crl,
             WsRevocationPolicy policy,
             GCancellable      *cancellable)
{
  g_autofree char *ocsp_url = make_url (ocsp);
  g_autofree char *crl_url = make_url (crl);
  TestCertificate  leaf;
  gnutls_datum_t   der;

  authority_make_leaf (&authority, &leaf, serial, ocsp_url, crl_url);
  gnutls_x509_crt_export2 (leaf.certificate, GNUTLS_X509_FMT_DER, &der);
  check_chain (outcome, &der, 1, trust_list, policy, cancellable);
  gnutls_free (der.data);
  test_certificate_clear (&leaf);
}

/* The report, which is the refusal or else the notes, must contain text. Ends the outcome. */
static void
assert_outcome (Outcome    *outcome,
                gboolean    passes,
                const char *text)
{
  const char *report = outcome->error != NULL ? outcome->error->message : outcome->notes;

  if (passes)
    g_assert_no_error (outcome->error);
  else
    g_assert_error (outcome->error, WS_ERROR, WS_ERROR_CERT_NOT_VERIFIED);
  if (text == NULL)
    g_assert_null (report);
  else if (report == NULL || strstr (report, text) == NULL)
    g_error ("\"%s\" does not contain \"%s\"", report, text);
  if (outcome->error != NULL)
    g_assert_nonnull (strstr (report, "[280] The certificate "));
  g_clear_error (&outcome->error);
  g_clear_pointer (&outcome->notes, g_free);
}

static void
check_passes (guint8             serial,
              const char        *ocsp,
              const char        *crl,
              WsRevocationPolicy policy,
              gboolean           passes,
              const char        *text)
{
  Outcome outcome;

  start_check (&outcome, serial, ocsp, crl, policy, NULL);
  wait_for (&outcome);
  assert_outcome (&outcome, passes, text);
}

static const WsRevocationPolicy off = { OFF, OFF, 5 };
static const WsRevocationPolicy try_crl = { TRY, OFF, 5 };
static const WsRevocationPolicy try_ocsp = { OFF, TRY, 5 };
static const WsRevocationPolicy try_both = { TRY, TRY, 5 };
static const WsRevocationPolicy require_crl = { REQUIRE, OFF, 5 };
static const WsRevocationPolicy require_ocsp = { OFF, REQUIRE, 5 };
static const WsRevocationPolicy require_both = { REQUIRE, REQUIRE, 5 };

static void
test_nothing_named (void)
{
  g_test_summary ("A certificate without a place to ask passes unless an answer is required");

  check_passes (SERIAL_GOOD, NULL, NULL, off, TRUE, NULL);
  check_passes (SERIAL_GOOD, NULL, NULL, try_both, TRUE, "CRL: not checked, it names no place to ask");
  check_passes (SERIAL_GOOD, NULL, NULL, require_crl, FALSE, "CN=client could not be checked by CRL: it names no place");
  check_passes (SERIAL_GOOD, NULL, NULL, require_ocsp, FALSE, "CN=client could not be checked by OCSP: it names no place");

  /* No place of ours. */
  check_passes (SERIAL_GOOD, "ldap://127.0.0.1/", "file:///etc/passwd", try_both, TRUE, "names no place to ask");
  check_passes (SERIAL_GOOD, "http://name:word@127.0.0.1/", "http://127.0.0.1/a b", try_both, TRUE, "names no place to ask");
}

static void
check_untrusted (const gnutls_datum_t    *chain,
                 guint                    n_chain,
                 gnutls_x509_trust_list_t list)
{
  Outcome outcome;
  int     n_before = g_atomic_int_get (&web.n_requests);

  check_chain (&outcome, chain, n_chain, list, try_both, NULL);
  wait_for (&outcome);
  assert_outcome (&outcome, TRUE, "OCSP: not checked, no trusted issuer is known");
  check_chain (&outcome, chain, n_chain, list, require_crl, NULL);
  wait_for (&outcome);
  assert_outcome (&outcome, FALSE, "could not be checked by CRL: no trusted issuer is known");
  g_assert_cmpint (g_atomic_int_get (&web.n_requests), ==, n_before);
}

static void
test_untrusted (void)
{
  g_autofree char *ocsp = make_url ("/ocsp");
  g_autofree char *list = make_url ("/list");
  gnutls_datum_t   garbage = { (guint8 *) "garbage", 7 };
  gnutls_datum_t   chain[2];
  TestCertificate  leaf;

  g_test_summary ("A certificate without a trusted issuer causes no request");

  authority_make_leaf (&authority, &leaf, SERIAL_GOOD, ocsp, list);
  gnutls_x509_crt_export2 (leaf.certificate, GNUTLS_X509_FMT_DER, &chain[0]);
  gnutls_x509_crt_export2 (authority.root.certificate, GNUTLS_X509_FMT_DER, &chain[1]);
  check_untrusted (chain, 2, no_trust_list);
  check_untrusted (chain, 1, NULL);
  check_untrusted (&garbage, 1, trust_list);
  check_untrusted (NULL, 0, trust_list);
  gnutls_free (chain[0].data);
  gnutls_free (chain[1].data);
  test_certificate_clear (&leaf);
}

static void
test_without_soup (void)
{
  g_test_summary ("Without libsoup nothing can be asked");

  if (has_soup)
    {
      g_test_skip ("built with libsoup");
      return;
    }

  check_passes (SERIAL_GOOD, "/ocsp", "/list", try_both, TRUE, "The library was built without libsoup");
  check_passes (SERIAL_GOOD, "/ocsp", "/list", require_crl, FALSE, "The library was built without libsoup");
}

static void
test_good (void)
{
  g_test_summary ("Good, by list, by OCSP and by both");

  check_passes (SERIAL_GOOD, NULL, "/list", require_crl, TRUE, "CRL: good (http://127.0.0.1:");
  check_passes (SERIAL_GOOD, "/ocsp", NULL, require_ocsp, TRUE, "OCSP: good (http://127.0.0.1:");
  check_passes (SERIAL_GOOD, "/ocsp-delegate", NULL, require_ocsp, TRUE, "OCSP: good");
  check_passes (SERIAL_GOOD, "/ocsp", "/list", require_both, TRUE, "\nCRL: good");
  check_passes (SERIAL_GOOD, "/to-ocsp", "/to-list", require_both, TRUE, "\nCRL: good");
}

static void
test_revoked (void)
{
  g_test_summary ("Revoked is refused at both levels, by either way");

  check_passes (SERIAL_REVOKED, NULL, "/list", try_crl, FALSE, "CN=client was revoked on 02-Jan-2026 ");
  check_passes (SERIAL_REVOKED, NULL, "/list", require_crl, FALSE, "(keyCompromise), says CRL");
  check_passes (SERIAL_REVOKED, "/ocsp", NULL, try_ocsp, FALSE, "CN=client was revoked on 02-Jan-2026 ");
  check_passes (SERIAL_REVOKED, "/ocsp", NULL, require_ocsp, FALSE, "(keyCompromise), says OCSP");
  check_passes (SERIAL_REVOKED, "/404", "/list", try_both, FALSE, "says CRL");
  check_passes (SERIAL_REVOKED, "/404", "/list", off, TRUE, NULL);
}

static void
test_invalid (void)
{
  g_test_summary ("A wrong answer is refused at both levels");

  check_passes (SERIAL_GOOD, NULL, "/expired", try_crl, FALSE, "The revocation list has expired on 02-Jan-2026");
  check_passes (SERIAL_GOOD, NULL, "/other", try_crl, FALSE, "not signed by the issuer");
  check_passes (SERIAL_GOOD, NULL, "/garbage", try_crl, FALSE, "The revocation list is malformed");
  check_passes (SERIAL_GOOD, "/ocsp-other", NULL, try_ocsp, FALSE, "does not verify");
  check_passes (SERIAL_GOOD, "/garbage", NULL, try_ocsp, FALSE, "The OCSP response is malformed");
  check_passes (SERIAL_UNKNOWN, "/ocsp", NULL, try_ocsp, FALSE, "not known there");
  check_passes (SERIAL_UNKNOWN, NULL, "/list", require_crl, TRUE, "good");
}

static void
check_unreached (const char *path,
                 const char *text)
{
  check_passes (SERIAL_GOOD, NULL, path, try_crl, TRUE, text);
  check_passes (SERIAL_GOOD, NULL, path, require_crl, FALSE, text);
  check_passes (SERIAL_GOOD, path, NULL, try_ocsp, TRUE, text);
  check_passes (SERIAL_GOOD, path, NULL, require_ocsp, FALSE, text);
}

static void
test_unreached (void)
{
  g_autoptr (GSocket)
      closed = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *url = NULL;

  g_test_summary (
      "A server that cannot be reached or has no answer is skipped, unless an answer is required");

  /* Bound, so that no other socket has the port, but not listening. */
  g_assert_true (g_socket_bind (closed, any, FALSE, NULL));
  address = g_socket_get_local_address (closed, NULL);
  url = g_strdup_printf ("http://127.0.0.1:%u/",
                         g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));

  check_unreached (url, "refused");
  check_unreached ("/404", "HTTP status 404");
  check_unreached ("/endless", "The answer is too long");
  check_unreached ("/to-file", "A redirection leads nowhere");
  check_unreached ("/to-name", "leads to another host or port");
  check_unreached ("/to-port", "leads to another host or port");
  check_unreached ("/loop", "too many redirections");
  check_passes (SERIAL_GOOD, "/ocsp-error", NULL, try_ocsp, TRUE, "try later");
  check_passes (SERIAL_GOOD, "/ocsp-error", NULL, require_ocsp, FALSE, "try later");
}

static void
test_private (void)
{
  WsHostList      *allowed = g_steal_pointer (&private_hosts);
  int              n_before = g_atomic_int_get (&web.n_requests);
  g_autofree char *name = g_strdup_printf ("http://localhost:%u/list", web.port);
  g_autofree char *mapped = g_strdup_printf ("http://[::ffff:127.0.0.1]:%u/list", web.port);
  g_autofree char *any = g_strdup_printf ("http://0.0.0.0:%u/list", web.port);
  g_autofree char *port = g_strdup_printf ("127.0.0.1:%u", web.port);
  g_autofree char *fault = NULL;

  g_test_summary ("A host without a public address is asked only if it is named, and at the port that is named");

  use_new_urls ();
  check_unreached ("/list", "no public address");
  check_unreached (name, "no public address");
  check_unreached (mapped, "no public address");
  check_unreached (any, "no public address");

  /* Another host, and another port. */
  private_hosts = ws_host_list_new ("localhost, 127.0.0.1:1", &fault);
  check_unreached ("/list", "no public address");
  g_assert_cmpint (g_atomic_int_get (&web.n_requests), ==, n_before);
  check_passes (SERIAL_GOOD, NULL, name, require_crl, TRUE, "CRL: good");
  ws_host_list_free (private_hosts);

  use_new_urls ();
  private_hosts = ws_host_list_new (port, &fault);
  check_passes (SERIAL_GOOD, "/ocsp", "/list", require_both, TRUE, "\nCRL: good");
  ws_host_list_free (private_hosts);
  private_hosts = allowed;
}

static void
test_shared (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcomes[20];
  Outcome cancelled;
  int     n_before = g_atomic_int_get (&web.n_requests);

  g_test_summary ("Clients that come while a list is fetched share the request; one that leaves does not end it");

  use_new_urls ();
  start_check (&cancelled, SERIAL_GOOD, NULL, "/slow-list", require_crl, cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    start_check (&outcomes[i], i % 2 == 0 ? SERIAL_GOOD : SERIAL_REVOKED, NULL, "/slow-list", require_crl,
                 NULL);
  while (g_atomic_int_get (&web.n_requests) == n_before)
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (cancellable);
  wait_for (&cancelled);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&cancelled.error);
  g_clear_pointer (&cancelled.notes, g_free);

  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      wait_for (&outcomes[i]);
      assert_outcome (&outcomes[i], i % 2 == 0, i % 2 == 0 ? "CRL: good" : "says CRL");
    }
  g_assert_cmpint (g_atomic_int_get (&web.n_requests), ==, n_before + 1);
}

static void
test_shared_failure (void)
{
  Outcome outcomes[5];
  int     n_before = g_atomic_int_get (&web.n_requests);

  g_test_summary ("Each client that shares a request learns that it has failed, and the next one asks again");

  use_new_urls ();
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    start_check (&outcomes[i], SERIAL_GOOD, NULL, "/404", require_crl, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (outcomes); i++)
    {
      wait_for (&outcomes[i]);
      assert_outcome (&outcomes[i], FALSE, "HTTP status 404");
    }
  g_assert_cmpint (g_atomic_int_get (&web.n_requests), ==, n_before + 1);

  check_passes (SERIAL_GOOD, NULL, "/404", require_crl, FALSE, "HTTP status 404");
  g_assert_cmpint (g_atomic_int_get (&web.n_requests), ==, n_before + 2);
}

static void
test_timeout (void)
{
  const WsRevocationPolicy short_crl = { TRY, OFF, 1 };
  const WsRevocationPolicy short_both = { TRY, REQUIRE, 2 };

  g_test_summary ("A silent server gets a share of the time and leaves the rest to the next");

  check_passes (SERIAL_GOOD, NULL, "/silent", short_crl, TRUE, "No answer came in time");
  check_passes (SERIAL_GOOD, "/silent", "/list", short_both, FALSE, "No answer came in time");
  check_passes (SERIAL_REVOKED, "/silent", "/list", (WsRevocationPolicy){ TRY, TRY, 2 }, FALSE, "says CRL");
}

static void
test_cache (void)
{
  int n_before = g_atomic_int_get (&web.n_requests);

  g_test_summary ("One request serves many clients");

  use_new_urls ();
  for (guint i = 0; i < 3; i++)
    check_passes (SERIAL_GOOD, NULL, "/list", require_crl, TRUE, "CRL: good");
  check_passes (SERIAL_REVOKED, NULL, "/list", require_crl, FALSE, "says CRL");
  g_assert_cmpint (g_atomic_int_get (&web.n_requests), ==, n_before + 1);

  use_new_urls ();
  check_passes (SERIAL_GOOD, NULL, "/list", require_crl, TRUE, "CRL: good");
  g_assert_cmpint (g_atomic_int_get (&web.n_requests), ==, n_before + 2);
}

static void
test_cached_answer (void)
{
  g_autofree char *url = make_url ("/ocsp");
  int              n_before = g_atomic_int_get (&web.n_requests);
  TestCertificate  leaf;
  gnutls_datum_t   der;

  g_test_summary ("An answer is kept for the certificate it is about");

  authority_make_leaf (&authority, &leaf, SERIAL_GOOD, url, NULL);
  gnutls_x509_crt_export2 (leaf.certificate, GNUTLS_X509_FMT_DER, &der);
  for (guint i = 0; i < 3; i++)
    {
      Outcome outcome;

      check_chain (&outcome, &der, 1, trust_list, require_ocsp, NULL);
      wait_for (&outcome);
      assert_outcome (&outcome, TRUE, i == 0 ? "OCSP: good (http:" : "OCSP: good (kept answer)");
    }
  g_assert_cmpint (g_atomic_int_get (&web.n_requests), ==, n_before + 1);
  check_passes (SERIAL_REVOKED, "/ocsp", NULL, require_ocsp, FALSE, "says OCSP");
  g_assert_cmpint (g_atomic_int_get (&web.n_requests), ==, n_before + 2);

  gnutls_free (der.data);
  test_certificate_clear (&leaf);
}

static void
test_cache_bounds (void)
{
  WsRevocationAnswer answer = { WS_REVOCATION_GOOD, 0, -1, 1000 };

  g_test_summary ("The cache drops expired entries, and the least recently used ones");

  for (guint i = 0; i < WS_REVOCATION_MAX_ANSWERS + 2; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      ws_revocation_cache_add_answer (key, &answer, 500);
      g_assert_true (ws_revocation_cache_get_answer ("0", 500, &answer));
    }
  g_assert_false (ws_revocation_cache_get_answer ("1", 500, &answer));
  g_assert_false (ws_revocation_cache_get_answer ("2", 500, &answer));
  g_assert_true (ws_revocation_cache_get_answer ("3", 999, &answer));
  g_assert_false (ws_revocation_cache_get_answer ("3", 1000, &answer));

  answer.expires_at_s = G_MAXINT64;
  ws_revocation_cache_add_answer ("long", &answer, 500);
  g_assert_false (ws_revocation_cache_get_answer ("long", 500 + WS_REVOCATION_MAX_KEEP_S, &answer));
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);

  return G_SOURCE_REMOVE;
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Outcome outcome;
  int     n_before = g_atomic_int_get (&web.n_requests);

  g_test_summary ("A check is cancelled before and during a request");

  start_check (&outcome, SERIAL_GOOD, NULL, "/silent", require_crl, cancellable);
  while (g_atomic_int_get (&web.n_requests) == n_before)
    g_main_context_iteration (NULL, FALSE);
  g_idle_add (cancel_cb, cancellable);
  wait_for (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&outcome.error);
  g_clear_pointer (&outcome.notes, g_free);

  start_check (&outcome, SERIAL_GOOD, NULL, "/silent", require_crl, cancellable);
  wait_for (&outcome);
  g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&outcome.error);
  g_clear_pointer (&outcome.notes, g_free);
}

static void
test_contexts (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Outcome outcome;

  g_test_summary ("A check runs in the thread-default main context");

  g_main_context_push_thread_default (context);
  start_check (&outcome, SERIAL_REVOKED, "/ocsp", "/list", try_both, NULL);
  while (outcome.result == NULL)
    {
      g_main_context_iteration (context, FALSE);
      g_main_context_iteration (NULL, FALSE); /* of the server */
    }
  wait_for (&outcome);
  assert_outcome (&outcome, FALSE, "says OCSP");
  g_main_context_pop_thread_default (context);
}

static void
add_fetching_tests (void)
{
  g_test_add_func ("/unit/revocation/revocation-check/good", test_good);
  g_test_add_func ("/unit/revocation/revocation-check/revoked", test_revoked);
  g_test_add_func ("/unit/revocation/revocation-check/invalid", test_invalid);
  g_test_add_func ("/unit/revocation/revocation-check/unreached", test_unreached);
  g_test_add_func ("/unit/revocation/revocation-check/private", test_private);
  g_test_add_func ("/unit/revocation/revocation-check/shared", test_shared);
  g_test_add_func ("/unit/revocation/revocation-check/shared-failure", test_shared_failure);
  g_test_add_func ("/unit/revocation/revocation-check/timeout", test_timeout);
  g_test_add_func ("/unit/revocation/revocation-check/cache", test_cache);
  g_test_add_func ("/unit/revocation/revocation-check/cached-answer", test_cached_answer);
  g_test_add_func ("/unit/revocation/revocation-check/cancel", test_cancel);
  g_test_add_func ("/unit/revocation/revocation-check/contexts", test_contexts);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *openssl = NULL;
  g_autofree char *fault = NULL;
  int              result;

  /* Straight to the server above. */
  g_setenv ("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
  g_test_init (&argc, &argv, NULL);
  openssl = g_find_program_in_path ("openssl");
  if (openssl == NULL)
    return 77;

  authority_init (&authority);
  private_hosts = ws_host_list_new ("127.0.0.1", &fault);
  web_init ();
  gnutls_x509_trust_list_init (&trust_list, 0);
  gnutls_x509_trust_list_init (&no_trust_list, 0);
  gnutls_x509_trust_list_add_cas (trust_list, &authority.root.certificate, 1, 0);
  g_test_add_func ("/unit/revocation/revocation-check/nothing-named", test_nothing_named);
  g_test_add_func ("/unit/revocation/revocation-check/untrusted", test_untrusted);
  g_test_add_func ("/unit/revocation/revocation-check/without-soup", test_without_soup);
  g_test_add_func ("/unit/revocation/revocation-check/cache-bounds", test_cache_bounds);
  if (has_soup)
    add_fetching_tests ();
  result = g_test_run ();

  web_clear ();
  gnutls_x509_trust_list_deinit (trust_list, 0);
  gnutls_x509_trust_list_deinit (no_trust_list, 0);
  authority_clear (&authority);
  ws_host_list_free (private_hosts);

  return result;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ws-test-tls-peer.h"

/* Another certificate while the server runs: set by the application, or found in its file. */

static WsTestIdentity *first;
static WsTestIdentity *second;
static WsTestIdentity *third;

/* A folder with the server's file in it. */
typedef struct
{
  char         *folder;
  char         *path;
  WsTestServer *server;
} Files;

static void
write_text (const char *path,
            const char *text)
{
  FILE *file = fopen (path, "w");

  /* In place, as a simple tool would; g_file_set_contents() renames. */
  g_assert_nonnull (file);
  g_assert_cmpint (fputs (text, file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
write_identity (const char           *path,
                const WsTestIdentity *identity)
{
  g_autofree char *pem = ws_test_identity_to_pem (identity, TRUE);

  write_text (path, pem);
}

static WsCertificate *
open_file (const char *path)
{
  g_autoptr (GBytes) store = g_bytes_new (path, strlen (path));
  g_autoptr (GError) error = NULL;
  WsCertificate *certificate;

  certificate = ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PEM_KEY_FILE, store, NULL, "*", NULL,
                                               &error);
  g_assert_no_error (error);
  return certificate;
}

static void
files_init (Files      *self,
            const char *setting)
{
  g_autoptr (WsCertificate) certificate = NULL;

  self->folder = g_dir_make_tmp ("ws-test-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "server.pem", NULL);
  write_identity (self->path, first);
  certificate = open_file (self->path);
  self->server = ws_test_server_new_tls (second, setting, NULL);
  g_assert_true (ws_server_set_ssl_cert (self->server->server, certificate, NULL));
}

static void
files_clear (Files *self)
{
  ws_test_server_free (self->server);
  g_unlink (self->path);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->path);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Files, files_clear)

static char *
get_shown (WsTestServer *server)
{
  g_autoptr (WsTestTlsPeer) peer = ws_test_tls_peer_new (server, NULL);
  char *shown;

  ws_test_tls_peer_open (peer);
  ws_test_tls_peer_assert_echo (peer, "new client");
  shown = ws_test_tls_peer_dup_shown_name (peer);
  ws_test_tls_peer_close_web_socket (peer);
  ws_test_tls_peer_close (peer);
  ws_test_settle ();
  return shown;
}

static void
assert_shown (WsTestServer *server,
              const char   *name)
{
  g_autofree char *shown = get_shown (server);

  g_assert_cmpstr (shown, ==, name);
}

static gboolean
passed_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Longer than the server waits for a file to be complete. */
static void
let_settle (void)
{
  gboolean passed = FALSE;

  g_timeout_add (800, passed_cb, &passed);
  ws_test_wait_until (passed);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  (*(guint *) user_data)++;
}

/* --- by the application ------------------------------------------------------------------------- */

static void
test_set (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (first, NULL, NULL);
  g_autoptr (WsTestTlsPeer) stays = ws_test_tls_peer_new_open (server, NULL);
  g_autoptr (GBytes) session = ws_test_tls_peer_dup_session (stays);
  WsTestTlsOptions options = { .session = session };
  g_autoptr (WsTestTlsPeer) resumes = NULL;
  g_autofree char *shown = NULL;

  g_test_summary ("New clients get the new certificate, also clients with a ticket; connected clients stay.");

  assert_shown (server, "first.example");
  ws_test_server_set_identity (server, second);
  assert_shown (server, "second.example");
  ws_test_tls_peer_assert_echo (stays, "stays");
  resumes = ws_test_tls_peer_new (server, &options);
  ws_test_tls_peer_open (resumes);
  g_assert_false (gnutls_session_is_resumed (resumes->session));
  shown = ws_test_tls_peer_dup_shown_name (resumes);
  g_assert_cmpstr (shown, ==, "second.example");
}

static void
test_set_in_handshake (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (first, NULL, NULL);
  WsTestTlsOptions options = { .dribbles = TRUE };
  g_autoptr (WsTestTlsPeer) under_way = ws_test_tls_peer_new (server, &options);
  g_autofree char *shown = NULL;

  g_test_summary ("A handshake in progress ends with the certificate with which it began.");

  ws_test_wait_until (under_way->n_sent_bytes > 100);
  ws_test_server_set_identity (server, second);
  ws_test_tls_peer_open (under_way);
  ws_test_tls_peer_assert_echo (under_way, "under way");
  shown = ws_test_tls_peer_dup_shown_name (under_way);
  g_assert_cmpstr (shown, ==, "first.example");
  assert_shown (server, "second.example");
}

/* --- by its file -------------------------------------------------------------------------------- */

static void
replace_by_rename (const char           *path,
                   const WsTestIdentity *identity)
{
  g_autofree char *next = g_strconcat (path, ".new", NULL);

  write_identity (next, identity);
  g_assert_cmpint (g_rename (next, path), ==, 0);
}

static void
test_renamed (void)
{
  g_auto (Files) files = { NULL };
  g_autoptr (WsTestTlsPeer) stays = NULL;
  guint n_notifies = 0;

  g_test_summary ("A file that replaces the old one is read each time, and the property notifies.");

  files_init (&files, "SSLReloadCert=True");
  stays = ws_test_tls_peer_new_open (files.server, NULL);
  g_signal_connect (files.server->server, "notify::ssl-cert", G_CALLBACK (count_cb), &n_notifies);
  replace_by_rename (files.path, second);
  ws_test_wait_until (n_notifies == 1);
  assert_shown (files.server, "second.example");
  g_assert_true (ws_test_server_has_log (files.server, "New clients get the certificate renewed in "));
  replace_by_rename (files.path, third);
  ws_test_wait_until (n_notifies == 2);
  assert_shown (files.server, "third.example");
  g_assert_cmpuint (ws_test_server_count (files.server, "error"), ==, 0);
  ws_test_tls_peer_assert_echo (stays, "stays");
}

static void
test_two_steps (void)
{
  g_auto (Files) files = { NULL };
  g_autofree char *pem = NULL;
  FILE            *file;
  guint            n_notifies = 0;

  g_test_summary ("A file that is written in two steps is read when it is complete; the first half is not an error.");

  files_init (&files, "SSLReloadCert=True");
  g_signal_connect (files.server->server, "notify::ssl-cert", G_CALLBACK (count_cb), &n_notifies);
  pem = ws_test_identity_to_pem (second, TRUE);
  file = fopen (files.path, "w");
  g_assert_nonnull (file);
  fwrite (pem, 1, 100, file);
  fflush (file);
  ws_test_settle ();
  fputs (pem + 100, file);
  fclose (file);
  ws_test_wait_until (n_notifies == 1);
  assert_shown (files.server, "second.example");
  g_assert_cmpuint (ws_test_server_count (files.server, "error"), ==, 0);
}

static void
test_broken (void)
{
  g_auto (Files) files = { NULL };
  const char *event;
  guint       n_notifies = 0;

  g_test_summary ("A broken file keeps the old certificate, and the error names file and fault; a good file later is loaded.");

  files_init (&files, "SSLReloadCert=True");
  g_signal_connect (files.server->server, "notify::ssl-cert", G_CALLBACK (count_cb), &n_notifies);
  write_text (files.path, "nothing of use");
  ws_test_server_wait_for (files.server, "error - 271 ");
  event = g_ptr_array_index (files.server->events, files.server->events->len - 1);
  g_test_message ("%s", event);
  g_assert_nonnull (strstr (event, files.path));
  g_assert_nonnull (strstr (event, "keeping the current certificate"));
  g_assert_cmpuint (n_notifies, ==, 0);
  assert_shown (files.server, "first.example");

  ws_test_server_forget (files.server);
  {
    g_autofree char *without_key = ws_test_identity_to_pem (second, FALSE);

    write_text (files.path, without_key);
  }
  ws_test_server_wait_for (files.server, "error - 27");
  event = g_ptr_array_index (files.server->events, files.server->events->len - 1);
  g_test_message ("%s", event);
  g_assert_nonnull (strstr (event, files.path));
  assert_shown (files.server, "first.example");

  ws_test_server_forget (files.server);
  write_identity (files.path, third);
  ws_test_wait_until (n_notifies == 1);
  assert_shown (files.server, "third.example");
  g_assert_cmpuint (ws_test_server_count (files.server, "error"), ==, 0);
}

static void
test_deleted (void)
{
  g_auto (Files) files = { NULL };
  guint n_notifies = 0;

  g_test_summary ("A file that is deleted and created again is read.");

  files_init (&files, "SSLReloadCert=True");
  g_signal_connect (files.server->server, "notify::ssl-cert", G_CALLBACK (count_cb), &n_notifies);
  g_unlink (files.path);
  let_settle ();
  g_assert_cmpuint (ws_test_server_count (files.server, "error"), ==, 0);
  assert_shown (files.server, "first.example");
  write_identity (files.path, second);
  ws_test_wait_until (n_notifies == 1);
  assert_shown (files.server, "second.example");
  g_assert_cmpuint (ws_test_server_count (files.server, "error"), ==, 0);
}

static void
test_symbolic_link (void)
{
  g_auto (Files) files = { NULL };
  g_autofree char *target = NULL;
  guint            n_notifies = 0;

  g_test_summary ("A symbolic link that is changed to another file is followed.");

  files_init (&files, "SSLReloadCert=True");
  g_signal_connect (files.server->server, "notify::ssl-cert", G_CALLBACK (count_cb), &n_notifies);
  target = g_build_filename (files.folder, "second.pem", NULL);
  write_identity (target, second);
  g_unlink (files.path);
  g_assert_cmpint (symlink (target, files.path), ==, 0);
  ws_test_wait_until (n_notifies == 1);
  assert_shown (files.server, "second.example");
  g_unlink (target);
}

static void
test_added (void)
{
  g_auto (Files) files = { NULL };
  g_autoptr (WsCertificate) certificate = NULL;
  g_autofree char *path = NULL;
  WsTestTlsOptions options = { .server_name = "www.second.example" };
  gboolean         renewed = FALSE;

  g_test_summary ("The files of added certificates are watched, too.");

  files_init (&files, "SSLReloadCert=True");
  path = g_build_filename (files.folder, "added.pem", NULL);
  write_identity (path, third);
  certificate = open_file (path);
  g_assert_true (ws_server_add_ssl_cert (files.server->server, certificate, NULL));
  replace_by_rename (path, second);
  for (guint i = 0; i < 20 && !renewed; i++)
    {
      g_autoptr (WsTestTlsPeer) peer = NULL;
      g_autofree char *shown = NULL;

      let_settle ();
      peer = ws_test_tls_peer_new_open (files.server, &options);
      shown = ws_test_tls_peer_dup_shown_name (peer);
      renewed = g_str_equal (shown, "second.example");
    }
  g_assert_true (renewed);
  g_unlink (path);
}

static void
test_watched_when (void)
{
  g_auto (Files) files = { NULL };
  guint n_notifies = 0;

  g_test_summary ("The file is watched only with SSLReloadCert and use-ssl, from the moment they are switched on.");

  files_init (&files, NULL);
  g_signal_connect (files.server->server, "notify::ssl-cert", G_CALLBACK (count_cb), &n_notifies);
  replace_by_rename (files.path, second);
  let_settle ();
  g_assert_cmpuint (n_notifies, ==, 0);
  assert_shown (files.server, "first.example");

  ws_test_server_config (files.server, "SSLReloadCert=True");
  replace_by_rename (files.path, third);
  ws_test_wait_until (n_notifies == 1);
  assert_shown (files.server, "third.example");

  ws_test_server_config (files.server, "SSLReloadCert=False");
  replace_by_rename (files.path, first);
  let_settle ();
  g_assert_cmpuint (n_notifies, ==, 1);

  g_assert_true (ws_server_set_use_ssl (files.server->server, FALSE, NULL));
  ws_test_server_config (files.server, "SSLReloadCert=True");
  g_assert_true (ws_server_set_use_ssl (files.server->server, TRUE, NULL));
  replace_by_rename (files.path, second);
  ws_test_wait_until (n_notifies == 2);
  assert_shown (files.server, "second.example");

  ws_server_shutdown (files.server->server);
  ws_test_server_listen (files.server);
  replace_by_rename (files.path, first);
  ws_test_wait_until (n_notifies == 3);
  assert_shown (files.server, "first.example");
}

static void
changed_cb (GFileMonitor     *monitor,
            GFile            *file,
            GFile            *other_file,
            GFileMonitorEvent event,
            gpointer          user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* Replaces a file and waits until GIO has reported this to monitors. */
static void
replace_and_wait (const char           *path,
                  const WsTestIdentity *identity)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileMonitor) monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  gboolean changed = FALSE;

  g_signal_connect (monitor, "changed", G_CALLBACK (changed_cb), &changed);
  replace_by_rename (path, identity);
  ws_test_wait_until (changed);
}

static void
test_two_files (void)
{
  g_auto (Files) files = { NULL };
  g_autoptr (WsCertificate) certificate = NULL;
  g_autofree char *path = NULL;

  g_test_summary ("Both files of a host that are replaced in close succession are loaded.");

  files_init (&files, "SSLReloadCert=True");
  path = g_build_filename (files.folder, "added.pem", NULL);
  write_identity (path, second);
  certificate = open_file (path);
  g_assert_true (ws_server_add_ssl_cert (files.server->server, certificate, NULL));

  replace_and_wait (files.path, second);
  replace_by_rename (path, first);
  ws_test_wait_until (ws_test_server_has_log (files.server, "server.pem") &&
                      ws_test_server_has_log (files.server, "added.pem"));
  g_unlink (path);
}

static void
test_use_ssl_later (void)
{
  g_auto (Files) files = { NULL };

  g_test_summary ("A server that is switched to TLS while it listens watches its file, too.");

  files_init (&files, NULL);
  ws_server_shutdown (files.server->server);
  g_assert_true (ws_server_set_use_ssl (files.server->server, FALSE, NULL));
  ws_test_server_config (files.server, "SSLReloadCert=True");
  ws_test_server_listen (files.server);
  g_assert_true (ws_server_set_use_ssl (files.server->server, TRUE, NULL));

  replace_by_rename (files.path, second);
  ws_test_wait_until (ws_test_server_has_log (files.server, "server.pem"));
}

static void
renew_in_log_cb (WsServer     *server,
                 WsConnection *connection,
                 int           level,
                 const char   *message,
                 const char   *type,
                 guint        *n_left)
{
  g_autoptr (WsCertificate) certificate = NULL;

  if (!g_str_has_prefix (message, "TLS: ") || *n_left == 0)
    return;

  (*n_left)--;
  certificate = ws_test_identity_to_certificate (second);
  g_assert_true (ws_server_set_ssl_cert (server, certificate, NULL));
}

static void
test_set_in_log (void)
{
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (first, NULL, NULL);
  guint n_left = 1;

  g_test_summary ("A log handler may set another certificate while the server reads a TLS setting.");

  g_signal_connect (server->server, "log", G_CALLBACK (renew_in_log_cb), &n_left);
  ws_test_server_config (server,
                         "SSLEnabledCipherSuites=TLS_AES_128_GCM_SHA256,TLS_NO_SUCH_ONE,TLS_NOR_THIS");
  g_assert_cmpuint (n_left, ==, 0);
  assert_shown (server, "second.example");
}

/* --- by two files ------------------------------------------------------------------------------- */

/* Certificate and key in two files, old and new, and links to the old ones, which the server reads. */
typedef struct
{
  char         *folder;
  char         *certificate;
  char         *key;
  WsTestServer *server;
  guint         n_renewals;
} PairFiles;

static void
write_pair (const char           *folder,
            const char           *name,
            const WsTestIdentity *identity)
{
  g_autofree char *both = ws_test_identity_to_pem (identity, TRUE);
  g_autofree char *certificate = ws_test_identity_to_pem (identity, FALSE);
  g_autofree char *pair = g_build_filename (folder, name, NULL);
  g_autofree char *certificate_path = g_build_filename (pair, "tls.crt", NULL);
  g_autofree char *key_path = g_build_filename (pair, "tls.key", NULL);
  g_auto (GStrv) parts = g_strsplit (both, certificate, 2);
  g_autofree char *key = g_strjoinv ("", parts);

  g_assert_null (strstr (key, "CERTIFICATE"));
  g_assert_cmpint (g_mkdir (pair, 0700), ==, 0);
  write_text (certificate_path, certificate);
  write_text (key_path, key);
}

/* As certbot and Kubernetes do it: the new link replaces the old one. */
static void
point_link (const char *link_path,
            const char *target)
{
  g_autofree char *next = g_strconcat (link_path, ".next", NULL);

  g_assert_cmpint (symlink (target, next), ==, 0);
  g_assert_cmpint (g_rename (next, link_path), ==, 0);
}

static void
point_to (PairFiles  *self,
          const char *link_name,
          const char *target)
{
  g_autofree char *path = g_build_filename (self->folder, link_name, NULL);

  point_link (path, target);
}

static void
pair_files_init (PairFiles *self)
{
  g_autoptr (WsCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("ws-test-XXXXXX", NULL);
  self->certificate = g_build_filename (self->folder, "tls.crt", NULL);
  self->key = g_build_filename (self->folder, "tls.key", NULL);
  write_pair (self->folder, "old", first);
  write_pair (self->folder, "new", second);
  point_to (self, "..data", "old");
  point_to (self, "tls.crt", "..data/tls.crt");
  point_to (self, "tls.key", "..data/tls.key");
  certificate = ws_certificate_new_from_files (self->certificate, self->key, NULL, &error);
  g_assert_no_error (error);
  self->server = ws_test_server_new_tls (third, "SSLReloadCert=True", NULL);
  g_assert_true (ws_server_set_ssl_cert (self->server->server, certificate, NULL));
  g_signal_connect (self->server->server, "notify::ssl-cert", G_CALLBACK (count_cb), &self->n_renewals);
  assert_shown (self->server, "first.example");
}

static void
pair_files_clear (PairFiles *self)
{
  static const char *const names[] = { "tls.crt", "tls.key", "..data", "old/tls.crt", "old/tls.key",
                                       "new/tls.crt", "new/tls.key", "old", "new" };

  g_assert_cmpuint (ws_test_server_count (self->server, "error"), ==, 0);
  ws_test_server_free (self->server);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (self->folder, names[i], NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->certificate);
  g_free (self->key);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PairFiles, pair_files_clear)

/* Renews one file, then the other; between them the server waits. */
static void
check_order (const char *link_name,
             const char *target,
             const char *next_link_name,
             const char *next_target)
{
  g_auto (PairFiles) files = { NULL };
  g_autofree char *waits = NULL;

  pair_files_init (&files);
  waits = g_strdup_printf ("Keeping the current certificate until %s and %s belong together", files.certificate, files.key);
  point_to (&files, link_name, target);
  ws_test_wait_until (ws_test_server_has_log (files.server, waits));
  assert_shown (files.server, "first.example");
  point_to (&files, next_link_name, next_target);
  ws_test_wait_until (files.n_renewals == 1);
  assert_shown (files.server, "second.example");
}

static void
test_pair_certificate_first (void)
{
  g_test_summary ("A new certificate beside the old key is not used; the server says so, and waits for the key");
  check_order ("tls.crt", "new/tls.crt", "tls.key", "new/tls.key");
}

static void
test_pair_key_first (void)
{
  g_test_summary ("A new key beside the old certificate is not used until the certificate comes");
  check_order ("tls.key", "new/tls.key", "tls.crt", "new/tls.crt");
}

static void
test_pair_swap (void)
{
  g_auto (PairFiles) files = { NULL };

  g_test_summary ("Both files renewed at once, by a link to their folder, are read once and without waiting");

  pair_files_init (&files);
  point_to (&files, "..data", "new");
  ws_test_wait_until (files.n_renewals > 0);
  let_settle ();
  g_assert_cmpuint (files.n_renewals, ==, 1);
  g_assert_false (ws_test_server_has_log (files.server, "Keeping the current certificate"));
  assert_shown (files.server, "second.example");
  point_to (&files, "..data", "old");
  ws_test_wait_until (files.n_renewals == 2);
  assert_shown (files.server, "first.example");
}

static void
test_pair_in_place (void)
{
  g_auto (PairFiles) files = { NULL };
  g_autofree char *both = ws_test_identity_to_pem (third, TRUE);

  g_test_summary ("Files that are written in place are read, also when each has both the certificate and the key");

  pair_files_init (&files);
  write_text (files.certificate, both);
  ws_test_wait_until (ws_test_server_has_log (files.server, "Keeping the current certificate"));
  write_text (files.key, both);
  ws_test_wait_until (files.n_renewals == 1);
  assert_shown (files.server, "third.example");
}

static void
test_expiry (void)
{
  g_autoptr (WsTestIdentity) ending = ws_test_identity_new ("ending.example", WS_TEST_IDENTITY_EXPIRES_SOON, NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (ending, NULL, NULL);
  g_autoptr (WsCertificate) renewed = ws_test_identity_to_certificate (first);

  g_test_summary ("The end of a certificate is logged before, and is an error when it has passed.");

  ws_test_wait_until (ws_test_server_has_log (server, "CN=ending.example expires in less than a day"));
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 0);
  ws_test_server_wait_for (server, "error - 280 [280] The certificate CN=ending.example has expired");

  ws_test_server_forget (server);
  g_assert_true (ws_server_set_ssl_cert (server->server, renewed, NULL));
  let_settle ();
  g_assert_cmpuint (ws_test_server_count (server, "error"), ==, 0);
}

static void
test_expiry_dropped_in_handler (void)
{
  g_autoptr (WsTestIdentity) ended = ws_test_identity_new ("ended.example", WS_TEST_IDENTITY_EXPIRED, NULL);
  g_autoptr (WsTestServer) server = ws_test_server_new_tls (ended, NULL, NULL);

  g_test_summary ("A handler of the error about a certificate may stop the server.");

  g_signal_connect (server->server, "error", G_CALLBACK (ws_server_stop_listening), NULL);
  ws_test_wait_until (!ws_server_get_listening (server->server));
  g_assert_cmpuint (ws_test_server_count (server, "error - 280"), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  first = ws_test_identity_new ("first.example", WS_TEST_IDENTITY_SERVER, NULL);
  second = ws_test_identity_new ("second.example,www.second.example", WS_TEST_IDENTITY_SERVER, NULL);
  third = ws_test_identity_new ("third.example", WS_TEST_IDENTITY_SERVER, NULL);

  g_test_add_func ("/integration/tls-renewal/set/new-clients", test_set);
  g_test_add_func ("/integration/tls-renewal/set/in-handshake", test_set_in_handshake);
  g_test_add_func ("/integration/tls-renewal/set/in-log-handler", test_set_in_log);
  g_test_add_func ("/integration/tls-renewal/file/two-files", test_two_files);
  g_test_add_func ("/integration/tls-renewal/file/use-ssl-later", test_use_ssl_later);
  g_test_add_func ("/integration/tls-renewal/file/renamed", test_renamed);
  g_test_add_func ("/integration/tls-renewal/file/two-steps", test_two_steps);
  g_test_add_func ("/integration/tls-renewal/file/broken", test_broken);
  g_test_add_func ("/integration/tls-renewal/file/deleted", test_deleted);
  g_test_add_func ("/integration/tls-renewal/file/symbolic-link", test_symbolic_link);
  g_test_add_func ("/integration/tls-renewal/file/added", test_added);
  g_test_add_func ("/integration/tls-renewal/file/watched-when", test_watched_when);
  g_test_add_func ("/integration/tls-renewal/pair/certificate-first", test_pair_certificate_first);
  g_test_add_func ("/integration/tls-renewal/pair/key-first", test_pair_key_first);
  g_test_add_func ("/integration/tls-renewal/pair/swap", test_pair_swap);
  g_test_add_func ("/integration/tls-renewal/pair/in-place", test_pair_in_place);

  g_test_add_func ("/integration/tls-renewal/expiry/notices", test_expiry);
  g_test_add_func ("/integration/tls-renewal/expiry/stopped-in-handler", test_expiry_dropped_in_handler);

  result = g_test_run ();
  ws_test_identity_free (first);
  ws_test_identity_free (second);
  ws_test_identity_free (third);
  return result;
}

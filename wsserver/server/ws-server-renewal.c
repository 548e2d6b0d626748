/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* SSLReloadCert: when the file of a certificate or of the stapled OCSP response changes, it is read again.
 * Tools that renew certificates write a file in several steps, or replace it. So a file is read when it has
 * not changed for a moment, and the old certificate stays in use if the new content cannot be used. */
#include "wsserver/server/ws-server-renewal-private.h"

#include "wsserver/base/ws-error.h"
#include "wsserver/certificate/ws-certificate-private.h"
#include "wsserver/io/ws-file-probe-private.h"
#include "wsserver/io/ws-path-watch-private.h"
#include "wsserver/revocation/ws-ocsp-staple-private.h"
#include "wsserver/server/ws-server-expiry-private.h"
#include "wsserver/server/ws-server-signals-private.h"
#include "wsserver/server/ws-server-tls-private.h"

#define SETTLE_MS 250

typedef struct
{
  WsServer      *server;
  WsCertificate *certificate; /* NULL: the file is SSLOCSPResponse */
  char          *filename;    /* absolute */
  WsPathWatch   *watch;
  char          *key_filename; /* the file with the certificate's key, absolute, or NULL */
  WsPathWatch   *key_watch;    /* or NULL */
  GSource       *settling;     /* waits until nothing has changed for a moment, or NULL */
  WsFileProbe   *probe;        /* reads the new contents in a thread, or NULL */
} WatchedFile;

static void
stop_settling (WatchedFile *watched)
{
  if (watched->settling != NULL)
    g_source_destroy (watched->settling);
  g_clear_pointer (&watched->settling, g_source_unref);
  g_clear_pointer (&watched->probe, ws_file_probe_free);
}

static void
watched_file_free (gpointer data)
{
  WatchedFile *watched = data;

  stop_settling (watched);
  ws_path_watch_free (watched->watch);
  g_clear_pointer (&watched->key_watch, ws_path_watch_free);
  g_free (watched->key_filename);
  g_clear_object (&watched->certificate);
  g_free (watched->filename);
  g_free (watched);
}

/* May free the watched file if it succeeds. */
static gboolean
read_again (WatchedFile *watched,
            GError     **error)
{
  WsServer *self = watched->server;
  g_autoptr (WsCertificate) old = NULL;
  g_autoptr (WsCertificate) renewed = NULL;
  g_autofree char *filename = g_strdup (watched->filename);

  if (watched->certificate == NULL)
    {
      if (!ws_server_tls_changed (self, error))
        return FALSE;

      ws_server_log (self, WS_LOG_INFO, "Info", "New clients get the OCSP response renewed in %s", filename);
      return TRUE;
    }

  old = g_object_ref (watched->certificate);
  renewed = ws_certificate_reopen (old, error);
  if (renewed == NULL || !ws_server_replace_ssl_cert (self, old, renewed, error))
    return FALSE;

  ws_server_watch_files (self);
  ws_server_log (self, WS_LOG_INFO, "Info", "New clients get the certificate renewed in %s: %s, valid until %s", filename,
                 ws_certificate_get_subject (renewed), ws_certificate_get_expiration_date (renewed));
  return TRUE;
}

static void
probed_cb (gboolean both_exist,
           gpointer user_data)
{
  WatchedFile     *watched = user_data;
  WsServer        *self = g_object_ref (watched->server);
  g_autofree char *filename = g_strdup (watched->filename);
  g_autofree char *message = NULL;
  GError          *error = NULL;

  stop_settling (watched);
  /* A file that was removed is expected to come back, which is a change again. */
  if (!both_exist || read_again (watched, &error))
    {
      g_object_unref (self);
      return;
    }

  /* One file has been renewed, and the other one will be: its change starts another attempt. */
  if (watched->key_filename != NULL && error->code == WS_ERROR_CERT_NOT_FOUND)
    ws_server_log (self, WS_LOG_INFO, "Info", "Keeping the current certificate until %s and %s belong together",
                   filename, watched->key_filename);
  else
    {
      message = g_strdup_printf ("%s; keeping the current certificate: the new contents of %s cannot be used",
                                 error->message, filename);
      ws_server_log (self, WS_LOG_INFO, "Error", "%s", message);
      ws_server_emit_error (self, NULL, error->code, message);
    }
  g_error_free (error);
  g_object_unref (self);
}

static gboolean
settled_cb (gpointer user_data)
{
  WatchedFile *watched = user_data;

  stop_settling (watched);
  watched->probe = ws_file_probe_new (watched->filename, watched->key_filename,
                                      ws_poller_get_context (watched->server->poller), probed_cb, watched);
  return G_SOURCE_REMOVE;
}

static void
file_changed_cb (gpointer user_data)
{
  WatchedFile *watched = user_data;

  stop_settling (watched);
  watched->settling = g_timeout_source_new (SETTLE_MS);
  g_source_set_callback (watched->settling, settled_cb, watched, NULL);
  g_source_attach (watched->settling, ws_poller_get_context (watched->server->poller));
}

/* A file that is watched already keeps its monitor and its timer: tools renew several files at a time, and
 * one may change again while another is being read. */
static gboolean
keep_watching (WsServer      *self,
               GPtrArray     *old,
               WsCertificate *certificate,
               const char    *filename,
               const char    *key_filename)
{
  for (guint i = 0; old != NULL && i < old->len; i++)
    {
      WatchedFile *watched = old->pdata[i];

      if (!g_str_equal (watched->filename, filename) ||
          g_strcmp0 (watched->key_filename, key_filename) != 0 ||
          (watched->certificate == NULL) != (certificate == NULL))
        continue;

      g_set_object (&watched->certificate, certificate);
      g_ptr_array_add (self->watched_files, g_ptr_array_steal_index (old, i));
      return TRUE;
    }

  return FALSE;
}

static void
watch_file (WsServer      *self,
            GPtrArray     *old,
            WsCertificate *certificate,
            const char    *filename)
{
  GMainContext *context = ws_poller_get_context (self->poller);
  const char   *key_filename = certificate != NULL ? ws_certificate_get_key_filename (certificate) : NULL;
  WatchedFile  *watched;

  if (keep_watching (self, old, certificate, filename, key_filename))
    return;

  watched = g_new0 (WatchedFile, 1);
  watched->server = self;
  g_set_object (&watched->certificate, certificate);
  watched->filename = g_strdup (filename);
  watched->watch = ws_path_watch_new (filename, context, file_changed_cb, watched);
  if (key_filename != NULL)
    {
      watched->key_filename = g_strdup (key_filename);
      watched->key_watch = ws_path_watch_new (key_filename, context, file_changed_cb, watched);
    }
  g_ptr_array_add (self->watched_files, watched);
}

static void
watch_certificate (WsServer      *self,
                   GPtrArray     *old,
                   WsCertificate *certificate)
{
  g_autofree char *filename = ws_certificate_dup_filename (certificate);

  if (filename != NULL)
    watch_file (self, old, certificate, filename);
}

void
ws_server_watch_files (WsServer *self)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->watched_files);

  ws_server_watch_expiry (self);
  if (self->acceptor == NULL || !self->use_ssl || !self->settings->ssl_reload_cert)
    return;

  self->watched_files = g_ptr_array_new_with_free_func (watched_file_free);
  if (self->ssl_cert != NULL)
    watch_certificate (self, old, self->ssl_cert);
  for (guint i = 0; i < self->more_ssl_certs->len; i++)
    watch_certificate (self, old, self->more_ssl_certs->pdata[i]);
  if (*self->settings->ssl_ocsp_response != '\0' &&
      !ws_ocsp_staple_is_pem (self->settings->ssl_ocsp_response))
    watch_file (self, old, NULL, self->settings->ssl_ocsp_response);
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates that are about to expire: clients would refuse them, and nobody would know why. */
#include "wsserver/server/ws-server-expiry-private.h"

#include "wsserver/base/ws-error.h"
#include "wsserver/certificate/ws-cert-expiry-private.h"
#include "wsserver/server/ws-server-signals-private.h"

/* The clock of the certificates may be set, which no timer notices. */
#define MAX_SLEEP_S (24 * 60 * 60)

static gint64
get_seconds_left (WsCertificate *certificate)
{
  g_autoptr (GDateTime) end = ws_certificate_get_expiration_time (certificate);

  return end != NULL ? g_date_time_to_unix (end) - g_get_real_time () / G_USEC_PER_SEC : G_MAXINT64;
}

static GPtrArray *
list_served (WsServer *self)
{
  GPtrArray *served = g_ptr_array_new_with_free_func (g_object_unref);

  if (self->acceptor == NULL || !self->use_ssl)
    return served;

  if (self->ssl_cert != NULL)
    g_ptr_array_add (served, g_object_ref (self->ssl_cert));
  for (guint i = 0; i < self->more_ssl_certs->len; i++)
    g_ptr_array_add (served, g_object_ref (self->more_ssl_certs->pdata[i]));
  return served;
}

static WsExpiryStage
get_told_stage (WsServer      *self,
                WsCertificate *certificate)
{
  return (WsExpiryStage) GPOINTER_TO_UINT (g_hash_table_lookup (self->told_expiries, certificate));
}

static gboolean
is_no_longer_served (gpointer key,
                     gpointer value,
                     gpointer user_data)
{
  return !g_ptr_array_find (user_data, key, NULL);
}

/* Notices of a certificate that was replaced are forgotten, so that they begin again with the new one. */
static void
forget_others (WsServer  *self,
               GPtrArray *served)
{
  if (self->told_expiries == NULL)
    self->told_expiries = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  g_hash_table_foreach_remove (self->told_expiries, is_no_longer_served, served);
}

static void
tell_notice (WsServer      *self,
             WsCertificate *certificate,
             gint64         seconds_left)
{
  const char      *subject = ws_certificate_get_subject (certificate);
  const char      *date = ws_certificate_get_expiration_date (certificate);
  g_autofree char *when = NULL;

  if (ws_cert_expiry_get_stage (seconds_left) == WS_EXPIRY_PASSED)
    {
      ws_server_emit_gerror (self, g_error_new (WS_ERROR, WS_ERROR_CERT_NOT_VERIFIED,
                                                "[%d] The certificate %s has expired on %s: clients refuse it",
                                                WS_ERROR_CERT_NOT_VERIFIED, subject, date));
      return;
    }

  when = ws_cert_expiry_describe (seconds_left);
  ws_server_log (self, WS_LOG_INFO, "Info", "The certificate %s expires %s, on %s", subject, when, date);
}

/* A handler may do anything, so nothing of the server is used behind it. The next check finds the rest. */
static void
tell_one (WsServer  *self,
          GPtrArray *served)
{
  for (guint i = 0; i < served->len; i++)
    {
      WsCertificate      *certificate = served->pdata[i];
      const gint64        seconds_left = get_seconds_left (certificate);
      const WsExpiryStage stage = ws_cert_expiry_get_stage (seconds_left);

      if (stage <= get_told_stage (self, certificate))
        continue;

      g_hash_table_insert (self->told_expiries, g_object_ref (certificate), GUINT_TO_POINTER (stage));
      tell_notice (self, certificate, seconds_left);
      return;
    }
}

static gboolean
expiry_check_cb (gpointer user_data)
{
  WsServer *self = g_object_ref (user_data);
  g_autoptr (GPtrArray) served = list_served (self);

  tell_one (self, served);
  ws_server_watch_expiry (self);
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

/* Returns the seconds until there is something to tell, or -1. */
static gint64
get_sleep (WsServer  *self,
           GPtrArray *served)
{
  gint64 sleep_s = -1;

  for (guint i = 0; i < served->len; i++)
    {
      const gint64 seconds_left = get_seconds_left (served->pdata[i]);
      gint64       seconds;

      if (seconds_left == G_MAXINT64)
        continue;
      if (ws_cert_expiry_get_stage (seconds_left) > get_told_stage (self, served->pdata[i]))
        return 0;

      seconds = ws_cert_expiry_get_seconds_to_next_stage (seconds_left);
      if (seconds >= 0 && (sleep_s < 0 || seconds < sleep_s))
        sleep_s = seconds;
    }

  return MIN (sleep_s, MAX_SLEEP_S);
}

void
ws_server_watch_expiry (WsServer *self)
{
  g_autoptr (GPtrArray) served = list_served (self);
  gint64 sleep_s;

  if (self->expiry_check != NULL)
    g_source_destroy (self->expiry_check);
  g_clear_pointer (&self->expiry_check, g_source_unref);
  forget_others (self, served);
  sleep_s = get_sleep (self, served);
  if (sleep_s < 0)
    return;

  self->expiry_check = sleep_s == 0 ? g_idle_source_new () : g_timeout_source_new_seconds ((guint) sleep_s);
  g_source_set_callback (self->expiry_check, expiry_check_cb, self, NULL);
  g_source_attach (self->expiry_check, ws_poller_get_context (self->poller));
}

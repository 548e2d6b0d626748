/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/revocation/ws-revocation-check-private.h"

#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/base/ws-text-private.h"
#include "wsserver/certificate/ws-cert-chain-private.h"
#include "wsserver/certificate/ws-cert-fields-private.h"
#include "wsserver/revocation/ws-ocsp-private.h"
#include "wsserver/revocation/ws-revocation-cache-private.h"
#include "wsserver/revocation/ws-revocation-fetch-private.h"
#include "wsserver/revocation/ws-revocation-share-private.h"

#define MAX_ACCESS_DESCRIPTIONS 16
#define MAX_URL_BYTES (WS_REVOCATION_FETCH_MAX_URL_BYTES + 1)

typedef enum
{
  ASK_OCSP, /* first: responses are shorter and fresher */
  ASK_CRL,
  N_WAYS,
} WayNumber;

typedef struct
{
  const char *name;
  guint       level;
  GPtrArray  *urls;
  gboolean    may_be_private[WS_REVOCATION_MAX_URLS]; /* whether a URL's host needs no public address */
  guint       next;                                   /* of urls */
  char       *problem;                                /* of the last URL that gave no answer */
  gboolean    invalid;                                /* one of the URLs gave an invalid answer */
  gboolean    good;
} Way;

typedef struct
{
  gnutls_x509_crt_t certificate; /* NULL if it cannot be read */
  gnutls_x509_crt_t issuer;      /* NULL if it is not known */
  char             *subject;
  const WsHostList *private_hosts; /* while the chain is read */
  Way               ways[N_WAYS];
  guint             current; /* WayNumber */
  gint64            deadline_us;
  GString          *notes;

  /* Of the request in flight. */
  GCancellable *request;
  GSource      *timer;
  gulong        cancelled_id;
  GBytes       *nonce;
  gboolean      timed_out;
} Check;

static void continue_check (GTask *task);

static gint64
get_now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static void
end_fetch (Check        *check,
           GCancellable *cancellable)
{
  if (check->timer != NULL)
    g_source_destroy (check->timer);
  g_clear_pointer (&check->timer, g_source_unref);
  if (check->cancelled_id != 0)
    g_cancellable_disconnect (cancellable, check->cancelled_id);
  check->cancelled_id = 0;
  g_clear_object (&check->request);
}

static void
check_free (Check *check)
{
  for (guint i = 0; i < N_WAYS; i++)
    {
      g_ptr_array_unref (check->ways[i].urls);
      g_free (check->ways[i].problem);
    }
  if (check->certificate != NULL)
    gnutls_x509_crt_deinit (check->certificate);
  if (check->issuer != NULL)
    gnutls_x509_crt_deinit (check->issuer);
  g_clear_pointer (&check->nonce, g_bytes_unref);
  g_free (check->subject);
  g_string_free (check->notes, TRUE);
  g_free (check);
}

static void G_GNUC_PRINTF (2, 3)
    add_check_note (Check      *check,
                    const char *format,
                    ...)
{
  va_list arguments;

  if (check->notes->len > 0)
    g_string_append_c (check->notes, '\n');
  va_start (arguments, format);
  g_string_append_vprintf (check->notes, format, arguments);
  va_end (arguments);
}

static gboolean
is_private_host (const WsHostList *private_hosts,
                 const char       *url)
{
  g_autofree char *scheme = g_uri_parse_scheme (url);
  g_autofree char *authority = NULL;

  if (private_hosts == NULL || scheme == NULL)
    return FALSE;

  url += strlen (scheme) + strlen ("://");
  authority = g_strndup (url, strcspn (url, "/?#"));
  return ws_host_list_matches (private_hosts, authority, scheme);
}

/* Takes the URL. */
static void
add_url (Check    *check,
         WayNumber number,
         char     *url)
{
  Way *way = &check->ways[number];

  if (way->urls->len < WS_REVOCATION_MAX_URLS && ws_revocation_fetch_accepts_url (url) &&
      !g_ptr_array_find_with_equal_func (way->urls, url, g_str_equal, NULL))
    {
      way->may_be_private[way->urls->len] = is_private_host (check->private_hosts, url);
      g_ptr_array_add (way->urls, url);
    }
  else
    {
      g_free (url);
    }
}

static void
collect_ocsp_urls (Check *check)
{
  for (guint i = 0; i < MAX_ACCESS_DESCRIPTIONS; i++)
    {
      gnutls_datum_t url = { NULL, 0 };
      int            result =
          gnutls_x509_crt_get_authority_info_access (check->certificate, i, GNUTLS_IA_OCSP_URI, &url, NULL);

      if (result >= 0)
        add_url (check, ASK_OCSP, g_strndup ((const char *) url.data, url.size));
      gnutls_free (url.data);
      if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        break;
    }
}

static void
collect_crl_urls (Check *check)
{
  for (guint i = 0; i < MAX_ACCESS_DESCRIPTIONS; i++)
    {
      char  url[MAX_URL_BYTES];
      gsize length = sizeof url;
      guint reasons = 0;
      int   result = gnutls_x509_crt_get_crl_dist_points (check->certificate, i, url, &length, &reasons,
                                                          NULL);

      if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        break;
      /* A list with only some reasons does not show that a certificate is good. */
      if (result == GNUTLS_SAN_URI && reasons == 0)
        add_url (check, ASK_CRL, g_strndup (url, length));
    }
}

static gboolean
has_signed (gnutls_x509_crt_t issuer,
            gnutls_x509_crt_t certificate)
{
  guint status = 0;

  return gnutls_x509_crt_check_issuer (certificate, issuer) &&
         gnutls_x509_crt_verify (
             certificate, &issuer, 1,
             GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS, &status) >= 0 &&
         status == 0;
}

/* Finds the issuer among the authorities, or in the client's chain if the authorities vouch for it. */
static gnutls_x509_crt_t
find_issuer (gnutls_x509_crt_t       *chain,
             guint                    n_chain,
             gnutls_x509_trust_list_t trust_list)
{
  gnutls_x509_crt_t issuer = NULL;
  guint             status = 0;

  if (trust_list == NULL ||
      gnutls_x509_trust_list_verify_crt2 (trust_list, chain, n_chain, NULL, 0,
                                          GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status, NULL) < 0 ||
      status != 0)
    return NULL;

  if (gnutls_x509_trust_list_get_issuer (trust_list, chain[0], &issuer, GNUTLS_TL_GET_COPY) >= 0)
    {
      if (has_signed (issuer, chain[0]))
        return issuer;
      gnutls_x509_crt_deinit (issuer);
    }

  for (guint i = 1; i < n_chain; i++)
    {
      if (!has_signed (chain[i], chain[0]))
        continue;
      issuer = chain[i];
      chain[i] = NULL;
      return issuer;
    }

  return NULL;
}

/* Reads the certificate, its issuer and the URLs from the chain. */
static void
read_chain (Check                   *check,
            const gnutls_datum_t    *chain,
            guint                    n_chain,
            gnutls_x509_trust_list_t trust_list)
{
  gnutls_x509_crt_t certificates[WS_CERT_MAX_CHAIN];
  guint             n_certificates = 0;

  while (n_certificates < MIN (n_chain, WS_CERT_MAX_CHAIN))
    {
      gnutls_x509_crt_t certificate;

      gnutls_x509_crt_init (&certificate);
      if (gnutls_x509_crt_import (certificate, &chain[n_certificates], GNUTLS_X509_FMT_DER) < 0)
        {
          gnutls_x509_crt_deinit (certificate);
          break;
        }
      certificates[n_certificates++] = certificate;
    }

  if (n_certificates > 0)
    {
      check->issuer = find_issuer (certificates, n_certificates, trust_list);
      check->certificate = certificates[0];
      check->subject = ws_text_take_line (ws_cert_fields_format_subject (check->certificate));
      collect_ocsp_urls (check);
      collect_crl_urls (check);
    }

  for (guint i = 1; i < n_certificates; i++)
    if (certificates[i] != NULL)
      gnutls_x509_crt_deinit (certificates[i]);
}

static void
return_refusal (GTask *task,
                char  *text)
{
  Check *check = g_task_get_task_data (task);

  g_task_return_error (task, ws_error_new (WS_ERROR_CERT_NOT_VERIFIED, "The certificate %s %s", check->subject, text));
  g_free (text);
  g_object_unref (task);
}

static char *
describe_revocation (const WsRevocationAnswer *answer,
                     const Way                *way)
{
  const char      *reason = ws_revocation_answer_get_reason_name (answer);
  g_autofree char *time = ws_cert_fields_format_time ((time_t) answer->revoked_at_s);

  return g_strdup_printf ("was revoked on %s (%s), says %s", time, reason != NULL ? reason : "no reason given",
                          way->name);
}

/* Returns FALSE if the task has returned. */
static gboolean
handle_answer (GTask                    *task,
               const char               *from,
               const WsRevocationAnswer *answer)
{
  Check *check = g_task_get_task_data (task);
  Way   *way = &check->ways[check->current];

  switch (answer->status)
    {
    case WS_REVOCATION_GOOD:
      way->good = TRUE;
      add_check_note (check, "%s: good (%s)", way->name, from);
      return TRUE;
    case WS_REVOCATION_REVOKED:
      return_refusal (task, describe_revocation (answer, way));
      return FALSE;
    case WS_REVOCATION_UNKNOWN:
    default:
      way->invalid = TRUE;
      g_free (way->problem);
      way->problem = g_strdup_printf ("%s: the certificate is not known there", from);
      return TRUE;
    }
}

static void
note_problem (Way        *way,
              const char *from,
              GError     *problem,
              gboolean    invalid)
{
  /* An invalid answer matters more than a server that does not answer. */
  if (invalid || !way->invalid)
    {
      g_free (way->problem);
      way->problem = ws_text_take_line (g_strdup_printf ("%s: %s", from, problem->message));
    }
  way->invalid = way->invalid || invalid;
  g_error_free (problem);
}

/* Returns FALSE if the task has returned. */
static gboolean
evaluate_ocsp (GTask      *task,
               const char *url,
               GBytes     *bytes)
{
  Check             *check = g_task_get_task_data (task);
  Way               *way = &check->ways[ASK_OCSP];
  WsRevocationAnswer answer;
  GError            *error = NULL;
  gint64             now_s = get_now_s ();
  g_autofree char   *key = NULL;

  if (!ws_ocsp_check_response (bytes, check->certificate, check->issuer, check->nonce, now_s, &answer,
                               &error))
    {
      note_problem (way, url, error, !ws_ocsp_is_error (bytes));
      return TRUE;
    }

  if (answer.status != WS_REVOCATION_UNKNOWN)
    {
      key = ws_revocation_cache_key (NULL, check->certificate, check->issuer);
      ws_revocation_cache_add_answer (key, &answer, now_s);
    }

  return handle_answer (task, url, &answer);
}

/* error is set if crl is NULL. Returns FALSE if the task has returned. */
static gboolean
evaluate_crl (GTask      *task,
              const char *url,
              WsCrl      *crl,
              GError     *error)
{
  Check             *check = g_task_get_task_data (task);
  Way               *way = &check->ways[ASK_CRL];
  WsRevocationAnswer answer;

  if (crl != NULL && ws_crl_check (crl, check->certificate, way->urls, &answer, &error))
    return handle_answer (task, url, &answer);

  note_problem (way, url, error, TRUE);

  return TRUE;
}

static gboolean
evaluate_new_crl (GTask      *task,
                  const char *url,
                  GBytes     *bytes)
{
  Check           *check = g_task_get_task_data (task);
  gint64           now_s = get_now_s ();
  GError          *error = NULL;
  g_autofree char *key = ws_revocation_cache_key (url, NULL, check->issuer);
  g_autoptr (WsCrl) crl = ws_revocation_cache_get_crl (key, now_s);

  /* Of those who shared the request, the first has read the list. */
  if (crl == NULL)
    {
      crl = ws_crl_new (bytes, check->issuer, now_s, &error);
      if (crl != NULL)
        ws_revocation_cache_add_crl (key, crl, now_s);
    }

  return evaluate_crl (task, url, crl, error);
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask      *task = user_data;
  Check      *check = g_task_get_task_data (task);
  Way        *way = &check->ways[check->current];
  const char *url = g_ptr_array_index (way->urls, way->next);
  GError     *error = NULL;
  gboolean    goes_on = TRUE;
  g_autoptr (GBytes) bytes = check->current == ASK_OCSP ? ws_revocation_fetch_finish (result, &error)
                                                        : ws_revocation_share_finish (result, &error);

  end_fetch (check, g_task_get_cancellable (task));
  way->next++;
  if (g_task_return_error_if_cancelled (task))
    {
      g_clear_error (&error);
      g_object_unref (task);
      return;
    }

  if (bytes == NULL)
    {
      if (check->timed_out)
        {
          g_clear_error (&error);
          error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "No answer came in time");
        }
      note_problem (way, url, error, FALSE);
    }
  else if (check->current == ASK_OCSP)
    goes_on = evaluate_ocsp (task, url, bytes);
  else
    goes_on = evaluate_new_crl (task, url, bytes);

  if (goes_on)
    continue_check (task);
}

static gboolean
timed_out_cb (gpointer user_data)
{
  Check *check = user_data;

  check->timed_out = TRUE;
  g_cancellable_cancel (check->request);

  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_cancellable_cancel (user_data);
}

/* Each server gets a share of the time left, so that a silent one does not keep the others from being
 * asked. */
static gint64
get_share_us (Check *check)
{
  gint64 left_us = check->deadline_us - g_get_monotonic_time ();
  guint  n_left = 0;

  for (guint i = check->current; i < N_WAYS; i++)
    if (check->ways[i].level != WS_REVOCATION_CHECK_OFF)
      n_left += check->ways[i].urls->len - check->ways[i].next;

  return MAX (left_us, 0) / MAX (n_left, 1);
}

/* Cancels the request when its share of the time is over, or with the check. */
static void
prepare_request (GTask *task)
{
  Check        *check = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  check->timed_out = FALSE;
  check->request = g_cancellable_new ();
  check->timer = g_timeout_source_new ((guint) (get_share_us (check) / 1000));
  g_source_set_callback (check->timer, timed_out_cb, check, NULL);
  g_source_set_static_name (check->timer, "WsServer revocation timeout");
  g_source_attach (check->timer, g_task_get_context (task));
  if (cancellable != NULL)
    check->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                                 g_object_ref (check->request), g_object_unref);
}

/* A nonce makes each request to a responder another one. */
static void
ask_responder (GTask      *task,
               const char *url,
               gboolean    may_be_private)
{
  Check *check = g_task_get_task_data (task);
  g_autoptr (GBytes) body = NULL;
  GError *error = NULL;

  g_clear_pointer (&check->nonce, g_bytes_unref);
  body = ws_ocsp_build_request (check->certificate, check->issuer, &check->nonce, &error);
  if (body == NULL)
    {
      note_problem (&check->ways[ASK_OCSP], url, error, FALSE);
      check->ways[ASK_OCSP].next++;
      continue_check (task);
      return;
    }

  prepare_request (task);
  ws_revocation_fetch_async (url, body, "application/ocsp-request", WS_REVOCATION_MAX_OCSP_BYTES,
                             may_be_private, check->request, fetched_cb, task);
}

static void
start_fetch (GTask *task)
{
  Check         *check = g_task_get_task_data (task);
  const Way     *way = &check->ways[check->current];
  const char    *url = g_ptr_array_index (way->urls, way->next);
  const gboolean may_be_private = way->may_be_private[way->next];

  if (check->current == ASK_OCSP)
    {
      ask_responder (task, url, may_be_private);
      return;
    }

  prepare_request (task);
  ws_revocation_share_async (url, WS_REVOCATION_MAX_LIST_BYTES, may_be_private, check->request,
                             fetched_cb, task);
}

/* Looks for a cached answer. Returns FALSE if the task has returned. */
static gboolean
ask_cache (GTask *task)
{
  Check             *check = g_task_get_task_data (task);
  Way               *way = &check->ways[check->current];
  gint64             now_s = get_now_s ();
  WsRevocationAnswer answer;

  if (check->current == ASK_OCSP)
    {
      g_autofree char *key = ws_revocation_cache_key (NULL, check->certificate, check->issuer);

      return !ws_revocation_cache_get_answer (key, now_s, &answer) ||
             handle_answer (task, "kept answer", &answer);
    }

  for (guint i = 0; i < way->urls->len && !way->good; i++)
    {
      const char      *url = g_ptr_array_index (way->urls, i);
      g_autofree char *key = ws_revocation_cache_key (url, NULL, check->issuer);
      g_autoptr (WsCrl) crl = ws_revocation_cache_get_crl (key, now_s);

      if (crl != NULL && !evaluate_crl (task, url, crl, NULL))
        return FALSE;
    }

  return TRUE;
}

/* Ends a way after its last URL. Returns FALSE if the task has returned. */
static gboolean
settle_way (GTask *task)
{
  Check      *check = g_task_get_task_data (task);
  Way        *way = &check->ways[check->current];
  const char *problem = way->problem;

  if (way->good)
    return TRUE;

  if (problem == NULL)
    problem = check->issuer == NULL ? "no trusted issuer is known" : "it names no place to ask";
  if (way->invalid || way->level >= WS_REVOCATION_CHECK_REQUIRE)
    {
      return_refusal (task, g_strdup_printf ("could not be checked by %s: %s", way->name, problem));
      return FALSE;
    }

  add_check_note (check, "%s: not checked, %s", way->name, problem);

  return TRUE;
}

static void
continue_check (GTask *task)
{
  Check *check = g_task_get_task_data (task);

  for (; check->current < N_WAYS; check->current++)
    {
      Way *way = &check->ways[check->current];

      if (way->level == WS_REVOCATION_CHECK_OFF)
        continue;

      if (check->issuer != NULL && way->urls->len > 0 && way->next == 0 && !ask_cache (task))
        return;
      if (check->issuer != NULL && !way->good && way->next < way->urls->len)
        {
          start_fetch (task);
          return;
        }
      if (!settle_way (task))
        return;
    }

  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
init_way (Way        *way,
          const char *name,
          guint       level)
{
  way->name = name;
  way->level = level;
  way->urls = g_ptr_array_new_with_free_func (g_free);
}

void
ws_revocation_check_async (const gnutls_datum_t     *chain,
                           guint                     n_chain,
                           gnutls_x509_trust_list_t  trust_list,
                           const WsRevocationPolicy *policy,
                           GCancellable             *cancellable,
                           GAsyncReadyCallback       callback,
                           gpointer                  user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Check *check = g_new0 (Check, 1);
  guint  timeout_s = policy->timeout_s != 0 ? policy->timeout_s : WS_DEFAULT_REVOCATION_TIMEOUT_S;

  g_task_set_source_tag (task, ws_revocation_check_async);
  g_task_set_task_data (task, check, (GDestroyNotify) check_free);

  init_way (&check->ways[ASK_OCSP], "OCSP", policy->ocsp);
  init_way (&check->ways[ASK_CRL], "CRL", policy->crl);
  check->deadline_us = g_get_monotonic_time () + (gint64) timeout_s * G_USEC_PER_SEC;
  check->private_hosts = policy->private_hosts;
  check->notes = g_string_new (NULL);
  if (policy->crl != WS_REVOCATION_CHECK_OFF || policy->ocsp != WS_REVOCATION_CHECK_OFF)
    read_chain (check, chain, n_chain, trust_list);
  check->private_hosts = NULL;
  if (check->subject == NULL)
    check->subject = g_strdup ("of the client");

  continue_check (task);
}

gboolean
ws_revocation_check_finish (GAsyncResult *result,
                            char        **notes,
                            GError      **error)
{
  Check *check = g_task_get_task_data (G_TASK (result));

  if (notes != NULL)
    *notes = check->notes->len > 0 ? g_strdup (check->notes->str) : NULL;

  return g_task_propagate_boolean (G_TASK (result), error);
}

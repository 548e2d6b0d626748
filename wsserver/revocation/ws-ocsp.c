/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/revocation/ws-ocsp-private.h"

#include <gnutls/ocsp.h>
#include <string.h>

#include "wsserver/base/ws-error.h"
#include "wsserver/certificate/ws-cert-fields-private.h"
#include "wsserver/revocation/ws-der-private.h"

/* DER elements of a response, with those of its certificates: usually about 150. The decoder that GnuTLS
 * uses needs quadratic time. */
#define MAX_ELEMENTS 2000
#define MAX_SINGLE_RESPONSES 64
/* A response without an expiry time holds for this long, unless the nonce shows that it is fresh. */
#define MAX_AGE_S (60 * 60)

static gboolean G_GNUC_PRINTF (2, 3)
    refuse_response (GError    **error,
                     const char *format,
                     ...)
{
  va_list          arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, WS_ERROR, WS_ERROR_CERT_NOT_VERIFIED, "The OCSP response %s", text);

  return FALSE;
}

GBytes *
ws_ocsp_build_request (gnutls_x509_crt_t certificate,
                       gnutls_x509_crt_t issuer,
                       GBytes          **nonce,
                       GError          **error)
{
  gnutls_ocsp_req_t request;
  gnutls_datum_t    der = { NULL, 0 };
  gnutls_datum_t    random = { NULL, 0 };
  GBytes           *bytes = NULL;
  int               result;

  gnutls_ocsp_req_init (&request);
  /* SHA-1 only identifies the certificate here, and every responder supports it. */
  result = gnutls_ocsp_req_add_cert (request, GNUTLS_DIG_SHA1, issuer, certificate);
  if (result >= 0)
    result = gnutls_ocsp_req_randomize_nonce (request);
  if (result >= 0)
    result = gnutls_ocsp_req_get_nonce (request, NULL, &random);
  if (result >= 0)
    result = gnutls_ocsp_req_export (request, &der);

  if (result >= 0)
    {
      bytes = g_bytes_new (der.data, der.size);
      *nonce = g_bytes_new (random.data, random.size);
    }
  else
    g_set_error (error, WS_ERROR, WS_ERROR_CERT_NOT_VERIFIED, "No OCSP request can be made: %s",
                 gnutls_strerror (result));

  gnutls_free (der.data);
  gnutls_free (random.data);
  gnutls_ocsp_req_deinit (request);

  return bytes;
}

/* OCSPResponse: a status and, in an octet string, the signed part. RFC 6960 §4.2.1. */
static gboolean
is_small (WsDer all)
{
  WsDer response;
  WsDer status;
  WsDer wrapped;
  WsDer typed;
  WsDer object_id;
  WsDer basic;
  guint budget = MAX_ELEMENTS;

  if (!ws_der_is_small (all, &budget) || !ws_der_take_tagged (&all, WS_DER_SEQUENCE, &response) ||
      all.length > 0 || !ws_der_take_tagged (&response, WS_DER_ENUMERATED, &status))
    return FALSE;
  if (response.length == 0)
    return TRUE;

  return ws_der_take_tagged (&response, WS_DER_CONTEXT_CONSTRUCTED (0), &wrapped) &&
         ws_der_take_tagged (&wrapped, WS_DER_SEQUENCE, &typed) &&
         ws_der_take_tagged (&typed, WS_DER_OBJECT_ID, &object_id) &&
         ws_der_take_tagged (&typed, WS_DER_OCTET_STRING, &basic) && ws_der_is_small (basic, &budget);
}

/* Returns NULL with an error if the bytes are not a response. */
static gnutls_ocsp_resp_t
import_response (GBytes  *bytes,
                 GError **error)
{
  gsize              length;
  WsDer              der = { g_bytes_get_data (bytes, &length), 0 };
  gnutls_datum_t     datum;
  gnutls_ocsp_resp_t response;
  int                result;

  der.length = length;
  if (!is_small (der))
    {
      refuse_response (error, "is malformed, or too long");
      return NULL;
    }

  datum = (gnutls_datum_t){ (guint8 *) der.data, (guint) der.length };
  gnutls_ocsp_resp_init (&response);
  result = gnutls_ocsp_resp_import (response, &datum);
  if (result >= 0)
    return response;

  gnutls_ocsp_resp_deinit (response);
  refuse_response (error, "is malformed (%s)", gnutls_strerror (result));

  return NULL;
}

gboolean
ws_ocsp_is_error (GBytes *der)
{
  gnutls_ocsp_resp_t response = import_response (der, NULL);
  int                status;

  if (response == NULL)
    return FALSE;

  status = gnutls_ocsp_resp_get_status (response);
  gnutls_ocsp_resp_deinit (response);

  return status != GNUTLS_OCSP_RESP_SUCCESSFUL;
}

static gboolean
check_status (gnutls_ocsp_resp_t response,
              GError           **error)
{
  switch (gnutls_ocsp_resp_get_status (response))
    {
    case GNUTLS_OCSP_RESP_SUCCESSFUL:
      return TRUE;
    case GNUTLS_OCSP_RESP_MALFORMEDREQUEST:
      return refuse_response (error, "is an error: malformed request");
    case GNUTLS_OCSP_RESP_INTERNALERROR:
      return refuse_response (error, "is an error: internal error");
    case GNUTLS_OCSP_RESP_TRYLATER:
      return refuse_response (error, "is an error: try later");
    case GNUTLS_OCSP_RESP_SIGREQUIRED:
      return refuse_response (error, "is an error: signed requests only");
    case GNUTLS_OCSP_RESP_UNAUTHORIZED:
      return refuse_response (error, "is an error: not authorised");
    default:
      return refuse_response (error, "is an error that is not known");
    }
}

static const char *
describe_verification (guint verification)
{
  if ((verification & GNUTLS_OCSP_VERIFY_SIGNER_NOT_FOUND) != 0)
    return "its signer is not there";
  if ((verification & GNUTLS_OCSP_VERIFY_SIGNER_KEYUSAGE_ERROR) != 0)
    return "its signer may not sign responses";
  if ((verification & GNUTLS_OCSP_VERIFY_UNTRUSTED_SIGNER) != 0)
    return "its signer has no authority from the issuer of the certificate";
  if ((verification & GNUTLS_OCSP_VERIFY_INSECURE_ALGORITHM) != 0)
    return "its algorithm is not secure";
  if ((verification & GNUTLS_OCSP_VERIFY_CERT_NOT_ACTIVATED) != 0)
    return "its signer's certificate is of the future";
  if ((verification & GNUTLS_OCSP_VERIFY_CERT_EXPIRED) != 0)
    return "its signer's certificate has expired";

  return "its signature does not fit";
}

/* The issuer signs responses itself or issues a certificate for this purpose. Another trusted authority
 * is not accepted: RFC 6960 §4.2.2.2. */
static gboolean
check_signature (gnutls_ocsp_resp_t response,
                 gnutls_x509_crt_t  issuer,
                 GError           **error)
{
  guint verification = 0;
  int   result = gnutls_ocsp_resp_verify_direct (response, issuer, &verification, 0);

  if (result < 0)
    return refuse_response (error, "does not verify (%s)", gnutls_strerror (result));
  if (verification != 0)
    return refuse_response (error, "does not verify: %s", describe_verification (verification));

  return TRUE;
}

static gboolean
check_nonce (gnutls_ocsp_resp_t response,
             GBytes            *nonce,
             gboolean          *repeated,
             GError           **error)
{
  gnutls_datum_t datum = { NULL, 0 };
  gboolean       equal;
  int            result = gnutls_ocsp_resp_get_nonce (response, NULL, &datum);

  *repeated = FALSE;
  if (nonce == NULL || result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
    {
      gnutls_free (datum.data);
      return TRUE;
    }

  equal = result >= 0 && datum.size == g_bytes_get_size (nonce) &&
          memcmp (datum.data, g_bytes_get_data (nonce, NULL), datum.size) == 0;
  gnutls_free (datum.data);
  *repeated = equal;

  return equal || refuse_response (error, "answers another request");
}

static gboolean
check_response_times (time_t   this_update,
                      time_t   next_update,
                      gboolean is_fresh,
                      gint64   now_s,
                      GError **error)
{
  g_autofree char *time = NULL;

  if (this_update == (time_t) -1)
    return refuse_response (error, "has no date");
  if (this_update > now_s + WS_REVOCATION_CLOCK_SKEW_S)
    {
      time = ws_cert_fields_format_time (this_update);
      return refuse_response (error, "is of the future (%s)", time);
    }
  if (next_update != (time_t) -1 && next_update < now_s - WS_REVOCATION_CLOCK_SKEW_S)
    {
      time = ws_cert_fields_format_time (next_update);
      return refuse_response (error, "has expired on %s", time);
    }
  if (next_update == (time_t) -1 && !is_fresh && this_update < now_s - MAX_AGE_S)
    {
      time = ws_cert_fields_format_time (this_update);
      return refuse_response (error, "is too old (%s)", time);
    }

  return TRUE;
}

/* A response may be about several certificates. */
static gboolean
read_answer (gnutls_ocsp_resp_t  response,
             gnutls_x509_crt_t   certificate,
             gboolean            is_fresh,
             gint64              now_s,
             WsRevocationAnswer *answer,
             GError            **error)
{
  for (guint i = 0; i < MAX_SINGLE_RESPONSES; i++)
    {
      guint  status = GNUTLS_OCSP_CERT_UNKNOWN;
      guint  reason = 0;
      time_t this_update;
      time_t next_update;
      time_t revoked_at;

      if (gnutls_ocsp_resp_get_single (response, i, NULL, NULL, NULL, NULL, &status, &this_update,
                                       &next_update, &revoked_at, &reason) < 0)
        break;
      if (gnutls_ocsp_resp_check_crt (response, i, certificate) < 0)
        continue;
      if (!check_response_times (this_update, next_update, is_fresh, now_s, error))
        return FALSE;

      *answer = (WsRevocationAnswer){ WS_REVOCATION_UNKNOWN, 0, -1, MAX ((gint64) next_update, 0) };
      if (status == GNUTLS_OCSP_CERT_GOOD)
        answer->status = WS_REVOCATION_GOOD;
      else if (status == GNUTLS_OCSP_CERT_REVOKED)
        {
          answer->status = WS_REVOCATION_REVOKED;
          answer->revoked_at_s = revoked_at;
          answer->reason = (int) reason;
        }
      return TRUE;
    }

  return refuse_response (error, "is about another certificate");
}

gboolean
ws_ocsp_check_response (GBytes             *der,
                        gnutls_x509_crt_t   certificate,
                        gnutls_x509_crt_t   issuer,
                        GBytes             *nonce,
                        gint64              now_s,
                        WsRevocationAnswer *answer,
                        GError            **error)
{
  gnutls_ocsp_resp_t response = import_response (der, error);
  gboolean           is_fresh = FALSE;
  gboolean           valid;

  if (response == NULL)
    return FALSE;

  valid = check_status (response, error) &&
          (issuer == NULL || check_signature (response, issuer, error)) &&
          check_nonce (response, nonce, &is_fresh, error) &&
          read_answer (response, certificate, is_fresh, now_s, answer, error);
  gnutls_ocsp_resp_deinit (response);

  return valid;
}

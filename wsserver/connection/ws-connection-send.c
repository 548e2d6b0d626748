/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sending part of the public interface. */
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/connection/ws-connection-blocking-private.h"
#include "wsserver/connection/ws-connection-extra-private.h"
#include "wsserver/connection/ws-connection-jobs-private.h"
#include "wsserver/connection/ws-connection-output-private.h"
#include "wsserver/connection/ws-connection-private.h"
#include "wsserver/connection/ws-connection-send-private.h"
#include "wsserver/connection/ws-connection-send-queue-private.h"
#include "wsserver/connection/ws-connection-state-private.h"
#include "wsserver/connection/ws-send-job-private.h"

static gboolean
send_control (WsConnection *self,
              WsOpcode      opcode,
              const guint8 *data,
              gsize         length,
              GError      **error)
{
  if (length > WS_CONTROL_PAYLOAD_MAX_LENGTH)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_MESSAGE_SIZE,
                   "[%d] Message is too long: a ping or pong of %" G_GSIZE_FORMAT " bytes; at most %d are possible",
                   WS_ERROR_MESSAGE_SIZE, length, WS_CONTROL_PAYLOAD_MAX_LENGTH);
      return FALSE;
    }
  if (!ws_connection_has_room (self, length + WS_FRAME_HEADER_MAX_LENGTH, error))
    return FALSE;

  ws_connection_queue_control (self, opcode, data, length);
  return TRUE;
}

/* A part may end in the middle of a character; the message may not. */
static gboolean
check_text_part (WsConnectionExtra *extra,
                 gboolean           first,
                 const guint8      *data,
                 gsize              length,
                 gboolean           last,
                 GError           **error)
{
  WsUtf8Validator utf8 = first ? (WsUtf8Validator){ 0 } : extra->message_utf8;

  if (!ws_utf8_validator_feed (&utf8, data, length) || (last && !ws_utf8_validator_is_complete (&utf8)))
    {
      g_set_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT, "[%d] Invalid argument: the text is not UTF-8",
                   WS_ERROR_INVALID_ARGUMENT);
      return FALSE;
    }

  extra->message_utf8 = utf8;
  return TRUE;
}

/* Whether a send begins or continues a message that MessageLength makes of several calls. */
static gboolean
is_part_of_message (WsConnection *self)
{
  return self->extra != NULL && self->extra->settings.message_bytes > 0;
}

/* MessageLength: the bytes of this call are a part of one message. */
static gboolean
send_part_of_message (WsConnection *self,
                      WsOpcode      opcode,
                      const guint8 *data,
                      gsize         length,
                      GBytes       *owner,
                      GError      **error)
{
  WsConnectionExtra *extra = self->extra;
  guint64            whole = extra->settings.message_bytes;
  gboolean           first = extra->message_left == 0;
  guint64            left = first ? whole : extra->message_left;

  if (first && ws_connection_is_streaming (self))
    {
      g_set_error (error, WS_ERROR, WS_ERROR_IN_PROGRESS,
                   "[%d] Operation now in progress: a message announced by MessageLength cannot begin before the end of a stream",
                   WS_ERROR_IN_PROGRESS);
      return FALSE;
    }
  if (length > left)
    {
      g_set_error (error, WS_ERROR, WS_ERROR_MESSAGE_SIZE,
                   "[%d] Message is too long: %" G_GSIZE_FORMAT " bytes for the %" G_GUINT64_FORMAT
                   " that are left of the MessageLength of %" G_GUINT64_FORMAT,
                   WS_ERROR_MESSAGE_SIZE, length, left, whole);
      return FALSE;
    }
  if (self->timeout_s == 0 &&
      !ws_connection_has_room (self, ws_connection_get_frames_size (self, length), error))
    return FALSE;
  if (first)
    extra->message_opcode = opcode;
  if (extra->message_opcode == WS_OPCODE_TEXT &&
      !check_text_part (extra, first, data, length, length == left, error))
    return FALSE;

  extra->message_left = left - length;
  if (extra->message_left == 0)
    extra->settings.message_bytes = 0;
  ws_connection_queue_part (self, opcode,
                            (first ? WS_PART_FIRST : 0) | (extra->message_left == 0 ? WS_PART_LAST : 0),
                            &extra->message_compressed, data, length, owner);
  return TRUE;
}

/* A job that is finished when everything queued so far has been written. */
static WsSendJob *
add_written_job (WsConnection *self)
{
  WsSendJob *job = ws_send_job_new (WS_JOB_MESSAGE, NULL);

  job->started = TRUE;
  job->all_queued = TRUE;
  job->target = self->outbox.written + self->outbox.length;
  ws_connection_add_job (self, job);
  return job;
}

static GBytes *
own (const guint8 *data,
     gsize         length,
     GBytes       *owner)
{
  return owner != NULL ? g_bytes_ref (owner) : g_bytes_new (data, length);
}

/* Accepts a message or fails. *job is set if the message has to wait behind a stream, or if the caller waits
 * for it because of the timeout. */
static gboolean
send_message (WsConnection *self,
              WsOpcode      opcode,
              const guint8 *data,
              gsize         length,
              GBytes       *owner,
              WsSendJob   **job,
              GError      **error)
{
  gboolean waits = self->timeout_s > 0;

  if (is_part_of_message (self))
    {
      if (!send_part_of_message (self, opcode, data, length, owner, error))
        return FALSE;
      if (waits && !ws_connection_check_not_closed (self, error))
        return FALSE;
      if (waits)
        *job = add_written_job (self);
      return TRUE;
    }
  if (!ws_connection_check_can_start_message (self, error))
    return FALSE;
  /* A call that blocks uses the data of its caller, who keeps them until it returns. */
  if (!waits && !ws_connection_has_room (self, ws_connection_get_frames_size (self, length), error))
    return FALSE;

  if (!waits && !ws_connection_is_streaming (self))
    {
      ws_connection_queue_message (self, opcode, data, length, owner);
      return TRUE;
    }

  *job = ws_send_job_new (WS_JOB_MESSAGE, NULL);
  (*job)->opcode = opcode;
  (*job)->data = own (data, length, owner);
  (*job)->waited_for = waits;
  ws_connection_add_job (self, *job);
  ws_connection_run_jobs (self);
  return TRUE;
}

static gboolean
send_data (WsConnection *self,
           WsDataFormat  format,
           const guint8 *data,
           gsize         length,
           GBytes       *owner,
           GError      **error)
{
  g_autoptr (WsSendJob) job = NULL;
  gboolean sent;

  self->bytes_sent = 0;
  if (!ws_connection_check_open (self, error) || !ws_connection_check_can_block (self, error))
    return FALSE;

  if (format >= WS_DATA_FORMAT_PING)
    sent = send_control (self, (WsOpcode) format, data, length, error);
  else
    sent = send_message (self, (WsOpcode) format, data, length, owner, &job, error);

  if (sent && job != NULL && self->timeout_s > 0)
    return ws_connection_wait_for_job (self, job, error);
  if (sent)
    self->bytes_sent = length;
  return sent;
}

static gboolean
check_text (const guint8 *data,
            gsize         length,
            GError      **error)
{
  if (ws_utf8_is_valid (data, length))
    return TRUE;

  g_set_error (error, WS_ERROR, WS_ERROR_INVALID_ARGUMENT,
               "[%d] Invalid argument: the text is not UTF-8; send it as binary", WS_ERROR_INVALID_ARGUMENT);
  return FALSE;
}

gboolean
ws_connection_resolve_format (WsDataFormat *format,
                              const guint8 *data,
                              gsize         length,
                              GError      **error)
{
  if (*format == WS_DATA_FORMAT_AUTOMATIC)
    *format = ws_utf8_is_valid (data, length) ? WS_DATA_FORMAT_TEXT : WS_DATA_FORMAT_BINARY;
  else if (*format == WS_DATA_FORMAT_TEXT)
    return check_text (data, length, error);

  return TRUE;
}

/* Whether what is sent now may have to wait for another message, or is a part of one. */
static inline gboolean
has_sends_under_way (WsConnection *self)
{
  const WsConnectionExtra *extra = self->extra;

  return extra != NULL &&
         (extra->jobs.length > 0 || extra->settings.message_bytes > 0 || extra->message_left > 0);
}

/* The most frequent send by far: a short message of a known format, in answer to one of the messages that are
 * being delivered. FALSE, with nothing done, for every other send. */
static inline gboolean
answer_shortly (WsConnection *self,
                WsDataFormat  format,
                const guint8 *data,
                gsize         length)
{
  if ((format != WS_DATA_FORMAT_BINARY && format != WS_DATA_FORMAT_TEXT) || self->state != WS_STATE_OPEN ||
      has_sends_under_way (self) || self->timeout_s > 0 ||
      (format == WS_DATA_FORMAT_TEXT && !ws_utf8_is_valid (data, length)) ||
      !ws_connection_gather_message (self, (WsOpcode) format, data, length))
    return FALSE;

  self->bytes_sent = length;
  return TRUE;
}

static gboolean
send_in_format (WsConnection *self,
                WsDataFormat  format,
                const guint8 *data,
                gsize         length,
                GBytes       *owner,
                GError      **error)
{
  g_autoptr (GBytes) shared = NULL; /* an application often sends what has just arrived */

  if (answer_shortly (self, format, data, length))
    return TRUE;
  if (!is_part_of_message (self) && !ws_connection_resolve_format (&format, data, length, error))
    return FALSE;
  if (format == WS_DATA_FORMAT_AUTOMATIC)
    format = ws_utf8_is_valid (data, length) ? WS_DATA_FORMAT_TEXT : WS_DATA_FORMAT_BINARY;
  if (owner == NULL && length > WS_OUTBOX_COPY_MAX_BYTES && self->context != NULL)
    owner = shared = ws_receive_buffer_share (ws_poller_get_receive_buffer (self->context->poller), data,
                                              length);

  return send_data (self, format, data, length, owner, error);
}

/**
 * ws_connection_send:
 * @self: an open connection
 * @data: what to send; referenced, not copied
 * @error: return location for an error, or %NULL
 *
 * Sends data in the format of [property@Ws.Connection:data-format]: a text or binary message, or a ping or
 * pong of at most 125 bytes. `WS_DATA_FORMAT_AUTOMATIC` sends text if the data is valid UTF-8, and binary
 * otherwise.
 *
 * With a [property@Ws.Connection:timeout] of 0 the whole message is queued, or nothing is, and the call
 * returns. With a positive timeout it returns when the system has taken the whole message; the main context
 * runs meanwhile, so other clients are served and handlers are called.
 *
 * A message longer than MaxFrameSize is sent in several frames.
 *
 * Sets @error to:
 *
 * - `WS_ERROR_SENDING` if the connection is not open, or with a timeout, ends meanwhile
 * - `WS_ERROR_WOULD_BLOCK` if the queue would pass MaxSendQueue;
 *   [signal@Ws.Server::ready-to-send] announces when to try again
 * - `WS_ERROR_INVALID_ARGUMENT` if text was asked for and @data is not UTF-8
 * - `WS_ERROR_MESSAGE_SIZE` for a ping or pong over 125 bytes
 * - `WS_ERROR_TIMED_OUT`, `WS_ERROR_INTERRUPTED` with a timeout. A message that is partly sent is still sent
 *   completely; one that waits behind a stream is taken back
 *
 * Source: RFC 6455 §5.6; [Coming from IPWorks WSServer](coming-from-ipworks.html), Send.
 *
 * Returns: %TRUE if it was queued, or with a timeout, sent
 *
 * Since: 1.0
 */
gboolean
ws_connection_send (WsConnection *self,
                    GBytes       *data,
                    GError      **error)
{
  gsize         length;
  const guint8 *bytes;

  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (data != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  bytes = g_bytes_get_data (data, &length);
  return send_in_format (self, (WsDataFormat) self->data_format, bytes, length, data, error);
}

/**
 * ws_connection_send_text:
 * @self: an open connection
 * @text: (type filename): the text, UTF-8, without U+0000
 * @error: return location for an error, or %NULL
 *
 * Sends a text message and ignores [property@Ws.Connection:data-format].
 *
 * A C string ends at its first U+0000. Send text that may contain U+0000 with
 * [method@Ws.Connection.send_data], which takes bytes. In Python such text raises ValueError instead of
 * being sent in part. (This is why the binding calls the type a file name; it is a string like any other.)
 *
 * Otherwise like [method@Ws.Connection.send].
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), SendText.
 *
 * Returns: %TRUE if it was queued, or with a timeout, sent
 *
 * Since: 1.0
 */
gboolean
ws_connection_send_text (WsConnection *self,
                         const char   *text,
                         GError      **error)
{
  gsize length;

  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  length = strlen (text);
  if (!is_part_of_message (self) && !check_text ((const guint8 *) text, length, error))
    return FALSE;

  return send_data (self, WS_DATA_FORMAT_TEXT, (const guint8 *) text, length, NULL, error);
}

/**
 * ws_connection_send_bytes:
 * @self: an open connection
 * @data: what to send; referenced, not copied
 * @error: return location for an error, or %NULL
 *
 * Sends a binary message and ignores [property@Ws.Connection:data-format].
 *
 * Otherwise like [method@Ws.Connection.send].
 *
 * Source: [Coming from IPWorks WSServer](coming-from-ipworks.html), SendBytes.
 *
 * Returns: %TRUE if it was queued, or with a timeout, sent
 *
 * Since: 1.0
 */
gboolean
ws_connection_send_bytes (WsConnection *self,
                          GBytes       *data,
                          GError      **error)
{
  gsize         length;
  const guint8 *bytes;

  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (data != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  bytes = g_bytes_get_data (data, &length);
  return send_data (self, WS_DATA_FORMAT_BINARY, bytes, length, data, error);
}

/**
 * ws_connection_send_data:
 * @self: an open connection
 * @format: the format of the message
 * @data: (array length=length) (element-type guint8) (nullable): what to send; what cannot be
 *   written at once is copied
 * @length: its length in bytes, 0 or more
 * @error: return location for an error, or %NULL
 *
 * Sends bytes without a [struct@GLib.Bytes], in the given format. It ignores
 * [property@Ws.Connection:data-format].
 *
 * Otherwise like [method@Ws.Connection.send]. It is the cheapest way to send a short message. For a long one
 * use the other methods, which do not copy what has to wait.
 *
 * Source: RFC 6455 §5.6.
 *
 * Returns: %TRUE if it was queued, or with a timeout, sent
 *
 * Since: 1.0
 */
gboolean
ws_connection_send_data (WsConnection *self,
                         WsDataFormat  format,
                         const guint8 *data,
                         gsize         length,
                         GError      **error)
{
  g_return_val_if_fail (WS_IS_CONNECTION (self), FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (length == 0)
    data = (const guint8 *) "";

  return send_in_format (self, format, data, length, NULL, error);
}

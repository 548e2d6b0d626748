/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsserver/connection/ws-connection.h"
#include "wsserver/protocol/ws-frame-private.h"
#include "wsserver/protocol/ws-utf8-private.h"

G_BEGIN_DECLS

typedef enum
{
  WS_JOB_MESSAGE,
  WS_JOB_STREAM,
  WS_JOB_PING,
  WS_JOB_CLOSE,
} WsJobKind;

/* What a job counts in the send queue beside its payload: the job, its task and its cancellable. */
#define WS_SEND_JOB_BYTES 512

/* One message, file or ping that a caller waits for. */
typedef struct
{
  GList         link; /* in a queue of the connection; its data is the job */
  WsJobKind     kind;
  gboolean      started;    /* its frames are in the outbox, or its stream is being read */
  gboolean      all_queued; /* its last frame is in the outbox */
  gboolean      finished;   /* reported, or about to be */
  guint64       target;     /* finished when this many bytes of the connection are written */
  WsOpcode      opcode;     /* of a message or stream */
  GBytes       *data;       /* of a message that has not started */
  guint64       sequence;   /* of a ping */
  gint64        sent_us;    /* of a ping */
  gint64        result;     /* of a ping: its round-trip time */
  GError       *error;
  GTask        *task; /* reports the end … */
  GCancellable *cancellable;
  gboolean      waited_for; /* … or a blocking call waits for it */
  GSource      *cancel_source;
  WsConnection *connection; /* not a reference; NULL when finished */

  /* A stream or file */
  GInputStream         *stream; /* NULL while the file is being opened */
  WsUtf8Validator       utf8;
  gboolean              close_stream;
  gboolean              compressed;
  gboolean              reading; /* an asynchronous read is in flight */
  guint64               total;   /* bytes read so far */
  goffset               size;    /* -1: unknown */
  GFileProgressCallback progress;
  gpointer              progress_data;
  GDestroyNotify        progress_destroy;
} WsSendJob;

WsSendJob *ws_send_job_new (WsJobKind kind,
                            GTask    *task);
WsSendJob *ws_send_job_ref (WsSendJob *job);
void       ws_send_job_unref (WsSendJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsSendJob, ws_send_job_unref)

G_END_DECLS

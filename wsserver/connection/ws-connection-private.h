/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <netinet/in.h>

#include "wsserver/config/ws-config-private.h"
#include "wsserver/config/ws-settings-private.h"
#include "wsserver/request/ws-client-authentication.h"
#include "wsserver/connection/ws-connection.h"
#include "wsserver/request/ws-http-request-private.h"
#include "wsserver/connection/ws-message-handler-private.h"
#include "wsserver/request/ws-open-request-private.h"
#include "wsserver/request/ws-ssl-connection-request-private.h"
#include "wsserver/io/ws-outbox-private.h"
#include "wsserver/io/ws-poller-private.h"
#include "wsserver/io/ws-transport-private.h"
#include "wsserver/protocol/ws-deflate-private.h"
#include "wsserver/protocol/ws-http-head-private.h"
#include "wsserver/protocol/ws-protocol-private.h"
#include "wsserver/tls/ws-tls-context-private.h"

G_BEGIN_DECLS

/* The levels of the log signal. */
typedef enum
{
  WS_LOG_INFO = 1,
  WS_LOG_VERBOSE = 2,
  WS_LOG_DEBUG = 3,
} WsLogLevel;

/* What a connection tells its owner (the server), which turns it into signals. */
typedef struct
{
  /* TLS, before anything else of a client is read */
  gboolean (*wants_ssl_connection_request) (gpointer owner);
  void (*ssl_connection_request) (gpointer owner, WsConnection *connection, WsSslConnectionRequest *request);
  /* For a certificate that was chosen for one client; the owner keeps the context. */
  WsTlsContext *(*get_tls_context) (gpointer owner, WsCertificate *certificate, GError **error);
  gboolean (*wants_ssl_client_authentication) (gpointer owner);
  void (*ssl_client_authentication) (gpointer                owner,
                                     WsConnection           *connection,
                                     WsClientAuthentication *authentication);
  gboolean (*wants_ssl_status) (gpointer owner);
  void (*ssl_status) (gpointer owner, WsConnection *connection, const char *message);

  gboolean (*wants_open_request) (gpointer owner);
  void (*open_request) (gpointer owner, WsConnection *connection, WsOpenRequest *request);
  gboolean (*wants_http_request) (gpointer owner);
  void (*http_request) (gpointer owner, WsConnection *connection, WsHttpRequest *request);
  /* The WebSocket is open: it joins the list of connections, then connected and ready-to-send. */
  void (*connected) (gpointer owner, WsConnection *connection);
  void (*ready_to_send) (gpointer owner, WsConnection *connection);
  void (*data_in) (gpointer      owner,
                   WsConnection *connection,
                   WsDataFormat  format,
                   GBytes       *data,
                   gboolean      eom,
                   gboolean      eol);
  gboolean (*wants_ping) (gpointer owner);
  void (*ping) (gpointer owner, WsConnection *connection, GBytes *payload, gboolean response);
  void (*error) (gpointer owner, WsConnection *connection, int code, const char *description);
  gboolean (*wants_log) (gpointer owner, WsLogLevel level);
  void (*log) (
      gpointer owner, WsConnection *connection, WsLogLevel level, const char *message, const char *type);
  /* The last call for a connection: it leaves the list, and, if it was connected, disconnected. */
  void (*ended) (
      gpointer owner, WsConnection *connection, gboolean was_connected, guint code, const char *description);
} WsConnectionOwnerFuncs;

/* What all connections of one server share. Owned by the server, which outlives them as far as
 * they use it: a connection drops its pointer when it ends. */
typedef struct
{
  const WsConnectionOwnerFuncs *funcs;
  gpointer                      owner;
  WsPoller                     *poller;
  WsSettings                   *settings;
  WsMessageHandler             *message_handler; /* the owner's; NULL: messages are told by signals */
  GByteArray                   *scratch;         /* for output of the deflater; NULL while somebody uses it */
  /* for a short payload that is told; NULL while somebody uses it */
  guint8  *payload_block;
  gboolean trace; /* G_MESSAGES_DEBUG asks for this library */

  /* One queue a kind, see ws-timer-private.h. */
  WsTimerQueue handshake_timers; /* from accepting to the end of the request; again for a deferred decision */
  WsTimerQueue close_timers;     /* close frame sent, the peer's not seen */
  WsTimerQueue linger_timers;    /* our side is shut down, the peer's not yet */
  /* DefaultConnectionTimeout: between the client's parts of the TLS handshake */
  WsTimerQueue silence_timers;
  WsTimerQueue idle_timers;
  WsTimerQueue ping_timers;
  WsTimerQueue pong_timers;
} WsConnectionContext;

void ws_connection_context_init (WsConnectionContext          *self,
                                 const WsConnectionOwnerFuncs *funcs,
                                 gpointer                      owner,
                                 WsPoller                     *poller,
                                 WsSettings                   *settings);
void ws_connection_context_clear (WsConnectionContext *self);
/* Takes over durations and limits changed in the settings; TRUE if keep-alive timers were switched on. */
gboolean ws_connection_context_update (WsConnectionContext *self);

typedef enum
{
  WS_STATE_SECURING,  /* the TLS handshake */
  WS_STATE_VETTING,   /* asking whether the client's certificate has been revoked */
  WS_STATE_HEAD,      /* reading the request head */
  WS_STATE_DECIDING,  /* the head is complete; the application may be deciding on it */
  WS_STATE_ANSWERING, /* an answer other than 101 is on its way out */
  WS_STATE_OPEN,
  WS_STATE_CLOSING,   /* our close frame is queued or sent; the peer's is awaited */
  WS_STATE_ENDING,    /* the last bytes are on their way out; then the socket is closed */
  WS_STATE_LINGERING, /* our side is shut down; reading on so that the peer gets the last bytes */
  WS_STATE_CLOSED,
} WsConnectionState;

/* Things to tell the application from the loop, never from inside one of its own calls. */
typedef enum
{
  WS_PENDING_ANSWER = 1 << 0,        /* a deferred open request was completed */
  WS_PENDING_INPUT = 1 << 1,         /* reading was resumed: held bytes to work off */
  WS_PENDING_READY_TO_SEND = 1 << 2, /* the queue fell below half after a failed send */
  WS_PENDING_COMPLETIONS = 1 << 3,   /* sends that have finished or failed */
  WS_PENDING_END = 1 << 4,
  WS_PENDING_CERTIFICATE = 1 << 5, /* a deferred request of the TLS handshake was completed */
} WsPending;

/* Bytes that grow: a message or frame being assembled, a line, input held back. */
typedef struct
{
  guint8 *data;
  gsize   length;
  gsize   capacity;
} WsGrowingBytes;

/* One message, file or ping whose sender waits for it. */
typedef struct _WsSendJob WsSendJob;

/* See ws-connection-tls-private.h. */
typedef struct _WsConnectionTls WsConnectionTls;

/* What only a few connections need at a time, made on demand. */
typedef struct
{
  WsGrowingBytes       message; /* of the message (BufferMessage) or the frame being assembled */
  WsGrowingBytes       line;    /* line mode: bytes not yet delivered as lines, from line_start on */
  gsize                line_start;
  gsize                line_searched; /* bytes from line_start on known to hold no line end */
  WsGrowingBytes       held;          /* read but not to be delivered yet: paused, or before the 101 */
  WsGrowingBytes       head;          /* a request head that came in pieces */
  WsHttpHeadScanner    scanner;
  WsConnectionSettings settings;
  WsOpenRequest       *open_request; /* awaits the decision; not a reference, see WsDecision */
  WsOpcode             message_opcode;
  gboolean             message_compressed;
  WsUtf8Validator      message_utf8;
  guint64              message_left; /* MessageLength: bytes of the message under way still to be sent */
  /* WsSendJob: queued behind a stream under way, or waiting to be written */
  GQueue   jobs;
  guint64  waiting_bytes; /* payload of the jobs not started */
  GQueue   finished;      /* WsSendJob: to be told */
  GQueue   pings;         /* WsSendJob: waiting for their pong */
  GQueue   closers;       /* WsSendJob: waiting for the end */
  gboolean running_jobs;  /* guards ws_connection_run_jobs() against itself */
  guint64  taken;         /* bytes the client had acknowledged at the last look */
  guint64  ping_sequence;
  gint64   ping_sent_us;                        /* of ping_sequence */
  guint8   pong[WS_CONTROL_PAYLOAD_MAX_LENGTH]; /* latest pong owed while the outbox is full */
  guint8   pong_length;
  gboolean pong_owed;
} WsConnectionExtra;

union _WsPeerAddress
{
  struct sockaddr     any;
  struct sockaddr_in  ipv4;
  struct sockaddr_in6 ipv6;
};
typedef union _WsPeerAddress WsPeerAddress;

/* What every message touches comes first and lies together: the kernel's own work on a message leaves
 * little of it in the nearest cache. */
struct _WsConnection
{
  GObject parent_instance;

  WsConnectionContext *context; /* NULL once ended and told */
  WsWatch              watch;
  WsTransport         *transport; /* NULL once closed */
  WsConnectionExtra   *extra;
  WsConnectionTls     *tls;      /* NULL in plain text */
  WsDeflater          *deflater; /* NULL when compression was not agreed */

  /* Bytes read and not yet delivered, in the buffer of the dispatch that read them. They are the
   * connection's and not the dispatch's, so that a nested dispatch goes on with them in order. */
  guint8 *input;
  gsize   input_length;

  guint8  state; /* WsConnectionState */
  guint8  data_format;
  guint16 pending;     /* WsPending */
  guint8  dispatching; /* calls of the ready function on the stack */
  guint   over_capacity : 1;
  guint   head_only : 1;
  guint   was_connected : 1;
  guint   paused : 1;
  guint   line_mode : 1;
  guint   ready_to_send : 1;
  guint   corked : 1;        /* sends are gathered until the events of this dispatch are delivered */
  guint   linger : 1;        /* end by shutting down our side first: the peer may have more for us to read */
  guint   peer_finished : 1; /* end of the peer's bytes seen */
  guint   close_received : 1;
  guint   close_sent : 1; /* queued, to be exact */
  guint   discarding : 1; /* closed while paused: data is dropped until the client's close frame */
  guint   awaiting_pong : 1;
  guint   compress : 1;   /* messages may be compressed; per message, by the application */
  guint   more_input : 1; /* the transport holds input that was left for the next turn */
  /* the fault is an error of TLS, to be told also of a client that never opened */
  guint tell_fault : 1;
  guint has_edges : 1;      /* the poller tells of input once, see WS_POLL_EDGE */
  guint readable : 1;       /* told so by an edge, and not read to the end since */
  guint hung_up : 1;        /* an edge has told of what a short read leaves: see note_edge() */
  guint message_begins : 1; /* no part of the message under way has been delivered */
  int   timeout_s;

  WsOutbox   outbox;
  WsProtocol protocol;
  guint64    bytes_sent;
  guint64    bytes_received;
  guint64    messages_sent;
  guint64    messages_received;
  guint64    written; /* bytes the transport has taken */

  guint64    id;      /* this and the mailbox stay, so that any thread may read them */
  WsMailbox *mailbox; /* the poller's */
  WsDeferred deferred;
  WsTimer    phase_timer; /* handshake, close or linger */
  WsTimer    idle_timer;  /* during the TLS handshake: the client's silence */
  WsTimer    ping_timer;  /* the next ping, or the pong awaited */

  WsHttpHead   *head; /* kept: host, origin, request-uri … are spans of it */
  char         *id_text;
  char         *sub_protocol;
  char         *offered_sub_protocols;
  char         *extensions;
  char         *remote_host;
  char         *local_address;
  char         *description; /* of the end */
  GError       *fault;       /* a local failure that ended the connection */
  WsPeerAddress peer;

  guint64 uncompressed_bytes; /* payload of the messages sent compressed, before … */
  guint64 compressed_bytes;   /* … and after */
  gint64  round_trip_us;      /* -1: not measured */
  guint   close_code;         /* of the end */
  guint   map_index;          /* place in the list of the WsConnectionMap */
  guint16 local_port;
};

/* ws-connection.c */
WsConnection      *ws_connection_new (WsConnectionContext *context,
                                      guint64              id,
                                      WsTransport         *transport,
                                      const WsPeerAddress *peer,
                                      int                  timeout_s,
                                      gboolean             over_capacity);
gboolean           ws_connection_start (WsConnection *self,
                                        GError      **error);
WsConnectionExtra *ws_connection_get_extra (WsConnection *self);
gboolean           ws_connection_check_open (WsConnection *self,
                                             GError      **error);
gboolean           ws_connection_check_not_closed (WsConnection *self,
                                                   GError      **error);
/* As check_open; and no message announced by MessageLength is under way. */
gboolean ws_connection_check_can_start_message (WsConnection *self,
                                                GError      **error);
void     ws_connection_set_ready_to_send (WsConnection *self,
                                          gboolean      ready_to_send);

/* ws-connection-events.c: signals, the owner, the log */
/* The signals' part of class_init. */
void ws_connection_signals_class_init (void);
void ws_connection_emit_data_in (WsConnection *self,
                                 WsDataFormat  format,
                                 GBytes       *data,
                                 gboolean      eom,
                                 gboolean      eol);
void ws_connection_emit_ping (WsConnection *self,
                              const guint8 *payload,
                              gsize         length,
                              gboolean      response);
void ws_connection_emit_error (WsConnection *self,
                               int           code,
                               const char   *description);
void ws_connection_emit_disconnected (WsConnection *self,
                                      guint         code,
                                      const char   *description);
void ws_connection_log (WsConnection *self,
                        WsLogLevel    level,
                        const char   *format,
                        ...) G_GNUC_PRINTF (3, 4);
/* Whether each frame is to be told of. */
static inline gboolean
ws_connection_logs_frames (WsConnection *self)
{
  return self->context != NULL &&
         (self->context->trace || self->context->settings->log_level >= WS_LOG_DEBUG);
}
void ws_connection_log_error (WsConnection *self,
                              const char   *format,
                              ...) G_GNUC_PRINTF (2, 3);

/* ws-connection-loop.c: what the poller calls */
extern const WsWatchFuncs ws_connection_watch_funcs;
/* Remembers what to tell and arranges for it to be told from the loop. */
void ws_connection_schedule (WsConnection *self,
                             WsPending     pending);
void ws_connection_run_pending (WsConnection *self);
void ws_connection_deferred_cb (WsDeferred *deferred);
/* The end of every timer's callback, which runs in the poller's dispatch: what it has brought about is
 * told right away. Drops the reference that the callback took. */
void  ws_connection_finish_timer (WsConnection *self);
void  ws_connection_update_watch (WsConnection *self);
guint ws_connection_add_edge (WsConnection *self,
                              guint         events);
/* Works off self->input according to the state. */
void ws_connection_process_input (WsConnection *self);
/* Moves undelivered input into the connection's own memory. */
void ws_connection_hold_input (WsConnection *self);

/* ws-connection-opening.c */
void ws_connection_receive_head (WsConnection *self);
void ws_connection_answer_open_request (WsConnection *self);
void ws_connection_answer (WsConnection *self,
                           guint         status,
                           const char   *fault);
void ws_connection_forget_open_request (WsConnection *self);

/* ws-connection-tls.c */
void ws_connection_start_tls (WsConnection *self);
/* One step, in WS_STATE_SECURING. */
void ws_connection_continue_tls (WsConnection *self);
/* Takes the error. */
void ws_connection_fail_tls (WsConnection *self,
                             GError       *error);
void ws_connection_answer_ssl_request (WsConnection *self);
/* The application's decision on the ClientHello is awaited. */
gboolean ws_connection_is_deciding_tls (WsConnection *self);
guint    ws_connection_get_tls_events (WsConnection *self);
void     ws_connection_tls_timer_expired (WsConnection *self);
void     ws_connection_silence_timer_expired (WsTimer *timer);
void     ws_connection_end_tls (WsConnection *self);
void     ws_connection_free_tls (WsConnectionTls *tls);
/* The value of one of the settings SSLNegotiated…. */
char *ws_connection_dup_negotiated (WsConnection *self,
                                    const char   *setting);

/* ws-connection-input.c */
void ws_connection_receive_frames (WsConnection *self);
/* Goes on with lines that were kept back while paused. */
void ws_connection_resume_lines (WsConnection *self);
/* FALSE if there was none. */
gboolean ws_connection_deliver_rest_of_line (WsConnection *self);
/* Where a read may put payload without a detour, or NULL; *size is what fits and belongs there. */
guint8 *ws_connection_get_read_target (WsConnection *self,
                                       gsize        *size);

/* ws-connection-output.c */
void ws_connection_queue_message (WsConnection *self,
                                  WsOpcode      opcode,
                                  const guint8 *data,
                                  gsize         length,
                                  GBytes       *owner);
/* One frame as it is to be on the wire; flags are WS_FRAME_FIN and WS_FRAME_RSV1. */
void ws_connection_queue_frame (WsConnection *self,
                                WsOpcode      opcode,
                                guint         flags,
                                const guint8 *data,
                                gsize         length,
                                GBytes       *owner);
/* A piece of a message that is sent as it comes. Where it begins, *compressed is decided. */
void ws_connection_queue_part (WsConnection *self,
                               WsOpcode      opcode,
                               gboolean      first,
                               gboolean      last,
                               gboolean     *compressed,
                               const guint8 *data,
                               gsize         length,
                               GBytes       *owner);
void ws_connection_queue_control (WsConnection *self,
                                  WsOpcode      opcode,
                                  const guint8 *payload,
                                  gsize         length);
/* A whole message in as many frames as MaxFrameSize makes of it, compressed already or not. */
void ws_connection_queue_frames (WsConnection *self,
                                 WsOpcode      opcode,
                                 guint         flags,
                                 const guint8 *data,
                                 gsize         length,
                                 GBytes       *owner);
/* A frame with its header, the same for others; opcode, flags and length tell of it. */
void ws_connection_queue_wire (WsConnection *self,
                               GBytes       *wire,
                               WsOpcode      opcode,
                               guint         flags,
                               gsize         length);
/* A short message, sent while the outbox gathers, that needs no look at anything else. FALSE, with
 * nothing done, when it does. */
gboolean ws_connection_gather_message (WsConnection *self,
                                       WsOpcode      opcode,
                                       const guint8 *data,
                                       gsize         length);
/* What every message that is queued has to do with the connection. */
void ws_connection_note_message (WsConnection *self);
/* Whether the next message of length would be compressed. */
gboolean ws_connection_will_compress (WsConnection *self,
                                      gsize         length);
void     ws_connection_queue_pong (WsConnection *self,
                                   const guint8 *payload,
                                   gsize         length);
void     ws_connection_flush (WsConnection *self);
/* Whether the client has acknowledged bytes since the last call and more are on their way. Such a
 * client is alive, and its pong or close frame may be far behind what it is still to read. */
gboolean ws_connection_is_peer_taking (WsConnection *self);
/* What a message of length may take in the queue. */
gsize ws_connection_get_frames_size (WsConnection *self,
                                     gsize         length);
/* The pong that a full outbox kept back, if any. */
void     ws_connection_queue_owed_pong (WsConnection *self);
gboolean ws_connection_has_room (WsConnection *self,
                                 gsize         length,
                                 GError      **error);
guint64  ws_connection_get_queued_bytes (WsConnection *self);

/* ws-connection-send.c */
/* AUTOMATIC becomes text where the bytes can be text. FALSE if text was asked for and they cannot.
 * In any thread. */
gboolean ws_connection_resolve_format (WsDataFormat *format,
                                       const guint8 *data,
                                       gsize         length,
                                       GError      **error);

/* ws-connection-jobs.c */
typedef enum
{
  WS_JOB_MESSAGE,
  WS_JOB_STREAM,
  WS_JOB_PING,
  WS_JOB_CLOSE,
} WsJobKind;

struct _WsSendJob
{
  WsJobKind     kind;
  gboolean      started;    /* its frames are in the outbox, or its stream is being read */
  gboolean      all_queued; /* its last frame is in the outbox */
  gboolean      finished;   /* told, or about to be */
  guint64       target;     /* finished when the connection's written has reached it */
  WsOpcode      opcode;     /* of a message or stream */
  GBytes       *data;       /* of a message that has not started */
  guint64       sequence;   /* of a ping */
  gint64        sent_us;    /* of a ping */
  gint64        result;     /* of a ping: its round-trip time */
  GError       *error;
  GTask        *task; /* told by it … */
  GCancellable *cancellable;
  gboolean      waited_for; /* … or watched by a blocking call */
  GSource      *cancel_source;
  WsConnection *connection; /* not a reference; NULL when finished */

  /* A stream or file */
  GInputStream         *stream; /* NULL while the file is being opened */
  WsUtf8Validator       utf8;
  gboolean              close_stream;
  gboolean              compressed;
  gboolean              reading; /* an asynchronous read is under way */
  guint64               total;   /* bytes read so far */
  goffset               size;    /* -1: unknown */
  GFileProgressCallback progress;
  gpointer              progress_data;
  GDestroyNotify        progress_destroy;
};

WsSendJob *ws_send_job_new (WsJobKind kind,
                            GTask    *task);
WsSendJob *ws_send_job_ref (WsSendJob *job);
void       ws_send_job_unref (WsSendJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsSendJob, ws_send_job_unref)

/* Takes its place behind the jobs before it; the queue holds a reference. */
void ws_connection_add_job (WsConnection *self,
                            WsSendJob    *job);
/* Whether a stream is under way, so that messages have to queue up behind it. */
gboolean ws_connection_is_streaming (WsConnection *self);
/* Starts what can start and finishes what has been written. */
void ws_connection_run_jobs (WsConnection *self);
/* Takes the error. The job leaves its queue; it is told from the loop. */
void ws_connection_finish_job (WsConnection *self,
                               WsSendJob    *job,
                               GError       *error);
/* Fails what has not been written: all jobs, or only those not started. */
void     ws_connection_fail_jobs (WsConnection *self,
                                  gboolean      only_waiting,
                                  const char   *why);
void     ws_connection_tell_finished_jobs (WsConnection *self);
gboolean ws_connection_check_can_block (WsConnection *self,
                                        GError      **error);
/* Blocks, iterating the main context, until the job is finished, the connection's timeout passes
 * without progress, or it is interrupted. */
gboolean ws_connection_wait_for_job (WsConnection *self,
                                     WsSendJob    *job,
                                     GError      **error);

/* ws-connection-stream.c */
void ws_connection_pump_stream (WsConnection *self,
                                WsSendJob    *job);

/* ws-connection-closing.c */
/* The peer's fault: tells it why and ends. RFC 6455 §7.1.7. */
void ws_connection_fail (WsConnection *self,
                         guint         code,
                         const char   *fault);
void ws_connection_receive_close (WsConnection          *self,
                                  const WsProtocolEvent *event);
/* Ends at once: the socket is closed, everything is released, the application is told from the loop. */
void ws_connection_end (WsConnection *self,
                        guint         code,
                        const char   *description);
void ws_connection_lost (WsConnection *self,
                         GError       *error);
/* No byte is left to be written: what the state makes of it. */
void ws_connection_drained (WsConnection *self);
void ws_connection_peer_finished (WsConnection *self);
void ws_connection_start_close (WsConnection *self,
                                guint         code,
                                const char   *reason);
void ws_connection_handshake_timer_expired (WsTimer *timer);
void ws_connection_close_timer_expired (WsTimer *timer);
void ws_connection_linger_timer_expired (WsTimer *timer);

/* ws-connection-keepalive.c */
void ws_connection_start_keepalive (WsConnection *self);
void ws_connection_restart_keepalive (WsConnection *self);
void ws_connection_note_activity (WsConnection *self);
void ws_connection_receive_pong (WsConnection          *self,
                                 const WsProtocolEvent *event);
void ws_connection_idle_timer_expired (WsTimer *timer);
void ws_connection_ping_timer_expired (WsTimer *timer);
void ws_connection_pong_timer_expired (WsTimer *timer);

/* ws-connection-addresses.c: properties made when first asked for */
void  ws_connection_load_local_address (WsConnection *self);
char *ws_peer_address_to_string (const WsPeerAddress *peer);
guint ws_peer_address_get_port (const WsPeerAddress *peer);

/* ws-growing-bytes.c */
void ws_growing_bytes_append (WsGrowingBytes *self,
                              const guint8   *data,
                              gsize           length);
/* Makes room for exactly length more bytes, where it is known how many will come. */
void ws_growing_bytes_expect (WsGrowingBytes *self,
                              gsize           length);
/* The same where that costs nothing, in memory that is there already; else nothing happens. */
void ws_growing_bytes_expect_cached (WsGrowingBytes *self,
                                     gsize           length);
/* Makes room for at least length more bytes and returns the place. */
guint8 *ws_growing_bytes_reserve (WsGrowingBytes *self,
                                  gsize           length);
void    ws_growing_bytes_remove_head (WsGrowingBytes *self,
                                      gsize           length);
GBytes *ws_growing_bytes_take (WsGrowingBytes *self);
void    ws_growing_bytes_clear (WsGrowingBytes *self);

G_END_DECLS

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for the socket of a TLS connection: as a source, and blocking. */
#include "wsserver/tls-gnutls/ws-tls-connection-private.h"

#include <errno.h>
#include <gio/gpollableinputstream.h>

typedef struct
{
  GSource          source;
  WsTlsConnection *connection; /* a reference */
  GObject         *object;     /* a reference; for the callback */
  GIOCondition     condition;
  gpointer         tag; /* of the descriptor; NULL if there is none any more */
} TlsSource;

static guint
get_events (WsTlsConnection *self,
            GIOCondition     condition)
{
  return ws_tls_session_get_events (ws_tls_connection_get_session (self), condition & (G_IO_IN | G_IO_OUT));
}

/* Whether an operation would tell something though the socket says nothing. */
static gboolean
can_go_on (WsTlsConnection *self,
           GIOCondition     condition)
{
  WsTlsSession *session = ws_tls_connection_get_session (self);

  if (session->fd < 0)
    return TRUE;
  if ((condition & G_IO_IN) != 0 || session->state != WS_TLS_STATE_OPEN)
    return ws_tls_session_can_go_on (session);

  return FALSE;
}

static gboolean
tls_source_prepare (GSource *source,
                    gint    *timeout)
{
  TlsSource *self = (TlsSource *) source;

  *timeout = -1;
  if (can_go_on (self->connection, self->condition))
    return TRUE;

  if (self->tag != NULL)
    g_source_modify_unix_fd (source, self->tag, get_events (self->connection, self->condition));

  return FALSE;
}

static gboolean
tls_source_check (GSource *source)
{
  TlsSource *self = (TlsSource *) source;

  return can_go_on (self->connection, self->condition) ||
         (self->tag != NULL && g_source_query_unix_fd (source, self->tag) != 0);
}

static gboolean
tls_source_dispatch (GSource    *source,
                     GSourceFunc callback,
                     gpointer    user_data)
{
  TlsSource          *self = (TlsSource *) source;
  GPollableSourceFunc func = (GPollableSourceFunc) (void (*) (void)) callback;

  return func != NULL ? func (self->object, user_data) : G_SOURCE_REMOVE;
}

static void
tls_source_finalize (GSource *source)
{
  TlsSource *self = (TlsSource *) source;

  g_object_unref (self->object);
  g_object_unref (self->connection);
}

static gboolean
tls_source_closure_cb (GObject *object,
                       gpointer user_data)
{
  GClosure *closure = user_data;
  GValue    parameter = G_VALUE_INIT;
  GValue    result = G_VALUE_INIT;
  gboolean  goes_on;

  g_value_init (&result, G_TYPE_BOOLEAN);
  g_value_init (&parameter, G_TYPE_OBJECT);
  g_value_set_object (&parameter, object);
  g_closure_invoke (closure, &result, 1, &parameter, NULL);
  goes_on = g_value_get_boolean (&result);
  g_value_unset (&result);
  g_value_unset (&parameter);

  return goes_on;
}

static GSourceFuncs tls_source_funcs = {
  .prepare = tls_source_prepare,
  .check = tls_source_check,
  .dispatch = tls_source_dispatch,
  .finalize = tls_source_finalize,
  .closure_callback = (GSourceFunc) (void (*) (void)) tls_source_closure_cb,
};

GSource *
ws_tls_connection_create_source (WsTlsConnection *self,
                                 GObject         *object,
                                 GIOCondition     condition,
                                 GCancellable    *cancellable)
{
  GSource      *source = g_source_new (&tls_source_funcs, sizeof (TlsSource));
  TlsSource    *tls_source = (TlsSource *) source;
  WsTlsSession *session = ws_tls_connection_get_session (self);

  g_source_set_static_name (source, "WsTlsConnection");
  tls_source->connection = g_object_ref (self);
  tls_source->object = g_object_ref (object);
  tls_source->condition = condition;
  if (session->fd >= 0)
    tls_source->tag = g_source_add_unix_fd (source, session->fd, get_events (self, condition));

  if (cancellable != NULL)
    {
      GSource *child = g_cancellable_source_new (cancellable);

      g_source_set_dummy_callback (child);
      g_source_add_child_source (source, child);
      g_source_unref (child);
    }

  return source;
}

gboolean
ws_tls_connection_is_ready (WsTlsConnection *self,
                            GIOCondition     condition)
{
  WsTlsSession *session = ws_tls_connection_get_session (self);
  GPollFD       poll_fd = { session->fd, 0, 0 };

  if (can_go_on (self, condition))
    return TRUE;

  poll_fd.events = (gushort) get_events (self, condition);

  return g_poll (&poll_fd, 1, 0) > 0;
}

gboolean
ws_tls_connection_wait (WsTlsConnection *self,
                        GIOCondition     condition,
                        GCancellable    *cancellable,
                        GError         **error)
{
  WsTlsSession *session = ws_tls_connection_get_session (self);
  GPollFD       poll_fds[2] = { { session->fd, 0, 0 } };
  guint         n_poll_fds = 1;
  int           result;

  if (can_go_on (self, condition))
    return !g_cancellable_set_error_if_cancelled (cancellable, error);

  poll_fds[0].events = (gushort) get_events (self, condition);
  if (g_cancellable_make_pollfd (cancellable, &poll_fds[1]))
    n_poll_fds++;

  do
    result = g_poll (poll_fds, n_poll_fds, -1);
  while (result < 0 && errno == EINTR);

  if (n_poll_fds > 1)
    g_cancellable_release_fd (cancellable);

  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

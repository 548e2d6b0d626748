/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/server/ws-activation-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "wsserver/base/ws-error-private.h"

#define FIRST_ACTIVATION_FD 3 /* SD_LISTEN_FDS_START */

/* sd_listen_fds(3): the descriptors from 3 on are for the process with the id LISTEN_PID. */
GPtrArray *
ws_activation_take_sockets (GError **error)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  const char *pid_text = g_getenv ("LISTEN_PID");
  const char *count_text = g_getenv ("LISTEN_FDS");
  guint64     pid;
  guint64     count;

  if (pid_text == NULL || count_text == NULL ||
      !g_ascii_string_to_unsigned (pid_text, 10, 1, G_MAXINT, &pid, NULL) ||
      !g_ascii_string_to_unsigned (count_text, 10, 1, 1024, &count, NULL) || (pid_t) pid != getpid ())
    {
      ws_set_error (error, WS_ERROR_INVALID_ARGUMENT,
                    "Invalid argument: no socket was passed to this process in LISTEN_PID and LISTEN_FDS");
      return NULL;
    }

  /* Neither this process nor its children may take them again. */
  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_FDNAMES");
  for (int fd = FIRST_ACTIVATION_FD; fd < FIRST_ACTIVATION_FD + (int) count; fd++)
    {
      GSocket *socket = g_socket_new_from_fd (fd, NULL);

      if (socket == NULL)
        {
          ws_set_error_from_errno (error, ENOTSOCK, "a descriptor passed in LISTEN_FDS");
          return NULL;
        }
      fcntl (fd, F_SETFD, FD_CLOEXEC);
      g_ptr_array_add (sockets, socket);
    }

  return g_steal_pointer (&sockets);
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <gio/gio.h>
#include <string.h>

#include "wsserver/base/ws-error-private.h"

/**
 * ws_error_quark:
 *
 * Gets the error domain of the library.
 *
 * Returns: the quark of [error@Ws.Error]
 *
 * Since: 1.0
 */
GQuark
ws_error_quark (void)
{
  return g_quark_from_static_string ("ws-error-quark");
}

G_GNUC_PRINTF (2, 0)
static GError *
error_new_valist (WsError     code,
                  const char *format,
                  va_list     arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);

  return g_error_new (WS_ERROR, (int) code, "[%d] %s", (int) code, text);
}

const char *
ws_error_get_reason (const GError *error)
{
  gsize n_digits = error->message[0] == '[' ? strspn (error->message + 1, "0123456789") : 0;

  return n_digits > 0 && g_str_has_prefix (error->message + 1 + n_digits, "] ")
             ? error->message + n_digits + 3
             : error->message;
}

GError *
ws_error_new (WsError     code,
              const char *format,
              ...)
{
  va_list arguments;

  va_start (arguments, format);
  GError *error = error_new_valist (code, format, arguments);
  va_end (arguments);
  return error;
}

void
ws_set_error (GError    **error,
              WsError     code,
              const char *format,
              ...)
{
  va_list arguments;

  if (error == NULL)
    return;

  va_start (arguments, format);
  g_propagate_error (error, error_new_valist (code, format, arguments));
  va_end (arguments);
}

static const struct
{
  int     error_number;
  WsError code;
} errno_codes[] = {
  { EINTR, WS_ERROR_INTERRUPTED },
  { EBADF, WS_ERROR_BAD_FILE },
  { EACCES, WS_ERROR_ACCESS_DENIED },
  { EPERM, WS_ERROR_ACCESS_DENIED },
  { EFAULT, WS_ERROR_BAD_ADDRESS },
  { EINVAL, WS_ERROR_INVALID_ARGUMENT },
  { EMFILE, WS_ERROR_TOO_MANY_FILES },
  { ENFILE, WS_ERROR_TOO_MANY_FILES },
  { EAGAIN, WS_ERROR_WOULD_BLOCK },
  { EINPROGRESS, WS_ERROR_IN_PROGRESS },
  { EALREADY, WS_ERROR_ALREADY },
  { ENOTSOCK, WS_ERROR_NOT_SOCKET },
  { EDESTADDRREQ, WS_ERROR_DESTINATION_REQUIRED },
  { EMSGSIZE, WS_ERROR_MESSAGE_SIZE },
  { EPROTOTYPE, WS_ERROR_WRONG_PROTOCOL_TYPE },
  { ENOPROTOOPT, WS_ERROR_BAD_PROTOCOL_OPTION },
  { EPROTONOSUPPORT, WS_ERROR_PROTOCOL_NOT_SUPPORTED },
  { ESOCKTNOSUPPORT, WS_ERROR_SOCKET_TYPE_NOT_SUPPORTED },
  { EOPNOTSUPP, WS_ERROR_OPERATION_NOT_SUPPORTED },
  { EPFNOSUPPORT, WS_ERROR_PROTOCOL_FAMILY_NOT_SUPPORTED },
  { EAFNOSUPPORT, WS_ERROR_ADDRESS_FAMILY_NOT_SUPPORTED },
  { EADDRINUSE, WS_ERROR_ADDRESS_IN_USE },
  { EADDRNOTAVAIL, WS_ERROR_ADDRESS_NOT_AVAILABLE },
  { ENETDOWN, WS_ERROR_NETWORK_DOWN },
  { ENETUNREACH, WS_ERROR_NETWORK_UNREACHABLE },
  { ENETRESET, WS_ERROR_NETWORK_RESET },
  { ECONNABORTED, WS_ERROR_CONNECTION_ABORTED },
  { ECONNRESET, WS_ERROR_CONNECTION_RESET },
  { EPIPE, WS_ERROR_CONNECTION_RESET },
  { ENOBUFS, WS_ERROR_NO_BUFFERS },
  { ENOMEM, WS_ERROR_NO_BUFFERS },
  { EISCONN, WS_ERROR_IS_CONNECTED },
  { ENOTCONN, WS_ERROR_NOT_CONNECTED },
  { ESHUTDOWN, WS_ERROR_SHUT_DOWN },
  { ETOOMANYREFS, WS_ERROR_TOO_MANY_REFERENCES },
  { ETIMEDOUT, WS_ERROR_TIMED_OUT },
  { ECONNREFUSED, WS_ERROR_CONNECTION_REFUSED },
  { ELOOP, WS_ERROR_TOO_MANY_LINKS },
  { ENAMETOOLONG, WS_ERROR_NAME_TOO_LONG },
  { EHOSTDOWN, WS_ERROR_HOST_DOWN },
  { EHOSTUNREACH, WS_ERROR_HOST_UNREACHABLE },
  { ENOTEMPTY, WS_ERROR_NOT_EMPTY },
  { EUSERS, WS_ERROR_TOO_MANY_USERS },
  { EDQUOT, WS_ERROR_DISK_QUOTA },
  { ESTALE, WS_ERROR_STALE_HANDLE },
  { EREMOTE, WS_ERROR_TOO_MANY_REMOTE_LEVELS },
  /* A file error without a number of its own gets the closest one. */
  { ENOENT, WS_ERROR_INVALID_ARGUMENT },
  { EISDIR, WS_ERROR_INVALID_ARGUMENT },
  { ENOTDIR, WS_ERROR_INVALID_ARGUMENT },
};

WsError
ws_error_from_errno (int error_number)
{
  for (gsize i = 0; i < G_N_ELEMENTS (errno_codes); i++)
    if (errno_codes[i].error_number == error_number)
      return errno_codes[i].code;

  return WS_ERROR_SENDING;
}

void
ws_set_error_from_errno (GError    **error,
                         int         error_number,
                         const char *subject)
{
  WsError code = ws_error_from_errno (error_number);

  if (subject != NULL)
    ws_set_error (error, code, "%s: %s", g_strerror (error_number), subject);
  else
    ws_set_error (error, code, "%s", g_strerror (error_number));
}

static const struct
{
  int     gio_code;
  WsError code;
} gio_codes[] = {
  { G_IO_ERROR_NOT_FOUND, WS_ERROR_INVALID_ARGUMENT },
  { G_IO_ERROR_IS_DIRECTORY, WS_ERROR_INVALID_ARGUMENT },
  { G_IO_ERROR_NOT_DIRECTORY, WS_ERROR_INVALID_ARGUMENT },
  { G_IO_ERROR_NOT_REGULAR_FILE, WS_ERROR_INVALID_ARGUMENT },
  { G_IO_ERROR_INVALID_ARGUMENT, WS_ERROR_INVALID_ARGUMENT },
  { G_IO_ERROR_FILENAME_TOO_LONG, WS_ERROR_NAME_TOO_LONG },
  { G_IO_ERROR_TOO_MANY_LINKS, WS_ERROR_TOO_MANY_LINKS },
  { G_IO_ERROR_NO_SPACE, WS_ERROR_NO_BUFFERS },
  { G_IO_ERROR_PERMISSION_DENIED, WS_ERROR_ACCESS_DENIED },
  { G_IO_ERROR_NOT_SUPPORTED, WS_ERROR_OPERATION_NOT_SUPPORTED },
  { G_IO_ERROR_CLOSED, WS_ERROR_BAD_FILE },
  { G_IO_ERROR_CANCELLED, WS_ERROR_INTERRUPTED },
  { G_IO_ERROR_PENDING, WS_ERROR_IN_PROGRESS },
  { G_IO_ERROR_TOO_MANY_OPEN_FILES, WS_ERROR_TOO_MANY_FILES },
  { G_IO_ERROR_ADDRESS_IN_USE, WS_ERROR_ADDRESS_IN_USE },
  { G_IO_ERROR_TIMED_OUT, WS_ERROR_TIMED_OUT },
  { G_IO_ERROR_WOULD_BLOCK, WS_ERROR_WOULD_BLOCK },
  { G_IO_ERROR_HOST_NOT_FOUND, WS_ERROR_HOST_NOT_FOUND },
  { G_IO_ERROR_HOST_UNREACHABLE, WS_ERROR_HOST_UNREACHABLE },
  { G_IO_ERROR_NETWORK_UNREACHABLE, WS_ERROR_NETWORK_UNREACHABLE },
  { G_IO_ERROR_CONNECTION_REFUSED, WS_ERROR_CONNECTION_REFUSED },
  { G_IO_ERROR_CONNECTION_CLOSED, WS_ERROR_CONNECTION_RESET },
  { G_IO_ERROR_NOT_CONNECTED, WS_ERROR_NOT_CONNECTED },
  { G_IO_ERROR_MESSAGE_TOO_LARGE, WS_ERROR_MESSAGE_SIZE },
};

static WsError
code_from_gio_error (const GError *error)
{
  if (error->domain == G_RESOLVER_ERROR)
    {
      switch (error->code)
        {
        case G_RESOLVER_ERROR_NOT_FOUND:
          return WS_ERROR_HOST_NOT_FOUND;
        case G_RESOLVER_ERROR_TEMPORARY_FAILURE:
          return WS_ERROR_TRY_AGAIN;
        default:
          return WS_ERROR_NO_RECOVERY;
        }
    }

  if (error->domain == G_IO_ERROR)
    for (gsize i = 0; i < G_N_ELEMENTS (gio_codes); i++)
      if (gio_codes[i].gio_code == error->code)
        return gio_codes[i].code;

  return WS_ERROR_SENDING;
}

void
ws_propagate_gio_error (GError    **error,
                        GError     *gio_error,
                        const char *subject)
{
  if (gio_error->domain == WS_ERROR)
    {
      g_propagate_error (error, gio_error);
      return;
    }

  WsError code = code_from_gio_error (gio_error);

  /* The texts of GIO often contain the subject. */
  if (subject != NULL && strstr (gio_error->message, subject) == NULL)
    ws_set_error (error, code, "%s: %s", gio_error->message, subject);
  else
    ws_set_error (error, code, "%s", gio_error->message);
  g_error_free (gio_error);
}

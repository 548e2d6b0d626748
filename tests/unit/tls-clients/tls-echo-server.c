/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* An echo server over the TLS transport for other people's clients. Prints its port, then a line for
 * each thing its connections tell. Each argument NAME=VALUE is an option. Ends when its input does. */
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/tls-fixture.h"

#include "wsserver/base/ws-error.h"
#include "wsserver/tls-gio/ws-gio-tls-transport-private.h"

typedef struct
{
  WsTransport *transport;
  gboolean     open;
  guint8       data[65536]; /* to be echoed */
  gsize        length;
} Client;

static void
status_cb (WsTlsTransport *transport,
           const char     *line,
           gpointer        user_data)
{
  printf ("%s\n", line);
}

static const WsTlsListener listener = { .status = status_cb };

static const char *identity_file; /* certificates and key in PEM form; NULL: made for the occasion */

/* What serves: one of the two providers. */
typedef struct
{
  WsTlsContext    *context;
  WsGioTlsContext *platform;
} Provider;

static WsTransport *
create_transport (const Provider *provider,
                  int             fd)
{
  WsTransport *transport;

  if (provider->platform != NULL)
    transport = ws_gio_tls_transport_new (fd, provider->platform, NULL);
  else
    transport = ws_gnutls_transport_new (fd, provider->context);
  ws_tls_transport_set_listener (WS_TLS_TRANSPORT (transport), &listener, WS_TLS_REPORT_STATUS, NULL);

  return transport;
}

static gboolean use_platform;

static void
read_option (WsTlsOptions *options,
             const char   *argument)
{
  const char *value = strchr (argument, '=') + 1;

  if (g_str_has_prefix (argument, "protocols="))
    options->protocols = (guint) strtoul (value, NULL, 0);
  else if (g_str_has_prefix (argument, "suites="))
    options->cipher_suites = value;
  else if (g_str_has_prefix (argument, "renegotiation="))
    options->serve_renegotiation = value[0] == '1';
  else if (g_str_has_prefix (argument, "reuse="))
    options->reuse_sessions = value[0] == '1';
  else if (g_str_has_prefix (argument, "provider="))
    use_platform = strcmp (value, "platform") == 0;
  else if (g_str_has_prefix (argument, "authenticate="))
    options->request_client_certificate = value[0] == '1';
  else if (g_str_has_prefix (argument, "staple="))
    options->ocsp_response = value;
  else if (g_str_has_prefix (argument, "identity="))
    identity_file = value;
  else
    g_error ("unknown option %s", argument);
}

static int
listen_on_loopback (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t          length = sizeof address;
  int                fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 16), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  printf ("port %d\n", ntohs (address.sin_port));

  return fd;
}

/* FALSE: the connection is over. */
static gboolean
serve (Client *client)
{
  WsIOStatus status;
  gsize      n;

  if (!client->open)
    {
      status = ws_transport_handshake (client->transport, NULL);
      client->open = status == WS_IO_OK;
      if (!client->open)
        return status == WS_IO_WOULD_BLOCK;
    }

  ws_transport_flush (client->transport, NULL);
  do
    {
      struct iovec vector = { client->data, client->length };

      if (client->length > 0)
        {
          status = ws_transport_writev (client->transport, &vector, 1, &n, NULL);
          if (status != WS_IO_OK)
            return status == WS_IO_WOULD_BLOCK;
          client->length -= n;
          memmove (client->data, client->data + n, client->length);
          continue;
        }

      status = ws_transport_read (client->transport, client->data, sizeof client->data, &n, NULL);
      client->length = n;
    }
  while (status == WS_IO_OK);

  if (status == WS_IO_CLOSED)
    ws_transport_shutdown_write (client->transport);

  return status == WS_IO_WOULD_BLOCK;
}

/* How often the main context is looked after, in which the platform's handshakes end. */
#define CONTEXT_MS 10

static void
run (int             listening_fd,
     const Provider *provider)
{
  Client       *client = NULL;
  char          command[16];
  struct pollfd fds[3] = { { 0, POLLIN, 0 }, { listening_fd, POLLIN, 0 }, { -1, 0, 0 } };

  while (poll (fds, 3, provider->platform != NULL ? CONTEXT_MS : -1) >= 0)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      if (fds[0].revents != 0 && read (0, command, sizeof command) <= 0)
        break;

      if (client == NULL && fds[1].revents != 0)
        {
          int fd = accept4 (listening_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

          client = g_new0 (Client, 1);
          client->transport = create_transport (provider, fd);
        }

      if (client != NULL && !serve (client))
        {
          printf ("closed\n");
          ws_transport_free (client->transport);
          g_clear_pointer (&client, g_free);
        }

      fds[1].events = client == NULL ? POLLIN : 0;
      fds[2].fd = client != NULL ? client->transport->fd : -1;
      if (client != NULL)
        fds[2].events = (short) ws_transport_get_events (client->transport,
                                                         client->length > 0 ? POLLOUT : POLLIN);
    }

  if (client != NULL)
    ws_transport_free (client->transport);
  g_free (client);
}

static gnutls_certificate_credentials_t
make_credentials (const TestCertificate *certificate)
{
  gnutls_certificate_credentials_t credentials = test_credentials_new (identity_file == NULL ? certificate
                                                                                             : NULL);

  if (identity_file != NULL)
    g_assert_cmpint (
        gnutls_certificate_set_x509_key_file (credentials, identity_file, identity_file, GNUTLS_X509_FMT_PEM),
        >=, 0);

  return credentials;
}

int
main (int   argc,
      char *argv[])
{
  TestCertificate authority;
  TestCertificate certificate;
  WsTlsOptions    options;
  Provider        provider = { NULL, NULL };
  g_autoptr (GError) error = NULL;
  int fd;

  setvbuf (stdout, NULL, _IOLBF, 0);
  ws_tls_options_init (&options);
  for (int i = 1; i < argc; i++)
    read_option (&options, argv[i]);

  test_certificate_init (&authority, "Authority", GNUTLS_PK_ECDSA, NULL, NULL);
  test_certificate_init (&certificate, "localhost", GNUTLS_PK_RSA, GNUTLS_KP_TLS_WWW_SERVER, &authority);
  if (use_platform)
    {
      g_autoptr (WsCertificate) own = test_certificate_to_object (&certificate);

      provider.platform = ws_gio_tls_context_new (&options, own, NULL, &error);
    }
  else
    {
      provider.context = ws_tls_context_new (&options, make_credentials (&certificate), NULL, NULL, &error);
    }
  if (g_error_matches (error, WS_ERROR, WS_ERROR_TLS_LIBRARY))
    {
      printf ("no backend\n");
      return 0;
    }
  g_assert_no_error (error);
  fd = listen_on_loopback ();
  run (fd, &provider);

  close (fd);
  g_clear_pointer (&provider.context, ws_tls_context_unref);
  g_clear_pointer (&provider.platform, ws_gio_tls_context_unref);
  test_certificate_clear (&certificate);
  test_certificate_clear (&authority);

  return 0;
}

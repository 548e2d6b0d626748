/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole server with four clients over a transport that is no network, in plain text or (server-tls) with
 * TLS of both providers. Whatever the clients send, and whatever the handlers do: no signal comes out of
 * place, each asynchronous call ends once, what the clients receive are responses and frames, and nothing is
 * left when all is dropped. */
#include "fuzz-server.h"

#include <gnutls/x509.h>
#include <string.h>
#include <sys/socket.h>

#include "wsserver/io/ws-socket-private.h"

#define MAX_WAIT_US (20 * G_USEC_PER_SEC) /* until all has ended; threads may open files and compute */
#define FLOOD 60

/* --- time ------------------------------------------------------------------------------------ */

/* The linker puts these in the place of other functions, in the library alone. */

gint64 __real_g_get_monotonic_time (void);
gint64 __wrap_g_get_monotonic_time (void);
gint64 __real_g_source_get_time (GSource *source);
gint64 __wrap_g_source_get_time (GSource *source);

static gint64 advance_us;

gint64
__wrap_g_get_monotonic_time (void)
{
  return __real_g_get_monotonic_time () + advance_us;
}

gint64
__wrap_g_source_get_time (GSource *source)
{
  return __real_g_source_get_time (source) + advance_us;
}

/* Nobody connects to the listening socket, and the filter of the kernel takes longer than all the rest. */
void __wrap_ws_socket_ignore_new_connections (GSocket *socket);

void
__wrap_ws_socket_ignore_new_connections (GSocket *socket)
{
}

/* The authorities of the system take a tenth of a second to read. */
int __wrap_gnutls_x509_trust_list_add_system_trust (gnutls_x509_trust_list_t list,
                                                    unsigned                 flags,
                                                    unsigned                 list_flags);

int
__wrap_gnutls_x509_trust_list_add_system_trust (gnutls_x509_trust_list_t list,
                                                unsigned                 flags,
                                                unsigned                 list_flags)
{
  return 0;
}

void
fuzz_advance_time (guint seconds)
{
  advance_us += seconds * G_USEC_PER_SEC;
}

guint8
fuzz_take_last_byte (FuzzInput *input)
{
  return input->length > 0 ? input->data[--input->length] : 0;
}

/* --- the world ------------------------------------------------------------------------------- */

static void
peer_free (gpointer user_data)
{
  FuzzPeer *peer = user_data;

  g_object_unref (peer->connection);
  g_free (peer);
}

WsCertificate *
fuzz_get_certificate (void)
{
  static WsCertificate *certificate;

  if (certificate == NULL)
    certificate = ws_certificate_new_from_files (FUZZ_FOLDER "/../certificates/files/ec.pem",
                                                 FUZZ_FOLDER "/../certificates/files/ec-key.pem", NULL, NULL);
  g_assert_nonnull (certificate);

  return certificate;
}

static void
set_up_tls (FuzzWorld *self,
            guint8     flags)
{
  self->use_tls = TRUE;
  ws_server_set_use_ssl (self->server, TRUE, NULL);
  ws_server_set_ssl_cert (self->server, fuzz_get_certificate (), NULL);
  ws_server_set_ssl_provider (self->server,
                              (flags & 64) != 0 ? WS_SSL_PROVIDER_PLATFORM : WS_SSL_PROVIDER_INTERNAL, NULL);
  ws_server_set_ssl_authenticate_clients (self->server, (flags & 128) != 0, NULL);
  g_free (ws_server_config (self->server, "SSLClientCACerts=" FUZZ_FOLDER "/../certificates/files/ca.pem", NULL));
}

static void
world_init (FuzzWorld    *self,
            const guint8 *data,
            gsize         length)
{
  g_autoptr (GFile) folder = g_file_new_for_path (FUZZ_FOLDER);
  g_autoptr (GError) error = NULL;
  guint8 flags;

  *self = (FuzzWorld){ .input = { data, length } };
  self->context = g_main_context_new ();
  g_main_context_push_thread_default (self->context);
  self->peers = g_ptr_array_new_with_free_func (peer_free);
  self->deferred = g_ptr_array_new_with_free_func (g_object_unref);
  self->cancellable = g_cancellable_new ();
  for (guint i = 0; i < FUZZ_N_CLIENTS; i++)
    self->clients[i] = (FuzzClient){ .fd = -1, .received = g_byte_array_new () };

  self->server = ws_server_new ();
  self->weak_server = self->server;
  g_object_add_weak_pointer (G_OBJECT (self->server), &self->weak_server);
  flags = fuzz_take_byte (&self->input);
  fuzz_set_up_handlers (self, flags);
  if ((flags & 16) != 0)
    ws_server_serve_folder (self->server, "/folder", folder, NULL);
  if (FUZZ_TLS)
    set_up_tls (self, flags);
  ws_server_set_local_host (self->server, "127.0.0.1", NULL);
  ws_server_start_listening (self->server, &error);
  g_assert_no_error (error);
}

static void
iterate (FuzzWorld *self,
         guint      n)
{
  for (guint i = 0; i < n; i++)
    g_main_context_iteration (self->context, FALSE);
}

static void
iterate_until (FuzzWorld *self,
               gboolean (*has_ended) (FuzzWorld *self))
{
  const gint64 end_us = g_get_monotonic_time () + MAX_WAIT_US;

  while (!has_ended (self) && g_get_monotonic_time () < end_us)
    if (!g_main_context_iteration (self->context, FALSE))
      g_usleep (100);
}

static gboolean
has_server_ended (FuzzWorld *self)
{
  return self->n_started == self->n_ended && self->weak_server == NULL;
}

static gboolean
have_connections_ended (FuzzWorld *self)
{
  return self->n_alive == 0;
}

/* Handlers do nothing any more. */
static void
world_clear (FuzzWorld *self)
{
  self->input.length = 0;
  iterate (self, 3);
  g_ptr_array_set_size (self->deferred, 0);
  for (guint i = 0; i < FUZZ_N_CLIENTS; i++)
    fuzz_client_receive (self, i);
  iterate (self, 3);
  if (self->server != NULL)
    ws_server_stop_listening (self->server);
  g_clear_object (&self->server);
  for (guint i = 0; i < FUZZ_N_CLIENTS; i++)
    fuzz_client_check (self, i);
  iterate_until (self, has_server_ended);

  g_assert_cmpuint (self->n_ended, ==, self->n_started);
  g_assert_null (self->weak_server);
  for (guint i = 0; i < self->peers->len; i++)
    {
      const FuzzPeer *peer = self->peers->pdata[i];

      g_assert_cmpuint (peer->n_disconnected, ==, peer->n_connected);
    }
  g_ptr_array_unref (self->peers);
  iterate_until (self, have_connections_ended);
  g_assert_cmpuint (self->n_alive, ==, 0);

  g_ptr_array_unref (self->deferred);
  g_object_unref (self->cancellable);
  for (guint i = 0; i < FUZZ_N_CLIENTS; i++)
    g_byte_array_unref (self->clients[i].received);
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
}

/* --- the script ------------------------------------------------------------------------------ */

/* As many bytes as the next one says. */
static FuzzInput
take_bytes (FuzzInput *input)
{
  const gsize     wanted = fuzz_take_byte (input);
  const gsize     length = MIN (wanted, input->length);
  const FuzzInput taken = { input->data, length };

  input->data += length;
  input->length -= length;
  return taken;
}

static void
send_many (FuzzWorld *self,
           guint      index,
           guint8     choice)
{
  static guint8       payload[66000];
  static const guint8 first_bytes[] = { 0x81, 0x82, 0x89, 0x8a, 0x01, 0x00, 0x80, 0x02 };
  const guint8        first_byte = first_bytes[choice % G_N_ELEMENTS (first_bytes)];

  if (choice >= 192)
    fuzz_client_send_frame (self, index, first_byte, payload, choice >= 224 ? sizeof payload : 2000);
  else
    for (guint i = 0; i < FLOOD; i++)
      fuzz_client_send_frame (self, index, first_byte, payload, choice % 20);
}

static void
run_step (FuzzWorld *self)
{
  const guint8 step = fuzz_take_byte (&self->input);
  const guint  index = step >> 4 & 3;
  guint8       choice;
  FuzzInput    bytes;

  switch (step & 0xf)
    {
    case 0:
      iterate (self, 1 + (step >> 6));
      break;
    case 1:
      bytes = take_bytes (&self->input);
      self->clients[index].may_have_sent_head = TRUE;
      if ((step & 0x40) != 0)
        fuzz_client_send_raw (self, index, bytes.data, bytes.length);
      else
        fuzz_client_send (self, index, bytes.data, bytes.length);
      break;
    case 2:
    case 3:
      choice = fuzz_take_byte (&self->input);
      bytes = take_bytes (&self->input);
      fuzz_client_send_frame (self, index, choice, bytes.data, bytes.length);
      break;
    case 4:
      fuzz_client_open (self, index);
      break;
    case 5:
    case 6:
      fuzz_client_open (self, index);
      fuzz_client_send_request (self, index, fuzz_take_byte (&self->input));
      break;
    case 7:
      fuzz_client_receive (self, index);
      break;
    case 8:
      if (self->clients[index].fd >= 0)
        shutdown (self->clients[index].fd, SHUT_WR);
      break;
    case 9:
      fuzz_client_close (self, index);
      break;
    case 10:
      send_many (self, index, fuzz_take_byte (&self->input));
      break;
    case 11:
      fuzz_decide_deferred (self, fuzz_take_byte (&self->input));
      break;
    case 12:
      fuzz_advance_time (1 + (step >> 4));
      iterate (self, 1);
      break;
    default:
      fuzz_act (self, NULL);
      break;
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  FuzzWorld world;

  world_init (&world, data, size);
  while (world.input.length > 0)
    run_step (&world);
  world_clear (&world);

  return 0;
}

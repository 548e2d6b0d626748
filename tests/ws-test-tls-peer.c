/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ws-test-tls-peer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

/* --- certificates ---------------------------------------------------------------------------- */

/* Making an RSA key takes a while, and under valgrind very long. */
static void
load_rsa_key (gnutls_x509_privkey_t key)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "certificates", "files", "rsa-key.pem", NULL);
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  gsize          length;
  gnutls_datum_t pem;

  g_file_get_contents (path, &content, &length, &error);
  g_assert_no_error (error);
  pem = (gnutls_datum_t){ (guint8 *) content, (guint) length };
  g_assert_cmpint (gnutls_x509_privkey_import2 (key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0), ==, 0);
}

static void
set_purpose (gnutls_x509_crt_t   certificate,
             WsTestIdentityFlags flags)
{
  gboolean is_authority = (flags & WS_TEST_IDENTITY_AUTHORITY) != 0;
  gboolean is_client = (flags & WS_TEST_IDENTITY_CLIENT) != 0;

  gnutls_x509_crt_set_basic_constraints (certificate, is_authority, -1);
  if (is_authority)
    {
      gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_KEY_CERT_SIGN);
      return;
    }

  gnutls_x509_crt_set_key_purpose_oid (certificate,
                                       is_client ? GNUTLS_KP_TLS_WWW_CLIENT : GNUTLS_KP_TLS_WWW_SERVER, 0);
  gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT);
}

static void
set_names (gnutls_x509_crt_t certificate,
           const char       *text)
{
  g_auto (GStrv) names = g_strsplit (text, ",", -1);

  gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, names[0],
                                 (guint) strlen (names[0]));
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (names[i]);

      if (address != NULL)
        gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_IPADDRESS,
                                              g_inet_address_to_bytes (address),
                                              (guint) g_inet_address_get_native_size (address),
                                              GNUTLS_FSAN_APPEND);
      else
        gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, names[i],
                                              (guint) strlen (names[i]), GNUTLS_FSAN_APPEND);
    }
}

/* One that has just been signed is no good as part of a chain: GnuTLS looks at what it has read. */
static void
read_again (gnutls_x509_crt_t *certificate)
{
  gnutls_datum_t der;

  g_assert_cmpint (gnutls_x509_crt_export2 (*certificate, GNUTLS_X509_FMT_DER, &der), ==, 0);
  gnutls_x509_crt_deinit (*certificate);
  gnutls_x509_crt_init (certificate);
  g_assert_cmpint (gnutls_x509_crt_import (*certificate, &der, GNUTLS_X509_FMT_DER), ==, 0);
  gnutls_free (der.data);
}

/* Later than the first notice of a server that it expires, unless the test is about that. */
static time_t
get_end (time_t              now,
         WsTestIdentityFlags flags)
{
  if ((flags & WS_TEST_IDENTITY_EXPIRED) != 0)
    return now - 3600;
  if ((flags & WS_TEST_IDENTITY_EXPIRES_SOON) != 0)
    return now + 2;

  return now + 60 * 86400;
}

WsTestIdentity *
ws_test_identity_new (const char           *names,
                      WsTestIdentityFlags   flags,
                      const WsTestIdentity *issuer)
{
  WsTestIdentity *self = g_new0 (WsTestIdentity, 1);
  guint8          serial[8];
  guint8          id[32];
  gsize           id_size = sizeof id;
  time_t          now = time (NULL);

  gnutls_x509_privkey_init (&self->key);
  if ((flags & WS_TEST_IDENTITY_RSA) != 0)
    load_rsa_key (self->key);
  else
    g_assert_cmpint (gnutls_x509_privkey_generate (self->key, GNUTLS_PK_ECDSA,
                                                   GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0),
                     ==, 0);

  for (gsize i = 0; i < sizeof serial; i++)
    serial[i] = (guint8) g_random_int_range (1, 128);
  gnutls_x509_crt_init (&self->certificate);
  gnutls_x509_crt_set_version (self->certificate, 3);
  gnutls_x509_crt_set_serial (self->certificate, serial, sizeof serial);
  gnutls_x509_crt_set_activation_time (self->certificate, now - 7200);
  gnutls_x509_crt_set_expiration_time (self->certificate, get_end (now, flags));
  gnutls_x509_crt_set_key (self->certificate, self->key);
  gnutls_x509_crt_get_key_id (self->certificate, 0, id, &id_size);
  gnutls_x509_crt_set_subject_key_id (self->certificate, id, id_size);
  set_names (self->certificate, names);
  set_purpose (self->certificate, flags);

  if (issuer == NULL)
    issuer = self;
  g_assert_cmpint (
      gnutls_x509_crt_sign2 (self->certificate, issuer->certificate, issuer->key, GNUTLS_DIG_SHA256, 0), ==,
      0);
  read_again (&self->certificate);
  return self;
}

void
ws_test_identity_free (WsTestIdentity *self)
{
  gnutls_x509_crt_deinit (self->certificate);
  gnutls_x509_privkey_deinit (self->key);
  g_free (self);
}

char *
ws_test_identity_to_pem (const WsTestIdentity *self,
                         gboolean              with_key)
{
  GString       *text = g_string_new (NULL);
  gnutls_datum_t pem;

  g_assert_cmpint (gnutls_x509_crt_export2 (self->certificate, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
  g_string_append_len (text, (const char *) pem.data, pem.size);
  gnutls_free (pem.data);
  if (with_key)
    {
      g_assert_cmpint (
          gnutls_x509_privkey_export2_pkcs8 (self->key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem),
          ==, 0);
      g_string_append_len (text, (const char *) pem.data, pem.size);
      gnutls_free (pem.data);
    }

  return g_string_free (text, FALSE);
}

GBytes *
ws_test_identity_to_der (const WsTestIdentity *self)
{
  gnutls_datum_t der;
  GBytes        *bytes;

  g_assert_cmpint (gnutls_x509_crt_export2 (self->certificate, GNUTLS_X509_FMT_DER, &der), ==, 0);
  bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
  return bytes;
}

WsCertificate *
ws_test_identity_to_certificate (const WsTestIdentity *self)
{
  g_autofree char *pem = ws_test_identity_to_pem (self, TRUE);
  g_autoptr (GBytes) store = g_bytes_new (pem, strlen (pem));
  g_autoptr (GError) error = NULL;
  WsCertificate *certificate;

  certificate = ws_certificate_new_from_store (WS_CERT_STORE_TYPE_PEM_KEY_BLOB, store, NULL, "*", NULL,
                                               &error);
  g_assert_no_error (error);
  return certificate;
}

void
ws_test_server_set_identity (WsTestServer         *self,
                             const WsTestIdentity *identity)
{
  g_autoptr (WsCertificate) certificate = ws_test_identity_to_certificate (identity);
  g_autoptr (GError) error = NULL;

  ws_server_set_ssl_cert (self->server, certificate, &error);
  g_assert_no_error (error);
}

WsTestServer *
ws_test_server_new_tls (const WsTestIdentity *identity,
                        const char           *setting,
                        ...)
{
  WsTestServer *self = ws_test_server_new ();
  va_list       settings;

  va_start (settings, setting);
  for (const char *s = setting; s != NULL; s = va_arg (settings, const char *))
    ws_test_server_config (self, s);
  va_end (settings);

  ws_test_server_set_identity (self, identity);
  g_assert_true (ws_server_set_use_ssl (self->server, TRUE, NULL));
  ws_test_server_listen (self);
  self->echo = TRUE;
  return self;
}

/* --- below TLS ------------------------------------------------------------------------------- */

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;

  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
add_source (WsTestTlsPeer *self,
            GSource      **place,
            GSource       *source,
            GSourceFunc    callback)
{
  *place = source;
  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
close_fd (WsTestTlsPeer *self)
{
  clear_source (&self->reader);
  clear_source (&self->writer);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

/* What is left in the end is for later; a dead connection takes everything. */
static gsize
send_wire (WsTestTlsPeer *self,
           gsize          n_max)
{
  gsize  length = MIN (n_max, self->wire->len);
  gssize n_bytes = send (self->fd, self->wire->data, length, MSG_NOSIGNAL);

  if (n_bytes < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOTCONN))
    return 0;
  if (n_bytes < 0)
    {
      g_byte_array_set_size (self->wire, 0);
      return 0;
    }

  self->n_sent_bytes += (gsize) n_bytes;
  g_byte_array_remove_range (self->wire, 0, (guint) n_bytes);
  return (gsize) n_bytes;
}

static gboolean
writable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  WsTestTlsPeer *self = user_data;

  send_wire (self, G_MAXSIZE);
  if (self->wire->len > 0)
    return G_SOURCE_CONTINUE;

  clear_source (&self->writer);
  return G_SOURCE_REMOVE;
}

/* At idle priority: the server has seen the byte before. */
static gboolean
dribble_cb (gpointer user_data)
{
  WsTestTlsPeer *self = user_data;

  send_wire (self, 1);
  if (self->wire->len > 0)
    return G_SOURCE_CONTINUE;

  clear_source (&self->writer);
  return G_SOURCE_REMOVE;
}

static ssize_t
push_cb (gnutls_transport_ptr_t pointer,
         const void            *data,
         size_t                 length)
{
  WsTestTlsPeer *self = pointer;
  gsize          room = G_MAXSIZE;

  if (self->wire_limit > 0)
    room = self->wire_limit - self->n_sent_bytes - self->wire->len;
  g_byte_array_append (self->wire, data, (guint) MIN (length, room));
  if (self->fd < 0)
    return (ssize_t) length;

  if (!self->dribbles && self->writer == NULL)
    send_wire (self, G_MAXSIZE);
  if (self->wire->len > 0 && self->writer == NULL)
    {
      if (self->dribbles)
        add_source (self, &self->writer, g_idle_source_new (), dribble_cb);
      else
        add_source (self, &self->writer, g_unix_fd_source_new (self->fd, G_IO_OUT),
                    G_SOURCE_FUNC (writable_cb));
    }
  return (ssize_t) length;
}

static ssize_t
pull_cb (gnutls_transport_ptr_t pointer,
         void                  *data,
         size_t                 length)
{
  WsTestTlsPeer *self = pointer;
  gssize         n_bytes = self->fd >= 0 ? recv (self->fd, data, length, 0) : 0;

  if (n_bytes < 0)
    {
      if (errno != EAGAIN)
        self->error_number = errno;
      gnutls_transport_set_errno (self->session, errno);
    }
  return n_bytes;
}

static int
pull_timeout_cb (gnutls_transport_ptr_t pointer,
                 unsigned int           timeout_ms)
{
  WsTestTlsPeer *self = pointer;
  struct pollfd  fd = { self->fd, POLLIN, 0 };

  return poll (&fd, 1, 0);
}

/* --- TLS ------------------------------------------------------------------------------------- */

static void
end_input (WsTestTlsPeer *self,
           int            failure)
{
  self->eof = TRUE;
  self->clean = failure == 0;
  self->failure = failure;
  clear_source (&self->reader);
}

static void
note_alert (WsTestTlsPeer *self)
{
  self->alert = (int) gnutls_alert_get (self->session);
}

static void
continue_handshake (WsTestTlsPeer *self)
{
  int result;

  do
    {
      result = gnutls_handshake (self->session);
      if (result != GNUTLS_E_WARNING_ALERT_RECEIVED)
        continue;

      note_alert (self);
      if (self->alert == GNUTLS_A_NO_RENEGOTIATION)
        {
          self->refused = TRUE;
          result = 0;
        }
    }
  while (result == GNUTLS_E_WARNING_ALERT_RECEIVED || result == GNUTLS_E_INTERRUPTED);

  if (result == 0)
    self->open = TRUE;
  else if (result == GNUTLS_E_FATAL_ALERT_RECEIVED)
    note_alert (self);
  if (result < 0 && gnutls_error_is_fatal (result))
    end_input (self, result);
}

static void
receive (WsTestTlsPeer *self)
{
  guint8 buffer[16384];
  gssize result;

  while ((result = gnutls_record_recv (self->session, buffer, sizeof buffer)) > 0)
    {
      g_byte_array_append (self->input, buffer, (guint) result);
      self->n_received_bytes += (guint64) result;
    }

  if (result == GNUTLS_E_FATAL_ALERT_RECEIVED || result == GNUTLS_E_WARNING_ALERT_RECEIVED)
    note_alert (self);
  if (result == 0 || gnutls_error_is_fatal ((int) result))
    end_input (self, (int) result);
}

static gboolean
readable_cb (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  WsTestTlsPeer *self = user_data;

  if (!self->open)
    continue_handshake (self);
  if (self->open && !self->eof)
    receive (self);
  return self->eof ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
connect_socket (WsTestTlsPeer  *self,
                GSocketAddress *address)
{
  struct sockaddr_storage native;
  gssize                  native_size = g_socket_address_get_native_size (address);
  int                     one = 1;

  g_assert_true (g_socket_address_to_native (address, &native, sizeof native, NULL));
  self->fd = socket ((int) g_socket_address_get_family (address), SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (self->fd, >=, 0);
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  /* The backlog takes it: the server has the same thread. */
  g_assert_cmpint (connect (self->fd, (struct sockaddr *) &native, (socklen_t) native_size), ==, 0);
  g_assert_true (g_unix_set_fd_nonblocking (self->fd, TRUE, NULL));
}

static void
set_identity (WsTestTlsPeer          *self,
              const WsTestTlsOptions *options)
{
  gnutls_x509_crt_t chain[2];
  int               n_chain = 1;

  if (options->identity == NULL)
    return;

  chain[0] = options->identity->certificate;
  if (options->identity_issuer != NULL)
    chain[n_chain++] = options->identity_issuer->certificate;
  g_assert_cmpint (
      gnutls_certificate_set_x509_key (self->credentials, chain, n_chain, options->identity->key), ==, 0);
}

/* A client that has a certificate sends it also where the server's list of authorities is empty. */
static void
set_up_session (WsTestTlsPeer          *self,
                const WsTestTlsOptions *options)
{
  const char *priority = options->priority != NULL ? options->priority : "NORMAL";

  gnutls_certificate_allocate_credentials (&self->credentials);
  set_identity (self, options);
  gnutls_init (&self->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_FORCE_CLIENT_CERT);
  gnutls_credentials_set (self->session, GNUTLS_CRD_CERTIFICATE, self->credentials);
  g_assert_cmpint (gnutls_priority_set_direct (self->session, priority, NULL), ==, 0);
  if (options->server_name != NULL)
    gnutls_server_name_set (self->session, GNUTLS_NAME_DNS, options->server_name,
                            strlen (options->server_name));
  if (options->application_protocol != NULL)
    {
      gnutls_datum_t name = { (guint8 *) options->application_protocol,
                              (guint) strlen (options->application_protocol) };

      gnutls_alpn_set_protocols (self->session, &name, 1, 0);
    }
  if (options->prepare != NULL)
    options->prepare (self->session, options->prepare_data);
  if (options->session != NULL)
    {
      gsize         length;
      gconstpointer data = g_bytes_get_data (options->session, &length);

      g_assert_cmpint (gnutls_session_set_data (self->session, data, length), ==, 0);
    }
  gnutls_transport_set_ptr (self->session, self);
  gnutls_transport_set_push_function (self->session, push_cb);
  gnutls_transport_set_pull_function (self->session, pull_cb);
  gnutls_transport_set_pull_timeout_function (self->session, pull_timeout_cb);
}

WsTestTlsPeer *
ws_test_tls_peer_new_for_address (GSocketAddress         *address,
                                  const WsTestTlsOptions *options)
{
  static const WsTestTlsOptions defaults = { NULL };
  WsTestTlsPeer                *self = g_new0 (WsTestTlsPeer, 1);

  if (options == NULL)
    options = &defaults;
  self->input = g_byte_array_new ();
  self->wire = g_byte_array_new ();
  self->alert = -1;
  self->wire_limit = options->wire_limit;
  self->dribbles = options->dribbles;
  set_up_session (self, options);
  connect_socket (self, address);
  ws_test_tls_peer_set_reading (self, TRUE);
  continue_handshake (self);
  return self;
}

WsTestTlsPeer *
ws_test_tls_peer_new (WsTestServer           *server,
                      const WsTestTlsOptions *options)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", server->port);

  return ws_test_tls_peer_new_for_address (address, options);
}

void
ws_test_tls_peer_free (WsTestTlsPeer *self)
{
  close_fd (self);
  gnutls_deinit (self->session);
  gnutls_certificate_free_credentials (self->credentials);
  g_byte_array_unref (self->input);
  g_byte_array_unref (self->wire);
  g_free (self);
}

void
ws_test_tls_peer_handshake (WsTestTlsPeer *self)
{
  ws_test_wait_until (self->open || self->eof);
  if (self->failure != 0)
    g_error ("%s: TLS with the server failed: %s, alert %d, %s", g_test_get_path (),
             gnutls_strerror (self->failure), self->alert, g_strerror (self->error_number));
}

void
ws_test_tls_peer_assert_refused (WsTestTlsPeer *self,
                                 int            alert)
{
  ws_test_wait_until (self->eof);
  g_assert_cmpint (self->alert, ==, alert);
  g_assert_cmpuint (self->input->len, ==, 0);
}

/* --- WebSocket ------------------------------------------------------------------------------- */

void
ws_test_tls_peer_send (WsTestTlsPeer *self,
                       gconstpointer  data,
                       gsize          length)
{
  const guint8 *bytes = data;

  while (length > 0)
    {
      gssize result = gnutls_record_send (self->session, bytes, length);

      g_assert_cmpint (result, >, 0); /* push_cb() takes everything */
      bytes += result;
      length -= (gsize) result;
    }
}

void
ws_test_tls_peer_send_frame (WsTestTlsPeer *self,
                             WsOpcode       opcode,
                             gconstpointer  payload,
                             gsize          length)
{
  g_autoptr (GByteArray) frame = ws_test_frame_build ((WsTestFrameSpec){ .opcode = opcode }, payload, length);

  ws_test_tls_peer_send (self, frame->data, frame->len);
}

void
ws_test_tls_peer_send_text (WsTestTlsPeer *self,
                            const char    *text)
{
  ws_test_tls_peer_send_frame (self, WS_OPCODE_TEXT, text, strlen (text));
}

static gboolean
has_head (WsTestTlsPeer *self)
{
  return self->input->len > 0 &&
         g_strstr_len ((const char *) self->input->data, self->input->len, "\r\n\r\n") != NULL;
}

void
ws_test_tls_peer_assert_opened (WsTestTlsPeer *self)
{
  const char *end;

  ws_test_wait_until (has_head (self) || self->eof);
  if (self->eof)
    g_error ("%s: the server ended TLS before the 101: %s, alert %d", g_test_get_path (),
             gnutls_strerror (self->failure), self->alert);
  g_assert_true (g_str_has_prefix ((const char *) self->input->data, "HTTP/1.1 101 "));
  end = g_strstr_len ((const char *) self->input->data, self->input->len, "\r\n\r\n") + 4;
  g_byte_array_remove_range (self->input, 0, (guint) (end - (const char *) self->input->data));
}

void
ws_test_tls_peer_open (WsTestTlsPeer *self)
{
  g_autofree char *request = ws_test_handshake ("/", NULL);

  ws_test_tls_peer_handshake (self);
  ws_test_tls_peer_send (self, request, strlen (request));
  ws_test_tls_peer_assert_opened (self);
}

WsTestTlsPeer *
ws_test_tls_peer_new_open (WsTestServer           *server,
                           const WsTestTlsOptions *options)
{
  guint          n_before = ws_test_server_count (server, "connected ");
  WsTestTlsPeer *self = ws_test_tls_peer_new (server, options);

  ws_test_tls_peer_open (self);
  ws_test_wait_until (ws_test_server_count (server, "connected ") == n_before + 1);
  ws_test_settle ();
  ws_test_server_forget (server);
  return self;
}

static gboolean
has_frame (WsTestTlsPeer *self,
           WsFrameHeader *header,
           gsize         *header_length)
{
  const char *fault = NULL;

  return ws_frame_header_parse (header, self->input->data, self->input->len, header_length, &fault) ==
             WS_PARSE_DONE &&
         self->input->len - *header_length >= header->payload_length;
}

void
ws_test_tls_peer_assert_frame (WsTestTlsPeer *self,
                               WsOpcode       opcode,
                               gconstpointer  payload,
                               gsize          length)
{
  WsFrameHeader header;
  gsize         header_length;

  ws_test_wait_until (has_frame (self, &header, &header_length) || self->eof);
  if (!has_frame (self, &header, &header_length))
    g_error ("%s: TLS ended (%s, alert %d) without a frame", g_test_get_path (),
             gnutls_strerror (self->failure), self->alert);
  g_assert_cmpint (header.opcode, ==, opcode);
  g_assert_cmpmem (self->input->data + header_length, (gsize) header.payload_length, payload, length);
  g_byte_array_remove_range (self->input, 0, (guint) (header_length + length));
}

void
ws_test_tls_peer_assert_echo (WsTestTlsPeer *self,
                              const char    *text)
{
  ws_test_tls_peer_send_text (self, text);
  ws_test_tls_peer_assert_frame (self, WS_OPCODE_TEXT, text, strlen (text));
}

void
ws_test_tls_peer_close_web_socket (WsTestTlsPeer *self)
{
  ws_test_tls_peer_send_frame (self, WS_OPCODE_CLOSE, "\x03\xe8", 2);
  ws_test_tls_peer_assert_frame (self, WS_OPCODE_CLOSE, "\x03\xe8", 2);
  ws_test_wait_until (self->eof);
}

void
ws_test_tls_peer_set_reading (WsTestTlsPeer *self,
                              gboolean       reading)
{
  if (!reading)
    clear_source (&self->reader);
  else if (self->reader == NULL && !self->eof)
    add_source (self, &self->reader, g_unix_fd_source_new (self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR),
                G_SOURCE_FUNC (readable_cb));
}

void
ws_test_tls_peer_renegotiate (WsTestTlsPeer *self)
{
  self->open = FALSE;
  self->refused = FALSE;
  continue_handshake (self);
}

void
ws_test_tls_peer_reset (WsTestTlsPeer *self)
{
  const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  g_assert_cmpint (setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), ==, 0);
  close_fd (self);
}

void
ws_test_tls_peer_close (WsTestTlsPeer *self)
{
  close_fd (self);
}

static gboolean
has_ticket (WsTestTlsPeer *self)
{
  return gnutls_protocol_get_version (self->session) < GNUTLS_TLS1_3 ||
         (gnutls_session_get_flags (self->session) & GNUTLS_SFLAGS_SESSION_TICKET) != 0;
}

GBytes *
ws_test_tls_peer_dup_session (WsTestTlsPeer *self)
{
  gnutls_datum_t data;
  GBytes        *bytes;

  ws_test_wait_until (has_ticket (self) || self->eof);
  g_assert_cmpint (gnutls_session_get_data2 (self->session, &data), ==, 0);
  bytes = g_bytes_new (data.data, data.size);
  gnutls_free (data.data);
  return bytes;
}

char *
ws_test_tls_peer_dup_shown_name (WsTestTlsPeer *self)
{
  guint                 n_shown = 0;
  const gnutls_datum_t *shown = gnutls_certificate_get_peers (self->session, &n_shown);
  gnutls_x509_crt_t     certificate;
  char                  name[256];
  gsize                 size = sizeof name;

  g_assert_cmpuint (n_shown, >, 0);
  gnutls_x509_crt_init (&certificate);
  g_assert_cmpint (gnutls_x509_crt_import (certificate, shown, GNUTLS_X509_FMT_DER), ==, 0);
  g_assert_cmpint (
      gnutls_x509_crt_get_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size), ==, 0);
  gnutls_x509_crt_deinit (certificate);
  return g_strdup (name);
}

guint
ws_test_tls_peer_get_n_shown (WsTestTlsPeer *self)
{
  guint n_shown = 0;

  gnutls_certificate_get_peers (self->session, &n_shown);
  return n_shown;
}

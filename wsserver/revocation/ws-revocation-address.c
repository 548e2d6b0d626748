/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/revocation/ws-revocation-address-private.h"

#include <string.h>

/* --- public addresses ------------------------------------------------------------------------ */

typedef struct
{
  guint8 bytes[16];
  guint  n_bits;
} Prefix;

/* IANA's registry of special-purpose IPv4 addresses (RFC 6890), and multicast. */
static const Prefix special_ipv4[] = {
  { { 0 }, 8 },             /* this network; 0.0.0.0 reaches this machine */
  { { 10 }, 8 },            /* private, RFC 1918 */
  { { 100, 64 }, 10 },      /* shared by the clients of a provider, RFC 6598 */
  { { 127 }, 8 },           /* loopback */
  { { 169, 254 }, 16 },     /* link-local, RFC 3927 */
  { { 172, 16 }, 12 },      /* private */
  { { 192, 0, 0 }, 24 },    /* protocol assignments */
  { { 192, 0, 2 }, 24 },    /* documentation */
  { { 192, 88, 99 }, 24 },  /* relays of 6to4, RFC 7526 */
  { { 192, 168 }, 16 },     /* private */
  { { 198, 18 }, 15 },      /* benchmarks, RFC 2544 */
  { { 198, 51, 100 }, 24 }, /* documentation */
  { { 203, 0, 113 }, 24 },  /* documentation */
  { { 224 }, 4 },           /* multicast */
  { { 240 }, 4 },           /* reserved, and broadcast */
};

/* Global unicast (RFC 4291 §2.4). Outside are loopback, unspecified, link-local, site-local, unique local and
 * multicast addresses. */
static const Prefix global_ipv6 = { { 0x20 }, 3 };

/* Parts of global unicast that are none. */
static const Prefix special_ipv6[] = {
  { { 0x20, 0x01, 0x00 }, 23 },       /* protocol assignments, with Teredo (RFC 4380) */
  { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
  { { 0x3f, 0xff, 0x00 }, 20 },       /* documentation, RFC 9637 */
};

/* Addresses that hold an IPv4 address, which is the one that is reached, and where in them it stands. */
static const struct
{
  Prefix prefix;
  guint  offset;
} embedding[] = {
  { { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96 }, 12 }, /* mapped, RFC 4291 §2.5.5.2 */
  { { { 0x00, 0x64, 0xff, 0x9b }, 96 }, 12 },                   /* NAT64, RFC 6052 */
  { { { 0x20, 0x02 }, 16 }, 2 },                                /* 6to4, RFC 3056 */
};

static gboolean
is_in_prefix (const guint8 *address,
              const Prefix *prefix)
{
  const guint n_bytes = prefix->n_bits / 8;
  const guint n_bits = prefix->n_bits % 8;

  return memcmp (address, prefix->bytes, n_bytes) == 0 &&
         (n_bits == 0 || ((address[n_bytes] ^ prefix->bytes[n_bytes]) >> (8 - n_bits)) == 0);
}

static gboolean
is_in_any_prefix (const guint8 *address,
                  const Prefix *prefixes,
                  gsize         n_prefixes)
{
  for (gsize i = 0; i < n_prefixes; i++)
    if (is_in_prefix (address, &prefixes[i]))
      return TRUE;

  return FALSE;
}

gboolean
ws_revocation_address_is_public (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return !is_in_any_prefix (bytes, special_ipv4, G_N_ELEMENTS (special_ipv4));

  for (gsize i = 0; i < G_N_ELEMENTS (embedding); i++)
    if (is_in_prefix (bytes, &embedding[i].prefix))
      return !is_in_any_prefix (bytes + embedding[i].offset, special_ipv4, G_N_ELEMENTS (special_ipv4));

  return is_in_prefix (bytes, &global_ipv6) &&
         !is_in_any_prefix (bytes, special_ipv6, G_N_ELEMENTS (special_ipv6));
}

/* --- the enumerator -------------------------------------------------------------------------- */

/* Passes on the public addresses of another enumerator. */
struct _WsPublicAddresses
{
  GSocketAddressEnumerator parent_instance;

  GSocketAddressEnumerator *all;
  guint                     n_passed;
  guint                     n_refused;
};

#define WS_TYPE_PUBLIC_ADDRESSES (ws_public_addresses_get_type ())
G_DECLARE_FINAL_TYPE (WsPublicAddresses, ws_public_addresses, WS, PUBLIC_ADDRESSES, GSocketAddressEnumerator)
G_DEFINE_FINAL_TYPE (WsPublicAddresses, ws_public_addresses, G_TYPE_SOCKET_ADDRESS_ENUMERATOR)

/* A proxy's own address is the system's choice. What it is to connect to counts, if that is an address. */
static GInetAddress *
get_destination (GSocketAddress *address)
{
  if (!G_IS_PROXY_ADDRESS (address))
    return g_object_ref (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));

  return g_inet_address_new_from_string (
      g_proxy_address_get_destination_hostname (G_PROXY_ADDRESS (address)));
}

static gboolean
may_connect (WsPublicAddresses *self,
             GSocketAddress    *address)
{
  g_autoptr (GInetAddress) destination = get_destination (address);

  if (destination == NULL || ws_revocation_address_is_public (destination))
    {
      self->n_passed++;
      return TRUE;
    }

  self->n_refused++;
  return FALSE;
}

static void
set_refusal (WsPublicAddresses *self,
             GError           **error)
{
  if (self->n_passed == 0 && self->n_refused > 0)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                         "The host has no public address; SSLRevocationHosts names those that need none");
}

static GSocketAddress *
next_public (GSocketAddressEnumerator *enumerator,
             GCancellable             *cancellable,
             GError                  **error)
{
  WsPublicAddresses *self = WS_PUBLIC_ADDRESSES (enumerator);
  g_autoptr (GError) failure = NULL;
  GSocketAddress *address;

  while ((address = g_socket_address_enumerator_next (self->all, cancellable, &failure)) != NULL)
    {
      if (may_connect (self, address))
        return address;
      g_object_unref (address);
    }

  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  else
    set_refusal (self, error);
  return NULL;
}

static void
next_address_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GTask             *task = user_data;
  WsPublicAddresses *self = g_task_get_source_object (task);
  GError            *error = NULL;
  GSocketAddress    *address =
      g_socket_address_enumerator_next_finish (G_SOCKET_ADDRESS_ENUMERATOR (source), result, &error);

  if (address != NULL && !may_connect (self, address))
    {
      g_object_unref (address);
      g_socket_address_enumerator_next_async (self->all, g_task_get_cancellable (task), next_address_cb,
                                              task);
      return;
    }

  if (address == NULL && error == NULL)
    set_refusal (self, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, address, g_object_unref);
  g_object_unref (task);
}

static void
next_public_async (GSocketAddressEnumerator *enumerator,
                   GCancellable             *cancellable,
                   GAsyncReadyCallback       callback,
                   gpointer                  user_data)
{
  WsPublicAddresses *self = WS_PUBLIC_ADDRESSES (enumerator);
  GTask             *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, next_public_async);
  g_socket_address_enumerator_next_async (self->all, cancellable, next_address_cb, task);
}

static GSocketAddress *
next_public_finish (GSocketAddressEnumerator *enumerator,
                    GAsyncResult             *result,
                    GError                  **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
ws_public_addresses_finalize (GObject *object)
{
  g_object_unref (WS_PUBLIC_ADDRESSES (object)->all);
  G_OBJECT_CLASS (ws_public_addresses_parent_class)->finalize (object);
}

static void
ws_public_addresses_class_init (WsPublicAddressesClass *klass)
{
  GSocketAddressEnumeratorClass *enumerator_class = G_SOCKET_ADDRESS_ENUMERATOR_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = ws_public_addresses_finalize;
  enumerator_class->next = next_public;
  enumerator_class->next_async = next_public_async;
  enumerator_class->next_finish = next_public_finish;
}

static void
ws_public_addresses_init (WsPublicAddresses *self)
{
}

/* Takes the enumerator. */
static GSocketAddressEnumerator *
filter_addresses (GSocketAddressEnumerator *all)
{
  WsPublicAddresses *self = g_object_new (WS_TYPE_PUBLIC_ADDRESSES, NULL);

  self->all = all;
  return G_SOCKET_ADDRESS_ENUMERATOR (self);
}

/* --- the address ----------------------------------------------------------------------------- */

struct _WsRevocationAddress
{
  GNetworkAddress parent_instance;
};

static void ws_revocation_address_iface_init (GSocketConnectableIface *iface);

static GSocketConnectableIface *parent_iface;

#define WS_TYPE_REVOCATION_ADDRESS (ws_revocation_address_get_type ())
G_DECLARE_FINAL_TYPE (WsRevocationAddress, ws_revocation_address, WS, REVOCATION_ADDRESS, GNetworkAddress)
/* clang-format off */
G_DEFINE_FINAL_TYPE_WITH_CODE (WsRevocationAddress, ws_revocation_address, G_TYPE_NETWORK_ADDRESS,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SOCKET_CONNECTABLE,
                                                      ws_revocation_address_iface_init))
/* clang-format on */

static GSocketAddressEnumerator *
enumerate (GSocketConnectable *connectable)
{
  return filter_addresses (parent_iface->enumerate (connectable));
}

static GSocketAddressEnumerator *
enumerate_for_proxy (GSocketConnectable *connectable)
{
  return filter_addresses (parent_iface->proxy_enumerate (connectable));
}

static void
ws_revocation_address_iface_init (GSocketConnectableIface *iface)
{
  parent_iface = g_type_interface_peek_parent (iface);
  iface->enumerate = enumerate;
  iface->proxy_enumerate = enumerate_for_proxy;
}

static void
ws_revocation_address_class_init (WsRevocationAddressClass *klass)
{
}

static void
ws_revocation_address_init (WsRevocationAddress *self)
{
}

GSocketConnectable *
ws_revocation_address_new (const char *scheme,
                           const char *host,
                           guint16     port)
{
  return g_object_new (WS_TYPE_REVOCATION_ADDRESS, "hostname", host, "port", (guint) port,
                       "scheme", scheme, NULL);
}

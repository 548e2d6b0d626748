/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/certificate/ws-certificate-search-private.h"

#include <errno.h>
#include <string.h>

#include "wsserver/base/ws-error-private.h"
#include "wsserver/base/ws-path-private.h"
#include "wsserver/base/ws-text-private.h"
#include "wsserver/certificate/ws-cert-store-open-private.h"
#include "wsserver/certificate/ws-secret-private.h"

static gboolean
has_store (WsCertificate *self)
{
  return self->store_type != WS_CERT_STORE_TYPE_USER && self->store_type != WS_CERT_STORE_TYPE_MACHINE;
}

const char *
ws_certificate_search_get_key_password (WsCertificate *self)
{
  return self->key_password != NULL ? self->key_password : self->store_password;
}

char *
ws_certificate_search_dup_filename (WsCertificate *self)
{
  gsize            length;
  const char      *data = g_bytes_get_data (self->store, &length);
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  if (!ws_cert_store_may_be_file (self->store_type, self->store))
    return NULL;

  name = g_strndup (data, length);
  path = g_path_is_absolute (name) || self->store_folder == NULL
             ? g_strdup (name)
             : g_build_filename (self->store_folder, name, NULL);
  if (self->store_type == WS_CERT_STORE_TYPE_AUTO && !g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  return g_steal_pointer (&path);
}

static WsCertStore *
open_store (WsCertificate  *self,
            WsCertStoreType type,
            GBytes         *store,
            GError        **error)
{
  return ws_cert_store_open (type, store, self->store_password, ws_certificate_search_get_key_password (self),
                             error);
}

static WsCertStore *
open_file (WsCertificate  *self,
           WsCertStoreType type,
           const char     *path,
           GError        **error)
{
  g_autoptr (GBytes) name = g_bytes_new (path, strlen (path));

  return open_store (self, type, name, error);
}

/* The file with the key. Without the check, its name would be taken for a store's content if there is no
 * such file. */
static WsCertStore *
open_key_store (WsCertificate *self,
                GError       **error)
{
  g_autofree char *display_name = NULL;

  if (g_file_test (self->key_path, G_FILE_TEST_EXISTS))
    return open_file (self, WS_CERT_STORE_TYPE_AUTO, self->key_path, error);

  display_name = g_filename_display_name (self->key_path);
  ws_set_error (error, WS_ERROR_CERT_STORE, "Cannot open certificate store %s: %s", display_name, g_strerror (ENOENT));
  return NULL;
}

static WsCertStore *
open_wanted_store (WsCertificate *self,
                   GError       **error)
{
  g_autofree char *path = ws_certificate_search_dup_filename (self);

  return path != NULL ? open_file (self, self->store_type, path, error)
                      : open_store (self, self->store_type, self->store, error);
}

/* Selects the certificate in wanted_encoded. Without a store it comes with the key beside it, if there
 * is one; otherwise its key must be in the store. */
static gboolean
load_encoded (WsCertificate *self,
              GError       **error)
{
  g_auto (WsCertEntry) given = { NULL };
  g_autoptr (WsCertStore) store = NULL;
  g_autoptr (WsCertStore) source =
      open_store (self, WS_CERT_STORE_TYPE_PEM_KEY_BLOB, self->wanted_encoded, error);

  if (source == NULL)
    return FALSE;
  if (source->certificates->len == 0)
    return ws_cert_store_fail (source, error, "there is no certificate in it");
  if (!ws_cert_entry_select (&given, source, "*", error))
    return FALSE;
  if (!has_store (self) && self->key_path == NULL)
    {
      self->entry = given;
      given = (WsCertEntry){ NULL };
      return TRUE;
    }

  store = self->key_path != NULL ? open_key_store (self, error) : open_wanted_store (self, error);
  return store != NULL &&
         ws_cert_entry_select_key (&self->entry, store, g_steal_pointer (&g_ptr_array_index (given.chain, 0)),
                                   error);
}

/* Selects a certificate of the store whose key is in the file of keys. */
static gboolean
load_pair (WsCertificate *self,
           WsCertStore   *store,
           GError       **error)
{
  g_autoptr (WsCertStore) keys = NULL;

  if (store->certificates->len == 0)
    return ws_cert_store_fail (store, error, "there is no certificate in it");
  keys = open_key_store (self, error);
  if (keys == NULL)
    return FALSE;

  ws_cert_store_take_keys (store, keys);
  if (!ws_cert_entry_select (&self->entry, store, self->wanted_subject, error))
    return FALSE;
  if (self->entry.key != NULL)
    return TRUE;

  if (keys->locked != NULL)
    ws_cert_store_fail (keys, error, "%s", keys->locked);
  else
    ws_set_error (error, WS_ERROR_CERT_NOT_FOUND, "Cannot find the private key of the certificate in %s in %s: they do not belong together", store->label, keys->label);
  ws_certificate_state_clear (self);
  return FALSE;
}

gboolean
ws_certificate_search_run (WsCertificate *self,
                           GError       **error)
{
  g_autoptr (WsCertStore) store = NULL;

  ws_certificate_state_clear (self);
  if (self->wanted_encoded != NULL)
    return load_encoded (self, error);

  store = open_wanted_store (self, error);
  if (store == NULL)
    return FALSE;
  return self->key_path != NULL ? load_pair (self, store, error)
                                : ws_cert_entry_select (&self->entry, store, self->wanted_subject, error);
}

/* Notifies the properties that the selected certificate decides: all but those that say where to search. */
static void
notify_selected (WsCertificate *self)
{
  static const char *const settings[] = { "key-password", "key-store", "store", "store-b", "store-password", "store-type",
                                          NULL };
  guint                    n_properties = 0;
  g_autofree GParamSpec  **properties =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (self), &n_properties);

  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 0; i < n_properties; i++)
    if (!g_strv_contains (settings, g_param_spec_get_name (properties[i])))
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
search_and_notify (WsCertificate *self)
{
  g_clear_error (&self->load_error);
  if (ws_certificate_search_run (self, &self->load_error))
    self->pending = self->entry.locked != NULL;
  else
    {
      g_autofree char *line = ws_text_dup_line (self->load_error->message);

      g_debug ("certificate: %s", line);
      self->pending = g_error_matches (self->load_error, WS_ERROR, WS_ERROR_CERT_STORE);
    }
  notify_selected (self);
}

/* Something that could not be opened may open now. */
static void
repeat_pending_search (WsCertificate *self)
{
  if (self->pending)
    search_and_notify (self);
}

void
ws_certificate_search_set_store_type (WsCertificate  *self,
                                      WsCertStoreType store_type)
{
  if (self->store_type == store_type)
    return;

  self->store_type = store_type;
  g_object_notify (G_OBJECT (self), "store-type");
  repeat_pending_search (self);
}

void
ws_certificate_search_set_store (WsCertificate *self,
                                 GBytes        *store)
{
  g_autoptr (GBytes) bytes = store != NULL ? g_bytes_ref (store) : g_bytes_new_static ("", 0);
  gsize       length;
  const char *data = g_bytes_get_data (bytes, &length);

  g_free (self->store_folder);
  self->store_folder = g_get_current_dir ();
  if (g_bytes_equal (self->store, bytes))
    return;

  g_free (self->store_text);
  self->store_text = g_utf8_validate_len (data, length, NULL) ? g_strndup (data, length) : g_strdup ("");
  g_bytes_unref (self->store);
  self->store = g_steal_pointer (&bytes);
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify (G_OBJECT (self), "store");
  g_object_notify (G_OBJECT (self), "store-b");
  g_object_thaw_notify (G_OBJECT (self));
  repeat_pending_search (self);
}

void
ws_certificate_search_set_store_text (WsCertificate *self,
                                      const char    *store)
{
  g_autoptr (GBytes) bytes = store != NULL ? g_bytes_new (store, strlen (store)) : NULL;

  ws_certificate_search_set_store (self, bytes);
}

void
ws_certificate_search_set_store_password (WsCertificate *self,
                                          const char    *store_password)
{
  if (store_password == NULL)
    store_password = "";
  if (g_str_equal (self->store_password, store_password))
    return;

  ws_secret_free (self->store_password);
  self->store_password = g_strdup (store_password);
  g_object_notify (G_OBJECT (self), "store-password");
  repeat_pending_search (self);
}

void
ws_certificate_search_set_key_password (WsCertificate *self,
                                        const char    *key_password)
{
  if (g_strcmp0 (self->key_password, key_password) == 0)
    return;

  ws_secret_free (self->key_password);
  self->key_password = g_strdup (key_password);
  g_object_notify (G_OBJECT (self), "key-password");
  repeat_pending_search (self);
}

void
ws_certificate_search_set_key_store (WsCertificate *self,
                                     const char    *key_store)
{
  g_autofree char *path = NULL;

  if (key_store == NULL)
    key_store = "";
  if (key_store[0] != '\0')
    path = ws_path_make_absolute (key_store);
  if (g_strcmp0 (self->key_path, path) == 0 && g_str_equal (self->key_store, key_store))
    return;

  g_free (self->key_path);
  self->key_path = g_steal_pointer (&path);
  g_free (self->key_store);
  self->key_store = g_strdup (key_store);
  g_object_notify (G_OBJECT (self), "key-store");
  repeat_pending_search (self);
}

static void
set_wanted (WsCertificate *self,
            const char    *subject,
            GBytes        *encoded)
{
  char *old_subject = self->wanted_subject;

  self->wanted_subject = g_strdup (subject);
  g_free (old_subject);
  g_clear_pointer (&self->wanted_encoded, g_bytes_unref);
  if (encoded != NULL)
    self->wanted_encoded = g_bytes_ref (encoded);

  if (subject != NULL || encoded != NULL)
    {
      search_and_notify (self);
      return;
    }
  self->pending = FALSE;
  g_clear_error (&self->load_error);
  ws_certificate_state_clear (self);
  notify_selected (self);
}

void
ws_certificate_search_for_subject (WsCertificate *self,
                                   const char    *subject)
{
  set_wanted (self, subject != NULL && subject[0] != '\0' ? subject : NULL, NULL);
}

void
ws_certificate_search_for_encoded (WsCertificate *self,
                                   GBytes        *encoded)
{
  set_wanted (self, NULL, encoded != NULL && g_bytes_get_size (encoded) > 0 ? encoded : NULL);
}

void
ws_certificate_search_for_encoded_text (WsCertificate *self,
                                        const char    *encoded)
{
  g_autoptr (GBytes) bytes = encoded != NULL ? g_bytes_new (encoded, strlen (encoded)) : NULL;

  ws_certificate_search_for_encoded (self, bytes);
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsserver/request/ws-http-page-private.h"

void
ws_http_page_clear (WsHttpPage *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->opener, ws_page_opener_unref);
  g_free (self->etag);
  *self = (WsHttpPage){ WS_HTTP_PAGE_NONE };
}

static void
set_representation (WsHttpPage *self,
                    guint64     length,
                    const char *etag,
                    gint64      modified_s)
{
  self->etag = g_strdup (etag);
  self->representation = (WsHttpRepresentation){ length, self->etag, modified_s };
  self->state = WS_HTTP_PAGE_READY;
}

void
ws_http_page_set_bytes (WsHttpPage *self,
                        GBytes     *bytes,
                        const char *etag)
{
  ws_http_page_clear (self);
  self->bytes = g_bytes_ref (bytes);
  set_representation (self, g_bytes_get_size (bytes), etag, WS_HTTP_UNKNOWN_TIME);
}

void
ws_http_page_set_opener (WsHttpPage   *self,
                         WsPageOpener *opener)
{
  ws_http_page_clear (self);
  self->opener = ws_page_opener_ref (opener);
  self->state = WS_HTTP_PAGE_OPENING;
}

gboolean
ws_http_page_take_file (WsHttpPage *self)
{
  const WsPageFile *file = ws_page_opener_get_file (self->opener);

  if (file->error_number != 0)
    {
      ws_http_page_clear (self);
      return FALSE;
    }

  set_representation (self, file->length, file->etag, file->modified_s);
  return TRUE;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>

#include "wsserver/config/ws-config-private.h"
#include "wsserver/config/ws-settings-private.h"

WsSettings *
ws_settings_new (void)
{
  WsSettings      *self = g_rc_box_new0 (WsSettings);
  g_autofree char *fault = NULL; /* the defaults have none */

  ws_config_apply_defaults (self, WS_SETTING_PER_SERVER);
  self->hosts = ws_host_list_new (self->allowed_hosts, &fault);
  self->origins = ws_origin_list_new (self->allowed_origins, &fault);
  self->revocation_hosts = ws_host_list_new (self->ssl_revocation_hosts, &fault);
  return self;
}

WsSettings *
ws_settings_ref (WsSettings *self)
{
  return g_rc_box_acquire (self);
}

static void
free_content (gpointer data)
{
  WsSettings *self = data;

  g_free (self->access_token);
  ws_host_list_free (self->hosts);
  ws_origin_list_free (self->origins);
  ws_host_list_free (self->revocation_hosts);
  ws_config_free_strings (self);
}

void
ws_settings_unref (WsSettings *self)
{
  g_rc_box_release_full (self, free_content);
}

void
ws_settings_get_limits (const WsSettings *self,
                        WsLimits         *limits)
{
  limits->max_message_bytes = self->max_message_bytes;
  limits->max_fragments = self->max_fragments;
  limits->max_head_bytes = self->max_header_bytes;
  limits->max_head_fields = self->max_header_fields;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "wsserver/config/ws-settings-private.h"

G_BEGIN_DECLS

typedef enum
{
  WS_SETTING_BOOLEAN,  /* gboolean */
  WS_SETTING_UINT,     /* guint */
  WS_SETTING_UINT64,   /* guint64 */
  WS_SETTING_STRING,   /* char *, never NULL unless the default is */
  WS_SETTING_COMPUTED, /* no storage: the server computes it */
} WsSettingType;

typedef enum
{
  WS_SETTING_PER_SERVER,
  WS_SETTING_PER_CONNECTION, /* written NAME[connectionId] */
} WsSettingScope;

typedef enum
{
  WS_SETTING_FLAGS_NONE = 0,
  WS_SETTING_READ_ONLY = 1 << 0,
  WS_SETTING_FIXED_WHILE_LISTENING = 1 << 1, /* error 108 */
  WS_SETTING_CLOSE_CODE = 1 << 2,            /* a number that may stand in a close frame */
  WS_SETTING_FIXED_WITHIN_MESSAGE = 1 << 3,  /* not while a message announced by MessageLength is sent */
  WS_SETTING_FILE_NAME = 1 << 4,             /* a text that names a file, unless it is PEM */
} WsSettingFlags;

/* What the server does when the value has changed. It may refuse the new value; then the old one comes
 * back. */
typedef enum
{
  WS_SETTING_EFFECT_NOTHING,            /* stored and read back only */
  WS_SETTING_EFFECT_IN_PLACE,           /* the value is read where it is used */
  WS_SETTING_EFFECT_ALLOWED_CLIENTS,    /* parse the list */
  WS_SETTING_EFFECT_BLOCKED_CLIENTS,    /* parse the list */
  WS_SETTING_EFFECT_HOSTS,              /* parse the list */
  WS_SETTING_EFFECT_ORIGINS,            /* parse the list */
  WS_SETTING_EFFECT_REVOCATION_HOSTS,   /* parse the list */
  WS_SETTING_EFFECT_TRUSTED_PROXIES,    /* parse the list */
  WS_SETTING_EFFECT_CONNECTION_CONTEXT, /* update timers and limits that connections share */
  WS_SETTING_EFFECT_SOCKET_OPTIONS,     /* set them on the listening sockets */
  WS_SETTING_EFFECT_TLS_CONTEXT,        /* make a new TLS context */
  WS_SETTING_EFFECT_TLS_PRIORITY,       /* the same; the value must also make sense alone */
  WS_SETTING_EFFECT_CLIENT_AUTHORITIES, /* the same; certificates of client authorities */
  WS_SETTING_EFFECT_CERTIFICATE_CHAIN,  /* the same; certificates that complete the chain */
  WS_SETTING_EFFECT_OCSP_RESPONSE,      /* make a new TLS context, watch the file */
  WS_SETTING_EFFECT_WATCHED_FILES,      /* start or stop to watch files */
  WS_SETTING_EFFECT_SSL_PROVIDER,       /* change WsServer:ssl-provider */
} WsSettingEffect;

/* Which value a WS_SETTING_COMPUTED reads as. */
typedef enum
{
  WS_COMPUTED_NONE, /* the setting is stored */
  WS_COMPUTED_BUILD_INFO,
  WS_COMPUTED_LICENSE_INFO,
  WS_COMPUTED_NEGOTIATED_CIPHER,
  WS_COMPUTED_NEGOTIATED_CIPHER_STRENGTH,
  WS_COMPUTED_NEGOTIATED_CIPHER_SUITE,
  WS_COMPUTED_NEGOTIATED_KEY_EXCHANGE,
  WS_COMPUTED_NEGOTIATED_KEY_EXCHANGE_STRENGTH,
  WS_COMPUTED_NEGOTIATED_VERSION,
} WsComputedSetting;

/* What a setting belongs to, for the documentation's order. */
typedef enum
{
  WS_SETTING_GROUP_WEBSOCKET,
  WS_SETTING_GROUP_TCP,
  WS_SETTING_GROUP_TLS,
  WS_SETTING_GROUP_BASE,
  WS_SETTING_GROUP_BEYOND,
} WsSettingGroup;

/* One row of the registry. It drives parsing, effects, error messages, documentation and tests; no
 * other code compares a setting's name. */
typedef struct
{
  const char       *name;
  WsSettingGroup    group;
  WsSettingType     type;
  WsSettingScope    scope;
  guint             flags;    /* WsSettingFlags */
  gsize             offset;   /* in WsSettings; per connection: in WsConnectionSettings; COMPUTED: unused */
  WsComputedSetting computed; /* type COMPUTED */
  WsSettingEffect   effect;
  guint64           min;
  guint64           max;
  const char       *default_value; /* as config() reads it back */
  const char       *unit;          /* "bytes", "seconds", "" */
  const char       *blurb;         /* one line, no full stop */
} WsSetting;

/* Values that belong to one connection. */
typedef struct
{
  guint   max_line_bytes;
  guint64 message_bytes; /* MessageLength: 0 means each send is one message */
} WsConnectionSettings;

/* The parts of "NAME", "NAME=VALUE", "NAME[id]" or "NAME[id]=VALUE", without spaces around them. */
typedef struct
{
  const WsSetting *setting;
  char            *connection_id; /* or NULL */
  char            *value;         /* NULL to read the setting */
} WsConfigRequest;

const WsSetting *ws_config_get_settings (guint *n_settings);
const WsSetting *ws_config_find (const char *name);

/* FALSE sets error 10022, which names the setting: the name is unknown, an id is missing or not allowed, or
 * a value is given for a setting that can only be read. */
gboolean ws_config_request_parse (WsConfigRequest *request,
                                  const char      *configuration_string,
                                  GError         **error);
void     ws_config_request_clear (WsConfigRequest *request);

/* Parses value into the storage (WsSettings or WsConnectionSettings). FALSE changes nothing and sets error
 * 10022, which names the setting, the value and what is accepted. The name of a file is stored absolute, so
 * that it means the same file after the process has changed its working directory. */
gboolean ws_config_store (const WsSetting *setting,
                          gpointer         storage,
                          const char      *value,
                          GError         **error);

/* Adds the names of the setting and the value to the reason in *error. */
void ws_config_prefix_refusal (GError         **error,
                               const WsSetting *setting,
                               const char      *value);

/* The stored value as a string that ws_config_store() would take. */
char *ws_config_load (const WsSetting *setting,
                      gconstpointer    storage);

/* What a value of this setting may be, in words: "True or False", "a number from 1 to 100000". */
char *ws_config_describe_accepted (const WsSetting *setting);

void ws_config_apply_defaults (gpointer       storage,
                               WsSettingScope scope);
void ws_config_free_strings (gpointer storage);

G_END_DECLS

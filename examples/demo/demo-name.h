/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

char *demo_name_tidy (const char *name);
char *demo_name_fold (const char *name);

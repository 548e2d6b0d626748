#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
import contextlib
import sys

import gi

gi.require_version("Ws", "1.0")
from gi.repository import GLib, Ws


def on_data_in(server, connection, data_format, data, eom, eol):
    connection.props.data_format = data_format
    try:
        connection.send(data)
    except GLib.Error as error:
        print(error.message, file=sys.stderr)


port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
server = Ws.Server(local_host="127.0.0.1", local_port=port)
server.config("BufferMessage=True")
server.connect("data-in", on_data_in)
server.start_listening()
print(f"ws://127.0.0.1:{server.props.local_port}/", flush=True)

with contextlib.suppress(KeyboardInterrupt):
    GLib.MainLoop().run()

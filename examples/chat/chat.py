#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sends each message to all clients, with the sender's number in front: chat.py [PORT]"""
import signal
import sys

import gi

gi.require_version("Ws", "1.0")
from gi.repository import GLib, Ws

CLOSE_CODE_TRY_AGAIN_LATER = 1013
SHUTDOWN_SECONDS = 5


def broadcast_text(text):
    for connection in list(server.props.connections):
        try:
            connection.send_text(text)
        except GLib.Error as error:
            # One who does not read is not waited for.
            if error.matches(Ws.error_quark(), Ws.Error.WOULD_BLOCK):
                connection.close(CLOSE_CODE_TRY_AGAIN_LATER, "too slow for this chat")


def on_connected(server, connection):
    broadcast_text(f"{connection.props.connection_id} has joined")


def on_disconnected(server, connection, status_code, description):
    broadcast_text(f"{connection.props.connection_id} has left")


def on_data_in(server, connection, data_format, data, eom, eol):
    if data_format == Ws.DataFormat.TEXT:
        broadcast_text(f"{connection.props.connection_id}: {data.get_data().decode()}")


def on_interrupt():
    server.shutdown_async(SHUTDOWN_SECONDS, None, lambda *_: loop.quit())
    return GLib.SOURCE_REMOVE


loop = GLib.MainLoop()
port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
server = Ws.Server(local_host="127.0.0.1", local_port=port)
server.config("BufferMessage=True")
server.connect("connected", on_connected)
server.connect("disconnected", on_disconnected)
server.connect("data-in", on_data_in)
server.start_listening()
print(f"ws://127.0.0.1:{server.props.local_port}/", flush=True)

for number in (signal.SIGINT, signal.SIGTERM):
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, on_interrupt)
loop.run()

# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server behind a proxy: tells each client its own address, then echoes.

Usage: proxied-server.py LOCAL_HOST CERTIFICATE [NAME=VALUE…]; CERTIFICATE is empty for plain text.
"""
import sys

import gi

gi.require_version("Ws", "1.0")
from gi.repository import GLib, Ws


def on_connected(server, connection):
    connection.send_text(connection.props.remote_host)


def on_data_in(server, connection, data_format, data, eom, eol):
    connection.props.data_format = data_format
    connection.send(data)


def on_log(server, connection, level, message, log_type):
    print(f"{log_type}: {message}", file=sys.stderr, flush=True)


local_host, certificate, *settings = sys.argv[1:]
server = Ws.Server(local_host=local_host)
server.config("BufferMessage=True")
for setting in settings:
    server.config(setting)
if certificate:
    server.set_ssl_cert(Ws.Certificate.new_from_file(certificate))
    server.props.use_ssl = True
server.connect("connected", on_connected)
server.connect("data-in", on_data_in)
server.connect("log", on_log)
server.start_listening()
print(f"port {server.props.local_port}", flush=True)
GLib.MainLoop().run()

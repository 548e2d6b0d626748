#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An echo server over TLS: tls-echo.py [PORT [CERTIFICATE-FILE]]

The file holds a certificate and its private key. Without a file, the server creates a self-signed
certificate, which clients do not trust.
"""
import contextlib
import sys

import gi

gi.require_version("Ws", "1.0")
from gi.repository import GLib, Ws


def on_connected(server, connection):
    props = connection.props
    print(f"{props.connection_id}: {props.tls_protocol}, {props.tls_cipher_suite}", flush=True)


def on_data_in(server, connection, data_format, data, eom, eol):
    connection.props.data_format = data_format
    connection.send(data)


def on_error(server, connection, code, description):
    # Reports failed handshakes.
    print(description, file=sys.stderr)


port = int(sys.argv[1]) if len(sys.argv) > 1 else 8443
if len(sys.argv) > 2:
    certificate = Ws.Certificate.new_from_file(sys.argv[2])
else:
    certificate = Ws.Certificate.new_self_signed(["localhost", "127.0.0.1", "::1"], 30)

server = Ws.Server(local_host="127.0.0.1", local_port=port)
server.set_ssl_cert(certificate)
server.set_use_ssl(True)
server.config("BufferMessage=True")
server.connect("connected", on_connected)
server.connect("data-in", on_data_in)
server.connect("error", on_error)
server.start_listening()
print(f"wss://127.0.0.1:{server.props.local_port}/", flush=True)

with contextlib.suppress(KeyboardInterrupt):
    GLib.MainLoop().run()

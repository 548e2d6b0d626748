#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Accepts clients that have a token: authentication.py PORT TOKENS-FILE

Each line of the file is a token and the user's name. The server reads the file again for each client, in
place of a database query, without delaying other clients. A client sends "Authorization: Bearer TOKEN".
"""
import contextlib
import hmac
import sys

import gi

gi.require_version("Ws", "1.0")
from gi.repository import Gio, GLib, Ws


class Gate:
    def __init__(self, server, tokens_file):
        self.file = Gio.File.new_for_path(tokens_file)
        server.connect("web-socket-open-request", self.on_open_request)
        server.connect("connected", self.on_connected)

    def on_open_request(self, server, connection, request):
        scheme, _, token = (request.get_request_header("Authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            self.refuse(request)
            return
        cancellable = Gio.Cancellable()
        request.defer()
        # The client may leave, or the time be up, before there is an answer.
        request.connect("notify::cancelled", lambda *_: cancellable.cancel())
        self.file.load_contents_async(cancellable, self.on_loaded, connection, request, token)

    def on_loaded(self, file, result, connection, request, token):
        try:
            _, content, _ = file.load_contents_finish(result)
        except GLib.Error as error:
            print(error.message, file=sys.stderr)
            request.props.status_code = 503
            request.complete()
            return
        for line in content.decode().splitlines():
            known, _, name = line.partition(" ")
            if known and hmac.compare_digest(known.encode(), token.encode()):
                connection.member = name
                break
        else:
            self.refuse(request)
        request.complete()

    def refuse(self, request):
        request.props.status_code = 401
        request.props.response_headers = "WWW-Authenticate: Bearer"

    def on_connected(self, server, connection):
        connection.send_text(f"Hello, {connection.member}")


server = Ws.Server(local_host="127.0.0.1", local_port=int(sys.argv[1]))
gate = Gate(server, sys.argv[2])
server.start_listening()
print(f"ws://127.0.0.1:{server.props.local_port}/", flush=True)

with contextlib.suppress(KeyboardInterrupt):
    GLib.MainLoop().run()

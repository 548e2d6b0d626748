#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sends the time to all clients at an interval: ticker.py [PORT [MILLISECONDS]]

A client that does not read misses ticks, because only the latest tick matters.
"""
import contextlib
import json
import sys

import gi

gi.require_version("Ws", "1.0")
from gi.repository import GLib, Ws


class Ticker:
    def __init__(self, server, interval):
        self.server = server
        self.number = 0
        GLib.timeout_add(interval, self.tick)

    def tick(self):
        self.number += 1
        text = json.dumps({"tick": self.number, "time": GLib.get_real_time() // 1000})
        self.server.broadcast(Ws.DataFormat.TEXT, GLib.Bytes.new(text.encode()), self.has_taken_last)
        return GLib.SOURCE_CONTINUE

    def has_taken_last(self, connection):
        """Whether the queue is empty; otherwise this tick would wait behind the last one."""
        return connection.props.send_queue_length == 0


port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
server = Ws.Server(local_host="127.0.0.1", local_port=port)
ticker = Ticker(server, int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
server.start_listening()
print(f"ws://127.0.0.1:{server.props.local_port}/", flush=True)

with contextlib.suppress(KeyboardInterrupt):
    GLib.MainLoop().run()

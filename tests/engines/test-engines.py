# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The engines from Python, and what the library links with.

Usage: test-engines.py CORE_LIBRARY
"""
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

import gi

gi.require_version("Ws", "1.0")
gi.require_version("WsEngines", "1.0")
from gi.repository import GLib, Ws, WsEngines

DEADLINE_SECONDS = 10


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Loop:
    """Runs the main loop until a condition holds."""

    def __init__(self):
        self.passed = False

    def run_until(self, condition):
        source = GLib.timeout_add_seconds(DEADLINE_SECONDS, self.on_deadline)
        while not condition():
            GLib.MainContext.default().iteration(True)
            if self.passed:
                raise AssertionError("still waiting at the deadline")
        GLib.source_remove(source)

    def on_deadline(self):
        self.passed = True
        return GLib.SOURCE_REMOVE


class Engines(unittest.TestCase):
    def test_links(self):
        needed = subprocess.run(["objdump", "-p", sys.argv[1]], check=True, capture_output=True, text=True).stdout
        self.assertIn("libgnutls", needed)
        self.assertNotIn("hiredis", needed)

    @unittest.skipUnless(hasattr(WsEngines, "RedisEngine") and shutil.which("redis-server"), "no Redis")
    def test_redis(self):
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            redis = subprocess.Popen(
                ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
                stdout=subprocess.DEVNULL)
            try:
                self.exchange(WsEngines.RedisEngine(uri=f"redis://127.0.0.1:{port}"))
            finally:
                redis.kill()
                redis.wait()

    def exchange(self, engine):
        seen = []
        engine.connect("message", lambda engine, topic, data_format, data, position: seen.append(
            (topic, data_format, data.get_data(), position)))
        self.assertIsInstance(engine, Ws.Engine)
        self.assertEqual(engine.get_features(), Ws.EngineFeatures.ECHO)
        engine.start()
        engine.subscribe("news")
        engine.publish("news", Ws.DataFormat.TEXT, GLib.Bytes.new(b"hello"))
        Loop().run_until(lambda: seen)
        self.assertEqual(seen, [("news", Ws.DataFormat.AUTOMATIC, b"hello", None)])
        self.assertEqual(engine.props.state, Ws.EngineState.READY)
        engine.stop()
        self.assertEqual(engine.props.state, Ws.EngineState.OFFLINE)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

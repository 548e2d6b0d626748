# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-echo.py PROGRAM [ARGUMENT…]: runs an echo server, with port 0, and talks to it."""
import re
import signal
import sys
import unittest

import wsclient

ADDRESS = re.compile(r"(wss?)://127\.0\.0\.1:(\d+)/")


class EchoTest(unittest.TestCase):
    command = []

    def setUp(self):
        self.program = self.enterContext(wsclient.Program(*self.command, "0"))
        scheme, port = self.program.wait_line(ADDRESS).groups()
        self.port = int(port)
        self.tls = wsclient.any_certificate() if scheme == "wss" else None

    def enterContext(self, manager):
        # unittest has it from Python 3.11 on.
        self.addCleanup(manager.__exit__, None, None, None)
        return manager.__enter__()

    def client(self):
        return wsclient.Client(self.port, tls=self.tls)

    def check_echo(self, client, opcode, payload):
        client.send(opcode, payload)
        received_opcode, received = client.receive()
        self.assertEqual(received_opcode, opcode)
        self.assertTrue(received == payload, f"{len(received)} bytes came back for {len(payload)}")

    def test_sizes(self):
        with self.client() as client:
            for length in (0, 1, 125, 126, 65535, 65536, 1 << 20):
                self.check_echo(client, wsclient.TEXT, b"e" * length)
                self.check_echo(client, wsclient.BINARY, bytes(i & 0xFF for i in range(length)))
            self.assertEqual(client.close(), 1000)

    def test_text_and_binary_stay_what_they_are(self):
        with self.client() as client:
            self.check_echo(client, wsclient.TEXT, "Grüße, 世界 🌍".encode())
            self.check_echo(client, wsclient.BINARY, b"this would be text too")

    def test_ping(self):
        with self.client() as client:
            client.send(wsclient.PING, b"are you there?")
            self.assertEqual(client.receive(), (wsclient.PONG, b"are you there?"))

    def test_close_code(self):
        with self.client() as client:
            self.assertEqual(client.close(4321), 4321)

    def test_two_clients(self):
        with self.client() as one, self.client() as two:
            one.send(wsclient.TEXT, b"one")
            two.send(wsclient.TEXT, b"two")
            self.assertEqual(two.receive(), (wsclient.TEXT, b"two"))
            self.assertEqual(one.receive(), (wsclient.TEXT, b"one"))

    def test_interrupt_ends_it(self):
        # An answer shows that the main loop runs: a signal before that may be lost to an interpreter.
        with self.client() as client:
            client.send(wsclient.TEXT, b"there?")
            self.assertEqual(client.receive(), (wsclient.TEXT, b"there?"))
        self.program.stop(signal.SIGINT)


if __name__ == "__main__":
    wsclient.leave_orderly()
    EchoTest.command = sys.argv[1:]
    unittest.main(argv=sys.argv[:1], verbosity=2)

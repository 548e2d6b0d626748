# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-chat.py PROGRAM [ARGUMENT…]: runs a chat, with port 0, and talks in it."""
import signal

import example
import wsclient


class ChatTest(example.ExampleTest):
    def setUp(self):
        self.start("0")

    def hear(self, client):
        opcode, payload = client.receive()
        self.assertEqual(opcode, wsclient.TEXT)
        return payload.decode()

    def test_talk(self):
        one = self.client()
        self.assertEqual(self.hear(one), "1 has joined")
        two = self.client()
        for client in (one, two):
            self.assertEqual(self.hear(client), "2 has joined")

        two.send(wsclient.BINARY, b"no text")
        two.send(wsclient.TEXT, "Grüße, 世界".encode())
        for client in (one, two):
            self.assertEqual(self.hear(client), "2: Grüße, 世界")
        self.assertEqual(two.close(), 1000)
        self.assertEqual(self.hear(one), "2 has left")
        one.send(wsclient.TEXT, b"")
        self.assertEqual(self.hear(one), "1: ")

    def test_end(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            one = self.client()
            self.assertIn("has joined", self.hear(one))
            self.program.process.send_signal(number)
            opcode, payload = one.receive()
            self.assertEqual((opcode, payload[:2]), (wsclient.CLOSE, (1001).to_bytes(2, "big")))
            one.send(wsclient.CLOSE, payload[:2])
            self.assertEqual(self.program.process.wait(wsclient.DEADLINE), 0)
            self.start("0")


if __name__ == "__main__":
    example.main()

# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-ticker.py PROGRAM [ARGUMENT…]: runs the ticker, with port 0, and listens to it."""
import json

import example
import wsclient


class TickerTest(example.ExampleTest):
    def setUp(self):
        self.start("0", "20")

    def tick(self, client):
        opcode, payload = client.receive()
        self.assertEqual(opcode, wsclient.TEXT)
        return json.loads(payload)

    def test_all_hear_the_same(self):
        clients = [self.client() for _ in range(3)]
        last = max(self.tick(client)["tick"] for client in clients)
        for client in clients:
            tick = self.tick(client)
            while tick["tick"] <= last:
                tick = self.tick(client)
            self.assertEqual(tick["tick"], last + 1)
            self.assertGreater(tick["time"], 1_600_000_000_000)

    def test_others_leave(self):
        one, two = self.client(), self.client()
        self.tick(two)
        two.stream.close()
        first = self.tick(one)["tick"]
        self.assertEqual(self.tick(one)["tick"], first + 1)


if __name__ == "__main__":
    example.main()

# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-workers.py PROGRAM [ARGUMENT…]: runs the workers, with port 0, and talks to several of them."""
import re
import signal
import struct

import example
import wsclient

CLIENTS = 40
HAD = re.compile(r"Worker (\d+) served (\d+) clients")


class WorkersTest(example.ExampleTest):
    def end(self, number, threads, clients):
        """The number of clients that each worker served, after an orderly shutdown."""
        self.program.process.send_signal(number)
        for client in clients:
            self.assertEqual(client.receive_close(), 1001)
            client.send(wsclient.CLOSE, struct.pack("!H", 1001))
        self.assertEqual(self.program.process.wait(wsclient.DEADLINE), 0)
        counts = []
        for worker in range(threads):
            found = self.program.wait_line(HAD)
            self.assertEqual(int(found[1]), worker + 1)
            counts.append(int(found[2]))
        return counts

    def test_clients_are_spread(self):
        self.start("0", "4")
        clients = [self.client() for _ in range(CLIENTS)]
        for number, client in enumerate(clients):
            client.send(wsclient.TEXT, f"number {number}".encode())
        for number, client in enumerate(clients):
            self.assertEqual(client.receive(), (wsclient.TEXT, f"number {number}".encode()))
        counts = self.end(signal.SIGTERM, 4, clients)
        self.assertEqual(sum(counts), CLIENTS)
        self.assertGreater(len([count for count in counts if count > 0]), 1, counts)

    def test_all_hear_it(self):
        self.start("--broadcast", "0", "4")
        clients = [self.client() for _ in range(CLIENTS)]
        # An answer shows that a client is in its worker's list.
        for number, client in enumerate(clients):
            client.send(wsclient.TEXT, f"here is {number}".encode())
            while client.receive() != (wsclient.TEXT, f"here is {number}".encode()):
                pass
        for part in (b"one", b"two", b"three"):
            clients[0].send(wsclient.BINARY, part)
        for client in clients:
            opcode, payload = client.receive()
            while opcode == wsclient.TEXT:
                opcode, payload = client.receive()
            self.assertEqual(payload, b"one")
            self.assertEqual(client.receive(), (wsclient.BINARY, b"two"))
            self.assertEqual(client.receive(), (wsclient.BINARY, b"three"))
        self.assertEqual(sum(self.end(signal.SIGINT, 4, clients)), CLIENTS)

    def test_interrupted_amid(self):
        self.start("--broadcast", "0", "3")
        clients = [self.client() for _ in range(8)]
        for _ in range(50):
            for client in clients:
                client.send(wsclient.TEXT, b"to everybody")
        self.end(signal.SIGINT, 3, clients)


if __name__ == "__main__":
    example.main()

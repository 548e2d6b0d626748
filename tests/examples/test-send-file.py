# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-send-file.py PROGRAM [ARGUMENT…]: runs the file sender, with port 0, and takes the file."""
import os
import pathlib
import re

import example
import wsclient


class SendFileTest(example.ExampleTest):
    def setUp(self):
        self.file = pathlib.Path(self.folder(), "file")

    def test_progress(self):
        content = os.urandom(5_000_001)
        self.file.write_bytes(content)
        self.start("0", str(self.file))
        clients = [self.client() for _ in range(2)]
        for client in clients:
            opcode, payload = client.receive()
            self.assertEqual((opcode, payload == content), (wsclient.BINARY, True))
            self.assertEqual(client.receive_close(), 1000)
            client.send(wsclient.CLOSE, b"\x03\xe8")
        for _ in clients:
            self.program.wait_line(re.compile(r"^\d: done$"))
        for number in (1, 2):
            told = [int(line.split()[1]) for line in self.program.seen
                    if re.match(rf"{number}: \d+ %", line)]
            self.assertEqual((told, told[-1]), (sorted(set(told)), 100))
            self.assertGreaterEqual(len(told), 5)

    def test_empty(self):
        self.file.write_bytes(b"")
        self.start("0", str(self.file))
        self.assertEqual(self.client().receive(), (wsclient.BINARY, b""))

    def test_no_such_file(self):
        self.start("0", str(self.file))
        self.assertEqual(self.client().receive_close(), 1011)


if __name__ == "__main__":
    example.main()

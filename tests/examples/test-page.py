# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-page.py PROGRAM: loads the page and its script, and opens its WebSocket."""
import example
import wsclient


class PageTest(example.ExampleTest):
    def setUp(self):
        self.start("0")

    def test_page(self):
        status, headers, body = wsclient.http_get(self.port, "/")
        self.assertEqual((status, headers["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn(b'<script src="page.js">', body)
        status, headers, body = wsclient.http_get(self.port, "/page.js")
        self.assertEqual((status, headers["content-type"]), (200, "text/javascript; charset=utf-8"))
        self.assertIn(b"new WebSocket", body)
        self.assertEqual(wsclient.http_get(self.port, "/other")[0], 404)

    def test_clock(self):
        opcode, payload = self.client().receive()
        self.assertEqual(opcode, wsclient.TEXT)
        self.assertRegex(payload.decode(), r"^\d\d:\d\d:\d\d$")


if __name__ == "__main__":
    example.main()

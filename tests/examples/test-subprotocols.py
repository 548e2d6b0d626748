# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-subprotocols.py PROGRAM [ARGUMENT…]: runs it with port 0, and speaks both subprotocols."""
import example
import wsclient


class SubprotocolsTest(example.ExampleTest):
    def setUp(self):
        self.start("0")

    def speak(self, offer, chosen, question, answer):
        client = self.client("/", [f"Sec-WebSocket-Protocol: {offer}"])
        self.assertEqual(client.headers["sec-websocket-protocol"], chosen)
        client.send(wsclient.TEXT, question.encode())
        self.assertEqual(client.receive(), (wsclient.TEXT, answer.encode()))

    def test_dispatch(self):
        self.speak("sum.example.org", "sum.example.org", "1 2 39", "42")
        self.speak("upper.example.org", "upper.example.org", "grüße", "GRÜSSE")
        self.speak("other, upper.example.org, sum.example.org", "upper.example.org", "a", "A")

    def test_refused(self):
        for headers in ((), ("Sec-WebSocket-Protocol: other, constructor",)):
            with self.assertRaises(wsclient.Refused) as refused:
                self.client("/", headers)
            self.assertEqual(refused.exception.status, 400)


if __name__ == "__main__":
    example.main()

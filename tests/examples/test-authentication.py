# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-authentication.py PROGRAM [ARGUMENT…]: runs it with port 0, with and without a token."""
import pathlib

import example
import wsclient


class AuthenticationTest(example.ExampleTest):
    def setUp(self):
        self.tokens = pathlib.Path(self.folder(), "tokens")
        self.tokens.write_text("s3same Ada Lovelace\nmellon Grace\n")
        self.start("0", str(self.tokens))

    def check_refused(self, status, *headers):
        with self.assertRaises(wsclient.Refused) as refused:
            self.client("/", headers)
        self.assertEqual(refused.exception.status, status)

    def check_greeted(self, token, greeting):
        client = self.client("/", [f"Authorization: Bearer {token}"])
        self.assertEqual(client.receive(), (wsclient.TEXT, greeting.encode()))

    def test_tokens(self):
        self.check_greeted("s3same", "Hello, Ada Lovelace")
        self.check_greeted("mellon", "Hello, Grace")
        self.check_refused(401)
        self.check_refused(401, "Authorization: Bearer open")
        self.check_refused(401, "Authorization: Basic s3same")

    def test_no_token_is_no_member(self):
        self.tokens.write_text("\n Nobody\ns3same Ada Lovelace\n")
        self.check_refused(401, "Authorization: Bearer")
        self.check_refused(401, "Authorization: Bearer ")
        self.check_greeted("s3same", "Hello, Ada Lovelace")

    def test_asked_anew(self):
        self.check_refused(401, "Authorization: Bearer new")
        self.tokens.write_text("new Radia\n")
        self.check_greeted("new", "Hello, Radia")
        self.tokens.unlink()
        self.check_refused(503, "Authorization: Bearer new")


if __name__ == "__main__":
    example.main()

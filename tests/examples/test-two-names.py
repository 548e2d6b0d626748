# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-two-names.py PROGRAM [ARGUMENT…]: runs it with port 0 and two certificates, and renews one."""
import os
import pathlib
import re
import ssl

import certificates
import example
import wsclient


class TwoNamesTest(example.ExampleTest):
    def setUp(self):
        self.place = self.folder()
        self.tls = wsclient.any_certificate()
        self.files = {name: self.make(name) for name in ("one.example", "two.example")}
        self.start("0", *self.files.values())

    def make(self, name, file_name=None):
        return certificates.leaf(self.place, file_name or name, f"/CN={name}", f"DNS:{name}")

    def der(self, file):
        """The certificate of a file that holds a key before it."""
        text = pathlib.Path(file).read_text()
        return ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN CERTIFICATE"):])

    def shown(self, name):
        with wsclient.connect(self.port, self.tls, name) as stream:
            return stream.getpeercert(binary_form=True)

    def echo(self, client, text):
        client.send(wsclient.TEXT, text)
        self.assertEqual(client.receive(), (wsclient.TEXT, text))

    def test_names(self):
        for name, file in self.files.items():
            self.assertEqual(self.shown(name), self.der(file))
            self.echo(self.client(host=name, tls=self.tls), name.encode())
        first = self.der(self.files["one.example"])
        for name in ("three.example", "127.0.0.1", "localhost"):
            self.assertEqual(self.shown(name), first)

    def test_renewal(self):
        for name, other in (("one.example", "two.example"), ("two.example", "one.example")):
            before = self.client(host=name, tls=self.tls)
            renewed = self.make(name, "renewed")
            expected = self.der(renewed)
            self.assertNotEqual(self.shown(name), expected)
            os.replace(renewed, self.files[name])
            self.program.wait_line(re.compile(f"^Info: New clients get .*: CN={name}, valid until "))
            self.assertEqual(self.shown(name), expected)
            self.assertEqual(self.shown(other), self.der(self.files[other]))
            self.echo(before, b"still here")

    def test_broken_file(self):
        name = "two.example"
        expected = self.der(self.files[name])
        pathlib.Path(self.files[name]).write_text("half a cert")
        self.program.wait_line(re.compile("^Error: .*keeping the current certificate"))
        self.assertEqual(self.shown(name), expected)
        # Repaired it is taken.
        renewed = self.make(name, "renewed")
        pathlib.Path(self.files[name]).write_text(pathlib.Path(renewed).read_text())
        self.program.wait_line(re.compile("^Info: New clients get"))
        self.assertEqual(self.shown(name), self.der(renewed))


if __name__ == "__main__":
    example.main()

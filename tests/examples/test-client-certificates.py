# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-client-certificates.py PROGRAM [ARGUMENT…]: runs it with port 0, and comes with this and that
certificate."""
import re
import ssl

import certificates
import example
import wsclient


class ClientCertificatesTest(example.ExampleTest):
    def setUp(self):
        self.place = self.folder()
        self.ca = certificates.authority(self.place)
        server = certificates.leaf(self.place, "server", "/CN=localhost", "DNS:localhost", self.ca)
        self.start("0", server, self.ca, "CN=Ada", "CN=Grace")

    def context(self, certificate, version):
        context = ssl.create_default_context(cafile=self.ca)
        context.minimum_version = context.maximum_version = version
        if certificate is not None:
            context.load_cert_chain(certificate)
        return context

    def come(self, certificate, version=ssl.TLSVersion.TLSv1_3):
        return self.client(host="localhost", tls=self.context(certificate, version))

    def test_members(self):
        for name in ("Ada", "Grace"):
            certificate = certificates.leaf(self.place, name, f"/CN={name}", ca=self.ca)
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                client = self.come(certificate, version)
                self.assertEqual(client.receive(), (wsclient.TEXT, f"Hello, CN={name}".encode()))
                self.program.wait_line(re.compile(f"^CN={name}: OK, welcome: True$"))

    def check_refused(self, certificate, subject, code, status=""):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            # With TLS 1.3 the client learns it when it reads.
            with self.assertRaises((ssl.SSLError, ConnectionError, EOFError)):
                self.come(certificate, version)
            self.program.wait_line(re.compile(rf"^{subject}: {status}.*, welcome: "))
            self.program.wait_line(re.compile(rf"^\[{code}\] "))

    def test_not_a_member(self):
        eve = certificates.leaf(self.place, "eve", "/CN=Eve", ca=self.ca)
        self.check_refused(eve, "CN=Eve", 280, "OK")
        inside = certificates.leaf(self.place, "inside", "/O=CN=Ada/CN=Eve", ca=self.ca)
        self.check_refused(inside, '.*CN=Eve', 280, "OK")

    def test_not_genuine(self):
        self.check_refused(certificates.leaf(self.place, "self", "/CN=Ada"), "CN=Ada", 280, "(?!OK)")
        other = certificates.authority(self.place, "other")
        self.check_refused(certificates.leaf(self.place, "foreign", "/CN=Ada", ca=other), "CN=Ada", 280, "(?!OK)")

    def test_none(self):
        self.check_refused(None, "no certificate", 281)


if __name__ == "__main__":
    example.main()

#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-tls-tools.py ECHO-SERVER: openssl s_client and gnutls-cli, with a WebSocket inside, against the echo
server over TLS."""
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "examples"))

import certificates
import wsclient

SKIPPED = 77
PORT = re.compile(r"^(\d+)$")
COMPLETE = re.compile("TLS handshake complete: (.*)")
MASK = b"\x01\x02\x03\x04"
OPENSSL_VERSIONS = (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3"))
GNUTLS_VERSIONS = (("TLS1.2", "TLSv1.2"), ("TLS1.3", "TLSv1.3"))


class Tool:
    """A program that carries bytes between its standard input and output and TLS, and prints among
    them what it has to say."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.output = b""
        self.ended = False
        self.more = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def _read(self):
        while data := self.process.stdout.read1(65536):
            with self.more:
                self.output += data
                self.more.notify_all()
        with self.more:
            self.ended = True
            self.more.notify_all()

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def wait_for(self, text):
        """Waits for the text, and forgets what came up to its end."""
        def has_come():
            return text in self.output or self.ended

        with self.more:
            self.more.wait_for(has_come, wsclient.DEADLINE)
            assert text in self.output, f"{text!r} did not come, but {self.output!r}"
            before, _, self.output = self.output.partition(text)
            return before

    def wait_end(self):
        """Waits until the program has ended by itself; returns what it has printed."""
        self.process.wait(wsclient.DEADLINE)
        self.reader.join()
        return self.output

    def open(self):
        self.write(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        self.wait_for(b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")

    def echo(self, text, answer=None):
        masked = bytes(byte ^ MASK[i % 4] for i, byte in enumerate(text))
        length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
        self.write(b"\x81" + length + MASK + masked)
        answer = text if answer is None else answer
        self.wait_for(answer)


class TlsToolsTest(unittest.TestCase):
    echo_server = None
    provider = "TLS"

    def enter(self, manager):
        self.addCleanup(manager.__exit__, None, None, None)
        return manager.__enter__()

    def folder(self):
        return self.enter(tempfile.TemporaryDirectory())

    def start(self, settings=""):
        self.server = self.enter(wsclient.Program(
            self.echo_server, f"{self.provider},Story,{settings}".rstrip(","), stdin=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ))
        self.addCleanup(self.server.process.stdin.close)
        self.port = self.server.wait_line(PORT)[1]

    def openssl(self, *options):
        return self.enter(Tool("openssl", "s_client", "-connect", f"127.0.0.1:{self.port}",
                               "-servername", "localhost", *options))

    def gnutls(self, *options):
        return self.enter(Tool("gnutls-cli", "--insecure", "--port", self.port, *options, "127.0.0.1"))

    def complete(self):
        return self.server.wait_line(COMPLETE)[1]

    def leave(self, tool):
        tool.__exit__()
        self.server.wait_line(re.compile("^disconnected 1006 "))


class OpensslTest(TlsToolsTest):
    def test_versions(self):
        self.start()
        for option, version in OPENSSL_VERSIONS:
            client = self.openssl(option, "-alpn", "http/1.1")
            client.wait_for(b"ALPN protocol: http/1.1")
            client.open()
            client.echo(b"there and back")
            client.echo(b"!tls", f"{version} TLS_".encode())
            self.assertIn(version, self.complete())
            self.leave(client)

    def test_short_records(self):
        """A client of little memory takes short records; it ends the connection when a longer one comes."""
        self.start("EnablePermessageDeflate=False")
        for option, version in OPENSSL_VERSIONS:
            for length in ("512", "1024", "2048", "4096"):
                client = self.openssl(option, "-maxfraglen", length)
                client.open()
                client.echo(b"x" * 9000 + length.encode())
                self.assertIn(version, self.complete())
                self.leave(client)

    def test_version_that_is_off(self):
        self.start("SSLEnabledProtocols=12288")
        self.assertIn(b"SSL alert number", self.openssl("-tls1_2").wait_end())
        self.openssl("-tls1_3").open()

    def test_suites(self):
        suite = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
        self.start("SSLEnabledCipherSuites=" + suite)
        client = self.openssl()
        client.open()
        client.echo(b"!tls", f"TLSv1.2 {suite} ".encode())
        other = self.openssl("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384")
        self.assertIn(b"handshake failure", other.wait_end())

    def test_resumption(self):
        for reuse, kind in (("True", "resumed"), ("False", "new")):
            self.start("ReuseSSLSession=" + reuse)
            for options in (["-tls1_2"], ["-tls1_3"], ["-tls1_2", "-no_ticket"]):
                session = pathlib.Path(self.folder(), "session")
                client = self.openssl(*options, "-sess_out", str(session))
                client.open()
                client.echo(b"first")
                self.assertIn("new session", self.complete())
                self.leave(client)
                self.assertTrue(session.exists() or reuse == "False")
                if not session.exists():
                    continue
                client = self.openssl(*options, "-sess_in", str(session))
                client.open()
                client.echo(b"again")
                self.assertIn(f"{kind} session", self.complete())

    def test_key_update(self):
        self.start()
        client = self.openssl("-tls1_3")
        client.open()
        client.echo(b"old keys")
        for command in (b"K\n", b"k\n", b"K\n"):
            client.write(command)
            client.wait_for(b"KEYUPDATE")
            client.echo(b"new keys")

    def test_renegotiation_refused(self):
        self.start()
        other = self.openssl("-tls1_2")
        other.open()
        client = self.openssl("-tls1_2")
        client.open()
        client.write(b"R\n")
        self.server.wait_line(re.compile("Refused to renegotiate"))
        self.server.wait_line(re.compile("^disconnected 1006 "))
        self.assertIn(b"no renegotiation", client.wait_end())
        other.echo(b"still served")

    def test_renegotiation_served(self):
        self.start("SSLEnableRenegotiation=True")
        client = self.openssl("-tls1_2")
        client.open()
        client.echo(b"before")
        for _ in range(3):
            client.write(b"R\n")
            self.server.wait_line(re.compile("The client renegotiates"))
            client.echo(b"after")

    def test_client_certificates(self):
        place = self.folder()
        ca, other = (certificates.authority(place, name, f"/CN={name}") for name in ("ca", "other"))
        ada = certificates.leaf(place, "ada", "/CN=Ada", ca=ca)
        foreign = certificates.leaf(place, "foreign", "/CN=Ada", ca=other)
        self.start("ClientCA=" + ca)
        for option, version in OPENSSL_VERSIONS:
            client = self.openssl(option, "-cert", ada, "-key", ada)
            client.open()
            client.echo(b"!tls", b" CN=Ada")
            self.leave(client)
            self.openssl(option, "-cert", foreign, "-key", foreign)
            self.server.wait_line(re.compile(r"^error 280 \[280\] .*CN=Ada"))
            self.openssl(option)
            self.server.wait_line(re.compile(r"^error 281 \[281\] "))

    def test_client_certificate_on_resumption(self):
        place = self.folder()
        ca = certificates.authority(place)
        ada = certificates.leaf(place, "ada", "/CN=Ada", ca=ca)
        self.start("ClientCA=" + ca)
        for option, _ in OPENSSL_VERSIONS:
            session = str(pathlib.Path(place, "session" + option))
            client = self.openssl(option, "-cert", ada, "-key", ada, "-sess_out", session)
            client.open()
            client.echo(b"first")
            self.leave(client)
            client = self.openssl(option, "-sess_in", session)
            client.open()
            client.echo(b"!tls", b" CN=Ada")

    def test_killed(self):
        self.start()
        one, two = self.openssl(), self.openssl()
        one.open()
        two.open()
        one.process.send_signal(signal.SIGKILL)
        self.server.wait_line(re.compile("^disconnected 1006 "))
        two.echo(b"still served")

    def test_close_notify(self):
        self.start()
        client = self.openssl()
        client.open()
        client.write(b"Q\n")
        self.server.wait_line(re.compile("^disconnected 1006 "))
        client.wait_end()

    def test_plain_text(self):
        self.start()
        with socket.create_connection(("127.0.0.1", int(self.port)), wsclient.DEADLINE) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = b""
            while data := client.recv(4096):
                answer += data
        self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer)
        self.server.wait_line(re.compile("^error 276 "))


class PlatformTest(OpensslTest):
    """The same with GIO's backend, but for what it does not have."""

    provider = "Platform"
    test_resumption = test_renegotiation_served = test_client_certificate_on_resumption = None

    def test_versions(self):
        self.start()
        for option, version in OPENSSL_VERSIONS:
            client = self.openssl(option)
            client.open()
            client.echo(b"!tls", f"{version} TLS_".encode())
            self.leave(client)

    def test_renegotiation_refused(self):
        self.start()
        other = self.openssl("-tls1_2")
        other.open()
        client = self.openssl("-tls1_2")
        client.open()
        client.write(b"R\n")
        self.server.wait_line(re.compile("^disconnected 1006 "))
        other.echo(b"still served")

    def test_suites(self):
        suite = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
        self.start("SSLEnabledCipherSuites=" + suite)
        client = self.openssl("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256")
        client.open()
        client.echo(b"!tls", f"TLSv1.2 {suite} ".encode())
        self.openssl("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384")
        self.server.wait_line(re.compile("^error 276 "))


class GnutlsTest(TlsToolsTest):
    def test_versions(self):
        self.start()
        for name, version in GNUTLS_VERSIONS:
            client = self.gnutls("--priority", f"NORMAL:-VERS-ALL:+VERS-{name}")
            client.wait_for(b"Simple Client Mode")
            client.open()
            client.echo(b"there and back")
            client.echo(b"!tls", f"{version} TLS_".encode())
            self.leave(client)

    def test_resumption(self):
        self.start()
        for name, _ in GNUTLS_VERSIONS:
            client = self.gnutls("--resume", "--priority", f"NORMAL:-VERS-ALL:+VERS-{name}")
            self.assertIn("new session", self.complete())
            self.assertIn("resumed session", self.complete())
            client.wait_for(b"This is a resumed session")
            client.wait_for(b"Simple Client Mode")
            client.open()
            client.echo(b"again")

    def test_client_certificate(self):
        place = self.folder()
        ca = certificates.authority(place)
        ada = certificates.leaf(place, "ada", "/CN=Ada", ca=ca)
        self.start("ClientCA=" + ca)
        client = self.gnutls("--x509certfile", ada, "--x509keyfile", ada)
        client.wait_for(b"Simple Client Mode")
        client.open()
        client.echo(b"!tls", b" CN=Ada")


def main():
    for tool in ("openssl", "gnutls-cli"):
        if shutil.which(tool) is None:
            print(f"{tool} is not installed")
            sys.exit(SKIPPED)
    wsclient.leave_orderly()
    TlsToolsTest.echo_server = sys.argv[1]
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)


if __name__ == "__main__":
    main()

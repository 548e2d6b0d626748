#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""openssl s_client and gnutls-cli against the TLS transport.

Usage: run-tls-clients.py ECHO_SERVER [internal|platform]
"""

import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading

TIMEOUT = 30
SKIPPED = 77


class Lines:
    """What a program prints, line by line, with a deadline."""

    def __init__(self, stream):
        self.seen = []
        self.queue = queue.Queue()
        threading.Thread(target=self.collect, args=(stream,), daemon=True).start()

    def collect(self, stream):
        for line in stream:
            self.queue.put(line.decode("utf-8", "replace").rstrip("\r\n"))
        self.queue.put(None)

    def wait_for(self, text):
        """The first new line that contains the text."""
        while True:
            try:
                line = self.queue.get(timeout=TIMEOUT)
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"{text!r} did not come; seen: " + "\n".join(self.seen[-40:]))
            self.seen.append(line)
            if text in line:
                return line


class Program:
    def __init__(self, *command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.lines = Lines(self.process.stdout)

    def write(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def wait_for(self, text):
        return self.lines.wait_for(text)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Server(Program):
    def __init__(self, *options):
        super().__init__(SERVER, *options, *(["provider=platform"] if PLATFORM else []))
        self.port = self.wait_for("port ").split()[1]


def openssl(server, *options):
    return Program("openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-servername", "localhost", *options)


def gnutls(server, *options):
    return Program("gnutls-cli", "--insecure", "--port", server.port, *options, "127.0.0.1")


def check_echo(client):
    client.write("there and back\n")
    client.wait_for("there and back")


def test_openssl_versions():
    for option, version in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
        with Server() as server, openssl(server, option, "-alpn", "http/1.1") as client:
            told = server.wait_for("TLS handshake complete")
            assert version in told and "ALPN http/1.1" in told, told
            check_echo(client)


def test_openssl_suite():
    suite = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    with Server("suites=" + suite) as server:
        with openssl(server) as client:
            assert suite in server.wait_for("TLS handshake complete")
            check_echo(client)
        server.wait_for("closed")
        with openssl(server, "-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384") as client:
            client.wait_for("handshake failure")


def test_openssl_old_version():
    with Server("protocols=12288") as server, openssl(server, "-tls1_2") as client:
        client.wait_for("alert")


def test_openssl_resumption():
    for option in ("-tls1_2", "-tls1_3"):
        for reuse in ("1", "0"):
            with Server("reuse=" + reuse) as server, tempfile.TemporaryDirectory() as folder:
                session = os.path.join(folder, "session")
                with openssl(server, option, "-sess_out", session) as client:
                    assert "new session" in server.wait_for("TLS handshake complete")
                    check_echo(client)
                server.wait_for("closed")
                if not os.path.exists(session):
                    assert reuse == "0"
                    continue
                with openssl(server, option, "-sess_in", session) as client:
                    kind = "resumed session" if reuse == "1" else "new session"
                    assert kind in server.wait_for("TLS handshake complete")
                    check_echo(client)


def test_openssl_renegotiation():
    with Server() as server, openssl(server, "-tls1_2") as client:
        server.wait_for("TLS handshake complete")
        client.write("R\n")
        server.wait_for("Refused to renegotiate")
        server.wait_for("closed")
    with Server("renegotiation=1") as server, openssl(server, "-tls1_2") as client:
        server.wait_for("TLS handshake complete")
        client.write("R\n")
        server.wait_for("The client renegotiates")
        check_echo(client)


def test_openssl_key_update():
    with Server() as server, openssl(server, "-tls1_3") as client:
        server.wait_for("TLS handshake complete")
        for command in ("K\n", "k\n"):
            client.write(command)
            client.wait_for("KEYUPDATE")
            check_echo(client)


def test_openssl_no_client_certificate():
    with Server("authenticate=1") as server, openssl(server, "-tls1_3"):
        server.wait_for("Client certificate: The client sent no certificate")
        server.wait_for("[281]")


def test_gnutls_versions():
    for version in ("TLS1.2", "TLS1.3"):
        with Server() as server, gnutls(server, "--priority", f"NORMAL:-VERS-ALL:+VERS-{version}") as client:
            assert version.replace("TLS", "TLSv") in server.wait_for("TLS handshake complete")
            check_echo(client)


def test_gnutls_resumption():
    for version in ("TLS1.2", "TLS1.3"):
        with Server() as server:
            with gnutls(server, "--resume", "--priority", f"NORMAL:-VERS-ALL:+VERS-{version}") as client:
                assert "new session" in server.wait_for("TLS handshake complete")
                assert "resumed session" in server.wait_for("TLS handshake complete")
                check_echo(client)


def make_identity(directory):
    """A certificate with its authority's, and what this says of it, as files."""

    def openssl_run(*arguments):
        subprocess.run(("openssl", *arguments), cwd=directory, check=True, capture_output=True)

    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl_run("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca", "-subj", "/CN=Authority")
    openssl_run("req", *new_key, "-keyout", "key", "-out", "request", "-subj", "/CN=localhost")
    openssl_run("x509", "-req", "-in", "request", "-CA", "ca", "-CAkey", "ca.key", "-set_serial", "1", "-out", "leaf")
    with open(os.path.join(directory, "index"), "w", encoding="utf-8") as index:
        index.write("V\t491231235959Z\t\t01\tunknown\t/CN=localhost\n")
    openssl_run("ocsp", "-issuer", "ca", "-cert", "leaf", "-no_nonce", "-reqout", "question")
    openssl_run("ocsp", "-index", "index", "-CA", "ca", "-rsigner", "ca", "-rkey", "ca.key", "-reqin", "question",
                "-respout", "response", "-ndays", "1", "-noverify")  # fmt: skip
    identity = os.path.join(directory, "identity")
    with open(identity, "w", encoding="utf-8") as file:
        for name in ("leaf", "ca", "key"):
            with open(os.path.join(directory, name), encoding="utf-8") as part:
                file.write(part.read())
    return "identity=" + identity, "staple=" + os.path.join(directory, "response")


def test_stapling():
    with tempfile.TemporaryDirectory() as directory:
        options = make_identity(directory)
        for option in ("-tls1_2", "-tls1_3"):
            with Server(*options) as server, openssl(server, option, "-status") as client:
                client.wait_for("OCSP Response Status: successful")
                client.wait_for("Cert Status: good")
                check_echo(client)
            with Server(*options) as server, openssl(server, option) as client:
                check_echo(client)
                assert not any("OCSP Response" in line for line in client.lines.seen), client.lines.seen
            with Server(options[0]) as server, openssl(server, option, "-status") as client:
                client.wait_for("OCSP response: no response sent")
                check_echo(client)
        for version in ("TLS1.2", "TLS1.3"):
            with Server(*options) as server, gnutls(server, "--priority", f"NORMAL:-VERS-ALL:+VERS-{version}") as client:
                assert "OCSP status request" in client.wait_for("- Options:")
                check_echo(client)


def test_plain_http():
    import socket

    with Server() as server, socket.create_connection(("127.0.0.1", int(server.port)), TIMEOUT) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = b""
        while data := client.recv(4096):
            answer += data
        assert answer.startswith(b"HTTP/1.1 400 "), answer
        server.wait_for("HTTP request in plain text")


def test_platform_renegotiation():
    with Server() as server, openssl(server, "-tls1_2") as client:
        server.wait_for("TLS handshake complete")
        client.write("R\n")
        server.wait_for("the client renegotiates, which is not served")
        server.wait_for("closed")


def test_platform_suite():
    suite = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
    with Server("suites=" + suite) as server:
        with openssl(server, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256") as client:
            assert suite in server.wait_for("TLS handshake complete")
            check_echo(client)
        server.wait_for("closed")
        with openssl(server, "-tls1_2", "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"):
            server.wait_for("AES_256_GCM_SHA384 was negotiated")


# What the platform's TLS does not do, or does otherwise.
INTERNAL_ONLY = {
    "test_openssl_suite",
    "test_openssl_resumption",
    "test_openssl_renegotiation",
    "test_gnutls_resumption",
    "test_stapling",
}


def has_backend():
    command = [SERVER, "provider=platform"]
    return b"no backend" not in subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout


def main():
    if PLATFORM and not has_backend():
        print("GIO has no TLS backend")
        sys.exit(SKIPPED)
    for tool in ("openssl", "gnutls-cli"):
        if shutil.which(tool) is None:
            print(f"{tool} is not installed")
            sys.exit(SKIPPED)
    for name, test in list(globals().items()):
        if name in INTERNAL_ONLY if PLATFORM else name.startswith("test_platform_"):
            continue
        if name.startswith("test_"):
            print(name, flush=True)
            test()


SERVER = sys.argv[1]
PLATFORM = "platform" in sys.argv[2:]
main()

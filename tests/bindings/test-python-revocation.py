#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""SSLCheckCRL and SSLCheckOCSP with an authority that publishes a list and answers by OCSP, and
SSLOCSPResponse with openssl as the client that looks at it."""

import http.server
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

try:
    import gi
except ImportError:
    print("PyGObject is not installed")
    sys.exit(77)

gi.require_version("Ws", "1.0")
from gi.repository import GLib, Ws  # noqa: E402

GOOD, REVOKED = 1, 2


class Authority(http.server.BaseHTTPRequestHandler):
    """Serves /list.crl, and POST /ocsp by openssl. Its folder is a class variable."""

    folder = None

    def answer(self, body, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer((self.folder / "list.crl").read_bytes(), "application/pkix-crl")

    def do_POST(self):
        request = self.rfile.read(int(self.headers["Content-Length"]))
        (self.folder / "request.der").write_bytes(request)
        respond(self.folder, "-reqin", "request.der", "-respout", "response.der")
        self.answer((self.folder / "response.der").read_bytes(), "application/ocsp-response")

    def log_message(self, *_):
        pass


def run(folder, *command):
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def respond(folder, *options):
    run(folder, "openssl", "ocsp", "-index", "index", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key",
        "-noverify", "-ndays", "2", *options)


def make_leaf(folder, name, serial, extensions):
    """Key and certificate in one file."""
    run(folder, "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
        f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
    (folder / f"{name}.ext").write_text(extensions)
    run(folder, "openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial",
        str(serial), "-days", "30", "-extfile", f"{name}.ext", "-out", f"{name}.crt")
    (folder / f"{name}.pem").write_text((folder / f"{name}.key").read_text() + (folder / f"{name}.crt").read_text())


def make_authority(folder, port):
    run(folder, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
        "30", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Authority",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature")
    (folder / "index").write_text("V\t491231235959Z\t\t01\tunknown\t/CN=good\n"
                                  "R\t491231235959Z\t260102030405Z,keyCompromise\t02\tunknown\t/CN=revoked\n"
                                  "V\t491231235959Z\t\t03\tunknown\t/CN=localhost\n")
    (folder / "index.attr").write_text("unique_subject = no\n")
    (folder / "ca.cnf").write_text("[ca]\ndefault_ca=d\n[d]\ndatabase=index\ndefault_md=sha256\ndefault_crl_days=30\n")
    run(folder, "openssl", "ca", "-config", "ca.cnf", "-gencrl", "-keyfile", "ca.key", "-cert", "ca.pem", "-out", "list.pem")
    run(folder, "openssl", "crl", "-in", "list.pem", "-outform", "DER", "-out", "list.crl")
    places = (f"extendedKeyUsage=clientAuth\ncrlDistributionPoints=URI:http://127.0.0.1:{port}/list.crl\n"
              f"authorityInfoAccess=OCSP;URI:http://127.0.0.1:{port}/ocsp\n")
    make_leaf(folder, "good", GOOD, places)
    make_leaf(folder, "revoked", REVOKED, places)
    nobody = places.replace(f":{port}/", ":9/")
    make_leaf(folder, "unreachable", GOOD, nobody)
    make_leaf(folder, "localhost", 3, "subjectAltName=DNS:localhost\n")


class RevocationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="wsserver-authority-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        Authority.folder = cls.folder
        cls.web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Authority)
        cls.addClassCleanup(cls.web.server_close)
        threading.Thread(target=cls.web.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.web.shutdown)
        make_authority(cls.folder, cls.web.server_address[1])

    def setUp(self):
        self.errors = []
        self.statuses = []
        self.server = Ws.Server.new()
        self.server.set_local_host("127.0.0.1")
        self.server.config("SSLClientCACerts=" + (self.folder / "ca.pem").read_text())
        self.server.set_ssl_cert(Ws.Certificate.new_from_file(str(self.folder / "localhost.pem")))
        self.server.set_use_ssl(True)
        self.server.connect("error", lambda _server, _connection, code, text: self.errors.append((code, text)))
        self.server.connect("ssl-client-authentication", lambda _server, _connection, presented: self.judge(presented))
        self.accept = None
        self.addCleanup(self.server.shutdown)

    def judge(self, presented):
        self.statuses.append(presented.props.status)
        if self.accept is not None:
            presented.props.accept = self.accept

    def listen(self, *settings):
        self.server.set_ssl_authenticate_clients(True)
        self.server.config("SSLRevocationHosts=127.0.0.1")
        for setting in settings:
            self.server.config(setting)
        self.server.start_listening()

    def ask(self, name):
        """What a client with this certificate reads of the answer to a plain request; "" if it is turned away."""
        answer = []

        def talk():
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.load_cert_chain(str(self.folder / f"{name}.pem"))
            try:
                with socket.create_connection(("127.0.0.1", self.server.props.local_port), 30) as plain:
                    with context.wrap_socket(plain) as client:
                        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        answer.append(client.recv(1000).decode().split("\r\n")[0])
            except OSError as error:
                answer.append("")
                answer.append(str(error))

        thread = threading.Thread(target=talk)
        thread.start()
        while thread.is_alive():
            self.server.do_events()
        thread.join()
        for _ in range(3):
            self.server.do_events()
        return answer[0]

    def check(self, setting, name, status, let_in):
        self.listen(setting)
        self.assertEqual(bool(self.ask(name)), let_in, self.errors)
        self.assertEqual(len(self.statuses), 1)
        self.assertIn(status, self.statuses[0])
        if let_in:
            self.assertEqual(self.errors, [])
        else:
            self.assertEqual([code for code, _text in self.errors], [280])

    def test_list_good(self):
        self.check("SSLCheckCRL=2", "good", "OK", True)

    def test_list_revoked(self):
        self.check("SSLCheckCRL=2", "revoked", "revoked", False)

    def test_list_revoked_where_possible(self):
        self.check("SSLCheckCRL=1", "revoked", "revoked", False)

    def test_responder_good(self):
        self.check("SSLCheckOCSP=2", "good", "OK", True)

    def test_responder_revoked(self):
        self.check("SSLCheckOCSP=2", "revoked", "revoked", False)

    def test_unreachable_list(self):
        self.check("SSLCheckCRL=2", "unreachable", "unreachable", False)

    def test_unreachable_responder_where_possible(self):
        self.check("SSLCheckOCSP=1", "unreachable", "OK", True)

    def test_off(self):
        self.listen()
        self.assertIn("426", self.ask("revoked"))
        self.assertEqual(self.statuses, ["OK"])

    def test_application_has_the_last_word(self):
        self.accept = True
        self.listen("SSLCheckCRL=2")
        self.assertIn("426", self.ask("revoked"))
        self.assertIn("revoked", self.statuses[0])
        self.accept = False
        self.assertEqual(self.ask("good"), "")
        self.assertEqual(self.statuses[1], "OK")

    def test_platform(self):
        self.server.set_ssl_provider(Ws.SslProvider.PLATFORM)
        self.listen("SSLCheckCRL=2", "SSLCheckOCSP=2")
        self.assertIn("426", self.ask("good"))
        self.assertEqual(self.ask("revoked"), "")
        self.assertEqual([code for code, _text in self.errors], [280])

    def staple(self, response):
        """What openssl says of the stapled response."""
        self.server.start_listening()
        self.server.config("SSLOCSPResponse=" + response)
        client = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.server.props.local_port}", "-status", "-CAfile", "ca.pem"],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        reader = threading.Thread(target=lambda: setattr(self, "said", client.communicate()[0]))
        reader.start()
        while reader.is_alive():
            self.server.do_events()
        return self.said

    def make_response(self):
        respond(self.folder, "-issuer", "ca.pem", "-cert", "localhost.crt", "-respout", "staple.der")
        return self.folder / "staple.der"

    def test_stapled_file(self):
        said = self.staple(str(self.make_response()))
        self.assertIn("OCSP Response Status: successful", said)
        self.assertIn("Cert Status: good", said)

    def test_stapled_text(self):
        text = ssl.DER_cert_to_PEM_cert(self.make_response().read_bytes()).replace("CERTIFICATE", "OCSP RESPONSE")
        self.assertIn("Cert Status: good", self.staple(text))

    def test_no_response_in_the_file(self):
        self.server.start_listening()
        with self.assertRaises(GLib.Error) as caught:
            self.server.config(f"SSLOCSPResponse={self.folder / 'ca.pem'}")
        self.assertEqual(caught.exception.code, 271)
        self.assertIn("ca.pem", caught.exception.message)
        self.assertEqual(self.server.config("SSLOCSPResponse"), "")


if shutil.which("openssl") is None:
    print("openssl is not installed")
    sys.exit(77)
unittest.main()

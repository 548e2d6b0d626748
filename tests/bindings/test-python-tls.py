#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""TLS from Python: properties, signals, what their objects carry, errors, decisions that come later."""

import pathlib
import socket
import ssl
import sys
import tempfile
import threading
import unittest

try:
    import gi
except ImportError:
    print("PyGObject is not installed")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "examples"))

import certificates
import wsclient

gi.require_version("Ws", "1.0")
from gi.repository import Gio, GLib, GObject, Ws  # noqa: E402

import mainloop  # noqa: E402


def certificate_for(name):
    return Ws.Certificate.new_self_signed([name], 2)


def pem(certificate):
    """Private key and certificate."""
    return certificate.props.private_key + certificate.props.encoded


def der(certificate):
    return ssl.PEM_cert_to_DER_cert(certificate.props.encoded)


def without_key():
    return Ws.Certificate.new_from_encoded(GLib.Bytes.new(certificate_for("a").props.encoded.encode()))


class TlsTest(mainloop.MainLoopCase):
    def setUp(self):
        self.certificate = certificate_for("one.example")
        self.server = Ws.Server.new()
        self.server.set_local_host("127.0.0.1")
        self.addCleanup(self.server.shutdown)
        self.tls = wsclient.any_certificate()

    def listen(self):
        self.server.set_ssl_cert(self.certificate)
        self.server.set_use_ssl(True)
        self.server.start_listening()
        self.port = self.server.props.local_port

    def shown(self, name="one.example"):
        """The certificate that a client which asks for the name is shown."""
        def look():
            with wsclient.connect(self.port, self.tls, name) as stream:
                return stream.getpeercert(binary_form=True)

        return self.run_in_thread(look)

    def visit(self, name="one.example", tls=None):
        """Opens a WebSocket and closes it."""
        def talk():
            with wsclient.Client(self.port, host=name, tls=tls or self.tls) as client:
                return client.close()

        return self.run_in_thread(talk)

    def assert_error(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as raised:
            function(*arguments)
        self.assertTrue(raised.exception.matches(Ws.error_quark(), code), raised.exception)
        return raised.exception.message


class PropertiesTest(TlsTest):
    def test_defaults(self):
        props = self.server.props
        self.assertIs(props.use_ssl, False)
        self.assertIsNone(props.ssl_cert)
        self.assertIs(props.ssl_authenticate_clients, False)
        self.assertEqual(props.ssl_provider, Ws.SslProvider.AUTOMATIC)
        self.assertEqual([int(value) for value in (Ws.SslProvider.AUTOMATIC, Ws.SslProvider.PLATFORM,
                                                   Ws.SslProvider.INTERNAL)], [0, 1, 2])

    def test_properties(self):
        told = []
        values = {
            "use-ssl": True, "ssl-cert": self.certificate, "ssl-authenticate-clients": True,
            "ssl-provider": Ws.SslProvider.INTERNAL,
        }
        self.server.connect("notify", lambda _server, spec: told.append(spec.name))
        for name, value in values.items():
            for _ in range(2):
                self.server.set_property(name, value)
                self.assertEqual(self.server.get_property(name), value)
        self.assertEqual(told, list(values))

    def test_setters(self):
        server = self.server
        for getter, setter, value in (
            (server.get_use_ssl, server.set_use_ssl, True),
            (server.get_ssl_cert, server.set_ssl_cert, self.certificate),
            (server.get_ssl_authenticate_clients, server.set_ssl_authenticate_clients, True),
            (server.get_ssl_provider, server.set_ssl_provider, Ws.SslProvider.PLATFORM),
        ):
            self.assertTrue(setter(value))
            self.assertEqual(getter(), value)

    def test_connection(self):
        seen = []

        def on_connected(_server, connection):
            props = connection.props
            negotiated = self.server.config(f"SSLNegotiatedCipherSuite[{props.connection_id}]")
            seen.append((props.tls_protocol, props.tls_cipher_suite, negotiated, props.peer_certificate))

        self.server.connect("connected", on_connected)
        self.listen()
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            self.tls.minimum_version = ssl.TLSVersion.TLSv1_2
            self.tls.maximum_version = version
            self.tls.minimum_version = version
            self.assertEqual(self.visit(), 1000)
            protocol, suite, negotiated, peer = seen.pop()
            self.assertEqual((protocol, negotiated, peer), (name, suite, None))
            self.assertTrue(suite.startswith("TLS_"), suite)

    def test_tls_connection(self):
        seen = []

        def on_connected(_server, connection):
            tls = connection.props.tls_connection
            self.assertIsInstance(tls, Gio.TlsServerConnection)
            self.assertEqual(tls.get_ciphersuite_name(), connection.props.tls_cipher_suite)
            with self.assertRaises(GLib.Error) as raised:
                tls.get_input_stream().read_bytes(1)
            self.assertTrue(raised.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_SUPPORTED))
            seen.append(tls.get_protocol_version())

        self.server.connect("connected", on_connected)
        self.listen()
        self.assertEqual(self.visit(), 1000)
        self.assertEqual(seen, [Gio.TlsProtocolVersion.TLS_1_3])


class ErrorsTest(TlsTest):
    def test_start(self):
        self.server.set_use_ssl(True)
        message = self.assert_error(Ws.Error.SERVER_CERT_NOT_FOUND, self.server.start_listening)
        self.assertTrue(message.startswith("[282] "), message)
        self.server.set_ssl_cert(without_key())
        self.assert_error(Ws.Error.CREDENTIALS, self.server.start_listening)
        self.assertIs(self.server.props.listening, False)
        self.server.set_ssl_cert(self.certificate)
        self.server.start_listening()

    def test_while_listening(self):
        self.listen()
        self.assert_error(Ws.Error.SERVER_CERT_NOT_FOUND, self.server.set_ssl_cert, None)
        self.assert_error(Ws.Error.CREDENTIALS, self.server.set_ssl_cert, without_key())
        self.assert_error(Ws.Error.CREDENTIALS, self.server.add_ssl_cert, without_key())
        self.assertEqual(self.server.props.ssl_cert, self.certificate)
        self.assertEqual(self.shown(), der(self.certificate))

    def test_property_emits(self):
        told = []
        self.server.connect("error", lambda _server, connection, code, text: told.append((connection, code, text)))
        self.listen()
        self.server.props.ssl_cert = without_key()
        self.assertEqual([(connection, code) for connection, code, _ in told], [(None, int(Ws.Error.CREDENTIALS))])
        self.assertEqual(self.server.props.ssl_cert, self.certificate)

    def test_settings(self):
        for setting, code in (
            ("SSLEnabledProtocols=48", Ws.Error.TLS_LIBRARY),
            ("SSLEnabledCipherSuites=TLS_NO_SUCH_SUITE", Ws.Error.CREDENTIALS),
        ):
            before = self.server.config(setting.split("=")[0])
            self.assertIn(setting.split("=")[0], self.assert_error(code, self.server.config, setting))
            self.assertEqual(self.server.config(setting.split("=")[0]), before)
        self.listen()
        self.server.set_ssl_authenticate_clients(True)
        self.assert_error(Ws.Error.CERT_STORE, self.server.config, "SSLClientCACerts=no certificate")


class SignalsTest(TlsTest):
    def test_status(self):
        lines = []
        self.server.connect("ssl-status", lambda _server, connection, line: lines.append(line))
        self.listen()
        self.visit()
        self.assertTrue(any("TLSv1.3" in line for line in lines), lines)
        self.assertTrue(all(isinstance(line, str) and "\n" not in line for line in lines))

    def test_connection_request(self):
        seen = []

        def on_request(_server, connection, request):
            self.assertIsInstance(connection, Ws.Connection)
            seen.append({spec.name: request.get_property(spec.name) for spec in request.list_properties()})

        self.server.connect("ssl-connection-request", on_request)
        self.listen()
        self.visit()
        seen = seen[0]
        self.assertEqual(seen["server-name"], "one.example")
        self.assertIn("TLS_AES_256_GCM_SHA384", seen["supported-cipher-suites"].split(","))
        self.assertGreater(len(seen["supported-signature-algs"].split(",")), 3)
        self.assertEqual((seen["cert-store"], seen["cert-password"], seen["cert-subject"]), ("", "", ""))
        self.assertEqual(seen["cert-store-type"], Ws.CertStoreType.USER)
        self.assertEqual((seen["certificate"], seen["cancelled"]), (None, False))

    def test_other_certificate(self):
        other = certificate_for("two.example")

        def on_request(_server, _connection, request):
            if request.props.server_name == "two.example":
                request.props.certificate = other
                self.assertEqual(request.props.certificate, other)

        self.server.connect("ssl-connection-request", on_request)
        self.listen()
        self.assertEqual(self.shown("two.example"), der(other))
        self.assertEqual(self.shown("one.example"), der(self.certificate))

    def test_other_store(self):
        other = certificate_for("two.example")

        def on_request(_server, _connection, request):
            for name, value in (("cert-store-type", Ws.CertStoreType.PEM_KEY_BLOB), ("cert-store", pem(other)),
                                ("cert-password", ""), ("cert-subject", "two.example")):
                request.set_property(name, value)
                self.assertEqual(request.get_property(name), value)

        self.server.connect("ssl-connection-request", on_request)
        self.listen()
        self.assertEqual(self.shown("two.example"), der(other))

    def test_store_that_fails(self):
        errors = []

        def on_request(_server, _connection, request):
            request.props.cert_store_type = Ws.CertStoreType.PFX_FILE
            request.props.cert_store = "/no/such/file"

        self.server.connect("ssl-connection-request", on_request)
        self.server.connect("error", lambda _server, _connection, code, text: errors.append((code, text)))
        self.listen()
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.shown()
        self.iterate_until(lambda: errors)
        self.assertEqual(errors[0][0], int(Ws.Error.CERT_STORE))
        self.assertIn("/no/such/file", errors[0][1])

    def test_refuse(self):
        self.server.connect("ssl-connection-request", lambda _server, _connection, request: request.refuse())
        self.listen()
        with self.assertRaisesRegex(ssl.SSLError, "(?i)unrecognized.name"):
            self.shown("three.example")

    def test_no_common_application_protocol(self):
        self.listen()
        for offer in (["h2", "http/1.1"], ["http/1.1"]):
            self.tls.set_alpn_protocols(offer)
            self.assertEqual(self.shown(), der(self.certificate))
        self.tls.set_alpn_protocols(["h2"])
        with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
            self.shown()

    def test_added(self):
        other = certificate_for("two.example")
        self.server.add_ssl_cert(other)
        self.listen()
        self.assertEqual(self.shown("two.example"), der(other))
        self.assertIs(self.server.remove_ssl_cert(other), True)
        self.assertIs(self.server.remove_ssl_cert(other), False)
        self.assertEqual(self.shown("two.example"), der(self.certificate))


class DeferredTest(TlsTest):
    def test_file(self):
        """The certificate is read from a file without blocking, and another client comes meanwhile."""
        other = certificate_for("two.example")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        file = pathlib.Path(folder.name, "two.pem")
        file.write_text(pem(other))
        order = []

        def on_loaded(source, result, request):
            _, content, _ = source.load_contents_finish(result)
            request.props.certificate = Ws.Certificate.new_from_store(
                Ws.CertStoreType.PEM_KEY_BLOB, GLib.Bytes.new(content), None, "*", None)
            order.append("completed")
            self.assertIs(request.complete(), True)
            self.assertIs(request.complete(), False)

        def on_request(_server, _connection, request):
            if request.props.server_name == "two.example":
                order.append("deferred")
                request.defer()
                GLib.timeout_add(50, lambda: Gio.File.new_for_path(str(file)).load_contents_async(
                    None, on_loaded, request))
            else:
                order.append("other")

        self.server.connect("ssl-connection-request", on_request)
        self.listen()

        def look():
            first = socket.create_connection(("127.0.0.1", self.port), wsclient.DEADLINE)
            results = []
            thread = threading.Thread(target=lambda: results.append(
                self.tls.wrap_socket(first, server_hostname="two.example")))
            thread.start()
            while "deferred" not in order:
                thread.join(0.01)
            wsclient.connect(self.port, self.tls, "one.example").close()
            thread.join()
            with results[0] as stream:
                return stream.getpeercert(binary_form=True)

        self.assertEqual(self.run_in_thread(look), der(other))
        self.assertEqual(order, ["deferred", "other", "completed"])

    def test_client_leaves(self):
        kept = []
        told = []

        def on_request(_server, _connection, request):
            request.defer()
            request.connect("notify::cancelled", lambda *_: told.append(request.props.cancelled))
            kept.append(request)

        self.server.connect("ssl-connection-request", on_request)
        self.listen()

        def leave():
            stream = socket.create_connection(("127.0.0.1", self.port), wsclient.DEADLINE)
            inner, outer = ssl.MemoryBIO(), ssl.MemoryBIO()
            with self.assertRaises(ssl.SSLWantReadError):
                self.tls.wrap_bio(inner, outer, server_hostname="one.example").do_handshake()
            stream.sendall(outer.read())
            while not kept:
                pass
            stream.close()

        self.run_in_thread(leave)
        self.iterate_until(lambda: told)
        self.assertEqual(told, [True])
        self.assertIs(kept[0].complete(), False)

    def test_dropped(self):
        """Nobody keeps the request: the client is refused."""
        self.server.connect("ssl-connection-request", lambda _server, _connection, request: request.defer())
        self.listen()
        with self.assertRaises(OSError):
            self.shown()


class ClientAuthenticationTest(TlsTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.ca = certificates.authority(folder.name)
        self.ada = certificates.leaf(folder.name, "ada", "/CN=Ada", ca=self.ca)
        self.seen = []
        self.errors = []
        self.server.connect("error", lambda _server, _connection, code, _text: self.errors.append(code))
        self.server.config("SSLClientCACerts=" + pathlib.Path(self.ca).read_text())
        self.server.set_ssl_authenticate_clients(True)

    def decide(self, decision):
        def on_authentication(_server, connection, authentication):
            self.seen.append({spec.name: authentication.get_property(spec.name)
                              for spec in authentication.list_properties()})
            if decision is not None:
                authentication.props.accept = decision
                self.assertIs(authentication.props.accept, decision)

        self.server.connect("ssl-client-authentication", on_authentication)
        self.listen()

    def test_accepted(self):
        peers = []
        self.server.connect("connected", lambda _server, connection: peers.append(
            connection.props.peer_certificate.props.subject))
        self.decide(None)
        self.tls.load_cert_chain(self.ada)
        self.visit()
        seen = self.seen[0]
        self.assertEqual((seen["cert-subject"], seen["cert-issuer"]), ("CN=Ada", "CN=Test authority"))
        self.assertEqual((seen["status"], seen["accept"]), ("OK", True))
        self.assertIsInstance(seen["cert-encoded"], GLib.Bytes)
        self.assertEqual(seen["cert-encoded"].get_data(), der(seen["certificate"]))
        self.assertEqual(peers, ["CN=Ada"])

    def test_against_the_verification(self):
        self.decide(False)
        self.tls.load_cert_chain(self.ada)
        with self.assertRaises((ssl.SSLError, ConnectionError, EOFError)):
            self.visit()
        self.iterate_until(lambda: self.errors)
        self.assertEqual(self.errors, [int(Ws.Error.CERT_NOT_VERIFIED)])

    def test_none(self):
        self.decide(None)
        with self.assertRaises((ssl.SSLError, ConnectionError, EOFError)):
            self.visit()
        self.iterate_until(lambda: self.errors)
        self.assertEqual(self.errors, [int(Ws.Error.CLIENT_CERT_NOT_FOUND)])
        seen = self.seen[0]
        self.assertEqual((seen["certificate"], seen["cert-subject"], seen["accept"]), (None, "", False))
        self.assertEqual(seen["cert-encoded"].get_size(), 0)

    def test_none_let_in(self):
        self.decide(True)
        self.assertEqual(self.visit(), 1000)
        self.assertEqual(self.errors, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)

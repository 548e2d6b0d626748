#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The typelib from Python: every property and signal, errors, bytes, an echo over a socket."""

import base64
import gc
import hashlib
import http.client
import os
import pathlib
import socket
import struct
import sys
import tempfile
import threading
import unittest
import unittest.mock
import urllib.error
import urllib.request

try:
    import gi
except ImportError:
    print("PyGObject is not installed")
    sys.exit(77)

gi.require_version("Ws", "1.0")
from gi.repository import Gio, GLib, GObject, Ws  # noqa: E402

import mainloop  # noqa: E402

DEADLINE_SECONDS = mainloop.DEADLINE_SECONDS
ACCEPT_SUFFIX = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Client:
    """A blocking WebSocket client made by hand; runs in a thread beside the main context."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_SECONDS)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.stream.close()
        self.socket.close()

    def open(self, target="/", extra=""):
        key = base64.b64encode(os.urandom(16))
        self.socket.sendall(
            f"GET {target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key.decode()}\r\n"
            f"Sec-WebSocket-Version: 13\r\n{extra}\r\n".encode()
        )
        status, headers = self.read_head()
        if status == 101:
            expected = base64.b64encode(hashlib.sha1(key + ACCEPT_SUFFIX).digest()).decode()
            assert headers["sec-websocket-accept"] == expected, headers
        return status, headers

    def get(self, target):
        self.socket.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        status, headers = self.read_head()
        return status, headers, self.stream.read(int(headers["content-length"]))

    def read_head(self):
        status = int(self.stream.readline().split()[1])
        headers = {}
        while (line := self.stream.readline()) != b"\r\n":
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return status, headers

    def send(self, opcode, payload):
        mask = os.urandom(4)
        length = len(payload)
        if length < 126:
            header = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        elif length < 65536:
            header = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
        else:
            header = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(header + mask + masked)

    def receive(self):
        first, second = self.stream.read(2)
        assert first & 0x80, "a fragment"
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", self.stream.read(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self.stream.read(8))
        return first & 0x0F, self.stream.read(length)

    def close(self, code, reason=""):
        self.send(CLOSE, struct.pack("!H", code) + reason.encode())
        opcode, payload = self.receive()
        assert opcode == CLOSE and struct.unpack("!H", payload[:2])[0] == code
        assert self.stream.read() == b""


def classes():
    """Every GObject class of the namespace."""
    for name in dir(Ws):
        kind = getattr(Ws, name)
        if isinstance(kind, type) and issubclass(kind, GObject.Object):
            yield kind


class ServerTest(mainloop.MainLoopCase):
    def setUp(self):
        self.server = Ws.Server.new()
        self.server.set_local_host("127.0.0.1")
        self.server.start_listening()
        self.port = self.server.get_local_port()

    def tearDown(self):
        self.server.shutdown()
        self.iterate_until(lambda: self.server.get_connections().get_n_items() == 0)

    def run_client(self, talk):
        """Runs talk (client) in a thread while the main context is iterated."""
        def connect_and_talk():
            with Client(self.port) as client:
                return talk(client)

        return self.run_in_thread(connect_and_talk)

    def read_every_property(self, instance):
        names = [pspec.name for pspec in instance.list_properties()
                 if pspec.flags & GObject.ParamFlags.READABLE]
        for name in names:
            instance.get_property(name)
        return set(names)

    def test_every_class_is_named(self):
        names = {kind.__name__ for kind in classes()}
        self.assertLessEqual(
            {"Server", "Connection", "ConnectionMap", "ConnectionRequest", "OpenRequest", "HttpRequest"},
            names)

    def test_server_properties(self):
        self.assertLessEqual(
            {"connection-backlog", "connections", "default-timeout", "listening", "local-host",
             "local-port"},
            self.read_every_property(self.server))
        self.assertIs(self.server.props.listening, True)
        self.assertEqual(self.server.props.local_host, "127.0.0.1")
        self.assertEqual(self.server.props.local_port, self.port)
        self.assertIsInstance(self.server.props.connections, Gio.ListModel)
        self.server.props.default_timeout = 3
        self.assertEqual(self.server.get_default_timeout(), 3)
        self.server.props.default_timeout = 0

    def test_every_signal_and_property(self):
        seen = {}
        properties = {}
        open_answers = []

        def keep(name):
            def handler(*arguments):
                seen.setdefault(name, []).append(arguments[1:])
                for argument in arguments:
                    if isinstance(argument, GObject.Object):
                        kind = type(argument).__name__
                        properties[kind] = self.read_every_property(argument)
            return handler

        names = GObject.signal_list_names(Ws.Server)
        self.assertLessEqual(
            {"connected", "connection-request", "data-in", "disconnected", "error", "log", "ping",
             "ready-to-send", "web-socket-open-request", "http-request"}, set(names))
        for name in names:
            self.server.connect(name, keep(name))
        self.server.connect("web-socket-open-request",
                            lambda _server, _connection, request: open_answers.append(
                                (request.get_request_uri(), request.get_request_header("x-test"))))

        def talk(client):
            client.open("/signals?a=b", "X-Test: yes\r\nOrigin: https://example.org\r\n")
            client.send(TEXT, b"text")
            client.send(BINARY, bytes(range(256)))
            client.send(PING, b"\x00ping")
            assert client.receive() == (PONG, b"\x00ping")
            client.close(4001, "done")

        self.run_client(talk)
        self.run_client(lambda client: client.get("/page"))
        self.server.set_property("local-port", 1)
        self.iterate_until(lambda: "disconnected" in seen)

        for name in ("connected", "connection-request", "data-in", "disconnected", "error", "log",
                     "ping", "ready-to-send", "web-socket-open-request", "http-request"):
            self.assertIn(name, seen)
        for kind in ("Server", "Connection", "ConnectionRequest", "OpenRequest", "HttpRequest"):
            self.assertIn(kind, properties)
        self.assertEqual(open_answers, [("/signals?a=b", "yes")])

        self.check_data(seen)
        self.assertEqual(seen["disconnected"][0][1:], (4001, "done"))
        self.assertEqual(seen["error"][0][0:2], (None, int(Ws.Error.LOCAL_PORT_FIXED)))
        self.assertLessEqual(
            {"accept-data", "bytes-sent", "connected", "connection-id", "data-format", "host",
             "line-mode", "local-address", "origin", "ready-to-send", "remote-host", "remote-port",
             "request-headers", "request-uri", "sub-protocols", "timeout", "sub-protocol",
             "extensions", "local-port", "bytes-received", "messages-sent", "messages-received",
             "remote-address"}, properties["Connection"])

    def check_data(self, seen):
        first, second = seen["data-in"]
        self.assertIsInstance(first[2], GLib.Bytes)
        self.assertEqual(first[1], Ws.DataFormat.TEXT)
        self.assertEqual(first[2].get_data(), b"text")
        self.assertEqual(first[3:], (True, False))
        self.assertEqual(second[1], Ws.DataFormat.BINARY)
        self.assertEqual(second[2].get_data(), bytes(range(256)))
        connection, payload, response = seen["ping"][0]
        self.assertIsInstance(connection, Ws.Connection)
        self.assertEqual(payload.get_data(), b"\x00ping")
        self.assertIs(response, False)

    def test_echo(self):
        self.server.config("BufferMessage=True")

        def data_in(_server, connection, data_format, data, _eom, _eol):
            connection.set_data_format(data_format)
            connection.send(data)

        self.server.connect("data-in", data_in)

        def talk(client):
            client.open()
            for length in (0, 1, 125, 126, 65535, 65536):
                client.send(TEXT, b"x" * length)
                assert client.receive() == (TEXT, b"x" * length)
                client.send(BINARY, b"\xff" * length)
                assert client.receive() == (BINARY, b"\xff" * length)
            client.close(1000)

        self.run_client(talk)

    def test_send_forms(self):
        def connected(server, connection):
            connection.send_text("grüß")
            server.send_text(connection.get_connection_id(), "by id")
            connection.send_bytes(GLib.Bytes.new(b"\x00\x01"))
            # A C string would end at U+0000, so such text is refused as a whole.
            for send in (connection.send_text, lambda text: server.send_text(connection.get_connection_id(), text),
                         lambda text: connection.close(1000, text)):
                self.assertRaises(ValueError, send, "a\0b")
            connection.send_data(Ws.DataFormat.TEXT, b"a\0b")

        self.server.connect("connected", connected)

        def talk(client):
            client.open()
            assert client.receive() == (TEXT, "grüß".encode())
            assert client.receive() == (TEXT, b"by id")
            assert client.receive() == (BINARY, b"\x00\x01")
            assert client.receive() == (TEXT, b"a\0b")
            client.close(1000)

        self.run_client(talk)

    def test_message_func(self):
        messages = []

        def message(connection, format, data, *rest):  # PyGObject may pass the length, too
            messages.append((format, bytes(data), rest[-1]))
            connection.send_data(format, b"re: " + bytes(data))

        self.server.set_message_func(message, "first")
        self.server.connect("data-in", lambda *_arguments: self.fail("data-in beside a message function"))

        def talk(client):
            client.open()
            for opcode, payload in ((TEXT, b"text"), (BINARY, b"\x00\xff" * 40000), (BINARY, b"")):
                client.send(opcode, payload)
                assert client.receive() == (opcode, b"re: " + payload)
            client.close(1000)

        self.run_client(talk)
        self.assertEqual([len(data) for _format, data, _rest in messages], [4, 80000, 0])
        self.assertEqual(messages[0], (Ws.DataFormat.TEXT, b"text", "first"))
        self.server.set_message_func(None)

    def test_broadcast(self):
        asked = []

        def pick(connection, *user_data):
            asked.append(user_data)
            return connection.get_request_uri() == "/yes"

        def data_in(server, connection, format, data, _eom, _eol):
            taken.append(server.broadcast(Ws.DataFormat.TEXT, data, pick, 7))
            taken.append(server.broadcast(Ws.DataFormat.BINARY, data, None))

        taken = []
        self.server.connect("data-in", data_in)

        def talk(client):
            client.open("/no")
            with Client(self.port) as other:
                other.open("/yes")
                client.send(TEXT, b"news")
                assert client.receive() == (BINARY, b"news")
                assert other.receive() == (TEXT, b"news")
                assert other.receive() == (BINARY, b"news")
                other.close(1000)
            client.close(1000)

        self.run_client(talk)
        self.assertEqual(taken, [1, 2])
        self.assertEqual(asked, [(7,), (7,)])
        with self.assertRaises(GLib.Error) as caught:
            self.server.broadcast(Ws.DataFormat.TEXT, GLib.Bytes.new(b"\xff"), None)
        self.assertEqual(caught.exception.code, Ws.Error.INVALID_ARGUMENT)

    def test_send_from_threads(self):
        senders, told, failed = [], [], []

        def sent(connection, result):
            told.append((threading.current_thread(), connection.send_finish(result)))

        def work(connection, number):
            for sequence in range(100):
                connection.send_async(Ws.DataFormat.TEXT, GLib.Bytes.new(f"{number} {sequence}".encode()), None,
                                      sent if number else None)

        def connected(_server, connection):
            for number in range(3):
                senders.append(threading.Thread(target=work, args=(connection, number)))
                senders[-1].start()
            kept.append(connection)

        def talk(client):
            client.open()
            expected = [0, 0, 0]
            for _ in range(300):
                opcode, payload = client.receive()
                number, sequence = map(int, payload.split())
                assert opcode == TEXT and sequence == expected[number], (payload, expected)
                expected[number] += 1
            client.close(1000)

        kept = []
        self.server.connect("connected", connected)
        self.run_client(talk)
        for thread in senders:
            thread.join()
        self.iterate_until(lambda: len(told) == 200)
        self.assertEqual(set(told), {(threading.main_thread(), True)})

        def ended(connection, result):
            try:
                connection.send_finish(result)
            except GLib.Error as error:
                failed.append(error.code)

        def work_late(connection):
            connection.send_async(Ws.DataFormat.TEXT, GLib.Bytes.new(b"late"), None, ended)

        self.iterate_until(lambda: not kept[0].get_connected())
        thread = threading.Thread(target=work_late, args=(kept.pop(),))
        thread.start()
        self.iterate_until(lambda: failed)
        thread.join()
        self.assertEqual(failed, [Ws.Error.SENDING])

    def test_open_request(self):
        def open_request(_server, _connection, request):
            self.assertEqual(request.props.sub_protocols, "chat, superchat")
            request.props.sub_protocols = "superchat"
            request.props.response_headers = "X-From: Python\r\n"

        self.server.connect("web-socket-open-request", open_request)

        def talk(client):
            status, headers = client.open("/", "Sec-WebSocket-Protocol: chat, superchat\r\n")
            client.close(1000)
            return status, headers

        status, headers = self.run_client(talk)
        self.assertEqual(status, 101)
        self.assertEqual(headers["sec-websocket-protocol"], "superchat")
        self.assertEqual(headers["x-from"], "Python")

    def test_deferred(self):
        def open_request(_server, _connection, request):
            request.defer()
            GLib.idle_add(complete, request)

        def complete(request):
            request.set_status_code(403)
            self.assertTrue(request.complete())
            return GLib.SOURCE_REMOVE

        self.server.connect("web-socket-open-request", open_request)
        status, _headers = self.run_client(lambda client: client.open())
        self.assertEqual(status, 403)

    def test_refuse_by_default(self):
        def raising(*_arguments):
            raise RuntimeError("a handler that fails")

        def accepting(_server, _connection, request):
            request.props.status_code = 101

        raised = []
        self.server.config("RefuseByDefault=True")
        handler = self.server.connect("web-socket-open-request", raising)
        with unittest.mock.patch("sys.excepthook", lambda _type, value, _traceback: raised.append(str(value))):
            status, _headers = self.run_client(lambda client: client.open())
        self.assertEqual(raised, ["a handler that fails"])
        self.assertEqual(status, 403)

        self.server.disconnect(handler)
        self.server.connect("web-socket-open-request", accepting)
        status, _headers = self.run_client(lambda client: client.open())
        self.assertEqual(status, 101)

    def test_http_request(self):
        def http_request(_server, _connection, request):
            request.set_status_code(200)
            request.set_content_type("text/html")
            request.set_body(GLib.Bytes.new(b"<p>" + request.get_request_uri().encode()))

        self.server.connect("http-request", http_request)
        status, headers, body = self.run_client(lambda client: client.get("/page"))
        self.assertEqual((status, headers["content-type"], body), (200, "text/html", b"<p>/page"))

    def test_http_body(self):
        def http_request(_server, _connection, request):
            request.defer()
            GLib.idle_add(answer, request)

        def answer(request):
            request.set_status_code(200)
            request.set_body(GLib.Bytes.new(request.get_method().encode() + request.get_request_body().get_data()))
            self.assertTrue(request.complete())
            return GLib.SOURCE_REMOVE

        def talk(_client):
            connection = http.client.HTTPConnection("127.0.0.1", self.server.get_local_port(), timeout=20)
            answers = []
            for body in (b"first", b"second", iter((b"chunk", b"ed"))):
                connection.request("PUT", "/form", body)
                response = connection.getresponse()
                answers.append((response.status, response.read()))
            connection.close()
            return answers

        self.server.config("MaxHttpBodySize=100")
        self.server.connect("http-request", http_request)
        self.assertEqual(self.run_client(talk), [(200, b"PUTfirst"), (200, b"PUTsecond"), (200, b"PUTchunked")])

    def test_serve_folder(self):
        def talk(_client):
            base = f"http://127.0.0.1:{self.server.get_local_port()}"
            with urllib.request.urlopen(f"{base}/", timeout=20) as response:
                page = (response.status, response.headers["Content-Type"], response.read())
            statuses = []
            for path in ("/%2e%2e/etc/passwd", "/.hidden", "/file"):
                try:
                    with urllib.request.urlopen(base + path, timeout=20) as response:
                        statuses.append(response.read())
                except urllib.error.HTTPError as error:
                    error.close()
                    statuses.append(error.code)
            return page, statuses

        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "index.html").write_text("<p>page", encoding="utf-8")
            pathlib.Path(folder, ".hidden").write_text("hidden", encoding="utf-8")
            file = pathlib.Path(folder, "answer.txt")
            file.write_text("file", encoding="utf-8")

            def http_request(_server, _connection, request):
                if request.get_request_uri() == "/file":
                    self.assertTrue(request.respond_file(Gio.File.new_for_path(str(file))))

            self.server.connect("http-request", http_request)
            self.assertTrue(self.server.serve_folder("/", Gio.File.new_for_path(folder)))
            page, statuses = self.run_client(talk)
            with self.assertRaises(GLib.Error) as caught:
                self.server.serve_folder("/", Gio.File.new_for_path(str(file)))
        self.assertEqual(page, (200, "text/html; charset=utf-8", b"<p>page"))
        self.assertEqual(statuses, [404, 404, b"file"])
        self.assertTrue(caught.exception.matches(Ws.error_quark(), Ws.Error.INVALID_ARGUMENT))

    def test_secure_for_loopback(self):
        with self.assertRaises(GLib.Error) as caught:
            self.server.secure_for_loopback()
        self.assertTrue(caught.exception.matches(Ws.error_quark(), Ws.Error.ALREADY_LISTENING))
        self.server.stop_listening()
        token = self.server.secure_for_loopback()
        self.server.start_listening()
        statuses = []

        def talk():
            base = f"http://127.0.0.1:{self.server.get_local_port()}/"
            jar = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            for url in (base, f"{base}?token={token}", base):
                try:
                    with jar.open(url, timeout=20) as response:
                        statuses.append(response.read())
                except urllib.error.HTTPError as error:
                    error.close()
                    statuses.append(error.code)

        def http_request(_server, _connection, request):
            request.set_status_code(200)
            request.set_body(GLib.Bytes.new(b"page"))

        self.server.connect("http-request", http_request)
        self.assertEqual(len(token), 43)
        thread = threading.Thread(target=talk)
        thread.start()
        self.iterate_until(lambda: not thread.is_alive())
        # Without the token, with it, and with the cookie that the page has set.
        self.assertEqual(statuses, [403, b"page", b"page"])

        other = Ws.Server(local_host="0.0.0.0")
        with self.assertRaises(GLib.Error) as caught:
            other.secure_for_loopback()
        self.assertTrue(caught.exception.matches(Ws.error_quark(), Ws.Error.INVALID_ARGUMENT))

    def test_ping_async(self):
        round_trips = []

        def pinged(connection, result):
            round_trips.append(connection.send_ping_finish(result))

        self.server.connect("connected",
                            lambda _server, connection: connection.send_ping_async(None, pinged))

        def talk(client):
            client.open()
            opcode, payload = client.receive()
            assert opcode == PING
            client.send(PONG, payload)
            client.close(1000)

        self.run_client(talk)
        self.assertEqual(len(round_trips), 1)
        self.assertGreaterEqual(round_trips[0], 0)

    def test_errors(self):
        def assert_error(code, function, *arguments):
            with self.assertRaises(GLib.Error) as raised:
                function(*arguments)
            self.assertEqual(raised.exception.domain, GLib.quark_to_string(Ws.error_quark()))
            self.assertTrue(raised.exception.matches(Ws.error_quark(), code))
            return raised.exception.message

        assert_error(Ws.Error.ALREADY_LISTENING, self.server.start_listening)
        assert_error(Ws.Error.LOCAL_PORT_FIXED, self.server.set_local_port, 1)
        assert_error(Ws.Error.INVALID_CONNECTION_ID, self.server.send_text, "nobody", "a")
        message = assert_error(Ws.Error.INVALID_ARGUMENT, self.server.config, "NoSuchSetting=1")
        self.assertIn("NoSuchSetting", message)
        second = Ws.Server.new()
        second.set_local_host("127.0.0.1")
        second.set_local_port(self.port)
        message = assert_error(Ws.Error.ADDRESS_IN_USE, second.start_listening)
        self.assertTrue(message.startswith("[10048] "), message)
        self.assertEqual(int(Ws.Error.ADDRESS_IN_USE), 10048)

    def test_finalised(self):
        server = Ws.Server.new()
        server.connect("connected", lambda *_arguments: None)
        alive = server.weak_ref()
        del server
        gc.collect()
        self.assertIsNone(alive())


class CertificateTest(unittest.TestCase):
    def test_self_signed(self):
        made = Ws.Certificate.new_self_signed(["localhost", "127.0.0.1"], 2)
        self.assertEqual(made.props.subject, "CN=localhost")
        self.assertEqual(made.props.subject_alt_names, "localhost,127.0.0.1")
        self.assertTrue(made.props.private_key_available)
        left = made.props.expiration_time.difference(GLib.DateTime.new_now_utc())
        self.assertAlmostEqual(left / GLib.TIME_SPAN_DAY, 2, delta=0.01)

        bundle = (made.props.private_key + made.props.encoded).encode()
        read = Ws.Certificate.new_from_store(
            Ws.CertStoreType.PEM_KEY_BLOB, GLib.Bytes.new(bundle), None, "localhost", None
        )
        self.assertEqual(read.props.thumbprint_sha256, made.props.thumbprint_sha256)
        self.assertEqual(read.props.store_b.get_data(), bundle)

        by_properties = Ws.Certificate(store_type=Ws.CertStoreType.AUTO, store=bundle.decode(), subject="*")
        self.assertTrue(by_properties.props.private_key_available)

    def test_failure(self):
        with self.assertRaises(GLib.Error) as caught:
            Ws.Certificate.new_from_store(Ws.CertStoreType.JKS_FILE, GLib.Bytes.new(b"a.jks"), None, None, None)
        self.assertTrue(caught.exception.matches(Ws.error_quark(), Ws.Error.CERT_STORE))
        self.assertIn("keytool", caught.exception.message)


if __name__ == "__main__":
    unittest.main(verbosity=2)

# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-demo.py WS-DEMO: runs the demo and talks to its page, its echo and its chat."""
import base64
import hashlib
import json
import re
import signal
import socket
import subprocess
import sys
import unittest

import wsclient

PAGE = re.compile(r"http://127\.0\.0\.1:(\d+)/")
SECURE_PAGE = re.compile(r"https://127\.0\.0\.1:(\d+)/")
FINGERPRINT = re.compile(r"^((?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2})\.$")
PRESS = re.compile("Ctrl-C")


class ChatClient(wsclient.Client):
    """A client of the room; it joins when it has a name."""

    def __init__(self, port, name=None, headers=(), host="127.0.0.1", tls=None):
        super().__init__(port, "/chat", headers, host, tls)
        if name is not None:
            self.tell(type="join", name=name)
            self.welcome = self.hear()

    def tell(self, **message):
        self.send(wsclient.TEXT, json.dumps(message).encode())

    def hear(self):
        opcode, payload = self.receive()
        assert opcode == wsclient.TEXT, (opcode, payload)
        return json.loads(payload)


class DemoTestCase(unittest.TestCase):
    demo = None
    arguments = ("--port", "0", "--tls-port", "0")
    tls = None
    scheme = "http"

    def setUp(self):
        self.program = self.enter(wsclient.Program(self.demo, *self.arguments))
        self.plain_port = int(self.program.wait_line(PAGE)[1])
        self.secure_port = int(self.program.wait_line(SECURE_PAGE)[1])
        self.port = self.plain_port if self.tls is None else self.secure_port
        self.fingerprint = self.program.wait_line(FINGERPRINT)[1]
        self.program.wait_line(PRESS)

    def enter(self, manager):
        self.addCleanup(manager.__exit__, None, None, None)
        return manager.__enter__()

    def join(self, name, **keywords):
        return self.enter(ChatClient(self.port, name, tls=self.tls, **keywords))

    def open(self, *arguments):
        return self.enter(wsclient.Client(self.port, *arguments, tls=self.tls))

    def get(self, *arguments):
        return wsclient.http_get(self.port, *arguments, tls=self.tls)

    def hear(self, client, **expected):
        message = client.hear()
        self.assertEqual({name: message.get(name) for name in expected}, expected)
        return message


class HttpTest(DemoTestCase):
    def test_page(self):
        status, headers, body = self.get("/")
        self.assertEqual(status, 200)
        self.assertEqual(headers["content-type"], "text/html; charset=utf-8")
        self.assertEqual(int(headers["content-length"]), len(body))
        self.assertIn(b"<title>WsServer chat</title>", body)
        self.assertNotIn(b"@CHAT_", body)

    def test_page_stands_alone(self):
        body = self.get("/")[2].decode()
        self.assertIsNone(re.search(r'(?:src|href)="(?!data:)', body))
        self.assertNotIn("innerHTML", body)

    def test_content_security_policy_fits(self):
        _, headers, body = self.get("/")
        policy = headers["content-security-policy"]
        for tag in (b"script", b"style"):
            text = re.search(b"<%s>(.*?)</%s>" % (tag, tag), body, re.DOTALL)[1]
            digest = base64.b64encode(hashlib.sha256(text).digest()).decode()
            self.assertIn(f"{tag.decode()}-src 'sha256-{digest}'", policy)
        self.assertIn(f"ws://127.0.0.1:{self.plain_port}", policy)
        self.assertIn(f"wss://127.0.0.1:{self.secure_port}", policy)

    def test_head(self):
        status, _, body = self.get("/", "HEAD")
        self.assertEqual((status, body), (200, b""))

    def test_others(self):
        self.assertEqual(self.get("/?from=test")[0], 200)
        self.assertEqual(self.get("/health")[::2], (200, b"ok\n"))
        self.assertEqual(self.get("/chat")[0], 426)
        self.assertEqual(self.get("/elsewhere")[0], 404)


class OpeningTest(DemoTestCase):
    def check_refused(self, status, *arguments):
        with self.assertRaises(wsclient.Refused) as refused:
            self.open(*arguments)
        self.assertEqual(refused.exception.status, status)

    def test_unknown_path(self):
        self.check_refused(404, "/elsewhere")

    def test_origin(self):
        for host in ("127.0.0.1", "localhost"):
            self.join("Ada", headers=[f"Origin: {self.scheme}://{host}:{self.port}"], host=host)
        self.check_refused(403, "/chat", ["Origin: http://elsewhere.example"])
        self.check_refused(403, "/chat", [f"Origin: {self.scheme}://localhost:{self.port}"])
        self.check_refused(403, "/echo", ["Origin: null"])
        other = "https" if self.tls is None else "http"
        self.check_refused(403, "/chat", [f"Origin: {other}://127.0.0.1:{self.port}"])

    def test_name_that_somebody_else_points_here(self):
        host = "elsewhere.example"
        self.check_refused(403, "/chat", [f"Origin: {self.scheme}://{host}:{self.port}"], host)

    def test_sub_protocol(self):
        header = "Sec-WebSocket-Protocol: something, ws-demo-chat"
        client = self.join("Ada", headers=[header])
        self.assertEqual(client.headers["sec-websocket-protocol"], "ws-demo-chat")
        self.assertNotIn("sec-websocket-protocol", self.join("Grace").headers)


class AnyAddressTest(OpeningTest):
    """The same on every address, where the names are not known beforehand."""

    arguments = ("--port", "0", "--tls-port", "0", "--host", "0.0.0.0")
    test_name_that_somebody_else_points_here = None


class EchoTest(DemoTestCase):
    def test_echo(self):
        client = self.open("/echo?from=test")
        for opcode in (wsclient.TEXT, wsclient.BINARY):
            for length in (0, 125, 126, 65535, 65536, 1 << 20):
                client.send(opcode, b"e" * length)
                self.assertEqual(client.receive(), (opcode, b"e" * length))


class ChatTest(DemoTestCase):
    def test_join_say_leave(self):
        ada = self.join("Ada")
        self.assertEqual(ada.welcome["name"], "Ada")
        self.assertEqual([person["name"] for person in ada.welcome["people"]], ["Ada"])

        grace = self.join("Grace")
        self.assertEqual([person["name"] for person in grace.welcome["people"]], ["Ada", "Grace"])
        self.hear(ada, type="joined", name="Grace", id=grace.welcome["id"])

        grace.tell(type="say", text="Hello, Ada!  ")
        for client in (ada, grace):
            self.hear(client, type="message", name="Grace", text="Hello, Ada!", serial=1)

        self.assertEqual(grace.close(), 1000)
        self.hear(ada, type="left", name="Grace", id=grace.welcome["id"])

    def test_names(self):
        ada = self.join("  Ada \t  Lovelace\n ")
        self.assertEqual(ada.welcome["name"], "Ada Lovelace")
        self.assertEqual(self.join("ada lovelace").welcome["name"], "ada lovelace 2")
        self.assertEqual(self.join(" \x1b\u200b").welcome["name"], "Guest")
        self.assertEqual(self.join("x" * 100).welcome["name"], "x" * 24)
        self.assertEqual(self.join('<b>"\\').welcome["name"], '<b>"\\')

    def test_rename(self):
        ada = self.join("Ada")
        ada.tell(type="rename", name="Countess")
        self.hear(ada, type="renamed", name="Countess", old="Ada")
        self.assertEqual(self.join("Countess").welcome["name"], "Countess 2")

    def test_ping(self):
        client = self.join(None)
        client.tell(type="ping", id=7)
        self.assertEqual(client.hear(), {"type": "pong", "id": "7"})

    def test_recent(self):
        ada = self.join("Ada")
        for number in range(60):
            ada.tell(type="say", text=f"number {number}")
        ada.tell(type="ping", id="all")
        while ada.hear()["type"] != "pong":
            pass
        recent = self.join("Grace").welcome["recent"]
        self.assertEqual([m["text"] for m in recent], [f"number {i}" for i in range(10, 60)])

    def test_characters_survive(self):
        ada = self.join("Ada")
        for text in ('"quoted" \\ /', "line\nand\ttab", "Grüße 世界 🌍", "<script>alert(1)</script>"):
            for ascii_only in (True, False):
                message = json.dumps({"type": "say", "text": text}, ensure_ascii=ascii_only)
                ada.send(wsclient.TEXT, message.encode())
                self.hear(ada, type="message", text=text)
        ada.send(wsclient.TEXT, rb'{"type":"say","text":"a\ud800b\u0000c\ud83d\u0041"}')
        self.hear(ada, type="message", text="a\ufffdb\ufffdc\ufffdA")

    def test_nonsense_is_answered(self):
        ada = self.join(None)
        ada.tell(type="say", text="too early")
        self.hear(ada, type="error")
        nonsense = (
            "", "x", "[]", "{", "{}", '{"type"}', '{"type":}', '{"type":"say",}', '{"a":1}}',
            '{"type":"dance"}', '{"type":"join"}', '{"type":"join","name":["x"]}', '{"a":01}',
            '{"a":"\n"}', r'{"a":"\x"}', r'{"a":"\u12"}', '{"a":tru}', '{"a":"', '{"a":-}',
            '{"a" 1}', '{"a":"\\', r'{"a":"\ud800\u12"}', "\x00", f'{{"a":{"9" * 40}}}',
        )
        for text in nonsense:
            with self.subTest(text=text):
                ada.send(wsclient.TEXT, text.encode())
                self.hear(ada, type="error")
        ada.tell(type="join", name="Ada")
        self.hear(ada, type="welcome", name="Ada")
        ada.tell(type="join", name="Ada")
        self.hear(ada, type="error")

    def test_too_long(self):
        ada = self.join("Ada")
        ada.tell(type="say", text="🌍" * 2000)
        self.hear(ada, type="message", text="🌍" * 2000)
        ada.tell(type="say", text="x" * 2001)
        self.hear(ada, type="error")
        ada.tell(type="say", text="x" * 40000)
        self.assertEqual(ada.receive_close(), 1009)

    def test_binary_is_refused(self):
        ada = self.join("Ada")
        ada.send(wsclient.BINARY, b"{}")
        self.assertEqual(ada.receive_close(), 1003)


class EndingTest(DemoTestCase):
    def check_ending(self, number):
        clients = [self.join("Ada"), self.open("/echo")]
        self.program.process.send_signal(number)
        for client in clients:
            self.assertEqual(client.receive_close(), 1001)
            client.send(wsclient.CLOSE, b"\x03\xe9")
            self.assertEqual(client.stream.recv(1), b"")
        self.assertEqual(self.program.process.wait(wsclient.DEADLINE), 0)

    def test_interrupt(self):
        self.check_ending(signal.SIGINT)

    def test_terminate(self):
        self.check_ending(signal.SIGTERM)

    def test_client_that_does_not_answer(self):
        client = self.join("Ada")
        self.assertEqual(self.program.stop(), 0)
        self.assertEqual(client.receive_close(), 1001)

    def test_without_clients(self):
        self.assertEqual(self.program.stop(), 0)


class PingTest(DemoTestCase):
    arguments = ("--port", "0", "--tls-port", "0", "--ping-interval", "1", "--verbose")

    def test_ping_interval(self):
        client = self.open("/echo")
        opcode, payload = client.receive()
        self.assertEqual(opcode, wsclient.PING)
        client.send(wsclient.PONG, payload)
        self.program.wait_line(re.compile(r"pong after \d+\.\d ms"))


class Secure:
    """Over TLS what came in plain text."""

    tls = wsclient.any_certificate()
    scheme = "https"


class SecureHttpTest(Secure, HttpTest):
    def test_certificate(self):
        with wsclient.connect(self.port, self.tls) as stream:
            digest = hashlib.sha256(stream.getpeercert(binary_form=True)).digest()
        self.assertEqual(digest.hex(":"), self.fingerprint.lower())

    def test_plain_text(self):
        self.assertEqual(wsclient.http_get(self.port, "/")[0], 400)


class SecureOpeningTest(Secure, OpeningTest):
    pass


class SecureEchoTest(Secure, EchoTest):
    pass


class SecureChatTest(Secure, ChatTest):
    def test_meets_those_in_plain_text(self):
        ada = self.join("Ada")
        grace = self.enter(ChatClient(self.plain_port, "Grace"))
        self.assertNotEqual(ada.welcome["id"], grace.welcome["id"])
        self.hear(ada, type="joined", name="Grace")
        grace.tell(type="say", text="Hello")
        for client in (ada, grace):
            self.hear(client, type="message", name="Grace", text="Hello")


class SecureEndingTest(Secure, EndingTest):
    pass


class SecurePingTest(Secure, PingTest):
    pass


class OptionsTest(unittest.TestCase):
    def run_demo(self, *arguments):
        return subprocess.run([DemoTestCase.demo, *arguments], capture_output=True, text=True,
                              timeout=wsclient.DEADLINE, check=False)

    def test_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            for arguments in (("--port", port), ("--port", "0", "--tls-port", port)):
                result = self.run_demo(*arguments)
                self.assertEqual(result.returncode, 1)
                self.assertIn("[10048]", result.stderr)

    def test_default_port_that_is_taken(self):
        try:
            taken = socket.create_server(("127.0.0.1", 8080))
        except OSError:
            taken = socket.socket()  # somebody else has it: just as well
        with taken, wsclient.Program(DemoTestCase.demo) as program:
            self.assertNotEqual(program.wait_line(PAGE)[1], "8080")
            self.assertEqual(program.stop(), 0)

    def test_nonsense(self):
        for arguments in (
            ("--port", "70000"), ("--port", "x"), ("--tls-port", "65536"), ("more",), ("--host", "no such host"),
            ("--host", "/tmp/socket"),
        ):
            with self.subTest(arguments=arguments):
                result = self.run_demo(*arguments)
                self.assertEqual(result.returncode, 1)
                self.assertRegex(result.stderr, "^ws-demo: .")


if __name__ == "__main__":
    wsclient.leave_orderly()
    DemoTestCase.demo = sys.argv[1]
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)

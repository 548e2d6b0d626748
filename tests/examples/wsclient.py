# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A WebSocket client that writes its frames by hand, and a way to run the programs under test."""
import atexit
import base64
import hashlib
import os
import queue
import signal
import socket
import ssl
import struct
import subprocess
import threading
import time

DEADLINE = 20  # seconds

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def any_certificate():
    """For TLS with a server whose certificate it has made itself."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(port, tls=None, host="127.0.0.1", source="127.0.0.1"):
    """A socket, with TLS if there is an ssl.SSLContext; host is the name to ask for then."""
    stream = socket.create_connection(("127.0.0.1", port), DEADLINE, (source, 0))
    if tls is None:
        return stream
    try:
        return tls.wrap_socket(stream, server_hostname=host)
    except BaseException:
        stream.close()
        raise


def http_get(port, path, method="GET", tls=None):
    """Status, headers (names in lower case) and body of one answer, read to its end."""
    with connect(port, tls) as stream:
        stream.sendall(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while chunk := stream.recv(65536):
            answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    status, headers = parse_head(head.decode())
    return status, headers, body


def parse_head(head):
    status_line, *lines = head.split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return int(status_line.split()[1]), headers


def leave_orderly():
    """Lets SIGTERM, which a test that takes too long gets, end this process as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


class Refused(Exception):
    """The opening handshake was answered with another status than 101."""

    def __init__(self, status):
        super().__init__(f"status {status}")
        self.status = status


class Client:
    """One connection. RFC 6455."""

    def __init__(self, port, path="/", headers=(), host="127.0.0.1", tls=None, source="127.0.0.1"):
        self.stream = connect(port, tls, host, source)
        self.unread = b""
        try:
            self._open(path, f"{host}:{port}", headers)
        except BaseException:
            self.stream.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stream.close()

    def _open(self, path, authority, headers):
        key = base64.b64encode(os.urandom(16))
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {authority}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key.decode()}",
            *headers,
        ]
        self.stream.sendall("\r\n".join([*lines, "", ""]).encode())
        while b"\r\n\r\n" not in self.unread:
            self._fill()
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        status, self.headers = parse_head(head.decode())
        if status != 101:
            raise Refused(status)
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        assert self.headers["sec-websocket-accept"] == accept

    def _fill(self):
        chunk = self.stream.recv(1 << 18)
        if not chunk:
            raise EOFError("the server has closed the connection")
        self.unread += chunk

    def _take(self, length):
        while len(self.unread) < length:
            self._fill()
        taken, self.unread = self.unread[:length], self.unread[length:]
        return taken

    def send(self, opcode, payload=b""):
        length = len(payload)
        if length < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        elif length < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
        mask = os.urandom(4)
        repeated = (mask * (length // 4 + 1))[:length]
        masked = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
        self.stream.sendall(head + mask + masked.to_bytes(length, "big"))

    def receive_frame(self):
        first, second = self._take(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", self._take(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", self._take(8))
        assert not second & 0x80, "a server does not mask"
        return first & 0x80 != 0, first & 0x0F, self._take(length)

    def receive(self):
        """Opcode and payload of the next message or control frame."""
        fin, opcode, payload = self.receive_frame()
        while not fin:
            fin, continuation, more = self.receive_frame()
            assert continuation == 0
            payload += more
        return opcode, payload

    def receive_close(self):
        """The close code the server sends; what comes before it is left aside."""
        while True:
            opcode, payload = self.receive()
            if opcode == CLOSE:
                return struct.unpack("!H", payload[:2])[0] if payload else 1005

    def close(self, code=1000):
        """Does the whole closing handshake, and returns the code that came back."""
        self.send(CLOSE, struct.pack("!H", code))
        answer = self.receive_close()
        assert not self.stream.recv(1)
        return answer


class Program:
    """A program that prints lines; it ends with the `with` block, or else with this process."""

    def __init__(self, *command, **options):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)
        atexit.register(self.__exit__)
        self.lines = queue.SimpleQueue()
        self.seen = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        atexit.unregister(self.__exit__)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def wait_line(self, match):
        """Reads lines until match, a compiled expression, is found in one; returns the match."""
        end = time.monotonic() + DEADLINE
        while True:
            line = self.lines.get(timeout=max(0.0, end - time.monotonic()))
            if line is None:
                raise AssertionError(f"{match.pattern} was not printed, but: {self.seen}")
            self.seen.append(line)
            if found := match.search(line):
                return found

    def stop(self, number=signal.SIGINT):
        """Sends a signal and returns the exit status."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)

#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the fuzzers' corpus, tests/fuzz/corpus/FUZZER/NAME. Each file is an input that reaches a
part of its parser; an input that once found a fault is added here by name."""

import base64
import hashlib
import pathlib
import struct
import zlib

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
KEY = b"\x37\xfa\x21\x3d"
CUTS = bytes([1, 3, 7, 200])

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
FIN, RSV1 = 0x80, 0x40
CLIENT, DEFLATE, NO_CONTEXT, BYTEWISE = 0x1, 0x2, 0x4, 0x8  # first byte of a protocol input
LIMIT_1000, LIMIT_200, LIMIT_16 = 0x10, 0x20, 0x30


def header(first, length, masked=True, size=None):
    bit = 0x80 if masked else 0
    if size == 8 or (size is None and length > 0xFFFF):
        start = struct.pack(">BBQ", first, bit | 127, length)
    elif size == 2 or length > 125:
        start = struct.pack(">BBH", first, bit | 126, length)
    else:
        start = bytes([first, bit | length])
    return start + (KEY if masked else b"")


def frame(first, payload=b"", masked=True):
    body = bytes(byte ^ KEY[i % 4] for i, byte in enumerate(payload)) if masked else payload
    return header(first, len(payload), masked) + body


def deflate(payload, bits=15, level=6, flush=zlib.Z_SYNC_FLUSH):
    compressor = zlib.compressobj(level, zlib.DEFLATED, -bits)
    data = compressor.compress(payload) + compressor.flush(flush)
    return data[:-4] if flush == zlib.Z_SYNC_FLUSH else data


def stored(payload, final=False):
    return bytes([final]) + struct.pack("<HH", len(payload), len(payload) ^ 0xFFFF) + payload


def frame_inputs():
    for length in (0, 1, 125, 126, 127, 65535, 65536, 2**63 - 1):
        for masked in (False, True):
            kind = "masked" if masked else "plain"
            yield f"binary-{kind}-{length}", header(FIN | BINARY, length, masked)
    for name, first in (("text", TEXT), ("rsv", FIN | 0x70 | TEXT), ("continuation", 0),
                        ("ping", FIN | PING), ("close", FIN | CLOSE)):
        yield name, header(first, 5)
    yield "not-minimal-16", header(FIN | TEXT, 125, size=2)
    yield "not-minimal-64", header(FIN | TEXT, 65535, size=8)
    yield "top-bit", header(FIN | TEXT, 2**63, size=8)
    yield "long-ping", header(FIN | PING, 126)
    yield "fragmented-ping", header(PING, 1)
    yield "reserved-3", header(FIN | 3, 1)
    yield "reserved-b", header(FIN | 0xB, 1)


def protocol_streams():
    """(name, function of masked that makes the stream)"""
    text = "Grüße 😀 ".encode()
    yield "hello", lambda m: frame(FIN | TEXT, b"Hello", m)
    yield "text", lambda m: frame(FIN | TEXT, text * 12, m)
    yield "empty", lambda m: frame(FIN | TEXT, b"", m) + frame(FIN | BINARY, b"", m)
    yield "long", lambda m: frame(FIN | BINARY, bytes(range(256)) * 2, m)
    yield "announced", lambda m: header(FIN | BINARY, 70000, m) + b"abc"
    yield "fragments", lambda m: (frame(TEXT, text[:4], m) + frame(FIN | PING, b"now", m)
                                  + frame(0, b"", m) + frame(FIN, text[4:], m) + frame(FIN | PONG, b"", m))
    yield "close", lambda m: frame(FIN | CLOSE, b"\x03\xe8bye", m) + frame(FIN | TEXT, b"late", m)
    yield "close-empty", lambda m: frame(FIN | CLOSE, b"", m)
    yield "close-one-byte", lambda m: frame(FIN | CLOSE, b"\x03", m)
    yield "cut-character", lambda m: frame(FIN | TEXT, text[:3], m)
    yield "bad-text", lambda m: frame(TEXT, b"ok", m) + frame(FIN, b"more\xed\xa0\x80more", m)
    yield "lone-continuation", lambda m: frame(FIN, b"x", m)
    yield "nested", lambda m: frame(TEXT, b"x", m) + frame(FIN | TEXT, b"y", m)
    yield "ping-125", lambda m: frame(FIN | PING, b"p" * 125, m) + frame(FIN | BINARY, b"x", m)


def compressed_streams():
    words = b"the quick brown fox jumps over the lazy dog " * 20
    whole = deflate(words)
    rfc = bytes.fromhex("f248cdc9c90700")
    yield "rfc", lambda m: frame(FIN | RSV1 | TEXT, rfc, m) + frame(FIN | RSV1 | TEXT, bytes.fromhex("f200110000"), m)
    yield "words", lambda m: frame(FIN | RSV1 | TEXT, whole, m) * 2
    yield "fragments", lambda m: (frame(RSV1 | TEXT, whole[:9], m) + frame(FIN | PING, b"", m)
                                  + frame(0, b"", m) + frame(0, whole[9:], m) + frame(FIN, b"", m)
                                  + frame(FIN | TEXT, b"plain", m))
    yield "zeros", lambda m: frame(FIN | RSV1 | BINARY, deflate(bytes(90000)), m)
    yield "bomb", lambda m: frame(FIN | RSV1 | BINARY, deflate(bytes(300000)), m)
    yield "stored", lambda m: frame(FIN | RSV1 | BINARY, stored(b"stored") + b"\0", m)
    yield "final", lambda m: frame(FIN | RSV1 | BINARY, stored(b"one", True) + stored(b"two", True) + b"\0", m)
    yield "empty", lambda m: frame(FIN | RSV1 | BINARY, b"\0", m) + frame(FIN | RSV1 | BINARY, b"", m)
    yield "bad", lambda m: frame(FIN | RSV1 | TEXT, rfc[:3] + b"\xff\xff\xff\xff", m)
    yield "inside-block", lambda m: frame(FIN | RSV1 | TEXT, stored(b"unfinished")[:-3], m)
    yield "too-far", lambda m: frame(FIN | RSV1 | BINARY, bytes.fromhex("4b04a200"), m)
    yield "bad-text", lambda m: frame(FIN | RSV1 | TEXT, deflate(b"fine \xc0\xaf"), m)
    yield "continuation-rsv1", lambda m: frame(RSV1 | TEXT, rfc, m) + frame(FIN | RSV1, b"", m)


def protocol_inputs():
    for role, masked in (("server", True), ("client", False)):
        flag = 0 if masked else CLIENT
        for name, make in protocol_streams():
            yield f"{role}-{name}", bytes([flag]) + CUTS + make(masked)
        for name, make in compressed_streams():
            yield f"{role}-deflate-{name}", bytes([flag | DEFLATE]) + CUTS + make(masked)
    streams = dict(protocol_streams()) | {f"deflate-{n}": s for n, s in compressed_streams()}
    for name in ("hello", "fragments", "long", "deflate-words", "deflate-zeros", "deflate-fragments"):
        flag = DEFLATE if name.startswith("deflate") else 0
        yield f"limit-{name}", bytes([flag | LIMIT_200]) + CUTS + streams[name](True)
        yield f"bytewise-{name}", bytes([flag | BYTEWISE | NO_CONTEXT]) + CUTS + streams[name](True)
    yield "limit-16", bytes([LIMIT_16]) + CUTS + streams["fragments"](True)
    yield "limit-1000", bytes([LIMIT_1000 | DEFLATE]) + CUTS + streams["deflate-words"](True)
    yield "wrong-mask", bytes([0]) + CUTS + frame(FIN | TEXT, b"Hello", False)
    yield "rsv1-without-deflate", bytes([0]) + CUTS + frame(FIN | RSV1 | TEXT, b"Hello")


def handshake_inputs():
    upgrade = ("GET /chat?x=1 HTTP/1.1\nHost: server.example.com:8080\nUpgrade: websocket\n"
               "Connection: keep-alive, Upgrade\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n"
               "Sec-WebSocket-Version: 13\n")
    heads = {
        "upgrade": upgrade,
        "subprotocols": upgrade + "Sec-WebSocket-Protocol: chat, superchat\nSec-WebSocket-Protocol: v2\n",
        "same-subprotocol": upgrade + "Sec-WebSocket-Protocol: chat, chat\n",
        "extensions": upgrade + "Origin: http://example.com\nSec-WebSocket-Extensions: permessage-deflate\n",
        "absolute": upgrade.replace("/chat", "wss://server.example.com/chat"),
        "fragment": upgrade.replace("/chat", "/chat#top"),
        "version-8": upgrade.replace(": 13", ": 8"),
        "short-key": upgrade.replace("dGhlIH", ""),
        "body": upgrade + "Content-Length: 3\n",
        "chunked": upgrade + "Transfer-Encoding: chunked\n",
        "two-hosts": upgrade + "Host: other\n",
        "http-1-0": upgrade.replace("HTTP/1.1", "HTTP/1.0"),
        "post": upgrade.replace("GET", "POST"),
        "plain": "GET / HTTP/1.1\nHost: [::1]:80\nAccept: */*\nX-Empty:\n",
        "head": "HEAD / HTTP/1.0\n",
        "folded": "GET / HTTP/1.1\nHost: a\n b\n",
        "space-before-colon": "GET / HTTP/1.1\nHost : a\n",
        "http-2": "PRI * HTTP/2.0\n",
        "latin-1": "GET / HTTP/1.1\nHost: a\nX-Name: Gr\xfc\xdfe\n",
        "empty-line-first": "\nGET / HTTP/1.1\nHost: a\n",
        "forwarded": upgrade + "X-Forwarded-For: 10.0.0.1, [::1]:80\nForwarded: for=\"[::1]:80\";host=a, for=b\n",
        "cookies": upgrade + "Cookie: a=b\nCookie: c=d\n",
        "many-fields": "GET / HTTP/1.1\n" + "a:b\n" * 101,
    }
    for name, text in heads.items():
        head = text.replace("\n", "\r\n").encode("latin-1") + b"\r\n"
        yield name, b"\0" + CUTS + head
    whole = upgrade.replace("\n", "\r\n").encode() + b"\r\n"
    yield "frames-behind", b"\x10" + CUTS + whole + frame(FIN | TEXT, b"Hello")
    yield "over-256", b"\x01" + CUTS + whole + b"x"
    yield "over-line", b"\x01" + CUTS + b"GET /" + b"x" * 130 + b" HTTP/1.1\r\n\r\n"
    yield "edge-256", b"\x01\1\1\1\1" + b"GET / HTTP/1.1\r\nx:" + b"y" * 234 + b"\r\n\r\n"
    yield "bare-lf", b"\0" + CUTS + upgrade.encode() + b"\n"
    yield "bare-cr", b"\0" + CUTS + b"GET / HTTP/1.1\rHost: a\r\n\r\n"
    yield "leading-crlf", b"\0" + CUTS + b"\r\n" + whole
    yield "nul", b"\0" + CUTS + b"GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n"
    yield "tls", b"\0" + CUTS + bytes.fromhex("16030100f8010000f40303")
    yield "header-lines", b"\0" + CUTS + b"X-One: 1\nX-Two: 2\r\nSet-Cookie: a=b"
    yield "own-header", b"\0" + CUTS + b"Sec-WebSocket-Accept: x\n"


def extension_inputs():
    fields = {
        "plain": "permessage-deflate",
        "bits": "permessage-deflate; client_max_window_bits; server_max_window_bits=10",
        "all": "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
               "server_max_window_bits=8; client_max_window_bits=15",
        "quoted": 'permessage-deflate; server_max_window_bits="1\\2"',
        "fallback": "permessage-deflate; server_max_window_bits=7, permessage-deflate",
        "unknown": "x-webkit-deflate-frame; no_context_takeover, bbf-usp-protocol",
        "repeated": "permessage-deflate; client_max_window_bits; client_max_window_bits=9",
        "empty-elements": " , ,permessage-deflate ,, a ; b = c ,",
        "only-empty": ", ,",
        "no-name": "permessage-deflate; ; a",
        "open-quote": 'a; b="c',
        "space": "a b",
        "late-fault": "permessage-deflate, a; =",
        "leading-zero": "permessage-deflate; client_max_window_bits=010",
        "many": ",".join(["a;b"] * 129),
    }
    for number, (name, field) in enumerate(fields.items()):
        yield name, bytes([number % 16]) + field.encode()
    yield "none", b"\x06"


def inflate_inputs():
    words = b"context takeover makes the second message shorter " * 8
    messages = {
        "words": deflate(words),
        "fixed": bytes.fromhex("f248cdc9c90700"),
        "zeros": deflate(bytes(20000)),
        "stored": stored(b"stored") + b"\0",
        "final-blocks": stored(b"one", True) + deflate(b"two", flush=zlib.Z_FINISH) + b"\0",
        "between-blocks": stored(b"whole"),
        "inside-block": stored(b"half")[:-2],
        "empty": b"",
        "bad": b"\xff\xff\xff",
        "too-far": bytes.fromhex("4b04a200"),
        "level-0": deflate(words, level=0),
        "small-window": deflate(words, bits=9),
    }
    for name, data in messages.items():
        yield name, b"\x00\xff" + CUTS + data
        yield f"{name}-narrow", b"\x02\x00" + CUTS + data
    yield "window-9", b"\x11\x20" + CUTS + messages["small-window"]
    yield "window-8-far", b"\x01\x20" + CUTS + messages["words"]
    for choice in (0x04, 0x05, 0x06, 0x25, 0x77):
        yield f"back-{choice:02x}", bytes([choice, 0x11]) + CUTS + words + bytes(range(256))
    yield "back-empty", b"\x04\x10" + CUTS


def close_inputs():
    yield "empty", b""
    yield "one-byte", b"\x03"
    for code in (0, 999, 1000, 1003, 1004, 1005, 1006, 1007, 1014, 1015, 1016, 2999, 3000, 4999, 5000, 65535):
        yield f"code-{code}", struct.pack(">H", code) + b"reason"
    yield "utf8", b"\x03\xe8" + "Grüße 😀".encode()
    yield "bad-utf8", b"\x03\xe8\xed\xa0\x80"
    yield "cut-utf8", b"\x03\xe8" + "😀".encode()[:3]
    yield "full", b"\x0f\xa0" + b"a" * 123
    yield "cut-at-character", b"a" * 121 + "€€€".encode()


def utf8_inputs():
    texts = {
        "ascii": b"plain text " * 6,
        "mixed": "Κόσμε Grüße 日本 😀".encode() * 3,
        "edges": "\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff".encode(),
        "nul": b"a\0b",
        "surrogate": b"ok\xed\xa0\x80",
        "overlong-2": b"ok\xc0\xaf",
        "overlong-3": b"ok\xe0\x9f\xbf",
        "overlong-4": b"ok\xf0\x8f\xbf\xbf",
        "over-10ffff": b"ok\xf4\x90\x80\x80",
        "five-bytes": b"ok\xf8\x88\x80\x80\x80",
        "lone-continuation": b"ok\x80",
        "cut-2": b"ok\xc3", "cut-3": b"ok\xe2\x82", "cut-4": b"ok\xf0\x9f\x98",
        "late-fault": b"a" * 67 + b"\xff" + b"b" * 20,
    }
    for name, text in texts.items():
        yield name, CUTS + text


def config_inputs():
    strings = {
        "query": "MaxConnections", "set": "MaxConnections=50", "spaces": "  maxconnections  = 50 ",
        "connection": "MessageLength[ 12 ]=1000", "connection-query": "MaxLineLength[a]",
        "no-id": "MessageLength=5", "id-out-of-place": "BufferMessage[1]=True",
        "read-only": "BuildInfo", "read-only-set": "BuildInfo=x", "boolean": "TcpNoDelay=yes",
        "string": "AllowedClients=10.0.*,*.example.com", "equals": "DisconnectStatusDescription=a=b",
        "close-code": "DisconnectStatusCode=1006", "too-large": "MaxMessageSize=99999999999999999999",
        "negative": "MaxHeaderSize=-1", "unknown": "Nothing=1", "empty": "", "only-equals": "=",
        "brackets": "[]=", "open-bracket": "MessageLength[1", "nested": "MessageLength[[1]]=2",
    }
    for name, text in strings.items():
        yield name, text.encode()
    yield "bad-utf8", b"AllowedOrigins=\xff\xfe"
    yield "unknown-bad-utf8", b"\xc0\xaf" * 120 + b"=1"


def proxy_inputs():
    ipv4 = bytes([192, 0, 2, 1, 192, 0, 2, 2]) + struct.pack(">HH", 12345, 443)

    def version_2(command, family, body, length=None):
        length = len(body) if length is None else length
        return b"\r\n\r\n\0\r\nQUIT\n" + struct.pack(">BBH", 0x20 | command, family, length) + body

    def record(kind, value):
        return struct.pack(">BH", kind, len(value)) + value

    for name, line in (("tcp4", "TCP4 192.0.2.1 192.0.2.2 1 2"), ("tcp6", "TCP6 2001:db8::1 2001:db8::2 1 65535"),
                       ("unknown", "UNKNOWN ffff::1"), ("port", "TCP4 192.0.2.1 192.0.2.2 01 65536")):
        yield f"v1-{name}", f"PROXY {line}\r\nGET".encode()
    yield "v1-long", b"PROXY UNKNOWN " + b"x" * 100
    yield "v2-local", version_2(0, 0, b"")
    yield "v2-tcp4", version_2(1, 0x11, ipv4) + b"GET"
    yield "v2-tcp6", version_2(1, 0x21, bytes(range(36)))
    yield "v2-unix", version_2(1, 0x31, bytes(216))
    yield "v2-records", version_2(1, 0x11, ipv4 + record(1, b"http/1.1") + record(2, b"a.example") + record(4, b""))
    yield "v2-checksum", version_2(1, 0x11, ipv4 + record(3, bytes(4)))
    yield "v2-cut-record", version_2(1, 0x11, ipv4 + b"\x01\0")
    yield "v2-too-long", version_2(1, 0x11, ipv4, 65535)


def http_inputs():
    def request(line, *fields, body=b""):
        return "\r\n".join([f"{line} HTTP/1.1", "Host: a", *fields, "", ""]).encode() + body

    chunked = "Transfer-Encoding: chunked"
    requests = {
        "get": request("GET /a%20b/"),
        "pipelined": request("GET /1") + request("POST /2", "Content-Length: 3", body=b"abc") + request("GET /3"),
        "chunked": request("POST /", chunked, body=b"3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n") + request("GET /"),
        "chunked-bare": request("POST /", chunked, body=b"1\na\n0\n\n"),
        "chunked-folded": request("POST /", chunked, body=b"0\r\nA: b\r\n c\r\n\r\n"),
        "chunked-long": request("POST /", chunked, body=b"ffffffffffffffff\r\n"),
        "both": request("POST /", "Content-Length: 5", chunked, body=b"0\r\n\r\n"),
        "two-lengths": request("POST /", "Content-Length: 5", "Content-Length: 6", body=b"hello"),
        "expect": request("PUT /", "Expect: 100-continue", "Content-Length: 2", body=b"ab"),
        "close": request("GET /", "Connection: close") + request("GET /"),
        "options": request("OPTIONS *"),
        "range": request("GET /", "Range: bytes=2-4", 'If-Range: "abc"'),
        "suffix": request("GET /", "Range: bytes=-18446744073709551615"),
        "conditions": request("GET /", 'If-None-Match: W/"x", "abc"', "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT"),
        "old-dates": request("GET /", "If-Modified-Since: Sun Nov  6 08:49:37 1994",
                             "If-Range: Sunday, 06-Nov-94 08:49:37 GMT"),
        "traversal": request("GET /%2e%2e/..%2f/%252e%252e/a"),
    }
    for name, data in requests.items():
        yield name, CUTS + data
    yield "old", CUTS + b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n"


# --- TLS ------------------------------------------------------------------------------------------


def vector(size, content):
    return len(content).to_bytes(size, "big") + content


def extension(kind, content):
    return struct.pack(">H", kind) + vector(2, content)


def hello_body(*extensions, suites=b"\x13\x01\xc0\x2f", version=0x0303):
    body = struct.pack(">H", version) + bytes(range(32)) + vector(1, b"") + vector(2, suites) + vector(1, b"\0")
    return body + vector(2, b"".join(extensions)) if extensions else body


def hello_inputs():
    name = extension(0, vector(2, b"\0" + vector(2, b"Server.Example")))
    versions = extension(43, vector(1, b"\x0a\x0a\x03\x04\x03\x03"))
    alpn = extension(16, vector(2, vector(1, b"http/1.1") + vector(1, b"h2") + vector(1, b"\x1a\x1a")))
    groups = extension(10, vector(2, b"\x00\x1d\x00\x17"))
    schemes = extension(13, vector(2, b"\x04\x03\x08\x04\x12\x34"))
    bodies = {
        "tls13": hello_body(name, versions, alpn, groups, schemes),
        "tls12": hello_body(groups, schemes),
        "bare": hello_body(),
        "ssl3": hello_body(version=0x0300),
        "old": hello_body(version=0x0200),
        "no-suites": hello_body(suites=b""),
        "odd-suites": hello_body(suites=b"\x13\x01\xc0"),
        "grease-only": hello_body(suites=b"\x1a\x1a"),
        "twice": hello_body(name, name),
        "final-dot": hello_body(extension(0, vector(2, b"\0" + vector(2, b"a.example.")))),
        "address": hello_body(extension(0, vector(2, b"\0" + vector(2, b"127.0.0.1")))),
        "two-names": hello_body(extension(0, vector(2, (b"\1" + vector(2, b"x")) + b"\0" + vector(2, b"b.example")))),
        "fragment": hello_body(extension(1, b"\2"), extension(28, b"\2\0")),
        "empty-alpn": hello_body(extension(16, vector(2, b""))),
        "rest": hello_body(groups) + b"x",
        "padding": hello_body(extension(21, bytes(200)), extension(0xFF01, b"\0")),
    }
    for name, body in bodies.items():
        yield name, b"\1" + CUTS + body
    message = b"\1" + vector(3, bodies["tls13"])
    streams = {
        "stream": b"\x16\x03\x01" + vector(2, message),
        "two-records": b"\x16\x03\x01" + vector(2, message[:9]) + b"\x16\x03\x03" + vector(2, message[9:]),
        "data-behind": b"\x16\x03\x01" + vector(2, message) + b"\x14\x03\x03\x00\x01\x01",
        "empty-record": b"\x16\x03\x01\0\0",
        "long-record": b"\x16\x03\x01\x40\x01",
        "long-message": b"\x16\x03\x01" + vector(2, b"\1\x00\x80\x01"),
        "other-message": b"\x16\x03\x01" + vector(2, b"\2\0\0\0"),
        "alert": b"\x15\x03\x01\0\2\2\x28",
        "ssl2": b"\x80\x2e\x01\x00\x02",
        "http": b"GET / HTTP/1.1\r\n",
        "letters": b"GEH",
        "nothing": b"",
    }
    for name, stream in streams.items():
        yield name, b"\0" + CUTS + stream
    yield "empty-read-first", b"\0\0\1\1\1" + streams["stream"]


# --- requests and lists ---------------------------------------------------------------------------


def forwarded_inputs():
    fields = {
        "one": "X-Forwarded-For: 192.0.2.1",
        "hops": "X-Forwarded-For: 127.0.0.1, 192.0.2.1, 10.0.0.2\nX-Forwarded-Proto: https\nX-Forwarded-Host: a:8080",
        "lines": "X-Forwarded-For: unknown\nX-Forwarded-For: [2001:DB8::1]:4711,",
        "mapped": "X-Forwarded-For: ::ffff:192.0.2.1, ::ffff:10.0.0.2",
        "rubbish": "X-Forwarded-For: 192.0.2.1:65536, \"a, b\", 1.2.3",
        "trusted": "X-Forwarded-For: 10.0.0.3, fd00::2",
        "standard": "Forwarded: for=\"[2001:db8::1]:_p\";proto=WSS;host=\"a\\:1\", for=10.0.0.1;by=x",
        "quotes": "Forwarded: for=127.0.0.1;x=\", for=127.0.0.2\", for=192.0.2.1",
        "open-quote": "Forwarded: for=\"127.0.0.1, for=192.0.2.1",
        "both": "Forwarded: for=192.0.2.1\nX-Forwarded-For: 192.0.2.1",
        "differ": "Forwarded: for=127.0.0.1\nX-Forwarded-For: 192.0.2.1",
        "empty": "Forwarded:\nX-Forwarded-For: ,,",
        "cookie": "Cookie: a=b; ws-token=0123456789abcdef",
        "subprotocol": "Sec-WebSocket-Protocol: chat, 0123456789abcdef",
    }
    for name, text in fields.items():
        yield name, b"x\nHost: a\n" + text.encode()
    yield "query", b"?token=0123456789abcdef&x=1\nHost: a"
    yield "wrong-token", b"?token=0123456789abcdeg\nCookie: ws-token=0"


def lists_inputs():
    inputs = {
        "hosts": "a.example:8080, *.b.example\na.example:8080\na.example",
        "host-ipv6": "[0:0::1]:80\n[::1]",
        "host-punycode": "b\u00fccher.example\nxn--bcher-kva.example",
        "host-number": "127.1\n127.0.0.1",
        "host-scheme": "http://a.example\na.example",
        "origins": "https://*.a.example,self,null,file://\nhttps://www.a.example\na.example\n2",
        "origin-port": "http://a.example:80,ws://b\nhttp://a.example",
        "origin-slash": "https://a.example/\nhttps://a.example",
        "all": "*\nanything",
        "addresses": "192.168.*,10.0.0.0/8,::1,2001:DB8::/32,unix:\n10.1.2.3",
        "mapped-network": "::ffff:10.0.0.0/104\n10.1.2.3",
        "bad-network": "10.0.0.1/8\n10.0.0.1",
        "zone": "fe80::1%lo\nfe80::1%1",
        "name": "a.example\n192.0.2.1",
        "unknown-name": "b.example\n192.0.2.1",
        "mapped": "::ffff:127.0.0.1\n[::1]",
        "mapped-zone": "::ffff:10.0.0.1%lo\n10.0.0.1",
        "urls": "http://a.example/list.crl\nhttps://a.example:443/list",
        "url-user": "http://user@a.example/\nftp://a",
        "line": "a\x1b[31m\u202eb\u2028",
    }
    for name, text in inputs.items():
        yield name, text.encode()
    yield "not-utf8", b"\xff\xfe.example\n\x80"


# --- certificates ---------------------------------------------------------------------------------


def der(tag, *parts):
    content = b"".join(parts)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    size = (len(content).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(content).to_bytes(size, "big") + content


def sequence(*parts):
    return der(0x30, *parts)


SIGNED_WITH = sequence(der(6, b"\x2b\x65\x70"))  # Ed25519, as the authority in fuzz-revocation.c does
ISSUER = sequence(der(0x31, sequence(der(6, b"\x55\x04\x03"), der(0x13, b"Fuzz CA"))))
SERIAL = der(2, b"\x12\x34")
LIST_URL = b"http://a.example/list"


def time(text):
    return der(0x18, text.encode() + b"0101000000Z")


def list_part(entries=(), extensions=b"", this="2029", following="2031", version=der(2, b"\1")):
    revoked = sequence(*entries) if entries else b""
    last = time(following) if following else b""
    return sequence(version, SIGNED_WITH, ISSUER, time(this), last, revoked, extensions)


def list_extension(kind, value, critical=True):
    flag = der(1, b"\xff") if critical else b""
    return sequence(der(6, b"\x55\x1d" + bytes([kind])), flag, der(4, value))


def list_inputs():
    reason = sequence(list_extension(0x15, der(0x0A, b"\1"), False))
    entry = sequence(SERIAL, time("2028"), reason)
    other = sequence(der(2, b"\0\x80"), der(0x17, b"280101000000Z"))
    point = der(0xA0, der(0xA0, der(0x86, LIST_URL)))

    def scoped(*fields):
        return der(0xA0, sequence(list_extension(0x1C, sequence(*fields))))

    yield "empty", list_part()
    yield "revoked", list_part([other, entry])
    yield "good", list_part([other] * 3)
    yield "first-version", list_part(version=b"")
    yield "no-next", list_part(following=None)
    yield "expired", list_part(this="2020", following="2021")
    yield "future", list_part(this="2050", following="2051")
    yield "scope", list_part([entry], scoped(point, der(0x81, b"\xff")))
    yield "scope-authorities", list_part([entry], scoped(der(0x82, b"\xff")))
    yield "scope-reasons", list_part([entry], scoped(der(0x83, b"\1\2")))
    yield "critical", list_part([], der(0xA0, sequence(list_extension(0x1B, der(2, b"\1")))))
    yield "number", list_part([], der(0xA0, sequence(list_extension(0x14, der(2, b"\1"), False))))


def response_part(*singles, responder=der(0xA1, ISSUER), extensions=b""):
    return sequence(responder, time("2029"), sequence(*singles), extensions)


def response_inputs():
    sha1 = sequence(der(6, b"\x2b\x0e\x03\x02\x1a"), der(5))
    digest = hashlib.sha1(ISSUER).digest()

    def single(status, *times, serial=SERIAL):
        return sequence(sequence(sha1, der(4, digest), der(4, AUTHORITY_KEY_DIGEST), serial), status, *times)

    good = single(der(0x80), time("2029"), der(0xA0, time("2031")))
    nonce = der(0xA1, sequence(sequence(der(6, b"\x2b\x06\x01\x05\x05\x07\x30\x01\x02"), der(4, der(4, b"12345678")))))
    yield "good", response_part(good)
    yield "revoked", response_part(single(der(0xA1, time("2028"), der(0xA0, der(0x0A, b"\1"))), time("2029"),
                                          der(0xA0, time("2031"))))
    yield "unknown", response_part(single(der(0x82), time("2029"), der(0xA0, time("2031"))))
    yield "other", response_part(single(der(0x80), time("2029"), serial=der(2, b"\1")))
    yield "second", response_part(single(der(0x80), time("2029"), serial=der(2, b"\1")), good)
    yield "expired", response_part(single(der(0x80), time("2020"), der(0xA0, time("2021"))))
    yield "no-expiry", response_part(single(der(0x80), time("2029")))
    yield "nonce", response_part(good, extensions=nonce)
    yield "by-key", response_part(good, responder=der(0xA2, der(4, AUTHORITY_KEY_DIGEST)))
    yield "none", response_part()


# SHA-1 of the public key of the authority in fuzz-revocation.c.
AUTHORITY_KEY_DIGEST = bytes.fromhex("e6f07109bf6300e3f6cbf5906cec3f1cf15907ed")


def whole_response(part):
    basic = sequence(part, SIGNED_WITH, der(3, bytes(65)))
    typed = sequence(der(6, bytes.fromhex("2b0601050507300101")), der(4, basic))
    return sequence(der(0x0A, b"\0"), der(0xA0, typed))


def revocation_inputs():
    for name, part in list_inputs():
        yield f"list-{name}", b"\2" + part
    for name, part in response_inputs():
        yield f"response-{name}", b"\4" + part
    responses = dict(response_inputs())
    lists = dict(list_inputs())
    yield "whole-list", b"\1" + sequence(lists["revoked"], SIGNED_WITH, der(3, bytes(65)))
    yield "whole-response", b"\3" + whole_response(responses["revoked"])
    yield "response-later", b"\3" + sequence(der(0x0A, b"\3"))
    yield "staple", b"\5" + whole_response(responses["good"])
    yield "staple-pem", (b"\5-----BEGIN OCSP RESPONSE-----\n" + base64.b64encode(whole_response(responses["good"]))
                         + b"\n-----END OCSP RESPONSE-----\n")
    yield "der", b"\0" + lists["scope"]
    yield "der-times", b"\0" + der(0x17, b"491231235959Z") + der(0x18, b"20000229000000Z") + der(0x17, b"990229000000Z")
    yield "der-long-form", b"\0\x30\x81\x7f" + bytes(127) + b"\x30\x82\x00\x80" + bytes(128)
    yield "der-indefinite", b"\0\x30\x80\x02\x01\x00\0\0"
    yield "der-long-tag", b"\0\x1f\x81\x01\x00"


# The formats in the order of fuzz-certificate.c, and how many there are.
AUTO, PFX, PEM, PUBLIC, P7B, SSH, PPK, XML, JWK, N_FORMATS = range(10)
WRONG_PASSWORD, NO_PASSWORD = N_FORMATS, 2 * N_FORMATS
ENCODED, PEERS, SEARCH = 36, 37, 38


def certificate_inputs():
    files = CORPUS.parents[1] / "certificates" / "files"
    samples = {
        PFX: ["plain.pfx", "nomac.pfx", "empty.pfx"],
        PEM: ["ec-both.pem", "ec-pbes1-key.pem", "ec-pbes2-key.pem", "ec-dek-key.pem", "ec-key.der", "ec-public.pem",
              "ed-key.pem"],
        PUBLIC: ["ec.der", "ed.pem"],
        P7B: ["chain.p7b", "chain-pem.p7b"],
        SSH: ["rsa.pub", "rsa-4716.pub", "ec.pub", "ed.pub"],
        PPK: ["rsa-2-encrypted.ppk", "rsa-2.ppk", "ec-3.ppk", "ed-3-encrypted.ppk"],
        XML: ["dsa.xml", "ec.xml", "rsa-public.xml"],
        JWK: ["ec.jwk", "ed.jwk", "rsa-no-primes.jwk", "set.jwk"],
    }
    for kind, names in samples.items():
        for name in names:
            yield name, bytes([kind]) + (files / name).read_bytes()
    for name in ("plain.pfx", "ec-pbes2-key.pem", "chain.p7b", "ed.pub", "ec-3.ppk", "ec.xml", "set.jwk"):
        yield f"auto-{name}", bytes([AUTO]) + (files / name).read_bytes()
    for name, kind in (("plain.pfx", PFX), ("ed-3-encrypted.ppk", PPK), ("ec-pbes2-key.pem", PEM)):
        yield f"wrong-{name}", bytes([WRONG_PASSWORD + kind]) + (files / name).read_bytes()
        yield f"no-password-{name}", bytes([NO_PASSWORD + kind]) + (files / name).read_bytes()
    yield "java", bytes([AUTO]) + b"\xfe\xed\xfe\xed\0\0\0\2"
    yield "base64", bytes([AUTO]) + base64.b64encode((files / "ec.der").read_bytes())
    yield "encoded", bytes([ENCODED]) + (files / "ec.der").read_bytes()
    leaf = (files / "ec.der").read_bytes()
    yield "peer", bytes([PEERS, 0xFF]) + leaf
    yield "peers", bytes([PEERS, (len(leaf) + 7) // 8]) + leaf + b"\0" * (-len(leaf) % 8) + leaf
    for name, text in (("subject", "CN=Fuzz CA"), ("all", "*"), ("thumbprint", "\nThumbprint=aabb"),
                       ("configuration", "*\nNothing=1"), ("quoted", 'CN="Fuzz\\, CA", O=x')):
        yield f"search-{name}", bytes([SEARCH]) + text.encode()


# --- the whole server: steps of run_step() in fuzz-server.c, settings and actions of fuzz-server-actions.c ---


def step(kind, client=0, variant=0):
    return bytes([kind | client << 4 | variant << 6])


def iterate(n=4):
    return step(0, variant=n - 1)


def raw(data, client=0):
    return b"".join(step(1, client) + vector(1, data[i:i + 255]) for i in range(0, len(data), 255))


def client_frame(first, payload=b"", client=0):
    return step(2, client) + bytes([first]) + vector(1, payload)


def request(number, client=0):
    return step(5, client) + bytes([number]) + iterate()


RECEIVE, FINISH, LEAVE, WAIT = step(7), step(8), step(9), step(12, 2)
SEND, CLOSE_IT = bytes([140, 0x20]), bytes([138, 0x01])
END = iterate() + RECEIVE + iterate()
HELLO = client_frame(FIN | TEXT, b"hello")
HTTP, ASKED, LOGGED, FUNC, PAGES, PLATFORM, CERTIFICATES = 1, 2, 4, 8, 16, 64, 128  # first byte


def script(flags, *steps, settings=b"\0\0", actions=b""):
    """Handlers take their bytes from the end: the first action comes last."""
    return bytes([flags]) + settings + b"".join(steps) + actions[::-1]


def server_inputs():
    all_handlers = HTTP | ASKED | LOGGED | PAGES
    yield "echo", script(0, request(0), HELLO, iterate(), HELLO, END, actions=b"\0\0" + SEND * 3)
    yield "deflate", script(0, request(1), client_frame(FIN | RSV1 | TEXT, deflate(b"words " * 40)), END,
                            actions=b"\0\0" + SEND * 4)
    yield "message-func", script(FUNC, request(0), HELLO * 3, END, actions=b"\0\0" + SEND * 3)
    yield "closed-by-client", script(LOGGED, request(0), client_frame(FIN | CLOSE, b"\x03\xe8bye"), END)
    yield "closed-by-server", script(0, request(0), HELLO, iterate(), client_frame(FIN | CLOSE, b"\x03\xe8"), END,
                                     actions=b"\0" + CLOSE_IT)
    yield "fin", script(LOGGED, request(0), HELLO, FINISH, END)
    yield "gone", script(LOGGED, request(0), step(10) + b"\xff", LEAVE, END, actions=b"\0\0" + SEND * 5)
    yield "fragments", script(0, request(0), client_frame(TEXT, b"a"), client_frame(FIN | PING), client_frame(FIN, b"b"),
                              END)
    yield "bad-frame", script(0, request(0), client_frame(FIN | 3, b"x"), END)
    yield "flood", script(LOGGED, request(0), step(10) + b"\2", END, settings=bytes([10, 0]))
    yield "long", script(0, request(0), step(10) + b"\xe1", iterate(), END, settings=bytes([1, 0]))
    yield "pages", script(PAGES, *(request(n) for n in (4, 5, 6, 7, 8)), RECEIVE, END)
    yield "bodies", script(HTTP, request(9), request(10), request(11), request(13), END, settings=bytes([13, 0]),
                           actions=bytes([40, 0, 41, 0, 42, 0]))
    yield "http-1-0", script(HTTP, request(12), END, actions=bytes([40, 0]))
    yield "deferred", script(all_handlers, request(0), request(4, 1), WAIT, step(11) + b"\1", step(11) + b"\2", END,
                             actions=b"\0\0\xf0\0" + b"\0\0\xf1")
    yield "proxy", script(ASKED | LOGGED, step(4, 2), request(14, 2), request(3, 2), HELLO, END,
                          settings=bytes([19, 21]))
    yield "proxy-2", script(ASKED, step(4, 2), request(15, 2), request(0, 2), END, settings=bytes([21, 19]))
    yield "forwarded", script(0, request(3, 2), END, settings=bytes([21, 24]))
    yield "slow-request", script(LOGGED, step(4), raw(b"GET / HTTP/1.1\r\n"), WAIT, WAIT, WAIT, END)
    yield "too-many", script(LOGGED, request(0), request(0, 1), request(0, 3), END, settings=bytes([9, 10]))
    yield "memory", script(0, request(0), request(0, 1), step(10, 1) + b"\xe1", WAIT, END, settings=bytes([12, 0]),
                           actions=b"\0\0" + SEND * 6)
    yield "idle", script(0, request(0), WAIT, iterate(), WAIT, iterate(), END, settings=bytes([15, 16]))
    yield "bytewise", script(0, step(4), *(raw(bytes([b])) + iterate(1) for b in b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), END)
    yield "cancelled-shutdown-deadline", base64.b64decode(
        "QQAAAN/f3wUAjAoABUgA39/fBQCMCgAFSFRUUC8xLjEgMTAxIGhlbGxvAokBeMAHwE2uTYhNiE2IAMsAAFRUUC8xLjEgMTAxIGhlbGxvAokBeMAH"
        "wE2uTYhNiE2IAMsAAIoA")
    # A message that waited is broken off before its first part, and lines end with nothing left.
    yield "end-without-payload", base64.b64decode("FwAABQHAAoEFaGVsenouaAVoZWxsbwKJAXjAB8BNiE2ITYhNiADLAAAAAA==")
    yield "lines", script(0, request(0), client_frame(FIN | TEXT, b"one\ntwo\r\n"), client_frame(TEXT, b""),
                          client_frame(FIN, b"three"), END, actions=b"\0" + bytes([142, 62]))
    for number, name in ((0, "stopped"), (1, "shut-down"), (3, "dropped")):
        action = bytes([146, number])
        for place in range(5):
            yield f"{name}-{place}", script(all_handlers, request(0), HELLO, client_frame(FIN | PING), END,
                                            actions=b"\0" * place + action)
    for number in range(7):
        yield f"nested-{number}", script(all_handlers, request(1), HELLO * 2, client_frame(FIN | PING, b"x"), END,
                                         actions=b"\0\0\0\0" + bytes([203, 0]) + bytes([140 - number, 77]) * 4)


def server_tls_inputs():
    for name, flags in (("internal", 0), ("platform", PLATFORM), ("client", CERTIFICATES)):
        yield f"{name}-echo", script(flags | ASKED, request(0), HELLO, iterate(), HELLO, END, actions=b"\0\0" + SEND * 3)
        yield f"{name}-http", script(flags | HTTP, request(4), request(9), END, actions=bytes([40, 0, 44, 0]))
        yield f"{name}-bad-record", script(flags | LOGGED, request(0), step(1, variant=1) + vector(1, b"\x17\x03\x03\0\1x"),
                                           END)
        yield f"{name}-plain", script(flags | LOGGED, step(4), step(1, variant=1) + vector(1, b"GET / HTTP/1.1\r\n\r\n"), END)
        yield f"{name}-deferred", script(flags, request(0), WAIT, step(11) + b"\1", request(0), HELLO, END, actions=b"\xf0")
        yield f"{name}-fin", script(flags, request(0), FINISH, END)
        yield f"{name}-dropped", script(flags | ASKED, request(0), HELLO, END, actions=b"\0" * 4 + bytes([146, 3]))
        yield f"{name}-silent", script(flags, step(4), WAIT, WAIT, END)


def redis_inputs():
    cuts = bytes([3, 1, 7, 40])
    message = b"*3\r\n$7\r\nmessage\r\n$7\r\nws.news\r\n$5\r\nhello\r\n"
    subscribed = b"*3\r\n$9\r\nsubscribe\r\n$7\r\nws.news\r\n:1\r\n"
    yield "login", cuts + b"+OK\r\n+PONG\r\n" + subscribed + message * 2
    yield "errors", cuts + b"-ERR no\r\n-WRONGPASS invalid\r\n:-5\r\n$-1\r\n*-1\r\n$0\r\n\r\n"
    yield "nested", cuts + b"*2\r\n*1\r\n*0\r\n*2\r\n+a\r\n*1\r\n$1\r\nb\r\n"
    yield "too-deep", cuts + b"*1\r\n" * 12 + b":1\r\n"
    yield "announced", cuts + b"*100000000\r\n"
    yield "long", cuts + b"$536870912\r\n" + b"x" * 300
    yield "wrapped", cuts + b"*4294967297\r\n:1\r\n"
    yield "http", cuts + b"HTTP/1.1 400 Bad Request\r\n\r\n"


def main():
    fuzzers = {
        "frame": frame_inputs, "protocol": protocol_inputs, "handshake": handshake_inputs,
        "extension": extension_inputs, "inflate": inflate_inputs, "close": close_inputs,
        "utf8": utf8_inputs, "config": config_inputs, "proxy": proxy_inputs, "http": http_inputs,
        "hello": hello_inputs, "forwarded": forwarded_inputs, "lists": lists_inputs,
        "revocation": revocation_inputs, "certificate": certificate_inputs,
        "server": server_inputs, "server-tls": server_tls_inputs, "redis": redis_inputs,
    }
    for fuzzer, inputs in fuzzers.items():
        folder = CORPUS / fuzzer
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, data in inputs():
            (folder / name).write_bytes(data)


main()

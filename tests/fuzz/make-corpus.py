#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the fuzzers' corpus, tests/fuzz/corpus/FUZZER/NAME. Each file is an input that reaches a
part of its parser; an input that once found a fault is added here by name."""

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


def main():
    fuzzers = {
        "frame": frame_inputs, "protocol": protocol_inputs, "handshake": handshake_inputs,
        "extension": extension_inputs, "inflate": inflate_inputs, "close": close_inputs,
        "utf8": utf8_inputs, "config": config_inputs, "proxy": proxy_inputs, "http": http_inputs,
    }
    for fuzzer, inputs in fuzzers.items():
        folder = CORPUS / fuzzer
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, data in inputs():
            (folder / name).write_bytes(data)


main()

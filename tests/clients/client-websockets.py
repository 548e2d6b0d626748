#!/usr/bin/python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The python3-websockets client against the echo servers that run-client.py names."""

import asyncio
import hashlib
import os
import random
import ssl
import struct
import sys
import urllib.request

try:
    import websockets
    from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
except ImportError:
    print("python3-websockets is not installed")
    sys.exit(77)

LENGTHS = (0, 1, 125, 126, 65535, 65536, 1024 * 1024)
MIB = 1024 * 1024
DEADLINE_SECONDS = 60
STANDSTILL_SECONDS = 0.5
DEFAULT_WINDOW_BITS = 12
N_BLOCKS = 128  # of 65536 bytes: 8 MiB

RANDOM = random.Random(6455)
# 5 MiB and 16 MiB are cut out of these. Random text is of 64 letters, so it shrinks to 3/4.
RANDOM_BYTES = RANDOM.randbytes(16 * MIB)
LETTERS = bytes(48 + i % 64 for i in range(256))
RANDOM_TEXT = RANDOM_BYTES.translate(LETTERS).decode()
REPEATED_TEXT = "Grüße, 世界 🌍. " * MIB


def url(name=""):
    return os.environ["WS_TEST_URL" + name]


def any_certificate(address):
    """What accepts the certificate that a server has made itself; None where there is no TLS."""
    if not address.startswith(("wss:", "https:")):
        return None
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(name="", **options):
    """Opening may take long here, where ten clients of one thread mask megabytes."""
    return websockets.connect(
        url(name), max_size=None, open_timeout=DEADLINE_SECONDS, ping_timeout=DEADLINE_SECONDS, ssl=any_certificate(url(name)), **options
    )


def deflate(*arguments):
    """Options of connect() that offer compression with these parameters and nothing else."""
    return {"compression": None, "extensions": [ClientPerMessageDeflateFactory(*arguments)]}


async def echo(connection, message):
    await connection.send(message)
    answer = await connection.recv()
    assert type(answer) is type(message), f"{type(message)} came back as {type(answer)}"
    assert answer == message, f"{len(message)} were sent, {len(answer)} others came back"


async def talk():
    async with connect() as connection:
        for length in LENGTHS:
            await echo(connection, "x" * length)
            await echo(connection, b"\xff" * length)
        await echo(connection, "grüß € 𝄞")
        await (await connection.ping(b"payload"))
        # A message in fragments.
        await connection.send(["one ", "two ", "three"])
        assert await connection.recv() == "one two three"
        await connection.close(4001, "done")
        assert connection.close_code == 4001, f"closed with {connection.close_code}"


async def ask(connection, command):
    await connection.send(command)
    return await connection.recv()


async def compression_of(connection):
    """What the server says: the ratio of what it has sent, and the extensions, which must be what
    the opening handshake said."""
    ratio, _, extensions = (await ask(connection, "!extensions")).partition(" ")
    answered = connection.response_headers.get("Sec-WebSocket-Extensions", "")
    assert extensions == answered, f"the server has {extensions}, it answered {answered}"
    return float(ratio), extensions


async def check_deflate(name, offer, expected):
    """expected: takeover and window bits as the client ends up with them, the server's first."""
    async with connect(name, **deflate(*offer)) as connection:
        (extension,) = connection.extensions
        agreed = (
            extension.remote_no_context_takeover, extension.local_no_context_takeover,
            extension.remote_max_window_bits, extension.local_max_window_bits,
        )
        assert agreed == expected, f"{offer} became {agreed}, not {expected}"
        bits = max(expected[2:])
        # What repeats lies as far back as the larger window reaches, and a little farther.
        for distance in (100, (1 << bits) - 300, (1 << bits) + 300):
            await echo(connection, RANDOM_BYTES[:distance] * 3)
            await echo(connection, RANDOM_TEXT[:distance] * 3)
        await echo(connection, REPEATED_TEXT[:100000])
        ratio, extensions = await compression_of(connection)
        assert extensions.startswith("permessage-deflate"), extensions
        assert 0 < ratio < 0.9, f"{offer}: compressed to {ratio}"


async def negotiate():
    default = DEFAULT_WINDOW_BITS
    for server, client in ((False, False), (True, False), (False, True), (True, True)):
        await check_deflate("", (server, client, None, True), (server, client, default, default))
        await check_deflate("_FRESH", (server, client, None, True), (True, True, 9, 9))
    # A client that does not offer client_max_window_bits keeps its own.
    await check_deflate("", (False, False, None, None), (False, False, default, 15))
    for bits in range(9, 16):
        for name, most in (("", default), ("_WIDE", 15)):
            least = min(bits, most)
            await check_deflate(name, (False, False, bits, bits), (False, False, least, least))
        await check_deflate("_WIDE", (True, True, 24 - bits, bits), (True, True, 24 - bits, bits))


async def broadcasts():
    """What all get at once and what each gets by itself, in turn: every inflater follows."""
    offers = [(False, False, None, True), (True, True, None, True), (False, False, 9, 15), (False, False, 15, 15)]
    options = [deflate(*offer) for offer in offers] + [{"compression": None}]
    clients = [await connect("_WIDE", **each) for each in options]
    for length in (70, 260, 1000, 5000, 100000):
        for number, speaker in enumerate(clients):
            text = REPEATED_TEXT[number * 7 : number * 7 + length] + RANDOM_TEXT[number : number + length]
            await speaker.send("!broadcast " + text)
            for client in clients:
                assert await client.recv() == text, f"a broadcast of {length} came otherwise"
            await echo(clients[(number + 1) % len(clients)], text[length // 2 :])
            await echo(speaker, text[: length // 2])
    for client in clients:
        await client.close()


async def declined():
    async with connect("_PLAIN") as connection:
        assert connection.extensions == []
        await echo(connection, REPEATED_TEXT[:100000])
        assert await compression_of(connection) == (1, "")
    async with connect(compression=None) as connection:
        await echo(connection, REPEATED_TEXT[:100000])
        assert await compression_of(connection) == (1, "")


def fit(text, length):
    """The beginning of text, of length bytes."""
    cut = text.encode()[:length].decode(errors="ignore")
    return cut + "." * (length - len(cut.encode()))


async def fragments(connection, message, length):
    await connection.send(message[i : i + length] for i in range(0, len(message), length))
    assert await connection.recv() == message, f"{len(message)} in fragments of {length}"


async def large(name):
    async with connect(name) as connection:
        for length in (1 * MIB, 5 * MIB):
            await echo(connection, fit(REPEATED_TEXT, length))
            await echo(connection, RANDOM_TEXT[:length])
            await echo(connection, b"\xff" * length)
            await echo(connection, RANDOM_BYTES[:length])
        await echo(connection, fit(REPEATED_TEXT, 16 * MIB))
        await echo(connection, RANDOM_BYTES)
        if name == "_PLAIN":
            await echo(connection, RANDOM_TEXT)
            await echo(connection, bytes(16 * MIB))
        await fragments(connection, RANDOM_BYTES[: 5 * MIB], 100001)
        await fragments(connection, REPEATED_TEXT[:MIB], 1001)
        ratio, extensions = await compression_of(connection)
        assert (0 < ratio < 1) if extensions else ratio == 1, f"{extensions}: {ratio}"
        # A ping in the middle of a message stays whole, and so does the message.
        await connection.send(interrupted(connection, RANDOM_BYTES[:MIB]))
        assert await connection.recv() == RANDOM_BYTES[:MIB]


async def interrupted(connection, message):
    for i in range(0, len(message), MIB // 4):
        yield message[i : i + MIB // 4]
        await (await connection.ping())


async def request(name, *words):
    """What the server answers to a command beside the connection, as numbers."""
    address = url(name).replace("ws", "http", 1) + "/".join(words)

    def read():
        with urllib.request.urlopen(
            address, timeout=DEADLINE_SECONDS, context=any_certificate(address)
        ) as answer:
            return [int(word) for word in answer.read().split()]

    return await asyncio.to_thread(read)


async def receive_flow(connection):
    """Reads up to the end; returns how often the server was refused and told to go on."""
    digest = hashlib.sha256()
    n_blocks = 0
    while isinstance(message := await connection.recv(), bytes):
        assert struct.unpack_from("!I", message)[0] == n_blocks, f"block {n_blocks} is not next"
        digest.update(message)
        n_blocks += 1
    _, sent, refusals, readies, expected = message.split()
    assert n_blocks == int(sent), f"{n_blocks} blocks came, {sent} were sent"
    assert digest.hexdigest() == expected
    return n_blocks, int(refusals), int(readies)


async def read_slowly(options):
    # With one message waiting the client takes nothing more off its socket.
    async with connect("", max_queue=1, **options) as connection:
        own_id = await ask(connection, "!id")
        blocks, refusals, _ = await request("", "send", own_id, str(N_BLOCKS))
        assert (blocks, refusals) == (N_BLOCKS, 0)
        await asyncio.sleep(STANDSTILL_SECONDS)
        # Others are served meanwhile.
        async with connect() as other:
            await echo(other, "still there")
        assert await receive_flow(connection) == (N_BLOCKS, 0, 0)
        await echo(connection, "after it")


async def overflow(options):
    async with connect("_NARROW", max_queue=1, **options) as connection:
        own_id = await ask(connection, "!id")
        before, refusals, queue = await request("_NARROW", "flood", own_id, str(N_BLOCKS))
        assert refusals == 1 and 0 < queue <= 2 * MIB, f"{refusals} refusals, {queue} wait"
        blocks, refusals, readies = await receive_flow(connection)
        assert blocks == before + N_BLOCKS and refusals == readies >= 1, (blocks, refusals, readies)
        await echo(connection, "after it")


async def within_deadline(*tasks):
    await asyncio.wait_for(asyncio.gather(*tasks), DEADLINE_SECONDS)


async def main():
    await within_deadline(talk())
    await within_deadline(*(talk() for _ in range(10)))
    if any_certificate(url()) is None:  # over TLS it would be the same
        await within_deadline(negotiate(), declined())
    await within_deadline(broadcasts())
    await within_deadline(large(""))
    await within_deadline(large("_PLAIN"))
    for options in ({}, {"compression": None}):
        await within_deadline(read_slowly(options), overflow(options))
    print("python3-websockets", websockets.__version__, "ok")


asyncio.run(main())

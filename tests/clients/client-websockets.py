#!/usr/bin/python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The python3-websockets client against the echo server at WS_TEST_URL."""

import asyncio
import os
import sys

try:
    import websockets
except ImportError:
    print("python3-websockets is not installed")
    sys.exit(77)

LENGTHS = (0, 1, 125, 126, 65535, 65536, 1024 * 1024)
DEADLINE_SECONDS = 20


async def echo(connection, message):
    await connection.send(message)
    answer = await connection.recv()
    assert type(answer) is type(message), f"{type(message)} came back as {type(answer)}"
    assert answer == message, f"{len(message)} were sent, {len(answer)} others came back"


async def talk(url):
    async with websockets.connect(url, max_size=None) as connection:
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


async def main():
    url = os.environ["WS_TEST_URL"]
    await asyncio.wait_for(talk(url), DEADLINE_SECONDS)

    # Many at once.
    await asyncio.wait_for(asyncio.gather(*(talk(url) for _ in range(10))), DEADLINE_SECONDS)
    print("python3-websockets", websockets.__version__, "ok")


asyncio.run(main())

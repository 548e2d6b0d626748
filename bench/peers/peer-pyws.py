# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Echo server on python3-websockets.   peer-pyws.py PORT [--tls CERT KEY] [--deflate on|off]
import asyncio
import ssl
import sys

import websockets

a = sys.argv[1:]
tls = None
if "--tls" in a:
    i = a.index("--tls")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(a[i + 1], a[i + 2])
deflate = "--deflate" in a and a[a.index("--deflate") + 1] == "on"


async def echo(ws):
    try:
        async for m in ws:
            await ws.send(m)
    except websockets.ConnectionClosed:
        pass


async def main():
    async with websockets.serve(echo, "127.0.0.1", int(a[0]), ssl=tls, max_size=None, ping_interval=None,
                                compression="deflate" if deflate else None, backlog=4096):
        await asyncio.Future()


asyncio.run(main())

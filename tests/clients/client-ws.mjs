// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The npm ws client against the echo server at WS_TEST_URL.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import WebSocket from 'ws';

const LENGTHS = [0, 1, 125, 126, 65535, 65536, 1024 * 1024];
const DEADLINE_MS = 20000;

async function echo(socket, message) {
    socket.send(message);
    const [data, isBinary] = await once(socket, 'message');
    assert.equal(isBinary, typeof message !== 'string');
    assert.ok(data.equals(Buffer.from(message)), `${message.length} sent, ${data.length} others came back`);
}

async function ping(socket) {
    socket.ping('payload');
    const [payload] = await once(socket, 'pong');
    assert.equal(payload.toString(), 'payload');
}

async function fragments(socket) {
    socket.send('one ', {fin: false});
    socket.send('two', {fin: true});
    const [data, isBinary] = await once(socket, 'message');
    assert.equal(isBinary, false);
    assert.equal(data.toString(), 'one two');
}

async function talk(url) {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    for (const length of LENGTHS) {
        await echo(socket, 'x'.repeat(length));
        await echo(socket, Buffer.alloc(length, 0xff));
    }
    await echo(socket, 'grüß € 𝄞');
    await ping(socket);
    await fragments(socket);

    socket.close(4001, 'done');
    const [code] = await once(socket, 'close');
    assert.equal(code, 4001);
}

const deadline = setTimeout(() => {
    console.error(`not done within ${DEADLINE_MS} ms`);
    process.exit(1);
}, DEADLINE_MS);

await talk(process.env.WS_TEST_URL);
await Promise.all(Array.from({length: 10}, () => talk(process.env.WS_TEST_URL)));
clearTimeout(deadline);
console.log('ws ok');

// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The npm ws client against the echo servers that run-client.py names.
import assert from 'node:assert/strict';
import {createHash, randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import WebSocket from 'ws';

const LENGTHS = [0, 1, 125, 126, 65535, 65536, 1024 * 1024];
const MIB = 1024 * 1024;
const DEADLINE_MS = 90000;
const STANDSTILL_MS = 500;
const DEFAULT_WINDOW_BITS = 12;
const N_BLOCKS = 128; // of 65536 bytes: 8 MiB

// Random text is of 64 letters, so it shrinks to 3/4.
const RANDOM_BYTES = randomBytes(16 * MIB);
const RANDOM_TEXT = RANDOM_BYTES.toString('base64');
const REPEATED_TEXT = 'Grüße, 世界 🌍. '.repeat(MIB);

const address = name => process.env[`WS_TEST_URL${name}`];

async function connect(name = '', options = {}) {
    const socket = new WebSocket(address(name), options);
    // The extensions that the opening handshake has answered.
    socket.on('upgrade', response => {
        socket.answered = response.headers['sec-websocket-extensions'] ?? '';
    });
    await once(socket, 'open');
    return socket;
}

async function disconnect(socket) {
    socket.close(1000);
    await once(socket, 'close');
}

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

async function fragments(socket, message, length) {
    for (let i = 0; i < message.length; i += length) {
        const fin = i + length >= message.length;
        socket.send(message.slice(i, i + length), {fin});
    }
    const [data, isBinary] = await once(socket, 'message');
    assert.equal(isBinary, typeof message !== 'string');
    assert.ok(data.equals(Buffer.from(message)), `${message.length} in fragments of ${length}`);
}

async function talk() {
    const socket = await connect();
    for (const length of LENGTHS) {
        await echo(socket, 'x'.repeat(length));
        await echo(socket, Buffer.alloc(length, 0xff));
    }
    await echo(socket, 'grüß € 𝄞');
    await ping(socket);
    await fragments(socket, 'one two', 4);

    socket.close(4001, 'done');
    const [code] = await once(socket, 'close');
    assert.equal(code, 4001);
}

async function ask(socket, command) {
    socket.send(command);
    const [data] = await once(socket, 'message');
    return data.toString();
}

// The ratio of what the server has sent, and the extensions as both sides say.
async function compressionOf(socket) {
    const [, ratio, extensions] = /^([0-9.]+) (.*)$/.exec(await ask(socket, '!extensions'));
    assert.equal(extensions, socket.answered);
    assert.equal(extensions.split(';')[0], socket.extensions);
    return [Number(ratio), extensions];
}

function parseExtensions(extensions) {
    const [name, ...parameters] = extensions.split(/; */);
    assert.equal(name, 'permessage-deflate');
    return Object.fromEntries(parameters.map(parameter => parameter.split('=')));
}

// What all get at once and what each gets by itself, in turn: every inflater follows.
async function broadcasts() {
    const options = [{threshold: 0}, {threshold: 0, serverNoContextTakeover: true},
        {threshold: 0, serverMaxWindowBits: 9}, false];
    const sockets = await Promise.all(options.map(perMessageDeflate => connect('_WIDE', {perMessageDeflate})));
    for (const length of [70, 260, 1000, 5000, 100000]) {
        for (const [number, speaker] of sockets.entries()) {
            const text = REPEATED_TEXT.slice(number * 7, number * 7 + length) + RANDOM_TEXT.slice(number, number + length);
            const all = Promise.all(sockets.map(socket => once(socket, 'message')));
            speaker.send(`!broadcast ${text}`);
            for (const [data] of await all)
                assert.equal(data.toString(), text, `a broadcast of ${length} came otherwise`);
            await echo(sockets[(number + 1) % sockets.length], text.slice(length / 2));
            await echo(speaker, text.slice(0, length / 2));
        }
    }
    await Promise.all(sockets.map(disconnect));
}

// `expected` holds takeover and window bits as the server has answered them, the server's first.
async function checkDeflate(name, offer, expected) {
    const socket = await connect(name, {perMessageDeflate: {threshold: 0, ...offer}});
    const bits = Math.max(expected[2], expected[3]);
    // What repeats lies as far back as the larger window reaches, and a little farther.
    for (const distance of [100, 2 ** bits - 300, 2 ** bits + 300]) {
        const once = RANDOM_BYTES.subarray(0, distance);
        await echo(socket, Buffer.concat([once, once, once]));
        await echo(socket, RANDOM_TEXT.slice(0, distance).repeat(3));
    }
    await echo(socket, REPEATED_TEXT.slice(0, 100000));

    const [ratio, extensions] = await compressionOf(socket);
    const agreed = parseExtensions(extensions);
    assert.deepEqual([
        'server_no_context_takeover' in agreed, 'client_no_context_takeover' in agreed,
        Number(agreed.server_max_window_bits ?? 15), Number(agreed.client_max_window_bits ?? 15),
    ], expected, `${JSON.stringify(offer)} became ${extensions}`);
    assert.ok(ratio > 0 && ratio < 0.9, `${extensions}: compressed to ${ratio}`);
    await disconnect(socket);
}

async function negotiate() {
    const wish = DEFAULT_WINDOW_BITS;
    for (const server of [false, true]) {
        for (const client of [false, true]) {
            // With false, this client refuses what a server may well answer. RFC 7692 §7.1.1.2.
            const offer = {};
            if (server)
                offer.serverNoContextTakeover = true;
            if (client)
                offer.clientNoContextTakeover = true;
            await checkDeflate('', offer, [server, client, wish, wish]);
            await checkDeflate('_FRESH', offer, [true, true, 9, 9]);
        }
    }
    for (let bits = 9; bits <= 15; bits++) {
        const both = {serverMaxWindowBits: bits, clientMaxWindowBits: bits};
        const least = Math.min(bits, wish);
        await checkDeflate('', both, [false, false, least, least]);
        await checkDeflate('_WIDE', both, [false, false, bits, bits]);
        await checkDeflate('_WIDE', {
            serverNoContextTakeover: true, clientNoContextTakeover: true,
            serverMaxWindowBits: 24 - bits, clientMaxWindowBits: bits,
        }, [true, true, 24 - bits, bits]);
    }
}

async function declined() {
    for (const [name, options] of [['_PLAIN', {}], ['', {perMessageDeflate: false}]]) {
        const socket = await connect(name, options);
        assert.equal(socket.extensions, '');
        await echo(socket, REPEATED_TEXT.slice(0, 100000));
        assert.deepEqual(await compressionOf(socket), [1, '']);
        await disconnect(socket);
    }
}

// The beginning of a text, of so many bytes.
function fit(text, length) {
    const {read, written} = new TextEncoder().encodeInto(text, new Uint8Array(length));
    return text.slice(0, read) + '.'.repeat(length - written);
}

async function large(name) {
    const socket = await connect(name);
    for (const length of [MIB, 5 * MIB]) {
        await echo(socket, fit(REPEATED_TEXT, length));
        await echo(socket, RANDOM_TEXT.slice(0, length));
        await echo(socket, Buffer.alloc(length, 0xff));
        await echo(socket, RANDOM_BYTES.subarray(0, length));
    }
    await echo(socket, fit(REPEATED_TEXT, 16 * MIB));
    await echo(socket, RANDOM_BYTES);
    if (name === '_PLAIN') {
        await echo(socket, RANDOM_TEXT.slice(0, 16 * MIB));
        await echo(socket, Buffer.alloc(16 * MIB));
    }
    await fragments(socket, RANDOM_BYTES.subarray(0, 5 * MIB), 100001);
    await fragments(socket, RANDOM_TEXT.slice(0, MIB), 1001);

    const [ratio, extensions] = await compressionOf(socket);
    assert.ok(extensions ? ratio > 0 && ratio < 1 : ratio === 1, `${extensions}: ${ratio}`);
    await disconnect(socket);
}

// What the server answers to a command beside the connection, as numbers.
async function request(name, ...words) {
    const response = await fetch(address(name).replace('ws:', 'http:') + words.join('/'));
    return (await response.text()).split(' ').map(Number);
}

// Reads up to the end; resolves with how much came and how often the server was refused and told
// to go on.
function receiveFlow(socket) {
    const digest = createHash('sha256');
    let nBlocks = 0;

    return new Promise((resolve, reject) => {
        socket.on('message', function take(data, isBinary) {
            if (isBinary) {
                if (data.readUInt32BE() !== nBlocks)
                    reject(new Error(`block ${nBlocks} is not next`));
                digest.update(data);
                nBlocks++;
                return;
            }
            socket.off('message', take);
            const [, sent, refusals, readies, expected] = data.toString().split(' ');
            if (nBlocks !== Number(sent) || digest.digest('hex') !== expected)
                reject(new Error(`${nBlocks} blocks came, ${sent} others were sent`));
            resolve([nBlocks, Number(refusals), Number(readies)]);
        });
    });
}

async function readSlowly(options) {
    const socket = await connect('', options);
    const id = await ask(socket, '!id');
    socket.pause();
    const flow = receiveFlow(socket);
    const [blocks, refusals] = await request('', 'send', id, N_BLOCKS);
    assert.deepEqual([blocks, refusals], [N_BLOCKS, 0]);
    await sleep(STANDSTILL_MS);
    // Others are served meanwhile.
    const other = await connect();
    await echo(other, 'still there');
    await disconnect(other);

    socket.resume();
    assert.deepEqual(await flow, [N_BLOCKS, 0, 0]);
    await echo(socket, 'after it');
    await disconnect(socket);
}

async function overflow(options) {
    const socket = await connect('_NARROW', options);
    const id = await ask(socket, '!id');
    socket.pause();
    const flow = receiveFlow(socket);
    const [before, first, queue] = await request('_NARROW', 'flood', id, N_BLOCKS);
    assert.equal(first, 1);
    assert.ok(queue > 0 && queue <= 2 * MIB, `${queue} bytes wait`);

    socket.resume();
    const [blocks, refusals, readies] = await flow;
    assert.equal(blocks, before + N_BLOCKS);
    assert.ok(refusals >= 1 && readies === refusals, `${refusals} refusals, ${readies} readies`);
    await echo(socket, 'after it');
    await disconnect(socket);
}

const deadline = setTimeout(() => {
    console.error(`not done within ${DEADLINE_MS} ms`);
    process.exit(1);
}, DEADLINE_MS);

await talk();
await Promise.all(Array.from({length: 10}, () => talk()));
await Promise.all([negotiate(), declined()]);
await broadcasts();
await large('');
await large('_PLAIN');
for (const options of [{}, {perMessageDeflate: false}])
    await Promise.all([readSlowly(options), overflow(options)]);
clearTimeout(deadline);
console.log('ws ok');

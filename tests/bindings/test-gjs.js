// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The typelib from JavaScript: every property and signal, errors, bytes, an echo over a socket.
import GIRepository from 'gi://GIRepository?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import Ws from 'gi://Ws?version=1.0';

import {BINARY, Client, PING, PONG, TEXT} from './client.js';
import {assert, assertBytes, assertEqual, assertError, run} from './runner.js';

function readEveryProperty(object) {
    const names = GObject.Object.list_properties.call(object.constructor.$gtype
        ? object.constructor : object)
        .filter(pspec => pspec.flags & GObject.ParamFlags.READABLE)
        .map(pspec => pspec.get_name());
    for (const name of names)
        void object[name.replaceAll('-', '_')];
    return names;
}

function startServer() {
    const server = new Ws.Server();
    server.set_local_host('127.0.0.1');
    server.start_listening();
    return server;
}

async function testEverySignal() {
    const names = ['connected', 'connection-request', 'data-in', 'disconnected', 'error', 'log',
        'ping', 'ready-to-send', 'web-socket-open-request', 'http-request'];
    const server = startServer();
    const seen = {};
    const properties = {};
    for (const name of names) {
        server.connect(name, (...everything) => {
            (seen[name] ??= []).push(everything.slice(1));
            for (const argument of everything) {
                if (argument instanceof GObject.Object)
                    properties[argument.constructor.name] = readEveryProperty(argument);
            }
        });
    }

    const client = await Client.connect(server.local_port);
    await client.open('/signals');
    client.send(TEXT, new TextEncoder().encode('text'));
    client.send(BINARY, Uint8Array.from({length: 256}, (_, i) => i));
    client.send(PING, [0, 1]);
    const [opcode, pong] = await client.receive();
    assertEqual(opcode, PONG, 'opcode of the answer to a ping');
    assertBytes(pong, [0, 1], 'payload of the pong');
    await client.close(4001);
    await (await Client.connect(server.local_port)).get('/page');
    server.local_port = 1;

    for (const name of names)
        assert(name in seen, `no ${name}`);
    checkData(seen);
    assertEqual(seen['disconnected'][0][1], 4001, 'code of disconnected');
    assertEqual(seen['error'][0][0], null, 'connection of error');
    assertEqual(seen['error'][0][1], Ws.Error.LOCAL_PORT_FIXED, 'code of error');
    for (const kind of ['Server', 'Connection', 'ConnectionRequest', 'OpenRequest', 'HttpRequest'])
        assert(`Ws_${kind}` in properties, `no property of ${kind} read`);
    for (const name of ['connection-id', 'request-uri', 'remote-address', 'data-format'])
        assert(properties['Ws_Connection'].includes(name), `no property ${name}`);
    server.shutdown();
}

function checkData(seen) {
    const [first, second] = seen['data-in'];
    assertEqual(first[1], Ws.DataFormat.TEXT, 'format');
    assert(first[2] instanceof GLib.Bytes, 'data is no GLib.Bytes');
    assertEqual(new TextDecoder().decode(first[2].toArray()), 'text', 'data');
    assertEqual(first[3], true, 'eom');
    assertEqual(second[1], Ws.DataFormat.BINARY, 'format');
    assertBytes(second[2].toArray(), Uint8Array.from({length: 256}, (_, i) => i), 'data');
    assertBytes(seen['ping'][0][1].toArray(), [0, 1], 'payload of ping');
    assertEqual(seen['ping'][0][2], false, 'response of ping');
}

async function testEcho() {
    const server = startServer();
    server.config('BufferMessage=True');
    server.connect('data-in', (_server, connection, format, data) => {
        connection.data_format = format;
        connection.send(data);
    });

    const client = await Client.connect(server.local_port);
    await client.open('/');
    for (const length of [0, 1, 125, 126, 65535, 65536]) {
        for (const [opcode, octet] of [[TEXT, 0x78], [BINARY, 0xff]]) {
            const payload = new Uint8Array(length).fill(octet);
            client.send(opcode, payload);
            // eslint-disable-next-line no-await-in-loop
            const [answerOpcode, answer] = await client.receive();
            assertEqual(answerOpcode, opcode, 'opcode');
            assertBytes(answer, payload, 'payload');
        }
    }
    await client.close(1000);
    server.shutdown();
}

async function testMessageFunc() {
    const server = startServer();
    const messages = [];
    server.set_message_func((connection, format, data) => {
        messages.push([format, data]);
        connection.send_data(format, data);
    });
    server.connect('data-in', () => messages.push('data-in beside a message function'));

    const client = await Client.connect(server.local_port);
    await client.open('/');
    for (const payload of [Uint8Array.from({length: 256}, (_, i) => i), new Uint8Array()]) {
        client.send(BINARY, payload);
        // eslint-disable-next-line no-await-in-loop
        const [opcode, answer] = await client.receive();
        assertEqual(opcode, BINARY, 'opcode');
        assertBytes(answer, payload, 'payload');
    }
    assertEqual(messages.length, 2, 'messages');
    assertEqual(messages[0][0], Ws.DataFormat.BINARY, 'format');
    server.set_message_func(null);
    await client.close(1000);
    server.shutdown();
}

async function testBroadcast() {
    const server = startServer();
    const clients = [];
    for (const target of ['/no', '/yes']) {
        // eslint-disable-next-line no-await-in-loop
        clients.push(await Client.connect(server.local_port));
        // eslint-disable-next-line no-await-in-loop
        await clients.at(-1).open(target);
    }

    const news = new GLib.Bytes(new TextEncoder().encode('news'));
    assertEqual(server.broadcast(Ws.DataFormat.TEXT, news, connection => connection.request_uri === '/yes'),
        1, 'clients that took it');
    assertEqual(server.broadcast(Ws.DataFormat.BINARY, news, null), 2, 'clients that took it');
    assertEqual((await clients[0].receive())[0], BINARY, 'what all got');
    assertEqual((await clients[1].receive())[0], TEXT, 'what one got');
    assertEqual((await clients[1].receive())[0], BINARY, 'what all got');
    for (const client of clients)
        // eslint-disable-next-line no-await-in-loop
        await client.close(1000);
    server.shutdown();
}

async function testOpenRequest() {
    const server = startServer();
    server.connect('web-socket-open-request', (_server, _connection, request) => {
        assertEqual(request.sub_protocols, 'chat, superchat', 'offered subprotocols');
        request.defer();
        GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
            request.sub_protocols = 'superchat';
            request.response_headers = 'X-From: JavaScript\r\n';
            assert(request.complete(), 'complete');
            return GLib.SOURCE_REMOVE;
        });
    });

    const client = await Client.connect(server.local_port);
    const head = await client.open('/', 'Sec-WebSocket-Protocol: chat, superchat\r\n');
    assert(head.includes('Sec-WebSocket-Protocol: superchat\r\n'), head);
    assert(head.includes('X-From: JavaScript\r\n'), head);
    await client.close(1000);
    server.shutdown();
}

async function testHttpRequest() {
    const server = startServer();
    server.connect('http-request', (_server, _connection, request) => {
        request.status_code = 200;
        request.content_type = 'text/html';
        request.set_body(new GLib.Bytes(new TextEncoder().encode('<p>hello')));
    });

    const [head, body] = await (await Client.connect(server.local_port)).get('/page');
    assert(head.startsWith('HTTP/1.1 200 OK\r\n'), head);
    assertEqual(body, '<p>hello', 'body');
    server.shutdown();
}

async function testSecureForLoopback() {
    const server = new Ws.Server();
    const token = server.secure_for_loopback();
    server.start_listening();
    assertEqual(server.local_host, '127.0.0.1', 'local-host');
    assertEqual(token.length, 43, 'length of the token');

    const [refusal] = await (await Client.connect(server.local_port)).get('/');
    assert(refusal.startsWith('HTTP/1.1 403 '), refusal);
    const client = await Client.connect(server.local_port);
    await client.open(`/?token=${token}`);
    await client.close(1000);
    const other = await Client.connect(server.local_port);
    const head = await other.open('/', `Sec-WebSocket-Protocol: ${token}\r\n`);
    assert(head.includes(`Sec-WebSocket-Protocol: ${token}\r\n`), head);
    await other.close(1000);
    server.shutdown();

    assertError(Ws.Error.INVALID_ARGUMENT, () => new Ws.Server({localHost: '0.0.0.0'}).secure_for_loopback());
}

// The position of the first argument that is text, or a list of texts.
function textArgument(callable) {
    const isText = type => [GIRepository.TypeTag.UTF8, GIRepository.TypeTag.FILENAME]
        .includes(GIRepository.type_info_get_tag(type));
    const count = GIRepository.callable_info_get_n_args(callable);
    for (let i = 0; i < count; i++) {
        const argument = GIRepository.callable_info_get_arg(callable, i);
        const type = GIRepository.arg_info_get_type(argument);
        if (GIRepository.arg_info_get_direction(argument) === GIRepository.Direction.OUT)
            continue;
        if (isText(type))
            return [i, 'a\0b'];
        if (GIRepository.type_info_get_tag(type) === GIRepository.TypeTag.ARRAY &&
            isText(GIRepository.type_info_get_param_type(type, 0)))
            return [i, ['a\0b']];
    }
    return [-1, null];
}

// Nothing is called: the text is refused before the arguments and the object are looked at.
function testEveryTextRefusesNul() {
    const repository = GIRepository.Repository.get_default();
    let tried = 0;
    for (let i = 0; i < repository.get_n_infos('Ws'); i++) {
        const type = repository.get_info('Ws', i);
        if (type.get_type() !== GIRepository.InfoType.OBJECT)
            continue;
        for (let j = 0; j < GIRepository.object_info_get_n_methods(type); j++) {
            const method = GIRepository.object_info_get_method(type, j);
            const [position, text] = textArgument(method);
            if (position < 0)
                continue;
            const isMethod = GIRepository.function_info_get_flags(method) & GIRepository.FunctionInfoFlags.IS_METHOD;
            const holder = isMethod ? Ws[type.get_name()].prototype : Ws[type.get_name()];
            const values = Array(position).fill(null);
            const message = assertError(Ws.Error.INVALID_ARGUMENT, () => holder[method.get_name()](...values, text));
            assert(message.startsWith(`${method.get_name()}: argument ${position + 1} contains U+0000`), message);
            tried++;
        }
    }
    assert(tried > 30, `only ${tried} methods take text`);
}

async function testTextWithNul() {
    const server = startServer();
    server.connect('connected', (_server, connection) => {
        assertError(Ws.Error.INVALID_ARGUMENT, () => connection.send_text('SEND\0'));
        assertError(Ws.Error.INVALID_ARGUMENT, () => connection.close(1000, 'bye\0'));
        connection.send_data(Ws.DataFormat.TEXT, new TextEncoder().encode('SEND\0'));
        connection.send_text('after');
    });
    const client = await Client.connect(server.local_port);
    await client.open('/');
    assertBytes((await client.receive())[1], new TextEncoder().encode('SEND\0'), 'the text sent as bytes');
    assertBytes((await client.receive())[1], new TextEncoder().encode('after'), 'the text after it');
    await client.close(1000);
    server.shutdown();
}

async function testErrors() {
    const server = startServer();
    assertError(Ws.Error.ALREADY_LISTENING, () => server.start_listening());
    assertError(Ws.Error.LOCAL_PORT_FIXED, () => server.set_local_port(1));
    assertError(Ws.Error.INVALID_CONNECTION_ID, () => server.send_text('nobody', 'a'));
    const message = assertError(Ws.Error.INVALID_ARGUMENT, () => server.config('NoSuchSetting=1'));
    assert(message.includes('NoSuchSetting'), message);
    assertEqual(Ws.Error.ADDRESS_IN_USE, 10048, 'the number of ADDRESS_IN_USE');
    server.shutdown();
}

const tests = {testEverySignal, testEcho, testMessageFunc, testBroadcast, testOpenRequest, testHttpRequest, testSecureForLoopback,
    testEveryTextRefusesNul, testTextWithNul, testErrors};

run(tests);

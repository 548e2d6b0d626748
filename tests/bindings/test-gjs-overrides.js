// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What bindings/gjs/overrides/Ws.js adds: data of any kind, promises, default arguments, iteration, handlers.
import GIRepository from 'gi://GIRepository?version=2.0';
import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import Ws from 'gi://Ws?version=1.0';

import {BINARY, Client, CLOSE, TEXT} from './client.js';
import {assert, assertBytes, assertEqual, assertError, run} from './runner.js';

const encode = text => new TextEncoder().encode(text);
const decode = bytes => new TextDecoder().decode(bytes);

function startServer(settings = []) {
    const server = new Ws.Server({localHost: '127.0.0.1'});
    settings.forEach(setting => server.config(setting));
    server.start_listening();
    return server;
}

// A server with one client, and the server's side of it.
async function startWithClient(settings = []) {
    const server = startServer(settings);
    let connection = null;
    const handler = server.connect('connected', (_server, connected) => (connection = connected));
    const client = await Client.connect(server.local_port);
    await client.open('/');
    await until(() => connection !== null);
    server.disconnect(handler);
    return [server, client, connection];
}

// Runs the main loop until something is so; the run as a whole has a deadline.
function until(isSo) {
    return new Promise(resolve => {
        GLib.timeout_add(GLib.PRIORITY_DEFAULT, 1, () => {
            if (!isSo())
                return GLib.SOURCE_CONTINUE;
            resolve();
            return GLib.SOURCE_REMOVE;
        });
    });
}

async function assertRejects(code, promise) {
    let caught = null;
    try {
        await promise;
    } catch (error) {
        caught = error;
    }
    assert(caught instanceof GLib.Error && caught.matches(Ws.Error, code), `${caught} has not the code ${code}`);
}

async function assertReceives(client, opcode, payload, what) {
    const [receivedOpcode, received] = await client.receive();
    assertEqual(receivedOpcode, opcode, `${what}, opcode`);
    assertBytes(received, payload, what);
}

async function assertReceivesClose(client, code) {
    const [opcode, payload] = await client.receive();
    assertEqual(opcode, CLOSE, 'opcode of a close');
    assertEqual(payload[0] << 8 | payload[1], code, 'code of a close');
}

// The methods of the typelib for which a function returns true: ['Server.send', …].
function findMethods(isWanted) {
    const repository = GIRepository.Repository.get_default();
    const found = [];
    for (let i = 0; i < repository.get_n_infos('Ws'); i++) {
        const type = repository.get_info('Ws', i);
        if (type.get_type() !== GIRepository.InfoType.OBJECT)
            continue;
        for (let j = 0; j < GIRepository.object_info_get_n_methods(type); j++) {
            const method = GIRepository.object_info_get_method(type, j);
            if (isWanted(method))
                found.push(`${type.get_name()}.${method.get_name()}`);
        }
    }
    return found.sort().join(' ');
}

function takesData(method) {
    for (let i = 0; i < GIRepository.callable_info_get_n_args(method); i++) {
        const type = GIRepository.arg_info_get_type(GIRepository.callable_info_get_arg(method, i));
        const tag = GIRepository.type_info_get_tag(type);
        if (tag === GIRepository.TypeTag.INTERFACE && GIRepository.type_info_get_interface(type).get_name() === 'Bytes')
            return true;
        if (tag === GIRepository.TypeTag.ARRAY &&
            GIRepository.type_info_get_tag(GIRepository.type_info_get_param_type(type, 0)) === GIRepository.TypeTag.UINT8)
            return true;
    }
    return false;
}

// A method that the library gains must be added to the override and here.
function testEveryMethodIsKnown() {
    assertEqual(findMethods(takesData), [
        'Certificate.new_from_encoded', 'Certificate.new_from_store', 'Certificate.new_from_store_encoded',
        'Certificate.set_encoded_b', 'Certificate.set_store_b', 'Connection.send', 'Connection.send_async',
        'Connection.send_bytes', 'Connection.send_data', 'HttpRequest.set_body', 'Server.broadcast', 'Server.send',
        'Server.send_bytes', 'Topics.publish', 'Topics.publish_async'].join(' '), 'methods that take data');
    assertEqual(findMethods(method => method.get_name().endsWith('_async')), [
        'Connection.close_async', 'Connection.send_async', 'Connection.send_file_async', 'Connection.send_ping_async',
        'Connection.send_stream_async', 'Server.shutdown_async', 'Topics.publish_async',
        'Topics.subscribe_from_async'].join(' '), 'asynchronous methods');
}

// Text as each kind of value that has bytes.
function kindsOf(text) {
    const bytes = encode(text);
    const padded = encode(`(${text})`);
    return {
        'a string': text,
        'a Uint8Array': bytes,
        'a part of an array': padded.subarray(1, 1 + bytes.length),
        'an ArrayBuffer': bytes.buffer.slice(0, bytes.length),
        'a DataView': new DataView(padded.buffer, padded.byteOffset + 1, bytes.length),
        'a GLib.Bytes': new GLib.Bytes(bytes),
    };
}

async function testSendEveryKindOfData() {
    const [server, client, connection] = await startWithClient();
    const id = connection.connection_id;
    const text = 'dätä';

    for (const [kind, data] of Object.entries(kindsOf(text))) {
        const sends = [
            [TEXT, () => connection.send(data)], // automatic: this is UTF-8
            [TEXT, () => connection.send_text(data)],
            [BINARY, () => connection.send_bytes(data)],
            [TEXT, () => connection.send_data(Ws.DataFormat.TEXT, data)],
            [BINARY, () => connection.send_data(Ws.DataFormat.BINARY, data)],
            [typeof data === 'string' ? TEXT : BINARY, () => connection.send_data(data)],
            [BINARY, () => connection.send_async(Ws.DataFormat.BINARY, data)],
            [typeof data === 'string' ? TEXT : BINARY, () => connection.send_async(data)],
            [TEXT, () => server.send(id, data)],
            [TEXT, () => server.send_text(id, data)],
            [BINARY, () => server.send_bytes(id, data)],
            [TEXT, () => server.broadcast(Ws.DataFormat.TEXT, data)],
            [typeof data === 'string' ? TEXT : BINARY, () => server.broadcast(data)],
        ];
        for (const [opcode, send] of sends) {
            send();
            // eslint-disable-next-line no-await-in-loop
            await assertReceives(client, opcode, encode(text), `${kind}, ${send}`);
        }
    }
    assertError(Ws.Error.INVALID_CONNECTION_ID, () => server.send_text('nobody', encode('a')));
    await client.close(1000);
    server.shutdown();
}

async function testTextWithNulAsData() {
    const [server, client, connection] = await startWithClient();
    for (const send of [text => connection.send(text), text => connection.send_data(text),
        text => connection.send_async(text), text => server.broadcast(text)]) {
        send('a\0b');
        // eslint-disable-next-line no-await-in-loop
        await assertReceives(client, TEXT, encode('a\0b'), `${send}`);
    }
    await client.close(1000);
    server.shutdown();
}

async function testBodyOfEveryKind() {
    const server = startServer();
    let body = null;
    let way = null;
    server.connect('http-request', (_server, _connection, request) => {
        request.status_code = 200;
        request.response_headers = {'X-One': 'a', 'X-Two': 2};
        if (way === 'property')
            request.body = body;
        else
            request.set_body(body);
    });

    for (way of ['property', 'method']) {
        for (const [kind, data] of Object.entries(kindsOf('bödy'))) {
            body = data;
            // eslint-disable-next-line no-await-in-loop
            const [head, text] = await (await Client.connect(server.local_port)).get('/');
            assert(head.includes('X-One: a\r\nX-Two: 2\r\n'), head);
            assertEqual(text, 'bödy', `${kind} as the body, by ${way}`);
        }
    }
    server.shutdown();
}

function testCertificateOfEveryKind() {
    const certificate = Ws.Certificate.new_self_signed();
    assertEqual(certificate.subject, 'CN=localhost', 'subject');
    const pem = `${certificate.private_key}\n${certificate.encoded}\n`;

    for (const [kind, data] of Object.entries(kindsOf(pem))) {
        assertEqual(Ws.Certificate.new_from_store(Ws.CertStoreType.PEM_KEY_BLOB, data).subject, 'CN=localhost', kind);
        const written = new Ws.Certificate({storeType: Ws.CertStoreType.PEM_KEY_BLOB, storeB: data});
        assertEqual(decode(written.store_b.toArray()), pem, `${kind} given to the constructor`);
        written.set_store_b(data);
        assertEqual(decode(written.store_b.toArray()), pem, `${kind} given to the method`);
        written.store_b = data;
        assertEqual(decode(written.store_b.toArray()), pem, `${kind} written to the property`);
    }
}

// Nothing is written: the text is refused before the object is looked at.
function testEveryPropertyRefusesNul() {
    let tried = 0;
    for (const type of [Ws.Certificate, Ws.Connection, Ws.HttpRequest, Ws.OpenRequest, Ws.Server,
        Ws.SslConnectionRequest]) {
        for (const {name, flags, value_type: valueType} of GObject.Object.list_properties.call(type)) {
            if (valueType !== GObject.TYPE_STRING || !(flags & GObject.ParamFlags.WRITABLE))
                continue;
            for (const spelling of [name, name.replaceAll('-', '_'), name.replace(/-(.)/g, (_, l) => l.toUpperCase())]) {
                const {set} = Object.getOwnPropertyDescriptor(type.prototype, spelling);
                const message = assertError(Ws.Error.INVALID_ARGUMENT, () => set.call(null, 'a\0b'));
                assert(message.startsWith(`${name}: the value contains U+0000`), message);
                tried++;
            }
        }
    }
    assert(tried > 20, `only ${tried} properties take text`);

    for (const name of ['local-host', 'local_host', 'localHost']) {
        assertError(Ws.Error.INVALID_ARGUMENT, () => new Ws.Server({[name]: 'a\0b'}));
        const server = new Ws.Server({[name]: '127.0.0.1'});
        assertEqual(server.localHost, '127.0.0.1', name);
        server[name] = 'localhost';
        assertEqual(server.local_host, 'localhost', name);
        assertError(Ws.Error.INVALID_ARGUMENT, () => (server[name] = 'local\0host'));
        assertEqual(server[name], 'localhost', 'what the property keeps');
    }
}

async function testHeaders() {
    const server = startServer();
    let headers = null;
    server.connect('web-socket-open-request', (_server, _connection, request) => {
        ({headers} = request);
        request.response_headers = new Map([['X-From', 'JavaScript']]);
        assertError(Ws.Error.INVALID_ARGUMENT, () => (request.response_headers = {'X-A': 'b\r\nX-C: d'}));
        assertError(Ws.Error.INVALID_ARGUMENT, () => request.set_response_headers([['X-A\n', 'b']]));
        assertError(Ws.Error.INVALID_ARGUMENT, () => request.set_response_headers({'X-A': 'b\0'}));
    });
    let connection = null;
    server.connect('connected', (_server, connected) => (connection = connected));

    const client = await Client.connect(server.local_port);
    const head = await client.open('/', 'X-List: a\r\nx-list:  b: c \r\nX-Empty:\r\n');
    assert(head.includes('X-From: JavaScript\r\n'), head);
    assert(!head.includes('X-A'), head);
    for (const map of [headers, connection.headers]) {
        assert(map instanceof Map, 'headers are no Map');
        assertEqual(map.get('X-LIST'), 'a, b: c', 'lines of one name');
        assertEqual(map.get('X-Empty'), '', 'an empty value');
        assertEqual(map.get('X-None'), undefined, 'a header that is not there');
        assert(map.has('Upgrade') && !map.has('X-None'), 'has');
        assert([...map.keys()].includes('sec-websocket-key'), 'keys');
    }
    await client.close(1000);
    server.shutdown();
}

async function testIterateConnections() {
    const server = startServer();
    assertEqual([...server.connections].length, 0, 'connections');
    const clients = [];
    for (const target of ['/a', '/b', '/c']) {
        // eslint-disable-next-line no-await-in-loop
        clients.push(await Client.connect(server.local_port));
        // eslint-disable-next-line no-await-in-loop
        await clients.at(-1).open(target);
    }

    const targets = [];
    for (const connection of server.connections) {
        assert(connection instanceof Ws.Connection, `${connection}`);
        targets.push(connection.request_uri);
        connection.send_text('end');
        connection.close();
    }
    assertEqual(targets.sort().join(), '/a,/b,/c', 'connections');
    for (const client of clients) {
        // eslint-disable-next-line no-await-in-loop
        await assertReceives(client, TEXT, encode('end'), 'what all got');
        // eslint-disable-next-line no-await-in-loop
        await assertReceivesClose(client, 1000);
        client.send(CLOSE, []);
    }
    await until(() => server.connections.get_size() === 0);
    server.shutdown();
}

async function testPromises() {
    const [server, client, connection] = await startWithClient();
    const [file, stream] = Gio.File.new_tmp('wsserver-XXXXXX');
    file.replace_contents('in a file', null, false, Gio.FileCreateFlags.NONE, null);
    stream.close(null);

    assertEqual(await connection.send_async('a'), true, 'result of send_async');
    await assertReceives(client, TEXT, encode('a'), 'a text');
    let progress = 0;
    await connection.send_file_async(file, null, done => (progress = done));
    assertEqual(progress, 9, 'bytes of the progress');
    await assertReceives(client, BINARY, encode('in a file'), 'a file');
    await connection.send_file_async(file);
    await assertReceives(client, BINARY, encode('in a file'), 'a file');
    await connection.send_stream_async(Gio.MemoryInputStream.new_from_bytes(new GLib.Bytes(encode('streamed'))));
    await assertReceives(client, BINARY, encode('streamed'), 'a stream');

    const cancellable = new Gio.Cancellable();
    const ping = connection.send_ping_async(cancellable);
    cancellable.cancel();
    let cancelled = null;
    await ping.catch(error => (cancelled = error));
    assert(cancelled?.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), `${cancelled}`);
    await client.receive();

    const closed = connection.close_async();
    await assertReceivesClose(client, 1000);
    client.send(CLOSE, [1000 >> 8, 1000 & 0xff]);
    await closed;
    await assertRejects(Ws.Error.SENDING, connection.send_async('late'));
    assertError(Ws.Error.INVALID_ARGUMENT, () => connection.close_async(1000, 'bye\0'));
    await server.shutdown_async();
    assertEqual(server.listening, false, 'listening');
    file.delete(null);
}

async function testTopics() {
    const [server, client, connection] = await startWithClient();
    const topics = Ws.Topics.new(server, null);

    topics.subscribe(connection, 'news');
    topics.publish('news', 'text');
    await assertReceives(client, TEXT, encode('text'), 'a string');
    topics.publish('news', encode('bytes'));
    await assertReceives(client, BINARY, encode('bytes'), 'a Uint8Array');
    topics.publish('news', Ws.DataFormat.TEXT, new GLib.Bytes(encode('named')));
    await assertReceives(client, TEXT, encode('named'), 'a format');
    const result = await topics.publish_async('news', 'promised');
    assertEqual(result.get_n_local(), 1, 'clients');
    await assertReceives(client, TEXT, encode('promised'), 'publish_async');
    const [, recovered, position] = await topics.subscribe_from_async(connection, 'other');
    assertEqual(recovered, true, 'recovered');
    assertEqual(position, null, 'position');
    await client.close(1000);
    await server.shutdown_async();
}

// Programs that were written for the plain typelib. _promisify changes Ws for good, but no result of the tests.
async function testCallbacks() {
    const [server, client, connection] = await startWithClient();
    const results = [];
    const onSent = (source, result) => results.push(source.send_finish(result));

    connection.send_async(Ws.DataFormat.TEXT, new GLib.Bytes(encode('a')), null, onSent);
    connection.send_async(Ws.DataFormat.TEXT, new GLib.Bytes(encode('b')), null, null);
    connection.send_async('c', onSent);
    Gio._promisify(Ws.Connection.prototype, 'send_async', 'send_finish');
    assertEqual(await connection.send_async(Ws.DataFormat.TEXT, encode('d'), null), true, 'result of the promise');
    assertEqual(await connection.send_async('e'), true, 'result of the promise');
    connection.send_async(Ws.DataFormat.TEXT, encode('f'), null, onSent);
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f'])
        // eslint-disable-next-line no-await-in-loop
        await assertReceives(client, TEXT, encode(text), 'a text');
    await until(() => results.length === 3);
    assert(results.every(result => result === true), `${results}`);

    await client.close(1000);
    await new Promise(resolve => server.shutdown_async(5, null, (source, result) => {
        assertEqual(source.shutdown_finish(result), true, 'result of shutdown_finish');
        resolve();
    }));
}

async function testMessageHandler() {
    const server = startServer();
    const seen = [];
    server.set_message_handler((connection, message) => {
        seen.push(message);
        connection.send_data(message);
    });
    const client = await Client.connect(server.local_port);
    await client.open('/');
    for (const text of ['', 'häß', '\ufeffbegins with U+FEFF', 'a\0b']) {
        client.send(TEXT, encode(text));
        // eslint-disable-next-line no-await-in-loop
        await assertReceives(client, TEXT, encode(text), 'a text');
        assertEqual(seen.at(-1), text, 'the message');
    }
    const octets = Uint8Array.from({length: 256}, (_, i) => i);
    client.send(BINARY, octets);
    await assertReceives(client, BINARY, octets, 'a binary message');
    assert(seen.at(-1) instanceof Uint8Array, 'a binary message is no Uint8Array');

    server.set_message_handler(null);
    let signalled = false;
    server.connect('data-in', () => (signalled = true));
    client.send(TEXT, encode('by signal'));
    await until(() => signalled);
    await client.close(1000);
    server.shutdown();
}

// One message of a client at a time, in order.
async function testAsyncMessageHandler() {
    const server = startServer();
    let atOnce = 0, most = 0;
    server.set_message_handler(async (connection, message) => {
        most = Math.max(most, ++atOnce);
        await new Promise(resolve => GLib.timeout_add(GLib.PRIORITY_DEFAULT, message.length % 3, () => {
            resolve();
            return GLib.SOURCE_REMOVE;
        }));
        await connection.send_async(message);
        atOnce--;
    });
    const client = await Client.connect(server.local_port);
    await client.open('/');
    const texts = Array.from({length: 30}, (_, i) => `${i}`.padEnd(i));
    texts.forEach(text => client.send(TEXT, encode(text)));
    for (const text of texts)
        // eslint-disable-next-line no-await-in-loop
        await assertReceives(client, TEXT, encode(text), 'a text');
    assertEqual(most, 1, 'messages at once');
    await client.close(1000);
    server.shutdown();
}

// What is logged ends a test, unless it is expected.
async function withExpectedLog(action) {
    const {logError} = globalThis;
    const logged = [];
    globalThis.logError = error => logged.push(error);
    try {
        await action();
    } finally {
        globalThis.logError = logError;
    }
    return logged;
}

async function testFailingHandlers() {
    const handlers = [
        server => server.set_message_handler(() => {
            throw new Error('expected');
        }),
        server => server.set_message_handler(() => Promise.reject(new Error('expected'))),
        server => server.set_connection_handler(async connection => {
            await connection.messages().next();
            throw new Error('expected');
        }),
    ];
    for (const setHandler of handlers) {
        const server = startServer();
        setHandler(server);
        // eslint-disable-next-line no-await-in-loop
        const logged = await withExpectedLog(async () => {
            const client = await Client.connect(server.local_port);
            await client.open('/');
            client.send(TEXT, encode('a'));
            await assertReceivesClose(client, 1011);
            client.send(CLOSE, []);
            await until(() => server.connections.get_size() === 0);
        });
        assertEqual(logged.length, 1, 'errors logged');
        assertEqual(logged[0].message, 'expected', 'the error logged');
        server.shutdown();
    }
}

async function testIterateMessages() {
    const server = startServer();
    const seen = [];
    let done = 0;
    server.set_connection_handler(async connection => {
        const messages = connection.messages();
        seen.push((await messages.next()).value);
        for await (const message of messages) {
            seen.push(message);
            await connection.send_async(message);
        }
        done++;
    });

    const client = await Client.connect(server.local_port);
    await client.open('/');
    client.send(TEXT, encode('hello'));
    const large = 'ä'.repeat(100001); // delivered in parts, which end inside a character
    for (const text of ['', 'b', large]) {
        client.send(TEXT, encode(text));
        // eslint-disable-next-line no-await-in-loop
        await assertReceives(client, TEXT, encode(text), 'a text');
        assertEqual(seen.at(-1), text, 'the message');
    }
    client.send(BINARY, [0, 255]);
    await assertReceives(client, BINARY, [0, 255], 'a binary message');
    assert(seen.at(-1) instanceof Uint8Array, 'a binary message is no Uint8Array');
    await client.close(1000);
    await until(() => done === 1);
    assertEqual(seen.length, 5, 'messages');
    server.shutdown();
}

// What the program does not take stays with the client.
async function testBackPressure() {
    const [server, client, connection] = await startWithClient(['BufferMessage=True']);
    const messages = connection.messages();
    let delivered = 0;
    connection.connect('data-in', () => delivered++);
    for (let i = 0; i < 100; i++)
        client.send(TEXT, encode(`${i}`));

    await until(() => !connection.accept_data);
    const waiting = delivered;
    assert(waiting <= 16, `${waiting} messages wait`);
    await new Promise(resolve => GLib.idle_add(GLib.PRIORITY_LOW, () => {
        resolve();
        return GLib.SOURCE_REMOVE;
    }));
    assertEqual(delivered, waiting, 'messages delivered while nothing is taken');
    for (let i = 0; i < 100; i++)
        // eslint-disable-next-line no-await-in-loop
        assertEqual((await messages.next()).value, `${i}`, 'the message');
    assertEqual(connection.accept_data, true, 'accept-data');

    // Bytes count as well.
    client.send(BINARY, new Uint8Array(65536));
    client.send(BINARY, new Uint8Array(1));
    await until(() => !connection.accept_data);
    assertEqual(delivered, 101, 'messages delivered');
    assertEqual((await messages.next()).value.length, 65536, 'length of the message');
    assertEqual((await messages.next()).value.length, 1, 'length of the message');

    // The rest can be taken when the client has left.
    client.send(TEXT, encode('last'));
    const left = new Promise(resolve => connection.connect('disconnected', resolve));
    await client.close(1000);
    await left;
    assertEqual((await messages.next()).value, 'last', 'the message');
    assertEqual((await messages.next()).done, true, 'done');
    server.shutdown();
}

// Leaving a loop loses nothing that has arrived, and does not hold the client back.
async function testLeaveLoop() {
    const [server, client, connection] = await startWithClient(['BufferMessage=True']);
    let delivered = 0;
    const messages = connection.messages();
    connection.connect('data-in', () => delivered++);
    for (let i = 0; i < 20; i++)
        client.send(TEXT, encode(`${i}`));
    await until(() => !connection.accept_data);

    // eslint-disable-next-line no-unreachable-loop
    for await (const message of messages) {
        assertEqual(message, '0', 'the message');
        break;
    }
    assertEqual(connection.accept_data, true, 'accept-data after the loop');
    await until(() => delivered === 20);
    const again = connection.messages();
    let threw = false;
    try {
        connection.messages();
    } catch (error) {
        threw = true;
    }
    assert(threw, 'messages are iterated twice at once');
    for (let i = 1; i < 16; i++)
        // eslint-disable-next-line no-await-in-loop
        assertEqual((await again.next()).value, `${i}`, 'the message that waited');
    const waiting = again.next();
    await again.return();
    assertEqual((await waiting).done, true, 'done');
    await client.close(1000);
    server.shutdown();
}

// A handler that returns ends its client, and one whose client leaves is not an error.
async function testConnectionHandler() {
    const server = startServer();
    let rejected = null;
    server.set_connection_handler(async connection => {
        if (connection.request_uri === '/short')
            return;
        if (connection.request_uri === '/closed') {
            connection.close(4000);
            return;
        }
        await new Promise(resolve => connection.connect('disconnected', resolve));
        await connection.send_async('too late').catch(error => {
            rejected = error;
            throw error;
        });
    });

    for (const [target, code] of [['/short', 1000], ['/closed', 4000]]) {
        // eslint-disable-next-line no-await-in-loop
        const client = await Client.connect(server.local_port);
        // eslint-disable-next-line no-await-in-loop
        await client.open(target);
        // eslint-disable-next-line no-await-in-loop
        await assertReceivesClose(client, code);
        client.send(CLOSE, []);
    }
    const client = await Client.connect(server.local_port);
    await client.open('/long');
    const logged = await withExpectedLog(async () => {
        await client.close(1000);
        await until(() => rejected !== null);
        await Promise.resolve();
    });
    assertEqual(logged.length, 0, 'errors logged');

    server.set_connection_handler(null);
    await until(() => server.connections.get_size() === 0);
    const other = await Client.connect(server.local_port);
    await other.open('/short');
    await other.close(1001);
    server.shutdown();
}

run({testEveryMethodIsKnown, testSendEveryKindOfData, testTextWithNulAsData, testBodyOfEveryKind,
    testCertificateOfEveryKind, testEveryPropertyRefusesNul, testHeaders, testIterateConnections, testPromises,
    testCallbacks, testMessageHandler, testAsyncMessageHandler, testFailingHandlers, testIterateMessages,
    testBackPressure, testLeaveLoop, testConnectionHandler, testTopics});

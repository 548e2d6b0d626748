// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A WebSocket client made by hand, on the main context of the server.
import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';

import {assert, assertEqual} from './runner.js';

Gio._promisify(Gio.SocketClient.prototype, 'connect_to_host_async', 'connect_to_host_finish');
Gio._promisify(Gio.InputStream.prototype, 'read_bytes_async', 'read_bytes_finish');

export const TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10;
const FIN = 0x80;
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
const MASK = [0x37, 0xfa, 0x21, 0x3d];

export class Client {
    static async connect(port) {
        const client = new Client();
        client._connection = await new Gio.SocketClient()
            .connect_to_host_async('127.0.0.1', port, null);
        client._buffer = new Uint8Array();
        return client;
    }

    _write(bytes) {
        this._connection.output_stream.write_all(bytes, null);
    }

    async _fill() {
        const bytes = await this._connection.input_stream
            .read_bytes_async(65536, GLib.PRIORITY_DEFAULT, null);
        const more = bytes.toArray();
        if (more.length === 0)
            return false;

        const joined = new Uint8Array(this._buffer.length + more.length);
        joined.set(this._buffer);
        joined.set(more, this._buffer.length);
        this._buffer = joined;
        return true;
    }

    async _take(length) {
        while (this._buffer.length < length)
            // eslint-disable-next-line no-await-in-loop
            assert(await this._fill(), 'the connection ended');

        const taken = this._buffer.slice(0, length);
        this._buffer = this._buffer.slice(length);
        return taken;
    }

    async _readHead() {
        let head = '';
        while (!head.endsWith('\r\n\r\n'))
            // eslint-disable-next-line no-await-in-loop
            head += String.fromCharCode((await this._take(1))[0]);
        return head;
    }

    async open(target, extra = '') {
        this._write(new TextEncoder().encode(
            `GET ${target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n` +
            `Connection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\n` +
            `Sec-WebSocket-Version: 13\r\n${extra}\r\n`));
        const head = await this._readHead();
        assert(head.startsWith('HTTP/1.1 101 '), head);
        assert(head.includes(`Sec-WebSocket-Accept: ${ACCEPT}\r\n`), head);
        return head;
    }

    async get(target) {
        this._write(new TextEncoder().encode(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`));
        const head = await this._readHead();
        const length = Number(/Content-Length: (\d+)/i.exec(head)[1]);
        return [head, new TextDecoder().decode(await this._take(length))];
    }

    send(opcode, payload) {
        const {length} = payload;
        let header;
        if (length < 126)
            header = [0x80 | opcode, 0x80 | length];
        else if (length < 65536)
            header = [0x80 | opcode, 0x80 | 126, length >> 8, length & 0xff];
        else
            header = [0x80 | opcode, 0x80 | 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];

        const frame = new Uint8Array(header.length + 4 + length);
        frame.set(header);
        frame.set(MASK, header.length);
        for (let i = 0; i < length; i++)
            frame[header.length + 4 + i] = payload[i] ^ MASK[i % 4];
        this._write(frame);
    }

    async _receiveFrame() {
        const [first, second] = await this._take(2);
        let length = second & 0x7f;
        if (length === 126) {
            const [high, low] = await this._take(2);
            length = high << 8 | low;
        } else if (length === 127) {
            const octets = await this._take(8);
            length = octets.slice(4).reduce((sum, octet) => sum * 256 + octet, 0);
        }
        return [first, await this._take(length)];
    }

    // A whole message: the opcode of its first frame, and the payload of all.
    async receive() {
        const [opcode, payload] = await this._receiveFrame();
        let [first, whole] = [opcode, payload];
        while (!(first & FIN)) {
            let part = null;
            // eslint-disable-next-line no-await-in-loop
            [first, part] = await this._receiveFrame();
            whole = Uint8Array.from([...whole, ...part]);
        }
        return [opcode & 0x0f, whole];
    }

    async close(code) {
        this.send(CLOSE, [code >> 8, code & 0xff]);
        const [opcode, payload] = await this.receive();
        assertEqual(opcode, CLOSE, 'opcode of the answer to a close');
        assertEqual(payload[0] << 8 | payload[1], code, 'code of the answer to a close');
        assertEqual(await this._fill(), false, 'something after the close');
        this._connection.close(null);
    }
}

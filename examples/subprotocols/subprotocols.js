#!/usr/bin/env -S gjs -m
// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One server with two subprotocols. The server selects the first subprotocol of the client's offer that it
// supports, and passes messages to the code for that subprotocol: subprotocols.js [PORT]
import GLib from 'gi://GLib';
import Ws from 'gi://Ws?version=1.0';
import System from 'system';

const speakers = {
    'sum.example.org'(connection, text) {
        const sum = text.split(/\s+/).reduce((total, word) => total + Number(word), 0);
        connection.send_text(String(sum));
    },
    'upper.example.org'(connection, text) {
        connection.send_text(text.toUpperCase());
    },
};

const server = new Ws.Server({
    localHost: '127.0.0.1',
    localPort: Number(System.programArgs[0] ?? 8080),
});

server.config('BufferMessage=True');
server.connect('web-socket-open-request', (_server, _connection, request) => {
    const offered = (request.subProtocols ?? '').split(',').map(name => name.trim());
    const chosen = offered.find(name => Object.hasOwn(speakers, name));
    if (chosen !== undefined)
        request.subProtocols = chosen;
    else
        request.statusCode = 400;
});
server.connect('data-in', (_server, connection, _dataFormat, data) =>
    speakers[connection.subProtocol](connection, new TextDecoder().decode(data.toArray())));
server.start_listening();
print(`ws://127.0.0.1:${server.localPort}/`);

new GLib.MainLoop(null, false).run();

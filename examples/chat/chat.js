#!/usr/bin/env -S gjs -m
// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Sends each message to all clients, with the sender's number in front: chat.js [PORT]
import GLib from 'gi://GLib';
import Ws from 'gi://Ws?version=1.0';
import System from 'system';

const CLOSE_CODE_TRY_AGAIN_LATER = 1013;
const SHUTDOWN_SECONDS = 5;
const SIGINT = 2;
const SIGTERM = 15;

const server = new Ws.Server({
    localHost: '127.0.0.1',
    localPort: Number(System.programArgs[0] ?? 8080),
});

function broadcastText(text) {
    for (const connection of server.connections) {
        try {
            connection.send_text(text);
        } catch (error) {
            // Close a client that does not read, instead of waiting for it.
            if (error.matches(Ws.Error, Ws.Error.WOULD_BLOCK))
                connection.close(CLOSE_CODE_TRY_AGAIN_LATER, 'too slow for this chat');
        }
    }
}

server.connect('connected', (_server, connection) =>
    broadcastText(`${connection.connectionId} has joined`));
server.connect('disconnected', (_server, connection) =>
    broadcastText(`${connection.connectionId} has left`));
server.set_message_handler((connection, message) => {
    if (typeof message === 'string')
        broadcastText(`${connection.connectionId}: ${message}`);
});
server.start_listening();
print(`ws://127.0.0.1:${server.localPort}/`);

const loop = new GLib.MainLoop(null, false);
for (const number of [SIGINT, SIGTERM]) {
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, () => {
        server.shutdown_async(SHUTDOWN_SECONDS).then(() => loop.quit());
        return GLib.SOURCE_REMOVE;
    });
}
loop.run();

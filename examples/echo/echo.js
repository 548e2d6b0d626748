#!/usr/bin/env -S gjs -m
// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
import GLib from 'gi://GLib';
import Ws from 'gi://Ws?version=1.0';
import System from 'system';

const server = new Ws.Server({
    localHost: '127.0.0.1',
    localPort: Number(System.programArgs[0] ?? 8080),
});

server.config('BufferMessage=True');
server.connect('data-in', (_server, connection, dataFormat, data) => {
    connection.dataFormat = dataFormat;
    try {
        connection.send(data);
    } catch (error) {
        printerr(error.message);
    }
});
server.start_listening();
print(`ws://127.0.0.1:${server.localPort}/`);

new GLib.MainLoop(null, false).run();

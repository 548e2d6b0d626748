#!/usr/bin/env -S gjs -m
// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// An echo server with a certificate for each of its host names, like two-names.c:
//
//     two-names.js PORT CERTIFICATE-FILE CERTIFICATE-FILE...
import GLib from 'gi://GLib';
import Ws from 'gi://Ws?version=1.0';
import System from 'system';

const [port, ...files] = System.programArgs;
const [first, ...others] = files.map(file => Ws.Certificate.new_from_file(file));

const server = new Ws.Server({localHost: '127.0.0.1', localPort: Number(port)});
server.set_ssl_cert(first);
for (const certificate of others)
    server.add_ssl_cert(certificate);
server.set_use_ssl(true);
server.config('SSLReloadCert=True');
server.config('BufferMessage=True');

server.connect('data-in', (_server, connection, dataFormat, data) => {
    connection.dataFormat = dataFormat;
    connection.send(data);
});
// Prints each renewal.
server.connect('log', (_server, connection, _level, message, type) => {
    if (connection === null)
        print(`${type}: ${message}`);
});

server.start_listening();
print(`wss://127.0.0.1:${server.localPort}/`);

new GLib.MainLoop(null, false).run();

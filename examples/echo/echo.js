#!/usr/bin/env -S gjs -m
// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
import GLib from 'gi://GLib';
import Ws from 'gi://Ws?version=1.0';
import System from 'system';

const server = new Ws.Server({localHost: '127.0.0.1', localPort: Number(System.programArgs[0] ?? 8080)});

server.set_message_handler((connection, message) => connection.send_data(message));
server.start_listening();
print(`ws://127.0.0.1:${server.localPort}/`);

new GLib.MainLoop(null, false).run();

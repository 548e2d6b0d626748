// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
// Echo server on the npm package ws.   node peer-node-ws.js PORT [--tls CERT KEY] [--deflate on|off]
'use strict';
const fs = require('fs');
const { WebSocketServer } = require('ws');
const a = process.argv.slice(2);
const port = Number(a[0]);
const t = a.indexOf('--tls');
const d = a.indexOf('--deflate');
const opts = {
  perMessageDeflate: d > 0 && a[d + 1] === 'on' ? { threshold: 0 } : false,
  maxPayload: 64 * 1024 * 1024,
};
const server = t > 0
  ? require('https').createServer({ cert: fs.readFileSync(a[t + 1]), key: fs.readFileSync(a[t + 2]) })
  : require('http').createServer();
const wss = new WebSocketServer({ server, ...opts });
wss.on('connection', (ws) => {
  ws.on('message', (m, isBinary) => ws.send(m, { binary: isBinary }));
  ws.on('error', () => {});
});
server.on('error', (e) => { console.error(e.message); process.exit(1); });
server.listen({ port, host: '127.0.0.1', backlog: 4096 });

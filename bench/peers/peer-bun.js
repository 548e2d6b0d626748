// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
// Echo server on Bun.   bun peer-bun.js PORT [--tls CERT KEY] [--deflate on|off] [--publish]
// --publish: each message goes to all clients.
const a = process.argv.slice(2);
const t = a.indexOf('--tls');
const d = a.indexOf('--deflate');
const deflate = d > 0 && a[d + 1] === 'on';
const publish = a.includes('--publish');
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(a[0]),
  tls: t > 0 ? { cert: Bun.file(a[t + 1]), key: Bun.file(a[t + 2]) } : undefined,
  fetch(req, server) {
    if (server.upgrade(req)) return undefined;
    return new Response('websocket only', { status: 400 });
  },
  websocket: {
    maxPayloadLength: 64 * 1024 * 1024,
    backpressureLimit: 256 * 1024 * 1024,
    idleTimeout: 120,
    perMessageDeflate: deflate ? { compress: 'dedicated', decompress: 'dedicated' } : false,
    open(ws) { if (publish) ws.subscribe('all'); },
    message(ws, m) {
      if (publish) server.publish('all', m, deflate);
      else ws.send(m, deflate);
    },
  },
});

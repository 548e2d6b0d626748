// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
// Shows the time that the server sends.
const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
const socket = new WebSocket(`${scheme}//${location.host}/clock`);

socket.onmessage = (event) => {
  document.getElementById('clock').textContent = event.data;
};

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The behaviour of the chat page. This file follows chat-view.js in the same script. */

const PING_EVERY_MS = 2000;
const PONG_LIMIT_MS = 10000; /* without an answer within this time the connection counts as dead */
const RETRY_FIRST_MS = 500; /* doubled each time, up to RETRY_MAX_MS */
const RETRY_MAX_MS = 15000;
const SUB_PROTOCOL = 'ws-demo-chat';

session.retryMs = RETRY_FIRST_MS;

/* ---- Messages from the server ---- */

const handlers = {
  welcome({ id, room, people, recent }) {
    if (room !== session.room) {
      session.mine.clear();
      session.serial = 0;
      session.room = room;
    }
    session.me = id;
    session.mine.add(id);
    session.people = new Map(people.map(person => [person.id, person.name]));
    session.retryMs = RETRY_FIRST_MS;
    session.retryAt = 0;
    recent.forEach(showMessage);
    showPeople();
    showState('online', 'Connected');
    note(`You are here as ${session.people.get(id)}`);
    ping();
  },
  joined({ id, name, time }) {
    session.people.set(id, name);
    showPeople();
    note(`${name} has joined`, time);
  },
  left({ id, name, time }) {
    session.people.delete(id);
    showPeople();
    note(`${name} has left`, time);
  },
  renamed({ id, name, old, time }) {
    session.people.set(id, name);
    showPeople();
    note(id === session.me ? `You are ${name} now` : `${old} is ${name} now`, time);
  },
  message: showMessage,
  pong({ id }) {
    const sent = session.pings.get(id);
    session.pings.delete(id);
    if (sent !== undefined)
      showRoundTrip(performance.now() - sent);
  },
  error({ text }) {
    note(text);
  },
};

/* ---- The connection ---- */

function send(message) {
  session.socket.send(JSON.stringify(message));
}

function connect() {
  const url = new URL('chat', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  clearTimeout(session.retryTimer);
  showState('connecting', session.retryAt === 0 ? 'Connecting' : 'Reconnecting');
  $('offline-when').textContent = 'Trying now.';

  const socket = new WebSocket(url, SUB_PROTOCOL);
  session.socket = socket;
  socket.onopen = () => {
    if (socket === session.socket)
      send({ type: 'join', name: wantedName });
  };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (socket === session.socket && Object.hasOwn(handlers, message.type))
      handlers[message.type](message);
  };
  socket.onclose = event => {
    if (socket === session.socket)
      disconnected(event.code);
  };
}

const CLOSE_REASONS = {
  1001: 'The server is going away',
  1013: 'This page was too slow for the server',
};

function disconnected(code) {
  const wasOnline = session.me !== null;
  const why = CLOSE_REASONS[code] ?? 'The connection is lost';
  session.socket = null;
  session.me = null;
  session.pings.clear();
  session.people.clear();
  session.roundTrips = [];
  showPeople();
  if (wasOnline) {
    note(`${why} (${code})`);
    $('offline-why').textContent = `${why}.`;
  }

  const wait = session.retryMs * (0.75 + Math.random() / 2);
  session.retryMs = Math.min(session.retryMs * 2, RETRY_MAX_MS);
  session.retryAt = Date.now() + wait;
  session.retryTimer = setTimeout(connect, wait);
  showState('offline', 'Reconnecting');
  showCountdown();
}

function showCountdown() {
  if (session.socket !== null)
    return;
  const seconds = Math.max(0, Math.ceil((session.retryAt - Date.now()) / 1000));
  $('offline-when').textContent = `Trying again in ${seconds} s.`;
}

function retryNow() {
  if (session.socket !== null)
    return;
  session.retryMs = RETRY_FIRST_MS;
  connect();
}

/* ---- Round-trip time ---- */

function ping() {
  if (session.me === null)
    return;
  const oldest = session.pings.values().next().value;
  if (performance.now() - oldest > PONG_LIMIT_MS) {
    /* close () alone would wait for an answer that never comes. */
    const { socket } = session;
    disconnected(1006);
    socket.close();
    return;
  }
  const id = String(++session.pingId);
  session.pings.set(id, performance.now());
  send({ type: 'ping', id });
}

/* ---- Forms ---- */

function fitText() {
  const text = $('text');
  text.style.height = 'auto';
  text.style.height = `${text.scrollHeight + 2}px`;
  showButtons();
}

function say() {
  const text = $('text').value;
  if (session.me === null || text.trim() === '')
    return;
  send({ type: 'say', text });
  $('text').value = '';
  fitText();
}

function rename() {
  const name = $('name').value.trim();
  if (name === '' || name === wantedName)
    return;
  wantedName = name;
  saveName(name);
  if (session.me !== null)
    send({ type: 'rename', name });
  showButtons();
  showPeople();
}

function submits(form, action) {
  form.addEventListener('submit', event => {
    event.preventDefault();
    action();
  });
}

$('name').value = wantedName;
saveName(wantedName);
submits($('composer'), say);
submits($('name-form'), rename);
$('name').addEventListener('input', showButtons);
$('name').addEventListener('change', () => {
  $('name').value = $('name').value.trim() || wantedName;
  rename();
});
$('text').addEventListener('input', fitText);
$('text').addEventListener('keydown', event => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    say();
  }
});
$('jump').addEventListener('click', scrollToEnd);
$('log').addEventListener('scroll', () => {
  if (isAtEnd())
    $('jump').hidden = true;
});
$('retry').addEventListener('click', retryNow);
addEventListener('online', retryNow);
/* A browser may keep a page in memory when the user leaves it. Disconnect then, and connect again later. */
addEventListener('pagehide', () => {
  clearTimeout(session.retryTimer);
  session.socket?.close(1000);
  session.socket = null;
  session.me = null;
});
addEventListener('pageshow', event => {
  if (event.persisted)
    connect();
});
document.addEventListener('visibilitychange', () => {
  session.unread = 0;
  document.title = 'WsServer chat';
});
new ResizeObserver(() => {
  if ($('jump').hidden)
    scrollToEnd();
}).observe($('log'));
setInterval(ping, PING_EVERY_MS);
setInterval(showCountdown, 250);
connect();

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
'use strict';

/* The display of the chat page. Text from other users only ever goes into textContent. */

const CHART_POINTS = 24;
const MAX_ENTRIES = 500;
const GROUP_MS = 5 * 60 * 1000; /* a person's messages within this time share one heading */

const $ = id => document.getElementById(id);
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

const session = {
  socket: null,
  me: null, /* our id in the room, once welcome */
  mine: new Set(), /* every id we have had in this room */
  people: new Map(), /* id to name, in order of joining */
  room: null, /* changes when the server restarts */
  serial: 0, /* of the last message that is shown */
  retryMs: 0, /* how long the next attempt waits */
  retryAt: 0, /* 0 unless the connection has been lost */
  retryTimer: 0,
  pings: new Map(), /* id of a ping in flight to the time it was sent */
  pingId: 0,
  roundTrips: [],
  last: null, /* the last entry of the log if it is a message: {id, name, time} */
  unread: 0,
};

function element(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined)
    node.textContent = text;
  return node;
}

/* ---- Names ---- */

const ADJECTIVES = ['Brave', 'Calm', 'Clever', 'Gentle', 'Happy', 'Lucky', 'Quiet', 'Swift'];
const ANIMALS = ['Badger', 'Crane', 'Dolphin', 'Fox', 'Heron', 'Lynx', 'Otter', 'Robin'];
const pick = list => list[Math.floor(Math.random() * list.length)];

/* The browser may forbid storage; the name is then lost when the page is closed. */
function loadName() {
  try {
    return localStorage.getItem('name');
  } catch {
    return null;
  }
}

function saveName(name) {
  try {
    localStorage.setItem('name', name);
  } catch {
    /* See loadName (). */
  }
}

let wantedName = loadName() || `${pick(ADJECTIVES)} ${pick(ANIMALS)}`;

function hue(name) {
  let hash = 0;
  for (const character of name)
    hash = Math.imul(hash ^ character.codePointAt(0), 0x9e3779b1) >>> 0;
  return (hash >>> 24) % 12 * 30;
}

function avatar(name) {
  const node = element('span', 'avatar', [...name][0].toUpperCase());
  node.setAttribute('aria-hidden', 'true');
  return node;
}

function showPeople() {
  const items = [...session.people].map(([id, name]) => {
    const item = element('li', 'person');
    item.style.setProperty('--hue', hue(name));
    item.append(avatar(name), element('span', 'name', name));
    if (id === session.me)
      item.append(element('span', 'me', '(you)'));
    return item;
  });
  $('people').replaceChildren(...items);
  $('count').textContent = items.length || '–';

  const name = session.people.get(session.me);
  $('name-note').textContent =
    name && name !== wantedName ? `You appear as “${name}”.` : '';
}

/* ---- The log ---- */

function isAtEnd() {
  const log = $('log');
  return log.scrollHeight - log.scrollTop - log.clientHeight < 60;
}

function scrollToEnd() {
  $('log').scrollTop = $('log').scrollHeight;
  $('jump').hidden = true;
}

function append(node, force) {
  const follow = force || isAtEnd();
  const log = $('log');
  log.append(node);
  while (log.childElementCount > MAX_ENTRIES)
    log.children[1].remove(); /* the first one is #empty */
  if (follow)
    scrollToEnd();
  else
    $('jump').hidden = false;
}

function timeNode(time) {
  const node = element('time', 'time', clock.format(time));
  node.dateTime = new Date(time).toISOString();
  node.title = new Date(time).toLocaleString();
  return node;
}

function note(text, time = Date.now()) {
  const node = element('p', 'note', `${text} · `);
  node.append(timeNode(time));
  session.last = null;
  append(node);
}

function showMessage({ id, name, text, time, serial }) {
  if (serial <= session.serial)
    return;
  session.serial = serial;

  const mine = session.mine.has(id);
  const { last } = session;
  const follows = last && last.id === id && last.name === name && time - last.time < GROUP_MS;
  const node = element('div', `message${mine ? ' mine' : ''}${follows ? ' follows' : ''}`);
  node.style.setProperty('--hue', hue(name));
  const head = element('div', 'head');
  head.append(element('span', 'name', mine ? 'You' : name), ' · ', timeNode(time));
  node.append(head, avatar(name), element('div', 'bubble', text));
  session.last = { id, name, time };
  append(node, mine);

  if (document.hidden && !mine) {
    session.unread++;
    document.title = `(${session.unread}) WsServer chat`;
  }
}

/* ---- Round-trip time ---- */

function showRoundTrip(milliseconds) {
  const text = milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds);
  $('rtt').textContent = `${text} ms`;
  session.roundTrips = [...session.roundTrips, milliseconds].slice(-CHART_POINTS);
  showChart();
}

function showChart() {
  const { roundTrips } = session;
  const highest = Math.max(1, ...roundTrips);
  const points = roundTrips.map((value, i) => {
    const x = 72 - (roundTrips.length - 1 - i) * (72 / (CHART_POINTS - 1));
    return `${x.toFixed(1)},${(19 - value / highest * 18).toFixed(1)}`;
  });
  $('chart').firstElementChild.setAttribute('points', points.join(' '));
}

/* ---- State ---- */

function showState(state, text) {
  document.body.dataset.state = state;
  $('status').textContent = text;
  $('offline').hidden = session.retryAt === 0;
  showButtons();
}

function showButtons() {
  const online = session.me !== null;
  $('send').disabled = !online || $('text').value.trim() === '';
  $('rename').disabled = $('name').value.trim() === '' || $('name').value.trim() === wantedName;
}

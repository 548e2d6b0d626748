// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What gjs adds to the namespace Ws: data as strings and bytes of any kind, promises, arguments that may be left
// out, iteration. docs/javascript.md describes it. No signal is wrapped: a program that uses none of this pays
// for none of it.
/* exported _init */

const {GLib, GObject} = imports.gi;

const encoder = new TextEncoder();
// A text that begins with U+FEFF keeps it. Versions of gjs differ in what ignoreBOM means.
const decoder = [new TextDecoder(), new TextDecoder('utf-8', {ignoreBOM: true})]
    .find(candidate => candidate.decode(new Uint8Array([0xef, 0xbb, 0xbf])).length === 1);

const CLOSE_CODE_NORMAL = 1000;
const CLOSE_CODE_INTERNAL_ERROR = 1011;

let Ws;

function refuse(message) {
    throw new Ws.Error({code: Ws.Error.INVALID_ARGUMENT, message});
}

// --- Text ---
//
// gjs passes a string to C without its length, so everything after the first U+0000 would be lost without a word.
// What takes text refuses such text instead.

function hasNul(value) {
    if (typeof value === 'string')
        return value.includes('\0');
    return Array.isArray(value) && value.some(hasNul);
}

function checkTexts(name, values) {
    const position = values.findIndex(hasNul);
    if (position >= 0)
        refuse(`${name}: argument ${position + 1} contains U+0000, which is not accepted`);
}

// Each method that takes text, with the arguments that follow those given by the caller.
const TEXT_METHODS = {
    Certificate: {
        set_encoded: [],
        set_key_password: [],
        set_key_store: [],
        set_store: [],
        set_store_password: [],
        set_subject: [],
    },
    Connection: {
        close: [0, null],
        send_file: [],
    },
    ConnectionMap: {
        lookup: [],
    },
    HttpRequest: {
        get_request_header: [],
        set_content_type: [],
    },
    OpenRequest: {
        get_request_header: [],
        set_sub_protocols: [],
    },
    Server: {
        change_line_mode: [],
        config: [],
        disconnect_client: [],
        get_connection: [],
        interrupt: [],
        ping_client: [],
        send_file: [],
        serve_folder: [],
        serve_resource: [],
        set_local_host: [],
        set_upload_stream: [],
    },
    SslConnectionRequest: {
        set_cert_password: [],
        set_cert_store: [],
        set_cert_subject: [],
    },
    Topics: {
        count: [],
        get_position: [],
        get_subscribers: [],
        set_policy: [],
        subscribe: [],
        subscribe_pattern: [],
        unsubscribe: [],
        unsubscribe_pattern: [],
    },
};

const TEXT_CONSTRUCTORS = {
    Certificate: {
        new_from_file: [],
        new_from_files: [null, null, null],
        new_self_signed: [null, 30],
    },
};

// Adds the values that the caller has left out at the end.
function complete(values, defaults) {
    return values.length < defaults.length ? [...values, ...defaults.slice(values.length)] : values;
}

function wrapText(holder, name, defaults) {
    const method = holder[name];
    holder[name] = function (...values) {
        checkTexts(name, values);
        return method.apply(this, complete(values, defaults));
    };
}

// --- Data ---

// What gjs accepts for a GBytes. It reports the type of anything else.
function toBytes(data) {
    if (typeof data === 'string')
        return encoder.encode(data);
    if (data instanceof ArrayBuffer)
        return new Uint8Array(data);
    if (ArrayBuffer.isView(data) && !(data instanceof Uint8Array))
        return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return data;
}

// What gjs accepts for an array of bytes.
function toArray(data) {
    if (data instanceof Uint8Array)
        return data;
    return data instanceof GLib.Bytes ? data.toArray() : toBytes(data);
}

// The format of a message when the caller names none.
function formatOf(data) {
    return typeof data === 'string' ? Ws.DataFormat.TEXT : Ws.DataFormat.BINARY;
}

function overrideCertificateData({prototype}) {
    for (const name of ['set_encoded_b', 'set_store_b']) {
        const method = prototype[name];
        prototype[name] = function (data) {
            method.call(this, toBytes(data));
        };
    }

    const {new_from_encoded, new_from_store, new_from_store_encoded} = Ws.Certificate;
    Ws.Certificate.new_from_encoded = function (data) {
        return new_from_encoded.call(this, toBytes(data));
    };
    Ws.Certificate.new_from_store = function (type, store, ...texts) {
        checkTexts('new_from_store', [type, null, ...texts]);
        return new_from_store.call(this, type, toBytes(store), ...complete(texts, [null, null, null]));
    };
    Ws.Certificate.new_from_store_encoded = function (type, store, password, encoded) {
        checkTexts('new_from_store_encoded', [type, null, password]);
        return new_from_store_encoded.call(this, type, toBytes(store), password, toBytes(encoded));
    };
}

function overrideConnectionData({prototype}) {
    const {send, send_bytes, send_data, send_text} = prototype;

    prototype.send = function (data) {
        return send.call(this, toBytes(data));
    };
    prototype.send_bytes = function (data) {
        return send_bytes.call(this, toBytes(data));
    };
    prototype.send_data = function (format, data) {
        if (typeof format === 'number')
            return send_data.call(this, format, toArray(data));
        // gjs takes a string with less work than an array.
        if (typeof format === 'string' && !format.includes('\0'))
            return send_text.call(this, format);
        return send_data.call(this, formatOf(format), toArray(format));
    };
    prototype.send_text = function (text) {
        if (typeof text !== 'string')
            return send_data.call(this, Ws.DataFormat.TEXT, toArray(text));
        if (text.includes('\0'))
            refuse('send_text: argument 1 contains U+0000, which is not accepted; send_data sends such text');
        return send_text.call(this, text);
    };
}

function overrideServerData({prototype}) {
    for (const name of ['send', 'send_bytes']) {
        const method = prototype[name];
        prototype[name] = function (connectionId, data) {
            checkTexts(name, [connectionId]);
            return method.call(this, connectionId, toBytes(data));
        };
    }

    const {broadcast, send_text} = prototype;
    prototype.broadcast = function (...values) {
        if (typeof values[0] !== 'number')
            values.unshift(formatOf(values[0]));
        const [format, data, filter = null] = values;
        return broadcast.call(this, format, toBytes(data), filter);
    };
    prototype.send_text = function (connectionId, text) {
        checkTexts('send_text', [connectionId, text]);
        const connection = typeof text === 'string' ? null : this.get_connection(connectionId);
        return connection ? connection.send_text(text) : send_text.call(this, connectionId, `${text}`);
    };
}

// The topic, the format, which may be left out, and the data of a message.
function toPublication(name, [topic, ...values]) {
    checkTexts(name, [topic]);
    const [format, data, ...rest] = typeof values[0] === 'number' ? values : [formatOf(values[0]), ...values];
    return [topic, format, toBytes(data), ...rest];
}

function overrideTopicsData({prototype}) {
    const {publish} = prototype;
    prototype.publish = function (...values) {
        return publish.call(this, ...toPublication('publish', values));
    };
}

// --- Headers ---

// The headers of a request; a name has any case. The lines of one name are one list.
class Headers extends Map {
    static parse(text) {
        const headers = new Headers();
        for (const line of text.split('\r\n')) {
            const colon = line.indexOf(':');
            if (colon > 0)
                headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
        }
        return headers;
    }

    get(name) {
        return super.get(name.toLowerCase());
    }

    has(name) {
        return super.has(name.toLowerCase());
    }

    set(name, value) {
        return super.set(name.toLowerCase(), value);
    }

    delete(name) {
        return super.delete(name.toLowerCase());
    }

    append(name, value) {
        this.set(name, this.has(name) ? `${this.get(name)}, ${value}` : value);
    }
}

// An object, a Map or a list of pairs as lines; text stays what it is.
function toHeaderLines(headers) {
    if (headers === null || typeof headers !== 'object')
        return headers;

    const pairs = typeof headers[Symbol.iterator] === 'function' ? [...headers] : Object.entries(headers);
    return pairs.map(([name, value]) => {
        if (/[\r\n]/.test(name) || /[\r\n]/.test(value))
            refuse(`set_response_headers: the header ${JSON.stringify(name)} contains a line break`);
        return `${name}: ${value}\r\n`;
    }).join('');
}

function overrideHeaders({prototype}) {
    Object.defineProperty(prototype, 'headers', {
        configurable: true,
        get() {
            return Headers.parse(this.get_request_headers());
        },
    });

    const {set_response_headers} = prototype;
    if (set_response_headers === undefined)
        return;
    prototype.set_response_headers = function (headers) {
        const lines = toHeaderLines(headers);
        checkTexts('set_response_headers', [lines]);
        set_response_headers.call(this, lines);
    };
}

// --- Properties ---

// What a property accepts, from what the program writes.
function toPropertyValue(pspec, value) {
    if (pspec.value_type === GLib.Bytes.$gtype)
        return value === null ? null : GLib.Bytes.new(toArray(value));

    const text = pspec.name === 'response-headers' ? toHeaderLines(value) : value;
    if (hasNul(text))
        refuse(`${pspec.name}: the value contains U+0000, which is not accepted`);
    return text;
}

function camelCase(name) {
    return name.replace(/-(.)/g, (_match, letter) => letter.toUpperCase());
}

function overrideProperty(prototype, pspec) {
    for (const name of new Set([pspec.name, pspec.name.replaceAll('-', '_'), camelCase(pspec.name)])) {
        const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
        const {set} = descriptor;
        descriptor.set = function (value) {
            set.call(this, toPropertyValue(pspec, value));
        };
        Object.defineProperty(prototype, name, descriptor);
    }
}

function overrideProperties(type) {
    const pspecs = GObject.Object.list_properties.call(type).filter(pspec =>
        pspec.flags & GObject.ParamFlags.WRITABLE &&
        [GObject.TYPE_STRING, GLib.Bytes.$gtype].includes(pspec.value_type));
    for (const pspec of pspecs)
        overrideProperty(type.prototype, pspec);

    // What the constructor is given.
    const byName = new Map(pspecs.map(pspec => [pspec.name.replaceAll('-', '').toLowerCase(), pspec]));
    type.prototype._init = function (properties = {}) {
        const values = {};
        for (const [name, value] of Object.entries(properties)) {
            const pspec = byName.get(name.replace(/[-_]/g, '').toLowerCase());
            values[name] = pspec ? toPropertyValue(pspec, value) : value;
        }
        return GObject.Object.prototype._init.call(this, values);
    };
}

// --- Promises ---

// The arguments of each asynchronous method before its callback, with what is taken for those left out.
const ASYNC_METHODS = {
    Connection: {
        close_async: [0, null, null],
        send_async: [undefined, undefined, null],
        send_file_async: [undefined, null, null],
        send_ping_async: [null],
        send_stream_async: [undefined, null],
    },
    Server: {
        shutdown_async: [10, null],
    },
    Topics: {
        publish_async: [undefined, undefined, undefined, 0, null, null],
        subscribe_from_async: [undefined, undefined, null, null],
    },
};

// Changes the arguments of a method into those that C takes.
const PREPARE = {
    close_async(values) {
        checkTexts('close_async', values);
        return values;
    },
    send_async(values) {
        const [format, data, ...rest] = typeof values[0] === 'number' ? values : [formatOf(values[0]), ...values];
        return [format, toBytes(data), ...rest];
    },
    publish_async(values) {
        return toPublication('publish_async', values);
    },
    subscribe_from_async(values) {
        checkTexts('subscribe_from_async', values);
        return values;
    },
};

// Returns a promise, unless the caller passes a callback. The function has as many arguments as the one of C: that
// is how Gio._promisify, which a program may call for it as well, knows a callback.
function wrapAsync(prototype, name, defaults) {
    const start = prototype[name];
    const finish = prototype[name.replace(/_async$/, '_finish')];
    const prepare = PREPARE[name] ?? (values => values);
    // With fewer arguments, a function at the end of these is the progress function.
    const hasProgress = name === 'send_file_async';

    function method(...given) {
        const values = prepare(given);
        if (values.length > defaults.length)
            return start.apply(this, values);
        if (!hasProgress && typeof values.at(-1) === 'function') {
            const callback = values.pop();
            return start.call(this, ...complete(values, defaults), callback);
        }
        return new Promise((resolve, reject) => {
            start.call(this, ...complete(values, defaults), (source, result) => {
                try {
                    resolve(finish.call(source, result));
                } catch (error) {
                    reject(error);
                }
            });
        });
    }
    prototype[name] = Object.defineProperty(method, 'length', {value: start.length});
}

// --- Messages ---

// A client is not read while this much waits to be taken.
const MAX_WAITING_MESSAGES = 16;
const MAX_WAITING_BYTES = 65536;

const inboxKey = Symbol('inbox');
const connectionHandlerKey = Symbol('connection handler');

function toMessage(format, bytes) {
    return format === Ws.DataFormat.TEXT ? decoder.decode(bytes) : bytes;
}

function join(parts) {
    if (parts.length === 1)
        return parts[0];

    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let position = 0;
    for (const part of parts) {
        whole.set(part, position);
        position += part.length;
    }
    return whole;
}

// The messages of a connection that the program has not taken yet; an asynchronous iterator.
class Inbox {
    constructor(connection) {
        this._connection = connection;
        this._handlers = [];
        this._waiting = []; // [message, its length in bytes]
        this._waitingBytes = 0;
        this._takers = []; // what resolves the promise of each next () that waits
        this._paused = false;
    }

    open() {
        if (this._handlers.length > 0)
            throw new Error('the messages of this connection are being iterated already');

        this._format = Ws.DataFormat.AUTOMATIC;
        this._parts = [];
        if (!this._connection.connected)
            return;
        this._handlers = [
            this._connection.connect('data-in', (_connection, ...values) => this._onDataIn(...values)),
            this._connection.connect('disconnected', () => this._close()),
        ];
    }

    _onDataIn(format, data, eom) {
        // A further part has no format, and neither has a line, which is delivered as it is.
        const isLine = format === Ws.DataFormat.AUTOMATIC && this._connection.line_mode;
        if (format !== Ws.DataFormat.AUTOMATIC || isLine) {
            this._format = format;
            this._parts = [];
        } else if (this._parts.length === 0) {
            return; // the rest of a message whose beginning was not seen
        }

        this._parts.push(data.toArray());
        if (!eom && !isLine)
            return;
        const bytes = join(this._parts);
        this._parts = [];
        this._deliver(toMessage(this._format, bytes), bytes.length);
    }

    _deliver(message, length) {
        if (this._takers.length > 0) {
            this._takers.shift()({value: message, done: false});
            return;
        }

        this._waiting.push([message, length]);
        this._waitingBytes += length;
        if (!this._paused && (this._waiting.length >= MAX_WAITING_MESSAGES || this._waitingBytes >= MAX_WAITING_BYTES)) {
            this._paused = true;
            this._connection.pause_data();
        }
    }

    _resume() {
        if (!this._paused)
            return;
        this._paused = false;
        if (this._connection.connected)
            this._connection.process_data();
    }

    _close() {
        this._handlers.forEach(handler => this._connection.disconnect(handler));
        this._handlers = [];
        this._takers.splice(0).forEach(take => take({value: undefined, done: true}));
    }

    next() {
        if (this._waiting.length > 0) {
            const [value, length] = this._waiting.shift();
            this._waitingBytes -= length;
            if (this._waiting.length === 0)
                this._resume();
            return Promise.resolve({value, done: false});
        }
        if (this._handlers.length === 0)
            return Promise.resolve({value: undefined, done: true});
        return new Promise(resolve => this._takers.push(resolve));
    }

    return(value) {
        this._close();
        this._resume();
        return Promise.resolve({value, done: true});
    }

    [Symbol.asyncIterator]() {
        return this;
    }
}

// The program cannot handle what the client has sent; the client is told so.
function fail(connection, error) {
    // Sending to a client that has left is no mistake of the program.
    if (!connection.connected && error instanceof GLib.Error && error.matches(Ws.Error, Ws.Error.SENDING))
        return;

    logError(error, `connection ${connection.connection_id}`);
    if (connection.connected)
        connection.close(CLOSE_CODE_INTERNAL_ERROR);
}

// The next message of the client is delivered when the promise is settled.
async function holdBack(connection, promise) {
    if (connection.connected)
        connection.pause_data();
    try {
        await promise;
    } catch (error) {
        fail(connection, error);
    }
    if (connection.connected)
        connection.process_data();
}

function handleMessage(handler, connection, message) {
    try {
        const promise = handler(connection, message);
        if (typeof promise?.then === 'function')
            holdBack(connection, promise);
    } catch (error) {
        fail(connection, error);
    }
}

async function handleConnection(handler, connection) {
    try {
        await handler(connection);
        if (connection.connected)
            connection.close(CLOSE_CODE_NORMAL);
    } catch (error) {
        fail(connection, error);
    } finally {
        connection[inboxKey]?.return();
    }
}

function overrideMessages() {
    Ws.Connection.prototype.messages = function () {
        this[inboxKey] ??= new Inbox(this);
        this[inboxKey].open();
        return this[inboxKey];
    };
    Ws.Connection.prototype[Symbol.asyncIterator] = Ws.Connection.prototype.messages;

    Ws.Server.prototype.set_message_handler = function (handler) {
        this.set_message_func(handler && ((connection, format, data) =>
            handleMessage(handler, connection, toMessage(format, data))));
    };

    Ws.Server.prototype.set_connection_handler = function (handler) {
        if (this[connectionHandlerKey])
            this.disconnect(this[connectionHandlerKey]);
        this[connectionHandlerKey] = handler && this.connect('connected', (_server, connection) => {
            handleConnection(handler, connection);
        });
    };
}

// --- Iteration ---

// Goes over the connections of this moment: the body of the loop may close any of them.
function overrideIteration({prototype}) {
    prototype[Symbol.iterator] = function () {
        return Array.from({length: this.get_size()}, (_, i) => this.get_item(i)).values();
    };
}

function forEachMethod(table, action) {
    for (const [type, methods] of Object.entries(table))
        Object.entries(methods).forEach(([name, defaults]) => action(Ws[type], name, defaults));
}

function _init() {
    Ws = this;
    forEachMethod(TEXT_METHODS, (type, name, defaults) => wrapText(type.prototype, name, defaults));
    forEachMethod(TEXT_CONSTRUCTORS, wrapText);
    overrideCertificateData(Ws.Certificate);
    overrideConnectionData(Ws.Connection);
    overrideServerData(Ws.Server);
    overrideTopicsData(Ws.Topics);
    [Ws.Connection, Ws.OpenRequest, Ws.HttpRequest].forEach(overrideHeaders);
    const {set_body} = Ws.HttpRequest.prototype;
    Ws.HttpRequest.prototype.set_body = function (body) {
        set_body.call(this, toBytes(body));
    };
    [Ws.Certificate, Ws.HttpRequest, Ws.OpenRequest, Ws.Server, Ws.SslConnectionRequest].forEach(overrideProperties);
    forEachMethod(ASYNC_METHODS, (type, name, defaults) => wrapAsync(type.prototype, name, defaults));
    overrideMessages();
    overrideIteration(Ws.ConnectionMap);
}

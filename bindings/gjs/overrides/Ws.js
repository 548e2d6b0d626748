// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What gjs adds to the namespace Ws. gjs passes a string to C without its length, so everything after the first
// U+0000 would be lost without a word. The methods that take text refuse such text instead.
/* exported _init */

const TEXT_METHODS = {
    Certificate: ['set_encoded', 'set_key_password', 'set_key_store', 'set_store', 'set_store_password', 'set_subject'],
    Connection: ['close', 'close_async', 'send_file', 'send_text'],
    ConnectionMap: ['lookup'],
    HttpRequest: ['get_request_header', 'set_content_type', 'set_response_headers'],
    OpenRequest: ['get_request_header', 'set_response_headers', 'set_sub_protocols'],
    Server: ['change_line_mode', 'config', 'disconnect_client', 'get_connection', 'interrupt', 'ping_client', 'send',
        'send_bytes', 'send_file', 'send_text', 'serve_folder', 'serve_resource', 'set_local_host', 'set_upload_stream'],
    SslConnectionRequest: ['set_cert_password', 'set_cert_store', 'set_cert_subject'],
};

const TEXT_CONSTRUCTORS = {
    Certificate: ['new_from_file', 'new_from_files', 'new_from_store', 'new_from_store_encoded', 'new_self_signed'],
};

function hasNul(value) {
    if (typeof value === 'string')
        return value.includes('\0');
    return Array.isArray(value) && value.some(hasNul);
}

function refuseNul(Ws, holder, name) {
    const method = holder[name];
    holder[name] = function (...values) {
        const position = values.findIndex(hasNul);
        if (position < 0)
            return method.apply(this, values);

        const advice = name === 'send_text' ? '; Connection.send_data sends such text as bytes' : '';
        throw new Ws.Error({
            code: Ws.Error.INVALID_ARGUMENT,
            message: `${name}: argument ${position + 1} contains U+0000, which is not accepted${advice}`,
        });
    };
}

function _init() {
    for (const [type, names] of Object.entries(TEXT_METHODS))
        names.forEach(name => refuseNul(this, this[type].prototype, name));
    for (const [type, names] of Object.entries(TEXT_CONSTRUCTORS))
        names.forEach(name => refuseNul(this, this[type], name));
}

// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// TLS from JavaScript: properties, signals, what their objects carry, errors, decisions that come later.
import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import GObject from 'gi://GObject?version=2.0';
import Ws from 'gi://Ws?version=1.0';

import {assert, assertEqual, assertError, run} from './runner.js';

Gio._promisify(Gio.SocketClient.prototype, 'connect_to_host_async', 'connect_to_host_finish');
Gio._promisify(Gio.InputStream.prototype, 'read_bytes_async', 'read_bytes_finish');

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

const certificateFor = name => Ws.Certificate.new_self_signed([name], 2);

function makeServer(certificate) {
    const server = new Ws.Server({localHost: '127.0.0.1'});
    if (certificate) {
        server.set_ssl_cert(certificate);
        server.set_use_ssl(true);
    }
    return server;
}

// Opens a WebSocket as a client that asks for the host name; resolves with the PEM it was shown.
async function visit(server, name, clientCertificate = null) {
    let shown = null;
    const client = new Gio.SocketClient({tls: true});
    // Its own connect () is another one.
    GObject.Object.prototype.connect.call(client, 'event', (_client, event, connectable, connection) => {
        if (event !== Gio.SocketClientEvent.TLS_HANDSHAKING)
            return;
        connection.server_identity = Gio.NetworkAddress.new(name, 443);
        if (clientCertificate)
            connection.certificate = clientCertificate;
        connection.connect('accept-certificate', (_connection, certificate) => {
            shown = certificate.certificate_pem;
            return true;
        });
    });
    const connection = await client.connect_to_host_async('127.0.0.1', server.localPort, null);
    connection.output_stream.write_all(new TextEncoder().encode(REQUEST), null);
    const answer = await connection.input_stream.read_bytes_async(65536, GLib.PRIORITY_DEFAULT, null);
    const text = new TextDecoder().decode(answer.toArray());
    assert(text.startsWith('HTTP/1.1 101 '), `answer: ${text}`);
    connection.close(null);
    return shown;
}

async function fails(promise) {
    try {
        await promise;
    } catch {
        return;
    }
    throw new Error('it did not fail');
}

const iterate = () => new Promise(resolve => GLib.timeout_add(GLib.PRIORITY_DEFAULT, 5, () => {
    resolve();
    return GLib.SOURCE_REMOVE;
}));

async function until(done) {
    while (!done())
        // eslint-disable-next-line no-await-in-loop
        await iterate();
}

async function testProperties() {
    const certificate = certificateFor('one.example');
    const server = makeServer(null);
    assertEqual(server.useSsl, false, 'use-ssl');
    assertEqual(server.sslCert, null, 'ssl-cert');
    assertEqual(server.sslAuthenticateClients, false, 'ssl-authenticate-clients');
    assertEqual(server.sslProvider, Ws.SslProvider.AUTOMATIC, 'ssl-provider');

    const told = [];
    server.connect('notify', (_server, {name}) => told.push(name));
    server.useSsl = true;
    server.sslCert = certificate;
    server.sslProvider = Ws.SslProvider.INTERNAL;
    assertEqual(server.sslCert, certificate, 'ssl-cert');
    assertEqual(told.join(), 'use-ssl,ssl-cert,ssl-provider', 'notify');

    const seen = [];
    server.connect('connected', (_server, connection) =>
        seen.push([connection.tlsProtocol, connection.tlsCipherSuite, connection.peerCertificate]));
    server.start_listening();
    assertEqual(await visit(server, 'one.example'), certificate.encoded, 'certificate');
    const [protocol, suite, peer] = seen[0];
    assertEqual(protocol, 'TLSv1.3', 'tls-protocol');
    assert(suite.startsWith('TLS_'), suite);
    assertEqual(peer, null, 'peer-certificate');
    server.shutdown();
}

async function testErrors() {
    const certificate = certificateFor('one.example');
    const server = makeServer(null);
    server.useSsl = true;
    const message = assertError(Ws.Error.SERVER_CERT_NOT_FOUND, () => server.start_listening());
    assert(message.startsWith('[282] '), message);
    server.set_ssl_cert(certificate);
    server.start_listening();
    assertError(Ws.Error.SERVER_CERT_NOT_FOUND, () => server.set_ssl_cert(null));

    const told = [];
    server.connect('error', (_server, connection, code) => told.push([connection, code]));
    server.sslCert = null;
    assertEqual(told.length, 1, 'error signals');
    assertEqual(told[0][1], Ws.Error.SERVER_CERT_NOT_FOUND, 'code');
    assertEqual(server.sslCert, certificate, 'ssl-cert');
    assertError(Ws.Error.TLS_LIBRARY, () => server.config('SSLEnabledProtocols=12'));
    server.shutdown();
}

async function testSslConnectionRequest() {
    const [one, two, three] = ['one', 'two', 'three'].map(name => certificateFor(`${name}.example`));
    const server = makeServer(one);
    const lines = [];
    server.connect('ssl-status', (_server, _connection, line) => lines.push(line));
    server.connect('ssl-connection-request', (_server, connection, request) => {
        assert(connection instanceof Ws.Connection, 'connection');
        assert(request.supportedCipherSuites.split(',').includes('TLS_AES_256_GCM_SHA384'), 'suites');
        assert(request.supportedSignatureAlgs.length > 0, 'signature algorithms');
        if (request.serverName === 'two.example') {
            request.certStoreType = Ws.CertStoreType.PEM_KEY_BLOB;
            request.certStore = two.privateKey + two.encoded;
            request.certSubject = 'two.example';
            assertEqual(request.certSubject, 'two.example', 'cert-subject');
        } else if (request.serverName === 'three.example') {
            request.defer();
            GLib.timeout_add(GLib.PRIORITY_DEFAULT, 20, () => {
                request.certificate = three;
                assert(request.complete(), 'complete');
                return GLib.SOURCE_REMOVE;
            });
        } else if (request.serverName === 'refused.example') {
            request.refuse();
        }
    });
    server.start_listening();
    assertEqual(await visit(server, 'one.example'), one.encoded, 'certificate of one');
    assertEqual(await visit(server, 'two.example'), two.encoded, 'certificate of two');
    assertEqual(await visit(server, 'three.example'), three.encoded, 'certificate of three');
    await fails(visit(server, 'refused.example'));
    assert(lines.some(line => line.includes('TLSv1.3')), lines.join('\n'));
    server.shutdown();
}

async function testAddedCertificates() {
    const [one, two] = ['one', 'two'].map(name => certificateFor(`${name}.example`));
    const server = makeServer(one);
    server.add_ssl_cert(two);
    server.start_listening();
    assertEqual(await visit(server, 'two.example'), two.encoded, 'certificate of two');
    assertEqual(server.remove_ssl_cert(two), true, 'remove');
    assertEqual(await visit(server, 'two.example'), one.encoded, 'certificate in its place');
    server.shutdown();
}

async function testSslClientAuthentication() {
    const ada = certificateFor('Ada');
    const server = makeServer(certificateFor('one.example'));
    const peers = [];
    const errors = [];
    let decision = true;
    server.sslAuthenticateClients = true;
    server.connect('error', (_server, _connection, code) => errors.push(code));
    server.connect('connected', (_server, connection) => peers.push(connection.peerCertificate.subject));
    server.connect('ssl-client-authentication', (_server, _connection, authentication) => {
        assertEqual(authentication.certSubject, 'CN=Ada', 'cert-subject');
        assertEqual(authentication.certIssuer, 'CN=Ada', 'cert-issuer');
        assert(authentication.status !== 'OK', 'status');
        assertEqual(authentication.accept, false, 'accept');
        assert(authentication.certEncoded.get_size() > 100, 'cert-encoded');
        assertEqual(authentication.certificate.encoded, ada.encoded, 'certificate');
        authentication.accept = decision;
        assertEqual(authentication.accept, decision, 'accept');
    });
    server.start_listening();
    await visit(server, 'one.example', ada.tlsCertificate);
    assertEqual(peers.join(), 'CN=Ada', 'peer-certificate');
    decision = false;
    await fails(visit(server, 'one.example', ada.tlsCertificate));
    await until(() => errors.length > 0);
    assertEqual(errors[0], Ws.Error.CERT_NOT_VERIFIED, 'code');
    server.shutdown();
}

const tests = {testProperties, testErrors, testSslConnectionRequest, testAddedCertificates, testSslClientAuthentication};

run(tests);

#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that accepts clients by their certificate:

    client-certificates.py PORT CERTIFICATE-FILE AUTHORITY-FILE SUBJECT...

AUTHORITY-FILE holds the certificate of the CA that signs the clients' certificates. The server accepts clients
whose subject is one of the SUBJECTs, such as "CN=Ada", and greets each with its subject.
"""
import contextlib
import pathlib
import sys

import gi

gi.require_version("Ws", "1.0")
from gi.repository import GLib, Ws


def on_ssl_client_authentication(server, connection, authentication):
    # `accept` already says whether the certificate is genuine and valid now. The CAs of the system are
    # trusted too, so this handler checks the issuer. It compares whole subjects, because a part of one
    # could occur inside another.
    subject, issuer = authentication.props.cert_subject, authentication.props.cert_issuer
    welcome = issuer == authority.props.subject and subject in members
    if authentication.props.accept and not welcome:
        authentication.props.accept = False
    print(f"{subject or 'no certificate'}: {authentication.props.status}, welcome: {welcome}", flush=True)


def on_connected(server, connection):
    connection.send_text(f"Hello, {connection.props.peer_certificate.props.subject}")


port, certificate_file, authority_file, *members = sys.argv[1:]
authority = Ws.Certificate.new_from_file(authority_file)

server = Ws.Server(local_host="127.0.0.1", local_port=int(port))
server.set_ssl_cert(Ws.Certificate.new_from_file(certificate_file))
server.set_use_ssl(True)
server.set_ssl_authenticate_clients(True)
server.config("SSLClientCACerts=" + pathlib.Path(authority_file).read_text())
server.connect("ssl-client-authentication", on_ssl_client_authentication)
server.connect("connected", on_connected)
server.connect("error", lambda server, connection, code, text: print(text, flush=True))
server.start_listening()
print(f"wss://127.0.0.1:{server.props.local_port}/", flush=True)

with contextlib.suppress(KeyboardInterrupt):
    GLib.MainLoop().run()

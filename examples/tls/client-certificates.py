#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that lets in whom it knows by certificate:

    client-certificates.py PORT CERTIFICATE-FILE AUTHORITY-FILE SUBJECT...

AUTHORITY-FILE holds the certificate of the authority that vouches for clients. Those whose subject is
among the SUBJECTs, such as "CN=Ada", may come in; each is greeted with it.
"""
import contextlib
import pathlib
import sys

import gi

gi.require_version("Ws", "1.0")
from gi.repository import GLib, Ws


def on_ssl_client_authentication(server, connection, authentication):
    # `accept` says already whether the certificate is genuine and in time. The system's authorities
    # count there too, so who has issued it is looked at here. A subject is compared as a whole: a part
    # of it could stand inside another.
    subject, issuer = authentication.props.cert_subject, authentication.props.cert_issuer
    welcome = issuer == authority.props.subject and subject in members
    if authentication.props.accept and not welcome:
        authentication.props.accept = False
    print(f"{subject or 'nobody'}: {authentication.props.status}, welcome: {welcome}", flush=True)


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

#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts the echo server, runs one client against it and judges both.

    run-client.py [--tls | --platform] ECHO-SERVER program COMMAND...
    run-client.py [--tls | --platform] ECHO-SERVER npm SCRIPT FOLDER

With --tls the servers speak TLS, with certificates that they make themselves, and with --platform by GIO's
backend. The client finds the addresses of differently set servers in WS_TEST_URL and in WS_TEST_URL_PLAIN
and the like; see SERVERS. With npm the package next to SCRIPT is
installed from its lock file into FOLDER, once, and SCRIPT runs there. The exit status is the
client's, 77 (skipped) only where its software is absent, and 1 when the server did not see each
closing handshake or did not end well.
"""

import os
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77
DEADLINE_SECONDS = 100
# What makes a server speak TLS, by the option that asks for it.
TLS = {"--tls": "TLS", "--platform": "Platform"}.get(sys.argv[1])
ARGUMENTS = sys.argv[1:] if TLS is None else sys.argv[2:]
SCHEME = "ws" if TLS is None else "wss"
# What follows WS_TEST_URL in the variable's name, and the settings of that server.
SERVERS = {
    "": "",
    "_PLAIN": "EnablePermessageDeflate=False",
    "_WIDE": "DeflateWindowBits=15",
    "_FRESH": "DeflateNoContextTakeover=True,DeflateWindowBits=9",
    "_NARROW": "MaxSendQueue=2097152",
}


def install(script, folder):
    """The command that runs the script beside its installed package, or None without node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None

    folder.mkdir(parents=True, exist_ok=True)
    lock = (script.parent / "package-lock.json").read_bytes()
    installed = folder / "installed-lock.json"
    for name in (script.name, "package.json", "package-lock.json"):
        shutil.copyfile(script.parent / name, folder / name)
    if not installed.exists() or installed.read_bytes() != lock:
        # What preloads a checked allocator for tests in C is not meant for node.
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=folder, check=True, env=client_environment([]), timeout=DEADLINE_SECONDS,
        )
        installed.write_bytes(lock)
    return ["node", str(folder / script.name)]


def client_environment(ports):
    environment = dict(os.environ)
    environment.pop("LD_PRELOAD", None)
    for name, port in zip(SERVERS, ports):
        environment["WS_TEST_URL" + name] = f"{SCHEME}://127.0.0.1:{port}/"
    return environment


def run_client(command, ports):
    try:
        done = subprocess.run(command, env=client_environment(ports), timeout=DEADLINE_SECONDS)
    except FileNotFoundError:
        print(f"{command[0]} is not installed", file=sys.stderr)
        return SKIPPED
    return done.returncode


def judge_server(server, client_status):
    """Ends the server; returns 1 where it saw something else than proper closes."""
    output, _ = server.communicate(timeout=DEADLINE_SECONDS)
    # A client in C prints TAP on the same output, so what the server says goes to stderr.
    sys.stderr.write(output)
    if server.returncode != 0:
        print(f"the server ended with {server.returncode}", file=sys.stderr)
        return 1
    if client_status != 0:
        return 0

    codes = [line.split()[1] for line in output.splitlines() if line.startswith("disconnected ")]
    if "4001" not in codes or set(codes) - {"4001", "1000"}:
        print(f"the server saw these close codes: {codes}", file=sys.stderr)
        return 1
    return 0


def main():
    echo_server, kind, *rest = ARGUMENTS
    settings = [value if TLS is None else f"{TLS},{value}".rstrip(",") for value in SERVERS.values()]
    command = rest
    if kind == "npm":
        command = install(pathlib.Path(rest[0]), pathlib.Path(rest[1]))
        if command is None:
            print("node or npm is not installed", file=sys.stderr)
            return SKIPPED

    with subprocess.Popen(
        [echo_server, *settings], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            ports = server.stdout.readline().split()
            status = run_client(command, ports)
            return judge_server(server, status) or status
        finally:
            if server.poll() is None:
                server.kill()


sys.exit(main())

#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the cost of a client grows with the number of clients: opening, being idle, closing.

    scale.py [--clients N] [--seconds S] BUILD_FOLDER PEERS_FOLDER

Opens N clients (19,000) in steps, leaves them alone for S seconds, closes them in steps, the last ones first,
and prints the server's CPU microseconds per client for each step, and its CPU time while all were idle; the
same for the floor, an echo server of bare epoll.
"""
import argparse
import os
import resource
import socket
import subprocess
import sys
import time

from compare import free_port, wait_port

IP_BIND_ADDRESS_NO_PORT = 24  # <linux/in.h>; Python names it from 3.12 on
STEPS = 10
REQUEST = (b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
CLOSE = b"\x88\x82\0\0\0\0\x03\xe8"


def cpu_us(pid):
    """Microseconds on a processor, of all threads."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1000


def settle(pid):
    """CPU time when the server has done all there was to do."""
    before = cpu_us(pid)
    while True:
        time.sleep(0.02)
        now = cpu_us(pid)
        if now == before:
            return now
        before = now


def open_client(port, number):
    client = socket.socket()
    # Ports are few for one address; and one that has been used may be used for another server.
    client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    client.bind((f"127.1.{number // 10000}.1", 0))
    client.connect(("127.0.0.1", port))
    client.sendall(REQUEST)
    if not client.recv(1024).startswith(b"HTTP/1.1 101"):
        sys.exit(f"client {number} was not let in")
    return client


def close_client(client):
    """The closing handshake, and the end of the socket. RFC 6455 section 7."""
    client.sendall(CLOSE)
    while client.recv(1024):
        pass
    client.close()


def measure(arguments, command):
    port = free_port()
    server = subprocess.Popen(["taskset", "-c", "1", *command.format(port=port).split()], stdout=subprocess.DEVNULL)
    clients = []
    figures = {"open": [], "close": []}
    try:
        if not wait_port(port, server):
            sys.exit(f"{command}: does not listen")
        step = arguments.clients // STEPS
        at = settle(server.pid)
        for _ in range(STEPS):
            clients += [open_client(port, len(clients) + number) for number in range(step)]
            now = settle(server.pid)
            figures["open"].append((now - at) / step)
            at = now
        time.sleep(arguments.seconds)
        now = cpu_us(server.pid)
        figures["idle"] = now - at
        for _ in range(STEPS):
            at = now
            for client in clients[-step:]:
                close_client(client)
            del clients[-step:]
            now = settle(server.pid)
            figures["close"].append((now - at) / step)
        return figures
    finally:
        server.kill()
        server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=19000)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("build")
    parser.add_argument("peers")
    arguments = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    os.sched_setaffinity(0, {0})
    servers = {"wsserver": f"{arguments.build}/bench/bench-echo {{port}}", "floor": f"{arguments.peers}/rawepoll {{port}}"}
    results = {name: measure(arguments, command) for name, command in servers.items()}
    step = arguments.clients // STEPS
    print(f"CPU us per client\n\n| clients | {' | '.join(f'{name}, open | {name}, close' for name in servers)} |")
    print("|---|" + "---:|" * 2 * len(servers))
    for number in range(STEPS):
        # The step that closes them is the one that counts down to where they began.
        cells = [f"{results[name]['open'][number]:.1f} | {results[name]['close'][STEPS - 1 - number]:.1f}" for name in servers]
        print(f"| {number * step:,} to {(number + 1) * step:,} | {' | '.join(cells)} |")
    for name in servers:
        print(f"\n{name}: {results[name]['idle']:.0f} us in {arguments.seconds:g} s with {step * STEPS:,} idle clients")


main()

#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One message to many clients: server CPU per client, by broadcast, by a loop of sends, and by Bun's publish.

    broadcast.py [--rounds N] [--clients N] [--length BYTES] [--json FILE] BUILD_FOLDER PEERS_FOLDER

A round measures each server once, plain and compressed, in an order that rotates; the table has medians.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

from compare import free_port, wait_port

WAYS = {
    "broadcast": "{build}/bench/bench-echo {port} --broadcast --deflate {deflate}",
    "loop of sends": "{build}/bench/bench-echo {port} --send-to-all --deflate {deflate}",
    "Bun's publish": "{peers}/node_modules/.bin/bun {peers}/peer-bun.js {port} --publish --deflate {deflate}",
}


def measure(arguments, way, deflate):
    port = free_port()
    command = WAYS[way].format(build=arguments.build, peers=arguments.peers, port=port, deflate="on" if deflate else "off")
    server = subprocess.Popen(["taskset", "-c", "1", *command.split()], stdout=subprocess.DEVNULL)
    try:
        if not wait_port(port, server):
            sys.exit(f"{command}: does not listen")
        load = ["taskset", "-c", "0", f"{arguments.build}/bench/bench-broadcast", str(port), str(server.pid),
                str(arguments.clients), str(arguments.length), "10", *(["--deflate"] if deflate else [])]
        return json.loads(subprocess.run(load, check=True, capture_output=True, text=True, timeout=300).stdout)
    finally:
        server.kill()
        server.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--clients", type=int, default=10000)
    parser.add_argument("--length", type=int, default=100)
    parser.add_argument("--json", metavar="FILE", help="also write each result there, one a line")
    parser.add_argument("build")
    parser.add_argument("peers")
    arguments = parser.parse_args()
    if not os.path.exists(f"{arguments.peers}/node_modules/.bin/bun"):
        WAYS.pop("Bun's publish")

    cases = [(way, deflate) for deflate in (False, True) for way in WAYS]
    results = {case: [] for case in cases}
    for number in range(arguments.rounds):
        turn = number % len(cases)
        for way, deflate in cases[turn:] + cases[:turn]:
            result = measure(arguments, way, deflate)
            results[way, deflate].append(result["cpu_us_per_client_message"])
            if arguments.json:
                with open(arguments.json, "a", encoding="utf-8") as file:
                    file.write(json.dumps(dict(result, way=way, deflate=deflate)) + "\n")

    print(f"{arguments.clients:,} clients x {arguments.length} bytes, CPU us per client, medians of {arguments.rounds} rounds\n")
    print("| | plain | compressed |\n|---|---:|---:|")
    for way in WAYS:
        cells = []
        for deflate in (False, True):
            values = results[way, deflate]
            spread = (max(values) - min(values)) / 2 / statistics.median(values) * 100
            cells.append(f"{statistics.median(values):.2f} ±{spread:.0f}%")
        print(f"| {way} | " + " | ".join(cells) + " |")


main()

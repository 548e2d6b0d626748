#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the work of one port spreads over threads that have a server each.

    threads.py [--rounds N] [--seconds S] [--threads 1,2] [--out FILE.jsonl] BUILD_FOLDER [WORKLOAD ...]

The load generator takes its part of the same cores. So beside what comes of it the table says how much
of a core server and generator took: while the generator is small the gain is near the number of
cores, and where it takes as much as the server there is nothing left to gain.

Each measurement starts a fresh server; nothing is pinned. For each round and workload all numbers of
threads are measured one after another; the tables show medians. Directory of wsload: $WS_PEERS_DIR.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

import compare

# name, title, arguments of the server, of wsload, what is counted
WORKLOADS = [
    ("deflate-4k", "compressed echo, 64 clients, 4 KiB of JSON", "--deflate on", "-c 64 -s 4096 --json --deflate", "msg"),
    ("deflate-1k", "compressed echo, 64 clients, 1 KiB of JSON", "--deflate on", "-c 64 -s 1024 --json --deflate", "msg"),
    ("tls-rsa", "TLS 1.3 handshakes, RSA 2048, 16 at a time", "{rsa}", "-m connect -c 16 --tls 1.3", "shake"),
    ("tls-ecdsa", "TLS 1.3 handshakes, ECDSA P-256, 16 at a time", "{ecdsa}", "-m connect -c 16 --tls 1.3", "shake"),
    ("echo-20", "echo, 64 clients, 20 bytes", "", "-c 64 -s 20", "msg"),
    ("echo-20-32", "echo, 64 clients, 20 bytes, 32 in flight", "", "-c 64 -s 20 -d 32", "msg"),
]


def make_certificate(folder, name, *algorithm):
    cert, key = (os.path.join(folder, f"{name}-{part}.pem") for part in ("cert", "key"))
    subprocess.run(["openssl", "genpkey", *algorithm, "-out", key], check=True, capture_output=True)
    subprocess.run(["openssl", "req", "-x509", "-new", "-key", key, "-subj", "/CN=localhost", "-days", "7", "-out", cert],
                   check=True, capture_output=True)
    return f"--tls {cert} {key}"


def measure(options, workload, n_threads, certificates):
    _, _, server_arguments, load_arguments, _ = workload
    port = compare.free_port()
    command = [os.path.join(options.folder, "bench", "bench-echo"), str(port), "--threads", str(n_threads)]
    server = subprocess.Popen(command + server_arguments.format(**certificates).split(), stdin=subprocess.DEVNULL)
    try:
        if not compare.wait_port(port, server):
            sys.exit("the server does not listen")
        scheme = "wss" if "--tls" in load_arguments else "ws"
        load = [os.path.join(compare.PEERS, "wsload"), "-t", str(options.seconds), "--pid", str(server.pid),
                *load_arguments.split(), f"{scheme}://127.0.0.1:{port}/"]
        result = json.loads(subprocess.run(load, capture_output=True, text=True, check=False).stdout)
        if not result["ok"]:
            sys.exit(f"wsload: {result}")
        return result
    finally:
        server.kill()
        server.wait()


def print_table(workload, results):
    _, title, _, _, kind = workload
    rate, cost, noun = {"msg": ("msgs_per_s", "server_cpu_us_per_msg", "messages"),
                        "shake": ("handshakes_per_s", "server_cpu_us_per_handshake", "handshakes")}[kind]
    print(f"\n### {title}\n")
    print(f"| threads | {noun}/s | gain | server µs each | cores: server | generator |\n|---:|---:|---:|---:|---:|---:|")
    first = None
    for n_threads, runs in results.items():
        median = {name: statistics.median(run[name] for run in runs) for name in (rate, cost)}
        server = statistics.median(run["server_cpu_s"] / run["seconds"] for run in runs)
        client = statistics.median(run["client_cpu_s"] / run["seconds"] for run in runs)
        first = first or median[rate]
        print(f"| {n_threads} | {median[rate]:,.0f} | {median[rate] / first:.2f} | {median[cost]:.2f} | {server:.2f} | {client:.2f} |",
              flush=True)


def main():
    parser = argparse.ArgumentParser(description="Measures servers in several threads on one port.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--threads", default="1,2", help="numbers of threads to compare")
    parser.add_argument("--out", metavar="FILE", help="appends each result as a line of JSON")
    parser.add_argument("folder", help="where meson has built, with -Dbench=true")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=", ".join(w[0] for w in WORKLOADS))
    options = parser.parse_args()
    if unknown := set(options.workloads) - {w[0] for w in WORKLOADS}:
        parser.error(f"there is no workload called {unknown.pop()}")

    with tempfile.TemporaryDirectory() as folder:
        certificates = {"rsa": make_certificate(folder, "rsa", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
                        "ecdsa": make_certificate(folder, "ecdsa", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")}
        for workload in WORKLOADS:
            if options.workloads and workload[0] not in options.workloads:
                continue
            results = {int(n): [] for n in options.threads.split(",")}
            for _ in range(options.rounds):
                for n_threads, runs in results.items():
                    runs.append(measure(options, workload, n_threads, certificates))
                    if options.out:
                        with open(options.out, "a", encoding="utf-8") as file:
                            print(json.dumps({"workload": workload[0], "threads": n_threads, **runs[-1]}), file=file)
            print_table(workload, results)


main()

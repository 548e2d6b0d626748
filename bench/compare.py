#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compare WebSocket echo servers: CPU per message, rate, latency, memory per connection.

    compare.py [--rounds N] [--seconds S] [--server NAME='CMD {port} {tls} {deflate}'] ...
               [--only NAME,...] [--skip NAME,...] [--workloads W1,W2,...,sizes,idle] [--ref NAME] ...
               [--out FILE.jsonl] [--from FILE.jsonl ...]

Each measurement starts a fresh server pinned to CPU 1, loads it with wsload pinned to CPU 0, and kills
it.  For each round and workload all servers are measured one after another (in an order that
rotates), so that what else the machine does falls on all alike; the tables show medians over rounds, and of ratios
the median of each round's.
A workload that a server needed more than 20 s to connect for is not repeated in later rounds.

A server is a command line with {port} and optionally
    {tls}      replaced by "--tls CERT KEY" or by nothing      (without it: no wss workloads)
    {deflate}  replaced by "--deflate on" or "--deflate off"   (without it: no deflate workload)
    {here}     replaced by the folder of this program, {dir} by that of the peers
It must listen on 127.0.0.1:{port} and echo every message with its own type; messages of 1 MiB must
be accepted.  The peers that peers/build.sh builds are known already; --server adds others or
replaces one of the same name.  --ref names the servers to show ratios to (default: raw, uws).

Directory of the peers and of wsload: $WS_PEERS_DIR, else "peers" in the temporary directory.
Every raw result goes to --out as a line of JSON; --from prints the tables of such files again.
"""
import argparse
import json
import os
import shlex
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

PEERS = os.environ.get("WS_PEERS_DIR") or os.path.join(tempfile.gettempdir(), "peers")

DEFAULT_SERVERS = {
    "wsserver": "{here}/../_bench/bench/bench-echo {port} {tls} {deflate}",
    "wsserver-func": "{here}/../_bench/bench/bench-echo {port} {tls} {deflate} --func",
    "raw": "{dir}/rawepoll {port}",
    "soup": "{dir}/peer-soup {port} {tls} {deflate}",
    "lws": "{dir}/peer-lws {port} {tls} {deflate}",
    "lws-uv": "{dir}/peer-lws {port} --loop uv {tls} {deflate}",
    "beast": "{dir}/peer-beast {port} {tls} {deflate}",
    "wspp": "{dir}/peer-wspp {port} {tls} {deflate}",
    "node-ws": "node {dir}/peer-node-ws.js {port} {tls} {deflate}",
    "bun": "{dir}/node_modules/.bin/bun {dir}/peer-bun.js {port} {tls} {deflate}",
    "pyws": "{python} {dir}/peer-pyws.py {port} {tls} {deflate}",
}

# id, title, wsload arguments, what it needs, what is measured
WORKLOADS = [
    ("W1", "echo, 64 conns, 20 B text, depth 1", "-c 64 -s 20", "", "msg"),
    ("W2", "echo, 64 conns, 20 B text, depth 32", "-c 64 -s 20 -d 32", "", "msg"),
    ("W3", "echo, 64 conns, 1 KiB binary, depth 1", "-c 64 -s 1024 --binary", "", "msg"),
    ("W4", "echo, 16 conns, 64 KiB binary, depth 1", "-c 16 -s 65536 --binary", "", "msg"),
    ("W5", "echo, 4 conns, 1 MiB binary, depth 1", "-c 4 -s 1048576 --binary", "", "msg"),
    ("W6a", "echo, 64 conns, 20 B, beside 0 idle", "-m echo-with-idle -c 64 -i 0 -s 20 --ramp 8", "", "msg"),
    ("W6b", "echo, 64 conns, 20 B, beside 1,000 idle", "-m echo-with-idle -c 64 -i 1000 -s 20 --ramp 8", "", "msg"),
    ("W6c", "echo, 64 conns, 20 B, beside 10,000 idle", "-m echo-with-idle -c 64 -i 10000 -s 20 --ramp 8", "", "msg"),
    ("W7", "10,000 idle connections: memory", "-m idle -i 10000 -k 1 -t 1 --ramp 8", "", "mem"),
    ("W8", "handshakes (open and close), 8 at a time", "-m connect -c 8", "", "shake"),
    ("W9a", "wss echo, 64 conns, 1 KiB binary, depth 1", "-c 64 -s 1024 --binary --tls 1.3 --ramp 8", "tls", "msg"),
    ("W9b", "wss handshakes (TLS 1.3, ECDSA P-256), 8 at a time", "-m connect -c 8 --tls 1.3", "tls", "shake"),
    ("W9c", "wss, 1,000 idle connections: memory", "-m idle -i 1000 -k 1 -t 0.5 --tls 1.3 --ramp 8", "tls", "mem"),
    ("W10", "deflate echo, 64 conns, 1 KiB JSON text, depth 1", "-c 64 -s 1024 --json --deflate", "deflate", "msg"),
]

# How the cost of a message grows: with its size, and with the clients beside it. Not among the
# workloads unless asked for, as "sizes" and "idle".
SWEEPS = {
    "sizes": [(f"size-{size}", f"echo, {connections} conns, {size:,} B binary, depth 1",
               f"-c {connections} -s {size} --binary", "", "msg")
              for size, connections in ((1, 16), (16, 16), (128, 16), (1024, 16), (8192, 16), (65536, 16), (524288, 4),
                                        (4194304, 2), (16777216, 1))],
    "idle": [(f"idle-{count}", f"echo, 64 conns, 20 B, beside {count:,} idle",
              f"-m echo-with-idle -c 64 -i {count} -s 20 --ramp 8", "", "msg")
             for count in (0, 100, 1000, 5000, 10000, 19000)],
}
ALL_WORKLOADS = WORKLOADS + SWEEPS["sizes"] + SWEEPS["idle"]


def pick_workloads(names):
    """All but the sweeps if there are no names."""
    if not names:
        return WORKLOADS
    wanted = names.split(",")
    return [w for w in WORKLOADS if w[0] in wanted] + [w for name in wanted for w in SWEEPS.get(name, [])]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_port(port, proc, limit=10):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if proc.poll() is not None:
            return False
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            time.sleep(0.03)
    return False


def find_python():
    for p in ("/usr/bin/python3", sys.executable):
        if subprocess.run([p, "-c", "import websockets"], capture_output=True).returncode == 0:
            return p
    return None


def make_cert(where):
    cert, key = os.path.join(where, "cert.pem"), os.path.join(where, "key.pem")
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key], check=True,
                   capture_output=True)
    subprocess.run(["openssl", "req", "-x509", "-new", "-key", key, "-subj", "/CN=localhost", "-days", "7",
                    "-out", cert], check=True, capture_output=True)
    return cert, key


class Bench:
    def __init__(self, a, work):
        self.a, self.work = a, work
        self.cert, self.key = make_cert(work)
        self.python = find_python()
        self.pin = shutil.which("taskset") and (os.cpu_count() or 1) > 1

    def command(self, tpl, port, need):
        cmd = tpl.format(port=port, dir=PEERS, here=os.path.dirname(os.path.abspath(__file__)), python=self.python or "python3",
                         tls=f"--tls {self.cert} {self.key}" if need == "tls" else "",
                         deflate="--deflate on" if need == "deflate" else "--deflate off")
        return shlex.split(cmd)

    def measure(self, name, tpl, wl):
        wid, _, args, need, _ = wl
        if need and "{" + need + "}" not in tpl:
            return None
        port = free_port()
        log = open(os.path.join(self.work, "server.log"), "wb")
        cmd = (["taskset", "-c", "1"] if self.pin else []) + self.command(tpl, port, need)
        env = dict(os.environ, NODE_PATH=os.path.join(PEERS, "node_modules"))
        try:
            srv = subprocess.Popen(cmd, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=env, cwd=self.work)
        except OSError as e:
            return {"ok": False, "first_error": str(e)}
        try:
            if not wait_port(port, srv):
                return {"ok": False, "first_error": "the server does not listen"}
            time.sleep(0.05)
            load = (["taskset", "-c", "0"] if self.pin else []) + [self.a.wsload]
            if " -t " not in args:
                load += ["-t", str(self.a.seconds)]
            load += ["--pid", str(srv.pid), *shlex.split(args),
                     f"{'wss' if need == 'tls' else 'ws'}://127.0.0.1:{port}/"]
            try:
                r = subprocess.run(load, capture_output=True, text=True, timeout=240)
                d = json.loads(r.stdout)
            except subprocess.TimeoutExpired:
                return {"ok": False, "first_error": "wsload took too long"}
            except ValueError:
                return {"ok": False, "first_error": "wsload: " + (r.stderr or r.stdout)[-200:]}
            if srv.poll() is not None:
                d["ok"] = False
                d["first_error"] = f"the server ended with status {srv.returncode}; " + d.get("first_error", "")
            return d
        finally:
            if srv.poll() is None:
                srv.kill()
            srv.wait()
            log.close()


def fmt(x):
    if x is None:
        return ""
    if x >= 100000:
        return f"{x / 1000:,.0f}k"
    if x >= 1000:
        return f"{x:,.0f}"
    if x >= 100:
        return f"{x:.0f}"
    if x >= 10:
        return f"{x:.1f}"
    return f"{x:.2f}"


def ratio(costs, reference):
    """Both {round: cost}. The median over the rounds of each round's ratio: what was measured one after the
    other has met the same neighbours, what was measured in other rounds has not."""
    ratios = [costs[n] / reference[n] for n in costs if reference.get(n)]
    return statistics.median(ratios) if ratios else None


def tables(results, refs, out):
    """results: list of {"server", "workload", "round", ...wsload's fields}"""
    servers, by = [], {}
    for r in results:
        if r["server"] not in servers:
            servers.append(r["server"])
        by.setdefault((r["workload"], r["server"]), []).append(r)
    spreads = {}
    rounds = {}

    def med(rs, f):
        v = [f(r) for r in rs]
        v = [x for x in v if x is not None]
        return statistics.median(v) if v else None

    summary = {}
    for wid, title, _, _, kind in ALL_WORKLOADS:
        rows = []
        for s in servers:
            rs = by.get((wid, s))
            if not rs:
                continue
            good = [r for r in rs if r.get("ok")]
            why = next((r.get("first_error", "failed") for r in rs if not r.get("ok")), "")
            rows.append((s, good, len(rs), why))
        if not rows:
            continue
        cpu = {"msg": lambda r: r.get("server_cpu_us_per_msg"),
               "shake": lambda r: r.get("server_cpu_us_per_handshake"),
               "mem": lambda r: r.get("rss_per_conn_slope") or r.get("rss_per_conn")}[kind]
        value = {s: med(g, cpu) for s, g, _, _ in rows}
        summary[wid] = value
        rounds[wid] = {s: {r["round"]: cpu(r) for r in g if cpu(r)} for s, g, _, _ in rows}
        use = [x for x in refs if value.get(x)]
        head = {"msg": ["CPU µs/msg", "spread", "msgs/s", "MB/s", "p50 µs", "p99 µs", "client µs/msg"],
                "shake": ["CPU µs/handshake", "spread", "handshakes/s", "p50 µs", "p99 µs"],
                "mem": ["bytes/conn", "of them before a message", "RSS MiB", "open CPU µs", "opened/s"]}[kind]
        if wid == "W10":
            head.append("reply bytes")
        print(f"\n### {wid}: {title}\n", file=out)
        cols = ["server"] + head + [f"× {x}" for x in use]
        print("| " + " | ".join(cols) + " |\n|" + "|".join(["---"] + ["---:"] * (len(cols) - 1)) + "|", file=out)
        for s, good, n, why in sorted(rows, key=lambda t: (value[t[0]] is None, value[t[0]] or 0)):
            if not good:
                print(f"| {s} | FAILS: {why} |" + " |" * (len(cols) - 2), file=out)
                continue
            v = [cpu(r) for r in good]
            m = statistics.median(v)
            spread = (max(v) - min(v)) / m * 100 if m and len(v) > 1 else None
            if kind != "mem" and len(v) > 1 and m:
                # each round against the median: how far off a single round is
                spreads.setdefault(s, []).append(statistics.median(abs(x - m) / m * 100 for x in v))
            sp = f"±{spread / 2:.0f}%" if spread is not None else ""
            lat = lambda k: med(good, lambda r: (r.get("lat_us") or {}).get(k))
            if kind == "msg":
                c = [fmt(m), sp, fmt(med(good, lambda r: r.get("msgs_per_s"))),
                     fmt(med(good, lambda r: r.get("mb_per_s"))), fmt(lat("p50")), fmt(lat("p99")),
                     fmt(med(good, lambda r: r.get("client_cpu_us_per_msg")))]
                if wid == "W10":
                    c.append(fmt(med(good, lambda r: r["wire_rx"] / r["msgs"] if r.get("msgs") else None)))
            elif kind == "shake":
                c = [fmt(m), sp, fmt(med(good, lambda r: r.get("handshakes_per_s"))), fmt(lat("p50")), fmt(lat("p99"))]
            else:
                c = [f"{m:,.0f}", f"{med(good, lambda r: r.get('rss_per_conn_before_touch')) or 0:,.0f}",
                     fmt(med(good, lambda r: r["rss_end"] / 1048576)),
                     fmt(med(good, lambda r: r.get("server_cpu_us_per_open"))),
                     fmt(med(good, lambda r: r.get("connect_per_s")))]
            c += [f"{ratio(rounds[wid][s], rounds[wid][x]) or m / value[x]:.2f}" for x in use]
            name = s if len(good) == n else f"{s} ({n - len(good)} of {n} failed: {why})"
            print(f"| {name} | " + " | ".join(c) + " |", file=out)

    ids = [w[0] for w in ALL_WORKLOADS if w[0] in summary]
    for ref in refs:
        if not any(summary[i].get(ref) for i in ids):
            continue
        print(f"\n### All: CPU (W7, W9c: memory) relative to {ref}\n", file=out)
        print("| server | " + " | ".join(ids) + " |\n|---|" + "---:|" * len(ids), file=out)
        for s in servers:
            cells = []
            for i in ids:
                r = ratio(rounds[i].get(s, {}), rounds[i].get(ref, {}))
                cells.append(f"{r:.2f}" if r else "-")
            print(f"| {s} | " + " | ".join(cells) + " |", file=out)
    print("\n### All: server CPU µs per message or handshake (W7, W9c: bytes per connection)\n", file=out)
    print("| server | " + " | ".join(ids) + " |\n|---|" + "---:|" * len(ids), file=out)
    for s in servers:
        print(f"| {s} | " + " | ".join(fmt(summary[i].get(s)) or "-" for i in ids) + " |", file=out)
    if spreads:
        print("\nDeviation of a single round's CPU figure from the median of rounds, median over workloads: "
              + ", ".join(f"{s} {statistics.median(v):.1f}%" for s, v in spreads.items()), file=out)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--seconds", type=float, default=2.0)
    p.add_argument("--server", action="append", default=[], metavar="NAME=CMD")
    p.add_argument("--only")
    p.add_argument("--skip")
    p.add_argument("--workloads")
    p.add_argument("--ref", action="append")
    p.add_argument("--wsload", default=os.path.join(PEERS, "wsload"))
    p.add_argument("--out")
    p.add_argument("--from", dest="saved", nargs="+")
    a = p.parse_args()
    refs = a.ref or ["raw", "uws"]
    if a.saved:
        results = []
        for f in a.saved:
            with open(f, encoding="utf-8") as fh:
                results += [json.loads(line) for line in fh if line.strip()]
        keep = set(a.only.split(",")) if a.only else None
        tables([r for r in results if not keep or r["server"] in keep], refs, sys.stdout)
        return 0
    if not os.path.exists(a.wsload):
        print(f"no wsload at {a.wsload}: run peers/build.sh first, or set WS_PEERS_DIR", file=sys.stderr)
        return 2
    servers = dict(DEFAULT_SERVERS)
    for s in a.server:
        name, _, cmd = s.partition("=")
        if "{port}" not in cmd:
            p.error(f"--server {name}: no {{port}} in the command")
        servers[name] = cmd
    if a.only:
        servers = {n: servers[n] for n in a.only.split(",")}
    for n in (a.skip or "").split(","):
        servers.pop(n, None)
    wls = pick_workloads(a.workloads)
    results = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))      # so that the server is ended too
    with tempfile.TemporaryDirectory() as work:
        b = Bench(a, work)
        out = open(a.out, "a", encoding="utf-8") if a.out else None
        slow = set()
        for rnd in range(a.rounds):
            for k, wl in enumerate(wls):
                names = list(servers)
                turn = (rnd * 3 + k) % len(names)
                for name in names[turn:] + names[:turn]:
                    if (name, wl[0]) in slow:
                        continue
                    d = b.measure(name, servers[name], wl)
                    if d is None:
                        continue
                    if d.get("connect_s", 0) > 20:
                        slow.add((name, wl[0]))
                    d.update(server=name, workload=wl[0], round=rnd, at=round(time.time(), 1),
                             load1=os.getloadavg()[0])
                    results.append(d)
                    if out:
                        out.write(json.dumps(d) + "\n")
                        out.flush()
                    v = d.get("server_cpu_us_per_msg") or d.get("server_cpu_us_per_handshake") or d.get("rss_per_conn")
                    print(f"round {rnd + 1} {wl[0]:4} {name:10} {'ok' if d.get('ok') else 'FAIL ' + d.get('first_error', '')}"
                          f" {fmt(v) if v else ''}", file=sys.stderr)
        if out:
            out.close()
    tables(results, refs, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Instructions per message, counted by callgrind.

    instructions.py [--json FILE] [--repeat N] BUILD_FOLDER [WORK ...]

They are what the library and GLib execute in user space; the kernel's part is not in them. Clients and
server share a thread, so that nothing depends on who runs when: the figures of two builds can be
compared where times on a busy machine cannot. --repeat shows by how much they still differ.
"""
import argparse
import json
import os
import re
import subprocess
import sys

# name -> program, its first argument, rounds of the short and the long run
WORKS = {
    "W1": ("bench-instructions", "W1", 20, 120),
    "W1-alone": ("bench-instructions", "W1-alone", 5, 45),
    "W2": ("bench-instructions", "W2", 5, 25),
    "W3": ("bench-instructions", "W3", 20, 120),
    "W1-func": ("bench-instructions", "W1-func", 20, 120),
    "W2-func": ("bench-instructions", "W2-func", 5, 25),
    "W3-func": ("bench-instructions", "W3-func", 20, 120),
    "send-to-all": ("bench-instructions", "send-to-all", 20, 120),
    "broadcast": ("bench-instructions", "broadcast", 20, 120),
    "protocol-20": ("bench-protocol", "20", 100, 1100),
    "protocol-1024": ("bench-protocol", "1024", 100, 1100),
}


def count(folder, program, argument, rounds):
    """(instructions, messages) of one run."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=measured_*",
               os.path.join(folder, "bench", program), argument, str(rounds)]
    run = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, G_SLICE="always-malloc"))
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found:
        sys.exit(f"{' '.join(command)} failed:\n{run.stderr}")
    return int(found[1]), int(run.stdout)


def measure(folder, name):
    program, argument, short, long = WORKS[name]
    few = count(folder, program, argument, short)
    many = count(folder, program, argument, long)
    return (many[0] - few[0]) / (many[1] - few[1])


def main():
    parser = argparse.ArgumentParser(description="Counts instructions per message.")
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("folder", help="where meson has built, with -Dbench=true")
    parser.add_argument("works", nargs="*", metavar="WORK", help=", ".join(WORKS))
    arguments = parser.parse_args()

    figures = {}
    print(f"{'work':24} instructions per message")
    for name in arguments.works or WORKS:
        if name not in WORKS:
            parser.error(f"there is no work called {name}")
        values = sorted(measure(arguments.folder, name) for _ in range(arguments.repeat))
        figures[name] = values[len(values) // 2]
        spread = f"  ({values[0]:.1f} to {values[-1]:.1f})" if arguments.repeat > 1 else ""
        print(f"{name:24} {figures[name]:10.1f}{spread}", flush=True)
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=2)


main()

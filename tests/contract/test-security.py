#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares the tables of SECURITY.md with the settings of the library.

Each row names a setting that exists, with its default. Each setting that limits something, by its name, has a row.

Usage: test-security.py SOURCE_ROOT LIST_SETTINGS
"""

import pathlib
import re
import subprocess
import sys

# Limits of what the application sends, not of what a client can do.
OWN_LIMITS = {"MaxFrameSize", "MaxLineLength[id]"}
IS_LIMIT = re.compile(r"Max|Allowed|Blocked|Trusted|Refuse|ReadPause|SSLRevocation|.*Timeout$")
ROW = re.compile(r"^\| `(\w+)` \| (?:`([^`]*)`)? ?\|", re.MULTILINE)


def main():
    root, list_settings = sys.argv[1:]
    listed = subprocess.run([list_settings], check=True, capture_output=True, text=True).stdout
    defaults = {line.split("\t")[0]: line.split("\t")[2] for line in listed.splitlines()}
    rows = dict(ROW.findall(pathlib.Path(root, "SECURITY.md").read_text(encoding="utf-8")))
    complaints = [f"{name} is no setting" for name in rows if name not in defaults]
    complaints += [f"{name} has the default {defaults[name]!r}, not {value!r}"
                   for name, value in rows.items() if defaults.get(name, value) != value]
    complaints += [f"{name} has no row" for name in defaults
                   if IS_LIMIT.match(name) and name not in rows and name not in OWN_LIMITS]
    for complaint in complaints:
        print(f"SECURITY.md: {complaint}")
    print(f"{len(rows)} rows checked, {len(complaints)} complaints")
    return 1 if complaints or not rows else 0


sys.exit(main())

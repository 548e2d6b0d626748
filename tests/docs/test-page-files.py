#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-page-files.py ROOT: every file of the tree that a text for contributors names exists."""
import pathlib
import re
import sys

TEXTS = ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/decisions.md")
FILE = re.compile(r"`([\w./-]*\b(?:ws|test)-[a-z0-9-]+\.[ch])`")


def main():
    root = pathlib.Path(sys.argv[1])
    n_files = 0
    missing = []
    for text in TEXTS:
        for name in FILE.findall((root / text).read_text(encoding="utf-8")):
            n_files += 1
            if not any(path.is_file() for top in ("wsserver", "wsserver-engines", "tests", "examples") for path in (root / top).rglob(name)):
                if not (root / name).is_file():
                    missing.append(f"{text}: {name}")
    print(*missing, sep="\n")
    print(f"{n_files} files, {len(missing)} missing")
    sys.exit(1 if missing or n_files == 0 else 0)


main()

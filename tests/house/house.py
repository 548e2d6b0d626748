# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the house checks share: the files of the project and the way a check ends."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("wsserver", "wsserver-engines", "tests", "examples", "bench", "docs")
FOREIGN = {"node_modules", "__pycache__", "corpus"}


def files(*suffixes, folders=FOLDERS):
    """Paths under the folders that end in one of the suffixes, sorted, relative to the project."""
    found = []
    for folder in folders:
        for where, below, names in os.walk(ROOT / folder):
            below[:] = [name for name in below if name not in FOREIGN and name[0] not in "._"]
            for name in names:
                if name.endswith(suffixes):
                    found.append((pathlib.Path(where) / name).relative_to(ROOT))
    return sorted(found)


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def finish(checked, what, complaints):
    """Prints the complaints and leaves with status 1 if there are any, or if nothing was checked."""
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if checked == 0:
        print(f"nothing to check: no {what}", file=sys.stderr)
    print(f"{checked} {what} checked, {len(complaints)} complaints")
    sys.exit(1 if complaints or checked == 0 else 0)

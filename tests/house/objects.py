# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the checks of the linker's view share: the object files of the library and their symbols."""

import collections
import pathlib
import subprocess
import sys

import house

SKIPPED = 77

# The names of the functions and data that one source file defines, and of those that it needs.
Object = collections.namedtuple("Object", "defined undefined")


def read_objects(build_root):
    """Source file without its ending, as in io/ws-poller -> Object, for all layers of a build.

    The implementations of the poller are alternatives; each counts as a file of io/.
    """
    found = {}
    for folder in sorted((pathlib.Path(build_root) / "wsserver").glob("libws-*.a.p")):
        for path in sorted(folder.glob("*.o")):
            layer, _, name = path.name.removesuffix(".c.o").partition("_ws-")
            # Neither generated files, nor what an old build has left behind.
            if (house.ROOT / "wsserver" / layer / f"ws-{name}.c").exists():
                read_symbols(path, found.setdefault(f"{layer}/ws-{name}", Object(set(), set())))
    return found


def read_symbols(path, entry):
    output = subprocess.run(["nm", "--format=posix", path], check=True, capture_output=True, text=True).stdout
    for line in output.splitlines():
        name, kind = line.split()[:2]
        if name.startswith("__gnu_lto"):
            print("objects made for link-time optimization have no symbols to look at")
            sys.exit(SKIPPED)
        if kind == "U":
            entry.undefined.add(name)
        elif kind in "TDBRV":
            entry.defined.add(name)


def users(objects):
    """Symbol -> the files that use it without defining it."""
    found = collections.defaultdict(set)
    for name, entry in objects.items():
        for symbol in entry.undefined:
            found[symbol].add(name)
    return found

#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-first-server.py PAGE LANGUAGE TEST [COMMAND…]: takes the first program in that language out of a
page and lets TEST, the one of examples/, talk to it.

COMMAND builds or runs it: FILE in it stands for the program's file and PROGRAM for what it is built
to; without PROGRAM it is run as it is.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

SUFFIXES = {"c": ".c", "python": ".py", "javascript": ".js", "vala": ".vala"}


def take(page, language):
    """The first fenced block of a page that is in the language."""
    text = pathlib.Path(page).read_text(encoding="utf-8")
    block = re.search(rf"^~~~{language}\n(.*?)^~~~$", text, re.DOTALL | re.MULTILINE)
    assert block, f"{page} has no program in {language}"
    return block[1]


def main():
    page, language, test, *command = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "first-server" + SUFFIXES[language])
        program = os.path.join(folder, "first-server")
        pathlib.Path(file).write_text(take(page, language), encoding="utf-8")
        places = {"FILE": file, "PROGRAM": program}
        filled = [places.get(word, word) for word in command]
        if "PROGRAM" in command:
            subprocess.run(filled, check=True, cwd=folder)
            filled = [program]
        sys.exit(subprocess.run([sys.executable, test, *filled], check=False).returncode)


main()

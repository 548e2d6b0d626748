#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-first-server.py PAGE LANGUAGE TEST [COMMAND…]: takes the first program in LANGUAGE from PAGE and runs
TEST, one of tests/examples, against it.

PAGE is a page in Markdown, or a C file whose comment has the program. COMMAND builds or runs the program.
In COMMAND, FILE is the program's source file and PROGRAM is the executable to build; a COMMAND without
PROGRAM runs FILE itself. The port 8080 in the program becomes 0, so that the system picks a free one.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import programs

SUFFIXES = {"c": ".c", "python": ".py", "javascript": ".js", "vala": ".vala"}


def main():
    page, language, test, *command = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "first-server" + SUFFIXES[language])
        program = os.path.join(folder, "first-server")
        pathlib.Path(file).write_text(programs.take(page, language).replace("8080", "0"), encoding="utf-8")
        paths = {"FILE": file, "PROGRAM": program}
        filled = [paths.get(word, word) for word in command]
        if "PROGRAM" in command:
            subprocess.run(filled, check=True, cwd=folder)
            filled = [program]
        sys.exit(subprocess.run([sys.executable, test, *filled], check=False).returncode)


main()

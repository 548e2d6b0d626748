#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-comment-examples.py FOLDER COMPILER…: compiles every example in C in the comments of the sources.

An example of whole functions is a file; one of statements is the body of a function that has a server, a
connection and an error."""

import pathlib
import re
import subprocess
import sys

EXAMPLE = re.compile(r"^ *\* ```c\n(.*?)^ *\* ```$", re.DOTALL | re.MULTILINE)
COMMENT_START = re.compile(r"^ *\* ?", re.MULTILINE)
HEAD = "#define WS_VERSION_MAX_ALLOWED WS_VERSION_1_2\n#include <wsserver/wsserver.h>\n"
BODY = """
void example (WsServer *server, WsConnection *connection, GError *error);

void
example (WsServer *server, WsConnection *connection, GError *error)
{
%s}
"""
FLAGS = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-unused-parameter",
         "-Wno-unused-variable", "-x", "c", "-"]


def find_examples(folder):
    for path in sorted(folder.rglob("*.[ch]")):
        text = path.read_text(encoding="utf-8")
        for match in EXAMPLE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{path.name}:{line}", COMMENT_START.sub("", match[1])


def make_file(example):
    return HEAD + (example if example.startswith("static") else BODY % example)


def main():
    folder, *compiler = sys.argv[1:]
    n_examples = 0
    failed = []
    for place, example in find_examples(pathlib.Path(folder)):
        n_examples += 1
        if subprocess.run(compiler + FLAGS, input=make_file(example), text=True, check=False).returncode != 0:
            failed.append(place)
    print(f"{n_examples} examples, failed:", *failed or ["none"])
    sys.exit(1 if failed or n_examples == 0 else 0)


main()

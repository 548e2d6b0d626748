# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs that pages, comments and example files contain."""
import pathlib
import re

COMMENT_START = re.compile(r"^ \* ?", re.MULTILINE)
INCLUDE = "#include <wsserver/wsserver.h>\n"
HEAD = re.compile(r"\A(/\*.*?\*/\n|((#!|# |//)[^\n]*\n)+\n?)", re.DOTALL)


def take(page, language):
    """The first fenced block in the language, from a page in Markdown or from a comment in a C file."""
    text = pathlib.Path(page).read_text(encoding="utf-8")
    start, code_start = (r" \* ", COMMENT_START) if str(page).endswith(".c") else ("", None)
    block = re.search(rf"^{start}(~~~|```){language}\n(.*?)^{start}\1$", text, re.DOTALL | re.MULTILINE)
    assert block, f"{page} has no program in {language}"
    if code_start is None:
        return block[2]
    program = code_start.sub("", block[2])
    return program if program.startswith("#include") else f"{INCLUDE}\n{program}"


def without_head(path):
    """A source file without the copyright lines and the line that names its interpreter."""
    return HEAD.sub("", pathlib.Path(path).read_text(encoding="utf-8"), count=1)

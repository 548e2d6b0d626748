#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-contract.py SOURCE BUILD GIR LIST-SETTINGS: compares the library, the table of settings, the
tests and the page docs/coming-from-ipworks.md with contract.tsv, in both directions.

Prints each difference on a line. Exits with status 77 (skipped) if PyGObject is missing."""

import collections
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys

try:
    import gi  # noqa: F401
except ImportError:
    print("PyGObject is not installed")
    sys.exit(77)

import shape  # noqa: E402

COLUMNS = ["kind", "here", "type", "default", "access", "ipworks", "mark", "tests"]
KINDS = {"callback", "class", "constructor", "method", "function", "constant", "property", "signal", "parameter",
         "value", "setting", "error", "rule"}
MARKS = {"pending", "effect-pending", "no-effect", "unused"}
BEYOND = "+"

problems = []


def complain(text):
    problems.append(text)


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table."""

    kind: str
    here: str
    type: str
    default: str
    access: str
    ipworks: str
    marks: frozenset
    tests: tuple

    @property
    def name(self):
        return f"{self.kind} {self.here}"

    @property
    def pending(self):
        return "pending" in self.marks


def read_table(path):
    """The rows, each checked by itself."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert lines[0].split("\t") == COLUMNS, f"{path}: the columns are not {COLUMNS}"
    rows = []
    for line in lines[1:]:
        cells = line.split("\t")
        if len(cells) != len(COLUMNS):
            complain(f"{len(cells)} columns in: {line}")
            continue
        *front, mark, tests = cells
        rows.append(Row(*front, frozenset(mark.split()) - {"-"}, tuple(tests.replace("-", "", tests == "-").split())))
        if rows[-1].kind not in KINDS or not rows[-1].marks <= MARKS:
            complain(f"unknown kind or mark: {line}")
    for key, count in collections.Counter((row.kind, row.here) for row in rows).items():
        if count > 1:
            complain(f"{' '.join(key)}: {count} rows")
    return rows


def check_item(row, item):
    """One row beside what the library has."""
    for column in "type", "default", "access":
        if getattr(row, column) != getattr(item, column):
            complain(f"{row.name}: {column} is {getattr(item, column)}, the table says {getattr(row, column)}")
    if row.kind == "setting" and item.no_effect != ("no-effect" in row.marks):
        complain(f"{row.name}: registry and table differ on whether it has an effect")


def check_items(rows, items):
    """Each has what the other has."""
    wanted = {(row.kind, row.here): row for row in rows if row.kind != "rule"}
    there = {(item.kind, item.here): item for item in items}
    for key, row in wanted.items():
        if row.pending and key in there:
            complain(f"{row.name}: is there now; take the mark pending off")
        elif not row.pending and key not in there:
            complain(f"{row.name}: the library does not have it")
        elif not row.pending:
            check_item(row, there[key])
    for key in there.keys() - wanted.keys():
        complain(f"{' '.join(key)}: is not in the table; {there[key]}")


def check_symbols(source, gir):
    """What the library exports is what the bindings see."""
    exported = set((source / "tests/house/symbols.list").read_text(encoding="utf-8").split())
    for symbol in exported ^ shape.symbols_in(gir):
        complain(f"{symbol}: {'exported, and not in the GIR' if symbol in exported else 'in the GIR, and not exported'}")


def program_of(path):
    """(suite, program) of a test's path: /unit/LAYER/PROGRAM/…, /integration/PROGRAM/… or /contract/PROGRAM/…"""
    _, suite, *rest = path.split("/")
    return suite, {"unit": rest[1], "contract": f"contract-{rest[0]}"}.get(suite, rest[0])


def list_tests(build, suite, program):
    """The paths of a test program, as the program lists them."""
    tests = json.loads((build / "meson-info/intro-tests.json").read_text(encoding="utf-8"))
    for test in tests:
        if test["name"] == program and any(name.endswith(f":{suite}") for name in test["suite"]):
            result = subprocess.run([*test["cmd"], "-l"], check=True, capture_output=True, text=True,
                                    env=os.environ | test["env"])
            return {line for line in result.stdout.splitlines() if line.startswith("/")}
    return set()


def check_tests(rows, build):
    """Each item has a test, and each test is there."""
    known = {}
    for row in rows:
        if not row.tests and not row.marks & {"pending", "effect-pending"}:
            complain(f"{row.name}: no test shows what it does")
        for path in row.tests:
            program = program_of(path)
            if program not in known:
                known[program] = list_tests(build, *program)
            if not any(there == path or (path[-1] == "*" and there.startswith(path[:-1])) for there in known[program]):
                complain(f"{row.name}: there is no test {path}")


def code_of(source, *layers):
    """The sources of the layers, without their comments."""
    paths = [path for layer in layers for path in sorted((source / "wsserver").glob(f"{layer}/*.c"))]
    return re.sub(r"/\*.*?\*/", "", "".join(path.read_text(encoding="utf-8") for path in paths), flags=re.DOTALL)


def check_effects(rows, source):
    """What a setting is stored in is used outside of its room, unless the setting is without effect."""
    registry = (source / "wsserver/config/ws-config.c").read_text(encoding="utf-8")
    fields = dict(re.findall(r'\{ "(\w+)",[^{}]*?\b(?:SERVER|SERVER_FLAGS|CONNECTION) \((\w+)', registry))
    limits = (source / "wsserver/config/ws-settings.c").read_text(encoding="utf-8")
    used = code_of(source, "connection", "server") + limits
    for row in rows:
        field = fields.get(row.here.partition("[")[0])
        if row.kind != "setting" or field is None:
            continue
        has_effect = re.search(rf"\b{field}\b", used) is not None
        if has_effect == bool(row.marks & {"no-effect", "effect-pending"}):
            complain(f"{row.name}: {'has an effect now; name its test and take the mark off' if has_effect else 'is used nowhere'}")


def check_errors(rows, source):
    """An error that cannot occur is named by no source, and every other by one."""
    code = code_of(source, "*")
    for row in rows:
        if row.kind == "error":
            named = re.search(rf"\bWS_ERROR_{row.here.partition('.')[2]}\b", code) is not None
            if named == ("unused" in row.marks):
                complain(f"{row.name}: {'is' if named else 'is not'} used by the library")


def words_of(row):
    """The words in the row of an item on the page: its name in IPWorks WSServer, and its name here."""
    if row.kind == "constructor":
        return row.ipworks, row.here.partition(".")[2]
    if row.kind == "class":
        return [row.ipworks.rstrip("()")] + [row.here] * (not row.pending)
    there = [word for word in row.ipworks.split(".") if word not in ("WSConnection", "Certificate")]
    if row.kind == "setting" or row.pending:
        return there
    here = re.split(r"[.:(]+", row.here.rstrip(")"))[-1]
    if row.kind == "parameter" and there[-1] == "ConnectionId":  # one sentence of the page covers all of them
        return there[:-1]
    return there + [f"`{here}`"]


def check_page(rows, source):
    """The page "Coming from IPWorks WSServer" has every item, with its name here."""
    page = (source / "docs/coming-from-ipworks.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("|")]
    for row in rows:
        if row.kind == "rule" or row.ipworks == BEYOND:
            continue
        words = words_of(row)
        patterns = [re.compile(rf"(?<!\w){re.escape(word)}(?!\w)") for word in words]
        if not any(all(pattern.search(line) for pattern in patterns) for line in lines):
            complain(f"{row.name}: docs/coming-from-ipworks.md has no row with {' and '.join(words)}")


def main():
    source, build = (pathlib.Path(argument) for argument in sys.argv[1:3])
    gir, settings = sys.argv[3:5]
    rows = read_table(source / "tests/contract/contract.tsv")
    check_items(rows, shape.library_items(gir) + shape.setting_items(settings))
    check_symbols(source, gir)
    check_tests(rows, build)
    check_effects(rows, source)
    check_errors(rows, source)
    check_page(rows, source)

    print(*problems, sep="\n")
    n_pending = sum(row.pending for row in rows)
    print(f"{len(rows)} rows, {n_pending} pending, {len(problems)} problems")
    sys.exit(1 if problems else 0)


main()

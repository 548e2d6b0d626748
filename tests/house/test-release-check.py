#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shows that the quick part of release-check refuses what it should."""

import importlib.machinery
import importlib.util
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
PATH = pathlib.Path(__file__).with_name("release-check")
sys.path.insert(0, str(PATH.parent))
LOADER = importlib.machinery.SourceFileLoader("release_check", str(PATH))
check = importlib.util.module_from_spec(importlib.util.spec_from_loader("release_check", LOADER))
LOADER.exec_module(check)

HEADER = """\
#define WS_MAJOR_VERSION (1)
#define WS_MINOR_VERSION (2)
#define WS_MICRO_VERSION (3)
"""


class ReleaseCheck(unittest.TestCase):
    def news(self, text):
        complaints, notes = [], []
        check.check_news(text, "1.2.3", complaints, notes)
        return complaints, notes

    def test_version(self):
        self.assertEqual(check.version_in("project('wsserver', 'c',\n  version: '1.2.3',\n)\n"), "1.2.3")
        self.assertIsNone(check.version_in("project('wsserver', 'c')\n"))

    def test_news(self):
        self.assertEqual(self.news("1.2.3 (2026-01-31)\n==================\n"), ([], []))
        for heading in ("1.2.3", "1.2.3 (unreleased)"):
            complaints, notes = self.news(f"{heading}\n=====\n")
            self.assertEqual(complaints, [], heading)
            self.assertEqual(len(notes), 1, heading)
        for text in ("1.2.4 (2026-01-31)\n=====\n", "1.2.3\n", "News\n====\n"):
            self.assertEqual(len(self.news(text)[0]), 1, text)

    def test_readme(self):
        for text, count in (("Version 1.2.3: stable", 0), ("Version 1.2.2: stable", 1), ("", 1)):
            complaints = []
            check.check_readme(text, "1.2.3", complaints)
            self.assertEqual(len(complaints), count, text)

    def test_version_header(self):
        for version, count in (("1.2.3", 0), ("1.2.4", 1)):
            complaints = []
            check.check_version_header(HEADER, version, complaints)
            self.assertEqual(len(complaints), count, version)

    def test_newer(self):
        for line, count in (
            (" * Since: 1.0", 0),
            (" * Since: 1.2", 0),
            (" * Since: 1.4", 1),
            (" * Since: 2.0", 1),
            ("WS_AVAILABLE_IN_1_2", 0),
            ("WS_AVAILABLE_IN_1_4", 1),
            ("WS_DEPRECATED_IN_1_4_FOR (other)", 1),
        ):
            complaints = []
            check.check_newer("file.c", line, "1.2.3", complaints)
            self.assertEqual(len(complaints), count, line)


unittest.main()

#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-same-programs.py ROOT: the first programs that a reader meets are the same text wherever they appear."""
import pathlib
import sys
import unittest

import programs


class SameProgramsTest(unittest.TestCase):
    root = None
    maxDiff = None

    def test_class_comment_has_the_program_of_the_readme(self):
        self.assertEqual(
            programs.take(self.root / "README.md", "c"),
            programs.take(self.root / "wsserver/server/ws-server.c", "c"),
        )

    def test_first_server_has_the_echo_examples(self):
        page = self.root / "docs/first-server.md"
        for language, suffix in (("c", "c"), ("python", "py"), ("javascript", "js"), ("vala", "vala")):
            with self.subTest(language=language):
                example = self.root / f"examples/echo/echo.{suffix}"
                self.assertEqual(programs.take(page, language), programs.without_head(example))


if __name__ == "__main__":
    SameProgramsTest.root = pathlib.Path(sys.argv[1])
    unittest.main(argv=sys.argv[:1], verbosity=2)

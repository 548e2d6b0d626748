# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the examples have in common."""
import re
import sys
import tempfile
import unittest

import wsclient

ADDRESS = re.compile(r"(wss?)://127\.0\.0\.1:(\d+)/")


class ExampleTest(unittest.TestCase):
    """A test case whose program is named on the command line; see main()."""

    command = []

    def enter(self, manager):
        # unittest has it from Python 3.11 on.
        self.addCleanup(manager.__exit__, None, None, None)
        return manager.__enter__()

    def folder(self):
        return self.enter(tempfile.TemporaryDirectory())

    def start(self, *arguments):
        self.program = self.enter(wsclient.Program(*self.command, *arguments))
        self.port = int(self.program.wait_line(ADDRESS)[2])

    def client(self, *arguments, **keywords):
        return self.enter(wsclient.Client(self.port, *arguments, **keywords))


def main():
    wsclient.leave_orderly()
    ExampleTest.command = sys.argv[1:]
    unittest.main(argv=sys.argv[:1], verbosity=2)

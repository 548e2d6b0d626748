# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests in Python share: a test case that iterates the main context of the server."""

import threading
import unittest

from gi.repository import GLib

DEADLINE_SECONDS = 20


class MainLoopCase(unittest.TestCase):
    def iterate_until(self, done):
        context = GLib.MainContext.default()
        passed = []
        deadline = GLib.timeout_add_seconds(DEADLINE_SECONDS, lambda: passed.append(True) or True)
        while not done():
            self.assertFalse(passed, "nothing happened before the deadline")
            context.iteration(True)
        GLib.source_remove(deadline)

    def run_in_thread(self, call):
        """Calls call () in a thread while the main context is iterated, and returns its result."""
        outcome = []

        def run():
            try:
                outcome.append((call(), None))
            except Exception as exception:
                outcome.append((None, exception))
            GLib.MainContext.default().wakeup()

        thread = threading.Thread(target=run)
        thread.start()
        self.iterate_until(lambda: outcome)
        thread.join()
        result, exception = outcome[0]
        if exception is not None:
            raise exception
        return result

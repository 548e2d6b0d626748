#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-page-blocks.py PAGE: runs the code blocks of a page from top to bottom, in a temporary folder.

Shell blocks are run. A Python block that runs a main loop is a server; commands reach the latest one at
localhost:8443. A Python block that imports asyncio is a client, and is run as a program. Any other Python
block is part of a server, and is run in a program that has one. Blocks in other languages are skipped;
test-first-server.py tests the programs among them.
"""

import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import gi

gi.require_version("Ws", "1.0")
from gi.repository import GLib, Ws

DEADLINE_SECONDS = 30
SKIPPED = 77  # meson's exit status for a skipped test
FENCE = re.compile(r"^~~~(\w+)\n(.*?)^~~~$", re.DOTALL | re.MULTILINE)


class Page:
    def __init__(self):
        self.server = None  # the last one on the page
        self.port = None
        self.names = {"Ws": Ws, "GLib": GLib, "server": Ws.Server(local_host="127.0.0.1")}

    def run(self, language, text):
        if language == "sh":
            self.run_shell(text)
        elif language == "python" and "MainLoop().run()" in text:
            self.start(text)
        elif language == "python" and "import asyncio" in text:
            self.run_program(text)
        elif language == "python":
            self.run_part(text)
        else:
            return False
        return True

    def at_our_place(self, text):
        """Replaces the port and the folders of the page. The user that owns a file there does not exist here."""
        os.makedirs("etc", exist_ok=True)
        text = re.sub(r"localhost:(8443|8080)\b", f"localhost:{self.port}", text).replace("/etc/wsserver", "etc")
        return re.sub(r"^ *chown .*$", "", text, flags=re.MULTILINE)

    def make_lineage(self, folder):
        """What certbot keeps, with the key and the certificate of the page."""
        pathlib.Path(folder, "privkey.pem").write_text(pathlib.Path("key.pem").read_text())
        pathlib.Path(folder, "fullchain.pem").write_text(pathlib.Path("certificate.pem").read_text())

    def run_shell(self, text):
        if "RENEWED_LINEAGE" in text:
            self.make_lineage(".")
        subprocess.run(["sh", "-eu"], input=self.at_our_place(text), text=True, check=True,
                       timeout=DEADLINE_SECONDS, env={**os.environ, "RENEWED_LINEAGE": os.getcwd()})

    def start(self, text):
        self.stop()
        pathlib.Path("server.py").write_text(text)
        self.server = subprocess.Popen([sys.executable, "server.py", "0"], stdout=subprocess.PIPE, text=True)
        self.port = re.search(r":(\d+)/", self.server.stdout.readline())[1]

    def stop(self):
        if self.server is None:
            return
        self.server.kill()
        printed, _ = self.server.communicate()
        assert printed == "", f"the server has reported an error: {printed}"
        self.server = None

    def run_program(self, text):
        subprocess.run([sys.executable, "-c", self.at_our_place(text)], check=True, timeout=DEADLINE_SECONDS)

    def run_part(self, text):
        text = self.at_our_place(text)
        if "etc/fullchain.pem" in text:
            self.make_lineage("etc")
        exec(text, self.names)  # pylint: disable=exec-used

    def try_parts(self):
        """The server that the parts have configured must start."""
        server = self.names["server"]
        if server.props.ssl_cert is not None:
            server.props.use_ssl = True
            server.start_listening()
            server.shutdown()


def find_missing():
    """The tools that the pages use and that are not installed."""
    missing = [tool for tool in ("openssl", "curl") if shutil.which(tool) is None]
    if importlib.util.find_spec("websockets") is None:
        missing.append("python3-websockets")
    return missing


def main():
    if missing := find_missing():
        print("not installed:", *missing)
        sys.exit(SKIPPED)
    text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
    page = Page()
    n_run = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for language, block in FENCE.findall(text):
                print(f"--- {language}\n{block}", flush=True)
                n_run += page.run(language, block)
            page.try_parts()
        finally:
            page.stop()
            os.chdir("/")
    assert n_run > 0, "no block has been run"
    print(f"{n_run} blocks")


main()

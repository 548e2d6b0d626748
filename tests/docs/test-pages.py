#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-pages.py FOLDER COMMAND…: runs COMMAND, which writes the documentation into FOLDER, and
checks that every link of the pages leads somewhere. gi-docgen checks only the links that it creates itself."""

import html.parser
import pathlib
import shutil
import subprocess
import sys


class Page(html.parser.HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, path):
        super().__init__()
        self.links = []
        self.places = {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.places.add(value)
            elif name == "src" or (name == "href" and tag == "a"):
                self.links.append(value)


def main():
    folder, *command = sys.argv[1:]
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(command, check=True)

    pages = {path.name: Page(path) for path in folder.glob("*.html")}
    broken = []
    for name, page in pages.items():
        for link in page.links:
            target, _, place = link.partition("#")
            target = target or name
            if "://" in link or link.startswith("javascript:"):
                continue
            if not (folder / target).exists() or (target in pages and place not in pages[target].places):
                broken.append(f"{name}: {link}")

    print(*broken, sep="\n")
    print(f"{len(pages)} pages, {len(broken)} broken links")
    sys.exit(1 if broken or not pages else 0)


main()

#!/usr/bin/env python3
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Installs the library into a scratch folder and uses it as a stranger would.

    check-install.py BUILD_FOLDER SYMBOLS_LIST [--vala] [--docs] [--gjs GJS]

Everything that belongs to an installation is there and nothing else; separate projects in C and Vala
build against it through pkg-config; Python and gjs load the installed typelib; the installed library
exports the symbols of the list.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

PROGRAM = {
    "python": "import gi; gi.require_version('Ws', '1.0'); from gi.repository import Ws;"
              "s = Ws.Server(local_host='127.0.0.1'); s.start_listening();"
              "print(Ws.get_version(), 'listens' if s.props.local_port else 'does not listen')",
    "gjs": "const Ws = imports.gi.Ws; try { Ws.Certificate.new_from_file('\\0'); } catch (e) {"
           "if (!e.message.includes('U+0000')) throw e; } const s = new Ws.Server({local_host: '127.0.0.1'});"
           "s.start_listening(); print(Ws.get_version(), s.local_port ? 'listens' : 'does not listen')",
}


def run(*command, env=None):
    done = subprocess.run(command, env=env, text=True, capture_output=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def find(root, name):
    found = list(root.rglob(name))
    if len(found) != 1:
        sys.exit(f"expected one {name} among what is installed, found {len(found)}")
    return found[0]


def relocate(pc, prefix):
    """pkg-config gives the prefix of the configuration; here it lies below the scratch folder."""
    lines = pc.read_text().splitlines()
    lines = [f"prefix={prefix}" if line.startswith("prefix=") else line for line in lines]
    pc.write_text("\n".join(lines) + "\n")


def check_headers(root):
    umbrella = find(root, "wsserver.h")
    named = [line.split("<")[1].split(">")[0] for line in umbrella.read_text().splitlines()
             if line.startswith("#include <wsserver/")]
    include = umbrella.parents[1]
    installed = {str(path.relative_to(include)) for path in include.rglob("*.h")} - {"wsserver/wsserver.h"}
    if set(named) != installed:
        sys.exit(f"headers installed and not included, or the other way round: {sorted(set(named) ^ installed)}")


def exported(library):
    lines = run("nm", "--dynamic", "--defined-only", "--format=posix", library).splitlines()
    return {line.split()[0] for line in lines}


def check_symbols(library, listed):
    names = {line.strip() for line in pathlib.Path(listed).read_text().splitlines()
             if line.strip() and not line.startswith("#")}
    difference = exported(library) ^ names
    if difference:
        sys.exit(f"the installed library and {listed} differ: {sorted(difference)}")


def build_project(name, scratch, env):
    build = scratch / name
    run("meson", "setup", build, HERE / name, env=env)
    run("meson", "compile", "-C", build, env=env)
    return run(build / "program", env=env).strip()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("symbols")
    parser.add_argument("--vala", action="store_true")
    parser.add_argument("--docs", action="store_true")
    parser.add_argument("--gjs")
    options = parser.parse_args()

    scratch = pathlib.Path(tempfile.mkdtemp(prefix="wsserver-install-"))
    try:
        root = scratch / "root"
        run("meson", "install", "-C", options.build, "--destdir", root, "--no-rebuild", "--quiet")
        pc = find(root, "wsserver-1.0.pc")
        library = find(root, "libwsserver-1.0.so.0")
        typelib = find(root, "Ws-1.0.typelib")
        find(root, "Ws-1.0.gir")
        if options.docs:
            find(root, "class.Server.html")
            find(root, "first-server.html")
        prefix = find(root, "include").parent
        relocate(pc, prefix)
        check_headers(root)
        check_symbols(library.resolve(), options.symbols)

        env = dict(os.environ,
                   PKG_CONFIG_PATH=str(pc.parent),
                   LD_LIBRARY_PATH=str(library.parent),
                   GI_TYPELIB_PATH=str(typelib.parent),
                   XDG_DATA_DIRS=f"{prefix / 'share'}:/usr/local/share:/usr/share",
                   VALAFLAGS=f"--vapidir={prefix / 'share/vala/vapi'}")
        env.pop("GJS_PATH", None)  # gjs has to find the installed override
        version = run("pkg-config", "--modversion", "wsserver-1.0", env=env).strip()
        answers = {"c": build_project("c-project", scratch, env)}
        if options.vala:
            find(root, "wsserver-1.0.vapi")
            find(root, "wsserver-1.0.deps")
            answers["vala"] = build_project("vala-project", scratch, env)
        answers["python"] = run(sys.executable, "-c", PROGRAM["python"], env=env).strip()
        if options.gjs:
            answers["gjs"] = run(options.gjs, "-c", PROGRAM["gjs"], env=env).strip()
        wrong = {who: what for who, what in answers.items() if what != f"{version} listens"}
        if wrong:
            sys.exit(f"expected \"{version} listens\", got {wrong}")
        print(f"installed and used from {', '.join(answers)}")
    finally:
        shutil.rmtree(scratch)


main()

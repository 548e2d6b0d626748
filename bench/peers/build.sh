#!/bin/sh
# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs (Debian, npm) and builds the peer echo servers and wsload.
#
#   build.sh [--no-install]
#
# Everything built goes to $WS_PEERS_DIR; default: "peers" in the directory for temporary files.
# --no-install: neither apt-get nor npm; what is missing is skipped.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${WS_PEERS_DIR:-$(dirname "$(mktemp -u)")/peers}
mkdir -p "$out" || exit 1
install=yes
[ "${1:-}" = --no-install ] && install=no

if [ $install = yes ]; then
    if [ "$(id -u)" = 0 ]; then
        for try in 1 2 3 4 5 6 7 8 9 10; do
            apt-get install -y --no-install-recommends gcc g++ pkg-config libssl-dev zlib1g-dev \
                libsoup-3.0-dev glib-networking libwebsockets-dev libwebsockets-evlib-uv libwebsockets-evlib-glib \
                libboost-dev libboost-system-dev libwebsocketpp-dev python3-websockets openssl >"$out/apt.log" 2>&1 && break
            sleep 5         # another apt-get may hold the lock
        done
    fi
    if command -v npm >/dev/null; then
        (cd "$out" && { [ -f package.json ] || npm init -y >/dev/null 2>&1; } &&
            npm install ws bun >"$out/npm.log" 2>&1) || echo "npm install failed, see npm.log" >&2
    fi
fi

build() {   # name, then the command
    name=$1
    shift
    if "$@" >"$out/$name.log" 2>&1; then echo "built    $name"; else echo "FAILED   $name ($out/$name.log)"; fi
}

cc=${CC:-cc}
cxx=${CXX:-c++}
build wsload $cc -O2 -o "$out/wsload" "$here/../wsload.c" -lssl -lcrypto -lz
build rawepoll $cc -O2 -o "$out/rawepoll" "$here/rawepoll.c"
build peer-soup $cc -O2 -o "$out/peer-soup" "$here/peer-soup.c" $(pkg-config --cflags --libs libsoup-3.0)
build peer-lws $cc -O2 -o "$out/peer-lws" "$here/peer-lws.c" $(pkg-config --cflags --libs libwebsockets)
build peer-wspp $cxx -std=c++14 -O2 -w -o "$out/peer-wspp" "$here/peer-wspp.cpp" -lssl -lcrypto -lz -lpthread
build peer-beast $cxx -std=c++17 -O2 -w -o "$out/peer-beast" "$here/peer-beast.cpp" -lssl -lcrypto -lpthread
cp "$here/peer-node-ws.js" "$here/peer-bun.js" "$here/peer-pyws.py" "$out/"
[ -d "$out/node_modules/ws" ] && echo "present  node ws" || echo "MISSING  node ws"
[ -e "$out/node_modules/.bin/bun" ] && echo "present  bun" || echo "MISSING  bun"
found=MISSING
for py in /usr/bin/python3 python3; do      # a python3 from elsewhere does not see Debian's packages
    $py -c 'import websockets' 2>/dev/null && found="present "
done
echo "$found python3-websockets"
exit 0

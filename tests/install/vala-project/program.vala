/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

int main () {
    var server = new Ws.Server ();

    server.connected.connect ((connection) => {
        try {
            connection.send_text ("welcome");
        } catch (GLib.Error error) {
            warning ("%s", error.message);
        }
    });
    try {
        server.set_local_host ("127.0.0.1");
        server.start_listening ();
    } catch (GLib.Error error) {
        GLib.error ("%s", error.message);
    }
    print ("%s %s\n", Ws.get_version (), server.local_port != 0 ? "listens" : "does not listen");
    return 0;
}

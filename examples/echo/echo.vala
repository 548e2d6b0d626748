// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later

void on_data_in (Ws.Server server, Ws.Connection connection, Ws.DataFormat format,
                 Bytes data, bool eom, bool eol) {
    connection.data_format = format;
    try {
        connection.send (data);
    } catch (Error error) {
        printerr ("%s\n", error.message);
    }
}

int main (string[] args) {
    var server = new Ws.Server ();

    try {
        server.set_local_host ("127.0.0.1");
        server.set_local_port (args.length > 1 ? int.parse (args[1]) : 8080);
        server.config ("BufferMessage=True");
        server.data_in.connect (on_data_in);
        server.start_listening ();
    } catch (Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }

    print ("ws://127.0.0.1:%u/\n", server.get_local_port ());
    new MainLoop ().run ();
    return 0;
}

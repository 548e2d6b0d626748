// Copyright 2026 The WsServer authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Sends each message to all clients, with the sender's number in front: chat [PORT]

const int TRY_AGAIN_LATER = 1013;
const uint SHUTDOWN_SECONDS = 5;

void send_or_close (Ws.Connection connection, string text) {
    try {
        connection.send_text (text);
    } catch (Ws.Error.WOULD_BLOCK error) {
        // Close a client that does not read, instead of waiting for it.
        try {
            connection.close (TRY_AGAIN_LATER, "too slow for this chat");
        } catch (Error already_gone) {
        }
    } catch (Error error) {
    }
}

void broadcast_text (Ws.Server server, string text) {
    for (uint i = 0; i < server.connections.get_n_items (); i++)
        send_or_close ((Ws.Connection) server.connections.get_item (i), text);
}

string get_text (Bytes data) {
    // The bytes do not end with a NUL.
    var text = new StringBuilder ();
    text.append_len ((string) data.get_data (), data.length);
    return text.str;
}

async void end (Ws.Server server, MainLoop loop) {
    try {
        yield server.shutdown_async (SHUTDOWN_SECONDS, null);
    } catch (Error error) {
        printerr ("%s\n", error.message);
    }
    loop.quit ();
}

int main (string[] args) {
    var server = new Ws.Server ();
    var loop = new MainLoop ();

    server.connected.connect ((connection) =>
        broadcast_text (server, @"$(connection.connection_id) has joined"));
    server.disconnected.connect ((connection) =>
        broadcast_text (server, @"$(connection.connection_id) has left"));
    server.data_in.connect ((connection, format, data) => {
        if (format == Ws.DataFormat.TEXT)
            broadcast_text (server, @"$(connection.connection_id): $(get_text (data))");
    });

    try {
        server.set_local_host ("127.0.0.1");
        server.set_local_port (args.length > 1 ? int.parse (args[1]) : 8080);
        server.config ("BufferMessage=True");
        server.start_listening ();
    } catch (Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }

    print ("ws://127.0.0.1:%u/\n", server.get_local_port ());
    foreach (var number in new int[] { ProcessSignal.INT, ProcessSignal.TERM })
        Unix.signal_add (number, () => {
            end.begin (server, loop);
            return Source.REMOVE;
        });
    loop.run ();
    return 0;
}

/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
// Echo server on Boost.Beast, asynchronous, one thread.
// peer-beast PORT [--tls CERT KEY] [--deflate on|off]
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;
using beast::error_code;

static bool deflate_on = false;

template <class Next> class session : public std::enable_shared_from_this<session<Next>> {
    websocket::stream<Next> ws_;
    beast::flat_buffer buf_;

public:
    template <class... A> explicit session(A &&...a) : ws_(std::forward<A>(a)...) {}

    void run()
    {
        beast::get_lowest_layer(ws_).set_option(tcp::no_delay(true));
        websocket::permessage_deflate pmd;
        pmd.server_enable = deflate_on;
        ws_.set_option(pmd);
        ws_.auto_fragment(false);
        ws_.read_message_max(0);
        if constexpr (std::is_same_v<Next, tcp::socket>) upgrade();
        else
            ws_.next_layer().async_handshake(asio::ssl::stream_base::server,
                [self = this->shared_from_this()](error_code ec) { if (!ec) self->upgrade(); });
    }

    void upgrade()
    {
        ws_.async_accept([self = this->shared_from_this()](error_code ec) { if (!ec) self->read(); });
    }

    void read()
    {
        ws_.async_read(buf_, [self = this->shared_from_this()](error_code ec, std::size_t) {
            if (!ec) self->write();
        });
    }

    void write()
    {
        ws_.text(ws_.got_text());
        ws_.async_write(buf_.data(), [self = this->shared_from_this()](error_code ec, std::size_t n) {
            if (ec) return;
            self->buf_.consume(n);
            self->read();
        });
    }
};

static asio::ssl::context *tls;

static void accept_next(tcp::acceptor &a)
{
    a.async_accept([&a](error_code ec, tcp::socket s) {
        if (!ec) {
            if (tls) std::make_shared<session<beast::ssl_stream<tcp::socket>>>(std::move(s), *tls)->run();
            else std::make_shared<session<tcp::socket>>(std::move(s))->run();
        }
        accept_next(a);
    });
}

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 0;
    asio::io_context io(1);
    asio::ssl::context ctx(asio::ssl::context::tls_server);
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--tls") && i + 2 < argc) {
            ctx.use_certificate_chain_file(argv[i + 1]);
            ctx.use_private_key_file(argv[i + 2], asio::ssl::context::pem);
            tls = &ctx;
            i += 2;
        } else if (!strcmp(argv[i], "--deflate") && i + 1 < argc) deflate_on = !strcmp(argv[++i], "on");
    }
    tcp::acceptor a(io, tcp::endpoint(asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(port)));
    accept_next(a);
    io.run();
}

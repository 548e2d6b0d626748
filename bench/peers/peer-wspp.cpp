/* Copyright 2026 The WsServer authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
// Echo server on websocketpp (asio transport, one thread).
// peer-wspp PORT [--tls CERT KEY] [--deflate on|off]
#include <websocketpp/config/asio.hpp>
#include <websocketpp/extensions/permessage_deflate/enabled.hpp>
#include <websocketpp/server.hpp>
#include <cstdlib>
#include <cstring>
#include <string>

template <class Base> struct deflating : public Base {
    typedef deflating type;
    struct permessage_deflate_config {};
    typedef websocketpp::extensions::permessage_deflate::enabled<permessage_deflate_config> permessage_deflate_type;
};

template <class Config> struct quiet : public Config {
    static const websocketpp::log::level elog_level = websocketpp::log::elevel::none;
    static const websocketpp::log::level alog_level = websocketpp::log::alevel::none;
};

static std::string cert, key;

static websocketpp::lib::shared_ptr<websocketpp::lib::asio::ssl::context> make_tls(websocketpp::connection_hdl)
{
    // one context for all connections
    static websocketpp::lib::shared_ptr<websocketpp::lib::asio::ssl::context> c;
    if (!c) {
        c = websocketpp::lib::make_shared<websocketpp::lib::asio::ssl::context>(websocketpp::lib::asio::ssl::context::tls_server);
        c->use_certificate_chain_file(cert);
        c->use_private_key_file(key, websocketpp::lib::asio::ssl::context::pem);
    }
    return c;
}

template <class S> static void listen_and_run(S &s, int port)
{
    s.clear_access_channels(websocketpp::log::alevel::all);
    s.clear_error_channels(websocketpp::log::elevel::all);
    s.init_asio();
    s.set_reuse_addr(true);
    s.set_max_message_size(64 * 1024 * 1024);
    s.set_tcp_post_init_handler([&s](websocketpp::connection_hdl h) {
        websocketpp::lib::error_code ec;
        auto c = s.get_con_from_hdl(h, ec);
        if (!ec) {
            websocketpp::lib::asio::error_code ae;
            c->get_raw_socket().set_option(websocketpp::lib::asio::ip::tcp::no_delay(true), ae);
        }
    });
    s.set_message_handler([&s](websocketpp::connection_hdl h, typename S::message_ptr m) {
        websocketpp::lib::error_code ec;
        s.send(h, m->get_payload(), m->get_opcode(), ec);
    });
    s.listen("127.0.0.1", std::to_string(port));
    s.start_accept();
    s.run();
}

template <class C> static void serve_plain(int port) { websocketpp::server<C> s; listen_and_run(s, port); }
template <class C> static void serve_tls(int port)
{
    websocketpp::server<C> s;
    s.set_tls_init_handler(make_tls);
    listen_and_run(s, port);
}

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 0;
    bool deflate = false;
    for (int i = 2; i < argc; i++) {
        if (!strcmp(argv[i], "--tls") && i + 2 < argc) { cert = argv[i + 1]; key = argv[i + 2]; i += 2; }
        else if (!strcmp(argv[i], "--deflate") && i + 1 < argc) deflate = !strcmp(argv[++i], "on");
    }
    namespace cfg = websocketpp::config;
    if (cert.empty()) {
        if (deflate) serve_plain<deflating<cfg::asio>>(port);
        else serve_plain<cfg::asio>(port);
    } else {
        if (deflate) serve_tls<deflating<cfg::asio_tls>>(port);
        else serve_tls<cfg::asio_tls>(port);
    }
}

# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs one of the configurations on docs/services.md in its proxy, in front of a server.

Usage: test-proxies.py nginx|haproxy|apache|caddy SERVICES_PAGE
"""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import certificates
import wsclient

SERVER = pathlib.Path(__file__).with_name("proxied-server.py")
PROGRAMS = {"nginx": "nginx", "haproxy": "haproxy", "apache": "apache2", "caddy": "caddy"}
PORT = re.compile(r"port (\d+)")
INVENTED = "10.9.8.7"
CLIENT = "127.0.0.2"  # not the address of the proxy, which is trusted
HOST = "ticker.example.org"

NGINX = """daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {block}
}}
"""
HAPROXY = """defaults
    timeout connect 5s
    timeout client 75s
    timeout server 75s
    default-server inter 100ms fastinter 100ms
{block}
"""
APACHE = """ServerRoot {folder}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
LoadModule socache_shmcb_module /usr/lib/apache2/modules/mod_socache_shmcb.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
Listen 127.0.0.1:{port}
DefaultRuntimeDir {folder}
{block}
"""
CADDY = """{{
    admin off
    auto_https disable_redirects
}}
{block}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def read_block(kind):
    """The configuration of this kind on the page."""
    page = pathlib.Path(sys.argv[2]).read_text()
    return re.search(rf"^~~~{kind}\n(.*?)^~~~$", page, re.MULTILINE | re.DOTALL)[1]


class Setup:
    """A folder with a certificate, a server, and a proxy in front of it."""

    def __init__(self, test):
        self.test = test
        self.folder = test.enter(tempfile.TemporaryDirectory())
        os.chmod(self.folder, 0o755)
        both = pathlib.Path(certificates.leaf(self.folder, "ticker", f"/CN={HOST}", f"DNS:{HOST}"))
        both.rename(f"{self.folder}/ticker-both.pem")
        pathlib.Path(self.folder, "ticker-key.pem").rename(f"{self.folder}/ticker.key")
        self.port = free_port()

    def serve(self, local_host, *settings, tls=False):
        certificate = f"{self.folder}/ticker-both.pem" if tls else ""
        self.log = self.test.enter(open(f"{self.folder}/server.log", "w+", encoding="utf-8"))
        self.server = self.test.enter(wsclient.Program(
            sys.executable, str(SERVER), local_host, certificate, *settings, stderr=self.log))
        return int(self.server.wait_line(PORT)[1])

    def adapt(self, block, *replacements):
        """The page's configuration with this test's paths and ports."""
        block = block.replace("/etc/ssl/", f"{self.folder}/")
        for old, new in replacements:
            self.test.assertIn(old, block)
            block = block.replace(old, new)
        return block

    def run_proxy(self, template, block, *command):
        path = pathlib.Path(self.folder, "configuration")
        path.write_text(template.format(folder=self.folder, port=self.port, block=block))
        output = self.test.enter(open(f"{self.folder}/proxy.log", "w+", encoding="utf-8"))
        environment = dict(os.environ, HOME=self.folder, XDG_DATA_HOME=self.folder, XDG_CONFIG_HOME=self.folder)
        process = subprocess.Popen([*command, str(path)], stdout=output, stderr=output, env=environment)
        self.test.addCleanup(self.end_proxy, process)
        end = time.monotonic() + wsclient.DEADLINE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                if process.poll() is not None or time.monotonic() > end:
                    output.seek(0)
                    raise AssertionError(f"the proxy does not listen: {output.read()}") from None
                time.sleep(0.05)

    def end_proxy(self, process):
        process.terminate()
        try:
            process.wait(wsclient.DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class ProxyTest(unittest.TestCase):
    def enter(self, manager):
        self.addCleanup(manager.__exit__, None, None, None)
        return manager.__enter__()

    def connect(self, setup, path="/ticker", headers=()):
        """Tries again while the proxy has not seen its server yet."""
        end = time.monotonic() + wsclient.DEADLINE
        while True:
            try:
                return self.enter(wsclient.Client(setup.port, path, headers, host=HOST, tls=wsclient.any_certificate(),
                                                  source=CLIENT))
            except wsclient.Refused as refusal:
                if refusal.status not in (502, 503) or time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def check(self, setup):
        """What a user expects of a server behind a proxy."""
        origin = f"Origin: https://{HOST}:{setup.port}"
        client = self.connect(setup, headers=[origin])
        self.assertEqual(client.receive(), (wsclient.TEXT, CLIENT.encode()))
        for payload in (b"hello", b"x" * 200_000):
            client.send(wsclient.TEXT, payload)
            self.assertEqual(client.receive(), (wsclient.TEXT, payload))
        client.send(wsclient.PING, b"p")
        self.assertEqual(client.receive(), (wsclient.PONG, b"p"))
        client.send(wsclient.CLOSE, b"\x0f\xa0")
        self.assertEqual(client.receive_close(), 4000)

        with self.assertRaises(wsclient.Refused) as caught:
            self.connect(setup, headers=["Origin: https://evil.example"])
        self.assertEqual(caught.exception.status, 403)

    def check_http(self, setup):
        """The same of a proxy that reads the request."""
        self.check(setup)
        self.check_liars(setup)

    def check_liars(self, setup):
        """Clients that invent an address are not taken for the one at that address, which is blocked."""
        for line in (f"X-Forwarded-For: {INVENTED}", f"Forwarded: for={INVENTED}", f"X-Real-IP: {INVENTED}"):
            liar = self.connect(setup, headers=[line])
            self.assertEqual(liar.receive(), (wsclient.TEXT, CLIENT.encode()), line)


SETTINGS = ("TrustedProxies=127.0.0.1,unix:", "AllowedOrigins=self", f"BlockedClients={INVENTED}")


class Nginx(ProxyTest):
    def start(self, proxy_pass=None, local_host=None, tls=False):
        setup = Setup(self)
        local_host = local_host or f"{setup.folder}/socket"
        port = setup.serve(local_host, *SETTINGS, tls=tls)
        if local_host.startswith("/"):
            os.chmod(local_host, 0o666)
        block = setup.adapt(read_block("nginx"), ("listen 443 ssl", f"listen 127.0.0.1:{setup.port} ssl"),
                            ("http://unix:/run/ticker/socket", proxy_pass.format(port=port) if proxy_pass
                             else f"http://unix:{local_host}"))
        setup.run_proxy(NGINX, block, "nginx", "-c")
        return setup

    def test_unix_socket(self):
        self.check_http(self.start())

    def test_tls_behind(self):
        self.check_http(self.start("https://127.0.0.1:{port}", "127.0.0.1", tls=True))


class Haproxy(ProxyTest):
    def start(self, server_options="", tls=False):
        setup = Setup(self)
        port = setup.serve("127.0.0.1", *SETTINGS, tls=tls)
        block = setup.adapt(read_block("haproxy"), ("bind :443", f"bind 127.0.0.1:{setup.port}"),
                            ("127.0.0.1:8080 check", f"127.0.0.1:{port} {server_options} check"))
        setup.run_proxy(HAPROXY, block, "haproxy", "-db", "-f")
        return setup

    def test_http(self):
        self.check_http(self.start())

    def test_tls_behind(self):
        self.check_http(self.start("ssl verify none", tls=True))

    def pass_through(self, header):
        setup = Setup(self)
        port = setup.serve("127.0.0.1", *SETTINGS, "ProxyProtocol=1", tls=True)
        block = setup.adapt(read_block("haproxy-tcp"), ("bind :443", f"bind 127.0.0.1:{setup.port}"),
                            ("127.0.0.1:8443", f"127.0.0.1:{port}"), ("send-proxy-v2", header))
        setup.run_proxy(HAPROXY, block, "haproxy", "-db", "-f")
        self.check(setup)

    def test_proxy_protocol_2(self):
        self.pass_through("send-proxy-v2 proxy-v2-options ssl,authority,crc32c")

    def test_proxy_protocol_1(self):
        self.pass_through("send-proxy")


class Apache(ProxyTest):
    def start(self, scheme="http", more="", tls=False):
        setup = Setup(self)
        port = setup.serve("127.0.0.1", *SETTINGS, tls=tls)
        block = setup.adapt(read_block("apache"), ("<VirtualHost *:443>", f"<VirtualHost *:{setup.port}>"),
                            ("http://127.0.0.1:8080", f"{scheme}://127.0.0.1:{port}"),
                            ("ProxyTimeout 75", f"ProxyTimeout 75\n{more}"))
        setup.run_proxy(APACHE, block, "apache2", "-DFOREGROUND", "-f")
        return setup

    def test_http(self):
        self.check_http(self.start())

    def test_tls_behind(self):
        more = "SSLProxyEngine On\nSSLProxyVerify none\nSSLProxyCheckPeerName off"
        self.check_http(self.start("https", more, tls=True))


class Caddy(ProxyTest):
    def test_http(self):
        setup = Setup(self)
        port = setup.serve("127.0.0.1", *SETTINGS)
        block = setup.adapt(read_block("caddyfile"), ("https://ticker.example.org", f"https://{HOST}:{setup.port}"),
                            ("127.0.0.1:8080", f"127.0.0.1:{port}"))
        setup.run_proxy(CADDY, block, "caddy", "run", "--adapter", "caddyfile", "--config")
        self.check_http(setup)


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/sbin"
    if shutil.which(PROGRAMS[sys.argv[1]]) is None:
        print(f"{PROGRAMS[sys.argv[1]]} is not installed")
        sys.exit(certificates.SKIPPED)
    wsclient.leave_orderly()
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(globals()[sys.argv[1].capitalize()])
    sys.exit(not unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful())

# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-browser.py WS-DEMO FOLDER ECHO-SERVER [TEST…]: Chromium on the demo's page, of which screenshots go
into the folder, and its WebSocket against the echo server."""
import pathlib
import re
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "examples"))

import webdriver
import wsclient

MIB = 1 << 20
PORT = re.compile(r"^(\d+)$")
PAGE = re.compile(r"http://127\.0\.0\.1:(\d+)/")
SECURE_PAGE = re.compile(r"https://127\.0\.0\.1:(\d+)/")
LOOK_AWAY = "--ignore-certificate-errors"
SKIPPED = 77  # how meson is told

ECHO_SCRIPT = """
const [lengths, done] = arguments;
const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/echo`);
const answer = () => new Promise(resolve => { socket.onmessage = event => resolve(event.data); });
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
socket.binaryType = 'arraybuffer';
socket.onopen = async () => {
  const wrong = [];
  for (const length of lengths) {
    const text = 'é世🌍x'.repeat(length).slice(0, length).toWellFormed();
    socket.send(text);
    if (await answer() !== text)
      wrong.push(`text of ${length}`);
    const bytes = Uint8Array.from({ length }, (_, i) => i * 7 & 255);
    socket.send(bytes);
    if (!same(new Uint8Array(await answer()), bytes))
      wrong.push(`binary of ${length}`);
  }
  socket.onclose = ({ code, wasClean }) => done({ wrong, code, wasClean });
  socket.close(4321, 'done');
};
"""

# One echo of each size and kind, then what both sides say of compression.
LARGE_SCRIPT = """
const [lengths, done] = arguments;
const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/`);
const answer = () => new Promise(resolve => { socket.onmessage = event => resolve(event.data); });
const ask = message => { socket.send(message); return answer(); };
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const random = length => {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 65536)
    crypto.getRandomValues(bytes.subarray(i, i + 65536));
  return bytes;
};
socket.binaryType = 'arraybuffer';
socket.onopen = async () => {
  const wrong = [];
  for (const length of lengths) {
    for (const bytes of [new Uint8Array(length).fill(255), random(length)]) {
      if (!same(new Uint8Array(await ask(bytes)), bytes))
        wrong.push(`binary of ${length}`);
      const text = new TextDecoder('ascii').decode(bytes.map(byte => 48 + byte % 64));
      if (await ask(text) !== text)
        wrong.push(`text of ${length}`);
    }
  }
  const [, ratio, extensions] = /^([0-9.]+) (.*)$/.exec(await ask('!extensions'));
  socket.onclose = ({ code }) => done({
    wrong, code, ratio: Number(ratio), extensions, same: extensions === socket.extensions,
  });
  socket.close(4001, 'done');
};
"""

# The page stands still, and so stops reading, while it waits for the answer of the request that
# makes the server send, and for the time given. Then all must come, in order.
SLOW_SCRIPT = """
const [command, standstill, done] = arguments;
const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/`);
const blocks = [];
socket.binaryType = 'arraybuffer';
socket.onopen = () => socket.send('!id');
socket.onmessage = ({ data: id }) => {
  const request = new XMLHttpRequest();
  request.open('GET', `/${command}/${id}/128`, false);
  request.send();
  const end = performance.now() + standstill;
  while (performance.now() < end);
  socket.onmessage = ({ data }) => {
    if (typeof data !== 'string')
      blocks.push(new Uint8Array(data));
    else
      finish(request.responseText.split(' ').map(Number), data.split(' '));
  };
};
async function finish([queued, refused, queue], [, sent, refusals, readies, expected]) {
  const all = new Uint8Array(await new Blob(blocks).arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all));
  const hex = Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('');
  const inOrder = blocks.every((block, i) => new DataView(block.buffer).getUint32(0) === i);
  socket.onclose = ({ code }) => done({
    queued, refused, queue, code, refusals: Number(refusals), readies: Number(readies),
    whole: inOrder && blocks.length === Number(sent) && hex === expected, blocks: blocks.length,
  });
  socket.close(4001, 'done');
}
"""

CLOSE_CODE_SCRIPT = """
const [url, done] = arguments;
const socket = new WebSocket(url);
socket.onclose = ({ code, wasClean }) => done([code, wasClean]);
"""

# The last messages of the log as "who: what".
MESSAGES = """[...document.querySelectorAll('.message')].map(message =>
  ['.name', '.bubble'].map(part => message.querySelector(part).textContent).join(': '))"""
PEOPLE = "[...document.querySelectorAll('#people .name')].map(name => name.textContent)"
ONLINE = "document.body.dataset.state === 'online'"
SAME_LIST = "JSON.stringify({}) === JSON.stringify(parameters[0])"

VIEWS = {"desktop": (1180, 760, 1), "phone": (390, 800, 2)}  # width, height, device pixels


class BrowserTest(unittest.TestCase):
    demo = None
    folder = None
    flags = ()
    origin = "http://127.0.0.1:"
    page = PAGE

    @classmethod
    def setUpClass(cls):
        cls.browser = webdriver.Browser(*cls.flags)
        cls.addClassCleanup(cls.browser.__exit__)

    def setUp(self):
        self.program = self.start_demo("0")
        self.first = self.browser.new_tab()
        self.addCleanup(self.browser.close_tab, self.first)
        self.browser.open(f"{self.origin}{self.port}/")
        self.browser.run("localStorage.clear()")

    def start_demo(self, port):
        ports = ("--port", port, "--tls-port", "0")
        if self.page is SECURE_PAGE:
            ports = ("--port", "0", "--tls-port", port)
        program = wsclient.Program(self.demo, *ports, "--ping-interval", "1", "--verbose")
        self.addCleanup(program.__exit__)
        self.port = int(program.wait_line(self.page)[1])
        return program

    def open_second(self):
        tab = self.browser.new_tab()
        self.addCleanup(self.browser.close_tab, tab)
        self.browser.open(f"{self.origin}{self.port}/")
        self.browser.wait(ONLINE)
        return tab

    def rename(self, tab, name):
        self.browser.switch_to(tab)
        self.browser.wait(ONLINE)
        self.browser.retype("#name", name + webdriver.ENTER)
        self.browser.wait(f"{PEOPLE}.includes(parameters[0])", name)

    def say(self, tab, text):
        self.browser.switch_to(tab)
        self.browser.type("#text", text + webdriver.ENTER)

    def wait_in(self, tab, expression, *arguments):
        self.browser.switch_to(tab)
        self.browser.wait(expression, *arguments)

    def wait_messages(self, tab, *messages):
        self.wait_in(tab, SAME_LIST.format(MESSAGES), messages)

    def test_two_tabs_talk(self):
        second = self.open_second()
        self.rename(self.first, "Ada")
        self.rename(second, "Grace")
        for tab in (self.first, second):
            self.wait_in(tab, SAME_LIST.format(PEOPLE), ["Ada", "Grace"])

        self.say(self.first, "Hello, Grace!")
        self.wait_messages(second, "Ada: Hello, Grace!")
        self.say(second, "<b>Hello</b>, “Ada” 🌍")
        for tab, messages in (
            (self.first, ("You: Hello, Grace!", "Grace: <b>Hello</b>, “Ada” 🌍")),
            (second, ("Ada: Hello, Grace!", "You: <b>Hello</b>, “Ada” 🌍")),
        ):
            self.wait_messages(tab, *messages)
            self.assertIsNone(self.browser.run("return document.querySelector('#log b')"))

        self.browser.switch_to(second)
        self.browser.open("about:blank")
        self.wait_in(self.first, SAME_LIST.format(PEOPLE), ["Ada"])

    def test_name_is_remembered(self):
        self.rename(self.first, "Ada")
        self.browser.open(f"{self.origin}{self.port}/health")
        self.browser.open(f"{self.origin}{self.port}/")
        self.browser.wait(ONLINE)
        self.assertEqual(self.browser.run("return document.getElementById('name').value"), "Ada")

    def test_who_comes_later_sees_what_was_said(self):
        self.rename(self.first, "Ada")
        self.say(self.first, "Is anybody there?")
        second = self.open_second()
        self.wait_messages(second, "Ada: Is anybody there?")

    def test_reconnects(self):
        self.rename(self.first, "Ada")
        self.say(self.first, "before")
        self.wait_messages(self.first, "You: before")

        self.assertEqual(self.program.stop(signal.SIGINT), 0)
        self.browser.wait("document.body.dataset.state === 'offline'")
        self.browser.wait("!document.getElementById('offline').hidden")
        self.assertIn("going away", self.browser.text("#offline-why"))
        self.assertRegex(self.browser.text("#log"), r"The server is going away \(1001\)")
        self.assertEqual(self.browser.text("#status"), "Reconnecting")
        self.screenshots("offline")

        self.start_demo(str(self.port))
        self.browser.wait(ONLINE)
        self.browser.wait("document.getElementById('offline').hidden")
        self.browser.wait(SAME_LIST.format(PEOPLE), ["Ada"])
        self.say(self.first, "after")
        self.wait_messages(self.first, "You: before", "You: after")

    def test_round_trip_time(self):
        self.browser.wait(r"/^\d+(\.\d)? ms$/.test(document.getElementById('rtt').textContent)")
        self.browser.wait("document.querySelector('#chart polyline').points.length >= 2")

    def test_browser_answers_pings(self):
        self.browser.wait(ONLINE)
        for _ in range(2):
            self.program.wait_line(re.compile(r"pong after \d+\.\d ms"))

    def test_echo(self):
        result = self.browser.run_async(ECHO_SCRIPT, [0, 1, 125, 126, 65535, 65536, 1 << 20])
        self.assertEqual(result, {"wrong": [], "code": 4321, "wasClean": True})

    def test_close_code_at_shutdown(self):
        self.browser.run("""
            const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/echo`);
            window.opened = new Promise(resolve => { socket.onopen = () => resolve(true); });
            window.gone = new Promise(resolve => { socket.onclose = resolve; });""")
        self.browser.run_async("window.opened.then(arguments[0])")
        self.assertEqual(self.program.stop(signal.SIGTERM), 0)
        script = "window.gone.then(({ code, wasClean }) => arguments[0]([code, wasClean]))"
        self.assertEqual(self.browser.run_async(script), [1001, True])

    def test_refused(self):
        # JavaScript is not told the status: a refused opening handshake is code 1006.
        url = f"{self.origin.replace('http', 'ws')}{self.port}"
        self.assertEqual(self.browser.run_async(CLOSE_CODE_SCRIPT, f"{url}/nothing"), [1006, False])
        self.browser.open("about:blank")  # the origin "null"
        self.assertEqual(self.browser.run_async(CLOSE_CODE_SCRIPT, f"{url}/echo"), [1006, False])

    def test_console_stays_empty(self):
        self.browser.console()
        self.browser.open(f"{self.origin}{self.port}/")
        self.rename(self.first, "Ada")
        self.say(self.first, "Hello")
        self.wait_messages(self.first, "You: Hello")
        self.browser.wait("document.getElementById('rtt').textContent !== '–'")
        self.assertEqual(self.browser.console(), [])

    def test_labels(self):
        for selector, label in (("#name", "Your name"), ("#text", "Message"), ("#send", "Send"),
                                ("#log", "Messages"), ("section", None)):
            if label is None:
                self.assertRegex(self.browser.label(selector), "^Here now")
            else:
                self.assertEqual(self.browser.label(selector), label)

    def test_looks(self):
        second = self.open_second()
        self.rename(self.first, "Ada Lovelace")
        self.rename(second, "Grace Hopper")
        others = [self.guest(name) for name in ("Katherine", "Hedy", "Radia")]
        self.say(self.first, "Good morning! Is the server up?")
        self.wait_in(second, f"{MESSAGES}.length === 1")
        self.say(second, "Up since eight. Nothing to see in the log.")
        self.wait_in(second, f"{MESSAGES}.length === 2")
        self.say(second, "And it answers in well under a millisecond, which is hard to improve on "
                         "from here: most of it is this page waiting for its turn.")
        self.wait_in(second, f"{MESSAGES}.length === 3")
        others[0].send(wsclient.TEXT, '{"type":"say","text":"Grüße aus Zürich!"}'.encode())
        self.wait_in(self.first, f"{MESSAGES}.length === 4")
        self.say(self.first, "Then let us begin.")
        self.wait_in(self.first, f"{MESSAGES}.length === 5")
        self.browser.wait("document.querySelector('#chart polyline').points.length >= 4")
        self.screenshots("chat")

    def guest(self, name):
        client = wsclient.Client(self.port, "/chat")
        self.addCleanup(client.__exit__)
        client.send(wsclient.TEXT, f'{{"type":"join","name":"{name}"}}'.encode())
        return client

    def screenshots(self, name):
        """The current tab by day and by night, on a desk and in a hand."""
        for scheme in ("light", "dark"):
            features = [{"name": "prefers-color-scheme", "value": scheme}]
            self.browser.devtools("Emulation.setEmulatedMedia", features=features)
            for view, (width, height, pixels) in VIEWS.items():
                self.browser.devtools(
                    "Emulation.setDeviceMetricsOverride", width=width, height=height,
                    deviceScaleFactor=pixels, mobile=view == "phone",
                )
                # On a phone the window grows with a page that is too wide.
                self.browser.wait("innerWidth === parameters[0]", width)
                page_width = self.browser.run("return document.documentElement.scrollWidth")
                self.assertLessEqual(page_width, width)
                self.browser.screenshot(self.folder / f"{name}-{scheme}-{view}.png")
        self.browser.devtools("Emulation.clearDeviceMetricsOverride")
        self.browser.devtools("Emulation.setEmulatedMedia", features=[])


class SecureBrowserTest(BrowserTest):
    """The page over https, which then talks wss."""

    flags = (LOOK_AWAY,)
    origin = "https://127.0.0.1:"
    page = SECURE_PAGE

    # They look at the page alone, or at what TLS only carries.
    test_labels = test_looks = test_name_is_remembered = test_who_comes_later_sees_what_was_said = None
    test_round_trip_time = test_browser_answers_pings = None

    def test_scheme(self):
        self.browser.wait(ONLINE)
        self.assertEqual(self.browser.run("return session.socket.url"), f"wss://127.0.0.1:{self.port}/chat")

    def screenshots(self, name):
        pass


class EchoServerTest(unittest.TestCase):
    echo_server = None
    flags = ()
    scheme = "http"

    @classmethod
    def setUpClass(cls):
        cls.browser = webdriver.Browser(*cls.flags)
        cls.addClassCleanup(cls.browser.__exit__)

    def start(self, settings=""):
        """The echo server with these settings, and the browser on a page of it."""
        if self.scheme == "https":
            settings = f"TLS,{settings}".rstrip(",")
        program = wsclient.Program(self.echo_server, settings, stdin=subprocess.PIPE)
        self.addCleanup(program.process.stdin.close)
        self.addCleanup(program.__exit__)
        self.browser.open(f"{self.scheme}://127.0.0.1:{program.wait_line(PORT)[1]}/")

    def echo_large(self, settings, lengths):
        self.start(settings)
        result = self.browser.run_async(LARGE_SCRIPT, lengths)
        self.assertEqual((result["wrong"], result["code"], result["same"]), ([], 4001, True))
        return result["ratio"], result["extensions"]

    def test_large_compressed(self):
        ratio, extensions = self.echo_large("", [1, 65536, MIB, 5 * MIB])
        self.assertEqual(extensions, "permessage-deflate; server_max_window_bits=12; "
                                     "client_max_window_bits=12")
        self.assertTrue(0 < ratio < 1, ratio)

    def test_large_plain(self):
        settings = "EnablePermessageDeflate=False"
        self.assertEqual(self.echo_large(settings, [MIB, 5 * MIB, 16 * MIB]), (1, ""))

    def test_parameters(self):
        both = "; server_no_context_takeover; client_no_context_takeover"
        for bits in range(9, 16):
            window = f"; server_max_window_bits={bits}; client_max_window_bits={bits}"
            window = window if bits < 15 else ""
            for takeover, parameters in (("False", ""), ("True", both)):
                settings = f"DeflateWindowBits={bits},DeflateNoContextTakeover={takeover}"
                with self.subTest(settings):
                    ratio, extensions = self.echo_large(settings, [1, 65536])
                    self.assertEqual(extensions, "permessage-deflate" + parameters + window)
                    self.assertTrue(0 < ratio < 1, ratio)

    def test_reads_slowly(self):
        for settings in ("", "EnablePermessageDeflate=False"):
            with self.subTest(settings):
                self.start(settings)
                result = self.browser.run_async(SLOW_SCRIPT, "send", 500)
                self.assertEqual((result["queued"], result["blocks"]), (128, 128))
                self.assertEqual((result["refusals"], result["whole"]), (0, True))

    def test_overflow(self):
        for settings in ("MaxSendQueue=2097152",
                         "MaxSendQueue=2097152,EnablePermessageDeflate=False"):
            with self.subTest(settings):
                self.start(settings)
                result = self.browser.run_async(SLOW_SCRIPT, "flood", 0)
                self.assertEqual((result["refused"], result["whole"]), (1, True))
                self.assertTrue(0 < result["queue"] <= 2 * MIB, result["queue"])
                self.assertEqual(result["blocks"], result["queued"] + 128)
                self.assertEqual(result["refusals"], result["readies"])


class SecureEchoServerTest(EchoServerTest):
    """The same over wss."""

    flags = (LOOK_AWAY,)
    scheme = "https"
    test_parameters = test_large_plain = None  # what TLS carries is the same

    def test_versions(self):
        for protocols, version in ((3072, "TLSv1.2 TLS_ECDHE_ECDSA_"), (12288, "TLSv1.3 TLS_")):
            self.start(f"SSLEnabledProtocols={protocols}")
            answer = self.browser.run_async("""
                const socket = new WebSocket(location.origin.replace('http', 'ws'));
                socket.onopen = () => socket.send('!tls');
                socket.onmessage = ({ data }) => arguments[0](data);""")
            self.assertTrue(answer.startswith(version), answer)


def main():
    if None in webdriver.find_programs():
        print("chromium or chromedriver is not installed")
        sys.exit(SKIPPED)

    wsclient.leave_orderly()
    BrowserTest.demo = sys.argv[1]
    BrowserTest.folder = pathlib.Path(sys.argv[2])
    BrowserTest.folder.mkdir(parents=True, exist_ok=True)
    EchoServerTest.echo_server = sys.argv[3]
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]], verbosity=2)


if __name__ == "__main__":
    main()

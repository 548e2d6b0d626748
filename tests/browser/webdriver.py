# Copyright 2026 The WsServer authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Headless Chromium through its WebDriver: https://www.w3.org/TR/webdriver2/."""
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import wsclient

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element's id, WebDriver §12.2
CONTROL, RELEASE, ENTER = "\ue009", "\ue000", "\ue007"
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
DEBUGGER = re.compile(r"DevTools listening on ws://127\.0\.0\.1:(\d+)/")
DRIVER = re.compile(r"started successfully on port (\d+)")

# Calls back as soon as the expression is true, which is asked again whenever the page changes in
# content or in size.
WAIT_SCRIPT = """
const done = arguments[arguments.length - 1];
const parameters = arguments;
const observer = new MutationObserver(check);
function check() {
  const value = (EXPRESSION);
  if (value) {
    observer.disconnect();
    removeEventListener('resize', check);
    done(value);
  }
  return value;
}
if (!check()) {
  observer.observe(document, {
    attributes: true, characterData: true, childList: true, subtree: true,
  });
  addEventListener('resize', check);
}
"""


def find_programs():
    """Paths of the browser and its driver; None for what is not installed."""
    return shutil.which("chromium"), shutil.which("chromedriver")


def clean_environment(home):
    """Without what the tests set for the library (G_DEBUG …), and with a home of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": home, "TMPDIR": home}


class WebDriverError(Exception):
    pass


class Browser:
    """A browser with one session. Both programs end with the `with` block."""

    def __init__(self, *flags):
        self.programs = []
        self.flags = flags
        self.home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.session = None
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for program in reversed(self.programs):
            program.process.terminate()
            try:
                program.process.wait(wsclient.DEADLINE)
            except subprocess.TimeoutExpired:
                pass  # the end of its own block kills it
            program.__exit__(*exception)
        self.home.cleanup()

    def _run(self, *command):
        program = wsclient.Program(*command, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                   env=clean_environment(self.home.name))
        self.programs.append(program)
        return program

    def _start(self):
        # The driver attaches to a browser that is ours, so that ours is the pid to end it by.
        chromium, chromedriver = find_programs()
        browser = self._run(chromium, *CHROMIUM_FLAGS, *self.flags, f"--user-data-dir={self.home.name}/profile",
                            "about:blank")
        debugger_port = browser.wait_line(DEBUGGER)[1]
        driver = self._run(chromedriver, "--port=0")
        self.port = int(driver.wait_line(DRIVER)[1])

        options = {
            "goog:chromeOptions": {"debuggerAddress": f"127.0.0.1:{debugger_port}"},
            "goog:loggingPrefs": {"browser": "ALL"},
            "timeouts": {"script": wsclient.DEADLINE * 1000, "pageLoad": wsclient.DEADLINE * 1000},
        }
        answer = self._request("POST", "/session", {"capabilities": {"alwaysMatch": options}})
        self.session = answer["sessionId"]

    def _request(self, method, path, body=None):
        deadline = 3 * wsclient.DEADLINE
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=deadline)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json"})
            response = connection.getresponse()
            value = json.loads(response.read())["value"]
        finally:
            connection.close()
        if response.status != 200:
            raise WebDriverError(f"{path}: {value['error']}: {value['message']}")
        return value

    def command(self, method, path, **body):
        body = None if method == "GET" else body
        return self._request(method, f"/session/{self.session}{path}", body)

    def open(self, url):
        self.command("POST", "/url", url=url)

    def current_tab(self):
        return self.command("GET", "/window")

    def new_tab(self):
        tab = self.command("POST", "/window/new", type="tab")["handle"]
        self.switch_to(tab)
        return tab

    def switch_to(self, tab):
        self.command("POST", "/window", handle=tab)

    def close_tab(self, tab):
        self.switch_to(tab)
        for remaining in self.command("DELETE", "/window"):
            self.switch_to(remaining)

    def find(self, selector):
        found = self.command("POST", "/element", using="css selector", value=selector)
        return f"/element/{found[ELEMENT]}"

    def text(self, selector):
        return self.command("GET", f"{self.find(selector)}/text")

    def label(self, selector):
        return self.command("GET", f"{self.find(selector)}/computedlabel")

    def type(self, selector, text):
        self.command("POST", f"{self.find(selector)}/value", text=text)

    def retype(self, selector, text):
        """Types over what is there."""
        self.type(selector, CONTROL + "a" + RELEASE + text)

    def click(self, selector):
        self.command("POST", f"{self.find(selector)}/click")

    def run(self, script, *arguments):
        return self.command("POST", "/execute/sync", script=script, args=arguments)

    def run_async(self, script, *arguments):
        return self.command("POST", "/execute/async", script=script, args=arguments)

    def wait(self, expression, *arguments):
        """Waits until a JavaScript expression is true; the arguments are its `parameters`."""
        try:
            return self.run_async(WAIT_SCRIPT.replace("EXPRESSION", expression), *arguments)
        except WebDriverError as error:
            page = self.run("return document.body.innerText")
            message = f"{expression} {arguments} did not come: {error}\n{page}"
            raise AssertionError(message) from error

    def console(self):
        return [entry["message"] for entry in self.command("POST", "/se/log", type="browser")]

    def devtools(self, method, **parameters):
        return self.command("POST", "/goog/cdp/execute", cmd=method, params=parameters)

    def screenshot(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.command("GET", "/screenshot")))

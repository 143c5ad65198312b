"""Firefox without a window, driven by WebDriver BiDi, which is built into it (https://w3c.github.io/webdriver-bidi).

Its pages have the methods of Playwright's that the tests use, so that a test may take either browser.
"""

import base64
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from websockets.sync.client import connect

from support.waiting import wait_for

PROGRAM = "firefox-esr"
# The seconds for one answer of the browser.
PATIENCE = 60
# Awaits the expression, or what it returns where it is a function; the value comes back as JSON.
EVALUATED = """(async () => {{
    const value = ({expression});
    return JSON.stringify((await (typeof value === "function" ? value({argument}) : value)) ?? null);
}})()"""


class ScriptFailed(Exception):
    """A script in the page threw an error."""


def missing():
    """The reason that there is no Firefox here; empty where there is one."""
    return "" if shutil.which(PROGRAM) else f"{PROGRAM} is not installed"


@contextlib.contextmanager
def firefox():
    """Runs a browser with a profile and a home of its own, that accepts every certificate; closes it at the end."""
    with tempfile.TemporaryDirectory(prefix="waybill-firefox-", ignore_cleanup_errors=True) as home:
        folder = pathlib.Path(home)
        (folder / "profile").mkdir()
        said = folder / "output"
        with open(said, "wb") as output:
            process = subprocess.Popen(
                [PROGRAM, "--headless", "--no-remote", "--profile", folder / "profile", "--remote-debugging-port=0"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # As root it refuses the home of somebody else.
                env={**os.environ, "HOME": home, "MOZ_CRASHREPORTER_DISABLE": "1"},
            )
        try:
            announced = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
            address = wait_for(lambda: announced.search(said.read_text(errors="replace")), PATIENCE, PROGRAM)[1]
            with connect(f"{address}/session", max_size=None) as socket:
                yield Firefox(socket)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


class Firefox:
    """A running browser."""

    def __init__(self, socket):
        self._socket, self._sent = socket, 0
        session = self.call("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
        self.version = session["capabilities"]["browserVersion"]

    def call(self, method, **parameters):
        """Sends a command and returns its result; other messages of the browser are dropped."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE))
            if answer.get("id") == self._sent:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
                return answer["result"]

    def new_page(self):
        return Page(self)


class Page:
    """A tab."""

    def __init__(self, browser):
        self._browser = browser
        self._context = browser.call("browsingContext.create", type="tab")["context"]

    def goto(self, url):
        """Opens the address and returns when the page has loaded."""
        self._browser.call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, expression, argument=None):
        """The value of an expression, of a promise, or of a function that is called with the argument."""
        answer = self._browser.call(
            "script.evaluate",
            expression=EVALUATED.format(expression=expression, argument=json.dumps(argument)),
            target={"context": self._context},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise ScriptFailed(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def wait_for_function(self, expression):
        """Returns when the expression is true."""
        wait_for(lambda: self.evaluate(expression), PATIENCE / 2, expression)

    def screenshot(self, path):
        """Writes a picture of the page as PNG."""
        picture = self._browser.call("browsingContext.captureScreenshot", context=self._context)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(picture))

    def close(self):
        self._browser.call("browsingContext.close", context=self._context)

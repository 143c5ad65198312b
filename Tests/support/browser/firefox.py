"""Firefox without a window, driven by WebDriver BiDi, which is built into it (https://w3c.github.io/webdriver-bidi).

Its pages have the methods of Playwright's that the tests use, so that a test may take either browser.
"""

import base64
import contextlib
import json
import os
import pathlib
import shutil
import tempfile

from support.browser.launching import PATIENCE, driven
from support.waiting import wait_for

PROGRAM = "firefox-esr"
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
        options = ["--headless", "--no-remote", "--profile", folder / "profile", "--remote-debugging-port=0"]
        # As root it refuses the home of somebody else.
        environment = {**os.environ, "HOME": home, "MOZ_CRASHREPORTER_DISABLE": "1"}
        announcement = r"WebDriver BiDi listening on (ws://\S+)"
        with driven([PROGRAM, *options], folder / "output", announcement, "/session", environment) as socket:
            yield Firefox(socket)


class Firefox:
    """A running browser."""

    def __init__(self, socket):
        self._socket, self._sent = socket, 0
        session = self.call("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
        self.version = session["capabilities"]["browserVersion"]
        # The errors that pages wrote to their consoles or did not catch, by tab.
        self.errors = {}
        self.call("session.subscribe", events=["log.entryAdded"])

    def call(self, method, **parameters):
        """Sends a command and returns its result; of other messages of the browser, only errors of pages are kept."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE))
            if answer.get("id") == self._sent:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
                return answer["result"]
            entry = answer.get("params", {})
            if answer.get("method") == "log.entryAdded" and entry["level"] == "error":
                self.errors.setdefault(entry["source"].get("context"), []).append(entry["text"])

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

    def press(self, text):
        """Presses the keys of a text, one after another, in what has the focus."""
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": keys}]
        self._browser.call("input.performActions", context=self._context, actions=actions)

    @property
    def errors(self):
        """The errors that the page wrote to its console, or did not catch."""
        # The answer to a command comes after all that the page wrote before.
        self.evaluate("true")
        return self._browser.errors.get(self._context, [])

    def wait_for_function(self, expression):
        """Returns when the expression is true."""
        wait_for(lambda: self.evaluate(expression), PATIENCE / 2, expression)

    def screenshot(self, path):
        """Writes a picture of the page as PNG."""
        picture = self._browser.call("browsingContext.captureScreenshot", context=self._context)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(picture))

    def close(self):
        self._browser.call("browsingContext.close", context=self._context)

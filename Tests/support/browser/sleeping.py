"""A page in Chromium that can be frozen, as a phone's that sleeps, driven by its own DevTools protocol.

Playwright keeps every page visible, and a visible page is never frozen.
"""

import contextlib
import json
import pathlib
import tempfile

from support.browser.launching import PATIENCE, driven

PROGRAM = "/usr/bin/chromium"


@contextlib.contextmanager
def sleeping_page(url):
    """Opens the address in a browser of its own; closes it at the end."""
    with tempfile.TemporaryDirectory(prefix="waybill-chromium-", ignore_cleanup_errors=True) as profile:
        options = ["--headless", "--no-sandbox", "--remote-debugging-port=0", f"--user-data-dir={profile}/profile"]
        output = pathlib.Path(profile) / "output"
        with driven([PROGRAM, *options, "about:blank"], output, r"DevTools listening on (ws://\S+)") as socket:
            yield SleepingPage(socket, url)


class SleepingPage:
    def __init__(self, socket, url):
        self._socket, self._sent, self._session = socket, 0, None
        target = self._call("Target.createTarget", url=url)["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def _call(self, method, **parameters):
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": parameters}
        self._socket.send(json.dumps(message | ({"sessionId": self._session} if self._session else {})))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE))
            if answer.get("id") == self._sent:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def evaluate(self, expression):
        """The value of an expression; nothing is awaited."""
        return self._call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def freeze(self):
        """Hides the page and stops its timers, its tasks and its reading."""
        self._call("Page.setWebLifecycleState", state="frozen")

    def thaw(self):
        self._call("Page.setWebLifecycleState", state="active")

"""Starts a browser that is driven by a WebSocket of its own, and ends it."""

import contextlib
import re
import subprocess

from websockets.sync.client import connect

from support.waiting import wait_for

# The seconds for one answer of a browser.
PATIENCE = 60


@contextlib.contextmanager
def driven(command, output, announcement, suffix="", environment=None):
    """Runs a browser, and yields the connection to the address that it announces.

    - output: the file for what the browser says.
    - announcement: the pattern of its line, whose first group is the address.
    - suffix: is added to the address.
    """
    with open(output, "wb") as said:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, env=environment
        )
    try:
        announced = re.compile(announcement)
        address = wait_for(lambda: announced.search(output.read_text(errors="replace")), PATIENCE, command[0])[1]
        with connect(f"{address}{suffix}", max_size=None) as socket:
            yield socket
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)

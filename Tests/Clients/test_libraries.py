"""Libraries that read event streams, followed while the service is killed: none loses or repeats an event.

EventSource in Chromium and Firefox is in Tests/Browser.
"""

import json
import os
import pathlib
import subprocess

import pytest

from support.bench import total
from support.client import Client, read_log
from support.generated_clients import clients_python
from support.orders import order
from support.waiting import wait_for

LIBRARIES = pathlib.Path(__file__).resolve().parent / "libraries"
PYTHON = ("httpx-sse", "requests-sse", "sseclient-py", "aiosseclient")
# Of event-source-polyfill only the requests, by a program of the same manners.
NODE = ("eventsource", "event-source-polyfill")
NAMES = PYTHON + NODE


class Follower:
    """A program that prints the id of every event, into a file."""

    def __init__(self, name, python, environment, folder):
        self.name = name
        program = LIBRARIES / f"follow_{name.replace('-', '_')}"
        script = program.with_suffix(".js" if name in NODE else ".py")
        self.path = folder / name
        with open(self.path, "wb") as output, open(folder / f"{name}.errors", "wb") as errors:
            self.process = subprocess.Popen(
                ["node" if name in NODE else python, script],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                env=environment,
            )

    @property
    def ids(self):
        return self.path.read_text(encoding="utf-8").split()

    def errors(self):
        return self.path.with_name(f"{self.name}.errors").read_text(encoding="utf-8")[-2000:]

    def end(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.mark.slow
def test_libraries_lose_and_repeat_nothing_over_two_kills(service, check, tmp_path):
    service.start()
    staff, backend = service.token("staff", "*"), service.token("backend", "aurora")
    Client(service.port, backend).insist("POST", "/v1/orders", order())
    start = json.loads(read_log(service.port, staff)[-1])["position"]
    environment = {
        **os.environ,
        "STREAM": f"{service.url}/v1/stream?after={start}",
        "TOKEN": staff,
        "NODE_PATH": "/usr/share/nodejs",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    python = clients_python()
    followers = [Follower(name, python, environment, tmp_path) for name in NAMES]
    try:
        # The second kill comes before anything was shown after the first.
        for changes, kills in ((10, True), (0, True), (10, False)):
            wait_for(lambda: streams(service) == len(NAMES), 60, "every library has opened its stream")
            client = Client(service.port, backend)
            for index in range(changes):
                client.insist("POST", "/v1/orders", order(number=f"Å-{index}"))
            if kills:
                service.kill()
                service.start()
        wanted = [json.loads(line)["position"] for line in read_log(service.port, staff)[1:]]
        for one in followers:
            try:
                wait_for(lambda one=one: len(one.ids) >= len(wanted), 60, one.name)
            finally:
                check(f"{one.name} loses and repeats nothing", one.ids == wanted, f"{one.ids} {one.errors()}")
    finally:
        for one in followers:
            one.end()


def streams(service):
    """The number of streams that the service counts as open."""
    answer = Client(service.port, service.token("operator", "*")).insist("GET", "/metrics")
    return total(answer, "waybill_streams_open")

"""The examples of docs/clients.md, followed while the service is killed: each shows every event once and in order.

Needs the Swift example beside the binary. The examples for browsers are in the browser's tests.
"""

import json
import os
import pathlib
import subprocess
import sys
import threading

from support.bench import total
from support.client import Client
from support.client_examples import example
from support.orders import journey
from support.waiting import wait_for

SWIFT = pathlib.Path(__file__).resolve().parent / "FollowOrder" / "FollowOrder.swift"


class Example:
    """One of the page's examples as a process of its own, and the lines that it has printed."""

    def __init__(self, name, command, environment, shown):
        self.name, self.shown, self.lines = name, shown, []
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )
        self.errors = ""
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._complain, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))

    def _complain(self):
        for line in self._process.stderr:
            self.errors += line

    def end(self):
        # The whole group: a shell's curl as well.
        os.killpg(self._process.pid, 15)
        self._process.wait(10)


def words(event):
    return f"{event['version']} {event['type']} {event['status']}"


def started(service, order, token, folder):
    """Starts every example; each knows the form in which it shows an event."""
    url, binary = f"http://127.0.0.1:{service.port}", pathlib.Path(service.binary)
    environment = {
        **os.environ,
        "URL": url,
        "TOKEN": token,
        "ORDER": order,
        "PATH": f"{binary.parent}:{os.environ['PATH']}",
    }
    script = folder / "follow.py"
    script.write_text(example("Python", "python"), encoding="utf-8")
    # `waybill` finds its own settings in the environment, of which the tests have none.
    environment = {name: value for name, value in environment.items() if not name.startswith("WAYBILL_")}
    yield Example("waybill tail", ["bash", "-c", example("waybill tail", "sh")], environment, json.dumps)
    yield Example("curl", ["bash", "-c", example("curl", "bash")], environment, json.dumps)
    (folder / "Follow.java").write_text(example("Java", "java"), encoding="utf-8")
    yield Example("Java", ["java", str(folder / "Follow.java")], environment, json.dumps)
    yield Example("Python", [sys.executable, str(script)], environment, words)
    yield Example("Swift", ["stdbuf", "-oL", str(binary.parent / "FollowOrder"), url, token, order], environment, words)


def seen(one):
    """The events that the example has shown, without its snapshot."""
    if one.shown is words:
        return [line for line in one.lines if line[0].isdigit()]
    return [event for event in map(json.loads, one.lines) if "type" in event]


def test_the_swift_example_is_the_file_that_is_compiled(check):
    check(
        "the Swift example is the file that is compiled", example("Swift", "swift") == SWIFT.read_text(encoding="utf-8")
    )


def test_each_example_shows_every_event_over_two_kills(service, check, tmp_path):
    service.start()
    backend, staff = service.token("backend", "aurora"), service.token("staff", "*")
    client = Client(service.port, backend)
    steps = journey(0, "examples")
    placed = client.insist("POST", *steps[0][1:]).json
    examples = list(started(service, placed["orderId"], staff, tmp_path))
    try:
        for one in examples:
            # The snapshot is the first that each of them gets, and not all of them show it.
            wait_for(
                lambda one=one: one.lines or one.name in ("Python", "Java"), 30, f"{one.name} begins: {one.errors}"
            )
        wait_for(lambda: streams(service) == len(examples), 30, "all are open")
        for index, (key, path, body) in enumerate(steps[1:]):
            if index in (3, 6):
                service.kill()
                service.start()
            answer = client.insist("POST", path, body, {"Idempotency-Key": key})
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer}")
        log = client.insist(
            "GET", f"/v1/orders/{placed['orderId']}/events?limit=1000", None, {"Authorization": f"Bearer {staff}"}
        ).json["events"][1:]
        for one in examples:
            wanted = log if one.shown is json.dumps else [words(event) for event in log]
            try:
                wait_for(lambda one=one: len(seen(one)) >= len(log), 60, one.name)
            finally:
                check(
                    f"{one.name}: every event once and in order, over two kills",
                    seen(one) == wanted,
                    f"{seen(one)[-2:]}, {len(seen(one))} of {len(wanted)}; {one.errors}",
                )
            check.note(f"{one.name} ends: {one.lines[-1][:160]}")
    finally:
        for one in examples:
            one.end()


def streams(service):
    """The number of streams that the service counts as open."""
    return total(Client(service.port, service.token("operator", "*")).insist("GET", "/metrics"), "waybill_streams_open")

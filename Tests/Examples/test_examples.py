"""The examples of docs/clients.md, followed while the service is killed: each shows every event once and in order.

Needs the Swift example beside the binary. The examples for browsers are in the browser's tests. An example whose
language is not installed is skipped.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading

import pytest

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


# The form in which each example shows an event.
SHOWN = {
    "waybill tail": json.dumps,
    "curl": json.dumps,
    "Java": json.dumps,
    "OkHttp": json.dumps,
    "Go": json.dumps,
    "PHP": json.dumps,
    "Python": words,
    "Swift": words,
}
OKHTTP = ("/usr/share/java/okhttp.jar", "/usr/share/java/okio.jar")


def missing(name):
    """The parts of an example that this machine lacks; empty where it has everything."""
    if name == "Go" and not shutil.which("go"):
        return "go is not installed"
    if name == "PHP" and not (shutil.which("php") and "curl" in run("php", "-m").split()):
        return "php with the extension curl is not installed"
    if name == "OkHttp" and not all(map(os.path.exists, OKHTTP)):
        return "libokhttp-java is not installed"
    return ""


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120, **options).stdout


def commands(service, order, token, folder):
    """The command of every example that can run here, by name."""
    binary = pathlib.Path(service.binary)

    def saved(heading, language, name):
        (folder / name).write_text(example(heading, language), encoding="utf-8")
        return str(folder / name)

    yield "waybill tail", ["bash", "-c", example("waybill tail", "sh")]
    yield "curl", ["bash", "-c", example("curl", "bash")]
    yield "Java", ["java", saved("Java", "java", "Follow.java")]
    yield "Python", [sys.executable, saved("Python", "python", "follow.py")]
    yield "Swift", ["stdbuf", "-oL", str(binary.parent / "FollowOrder"), service.url, token, order]
    if not missing("OkHttp"):
        yield "OkHttp", ["java", "-cp", ":".join(OKHTTP), saved("OkHttp", "java", "FollowOkHttp.java")]
    if not missing("Go"):
        cache = {**os.environ, "GOCACHE": str(folder / "go-cache"), "GO111MODULE": "off"}
        run("go", "build", "-o", str(folder / "follow"), saved("Go", "go", "follow.go"), env=cache, cwd=folder)
        yield "Go", [str(folder / "follow")]
    if not missing("PHP"):
        yield "PHP", ["php", saved("PHP", "php", "follow.php")]


def started(service, order, token, folder):
    """Starts every example that can run here."""
    binary = pathlib.Path(service.binary)
    environment = {
        **os.environ,
        "URL": service.url,
        "TOKEN": token,
        "ORDER": order,
        "PATH": f"{binary.parent}:{os.environ['PATH']}",
    }
    # `waybill` finds its own settings in the environment, of which the tests have none.
    environment = {name: value for name, value in environment.items() if not name.startswith("WAYBILL_")}
    for name, command in commands(service, order, token, folder):
        yield Example(name, command, environment, SHOWN[name])


def seen(one):
    """The events that the example has shown, without its snapshot."""
    if one.shown is words:
        return [line for line in one.lines if line[0].isdigit()]
    return [event for event in map(json.loads, one.lines) if "type" in event]


@pytest.fixture(scope="module")
def followed(service, tmp_path_factory):
    """The examples that have followed an order over two kills, by name, and the events that it has."""
    service.start()
    backend, staff = service.token("backend", "aurora"), service.token("staff", "*")
    client = Client(service.port, backend)
    steps = journey(0, "examples")
    placed = client.insist("POST", *steps[0][1:]).json
    examples = list(started(service, placed["orderId"], staff, tmp_path_factory.mktemp("examples")))
    try:
        for one in examples:
            # The snapshot is the first that each of them gets, and not all of them show it.
            wait_for(
                lambda one=one: one.lines or one.name not in ("waybill tail", "curl", "Swift"),
                30,
                f"{one.name} begins: {one.errors}",
            )
        wait_for(lambda: streams(service) == len(examples), 60, "all are open")
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
        yield {one.name: one for one in examples}, log
    finally:
        for one in examples:
            one.end()


def test_the_swift_example_is_the_file_that_is_compiled(check):
    check(
        "the Swift example is the file that is compiled", example("Swift", "swift") == SWIFT.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("name", SHOWN)
def test_each_example_shows_every_event_over_two_kills(name, followed, check):
    if missing(name):
        check.note(f"{name}: skipped: {missing(name)}")
        pytest.skip(missing(name))
    examples, log = followed
    one = examples[name]
    wanted = log if one.shown is json.dumps else [words(event) for event in log]
    try:
        wait_for(lambda: len(seen(one)) >= len(log), 60, name)
    finally:
        check(
            f"{name}: every event once and in order, over two kills",
            seen(one) == wanted,
            f"{seen(one)[-2:]}, {len(seen(one))} of {len(wanted)}; {one.errors}",
        )
    check.note(f"{name} ends: {one.lines[-1][:160]}")


def streams(service):
    """The number of streams that the service counts as open."""
    return total(Client(service.port, service.token("operator", "*")).insist("GET", "/metrics"), "waybill_streams_open")

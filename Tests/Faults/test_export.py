"""`log export` ends with a line that holds count and hash; `log import` finds what is missing or changed."""

import hashlib
import json
import os
import re
import subprocess

import pytest

from support.client import Client, read_log
from support.commands import Commands
from support.orders import order
from support.service import Service
from support.waiting import wait_for


class Exports:
    """A service with a few orders, and an export of its log."""

    def __init__(self, service):
        service.start()
        self.commands = Commands(service.binary, service.root)
        backend = Client(service.port, service.token("backend", "aurora"))
        for number in range(20):
            placed = backend.insist("POST", "/v1/orders", order(number=f"E-{number}")).json
            backend.insist("POST", f"/v1/orders/{placed['orderId']}/confirm")
        self.log = [line.decode() for line in read_log(service.port, service.token("staff", "*"))]
        self.path = self.commands.path("export")
        self.done = self.run("--output", self.path, "--url", service.url)
        service.terminate(15)
        with open(self.path, encoding="utf-8") as file:
            self.lines = file.read().splitlines()

    def run(self, *arguments, **options):
        return self.commands.run("log", "export", "--data-dir", "data", *arguments, **options)

    def restore(self, lines, name="log", ending="\n"):
        """Imports lines into a new data directory; returns the command and the directory."""
        path = self.commands.write("import", "".join(line + "\n" for line in lines).removesuffix("\n") + ending)
        return self.commands.run("log", "import", path, "--data-dir", name)


@pytest.fixture(scope="module")
def exports(binary):
    service = Service(binary)
    yield Exports(service)
    service.close()


def test_the_last_line_holds_count_and_hash(exports, check):
    check("export over HTTP: status 0", exports.done.returncode == 0 and not exports.done.stderr, exports.done)
    first, *events, last = exports.lines
    check("the first line says that an export begins", json.loads(first) == {"exportBegin": {"format": 2}}, first)
    check("between them stand the events", events == exports.log, (len(events), len(exports.log)))
    before = "".join(line + "\n" for line in exports.lines[:-1]).encode()
    wanted = {"exportEnd": {"events": len(events), "sha256": hashlib.sha256(before).hexdigest()}}
    check("the last line holds count and hash", json.loads(last) == wanted, last)
    again = exports.run()
    check("from the database come the same bytes", again.stdout.splitlines() == exports.lines, again.stderr)
    middle = json.loads(events[29])["position"]
    part = exports.run("--after", middle).stdout.splitlines()
    check("a part is an export too", part[1:-1] == events[30:] and '"events":10' in part[-1], part[-1])


def test_a_damaged_file_imports_nothing(exports, check):
    lines = exports.lines
    damaged = {
        "cut off in the middle": lines[:20],
        "without its last line": lines[:-1],
        "without its first line": lines[1:],
        "without an event": lines[:10] + lines[11:],
        "with an event twice": [*lines[:10], lines[10], *lines[10:]],
        "with another text": [line.replace("Lampe", "Lampen") for line in lines],
        "with another hash": [*lines[:-1], lines[-1].replace('"sha256":"', '"sha256":"0')],
        "with another count": [*lines[:-1], lines[-1].replace('"events":40', '"events":41')],
        "of a later version": [lines[0].replace("2", "3"), *lines[1:]],
        "empty": [],
    }
    for name, changed in damaged.items():
        done = exports.restore(changed, "new")
        sentence = re.fullmatch(r"Error: nothing was imported from \S+: .+\n", done.stderr)
        check(f"a file {name}: status 1 and one sentence", done.returncode == 1 and sentence, done)
        check(f"a file {name}: no word of success", not done.stdout, done.stdout)
    done = exports.restore(lines, "new", ending="")
    check("a last line without its line feed: refused", done.returncode == 1 and "cut off" in done.stderr, done)
    head = exports.commands.run("log", "head", "--data-dir", "new")
    check("the log is still empty", head.stdout.endswith("-0\n"), head)
    done = exports.restore(lines, "new")
    check("the whole file is imported into it", done.returncode == 0 and not done.stderr, done)
    check("and all events are told", done.stdout.startswith("imported 40 events, up to "), done.stdout)
    again = exports.commands.run("log", "export", "--data-dir", "new")
    check("and come out as the same bytes", again.stdout.splitlines() == lines, again.stderr)
    done = exports.restore(lines, "new")
    check("not twice", done.returncode == 1 and "the log is not empty" in done.stderr, done)


def test_older_and_joined_files_import(exports, check):
    done = exports.restore(exports.log, "old")
    check("a file of the version before: imported", done.returncode == 0 and "imported 40 events" in done.stdout, done)
    check("with one note", len(done.stderr.splitlines()) == 1 and "cannot be checked" in done.stderr, done.stderr)
    first = exports.run("--after", "0").stdout.splitlines()[:21]
    middle = json.loads(first[20])["position"]
    rest = exports.run("--after", middle).stdout.splitlines()
    digest = hashlib.sha256("".join(line + "\n" for line in first).encode()).hexdigest()
    seal = json.dumps({"exportEnd": {"events": 20, "sha256": digest}}, separators=(",", ":"))
    done = exports.restore([*first, seal, *rest], "joined")
    check("two exports, one after the other: imported", done.returncode == 0 and not done.stderr, done)


def test_a_failed_export_leaves_the_older_file(exports, check):
    small = exports.commands.path("small")
    os.mkdir(small)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", small], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        target = os.path.join(small, "export")
        done = exports.run("--output", target)
        words = f"Error: cannot write to {target}: No space left on device; the export is incomplete and was removed\n"
        check("a full disk: status 1 and one sentence", done.returncode == 1 and done.stderr == words, done)
        check("a full disk: nothing is left", not os.listdir(small), os.listdir(small))
        with open(target, "w", encoding="utf-8") as file:
            file.write("older\n")
        done = exports.run("--output", target)
        check("a full disk: the sentence names the older file", done.stderr.endswith(f"{target} is as it was\n"), done)
        with open(target, encoding="utf-8") as file:
            check("a full disk: the older file stays", file.read() == "older\n" and os.listdir(small) == ["export"], "")
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_cut_export_through_a_pipe_is_refused(exports, check):
    done = exports.commands.shell(
        '"$WAYBILL" log export --data-dir data | head -n 12 > cut; "$WAYBILL" log import cut --data-dir piped'
    )
    check("an export whose reader left is refused", done.returncode == 1 and "was cut off" in done.stderr, done)


def test_an_interrupted_export_leaves_no_file(exports, check, service):
    """SIGTERM while the export waits for a reader."""
    fifo = exports.commands.path("fifo")
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    process = subprocess.Popen(
        [service.binary, "log", "export", "--data-dir", exports.commands.path("data"), "--output", fifo],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: os.path.exists(exports.commands.path("data", "postgres", "postmaster.pid")), 20, "it began")
    process.terminate()
    _, errors = process.communicate(timeout=20)
    os.close(reader)
    check("SIGTERM: status 1 and one sentence", process.returncode == 1 and errors.count("\n") == 1, errors)

"""Outputs that cannot be written, and signals: they neither end nor block the process; repeated errors are counted."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import time

import pytest

from support.client import Client
from support.commands import Commands
from support.orders import order
from support.service import Service
from support.waiting import wait_for

FULL = "cannot write to standard output: No space left on device"
CLOSED = "cannot write to standard output: it is closed"
UNREAD = "cannot write to standard output: its reader has ended (Broken pipe)"


@pytest.fixture(scope="module")
def stopped(binary):
    """A data directory with a cluster that nobody serves."""
    service = Service(binary)
    service.start()
    service.terminate(15)
    yield service
    service.close()


@pytest.fixture
def commands(binary, stopped):
    return Commands(binary, stopped.root)


@pytest.fixture
def running(service):
    """The file's service, started where the test before has ended it."""
    if service.process is None or service.process.poll() is not None:
        service.start()
    return service


ONE_SHOT = {
    "token": "token --role staff --shop '*'",
    "migrate": "migrate",
    "upgrade": "upgrade",
    "verify": "verify",
    "replay": "replay stats",
    "log head": "log head",
    "log export": "log export",
}


@pytest.mark.parametrize("name", ONE_SHOT)
def test_a_result_that_cannot_be_written_is_said(stopped, commands, check, name):
    for place, redirection, words in (
        ("a full disk", "> /dev/full", FULL),
        ("a closed descriptor", ">&-", CLOSED),
        # The reader has gone before the command writes.
        ("a pipe that nobody reads", ">&8", UNREAD),
    ):
        gone = "mkfifo gone; exec 9<>gone; exec 8>gone; exec 9<&-; rm gone"
        done = commands.shell(f'{gone}; "$WAYBILL" {ONE_SHOT[name]} --data-dir data {redirection}')
        check(f"{name}, {place}: status 1", done.returncode == 1, done)
        check(f"{name}, {place}: the sentence says it", words in done.stderr.splitlines()[-1], done.stderr)
        check(f"{name}, {place}: PostgreSQL is stopped", stopped.postmaster() is None, stopped.postmaster())


def test_help_that_cannot_be_written_is_said(commands, check):
    done = commands.shell('"$WAYBILL" --help > /dev/full')
    check("--help on a full disk: status 1", done.returncode == 1 and FULL in done.stderr, done)


def test_a_service_outlives_its_standard_output(binary, check):
    for place in ("a full disk", "a closed descriptor"):
        service = Service(binary)
        try:
            path = os.path.join(service.root, "errors")
            with open(path, "wb") as errors, open("/dev/full", "wb") as full:
                if place == "a full disk":
                    serve(service, stdout=full, stderr=errors)
                else:
                    serve(service, preexec_fn=lambda: os.close(1), stderr=errors)
            service.process.log_path = path
            service.wait_ready()
            check(f"{place}: one warning", service.log_tail(10000).count("standard output cannot be written") == 1, "")
            status, took = service.terminate(10)
            check(f"{place}: the service goes on, and ends by SIGTERM", status == 0, f"{status} after {took:.1f} s")
        finally:
            service.close()


def serve(service, **options):
    """Starts `serve` with descriptors of one's own."""
    service.process = subprocess.Popen(
        [service.binary, "serve", "--port", str(service.port), "--data-dir", service.data_dir],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        **options,
    )


def test_a_standard_error_that_nobody_reads_blocks_nothing(binary, check):
    service = Service(binary)
    reading, writing = os.pipe()
    try:
        # The pipe is full before the first line.
        filled = os.write(writing, bytes(fcntl.fcntl(writing, fcntl.F_GETPIPE_SZ)))
        serve(service, stdout=subprocess.DEVNULL, stderr=writing)
        os.close(writing)
        # The log file can tell nothing.
        service.process.log_path = os.devnull
        service.wait_ready()
        client = Client(service.port, service.token("backend", "aurora"))
        answers = [client.request("POST", "/v1/orders", order()).status for _ in range(20)]
        check("nobody reads standard error: commands are accepted", answers == [201] * 20, answers)
        status, took = service.terminate(10)
        check("nobody reads standard error: SIGTERM ends it within 10 s", status == 0, f"{status} after {took:.1f} s")
        check("and stops PostgreSQL", service.postmaster() is None, service.postmaster())
        check("nothing was written", os.read(reading, filled + 1) == bytes(filled) and not os.read(reading, 1), "")
    finally:
        os.close(reading)
        service.close()


def test_log_lines_that_cannot_be_written_are_counted(binary, check):
    service = Service(binary)
    reading, writing = os.pipe()
    try:
        os.close(reading)
        serve(service, stdout=subprocess.DEVNULL, stderr=writing)
        os.close(writing)
        service.process.log_path = os.devnull
        service.wait_ready()
        answer = Client(service.port, service.token("operator", "*")).insist("GET", "/metrics")
        lines = dict(line.rsplit(" ", 1) for line in answer.body.decode().splitlines() if not line.startswith("#"))
        dropped = int(lines["waybill_log_lines_dropped_total"])
        check("nobody can read standard error: its lines are counted", dropped >= 4, dropped)
        version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        told = [name for name in lines if name.startswith("waybill_build_info")]
        check("the metrics name the version", told == [f'waybill_build_info{{version="{version}"}}'], told)
        description = Client(service.port).insist("GET", "/openapi.json").json
        check("and so does the description", description["info"]["version"] == version, description["info"])
        status, took = service.terminate(10)
        check("SIGTERM ends the service", status == 0, f"{status} after {took:.1f} s")
    finally:
        service.close()


def test_signals_without_a_meaning_do_not_end_the_service(running, check):
    for name in ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM"):
        os.kill(running.process.pid, getattr(signal, name))
        wait_for(lambda name=name: f'"signal":"{name}"' in running.log_tail(4000), 10, f"the log names {name}")
        check(f"{name}: the service goes on", running.process.poll() is None and running.is_ready(), running.log_tail())
    status, took = running.terminate(10)
    check("SIGTERM still ends it", status == 0, f"{status} after {took:.1f} s")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_an_interrupted_command_stops_its_database(stopped, check, number):
    process = stopped.command("verify", stderr=subprocess.PIPE)
    wait_for(lambda: stopped.postmaster() is not None or process.poll() is not None, 30, "the command began")
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    check(f"{number.name}: the command ends", process.returncode in (0, 1), process.returncode)
    check(f"{number.name}: PostgreSQL is stopped", stopped.postmaster() is None, (stopped.postmaster(), errors))
    check(f"{number.name}: one sentence", process.returncode == 0 or "interrupted" in errors, errors)


@pytest.mark.slow
def test_a_failing_database_is_told_once_and_its_return_too(running, check):
    """The database of one service is the embedded one of another, which is stopped for a while."""
    other = Service(running.binary)
    try:
        lines = running.postmaster_file()
        other.options = ["--database-url", f"host={lines[4]} port={lines[3]} dbname=waybill user=postgres"]
        other.start()
        staff = Client(other.port, other.token("staff", "*"))
        running.terminate(15)
        began, failures = time.monotonic(), 0
        while time.monotonic() - began < 12:
            failures += staff.request("GET", "/v1/events?limit=1").status == 503
        size = os.path.getsize(other.process.log_path)
        check("requests fail without the database", failures > 50, failures)
        check("the log stays small", size < 20_000 + 20 * failures, f"{size} bytes for {failures} failures")
        with open(other.process.log_path, encoding="utf-8") as file:
            told = [line for line in file if '"message":"database error"' in line]
        check("the failure of requests is told once for each of its reasons", 1 <= len(told) <= 8, told)
        running.start()
        wait_for(lambda: "recovered" in other.log_tail(20_000), 30, "the log says that the database is back")
        wait_for(lambda: '"over: database error' in other.log_tail(20_000), 30, "the log says that the failure is over")
        over = next(line for line in other.log_tail(20_000).splitlines() if '"over: database error' in line)
        count = int(json.loads(over)["metadata"]["repeated"])
        check("and how often it was", count > failures / 2, (count, failures))
        check("the service answers again", staff.request("GET", "/v1/events?limit=1").status == 200, other.log_tail())
    finally:
        other.close()


def test_a_terminal_shows_whole_words(running, check):
    """`tail` on a terminal of 80 columns."""
    backend = Client(running.port, running.token("backend", "aurora"))
    note = "a note of several words that does not fit into one line of this terminal, by far " * 2
    placed = backend.insist("POST", "/v1/orders", order()).json["orderId"]
    backend.insist("POST", f"/v1/orders/{placed}/note", {"text": note.strip(), "visibility": "customer"})
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    process = subprocess.Popen(
        [
            running.binary,
            "tail",
            "--url",
            running.url,
            "--data-dir",
            running.data_dir,
            "--after",
            "0",
            "--color",
            "never",
        ],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b"by far\r\n" not in shown[shown.find(b"NoteAdded") :]:
        shown += os.read(ours, 65536)
    process.send_signal(signal.SIGINT)
    check("tail ends", process.wait(10) == 0, process.returncode)
    os.close(ours)
    lines = shown.decode().replace("\r", "").splitlines()
    check("no line is wider than the terminal", max(map(len, lines)) <= 80, lines)
    words = " ".join(line.strip() for line in lines)
    check("no word is broken", note.strip() in words, lines)

"""Memory is bounded in bytes, also with orders of 500 lines with long texts."""

import json
import threading
import time
import uuid

import pytest

from support import roles
from support.client import Client, read_log
from support.commands import Commands
from support.memory import Peak, fill, large_order, run_measured
from support.raw_stream import RawStream
from support.waiting import wait_for

# A quarter of a megabyte each.
ORDERS = 240
# Streams that read the log at once.
STREAMS = 12
# Readers of pages at once.
READERS = 20


@pytest.fixture(scope="module")
def orders(bench):
    return fill(bench, ORDERS)


@pytest.fixture
def fresh(bench, orders):
    """The service just started: memory that an earlier test has freed is not given back to the system at once."""
    bench.service.terminate()
    bench.service.start()
    return bench.service


def together(calls):
    """Makes the calls at the same time; returns their results."""
    results = [None] * len(calls)

    def run(index):
        results[index] = calls[index]()

    threads = [threading.Thread(target=run, args=(index,), daemon=True) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


def within(check, name, peak, limit):
    """Checks that a scope has taken no more than some MiB beyond what the process had."""
    check.note(f"{name}: {peak}")
    check(f"{name} take less than {limit} MiB", peak.most - peak.before < limit, str(peak))


def test_pages_of_large_events_end_at_their_size(bench, check, fresh):
    service, staff = fresh, bench.tokens[roles.STAFF]
    page = bench.send("GET", "/v1/events?limit=1000", role=roles.STAFF)
    check("a page has about 8 MiB", 7 << 20 < len(page.body) < 12 << 20, len(page.body))
    check("and says that there is more", "next" in page.json, page.json.keys())
    with Peak(service.process.pid) as peak:
        logs = together([lambda: len(read_log(service.port, staff)) for _ in range(3)])
    check("each walk finds every event once", set(logs) == {4 * (ORDERS + 1)}, logs)
    within(check, "three walks by pages", peak, 200)


@pytest.mark.parametrize("path", ["/v1/events", "/v1/orders"])
def test_slow_readers_of_pages_take_little_memory(bench, check, fresh, path):
    service, staff = fresh, bench.tokens[roles.STAFF]
    request = f"GET {path}?limit=1000 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {staff}\r\n\r\n".encode()
    with Peak(service.process.pid) as peak:
        readers = [RawStream(service.port, request, receive_buffer=8192) for _ in range(READERS)]
        heads = [reader.wait(b"\r\n\r\n", 60) for reader in readers]
        # Nobody takes more than the sockets hold; then one takes the rest, while the others still wait.
        whole = bench.send("GET", f"{path}?limit=1000", role=roles.STAFF)
    for reader in readers:
        reader.socket.close()
    check(f"{path}: every page begins", heads == [True] * READERS, heads)
    check(f"{path}: another page comes whole meanwhile", "next" in whole.json and len(whole.body) > 7 << 20, whole)
    within(check, f"{READERS} slow readers of {path}", peak, 200)


def test_slow_streams_catch_up_in_little_memory(bench, check, fresh):
    service, staff = fresh, bench.tokens[roles.STAFF]
    request = f"GET /v1/stream?after=0 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {staff}\r\n\r\n".encode()
    with Peak(service.process.pid) as peak:
        streams = [RawStream(service.port, request, receive_buffer=8192) for _ in range(STREAMS)]
        heads = [stream.wait(b"\r\n\r\n") for stream in streams]
        taken = together([lambda stream=stream: take_slowly(stream.socket, 6 << 20) for stream in streams])
    for stream in streams:
        stream.socket.close()
    check("every stream is open", heads == [True] * STREAMS, heads)
    check("each takes 6 MiB", min(taken) >= 6 << 20, taken)
    within(check, f"{STREAMS} slow streams", peak, 150)


def take_slowly(connection, count):
    """Reads so many bytes, with a pause after each part; returns the number of bytes that came."""
    taken = 0
    while taken < count and (more := connection.recv(64 * 1024)):
        taken += len(more)
        time.sleep(0.002)
    return taken


def test_commands_on_large_orders_take_little_memory(bench, check, fresh, orders):
    service = fresh

    def note(part):
        client = Client(service.port, bench.tokens[roles.BACKEND])
        body = {"text": "x" * 500, "visibility": "staff"}
        return [client.insist("POST", f"/v1/orders/{order}/note", body).status for order in part]

    with Peak(service.process.pid) as peak:
        statuses = together([lambda part=orders[first::8]: note(part) for first in range(8)])
    check("every note is taken", {status for part in statuses for status in part} == {200}, statuses[0][:3])
    within(check, "notes on all orders", peak, 250)


def test_bulk_requests_of_large_orders_take_little_memory(bench, check, fresh, orders):
    service = fresh

    def lines(number):
        body = [
            {"command": "placeOrder", "orderId": str(uuid.uuid4()), **large_order(number=f"B-{number}-{line}")}
            for line in range(30)
        ]
        text = "".join(json.dumps(line) + "\n" for line in body).encode()
        headers = {"Content-Type": "application/x-ndjson"}
        answer = Client(service.port, bench.tokens[roles.BACKEND]).request(
            "POST", "/v1/commands", text, headers, timeout=120
        )
        return [json.loads(line)["result"] for line in answer.body.splitlines()]

    with Peak(service.process.pid) as peak:
        results = together([lambda number=number: lines(number) for number in range(3)])
    check("every line is accepted", all(part == ["accepted"] * 30 for part in results), results)
    within(check, "three bulk requests", peak, 300)


def test_replays_of_large_orders_take_little_memory(bench, check, fresh, orders):
    service = fresh

    def replay(name):
        bench.expect("a replay begins", 202, "POST", f"/v1/projections/{name}/replay", role=roles.OPERATOR)

        def is_over():
            found = bench.send("GET", "/v1/projections", role=roles.OPERATOR).json["projections"]
            return not any("replay" in entry for entry in found if entry["name"] == name)

        wait_for(is_over, 120, f"the replay of {name} is over")

    with Peak(service.process.pid) as peak:
        replay("orders")
    within(check, "a replay", peak, 200)


def test_programs_take_little_memory(bench, check, orders):
    service = bench.service
    service.terminate()
    commands = Commands(service.binary, service.root)
    for name, arguments, limit in (
        ("log export", ["log", "export", "--output", commands.path("export"), "--data-dir", "data"], 150),
        ("verify", ["verify", "orders", "--sample", "40", "--data-dir", "data"], 250),
    ):
        status, memory = run_measured([service.binary, *arguments], service.root)
        check.note(f"{name}: {memory:.0f} MiB at most")
        check(f"{name} ends well", status == 0, status)
        check(f"{name} takes less than {limit} MiB", memory < limit, memory)
    service.start()


def test_a_line_without_end_is_no_export(bench, check):
    commands = Commands(bench.service.binary, bench.service.root)
    path = commands.write("endless", b"x" * (64 << 20))
    done = commands.run("log", "import", path, "--data-dir", "other")
    check("the import fails", done.returncode == 1, done)
    check("and names the line", "line 1: it is longer than 4 MiB" in done.stderr, done.stderr)
    with open(path, "rb") as file:
        status, memory = run_measured(
            [bench.service.binary, "log", "import", "-", "--data-dir", "other"], bench.service.root, stdin=file
        )
    check("its memory does not grow with the line", status == 1 and memory < 120, (status, memory))

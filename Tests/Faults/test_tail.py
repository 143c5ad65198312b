"""`waybill tail`: every event once and in order through kills and restarts, lines for people, and exit statuses."""

import itertools
import json
import re
import signal
import subprocess
import threading
import uuid

import pytest

from support import roles
from support.client import Client, read_log
from support.orders import SHOPS, journey
from support.tail import Tail
from support.waiting import wait_for

# Orders of ten commands each, at least, and kills while they are submitted.
SCALES = {"small": (30, 2), "full": (300, 10)}


@pytest.fixture(scope="module")
def log(service, bench):
    """The events of a few orders of each kind, as JSON."""
    client = Client(service.port, service.token("backend", ",".join(SHOPS)))
    for index in range(12):
        for key, path, body in journey(index, uuid.uuid4().hex):
            client.insist("POST", path, body, {"Idempotency-Key": key})
    return [json.loads(line) for line in read_log(service.port, bench.tokens["staff"])]


def test_tail_prints_every_event_once_through_kills(service, bench, check, scale):
    """The service is killed with SIGKILL, then ended by SIGTERM, while commands are submitted."""
    count, kills = SCALES[scale]
    tail, broken = Tail(service, "--json"), threading.Event()
    # It begins with now; the first order is repeated until it shows that it listens.
    while not tail.lines:
        bench.place()
    first = json.loads(tail.lines[0])["position"]
    tokens = {shop: service.token("backend", shop) for shop in ("aurora", "borealis")}

    def submit():
        clients = {shop: Client(service.port, token) for shop, token in tokens.items()}
        for index in itertools.count():
            if index >= count and broken.is_set():
                return
            steps = journey(index, uuid.uuid4().hex)
            for key, path, body in steps:
                clients[steps[0][2]["shop"]].insist("POST", path, body, {"Idempotency-Key": key})

    writer = threading.Thread(target=submit)
    writer.start()
    try:
        for kill in range(kills + 1):
            tail.wait_for(len(tail.lines) + 20)
            if kill < kills:
                service.kill()
            else:
                service.terminate()
            service.start()
    finally:
        broken.set()
        writer.join()
    log = read_log(service.port, bench.tokens["staff"])
    log = [line.decode() for line in log]
    log = log[next(index for index, line in enumerate(log) if json.loads(line)["position"] == first) :]
    tail.wait_for(len(log), 120)
    check("SIGINT: status 0", tail.end() == 0, tail.process.returncode)
    check(
        f"{kills} kills and a restart: every event once, in order, as it was sent",
        tail.lines == log,
        f"{len(tail.lines)} lines, {len(log)} events, ends {tail.lines[-1:]}",
    )
    lost = [note for note in tail.notes if "connection lost" in note or "ended the stream (shutdown)" in note]
    check(
        "each break is said on standard error, with the place where it goes on",
        len(lost) == kills + 1 and all(re.search(r"resuming after [a-z2-7]{8}-[0-9]+$", note) for note in lost),
        tail.notes,
    )
    check("and that it is over", sum("connected again" in note for note in tail.notes) >= kills, tail.notes)
    check.note(f"{len(log)} events over {len(lost)} breaks; notes: {tail.notes}")


def test_tail_prints_a_line_for_each_event(service, check, log):
    tail = Tail(service, "--after", "0", TZ="Asia/Tokyo")
    lines = list(tail.wait_for(len(log)))
    check("SIGTERM: status 0", tail.end(signal.SIGTERM) == 0, tail.process.returncode)
    check("a line for each event", len(tail.lines) == len(log), f"{len(tail.lines)} of {len(log)}")
    wrong = [(line, event) for line, event in zip(lines, log, strict=False) if not fits(line, event)]
    check("each line shows its event", not wrong, wrong[:1])
    check("no colours where no terminal is", not any("\x1b" in line for line in lines), lines[:1])
    painted = Tail(service, "--after", "0", "--color", "always", "--type", "OrderCancelled,ItemsCancelled")
    painted.wait_for(1)
    painted.end()
    check("colours where they are asked for", "\x1b[" in painted.lines[0], painted.lines[:1])


def fits(line, event):
    """Time, number, shop, status and type in their order, and the parcel's own words."""
    hour = (int(event["recordedAt"][11:13]) + 9) % 24
    before, after = event.get("statusBefore"), event["status"]
    status = after if before in (None, after) else f"{before} → {after}"
    columns = (
        rf"\S+ {hour:02}{event['recordedAt'][13:19]}",
        re.escape(event["number"]),
        event["shop"],
        re.escape(status),
        event["type"],
    )
    data = event["data"] or {}
    told = [data[name] for name in ("parcelId", "trackingNumber", "holdId", "paymentId") if name in data]
    return re.match(r"  +".join(columns) + r"(  |$)", line) and all(word in line for word in told)


def test_tail_filters_events(service, check, log):
    def matching(*arguments, **keys):
        wanted = [e["position"] for e in log if all(e[key] in values for key, values in keys.items())]
        tail = Tail(service, "--json", "--after", "0", *arguments)
        tail.wait_for(len(wanted))
        # An event that does not match would stand before the last one that does.
        tail.end()
        check(
            f"{' '.join(arguments)}: what it says",
            [json.loads(line)["position"] for line in tail.lines] == wanted,
            f"{len(tail.lines)} of {len(wanted)}",
        )

    matching("--shop", "borealis", shop=["borealis"])
    matching(
        "--type",
        "ParcelPacked,OrderHeld",
        "--type",
        "OrderConfirmed",
        type=["ParcelPacked", "OrderHeld", "OrderConfirmed"],
    )
    order = log[-1]
    matching("--order", order["orderId"], orderId=[order["orderId"]])
    matching(
        "--customer", order["customer"], "--shop", order["shop"], customer=[order["customer"]], shop=[order["shop"]]
    )
    held = [e["position"] for e in log if "onHold" in (e.get("statusBefore"), e["status"])]
    tail = Tail(service, "--json", "--after", "0", "--status", "onHold")
    tail.wait_for(len(held))
    tail.end()
    check("--status: into it and out of it", [json.loads(line)["position"] for line in tail.lines] == held, len(held))
    begun = Tail(service, "--json", "--order", order["orderId"])
    shown = json.loads(begun.wait_for(1)[0])
    begun.end()
    check("--order: begins with the order as it is", shown["version"] >= 1 and "lines" in shown, shown)
    reset = Tail(service, "--after", "zzzzzzzz-5")
    wait_for(lambda: reset.notes, 20, "a note of the reset")
    check(
        "a position that the log does not have is a note",
        "reset (unknownEpoch)" in reset.notes[0] and reset.end() == 0 and not reset.lines,
        (reset.notes, reset.lines),
    )


def test_tail_ends_with_a_status_that_tells_why(service, bench, check, log):
    # The reader of the pipe leaves: `tail | head -1`.
    reading = subprocess.run(
        [
            "bash",
            "-c",
            '"$@" | head -n 1; echo "status ${PIPESTATUS[0]}"',
            "-",
            service.binary,
            "tail",
            "--json",
            "--after",
            "0",
            "--url",
            f"http://127.0.0.1:{service.port}",
            "--data-dir",
            service.data_dir,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    check(
        "nobody reads any more: status 0, without a word",
        reading.stdout.splitlines()[1:] == ["status 0"]
        and json.loads(reading.stdout.splitlines()[0]) == log[0]
        and not reading.stderr,
        reading,
    )
    for name, arguments, status, code in (
        ("a bad token", ("--token", "abc"), 401, "malformedToken"),
        ("a customer's token", ("--token", bench.tokens[roles.OWN]), 403, "forbidden"),
        ("an order that is not there", ("--order", str(uuid.uuid4())), 404, "notFound"),
    ):
        tail = Tail(service, *arguments)
        check(
            f"{name}: status 1 and one line",
            tail.end(None) == 1 and len(tail.notes) == 1 and not tail.lines and f"{status} {code}" in tail.notes[0],
            tail.notes,
        )
    wrong = Tail(service, "--order", "x", "--attention")
    check("bad usage: status 64", wrong.end(None) == 64, wrong.notes)

"""A crowd of streams while the service is replaced in order.

Each stream is told when to come back; all are back within seconds, and miss no event.
"""

import collections
import json
import os
import threading
import time

import pytest

from support.bench import Bench
from support.client import Client, read_log
from support.crowds import changes, followers, shows_exactly
from support.many_streams import ManyStreams
from support.postgres_server import Server
from support.service import free_port
from support.waiting import wait_for

SCALES = {"small": 500, "full": 10_000}
# Seconds after the SIGTERM within which every client is back.
LONGEST = 15


@pytest.mark.slow
def test_all_streams_return_when_the_service_is_replaced(service, check, scale):
    # Two processes share one database, so it is nobody's own.
    database = Server(os.path.join(service.root, "postgres"))
    try:
        database.make().start().sql("create database waybill")
        service.options = ["--database-url", f"postgresql://postgres@127.0.0.1:{database.port}/waybill"]
        service.start()
        rolls(service, check, SCALES[scale])
    finally:
        if service.process and service.process.poll() is None:
            service.terminate(15)
        database.close()


def rolls(service, check, count):
    bench = Bench(service, check)
    orders = [bench.place(customer=f"c-{index % 5}")["orderId"] for index in range(25)]
    start = json.loads(read_log(service.port, bench.tokens["staff"])[-1])["position"]
    began = time.monotonic()
    crowd = ManyStreams(service.port, list(followers(bench, orders, count)), patient=True)
    wait_for(lambda: crowd.ready() == count, 120, f"{count} streams, now {crowd.ready()}")
    check.note(f"{count} streams opened in {time.monotonic() - began:.1f} s")
    done = threading.Event()
    client = Client(service.port, bench.tokens["backend"])
    # The more streams, the fewer events: what all are shown in a second stays the same.
    writer = threading.Thread(target=changes, args=(client, orders, done, count / 50_000))
    writer.start()
    try:
        replaced(check, crowd, "in place", lambda: in_place(service, check))
        replaced(
            check, crowd, "by a second process", lambda: by_another(service, check, crowd, client), may_refuse=False
        )
    finally:
        done.set()
        writer.join()
    shows_exactly(bench, check, crowd, start, f"replaced twice under {count} streams")


def replaced(check, crowd, name, replace, may_refuse=True):
    """Replaces the service and checks that every stream returns in time."""
    shown, refused = len(crowd.followers[0].seen), crowd.refused
    byes = [len(follower.byes) for follower in crowd.followers]
    wait_for(lambda: len(crowd.followers[0].seen) >= shown + 5, 60, "events on the streams")
    count, ended = len(crowd.followers), replace()
    wait_for(
        lambda: all(follower.back > ended and follower.socket for follower in crowd.followers),
        120,
        f"all are back, {sum(f.back > ended for f in crowd.followers)} are",
    )
    returns = sorted(follower.back - ended for follower in crowd.followers)
    shown = len(crowd.followers[0].seen)
    wait_for(lambda: len(crowd.followers[0].seen) >= shown + 5, 60, "events on the streams again")
    said = collections.Counter(
        reason for follower, before in zip(crowd.followers, byes, strict=True) for reason in follower.byes[before:]
    )
    check(
        f"{name}: every one of {count} streams is told that the service shuts down, once, and nothing else",
        said == {"shutdown": count},
        said,
    )
    check(f"{name}: all are back within {LONGEST} s of the SIGTERM", returns[-1] <= LONGEST, f"{returns[-1]:.1f} s")
    if not may_refuse:
        check(
            f"{name}: no connection is refused or broken off before its stream begins",
            crowd.refused == refused,
            crowd.refused - refused,
        )
    check(f"{name}: nobody is answered anything but a stream", not crowd.wrong, crowd.wrong[:3])
    waits = sorted(follower.back - follower.asked for follower in crowd.followers)
    check.note(
        f"{name}: back after {returns[0]:.1f} s (first), {returns[count // 2]:.1f} s (half), {returns[-1]:.1f} s (last)"
    )
    check.note(f"{name}: returns in each second: {per_second(returns)}; {crowd.refused - refused} refused on the way")
    check.note(
        f"{name}: from connecting to the first block {waits[count // 2] * 1000:.0f} ms (half), "
        f"{waits[count * 99 // 100] * 1000:.0f} ms (99 of 100), {waits[-1] * 1000:.0f} ms (slowest)"
    )


def per_second(moments):
    counts = collections.Counter(int(moment) for moment in moments)
    return " ".join(str(counts[second]) for second in range(max(counts) + 1))


def in_place(service, check):
    """Ends the service and starts it again at the same address; returns the moment of the SIGTERM."""
    ended = time.monotonic()
    status, took = service.terminate(10)
    check("in place: the service ends with status 0 within 10 s", status == 0, f"{status} after {took:.1f} s")
    ready = service.start()
    check.note(f"in place: ended within {took:.1f} s, ready again {ready:.1f} s later")
    return ended


def by_another(service, check, crowd, client):
    """Starts a second process before the first one ends; returns the moment of the SIGTERM."""
    old = service.process
    service.port = free_port()
    service.start()
    crowd.port = client.port = service.port
    ended = time.monotonic()
    old.terminate()
    status = old.wait(10)
    check("by a second process: the first ends with status 0 within 10 s", status == 0, status)
    check.note(f"by a second process: the first ended within {time.monotonic() - ended:.1f} s")
    return ended

"""Crowds of followers, the events that they are shown, and the proof that they are shown exactly those."""

import json
import threading
import time

from support.client import Client, read_log, seq
from support.many_streams import Follower, ManyStreams, SecureFollower
from support.waiting import wait_for


def changes(client, orders, done, pause):
    """Writes events that customers see until told to end, and leaves the orders no larger than they were."""
    for index in range(10_000_000):
        if done.wait(pause):
            return
        client.insist(
            "POST",
            f"/v1/orders/{orders[index % len(orders)]}/ship-to",
            {"contactRef": f"contact-{index}", "country": "AT"},
            {"Idempotency-Key": f"crowd-{id(done)}-{index}"},
        )


def followers(bench, orders, count):
    """Followers, over TLS where the service speaks that."""
    for key, path, token in _followed(bench, orders, count):
        if bench.service.tls:
            yield SecureFollower(key, path, token, bench.service.tls)
        else:
            yield Follower(key, path, token)


def _followed(bench, orders, count):
    """A name, a path and a token for each: a tenth follows everything, a tenth a customer, the others an order."""
    for index in range(count):
        if index % 10 == 0:
            yield "feed", "/v1/stream", bench.tokens["staff"]
        elif index % 10 == 1:
            customer = f"c-{index // 10 % 5}"
            yield customer, f"/v1/customers/{customer}/stream", bench.tokens["backend"]
        else:
            order = orders[index % len(orders)]
            yield order, f"/v1/orders/{order}/stream", bench.tokens["staff"]


def goes_on_after_kills(bench, check, count, kills):
    """Kills the service under a crowd while orders change: each stream goes on without a gap."""
    service = bench.service
    orders = [bench.place(customer=f"c-{index % 5}")["orderId"] for index in range(25)]
    start = json.loads(read_log(service.port, bench.tokens["staff"], tls=service.tls)[-1])["position"]
    crowd = ManyStreams(service.port, list(followers(bench, orders, count)))
    wait_for(lambda: crowd.ready() == count, 180, f"{count} streams, now {crowd.ready()}")
    wait_for(lambda: bench.metric("waybill_streams_on_lanes") == count, 20, "all are on lanes")
    done = threading.Event()
    client = Client(service.port, bench.tokens["backend"], service.tls)
    writer = threading.Thread(target=changes, args=(client, orders, done, 0.02))
    writer.start()
    try:
        for _ in range(kills):
            before = len(crowd.followers[0].seen)
            wait_for(lambda: len(crowd.followers[0].seen) >= before + 50, 60, "events on the streams")
            service.kill()
            began = time.monotonic()
            service.start()
            wait_for(
                lambda: crowd.ready() == count and len(crowd.followers[0].seen) >= before + 60, 180, "all are back"
            )
            check.note(
                f"killed under {count} streams: all back {time.monotonic() - began:.1f} s after the restart began"
            )
    finally:
        done.set()
        writer.join()
    shows_exactly(bench, check, crowd, start, f"kill -9 under {count} streams, {kills} times")


def shows_exactly(bench, check, crowd, start, what):
    """Stops the crowd once each follower has been shown its events after `start`, once and in order."""
    log = [json.loads(line) for line in read_log(bench.service.port, bench.tokens["staff"], tls=bench.service.tls)]
    log = [event for event in log if seq(event["position"]) > seq(start)]
    wanted = {
        key: [e["position"] for e in log if key in ("feed", e["orderId"], e["customer"])]
        for key in {follower.key for follower in crowd.followers}
    }
    count = len(crowd.followers)
    try:
        wait_for(lambda: all(f.seen == wanted[f.key] for f in crowd.followers), 60, "every stream shows the last event")
    finally:
        exact = sum(follower.seen == wanted[follower.key] for follower in crowd.followers)
        crowd.stop()
        check(f"{what}: each shows exactly its events, once and in order", exact == count, f"{exact} of {count}")
    check("and was answered nothing but streams", not crowd.wrong, crowd.wrong[:3])

"""A crowd of streams: the service is killed under them, and all go on exactly."""
import json
import threading
import time

from bench import Bench
from client import Client, read_log, seq
from manystreams import Follower, ManyStreams
from waiting import wait_for

# Streams when the service is killed, and kills.
SCALES = {"small": (500, 1), "full": (5000, 3)}


def run(service, group, scale):
    streams, kills = SCALES[scale]
    service.start()
    bench = Bench(service, group)
    orders = [bench.place(customer=f"c-{index % 5}")["orderId"] for index in range(25)]
    killed(service, bench, group, orders, streams, kills)


def changes(client, orders, done, pause):
    """Writes events that customers see until told to end, and leaves the orders no larger than they were."""
    for index in range(10_000_000):
        if done.wait(pause):
            return
        client.insist("POST", f"/v1/orders/{orders[index % len(orders)]}/ship-to",
                      {"contactRef": f"contact-{index}", "country": "AT"}, {"Idempotency-Key": f"crowd-{id(done)}-{index}"})


def followers(bench, orders, count):
    """A tenth follows everything, a tenth a customer, the others an order."""
    for index in range(count):
        if index % 10 == 0:
            yield Follower("feed", "/v1/stream", bench.tokens["staff"])
        elif index % 10 == 1:
            customer = f"c-{index // 10 % 5}"
            yield Follower(customer, f"/v1/customers/{customer}/stream", bench.tokens["backend"])
        else:
            order = orders[index % len(orders)]
            yield Follower(order, f"/v1/orders/{order}/stream", bench.tokens["staff"])


def killed(service, bench, group, orders, count, kills):
    start = json.loads(read_log(service.port, bench.tokens["staff"])[-1])["position"]
    crowd = ManyStreams(service.port, list(followers(bench, orders, count)))
    wait_for(lambda: crowd.ready() == count, 120, f"{count} streams, now {crowd.ready()}")
    done = threading.Event()
    client = Client(service.port, bench.tokens["backend"])
    writer = threading.Thread(target=changes, args=(client, orders, done, 0.02))
    writer.start()
    try:
        for _ in range(kills):
            before = len(crowd.followers[0].seen)
            wait_for(lambda: len(crowd.followers[0].seen) >= before + 50, 60, "events on the streams")
            service.kill()
            began = time.monotonic()
            service.start()
            wait_for(lambda: crowd.ready() == count and len(crowd.followers[0].seen) >= before + 60, 120, "all are back")
            group.note(f"killed under {count} streams: all back {time.monotonic() - began:.1f} s after the restart began")
    finally:
        done.set()
        writer.join()
    shows_exactly(bench, group, crowd, start, f"kill -9 under {count} streams, {kills} times")


def shows_exactly(bench, group, crowd, start, what):
    """Stops the crowd once each follower has been shown its events after `start`, once and in order."""
    log = [json.loads(line) for line in read_log(bench.service.port, bench.tokens["staff"])]
    log = [event for event in log if seq(event["position"]) > seq(start)]
    wanted = {key: [e["position"] for e in log if key in ("feed", e["orderId"], e["customer"])]
              for key in {follower.key for follower in crowd.followers}}
    count = len(crowd.followers)
    try:
        wait_for(lambda: all(f.seen == wanted[f.key] for f in crowd.followers), 60, "every stream shows the last event")
    finally:
        exact = sum(follower.seen == wanted[follower.key] for follower in crowd.followers)
        crowd.stop()
        group.check(f"{what}: each shows exactly its events, once and in order",
                    exact == count, f"{exact} of {count}")
    group.check("and was answered nothing but streams", not crowd.wrong, crowd.wrong[:3])

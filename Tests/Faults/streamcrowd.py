"""Crowds of streams: the service is killed under them and all go on exactly; and clients come and go without leaving
anything behind."""
import json
import os
import random
import threading
import time

from bench import Bench
from client import Client, read_log, seq
from customer import memory
from manystreams import Follower, ManyStreams, reset
from rawstream import RawStream, request
from waiting import wait_for

# Streams when the service is killed, kills, clients that come and go, and seconds of it.
SCALES = {"small": (500, 1, 100, 4), "full": (5000, 3, 1000, 600)}
# Memory may be so much larger after the churn than after a warm-up, in MiB: allocators keep what they once needed.
MOST_GROWTH = 24


def run(service, group, scale):
    streams, kills, clients, seconds = SCALES[scale]
    service.start()
    bench = Bench(service, group)
    orders = [bench.place(customer=f"c-{index % 5}")["orderId"] for index in range(25)]
    killed(service, bench, group, orders, streams, kills)
    churn(service, bench, group, orders, clients, seconds)


def changes(bench, orders, done, pause):
    client = Client(bench.service.port, bench.tokens["backend"])
    for index in range(10_000_000):
        if done.wait(pause):
            return
        client.insist("POST", f"/v1/orders/{orders[index % len(orders)]}/note",
                      {"text": str(index), "visibility": "customer"}, {"Idempotency-Key": f"crowd-{id(done)}-{index}"})


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
    writer = threading.Thread(target=changes, args=(bench, orders, done, 0.02))
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
    log = [json.loads(line) for line in read_log(service.port, bench.tokens["staff"])]
    log = [event for event in log if seq(event["position"]) > seq(start)]
    wanted = {key: [e["position"] for e in log if key in ("feed", e["orderId"], e["customer"])]
              for key in {follower.key for follower in crowd.followers}}
    try:
        wait_for(lambda: all(f.seen == wanted[f.key] for f in crowd.followers), 60, "every stream shows the last event")
    finally:
        exact = sum(follower.seen == wanted[follower.key] for follower in crowd.followers)
        crowd.stop()
        group.check(f"kill -9 under {count} streams, {kills} times: each shows exactly its events, once and in order",
                    exact == count, f"{exact} of {count}")
    group.check("and was answered nothing but streams", not crowd.wrong, crowd.wrong[:3])


def churn(service, bench, group, orders, clients, seconds):
    done = threading.Event()
    writer = threading.Thread(target=changes, args=(bench, orders, done, 0.01))
    writer.start()
    try:
        come_and_go(bench, orders, clients, max(4, seconds / 4))
        warm, opened = rest(service, bench)
        count = come_and_go(bench, orders, clients, seconds)
        after, descriptors = rest(service, bench)
    finally:
        done.set()
        writer.join()
    group.note(f"{count} connections of {clients} clients in {seconds} s: memory {warm:.0f} MiB before, {after:.0f} after; "
               f"descriptors {opened} and {descriptors}")
    group.check(f"churn: memory grows by {MOST_GROWTH} MiB at most", after - warm <= MOST_GROWTH, f"{warm} to {after} MiB")
    group.check("churn: descriptors are as before", descriptors <= opened + 4, f"{opened} before, {descriptors} after")


def rest(service, bench):
    """Memory in MiB and descriptors, once no stream is open."""
    wait_for(lambda: open_streams(bench) == 0, 60, "no stream is open")
    directory = f"/proc/{service.process.pid}/fd"
    before = None
    while before != (before := len(os.listdir(directory))):
        time.sleep(0.3)
    return memory(service.process.pid), before


def open_streams(bench):
    text = bench.send("GET", "/metrics", role="operator").body.decode()
    return sum(int(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith("waybill_streams_open{"))


def come_and_go(bench, orders, clients, seconds):
    """Opens and leaves at random, each way of leaving; returns how many connections there were."""
    chance, until = random.Random(7), time.monotonic() + seconds
    open_now, total = [], 0
    kinds = list(followers(bench, orders, 100))
    while time.monotonic() < until:
        # Some hundreds in a second, so that it is the service that they come to and leave, not its queue of connections.
        time.sleep(0.001)
        if len(open_now) < clients and chance.random() < 0.6:
            kind = chance.choice(kinds)
            stream = RawStream(bench.service.port, request(kind.path, kind.token))
            open_now.append(stream)
            total += 1
        elif open_now:
            stream = open_now.pop(chance.randrange(len(open_now)))
            if chance.random() < 0.5:
                stream.read()
            if chance.random() < 0.5:
                reset(stream.socket)
            else:
                stream.close()
    for stream in open_now:
        stream.close()
    return total

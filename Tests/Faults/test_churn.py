"""Clients of streams come and leave in every way while events are written: no memory and no descriptor stays behind."""

import random
import threading
import time

import pytest

from support.client import Client
from support.crowds import changes, followers
from support.many_streams import reset
from support.raw_stream import RawStream, request
from support.sse import Stream
from support.waiting import wait_for

# Clients that come and go, seconds of it, and whether the ring of newest events is filled before memory is looked at:
# while it fills, memory grows by right. In the seconds of the small scale hardly anything comes into it.
SCALES = {"small": (100, 4, False), "full": (1000, 600, True)}
# Memory may be so much larger after the churn than after a warm-up, in MiB: allocators keep what they once needed.
MOST_GROWTH = 24


@pytest.mark.slow
def test_clients_that_come_and_go_leave_nothing_behind(service, bench, check, scale):
    clients, seconds, fills = SCALES[scale]
    orders = [bench.place(customer=f"c-{index % 5}")["orderId"] for index in range(25)]
    empty = service.memory()
    if fills:
        fill(bench, orders)
        check.note(
            f"memory {empty:.0f} MiB with an empty ring, {service.memory():.0f} with a full one, "
            f"whose bytes count {ring(bench) / 1048576:.1f} MiB"
        )
    churn(service, bench, check, orders, clients, seconds)


def ring(bench):
    """The bytes that the service counts for the newest events in memory."""
    return bench.metric("waybill_stream_ring_bytes")


def fill(bench, orders):
    """Writes events until the ring of newest events drops the oldest.

    Each event is shown to staff and to a customer, so that the ring keeps both of its forms.
    """
    port, before, round = bench.service.port, -1, 0
    streams = [Stream(port, "/v1/stream", bench.tokens["staff"])]
    streams += [
        Stream(port, f"/v1/customers/c-{index}/stream", bench.service.token("customer", "aurora", f"c-{index}"))
        for index in range(5)
    ]
    for stream in streams:
        stream.wait(lambda frames: any(frame.is_cursor for frame in frames), 10, "began")
    while before < (before := ring(bench)):
        bench.bulk(
            [
                {
                    "command": "changeShipTo",
                    "orderId": orders[index % len(orders)],
                    "country": "AT",
                    "contactRef": f"contact-{round}-{index}",
                }
                for index in range(2000)
            ]
        )
        round += 1
        streams[0].wait(lambda frames: sum(f.is_log_event for f in frames) == 2000 * round, 60, "all events")
    for stream in streams:
        stream.stop()


def churn(service, bench, check, orders, clients, seconds):
    done = threading.Event()
    client = Client(service.port, bench.tokens["backend"])
    writer = threading.Thread(target=changes, args=(client, orders, done, 0.01))
    writer.start()
    try:
        come_and_go(service, bench, orders, clients, max(4, seconds / 4))
        warm, opened = rest(service, bench)
        count, minutes = come_and_go(service, bench, orders, clients, seconds)
        after, descriptors = rest(service, bench)
    finally:
        done.set()
        writer.join()
    check.note(
        f"{count} connections of {clients} clients in {seconds} s: memory {warm:.0f} MiB before, {after:.0f} after; "
        f"descriptors {opened} and {descriptors}; memory and descriptors at each minute, with streams open: {minutes}"
    )
    check(f"memory grows by {MOST_GROWTH} MiB at most", after - warm <= MOST_GROWTH, f"{warm} to {after} MiB")
    check("descriptors are as before", descriptors <= opened + 4, f"{opened} before, {descriptors} after")


def rest(service, bench):
    """Memory in MiB and the number of descriptors, once no stream is open and neither figure falls any more.

    The service returns memory to the system a second or two after a rush of streams.
    """
    wait_for(lambda: bench.open_streams() == 0, 60, "no stream is open")

    def held():
        return service.memory(), len(service.descriptors())

    before = held()
    while True:
        time.sleep(2.5)
        after = held()
        if after[0] > before[0] - 1 and after[1] >= before[1]:
            return after
        before = after


def come_and_go(service, bench, orders, clients, seconds):
    """Opens streams and leaves them at random, in each way of leaving.

    Returns the number of connections, and the service's memory and descriptors at each minute.
    """
    chance, began = random.Random(7), time.monotonic()
    open_now, total, minutes = [], 0, []
    kinds = list(followers(bench, orders, 100))
    while (passed := time.monotonic() - began) < seconds:
        if passed >= 60 * (len(minutes) + 1):
            minutes.append((round(service.memory()), len(service.descriptors())))
        # Some hundreds in a second, so that clients reach the service and not just its queue of connections.
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
    return total, minutes

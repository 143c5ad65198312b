"""The service is killed under a crowd of streams, and each stream goes on without a gap."""

import json
import threading
import time

from support.client import Client, read_log
from support.crowds import changes, followers, shows_exactly
from support.many_streams import ManyStreams
from support.waiting import wait_for

# Streams when the service is killed, and kills.
SCALES = {"small": (500, 1), "full": (5000, 3)}


def test_a_crowd_of_streams_goes_on_after_a_kill(service, bench, check, scale):
    streams, kills = SCALES[scale]
    orders = [bench.place(customer=f"c-{index % 5}")["orderId"] for index in range(25)]
    killed(service, bench, check, orders, streams, kills)


def killed(service, bench, check, orders, count, kills):
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
            wait_for(
                lambda: crowd.ready() == count and len(crowd.followers[0].seen) >= before + 60, 120, "all are back"
            )
            check.note(
                f"killed under {count} streams: all back {time.monotonic() - began:.1f} s after the restart began"
            )
    finally:
        done.set()
        writer.join()
    shows_exactly(bench, check, crowd, start, f"kill -9 under {count} streams, {kills} times")

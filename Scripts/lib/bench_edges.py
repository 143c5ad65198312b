#!/usr/bin/env python3
"""The reads of a replica for each event, with 1, 2, 4 and 8 edges, with and without Redis.

Counted by the replica itself, which edges alone read: rows of `events` that it fetched, and transactions. Each edge has
streams of the whole log open, all of which must have shown every event when the counting ends.
"""

import argparse
import json
import os
import sys
import time

sys.dont_write_bytecode = True
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(root, "Tests"))

from support.client import Client
from support.edges import Edge
from support.external import replicated_pair
from support.orders import order
from support.redis_server import Redis
from support.service import Service
from support.sse import Stream

COUNTERS = """
    select (select coalesce(sum(idx_tup_fetch + seq_tup_read), 0) from pg_stat_all_tables where relname = 'events'),
        (select xact_commit from pg_stat_database where datname = 'waybill')
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--events", type=int, default=1000, help="appended while the reads are counted")
    parser.add_argument("--rate", type=int, default=100, help="events a second")
    parser.add_argument("--streams", type=int, default=4, help="streams of each edge")
    parser.add_argument("--edges", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    service = Service(options.binary)
    figures = []
    try:
        redis = Redis(os.path.join(service.root, "redis")).start()
        url = f"redis://127.0.0.1:{redis.port}"
        with replicated_pair(service) as (_, standby, _):
            service.terminate(15)
            service.options += ["--redis-url", url]
            service.start()
            for count in options.edges:
                for way in (url, None):
                    figures.append(measure(service, standby, way, count, options))
                    print(json.dumps(figures[-1]), flush=True)
        redis.close()
    finally:
        service.close()
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=1)


def measure(service, standby, redis, count, options):
    """The reads for each event with so many edges."""
    edges = [Edge(service, standby.url("waybill"), redis) for _ in range(count)]
    staff = service.token("staff", "*")
    backend = Client(service.port, service.token("backend", "aurora"))
    try:
        for edge in edges:
            edge.start()
        first = backend.insist("POST", "/v1/orders", order(number="FIRST")).json["position"]
        streams = [
            Stream(edge.port, f"/v1/stream?after={first}", staff) for edge in edges for _ in range(options.streams)
        ]
        append(backend, staff, streams, options, options.rate)
        before = counters(standby)
        cpu = sum(edge.processor_time() for edge in edges)
        lags = append(backend, staff, streams, options, options.events)
        after = counters(standby)
        cpu = sum(edge.processor_time() for edge in edges) - cpu
        for stream in streams:
            stream.stop()
    finally:
        for edge in edges:
            edge.close()
    return {
        "edges": count,
        "redis": redis is not None,
        "events": options.events,
        "rows_an_event": round((after[0] - before[0]) / options.events, 2),
        "transactions_an_event": round((after[1] - before[1]) / options.events, 2),
        "last_shown_after_seconds": round(lags, 3),
        "edge_milliseconds_an_event": round(1000 * cpu / options.events, 2),
    }


def append(backend, staff, streams, options, count):
    """Appends events at the rate; returns the seconds until all streams have shown the last one."""
    began = time.monotonic()
    for number in range(count):
        position = backend.insist("POST", "/v1/orders", order(number=f"N-{number}")).json["position"]
        time.sleep(max(0, began + number / options.rate - time.monotonic()))
    began = time.monotonic()
    for stream in streams:
        stream.wait(lambda frames: any(f.id == position for f in reversed(frames)), 60, "all is shown")
    return time.monotonic() - began


def counters(server):
    """Rows of events that the server fetched, and its transactions. Sessions report what they did within a second."""
    time.sleep(1.5)
    return [int(value) for value in server.sql(COUNTERS, "waybill").split("|")]


if __name__ == "__main__":
    main()

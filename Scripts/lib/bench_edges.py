#!/usr/bin/env python3
"""The cost of edges: their reads of a replica for each event, with and without Redis, and their deliveries a second.

Reads are counted by the replica itself, which edges alone read: rows of `events` that it fetched, and transactions.
Each edge has streams of the whole log open, all of which must have shown every event when the counting ends.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(root, "Tests"))

import bench_report

from support.client import Client, seq
from support.edges import Edge
from support.external import replicated_pair
from support.orders import order
from support.redis_server import Redis
from support.service import Service
from support.sse import Stream
from support.waiting import wait_for

COUNTERS = """
    select (select coalesce(sum(idx_tup_fetch + seq_tup_read), 0) from pg_stat_all_tables where relname = 'events'),
        (select xact_commit from pg_stat_database where datname = 'waybill')
"""
LAST = "select max(seq) from events"
READS = {"rows of the log read an event": "", "transactions an event": "", "CPU of the edges an event": "ms"}
STREAMS = 5000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--load", required=True, help="the path of waybill-load")
    parser.add_argument("--events", type=int, default=1000, help="appended while the reads are counted")
    parser.add_argument("--rate", type=int, default=100, help="events a second while the reads are counted")
    parser.add_argument("--streams", type=int, default=4, help="streams of each edge while the reads are counted")
    parser.add_argument("--edges", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--runs", type=int, default=3, help="the number of times that deliveries are measured")
    bench_report.add_options(parser)
    options = parser.parse_args()
    figures = list(reads(options)) + list(deliveries(options))
    names = list(dict.fromkeys(each["name"] for each in figures))
    bench_report.write(
        options,
        "edges",
        "reads of a replica by edges, and their deliveries",
        f"--events {options.events} --rate {options.rate} --streams {options.streams} --runs {options.runs}",
        figures,
        [
            (f"Reads: {options.streams} streams on each edge, {options.rate} events/s", READS),
            *(
                (f"Deliveries to {STREAMS:,} streams in all, {pace}", [name for name in names if pace in name])
                for pace in ("saturated", "50 events/s")
            ),
        ],
    )


@contextlib.contextmanager
def scene(options):
    """A service, and the URL of a Redis."""
    with contextlib.ExitStack() as scope:
        service = Service(options.binary)
        scope.callback(service.close)
        redis = Redis(os.path.join(service.root, "redis"))
        scope.callback(redis.close)
        redis.start()
        yield service, f"redis://127.0.0.1:{redis.port}"


def reads(options):
    with scene(options) as (service, url), replicated_pair(service) as (_, standby, _):
        service.terminate(15)
        service.options += ["--redis-url", url]
        service.start()
        for count in options.edges:
            for way in (url, None):
                subject = f"{named(count)}, {'with' if way else 'without'} Redis"
                measured = counted(service, standby, way, count, options)
                for (name, unit), value in zip(READS.items(), measured, strict=True):
                    print(f"{subject}: {name} {value:.2f} {unit}", flush=True)
                    yield bench_report.figure(subject, name, unit, [value])


def named(count):
    return f"{count} edge{'' if count == 1 else 's'}"


def counted(service, standby, redis, count, options):
    """Rows read, transactions, and milliseconds of the edges' processors, each for an event."""
    edges = [Edge(service, standby.url("waybill"), redis) for _ in range(count)]
    staff = service.token("staff", "*")
    backend = Client(service.port, service.token("backend", "aurora"))
    try:
        for edge in edges:
            edge.start()
        first = backend.insist("POST", "/v1/orders", order(number="FIRST")).json["position"]
        wait_for(lambda: int(standby.sql(LAST, "waybill")) >= seq(first), 30, "the replica has the first order")
        streams = [
            Stream(edge.port, f"/v1/stream?after={first}", staff) for edge in edges for _ in range(options.streams)
        ]
        append(backend, streams, options, options.rate)
        before = counters(standby)
        cpu = sum(edge.processor_time() for edge in edges)
        append(backend, streams, options, options.events)
        after = counters(standby)
        cpu = sum(edge.processor_time() for edge in edges) - cpu
        for stream in streams:
            stream.stop()
    finally:
        for edge in edges:
            edge.close()
    rows, transactions = (b - a for a, b in zip(before, after, strict=True))
    return [total / options.events for total in (rows, transactions, 1000 * cpu)]


def append(backend, streams, options, count):
    """Appends events at the rate, and waits until all streams have shown the last one."""
    began = time.monotonic()
    for number in range(count):
        position = backend.insist("POST", "/v1/orders", order(number=f"N-{number}")).json["position"]
        time.sleep(max(0, began + number / options.rate - time.monotonic()))
    for stream in streams:
        stream.wait(lambda frames: any(f.id == position for f in reversed(frames)), 60, "all is shown")


def counters(server):
    """Rows of events that the server fetched, and its transactions. Sessions report what they did within a second."""
    time.sleep(1.5)
    return [int(value) for value in server.sql(COUNTERS, "waybill").split("|")]


def deliveries(options):
    """Figures of the deliveries of the server itself, of one and of two edges, to the same number of streams."""
    runs = {}
    with scene(options) as (service, url):
        service.options += ["--redis-url", url]
        service.start()
        for _ in range(options.runs):
            for count in (0, 1, 2):
                subject = f"{named(count)}, with Redis" if count else "the server alone"
                with contextlib.ExitStack() as scope:
                    edges = [Edge(service, database(service), url) for _ in range(count)]
                    for edge in edges:
                        scope.callback(edge.close)
                        edge.start()
                    for name, unit, value in delivered(options, service, edges):
                        runs.setdefault((subject, name, unit), []).append(value)
    for (subject, name, unit), values in runs.items():
        print(f"{subject}: {name} {statistics.median(values):.1f} {unit}", flush=True)
        yield bench_report.figure(subject, name, unit, values)


def database(service):
    """The URL of the service's embedded cluster."""
    lines = service.postmaster_file()
    return f"postgresql://postgres@/waybill?host={lines[4]}&port={lines[3]}"


def delivered(options, service, edges):
    """Runs the load; yields each figure with its unit."""
    path = os.path.join(service.root, "fanout.json")
    places = [f"{edge.port}/{edge.process.pid}" for edge in edges]
    subprocess.run(
        [
            options.load,
            "fanout",
            "--port",
            str(service.port),
            "--data-dir",
            service.data_dir,
            "--subscribers",
            str(STREAMS),
            "--pace",
            "saturated",
            "50",
            "--json",
            path,
            *(["--edge", *places] if places else []),
        ],
        stdout=subprocess.DEVNULL,
        timeout=180,
        check=True,
    )
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    wanted = ("deliveries, ", "CPU of the server each, ", "50 events/s p50", "50 events/s p99", "missing or ended, ")
    for each in report["figures"]:
        if each["name"].startswith(wanted) and "p99.9" not in each["name"]:
            yield each["name"], each["unit"], each["runs"][0]


if __name__ == "__main__":
    main()

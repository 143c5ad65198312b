#!/usr/bin/env python3
"""The cost of TLS and HTTP/2: memory of an idle stream, and processor time of a delivery, against clear text.

Streams are held by h2load (Debian's nghttp2-client): 4,000 on one connection each in clear text and over TLS, and 100
on each of 40 connections over HTTP/2. Events are published by the clock, so that all have the same load.
"""

import argparse
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(root, "Tests"))

import bench_report

from support.bench import Bench
from support.certificates import Authority
from support.client import Client
from support.orders import order
from support.service import Service
from support.waiting import wait_for

STREAMS, RATE, SECONDS = 4000, 12, 8
# Options of h2load for connections and for streams on each.
WAYS = {
    "clear text, HTTP/1.1": (False, ["--h1", "-c", str(STREAMS), "-m", "1"]),
    "TLS, HTTP/1.1": (True, ["--h1", "-c", str(STREAMS), "-m", "1"]),
    "TLS, HTTP/2, 100 streams a connection": (True, ["-c", str(STREAMS // 100), "-m", "100"]),
}


def anonymous(pid):
    """Bytes of the process's own memory, without mapped files."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Anonymous:"))


def publish(bench):
    """Places orders by the clock; returns their number."""
    client = Client(bench.service.port, bench.tokens["backend"], bench.service.tls)
    began, count = time.monotonic(), 0
    while time.monotonic() - began < SECONDS:
        client.insist("POST", "/v1/orders", order(), {})
        count += 1
        time.sleep(max(0, began + count / RATE - time.monotonic()))
    return count


def measure(binary, is_secure, how):
    """Bytes of an idle stream, and microseconds of a delivery."""
    service = Service(binary)
    try:
        if is_secure:
            authority = Authority(os.path.join(service.root, "authority"))
            certificate, key = authority.issue("server")
            service.options = ["--tls-certificate", certificate, "--tls-key", key]
            service.tls = authority.context(["http/1.1"])
        service.start()
        bench, pid = Bench(service, None), service.process.pid
        before = anonymous(pid)
        scheme = "https" if is_secure else "http"
        load = subprocess.Popen(
            [
                "h2load",
                *how,
                "-n",
                str(STREAMS),
                "-t",
                "1",
                "-T",
                "0",
                "-N",
                "0",
                "--duration",
                "60",
                "-H",
                f"authorization: Bearer {bench.tokens['staff']}",
                f"{scheme}://127.0.0.1:{service.port}/v1/stream",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(lambda: bench.metric("waybill_streams_on_lanes") == STREAMS, 40, "all streams have begun")
            # Memory that only opening needs goes back to the system within a second or two.
            time.sleep(3)
            memory = (anonymous(pid) - before) / STREAMS
            spent, frames = service.processor_time(), bench.metric("waybill_stream_frames_total")
            published = publish(bench)
            wait_for(
                lambda: bench.metric("waybill_stream_frames_total") - frames == published * STREAMS, 20, "deliveries"
            )
            return memory, (service.processor_time() - spent) / (published * STREAMS) * 1e6
        finally:
            load.kill()
            load.wait(10)
    finally:
        service.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--runs", type=int, default=3)
    bench_report.add_options(parser)
    options = parser.parse_args()
    memory, cost = {way: [] for way in WAYS}, {way: [] for way in WAYS}
    for _ in range(options.runs):
        for way, (is_secure, how) in WAYS.items():
            each, delivery = measure(options.binary, is_secure, how)
            memory[way].append(each / 1000)
            cost[way].append(delivery)
            print(f"{way}: {each / 1000:.2f} kB an idle stream, {delivery:.2f} µs a delivery", flush=True)
    clear = next(iter(WAYS))
    names = ["memory of an idle stream", "CPU of the service a delivery", "deliveries for the same CPU"]
    figures = [bench_report.figure(way, names[0], "kB", memory[way]) for way in WAYS]
    figures += [bench_report.figure(way, names[1], "µs", cost[way]) for way in WAYS]
    figures += [
        bench_report.figure(way, names[2], "×", (a / b for a, b in zip(cost[clear], cost[way], strict=True)))
        for way in WAYS
        if way != clear
    ]
    bench_report.write(
        options,
        "secure",
        "streams over TLS and HTTP/2",
        f"--runs {options.runs}",
        figures,
        [(f"{STREAMS:,} streams, {RATE} events/s", names)],
    )


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The waits of a well-behaved caller before, during and after attacks that need no token, or one customer's.

Attacks and caller run on the machine of the service. The valid requests of the last row are the control: they show the
share of a wait that comes from two processors being busy, with the client among those that keep them so.
"""

import argparse
import os
import secrets
import statistics
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(root, "Tests"))

import bench_report

from support import signing
from support.bench import Bench
from support.hostile import Attack, Flood, Observer, Opener, Silent
from support.raw_stream import request
from support.service import Service

PHASES = ("before", "during", "after")
KINDS = {
    "commands": "Commands on connections that are kept",
    "newcomers": "Commands with a connection each",
    "deliveries": "From recordedAt to the frame's arrival",
}
# Addresses of the attackers; the well-behaved caller has 127.0.0.1.
ONE, MANY = ["127.0.0.2"], [f"127.0.0.{number}" for number in range(2, 10)]
HALF_A_HEAD = b"GET /v1/orders HTTP/1.1\r\nHost: shop.example\r\nX-Part: "


class Target:
    """A service with an order and the tokens that attackers have."""

    def __init__(self, binary):
        self.service = Service(binary)
        self.service.start()
        self.bench = Bench(self.service, None)
        self.order = self.bench.place(customer="c-1")["orderId"]
        self.customer = self.service.token("customer", "aurora", "c-1")
        self.port = self.service.port

    def link(self):
        return self.bench.send("POST", f"/v1/orders/{self.order}/tracking-links", {}).json["token"]

    def forged(self, number):
        """A token with a signature that nobody has made."""
        signed = self.bench.tokens["backend"].rpartition(".")[0]
        return request("/v1/orders", f"{signed}.{signing.encode(secrets.token_bytes(64))}")

    def expired(self, number):
        header, payload, _ = self.bench.tokens["backend"].split(".")
        claims = signing.encode({**signing.decode(payload), "exp": 1_700_000_000 + number})
        return request("/v1/orders", f"{header}.{claims}.{signing.encode(secrets.token_bytes(64))}")

    def flood(self, make, connections):
        return Attack([Flood(self.port, connections, ONE, make)])

    def openers(self, path, token=None, connections=2000):
        return Attack([Opener(self.port, connections, ONE, request(path, token))])

    def silent(self, count, sent=b""):
        return Attack([Silent(self.port, count // 2, MANY, sent) for _ in range(2)])

    def slow(self, *mode, path="/openapi.json"):
        return SlowTest(f"{self.service.url}{path}", mode)


class SlowTest:
    """slowhttptest, whose connections all come from 127.0.0.1."""

    def __init__(self, url, mode):
        self._process = subprocess.Popen(
            ["slowhttptest", *mode, "-c", "4000", "-r", "1000", "-l", "600", "-u", url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def count(self, kind):
        return 0

    def processor_time(self):
        with open(f"/proc/{self._process.pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def stop(self):
        self._process.kill()
        self._process.wait(10)


ATTACKS = {
    "20,600 idle connections": lambda target: target.silent(20_600),
    "10,000 heads begun": lambda target: target.silent(10_000, HALF_A_HEAD),
    "slowhttptest, slow heads": lambda target: target.slow("-H", "-i", "5"),
    "slowhttptest, slow bodies": lambda target: target.slow("-B", "-i", "5", "-s", "8192", path="/v1/orders"),
    "slowhttptest, slow reading": lambda target: target.slow("-X", "-w", "10", "-y", "20", "-n", "5", "-z", "32"),
    "bad signatures, 64 connections": lambda target: target.flood(target.forged, 64),
    "bad signatures, 1,000 connections": lambda target: target.flood(target.forged, 1000),
    "expired tokens, 64 connections": lambda target: target.flood(target.expired, 64),
    "a customer opens streams": lambda target: target.openers("/v1/customers/c-1/stream", target.customer),
    "a link opens streams": lambda target: target.openers(f"/track/{target.link()}/stream"),
    "control: valid requests, 64 connections": lambda target: target.flood(
        lambda _: request(f"/v1/orders/{target.order}", target.bench.tokens["backend"]), 64
    ),
    "control: valid requests, 1,000 connections": lambda target: target.flood(
        lambda _: request(f"/v1/orders/{target.order}", target.bench.tokens["backend"]), 1000
    ),
}


class Peak:
    """The most memory of the service's process until stopped."""

    def __init__(self, service):
        self.mebibytes, self._service, self._done = 0, service, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self):
        while not self._done.wait(0.25):
            self.mebibytes = max(self.mebibytes, self._service.memory())

    def stop(self):
        self._done.set()
        self._thread.join()
        return self.mebibytes * 1.048576


def percentile(samples, share):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def measure(binary, begin, seconds):
    """Runs one attack; returns its figures by name, with their units."""
    target = Target(binary)
    try:
        service = target.service
        observer = Observer(target.port, target.bench.tokens["backend"])
        # Costs of the first requests alone are no part of the figure.
        time.sleep(1)
        marks = [time.monotonic()]
        time.sleep(seconds)
        marks.append(time.monotonic())
        peak, spent = Peak(service), service.processor_time()
        attack = begin(target)
        time.sleep(seconds)
        marks.append(time.monotonic())
        spent = service.processor_time() - spent
        counts = {kind: attack.count(kind) for kind in ("held", "lost", 2, 3, 4, 5, "busy")}
        client = attack.processor_time()
        attack.stop()
        memory = peak.stop()
        time.sleep(seconds)
        marks.append(time.monotonic())
        samples = observer.stop()
        if service.process.poll() is not None:
            raise RuntimeError(f"the service ended: {service.log_tail()}")
    finally:
        target.service.close()
    figures = {}
    for index, phase in enumerate(PHASES):
        within = [sample for sample in samples if marks[index] <= sample[0] < marks[index + 1]]
        for kind in KINDS:
            times = [seconds * 1000 for _, of, seconds in within if of == kind]
            figures[f"{kind} p99 {phase}"] = (percentile(times, 0.99), "ms")
            figures[f"{kind} p50 {phase}"] = (percentile(times, 0.5), "ms")
        figures[f"failures {phase}"] = (sum(of == "failures" for _, of, _ in within), "")
    figures["answers to the attack"] = (sum(counts[kind] for kind in (2, 3, 4, 5)) / seconds, "/s")
    figures["refused for their number"] = (counts["busy"] / seconds, "/s")
    figures["connections held"] = (counts["held"], "")
    figures["connections lost"] = (counts["lost"] / seconds, "/s")
    figures["CPU of the service"] = (100 * spent / seconds, "% of a core")
    figures["CPU of the attack"] = (100 * client / seconds, "% of a core")
    figures["memory of the service, peak"] = (memory, "MB")
    return figures


def table(results):
    """The medians of all attacks, for the terminal."""
    print(f"\n{'':44}{'commands p99':>24}{'newcomers p99':>24}{'deliveries p99':>24}{'answers':>9}{'memory':>8}")
    for name, runs in results.items():
        row = f"{name:44}"
        for kind in KINDS:
            three = [statistics.median(run[f"{kind} p99 {phase}"][0] for run in runs) for phase in PHASES]
            row += f"{' / '.join(f'{value:.1f}' for value in three):>24}"
        rate, memory = (
            statistics.median(run[figure][0] for run in runs)
            for figure in ("answers to the attack", "memory of the service, peak")
        )
        failures = sum(run[f"failures {phase}"][0] for run in runs for phase in PHASES)
        print(f"{row}{rate:9.0f}{memory:8.0f}" + (f"  {failures} FAILED" if failures else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="the length of each of the three phases")
    parser.add_argument("--only", default="", help="a part of the names of the attacks to run")
    bench_report.add_options(parser)
    options = parser.parse_args()
    results = {name: [] for name in ATTACKS if options.only in name}
    for run in range(options.runs):
        for name, runs in results.items():
            runs.append(measure(options.binary, ATTACKS[name], options.seconds))
            shown = ", ".join(f"{figure} {value:.1f}" for figure, (value, _) in runs[-1].items())
            print(f"run {run + 1}, {name}: {shown}", flush=True)
    table(results)
    report(options, results)


def report(options, results):
    names = next(iter(results.values()))[0]
    bench_report.write(
        options,
        "hostile",
        "a well-behaved caller beside attacks",
        f"--runs {options.runs} --seconds {options.seconds:g}",
        [
            bench_report.figure(attack, name, unit, (run[name][0] for run in runs))
            for attack, runs in results.items()
            for name, (_, unit) in runs[0].items()
        ],
        [
            *((title, [f"{kind} p99 {phase}" for phase in PHASES]) for kind, title in KINDS.items()),
            ("The attack", [name for name in names if " p99 " not in name and " p50 " not in name]),
        ],
    )


if __name__ == "__main__":
    main()

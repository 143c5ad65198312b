#!/usr/bin/env python3
"""Three servers, two edges, Redis, a primary and a replica under Patroni, each in a network namespace of its own.

Streams are spread over all five processes while commands come at a steady rate. Then each part is killed, stopped,
ended and cut off in turn. Each stream comes back by its last id. At the end every stream must have shown exactly the
events of the log that are its own. Prints a table of the seconds for which each fault interrupted commands and streams.
"""

import argparse
import os
import signal
import sys

sys.dont_write_bytecode = True
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(root, "Tests"))

import bench_report

from support.exactly_once import check_log
from support.faults import every_fault
from support.namespaces import missing
from support.ordeals import Ordeal
from support.patroni import missing_programs
from support.whole_cluster import WholeCluster

UNITS = {"commands accepted": "", "streams interrupted": ""}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--rate", type=float, default=1_000, help="events a second")
    parser.add_argument("--writers", type=int, default=400, help="commands under way at once")
    parser.add_argument("--stopped", type=float, default=20, help="the seconds for which a process is stopped")
    parser.add_argument("--durable-on", default="local", choices=("local", "standby"), help="the servers' flag")
    parser.add_argument("--only", default="", help="a part of the names of the faults to run")
    parser.add_argument("--logs", help="a folder for what the processes said")
    bench_report.add_options(parser)
    options = parser.parse_args()
    # So that everything is removed then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    wanting = [f"{name} is missing (Debian: patroni, etcd-server)" for name in missing_programs()]
    reason = missing() or " and ".join(wanting)
    if reason:
        sys.exit(reason)
    failures = []

    def check(fact, holds, why=""):
        if not holds:
            failures.append(fact)
        print(f"{'ok' if holds else 'FAILED'}: {fact} {'' if holds else why}", flush=True)
        return holds

    with WholeCluster(options.binary, "--durable-on", options.durable_on) as cluster:
        ordeal = Ordeal(cluster, options.streams, options.orders, options.rate, options.writers)
        try:
            ordeal.quiet(10)
            for fault in every_fault(cluster, options.stopped):
                if options.only in fault.name:
                    ordeal.trial(fault.name, fault.breaks, fault.mends, fault.seconds)
                    span = ordeal.spans[-1]
                    print(f"{fault.name}: {span.complaint or 'as before'} {span.ended - span.mended:.1f} s", flush=True)
            log, faults = ordeal.finish(check)
            check_log(check, ordeal.commands.answers, ordeal.all_sent(), log)
        finally:
            if options.logs:
                keep_logs(cluster, options.logs)
    print(table(ordeal.spans))
    print(f"{len(log)} events in the log, {faults}, {ordeal.commands.again} commands were sent again")
    report(options, ordeal, faults)
    sys.exit(1 if failures else 0)


def keep_logs(cluster, folder):
    os.makedirs(folder, exist_ok=True)
    for name, place in cluster.places.items():
        with open(os.path.join(folder, f"{name}.log"), "w", encoding="utf-8") as file:
            file.write(place.log())
    for node in cluster.patroni.nodes:
        with open(os.path.join(folder, f"{node.name}.log"), "w", encoding="utf-8") as file:
            file.write(node.log_tail(10_000_000))


def table(spans):
    names = list(spans[0].figures)
    rows = [["fault", *names], ["---", *("---:" for _ in names)]]
    rows += [[span.name, *(shown(value) for value in span.figures.values())] for span in spans]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def shown(value):
    return str(value) if isinstance(value, int) else f"{value:.1f}"


def report(options, ordeal, faults):
    figures = [
        bench_report.figure(span.name, name, UNITS.get(name, "s"), [round(value, 2)])
        for span in ordeal.spans
        for name, value in span.figures.items()
    ]
    figures += [bench_report.figure("all streams, at the end", name, "", [count]) for name, count in faults.items()]
    names = list(ordeal.spans[0].figures)
    bench_report.write(
        options,
        "cluster",
        "interruptions of commands and streams by faults of a cluster",
        f"--streams {options.streams} --orders {options.orders} --rate {options.rate:g} "
        f"--stopped {options.stopped:g} --durable-on {options.durable_on}",
        figures,
        [("Commands", names[:4]), ("Streams", names[4:]), ("Exactness", list(faults))],
    )


if __name__ == "__main__":
    main()

"""Orders of 500 lines with long texts, and the memory that a process takes for them."""

import os
import subprocess
import sys

from support import many_orders
from support.orders import money, order

# About 240 kB of JSON, a little less than a body holds.
LINES = 500
CHARACTERS = 340


def large_order(number="N-1", **changes):
    """A placeOrder body with as many lines as an order holds."""
    lines = [
        {
            "lineId": f"l{line}",
            "sku": f"SKU-{line}",
            "name": f"{line} ".ljust(CHARACTERS, "x"),
            "quantity": 2,
            "unitPrice": money(1000),
        }
        for line in range(1, LINES + 1)
    ]
    return order(number=number, lines=lines, total=money(1000 * 2 * LINES + 700), **changes)


def fill(bench, count):
    """Makes a log of large orders: one is placed and sent, the others are copies, made by SQL. Returns their ids."""
    placed = bench.send("POST", "/v1/orders", large_order(terms="invoice"))
    if placed.status != 201:
        raise RuntimeError(f"a large order was refused: {placed}")
    many_orders.dispatch(
        bench, placed.json["orderId"], [{"lineId": f"l{line}", "quantity": 2} for line in range(1, LINES + 1)]
    )
    many_orders.fill(bench.service, "waybill", count)
    ids = bench.service.sql("select distinct order_id from events where shop = 'aurora'", "waybill")
    return ids.split()


class Peak:
    """The most resident memory of a process within a scope, in MiB, and what it had at the beginning."""

    def __init__(self, pid):
        self.pid = pid
        self.before = self.most = 0

    def __enter__(self):
        # proc(5): 5 resets the peak.
        with open(f"/proc/{self.pid}/clear_refs", "w", encoding="ascii") as file:
            file.write("5")
        self.before = self._read("VmRSS")
        return self

    def __exit__(self, *_):
        self.most = self._read("VmHWM")

    def _read(self, name):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(name)) / 1024

    def __str__(self):
        return f"{self.before:.0f} MiB before, {self.most:.0f} at most"


# Runs a program and prints its status and its memory. A small process does it: a forked child counts the memory of the
# process that it was copied from as its own.
_MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


def run_measured(arguments, folder, environment=None, stdin=subprocess.DEVNULL):
    """Runs a program to its end; returns its status and the most resident memory that it had, in MiB."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _MEASURE, *arguments],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=stdin,
        stdout=subprocess.PIPE,
        check=True,
    )
    status, kibibytes = map(int, done.stdout.split())
    return status, kibibytes / 1024

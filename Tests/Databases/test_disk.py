"""Disks that are full or do not answer: /readyz and the metrics say so, and all goes on by itself once they do.

Nothing is lost meanwhile. The full disk is a small file system of the test's own.
"""

import contextlib
import json
import os
import subprocess
import time

import pytest

from support.bench import Bench
from support.client import Client, read_log
from support.exactly_once import check_log
from support.paced import PacedLoad
from support.postgres_server import Server
from support.preload import HeldSync
from support.service import Service
from support.waiting import wait_for

pytestmark = pytest.mark.slow

# Seconds for which fsync does not return: within the time of one commit, and beyond it.
HANGS = {"small": (4, 16), "full": (4, 60)}
# Seconds within which /readyz tells of a fault, and of its end.
LONGEST_UNAWARE, LONGEST_UNREADY = 3.5, 10


@contextlib.contextmanager
def small_disk(place, size):
    """A file system of its own at a place that other users can enter."""
    os.makedirs(place)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0711", "tmpfs", place], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextlib.contextmanager
def filled(place):
    """Leaves no room on the disk while the scope lasts."""
    path = os.path.join(place, "ballast")
    with open(path, "wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(bytes(65536))
    try:
        yield
    finally:
        os.remove(path)


class Watch:
    """The moments and reasons of /readyz and of the metrics while something is wrong."""

    def __init__(self, bench):
        self.bench, self.client = bench, Client(bench.service.port)

    def readyz(self):
        answer = self.client.request("GET", "/readyz", timeout=10)
        return answer.status, answer.json.get("detail", "")

    def turns(self, name, status, seconds, words=("",)):
        """Waits until /readyz has this status and one of the words, and checks that the metrics agree."""
        began = time.monotonic()

        def seen():
            found = self.readyz()
            return found if found[0] == status and any(word in found[1] for word in words) else None

        found = wait_for(seen, 120, f"{name}: {status} of /readyz for {words}, now {self.readyz()}")
        took = time.monotonic() - began
        self.bench.check(f"{name}: /readyz is {status} within {seconds} s", took <= seconds, f"{took:.1f} s")
        self.bench.check.note(f"{name}: {status} after {took:.1f} s {found[1]}")
        ready = float(status == 200)
        agree = wait_for(lambda: self.bench.metric("waybill_ready") == ready, 5, f"{name}: waybill_ready is {ready}")
        self.bench.check(f"{name}: waybill_ready is {ready}", agree)


def ends_whole(bench, load, name, longest):
    """Ends the load and compares what was acknowledged with the log; no answer took longer than these seconds."""
    check = bench.check
    check(f"{name}: every client ended in time", load.finish(90))
    check(f"{name}: every answer was as the contract says", not load.wrong, f"{len(load.wrong)}: {load.wrong[:3]}")
    took = max(one.longest_answer for one in load.sent.values())
    check(f"{name}: every answer comes within {longest} s", took < longest, f"{took:.1f} s")
    check.note(f"{name}: {len(load.answers)} commands, the longest answer {took:.1f} s")
    lines = read_log(bench.service.port, bench.tokens["staff"])
    check_log(check, load.answers, load.sent, [json.loads(line) for line in lines])


def paced(service):
    return PacedLoad(service, service.token("backend", "aurora,borealis"), 50)


def test_full_disk_of_tables_is_said_and_passes(service, check):
    disk = os.path.join(service.root, "disk")
    with small_disk(disk, "160m"):
        # The server's own log must not fill it, so the directory is one below.
        server = Server(os.path.join(disk, "server"))
        try:
            server.make()
            # The log of changes lies on another disk: tables that cannot grow are an error, changes that cannot be
            # written are the server's end, which is the next test.
            changes = os.path.join(service.root, "pg_wal")
            subprocess.run(["mv", f"{server.directory}/pg_wal", changes], check=True)
            os.symlink(changes, f"{server.directory}/pg_wal")
            server.start().sql("create database waybill")
            service.options = ["--database-url", f"postgresql://postgres@127.0.0.1:{server.port}/waybill"]
            service.start()
            bench = Bench(service, check)
            watch, load = Watch(bench), paced(service)
            watch.turns("full disk: at first", 200, 30)
            with load.during("full disk"), filled(disk):
                refused = wait_for(lambda: any(one.refusals for one in load.sent.values()), 60, "a command is refused")
                check("full disk: commands are told to come back", refused)
                watch.turns("full disk", 503, LONGEST_UNAWARE, ["no room"])
                time.sleep(3)
                found = watch.readyz()
                check("full disk: /readyz stays 503 with the reason", found[0] == 503 and "no room" in found[1], found)
            watch.turns("room again", 200, LONGEST_UNREADY)
            ends_whole(bench, load, "full disk", 3)
        finally:
            service.terminate(15)
            server.close()


def test_full_disk_of_the_cluster_is_said_and_passes(binary, check):
    service = Service(binary)
    with small_disk(service.data_dir, "220m"):
        try:
            service.start()
            bench = Bench(service, check)
            watch, load = Watch(bench), paced(service)
            watch.turns("full cluster: at first", 200, 30)
            with load.during("full cluster"), filled(service.data_dir):
                # A segment of the log of changes that finds no room ends the server.
                postmaster = service.postmaster()
                with contextlib.suppress(subprocess.CalledProcessError):
                    while service.postmaster() == postmaster:
                        service.sql("select txid_current(), pg_switch_wal()")
                wait_for(lambda: service.postmaster() != postmaster, 30, "the server has ended")
                watch.turns("full cluster", 503, LONGEST_UNAWARE)
                time.sleep(5)
                check("full cluster: the service still runs", service.process.poll() is None, service.log_tail())
                check("full cluster: /readyz stays 503", watch.readyz()[0] == 503, watch.readyz())
            watch.turns("full cluster: room again", 200, 60)
            ends_whole(bench, load, "full cluster", 3)
        finally:
            service.close()


def test_fsync_that_hangs_is_said_and_passes(binary, check, scale):
    service = Service(binary)
    sync = HeldSync(service.root)
    server = Server(os.path.join(service.root, "server"), environment=sync.environment)
    try:
        server.make().start().sql("create database waybill")
        service.options = ["--database-url", f"postgresql://postgres@127.0.0.1:{server.port}/waybill"]
        service.start()
        bench = Bench(service, check)
        watch, load = Watch(bench), paced(service)
        watch.turns("fsync: at first", 200, 30)
        for seconds in HANGS[scale]:
            name = f"fsync hangs for {seconds} s"
            with load.during(name), sync.held():
                began = time.monotonic()
                watch.turns(name, 503, LONGEST_UNAWARE, ["does not complete commits", "takes no commands"])
                quiet = []
                while (elapsed := time.monotonic() - began) < seconds:
                    quiet += [(round(elapsed, 1), *found) for found in [watch.readyz()] if found[0] != 503]
                    time.sleep(0.25)
                check(f"{name}: /readyz is never 200 meanwhile", not quiet, quiet)
                check(f"{name}: reads are answered", bench.send("GET", "/v1/orders").status == 200)
            watch.turns(f"{name}: then", 200, LONGEST_UNREADY)
        ends_whole(bench, load, "fsync", 16)
    finally:
        service.close()
        server.close()

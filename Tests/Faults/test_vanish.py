"""Clients that vanish without an end, as a phone does in a tunnel: their network namespace loses its link.

Needs root and iproute2, and is skipped where they are missing.
"""

import ctypes
import os
import subprocess
import threading

import pytest

from support.bench import Bench
from support.raw_stream import RawStream, request
from support.sse import Stream
from support.waiting import Overdue, wait_for

CLIENTS = 12
# Unacknowledged data is given up after 30 s.
PATIENCE = 50
CLONE_NEWNET = 0x40000000
HOST, GUEST = "10.213.47.1", "10.213.47.2"


@pytest.mark.slow
def test_vanished_clients_are_given_up(service, check):
    name = f"waybill-{os.getpid()}"
    try:
        ip("netns", "add", name)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no network namespace can be made here: {error}")
    try:
        link(name)
        service.host = "0.0.0.0"
        service.environment["WAYBILL_DEVELOPMENT_KEY"] = "true"
        service.start()
        vanishes(Bench(service, check), check, name)
    finally:
        subprocess.run(["ip", "link", "del", f"wb{os.getpid()}"], capture_output=True, check=False)
        ip("netns", "del", name)


def ip(*arguments):
    subprocess.run(["ip", *arguments], capture_output=True, text=True, check=True)


def link(name):
    here, there = f"wb{os.getpid()}", f"wc{os.getpid()}"
    ip("link", "add", here, "type", "veth", "peer", "name", there)
    ip("link", "set", there, "netns", name)
    ip("addr", "add", f"{HOST}/30", "dev", here)
    ip("link", "set", here, "up")
    ip("-n", name, "addr", "add", f"{GUEST}/30", "dev", there)
    ip("-n", name, "link", "set", there, "up")


def inside(name, work):
    """Runs `work` in a thread inside the namespace; a socket belongs to the namespace in which it was made."""
    outcome = []

    def enter():
        with open(f"/run/netns/{name}", "rb") as file:
            if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET):
                outcome.append(OSError(ctypes.get_errno(), "setns"))
                return
        try:
            outcome.append(work())
        except OSError as error:
            outcome.append(error)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    if isinstance(outcome[0], OSError):
        raise outcome[0]
    return outcome[0]


def vanishes(bench, check, name):
    port, order = bench.service.port, bench.place(customer="c-1")["orderId"]
    paths = [
        "/v1/stream",
        f"/v1/orders/{order}/stream",
        "/v1/customers/c-1/stream?shop=aurora",
        "/v1/stream?conflate=50",
    ]
    witness = Stream(port, "/v1/stream", bench.tokens["staff"])
    witness.wait(lambda frames: len(frames) >= 2, 10, "the witness began")
    streams = inside(
        name,
        lambda: [
            RawStream(port, request(paths[index % len(paths)], bench.tokens["staff"]), host=HOST)
            for index in range(CLIENTS)
        ],
    )
    for stream in streams:
        stream.wait(b"retry: ")
    wait_for(lambda: bench.open_streams() == CLIENTS + 1, 20, "all streams are counted")
    ip("link", "set", f"wb{os.getpid()}", "down")
    for text in ("one", "two"):
        bench.send("POST", f"/v1/orders/{order}/note", {"text": text, "visibility": "customer"})
    witness.wait(lambda frames: sum(f.is_log_event for f in frames) == 2, 5, "the witness saw both at once")
    try:
        wait_for(lambda: bench.open_streams() == 1, PATIENCE, "the vanished are given up", every=0.5)
    except Overdue as error:
        check(f"who has vanished is given up within {PATIENCE} s", False, f"{error}: {bench.open_streams()} open")
    else:
        check(f"who has vanished is given up within {PATIENCE} s", True)
    check("the witness noticed nothing", witness.ended is None and not witness.stop().violations, witness.violations)
    for stream in streams:
        stream.close()

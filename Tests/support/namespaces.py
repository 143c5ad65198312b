"""Machines of a test's own: network namespaces on one bridge, and silent cuts of the network between two of them.

Everything is inside namespaces whose names hold the process's number, so that removing those removes it all. What a run
left that was killed is removed by the next one.
"""

import contextlib
import ctypes
import functools
import itertools
import os
import re
import shutil
import signal
import subprocess
import threading

from support.service import is_alive
from support.waiting import wait_for

CLONE_NEWNET = 0x40000000
# An address that no card has: the bridge takes such frames, and nobody keeps them.
NOBODY = "02:00:00:00:00:01"


def missing():
    """The reason for which namespaces cannot be made here; None where they can."""
    if os.getuid() != 0:
        return "network namespaces need root"
    if not shutil.which("ip"):
        return "the program ip is missing: Debian's package is iproute2"
    try:
        with Network(["first", "second"]):
            return None
    except RuntimeError as error:
        return str(error)


class Network:
    """Namespaces, each with an address on the same bridge. The loopback interface of each is its own."""

    def __init__(self, names):
        self._prefix = f"waybill-{os.getpid()}-"
        self.addresses = {name: f"10.88.0.{index}" for index, name in enumerate(names, 1)}
        self._cuts = set()

    def __enter__(self):
        remove_leftovers()
        try:
            self._make()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def _make(self):
        bridge = f"{self._prefix}bridge"
        ip("netns", "add", bridge)
        ip("-n", bridge, "link", "add", "name", "bridge", "type", "bridge")
        ip("-n", bridge, "link", "set", "bridge", "up")
        for index, (name, address) in enumerate(self.addresses.items()):
            space, port = self._prefix + name, f"port{index}"
            ip("netns", "add", space)
            ip("-n", bridge, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", space)
            ip("-n", bridge, "link", "set", port, "master", "bridge", "up")
            ip("-n", space, "address", "add", f"{address}/24", "dev", "eth0")
            ip("-n", space, "link", "set", "lo", "up")
            ip("-n", space, "link", "set", "eth0", "up")

    @contextlib.contextmanager
    def inside(self, name):
        """The scope within which this thread opens sockets, and starts processes and threads, in the namespace."""
        with open(f"/proc/self/task/{threading.get_native_id()}/ns/net", "rb") as before:
            with open(f"/run/netns/{self._prefix}{name}", "rb") as space:
                enter(space)
            try:
                yield
            finally:
                enter(before)

    def machine(self, name):
        """The scope in which processes of the namespace are started, and its address."""
        return functools.partial(self.inside, name), self.addresses[name]

    def cut(self, one, other):
        """Loses every packet between the two, without a word to either."""
        for here, there in itertools.permutations((one, other)):
            address = self.addresses[there]
            ip(*self._neighbour("replace", here), address, "lladdr", NOBODY, "nud", "permanent", "dev", "eth0")
            self._cuts.add((here, there))

    def mend(self):
        """Undoes every cut."""
        while self._cuts:
            here, there = self._cuts.pop()
            ip(*self._neighbour("delete", here), self.addresses[there], "dev", "eth0")

    def _neighbour(self, action, name):
        return "-n", self._prefix + name, "neighbour", action

    def close(self):
        for name in ("bridge", *self.addresses):
            subprocess.run(["ip", "netns", "delete", self._prefix + name], capture_output=True, timeout=30, check=False)


def enter(space):
    """Moves this thread into a namespace, by an open file of it."""
    if ctypes.CDLL(None, use_errno=True).setns(space.fileno(), CLONE_NEWNET):
        raise RuntimeError(f"no namespace can be entered: {os.strerror(ctypes.get_errno())}")


def ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def remove_leftovers():
    """Ends what runs in the namespaces of tests that were killed, and removes those."""
    for name in re.findall(r"^waybill-\d+-\w+", ip("netns", "list"), re.MULTILINE):
        if is_alive(int(name.split("-")[1])):
            continue
        pids = [int(pid) for pid in ip("netns", "pids", name).split()]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda found=pids: not any(map(is_alive, found)), 10, f"the processes of {name} have ended")
        ip("netns", "delete", name)

"""Clients of several processes: commands by the clock, and streams, which leave a process that does not answer."""

import errno
import http.client
import random
import selectors
import threading
import time

from support.client import Client
from support.many_streams import Follower, ManyStreams

# Seconds between heartbeats of the services, and the silence after which a client gives a stream up.
HEARTBEAT, SILENCE = 2, 6
# Seconds after which a connection is not waited for, and after which a command is sent again.
UNCONNECTED, UNANSWERED = 3, 5
# Seconds in which a process that failed somebody is left alone.
SHUNNED = 1


class Places:
    """Processes that serve the same, and a load balancer's knowledge of them.

    Each is asked for its readiness each second. One that fails twice is left alone until it is ready again; one that
    failed a client is left alone for a second.
    """

    def __init__(self, processes):
        self.processes = processes
        self._shunned, self._failures = {}, dict.fromkeys(processes, 0)
        self._ends = threading.Event()
        for name in processes:
            threading.Thread(target=self._probe, args=(name,), daemon=True).start()

    def _probe(self, name):
        while not self._ends.wait(1):
            is_ready = self.processes[name].is_ready()
            self._failures[name] = 0 if is_ready else self._failures[name] + 1

    def stop(self):
        self._ends.set()

    def choose(self, wanted):
        """The wanted place where it is good, else another good one, else any."""
        now = time.monotonic()
        good = [name for name in self.processes if self._failures[name] < 2 and self._shunned.get(name, 0) <= now]
        if wanted in good:
            return wanted
        return random.choice(good or list(self.processes))

    def failed(self, place):
        self._shunned[place] = time.monotonic() + SHUNNED


class SpreadFollower(Follower):
    """A stream with a home, which it leaves while that does not answer. Keeps when it was shown each event."""

    __slots__ = ("heard", "home", "moments", "place")

    def __init__(self, key, path, token, home):
        super().__init__(key, path, token)
        self.home, self.place = home, home
        # The moment of each entry of `seen`, and that of the last byte.
        self.moments, self.heard = [], 0

    def take(self, received):
        self.heard = time.monotonic()
        super().take(received)

    def shown(self, what):
        super().shown(what)
        self.moments.append(self.heard)


class SpreadStreams(ManyStreams):
    """Runs followers until stopped; each comes back by its last id, to its home or to another place."""

    def __init__(self, places, followers):
        self.places = places
        self.goes_home = False
        self._looked = 0
        super().__init__(None, followers)

    def away(self):
        """The number of followers that are not connected, or not at home."""
        return sum(f.back < f.asked or not f.socket or f.place != f.home for f in self.followers)

    def _connect(self, follower):
        follower.place = self.places.choose(follower.home)
        process = self.places.processes[follower.place]
        follower.heard = time.monotonic()
        if follower.connect(process.port, process.host) in (0, errno.EINPROGRESS):
            self._selector.register(follower.socket, selectors.EVENT_WRITE, follower)
        else:
            self._lost(follower)

    def _look(self, now):
        if now < self._looked + 0.5:
            return
        self._looked = now
        left = 200 if self.goes_home else 0
        for follower in self.followers:
            if not follower.socket:
                continue
            patience = SILENCE if follower.back >= follower.asked else UNCONNECTED
            if now > follower.heard + patience:
                self._lost(follower)
            elif left and follower.place != follower.home and self.places.choose(follower.home) == follower.home:
                # By the client's own will: that is no failure of the place.
                left -= 1
                self._leave(follower)

    def _lost(self, follower):
        self.places.failed(follower.place)
        self._leave(follower)

    def _leave(self, follower):
        super()._lost(follower)


class SteadyCommands:
    """Sends commands at a rate by the clock, each under its key until it is accepted, by any of the servers."""

    def __init__(self, places, token, orders, rate, writers):
        self._places, self._token, self._orders = places, token, orders
        # Answers by key, and for each accepted command the moments of its sending and of its acceptance.
        self.answers, self.sent, self.times, self.wrong = {}, set(), [], []
        self.again = 0
        self.rate, self._next, self._number = rate, time.monotonic(), 0
        self._lock, self._ends = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(writers)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        """Ends after the commands under way; returns False where one of them is not accepted."""
        self._ends.set()
        for thread in self._threads:
            thread.join(60)
        return not any(thread.is_alive() for thread in self._threads)

    def _turn(self):
        with self._lock:
            self._number += 1
            # Turns that were missed meanwhile are not made up for.
            self._next = max(self._next + 1 / self.rate, time.monotonic() - 0.1)
            moment, number = self._next, self._number
        self._ends.wait(max(0, moment - time.monotonic()))
        return number

    def _write(self, writer):
        names = list(self._places.processes)
        clients = {
            name: Client(process.port, self._token, host=process.host)
            for name, process in self._places.processes.items()
        }
        while not self._ends.is_set():
            number = self._turn()
            self._command(clients, names[number % len(names)], number)
        for client in clients.values():
            client.close()

    def _command(self, clients, home, number):
        path = f"/v1/orders/{self._orders[number % len(self._orders)]}/ship-to"
        body = {"contactRef": f"contact-{number}", "country": "AT"}
        key = f"steady-{number}"
        self.sent.add(key)
        began = time.monotonic()
        while True:
            place = self._places.choose(home)
            try:
                answer = clients[place].request("POST", path, body, {"Idempotency-Key": key}, timeout=UNANSWERED)
            except (OSError, http.client.HTTPException):
                answer = None
            if answer and answer.status == 200:
                self.answers[key] = answer.json
                self.times.append((began, time.monotonic()))
                return
            if answer and answer.status != 503:
                self.wrong.append(f"{key}: {answer}")
                return
            self._places.failed(place)
            self.again += 1
            if self._ends.is_set() and time.monotonic() > began + 30:
                self.wrong.append(f"{key}: not accepted at the end: {answer}")
                return
            time.sleep(0.05)

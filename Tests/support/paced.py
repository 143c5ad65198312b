"""Commands at a steady rate while the database has a bad day: the wait of each, and the situation that it fell into."""

import contextlib
import http.client
import random
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field

from support.client import Client
from support.orders import journey

CLIENTS = 64
# Open orders of one client, so that their commands interleave.
OPEN_ORDERS = 4


@dataclass
class Sent:
    """One command: when it was first sent, when it was accepted, and its longest wait for one answer."""

    key: str
    began: float
    accepted: float = 0.0
    longest_answer: float = 0.0
    refusals: int = 0


@dataclass
class Situation:
    """A span of time in which something is wrong with the database."""

    name: str
    began: float
    # The fault lasts from its beginning until here; afterwards the service recovers.
    mended: float = 0.0
    ended: float = 0.0
    not_ready: list = field(default_factory=list)

    @property
    def fault(self):
        return self.mended - self.began


class PacedLoad:
    """Sends every order's commands in order, each until it is accepted, `rate` of them a second over all clients."""

    def __init__(self, service, token, rate):
        self.service, self.token, self.rate = service, token, rate
        self.run = uuid.uuid4().hex[:8]
        self.sent, self.answers, self.wrong = {}, {}, []
        self.situations = []
        self._lock = threading.Lock()
        self._next_order, self._next_moment = 0, time.monotonic()
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=self._client, args=(n,), daemon=True) for n in range(CLIENTS)]
        self._threads.append(threading.Thread(target=self._probe, daemon=True))
        for thread in self._threads:
            thread.start()

    def finish(self, seconds=60):
        """Ends the load after the commands under way; returns False where some client did not end in time."""
        self._ends.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.1, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    @contextlib.contextmanager
    def during(self, name):
        """A fault; the situation lasts until a command sent after the scope's end is accepted, and a second more."""
        situation = Situation(name, time.monotonic())
        self.situations.append(situation)
        yield situation
        situation.mended = situation.mended or time.monotonic()
        deadline = time.monotonic() + 60
        while not self._accepted_since(situation.mended) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(1)
        situation.ended = time.monotonic()

    def of(self, situation):
        """The commands that were under way at some moment of the situation."""
        sent = list(self.sent.values())
        return [one for one in sent if one.began < situation.ended and (one.accepted or 1e9) > situation.began]

    def outside(self):
        """The commands that fell into no situation."""
        inside = {one.key for situation in self.situations for one in self.of(situation)}
        return [one for one in list(self.sent.values()) if one.key not in inside]

    def _accepted_since(self, moment):
        return any(one.accepted and one.began > moment for one in reversed(list(self.sent.values())[-500:]))

    # Clients

    def _client(self, number):
        client, chance, orders = Client(self.service.port, self.token), random.Random(number), []
        while not self._ends.is_set():
            self._wait_for_turn()
            while len(orders) < OPEN_ORDERS:
                with self._lock:
                    self._next_order += 1
                    index = self._next_order
                orders.append(deque(journey(index, self.run)))
            commands = chance.choice(orders)
            key, path, body = commands.popleft()
            if not commands:
                orders.remove(commands)
            if not self._command(client, key, path, body):
                orders.remove(commands) if commands in orders else None

    def _wait_for_turn(self):
        with self._lock:
            now = time.monotonic()
            # Turns that were missed while the database stood still are not made up for.
            self._next_moment = max(self._next_moment + 1 / self.rate, now - 0.1)
            pause = self._next_moment - now
        if pause > 0:
            self._ends.wait(pause)

    def _command(self, client, key, path, body):
        one = Sent(key, time.monotonic())
        with self._lock:
            self.sent[key] = one
        while True:
            asked = time.monotonic()
            try:
                answer = client.request("POST", path, body, {"Idempotency-Key": key}, timeout=90)
            except (OSError, http.client.HTTPException) as error:
                answer = None
                self._note_wrong(f"{key}: the service closed the connection: {error!r}")
            now = time.monotonic()
            one.longest_answer = max(one.longest_answer, now - asked)
            if answer and answer.status in (200, 201):
                with self._lock:
                    self.answers[key] = answer.json
                one.accepted = now
                return True
            if answer and answer.status != 503:
                self._note_wrong(f"POST {path} {body} key {key}: {answer}")
                return False
            if self._ends.is_set() and now - one.began > 30:
                self._note_wrong(f"{key}: not accepted at the end: {answer}")
                return False
            one.refusals += 1
            time.sleep(0.1)

    def _note_wrong(self, text):
        with self._lock:
            self.wrong.append(text)

    # Readiness

    def _probe(self):
        client = Client(self.service.port)
        while not self._ends.is_set():
            try:
                answer = client.request("GET", "/readyz", timeout=10)
                if answer.status == 503:
                    self._note_unready(answer)
                elif answer.status != 200:
                    self._note_wrong(f"/readyz: {answer}")
            except (OSError, http.client.HTTPException) as error:
                self._note_wrong(f"/readyz: {error!r}")
            self._ends.wait(0.25)

    def _note_unready(self, answer):
        last = self.situations[-1] if self.situations else None
        if last and not last.ended:
            last.not_ready.append((time.monotonic(), answer.json.get("detail", "")))
        else:
            self._note_wrong(f"/readyz without a fault: {answer}")

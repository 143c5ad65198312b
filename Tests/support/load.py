"""Commands from many clients at once, some of them sent twice, over a service that is killed meanwhile."""

import contextlib
import http.client
import json
import random
import threading
import time
import uuid
from collections import deque

from support.client import Client, Unanswered
from support.orders import journey

CLIENTS = 16
TWICE = 0.05


class Load:
    """Sends every order's commands in order, from many clients at once, and keeps what was acknowledged."""

    def __init__(self, service, token, orders, seconds):
        self.service, self.token = service, token
        self.deadline = time.monotonic() + seconds
        run = uuid.uuid4().hex[:8]
        self.total = orders * 10
        self.answers, self.sent = {}, set()
        self.wrong, self.refusals = [], []
        self.doubled = self.retried = self.replayed = 0
        self._lock = threading.Lock()
        self._orders = deque(journey(index, run) for index in range(orders))
        self.threads = [threading.Thread(target=self._client, args=(n,), daemon=True) for n in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join(max(0, self.deadline - time.monotonic()) + 5)
        return not any(thread.is_alive() for thread in self.threads)

    def _client(self, number):
        first, second = Client(self.service.port, self.token), Client(self.service.port, self.token)
        try:
            self._send_orders(first, second, random.Random(number))
        finally:
            with self._lock:
                self.refusals += first.refusals + second.refusals

    def _send_orders(self, first, second, chance):
        open_orders = []
        while time.monotonic() < self.deadline:
            # A handful of orders at a time, so that their commands interleave.
            while len(open_orders) < 5:
                with self._lock:
                    if not self._orders:
                        break
                    open_orders.append(deque(self._orders.popleft()))
            if not open_orders:
                return
            commands = chance.choice(open_orders)
            key, path, body = commands.popleft()
            if not commands:
                open_orders.remove(commands)
            try:
                self._command(first, second, chance, key, path, body)
            except Unanswered as error:
                self._note_wrong(f"{key}: {error}")
                return

    def _command(self, first, second, chance, key, path, body):
        headers = {"Idempotency-Key": key}
        with self._lock:
            self.sent.add(key)
        twice = chance.random() < TWICE
        if twice and chance.random() < 0.5:
            answer, again = self._both_at_once(first, second, path, body, headers)
        else:
            answer = first.insist("POST", path, body, headers)
            again = second.insist("POST", path, body, headers) if twice else None
            if again and not again.replayed:
                self._note_wrong(f"{key}: sent again after its answer, not marked Idempotent-Replayed: {again}")
            if answer.attempts == 1 and answer.replayed:
                self._note_wrong(f"{key}: a first request was answered as a replay: {answer}")
        if answer.status != (201 if path == "/v1/orders" else 200):
            self._note_wrong(f"POST {path} {json.dumps(body)} key {key}: {answer}")
            return
        if again and (again.status, again.body) != (answer.status, answer.body):
            self._note_wrong(f"{key}: two answers: {answer} and {again}")
        with self._lock:
            self.answers[key] = answer.json
            self.doubled += again is not None
            self.retried += answer.attempts > 1
            self.replayed += answer.replayed

    def _both_at_once(self, first, second, path, body, headers):
        """Sends the same request on two connections at once; exactly one of the answers is the replay."""
        clients, answers = (first, second), [None, None]
        for client in clients:
            try:
                client.begin("POST", path, body, headers)
            except (OSError, http.client.HTTPException):
                client.close()
        for index, client in enumerate(clients):
            with contextlib.suppress(OSError, http.client.HTTPException):
                answers[index] = client.finish() if client._connection else None
        undisturbed = all(answer and answer.status < 300 for answer in answers)
        if undisturbed and sorted(answer.replayed for answer in answers) != [False, True]:
            self._note_wrong(f"{headers}: two requests at once, replay marks {[a.replayed for a in answers]}")
        for index, client in enumerate(clients):
            if answers[index] is None or answers[index].status in (429, 503):
                client.refusals += [answers[index]] if answers[index] else []
                answers[index] = client.insist("POST", path, body, headers)
                answers[index].attempts += 1
        return answers

    def _note_wrong(self, text):
        with self._lock:
            self.wrong.append(text)

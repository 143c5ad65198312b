"""A client that places orders one after another, and how long each took."""

import threading
import time

from support.client import Client
from support.orders import order


class Placing:
    """Places orders one after another until its scope ends, and keeps each answer's status and seconds."""

    def __init__(self, service, prefix=None):
        """- prefix: the beginning of the commands' idempotency keys; without it each has a key that is not kept."""
        self.answers = []
        # The answers by the commands' keys.
        self.by_key = {}
        self._prefix = prefix
        self._ends = threading.Event()
        self._client = Client(service.port, service.token("backend", "aurora"))
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        number = 0
        while not self._ends.is_set():
            number += 1
            began = time.monotonic()
            key = f"{self._prefix or 'W'}-{number}"
            headers = {"Idempotency-Key": key} if self._prefix else None
            answer = self._client.request("POST", "/v1/orders", order(number=key), headers, timeout=60)
            self.answers.append((answer.status, time.monotonic() - began))
            self.by_key[key] = answer
            time.sleep(0.02)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join(60)

    @property
    def longest(self):
        return max(seconds for _, seconds in self.answers)

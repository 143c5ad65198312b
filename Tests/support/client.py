"""HTTP over one kept-alive connection, with retries under the same command id."""

import http.client
import json
import time
from dataclasses import dataclass


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes
    # Requests sent until this answer came.
    attempts: int = 1

    @property
    def json(self):
        return strict_json(self.body)

    @property
    def replayed(self):
        return self.headers.get("idempotent-replayed") == "true"

    def __str__(self):
        return f"{self.status} {self.headers.get('content-type')} {self.body[:400]!r}"


def strict_json(text):
    """Raises ValueError where an object repeats a key, as our own reader of commands does."""

    def unique(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"keys that stand twice in one object: {', '.join(twice)}")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=unique)


class Unanswered(Exception):
    """A request got no answer in all its time."""


def connect(port, tls=None, timeout=30, host="127.0.0.1"):
    """An HTTP/1.1 connection, not yet open: over TLS with the client's context for it."""
    if tls:
        return http.client.HTTPSConnection("localhost", port, timeout=timeout, context=tls)
    return http.client.HTTPConnection(host, port, timeout=timeout)


class Client:
    """Not for several threads at once."""

    def __init__(self, port, token=None, tls=None, host="127.0.0.1"):
        self.port = port
        self.host = host
        self.token = token
        self.tls = tls
        self._connection = None
        # Every 429 and 503 that `insist` met on its way.
        self.refusals = []

    def request(self, method, path, body=None, headers=None, timeout=30):
        """One request, one answer; raises OSError or HTTPException where the connection breaks."""
        self.begin(method, path, body, headers, timeout)
        return self.finish()

    def begin(self, method, path, body=None, headers=None, timeout=30):
        """Sends the request and leaves the answer for `finish`."""
        if self._connection is None:
            self._connection = connect(self.port, self.tls, timeout, self.host)
        fields = {}
        if self.token:
            fields["Authorization"] = f"Bearer {self.token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        if body is not None:
            fields["Content-Type"] = "application/json"
        fields.update(headers or {})
        fields = {name: value for name, value in fields.items() if value is not None}
        try:
            self._connection.request(method, path, body, fields)
        except (BrokenPipeError, ConnectionResetError):
            # A server that refuses a body may answer before it has read it all: `finish` looks for that answer.
            if self._connection.sock is None:
                self.close()
                raise
        except BaseException:
            self.close()
            raise

    def finish(self, body_kept=lambda status: True):
        """The answer to what was begun; a body that is not kept, such as a stream, is not read either."""
        try:
            response = self._connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            is_kept = body_kept(response.status)
            answer = Answer(response.status, headers, response.read() if is_kept else b"")
            if not is_kept or response.will_close:
                self.close()
            return answer
        except BaseException:
            self.close()
            raise

    def insist(self, method, path, body=None, headers=None, seconds=180):
        """Repeats the request until it is answered: lost connections, 503 and 429 are no answers."""
        deadline = time.monotonic() + seconds
        attempts = 0
        last = "nothing"
        while time.monotonic() < deadline:
            attempts += 1
            try:
                answer = self.request(method, path, body, headers)
                if answer.status not in (429, 503):
                    answer.attempts = attempts
                    return answer
                self.refusals.append(answer)
                last = str(answer)
                pause = min(float(answer.headers.get("retry-after", 0.1)), 2 if answer.status == 429 else 0.1)
            except (OSError, http.client.HTTPException) as error:
                last, pause = repr(error), 0.05
            # Without a pause a refused connection would be retried in a busy loop.
            time.sleep(pause)
        raise Unanswered(f"{method} {path}: no answer in {seconds} s, last: {last}")

    def close(self):
        if self._connection:
            self._connection.close()
            self._connection = None


def read_log(port, token, limit=1000, tls=None, host="127.0.0.1"):
    """The whole log by NDJSON pages: each line's bytes."""
    client = Client(port, token, tls, host)
    lines, after = [], "0"
    while True:
        answer = client.insist(
            "GET", f"/v1/events?after={after}&limit={limit}", headers={"Accept": "application/x-ndjson"}
        )
        if answer.status != 200:
            raise RuntimeError(f"GET /v1/events?after={after}: {answer}")
        page = answer.body.splitlines()
        if not page:
            client.close()
            return lines
        lines += page
        after = json.loads(page[-1])["position"]


def seq(position):
    return int(position.rpartition("-")[2])


def epoch(position):
    return position.rpartition("-")[0]

"""A running service with one caller of each role, which sends requests and checks answers."""

import http.client
import json
import time

from support import roles
from support.client import Answer, Client
from support.orders import order
from support.problems import faults
from support.ways import difference, framework_path


class Bench:
    """Sends requests as each role and checks the answers."""

    def __init__(self, service, check):
        self.service, self.check = service, check
        self.tokens = {
            roles.BACKEND: service.token("backend", "aurora"),
            roles.OWN: service.token("customer", "aurora", "c-1"),
            roles.OTHER: service.token("customer", "aurora", "c-2"),
            roles.STAFF: service.token("staff", "*"),
            roles.OPERATOR: service.token("operator", "*"),
            roles.NOBODY: None,
        }
        # Made when they are asked for: most tests need none of them.
        self._foreign = {name: (role, "c-1" if role == roles.OWN else None) for role, name in roles.FOREIGN.items()}

    def send(self, method, path, body=None, headers=None, role=roles.BACKEND, token=None):
        """Sends a request and returns its answer; a lost connection counts as status 0."""
        if role in self._foreign and role not in self.tokens:
            name, subject = self._foreign[role]
            self.tokens[role] = self.service.token(name, "borealis", subject)
        client = Client(self.service.port, token or self.tokens[role], self.service.tls)
        streams = path.partition("?")[0].endswith("/stream")
        for _ in range(20):
            try:
                client.begin(method, path, body, headers)
                answer = client.finish(body_kept=lambda status: status != 200 or not streams)
            except (OSError, http.client.HTTPException) as error:
                return Answer(0, {}, repr(error).encode())
            finally:
                client.close()
            # Customers and callers without a token have a rate limit, which is not what is tested here.
            if answer.status != 429:
                return answer
            time.sleep(min(float(answer.headers.get("retry-after", 1)), 5))
        return answer

    def expect(self, name, status, method, path, body=None, code=None, **how):
        answer = self.send(method, path, body, **how)
        found = faults(answer, status, code)
        shown = body if isinstance(body, bytes) else json.dumps(body)
        self.check(
            name,
            not found,
            f"{method} {path} {how.get('headers') or ''} body {shown[:160]!r}: {'; '.join(found)}; answer {answer}",
        )
        # A refused command changes nothing, so that it can be sent again.
        if method == "POST" and answer.status >= 400 and framework_path(path):
            again = self.send(method, framework_path(path), body, **how)
            self.check(f"{name}: the same by the framework", not difference(answer, again), difference(answer, again))
        return answer

    def metric(self, name):
        """The sum of a metric's samples now."""
        return total(self.send("GET", "/metrics", role=roles.OPERATOR), name)

    def open_streams(self):
        """The number of streams that the service counts as open."""
        return self.metric("waybill_streams_open")

    def bulk(self, lines):
        """Sends commands by the bulk route; raises where one of them is not accepted."""
        body = "".join(json.dumps(line) + "\n" for line in lines).encode()
        answer = Client(self.service.port, self.tokens[roles.BACKEND]).insist(
            "POST", "/v1/commands", body, {"Content-Type": "application/x-ndjson"}
        )
        refused = [line for line in answer.body.splitlines() if json.loads(line)["result"] != "accepted"]
        if refused:
            raise RuntimeError(f"{len(refused)} lines were refused: {refused[:2]}")

    def place(self, **changes):
        answer = self.send("POST", "/v1/orders", order(**changes))
        if answer.status != 201:
            raise RuntimeError(f"a valid order was refused: {answer}")
        return answer.json


def total(answer, name):
    """The sum of a metric's samples in an answer of `/metrics`."""
    lines = answer.body.decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.partition(" ")[0].partition("{")[0] == name)

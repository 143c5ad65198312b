"""Commands and streams while the service and PostgreSQL are killed: acknowledged once is in the log once."""
import http.client
import itertools
import json
import random
import threading
import time
import uuid
from collections import defaultdict, deque

from client import Client, Unanswered, read_log, seq
from orders import SHOPS, journey
from problems import faults
from sse import Stream
from waiting import wait_for

CLIENTS = 16
TWICE = 0.05
SCALES = {"small": (200, 2, 1, 300), "full": (2000, 5, 2, 1800)}


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
        """The same request on two connections, without waiting in between; exactly one of them is the replay."""
        clients, answers = (first, second), [None, None]
        for client in clients:
            try:
                client.begin("POST", path, body, headers)
            except (OSError, http.client.HTTPException):
                client.close()
        for index, client in enumerate(clients):
            try:
                answers[index] = client.finish() if client._connection else None
            except (OSError, http.client.HTTPException):
                pass
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


def run(service, group, scale):
    orders, kills, postgres_kills, seconds = SCALES[scale]
    group.note(f"first start: {service.start():.1f} s")
    staff = service.token("staff", "*")
    streams = [
        Stream(service.port, "/v1/stream?after=0", staff, reconnects=True, cut_every=cut)
        for cut in (None, orders // 2, orders * 3 + 1)
    ]
    began = time.monotonic()
    load = Load(service, service.token("backend", ",".join(SHOPS)), orders, seconds)
    strike(service, group, load, kills, postgres_kills)
    group.check("every client ended in time", load.join())
    took = time.monotonic() - began
    group.note(f"{len(load.answers)} commands acknowledged in {took:.1f} s ({len(load.answers) / took:.0f}/s), "
               f"{load.doubled} sent twice, {load.retried} retried, {load.replayed} first answers were replays")
    lines = read_log(service.port, staff)
    check_answers(group, load, [json.loads(line) for line in lines])
    check_streams(group, streams, lines)
    check_orders(group, service, staff, [json.loads(line) for line in lines])


def strike(service, group, load, kills, postgres_kills):
    """The kills, spread evenly over the load's progress."""
    plan = ["service"] * kills
    for index in range(postgres_kills):
        plan.insert((index + 1) * len(plan) // (postgres_kills + 1), "postgres")
    for index, victim in enumerate(plan):
        target = load.total * (index + 1) // (len(plan) + 1)
        wait_for(lambda: len(load.answers) >= target or not any(t.is_alive() for t in load.threads),
                 max(1, load.deadline - time.monotonic()), f"{target} answers", 0.01)
        group.check(f"kill {index + 1} ({victim}) fell within the load", any(t.is_alive() for t in load.threads))
        if victim == "service":
            service.kill()
            took = service.start(90)
            group.check(f"kill {index + 1} (service): ready within 60 s", took <= 60, f"{took:.1f} s")
        else:
            began = time.monotonic()
            dead = service.kill_postmaster()
            wait_for(lambda: service.postmaster() not in (None, dead) and service.is_ready(), 90,
                     "PostgreSQL was started again and the service is ready")
            took = time.monotonic() - began
            group.check(f"kill {index + 1} (postgres): ready within 60 s", took <= 60, f"{took:.1f} s")
        group.note(f"kill {index + 1} ({victim}) at {target} answers: ready again after {took:.1f} s")


def check_answers(group, load, events):
    group.check("every answer was as the contract says", not load.wrong, f"{len(load.wrong)}: {load.wrong[:3]}")
    poor = [f"{'; '.join(found)}: {answer}" for answer in load.refusals if (found := faults(answer, 503, "unavailable"))]
    group.check(f"each of {len(load.refusals)} refusals meanwhile was a proper 503", not poor, poor[:2])
    group.check("every command was acknowledged", len(load.answers) == load.total,
                f"{len(load.answers)} of {load.total}")
    numbers = [seq(event["position"]) for event in events]
    group.check("seq runs 1…N without a hole", numbers == list(range(1, len(events) + 1)),
                next(((a, b) for a, b in itertools.zip_longest(numbers, range(1, len(events) + 1)) if a != b), None))
    logged = defaultdict(list)
    for event in events:
        logged[event["commandId"]].append(event)
    differing = [key for key, answer in load.answers.items()
                 if [e["position"] for e in logged[key]] != [e["position"] for e in answer["events"]]
                 or not answer["events"]
                 or [e["type"] for e in logged[key]] != [e["type"] for e in answer["events"]]
                 or logged[key][-1]["version"] != answer["version"]
                 or logged[key][-1]["status"] != answer["status"]
                 or {e["orderId"] for e in logged[key]} != {answer["orderId"]}]
    group.check("every acknowledged command is in the log exactly once, as answered", not differing,
                [(key, load.answers[key], [e["position"] for e in logged[key]]) for key in differing[:2]])
    strangers = set(logged) - load.sent
    group.check("nothing is in the log that was not sent", not strangers, sorted(map(str, strangers))[:5])
    versions = defaultdict(list)
    for event in events:
        versions[event["orderId"]].append(event["version"])
    broken = {order: found for order, found in versions.items() if found != list(range(1, len(found) + 1))}
    group.check("every order's versions are 1…k", not broken, list(broken.items())[:2])
    times = [event["recordedAt"] for event in events]
    group.check("recordedAt never runs backwards", times == sorted(times))


def check_streams(group, streams, lines):
    last = json.loads(lines[-1])["position"]
    for stream in streams:
        stream.wait(lambda frames: any(frame.id == last for frame in frames[-50:]), 120, "the stream reached the head")
        stream.stop()
    seen = [stream.log_events() for stream in streams]
    wanted = [json.loads(line) for line in lines]
    for number, (stream, frames) in enumerate(zip(streams, seen), 1):
        name = f"stream {number} ({stream.connections} connections)"
        group.check(f"{name}: no violation", not stream.violations, stream.violations[:3])
        resets = [frame.raw for frame in stream.frames if frame.event == "reset"]
        group.check(f"{name}: no reset", not resets, resets[:2])
        ids = [frame.id for frame in frames]
        positions = [event["position"] for event in wanted]
        group.check(f"{name}: ids are exactly the log's, in order, once", ids == positions,
                    next(((i, a, b) for i, (a, b) in enumerate(itertools.zip_longest(ids, positions)) if a != b), None))
        got = [json.loads(frame.data) for frame in frames]
        group.check(f"{name}: data equals the log's events", got == wanted,
                    next(((a, b) for a, b in itertools.zip_longest(got, wanted) if a != b), None))
        misnamed = [frame.raw[:200] for frame, event in zip(frames, got)
                    if (frame.event == "status") != (event.get("statusBefore") != event["status"])]
        group.check(f"{name}: status frames are those that changed the headline", not misnamed, misnamed[:2])
    group.check("frames are byte-identical on every stream",
                all([f.raw for f in frames] == [f.raw for f in seen[0]] for frames in seen[1:]))
    group.check("a frame's data is the log page's line, byte for byte", [f.data for f in seen[0]] == lines)


def check_orders(group, service, staff, events):
    """What the orders' current state says agrees with the last event of each."""
    last = {event["orderId"]: event for event in events}
    client = Client(service.port, staff)
    differing = []
    for order_id, event in random.Random(1).sample(sorted(last.items()), min(100, len(last))):
        answer = client.insist("GET", f"/v1/orders/{order_id}")
        found = answer.json if answer.status == 200 else {}
        if [found.get(name) for name in ("version", "status", "position")] \
                != [event[name] for name in ("version", "status", "position")]:
            differing.append((str(answer)[:300], event["position"]))
    group.check("orders stand where their last event left them", not differing, differing[:2])

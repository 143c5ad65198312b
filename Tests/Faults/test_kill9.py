"""The service and PostgreSQL are killed under load: each acknowledged command is in the log exactly once."""

import itertools
import json
import random
import time

import pytest

from support.client import Client, read_log
from support.exactly_once import check_log
from support.load import Load
from support.orders import SHOPS
from support.problems import faults
from support.sse import Stream
from support.waiting import wait_for

SCALES = {"small": (200, 2, 1, 300), "full": (2000, 5, 2, 1800)}


@pytest.mark.slow
def test_acknowledged_commands_are_in_the_log_exactly_once(service, check, scale):
    orders, kills, postgres_kills, seconds = SCALES[scale]
    check.note(f"first start: {service.start():.1f} s")
    staff = service.token("staff", "*")
    streams = [
        Stream(service.port, "/v1/stream?after=0", staff, reconnects=True, cut_every=cut)
        for cut in (None, orders // 2, orders * 3 + 1)
    ]
    began = time.monotonic()
    load = Load(service, service.token("backend", ",".join(SHOPS)), orders, seconds)
    strike(service, check, load, kills, postgres_kills)
    check("every client ended in time", load.join())
    took = time.monotonic() - began
    check.note(
        f"{len(load.answers)} commands acknowledged in {took:.1f} s ({len(load.answers) / took:.0f}/s), "
        f"{load.doubled} sent twice, {load.retried} retried, {load.replayed} first answers were replays"
    )
    lines = read_log(service.port, staff)
    check_answers(check, load, [json.loads(line) for line in lines])
    check_streams(check, streams, lines)
    check_orders(check, service, staff, [json.loads(line) for line in lines])


def strike(service, check, load, kills, postgres_kills):
    """Kills the service and PostgreSQL, spread evenly over the load's progress."""
    plan = ["service"] * kills
    for index in range(postgres_kills):
        plan.insert((index + 1) * len(plan) // (postgres_kills + 1), "postgres")
    for index, victim in enumerate(plan):
        target = load.total * (index + 1) // (len(plan) + 1)
        wait_for(
            lambda: len(load.answers) >= target or not any(t.is_alive() for t in load.threads),
            max(1, load.deadline - time.monotonic()),
            f"{target} answers",
            0.01,
        )
        check(f"kill {index + 1} ({victim}) fell within the load", any(t.is_alive() for t in load.threads))
        if victim == "service":
            service.kill()
            took = service.start(90)
            check(f"kill {index + 1} (service): ready within 60 s", took <= 60, f"{took:.1f} s")
        else:
            began = time.monotonic()
            dead = service.kill_postmaster()
            wait_for(
                lambda: service.postmaster() not in (None, dead) and service.is_ready(),
                90,
                "PostgreSQL was started again and the service is ready",
            )
            took = time.monotonic() - began
            check(f"kill {index + 1} (postgres): ready within 60 s", took <= 60, f"{took:.1f} s")
        check.note(f"kill {index + 1} ({victim}) at {target} answers: ready again after {took:.1f} s")


def check_answers(check, load, events):
    check("every answer was as the contract says", not load.wrong, f"{len(load.wrong)}: {load.wrong[:3]}")
    poor = [
        f"{'; '.join(found)}: {answer}" for answer in load.refusals if (found := faults(answer, 503, "unavailable"))
    ]
    check(f"each of {len(load.refusals)} refusals meanwhile was a proper 503", not poor, poor[:2])
    check("every command was acknowledged", len(load.answers) == load.total, f"{len(load.answers)} of {load.total}")
    check_log(check, load.answers, load.sent, events)


def check_streams(check, streams, lines):
    last = json.loads(lines[-1])["position"]
    for stream in streams:
        stream.wait(lambda frames: any(frame.id == last for frame in frames[-50:]), 120, "the stream reached the head")
        stream.stop()
    seen = [stream.log_events() for stream in streams]
    wanted = [json.loads(line) for line in lines]
    for number, (stream, frames) in enumerate(zip(streams, seen, strict=True), 1):
        name = f"stream {number} ({stream.connections} connections)"
        check(f"{name}: no violation", not stream.violations, stream.violations[:3])
        resets = [frame.raw for frame in stream.frames if frame.event == "reset"]
        check(f"{name}: no reset", not resets, resets[:2])
        ids = [frame.id for frame in frames]
        positions = [event["position"] for event in wanted]
        check(
            f"{name}: ids are exactly the log's, in order, once",
            ids == positions,
            next(((i, a, b) for i, (a, b) in enumerate(itertools.zip_longest(ids, positions)) if a != b), None),
        )
        got = [json.loads(frame.data) for frame in frames]
        check(
            f"{name}: data equals the log's events",
            got == wanted,
            next(((a, b) for a, b in itertools.zip_longest(got, wanted) if a != b), None),
        )
        misnamed = [
            frame.raw[:200]
            for frame, event in zip(frames, got, strict=True)
            if (frame.event == "status") != (event.get("statusBefore") != event["status"])
        ]
        check(f"{name}: status frames are those that changed the headline", not misnamed, misnamed[:2])
    check(
        "frames are byte-identical on every stream",
        all([f.raw for f in frames] == [f.raw for f in seen[0]] for frames in seen[1:]),
    )
    check("a frame's data is the log page's line, byte for byte", [f.data for f in seen[0]] == lines)


def check_orders(check, service, staff, events):
    """Checks that each order's current state agrees with its last event."""
    last = {event["orderId"]: event for event in events}
    client = Client(service.port, staff)
    differing = []
    for order_id, event in random.Random(1).sample(sorted(last.items()), min(100, len(last))):
        answer = client.insist("GET", f"/v1/orders/{order_id}")
        found = answer.json if answer.status == 200 else {}
        if [found.get(name) for name in ("version", "status", "position")] != [
            event[name] for name in ("version", "status", "position")
        ]:
            differing.append((str(answer)[:300], event["position"]))
    check("orders stand where their last event left them", not differing, differing[:2])

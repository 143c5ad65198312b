"""Positions that the log does not have, in queries and as the beginning of a stream."""

import json

from support import roles
from support.sse import Stream
from support.waiting import Overdue


def positions(bench, placed):
    """(name, text, role, status outside streams, code, reset reasons on a stream)."""
    good = placed["position"]
    epoch = good.rpartition("-")[0]
    other = "a" * 8 if epoch != "a" * 8 else "b" * 8
    sealed = bench.send("GET", f"/v1/orders/{placed['orderId']}", role=roles.OWN).json["position"]
    broken = sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB")
    staff, own = roles.STAFF, roles.OWN
    malformed = (400, "malformedPosition", ("malformed",))
    yield "of an unknown epoch", f"{other}-1", staff, 404, "unknownPosition", ("unknownEpoch",)
    yield "the beginning of an unknown epoch", f"{other}-0", staff, 404, "unknownPosition", ("unknownEpoch",)
    yield "beyond the head", f"{epoch}-9999999", staff, 404, "unknownPosition", ("ahead",)
    yield "2^63 − 1", f"{epoch}-9223372036854775807", staff, 404, "unknownPosition", ("ahead",)
    yield "2^63", f"{epoch}-9223372036854775808", staff, (400, 404), None, ("ahead", "malformed")
    for name, text in (
        ("garbage", "garbage"),
        ("without epoch", "7"),
        ("with leading zeros", f"{epoch}-007"),
        ("negative", f"{epoch}--1"),
        ("in upper case", good.upper()),
        ("with a sign", f"{epoch}-%2B1"),
        ("with a tail", good + "x"),
        ("of 5,000 characters", "x" * 5000),
    ):
        yield name, text, staff, *malformed
    yield "sealed, as staff", sealed, staff, *malformed
    yield "plain, as a customer", good, own, *malformed
    yield "sealed and broken, as a customer", broken, own, *malformed
    yield "garbage, as a customer", "garbage", own, *malformed


def test_requests_refuse_positions_that_are_none(bench, placed):
    path = f"/v1/orders/{placed['orderId']}"
    for name, text, role, status, code, _ in positions(bench, placed):
        if role == roles.STAFF:
            bench.expect(f"position {name}: log", status, "GET", f"/v1/events?after={text}", code=code, role=role)
        bench.expect(f"position {name}: history", status, "GET", f"{path}/events?after={text}", code=code, role=role)
        bench.expect(
            f"position {name}: min_position", status, "GET", f"{path}?min_position={text}", code=code, role=role
        )
    sealed = bench.send("GET", path, role=roles.OWN).json["position"]
    bench.check("a customer's position is sealed", placed["position"].partition("-")[0] not in sealed, sealed)
    for text, role in (
        (sealed, roles.OWN),
        ("0", roles.OWN),
        ("0", roles.STAFF),
        ("", roles.STAFF),
        (placed["position"], roles.STAFF),
    ):
        bench.expect(
            f"position {'sealed' if text == sealed else text or 'empty'} is good, {role}",
            200,
            "GET",
            f"{path}/events?after={text}",
            role=role,
        )


def test_streams_answer_such_positions_by_a_reset(bench, placed):
    """A stream answers 200 and sends `reset`, by either way of naming the position."""
    path = f"/v1/orders/{placed['orderId']}/stream"
    for name, text, role, _, _, reasons in positions(bench, placed):
        for route in (path, "/v1/stream") if role == roles.STAFF else (path,):
            for way in ("Last-Event-ID", "after"):
                header = text.replace("%2B", "+") if way == "Last-Event-ID" else None
                query = f"?after={text}" if way == "after" else ""
                stream = Stream(bench.service.port, route + query, bench.tokens[role], last_event_id=header)
                label = f"stream by {way} {name}: {'feed' if route == '/v1/stream' else f'order, {role}'}"
                check_reset(bench.check, label, stream, reasons, route == "/v1/stream")


def check_reset(check, label, stream, reasons, is_feed):
    try:
        stream.wait(lambda frames: len(frames) >= 3, 10, label)
    except Overdue as error:
        check(label, False, f"{error}; {stream.body[:300]!r}")
        return
    finally:
        stream.stop()
    retry, reset, then = stream.frames[:3]
    said = json.loads(reset.data or b"{}")
    begins = then.is_cursor if is_feed else then.event == "snapshot" and then.id is not None
    check(
        label,
        stream.status == 200
        and retry.retry is not None
        and reset.event == "reset"
        and reset.id is None
        and said.get("reason") in reasons
        and set(said) == {"reason", "position"}
        and begins
        and not stream.violations,
        f"wanted 200, reset {'/'.join(reasons)}: {stream.status} {[f.raw[:160] for f in stream.frames[:3]]} "
        f"{stream.violations}",
    )


def test_the_service_is_alive_after_bad_positions(service, bench):
    bench.check("alive at the end", service.process.poll() is None and service.is_ready())

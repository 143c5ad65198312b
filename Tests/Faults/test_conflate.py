"""Conflated streams show each order's newest event at every tick, count the skipped ones, and send no id too early."""

import json
import threading

from support.client import Client, read_log, seq
from support.sse import Stream

SCALES = {"small": 400, "full": 10_000}
ORDERS = 20


def test_conflated_streams_lose_no_event_from_the_count(service, bench, check, scale):
    orders = [bench.place()["orderId"] for _ in range(ORDERS)]
    # Opened first: its quiet quarter of a minute passes meanwhile.
    slow = Stream(service.port, "/v1/stream?conflate=60000", bench.tokens["staff"])
    slow.wait(lambda frames: len(frames) == 2, 10, "the slow stream began")
    start = slow.last_id
    follows(bench, check, orders, start, SCALES[scale])
    waits(check, slow, start)
    comes_back(service, bench, check, slow, start)


def test_impossible_ticks_are_refused(bench):
    for value in ("49", "60001", "0", "-1", "abc", "1e3", "%2B100", "100.0", "100ms", "", "100&conflate=49"):
        bench.expect(f"conflate={value}", 400, "GET", f"/v1/stream?conflate={value}", code="invalidQuery", role="staff")
    for value in ("50", "60000", "49&conflate=100"):
        bench.expect(f"conflate={value}", 200, "GET", f"/v1/stream?conflate={value}", role="staff")
    placed = bench.place()
    for path in (f"/v1/orders/{placed['orderId']}/stream", "/v1/customers/c-1/stream"):
        bench.expect(
            f"conflate on {path.rpartition('/')[2]} of one", 400, "GET", f"{path}?conflate=100", code="invalidQuery"
        )


def changes(bench, orders, count, seconds_left):
    """Adds notes to all orders in turn, from four clients."""

    def work(number):
        client = Client(bench.service.port, bench.tokens["backend"])
        for index in range(number, count, 4):
            client.insist(
                "POST",
                f"/v1/orders/{orders[index * 7 % len(orders)]}/note",
                {"text": str(index), "visibility": "staff"},
                seconds=seconds_left,
            )

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def follows(bench, check, orders, start, count):
    port, token = bench.service.port, bench.tokens["staff"]
    # A tick that is long enough for several changes of an order, also on a slow machine.
    whole = Stream(port, f"/v1/stream?after={start}&conflate=1000", token)
    plain = Stream(port, f"/v1/stream?after={start}&conflate=50&plain=true", token)
    cut = Stream(port, f"/v1/stream?after={start}&conflate=50", token, reconnects=True, cut_every=7)
    changes(bench, orders, count, 120)
    # Begun behind everything: one tick tells it all.
    late = Stream(port, f"/v1/stream?after={start}&conflate=50", token)
    log = [line for line in read_log(port, token) if seq(json.loads(line)["position"]) > seq(start)]
    newest = {}
    for line in log:
        newest[json.loads(line)["orderId"]] = line
    rows = {seq(json.loads(line)["position"]): line for line in log}
    end = json.loads(log[-1])["position"]
    for name, stream in (("whole", whole), ("plain", plain), ("cut", cut), ("late", late)):
        stream.wait(lambda frames: any(f.id == end and f.data for f in frames), 30, f"{name} at the end")
        frames = [f for f in stream.stop().frames if f.data]
        said = [json.loads(f.data) for f in frames]
        check(
            f"{name}: ids go up, and are their events' positions",
            [f.id for f in frames] == [d["position"] for d in said]
            and [seq(f.id) for f in frames] == sorted({seq(f.id) for f in frames}),
            [f.id for f in frames][:20],
        )
        bare = [f.data.rpartition(b',"skipped":')[0] + b"}" for f in frames]
        check(
            f"{name}: beside `skipped`, the log's own events", bare == [rows[seq(f.id)] for f in frames], frames[0].raw
        )
        last = {d["orderId"]: row for d, row in zip(said, bare, strict=True)}
        check(f"{name}: every order ends at its newest event", last == newest, len(last))
        counted = sum(1 + d["skipped"] for d in said)
        if name != "cut":
            check(f"{name}: shown and skipped are all there were", counted == len(log), f"{counted} of {len(log)}")
        check(f"{name}: no violation", not stream.violations, stream.violations)
        check.note(f"{name}: {len(frames)} of {len(log)} events shown over {stream.connections} connections")
    check("cut: came back more than once", cut.connections > 2, cut.connections)
    check("late: one frame for each order", len([f for f in late.frames if f.data]) == len(newest), len(late.frames))
    check("whole: fewer than all", len([f for f in whole.frames if f.data]) < len(log), len(whole.frames))


def waits(check, slow, start):
    slow.wait(lambda frames: sum(f.is_cursor for f in frames) >= 2, 25, "the slow stream's heartbeat")
    check(
        "a heartbeat between ticks does not pass what waits for the tick",
        [f.id for f in slow.frames if f.is_cursor] == [start, start] and not slow.log_events(),
        [f.raw[:80] for f in slow.frames],
    )


def comes_back(service, bench, check, slow, start):
    """The service ends between two ticks: a client that returns gets the events that waited for the tick."""
    service.terminate(10)
    slow.wait_end(10)
    check(
        "bye: the position before it is before what waits",
        slow.frames[-1].event == "bye" and slow.frames[-2].is_cursor and slow.last_id == start,
        [f.raw[:80] for f in slow.frames[-3:]],
    )
    service.start()
    again = Stream(service.port, "/v1/stream?conflate=50", bench.tokens["staff"], last_event_id=slow.last_id)
    again.wait(lambda frames: sum(f.is_log_event for f in frames) >= ORDERS, 20, "what waited")
    shown = [json.loads(f.data) for f in again.stop().log_events()]
    check(
        "resumed: each changed order's newest event, once",
        len({d["orderId"] for d in shown}) == len(shown) == ORDERS,
        len(shown),
    )

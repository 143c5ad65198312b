"""A customer's stream begins with all orders of the customer, goes on with their events alone, and resumes exactly,
whatever their number and whatever is written meanwhile."""

import json
import threading
import uuid
from urllib.parse import quote

from support.client import Client, read_log, seq
from support.orders import order
from support.sse import Stream

# Orders of the customer who has many: beyond what a catch-up looks up one by one.
SCALES = {"small": 600, "full": 10_000}
# RSS may grow by so much while many orders are streamed, in MiB.
MOST_GROWTH = 48


def path(reference, query=""):
    return f"/v1/customers/{quote(reference, safe='')}/stream{query}"


def snapshots(frames):
    return [json.loads(frame.data) for frame in frames if frame.event == "snapshot"]


def begun(frames):
    return any(frame.is_cursor for frame in frames)


def test_a_stream_begins_with_all_orders_and_goes_on(bench, check):
    port, own = bench.service.port, bench.service.token("customer", "aurora", "ada/müller %41")
    name = "ada/müller %41"
    empty = Stream(port, path(name), own)
    empty.wait(begun, 10, "an empty beginning")
    check(
        "no orders: an id-only block and nothing else",
        [f.event for f in empty.frames] == [None, None]
        and empty.frames[0].retry is not None
        and empty.frames[1].is_cursor,
        [f.raw for f in empty.frames],
    )
    first, foreign = bench.place(customer=name), bench.place(customer="c-1")
    empty.wait(lambda frames: any(f.is_log_event for f in frames), 10, "the first order")
    check(
        "a customer without orders waits for the first",
        json.loads(empty.log_events()[0].data)["orderId"] == first["orderId"],
        empty.frames[-1].raw,
    )
    second = bench.place(customer=name)
    customer, staff = Stream(port, path(name), own), Stream(port, path(name, "?shop=aurora"), bench.tokens["staff"])
    plain = Stream(port, path(name, "?plain=true"), own)
    for label, stream, role in (("customer", customer, None), ("staff", staff, "staff"), ("plain", plain, None)):
        stream.wait(begun, 10, f"{label} began")
        frames = [f for f in stream.frames[1:] if not f.is_cursor]
        said = [json.loads(f.data) for f in frames]
        kinds = {d.pop("type") if label == "plain" else f.event for d, f in zip(said, frames, strict=True)}
        check(
            f"{label}: snapshots alone, without ids",
            kinds == {"snapshot"} and all(f.id is None for f in frames),
            [f.raw[:80] for f in frames],
        )
        wanted = [
            bench.send("GET", f"/v1/orders/{o['orderId']}", token=bench.tokens[role] if role else own).json
            for o in (first, second)
        ]
        by_id = sorted(wanted, key=lambda o: o["orderId"])
        check(f"{label}: one snapshot per order, as the order reads", said == by_id, [d["orderId"] for d in said])
        check(f"{label}: the id-only block comes last", stream.frames[-1].is_cursor, stream.frames[-1].raw)
    check("staff: the block is at the log's head", staff.last_id == second["position"], staff.last_id)
    resumes = customer.last_id
    customer.stop()
    for placed in (foreign, first, second):
        bench.send("POST", f"/v1/orders/{placed['orderId']}/confirm", {})
    bench.send("POST", f"/v1/orders/{first['orderId']}/note", {"text": "x", "visibility": "staff"})
    bench.send("POST", f"/v1/orders/{first['orderId']}/note", {"text": "y", "visibility": "customer"})
    staff.wait(lambda frames: sum(f.is_log_event for f in frames) == 4, 10, "the staff's events")
    again = Stream(port, path(name), own, last_event_id=resumes)
    again.wait(lambda frames: sum(f.is_log_event for f in frames) == 3, 10, "the missed events")
    check(
        "resume: the missed events, once, in order, and nobody else's",
        [(f.event, json.loads(f.data)["orderId"], json.loads(f.data)["type"]) for f in again.frames[1:]]
        == [
            ("status", first["orderId"], "OrderConfirmed"),
            ("status", second["orderId"], "OrderConfirmed"),
            ("update", first["orderId"], "NoteAdded"),
        ],
        [f.raw[:200] for f in again.frames],
    )
    check(
        "plain saw them live, byte for byte",
        [
            f.raw
            for f in plain.wait(
                lambda frames: (
                    [f for f in frames if f.id and f.data] if sum(bool(f.id and f.data) for f in frames) == 3 else None
                ),
                10,
                "plain's events",
            )
        ]
        == [f.raw.split(b"\n", 1)[1] for f in again.log_events()],
        [f.raw[:80] for f in plain.frames[-3:]],
    )
    for text, reason in (("garbage", "malformed"), (bench.send("GET", "/v1/events").json["position"], "malformed")):
        reset = Stream(port, path(name, f"?after={text}"), own)
        reset.wait(begun, 10, "began after a reset")
        check(
            f"after={text[:3]}…: reset, then every snapshot",
            [f.event for f in reset.frames] == [None, "reset", "snapshot", "snapshot", None]
            and json.loads(reset.frames[1].data)["reason"] == reason,
            [f.raw[:100] for f in reset.frames],
        )
        reset.stop()
    for stream in (empty, staff, plain, again):
        check("no violation", not stream.stop().violations, stream.violations)


def test_callers_see_customers_of_their_shops_alone(bench):
    two = bench.service.token("backend", "aurora,borealis")
    own = path("c-1")
    bench.expect("the token spans several shops: shop is needed", 400, "GET", own, code="invalidQuery", token=two)
    bench.expect("any shop: shop is needed", 400, "GET", own, code="invalidQuery", role="staff")
    for shop in ("aurora", "borealis"):
        bench.expect(f"one of the token's shops: {shop}", 200, "GET", f"{own}?shop={shop}", token=two)
    bench.expect("another shop", 404, "GET", f"{own}?shop=cellar", token=two)
    bench.expect("no shop's name", 400, "GET", f"{own}?shop=Not%20One", role="staff")
    bench.expect("two shops: the last counts", 200, "GET", f"{own}?shop=cellar&shop=borealis", token=two)
    bench.expect("one shop: none needs to be named", 200, "GET", own)
    bench.expect("the customer's own", 200, "GET", f"{own}?shop=aurora", role="customer")
    bench.expect("the customer's name at another shop", 404, "GET", f"{own}?shop=borealis", role="customer")
    bench.expect("another customer's", 404, "GET", own, role="other customer")
    bench.expect("a customer unknown so far", 200, "GET", path("who"))
    for name, reference in (
        ("501 characters", "x" * 501),
        ("NUL", "a%00b"),
        ("bad UTF-8", "%FF"),
        ("a broken escape", "%4"),
    ):
        bench.expect(f"nobody can be called {name}", 404, "GET", f"/v1/customers/{reference}/stream")
    bench.expect("an unknown parameter", 400, "GET", f"{own}?conflate=100", code="invalidQuery")


def test_many_orders_are_shown_while_they_change(bench, check, scale):
    """The versions of each order go on from its snapshot."""
    count = SCALES[scale]
    port, ids = bench.service.port, [str(uuid.uuid4()) for _ in range(count)]
    before = read_log(port, bench.tokens["staff"])
    for start in range(0, count, 500):
        lines = [{"command": "placeOrder", **order(customer="big"), "orderId": id} for id in ids[start : start + 500]]
        lines += [{"command": "confirmOrder", "orderId": id} for id in ids[start : start + 500]]
        bench.bulk(lines)
    grown, resident = [], bench.service.memory()
    done = threading.Event()

    def change():
        client = Client(port, bench.tokens["backend"])
        for round in range(10_000):
            if done.is_set():
                return
            client.insist("POST", f"/v1/orders/{ids[round * 7 % count]}/note", {"text": "x", "visibility": "customer"})
            grown.append(bench.service.memory() - resident)

    writer = threading.Thread(target=change)
    writer.start()
    try:
        streams = [Stream(port, path("big"), bench.tokens["backend"]) for _ in range(4)]
        for stream in streams:
            stream.wait(begun, 300, "many began")
            stream.wait(lambda frames: sum(f.is_log_event for f in frames) >= 20, 60, "events after many snapshots")
    finally:
        done.set()
        writer.join()
    for stream in streams:
        stream.stop()
        shown = snapshots(stream.frames)
        check("many: every order once", sorted(o["orderId"] for o in shown) == sorted(ids), len(shown))
        versions = {o["orderId"]: o["version"] for o in shown}
        gaps = []
        for frame in stream.log_events():
            event = json.loads(frame.data)
            if event["version"] != versions[event["orderId"]] + 1:
                gaps.append((event["orderId"], versions[event["orderId"]], event["version"]))
            versions[event["orderId"]] = event["version"]
        check("many: each order goes on at its next version", not gaps, gaps[:3])
        at = next(f for f in stream.frames if f.is_cursor)
        late = [o["position"] for o in shown if seq(o["position"]) > seq(at.id)]
        check("many: no snapshot is beyond the position that ends them", not late, late[:3])
    check(f"many: memory stays within {MOST_GROWTH} MiB", max(grown) <= MOST_GROWTH, f"{max(grown):.1f} MiB")
    check.note(f"{count} orders, 4 streams beside {len(grown)} commands: memory grew by {max(grown):.1f} MiB")
    catches_up(bench, check, len(before))


def catches_up(bench, check, before):
    """Checks both ways of catching up, by many orders and by few: each gives the log's own events."""
    port, token = bench.service.port, bench.tokens["backend"]
    mine = [line for line in read_log(port, token) if json.loads(line)["customer"] == "big"]
    for name, skipped in (("from the beginning", 0), ("from near the end", len(mine) - 15)):
        after = json.loads(mine[skipped - 1])["position"] if skipped else "0"
        stream = Stream(port, path("big", f"?after={after}"), token)
        stream.wait(lambda frames: sum(f.is_log_event for f in frames) >= len(mine) - skipped, 120, name)
        shown = [frame.data for frame in stream.stop().log_events()]
        check(
            f"catch-up {name}: exactly the log's events",
            shown == mine[skipped:],
            f"{len(shown)} of {len(mine) - skipped}",
        )

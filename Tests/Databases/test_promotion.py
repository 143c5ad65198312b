"""A lagging standby is promoted beneath a running service: streams that saw lost events are reset, all others go on."""

import json

from support.client import Client, epoch, read_log, seq
from support.external import replicated_pair
from support.orders import order
from support.resets import begun_anew, check_told, last_id, on_one_line, sealed_id, told, went_on
from support.shop import Shop
from support.sse import Stream
from support.waiting import wait_for


def test_streams_survive_the_promotion_of_a_standby(service, check):
    with replicated_pair(service) as (primary, standby, address):
        fails_over(service, check, primary, standby, address)


def version(frame):
    """Order and version of a customer's event; its sealed id does not show its position."""
    event = json.loads(frame.data)
    return event["orderId"], event["version"]


def fails_over(service, check, primary, standby, address):
    staff, customer = service.token("staff", "*"), service.token("customer", "aurora", "c-1")
    other = service.token("customer", "aurora", "c-2")
    shop = Shop(service)
    first = shop.place("KEPT-0")
    untouched = shop.client.insist("POST", "/v1/orders", order(number="QUIET", customer="c-2")).json
    kept_ids = [first["position"], untouched["position"]] + [shop.place(f"KEPT-{n}")["position"] for n in range(1, 9)]
    watched, quiet = (f"/v1/orders/{placed['orderId']}/stream" for placed in (first, untouched))
    kept_ids.append(shop.note(first["orderId"], "kept")["position"])
    kept = {
        "kept (order stream)": (watched, staff, kept_ids[-1]),
        "kept (customer's order stream)": (watched, customer, sealed_id(service, watched, customer, kept_ids[-1])),
        "kept (all orders, at the fork)": ("/v1/stream", staff, kept_ids[-1]),
        "kept (all orders, earlier)": ("/v1/stream", staff, kept_ids[3]),
    }
    log_before = read_log(service.port, staff)
    follows(primary, standby)
    standby.stop()
    opened = {
        "feed": Stream(service.port, "/v1/stream?after=0", staff),
        "order": Stream(service.port, f"{watched}?after=0", staff),
        "customer": Stream(service.port, "/v1/customers/c-1/stream", customer),
        "quiet order": Stream(service.port, f"{quiet}?after=0", staff),
        "quiet customer": Stream(service.port, "/v1/customers/c-2/stream", other),
    }
    opened["customer"].wait(lambda frames: any(frame.is_cursor for frame in frames), 30, "the customer's stream began")
    opened["quiet customer"].wait(
        lambda frames: any(frame.is_cursor for frame in frames), 30, "the other customer's began"
    )
    opened["quiet order"].wait(
        lambda frames: any(frame.is_log_event for frame in frames), 30, "the quiet order's began"
    )

    # Acknowledged and shown, but the standby never hears of it.
    lost_note = shop.note(first["orderId"], "lost")
    lost_orders = [shop.place(f"LOST-{n}", **{"Idempotency-Key": f"lost-{n}"}) for n in range(30)]
    lost_ids = [lost_note["position"]] + [placed["position"] for placed in lost_orders]
    for name, wanted in (("feed", lost_ids[-1]), ("order", lost_ids[0])):
        opened[name].wait(
            lambda frames, at=wanted: any(f.id == at for f in frames), 30, f"{name} shows what will be lost"
        )
    opened["customer"].wait(
        lambda frames: sum(f.is_log_event for f in frames) == len(lost_ids), 30, "so does the customer's"
    )
    lost = {
        "lost (all orders, just beyond)": ("/v1/stream", staff, lost_ids[0]),
        "lost (all orders, far beyond)": (
            "/v1/stream",
            staff,
            last_id(service, "/v1/stream?after=" + lost_ids[15], staff, lost_ids[-1]),
        ),
        "lost (order stream)": (watched, staff, lost_ids[0]),
        "lost (customer's order stream)": (watched, customer, sealed_id(service, watched, customer, lost_ids[0])),
    }
    takes_over(service, check, primary, standby, address)

    log = read_log(service.port, staff)
    check(
        "the standby's log is served: all that it had received, unchanged",
        log == log_before,
        f"{len(log)} events, {len(log_before)} expected",
    )
    for name in ("feed", "order", "customer"):
        opened[name].wait(begun_anew, 30, f"{name}: told without waiting for new events")
    resumed = {name: Stream(service.port, path, token, last_event_id=at) for name, (path, token, at) in kept.items()}
    told(service, check, lost, kept_ids[-1], "before new events", reasons=("forked",))

    shop = Shop(service)
    absent = shop.client.insist("GET", f"/v1/orders/{lost_orders[0]['orderId']}")
    check("a lost order is not there", absent.status == 404, absent)
    again = shop.client.insist("POST", "/v1/orders", order(number="LOST-0"), {"Idempotency-Key": "lost-0"})
    check(
        "a lost command, sent again under its id, is accepted as new",
        again.status == 201 and not again.replayed and again.json["orderId"] != lost_orders[0]["orderId"],
        again,
    )
    twice = shop.client.insist("POST", "/v1/orders", order(number="LOST-0"), {"Idempotency-Key": "lost-0"})
    check("and once", twice.status == 201 and twice.replayed and twice.body == again.body, twice)
    new = [
        again.json["position"],
        shop.note(first["orderId"], "new")["position"],
        shop.note(untouched["orderId"], "new")["position"],
    ]
    new += [shop.place(f"NEW-{n}")["position"] for n in range(30)]
    check(
        "seq goes on right after the fork",
        [seq(position) for position in new] == list(range(len(kept_ids) + 1, len(kept_ids) + 1 + len(new))),
        new[:3],
    )
    check(
        "in a new epoch, one for all",
        {epoch(position) for position in new}.isdisjoint({epoch(position) for position in kept_ids + lost_ids})
        and len({epoch(p) for p in new}) == 1,
        new[:3],
    )
    note_ids(check, kept_ids, lost_ids, new)
    log = read_log(service.port, staff)
    went_on(check, resumed, kept, log, first["orderId"], customer)
    told(service, check, lost, new[-1], "after their numbers were used again", reasons=("forked",))
    open_streams(
        check, opened, [json.loads(line) for line in log], kept_ids, lost_ids, lost_orders, new, first, untouched
    )


def follows(primary, standby):
    """Waits until the standby has replayed all that the primary has written."""
    written = primary.sql("select pg_current_wal_flush_lsn()")
    wait_for(
        lambda: standby.sql(f"select pg_last_wal_replay_lsn() >= '{written}'") == "t", 30, "the standby has followed"
    )


def takes_over(service, check, primary, standby, address):
    pid = service.process.pid
    primary.kill()
    standby.start()
    address.switch(standby.port)
    wait_for(lambda: not service.is_ready(), 30, "the service has noticed that its database is gone")
    early = Client(service.port, service.token("backend", "aurora")).request(
        "POST", "/v1/orders", order(number="EARLY"), {"Idempotency-Key": "early"}
    )
    check(
        "while the standby only reads, a command is told to come back",
        early.status == 503 and "retry-after" in early.headers and b"recovery" not in early.body,
        early,
    )
    standby.sql("select pg_promote()")
    wait_for(service.is_ready, 60, "the service is ready again")
    check(
        "the service goes on without a restart",
        service.process.poll() is None and service.process.pid == pid,
        service.process.returncode,
    )


def note_ids(check, kept_ids, lost_ids, new):
    check.note(f"kept {kept_ids[0]} … {kept_ids[-1]}, lost {lost_ids[0]} … {lost_ids[-1]}, then {new[0]} … {new[-1]}")


def open_streams(check, opened, log, kept_ids, lost_ids, lost_orders, new, first, untouched):
    """Checks the frames of the streams that were open all the time; none of them was even disconnected."""
    check_told(check, "open feed", opened["feed"], kept_ids + lost_ids, new)
    mine = [kept_ids[0], kept_ids[-1], lost_ids[0]]
    check_told(check, "open order stream", opened["order"], mine, new[1:2])
    theirs = [(event["orderId"], event["version"]) for event in log[len(kept_ids) :] if event["customer"] == "c-1"]
    before = [(first["orderId"], 3)] + [(placed["orderId"], 1) for placed in lost_orders]
    check_told(check, "open customer's stream", opened["customer"], before, theirs, version)
    for name in ("quiet order", "quiet customer"):
        stream = opened[name]
        stream.wait(
            lambda frames: frames[-1].is_log_event and version(frames[-1]) == (untouched["orderId"], 2),
            30,
            f"{name}: the new note",
        )
        frames = [frame for frame in stream.stop().frames if frame.event is not None]
        shown = [version(frame)[1] for frame in frames if frame.is_log_event]
        check(
            f"open {name}: its own events, once and in order",
            shown == ([1, 2] if name == "quiet order" else [2]),
            shown,
        )
        resets = [json.loads(frame.data) for frame in frames if frame.event == "reset"]
        check(
            f"open {name}: never disconnected; told of the fork at most once, and with nothing wrong",
            len(resets) <= 1
            and all(said["reason"] == "forked" for said in resets)
            and stream.connections == 1
            and all(json.loads(f.data)["version"] == 1 for f in frames if f.event == "snapshot"),
            [frame.raw[:200] for frame in frames],
        )
        check(f"open {name}: no violation", not stream.violations, stream.violations)
        check.note(f"open {name} says: {on_one_line(stream.frames)}")

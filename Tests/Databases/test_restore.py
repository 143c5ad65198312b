"""A backup is put back: streams that hold the id of a lost event are reset, and no other stream notices."""

from support.backups import back_up, put_back
from support.client import Client, epoch, read_log, seq
from support.orders import order
from support.resets import last_id, sealed_id, told, went_on
from support.shop import Shop
from support.sse import Stream


def test_streams_beyond_a_restored_backup_are_reset(service, check):
    service.start()
    staff, customer = service.token("staff", "*"), service.token("customer", "aurora", "c-1")
    shop = Shop(service)
    first = shop.place("KEPT-0")
    kept_ids = [first["position"]] + [shop.place(f"KEPT-{n}")["position"] for n in range(1, 20)]
    watched = f"/v1/orders/{first['orderId']}/stream"
    kept_ids.append(shop.note(first["orderId"], "kept")["position"])
    kept = {
        "A (order stream)": (watched, staff, last_id(service, watched, staff, kept_ids[-1])),
        "A (customer's order stream)": (watched, customer, sealed_id(service, watched, customer, kept_ids[-1])),
        "B (all orders, at the head)": ("/v1/stream", staff, kept_ids[-1]),
        "B (all orders, earlier)": ("/v1/stream", staff, kept_ids[4]),
    }
    back_up(service)
    lost_note = shop.note(first["orderId"], "lost")
    lost_orders = [shop.place(f"LOST-{n}", **{"Idempotency-Key": f"lost-{n}"}) for n in range(100)]
    middle = lost_orders[50]["position"]
    lost = {
        "C (all orders, just beyond)": ("/v1/stream", staff, lost_note["position"]),
        "C (all orders, far beyond)": (
            "/v1/stream",
            staff,
            last_id(service, "/v1/stream?after=" + middle, staff, lost_orders[-1]["position"]),
        ),
        "C (order stream)": (watched, staff, lost_note["position"]),
        "C (customer's order stream)": (
            watched,
            customer,
            sealed_id(service, watched, customer, lost_note["position"]),
        ),
    }
    log_before = read_log(service.port, staff)[: len(kept_ids)]
    put_back(service)
    took = service.start()
    check("with the copy put back: ready within 60 s", took <= 60, f"{took:.1f} s")
    log_after = read_log(service.port, staff)
    check(
        "the copy's log is served unchanged",
        log_after == log_before,
        f"{len(log_after)} events, {len(log_before)} expected",
    )

    resumed = {name: Stream(service.port, path, token, last_event_id=at) for name, (path, token, at) in kept.items()}
    told(service, check, lost, kept_ids[-1], "before new events")
    shop = Shop(service)
    absent = shop.client.insist("GET", f"/v1/orders/{lost_orders[0]['orderId']}")
    check("a lost order is not there", absent.status == 404, absent)
    again = shop.client.insist("POST", "/v1/orders", order(number="LOST-0"), {"Idempotency-Key": "lost-0"})
    check("a lost command is accepted anew", again.status == 201 and not again.replayed, again)
    new = [again.json["position"], shop.note(first["orderId"], "new")["position"]]
    new += [shop.place(f"NEW-{n}")["position"] for n in range(30)]
    check(
        "seq goes on right after the copy's head",
        [seq(position) for position in new] == list(range(len(kept_ids) + 1, len(kept_ids) + 1 + len(new))),
        new[:3],
    )
    check(
        "in a new epoch, one for all",
        {epoch(position) for position in new}.isdisjoint({epoch(position) for position in [*kept_ids, middle]})
        and len({epoch(p) for p in new}) == 1,
        new[:3],
    )
    went_on(check, resumed, kept, read_log(service.port, staff), first["orderId"], customer)
    told(service, check, lost, new[-1], "after their numbers were used again")
    outside_streams(check, service, staff, lost_note["position"], kept_ids[3])


def outside_streams(check, service, staff, lost, kept):
    client = Client(service.port, staff)
    answer = client.insist("GET", f"/v1/events?after={lost}")
    check(
        "a lost position outside streams is 404 unknownPosition",
        answer.status == 404 and answer.json.get("code") == "unknownPosition",
        answer,
    )
    answer = client.insist("GET", f"/v1/events?after={kept}&limit=1")
    check(
        "a kept position outside streams is good",
        answer.status == 200 and seq(answer.json["events"][0]["position"]) == seq(kept) + 1,
        answer,
    )

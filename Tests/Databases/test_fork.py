"""The database goes back in time beneath a running service: open streams that saw later events are reset."""

import json

from support.backups import back_up, went_back
from support.client import epoch, read_log, seq
from support.resets import begun_anew, check_told
from support.shop import Shop
from support.sse import Stream


def test_open_streams_are_told_that_the_log_went_back(service, check):
    service.start()
    staff = service.token("staff", "*")
    shop = Shop(service)
    kept = [shop.place(f"KEPT-{n}") for n in range(10)]
    watched = kept[0]["orderId"]
    back_up(service)
    lost = [shop.place(f"LOST-{n}") for n in range(9)] + [shop.note(watched, "lost")]
    feed = Stream(service.port, "/v1/stream?after=0", staff, reconnects=True)
    following = Stream(service.port, f"/v1/orders/{watched}/stream?after=0", staff, reconnects=True)
    for stream in (feed, following):
        stream.wait(
            lambda frames: any(frame.id == lost[-1]["position"] for frame in frames), 30, "the lost note was seen"
        )

    went_back(service)
    log = [json.loads(line) for line in read_log(service.port, staff)]
    check(
        "the service came back on the older log",
        [event["position"] for event in log] == [order["position"] for order in kept],
        [event["position"] for event in log][-2:],
    )
    for name, stream in (("feed", feed), ("order stream", following)):
        began = stream.wait(begun_anew, 30, f"{name}: a reset, and an id after it")
        check(
            f"{name}: told without waiting for new events, and begins within the older log",
            seq(began.id) <= len(kept) and began.id in {order["position"] for order in kept},
            began.raw[:200],
        )
    shop = Shop(service)
    again = shop.note(watched, "new")
    check("an order's state is the older log's", again["version"] == kept[0]["version"] + 1, again)
    new = [again["position"]] + [shop.place(f"NEW-{n}")["position"] for n in range(20)]
    check(
        "seq goes on after the older head, in a new epoch",
        [seq(p) for p in new] == list(range(len(kept) + 1, len(kept) + 1 + len(new)))
        and epoch(new[0]) != epoch(kept[0]["position"]),
        new[:2],
    )
    seen = [order["position"] for order in kept + lost]
    check_told(check, "feed", feed, seen, new)
    mine = [kept[0]["position"], lost[-1]["position"]]
    check_told(check, "order stream", following, mine, new[:1])

"""The database goes back in time beneath a running service: open streams that saw more are told."""
import json
import signal

from client import epoch, read_log, seq
from restore import RESET_REASONS, Shop, back_up, on_one_line, put_cluster_back
from sse import Stream
from waiting import wait_for


def run(service, group, scale):
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
        stream.wait(lambda frames: any(frame.id == lost[-1]["position"] for frame in frames), 30, "the lost note was seen")

    went_back(service)
    log = [json.loads(line) for line in read_log(service.port, staff)]
    group.check("the service came back on the older log", [event["position"] for event in log]
                == [order["position"] for order in kept], [event["position"] for event in log][-2:])
    for name, stream in (("feed", feed), ("order stream", following)):
        began = stream.wait(begun_anew, 30, f"{name}: a reset, and an id after it")
        group.check(f"{name}: told without waiting for new events, and begins within the older log",
                    seq(began.id) <= len(kept) and began.id in {order["position"] for order in kept}, began.raw[:200])
    shop = Shop(service)
    again = shop.note(watched, "new")
    group.check("an order's state is the older log's", again["version"] == kept[0]["version"] + 1, again)
    new = [again["position"]] + [shop.place(f"NEW-{n}")["position"] for n in range(20)]
    group.check("seq goes on after the older head, in a new epoch",
                [seq(p) for p in new] == list(range(len(kept) + 1, len(kept) + 1 + len(new)))
                and epoch(new[0]) != epoch(kept[0]["position"]), new[:2])
    seen = [order["position"] for order in kept + lost]
    check_told(group, "feed", feed, seen, new)
    mine = [kept[0]["position"], lost[-1]["position"]]
    check_told(group, "order stream", following, mine, new[:1])


def went_back(service, before_waking=lambda: None):
    """The service sleeps while its database is replaced, or it would start PostgreSQL again at once."""
    service.process.send_signal(signal.SIGSTOP)
    try:
        put_cluster_back(service)
        before_waking()
    finally:
        service.process.send_signal(signal.SIGCONT)
    wait_for(lambda: service.postmaster() and service.is_ready(), 60, "the service is ready again")


def begun_anew(frames):
    """The first block with an id after a reset."""
    resets = [index for index, frame in enumerate(frames) if frame.event == "reset"]
    return resets and next((frame for frame in frames[resets[0] + 1:] if frame.id is not None), None)


def check_told(group, name, stream, seen, new, what=lambda frame: frame.id):
    """What was seen before, one reset, and from there on the new events without a gap.

    - what: by which an event is known.
    """
    stream.wait(lambda frames: any(frame.is_log_event and what(frame) == new[-1] for frame in frames), 30,
                f"{name}: the new events")
    stream.stop()
    frames = [frame for frame in stream.frames if frame.event is not None]
    kinds = [frame.event for frame in frames]
    resets = [frame for frame in frames if frame.event == "reset"]
    group.check(f"{name}: one reset", len(resets) == 1, kinds)
    if not resets:
        return
    at = frames.index(resets[0])
    said = json.loads(resets[0].data)
    group.check(f"{name}: the reset's reason", said.get("reason") in RESET_REASONS, resets[0].raw)
    before = [what(frame) for frame in frames[:at] if frame.is_log_event]
    group.check(f"{name}: before it, what had been seen, once", before == seen, before)
    after = [what(frame) for frame in frames[at:] if frame.is_log_event]
    group.check(f"{name}: after it, exactly the new events", after == new, f"{after[:3]}… instead of {new[:3]}…")
    group.check(f"{name}: no violation", not stream.violations, stream.violations)
    at = stream.frames.index(resets[0])
    group.note(f"{name}: … {on_one_line(stream.frames[at - 1:at + 4])} …")

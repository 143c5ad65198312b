"""A backup is put back: who saw lost events is told, nobody else notices."""
import json
import os
import shutil
import signal
import subprocess

from client import Client, epoch, read_log, seq
from orders import order
from sse import Stream

RESET_REASONS = ("forked", "ahead", "unknownEpoch")


class Shop:
    """Places orders and adds notes."""

    def __init__(self, service):
        self.client = Client(service.port, service.token("backend", "aurora"))

    def place(self, number, **headers):
        return self.client.insist("POST", "/v1/orders", order(number=number), headers or None).json

    def note(self, order_id, text):
        body = {"text": text, "visibility": "customer"}
        return self.client.insist("POST", f"/v1/orders/{order_id}/note", body).json


def run(service, group, scale):
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
        "C (all orders, far beyond)": ("/v1/stream", staff, last_id(service, "/v1/stream?after=" + middle, staff,
                                                                    lost_orders[-1]["position"])),
        "C (order stream)": (watched, staff, lost_note["position"]),
        "C (customer's order stream)": (watched, customer, sealed_id(service, watched, customer, lost_note["position"])),
    }
    log_before = read_log(service.port, staff)[:len(kept_ids)]
    put_back(service)
    took = service.start()
    group.check("with the copy put back: ready within 60 s", took <= 60, f"{took:.1f} s")
    log_after = read_log(service.port, staff)
    group.check("the copy's log is served unchanged", log_after == log_before,
                f"{len(log_after)} events, {len(log_before)} expected")

    resumed = {name: Stream(service.port, path, token, last_event_id=at) for name, (path, token, at) in kept.items()}
    told(service, group, lost, kept_ids[-1], "before new events")
    shop = Shop(service)
    absent = shop.client.insist("GET", f"/v1/orders/{lost_orders[0]['orderId']}")
    group.check("a lost order is not there", absent.status == 404, absent)
    again = shop.client.insist("POST", "/v1/orders", order(number="LOST-0"), {"Idempotency-Key": "lost-0"})
    group.check("a lost command is accepted anew", again.status == 201 and not again.replayed, again)
    new = [again.json["position"], shop.note(first["orderId"], "new")["position"]]
    new += [shop.place(f"NEW-{n}")["position"] for n in range(30)]
    group.check("seq goes on right after the copy's head", [seq(position) for position in new]
                == list(range(len(kept_ids) + 1, len(kept_ids) + 1 + len(new))), new[:3])
    group.check("in a new epoch, one for all", {epoch(position) for position in new}.isdisjoint(
        {epoch(position) for position in kept_ids + [middle]}) and len({epoch(p) for p in new}) == 1, new[:3])
    went_on(group, resumed, kept, read_log(service.port, staff), first["orderId"], customer)
    told(service, group, lost, new[-1], "after their numbers were used again")
    outside_streams(group, service, staff, lost_note["position"], kept_ids[3])


def last_id(service, path, token, wanted):
    """Reads a stream up to an id, as a client would note it."""
    stream = Stream(service.port, path if "?" in path else path + "?after=0", token)
    stream.wait(lambda frames: any(frame.id == wanted for frame in frames), 30, f"{path} reached {wanted}")
    return stream.stop().last_id


def sealed_id(service, path, token, wanted):
    """A customer's id of the event that staff knows as `wanted`: its frames carry no such position."""
    answer = Client(service.port, token).insist("GET", path.replace("/stream", "/events"))
    count = len(answer.json["events"])
    stream = Stream(service.port, path + "?after=0", token)
    stream.wait(lambda frames: sum(frame.is_log_event for frame in frames) >= count, 30, f"{count} events on {path}")
    found = stream.stop().last_id
    if found == wanted:
        raise RuntimeError(f"a customer's id is not sealed: {found}")
    return found


def back_up(service):
    """A copy of the whole data directory, taken while everything runs and nothing is written."""
    copy = service.data_dir + ".copy"
    for _ in range(5):
        service.sql("CHECKPOINT")
        if copied(service.data_dir, copy) and (service.cluster().startswith(service.data_dir)
                                               or copied(service.cluster(), copy + ".cluster")):
            return
    raise RuntimeError("the data directory could not be copied")


def copied(source, target):
    shutil.rmtree(target, ignore_errors=True)
    # A socket cannot be copied, and a temporary file may go while one looks.
    answer = subprocess.run(["cp", "-a", source, target], capture_output=True, text=True, timeout=120)
    return answer.returncode == 0


def put_back(service):
    """The copy in place of the data directory; nothing runs then."""
    service.kill()
    service.kill_postmaster(signal.SIGQUIT)
    cluster = service.cluster()
    shutil.rmtree(service.data_dir)
    os.rename(service.data_dir + ".copy", service.data_dir)
    if not cluster.startswith(service.data_dir):
        shutil.rmtree(cluster)
        shutil.move(service.data_dir + ".copy.cluster", cluster)


def put_cluster_back(service):
    """The copy's cluster alone in place of the one; PostgreSQL does not run then."""
    cluster = service.cluster()
    inside = cluster.startswith(service.data_dir)
    service.kill_postmaster(signal.SIGQUIT)
    shutil.rmtree(cluster)
    shutil.move(service.data_dir + (".copy/postgres" if inside else ".copy.cluster"), cluster)


def told(service, group, lost, head, when, reasons=RESET_REASONS):
    """Whoever holds an id that is no more gets `reset`, then the stream as at a beginning."""
    for name, (path, token, at) in lost.items():
        stream = Stream(service.port, path, token, last_event_id=at)
        stream.wait(lambda frames: len(frames) >= 3, 30, f"{name}: retry, reset and a beginning")
        frames = stream.stop().frames
        raw = [frame.raw[:300] for frame in frames[:4]]
        label = f"{name}, {when}"
        reset = json.loads(frames[1].data or b"{}")
        group.check(f"{label}: retry, then reset without id",
                    frames[0].retry is not None and frames[1].event == "reset" and frames[1].id is None, raw)
        group.check(f"{label}: the reason is one of {'/'.join(reasons)}",
                    reset.get("reason") in reasons and set(reset) == {"reason", "position"}, raw)
        if path == "/v1/stream":
            group.check(f"{label}: then an id-only block at the head",
                        frames[2].is_cursor and frames[2].id == head == reset.get("position"), raw)
        else:
            group.check(f"{label}: then a snapshot with its id",
                        frames[2].event == "snapshot" and frames[2].id is not None
                        and json.loads(frames[2].data)["orderId"] in path, raw)
        group.check(f"{label}: no violation", stream.status == 200 and not stream.violations, stream.violations)
        group.note(f"{label}, Last-Event-ID {at}: {on_one_line(frames)}")


def on_one_line(frames):
    """Frames as they stood on the wire, each shortened."""
    return " | ".join(frame.raw[:160].decode(errors="replace").replace("\n", " ⏎ ") for frame in frames)


def went_on(group, resumed, kept, log, order_id, customer):
    """Whoever holds an id that is still there gets exactly what follows it."""
    events = [json.loads(line) for line in log]
    positions = [event["position"] for event in events]
    for name, stream in resumed.items():
        path, token, at = kept[name]
        if token == customer:
            # Sealed ids do not show where they are: the event is known by its version.
            wanted = [event["version"] for event in events if event["orderId"] == order_id][2:]
            what = lambda frame: json.loads(frame.data)["version"]
        else:
            wanted = [event["position"] for event in events[positions.index(at) + 1:]
                      if path == "/v1/stream" or event["orderId"] == order_id]
            what = lambda frame: frame.id
        stream.wait(lambda frames: sum(frame.is_log_event for frame in frames) >= len(wanted), 30,
                    f"{name}: {len(wanted)} events")
        stream.stop()
        shown = [frame for frame in stream.frames if frame.event is not None]
        group.check(f"{name}: no reset, nothing but events", all(frame.is_log_event for frame in shown),
                    [frame.raw[:200] for frame in shown if not frame.is_log_event])
        found = [what(frame) for frame in shown if frame.is_log_event]
        group.check(f"{name}: exactly the following {len(wanted)} events", found == wanted and wanted,
                    f"{found[:5]}… instead of {wanted[:5]}…")
        group.check(f"{name}: no violation", not stream.violations, stream.violations)
        group.note(f"{name}, Last-Event-ID {at}: {on_one_line(stream.frames[:3])} …")


def outside_streams(group, service, staff, lost, kept):
    client = Client(service.port, staff)
    answer = client.insist("GET", f"/v1/events?after={lost}")
    group.check("a lost position outside streams is 404 unknownPosition",
                answer.status == 404 and answer.json.get("code") == "unknownPosition", answer)
    answer = client.insist("GET", f"/v1/events?after={kept}&limit=1")
    group.check("a kept position outside streams is good",
                answer.status == 200 and seq(answer.json["events"][0]["position"]) == seq(kept) + 1, answer)

"""Facts about streams over a log that has lost its newest events: which streams get a reset, and which go on."""

import json

from support.client import Client
from support.sse import Stream

RESET_REASONS = ("forked", "ahead", "unknownEpoch")


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


def told(service, check, lost, head, when, reasons=RESET_REASONS):
    """Checks that a lost id is answered by `reset` and a new beginning of the stream."""
    for name, (path, token, at) in lost.items():
        stream = Stream(service.port, path, token, last_event_id=at)
        stream.wait(lambda frames: len(frames) >= 3, 30, f"{name}: retry, reset and a beginning")
        frames = stream.stop().frames
        raw = [frame.raw[:300] for frame in frames[:4]]
        label = f"{name}, {when}"
        reset = json.loads(frames[1].data or b"{}")
        check(
            f"{label}: retry, then reset without id",
            frames[0].retry is not None and frames[1].event == "reset" and frames[1].id is None,
            raw,
        )
        check(
            f"{label}: the reason is one of {'/'.join(reasons)}",
            reset.get("reason") in reasons and set(reset) == {"reason", "position"},
            raw,
        )
        if path == "/v1/stream":
            check(
                f"{label}: then an id-only block at the head",
                frames[2].is_cursor and frames[2].id == head == reset.get("position"),
                raw,
            )
        else:
            check(
                f"{label}: then a snapshot with its id",
                frames[2].event == "snapshot"
                and frames[2].id is not None
                and json.loads(frames[2].data)["orderId"] in path,
                raw,
            )
        check(f"{label}: no violation", stream.status == 200 and not stream.violations, stream.violations)
        check.note(f"{label}, Last-Event-ID {at}: {on_one_line(frames)}")


def went_on(check, resumed, kept, log, order_id, customer):
    """Checks that a kept id is followed by exactly the events after it."""
    events = [json.loads(line) for line in log]
    positions = [event["position"] for event in events]
    for name, stream in resumed.items():
        path, token, at = kept[name]
        if token == customer:
            # Sealed ids do not show where they are: the event is known by its version.
            wanted = [event["version"] for event in events if event["orderId"] == order_id][2:]
            what = version
        else:
            wanted = [
                event["position"]
                for event in events[positions.index(at) + 1 :]
                if path == "/v1/stream" or event["orderId"] == order_id
            ]
            what = position
        stream.wait(
            lambda frames: sum(frame.is_log_event for frame in frames) >= len(wanted),
            30,
            f"{name}: {len(wanted)} events",
        )
        stream.stop()
        shown = [frame for frame in stream.frames if frame.event is not None]
        check(
            f"{name}: no reset, nothing but events",
            all(frame.is_log_event for frame in shown),
            [frame.raw[:200] for frame in shown if not frame.is_log_event],
        )
        found = [what(frame) for frame in shown if frame.is_log_event]
        check(
            f"{name}: exactly the following {len(wanted)} events",
            found == wanted and wanted,
            f"{found[:5]}… instead of {wanted[:5]}…",
        )
        check(f"{name}: no violation", not stream.violations, stream.violations)
        check.note(f"{name}, Last-Event-ID {at}: {on_one_line(stream.frames[:3])} …")


def version(frame):
    return json.loads(frame.data)["version"]


def position(frame):
    return frame.id


def begun_anew(frames):
    """The first block with an id after a reset."""
    resets = [index for index, frame in enumerate(frames) if frame.event == "reset"]
    return resets and next((frame for frame in frames[resets[0] + 1 :] if frame.id is not None), None)


def check_told(check, name, stream, seen, new, what=lambda frame: frame.id):
    """Checks that a stream shows the events before the loss, one reset, and the new events without a gap.

    - what: the key by which an event is known.
    """
    stream.wait(
        lambda frames: any(frame.is_log_event and what(frame) == new[-1] for frame in frames),
        30,
        f"{name}: the new events",
    )
    stream.stop()
    frames = [frame for frame in stream.frames if frame.event is not None]
    kinds = [frame.event for frame in frames]
    resets = [frame for frame in frames if frame.event == "reset"]
    check(f"{name}: one reset", len(resets) == 1, kinds)
    if not resets:
        return
    at = frames.index(resets[0])
    said = json.loads(resets[0].data)
    check(f"{name}: the reset's reason", said.get("reason") in RESET_REASONS, resets[0].raw)
    before = [what(frame) for frame in frames[:at] if frame.is_log_event]
    check(f"{name}: before it, what had been seen, once", before == seen, before)
    after = [what(frame) for frame in frames[at:] if frame.is_log_event]
    check(f"{name}: after it, exactly the new events", after == new, f"{after[:3]}… instead of {new[:3]}…")
    check(f"{name}: no violation", not stream.violations, stream.violations)
    at = stream.frames.index(resets[0])
    check.note(f"{name}: … {on_one_line(stream.frames[at - 1 : at + 4])} …")


def on_one_line(frames):
    """Frames as they stood on the wire, each shortened."""
    return " | ".join(frame.raw[:160].decode(errors="replace").replace("\n", " ⏎ ") for frame in frames)

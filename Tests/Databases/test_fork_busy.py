"""The database goes back in time while commands keep coming, so the appender may be far ahead of the tail."""

import json
import threading

from support.backups import back_up, went_back
from support.client import seq
from support.resets import RESET_REASONS, begun_anew
from support.shop import Shop
from support.sse import Stream


def test_a_stream_is_told_while_commands_keep_coming(service, check):
    service.start()
    staff = service.token("staff", "*")
    shop = Shop(service)
    kept = [shop.place(f"KEPT-{n}") for n in range(10)]
    back_up(service)
    lost = [shop.place(f"LOST-{n}") for n in range(20)]
    feed = Stream(service.port, "/v1/stream?after=0", staff, reconnects=True)
    feed.wait(lambda frames: any(frame.id == lost[-1]["position"] for frame in frames), 30, "the lost orders were seen")

    placed, busy = [], threading.Event()

    def keep_placing(number):
        mine = Shop(service)
        while not busy.is_set() or len(placed) < 60:
            placed.append(mine.place(f"BUSY-{number}-{len(placed)}")["position"])

    threads = [threading.Thread(target=keep_placing, args=(number,), daemon=True) for number in range(4)]
    went_back(service, lambda: [thread.start() for thread in threads])
    began = feed.wait(begun_anew, 60, "a reset, and an id after it")
    busy.set()
    for thread in threads:
        thread.join(60)
    check("every client was answered", not any(thread.is_alive() for thread in threads), len(placed))
    new = sorted((position for position in placed if seq(position) > len(kept)), key=seq)
    feed.wait(lambda frames: any(frame.id == new[-1] for frame in frames), 30, "the last new order")
    feed.stop()
    frames = [frame for frame in feed.frames if frame.event is not None]
    resets = [frame for frame in frames if frame.event == "reset"]
    check("one reset", len(resets) == 1, [frame.raw for frame in resets])
    check("its reason", json.loads(resets[0].data).get("reason") in RESET_REASONS, resets[0].raw)
    at = frames.index(resets[0])
    before = [frame.id for frame in frames[:at] if frame.is_log_event]
    check("before it, nothing of the new history", not set(before) & set(new), before[-3:])
    after = [frame.id for frame in frames[at:] if frame.is_log_event]
    wanted = [position for position in new if seq(position) > seq(began.id)]
    check("after it, exactly what follows its position", after == wanted, f"{after[:3]}… {wanted[:3]}…")

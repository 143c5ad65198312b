"""Faults of a whole cluster, one after the other, while commands and streams go on: how long each interrupts them."""

import contextlib
import datetime
import http.client
import itertools
import json
import time
from collections import defaultdict
from dataclasses import dataclass, field

from support.client import read_log, seq
from support.spread import Places, SpreadFollower, SpreadStreams, SteadyCommands
from support.waiting import Overdue, wait_for
from support.whole_cluster import EDGES

# A stream counts as interrupted that shows an event later than so many seconds after the time that the event bears.
LATE = 1
# Seconds for a cluster to be whole again after a fault.
PATIENCE = 90


@dataclass
class Span:
    """A fault from its beginning until all is as before: its figures are known at the end of the run."""

    name: str
    began: float
    mended: float = 0
    ended: float = 0
    # The parts that were not as before in time.
    complaint: str = ""
    figures: dict = field(default_factory=dict)


class Ordeal:
    """A load over a whole cluster, and the faults that it has been through."""

    def __init__(self, cluster, streams, orders, rate, writers):
        self.cluster = cluster
        # The moment of a wall clock's time: events bear that of the database or of the servers, on this same machine.
        self._origin = time.time() - time.monotonic()
        self.orders = cluster.place_orders(orders)
        # Streams go to all processes, commands to servers alone.
        self._balancers = [Places(cluster.places), Places(cluster.servers())]
        self.streams = SpreadStreams(self._balancers[0], list(self._followers(streams)))
        self.spans = []
        wait_for(lambda: self.streams.ready() == streams, 120, "every stream has begun")
        self.start = self._read()[-1]["position"]
        self.commands = SteadyCommands(self._balancers[1], cluster.backend, self.orders, rate, writers)

    def _followers(self, count):
        """A stream of everything on each place, two of a customer on each, and the others of an order."""
        homes = itertools.cycle(self.cluster.places)
        size = len(self.cluster.places)
        for index in range(count):
            if index < size:
                yield SpreadFollower("feed", "/v1/stream", self.cluster.staff, next(homes))
            elif index < 3 * size:
                customer = f"c-{index % 50}"
                path = f"/v1/customers/{customer}/stream"
                yield SpreadFollower(customer, path, self.cluster.backend, next(homes))
            else:
                order = self.orders[index % len(self.orders)]
                yield SpreadFollower(order, f"/v1/orders/{order}/stream", self.cluster.staff, next(homes))

    def quiet(self, seconds):
        """A span without a fault, to compare with."""
        self.trial("no fault", lambda: None, lambda: None, seconds)

    def trial(self, name, breaks, mends, seconds):
        """Breaks something for so many seconds, mends it, and waits until all is as before."""
        span = Span(name, time.monotonic())
        self.spans.append(span)
        breaks()
        time.sleep(max(0, span.began + seconds - time.monotonic()))
        mends()
        span.mended = time.monotonic()
        try:
            wait_for(lambda: not self._amiss(span.mended), PATIENCE, "all is as before", every=0.25)
        except Overdue:
            span.complaint = self._amiss(span.mended)
        span.ended = time.monotonic()
        self._send_home()

    def _amiss(self, since):
        """The first thing that is not as before the fault; an empty text where there is none."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            connected = sum(bool(f.socket) and f.back >= f.asked for f in self.streams.followers)
            if connected < len(self.streams.followers):
                return f"{connected} of {len(self.streams.followers)} streams are connected"
            recent = [began for began, _ in self.commands.times[-200:] if began > since]
            if len(recent) < 3:
                return "no command is accepted"
            amiss = self.cluster.amiss()
            if amiss:
                return amiss
            newest = max(seq(f.seen[-1]) for f in self.streams.followers if f.key == "feed" and f.seen)
            behind = [f.place for f in self.streams.followers if f.key == "feed" and f.heard < time.monotonic() - 2.5]
            late = [
                f.place
                for f in self.streams.followers
                if f.key == "feed" and (not f.seen or newest - seq(f.seen[-1]) > 2 * self.commands.rate)
            ]
            return f"the streams of everything on {behind or late} are behind" if behind or late else ""
        return "some part does not answer"

    def _send_home(self):
        """Lets the streams that were elsewhere come home, so that the next fault meets them spread as the last one."""
        self.streams.goes_home = True
        with contextlib.suppress(Overdue):
            wait_for(lambda: self.streams.away() == 0, 30, "every stream is at home")
        self.streams.goes_home = False

    # Results

    def finish(self, check):
        """Ends the load, checks every stream and the log, and counts each fault's figures."""
        check("every command is accepted", self.commands.stop() and not self.commands.wrong, self.commands.wrong[:3])
        log = self._read()
        self._count(log)
        wanted = self._wanted(log)

        def exact():
            return sum(f.seen == wanted[f.key] for f in self.streams.followers)

        count = len(self.streams.followers)
        with contextlib.suppress(Overdue):
            wait_for(lambda: exact() == count, 60, "every stream shows the last event", every=0.5)
        whole = exact()
        self.streams.stop()
        for balancer in self._balancers:
            balancer.stop()
        faults = self.faults(wanted)
        check("each stream shows exactly its events, once and in order", whole == count, f"{whole} of {count}")
        for what, number in faults.items():
            check(f"{what}: none", number == 0, number)
        check("streams are answered by nothing but streams", not self.streams.wrong, self.streams.wrong[:3])
        for span in self.spans:
            check(f"after '{span.name}' all is as before", not span.complaint, span.complaint)
        return log, faults

    def all_sent(self):
        """The ids of all commands that were sent; those of the orders among them."""
        return self.commands.sent | {f"place-{index}" for index in range(len(self.orders))}

    def _read(self):
        host = next(iter(self.cluster.servers().values())).host
        return [json.loads(line) for line in read_log(8080, self.cluster.staff, host=host)]

    def _wanted(self, log):
        events = [event for event in log if seq(event["position"]) > seq(self.start)]
        wanted = defaultdict(list)
        for event in events:
            for key in ("feed", event["orderId"], event["customer"]):
                wanted[key].append(event["position"])
        return wanted

    def faults(self, wanted):
        """Events that streams did not show, showed twice or out of order, and that the log has not; resets."""
        found = dict.fromkeys(("lost", "doubled", "reordered", "unknown", "resets"), 0)
        for follower in self.streams.followers:
            order = {position: index for index, position in enumerate(wanted[follower.key])}
            seen = [position for position in follower.seen if position != "reset"]
            found["resets"] += len(follower.seen) - len(seen)
            found["doubled"] += len(seen) - len(set(seen))
            found["lost"] += len(set(order) - set(seen))
            found["unknown"] += len(set(seen) - set(order))
            known = [order[position] for position in seen if position in order]
            found["reordered"] += sum(b < a for a, b in itertools.pairwise(known))
        return found

    def _count(self, log):
        born = {
            event["position"]: datetime.datetime.fromisoformat(event["recordedAt"]).timestamp() - self._origin
            for event in log
        }
        times = sorted(self.commands.times, key=lambda pair: pair[1])
        for span in self.spans:
            # A command that fails in a fault may be accepted, or shown, when all else is as before.
            accepted = [(began, at) for began, at in times if span.began <= at <= span.ended]
            moments = [span.began, *(at for _, at in accepted), span.ended]
            delays = {"server": [], "edge": []}
            for follower in self.streams.followers:
                longest = max(
                    (
                        at - born[position]
                        for position, at in zip(list(follower.seen), list(follower.moments), strict=False)
                        if span.began <= at <= span.ended and position in born
                    ),
                    default=0,
                )
                delays["edge" if follower.home in EDGES else "server"].append(longest)
            both = delays["server"] + delays["edge"]
            span.figures = {
                "lasted": span.mended - span.began,
                "commands accepted": len(accepted),
                "no command accepted for": max(b - a for a, b in itertools.pairwise(moments)),
                "longest wait of a command": max((at - began for began, at in accepted), default=0),
                "streams interrupted": sum(delay > LATE for delay in both),
                "longest delay, streams of servers": max(delays["server"]),
                "longest delay, streams of edges": max(delays["edge"]),
                "all as before after": span.ended - span.mended,
            }

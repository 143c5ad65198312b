"""One order as a shop, its customer and its staff meet it: the commands, their answers, the stream and the order."""

import itertools
import json

from support import roles
from support.orders import moment, money
from support.sse import Stream

DAY = 86_400
_fresh = itertools.count(1)
# Fields of the staff's order alone, with `internal` the only one.
PRIVATE_EVENT_FIELDS = {"internal", "actor", "commandId", "correlationId", "causationId"}


def days_ago(days):
    """A moment so many days ago, to the second."""
    return moment(days * DAY)


def window(days):
    """A window of four hours that begins so many days from now."""
    return {"earliest": moment(-days * DAY), "latest": moment(-days * DAY - 4 * 3600)}


def units(first=0, second=0):
    """Quantities of the lines l1 and l2."""
    wanted = (("l1", first), ("l2", second))
    return [{"lineId": line, "quantity": quantity} for line, quantity in wanted if quantity]


def line(line_id="l1", quantity=2, price=5000, currency="EUR", **more):
    body = {"lineId": line_id, "sku": f"SKU-{line_id}", "name": "Lamp", "quantity": quantity}
    return {**body, "unitPrice": money(price, currency), **more}


def contents(lines, shipping=0, tax=0, discount=0, fees=(), tax_included=True, currency="EUR", **more):
    """A placeOrder body whose total adds up."""
    goods = sum(
        entry["lineTotal"]["amount"] if "lineTotal" in entry else entry["quantity"] * entry["unitPrice"]["amount"]
        for entry in lines
    )
    total = goods + shipping + sum(fee["amount"]["amount"] for fee in fees) - discount + (0 if tax_included else tax)
    body = {
        "number": "S-1",
        "shop": "aurora",
        "contactRef": "contact-1",
        "country": "DE",
        "currency": currency,
        "locale": "en-GB",
        "lines": lines,
        "shipping": money(shipping, currency),
        "tax": money(tax, currency),
        "discount": money(discount, currency),
        "total": money(total, currency),
        "taxIncluded": tax_included,
        "occurredAt": days_ago(10),
    }
    if fees:
        body["fees"] = list(fees)
    return {**body, **more}


class Situation:
    """Places an order, follows it by its customer's token, and checks each answer."""

    def __init__(self, bench, name, lines=None, body=None, **more):
        self.bench, self.name = bench, name
        self.customer = f"situation-{next(_fresh)}"
        self.own = bench.service.token("customer", "aurora", self.customer)
        body = {**(body or contents(lines or [line()], **more)), "customer": self.customer}
        answer = bench.expect(f"{name}: place", 201, "POST", "/v1/orders", body)
        self.id = answer.json["orderId"]
        self.path = f"/v1/orders/{self.id}"
        self.stream = Stream(bench.service.port, f"{self.path}/stream", self.own)
        self.stream.wait(lambda frames: any(frame.event == "snapshot" for frame in frames), 10, f"{name}: the snapshot")

    def check(self, fact, holds, detail=""):
        return self.bench.check(f"{self.name}: {fact}", holds, detail)

    def equal(self, fact, found, wanted):
        return self.check(fact, found == wanted, f"found {found!r}, wanted {wanted!r}")

    # Commands

    def give(self, command, body=None, events=None, anomalies=None, status=None, path=None, role=roles.BACKEND):
        """Sends a command that is accepted, and checks its events, their anomalies and the headline where given."""
        label = f"{command} {json.dumps(body or {})[:120]}"
        path = path or f"{self.path}/{command}"
        answer = self.bench.expect(f"{self.name}: {label}", 200, "POST", path, body or {}, role=role)
        reply = answer.json if answer.status == 200 else {}
        found = reply.get("events", [])
        if events is not None:
            self.equal(f"{label}: events", [event["type"] for event in found], events)
        raised = [event["anomaly"] for event in found if "anomaly" in event]
        self.equal(f"{label}: anomalies", raised, anomalies or [])
        if status is not None:
            self.equal(f"{label}: status", reply.get("status"), status)
        return reply

    def refuse(self, command, body, reason, names=(), allowed=(), path=None):
        """Sends a command that is refused; `names` stand in the detail, `allowed` in the commands on offer."""
        label = f"{command} {json.dumps(body)[:120]} refused"
        path = path or f"{self.path}/{command}"
        answer = self.bench.expect(f"{self.name}: {label}", 409, "POST", path, body, code="rejected")
        problem = answer.json if answer.status == 409 else {}
        self.equal(f"{label}: reason", problem.get("reason"), reason)
        for name in names:
            self.check(f"{label}: names {name}", name in problem.get("detail", ""), problem)
        offered = problem.get("allowedCommands", [])
        self.check(f"{label}: a way on", set(allowed) <= set(offered) and offered, f"{allowed} of {offered}")
        return problem

    def invalid(self, command, body, pointer):
        """Sends a command that is refused for its fields."""
        label = f"{command} {json.dumps(body)[:120]} invalid"
        answer = self.bench.expect(
            f"{self.name}: {label}", 422, "POST", f"{self.path}/{command}", body, code="invalidCommand"
        )
        found = [error["pointer"] for error in answer.json.get("errors", [])] if answer.status == 422 else []
        self.equal(f"{label}: pointer", found, [pointer])

    def pay(self, payment, kind, amount, ref="card", currency="EUR", anomalies=None, **more):
        body = {"paymentId": payment, "kind": kind, "amount": money(amount, currency), "providerRef": ref, **more}
        return self.give("payment", body, anomalies=anomalies)

    def scan(self, parcel, scan, code, days, events=None, anomalies=None, status=None, **more):
        """A carrier's scan of so many days ago."""
        body = {"parcelId": parcel, "scanId": scan, "code": code, "occurredAt": days_ago(days), **more}
        return self.give("scan", body, events, anomalies, status)

    def pack(self, parcel="p1", lines=None, **more):
        return self.give("pack", {"parcelId": parcel, "lines": lines or units(2), **more}, ["ParcelPacked"])

    def dispatch(self, parcel="p1", carrier="dhl", days=8, **more):
        body = {"parcelId": parcel, "occurredAt": days_ago(days), **more}
        return self.give("dispatch", body | ({"carrier": carrier} if carrier else {}), ["ParcelDispatched"])

    def shipped(self, parcel="p1", lines=None, number=None, paid=True):
        """Confirms the order, captures what is due, packs and dispatches."""
        if paid:
            self.pay("pay-1", "captured", self.due())
        self.give("confirm", {}, ["OrderConfirmed"])
        self.pack(parcel, lines)
        self.dispatch(parcel, **({"trackingNumber": number} if number else {}))

    def delivered(self, **how):
        self.shipped(**how)
        self.scan("p1", "s-delivered", "delivered", 6, ["ParcelDelivered"])

    # Readings

    def staff(self):
        return self.bench.send("GET", self.path, role=roles.STAFF).json

    def seen(self):
        """The order as its customer reads it."""
        return self.bench.send("GET", self.path, token=self.own).json

    def due(self):
        return self.staff()["payment"]["due"]["amount"]

    def parcel(self, parcel="p1", order=None):
        return next(one for one in (order or self.seen())["parcels"] if one["parcelId"] == parcel)

    def history(self, token=None):
        """The order's events, by the customer's token where given, else by a member of staff."""
        how = {"token": token} if token else {"role": roles.STAFF}
        events, after = [], "0"
        while after:
            page = self.bench.send("GET", f"{self.path}/events?after={after}&limit=1000", **how).json
            events += page["events"]
            after = page.get("next")
        return events

    def last(self, event_type, token=None):
        """The newest event of that type."""
        return next(event for event in reversed(self.history(token)) if event["type"] == event_type)

    def reads(self, **wanted):
        """Checks the headline, money and attention that customer and staff read."""
        staff, seen = self.staff(), self.seen()
        for reader, order in (("staff", staff), ("customer", seen)):
            money_read = order["payment"]
            found = {
                "status": order["status"],
                "lifecycle": order["lifecycle"],
                "due": money_read["due"]["amount"],
                "owed": money_read["refundOwed"]["amount"],
                "payment": money_read["status"],
            }
            expected = {name: value for name, value in wanted.items() if name != "attention"}
            self.equal(f"{reader} reads", {name: found[name] for name in expected}, expected)
        if "attention" in wanted:
            reasons = staff["internal"]["attentionReasons"]
            self.equal("the reasons for attention", sorted(reasons), sorted(wanted["attention"]))
            self.equal("attention", staff["internal"]["attention"], bool(reasons))

    def resolved(self):
        """Resolves all open anomalies."""
        for anomaly in self.staff()["internal"]["anomalies"]:
            self.give("resolve-anomaly", {"version": anomaly["version"], "note": "seen"}, ["AnomalyResolved"])

    # The end

    def close(self, **body):
        self.give("close", body, ["OrderClosed"])
        self.ends("closed")

    def ends(self, lifecycle):
        """Checks the end of the order, and that customer, staff and stream agree about all of it."""
        staff, seen = self.staff(), self.seen()
        self.equal("it ends", staff["lifecycle"], lifecycle)
        for entry in staff["lines"]:
            places = sum(entry[place] for place in ("open", "packed", "shipped", "delivered", "cancelled"))
            self.equal("units are in one place each", places, entry["quantity"])
        events, shown = self.history(), self.history(self.own)
        self.equal("versions have no gap", [event["version"] for event in events], list(range(1, len(events) + 1)))
        self.check("the history ends as the order reads", events[-1]["status"] == staff["status"], events[-1])
        private = [event for event in shown if PRIVATE_EVENT_FIELDS & set(event)]
        self.check("the customer's events hold nothing internal", not private, private[:1])
        self.check("the customer's order has no internal", "internal" not in seen, seen)
        text = json.dumps([seen, shown])
        leaks = [
            word for word in ("providerRef", "holdId", "staffNote", "anomaly", "fraud", "writeOff") if word in text
        ]
        self.check("the customer reads no word that is staff's", not leaks, leaks)
        holds = [set(hold) for hold in seen["holds"]]
        self.check("the customer's holds are reason and time", all(h == {"reason", "since"} for h in holds), holds)
        frames = self.stream.wait(
            lambda frames: [
                f for f in frames if f.is_log_event and json.loads(f.data)["version"] == shown[-1]["version"]
            ],
            10,
            f"{self.name}: the last event on the stream",
        )
        self.check("the stream has the last event once", len(frames) == 1, frames)
        self.stream.stop()
        streamed = [json.loads(frame.data) for frame in self.stream.log_events()]
        self.equal("the stream showed the customer's history", streamed, shown[1:])
        kinds = [frame.event for frame in self.stream.log_events()]
        wanted = ["status" if event["statusBefore"] != event["status"] else "update" for event in streamed]
        self.equal("frames say whether the headline changed", kinds, wanted)
        again = Stream(self.bench.service.port, f"{self.path}/stream", self.own)
        found = again.wait(lambda frames: [f for f in frames if f.event == "snapshot"], 10, "a new snapshot")
        again.stop()
        self.equal("a new stream begins with the order", json.loads(found[0].data), seen)

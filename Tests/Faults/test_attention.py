"""The attention queue: the statistics and the order list's filter show the same orders, whatever their reason."""

import json
import pathlib
import uuid

import pytest

from support.client import Client
from support.orders import money, order

SEEDS = pathlib.Path(__file__).resolve().parent.parent.parent / "Seeds" / "orders.ndjson"
SHOPS = ("aurora", "nordwind", "kumo")
# The reason of an order behind each word of the queue; every other word is an anomaly's code.
REASONS = {
    "DeliveryFailed": "parcel",
    "ParcelScanned": "parcel",
    "ParcelLost": "parcel",
    "ParcelReturnedToSender": "parcel",
    "shortage": "shortage",
    "closedWithUnits": "closedWithUnits",
    "refundOwed": "refundOwed",
}


class Queue:
    """A service with the seeds, read through the statistics and through the list."""

    def __init__(self, service, check):
        self.check = check
        self.client = Client(service.port, service.token("backend", ",".join(SHOPS)))
        headers = {"Content-Type": "application/x-ndjson"}
        answer = self.client.request("POST", "/v1/commands", SEEDS.read_bytes(), headers, timeout=300)
        self.position = json.loads(answer.body.splitlines()[-1])["position"]

    def send(self, path, body):
        answer = self.client.insist("POST", path, body)
        self.check(f"{path} is accepted", answer.status in (200, 201), answer)
        self.position = answer.json["position"]
        return answer.json

    def story(self, name):
        lines = map(json.loads, SEEDS.read_text(encoding="utf-8").splitlines())
        return next(line["orderId"] for line in lines if line["commandId"].startswith(f"seed:{name}:"))

    def stats(self, shop=None, more=""):
        query = f"min_position={self.position}{more}" + (f"&shop={shop}" if shop else "")
        return self.client.insist("GET", f"/v1/stats?{query}").json["attention"]

    def listed(self, query):
        """The orders of all pages, by id."""
        orders, cursor = {}, ""
        while cursor is not None:
            page = self.client.insist("GET", f"/v1/orders?limit=7&min_position={self.position}&{query}{cursor}").json
            orders.update({found["orderId"]: found for found in page["orders"]})
            cursor = f"&cursor={page['next']}" if "next" in page else None
        return orders

    def agrees(self, when, shop=None):
        """Compares the statistics with the list, and both with the orders as staff read them."""
        when = f"{when}, {shop or 'all shops'}"
        stats, scope = self.stats(shop), f"shop={shop}" if shop else ""
        listed = self.listed(f"{scope}&attention=true".lstrip("&"))
        needy = {key for key, found in self.listed(scope).items() if found["internal"]["attention"]}
        self.check(f"{when}: the list finds each order that needs attention", set(listed) == needy, len(needy))
        self.check(f"{when}: the statistics count as many", stats["orders"] == len(listed), (stats, len(listed)))
        entries = stats["newest"]
        ids = {entry["orderId"] for entry in entries}
        is_whole = len(entries) == len(ids) == min(20, len(listed)) and ids <= set(listed)
        self.check(f"{when}: the newest 20 are among them", is_whole, entries)
        times = [entry["since"] for entry in entries]
        self.check(f"{when}: the newest comes first", times == sorted(times, reverse=True), times)
        for entry in entries:
            self.is_right(when, entry, listed[entry["orderId"]])
        return ids

    def is_right(self, when, entry, found):
        """Compares an entry of the queue with its order and the order's events."""
        when = f"{when}, {entry['number']}"
        reasons = list(dict.fromkeys(REASONS.get(word, "anomaly") for word in entry["reasons"]))
        self.check(f"{when}: the reasons are the order's", reasons == found["internal"]["attentionReasons"], entry)
        codes = [word for word in entry["reasons"] if word not in REASONS]
        self.check(f"{when}: and the anomalies", codes == [a["code"] for a in found["internal"]["anomalies"]], entry)
        self.check(f"{when}: and the status", entry["status"] == found["status"], entry)
        events = self.client.insist("GET", f"/v1/orders/{entry['orderId']}/events?limit=1000").json["events"]
        recorded = {event["recordedAt"] for event in events}
        self.check(f"{when}: it is in the queue since an event of its own", entry["since"] in recorded, entry)

    def agree_everywhere(self, when):
        for shop in (None, *SHOPS):
            self.agrees(when, shop)


@pytest.fixture(scope="module")
def queue(service, check):
    service.start()
    return Queue(service, check)


def test_statistics_and_list_agree_on_the_seeds(queue):
    queue.agree_everywhere("the seeds")
    words = {word for entry in queue.stats()["newest"] for word in entry["reasons"]}
    for word in ("DeliveryFailed", "ParcelScanned", "ParcelLost", "shortage", "chargedBack", "refundOwed"):
        queue.check(f"the seeds' queue has an order with {word}", word in words, words)


def test_the_whole_queue_comes_to_those_who_ask(queue):
    listed = queue.listed("attention=true")
    newest = queue.stats()["newest"]
    for limit in (1, len(listed) - 1, 1000):
        found = queue.stats(more=f"&attentionLimit={limit}")
        queue.check(f"{limit}: the count is that of all", found["orders"] == len(listed), found["orders"])
        ids = [entry["orderId"] for entry in found["newest"]]
        queue.check(f"{limit}: as many come", len(ids) == min(limit, len(listed)) and set(ids) <= set(listed), len(ids))
        queue.check(f"{limit}: they begin with the newest", found["newest"][:20] == newest[: len(ids)], ids[:3])
    for wrong in ("0", "1001", "x", ""):
        answer = queue.client.request("GET", f"/v1/stats?attentionLimit={wrong}")
        queue.check(f"a limit of “{wrong}” is refused", answer.json["code"] == "invalidQuery", answer)


def test_a_refund_alone_puts_an_order_into_both(queue):
    before = queue.stats("aurora")["orders"]
    placed = queue.send("/v1/orders", order(number=str(uuid.uuid4())))["orderId"]
    path = f"/v1/orders/{placed}"
    pay = {"kind": "captured", "paymentId": "p-1", "amount": money(7700), "providerRef": "psp"}
    queue.send(f"{path}/payment", pay)
    queue.check("a paid order is not in the queue", queue.stats("aurora")["orders"] == before)
    lower = {"adjustmentId": "a-1", "amount": money(500), "direction": "lower", "reason": "goodwill"}
    queue.send(f"{path}/adjust-total", lower)
    first = queue.stats("aurora")["newest"][0]
    queue.check("one that owes a refund is its newest", first["orderId"] == placed, first)
    queue.check("with that reason alone", first["reasons"] == ["refundOwed"], first)
    queue.agree_everywhere("a refund is owed")
    queue.send(f"{path}/payment", pay | {"kind": "refunded", "paymentId": "p-2", "amount": money(500)})
    queue.check("the refund takes it out", queue.stats("aurora")["orders"] == before)
    queue.agree_everywhere("the refund is paid")


def test_an_order_on_hold_with_a_shortage_is_in_both(queue):
    short = queue.story("underway-short")
    since = next(entry["since"] for entry in queue.stats("aurora")["newest"] if entry["orderId"] == short)
    held = queue.send(f"/v1/orders/{short}/hold", {"holdId": "h-1", "reason": "other"})
    queue.check("it is on hold", held["status"] == "onHold", held)
    entry = next((entry for entry in queue.stats("aurora")["newest"] if entry["orderId"] == short), {})
    found = entry.get("since"), entry.get("reasons")
    queue.check("it is in the queue as before", found == (since, ["shortage"]), entry)
    queue.agree_everywhere("an order is on hold")


def test_a_replay_gives_the_same_queue(queue, service):
    before = [queue.stats(shop) for shop in (None, *SHOPS)]
    for name in ("orders", "stats"):
        status, output = service.run("replay", name)
        queue.check(f"{name} is replayed", status == 0, output)
    queue.check("the queue is the same", [queue.stats(shop) for shop in (None, *SHOPS)] == before)
    status, output = service.run("verify")
    queue.check("verify finds no difference", status == 0 and output.count("no difference") == 4, output)

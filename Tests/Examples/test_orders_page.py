"""Statements of docs/orders.md about statuses, the attention queue, money and facts, against a running service."""

import datetime
import itertools
import uuid

import pytest

from support.client import Client

GONE = "00000000-0000-7000-8000-000000000000"


def eur(amount):
    return {"amount": amount, "currency": "EUR"}


def moment(seconds=0):
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


class Shop:
    """A shop with its tokens, and one order at a time."""

    def __init__(self, service):
        self.backend = Client(service.port, service.token("backend", "s"))
        self.staff = Client(service.port, service.token("staff", "s"))
        self.customer = Client(service.port, service.token("customer", "s", "ada"))
        self._numbers = itertools.count(1)
        self.order = ""

    def place(self, units=2, terms="onDelivery"):
        """Places an order of some units at 10.00 each, with shipping at 3.00."""
        order_id, number = str(uuid.uuid4()), next(self._numbers)
        line = {"lineId": "a", "sku": "x", "name": "X", "quantity": units, "unitPrice": eur(1000)}
        body = {"orderId": order_id, "number": f"N{number}", "shop": "s", "customer": "ada", "contactRef": "c"}
        body |= {"country": "DE", "currency": "EUR", "locale": "de-DE", "terms": terms, "lines": [line]}
        body |= {"shipping": eur(300), "discount": eur(0), "tax": eur(0), "total": eur(1000 * units + 300)}
        self.backend.request("POST", "/v1/orders", body)
        self.order = f"/v1/orders/{order_id}"

    def try_(self, command, client=None, **body):
        """(status, reason or code) of a command."""
        answer = (client or self.backend).request("POST", f"{self.order}/{command}", body)
        return answer.status, answer.json.get("reason") or answer.json.get("code")

    def do(self, command, client=None, **body):
        answer = (client or self.backend).request("POST", f"{self.order}/{command}", body)
        if answer.status != 200:
            raise RuntimeError(f"{command}: {answer}")
        return [event["type"] for event in answer.json["events"]]

    def pack(self, parcel="p1", units=2):
        return self.do("pack", parcelId=parcel, lines=[{"lineId": "a", "quantity": units}])

    def send(self, parcel="p1", units=2):
        self.pack(parcel, units)
        self.do("dispatch", parcelId=parcel, carrier="dhl")

    def scan(self, code, parcel="p1", seconds=0):
        number = next(self._numbers)
        return self.do("scan", parcelId=parcel, scanId=f"s{number}", code=code, occurredAt=moment(seconds))

    def pay(self, kind, amount, payment=None, currency="EUR"):
        money = {"amount": amount, "currency": currency}
        return self.do(
            "payment", paymentId=payment or f"m{next(self._numbers)}", kind=kind, amount=money, providerRef="z"
        )

    def read(self, client=None):
        return (client or self.backend).request("GET", self.order).json

    @property
    def status(self):
        return self.read()["status"]

    @property
    def anomalies(self):
        return [anomaly["code"] for anomaly in self.read()["internal"]["anomalies"]]

    @property
    def is_in_queue(self):
        return self.read()["internal"]["attention"]


@pytest.fixture(scope="module")
def shop(service):
    service.start()
    return Shop(service)


def test_the_first_status_that_fits_is_the_status(shop, check):
    def status(wanted, because):
        check(f"{wanted}: {because}", shop.status == wanted, shop.status)

    shop.place()
    status("placed", "the shop has not confirmed")
    shop.do("confirm")
    status("preparing", "nothing has left")
    shop.send("p1", 1)
    status("partlyShipped", "one unit of two left")
    shop.send("p2", 1)
    status("shipped", "all units left")
    shop.scan("readyForPickup", "p1")
    shop.scan("outForDelivery", "p2")
    status("readyForPickup", "it goes before outForDelivery")
    shop.scan("delivered", "p1")
    status("outForDelivery", "it goes before partlyDelivered")
    shop.scan("inTransit", "p2")
    status("partlyDelivered", "one unit is delivered")
    shop.scan("exception", "p2")
    status("attention", "a parcel's last scan is an exception")
    customer = shop.read(shop.customer)
    check("customers see attention without a reason", customer["status"] == "attention" and "internal" not in customer)
    shop.do("hold", holdId="h", reason="fraud")
    status("onHold", "it goes before attention")
    check("an order on hold is not in the queue for its parcel", not shop.is_in_queue)
    check("customers read other for fraud", shop.read(shop.customer)["holds"][0]["reason"] == "other")
    shop.do("release-hold", holdId="h")
    shop.scan("lost", "p2")
    status("attention", "a parcel was lost")
    check("a lost parcel's units are open again", shop.read()["lines"][0]["open"] == 1)
    shop.do("cancel", reason="other")
    status("delivered", "the rest is cancelled, which ends the attention too")
    shop.do("request-return", returnId="r", lines=[{"lineId": "a", "quantity": 1}], reason="x")
    status("delivered", "a pending return changes nothing")
    shop.do("decide-return", returnId="r", approve=True)
    shop.do("receive-return", returnId="r", lines=[{"lineId": "a", "quantity": 1, "condition": "sellable"}])
    status("returned", "every delivered unit came back")
    shop.pay("captured", 1300)
    shop.do("close")
    order = shop.read()
    check("a closed order keeps its status", (order["status"], order["lifecycle"]) == ("returned", "closed"), order)

    shop.place()
    shop.do("confirm")
    shop.send()
    shop.scan("returnedToSender")
    status("preparing", "everything came back to the sender")
    shop.do("cancel", reason="stock")
    status("cancelled", "every unit was cancelled")


def test_anomalies_fill_the_attention_queue(shop, check):
    shop.place(terms="prepaid")
    shop.do("confirm")
    shop.pack()
    check("a scan implies the dispatch", shop.scan("inTransit", seconds=-60) == ["ParcelDispatched", "ParcelScanned"])
    check("which is an anomaly where too little was paid", shop.anomalies == ["dispatchBeforePayment"], shop.anomalies)
    order = shop.read()
    listed = shop.staff.request("GET", f"/v1/orders?attention=true&min_position={order['position']}").json["orders"]
    check("the order is in the queue", [one["orderId"] for one in listed] == [order["orderId"]], listed)
    check("customers see no anomaly", "anomal" not in str(shop.read(shop.customer)))
    shop.do("resolve-anomaly", shop.staff, version=order["internal"]["anomalies"][0]["version"], note="seen")
    check("resolving it takes the order off the queue", not shop.is_in_queue)
    events = shop.customer.request("GET", f"{shop.order}/events").json["events"]
    check("customers do not learn of it", events[-1]["type"] == "ParcelScanned", events[-1])
    shop.scan("delivered", seconds=-10)
    shop.scan("inTransit", seconds=-20)
    check("a late scan is no contradiction", (shop.status, shop.anomalies) == ("delivered", []), shop.anomalies)
    shop.scan("inTransit", seconds=-5)
    check("a scan after the delivery is", shop.anomalies == ["contradictoryScan"], shop.anomalies)


def test_money_decides_dispatch_and_close(shop, check):
    shop.place(3, terms="prepaid")
    shop.do("confirm")
    shop.do("cancel", reason="stock", lines=[{"lineId": "a", "quantity": 1}])
    shop.pack()
    shop.pay("authorized", 2299)
    refused = shop.try_("dispatch", parcelId="p1", carrier="d")
    check("2,300 is due after a cancellation", refused == (409, "paymentInsufficient"), refused)
    shop.pay("authorized", 1)
    shop.do("dispatch", parcelId="p1", carrier="d")
    shop.scan("delivered")
    refused = shop.try_("close")
    check("closing needs the money captured", refused == (409, "moneyNotSettled"), refused)
    shop.pay("captured", 3301, "m")
    check("more than the total is an anomaly", shop.anomalies == ["overCaptured"], shop.anomalies)
    check("a known payment id adds nothing, whatever it says", shop.pay("refunded", 1, "m") == [])
    shop.pay("captured", 1, currency="USD")
    payment = shop.read()["payment"]
    check("another currency is listed and not added", payment["captured"] == eur(3301), payment["captured"])
    shop.do("close")


def test_facts_are_refused_only_where_they_cannot_be_recorded(shop, check):
    shop.place()
    scan = {"parcelId": "p", "scanId": "1", "code": "lost", "occurredAt": moment()}
    cases = {
        "the parcel is not known": (shop.try_("scan", **scan), (409, "parcelUnknown")),
        "a scan has no time": (shop.try_("scan", **{**scan, "occurredAt": None}), (422, "invalidCommand")),
        "the time is too far ahead": (
            shop.try_("scan", **{**scan, "occurredAt": moment(400)}),
            (422, "invalidCommand"),
        ),
        "staff report it": (shop.try_("scan", shop.staff, **scan), (403, "forbidden")),
    }
    shop.order = f"/v1/orders/{GONE}"
    cases["there is no such order"] = (shop.try_("scan", **scan), (404, "notFound"))
    for why, (found, wanted) in cases.items():
        check(f"a fact is refused where {why}", found == wanted, found)

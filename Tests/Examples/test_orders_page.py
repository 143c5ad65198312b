"""Statements of docs/orders.md on lifecycle, parcels, money, returns, facts and readers, against a running service."""

import datetime
import itertools
import uuid

import pytest

from support.client import Client

GONE = "00000000-0000-7000-8000-000000000000"


def eur(amount):
    return {"amount": amount, "currency": "EUR"}


def line(units, **more):
    return {"lineId": "a", "sku": "x", "name": "X", "quantity": units, "unitPrice": eur(1000), **more}


def some(units):
    return [{"lineId": "a", "quantity": units}]


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

    def place(self, units=2, terms="onDelivery", tax=0, discount=0, **more):
        """Places an order of some units at 10.00 each, with shipping at 3.00."""
        order_id, number = str(uuid.uuid4()), next(self._numbers)
        total = 1000 * units + 300 + tax - discount
        body = {"orderId": order_id, "number": f"N{number}", "shop": "s", "customer": "ada", "contactRef": "c"}
        body |= {"country": "DE", "currency": "EUR", "locale": "de-DE", "terms": terms, "lines": [line(units)]}
        body |= {"shipping": eur(300), "discount": eur(discount), "tax": eur(tax), "total": eur(total), **more}
        answer = self.backend.request("POST", "/v1/orders", {key: one for key, one in body.items() if one is not None})
        if answer.status != 201:
            raise RuntimeError(f"placing: {answer}")
        self.order = f"/v1/orders/{order_id}"

    def deliver(self, units=2, **more):
        """Places, confirms and delivers an order in one parcel."""
        self.place(units, **more)
        self.do("confirm")
        self.send("p1", units)
        self.scan("delivered")

    def try_(self, command, client=None, **body):
        """(status, reason or code) of a command."""
        answer = (client or self.backend).request("POST", f"{self.order}/{command}", body)
        return answer.status, answer.json.get("reason") or answer.json.get("code")

    def do(self, command, client=None, **body):
        answer = (client or self.backend).request("POST", f"{self.order}/{command}", body)
        if answer.status != 200:
            raise RuntimeError(f"{command}: {answer}")
        return [event["type"] for event in answer.json["events"]]

    def pack(self, parcel="p1", units=2, **more):
        return self.do("pack", parcelId=parcel, lines=some(units), **more)

    def send(self, parcel="p1", units=2):
        self.pack(parcel, units)
        self.do("dispatch", parcelId=parcel, carrier="dhl")

    def scan(self, code, parcel="p1", seconds=0, scan_id=None, **more):
        scan_id = scan_id or f"s{next(self._numbers)}"
        return self.do("scan", parcelId=parcel, scanId=scan_id, code=code, occurredAt=moment(seconds), **more)

    def pay(self, kind, amount, payment=None, currency="EUR", ref="z", **more):
        money = {"amount": amount, "currency": currency}
        payment = payment or f"m{next(self._numbers)}"
        return self.do("payment", paymentId=payment, kind=kind, amount=money, providerRef=ref, **more)

    def give_back(self, units=1, **more):
        received = [{**one, "condition": "sellable"} for one in some(units)]
        return self.do("receive-return", lines=received, **more)

    def read(self, client=None):
        return (client or self.backend).request("GET", self.order).json

    def money(self, name):
        return self.read()["payment"][name]["amount"]

    def parcel(self, client=None):
        return self.read(client)["parcels"][0]

    @property
    def units(self):
        """The units of the line that are anywhere, by place."""
        found = self.read()["lines"][0]
        places = ("open", "packed", "shipped", "delivered", "cancelled", "returned")
        return {place: found[place] for place in places if found[place]}

    @property
    def status(self):
        return self.read()["status"]

    @property
    def anomalies(self):
        return [anomaly["code"] for anomaly in self.read()["internal"]["anomalies"]]

    @property
    def is_in_queue(self):
        return self.read()["internal"]["attention"]

    @property
    def reasons(self):
        return self.read()["internal"]["attentionReasons"]


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
    check("schema.org calls it a problem", customer["schemaOrgStatus"] == "https://schema.org/OrderProblem")
    shop.do("hold", holdId="h", reason="fraud")
    status("onHold", "it goes before attention")
    check("an order on hold is in the queue for its parcel", shop.reasons == ["parcel"], shop.reasons)
    check("customers read other for fraud", shop.read(shop.customer)["holds"][0]["reason"] == "other")
    shop.do("release-hold", holdId="h")
    shop.scan("lost", "p2")
    status("attention", "a parcel was lost")
    check("a lost parcel's units are open again", shop.units == {"open": 1, "delivered": 1}, shop.units)
    shop.do("cancel", reason="other")
    status("delivered", "the rest is cancelled, which ends the attention too")
    shop.do("request-return", returnId="r", lines=some(1), reason="x")
    status("delivered", "a pending return changes nothing")
    refused = shop.try_("close")
    check("a pending return keeps an order from closing", refused == (409, "returnsPending"), refused)
    shop.do("decide-return", returnId="r", approve=True)
    shop.give_back(returnId="r")
    status("returned", "every delivered unit came back")
    shop.pay("captured", 300)
    shop.do("close")
    order = shop.read()
    check("a closed order keeps its status", (order["status"], order["lifecycle"]) == ("returned", "closed"), order)

    shop.place()
    shop.do("confirm")
    shop.send()
    shop.scan("returnedToSender")
    status("attention", "everything came back to the sender")
    shop.pack("p2")
    status("preparing", "it is packed again")
    shop.do("void-parcel", parcelId="p2", reason="x")
    shop.do("cancel", reason="stock")
    status("cancelled", "every unit was cancelled")


def test_lifecycle_goes_back_from_closed_alone(shop, check):
    shop.place()
    refused = shop.try_("pack", parcelId="p1", lines=some(1))
    check("nothing is packed before confirming", refused == (409, "orderNotConfirmed"), refused)
    refused = shop.try_("reopen", reason="x")
    check("only a closed order can be reopened", refused == (409, "orderNotClosed"), refused)
    shop.deliver()
    shop.pay("captured", 2300)
    shop.do("close")
    refused = shop.try_("hold", holdId="h", reason="stock")
    check("a closed order takes no hold", refused == (409, "orderClosed"), refused)
    shop.do("adjust-total", adjustmentId="a", amount=eur(100), direction="lower", reason="goodwill")
    check("its price can still be lowered", (shop.money("due"), shop.reasons) == (2200, ["refundOwed"]))
    shop.pay("refunded", 100)
    check("the refund ends the attention", not shop.is_in_queue, shop.reasons)
    shop.do("report-shortage", claimId="c", parcelId="p1", lines=some(1), kind="missing")
    check("open units of a closed order need staff", shop.reasons == ["shortage", "closedWithUnits"], shop.reasons)
    shop.do("reopen", reason="one is missing")
    shop.send("p2", 1)
    shop.scan("delivered", "p2")
    shop.do("close")
    check("reopened, sent and closed again", (shop.read()["lifecycle"], shop.status) == ("closed", "delivered"))


def test_anomalies_fill_the_attention_queue(shop, check):
    shop.place(terms="prepaid")
    shop.do("confirm")
    shop.pack()
    answer = shop.backend.request(
        "POST",
        f"{shop.order}/scan",
        {"parcelId": "p1", "scanId": "s", "code": "inTransit", "occurredAt": moment(-60)},
    )
    events = answer.json["events"]
    found = [event["type"] for event in events]
    check("a scan implies the dispatch", found == ["ParcelDispatched", "ParcelScanned"], found)
    check("the answer names the anomaly", events[0].get("anomaly") == "dispatchBeforePayment", events)
    check("which is an anomaly where too little was paid", shop.anomalies == ["dispatchBeforePayment"], shop.anomalies)
    order = shop.read()
    listed = shop.staff.request("GET", f"/v1/orders?attention=true&min_position={order['position']}").json["orders"]
    check("the order is in the queue", order["orderId"] in [one["orderId"] for one in listed], listed)
    check("customers see no anomaly", "anomal" not in str(shop.read(shop.customer)))
    shop.do("resolve-anomaly", shop.staff, version=order["internal"]["anomalies"][0]["version"], note="seen")
    check("resolving it takes the order off the queue", not shop.is_in_queue)
    events = shop.customer.request("GET", f"{shop.order}/events").json["events"]
    check("customers do not learn of it", events[-1]["type"] == "ParcelScanned", events[-1])
    shop.do("dispatch", parcelId="p1", carrier="dhl", trackingNumber="JD 1")
    check("the shop's dispatch adds the number", shop.parcel()["trackingNumber"] == "JD 1", shop.parcel())
    check("and moves nothing", shop.units == {"shipped": 2}, shop.units)
    shop.scan("delivered", seconds=-10)
    shop.scan("inTransit", seconds=-20)
    check("a late scan is no contradiction", (shop.status, shop.anomalies) == ("delivered", []), shop.anomalies)
    shop.scan("inTransit", seconds=-5)
    check("a scan after the delivery is", shop.anomalies == ["contradictoryScan"], shop.anomalies)


def test_parcels_follow_the_scans_that_count(shop, check):
    shop.place()
    shop.do("confirm")
    shop.pack()
    shop.scan("inTransit", scan_id="wrong")
    shop.do("retract-scan", parcelId="p1", scanId="wrong", reason="another parcel's")
    check("without its only scan a parcel is packed again", shop.units == {"packed": 2}, shop.units)
    shop.do("dispatch", parcelId="p1", carrier="dhl", trackingNumber="JD-00 77")
    shop.scan("delivered", seconds=-200_000)
    check(
        "a scan from before the order does not count", (shop.units, shop.anomalies) == ({"shipped": 2}, ["beforeOrder"])
    )
    check("customers do not see it", shop.parcel(shop.customer)["scans"][-1]["scanId"] == "wrong")
    shop.scan("returning", seconds=-30)
    shop.scan("delivered", seconds=-20)
    check("delivered on the way back changes nothing", shop.parcel()["status"] == "returning", shop.anomalies)
    check("and is an anomaly", "deliveredAfterReturning" in shop.anomalies, shop.anomalies)
    shop.scan("returnedToSender")
    shop.pack("p2")
    refused = shop.try_("dispatch", parcelId="p2")
    check("a shipped parcel needs a carrier", refused == (409, "carrierMissing"), refused)
    shop.do("dispatch", parcelId="p2", carrier="letter")
    refused = shop.try_("end-parcel", parcelId="p1", scanId="e", outcome="lost", reason="x")
    check("a parcel that has arrived cannot be ended", refused == (409, "parcelTerminal"), refused)
    shop.do("end-parcel", parcelId="p2", scanId="e", outcome="delivered", reason="a week is over")
    check("the shop ends a letter", shop.units == {"delivered": 2}, shop.units)
    shop.do("retract-scan", parcelId="p2", scanId="e", reason="it was not there")
    check("and can take it back", shop.units == {"shipped": 2}, shop.units)
    shop.do("set-tracking", parcelId="p2", carrier="dhl", trackingNumber="JD 99 01")
    shop.do("set-tracking", parcelId="p2", carrier="dhl", trackingNumber="JD 99 10")
    check("a corrected number stays among the former ones", "JD 99 01" in str(shop.read()["parcels"][1]["former"]))
    scan = {"trackingNumber": "jd9901", "carrier": "DHL", "scanId": "n", "code": "delivered", "occurredAt": moment()}
    answer = shop.backend.request("POST", "/v1/scans", scan)
    check("a scan finds its parcel by a former number", (answer.status, shop.status) == (200, "delivered"), answer)
    answer = shop.backend.request("POST", "/v1/scans", {**scan, "trackingNumber": "JD 99 02", "scanId": "m"})
    check(
        "a number of no parcel is 404", (answer.status, answer.json["code"]) == (404, "unknownTrackingNumber"), answer
    )


def test_pickup_and_digital_parcels_need_no_carrier(shop, check):
    shop.place(contactRef=None, country=None)
    shop.do("confirm")
    refused = shop.try_("pack", parcelId="p", lines=some(1))
    check("a shipped parcel needs an address", refused == (409, "shipToMissing"), refused)
    shop.pack("d", 1, kind="digital")
    found = shop.do("dispatch", parcelId="d")
    check("a digital parcel is delivered by its dispatch", found == ["ParcelDispatched", "ParcelDelivered"], found)
    shop.pack("p", 1, kind="pickup")
    shop.scan("readyForPickup", "p")
    check("units to be fetched stay packed", shop.units == {"packed": 1, "delivered": 1}, shop.units)
    check("the headline says that they wait", shop.status == "readyForPickup", shop.status)
    shop.scan("delivered", "p")
    check("handed over, they are delivered", (shop.units, shop.status) == ({"delivered": 2}, "delivered"), shop.units)


def test_newest_source_gives_the_expected_time(shop, check):
    def window(hours):
        return {"earliest": moment(3600 * hours), "latest": moment(3600 * hours + 3600)}

    shop.place()
    shop.do("confirm")
    shop.pack()
    first, second, third, old = (window(hours) for hours in (24, 48, 36, 12))
    shop.do("dispatch", parcelId="p1", carrier="dhl", eta=first)
    check("the dispatch gives it first", shop.parcel()["eta"] == first, shop.parcel())
    shop.do("revise-eta", parcelId="p1", window=second, source="carrier")
    found = shop.scan("inTransit", eta=third)
    check("a scan tells a change", found == ["ParcelScanned", "EtaRevised"], found)
    found = shop.scan("inTransit", seconds=-3600, eta=old)
    check("a late scan brings no old estimate back", (found, shop.parcel()["eta"]) == (["ParcelScanned"], third), found)


def test_due_follows_the_units(shop, check):
    shop.place(2, tax=160, taxIncluded=False)
    shop.do("cancel", reason="stock", lines=some(1))
    check("a cancelled unit takes its tax along", shop.money("due") == 2460 - 1080, shop.money("due"))
    shop.do("cancel", reason="stock")
    check("the last one takes the shipping along", shop.money("due") == 0, shop.money("due"))

    shop.place(2, discount=500, taxIncluded=True)
    shop.do("cancel", reason="customer", lines=some(1))
    check("a unit bears its share of a coupon", shop.money("due") == 1800 - 750, shop.money("due"))
    refused = shop.try_("cancel", reason="customer", reduction=eur(1051))
    check("a reduction is not above due", refused == (409, "reductionAboveDue"), refused)
    shop.do("cancel", reason="customer", reduction=eur(500))
    check("the shop may say another reduction", shop.money("due") == 550, shop.money("due"))

    shop.place(2)
    refused = shop.try_("edit", lines=[line(3)], total=eur(3299))
    check("an edited order must add up", refused == (409, "totalMismatch"), refused)
    shop.do("edit", lines=[line(3)], total=eur(3300))
    check("an edit moves due", shop.money("due") == 3300, shop.money("due"))
    shop.do("confirm")
    shop.pack(units=2)
    refused = shop.try_("edit", lines=[line(1)], total=eur(1300))
    check("an edit keeps what is packed", refused == (409, "quantityInUse"), refused)
    shop.do("adjust-total", adjustmentId="a", amount=eur(300), direction="lower", reason="goodwill")
    check("an adjustment moves due without a unit", shop.money("due") == 3000, shop.money("due"))
    adjusted = {"amount": eur(3001), "direction": "lower", "reason": "other"}
    refused = shop.try_("adjust-total", adjustmentId="b", **adjusted)
    check("but not below 0", refused == (409, "adjustmentAboveDue"), refused)


def test_money_decides_dispatch_and_close(shop, check):
    shop.place(3, terms="prepaid")
    shop.do("confirm")
    shop.do("cancel", reason="stock", lines=some(1))
    shop.pack()
    shop.pay("authorized", 2299)
    refused = shop.try_("dispatch", parcelId="p1", carrier="d")
    check("2,300 is due after a cancellation", refused == (409, "paymentInsufficient"), refused)
    shop.pay("captured", 1, ref="gift")
    shop.do("dispatch", parcelId="p1", carrier="d")
    check("two payments together are enough", shop.units == {"shipped": 2, "cancelled": 1}, shop.units)
    shop.scan("delivered")
    refused = shop.try_("close")
    check("closing needs the money captured", refused == (409, "moneyNotSettled"), refused)
    shop.pay("captured", 3301, "m")
    check("more than is due is an anomaly", shop.anomalies == ["overCaptured"], shop.anomalies)
    check("and a refund is owed", (shop.money("refundOwed"), shop.read()["payment"]["status"]) == (1002, "over"))
    shop.pay("captured", 1, currency="USD")
    payment = shop.read()["payment"]
    check("another currency is listed and not added", payment["captured"] == eur(3302), payment["captured"])
    refused = shop.try_("close")
    check("more than is due keeps an order from closing", refused == (409, "moneyNotSettled"), refused)
    shop.pay("refunded", 1002)
    shop.do("close")
    shop.pay("chargedBack", 2300)
    check("a chargeback is an anomaly", "chargedBack" in shop.anomalies, shop.anomalies)

    shop.deliver(terms="invoice")
    check("an invoice is paid after the delivery", shop.read()["payment"]["status"] == "none")
    shop.pay("authorized", 2400, ref="card")
    shop.pay("captured", 2250, ref="card", final=True)
    refused = shop.try_("close")
    check("50 are missing", refused == (409, "moneyNotSettled"), refused)
    shop.do("close", writeOff="not worth a letter")
    check("a reason closes the order all the same", shop.read()["lifecycle"] == "closed")


def test_shortages_are_owed_again(shop, check):
    shop.deliver()
    shortage = {"parcelId": "p1", "kind": "damaged"}
    shop.do("report-shortage", claimId="c", lines=some(1), **shortage)
    check("units that arrived broken are open again", shop.units == {"open": 1, "delivered": 1}, shop.units)
    check("staff must look", (shop.status, shop.reasons) == ("attention", ["shortage"]), shop.reasons)
    shop.do("report-shortage", claimId="d", lines=some(2), **shortage)
    check("more than was delivered is an anomaly", shop.anomalies == ["shortageBeyondDelivered"], shop.anomalies)
    check("and moves nothing", shop.units == {"open": 1, "delivered": 1}, shop.units)
    shop.do("cancel", reason="stock")
    check("cancelling it lowers due", (shop.money("due"), shop.status) == (1300, "delivered"), shop.money("due"))


def test_returns_come_in_parts_and_unannounced(shop, check):
    shop.deliver(3)
    shop.pay("captured", 3300)
    shop.do("request-return", returnId="r", lines=some(2), reason="x")
    shop.do("decide-return", returnId="r", approve=True)
    shop.do("set-tracking", returnId="r", carrier="dhl", trackingNumber="RT 1")
    check("a return has a number of its own", shop.read()["returns"][0]["trackingNumber"] == "RT 1")
    shop.give_back(returnId="r", receiptId="box-1", complete=False)
    check("a first box keeps it approved", shop.read()["returns"][0]["status"] == "approved")
    check("due falls by the unit's worth", (shop.money("due"), shop.money("refundOwed")) == (2300, 1000))
    shop.do("cancel-return", returnId="r", reason="keeps the other")
    check("ended after a part, it is received", shop.read()["returns"][0]["status"] == "received")
    shop.give_back(returnId="dock", reduction=eur(1300))
    check("goods that nobody announced are received", shop.anomalies == ["unannounced"], shop.anomalies)
    check("with the reduction that the shop says", shop.money("due") == 1000, shop.money("due"))
    shop.give_back(units=5, returnId="dock-2")
    found = (shop.units["returned"], shop.money("due"))
    check("of five, only the one that was still delivered counts", found == (3, 0), found)


def test_facts_are_refused_only_where_they_cannot_be_recorded(shop, check):
    shop.deliver()
    paid = {"paymentId": "m", "kind": "authorized", "amount": eur(2300), "providerRef": "z"}
    shop.do("payment", **paid)
    check("the same report again adds nothing", shop.do("payment", **paid) == [])
    refused = shop.try_("payment", **{**paid, "kind": "captured"})
    check("other content under a known id is refused", refused == (409, "factIdReused"), refused)
    shop.do("retract-payment", paymentId="m", reason="wrong kind")
    check("a retracted report is not added", shop.money("authorized") == 0, shop.money("authorized"))
    at = moment(-5)
    found = [shop.try_("scan", parcelId="p1", scanId="t", code="inTransit", occurredAt=at) for _ in range(2)]
    check("the same scan again is no error", found == [(200, None)] * 2, found)
    refused = shop.try_("scan", parcelId="p1", scanId="t", code="inTransit", occurredAt=moment(-9))
    check("a scan's time is a part of it", refused == (409, "factIdReused"), refused)
    for number in range(21):
        shop.do("set-tracking", parcelId="p1", carrier="dhl", trackingNumber=f"N{number}")
    refused = shop.try_("set-tracking", parcelId="p1", carrier="dhl", trackingNumber="N21")
    check("an order has bounds", refused == (409, "orderFull"), refused)

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


def test_customers_read_no_secrets(shop, check):
    shop.place(metadata={"gift": "yes"}, privateMetadata={"margin": "secret-1"})
    shop.do("metadata", set={"batch": "secret-2"}, private=True)
    shop.do("note", text="secret-3", visibility="staff")
    shop.do("hold", holdId="secret-4", reason="fraud", note="secret-5")
    shop.pay("authorized", 2300, ref="secret-6")
    seen = str(shop.read(shop.customer)) + str(shop.customer.request("GET", f"{shop.order}/events").json)
    check("customers read no text for staff", "secret" not in seen and "fraud" not in seen, seen)
    check("they read their metadata", shop.read(shop.customer)["metadata"] == {"gift": "yes"})
    staff = str(shop.read(shop.staff)["internal"])
    check("staff read all of it", all(f"secret-{number}" in staff for number in range(1, 7)), staff)

"""Situations of real shops, each as the shop sends it over HTTP and as its customer and its staff read it."""

import json
import urllib.parse
import uuid

from support import roles
from support.client import Client
from support.orders import money
from support.situation import Situation, contents, days_ago, line, units, window

DISPATCHED, SCANNED = "ParcelDispatched", "ParcelScanned"
# The largest amount of money, 2^53 − 1.
LARGEST = 2**53 - 1


def received(first=0, second=0, condition="sellable"):
    return [{**entry, "condition": condition} for entry in units(first, second)]


def found_by_number(situation, number):
    """The ids of the orders that the list finds by a tracking number."""
    position = situation.staff()["position"]
    query = urllib.parse.urlencode({"trackingNumber": number, "min_position": position})
    return [order["orderId"] for order in situation.bench.send("GET", f"/v1/orders?{query}").json["orders"]]


def adjustment(name, amount, direction="lower", reason="goodwill", **more):
    return {"adjustmentId": name, "amount": money(amount), "direction": direction, "reason": reason, **more}


# Parcels


def test_dispatch_after_the_carriers_scan_adds_carrier_and_number(bench):
    s = Situation(bench, "an early scan")
    s.pay("pay-1", "captured", 10_000)
    s.give("confirm")
    s.pack()
    s.scan("p1", "s1", "inTransit", 8, [DISPATCHED, SCANNED], status="shipped")
    s.equal("the dispatch is implied", s.last(DISPATCHED, s.own)["data"].get("implied"), True)
    s.check("the customer sees no carrier yet", "carrier" not in s.parcel(), s.parcel())
    numbered = {"parcelId": "p1", "carrier": "dhl", "trackingNumber": "EARLY 1", "trackingUrl": "https://dhl.example/1"}
    s.give("dispatch", numbered, [DISPATCHED], status="shipped")
    parcel = s.parcel()
    shown = {name: parcel.get(name) for name in ("status", "carrier", "trackingNumber", "trackingUrl", "former")}
    wanted = {"status": "inTransit", "former": []} | {name: numbered[name] for name in numbered if name != "parcelId"}
    s.equal("the customer sees carrier and number", shown, wanted)
    s.check("the second dispatch is explicit", "implied" not in s.last(DISPATCHED)["data"], s.last(DISPATCHED))
    s.refuse("dispatch", numbered, "parcelNotPacked", allowed=["setTracking", "recordScan"])
    s.equal("the list finds the order", found_by_number(s, "early-1"), [s.id])
    s.scan("p1", "s2", "delivered", 7, ["ParcelDelivered"], status="delivered")
    s.reads(status="delivered", due=10_000, owed=0, payment="full", attention=[])
    s.close()


def test_early_scan_of_an_unpaid_parcel_tells_the_shop(bench):
    s = Situation(bench, "an early scan of an unpaid order")
    s.give("confirm")
    s.pack()
    scan = {"parcelId": "p1", "scanId": "s1", "code": "inTransit", "occurredAt": days_ago(8)}
    s.give("scan", scan, [DISPATCHED, SCANNED], ["dispatchBeforePayment"])
    s.reads(status="shipped", attention=["anomaly"])
    s.give("retract-scan", {"parcelId": "p1", "scanId": "s1", "reason": "not ours"}, ["ScanRetracted"])
    s.equal("the parcel is packed again", s.parcel()["status"], "packed")
    s.equal("its units are packed again", s.seen()["lines"][0]["packed"], 2)
    s.refuse("dispatch", {"parcelId": "p1", "carrier": "dhl"}, "paymentInsufficient", allowed=["voidParcel"])
    s.give("void-parcel", {"parcelId": "p1", "reason": "unpaid"}, ["ParcelVoided"])
    s.give("cancel", {"reason": "payment"}, ["ItemsCancelled", "OrderCancelled"], status="cancelled")
    s.resolved()
    s.reads(status="cancelled", due=0, owed=0, payment="full", attention=[])
    s.ends("cancelled")


def test_corrected_number_keeps_the_former_one(bench):
    s = Situation(bench, "a corrected number")
    s.shipped(number="WRONG 1")
    change = {"parcelId": "p1", "carrier": "ups", "trackingNumber": "Right 1"}
    s.give("set-tracking", change, ["TrackingChanged"], status="shipped")
    old, new = {"carrier": "dhl", "trackingNumber": "WRONG 1"}, {"carrier": "ups", "trackingNumber": "Right 1"}
    s.equal(
        "the customer's event", s.last("TrackingChanged", s.own)["data"], {"parcelId": "p1", "old": old, "new": new}
    )
    s.equal("the former number", s.parcel()["former"], [old])
    for number in ("wrong-1", "RIGHT1"):
        s.equal(f"the list by {number}", found_by_number(s, number), [s.id])
        scan = {"trackingNumber": number, "scanId": number, "code": "inTransit", "occurredAt": days_ago(7)}
        s.give("scan", scan, [SCANNED], path="/v1/scans")
    s.give("set-tracking", {"parcelId": "p1", "carrier": "ups"}, ["TrackingChanged"])
    s.check("the number is taken back", "trackingNumber" not in s.parcel(), s.parcel())
    s.equal("both numbers are former ones", s.parcel()["former"], [old, new])
    s.invalid("set-tracking", {"parcelId": "p1", "trackingNumber": "--"}, "/trackingNumber")
    s.invalid("set-tracking", {"parcelId": "p1", "trackingUrl": "http://ups.example/1"}, "/trackingUrl")
    s.refuse("set-tracking", {"parcelId": "p9", "carrier": "ups"}, "parcelUnknown")
    s.scan("p1", "s9", "delivered", 6, ["ParcelDelivered"])
    s.give("set-tracking", change, ["TrackingChanged"], status="delivered")
    s.equal("a number comes back after the delivery", s.parcel()["trackingNumber"], "Right 1")
    s.close()


def test_parcel_that_never_left_is_unpacked(bench):
    s = Situation(bench, "a parcel that never left")
    s.shipped(number="NEVER 1")
    s.give("void-parcel", {"parcelId": "p1", "reason": "still on the shelf"}, ["ParcelVoided"], status="preparing")
    s.equal("its units are open", s.seen()["lines"][0]["open"], 2)
    s.equal("the customer reads why", s.last("ParcelVoided", s.own)["data"]["reason"], "still on the shelf")
    s.refuse("set-tracking", {"parcelId": "p1", "carrier": "ups"}, "parcelVoid", allowed=["packParcel"])
    s.refuse("pack", {"parcelId": "p1", "lines": units(2)}, "parcelExists", allowed=["packParcel"])
    s.pack("p2")
    s.dispatch("p2")
    s.scan("p2", "s1", "inTransit", 7, [SCANNED])
    s.refuse("void-parcel", {"parcelId": "p2", "reason": "x"}, "parcelNotPacked", allowed=["endParcel", "retractScan"])
    s.scan("p1", "s1", "delivered", 7, ["ParcelDelivered"], ["voidParcelScanned"], status="shipped")
    s.reads(status="shipped", attention=["anomaly"])
    s.scan("p2", "s2", "delivered", 6, ["ParcelDelivered"], status="delivered")
    s.close()


def test_scan_on_the_wrong_parcel_is_undone(bench):
    s = Situation(bench, "a scan on the wrong parcel")
    s.pay("pay-1", "captured", 10_000)
    s.give("confirm")
    for parcel in ("p1", "p2"):
        s.pack(parcel, units(1))
    s.dispatch("p1")
    s.scan("p1", "s1", "delivered", 6, ["ParcelDelivered"], status="partlyDelivered")
    retraction = {"parcelId": "p1", "scanId": "s1", "reason": "meant the other parcel"}
    s.give("retract-scan", retraction, ["ScanRetracted"], status="partlyShipped")
    s.equal("the units are on their way again", s.seen()["lines"][0]["shipped"], 1)
    s.equal("the scan stays, marked", [scan["retracted"] for scan in s.parcel()["scans"]], [True])
    s.equal("the event says the parcel's status", s.last("ScanRetracted", s.own)["data"]["parcelStatus"], "inTransit")
    s.refuse("retract-scan", retraction, "scanNotCounting")
    s.refuse("retract-scan", {**retraction, "scanId": "s7"}, "scanUnknown")
    s.scan("p2", "s1", "delivered", 6, [DISPATCHED, "ParcelDelivered"], status="partlyDelivered")
    s.scan("p1", "s2", "delivered", 5, ["ParcelDelivered"], status="delivered")
    s.close()


def test_late_scan_does_not_bring_an_old_estimate_back(bench):
    s = Situation(bench, "a late scan's estimate")
    s.pay("pay-1", "captured", 10_000)
    s.give("confirm")
    s.pack()
    first, newer, older = window(1), window(3), window(2)
    s.dispatch(eta=first)
    s.equal("the estimate of the dispatch", s.parcel().get("eta"), first)
    s.scan("p1", "s1", "inTransit", 4, [SCANNED, "EtaRevised"], eta=newer)
    s.equal(
        "old and new",
        {key: s.last("EtaRevised", s.own)["data"][key] for key in ("old", "new")},
        {"old": first, "new": newer},
    )
    s.scan("p1", "s2", "inTransit", 5, [SCANNED], eta=older)
    s.equal("the newer estimate stays", s.parcel()["eta"], newer)
    s.give("retract-scan", {"parcelId": "p1", "scanId": "s1", "reason": "wrong"}, ["ScanRetracted", "EtaRevised"])
    s.equal("without it the older one counts", s.parcel()["eta"], older)
    s.give("revise-eta", {"window": newer, "source": "shop"}, ["EtaRevised"])
    s.equal("the order's own estimate", (s.seen()["eta"], s.parcel()["eta"]), (newer, older))
    revision = {"parcelId": "p1", "window": first, "source": "shop", "reason": "snow", "occurredAt": days_ago(3)}
    s.give("revise-eta", revision, ["EtaRevised"])
    s.equal("the shop's word is the newest", s.parcel()["eta"], first)
    s.scan("p1", "s3", "delivered", 2, ["ParcelDelivered"], status="delivered")
    s.equal("a delivered parcel's estimate stays", s.parcel().get("eta"), first)
    s.refuse("revise-eta", {**revision, "window": newer}, "nothingExpected", allowed=["closeOrder"])
    s.close()


def test_delivered_on_the_way_back_delivers_nothing(bench):
    s = Situation(bench, "delivered on the way back")
    s.shipped()
    s.scan("p1", "s1", "returning", 6, [SCANNED])
    s.scan("p1", "s2", "delivered", 5, ["ParcelDelivered"], ["deliveredAfterReturning"], status="shipped")
    s.equal("it still comes back", s.parcel()["status"], "returning")
    s.scan("p1", "s3", "returnedToSender", 4, ["ParcelReturnedToSender"], status="attention", reason="recipient")
    s.scan("p1", "s4", "delivered", 3, ["ParcelDelivered"], ["deliveredAfterReturning"], status="attention")
    s.reads(status="attention", due=10_000, attention=["parcel", "anomaly"])
    s.resolved()
    s.give("cancel", {"reason": "customer"}, ["ItemsCancelled", "OrderCancelled"], status="cancelled")
    s.reads(due=0, owed=10_000, payment="over", attention=["refundOwed"])
    s.pay("pay-2", "refunded", 10_000)
    s.reads(status="cancelled", due=0, owed=0, payment="full", attention=[])
    s.ends("cancelled")


def test_delivered_after_the_shop_has_the_goods_back_delivers_nothing(bench):
    s = Situation(bench, "the shop has it back before the carrier says so")
    s.shipped()
    s.scan("p1", "s1", "returning", 6, [SCANNED])
    back = {"parcelId": "p1", "scanId": "e1", "outcome": "returned", "reason": "on our dock", "occurredAt": days_ago(5)}
    s.give("end-parcel", back, ["ParcelEnded"], status="attention")
    s.scan("p1", "s2", "delivered", 4, ["ParcelDelivered"], ["deliveredAfterReturning"], status="attention")
    s.equal("it stays with the shop", s.parcel()["status"], "returnedToSender")
    s.equal("its units are open", s.seen()["lines"][0]["open"], 2)
    s.resolved()
    s.give("cancel", {"reason": "customer"}, ["ItemsCancelled", "OrderCancelled"], status="cancelled")
    s.pay("pay-2", "refunded", 10_000)
    s.ends("cancelled")


def test_recycled_numbers_old_scan_delivers_nothing(bench):
    s = Situation(bench, "a recycled number")
    s.pay("pay-1", "captured", 10_000)
    s.give("confirm")
    s.pack(carrier="dhl", trackingNumber="RECYCLED 1")
    old = {"trackingNumber": "recycled1", "scanId": "s1", "code": "delivered", "occurredAt": days_ago(60)}
    s.give("scan", old, ["ParcelDelivered"], ["beforeOrder"], status="preparing", path="/v1/scans")
    s.give("scan", old, [], path="/v1/scans")
    s.equal("the customer sees no scan", s.parcel()["scans"], [])
    s.equal("staff see it", [scan["scanId"] for scan in s.parcel("p1", s.staff())["scans"]], ["s1"])
    types = [event["type"] for event in s.history(s.own)]
    s.check("the customer's history has no delivery", "ParcelDelivered" not in types, types)
    s.reads(status="preparing", attention=["anomaly"])
    s.equal("units are packed", s.seen()["lines"][0]["packed"], 2)
    s.resolved()
    s.give("dispatch", {"parcelId": "p1"}, [DISPATCHED], status="shipped")
    s.scan("p1", "s2", "delivered", 1, ["ParcelDelivered"], status="delivered")
    s.close()


def test_letter_van_and_silent_carrier_come_to_an_end(bench):
    lines = [line("l1", 3, 1000)]
    s = Situation(bench, "no carrier speaks", lines)
    s.pay("pay-1", "captured", 3000)
    s.give("confirm")
    for parcel, carrier in (("letter", "post"), ("van", "own-van"), ("silent", "dhl")):
        s.pack(parcel, units(1))
        s.dispatch(parcel, carrier)
    ended = {"parcelId": "letter", "scanId": "e1", "outcome": "delivered", "reason": "two weeks without a complaint"}
    s.refuse("end-parcel", {**ended, "parcelId": "none"}, "parcelUnknown")
    s.give("end-parcel", ended, ["ParcelEnded"], status="partlyDelivered")
    entry = s.parcel("letter")["scans"][0]
    s.equal("the customer's timeline", (entry["scanId"], entry["code"], entry["retracted"]), ("e1", "delivered", False))
    s.equal("the event says the parcel's status", s.last("ParcelEnded", s.own)["data"]["parcelStatus"], "delivered")
    s.refuse("end-parcel", {**ended, "scanId": "e2"}, "parcelTerminal")
    s.give("end-parcel", {**ended, "parcelId": "van", "reason": "the driver says so"}, ["ParcelEnded"])
    s.give("retract-scan", {"parcelId": "van", "scanId": "e1", "reason": "another house"}, ["ScanRetracted"])
    s.equal("the retracted end", s.parcel("van")["status"], "inTransit")
    s.give("end-parcel", {**ended, "parcelId": "van", "scanId": "e2", "outcome": "returned"}, ["ParcelEnded"])
    s.reads(status="attention", attention=["parcel"])
    s.pack("van-2", units(1))
    s.dispatch("van-2", "own-van")
    s.give("end-parcel", {**ended, "parcelId": "van-2"}, ["ParcelEnded"], status="partlyDelivered")
    lost = {"parcelId": "silent", "scanId": "e1", "outcome": "lost", "reason": "silent for a month"}
    s.give("end-parcel", {**lost, "occurredAt": days_ago(3)}, ["ParcelEnded"], status="attention")
    s.equal("its unit is open", s.seen()["lines"][0]["open"], 1)
    s.scan("silent", "s1", "delivered", 1, ["ParcelDelivered"], status="delivered")
    s.equal("the carrier overrules the shop", s.parcel("silent")["status"], "delivered")
    s.reads(status="delivered", attention=[])
    s.close()


def test_pickup_waits_without_leaving(bench):
    body_lines = [line("l1", 2, 1000)]
    s = Situation(bench, "a pickup", body_lines)
    s.pay("pay-1", "captured", 2000)
    s.give("confirm")
    place = {"text": "Shop in the old town", "country": "DE", "timeZone": "Europe/Berlin"}
    s.pack("p1", kind="pickup", pickupPlace=place)
    s.scan("p1", "s1", "readyForPickup", 6, [SCANNED], status="readyForPickup")
    shown = s.seen()
    parcel = s.parcel("p1", shown)
    s.equal(
        "kind, place and status",
        [parcel["kind"], parcel["pickupPlace"], parcel["status"]],
        ["pickup", place, "readyForPickup"],
    )
    s.equal("schema.org's word", shown["schemaOrgStatus"], "https://schema.org/OrderPickupAvailable")
    s.equal("its units stay packed", shown["lines"][0]["packed"], 2)
    s.give("void-parcel", {"parcelId": "p1", "reason": "fetched too late"}, ["ParcelVoided"], status="preparing")
    s.pack("p2", kind="pickup", pickupPlace=place)
    s.scan("p2", "s1", "readyForPickup", 5, [SCANNED])
    s.scan("p2", "s2", "delivered", 4, [DISPATCHED, "ParcelDelivered"], status="delivered")
    s.close()
    s = Situation(bench, "a pickup that the shop hands over", body_lines, terms="invoice")
    s.give("confirm")
    s.pack("p1", kind="pickup")
    s.scan("p1", "s1", "readyForPickup", 5, [SCANNED])
    handed = {"parcelId": "p1", "scanId": "e1", "outcome": "delivered", "reason": "at the till"}
    s.give("end-parcel", handed, status="delivered")
    s.give("close", {"writeOff": "paid in cash"}, ["OrderClosed"])
    s.reads(lifecycle="closed", due=2000, owed=0, payment="none", attention=[])
    s.ends("closed")


def test_digital_goods_arrive_at_once(bench):
    s = Situation(bench, "digital goods", [line("l1", 1, 1000)])
    s.pay("pay-1", "captured", 1000)
    s.give("confirm")
    s.pack("p1", units(1), kind="digital")
    s.give("dispatch", {"parcelId": "p1"}, [DISPATCHED, "ParcelDelivered"], status="delivered")
    entry = s.parcel()["scans"][0]
    s.equal("the timeline", (entry["scanId"], entry["code"]), ("dispatch", "delivered"))
    s.give("retract-scan", {"parcelId": "p1", "scanId": "dispatch", "reason": "wrong key"}, ["ScanRetracted"])
    s.equal("the retracted delivery", s.seen()["status"], "shipped")
    s.scan("p1", "s1", "delivered", 0, ["ParcelDelivered"], status="delivered")
    s.close()


def test_parcel_needs_address_and_carrier_where_it_is_sent(bench):
    changes = {"contactRef": None, "country": None}
    body = {name: value for name, value in {**contents([line()]), **changes}.items() if value is not None}
    s = Situation(bench, "no address", body=body)
    s.pay("pay-1", "captured", 10_000)
    s.give("confirm")
    s.refuse("pack", {"parcelId": "p1", "lines": units(1)}, "shipToMissing", allowed=["packParcel", "changeShipTo"])
    s.pack("p0", units(1), kind="pickup")
    s.give("ship-to", {"contactRef": "contact-9", "country": "AT"}, ["ShipToChanged"])
    s.pack("p1", units(1), origin={"text": "Store 7", "country": "AT"})
    s.refuse("dispatch", {"parcelId": "p1"}, "carrierMissing", allowed=["dispatchParcel"])
    s.give("dispatch", {"parcelId": "p0"}, [DISPATCHED])
    s.refuse("ship-to", {"contactRef": "contact-1", "country": "DE"}, "alreadyDispatched")
    s.dispatch("p1", "own-van")
    s.equal("the customer reads where it comes from", s.parcel().get("origin"), {"text": "Store 7", "country": "AT"})
    for parcel in ("p0", "p1"):
        s.scan(parcel, "s1", "delivered", 5, ["ParcelDelivered"])
    s.close()


def test_lost_parcel_that_is_found_moves_nothing(bench):
    s = Situation(bench, "lost, sent again, found")
    s.shipped()
    s.scan("p1", "s1", "lost", 6, ["ParcelLost"], status="attention")
    s.pack("p2")
    s.reads(status="preparing", attention=[])
    s.refuse("retract-scan", {"parcelId": "p1", "scanId": "s1", "reason": "x"}, "unitsMoved")
    s.scan("p1", "s2", "delivered", 5, ["ParcelDelivered"], ["unitsMoved"], status="preparing")
    s.equal("the parcel reads as the carrier says", s.parcel("p1")["status"], "delivered")
    s.equal("its units stay in the second", s.seen()["lines"][0]["packed"], 2)
    s.dispatch("p2")
    s.scan("p2", "s1", "delivered", 4, ["ParcelDelivered"], status="delivered")
    s.resolved()
    s.close()


def test_lost_parcel_that_comes_back_later_needs_nothing_more(bench):
    s = Situation(bench, "lost, replaced, back at the shop")
    s.shipped()
    s.scan("p1", "s1", "lost", 7, ["ParcelLost"], status="attention")
    s.pack("p2")
    s.dispatch("p2", days=6)
    s.scan("p2", "s1", "delivered", 5, ["ParcelDelivered"], status="delivered")
    s.scan("p1", "s2", "returnedToSender", 4, ["ParcelReturnedToSender"])
    # Nothing is open, so there is nothing to pack or cancel: neither customer nor staff wait for anything.
    s.reads(status="delivered", attention=[])
    s.close()
    s = Situation(bench, "lost, cancelled, back at the shop")
    s.shipped()
    s.scan("p1", "s1", "lost", 7, ["ParcelLost"], status="attention")
    s.give("cancel", {"reason": "stock"}, ["ItemsCancelled", "OrderCancelled"], status="cancelled")
    s.pay("pay-2", "refunded", 10_000)
    s.scan("p1", "s2", "returnedToSender", 4, ["ParcelReturnedToSender"])
    s.reads(status="cancelled", attention=[])
    s.ends("cancelled")


def test_return_by_the_same_label_ends_as_returned(bench):
    s = Situation(bench, "a return by the same label")
    s.delivered()
    s.give("request-return", {"returnId": "r1", "lines": units(2), "reason": "colour"})
    s.give("decide-return", {"returnId": "r1", "approve": True})
    s.scan("p1", "s1", "returning", 4, [SCANNED], ["unitsMoved"])
    s.scan("p1", "s2", "returnedToSender", 3, ["ParcelReturnedToSender"], ["unitsMoved"])
    s.give("receive-return", {"returnId": "r1", "lines": received(2)}, ["ReturnReceived"], status="returned")
    s.pay("pay-2", "refunded", 10_000, returnId="r1")
    s.resolved()
    s.reads(status="returned", due=0, owed=0, payment="full", attention=[])
    s.close()


# Money


def test_tax_on_top_leaves_nothing_over(bench):
    s = Situation(bench, "tax on top", tax=800, tax_included=False)
    s.pay("pay-1", "authorized", 10_800)
    s.give("cancel", {"lines": units(1), "reason": "stock"}, ["ItemsCancelled"])
    s.reads(due=5400, owed=0)
    s.equal("the event carries the reduction", s.last("ItemsCancelled", s.own)["data"]["reduction"], money(5400))
    s.give("confirm")
    s.pack(lines=units(1))
    s.dispatch()
    s.scan("p1", "s1", "delivered", 6, ["ParcelDelivered"], status="delivered")
    s.pay("pay-2", "captured", 5400)
    s.refuse("close", {}, "moneyNotSettled", allowed=["recordPayment", "closeOrder"])
    s.pay("pay-3", "voided", 5400)
    s.close()
    s = Situation(bench, "tax on top, all cancelled one by one", tax=799, tax_included=False, shipping=490)
    s.give("cancel", {"lines": units(1), "reason": "stock"}, ["ItemsCancelled"])
    s.give("cancel", {"lines": units(1), "reason": "stock"}, ["ItemsCancelled", "OrderCancelled"])
    s.reads(status="cancelled", due=0, owed=0, payment="full", attention=[])
    s.ends("cancelled")


def test_half_a_coupon_order_cannot_ship_unpaid(bench):
    s = Situation(bench, "half a coupon order", discount=2000)
    s.give("confirm")
    s.give("cancel", {"lines": units(1), "reason": "customer"}, ["ItemsCancelled"])
    s.reads(due=4000)
    s.pay("pay-1", "authorized", 3999)
    s.pack(lines=units(1))
    s.refuse("dispatch", {"parcelId": "p1", "carrier": "dhl"}, "paymentInsufficient", allowed=["recordPayment"])
    s.pay("pay-2", "authorized", 1, ref="gift-card")
    s.dispatch()
    s.scan("p1", "s1", "delivered", 6)
    s.pay("pay-3", "captured", 3999)
    s.pay("pay-4", "captured", 1, ref="gift-card")
    s.reads(due=4000, owed=0, payment="full")
    s.close()


def test_gift_card_and_card_pay_together(bench):
    s = Situation(bench, "gift card and card")
    s.pay("pay-1", "captured", 3000, ref="gift-card")
    s.reads(payment="partial")
    s.give("confirm")
    s.pack()
    s.refuse("dispatch", {"parcelId": "p1", "carrier": "dhl"}, "paymentInsufficient")
    s.pay("pay-2", "authorized", 7000)
    s.dispatch()
    s.scan("p1", "s1", "delivered", 6)
    s.pay("pay-3", "captured", 7000)
    s.equal("staff see both references", len(set(json.dumps(ref) for ref in s.staff()["internal"]["providerRefs"])), 3)
    s.reads(due=10_000, owed=0, payment="full")
    s.close()


def test_fully_refunded_order_cannot_ship(bench):
    s = Situation(bench, "fully refunded")
    s.pay("pay-1", "authorized", 10_000)
    s.pay("pay-2", "captured", 10_000)
    s.pay("pay-3", "refunded", 10_000)
    s.give("confirm")
    s.pack()
    s.refuse("dispatch", {"parcelId": "p1", "carrier": "dhl"}, "paymentInsufficient", allowed=["voidParcel"])
    s.reads(due=10_000, owed=0, payment="none", attention=[])
    s.give("void-parcel", {"parcelId": "p1", "reason": "refunded"})
    s.give("cancel", {"reason": "customer"}, status="cancelled")
    s.reads(due=0, owed=0, payment="full")
    s.ends("cancelled")


def test_charged_refunded_and_charged_again_is_paid(bench):
    s = Situation(bench, "charged, refunded, charged again")
    s.pay("pay-1", "captured", 10_000)
    s.pay("pay-2", "refunded", 10_000)
    s.pay("pay-3", "captured", 10_000)
    s.reads(due=10_000, owed=0, payment="full", attention=[])
    s.delivered(paid=False)
    s.close()


def test_capture_after_cancellation_is_told(bench):
    s = Situation(bench, "captured after cancellation")
    s.pay("pay-1", "authorized", 10_000)
    s.give("cancel", {"reason": "customer"}, ["ItemsCancelled", "OrderCancelled"])
    s.pay("pay-2", "captured", 10_000, anomalies=["overCaptured"])
    s.reads(status="cancelled", due=0, owed=10_000, payment="over", attention=["anomaly", "refundOwed"])
    anomaly = s.staff()["internal"]["anomalies"][0]
    s.equal("staff read its code", anomaly["code"], "overCaptured")
    position = s.staff()["position"]
    queue = bench.send("GET", f"/v1/orders?attention=true&customer={s.customer}&min_position={position}").json["orders"]
    s.equal("the queue has the order", [order["orderId"] for order in queue], [s.id])
    s.pay("pay-3", "refunded", 10_000)
    s.reads(owed=0, payment="full", attention=["anomaly"])
    s.resolved()
    s.reads(attention=[])
    s.ends("cancelled")


def test_capture_of_less_after_a_return_closes(bench):
    for name, final in (("voided", False), ("final", True)):
        s = Situation(bench, f"captured less after a return, {name}")
        s.pay("pay-1", "authorized", 10_000)
        s.delivered(paid=False)
        s.give("request-return", {"returnId": "r1", "lines": units(1), "reason": "too large"}, ["ReturnRequested"])
        s.give("decide-return", {"returnId": "r1", "approve": True, "note": "send it", "staffNote": "regular"})
        s.refuse("close", {}, "returnsPending", allowed=["receiveReturn", "cancelReturn"])
        s.give("receive-return", {"returnId": "r1", "lines": received(1)}, ["ReturnReceived"], status="delivered")
        s.reads(due=5000, owed=0, payment="none")
        if final:
            s.pay("pay-2", "captured", 5000, final=True)
        else:
            s.pay("pay-2", "captured", 5000)
            s.refuse("close", {}, "moneyNotSettled", allowed=["recordPayment"])
            s.pay("pay-3", "voided", 5000)
        s.reads(due=5000, owed=0, payment="full", attention=[])
        s.close()


def test_price_is_reduced(bench):
    s = Situation(bench, "a price reduction")
    s.give("adjust-total", adjustment("a1", 1000, note="for the delay"), ["TotalAdjusted"])
    data = s.last("TotalAdjusted", s.own)["data"]
    s.equal("the customer reads old and new", (data["oldDue"], data["newDue"]), (money(10_000), money(9000)))
    s.refuse("adjust-total", adjustment("a1", 1), "adjustmentExists", allowed=["adjustTotal"])
    s.refuse("adjust-total", adjustment("a2", 9001), "adjustmentAboveDue", allowed=["adjustTotal"])
    s.refuse("adjust-total", {**adjustment("a2", 1), "amount": money(1, "USD")}, "currencyMismatch")
    s.give("adjust-total", adjustment("a2", 500, "raise", "fee"), ["TotalAdjusted"])
    s.delivered()
    s.reads(due=9500, owed=0, payment="full")
    s.give("close", {}, ["OrderClosed"])
    s.give("adjust-total", adjustment("a3", 500, reason="correction"), ["TotalAdjusted"])
    s.reads(lifecycle="closed", due=9000, owed=500, payment="over", attention=["refundOwed"])
    s.pay("pay-2", "refunded", 500)
    s.reads(lifecycle="closed", due=9000, owed=0, payment="full", attention=[])
    s.ends("closed")


def test_payment_id_means_one_report(bench):
    s = Situation(bench, "one payment id twice")
    body = {"paymentId": "tx-1", "kind": "authorized", "amount": money(10_000), "providerRef": "card"}
    first = s.give("payment", body, ["PaymentAuthorized"])
    again = s.give("payment", {**body, "occurredAt": days_ago(3)}, [])
    s.equal("the known report's position is the order's", again["position"], first["position"])
    s.refuse("payment", {**body, "kind": "captured"}, "factIdReused", ["kind"], ["recordPayment", "retractPayment"])
    s.refuse("payment", {**body, "amount": money(9), "providerRef": "x"}, "factIdReused", ["amount", "providerRef"])
    s.refuse("payment", {**body, "final": True}, "factIdReused", ["final"])
    s.give("payment", {**body, "final": False}, [])
    s.pay("tx-2", "captured", 10_000)
    s.pay("tx-3", "captured", 700, anomalies=["overCaptured"])
    s.reads(owed=700, payment="over")
    s.give("retract-payment", {"paymentId": "tx-3", "reason": "another order's"}, ["PaymentRetracted"])
    s.reads(owed=0, payment="full")
    s.refuse("retract-payment", {"paymentId": "tx-3", "reason": "again"}, "paymentRetracted")
    s.refuse("retract-payment", {"paymentId": "tx-9", "reason": "x"}, "paymentUnknown")
    marked = [(report["paymentId"], report["retracted"]) for report in s.seen()["payment"]["reports"]]
    s.equal("the report stays, marked", marked, [("tx-1", False), ("tx-2", False), ("tx-3", True)])
    s.resolved()
    s.delivered(paid=False)
    s.close()


def test_scan_id_means_one_scan(bench):
    s = Situation(bench, "a corrected scan under its own id")
    s.shipped()
    body = {"parcelId": "p1", "scanId": "s1", "code": "inTransit", "occurredAt": days_ago(7), "detail": "DEP"}
    place = {"text": "Leipzig", "country": "DE"}
    s.give("scan", {**body, "place": place}, [SCANNED])
    s.give("scan", {**body, "place": place}, [])
    s.refuse("scan", {**body, "place": {"text": "Halle"}}, "factIdReused", ["place"], ["retractScan", "recordScan"])
    s.refuse("scan", {**body, "place": place, "occurredAt": days_ago(6)}, "factIdReused", ["occurredAt"])
    s.refuse("scan", {**body, "place": place, "detail": "ARR", "eta": window(1)}, "factIdReused", ["detail", "eta"])
    s.refuse("scan", body, "factIdReused", ["place"])
    s.give("retract-scan", {"parcelId": "p1", "scanId": "s1", "reason": "wrong hub"}, ["ScanRetracted"])
    s.give("scan", {**body, "scanId": "s1-corrected", "place": {"text": "Halle"}}, [SCANNED])
    texts = [(scan["place"]["text"], scan["retracted"]) for scan in s.parcel()["scans"]]
    s.equal("the customer's timeline", sorted(texts), [("Halle", False), ("Leipzig", True)])
    s.scan("p1", "s2", "delivered", 5, ["ParcelDelivered"], status="delivered")
    s.close()


def test_invoice_is_paid_after_the_delivery(bench):
    for terms in ("invoice", "onDelivery"):
        s = Situation(bench, f"terms {terms}", terms=terms)
        s.equal("the customer reads the terms", s.seen()["terms"], terms)
        s.delivered(paid=False)
        s.refuse("close", {}, "moneyNotSettled", allowed=["closeOrder", "recordPayment"])
        s.pay("pay-1", "captured", 10_000, ref="bank")
        s.close()


def test_absurd_amounts_add_up_and_are_taken_back(bench):
    s = Situation(bench, "absurd amounts")
    for index in range(3):
        s.pay(f"pay-{index}", "captured", LARGEST, anomalies=["overCaptured"])
    s.equal("the sum shows the largest amount that readers hold", s.seen()["payment"]["captured"]["amount"], LARGEST)
    for index in range(3):
        s.give("retract-payment", {"paymentId": f"pay-{index}", "reason": "a broken source"}, ["PaymentRetracted"])
    s.reads(due=10_000, owed=0, payment="none")
    s.resolved()
    s.give("cancel", {"reason": "other"}, ["ItemsCancelled", "OrderCancelled"])
    s.ends("cancelled")


def test_chargeback_and_its_reversal(bench):
    s = Situation(bench, "a chargeback")
    s.delivered()
    s.give("close", {}, ["OrderClosed"])
    s.pay("cb-1", "chargedBack", 10_000, ref="card", anomalies=["chargedBack"])
    s.reads(lifecycle="closed", due=10_000, owed=0, payment="none", attention=["anomaly"])
    s.pay("cb-2", "chargebackReversed", 10_000)
    s.reads(payment="full")
    s.pay("cb-3", "chargedBack", 4000, anomalies=["chargedBack"])
    s.reads(payment="partial")
    s.resolved()
    s.give("reopen", {"reason": "money is missing"}, ["OrderReopened"], status="delivered")
    s.refuse("close", {}, "moneyNotSettled")
    s.give("close", {"writeOff": "charged back"}, ["OrderClosed"])
    internal = s.last("OrderClosed")["internal"].get("writeOff", {})
    s.equal("staff read what is written off", internal, {"reason": "charged back", "unpaid": money(4000)})
    s.equal("the customer reads nothing of it", s.last("OrderClosed", s.own)["data"], {})
    s.ends("closed")


def test_refund_of_shipping_is_said_by_reduction(bench):
    s = Situation(bench, "shipping paid back", shipping=490)
    s.delivered()
    s.give("request-return", {"returnId": "r1", "lines": units(2), "reason": "broken"})
    s.give("decide-return", {"returnId": "r1", "approve": True})
    receipt = {"returnId": "r1", "lines": received(2), "reduction": money(10_490)}
    s.give("receive-return", receipt, ["ReturnReceived"], status="returned")
    s.reads(due=0, owed=10_490, payment="over", attention=["refundOwed"])
    s.equal("the event carries it", s.last("ReturnReceived", s.own)["data"]["reduction"], money(10_490))
    s.pay("pay-2", "refunded", 10_490, returnId="r1")
    s.reads(status="returned", due=0, owed=0, payment="full", attention=[])
    s.close()
    s = Situation(bench, "a restocking fee", shipping=490)
    s.delivered()
    fee = {"returnId": "r1", "lines": received(2), "reduction": money(9000)}
    s.give("receive-return", fee, ["ReturnReceived"], ["unannounced"], status="returned")
    s.reads(due=1490, owed=9000)
    s.resolved()
    s.refuse("cancel", {"reason": "customer", "reduction": money(1491)}, "quantityNotOpen")
    s.pay("pay-2", "refunded", 9000, returnId="r9", anomalies=["returnUnknown"])
    s.close()
    s = Situation(bench, "a cancellation fee", shipping=490)
    s.refuse("cancel", {"reason": "customer", "reduction": money(10_491)}, "reductionAboveDue", allowed=["cancelOrder"])
    s.give("cancel", {"reason": "customer", "reduction": money(9490)}, ["ItemsCancelled", "OrderCancelled"])
    s.reads(due=1000)
    s.give("adjust-total", adjustment("a1", 1000), ["TotalAdjusted"])
    s.reads(due=0, payment="full")
    s.ends("cancelled")


# Returns and shortages


def test_approved_return_that_never_came_is_cancelled(bench):
    s = Situation(bench, "a return that never came")
    s.delivered()
    s.give("request-return", {"returnId": "r1", "lines": units(1), "reason": "colour"})
    s.refuse("request-return", {"returnId": "r2", "lines": units(2), "reason": "x"}, "quantityNotReturnable")
    s.give("decide-return", {"returnId": "r1", "approve": True})
    s.refuse("close", {}, "returnsPending", allowed=["cancelReturn", "receiveReturn"])
    s.give("cancel-return", {"returnId": "r1", "reason": "kept it"}, ["ReturnCancelled"], status="delivered")
    s.equal("the customer's return", s.seen()["returns"][0]["status"], "cancelled")
    s.refuse("cancel-return", {"returnId": "r1", "reason": "again"}, "returnEnded")
    s.close()


def test_return_of_other_goods_is_recorded(bench):
    lines = [line("l1", 2, 1000), line("l2", 1, 5000)]
    s = Situation(bench, "a return of other goods", lines)
    s.delivered(lines=units(2, 1))
    s.give("request-return", {"returnId": "r1", "lines": units(1), "reason": "colour"})
    s.give("decide-return", {"returnId": "r1", "approve": True})
    receipt = {"returnId": "r1", "lines": received(0, 1, "damaged")}
    s.give("receive-return", receipt, ["ReturnReceived"], ["receivedOther"], status="delivered")
    s.reads(due=2000, owed=5000, attention=["anomaly", "refundOwed"])
    shown = s.seen()["returns"][0]
    s.equal("what came", shown["received"], [{"lineId": "l2", "quantity": 1, "condition": "damaged"}])
    s.equal("the return is received", shown["status"], "received")
    beyond = {"returnId": "r2", "lines": [{"lineId": "l9", "quantity": 1, "condition": "sellable"}]}
    s.give("receive-return", beyond, ["ReturnReceived"], ["unannounced"])
    s.reads(due=2000)
    s.pay("pay-2", "refunded", 5000, returnId="r1")
    s.resolved()
    s.reads(attention=[])
    s.close()


def test_return_in_two_boxes_is_received_twice(bench):
    s = Situation(bench, "a return in two boxes")
    s.delivered()
    s.give("request-return", {"returnId": "r1", "lines": units(2), "reason": "colour"})
    s.give("decide-return", {"returnId": "r1", "approve": True})
    tracking = {"returnId": "r1", "carrier": "hermes", "trackingNumber": "BACK 7"}
    s.give("set-tracking", tracking, ["TrackingChanged"])
    s.equal("the customer's event", s.last("TrackingChanged", s.own)["data"]["returnId"], "r1")
    s.equal("the list finds the way back", found_by_number(s, "back-7"), [s.id])
    first = {"returnId": "r1", "receiptId": "box-1", "lines": received(1), "complete": False}
    s.give("receive-return", first, ["ReturnReceived"], status="delivered")
    s.give("receive-return", first, [])
    s.refuse("receive-return", {**first, "complete": True}, "factIdReused", ["complete"])
    shown = s.seen()["returns"][0]
    s.equal("half of it came", (shown["status"], shown["trackingNumber"]), ("approved", "BACK 7"))
    second = {"returnId": "r1", "receiptId": "box-2", "lines": received(1)}
    s.give("receive-return", second, ["ReturnReceived"], status="returned")
    shown = s.seen()["returns"][0]
    s.equal("all of it came", (shown["status"], shown["received"]), ("received", received(2)))
    s.reads(due=0, owed=10_000)
    s.pay("pay-2", "refunded", 10_000, returnId="r1")
    s.close()
    s = Situation(bench, "a return whose second box never came")
    s.delivered()
    s.give("request-return", {"returnId": "r1", "lines": units(2), "reason": "colour"})
    s.give("decide-return", {"returnId": "r1", "approve": True})
    s.give("receive-return", first, ["ReturnReceived"])
    s.give("cancel-return", {"returnId": "r1", "reason": "the rest is kept"}, ["ReturnCancelled"])
    s.equal("the return", s.seen()["returns"][0]["status"], "received")
    s.pay("pay-2", "refunded", 5000, returnId="r1")
    s.close()


def test_rejected_return_that_comes_all_the_same(bench):
    s = Situation(bench, "a rejected return")
    s.delivered()
    s.give("request-return", {"returnId": "r1", "lines": units(1), "reason": "colour"})
    rejected = {"returnId": "r1", "approve": False, "note": "opened", "staffNote": "second time"}
    s.give("decide-return", rejected, ["ReturnRejected"])
    s.equal("the customer reads the note", s.seen()["returns"][0].get("note"), "opened")
    s.equal("and not the staff's", s.last("ReturnRejected", s.own)["data"].get("staffNote"), None)
    s.refuse("decide-return", rejected, "returnNotRequested")
    s.give("receive-return", {"returnId": "r1", "lines": received(1)}, ["ReturnReceived"], ["receivedOther"])
    s.equal("it is received", s.seen()["returns"][0]["status"], "received")
    s.pay("pay-2", "refunded", 5000)
    s.resolved()
    s.close()


def test_goods_back_after_closing(bench):
    s = Situation(bench, "goods back after closing")
    s.delivered()
    s.give("close", {}, ["OrderClosed"])
    receipt = {"returnId": "r1", "lines": received(2)}
    s.give("receive-return", receipt, ["ReturnReceived"], ["unannounced"], status="returned")
    shown = s.seen()["returns"][0]
    s.equal("the return has a reason", (shown["status"], shown["reason"]), ("received", "unannounced"))
    s.reads(lifecycle="closed", status="returned", due=0, owed=10_000, attention=["anomaly", "refundOwed"])
    s.pay("pay-2", "refunded", 10_000, returnId="r1")
    s.resolved()
    s.reads(lifecycle="closed", status="returned", due=0, owed=0, payment="full", attention=[])
    s.ends("closed")


def test_parcel_back_after_closing(bench):
    s = Situation(bench, "a parcel back after closing")
    s.delivered()
    s.give("close", {}, ["OrderClosed"])
    s.scan("p1", "s2", "returning", 3, [SCANNED], ["movedAfterClose"], status="shipped")
    s.scan("p1", "s3", "returnedToSender", 2, ["ParcelReturnedToSender"], ["movedAfterClose"], status="attention")
    s.reads(lifecycle="closed", attention=["parcel", "closedWithUnits", "anomaly"])
    s.give("cancel", {"reason": "customer"}, ["ItemsCancelled"], status="returned")
    s.reads(lifecycle="closed", status="returned", due=0, owed=10_000, attention=["anomaly", "refundOwed"])
    s.pay("pay-2", "refunded", 10_000)
    s.resolved()
    s.reads(lifecycle="closed", status="returned", owed=0, payment="full", attention=[])
    s.ends("closed")


def test_shortage_is_owed_again(bench):
    lines = [line("l1", 2, 1000), line("l2", 1, 5000)]
    s = Situation(bench, "a shortage", lines)
    s.shipped(lines=units(2, 1))
    claim = {"claimId": "c1", "parcelId": "p1", "lines": units(1), "kind": "missing", "note": "one lamp of two"}
    s.give("report-shortage", {**claim, "claimId": "c0"}, ["ShortageReported"], ["shortageBeyondDelivered"])
    s.resolved()
    s.scan("p1", "s1", "delivered", 6, ["ParcelDelivered"], status="delivered")
    s.give("report-shortage", claim, ["ShortageReported"], status="attention")
    s.give("report-shortage", claim, [])
    s.refuse("report-shortage", {**claim, "kind": "damaged"}, "factIdReused", ["kind"])
    s.reads(status="attention", attention=["shortage"])
    s.equal("the unit is owed", s.seen()["lines"][0]["open"], 1)
    s.refuse("retract-scan", {"parcelId": "p1", "scanId": "s1", "reason": "x"}, "shortageDependsOnScan")
    s.pack("p2", units(1))
    s.reads(status="partlyDelivered", attention=[])
    s.dispatch("p2")
    s.scan("p2", "s1", "delivered", 4, ["ParcelDelivered"], status="delivered")
    wrong = {"claimId": "c2", "parcelId": "p1", "lines": units(0, 1), "kind": "wrongItem"}
    s.give("report-shortage", wrong, ["ShortageReported"], status="attention")
    s.give("cancel", {"lines": units(0, 1), "reason": "stock"}, ["ItemsCancelled"], status="delivered")
    s.reads(due=2000, owed=5000)
    s.refuse("report-shortage", {**wrong, "claimId": "c3", "parcelId": "p7"}, "parcelUnknown")
    s.give("report-shortage", {**wrong, "claimId": "c4"}, ["ShortageReported"], ["shortageBeyondDelivered"])
    s.resolved()
    s.pay("pay-2", "refunded", 5000)
    s.close()


# The contents of orders


def test_order_is_edited(bench):
    s = Situation(bench, "an edit", [line("l1", 2, 1000), line("l2", 1, 5000)], shipping=500)
    s.pay("pay-1", "authorized", 7500)
    s.give("confirm")
    s.pack("p1", units(1))
    change = {"lines": [line("l1", 1, 900), line("l3", 2, 100)], "shipping": money(0), "total": money(6100)}
    s.refuse("edit", {**change, "total": money(6099)}, "totalMismatch", allowed=["editOrder"])
    s.refuse("edit", {"shipping": money(1, "USD"), "total": money(7001, "USD")}, "currencyMismatch")
    s.give("edit", change, ["OrderEdited"], status="preparing")
    data = s.last("OrderEdited", s.own)["data"]
    totals = [data[name]["amount"] for name in ("oldTotal", "newTotal", "oldDue", "newDue")]
    s.equal("old and new", totals, [7500, 6100, 7500, 6100])
    s.equal("what changed", sorted(entry["lineId"] for entry in data["lines"]), ["l1", "l3"])
    s.equal("the order's total", s.seen()["total"], money(6100))
    s.reads(due=6100)
    s.give("cancel", {"lines": units(0, 1), "reason": "stock"}, ["ItemsCancelled"])
    s.reads(due=1100)
    s.refuse("edit", {"lines": [line("l2", 1, 5000), line("l1", 1, 900)], "total": money(6101)}, "totalMismatch")
    # The line that is gone had taken 82 of the discount.
    s.give("edit", {"discount": money(100), "total": money(6000)}, ["OrderEdited"])
    s.reads(due=1082)
    s.pack("p2", [{"lineId": "l3", "quantity": 2}])
    s.refuse("edit", {"lines": [line("l3", 1, 100)], "total": money(5900)}, "quantityInUse")
    for parcel in ("p1", "p2"):
        s.dispatch(parcel)
        s.scan(parcel, "s1", "delivered", 6)
    s.refuse("edit", {"lines": [line("l4", 1, 1)], "total": money(1)}, "totalMismatch")
    s.pay("pay-2", "captured", s.due(), final=True)
    s.close()


def test_metadata_and_links_between_orders(bench):
    other = str(uuid.uuid4())
    first = {"metadata": {"channel": "web", "gift": "yes"}, "privateMetadata": {"margin": "low"}}
    s = Situation(bench, "metadata", relatesTo={"orderId": other, "kind": "exchange"}, **first)
    shown, staff = s.seen(), s.staff()
    s.equal("the customer reads metadata", shown["metadata"], first["metadata"])
    s.equal("and the link", shown["relatesTo"], {"orderId": other, "kind": "exchange"})
    s.equal("staff read the private part", staff["internal"]["privateMetadata"], first["privateMetadata"])
    s.give("metadata", {"set": {"gift": "no", "wrap": "paper"}, "remove": ["channel"]}, ["MetadataChanged"])
    s.equal("the changed texts", s.seen()["metadata"], {"gift": "no", "wrap": "paper"})
    s.give("metadata", {"set": {"margin": "none"}, "private": True}, ["MetadataChanged"])
    s.equal("the private texts", s.staff()["internal"]["privateMetadata"], {"margin": "none"})
    text = json.dumps([s.seen(), s.history(s.own)])
    s.check("the customer reads nothing private", "margin" not in text, text)
    s.give("cancel", {"reason": "other"}, ["ItemsCancelled", "OrderCancelled"])
    s.give("metadata", {"set": {"late": "yes"}}, ["MetadataChanged"])
    s.ends("cancelled")


def test_fees_line_totals_and_promised_lines(bench):
    fee = {"feeId": "wrap", "name": "Gift wrap", "amount": money(250)}
    promised = window(2)
    lines = [line("l1", 1000, 0, lineTotal=money(1234), promised=promised, discount=money(34), tax=money(20))]
    s = Situation(bench, "a price below a cent", lines, fees=[fee], discount=34, tax=50, promised=window(4))
    shown = s.seen()
    entry = shown["lines"][0]
    read = [entry[name] for name in ("lineTotal", "discount", "tax", "promised")]
    s.equal("the line", read, [money(1234), money(34), money(20), promised])
    s.equal("the fee", shown["fees"], [fee])
    s.equal("the total", shown["total"], money(1450))
    s.give("cancel", {"lines": units(1), "reason": "stock"})
    s.reads(due=1449)
    s.give("cancel", {"lines": units(499), "reason": "stock"})
    s.reads(due=850)
    s.delivered(lines=units(500))
    s.give("receive-return", {"returnId": "r1", "lines": received(500)}, anomalies=["unannounced"], status="returned")
    s.reads(due=250, owed=600)
    s.pay("pay-2", "refunded", 600)
    s.close()


def test_holds_and_fraud_are_not_told(bench):
    s = Situation(bench, "fraud")
    s.give("hold", {"holdId": "h1", "reason": "fraud", "note": "stolen card"}, ["OrderHeld"], status="onHold")
    s.equal("the customer reads another reason", [hold["reason"] for hold in s.seen()["holds"]], ["other"])
    held = s.staff()["internal"]["holds"][0]
    s.equal("staff read the true one", (held["holdId"], held["reason"], held["note"]), ("h1", "fraud", "stolen card"))
    s.refuse("hold", {"holdId": "h1", "reason": "fraud"}, "holdExists", allowed=["releaseHold"])
    s.refuse("confirm", {}, "orderOnHold", allowed=["releaseHold", "cancelOrder"])
    s.give("note", {"text": "police called", "visibility": "staff"}, ["NoteAdded"])
    s.give("note", {"text": "We will call you", "visibility": "customer"}, ["NoteAdded"])
    s.equal("the customer's notes", [note["text"] for note in s.seen()["notes"]], ["We will call you"])
    s.give("release-hold", {"holdId": "h1"}, ["HoldReleased"], status="placed")
    s.give("cancel", {"reason": "fraud"}, ["ItemsCancelled", "OrderCancelled"], status="cancelled")
    for event in ("ItemsCancelled", "OrderCancelled"):
        s.equal(f"the customer's {event}", s.last(event, s.own)["data"]["reason"], "other")
        s.equal(f"the staff's {event}", s.last(event)["internal"]["reason"], "fraud")
    s.check("nothing says police", "police" not in json.dumps([s.seen(), s.history(s.own)]))
    s.ends("cancelled")


# Telling the shop


def bulk(bench, lines, query="", before=b""):
    """The result lines of a bulk request, whose body begins with the given bytes."""
    body = before + "".join(json.dumps(entry) + "\n" for entry in lines).encode()
    client = Client(bench.service.port, bench.tokens[roles.BACKEND])
    answer = client.insist("POST", f"/v1/commands{query}", body, {"Content-Type": "application/x-ndjson"})
    client.close()
    return [json.loads(entry) for entry in answer.body.splitlines()]


def test_bulk_of_mixed_lines(bench):
    order_id = str(uuid.uuid4())
    placing = {**contents([line()]), "customer": "bulk", "command": "placeOrder", "orderId": order_id}
    pay = {"paymentId": "pay-1", "kind": "captured", "amount": money(10_001), "providerRef": "card"}
    lines = [
        placing,
        {"command": "recordPayment", "orderId": order_id, **pay},
        {"command": "recordPayment", "orderId": order_id, **pay},
        {"command": "recordPayment", "orderId": order_id, **pay, "amount": money(1)},
        {"command": "explode", "orderId": order_id},
        {"command": "confirmOrder", "orderId": order_id, "ifMatch": 1},
        {"command": "confirmOrder", "orderId": order_id},
        {"command": "cancelOrder", "orderId": order_id, "reason": "customer"},
    ]
    results = bulk(bench, lines)
    words = [result["result"] for result in results]
    wanted = ["accepted", "accepted", "duplicate", "rejected", "rejected", "rejected", "accepted", "accepted"]
    bench.check("bulk: each line has its result", words == wanted, results)
    reasons = [result["problem"].get("reason") for result in results if "problem" in result]
    bench.check("bulk: the other content is refused", reasons[:1] == ["factIdReused"], results)
    statuses = [result["problem"]["status"] for result in results if "problem" in result]
    bench.check("bulk: the kinds of refusals", statuses == [409, 422, 412], statuses)
    shown = bench.send("GET", f"/v1/orders/{order_id}", role=roles.STAFF).json
    bench.check("bulk: the order is cancelled", shown["status"] == "cancelled", shown["status"])
    reasons = shown["internal"]["attentionReasons"]
    bench.check("bulk: staff are told of the anomaly", sorted(reasons) == ["anomaly", "refundOwed"], reasons)
    bench.check("bulk: a refund is owed", shown["payment"]["refundOwed"] == money(10_001), shown["payment"])


def test_bulk_begins_with_a_byte_order_mark(bench):
    for name, before in (("a mark", b"\xef\xbb\xbf"), ("a mark and a blank line", b"\xef\xbb\xbf\r\n")):
        placing = {**contents([line()]), "customer": "bulk", "command": "placeOrder", "orderId": str(uuid.uuid4())}
        results = bulk(bench, [placing], before=before)
        bench.check(f"bulk: {name} is skipped", [result["result"] for result in results] == ["accepted"], results)


def test_bulk_answers_the_rejected_lines_alone(bench):
    order_id = str(uuid.uuid4())
    placing = {**contents([line()]), "customer": "bulk", "command": "placeOrder", "orderId": order_id}
    note = {"command": "addNote", "orderId": order_id, "text": "x", "visibility": "staff"}
    lines = [placing, note, {**note, "text": ""}, {"command": "closeOrder", "orderId": order_id}]
    results = bulk(bench, lines, "?results=rejected")
    bench.check("bulk: rejected lines", [r.get("line") for r in results[:-1]] == [3, 4], results)
    counts = {"lines": 4, "accepted": 2, "duplicate": 0, "rejected": 2}
    bench.check("bulk: the counts come last", results[-1] == counts, results[-1])


# Bounds


def test_order_of_many_scans_and_notes_keeps_accepting(bench):
    s = Situation(bench, "a large order", terms="invoice")
    s.stream.stop()
    s.give("confirm")
    s.pack()
    s.dispatch()
    scan = {"command": "recordScan", "orderId": s.id, "parcelId": "p1", "code": "inTransit"}
    note = {"command": "addNote", "orderId": s.id, "visibility": "customer"}
    lines = [{**scan, "scanId": f"s{index}", "occurredAt": days_ago(7 - index / 1000)} for index in range(2000)]
    lines += [{**note, "text": f"note {index}"} for index in range(1000)]
    results = bulk(bench, lines)
    refused = [result for result in results if result["result"] != "accepted"]
    s.check("all are accepted", len(results) == 3000 and not refused, refused[:2])
    extra = {"parcelId": "p1", "scanId": "one-more", "code": "delivered", "occurredAt": days_ago(1)}
    s.refuse("scan", extra, "orderFull", allowed=["endParcel"])
    s.refuse("note", {"text": "one more", "visibility": "staff"}, "orderFull")
    known = {key: value for key, value in lines[7].items() if key not in ("command", "orderId")}
    s.give("scan", known, [])
    staff, seen, version = s.staff(), s.seen(), s.bench.send("GET", f"{s.path}?version=3004", role=roles.STAFF)
    s.equal("scans", [len(s.parcel("p1", order)["scans"]) for order in (staff, seen)], [2000, 2000])
    s.equal("notes", [len(order["notes"]) for order in (staff, seen)], [1000, 1000])
    old = bench.send("GET", f"{s.path}?version=2004", role=roles.STAFF).json
    s.equal("a version of the past", (len(s.parcel("p1", old)["scans"]), len(old["notes"])), (2000, 0))
    s.check("the order by its version", version.status == 200 and version.json == staff, str(version)[:300])
    end = {"parcelId": "p1", "scanId": "end", "outcome": "delivered", "reason": "the shop's word"}
    s.give("end-parcel", end, ["ParcelEnded"], status="delivered")
    s.pay("pay-1", "captured", 10_000)
    s.give("close", {}, ["OrderClosed"])
    s.reads(lifecycle="closed", status="delivered", payment="full")
    ends = [event["type"] for event in s.history()[-3:]]
    s.equal("its history", (len(s.history(s.own)), ends), (3007, ["ParcelEnded", "PaymentCaptured", "OrderClosed"]))


def test_bounds_are_told_and_leave_a_way_out(bench):
    s = Situation(bench, "a full order", terms="invoice")
    s.stream.stop()
    base = {"orderId": s.id}
    pay = {"command": "recordPayment", **base, "kind": "failed", "amount": money(1), "providerRef": "card"}
    claims = {"command": "reportShortage", **base, "parcelId": "p1", "lines": units(1), "kind": "missing"}
    adjust = {"command": "adjustTotal", **base, **adjustment("", 1, "raise")}
    receipts = {"command": "receiveReturn", **base, "lines": received(1)}
    s.give("confirm")
    s.pack()
    groups = [
        [{**pay, "paymentId": f"m{index}"} for index in range(1001)],
        [{**claims, "claimId": f"c{index}"} for index in range(201)],
        [{**adjust, "adjustmentId": f"a{index}"} for index in range(501)],
        [{**receipts, "returnId": f"r{index}"} for index in range(201)],
        [{"command": "holdOrder", **base, "holdId": f"h{index}", "reason": "stock"} for index in range(501)],
        [{"command": "setTracking", **base, "parcelId": "p1", "trackingNumber": f"T{index}"} for index in range(23)],
    ]
    for group in groups:
        results = bulk(bench, group)
        name = group[0]["command"]
        words = [result["result"] for result in results]
        refused = [result["problem"].get("reason") for result in results if result["result"] == "rejected"]
        s.equal(f"{name}: accepted", words.count("accepted"), len(group) - len(refused))
        s.equal(f"{name}: the first beyond the bound", (refused[:1], words[-1]), (["orderFull"], "rejected"))
        s.check(f"{name}: few are refused", len(refused) <= 2, len(refused))
    held = [hold["holdId"] for hold in s.staff()["internal"]["holds"]]
    results = bulk(bench, [{"command": "releaseHold", **base, "holdId": hold} for hold in held])
    s.check("holds can be released", all(result["result"] == "accepted" for result in results), results[:1])
    s.give("void-parcel", {"parcelId": "p1", "reason": "full"}, ["ParcelVoided"])
    s.give("cancel", {"reason": "other"}, ["ItemsCancelled", "OrderCancelled"], status="cancelled")
    s.reads(due=0, owed=0)

"""Scans by tracking number, as a carrier's feed sends them: `POST /v1/scans`, and bulk lines without an order."""

import itertools
import json
import urllib.parse

import pytest

from support import roles
from support.client import Client
from support.orders import moment, order

DAY = 86_400
_fresh = itertools.count(1)


def scan(number, code="inTransit", days_ago=1, **more):
    body = {
        "trackingNumber": number,
        "scanId": f"scan-{next(_fresh)}",
        "code": code,
        "occurredAt": moment(days_ago * DAY),
    }
    return {**body, **more}


def shipping(number, parcel="p1", carrier="dhl"):
    """The commands that bring a placed order's units to a parcel on its way."""
    lines = [{"lineId": "l1", "quantity": 2}, {"lineId": "l2", "quantity": 1}]
    return [
        ("confirm", {}),
        ("pack", {"parcelId": parcel, "lines": lines}),
        ("dispatch", {"parcelId": parcel, "carrier": carrier, "trackingNumber": number}),
    ]


def placement(days_ago=10, **changes):
    return order(terms="invoice", occurredAt=moment(days_ago * DAY), **changes)


def command(bench, order_id, name, body, **how):
    answer = bench.send("POST", f"/v1/orders/{order_id}/{name}", body, **how)
    if answer.status != 200:
        raise RuntimeError(f"{name} was refused: {answer}")
    return answer.json


def shipped(bench, number, days_ago=10, carrier="dhl", token=None, **changes):
    """A new order with one parcel of that number on its way."""
    answer = bench.send("POST", "/v1/orders", placement(days_ago, **changes), token=token)
    if answer.status != 201:
        raise RuntimeError(f"a valid order was refused: {answer}")
    order_id = answer.json["orderId"]
    for name, body in shipping(number, carrier=carrier):
        command(bench, order_id, name, body, token=token)
    return order_id


def found(bench, name, body, order_id, **how):
    """Checks that the scan goes to the order."""
    answer = bench.expect(name, 200, "POST", "/v1/scans", body, **how)
    bench.check(f"{name}: the order", answer.status == 200 and answer.json["orderId"] == order_id, answer)
    return answer


def unknown(bench, name, body, **how):
    return bench.expect(name, 404, "POST", "/v1/scans", body, code="unknownTrackingNumber", **how)


def test_any_writing_of_the_number_finds_the_parcel(bench):
    order_id = shipped(bench, "JD-0001 aB")
    for number in ("JD-0001 aB", "jd0001ab", " JD 0001-AB ", "#JD.0001.AB"):
        answer = found(bench, f"number {number!r}", scan(number), order_id)
        kinds = [event["type"] for event in answer.json["events"]]
        bench.check(f"number {number!r}: the event", kinds == ["ParcelScanned"], answer)
    shown = bench.send("GET", f"/v1/orders/{order_id}").json
    bench.check("the scans are in the timeline", len(shown["parcels"][0]["scans"]) == 4, shown["parcels"])
    unknown(bench, "a number that differs by a digit", scan("JD-0002 aB"))
    unknown(bench, "a part of the number", scan("JD0001"))


def test_former_number_finds_the_parcel(bench):
    order_id = shipped(bench, "OLD 1")
    command(bench, order_id, "set-tracking", {"parcelId": "p1", "carrier": "ups", "trackingNumber": "NEW 1"})
    found(bench, "the current number", scan("new1"), order_id)
    found(bench, "the former number", scan("old1"), order_id)
    found(bench, "the former number with its carrier", scan("old1", carrier="DHL"), order_id)


def test_number_that_was_packed_is_known_before_the_parcel_leaves(bench):
    order_id = bench.send("POST", "/v1/orders", placement()).json["orderId"]
    pack = {"parcelId": "p1", "lines": [{"lineId": "l1", "quantity": 1}], "carrier": "dhl", "trackingNumber": "PACK1"}
    command(bench, order_id, "confirm", {})
    command(bench, order_id, "pack", pack)
    answer = found(bench, "a packed parcel", scan("pack1"), order_id)
    kinds = [event["type"] for event in answer.json["events"]]
    bench.check("the scan implies the dispatch", kinds == ["ParcelDispatched", "ParcelScanned"], answer)


def test_number_of_a_return_is_no_parcels(bench):
    order_id = shipped(bench, "RET1")
    delivered = scan("RET1", "delivered")
    found(bench, "the way there", delivered, order_id)
    lines = [{"lineId": "l1", "quantity": 1}]
    command(bench, order_id, "request-return", {"returnId": "r1", "lines": lines, "reason": "too bright"})
    command(bench, order_id, "set-tracking", {"returnId": "r1", "carrier": "hermes", "trackingNumber": "BACK-1"})
    unknown(bench, "the way back", scan("back1"))
    position = bench.send("GET", f"/v1/orders/{order_id}").json["position"]
    answer = bench.send("GET", f"/v1/orders?trackingNumber=back1&min_position={position}")
    bench.check("the list finds returns", [row["orderId"] for row in answer.json["orders"]] == [order_id], answer)


def test_recycled_number_goes_to_the_parcel_that_was_on_its_way(bench):
    first = shipped(bench, "REC1", days_ago=60)
    delivery = scan("rec1", "delivered", days_ago=55)
    found(bench, "the first order", delivery, first)
    second = shipped(bench, "REC1", days_ago=10)
    found(bench, "the second order", scan("rec1", days_ago=9), second)
    found(bench, "a late scan of the first order's delivery", delivery, first)
    found(bench, "an old scan of the first order", scan("rec1", "outForDelivery", days_ago=56), second)
    shown = bench.send("GET", f"/v1/orders/{second}", role=roles.OWN).json
    bench.check("a scan from before the order moves nothing", shown["status"] == "shipped", shown["status"])


def test_void_parcel_gets_a_scan_only_where_there_is_no_other(bench):
    order_id = bench.send("POST", "/v1/orders", placement()).json["orderId"]
    command(bench, order_id, "confirm", {})
    lines = [{"lineId": "l1", "quantity": 1}]
    for parcel in ("p1", "p2"):
        body = {"parcelId": parcel, "lines": lines, "carrier": "dhl", "trackingNumber": "VOID1"}
        command(bench, order_id, "pack", body)
    command(bench, order_id, "void-parcel", {"parcelId": "p2", "reason": "torn"})
    found(bench, "the parcel that is not void", scan("void1"), order_id)
    shown = bench.send("GET", f"/v1/orders/{order_id}").json["parcels"]
    counts = {parcel["parcelId"]: len(parcel["scans"]) for parcel in shown}
    bench.check("the void parcel has no scan", counts == {"p1": 1, "p2": 0}, counts)


def test_carrier_is_compared_where_both_are_known(bench):
    order_id = shipped(bench, "CAR1", carrier="DHL")
    found(bench, "the carrier in another case", scan("car1", carrier="dhl"), order_id)
    found(bench, "no carrier", scan("car1"), order_id)
    unknown(bench, "another carrier", scan("car1", carrier="ups"))


def test_bad_scans_are_refused_by_pointers(bench):
    cases = {
        "no number": ({"trackingNumber": None}, "/trackingNumber"),
        "a number without letter or digit": ({"trackingNumber": "- é -"}, "/trackingNumber"),
        "no time": ({"occurredAt": None}, "/occurredAt"),
        "a time far ahead": ({"occurredAt": moment(-DAY)}, "/occurredAt"),
        "a parcel beside the number": ({"parcelId": "p1"}, "/parcelId"),
        "an order beside the number": ({"orderId": "0190a41c-6c40-7b1e-9d52-3f0a8c71e6b4"}, "/orderId"),
    }
    for name, (change, wanted) in cases.items():
        body = {key: value for key, value in {**scan("BAD1"), **change}.items() if value is not None}
        answer = bench.expect(name, 422, "POST", "/v1/scans", body, code="invalidCommand")
        pointers = [error["pointer"] for error in answer.json.get("errors", [])]
        bench.check(f"{name}: the pointer", pointers == [wanted], answer)
    bench.expect("text that is no JSON", 400, "POST", "/v1/scans", b"{", code="malformedJson")
    bench.expect("a query", 400, "POST", "/v1/scans?shop=aurora", scan("BAD1"), code="invalidQuery")
    for number in ("--", "%C3%A9"):
        path = f"/v1/orders?trackingNumber={number}"
        bench.expect(f"the list with the number {number}", 400, "GET", path, code="invalidQuery")


@pytest.fixture(scope="module")
def two_shops(service, bench):
    return service.token("backend", "aurora,borealis")


def test_shop_is_named_where_the_token_has_several(bench, two_shops):
    orders = {shop: shipped(bench, "SHOP1", token=two_shops, shop=shop) for shop in ("aurora", "borealis")}
    for shop, order_id in orders.items():
        found(bench, f"the parcel of {shop}", scan("shop1", shop=shop), order_id, token=two_shops)
    answer = bench.expect("no shop", 422, "POST", "/v1/scans", scan("shop1"), code="invalidCommand", token=two_shops)
    pointers = [error["pointer"] for error in answer.json.get("errors", [])]
    bench.check("no shop: the pointer", pointers == ["/shop"], answer)
    foreign = scan("shop1", shop="kumo")
    bench.expect("a foreign shop", 403, "POST", "/v1/scans", foreign, code="foreignShop", token=two_shops)
    found(bench, "a token of one shop", scan("shop1"), orders["aurora"])
    foreign = scan("shop1", shop="borealis")
    bench.expect("the other shop by a token of one", 403, "POST", "/v1/scans", foreign, code="foreignShop")


def test_scan_sent_again_is_answered_as_before(bench):
    first = shipped(bench, "KEY1", days_ago=20)
    body, key = scan("key1"), {"Idempotency-Key": "scan-key-1"}
    answer = found(bench, "the first time", body, first, headers=key)
    # The number moves on: a newer order's parcel has it now.
    second = shipped(bench, "KEY1", days_ago=2)
    again = found(bench, "the same key after the number moved", body, first, headers=key)
    bench.check("it is a repetition", again.replayed and again.json == answer.json, again)
    other = {**body, "code": "outForDelivery"}
    bench.expect("another scan under the key", 422, "POST", "/v1/scans", other, code="commandIdReused", headers=key)
    nobody = scan("nobody has this")
    name = "an unknown number under the key"
    bench.expect(name, 422, "POST", "/v1/scans", nobody, code="commandIdReused", headers=key)
    found(bench, "a new scan", scan("key1"), second)


def test_scan_under_a_new_key_is_a_known_fact(bench):
    order_id = shipped(bench, "FACT1")
    body = scan("fact1")
    first = found(bench, "the first report", body, order_id)
    again = found(bench, "the second report", body, order_id)
    bench.check("it adds nothing", again.json["events"] == [] and not again.replayed, again)
    bench.check("its position is the order's", again.json["position"] == first.json["position"], again)
    other = {**body, "code": "delivered"}
    answer = bench.expect("other content under the scanId", 409, "POST", "/v1/scans", other, code="rejected")
    bench.check("its reason", answer.json.get("reason") == "factIdReused", answer)
    bench.check("its order", answer.json.get("orderId") == order_id, answer)


def test_expected_version_is_that_of_the_found_order(bench):
    order_id = shipped(bench, "MATCH1")
    stale = {"If-Match": '"1"'}
    bench.expect("a stale version", 412, "POST", "/v1/scans", scan("match1"), code="versionMismatch", headers=stale)
    found(bench, "the right version", scan("match1"), order_id, headers={"If-Match": '"4"'})


def test_reply_names_the_anomaly(bench):
    order_id = bench.send("POST", "/v1/orders", order(occurredAt=moment(9 * DAY))).json["orderId"]
    lines = [{"lineId": "l1", "quantity": 1}]
    pack = {"parcelId": "p1", "lines": lines, "carrier": "dhl", "trackingNumber": "ANOM1"}
    command(bench, order_id, "confirm", {})
    command(bench, order_id, "pack", pack)
    key = {"Idempotency-Key": "anomaly-1"}
    body = scan("anom1")
    answer = found(bench, "a parcel that left unpaid", body, order_id, headers=key)
    anomalies = [event.get("anomaly") for event in answer.json["events"]]
    bench.check("the implied dispatch raised it", anomalies == ["dispatchBeforePayment", None], answer)
    again = bench.send("POST", "/v1/scans", body, key)
    bench.check("the repeated answer names it too", again.replayed and again.json == answer.json, again)


def test_every_role_gets_its_answer(bench):
    order_id = shipped(bench, "ROLE1")
    wanted = {roles.STAFF: 403, roles.OPERATOR: 403, roles.OWN: 403, roles.OTHER: 403, roles.NOBODY: 401}
    for role, status in wanted.items():
        bench.expect(f"{role}: a scan by number", status, "POST", "/v1/scans", scan("role1"), role=role)
        # A caller that may not scan learns nothing about numbers either.
        bench.expect(f"{role}: an unknown number", status, "POST", "/v1/scans", scan("nobody"), role=role)
    found(bench, "backend: a scan by number", scan("role1"), order_id)


def test_staff_gives_every_command_but_reports_of_backends(bench):
    order_id = shipped(bench, "STAFF1")
    path = f"/v1/orders/{order_id}"
    found(bench, "the delivery", scan("staff1", "delivered"), order_id)
    lines = [{"lineId": "l1", "quantity": 1}]
    shortage = {"claimId": "c1", "parcelId": "p1", "lines": lines, "kind": "missing"}
    bench.expect("staff: a shortage", 200, "POST", f"{path}/report-shortage", shortage, role=roles.STAFF)
    receipt = {"returnId": "r1", "lines": [{"lineId": "l2", "quantity": 1, "condition": "sellable"}]}
    answer = bench.expect("staff: a return's arrival", 200, "POST", f"{path}/receive-return", receipt, role=roles.STAFF)
    anomalies = [event.get("anomaly") for event in answer.json.get("events", [])]
    bench.check("staff reads the anomaly", anomalies == ["unannounced"], answer)
    retraction = {"paymentId": "m1", "reason": "x"}
    payment = {"paymentId": "m1", "kind": "failed", "amount": {"amount": 1, "currency": "EUR"}, "providerRef": "x"}
    by_id = {"parcelId": "p1", **{name: value for name, value in scan("x").items() if name != "trackingNumber"}}
    for name, body in (("payment", payment), ("retract-payment", retraction), ("scan", by_id)):
        bench.expect(f"staff: {name}", 403, "POST", f"{path}/{name}", body, role=roles.STAFF, code="forbidden")
    bench.expect("backend: payment", 200, "POST", f"{path}/payment", payment)
    bench.expect("backend: retract-payment", 200, "POST", f"{path}/retract-payment", retraction)


# Bulk


def bulk(bench, lines, token=None):
    body = "".join(json.dumps(line) + "\n" for line in lines).encode()
    client = Client(bench.service.port, token or bench.tokens[roles.BACKEND])
    answer = client.insist("POST", "/v1/commands", body, {"Content-Type": "application/x-ndjson"})
    client.close()
    return [json.loads(line) for line in answer.body.splitlines()]


def bulk_scan(number, **more):
    return {"command": "recordScan", **scan(number), **more}


def test_bulk_scan_finds_the_parcel_of_a_line_before_it(bench):
    order_id = "0190a41c-6c40-7b1e-9d52-3f0a8c71e6b5"
    paths = {"confirm": "confirmOrder", "pack": "packParcel", "dispatch": "dispatchParcel"}
    lines = [{"command": "placeOrder", **placement(), "orderId": order_id}]
    lines += [{"command": paths[name], "orderId": order_id, **body} for name, body in shipping("BULK1")]
    known = bulk_scan("bulk1")
    lines += [known, known, bulk_scan("bulk2"), bulk_scan("bulk1", code="delivered")]
    results = bulk(bench, lines)
    words = [result["result"] for result in results]
    wanted = ["accepted"] * 5 + ["duplicate", "rejected", "accepted"]
    bench.check("every line has its result", words == wanted, results)
    ids = [result.get("orderId") for result in results]
    bench.check("a found scan names its order", ids == [order_id] * 6 + [None, order_id], ids)
    problem = results[6].get("problem", {})
    bench.check(
        "an unknown number", (problem.get("status"), problem.get("code")) == (404, "unknownTrackingNumber"), results[6]
    )
    shown = bench.send("GET", f"/v1/orders/{order_id}").json
    bench.check("the order is delivered", shown["status"] == "delivered", shown["status"])


def test_bulk_scan_sent_again_is_a_duplicate_of_the_first(bench):
    first = shipped(bench, "BULKKEY1", days_ago=20)
    line = bulk_scan("bulkkey1", commandId="bulk-scan-1")
    accepted = bulk(bench, [line])[0]
    shipped(bench, "BULKKEY1", days_ago=2)
    again = bulk(bench, [line])[0]
    bench.check("the first result", (accepted["result"], accepted["orderId"]) == ("accepted", first), accepted)
    bench.check("the second result", again == {**accepted, "result": "duplicate"}, again)


def test_bulk_scan_names_its_shop_where_the_token_has_several(bench, two_shops):
    order_id = shipped(bench, "BULKSHOP1", token=two_shops, shop="borealis")
    lines = [bulk_scan("bulkshop1", shop="borealis"), bulk_scan("bulkshop1"), bulk_scan("bulkshop1", shop="kumo")]
    results = bulk(bench, lines, two_shops)
    bench.check("the named shop", results[0].get("orderId") == order_id, results[0])
    codes = [result.get("problem", {}).get("code") for result in results[1:]]
    bench.check("no shop, and a foreign one", codes == ["invalidCommand", "foreignShop"], results)


def test_thousands_of_bulk_scans_in_a_row(bench):
    numbers = [f"MANY-{index}" for index in range(100)]
    paths = {"confirm": "confirmOrder", "pack": "packParcel", "dispatch": "dispatchParcel"}
    lines = []
    for index, number in enumerate(numbers):
        order_id = f"0190a41c-6c40-7b1e-9d52-3f0a8c8{index:05x}"
        lines.append({"command": "placeOrder", **placement(), "orderId": order_id})
        lines += [{"command": paths[name], "orderId": order_id, **body} for name, body in shipping(number)]
    lines += [bulk_scan(number) for _ in range(20) for number in numbers]
    results = bulk(bench, lines)
    accepted = sum(result["result"] == "accepted" for result in results)
    bench.check(
        "all are accepted", accepted == len(lines) == 2400, [r for r in results if r["result"] != "accepted"][:3]
    )


# The order list


def test_list_finds_any_writing_of_current_and_former_numbers(bench):
    order_id = shipped(bench, "LIST-1 a", carrier="DHL Express")
    command(bench, order_id, "set-tracking", {"parcelId": "p1", "carrier": "Ups", "trackingNumber": "LIST 2"})
    position = bench.send("GET", f"/v1/orders/{order_id}").json["position"]
    queries = (
        {"trackingNumber": "list1A"},
        {"trackingNumber": "LIST-2"},
        {"trackingNumber": "list1a", "carrier": "dhl express"},
        {"trackingNumber": "list2", "carrier": "UPS"},
    )
    for query in queries:
        path = f"/v1/orders?{urllib.parse.urlencode({**query, 'min_position': position})}"
        answer = bench.expect(f"the list by {query}", 200, "GET", path)
        bench.check(
            f"the list by {query}: the order", [o["orderId"] for o in answer.json["orders"]] == [order_id], answer
        )
    path = f"/v1/orders?trackingNumber=list3&min_position={position}"
    bench.check("another number finds nothing", bench.send("GET", path).json["orders"] == [], path)


def test_numbers_are_verified_and_rebuilt(bench):
    """Damages the table as an operator's mistake would; `verify` counts it, and a replay of `current` mends it."""
    order_id = shipped(bench, "REPAIR1")
    bench.service.sql("delete from tracking_numbers where number_key = 'REPAIR1'", database="waybill")
    unknown(bench, "a number without its row", scan("repair1"))
    status, output = bench.service.run("verify", "current")
    bench.check("verify finds the missing row", status == 1 and "expected REPAIR1" in output, output)
    status, output = bench.service.run("replay", "current")
    bench.check("the replay ends well", status == 0, output)
    found(bench, "the number after the replay", scan("repair1"), order_id)
    status, output = bench.service.run("verify", "current")
    bench.check("verify finds nothing", status == 0, output)

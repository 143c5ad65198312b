"""Orders at the point of their lives at which a command is accepted.

Each order is made when a case needs it, since most commands are accepted once.
"""

import json
import os
import urllib.request
import uuid

LINES = ("l1", "l2", "l3")
QUANTITY = 1_000_000


def money(amount, currency="EUR"):
    return {"amount": amount, "currency": currency}


TOTAL = len(LINES) * QUANTITY

PLACE = {
    "command": "placeOrder",
    "shop": "aurora",
    "customer": "c-4f1a",
    "contactRef": "contact-1",
    "country": "DE",
    "currency": "EUR",
    "locale": "de-DE",
    "terms": "onDelivery",
    # Before all scans: those from before the order do not count.
    "occurredAt": "2025-12-31T08:00:00Z",
    "lines": [
        {"lineId": line, "sku": line, "name": line, "quantity": QUANTITY, "unitPrice": money(1)} for line in LINES
    ],
    "shipping": money(0),
    "tax": money(0),
    "discount": money(0),
    "total": money(TOTAL),
}
ALL = [{"lineId": line, "quantity": QUANTITY} for line in LINES]
CONFIRM = {"command": "confirmOrder"}
HOLD = {"command": "holdOrder", "holdId": "h1", "reason": "other"}
PACK = {"command": "packParcel", "parcelId": "p1", "lines": ALL}
DISPATCH = {"command": "dispatchParcel", "parcelId": "p1", "carrier": "dhl"}
EXCEPTION = {
    "command": "recordScan",
    "parcelId": "p1",
    "scanId": "s1",
    "code": "exception",
    "occurredAt": "2026-01-01T08:00:00Z",
}
DELIVERED = {**EXCEPTION, "code": "delivered"}
REQUEST = {"command": "requestReturn", "returnId": "r1", "lines": ALL, "reason": "x"}
APPROVE = {"command": "decideReturn", "returnId": "r1", "approve": True}
CAPTURE = {
    "command": "recordPayment",
    "paymentId": "m1",
    "kind": "captured",
    "amount": money(TOTAL),
    "providerRef": "x",
}
# More than the order's total sets an anomaly, in its second version.
OVERPAY = {**CAPTURE, "amount": money(TOTAL + 1)}

PACKED = [CONFIRM, PACK]
SHIPPED = [*PACKED, DISPATCH]
ARRIVED = [*SHIPPED, DELIVERED]

CLOSE = {"command": "closeOrder"}

# The steps before each command, and the fields of the command that must name existing things.
BEFORE = {
    "confirm": ([], {}),
    "edit": ([], {"total": money(TOTAL)}),
    "adjust-total": ([], {"amount": money(1)}),
    "metadata": ([], {}),
    "ship-to": ([], {}),
    "cancel": ([], {}),
    "hold": ([], {}),
    "release-hold": ([HOLD], {"holdId": "h1"}),
    "pack": ([CONFIRM], {}),
    "void-parcel": (PACKED, {"parcelId": "p1"}),
    "dispatch": (PACKED, {"parcelId": "p1"}),
    "set-tracking": (SHIPPED, {"parcelId": "p1"}),
    "revise-eta": (SHIPPED, {"parcelId": "p1"}),
    "scan": (SHIPPED, {"parcelId": "p1"}),
    "retract-scan": ([*SHIPPED, EXCEPTION], {"parcelId": "p1", "scanId": "s1"}),
    "end-parcel": (SHIPPED, {"parcelId": "p1"}),
    "report-shortage": (ARRIVED, {"parcelId": "p1"}),
    "payment": ([], {}),
    "retract-payment": ([CAPTURE], {"paymentId": "m1"}),
    "request-return": (ARRIVED, {}),
    "decide-return": ([*ARRIVED, REQUEST], {"returnId": "r1"}),
    "cancel-return": ([*ARRIVED, REQUEST], {"returnId": "r1"}),
    "receive-return": ([*ARRIVED, REQUEST, APPROVE], {"returnId": "r1"}),
    "resolve-anomaly": ([OVERPAY], {"version": 2}),
    "note": ([], {}),
    "close": ([*ARRIVED, CAPTURE], {}),
    "reopen": ([*ARRIVED, CAPTURE, CLOSE], {}),
}


def order_for(command):
    """Makes an order that takes the command now; returns its id and the fields that the command must have."""
    steps, named = BEFORE[command]
    return order_after(steps, command), named


def order_after(steps, number):
    """Makes an order and gives it the commands; returns its id."""
    order = str(uuid.uuid4())
    lines = [{**PLACE, "number": number}, *steps]
    body = "".join(json.dumps({**line, "orderId": order}) + "\n" for line in lines).encode()
    request = urllib.request.Request(
        f"{os.environ['WAYBILL_URL']}/v1/commands",
        body,
        method="POST",
        headers={"Authorization": f"Bearer {os.environ['WAYBILL_BACKEND']}", "Content-Type": "application/x-ndjson"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        results = [json.loads(line) for line in response]
    if len(results) != len(lines) or any(result["result"] != "accepted" for result in results):
        raise RuntimeError(f"an order for {number} was not made: {results}")
    return order


def tracking_link(order):
    """Makes a tracking link of an order; returns its members."""
    request = urllib.request.Request(
        f"{os.environ['WAYBILL_URL']}/v1/orders/{order}/tracking-links",
        b"{}",
        method="POST",
        headers={"Authorization": f"Bearer {os.environ['WAYBILL_BACKEND']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def fit_scan(body):
    """Makes a parcel on its way, and the scan name it by its tracking number."""
    number = f"T-{uuid.uuid4()}"
    order_after([*PACKED, {**DISPATCH, "trackingNumber": number}], "tracked scan")
    known = {"trackingNumber": number, "carrier": DISPATCH["carrier"], "shop": PLACE["shop"]}
    body.update({name: value for name, value in known.items() if name in body})


def fit(command, body):
    """Makes the command's fields name things that the order has; returns the order's id."""
    order, named = order_for(command)
    if isinstance(body, dict):
        if command == "edit":
            # Without other changes the total stays as it is.
            for name in set(body) - {"total", "occurredAt"}:
                del body[name]
        if command == "set-tracking":
            body.pop("returnId", None)
            body["parcelId"] = "p1"
        # An optional field that the case leaves out stays out.
        body.update({name: value for name, value in named.items() if name in body or command != "revise-eta"})
        if isinstance(body.get("lines"), list):
            del body["lines"][len(LINES) :]
            for line, identifier in zip(body["lines"], LINES, strict=False):
                line.update(lineId=identifier)
    return order

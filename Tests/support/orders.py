"""Orders and the commands of plausible journeys, ten to an order."""

import datetime
import uuid

SHOPS = ("aurora", "borealis")


def money(amount, currency="EUR"):
    return {"amount": amount, "currency": currency}


def order(shop="aurora", customer="c-1", number="N-1", **changes):
    """A valid placeOrder body with two lines."""
    body = {
        "number": number,
        "shop": shop,
        "customer": customer,
        "contactRef": "contact-1",
        "country": "DE",
        "currency": "EUR",
        "locale": "de-DE",
        "lines": [
            {"lineId": "l1", "sku": "SKU-1", "name": "Lampe", "quantity": 2, "unitPrice": money(1000)},
            {"lineId": "l2", "sku": "SKU-2", "name": "Stuhl ✓", "quantity": 1, "unitPrice": money(5000)},
        ],
        "shipping": money(500),
        "tax": money(300),
        "discount": money(100),
        "total": money(7700),
    }
    body.update(changes)
    return {name: value for name, value in body.items() if value is not None}


def moment(seconds_ago):
    now = datetime.datetime.now(datetime.UTC)
    return (now - datetime.timedelta(seconds=seconds_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pay(kind, amount=7700):
    return "payment", {"paymentId": f"{kind}-1", "kind": kind, "amount": money(amount), "providerRef": "psp-1"}


def _scan(parcel, code, minutes_ago, **more):
    body = {"parcelId": parcel, "scanId": f"{parcel}-{code}", "code": code, "occurredAt": moment(minutes_ago * 60)}
    return "scan", {**body, **more}


def _lines(first=2, second=1):
    wanted = (("l1", first), ("l2", second))
    return [{"lineId": line, "quantity": quantity} for line, quantity in wanted if quantity]


def _pack(parcel, first=2, second=1):
    return "pack", {"parcelId": parcel, "lines": _lines(first, second)}


def _dispatch(parcel):
    return "dispatch", {"parcelId": parcel, "carrier": "dhl", "trackingNumber": f"T-{parcel}"}


def _journeys():
    yield [
        _pay("authorized"),
        ("confirm", {}),
        _pack("p1"),
        _dispatch("p1"),
        _scan("p1", "inTransit", 30),
        _scan("p1", "outForDelivery", 20),
        _scan("p1", "delivered", 10),
        _pay("captured"),
        ("close", {}),
    ]
    yield [
        _pay("authorized"),
        ("hold", {"holdId": "h1", "reason": "fraud", "note": "look twice"}),
        ("note", {"text": "called the customer", "visibility": "staff"}),
        ("release-hold", {"holdId": "h1"}),
        ("confirm", {}),
        _pack("p1"),
        _scan("p1", "inTransit", 25),
        _scan("p1", "delivered", 5),
        _pay("captured"),
    ]
    yield [
        _pay("authorized"),
        ("confirm", {}),
        _pack("p1", 2, 0),
        _pack("p2", 0, 1),
        _dispatch("p1"),
        _dispatch("p2"),
        _scan("p1", "delivered", 15),
        _scan("p2", "attemptFailed", 12, reason="recipient"),
        ("request-return", {"returnId": "r1", "lines": _lines(1, 0), "reason": "too bright"}),
    ]
    yield [
        ("ship-to", {"contactRef": "contact-2", "country": "AT"}),
        _pay("authorized"),
        ("cancel", {"lines": _lines(1, 0), "reason": "customer"}),
        ("confirm", {}),
        _pack("p1", 1, 1),
        ("void-parcel", {"parcelId": "p1", "reason": "wrong box"}),
        _pack("p2", 1, 1),
        _dispatch("p2"),
        _scan("p2", "inTransit", 8),
    ]


def journey(index, run):
    """Ten (key, path, body) of order `index`, the first of them its placing; every one is acceptable in this order."""
    order_id = str(uuid.uuid4())
    shop = SHOPS[index % len(SHOPS)]
    steps = list(_journeys())[index % 4]
    commands = [("/v1/orders", order(shop, f"c-{index % 50}", f"N-{index}", orderId=order_id))]
    commands += [(f"/v1/orders/{order_id}/{name}", body) for name, body in steps]
    return [(f"{run}:{index}:{step}", path, body) for step, (path, body) in enumerate(commands)]

"""Bodies of POST /v1/orders and of other commands that are refused: (name, bytes or value, status, code)."""

import json

from support.orders import money, order

OPEN = (400, 422)


def _raw(old, new):
    """A valid order's text with one piece replaced; the piece must be there."""
    text = json.dumps(order())
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1).encode()


def _line(**changes):
    body = order()
    body["lines"][0].update(changes)
    return body


def bad_orders():
    """Bodies that are no order, for any caller."""
    yield "malformed JSON", b'{"number": ', 400, "malformedJson"
    yield "an apostrophe for a quote", b"{'number': 1}", 400, "malformedJson"
    yield "NaN", _raw('"quantity": 2', '"quantity": NaN'), 400, "malformedJson"
    yield "leading zero", _raw('"quantity": 2', '"quantity": 02'), 400, "malformedJson"
    yield "trailing comma", json.dumps(order()).encode()[:-1] + b",}", 400, "malformedJson"
    yield "raw control character", _raw("Lampe", "Lam\x01pe"), 400, "malformedJson"
    yield "trailing garbage", json.dumps(order()).encode() + b" x", 400, "malformedJson"
    yield "two objects", json.dumps(order()).encode() * 2, 400, "malformedJson"
    yield "two byte order marks", 2 * b"\xef\xbb\xbf" + json.dumps(order()).encode(), 400, None
    yield "bad UTF-8", _raw("Lampe", "Lampe").replace(b"Lampe", b"Lam\xffpe"), 400, None
    yield "overlong UTF-8", _raw("Lampe", "Lampe").replace(b"Lampe", b"Lam\xc0\x80pe"), 400, None
    yield "a surrogate in UTF-8", _raw("Lampe", "Lampe").replace(b"Lampe", b"Lam\xed\xa0\x80pe"), 400, None
    yield "lone high surrogate", _raw("Lampe", r"Lam\ud800pe"), OPEN, None
    yield "lone low surrogate", _raw("Lampe", r"Lam\udc00pe"), OPEN, None
    yield "NUL in a text", _raw("Lampe", r"Lam\u0000pe"), 422, None
    yield "NUL in a reference", _raw("c-1", r"c-\u00001"), 422, None
    yield "NUL in a key", _raw('"number"', r'"num\u0000ber"'), 422, None
    yield "duplicate key", _raw('"number": "N-1"', '"number": "N-1", "number": "N-2"'), 400, "duplicateKey"
    yield (
        "duplicate key, written differently",
        _raw('"number": "N-1"', r'"number": "N-1", "n\u0075mber": "N-2"'),
        400,
        "duplicateKey",
    )
    yield "duplicate key, nested", _raw('"quantity": 2', '"quantity": 2, "quantity": 2'), 400, "duplicateKey"
    yield "deep nesting", b"[" * 100_000 + b"]" * 100_000, OPEN, None
    yield "deep nesting in a field", _raw('"N-1"', '{"a":' * 20_000 + "1" + "}" * 20_000), OPEN, None
    for name, value in (("an array", []), ("a text", "x"), ("null", None), ("a number", 1)):
        yield f"the body is {name}", json.dumps(value).encode(), OPEN, None
    yield "empty object", {}, 422, None
    yield from _wrong_values()
    yield from _wrong_sums()


def _wrong_values():
    yield "unknown field", order(colour="red"), 422, None
    yield "unknown field in a line", _line(colour="red"), 422, None
    yield "a customer's wrong type", order(customer=7), 422, None
    yield "lines is an object", order(lines={}), 422, None
    yield "no lines", order(lines=[]), 422, None
    yield "a line twice", order(lines=order()["lines"][:1] * 2, total=money(4700)), 422, None
    yield "501 lines", order(lines=[{**order()["lines"][0], "lineId": f"l{n}"} for n in range(501)]), 422, None
    yield "quantity as text", _line(quantity="2"), 422, None
    yield "quantity with a fraction", _line(quantity=1.5), 422, None
    yield "quantity 0", _line(quantity=0), 422, None
    yield "quantity 1,000,001", _line(quantity=1_000_001), 422, None
    yield "null in an optional field", _raw('"number"', '"promised": null, "number"'), 422, None
    yield "1e400", _raw('"quantity": 2', '"quantity": 1e400'), 422, None
    yield "1e400 as an amount", _raw('"amount": 500', '"amount": 1e400'), 422, None
    yield "-1e-400 as an amount", _raw('"amount": 500', '"amount": -1e-400'), 422, None
    yield "9223372036854775808", _raw('"amount": 500', '"amount": 9223372036854775808'), 422, None
    yield "9223372036854775807", _raw('"amount": 500', '"amount": 9223372036854775807'), 422, None
    yield "an amount of 2^53", order(shipping=money(2**53)), 422, None
    yield "ten thousand digits", _raw('"amount": 500', '"amount": ' + "9" * 10_000), 422, None
    yield "shop in upper case", order(shop="Aurora"), 422, None
    yield "a text of 501 characters", _line(name="x" * 501), 422, None
    yield "an id of 65 characters", _line(lineId="l" * 65), 422, None
    yield "an id with a space", _line(lineId="l 1"), 422, None
    yield "an empty id", _line(lineId=""), 422, None
    yield "orderId is no UUID", order(orderId="7"), 422, None
    yield "terms unknown", order(terms="later"), 422, None
    yield "country of one letter", order(country="D"), 422, None
    yield "currency in lower case", _raw('"currency": "EUR", "locale"', '"currency": "eur", "locale"'), 422, None
    yield (
        "promised ends before it begins",
        order(promised={"earliest": "2026-01-02T00:00:00Z", "latest": "2026-01-01T00:00:00Z"}),
        422,
        None,
    )
    yield "occurredAt is no time", order(occurredAt="yesterday"), 422, None
    yield "occurredAt on February 30", order(occurredAt="2026-02-30T00:00:00Z"), 422, None
    yield "occurredAt a year ahead", order(occurredAt="2099-01-01T00:00:00Z"), 422, None


def _wrong_sums():
    yield "negative amount", order(shipping=money(-500), total=money(6700)), 422, None
    yield "negative discount", order(discount=money(-100), total=money(7900)), 422, None
    yield "mixed currencies", order(shipping=money(500, "USD")), 422, None
    yield "mixed currencies in a line", _line(unitPrice=money(1000, "USD")), 422, None
    yield "total one too high", order(total=money(7701)), 422, None
    yield "total one too low", order(total=money(7699)), 422, None
    yield "total with tax counted twice", order(taxIncluded=True), 422, None
    yield "a discount beyond the sum", order(discount=money(9000), total=money(0)), 422, None
    huge = {**order()["lines"][0], "quantity": 1_000_000, "unitPrice": money(2**53 - 1)}
    yield "a sum beyond 64 bits", order(lines=[{**huge, "lineId": f"l{n}"} for n in range(500)]), 422, None


def bad_commands():
    """(name, command, body, status) of commands on an order that was placed and nothing else."""
    yield "confirm with an unknown field", "confirm", {"why": 1}, 422
    yield "note without visibility", "note", {"text": "x"}, 422
    yield "note with unknown visibility", "note", {"text": "x", "visibility": "all"}, 422
    yield "note with NUL", "note", {"text": "a\0b", "visibility": "staff"}, 422
    yield "scan without occurredAt", "scan", {"parcelId": "p1", "scanId": "s1", "code": "lost"}, 422
    yield (
        "payment with a negative amount",
        "payment",
        {"paymentId": "x", "kind": "captured", "amount": money(-1), "providerRef": "r"},
        422,
    )
    yield (
        "payment of unknown kind",
        "payment",
        {"paymentId": "x", "kind": "promised", "amount": money(1), "providerRef": "r"},
        422,
    )
    yield "an unknown command", "explode", {}, 404
    yield "pack before confirm", "pack", {"parcelId": "p1", "lines": [{"lineId": "l1", "quantity": 1}]}, 409
    yield (
        "scan of an unknown parcel",
        "scan",
        {"parcelId": "px", "scanId": "s1", "code": "lost", "occurredAt": "2026-01-01T00:00:00Z"},
        409,
    )
    yield "close of an open order", "close", {}, 409

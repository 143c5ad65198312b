"""Numbers, times and structures at the edges of their formats: taken at their exact value, or refused by a pointer."""

import datetime
import json
import urllib.parse

from support.client import strict_json
from support.orders import money, order

MOST = 2**53 - 1

# RFC 8259, section 6: as it is written, and the amount that it is.
AMOUNTS = {
    "0": 0,
    "-0": 0,
    "-0.0": 0,
    "0e400": 0,
    "0.000e-400": 0,
    "-0E+0": 0,
    "7700": 7700,
    "7700.0": 7700,
    "77e2": 7700,
    "7.7E+3": 7700,
    "770000e-2": 7700,
    "0.00077e7": 7700,
    "1.0": 1,
    "1e2": 100,
    "1" + "0" * 400 + "e-400": 1,
    str(MOST): MOST,
    f"{MOST}.000": MOST,
    "0.9007199254740991e16": MOST,
}
NO_AMOUNTS = (
    "0.1",
    "1e-1",
    "1e-400",
    "-1",
    "-1e-400",
    "1.0000000000000000000001",
    str(MOST + 1),
    f"{MOST}.5",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "1e18",
    "1e400",
    "-1e400",
    "1e99999999999999999999",
    "1" + "0" * 400,
    "9" * 5000,
    '"7700"',
    "true",
    "null",
    "[7700]",
    "{}",
)
NO_NUMBERS = (
    "01",
    "-01",
    "00",
    "+1",
    ".5",
    "1.",
    "1.e5",
    "1e",
    "1e+",
    "-",
    "--1",
    "0x10",
    "1_000",
    "1,5",
    "1 2",
    "NaN",
    "Infinity",
    "-Infinity",
    "\uff11",
    "\u0661",
    "1f",
    "1n",
)

# RFC 3339: as it is written, and as it reads in UTC.
TIMES = {
    "2025-06-01T12:00:00Z": "2025-06-01T12:00:00Z",
    "2025-06-01t12:00:00z": "2025-06-01T12:00:00Z",
    "2025-06-01T12:00:00+14:00": "2025-05-31T22:00:00Z",
    "2025-06-01T12:00:00-12:00": "2025-06-02T00:00:00Z",
    "2025-06-01T12:00:00-00:00": "2025-06-01T12:00:00Z",
    "2025-06-01T12:00:00+23:59": "2025-05-31T12:01:00Z",
    "2025-06-01T12:00:00-23:59": "2025-06-02T11:59:00Z",
    "2025-06-01T12:00:00+05:45": "2025-06-01T06:15:00Z",
    "2025-06-01T12:00:00.1Z": "2025-06-01T12:00:00.100000Z",
    "2025-06-01T12:00:00.000000Z": "2025-06-01T12:00:00Z",
    "2025-06-01T12:00:00.123456789Z": "2025-06-01T12:00:00.123456Z",
    "2025-06-01T12:00:00.9999999Z": "2025-06-01T12:00:00.999999Z",
    "2016-12-31T23:59:60Z": "2017-01-01T00:00:00Z",
    "2016-12-31T15:59:60-08:00": "2017-01-01T00:00:00Z",
    "2017-01-01T09:29:60+09:30": "2017-01-01T00:00:00Z",
    "2016-12-31T23:59:60.5Z": "2017-01-01T00:00:00.500000Z",
    "2024-02-29T23:59:59Z": "2024-02-29T23:59:59Z",
    "2000-02-29T00:00:00Z": "2000-02-29T00:00:00Z",
    "1969-12-31T23:59:59.5Z": "1969-12-31T23:59:59.500000Z",
    "1582-10-10T00:00:00Z": "1582-10-10T00:00:00Z",
    "0001-01-01T00:00:00Z": "0001-01-01T00:00:00Z",
    "0001-01-01T14:00:00+14:00": "0001-01-01T00:00:00Z",
}
NO_TIMES = (
    "2025-06-01T12:00:00+24:00",
    "2025-06-01T12:00:00+14:60",
    "2025-06-01T12:00:60Z",
    "2025-06-01T23:59:61Z",
    "2016-12-31T23:59:60+01:00",
    "2025-06-01T24:00:00Z",
    "2025-06-01T12:60:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "10000-01-01T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2025-13-01T00:00:00Z",
    "2025-00-10T00:00:00Z",
    "2025-06-00T00:00:00Z",
    "2025-06-31T00:00:00Z",
    "2025-06-01 12:00:00Z",
    "2025-06-01T12:00Z",
    "2025-06-01T12:00:00",
    "2025-06-01",
    "2025-06-01T12:00:00.Z",
    "2025-06-01T12:00:00.1234567890Z",
    "2025-06-01T12:00:00+0100",
    "2025-06-01T12:00:00+1:00",
    "2025-06-01T12:00:00+01",
    "2025-06-01T12:00:00+01:00:00",
    "\uff12025-06-01T12:00:00Z",
    "2025-06-01T12:00:00\u221200:00",
    " 2025-06-01T12:00:00Z",
    "2025-06-01T12:00:00Z ",
    "2025-06-01T12:00:00Z\n",
    "2025-06-01T12:00:00Z\0",
    "-2025-06-01T12:00:00Z",
    "2025-152T12:00:00Z",
    "2025-W22-7T12:00:00Z",
    "2025-06-01T12:00:00,5Z",
    "now",
    "",
    1748779200,
)


def test_amounts_are_taken_at_their_exact_value(bench):
    path = f"/v1/orders/{bench.place()['orderId']}"

    def pay(text, index):
        body = {"paymentId": f"m{index}", "kind": "authorized", "amount": money(-7), "providerRef": "psp"}
        return json.dumps(body, ensure_ascii=False).replace("-7", text).encode()

    for index, (text, amount) in enumerate(AMOUNTS.items()):
        key = {"Idempotency-Key": f"amount-{index}"}
        bench.expect(f"amount {_short(text)}", 200, "POST", f"{path}/payment", pay(text, index), headers=key)
        again = bench.send("POST", f"{path}/payment", pay(str(amount), index), key)
        bench.check(f"amount {_short(text)} is the same command as {amount}", again.replayed, again)
    for text in NO_AMOUNTS:
        answer = bench.expect(f"no amount: {_short(text)}", 422, "POST", f"{path}/payment", pay(text, "x"))
        pointers = {error["pointer"] for error in answer.json.get("errors", [])}
        bench.check(f"no amount: {_short(text)}: its pointer", pointers == {"/amount/amount"}, pointers)
    for text in NO_NUMBERS:
        bench.expect(f"no number: {text}", 400, "POST", f"{path}/payment", pay(text, "x"), "malformedJson")
    # As they are stored: whole numbers without fraction or exponent, exactly.
    raw = bench.send("GET", f"{path}/events?limit=1000").body
    paid = [
        event["data"]["amount"]
        for event in json.loads(raw, parse_float=str)["events"]
        if event["type"] != "OrderPlaced"
    ]
    bench.check("amounts are stored as what they are", paid == [money(amount) for amount in AMOUNTS.values()], paid)
    total = bench.send("GET", path).json["payment"]["authorized"]["amount"]
    bench.check("and their sum is exact, or held at the greatest amount", total in (sum(AMOUNTS.values()), MOST), total)


def test_times_are_taken_at_their_exact_value(bench):
    path = f"/v1/orders/{bench.place()['orderId']}"

    def note(text):
        return {"text": "x", "visibility": "staff", "occurredAt": text}

    for text, utc in TIMES.items():
        answer = bench.expect(f"time {text}", 200, "POST", f"{path}/note", note(text))
        if answer.status == 200:
            version = answer.json["version"]
            event = bench.send("GET", f"{path}/events?limit=1000").json["events"][version - 1]
            bench.check(f"time {text} is {utc}", event["occurredAt"] == utc, event["occurredAt"])
    for text in NO_TIMES:
        answer = bench.expect(f"no time: {text!r}", 422, "POST", f"{path}/note", note(text))
        pointers = [error["pointer"] for error in answer.json.get("errors", [])]
        bench.check(f"no time: {text!r}: its pointer", pointers == ["/occurredAt"], pointers)
    now = datetime.datetime.now(datetime.UTC)
    for minutes, status in ((4, 200), (6, 422)):
        ahead = (now + datetime.timedelta(minutes=minutes)).astimezone(datetime.timezone(datetime.timedelta(hours=14)))
        bench.expect(
            f"{minutes} minutes ahead, in another zone", status, "POST", f"{path}/note", note(ahead.isoformat())
        )


def test_windows_are_kept_or_refused(bench):
    last = "9999-12-31T23:59:59.999999Z"
    for name, earliest, latest, kept in (
        (
            "of no length, in two zones",
            "2026-01-01T00:00:00+14:00",
            "2025-12-31T10:00:00Z",
            {"earliest": "2025-12-31T10:00:00Z", "latest": "2025-12-31T10:00:00Z"},
        ),
        (
            "from the first moment to the last",
            "0001-01-01T00:00:00Z",
            last,
            {"earliest": "0001-01-01T00:00:00Z", "latest": last},
        ),
        ("that ends first, once in one zone", "2026-01-01T00:00:00-01:00", "2026-01-01T00:30:00Z", None),
        ("that ends beyond the last moment", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00", None),
    ):
        body = order(promised={"earliest": earliest, "latest": latest})
        answer = bench.expect(f"a window {name}", 201 if kept else 422, "POST", "/v1/orders", body)
        if kept and answer.status == 201:
            shown = bench.send("GET", f"/v1/orders/{answer.json['orderId']}").json["promised"]
            bench.check(f"a window {name} is kept", shown == kept, shown)
        elif answer.status == 422:
            pointers = [error["pointer"] for error in answer.json["errors"]]
            bench.check(f"a window {name}: its pointer", pointers[0].startswith("/promised"), pointers)


def test_times_in_queries_follow_the_same_rules(bench):
    placed = bench.place()
    path = f"/v1/orders/{placed['orderId']}"
    for text in TIMES:
        quoted = urllib.parse.quote(text)
        bench.expect(f"at={text}", (200, 404), "GET", f"{path}?at={quoted}")
        bench.expect(f"placedAfter={text}", 200, "GET", f"/v1/orders?limit=1&placedAfter={quoted}")
    for text in map(str, NO_TIMES):
        quoted = urllib.parse.quote(text)
        bench.expect(f"at={text!r}", 400, "GET", f"{path}?at={quoted}", code="invalidQuery")
        bench.expect(f"placedBefore={text!r}", 400, "GET", f"/v1/orders?placedBefore={quoted}", code="invalidQuery")


def test_the_list_goes_back_to_the_first_moment(bench):
    """The list holds orders of the first possible moment beside orders of today."""
    shop = "eternity"
    token = bench.service.token("backend", shop)
    ids = []
    for number, occurred in (
        ("first", "0001-01-01T00:00:00Z"),
        ("second", "0001-01-01T00:00:00.000001Z"),
        ("before 1970", "1969-12-31T23:59:59.999999Z"),
        ("now", None),
    ):
        answer = bench.send("POST", "/v1/orders", order(shop=shop, number=number, occurredAt=occurred), token=token)
        ids.insert(0, answer.json["orderId"])
    position = answer.json["position"]
    seen, query = [], f"limit=1&min_position={position}"
    while query and len(seen) < 9:
        page = bench.send("GET", f"/v1/orders?{query}", token=token)
        seen += [found["orderId"] for found in page.json["orders"]]
        query = f"limit=1&cursor={page.json['next']}" if "next" in page.json else None
    bench.check("the list goes back to the first moment, one by one", seen == ids, seen)
    bench.expect("and the statistics hold", 200, "GET", f"/v1/stats?min_position={position}", token=token)


def test_depth_and_repeated_names_are_refused(bench):
    """Too deep values and repeated names are refused, and as a bulk line they harm no other line."""
    path = f"/v1/orders/{bench.place()['orderId']}/note"
    good = json.dumps({"text": "x", "visibility": "staff"})
    for depth in (2, 31, 32, 33, 64, 1000, 40_000):
        for name, opening, closing in (("arrays", "[", "]"), ("objects", '{"a":', "}")):
            nested = opening * depth + "1" + closing * depth
            bench.expect(f"{depth} {name} in a text", (400, 422), "POST", path, good.replace('"x"', nested).encode())
            if depth < 40_000:
                lines = f'{{"command":"addNote","text":{nested}}}\n{{"command":"placeOrder",{json.dumps(order())[1:]}\n'
                _among_lines(bench, f"{depth} {name}", lines)
    for name, text in (
        ("at the top", good[:-1] + ', "text": "y"}'),
        ("escaped", good[:-1] + ', "t\\u0065xt": "y"}'),
        ("equal twice", good[:-1] + ', "text": "x"}'),
        ("unknown", good[:-1] + ', "b": 1, "b": 1}'),
    ):
        bench.expect(f"a name twice: {name}", 400, "POST", path, text.encode(), "duplicateKey")
        lines = f'{{"command":"addNote",{text[1:]}\n{{"command":"placeOrder",{json.dumps(order())[1:]}\n'
        _among_lines(bench, f"a name twice, {name}", lines)


def _among_lines(bench, name, lines):
    answer = bench.send("POST", "/v1/commands", lines.encode(), {"Content-Type": "application/x-ndjson"})
    results = [strict_json(line)["result"] for line in answer.body.splitlines()]
    bench.check(f"{name}: among lines", results == ["rejected", "accepted"], answer)


def _short(text):
    return text if len(text) <= 30 else f"{text[:12]}… of {len(text)} characters"


def test_the_service_is_alive_after_all_values(service, bench):
    bench.check("alive at the end", service.process.poll() is None and service.is_ready())

"""Difficult texts in every text field of every command.

Each is stored and read back whole by every route and stream, or refused with a pointer.
"""

import json
import unicodedata
import urllib.parse
from dataclasses import dataclass, field

import pytest

from support import roles, signing
from support.client import strict_json
from support.orders import order
from support.sse import Stream
from support.text_fields import Fields, found, pointer, told_apart
from support.text_life import LIFE, life
from support.waiting import Overdue

# The members of an order that are such texts; a return's `reason` is one too, a hold's and a scan's are words.
NAMES = {
    "number",
    "customer",
    "contactRef",
    "sku",
    "name",
    "carrier",
    "trackingNumber",
    "text",
    "timeZone",
    "ref",
    "note",
    "providerRef",
}

TEXTS = {
    "right to left": "שלום, مرحبا\u200f (a) \u202eevil\u202c",
    "combining marks": "e\u0301 e\u0301\u0302\u0323 " + "o" + "\u0300" * 100,
    "composed and decomposed": "\u00e9 e\u0301 \uac00 \u1100\u1161 \ufb01 \u212b",
    "emoji": "😀 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 👍🏽 \U000e0067",
    "line and paragraph separators": "a\u2028b\u2029c\u0085d",
    "line ends": "a\r\nb\rc\nd\n\ne\n",
    "lines that look like fields": "x\n\nevent: bye\ndata: {}\n\nid: 7\r\rretry: 1\r\n\r\n: no\n",
    "lines that look like fields, by other line ends": "x\u2028\u2028data: {}\u2028\u0085\u0085id: 7\x0b\x0cevent: bye",
    "tab and controls": "\t" + "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f",
    "byte order marks": "\ufeffa\ufeff",
    "noncharacters": "\uffff\ufffe\ufdd0\U0010ffff\U0001fffe\ufffd",
    "quotes and backslashes": "\"'\\\\\" \\u0041 \\n </script><!-- ' ; drop table events; -- $1 %s {0} ${x}",
    "spaces around": " \u00a0 a \u3000",
    "one space": " ",
    "500 emoji": "😀" * 500,
    "500 combining marks": "a" + "\u0301" * 499,
    "JSON": '{"type":"OrderPlaced","position":"aaaaaaaa-1"}',
    "surrogate pair as escapes": "\U00010000\U0010ffff",
}


@pytest.fixture(scope="module")
def fields(bench):
    """The text fields of all commands, from the running service's description."""
    return Fields(bench.send("GET", "/openapi.json").json)


@pytest.fixture(scope="module")
def key(service, bench):
    """The development key, to sign tokens for customers of any name."""
    return signing.private_key(f"{service.data_dir}/dev-key.pem")


def test_the_description_has_the_texts_of_all_commands(fields, check):
    check(
        "the description has the texts of all commands",
        fields.count >= 20 and set(LIFE) >= {name for name, paths in fields.texts.items() if paths},
        fields.texts,
    )
    check.note(f"{fields.count} text fields × {len(TEXTS)} texts")


@dataclass
class Told:
    """An order that holds one text in every text field."""

    name: str
    text: str
    # The order's customer, and a token of that customer's.
    customer: str
    token: str
    order_id: str = ""
    version: int = 0
    first: str = ""
    position: str = ""
    # (command, body, step) by the position of the command's event.
    said: dict = field(default_factory=dict)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_read_as_it_was_written(bench, fields, key, name):
    """One order's life holds the text wherever it can; then everything is read back."""
    text = TEXTS[name]
    # A token names no customer longer than 255 characters or with controls in its name.
    customer = text if len(text) <= 255 and not any(unicodedata.category(c) == "Cc" for c in text) else "c-1"
    told = Told(name, text, customer, token_of(bench, key, customer))
    for step, command, body in life(fields, text, customer):
        if step == "resolve-anomaly":
            body["version"] = told.version
        # Half of them as escapes, half as they are: both are the same text.
        raw = json.dumps(body, ensure_ascii=told.version % 2 == 0).encode()
        path = f"/v1/orders/{told.order_id}/{command}" if command else "/v1/orders"
        answer = bench.send("POST", path, raw)
        if answer.status not in (200, 201):
            bench.check(f"{name}: {step or 'place'}", False, f"{raw[:300]!r}: {answer}")
            return
        receipt = answer.json
        told.order_id, told.version, told.position = receipt["orderId"], receipt["version"], receipt["position"]
        told.first = told.first or told.position
        if fields.texts[command]:
            told.said[told.position] = (command, body, step)
    read_back(bench, fields, told)
    read_orders(bench, told)


def read_back(bench, fields, told):
    """Checks history, log and streams, for staff and for the customer."""
    name, path = told.name, f"/v1/orders/{told.order_id}"
    history = bench.send("GET", f"{path}/events").json["events"]
    faults = [
        fault
        for event in history
        if event["position"] in told.said
        for fault in misquoted(fields, event, *told.said[event["position"]])
    ]
    positions = {event["position"] for event in history}
    bench.check(f"{name}: history", not faults and positions >= set(told.said), faults)
    epoch, _, first = told.first.rpartition("-")
    after = f"{epoch}-{int(first) - 1}"
    log = bench.send("GET", f"/v1/events?after={after}&limit=1000").json["events"]
    bench.check(f"{name}: the log is the history", log == history, log[:1])
    ndjson = bench.send("GET", f"/v1/events?after={after}", headers={"Accept": "application/x-ndjson"})
    rows = [strict_json(line) for line in ndjson.body.split(b"\n") if line]
    bench.check(f"{name}: so are its lines", rows == history, ndjson.body[:300])
    framed(bench, name, "/v1/stream", after, bench.tokens[roles.STAFF], history)
    own = bench.send("GET", f"{path}/events", token=told.token).json["events"]
    shown = [event["data"] for event in history if not is_hidden(event)]
    bench.check(f"{name}: the customer's history", [event["data"] for event in own] == shown, own[:1])
    framed(bench, name, f"{path}/stream", "0", told.token, own)


def is_hidden(event):
    """True for an event that customers do not see: all its texts are in `internal`."""
    return event["data"] == {} and event["type"] in ("AnomalyResolved", "MetadataChanged", "NoteAdded")


def misquoted(fields, event, command, body, step):
    """The places of an event that differ from the texts of its command."""
    if step == "staff-note" and event["data"] != {}:
        yield f"{event['type']} shows customers a staff note"
    for path in fields.texts[command]:
        wanted = found(body, path)
        places = [found(event.get(part) or {}, path) for part in ("data", "internal")] + [found(event, path)]
        if wanted not in places:
            yield f"{event['type']}{pointer(path)}: {places!r} instead of {wanted!r}"


def framed(bench, name, path, after, token, events):
    """Checks that a stream's frames are the history's events, and that no text begins a field or ends a line."""
    stream = Stream(bench.service.port, f"{path}?after={after}", token)
    who = "staff" if path == "/v1/stream" else "customer"
    try:
        stream.wait(lambda frames: sum(f.is_log_event for f in frames) >= len(events), 20, f"frames of {name}")
    except Overdue as error:
        bench.check(f"{name}: frames for {who}", False, str(error))
        return
    finally:
        stream.stop()
    frames = [frame for frame in stream.frames if frame.is_log_event]
    same = [strict_json(frame.data) for frame in frames] == events
    ends = [frame.raw for frame in stream.frames if b"\r" in frame.raw]
    bench.check(
        f"{name}: frames for {who}",
        same and not stream.violations and not ends,
        f"{stream.violations} {ends[:1]} {[f.raw[:200] for f in frames[:2]]}",
    )


def read_orders(bench, told):
    """Checks the order by itself and in the list, where the texts are filters as well."""
    path, text = f"/v1/orders/{told.order_id}", told.text
    staff = bench.send("GET", f"{path}?min_position={told.position}", role=roles.STAFF).json
    own = bench.send("GET", path, token=told.token).json
    for who, value, least in (("staff", staff, 20), ("customer", own, 17)):
        texts = [(where, said) for where, said in told_apart(value) if where[-1] in NAMES]
        wrong = [(where, said) for where, said in texts if said != (told.customer if where == ("customer",) else text)]
        bench.check(
            f"{told.name}: the order for {who}",
            not wrong and len(texts) >= least,
            f"{len(texts)} texts, wrong: {wrong[:3]}",
        )
        returned = [entry["reason"] for entry in value["returns"]]
        bench.check(f"{told.name}: the return's reason for {who}", returned == [text], returned)
    for name in ("number", "customer", "carrier", "trackingNumber"):
        wanted = told.customer if name == "customer" else text
        query = urllib.parse.urlencode({name: wanted, "min_position": told.position})
        listed = bench.send("GET", f"/v1/orders?{query}", role=roles.STAFF)
        bench.check(
            f"{told.name}: the list by {name}", listed.status == 200 and listed.json["orders"][:1] == [staff], listed
        )


def token_of(bench, key, subject):
    """A customer's token under any name, signed by the development key."""
    head, payload, _ = bench.tokens[roles.OWN].split(".")
    return signing.sign(signing.decode(head), {**signing.decode(payload), "sub": subject}, key)


def test_bulk_lines_end_at_a_line_feed_alone(bench):
    """Other line separators may be in a text (NDJSON)."""
    texts = list(TEXTS.values())
    body = "".join(
        json.dumps({"command": "placeOrder", **order(number=text)}, ensure_ascii=False)
        + ("\r\n" if index % 2 else "\n")
        for index, text in enumerate(texts)
    )
    answer = bench.send("POST", "/v1/commands", body.encode(), {"Content-Type": "application/x-ndjson"})
    results = [strict_json(line) for line in answer.body.split(b"\n") if line]
    kept = [
        bench.send("GET", f"/v1/orders/{result['orderId']}").json["number"] for result in results if "orderId" in result
    ]
    bench.check(
        "every text by the bulk route",
        kept == texts and [r["line"] for r in results] == list(range(1, len(texts) + 1)),
        results,
    )


def test_no_field_takes_an_impossible_text(bench, fields):
    """Each impossible text is refused in every field, with its pointer where it is known."""
    placed = bench.place()["orderId"]
    head = bench.send("GET", "/v1/events?limit=1000").json["position"]
    for command, paths in fields.texts.items():
        where = f"/v1/orders/{placed}/{command}" if command else "/v1/orders"
        for path in paths:
            label = f"{command or 'place'}{pointer(path)}"
            for name, text in (("NUL", "a\0b"), ("501 emoji", "😀" * 501), ("a number", 7), ("null", None)):
                body = fields.saying_at(command, path, text)
                answer = bench.expect(f"refused: {label}: {name}", 422, "POST", where, body, "invalidCommand")
                named = [error["pointer"] for error in answer.json["errors"]] if answer.status == 422 else None
                bench.check(f"refused: {label}: {name}: its pointer", named and named[0] == pointer(path), named)
            for name, raw in (
                ("a lone high surrogate", rb"a\ud800b"),
                ("a lone low surrogate", rb"\udc00"),
                ("surrogates in the wrong order", rb"\udc00\ud800"),
                ("two high surrogates", rb"\ud800\ud800"),
                ("a broken sequence", b"a\xe2\x82b"),
                ("a surrogate in UTF-8", b"\xed\xa0\x80"),
                ("beyond Unicode", b"\xf4\x90\x80\x80"),
                ("overlong", b"\xc0\xaf"),
                ("a raw LF", b"a\nb"),
                ("a broken escape", rb"\x41"),
                ("a short escape", rb"\u12"),
            ):
                body = json.dumps(fields.saying_at(command, path, "HERE")).encode().replace(b"HERE", raw)
                bench.expect(f"refused: {label}: {name}", 400, "POST", where, body)
    now = bench.send("GET", "/v1/events?limit=1000").json["position"]
    bench.check("refused: nothing of it is in the log", now == head, f"{head} {now}")


def test_composed_and_decomposed_texts_are_unequal(bench, key):
    """The texts look the same, but their code points differ."""
    composed, decomposed = "Andr\u00e9", "Andre\u0301"
    placed = bench.send("POST", "/v1/orders", order(customer=composed)).json
    path = f"/v1/orders/{placed['orderId']}"
    for name, subject, status in (("itself", composed, 200), ("its double", decomposed, 404)):
        bench.expect(f"unequal: a customer, {name}", status, "GET", path, token=token_of(bench, key, subject))
        bench.expect(
            f"unequal: its stream, {name}", status, "GET", f"{path}/stream", token=token_of(bench, key, subject)
        )
    header, note = {"Idempotency-Key": "double"}, {"text": composed, "visibility": "staff"}
    bench.expect("unequal: a note", 200, "POST", f"{path}/note", note, headers=header)
    escaped = json.dumps(note, indent=1).encode()
    again = bench.expect("unequal: written otherwise, the same", 200, "POST", f"{path}/note", escaped, headers=header)
    bench.check("unequal: and so it is a replay", again.replayed, again)
    bench.expect(
        "unequal: a note that only looks the same",
        422,
        "POST",
        f"{path}/note",
        {**note, "text": decomposed},
        "commandIdReused",
        headers=header,
    )
    raw = json.dumps({**note, decomposed: 1, composed: 2}, ensure_ascii=False).encode()
    answer = bench.expect("unequal: keys that look the same are two", 422, "POST", f"{path}/note", raw)
    bench.check(
        "unequal: and both are named",
        sorted(e["pointer"] for e in answer.json.get("errors", [])) == sorted(["/" + composed, "/" + decomposed]),
        answer,
    )
    for subject in (composed, decomposed):
        query = urllib.parse.urlencode({"customer": subject, "min_position": placed["position"]})
        listed = bench.send("GET", f"/v1/orders?{query}", role=roles.STAFF).json["orders"]
        bench.check(
            f"unequal: the list, {'itself' if subject == composed else 'its double'}",
            len(listed) == (subject == composed),
            listed,
        )


def test_the_service_is_alive_after_all_texts(service, bench):
    bench.check("alive at the end", service.process.poll() is None and service.is_ready())

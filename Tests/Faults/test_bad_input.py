"""Mistakes of a client in a request: each gets its documented answer, and no other client notices."""

import json
import re
import time
import uuid

import pytest

from support import bad_bodies, roles, signing
from support.orders import order
from support.sse import Stream


@pytest.fixture(scope="module", autouse=True)
def witness(service, bench, placed):
    """A stream of all orders that is open from the start."""
    stream = Stream(service.port, "/v1/stream", bench.tokens[roles.STAFF])
    stream.wait(lambda frames: any(frame.is_cursor for frame in frames), 20, "the feed began")
    return stream


@pytest.fixture(autouse=True)
def alive(request, service, bench):
    """Checks after each test that the service neither died nor hangs."""
    yield
    name = request.node.originalname.removeprefix("test_")
    bench.check(f"alive after {name}", service.process.poll() is None and service.is_ready())


def test_bad_bodies_are_refused(bench, placed):
    for name, body, status, code in bad_bodies.bad_orders():
        bench.expect(f"order: {name}", status, "POST", "/v1/orders", body, code)
    for name, path, body, status in bad_bodies.bad_commands():
        bench.expect(f"command: {name}", status, "POST", f"/v1/orders/{placed['orderId']}/{path}", body)
    existing = order(orderId=placed["orderId"])
    known = bench.expect("order: an existing orderId", 409, "POST", "/v1/orders", existing, "orderExists")
    told = {"orderId", "orderStatus", "version", "allowedCommands"}
    bench.check("an own order's state is told", told <= set(known.json), known)
    foreign = bench.service.token("backend", "borealis")
    other = {**existing, "shop": "borealis"}
    for headers in ({}, {"If-Match": '"1"'}):
        answer = bench.expect(
            "order: another shop's orderId",
            409,
            "POST",
            "/v1/orders",
            other,
            "orderExists",
            token=foreign,
            headers=headers,
        )
        kept = not told & set(answer.json) and "etag" not in answer.headers
        bench.check("another shop's order is not told", kept, answer)


def test_bodies_of_wrong_size_or_type_are_refused(bench, placed):
    text = json.dumps(order()).encode()
    limit = 256 * 1024
    bench.expect("a body of exactly 256 KiB is read", 201, "POST", "/v1/orders", text + b" " * (limit - len(text)))
    bench.expect("a body of 256 KiB and a byte", 413, "POST", "/v1/orders", text + b" " * (limit + 1 - len(text)))
    bench.expect("a body of 1 MiB", 413, "POST", "/v1/orders", text + b" " * (1 << 20))
    chunks = {"Transfer-Encoding": "chunked"}
    pieces = b"".join(b"4000\r\n" + b" " * 0x4000 + b"\r\n" for _ in range(20)) + b"0\r\n\r\n"
    bench.expect("a chunked body of 320 KiB", 413, "POST", "/v1/orders", pieces, headers=chunks)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/x-ndjson", "application/jsonp", None):
        bench.expect(f"content type {kind}", 415, "POST", "/v1/orders", text, headers={"Content-Type": kind})
    charset = {"Content-Type": "Application/JSON; charset=utf-8"}
    bench.expect("content type with charset is good", 201, "POST", "/v1/orders", text, headers=charset)


def test_paths_to_nothing_are_refused(bench, placed):
    order_id = placed["orderId"]
    for bad in (
        "7",
        "x" * 36,
        order_id[:-1],
        order_id + "0",
        "{" + order_id + "}",
        order_id.replace("-", ""),
        "%00",
        "..%2f..",
        str(uuid.uuid4()),
    ):
        for tail in ("", "/events", "/stream"):
            bench.expect(f"no such order: {bad}{tail}", 404, "GET", f"/v1/orders/{bad}{tail}")
        bench.expect(f"no such order: {bad}/confirm", 404, "POST", f"/v1/orders/{bad}/confirm", {})
    bench.expect("no such route", 404, "GET", "/v1/nothing")
    for limit in ("0", "1001", "-1", "x", "1e2", "99999999999999999999"):
        bench.expect(f"limit={limit}", 400, "GET", f"/v1/events?limit={limit}")
    bench.expect("broken percent-encoding", 400, "GET", "/v1/events?after=%zz")
    bench.expect("bad UTF-8 in the query", 400, "GET", "/v1/events?after=%ff")
    bench.expect("plain=maybe", 400, "GET", "/v1/stream?plain=maybe")
    bench.expect("an unknown status in a filter", 400, "GET", "/v1/stream?status=lunch")


def test_other_origins_are_not_allowed_unasked(bench):
    preflight = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    for method, path in (("OPTIONS", "/v1/orders"), ("GET", "/healthz"), ("GET", "/v1/stream"), ("GET", "/v1/none")):
        answer = bench.send(method, path, headers=preflight)
        found = [name for name in answer.headers if name.startswith("access-control") or name == "vary"]
        bench.check(
            f"without --cors-origin: {method} {path} allows nothing", answer.status and not found, answer.headers
        )


def test_bad_tokens_are_refused(bench, placed):
    key = signing.private_key(f"{bench.service.data_dir}/dev-key.pem")
    good = bench.tokens[roles.STAFF]
    head, payload, signature = good.split(".")
    header, claims, now = signing.decode(head), signing.decode(payload), int(time.time())

    def judge(name, status, token, code=None):
        bench.expect(f"token: {name}", status, "GET", "/v1/events", code=code, token=token)

    def signed(**changes):
        return signing.sign(header, {k: v for k, v in {**claims, **changes}.items() if v is not None}, key)

    judge("signed by hand with the development key is good", 200, signed())
    judge("expired half a minute ago, within the skew, is good", 200, signed(exp=now - 30))
    judge("expired", 401, signed(exp=now - 61), "expiredToken")
    judge("without exp", 401, signed(exp=None))
    judge("not valid before tomorrow", 401, signed(nbf=now + 86400))
    judge("for another audience", 401, signed(aud="else"))
    judge("without audience", 401, signed(aud=None))
    judge("without subject", 401, signed(sub=None))
    judge("of an unknown role", 401, signed(role="king"))
    judge("without role", 401, signed(role=None))
    judge("without shop", 401, signed(shop=None))
    judge("of a backend for every shop", 401, signed(role="backend", shop="*"))
    judge("of a customer for two shops", 401, signed(role="customer", shop=["aurora", "borealis"]))
    judge("with another's payload", 401, f"{head}.{signing.encode({**claims, 'role': 'operator'})}.{signature}")
    judge("with a broken signature", 401, f"{head}.{payload}.{signature[:-6]}AAAAAA")
    judge("without signature", 401, f"{head}.{payload}.")
    none = signing.encode({"alg": "none", "typ": "JWT"})
    for name, header_part in (
        ("alg none", none),
        ("alg none with the key's id", signing.encode({**header, "alg": "none"})),
        ("alg HS256", signing.encode({**header, "alg": "HS256"})),
    ):
        judge(f"{name}, no signature", 401, f"{header_part}.{payload}.")
        judge(f"{name}, the old signature", 401, f"{header_part}.{payload}.{signature}")
    judge("of a key nobody knows", 401, signing.sign({**header, "kid": "nobody"}, claims, key))
    judge("signed with another key", 401, signing.sign(header, claims, key - 1))
    for name, token in (("garbage", "garbage"), ("two dots", ".."), ("10,000 characters", "a" * 10_000)):
        judge(name, 401, token)
    scheme = {"Authorization": f"Basic {good}"}
    bench.expect("token: as Basic", 401, "GET", "/v1/events", headers=scheme, role=roles.NOBODY)
    _runs_out(bench, placed, signed(exp=int(time.time()) - 55))


def _runs_out(bench, placed, token):
    """A token with five seconds of its skew left ends the streams that it opened."""
    paths = ("/v1/stream", f"/v1/orders/{placed['orderId']}/stream")
    for path, stream in [(path, Stream(bench.service.port, path, token)) for path in paths]:
        ended = stream.wait_end(30)
        stream.stop()
        raw = [frame.raw[:120] for frame in stream.frames[-3:]]
        name = "feed" if path == paths[0] else "order stream"
        bench.check(
            f"token runs out: {name} ends with bye tokenExpired, after an id-only block",
            ended == "complete"
            and len(stream.frames) >= 3
            and stream.frames[-1].event == "bye"
            and json.loads(stream.frames[-1].data) == {"reason": "tokenExpired"}
            and stream.frames[-2].is_cursor,
            f"{stream.status} ended {ended}: {raw} {stream.body[:200]}",
        )


def test_a_token_of_another_shop_finds_nothing(bench, placed):
    foreign = bench.service.token("backend", "borealis")
    path = f"/v1/orders/{placed['orderId']}"
    for tail in ("", "/events", "/stream"):
        bench.expect(f"another shop's token: order{tail}", 404, "GET", path + tail, token=foreign)
    bench.expect("another shop's token: confirm", 404, "POST", path + "/confirm", {}, token=foreign)
    bench.expect("another shop's token: its own shop in the body", 403, "POST", "/v1/orders", order(), token=foreign)
    taken = bench.expect(
        "another shop's token: the order's id taken",
        409,
        "POST",
        "/v1/orders",
        order(shop="borealis", orderId=placed["orderId"]),
        "orderExists",
        token=foreign,
    )
    bench.check(
        "another shop's token: the refusal tells nothing of the order",
        b"version" not in taken.body and b"allowedCommands" not in taken.body,
        taken,
    )
    empty = bench.send("GET", "/v1/events", token=foreign)
    bench.check(
        "another shop's token: the log shows nothing", empty.status == 200 and empty.json["events"] == [], empty
    )


def test_bad_headers_are_refused(bench, placed):
    note, path = {"text": "x", "visibility": "staff"}, f"/v1/orders/{placed['orderId']}/note"
    for name, key in (
        ("of 256 characters", "k" * 256),
        ("non-ASCII", "schl\u00fcssel"),
        ("with a tab", "a\tb"),
        ("non-ASCII in UTF-8", "schl\u00fcssel".encode()),
    ):
        bench.expect(f"Idempotency-Key {name}", 400, "POST", path, note, headers={"Idempotency-Key": key})
    longest = {"Idempotency-Key": "k" * 255}
    first = bench.expect("Idempotency-Key of 255 characters is good", 200, "POST", path, note, headers=longest)
    again = bench.expect("Idempotency-Key again, the same command", 200, "POST", path, note, headers=longest)
    bench.check("Idempotency-Key again: the same answer, marked", again.body == first.body and again.replayed, again)
    for name, where, body in (
        ("other text", path, {**note, "text": "y"}),
        ("another command", path[:-4] + "confirm", {}),
        ("placing", "/v1/orders", order()),
    ):
        bench.expect(f"Idempotency-Key again, {name}", 422, "POST", where, body, "commandIdReused", headers=longest)
    borealis = bench.service.token("backend", "borealis")
    other = bench.expect(
        "Idempotency-Key of another shop is another",
        201,
        "POST",
        "/v1/orders",
        order(shop="borealis"),
        headers=longest,
        token=borealis,
    )
    bench.check("Idempotency-Key of another shop is no replay", not other.replayed, other)
    version = first.json["version"] if first.status == 200 else 0
    both = f'W/"{version + 1}", "{version - 1}"'
    for tag, status in (
        (f'"{version + 1}"', 412),
        (f'"{version - 1}"', 412),
        ('"0"', 412),
        (both, 412),
        ("x", 400),
        ("3", 400),
        ('*, "3"', 400),
    ):
        bench.expect(
            f"If-Match {tag.replace(str(version + 1), 'too new').replace(str(version - 1), 'too old')}",
            status,
            "POST",
            path,
            note,
            headers={"If-Match": tag},
        )
    for tag in (f'"{version}"', f'W/"{version + 1}"', f'{both}, "{version + 2}"', "*"):
        bench.expect(f"If-Match with the version is good: {tag}", 200, "POST", path, note, headers={"If-Match": tag})
    bench.expect(
        "If-Match mismatch, but a known command id", 200, "POST", path, note, headers={**longest, "If-Match": '"1"'}
    )
    for accepted, kind in (
        ("application/x-ndjson;q=0, application/json", "application/json"),
        ("application/json;q=0.5, application/x-ndjson", "application/x-ndjson"),
        ("application/x-ndjson, */*", "application/json"),
    ):
        page = bench.send("GET", f"{path.removesuffix('note')}events", headers={"Accept": accepted})
        bench.check(f"Accept: {accepted}", page.headers.get("content-type") == kind, page)
    made = bench.send("POST", path, note)
    bench.check("without Idempotency-Key the server names one", made.headers.get("waybill-command-id"), made.headers)


def test_a_refusal_is_not_remembered_under_its_id(bench):
    path, key = f"/v1/orders/{bench.place()['orderId']}", {"Idempotency-Key": "refused-first"}
    pack = {"parcelId": "p1", "lines": [{"lineId": "l1", "quantity": 1}]}
    for name, status, command, body, headers in (
        ("refused", 409, "pack", pack, key),
        ("then made possible", 200, "confirm", {}, None),
        ("then accepted under the same id", 200, "pack", pack, key),
    ):
        answer = bench.send("POST", f"{path}/{command}", body, headers)
        bench.check(f"Idempotency-Key {name}", answer.status == status and not answer.replayed, answer)


def test_each_role_may_do_what_the_table_says(bench, placed):
    parcel_order = bench.place()["orderId"]
    for path, body in (("confirm", {}), ("pack", {"parcelId": "p1", "lines": [{"lineId": "l1", "quantity": 1}]})):
        bench.expect(f"roles: prepare {path}", 200, "POST", f"/v1/orders/{parcel_order}/{path}", body)
    for name, method, path, make, headers, verdicts in roles.rows(placed["orderId"], parcel_order):
        for role, status in verdicts.items():
            bench.expect(
                f"roles: {name}, {role}", status, method, path, make() if make else None, role=role, headers=headers
            )


def test_every_described_route_refuses_whom_its_description_does_not_name(bench):
    """Holds routes that the table above does not name, such as new ones, against their own description."""
    paths = bench.send("GET", "/openapi.json").json["paths"]
    callers = {"backend": roles.BACKEND, "customer": roles.OWN, "staff": roles.STAFF, "operator": roles.OPERATOR}
    guarded = 0
    for path, item in paths.items():
        for method, operation in item.items():
            if operation.get("security") == []:
                continue
            guarded += 1
            where = re.sub(r"{\w+}", str(uuid.uuid4()), path)
            how = (method.upper(), where, {} if method in ("post", "put", "patch") else None)
            bench.expect(f"described: {method} {path}, nobody", 401, *how, "missingToken", role=roles.NOBODY)
            named = set(re.findall(r"\w+", operation["description"].rpartition("Roles: ")[2]))
            bench.check(f"described: {method} {path} names its roles", named and named <= set(callers), named)
            for role in set(callers) - named:
                bench.expect(f"described: {method} {path}, {role}", 403, *how, "forbidden", role=callers[role])
    bench.check("described: there are operations with roles", guarded > 40, guarded)


def test_the_stream_open_from_the_start_saw_every_event(bench, witness):
    last = bench.place(number="LAST")
    frame = witness.wait(
        lambda frames: next((f for f in frames if f.id == last["position"] and f.is_log_event), None),
        15,
        "the next order's event on the stream that was open all along",
    )
    bench.check("the stream open from the start delivers the next order", json.loads(frame.data)["number"] == "LAST")
    witness.stop()
    numbers = [int(f.id.rpartition("-")[2]) for f in witness.log_events()]
    bench.check(
        "and it saw every event before, in order",
        numbers == list(range(2, int(last["position"].rpartition("-")[2]) + 1)),
        numbers,
    )
    bench.check("and has no violation", not witness.violations and witness.connections == 1, witness.violations)

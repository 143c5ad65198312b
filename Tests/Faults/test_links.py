"""Tracking links and staff sessions: what they open, when they end, and that nothing else learns of them."""

import json
import re
import time

import pytest

from support import roles, signing
from support.client import Client
from support.sse import Stream
from support.waiting import wait_for

TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


def make_link(bench, order, body=None, **how):
    answer = bench.send("POST", f"/v1/orders/{order}/tracking-links", body, **how)
    assert answer.status == 201, answer
    return answer.json


def is_secret(check, label, fields):
    for name, value in (
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex"),
        ("cross-origin-resource-policy", "same-origin"),
        ("vary", "Sec-Fetch-Site"),
    ):
        check(f"{label}: {name}", value in fields.get(name, ""), fields)


def begun(frames):
    return any(frame.event == "snapshot" for frame in frames)


@pytest.fixture(scope="module")
def order(bench):
    return bench.place()["orderId"]


def test_a_link_reads_the_order_as_its_customer_does(bench, order, check):
    link = make_link(bench, order)
    check("fields of a link", sorted(link) == ["expiresAt", "linkId", "token", "url"], link)
    check("the token is long enough", TOKEN.fullmatch(link["token"]), link["token"])
    check("the url leads here", link["url"] == f"{bench.service.url}/track/{link['token']}", link["url"])
    days = (
        time.mktime(time.strptime(link["expiresAt"][:19], "%Y-%m-%dT%H:%M:%S")) - time.mktime(time.gmtime())
    ) / 86400
    check("90 days without a ttl", 89.9 < days < 90.1, link["expiresAt"])
    path = f"/track/{link['token']}"
    json_of = {"Accept": "application/json"}
    tracked = bench.send("GET", path, headers=json_of, role=roles.NOBODY)
    own = bench.send("GET", f"/v1/orders/{order}", role=roles.OWN)
    check("JSON as the customer reads it", tracked.status == 200 and tracked.json == own.json, tracked)
    page = bench.send("GET", f"{path}?utm_source=mail", headers={"Accept": "text/html,*/*"}, role=roles.NOBODY)
    check("a page for browsers", page.status == 200 and own.json["number"].encode() in page.body, page)
    check("the page is HTML", page.headers["content-type"].startswith("text/html"), page.headers)
    below = ("", "/stream", "/x", "/delivery.ics")
    for method, target in (
        *((method, path + part) for part in below for method in ("HEAD", "PUT", "OPTIONS")),
        ("GET", path),
        ("GET", "/track/nothing"),
        ("GET", "/track/nothing/stream"),
        ("GET", "/track"),
    ):
        answer = bench.send(method, target, role=roles.NOBODY)
        is_secret(check, f"{method} {target}", {name.lower(): value for name, value in answer.headers.items()})
    stream = Stream(bench.service.port, f"{path}/stream")
    stream.wait(begun, 10, "a snapshot")
    stream.stop()
    is_secret(check, "the stream", stream.headers)
    listed = bench.send("GET", f"/v1/orders/{order}/tracking-links").json["links"]
    kept = {name: link[name] for name in ("linkId", "expiresAt")}
    check(
        "the list has neither url nor token", kept in listed and all(sorted(k) == sorted(kept) for k in listed), listed
    )
    dead = bench.send("GET", "/track/nothing", headers={"Accept": "text/html,*/*;q=0.8"}, role=roles.NOBODY)
    program = {"Accept": "application/json, text/plain, */*"}
    for target, status in ((path, 200), ("/track/nothing", 404)):
        answer = bench.send("GET", target, headers=program, role=roles.NOBODY)
        check(f"a program gets JSON: {status}", answer.status == status and answer.json, answer)
    for name, fields in (("fetch", {"Accept": "*/*"}), ("nobody's wish", {})):
        answer = bench.send("GET", path, headers=fields, role=roles.NOBODY)
        check(f"{name} is a page", answer.status == 200 and b"<h1" in answer.body, answer)
        answer = bench.send("GET", "/track/nothing", headers=fields, role=roles.NOBODY)
        check(f"{name} of a dead link gets a problem", answer.status == 404 and answer.json, answer)
    check("a dead link is a page for a browser", dead.status == 404 and b"<h1>" in dead.body, dead)


def test_links_belong_to_the_shops_of_the_token(bench, order, check):
    foreign = bench.service.token("backend", "borealis")
    link = make_link(bench, order)["linkId"]
    base = f"/v1/orders/{order}/tracking-links"
    for method, path in (("POST", base), ("GET", base), ("DELETE", f"{base}/{link}")):
        bench.expect(f"foreign: {method}", 404, method, path, token=foreign)
    other = bench.place()["orderId"]
    bench.expect("another order's link", 404, "DELETE", f"/v1/orders/{other}/tracking-links/{link}")
    bench.expect("a link id that is no UUID", 404, "DELETE", f"{base}/7")
    bench.expect("an order that is no UUID", 404, "POST", "/v1/orders/7/tracking-links")
    for body in ({"ttl": "0d"}, {"ttl": "367d"}, {"ttl": 7}, {"ttl": None}, {"days": 1}, {"ttl": "90"}):
        bench.expect(f"body {body}", 422, "POST", base, body, "invalidCommand")
    check("the link is alive", any(k["linkId"] == link for k in bench.send("GET", base).json["links"]), link)


def test_a_repeated_request_tells_no_token_twice(bench, check):
    order, key = bench.place()["orderId"], {"Idempotency-Key": "mail-1"}
    first = make_link(bench, order, {"ttl": "1h"}, headers=key)
    again = bench.send("POST", f"/v1/orders/{order}/tracking-links", {"ttl": "1h"}, key)
    check("replayed", again.status == 201 and again.replayed, again)
    same = all(again.json[name] == first[name] for name in ("linkId", "expiresAt"))
    check("the same link under another token", same and again.json["token"] != first["token"], again)
    for link in (first, again.json):
        bench.expect("both are good", 200, "GET", f"/track/{link['token']}", role=roles.NOBODY)
    path = f"/v1/orders/{order}/tracking-links"
    bench.expect("another request under the key", 422, "POST", path, {}, "commandIdReused", headers=key)
    check("one link", len(bench.send("GET", path).json["links"]) == 1)


def test_an_order_with_too_many_links_is_a_refusal_with_a_reason(bench, check):
    order = bench.place()["orderId"]
    path = f"/v1/orders/{order}/tracking-links"
    for _ in range(100):
        make_link(bench, order)
    refused = bench.send("POST", path)
    known = {name: refused.json.get(name) for name in ("code", "reason", "orderId", "orderStatus", "version")}
    wanted = {"code": "rejected", "reason": "tooManyLinks", "orderId": order, "orderStatus": "placed", "version": 1}
    check("409 rejected, as all refusals", refused.status == 409 and known == wanted, refused)
    check("with the commands that the order takes", "cancelOrder" in refused.json.get("allowedCommands", []), refused)


def test_a_links_stream_is_that_of_the_customer(bench, check):
    order = bench.place()["orderId"]
    path = f"/track/{make_link(bench, order)['token']}/stream"
    stream = Stream(bench.service.port, path)
    own = Stream(bench.service.port, f"/v1/orders/{order}/stream", bench.tokens[roles.OWN])
    for each in (stream, own):
        each.wait(begun, 10, "a snapshot")
    bench.send("POST", f"/v1/orders/{order}/note", {"text": "x", "visibility": "staff"})
    bench.send("POST", f"/v1/orders/{order}/confirm", {})
    for each in (stream, own):
        each.wait(lambda frames: any(f.is_log_event for f in frames), 10, "the event")
    frames = [[f.raw for f in each.frames if f.data] for each in (stream, own)]
    check("byte for byte the customer's", frames[0] == frames[1], frames)
    check("no staff's note", all(b"NoteAdded" not in raw for raw in frames[0]), frames[0])
    last = stream.last_id
    bench.send("POST", f"/v1/orders/{order}/cancel", {"reason": "customer"})
    again = Stream(bench.service.port, f"{path}?after={last}&plain=true")
    again.wait(lambda frames: any(f.data for f in frames), 10, "the next event")
    check("resumed", b'"snapshot"' not in again.frames[1].data, again.frames[1].raw[:200])
    for each in (stream, own, again):
        check("no violation", not each.stop().violations, each.violations)
    bench.expect("an unknown parameter", 400, "GET", f"{path}?x=1", role=roles.NOBODY)
    bench.expect("a dead link's stream", 404, "GET", f"/track/{'a' * 32}/stream", role=roles.NOBODY)


def ended(stream, check, label, seconds=20):
    stream.wait(lambda frames: any(f.event == "bye" for f in frames), seconds, f"{label}: bye")
    stream.wait_end(5)
    said = json.loads(next(f.data for f in stream.frames if f.event == "bye"))
    check(f"{label}: bye says why", said == {"reason": "tokenExpired"}, said)
    stream.stop()


def test_revocation_and_expiry_end_open_streams(bench, check):
    order = bench.place()["orderId"]
    streams = {}
    links = {
        name: make_link(bench, order, {"ttl": ttl})
        for name, ttl in (("revoked", "1h"), ("elsewhere", "1h"), ("expires", "6s"), ("lives", "1h"))
    }
    for name, link in links.items():
        streams[name] = Stream(bench.service.port, f"/track/{link['token']}/stream")
        streams[name].wait(begun, 5, name)
    bench.expect("revoke", 204, "DELETE", f"/v1/orders/{order}/tracking-links/{links['revoked']['linkId']}")
    ended(streams["revoked"], check, "revoked here", 2)
    # Another process's revocation is a row that is gone.
    bench.service.sql(f"delete from tracking_links where link_id = '{links['elsewhere']['linkId']}'", "waybill")
    ended(streams["elsewhere"], check, "revoked elsewhere")
    ended(streams["expires"], check, "expired")
    for name in ("revoked", "elsewhere", "expires"):
        path = f"/track/{links[name]['token']}"
        bench.expect(f"{name}: dead", 404, "GET", path, role=roles.NOBODY)
        bench.expect(f"{name}: its stream too", 404, "GET", f"{path}/stream", role=roles.NOBODY)
    check("the other link's stream goes on", streams["lives"].ended is None)
    streams["lives"].stop()


def test_pages_of_other_sites_cannot_use_a_link(bench, order):
    path = f"/track/{make_link(bench, order)['token']}"
    for name, status, target, site, mode, dest in (
        ("a link in a mail", 200, path, "cross-site", "navigate", "document"),
        ("a bookmark", 200, path, "none", "navigate", "document"),
        ("the page's own fetch", 200, path, "same-origin", "cors", "empty"),
        ("the page's own stream", 200, f"{path}/stream", "same-origin", "cors", "empty"),
        ("another site's fetch", 403, path, "cross-site", "cors", "empty"),
        ("another site's frame", 403, path, "cross-site", "navigate", "iframe"),
        ("another site's image", 403, path, "cross-site", "no-cors", "image"),
        ("another site's stream", 403, f"{path}/stream", "cross-site", "cors", "empty"),
    ):
        fields = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
        code = "crossSite" if status == 403 else None
        bench.expect(name, status, "GET", target, code=code, headers=fields, role=roles.NOBODY)


def session_of(bench, role=roles.STAFF, **how):
    answer = bench.send("POST", "/session", role=role, **how)
    assert answer.status == 204, answer
    return answer.headers["set-cookie"]


OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def with_cookie(cookie):
    return {"Cookie": cookie.partition(";")[0], **OWN_PAGE}


def test_a_session_acts_as_its_token_on_own_pages_alone(bench, order, check):
    set_cookie = session_of(bench)
    check(
        "the cookie on loopback",
        re.fullmatch(r"waybill=[\w-]{43}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Strict", set_cookie),
        set_cookie,
    )
    cookie, host = with_cookie(set_cookie), f"http://127.0.0.1:{bench.service.port}"
    note, text = f"/v1/orders/{order}/note", {"text": "x", "visibility": "staff"}
    how = {"role": roles.NOBODY}
    bench.expect("read", 200, "GET", "/v1/orders", headers=cookie, **how)
    bench.expect("write", 200, "POST", note, text, headers=cookie, **how)
    bench.expect("stream", 200, "GET", "/v1/stream", headers=cookie, **how)
    bench.expect("not as another role", 403, "GET", "/metrics", headers=cookie, **how)
    only = {"Cookie": cookie["Cookie"]}
    for name, status, method, fields in (
        ("another site reads", 401, "GET", {"Sec-Fetch-Site": "cross-site"}),
        ("a sibling host reads", 401, "GET", {"Sec-Fetch-Site": "same-site"}),
        ("another site writes", 401, "POST", {"Sec-Fetch-Site": "cross-site"}),
        ("an old browser's own page reads", 200, "GET", {}),
        ("an old browser's own page writes", 200, "POST", {"Origin": host}),
        ("an old browser's other page writes", 401, "POST", {"Origin": "http://evil.example"}),
        ("an old browser's other page reads", 401, "GET", {"Origin": "http://evil.example"}),
        ("nobody knows who writes", 401, "POST", {}),
    ):
        path, body = (note, text) if method == "POST" else ("/v1/orders", None)
        bench.expect(name, status, method, path, body, headers={**only, **fields}, **how)
        if method == "GET":
            bench.expect(f"{name}: stream", status, "GET", "/v1/stream", headers={**only, **fields}, **how)
    behind = {**cookie, "X-Forwarded-For": "192.0.2.1"}
    bench.expect("not through a proxy", 401, "GET", "/v1/orders", headers=behind, **how)
    proxied = session_of(bench, headers={"X-Forwarded-For": "192.0.2.1"})
    bound = proxied.startswith("__Host-waybill=") and proxied.endswith("; Secure")
    check("behind a proxy: bound to the host and to TLS", bound, proxied)
    there = {**with_cookie(proxied), "X-Forwarded-For": "192.0.2.1"}
    bench.expect("its cookie counts there", 200, "GET", "/v1/orders", headers=there, **how)
    made_up = {**OWN_PAGE, "Cookie": f"waybill={'a' * 43}"}
    bench.expect("a made-up cookie", 401, "GET", "/v1/orders", headers=made_up, **how)
    foreign = {"Sec-Fetch-Site": "cross-site"}
    bench.expect("another site's session", 403, "POST", "/session", code="crossSite", headers=foreign, role=roles.STAFF)
    bench.expect("a session for a session", 401, "POST", "/session", headers=cookie, **how)


def test_a_session_ends_with_logout_token_and_key(bench, check):
    cookie = with_cookie(session_of(bench, roles.OPERATOR))
    bench.expect("an operator's session", 200, "GET", "/metrics", headers=cookie, role=roles.NOBODY)
    stream = Stream(bench.service.port, "/v1/stream", fields=cookie)
    stream.wait(lambda frames: any(f.is_cursor for f in frames), 5, "the session's stream")
    gone = bench.expect("logout", 204, "DELETE", "/session", headers=cookie, role=roles.NOBODY)
    check("the cookie is removed", "Max-Age=0" in gone.headers["set-cookie"], gone.headers)
    ended(stream, check, "logout", 2)
    again = bench.expect("after logout", 401, "DELETE", "/session", headers=cookie, role=roles.NOBODY)
    check("a dead cookie is removed too", "Max-Age=0" in again.headers.get("set-cookie", ""), again.headers)
    bench.expect("no more reads", 401, "GET", "/v1/orders", headers=cookie, role=roles.NOBODY)

    elsewhere = with_cookie(session_of(bench))
    stream = Stream(bench.service.port, "/v1/stream", fields=elsewhere)
    stream.wait(lambda frames: any(f.is_cursor for f in frames), 5, "the session's stream")
    # Another process's logout is a row that is gone.
    bench.service.sql("delete from staff_sessions", "waybill")
    bench.expect("logout elsewhere counts at once", 401, "GET", "/v1/orders", headers=elsewhere, role=roles.NOBODY)
    ended(stream, check, "logout elsewhere")

    key = signing.private_key(f"{bench.service.data_dir}/dev-key.pem")
    head, payload, _ = bench.tokens[roles.STAFF].split(".")
    claims = {**signing.decode(payload), "exp": int(time.time()) - 55}
    token = signing.sign(signing.decode(head), claims, key)
    short = session_of(bench, token=token)
    seconds = int(re.search(r"Max-Age=(\d+)", short).group(1))
    check("the cookie ends with the token", 0 < seconds <= 5, short)
    cookie = with_cookie(short)
    bench.expect("before the end", 200, "GET", "/v1/orders", headers=cookie, role=roles.NOBODY)
    wait_for(
        lambda: bench.send("GET", "/v1/orders", headers=cookie, role=roles.NOBODY).status == 401, 10, "the token's end"
    )
    bench.expect("after the end", 401, "GET", "/v1/orders", headers=cookie, code="expiredToken", role=roles.NOBODY)


def test_secrets_are_kept_out_of_logs_metrics_and_tables(bench, order, check):
    link, cookie = make_link(bench, order), session_of(bench).partition(";")[0].partition("=")[2]
    client = Client(bench.service.port)
    for path in ("", "/", "/x", "/stream", "/stream?after=nonsense", "?a=b"):
        client.request("HEAD" if "stream" in path else "GET", f"/track/{link['token']}{path}")
    # A fault of the database is logged with the request's path.
    for table in ("tracking_links", "staff_sessions"):
        bench.service.sql(f"alter table {table} rename to {table}_away", "waybill")
    try:
        client.request("GET", f"/track/{link['token']}")
        client.request("HEAD", f"/track/{link['token']}/stream")
        client.request("GET", "/v1/orders", headers={"Cookie": f"waybill={cookie}"})
    finally:
        for table in ("tracking_links", "staff_sessions"):
            bench.service.sql(f"alter table {table}_away rename to {table}", "waybill")
        client.close()
    with open(bench.service.process.log_path, encoding="utf-8") as file:
        log = file.read()
    check("the fault is logged by the route", "/track/{token}" in log.replace("\\/", "/"), log[-800:])
    metrics = bench.send("GET", "/metrics", role=roles.OPERATOR).body.decode()
    rows = bench.service.sql("select * from tracking_links; select * from staff_sessions", "waybill")
    bearer = bench.tokens[roles.STAFF]
    for name, secret in (("the link's token", link["token"]), ("the cookie", cookie), ("the bearer token", bearer)):
        for place, text in (("log", log), ("metrics", metrics), ("tables", rows)):
            check(f"{name} is not in the {place}", secret not in text)

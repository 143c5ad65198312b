"""docs/clients/waybill-stream.js in a browser: the table of its parser, refusals, silence, and tokens that expire."""

import json
import time

from support.browser.cutting_proxy import CuttingProxy
from support.browser.pages import ROOT, helper_pages

# The same table as the Swift parser's.
CASES = ROOT / "Tests" / "WaybillClientTests" / "Cases" / "event-stream.json"

# A stream whose token has expired; its client comes back at once.
EXPIRED = 'retry: 10\nevent: status\nid: e-1\ndata: {}\n\nevent: bye\ndata: {"reason":"tokenExpired"}\n\n'


def table():
    for row in json.loads(CASES.read_text(encoding="utf-8")):
        row["bytes"] = list(bytes.fromhex(row["hex"]) if "hex" in row else row["text"].encode())
        # In the order in which the helper's events have them.
        row["events"] = [{name: event[name] for name in ("type", "data", "id")} for event in row["events"]]
        yield row


def streams(bench):
    """The number of open streams, once those that were left are gone; after 20 s the number that remains."""
    deadline = time.monotonic() + 20
    while (count := bench.open_streams()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return count


def test_the_helper_reads_streams_and_tells_how_they_end(service, bench, browser, check):
    staff = bench.tokens["staff"]
    canned = {"/expired": (EXPIRED, "text/event-stream"), "/page": ("<p>", "text/html")}
    proxy = CuttingProxy(service.port, staff, {**helper_pages(), **canned}, cuts=0, seed=1)
    try:
        page = browser.new_page()
        page.goto(f"{proxy.url}/helper.html")
        page.wait_for_function("window.ready")
        rows = list(table())
        wrong = page.evaluate("(rows) => misread(rows)", rows)
        check(
            f"helper: {len(rows)} streams are read as the standard says, however they are cut",
            rows and not wrong,
            wrong[:2],
        )
        refused = page.evaluate("() => first(1, '/v1/stream', { token: 'abc' })")
        check(
            "helper: a refusal ends it, with what the service said",
            refused.get("refused")
            and refused["error"]["status"] == 401
            and refused["error"]["code"] == "malformedToken",
            refused,
        )
        html = page.evaluate("() => first(1, '/page')")
        check("helper: so does what is no stream", html.get("refused") and html["error"]["status"] == 200, html)
        silent = page.evaluate("(token) => abortOnceLost('/v1/stream', token, 500)", staff)
        check(
            "helper: a silent stream is lost, and a signal ends it",
            silent["lost"] == ["the stream is silent"]
            and silent["error"]["message"] == "enough"
            and not silent["events"],
            silent,
        )
        awake = page.evaluate("(token) => abortOnceAwake('/v1/stream', token)", staff)
        check(
            "helper: a page that is shown again after a sleep finds its stream lost at once",
            awake["early"] == 0 and awake["lost"] == ["the stream is silent"],
            awake,
        )
        renewed = page.evaluate("() => renewed('/expired')")
        check(
            "helper: a token that expired is asked for anew",
            renewed == {"events": ["status e-1", "bye e-1"] * 3, "asked": 3},
            renewed,
        )
        page.close()
        left = streams(bench)
        check("helper: whoever leaves the loop leaves the connection", left == 0, left)
    finally:
        proxy.close()

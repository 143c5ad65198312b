"""docs/clients/waybill-stream.js in a browser: the table of its parser, refusals, silence, and tokens that expire."""
import json
import pathlib

from proxy import CuttingProxy

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MODULE = ROOT / "docs" / "clients" / "waybill-stream.js"
# The same table as the Swift parser's.
CASES = ROOT / "Tests" / "WaybillClientTests" / "Cases" / "event-stream.json"

# What a stream says whose token has expired; it comes back at once.
EXPIRED = "retry: 10\nevent: status\nid: e-1\ndata: {}\n\nevent: bye\ndata: {\"reason\":\"tokenExpired\"}\n\n"


def pages():
    """What the helper's page needs, by path."""
    page = (pathlib.Path(__file__).parent / "helper.html").read_text(encoding="utf-8")
    return {"/helper.html": (page, "text/html"), "/waybill-stream.js": (MODULE.read_text(encoding="utf-8"), "text/javascript")}


def table():
    for row in json.loads(CASES.read_text(encoding="utf-8")):
        row["bytes"] = list(bytes.fromhex(row["hex"]) if "hex" in row else row["text"].encode())
        # In the order in which the helper's events have them.
        row["events"] = [{name: event[name] for name in ("type", "data", "id")} for event in row["events"]]
        yield row


def check(service, group, browser, staff, streams):
    """The parts that need no cuts.

    - streams: how many the service has open, once those that were left had time to go.
    """
    canned = {"/expired": (EXPIRED, "text/event-stream"), "/page": ("<p>", "text/html")}
    proxy = CuttingProxy(service.port, staff, {**pages(), **canned}, cuts=0, seed=1)
    try:
        page = browser.new_page()
        page.goto(f"{proxy.url}/helper.html")
        page.wait_for_function("window.ready")
        rows = list(table())
        wrong = page.evaluate("(rows) => misread(rows)", rows)
        group.check(f"helper: {len(rows)} streams are read as the standard says, however they are cut", rows and not wrong,
                    wrong[:2])
        refused = page.evaluate("() => first(1, '/v1/stream', { token: 'abc' })")
        group.check("helper: a refusal ends it, with what the service said", refused.get("refused")
                    and refused["error"]["status"] == 401 and refused["error"]["code"] == "malformedToken", refused)
        html = page.evaluate("() => first(1, '/page')")
        group.check("helper: so does what is no stream", html.get("refused") and html["error"]["status"] == 200, html)
        silent = page.evaluate("(token) => abortOnceLost('/v1/stream', token, 500)", staff)
        group.check("helper: a silent stream is lost, and a signal ends it", silent["lost"] == ["the stream is silent"]
                    and silent["error"]["message"] == "enough" and not silent["events"], silent)
        renewed = page.evaluate("() => renewed('/expired')")
        group.check("helper: a token that expired is asked for anew", renewed == {
            "events": ["status e-1", "bye e-1"] * 3, "asked": 3}, renewed)
        page.close()
        left = streams()
        group.check("helper: whoever leaves the loop leaves the connection", left == 0, left)
    finally:
        proxy.close()

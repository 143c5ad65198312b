"""A storefront's page on another origin: commands and reads with a token, and a stream by a link, over restarts."""

import contextlib
import functools
import http.server
import json
import os
import threading

import pytest

from support import roles
from support.bench import Bench
from support.browser.pages import BROWSER
from support.certificates import Authority
from support.orders import order
from support.proxies import StorefrontNginx
from support.service import Service
from support.waiting import wait_for

SEND = """
async ([base, path, token, body]) => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    headers["Idempotency-Key"] = crypto.randomUUID();
    const answer = await fetch(base + path, body ? { method: "POST", headers, body } : { headers });
    const told = ["ETag", "X-Request-Id", "Location"].filter((name) => answer.headers.get(name));
    return { status: answer.status, told, body: await answer.json() };
}
"""
REFUSED = "async ([base]) => { try { await fetch(base + '/healthz'); return 'read'; } catch { return 'refused'; } }"
# Ends at the first event after the snapshot.
FOLLOW = """
([base, path]) => new Promise((resolve, reject) => {
    const source = new EventSource(base + path);
    const seen = [];
    source.addEventListener("snapshot", () => { seen.push("snapshot"); window.begun = true; });
    source.addEventListener("status", () => { source.close(); resolve([...seen, "status"]); });
    source.onerror = () => { if (source.readyState === 2) reject(new Error("the browser has given up")); };
})
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def storefront(folder):
    """Serves a folder on a port of its own; gives the origin."""
    handler = functools.partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_page_of_another_origin_uses_the_api(binary, browser, check, tmp_path):
    (tmp_path / "index.html").write_text("<p>A shop.")
    service = Service(binary)
    try:
        with storefront(tmp_path) as origin, storefront(tmp_path) as other:
            service.options = ["--cors-origin", origin]
            service.start()
            bench, base = Bench(service, check), f"http://127.0.0.1:{service.port}"
            page = browser.new_page()
            page.goto(origin)
            token = bench.tokens[roles.BACKEND]
            placed = page.evaluate(SEND, [base, "/v1/orders", token, json.dumps(order())])
            check("a page places an order", placed["status"] == 201, placed)
            check("and reads what the answer tells", len(placed["told"]) == 3, placed["told"])
            path = f"/v1/orders/{placed['body']['orderId']}"
            read = page.evaluate(SEND, [base, path, token, ""])
            check("it reads the order", read["status"] == 200 and read["body"]["status"] == "placed", read)
            missing = page.evaluate(SEND, [base, "/v1/nothing", token, ""])
            check("it reads what was refused", missing["body"].get("code") == "notFound", missing)
            wrong = page.evaluate(SEND, [base, path, "abc", ""])
            check("also without a good token", wrong["status"] == 401 and "code" in wrong["body"], wrong)
            link = bench.send("POST", f"{path}/tracking-links", {}).json
            following = f"window.followed = ({FOLLOW})(['{base}', '/track/{link['token']}/stream']); null"
            page.evaluate(following)
            page.wait_for_function("window.begun")
            bench.expect("the order is confirmed", 200, "POST", f"{path}/confirm", {})
            seen = page.evaluate("() => window.followed")
            check("an EventSource follows a link", seen == ["snapshot", "status"], seen)
            page.goto(other)
            check("a page of an origin that is not listed reads nothing", page.evaluate(REFUSED, [base]) == "refused")
            page.close()
    finally:
        service.close()


@pytest.fixture(scope="module")
def behind_nginx(binary):
    """A service behind nginx, the proxy's address, and the origin of a shop's pages."""
    service = Service(binary)
    try:
        with storefront(BROWSER) as origin:
            proxy = StorefrontNginx(service, Authority(os.path.join(service.root, "tls")), origin)
            base = f"https://localhost:{proxy.port}"
            service.options = ["--cors-origin", origin, "--public-url", base, "--trusted-proxy", "127.0.0.1"]
            service.start()
            try:
                yield service, base, origin
            finally:
                proxy.close()
    finally:
        service.close()


def test_a_page_of_another_origin_follows_an_order_over_restarts(behind_nginx, page, check):
    service, base, origin = behind_nginx
    bench = Bench(service, check)
    page.goto(f"{origin}/storefront.html")
    placed = page.evaluate(SEND, [base, "/v1/orders", bench.tokens[roles.BACKEND], json.dumps(order())])
    check("a page places an order through nginx", placed["status"] == 201, placed)
    path = f"/v1/orders/{placed['body']['orderId']}"
    link = bench.send("POST", f"{path}/tracking-links", {}).json
    check("the link is of the proxy's address", link["url"].startswith(base), link["url"])
    for who, status, fields in (
        ("the shop's page", 200, {"Origin": origin, "Sec-Fetch-Mode": "cors"}),
        ("another site's page", 403, {"Origin": "https://other.example", "Sec-Fetch-Mode": "cors"}),
        ("a frame in the shop's page", 403, {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}),
    ):
        for target in (f"/track/{link['token']}", f"/track/{link['token']}/stream"):
            answer = bench.send("GET", target, None, {"Sec-Fetch-Site": "cross-site", **fields}, role=roles.NOBODY)
            check(
                f"{who} asks for the {'stream' if target.endswith('stream') else 'order'}",
                answer.status == status,
                answer,
            )
    page.evaluate(f"follow({json.dumps(link['url'])})")
    page.wait_for_function("window.versions.length > 0")
    bench.expect("a change", 200, "POST", f"{path}/confirm", {})
    hold = {"holdId": "h1", "reason": "fraud"}
    for stop, command, body in ((service.terminate, "hold", hold), (service.kill, "release-hold", {"holdId": "h1"})):
        page.wait_for_function(f"window.versions.length === {version(bench, path)}")
        errors = page.evaluate("window.errors")
        stop()
        # The second attempt is answered by nginx, and not by the service that goes.
        page.wait_for_function(f"window.errors >= {errors + 2}")
        service.start()
        bench.expect("a change after the restart", 200, "POST", f"{path}/{command}", body)
    last = version(bench, path)
    try:
        wait_for(lambda: page.evaluate("window.versions.length") >= last, 40, "the page shows every change", every=0.1)
    finally:
        shown = page.evaluate("window.versions")
        check("no change is lost or repeated", shown == list(range(1, last + 1)), shown)
        check("the browser never gave up", not page.evaluate("window.hasGivenUp()"))


def version(bench, path):
    return bench.send("GET", path).json["version"]

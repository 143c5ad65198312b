"""A storefront's page on another origin: commands and reads with a token, and a stream by a link."""

import contextlib
import functools
import http.server
import json
import threading

from support import roles
from support.bench import Bench
from support.orders import order
from support.service import Service

SEND = """
async ([base, path, token, body]) => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": "a-1" };
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

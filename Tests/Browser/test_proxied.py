"""Streams in a browser behind nginx as docs/proxies.md configures it, while the service is restarted and killed."""

import json
import os

import pytest

from support.browser.pages import MODULE
from support.certificates import Authority
from support.client import Client, read_log
from support.orders import order
from support.proxies import AuthorizedNginx
from support.waiting import wait_for

# Follows all orders by EventSource and by the helper; both keep what they show.
FOLLOW = """async ([module, after]) => {
    window.shown = { eventSource: [], helper: [] };
    window.errors = 0;
    const source = new EventSource(`/v1/stream?plain=true&after=${after}`);
    source.onmessage = ({ data }) => {
        const change = JSON.parse(data);
        if (change.position && change.orderId) shown.eventSource.push(change.position);
    };
    source.onerror = () => { window.errors += 1; };
    window.isClosed = () => source.readyState === EventSource.CLOSED;
    const { waybillStream } = await import(URL.createObjectURL(new Blob([module], { type: "text/javascript" })));
    (async () => {
        for await (const { type, id } of waybillStream(`/v1/stream?after=${after}`)) {
            if (type === "status" || type === "update") shown.helper.push(id);
        }
    })();
}"""


@pytest.mark.slow
def test_pages_come_back_by_themselves_behind_nginx(service, browser, check):
    service.start()
    staff, backend = service.token("staff", "*"), service.token("backend", "aurora")
    client = Client(service.port, backend)

    def place():
        client.insist("POST", "/v1/orders", order())

    place()
    start = json.loads(read_log(service.port, staff)[-1])["position"]
    proxy = AuthorizedNginx(service, Authority(os.path.join(service.root, "tls")), staff)
    try:
        page = browser.new_page(ignore_https_errors=True)
        wait_for(lambda: opened(page, f"https://localhost:{proxy.port}/healthz"), 20, "the page is open")
        page.evaluate(FOLLOW, [MODULE.read_text(encoding="utf-8"), start])
        for stop in (service.terminate, service.kill):
            place()
            wanted = positions(service, staff)
            wait_for(lambda wanted=wanted: shown(page) == [wanted, wanted], 30, "both show every event", every=0.1)
            errors = page.evaluate("errors")
            stop()
            # The second attempt is answered by nginx, and not by the service that goes.
            wait_for(lambda errors=errors: page.evaluate("errors") >= errors + 2, 30, "nginx has answered", every=0.1)
            service.start()
            client = Client(service.port, backend)
        place()
        wanted = positions(service, staff)
        try:
            wait_for(lambda: shown(page) == [wanted, wanted], 40, "both show every event", every=0.1)
        finally:
            check("EventSource and the helper lose and repeat nothing", shown(page) == [wanted, wanted], shown(page))
            check("the browser never gave up", not page.evaluate("isClosed()"), proxy.said())
        page.close()
    finally:
        proxy.close()


def opened(page, url):
    try:
        return page.goto(url).status == 200
    except Exception:
        return False


def shown(page):
    return page.evaluate("[shown.eventSource, shown.helper]")


def positions(service, token):
    """The positions of all events but the first order's."""
    return [json.loads(line)["position"] for line in read_log(service.port, token)[1:]]

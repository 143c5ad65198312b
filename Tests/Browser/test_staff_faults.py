"""The board, the order page and the operator's page over a cut network, a kill, a phone's sleep and many changes.

All three stay open from the first test to the last, behind one address that is cut.
"""

import pathlib
import time
import uuid

import pytest

from support import roles
from support.browser import shown
from support.browser.staff import Visit
from support.forwarder import Forwarder
from support.frozen import Frozen
from support.orders import money, order
from support.service import free_port
from support.waiting import wait_for

ORDERS = 50
# The seconds of a cut at least.
CUT = {"small": 0, "full": 30}
LIVE = "#live[data-state=live]"
RECONNECTING = "#live[data-state=reconnecting]"


class Open:
    """The three pages, open, and the orders that change."""

    def __init__(self, bench, check, browser, staff):
        self.bench, self.check, self.rounds = bench, check, 0
        self.orders = [str(uuid.uuid4()) for _ in range(ORDERS)]
        bench.bulk(
            [
                {"command": "placeOrder", **order(orderId=its, number=f"F-{index:02}")}
                for index, its in enumerate(self.orders)
            ]
        )
        self.proxy = Forwarder(bench.service.port)
        options = {"locale": "en-GB"}
        url = f"http://127.0.0.1:{self.proxy.port}"
        self.staff = Visit(browser, url, "/staff", **options).sign_in(staff)
        self.operator = Visit(browser, url, "/operator", **options).sign_in(bench.tokens[roles.OPERATOR])
        # In a window of its own: headless Chromium draws tabs behind another one once a second.
        self.reader = Visit(browser, url, f"/staff/orders/{self.orders[0]}", **options).sign_in(staff)
        self.board, self.page = self.staff.page, self.reader.page
        self.pages = [self.board, self.page, self.operator.page]
        self.wait_for(LIVE)

    def wait_for(self, selector, seconds=40):
        for page in self.pages:
            page.wait_for_selector(selector, timeout=seconds * 1000)

    def change(self):
        """Changes every order at once, each in several ways."""
        self.rounds += 1
        lines = []
        for index, its in enumerate(self.orders):
            hold = {"orderId": its, "holdId": f"h{self.rounds}"}
            lines.append({"command": "addNote", "orderId": its, "text": f"{self.rounds}", "visibility": "staff"})
            lines.append({"command": "holdOrder", **hold, "reason": "stock"})
            if index % 3 != self.rounds % 3:
                lines.append({"command": "releaseHold", **hold})
            if index % 2 != self.rounds % 2:
                pay = {"paymentId": f"p{self.rounds}", "kind": "captured", "amount": money(7700), "providerRef": "r"}
                lines.append({"command": "recordPayment", "orderId": its, **pay})
        self.bench.bulk(lines)

    def agree(self, when):
        """Compares each page with the API."""
        agree, first = shown.agree, self.orders[0]
        agree(self.check, f"{when}: the board", self.board, shown.BOARD, lambda: shown.board(self.bench, ORDERS))
        agree(self.check, f"{when}: the order", self.page, shown.ORDER, lambda: shown.order_page(self.bench, first))
        operator = self.operator.page
        agree(
            self.check,
            f"{when}: the operator's page",
            operator,
            shown.OPERATOR,
            lambda: shown.operator_page(self.bench),
        )
        errors = [error for visit in (self.staff, self.reader, self.operator) for error in visit.errors]
        self.check(f"{when}: nothing failed in a page", not errors, errors[:3])

    def close(self):
        self.staff.close()
        self.reader.close()
        self.operator.close()
        self.proxy.close()


@pytest.fixture(scope="module")
def pages(bench, check, chromium, staff):
    opened = Open(bench, check, chromium, staff)
    yield opened
    opened.close()


def test_fifty_orders_that_change_at_once_are_shown(pages):
    pages.agree("at first")
    for number in range(3):
        pages.change()
        pages.agree(f"round {number}")


def test_a_change_is_in_each_page_within_a_second(pages, bench, check):
    took = []
    for number in range(3):
        began = time.monotonic()
        text = {"text": f"at once {number}", "visibility": "staff"}
        answer = bench.send("POST", f"/v1/orders/{pages.orders[0]}/note", text)
        version, position = answer.json["version"], answer.json["position"]
        pages.board.wait_for_selector(f"#feed-list li[data-position='{position}']")
        pages.page.wait_for_selector(f"#events > [data-version='{version}']")
        both = time.monotonic() - began
        wait_for(lambda: pages.operator.page.evaluate(shown.OPERATOR)["head"] == position, 10, "the head", every=0.02)
        took.append((both, time.monotonic() - began))
    check.note(f"command to board and order page, and to the operator's: {took}")
    check("a change is in all pages within a second", min(last for _, last in took) < 1, took)


def test_pages_survive_a_cut_network(pages, bench, scale):
    began = time.monotonic()
    # Nobody listens there.
    pages.proxy.switch(free_port())
    pages.wait_for(RECONNECTING)
    pages.change()
    for page in pages.pages:
        pages.check("a page says since when it is old", "As of" in page.inner_text("#live"), page.inner_text("#live"))
    while time.monotonic() - began < CUT[scale]:
        pages.change()
        # The pace of the changes, not a wait for anything.
        pages.board.wait_for_timeout(2000)
    pages.proxy.switch(bench.service.port)
    pages.wait_for(LIVE)
    pages.agree("after a cut")


def test_pages_survive_a_killed_service(pages, service):
    service.kill()
    pages.wait_for(RECONNECTING)
    operator = pages.operator.page
    operator.wait_for_selector("#page.is-old")
    pages.check("the operator's numbers step back", "As of" in operator.inner_text("#rates-age"))
    service.start()
    pages.change()
    pages.wait_for(LIVE)
    pages.agree("after a kill")


def test_pages_tell_that_the_database_stands_still(pages, service, check):
    operator, postmaster = pages.operator.page, service.postmaster()
    children = pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split()
    with Frozen([postmaster, *map(int, children)]):
        began = time.monotonic()
        operator.wait_for_selector("#ready-word >> text=Not ready")
        check.note(f"the operator's page tells it after {time.monotonic() - began:.1f} s")
        check("the operator's page does not wait for other answers", time.monotonic() - began < 8)
        pages.wait_for(RECONNECTING)
        for page in pages.pages:
            text = page.inner_text("#live")
            check("a page does not call itself live", "Not ready. As of" in text, f"{page.url}: {text}")
        opened = pages.staff.open("/staff")
        opened.wait_for_selector("#sign-in >> text=Waiting for the service")
        check("nobody who has a session is asked for a token", not opened.is_visible("#sign-in-token"))
    opened.wait_for_selector("#board:not([hidden])", timeout=60_000)
    opened.close()
    pages.wait_for(LIVE, 60)
    pages.agree("after the database stood still")


def test_frozen_pages_catch_up(pages):
    sessions = [page.context.new_cdp_session(page) for page in pages.pages]
    for session in sessions:
        session.send("Page.setWebLifecycleState", {"state": "frozen"})
    pages.change()
    for session in sessions:
        session.send("Page.setWebLifecycleState", {"state": "active"})
    pages.agree("after a sleep")
    pages.wait_for(LIVE)

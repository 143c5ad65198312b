"""The worked examples of docs/from-your-shop.md: their lines are accepted, and each order ends as the page says."""

import json
import re
import uuid
from decimal import Decimal

import pytest

from support.client import Client, strict_json
from support.pages import blocks, page, section

PAGE = "docs/from-your-shop.md"
SCANS = "Scans from a carrier service"
# By section: the total of the shop's own order in minor units, and the address that the order's UUID is made of.
SHOPS = {
    "Shopify": (
        lambda order: minor(order["total_price"]),
        lambda order: f"https://aurora-outdoor.myshopify.com/admin/orders/{order['id']}",
    ),
    "Saleor": (lambda order: minor(order["total"]["gross"]["amount"]), None),
    "commercetools": (lambda order: order["taxedPrice"]["totalGross"]["centAmount"], None),
    "Medusa": (
        lambda order: minor(order["total"]),
        lambda order: f"https://kaffee-klub.example/admin/orders/{order['id']}",
    ),
    "WooCommerce": (
        lambda order: minor(order["total"]),
        lambda order: f"https://wool-and-co.example/wp-json/wc/v3/orders/{order['id']}",
    ),
    "A shop of your own": (None, None),
}


def minor(amount):
    return int(Decimal(str(amount)) * 100)


def code_of(heading, language):
    return [code for found, code in blocks(section(page(PAGE), heading)) if found == language]


def lines_of(heading):
    (code,) = code_of(heading, "jsonl")
    return code


def promised(heading):
    """(status, lifecycle, due) that the page says of the example's order."""
    ((status, lifecycle, due, currency),) = re.findall(
        r"\*\*Result:\*\* status `(\w+)`, lifecycle `(\w+)`, due ([\d.]+) ([A-Z]{3})\.", section(page(PAGE), heading)
    )
    return status, lifecycle, {"amount": minor(due), "currency": currency}


class Shop:
    """A shop's backend that sends an example."""

    def __init__(self, service, heading):
        self.commands = [strict_json(line) for line in lines_of(heading).splitlines()]
        self.order = self.commands[0]["orderId"]
        self._lines = lines_of(heading).encode()
        self._backend = Client(service.port, service.token("backend", self.commands[0]["shop"]))

    def send(self):
        """The results of the example's lines, in order."""
        answer = self._backend.request(
            "POST", "/v1/commands", self._lines, {"Content-Type": "application/x-ndjson"}, timeout=60
        )
        return [json.loads(line) for line in answer.body.splitlines()]

    def scan(self, body):
        return self._backend.request("POST", "/v1/scans", body)

    def read(self):
        return self._backend.request("GET", f"/v1/orders/{self.order}").json


@pytest.fixture(scope="module")
def started(service):
    service.start()
    return service


@pytest.mark.parametrize("heading", SHOPS)
def test_the_lines_are_accepted_and_lead_where_the_page_says(started, check, heading):
    shop = Shop(started, heading)
    first, again = shop.send(), shop.send()
    refused = [(shop.commands[one["line"] - 1]["command"], one) for one in first if one["result"] != "accepted"]
    check(f"{heading}: every line is accepted", len(first) == len(shop.commands) and not refused, refused)
    check(f"{heading}: sent again, every line is known", {one["result"] for one in again} == {"duplicate"}, again)
    order = shop.read()
    found = order["status"], order["lifecycle"], order["payment"]["due"]
    check(f"{heading}: the order ends as the page says", found == promised(heading), found)
    internal = order["internal"]
    check(
        f"{heading}: nothing needs the staff's attention",
        not internal["anomalies"] and not internal["attention"],
        internal,
    )


@pytest.mark.parametrize("heading", [name for name, (total, _) in SHOPS.items() if total])
def test_the_shop_and_waybill_agree_on_total_and_id(check, heading):
    total, address = SHOPS[heading]
    theirs = strict_json(code_of(heading, "json")[0])["order"]
    commands = [strict_json(line) for line in lines_of(heading).splitlines()]
    ours = [command["total"]["amount"] for command in commands if "total" in command][-1]
    check(f"{heading}: the totals are the same", ours == total(theirs), (ours, total(theirs)))
    check(f"{heading}: every line names one order", len({command["orderId"] for command in commands}) == 1)
    if address:
        derived = str(uuid.uuid5(uuid.NAMESPACE_URL, address(theirs)))
        check(f"{heading}: the orderId follows the rule", commands[0]["orderId"] == derived, derived)


def test_the_scan_of_the_carrier_service_finds_its_parcel(started, check):
    event, body = (strict_json(code) for code in code_of(SCANS, "json"))
    shop = Shop(started, "WooCommerce")
    shop.send()
    answer = shop.scan(body)
    check("the scan is accepted", answer.status == 200, answer)
    check("it is the order of the number", answer.json.get("orderId") == shop.order, answer)
    order = shop.read()
    check("the order is then delivered", order["status"] == "delivered", order["status"])
    entry = event["result"]["tracking_details"][0]
    same = (body["occurredAt"], body["code"], body["detail"]) == (
        entry["datetime"],
        entry["status"],
        entry["status_detail"],
    )
    check("the body says what the carrier service said", same, body)

"""The seeds: Seeds/orders.ndjson is what its stories print, and a service accepts each line of it."""

import json
import pathlib
import subprocess
import sys
from collections import Counter

import pytest

from support.client import Client

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SEEDS = ROOT / "Seeds" / "orders.ndjson"

# The sums of orders, in minor units: (total, due), reckoned by hand.
SUMS = {
    # 2 × 50.00 and 8.00 of tax on top; one is cancelled.
    "us-tax-partly-cancelled": (10800, 5400),
    # 2 × 129.00 + 2 × 24.90 + 4.90 − 10.00 by coupon; one lamp is cancelled: (258.00 − 8.38) ÷ 2.
    "coupon-half-cancelled": (30270, 17789),
    # 1,650 + 3 × 3,200 + 2 × 2,480 + 600 − 500 yen; one cup is cancelled: ⌊(9,600 − 296) ÷ 3⌋.
    "yen-coupon": (16310, 13209),
}


class Seeded:
    """A service that has taken the seeds, the results of the lines, and the lines by story."""

    def __init__(self, service):
        self.client = Client(service.port, service.token("backend", "aurora,nordwind,kumo"))
        self.orders = {}
        for line in map(json.loads, SEEDS.read_text(encoding="utf-8").splitlines()):
            self.orders.setdefault(line["commandId"].split(":")[1], line["orderId"])
        self.results = self.send()

    def send(self):
        answer = self.client.request(
            "POST", "/v1/commands", SEEDS.read_bytes(), {"Content-Type": "application/x-ndjson"}, timeout=300
        )
        return [json.loads(line) for line in answer.body.splitlines()]

    def read(self, story):
        return self.client.request("GET", f"/v1/orders/{self.orders[story]}").json


@pytest.fixture(scope="module")
def seeded(service):
    service.start()
    return Seeded(service)


def test_the_file_is_what_its_stories_print(check):
    done = subprocess.run([sys.executable, ROOT / "Scripts/lib/seeds"], capture_output=True, check=True)
    is_same = done.stdout == SEEDS.read_bytes()
    check("the file is what its stories print", is_same, "run: python3 Scripts/lib/seeds >Seeds/orders.ndjson")


def test_each_line_is_accepted(seeded, check):
    refused = [result for result in seeded.results if result["result"] == "rejected"]
    check("no line is refused", not refused, refused[:3])
    counts = Counter(result["result"] for result in seeded.results)
    check("one carrier tells its three scans twice", counts["duplicate"] == 3, counts)
    again = Counter(result["result"] for result in seeded.send())
    check("sent again, each line is a duplicate", again == {"duplicate": len(seeded.results)}, again)


def test_sums_are_those_by_hand(seeded, check):
    for story, (total, due) in SUMS.items():
        order = seeded.read(story)
        found = order["total"]["amount"], order["payment"]["due"]["amount"]
        check(f"{story}: total and due", found == (total, due), found)
        check(f"{story}: paid and closed", (order["payment"]["status"], order["lifecycle"]) == ("full", "closed"))


def test_stories_come_to_their_end(seeded, check):
    found = {story: seeded.read(story) for story in seeded.orders}
    open_ones = {story for story, order in found.items() if order["lifecycle"] in ("placed", "confirmed")}
    stuck = {story for story in open_ones if not story.startswith("underway-")}
    check("each story is closed or cancelled, or under way on purpose", not stuck, stuck)
    watched = {story for story, order in found.items() if order["internal"]["attention"]}
    check("staff must look at orders under way alone", all(story.startswith("underway-") for story in watched), watched)
    statuses = {order["status"] for order in found.values()}
    check("all twelve statuses occur", len(statuses) == 12, statuses)

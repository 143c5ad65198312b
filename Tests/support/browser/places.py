"""Every page of the service, with an order that has something to show."""

import dataclasses

from support import roles
from support.browser.first_view import first_view, signed_in
from support.browser.tracked import Tracked, window

LIVE = "#live[data-state=live]"


@dataclasses.dataclass
class Place:
    """A page: its path, the selector that tells that it is whole, and the role that opens it."""

    name: str
    path: str
    ready: str
    role: str = None
    # The part in which a change of an order appears; None for a page that shows none.
    changing: str = None

    def open(self, browser, bench, line=None, **options):
        """Opens the page with an empty cache; returns it with its first view."""
        token = bench.tokens[self.role] if self.role else None
        context = signed_in(browser, bench.service, token, **options)
        return first_view(context, bench.service.url + self.path, self.ready, line)


def tracked_order(bench):
    """An order whose parcel is late, with a tracking link."""
    tracked = Tracked(bench).confirm()
    tracked.ship("p1", (("l2", 2),)).scan("outForDelivery", "p1").scan("attemptFailed", "p1", reason="recipient")
    tracked.send("revise-eta", parcelId="p1", window=window(days=4), source="carrier", reason="A second attempt")
    tracked.send("note", text="Thank you", visibility="customer")
    return tracked


def places(tracked):
    return [
        Place("/", "/", "#health[data-state=live]"),
        Place("/docs", "/docs", ".filter"),
        Place("/docs/types", "/docs/types", ".filter"),
        Place("/track/{token}", tracked.path, "[data-live][data-state=live]", changing="#notes"),
        Place("/staff", "/staff", f"#board:has({LIVE}):has(#rows [data-order])", roles.STAFF, "#feed-list"),
        Place("/staff/orders/{id}", f"/staff/orders/{tracked.order_id}", LIVE, roles.STAFF, "#events"),
        Place("/operator", "/operator", f"#page:has({LIVE}):has([data-projection])", roles.OPERATOR),
    ]

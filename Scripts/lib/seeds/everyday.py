"""A year of orders that simply arrive: a few a month, of one line or two, with and without a coupon."""

import datetime

from book import begin, story
from markets import AT, CA, CH, DE, EG, ES, FR, GB, IL, IT, JP, KUMO_US, KW, PL, US, US_SPANISH, WALES

MARKETS = (DE, US, JP, FR, GB, CH, KUMO_US, EG, AT, WALES, KW, PL, US_SPANISH, ES, CA, IT, IL)
FIRST = datetime.datetime(2025, 12, 1, 9, 14)
COUNT = 51
DAYS_BETWEEN = 6.5


@story
def everyday():
    for index in range(COUNT):
        market = MARKETS[index % len(MARKETS)]
        placed = FIRST + datetime.timedelta(days=DAYS_BETWEEN * index, minutes=index * 173 % 600)
        skus = list(market.goods)[:6]
        wanted = [(skus[index * 5 % len(skus)], 1 + index % 3)]
        if index % 3:
            wanted.append((skus[(index * 5 + 1) % len(skus)], 1))
        terms = {"discount": market.goods[wanted[0][0]][1] // 10} if index % 7 == 0 else {}
        order = begin(market, f"{placed:%Y-%m-%d %H:%M}", wanted, part=str(index + 1), **terms)
        arrives(order, is_split=len(wanted) == 2 and index % 4 == 1)


def arrives(order, is_split=False):
    """The usual way: paid, packed, sent, delivered, and closed after the time for returns."""
    order.authorize().confirm()
    if is_split:
        order.pack("p1", {"l2": 1}).pack("p2").dispatch("p1", eta_days=2).dispatch("p2", eta_days=2)
        order.capture().deliver("p1").deliver("p2")
    else:
        order.send(eta_days=2).capture().deliver()
    order.later(days=14).close()

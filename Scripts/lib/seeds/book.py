"""The book that all stories are written into, and its printing as bulk lines."""

import datetime
import json

from order import Order

# The seeds end before this time; what is under way is under way then.
END = datetime.datetime(2026, 11, 21, 20, tzinfo=datetime.UTC)

_stories = []
_orders = []
# The stories told so far; the last one is being told.
_told = []


def story(tell):
    """Enters a function that tells of one order or more."""
    _stories.append(tell)
    return tell


def begin(market, placed, wanted, *, part="", **terms):
    """Places an order of the story that is being told; `part` names an order where the story has several."""
    key = "-".join(filter(None, (_told[-1].__name__.replace("_", "-"), part)))
    order = Order(key, market, placed).place(wanted, **terms)
    _orders.append(order)
    return order


def bulk_lines():
    """Tells all stories; all their commands by the time when they were sent."""
    for tell in _stories:
        _told.append(tell)
        tell()
    for names in ([order.key for order in _orders], [order.number for order in _orders]):
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"used twice: {twice}")
    commands = [command for order in _orders for command in order.commands]
    commands.sort(key=lambda command: command["sent"])
    if commands[-1]["sent"] >= END:
        raise ValueError(f"{commands[-1]['commandId']} is after the end")
    for command in commands:
        fields = {name: value for name, value in command.items() if name != "sent"}
        yield json.dumps(fields, ensure_ascii=False, separators=(",", ":"))

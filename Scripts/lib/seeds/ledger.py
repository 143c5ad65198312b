"""The memory of one order: its lines, where their units are, what is due, and the commands so far."""

import datetime
import hashlib

from worth import goods, line_values, worth

TIME = "%Y-%m-%dT%H:%M:%SZ"
# The usual minutes before a command.
PAUSES = {"recordPayment": 4, "confirmOrder": 25, "packParcel": 180, "dispatchParcel": 140, "recordScan": 600}


def only(**fields):
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def quantities(lines):
    return [{"lineId": line_id, "quantity": quantity} for line_id, quantity in lines.items()]


def number_of(text, below):
    """A number that looks random and is the same in every run."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % below


class Ledger:
    """The memory of an order while its story is told.

    - now: the time of the last command; each command waits a little by itself, `later` waits longer.
    - version: the number of events so far, as `resolve` needs it.
    - due: what the customer owes, in minor units.
    """

    def __init__(self, key, market, placed):
        self.key, self.market = key, market
        self.placed = self.now = datetime.datetime.fromisoformat(placed).replace(tzinfo=datetime.UTC)
        self.number = f"{market.prefix}-{self.placed:%y%m%d%H%M}"
        milliseconds = int(self.placed.timestamp() * 1000)
        mark = hashlib.sha256(key.encode()).hexdigest()
        self.order_id = (
            f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-7{mark[:3]}-{'89ab'[int(mark[3], 16) % 4]}"
            f"{mark[4:7]}-{mark[8:20]}"
        )
        self.commands = []
        self.version = 0
        self.due = 0
        self.is_closed = False
        self._lines = {}
        self._gone = {}
        self._live = {}
        self._parcels = {}
        self._sums = {}
        self._terms = {}

    def later(self, days=0, hours=0):
        self.now += datetime.timedelta(days=days, hours=hours)
        return self

    def again(self):
        """The last command once more, as a system sends it that lost the answer."""
        last = {name: value for name, value in self.commands[-1].items() if name not in ("sent", "commandId")}
        self.commands.append({**last, **self._stamps(last["occurredAt"])})
        return self

    def money(self, amount):
        return {"amount": amount, "currency": self.market.currency}

    def window(self, days):
        start = (self.now + datetime.timedelta(days=days)).replace(minute=0, second=0)
        return {"earliest": start.strftime(TIME), "latest": (start + datetime.timedelta(hours=4)).strftime(TIME)}

    def _give(self, command, fields=None, events=1, pause=None):
        pause = PAUSES.get(command, 30) if pause is None else pause
        if pause:
            jitter = number_of(f"{self.key} {len(self.commands)}", pause * 20)
            self.now += datetime.timedelta(minutes=pause, seconds=jitter)
        self.version += events
        occurred = (fields or {}).get("occurredAt", self.now.strftime(TIME))
        self.commands.append({"command": command, "orderId": self.order_id, **self._stamps(occurred), **(fields or {})})
        return self

    def _stamps(self, occurred):
        command_id = f"seed:{self.key}:{len(self.commands) + 1}"
        return {"commandId": command_id, "occurredAt": occurred, "sent": self.now}

    def _line(self, line_id, sku, quantity, more=None):
        name, price = self.market.goods[sku]
        return {"lineId": line_id, "sku": sku, "name": name, "quantity": quantity, "unitPrice": price, **(more or {})}

    def _priced(self, line):
        amounts = ("unitPrice", "lineTotal", "discount", "tax")
        return {name: self.money(value) if name in amounts else value for name, value in line.items()}

    def _fees(self):
        return [{"feeId": fee, "name": name, "amount": self.money(value)} for fee, name, value in self._terms["fees"]]

    def _total(self):
        terms = self._terms
        sums = sum(goods(line) for line in self._lines.values()) + sum(fee[2] for fee in terms["fees"])
        tax = 0 if self.market.is_tax_included else terms["tax"]
        return sums + terms["shipping"] + tax - terms["discount"]

    def _values(self):
        terms = self._terms
        return line_values(list(self._lines.values()), terms["discount"], terms["tax"], self.market.is_tax_included)

    def _worth_gone(self):
        values = self._values()
        return sum(worth(values[one], line["quantity"], 0, self._gone[one]) for one, line in self._lines.items())

    def _take(self, lines):
        """The worth of the units, which count as gone from now on."""
        values, taken = self._values(), 0
        for line_id, quantity in lines.items():
            taken += worth(values[line_id], self._lines[line_id]["quantity"], self._gone[line_id], quantity)
            self._gone[line_id] += quantity
        return taken

    def _follow(self, parcel, place):
        """The parcel's units go where the parcel went."""
        known = self._parcels[parcel]
        for line_id, quantity in known["lines"].items():
            self._move(line_id, quantity, known["at"], place)
        known["at"] = place

    def _move(self, line_id, quantity, old, new):
        live = self._live[line_id]
        if live.get(old, 0) < quantity:
            raise ValueError(f"{self.key}: {line_id} has {live.get(old, 0)} units {old}, not {quantity}")
        live[old] -= quantity
        if new:
            live[new] = live.get(new, 0) + quantity

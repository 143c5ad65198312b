"""One order of the seeds: each method gives the order one command and returns the order."""

from ledger import number_of, only, quantities
from parcels import Parcels
from payments import Payments
from worth import goods


class Order(Parcels, Payments):
    """An order: placed, changed, closed; its parcels and payments are the classes it is made of."""

    def place(self, wanted, *, customer=None, shipping=None, discount=0, tax=None, fees=(), **more):
        """Places the order.

        - wanted: (sku, quantity) or (sku, quantity, the line's further fields) of each line.
        - fees: (feeId, name, amount) of each.
        - more: further fields of the command.
        """
        market = self.market
        self._lines = {f"l{index}": self._line(f"l{index}", *one) for index, one in enumerate(wanted, 1)}
        for line_id, line in self._lines.items():
            self._gone[line_id], self._live[line_id] = 0, {"open": line["quantity"]}
        shipping = market.shipping if shipping is None else shipping
        customer = customer or f"{market.prefix.lower()}-c{number_of(self.key, 40):02}"
        net = sum(goods(line) for line in self._lines.values()) - discount
        self._terms = {"shipping": shipping, "discount": discount, "fees": list(fees)}
        if tax is None and market.is_tax_included:
            gross = net + shipping + sum(fee[2] for fee in fees)
            tax = gross * market.vat // (1000 + market.vat)
        elif tax is None:
            # Half a minor unit is rounded up; shipping bears no tax.
            tax = (net * market.vat * 2 + 1000) // 2000
        self._terms["tax"] = tax
        self.due = self._total()
        contact = {"contactRef": f"contact-{customer}", "country": market.country}
        fields = {"number": self.number, "shop": market.shop, "customer": customer, **contact}
        fields |= {"currency": market.currency, "locale": market.locale}
        fields |= {"lines": [self._priced(line) for line in self._lines.values()]}
        fields |= {"shipping": self.money(shipping), "tax": self.money(tax), "discount": self.money(discount)}
        if fees:
            fields["fees"] = self._fees()
        fields |= {"total": self.money(self.due), "taxIncluded": market.is_tax_included, **more}
        return self._give("placeOrder", {name: value for name, value in fields.items() if value is not None}, pause=0)

    def confirm(self):
        return self._give("confirmOrder")

    def edit(self, *, change=(), add=(), **amounts):
        """Edits the order.

        - change: (lineId, quantity) of lines that get another quantity.
        - add: (sku, quantity) of new lines.
        - amounts: the new shipping, tax or discount.
        """
        before = self._total() - self._worth_gone()
        changed = []
        for line_id, quantity in change:
            line = self._lines[line_id]
            self._live[line_id]["open"] += quantity - line["quantity"]
            line["quantity"] = quantity
            changed.append(line)
        for sku, quantity in add:
            line_id = f"l{len(self._lines) + 1}"
            self._lines[line_id] = self._line(line_id, sku, quantity)
            self._gone[line_id], self._live[line_id] = 0, {"open": quantity}
            changed.append(self._lines[line_id])
        self._terms |= amounts
        fields = {"lines": [self._priced(line) for line in changed]} if changed else {}
        fields |= {name: self.money(amount) for name, amount in amounts.items()}
        self.due = max(0, self.due + self._total() - self._worth_gone() - before)
        return self._give("editOrder", {**fields, "total": self.money(self._total())}, pause=30)

    def adjust(self, amount, direction, reason, note=None):
        self.due += amount if direction == "raise" else -amount
        count = sum(command["command"] == "adjustTotal" for command in self.commands)
        fields = {"adjustmentId": f"a{count + 1}", "amount": self.money(amount), "direction": direction}
        return self._give("adjustTotal", {**fields, "reason": reason, **only(note=note)}, pause=30)

    def metadata(self, private=None, remove=None, **values):
        return self._give("setMetadata", only(set=values or None, remove=remove, private=private), pause=5)

    def ship_to(self, contact, country=None):
        return self._give("changeShipTo", {"contactRef": contact, "country": country or self.market.country}, pause=40)

    def cancel(self, lines=None, reason="customer", reduction=None):
        """Cancels units, {lineId: quantity}; all that are open where none are named."""
        taken = lines or {line_id: live["open"] for line_id, live in self._live.items() if live["open"]}
        value = self._take(taken)
        for line_id, quantity in taken.items():
            self._move(line_id, quantity, "open", None)
        has_live = any(sum(live.values()) for live in self._live.values())
        if not has_live and reduction is None:
            value = self.due
        self.due -= min(self.due, value if reduction is None else reduction)
        fields = {"lines": quantities(lines)} if lines else {}
        fields |= {"reason": reason} | ({} if reduction is None else {"reduction": self.money(reduction)})
        return self._give("cancelOrder", fields, events=1 if has_live or self.is_closed else 2, pause=50)

    def hold(self, hold_id, reason, note=None):
        return self._give("holdOrder", {"holdId": hold_id, "reason": reason, **only(note=note)}, pause=15)

    def release(self, hold_id):
        return self._give("releaseHold", {"holdId": hold_id}, pause=300)

    def note(self, text, visibility="staff"):
        return self._give("addNote", {"text": text, "visibility": visibility}, pause=20)

    def resolve(self, note, before=0):
        """Resolves the anomaly of the last event, or of one that so many events came after."""
        return self._give("resolveAnomaly", {"version": self.version - before, "note": note}, pause=45)

    def close(self, write_off=None):
        if write_off is None and (self.paid != self.due or self.authorized > 0):
            raise ValueError(f"{self.key}: {self.paid} of {self.due} paid, {self.authorized} authorized")
        self._give("closeOrder", only(writeOff=write_off), pause=60)
        self.is_closed = True
        return self

    def reopen(self, reason):
        self.is_closed = False
        return self._give("reopenOrder", {"reason": reason}, pause=30)

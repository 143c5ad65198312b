"""The commands about an order's money, and about what comes back for money."""

from ledger import Ledger, only, quantities


class Payments(Ledger):
    """An order's payments and returns."""

    def pay(self, kind, amount=None, ref=None, payment_id=None, currency=None, **more):
        """Reports a payment of the amount, or of all that is due; `ref` tells one payment at the provider."""
        amount = self.due if amount is None else amount
        ref = ref or f"psp-{self.order_id[-8:]}"
        count = sum(command["command"] == "recordPayment" for command in self.commands)
        if currency is None:
            sums = self._sums.setdefault(ref, {})
            sums[kind] = sums.get(kind, 0) + amount
            if more.get("final"):
                sums["final"] = True
        fields = {"paymentId": payment_id or f"{kind}-{count + 1}", "kind": kind}
        money = self.money(amount) if currency is None else {"amount": amount, "currency": currency}
        return self._give("recordPayment", {**fields, "amount": money, "providerRef": ref, **more})

    def authorize(self, amount=None, **more):
        return self.pay("authorized", amount, **more)

    def capture(self, amount=None, **more):
        return self.pay("captured", amount, **more)

    def refund(self, amount=None, **more):
        """Reports a refund of the amount, or of all that is paid above due."""
        return self.pay("refunded", self.paid - self.due if amount is None else amount, **more)

    def retract_payment(self, payment_id, reason):
        report = next(command for command in self.commands if command.get("paymentId") == payment_id)
        self._sums[report["providerRef"]][report["kind"]] -= report["amount"]["amount"]
        return self._give("retractPayment", {"paymentId": payment_id, "reason": reason}, pause=60)

    @property
    def paid(self):
        signs = {"captured": 1, "refunded": -1, "chargedBack": -1, "chargebackReversed": 1}
        return sum(sign * sums.get(kind, 0) for sums in self._sums.values() for kind, sign in signs.items())

    @property
    def authorized(self):
        """The sum authorized and neither captured nor voided; 0 for a payment whose capture was final."""
        return sum(
            max(0, sums.get("authorized", 0) - sums.get("voided", 0) - sums.get("captured", 0))
            for sums in self._sums.values()
            if "final" not in sums
        )

    def request_return(self, lines, reason, return_id="r1"):
        fields = {"returnId": return_id, "lines": quantities(lines), "reason": reason}
        return self._give("requestReturn", fields, pause=400)

    def decide_return(self, approve=True, note=None, staff_note=None, return_id="r1"):
        fields = {"returnId": return_id, "approve": approve, **only(note=note, staffNote=staff_note)}
        return self._give("decideReturn", fields, pause=200)

    def cancel_return(self, reason, return_id="r1"):
        return self._give("cancelReturn", {"returnId": return_id, "reason": reason}, pause=60)

    def receive(self, lines, *, condition="sellable", reduction=None, return_id="r1", counts=True, **more):
        """Goods on the dock, {lineId: quantity}; `counts` is false for goods that were never delivered."""
        value = self._take(lines) if counts else 0
        self.due -= min(self.due, value if reduction is None else reduction)
        fields = {"returnId": return_id, "lines": [{**one, "condition": condition} for one in quantities(lines)]}
        fields |= {} if reduction is None else {"reduction": self.money(reduction)}
        return self._give("receiveReturn", {**fields, **more}, pause=300)

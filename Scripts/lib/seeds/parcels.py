"""The commands about an order's parcels."""

import datetime

from ledger import TIME, Ledger, number_of, only, quantities

# The place of a parcel's units after a scan; units that come back are open again.
PLACES = {"delivered": "delivered", "lost": "open", "returnedToSender": "open"}


class Parcels(Ledger):
    """An order's parcels: packed, sent, scanned, ended."""

    def pack(self, parcel="p1", lines=None, **more):
        """Packs units, {lineId: quantity}; all that are open where none are named."""
        lines = lines or {line_id: live["open"] for line_id, live in self._live.items() if live["open"]}
        for line_id, quantity in lines.items():
            self._move(line_id, quantity, "open", "packed")
        self._parcels[parcel] = {"lines": lines, "at": "packed", "scans": 0, "kind": more.get("kind", "shipped")}
        return self._give("packParcel", {"parcelId": parcel, "lines": quantities(lines), **more})

    def dispatch(self, parcel="p1", *, carrier=None, number=None, eta_days=None, **more):
        """Dispatches a parcel; a shipped one by the market's carrier, with a number made up for it."""
        fields = {"parcelId": parcel}
        kind, was = self._parcels[parcel]["kind"], self._parcels[parcel]["at"]
        if kind == "shipped":
            fields |= {"carrier": carrier or self.market.carrier}
            if number != "":
                fields |= {"trackingNumber": number or self.tracking(parcel)}
        if eta_days:
            fields["eta"] = self.window(eta_days)
        if was == "packed":
            self._follow(parcel, "delivered" if kind == "digital" else "shipped")
        return self._give("dispatchParcel", {**fields, **more}, events=2 if kind == "digital" else 1)

    def send(self, parcel="p1", lines=None, **more):
        return self.pack(parcel, lines).dispatch(parcel, **more)

    def void(self, parcel="p1", reason="The box was too small"):
        self._follow(parcel, "open")
        return self._give("voidParcel", {"parcelId": parcel, "reason": reason}, pause=30)

    def tracking(self, parcel):
        return f"{self.market.letters}{number_of(f'{self.key} {parcel}', 10**11):011}"

    def set_tracking(self, carrier=None, number=None, **named):
        return self._give("setTracking", {**named, **only(carrier=carrier, trackingNumber=number)}, pause=30)

    def revise_eta(self, days, source, reason=None, parcel=None):
        fields = {**only(parcelId=parcel), "window": self.window(days), "source": source, **only(reason=reason)}
        return self._give("reviseEta", fields, pause=60)

    def scan(self, code, parcel="p1", *, hub=None, scan_id=None, late=None, eta_days=None, pause=600, **more):
        """Reports a scan.

        - hub: the number of the place; by default the way's next one.
        - late: the hours since it happened; such a scan is taken not to move the parcel.
        """
        known = self._parcels[parcel]
        known["scans"] += 1
        place = self.market.hubs[min(known["scans"] - 1 if hub is None else hub, len(self.market.hubs) - 1)]
        fields = {"parcelId": parcel, "scanId": scan_id or f"{parcel}-{known['scans']}", "code": code}
        place = {"text": place, "country": self.market.country, "timeZone": self.market.zone}
        events = 1 + (eta_days is not None)
        if late is None:
            is_ready = code == "readyForPickup" and known["kind"] == "pickup"
            events += known["at"] == "packed" and not is_ready
            if not is_ready:
                self._follow(parcel, PLACES.get(code, "shipped"))
        self.now += datetime.timedelta(minutes=pause)
        if eta_days is not None:
            fields["eta"] = self.window(eta_days)
        if code == "delivered" and "proof" not in more:
            more["proof"] = {"kind": ("signature", "photo", "pin")[number_of(self.key, 3)]}
        happened = self.now - datetime.timedelta(hours=late or 0)
        fields |= {"occurredAt": happened.strftime(TIME), "place": place, **more}
        return self._give("recordScan", fields, events=events, pause=0)

    def deliver(self, parcel="p1"):
        return self.scan("inTransit", parcel).scan("outForDelivery", parcel).scan("delivered", parcel, pause=200)

    def stray_scan(self, code, parcel="p1"):
        """Reports a scan that contradicts what is known: it moves no units."""
        return self.scan(code, parcel, scan_id=f"{parcel}-stray", late=0)

    def retract_scan(self, scan_id, parcel="p1", reason="Scanned at the wrong door", to="shipped", events=1):
        """Takes a scan back; `to` is where the parcel's units are then."""
        self._follow(parcel, to)
        fields = {"parcelId": parcel, "scanId": scan_id, "reason": reason}
        return self._give("retractScan", fields, events=events, pause=90)

    def end_parcel(self, outcome, reason, parcel="p1"):
        self._follow(parcel, "delivered" if outcome == "delivered" else "open")
        fields = {"parcelId": parcel, "scanId": f"{parcel}-end", "outcome": outcome, "reason": reason}
        return self._give("endParcel", fields, pause=60)

    def shortage(self, claim, lines, kind, parcel="p1", note=None, moves=True):
        """Reports units that did not arrive as they should; the shop owes them again."""
        if moves:
            for line_id, quantity in lines.items():
                self._move(line_id, quantity, "delivered", "open")
        fields = {"claimId": claim, "parcelId": parcel, "lines": quantities(lines), "kind": kind, **only(note=note)}
        return self._give("reportShortage", fields, pause=700)

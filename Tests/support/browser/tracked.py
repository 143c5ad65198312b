"""An order with a tracking link, whose customer's page is looked at."""

import datetime

from support.orders import money


def moment(**ahead):
    """The time from now on, such as `moment(hours=-2)`, in RFC 3339."""
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    return (now + datetime.timedelta(**ahead)).isoformat().replace("+00:00", "Z")


def window(**ahead):
    """Four hours that end at the time from now on."""
    last = datetime.timedelta(**ahead)
    hours = {"hours": last.total_seconds() / 3600}
    return {"earliest": moment(hours=hours["hours"] - 4), "latest": moment(**hours)}


class Tracked:
    """Sends commands to one order as the shop does."""

    def __init__(self, bench, **changes):
        self.bench = bench
        lines = [
            {"lineId": "l1", "sku": "LAMP", "name": "Floor lamp", "quantity": 1, "unitPrice": money(7000)},
            {"lineId": "l2", "sku": "BULB", "name": "Light bulb", "quantity": 3, "unitPrice": money(100)},
        ]
        known = {"lines": lines, "total": money(7300 + 700), "promised": window(days=2), "occurredAt": moment(days=-2)}
        self.order_id = bench.place(**{**known, **changes})["orderId"]
        self._scans = 0
        self.link()

    def link(self, **fields):
        """Makes another link; its token is `token` from then on."""
        answer = self.send("tracking-links", **fields)
        self.token, self.link_id = answer["token"], answer["linkId"]

    def send(self, command, **fields):
        answer = self.bench.send("POST", f"/v1/orders/{self.order_id}/{command}", fields)
        if answer.status not in (200, 201):
            raise RuntimeError(f"{command} was refused: {answer}")
        return answer.json

    def confirm(self):
        self.send("payment", paymentId="pay-1", kind="captured", amount=money(8000), providerRef="psp-secret")
        self.send("confirm")
        return self

    def ship(self, parcel="p1", lines=(("l1", 1), ("l2", 3)), **fields):
        """Packs and dispatches a parcel with DHL."""
        units = [{"lineId": line, "quantity": quantity} for line, quantity in lines]
        self.send("pack", parcelId=parcel, lines=units, occurredAt=moment(days=-1))
        known = {"carrier": "dhl", "trackingNumber": f"JD{parcel.upper()}", "eta": window(days=1)}
        self.send("dispatch", parcelId=parcel, occurredAt=moment(hours=-20), **{**known, **fields})
        return self

    def scan(self, code, parcel="p1", **fields):
        self._scans += 1
        place = {"text": "Hub Leipzig", "country": "DE", "timeZone": "Europe/Berlin"}
        known = {"occurredAt": moment(seconds=self._scans - 60), "place": place}
        self.send("scan", parcelId=parcel, scanId=f"s-{self._scans}", code=code, **{**known, **fields})
        return self

    @property
    def path(self):
        return f"/track/{self.token}"

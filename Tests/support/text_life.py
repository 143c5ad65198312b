"""An order's whole life that holds a text in every text field."""

# A whole life that has every command with a free text; the rest is there to make it possible.
LIFE = (
    "",
    "payment",
    "hold",
    "ship-to",
    "release-hold",
    "confirm",
    "pack",
    "void-parcel",
    "pack",
    "dispatch",
    "revise-eta",
    "scan",
    "retract-scan",
    "scan",
    "request-return",
    "decide-return",
    "overpay",
    "resolve-anomaly",
    "note",
    "staff-note",
)


def life(fields, text, customer):
    """(step, command, body) of every step of an order's life."""
    scans = packs = 0
    for step in LIFE:
        command = {"overpay": "payment", "staff-note": "note"}.get(step, step)
        body = fields.saying(command, text)
        if step == "":
            body["customer"] = customer
        elif step == "overpay":
            body.update(paymentId="pay-9", kind="captured", amount={"amount": 99_999, "currency": "EUR"})
        elif command == "note":
            body["visibility"] = "customer" if step == "note" else "staff"
        elif step == "pack":
            packs += 1
            body.update(parcelId=f"p{packs}", lines=[{"lineId": "l1", "quantity": 1}])
        elif step == "scan":
            scans += 1
            body.update(
                scanId=f"s{scans}",
                code="exception" if scans == 1 else "delivered",
                occurredAt=f"2026-11-05T09:0{scans}:00Z",
            )
        elif step == "retract-scan":
            body["scanId"] = "s1"
        elif step == "request-return":
            body["lines"] = [{"lineId": "l1", "quantity": 1}]
        if step in ("dispatch", "revise-eta", "scan", "retract-scan"):
            body["parcelId"] = "p2"
        yield step, command, body

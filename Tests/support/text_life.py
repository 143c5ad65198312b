"""An order's whole life that holds a text in every text field."""

# A whole life that has every command with a free text; the rest is there to make it possible.
LIFE = (
    "",
    "payment",
    "hold",
    "ship-to",
    "release-hold",
    "edit",
    "adjust-total",
    "confirm",
    "pack",
    "void-parcel",
    "pack",
    "dispatch",
    "set-tracking",
    "revise-eta",
    "scan",
    "retract-scan",
    "/v1/scans",
    "end-parcel",
    "scan",
    "request-return",
    "decide-return",
    "cancel-return",
    "report-shortage",
    "cancel",
    "overpay",
    "resolve-anomaly",
    "retract-payment",
    "note",
    "staff-note",
    "close",
    "reopen",
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
            body.update(parcelId=f"p{packs}", lines=[{"lineId": line, "quantity": 1} for line in ("l1", "l2")])
        elif step in ("scan", "/v1/scans"):
            scans += 1
            body.update(
                scanId=f"s{scans}",
                code={1: "exception", 2: "outForDelivery", 3: "delivered"}[scans],
                occurredAt=f"2026-11-05T09:0{scans}:00Z",
            )
        elif step == "retract-scan":
            body["scanId"] = "s1"
        elif step in ("request-return", "report-shortage"):
            body["lines"] = [{"lineId": "l1", "quantity": 1}]
        elif step == "cancel":
            # All that is open; one delivered unit is left.
            del body["lines"]
        elif step == "retract-payment":
            body["paymentId"] = "pay-9"
        if step in ("decide-return", "cancel-return"):
            body["returnId"] = "r1"
        if "parcelId" in body and step not in ("pack", "void-parcel"):
            body["parcelId"] = "p2"
        yield step, command, body

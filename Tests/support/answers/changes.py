"""The part of the story in which orders do not simply arrive: edits, two payers, other parcels, shortages, returns."""

from support.answers.steps import JSON, Ask, Keep, Section, get, post

LAMPS = "019a41c8-0000-7000-8000-000000000010"
GIFT = "019a41c8-0000-7000-8000-000000000011"

PLACE_LAMPS = """cat <<'END'
{"orderId": "019a41c8-0000-7000-8000-000000000010", "number": "AU-10010",
 "shop": "aurora", "customer": "c-90aa", "contactRef": "contact-71", "country": "US",
 "currency": "USD", "locale": "en-US", "taxIncluded": false,
 "lines": [{"lineId": "l1", "sku": "LMP-OAK", "name": "Oak lamp", "quantity": 2,
            "unitPrice": {"amount": 5000, "currency": "USD"}}],
 "shipping": {"amount": 0, "currency": "USD"}, "tax": {"amount": 800, "currency": "USD"},
 "discount": {"amount": 0, "currency": "USD"}, "total": {"amount": 10800, "currency": "USD"},
 "metadata": {"channel": "web"}, "occurredAt": "2025-11-02T08:00:00Z"}
END
"""

PLACE_GIFT = """cat <<'END'
{"orderId": "019a41c8-0000-7000-8000-000000000011", "number": "AU-10011",
 "shop": "aurora", "customer": "c-90aa", "currency": "EUR", "locale": "de-DE",
 "taxIncluded": true, "terms": "onDelivery",
 "lines": [{"lineId": "code", "sku": "GFT-20", "name": "Gutschein 20 €", "quantity": 1,
            "unitPrice": {"amount": 2000, "currency": "EUR"}},
           {"lineId": "vase", "sku": "VAS-BLU", "name": "Vase blau", "quantity": 1,
            "unitPrice": {"amount": 3450, "currency": "EUR"}}],
 "shipping": {"amount": 0, "currency": "EUR"}, "tax": {"amount": 551, "currency": "EUR"},
 "discount": {"amount": 0, "currency": "EUR"}, "total": {"amount": 5450, "currency": "EUR"},
 "occurredAt": "2025-11-02T10:00:00Z"}
END
"""


def lamps(command, body, **more):
    return post(f"/v1/orders/$LAMPS/{command}", body, **more)


def gift(command, body, **more):
    return post(f"/v1/orders/$GIFT/{command}", body, **more)


def seen(pattern, order="LAMPS"):
    """A part of an order's answer."""
    return get(f"/v1/orders/${order}") + f" |\n  grep -oE '{pattern}'"


def scanned(number):
    return (
        f'curl -s "$URL/v1/scans" -H "Authorization: Bearer $BACKEND" {JSON} \\\n'
        f'  -d \'{{"carrier": "UPS", "trackingNumber": "{number}", "scanId": "e-9917", "code": "delivered",\n'
        '       "occurredAt": "2025-11-05T15:20:00Z"}\''
    )


DUE = r'"due":\{"amount":[0-9]+'
REFUND_OWED = r'"(due|refundOwed)":\{"amount":[0-9]+'

CHANGES = [
    Section(
        "An order changes",
        "What the customer owes is `payment.due`. It follows what happens to the units: the worth of a unit is its "
        "price less its share of discounts, with its share of a tax that comes on top.",
        [
            Keep("LAMPS", f"echo {LAMPS}"),
            Keep("PLACE_LAMPS", PLACE_LAMPS),
            Ask(post("/v1/orders", '"$PLACE_LAMPS"'), "Two lamps at 50.00, and 8.00 of tax on top."),
            Ask(
                lamps("cancel", '{"lines": [{"lineId": "l1", "quantity": 1}], "reason": "stock"}'),
                "One of them is cancelled: 50.00 and the half of the tax are no longer due.",
            ),
            Ask(seen(DUE)),
            Ask(
                lamps(
                    "edit",
                    '{"lines": [{"lineId": "l1", "sku": "LMP-OAK", "name": "Oak lamp", "quantity": 1,\n'
                    '                  "unitPrice": {"amount": 5000, "currency": "USD"}}],\n'
                    '       "tax": {"amount": 400, "currency": "USD"}, "total": {"amount": 5400, "currency": "USD"}}',
                ),
                "An edit names lines as they are to be. One unit is cancelled already, so this leaves none.",
                problem="rejected",
            ),
            Ask(
                lamps(
                    "edit",
                    '{"lines": [{"lineId": "l2", "sku": "BLB-E27", "name": "LED bulb", "quantity": 3,\n'
                    '                  "unitPrice": {"amount": 600, "currency": "USD"}}],\n'
                    '       "tax": {"amount": 944, "currency": "USD"}, "total": {"amount": 12700, "currency": "USD"}}',
                ),
                "The whole order must add up after the edit, as when it was placed. The cancelled lamp counts, so it "
                "is 127.44 and not 127.00.",
                problem="rejected",
            ),
            Ask(
                lamps(
                    "edit",
                    '{"lines": [{"lineId": "l2", "sku": "BLB-E27", "name": "LED bulb", "quantity": 3,\n'
                    '                  "unitPrice": {"amount": 600, "currency": "USD"}}],\n'
                    '       "tax": {"amount": 944, "currency": "USD"}, "total": {"amount": 12744, "currency": "USD"}}',
                ),
                "Three bulbs are added.",
            ),
            Ask(
                lamps(
                    "adjust-total",
                    '{"adjustmentId": "a1", "amount": {"amount": 344, "currency": "USD"},\n'
                    '       "direction": "lower", "reason": "goodwill"}',
                ),
                "A price reduction needs no unit.",
            ),
            Ask(
                lamps(
                    "adjust-total",
                    '{"adjustmentId": "a2", "amount": {"amount": 8000, "currency": "USD"},\n'
                    '       "direction": "lower", "reason": "goodwill"}',
                ),
                "It cannot take more than is due.",
                problem="rejected",
            ),
            Ask(seen(DUE)),
            Ask(lamps("metadata", '{"set": {"purchaseOrder": "PO-4711"}, "remove": ["channel"]}')),
        ],
    ),
    Section(
        "Two ways to pay",
        "Reports that name the same `providerRef` belong to one payment at one provider; what several payments secure "
        "is added up.",
        [
            Ask(
                lamps(
                    "payment",
                    '{"paymentId": "pay-1", "kind": "captured", "providerRef": "giftcard-7Q2M",\n'
                    '       "amount": {"amount": 2000, "currency": "USD"}}',
                )
            ),
            Ask(
                lamps(
                    "payment",
                    '{"paymentId": "pay-2", "kind": "authorized", "providerRef": "card-55d0",\n'
                    '       "amount": {"amount": 4000, "currency": "USD"}}',
                )
            ),
            Ask(lamps("confirm", "{}")),
            Ask(
                lamps(
                    "pack",
                    '{"parcelId": "p1", "lines": [{"lineId": "l1", "quantity": 1}, {"lineId": "l2", "quantity": 3}]}',
                )
            ),
            Ask(
                lamps("dispatch", '{"parcelId": "p1", "carrier": "ups", "trackingNumber": "1Z 999 01"}'),
                "70.00 is due and 60.00 is secured.",
                problem="rejected",
            ),
            Ask(
                lamps(
                    "payment",
                    '{"paymentId": "pay-2", "kind": "authorized", "providerRef": "card-55d0",\n'
                    '       "amount": {"amount": 5000, "currency": "USD"}}',
                ),
                "An id stands for one report. With other content it is refused, so that nothing is lost in silence; "
                "`detail` names the fields.",
                problem="rejected",
            ),
            Ask(
                lamps(
                    "payment",
                    '{"paymentId": "pay-3", "kind": "captured", "providerRef": "card-55d0", "final": true,\n'
                    '       "amount": {"amount": 5000, "currency": "USD"}}',
                )
            ),
            Ask(
                lamps("dispatch", '{"parcelId": "p1", "trackingNumber": "1Z 999 01"}'),
                "A parcel that is shipped has a carrier.",
                problem="rejected",
            ),
            Ask(
                lamps(
                    "dispatch",
                    '{"parcelId": "p1", "carrier": "ups", "trackingNumber": "1Z 999 01",\n'
                    '       "occurredAt": "2025-11-03T16:00:00Z"}',
                )
            ),
        ],
    ),
    Section(
        "Tracking numbers",
        "Carriers know a number and no order. It is compared by its letters and digits; former numbers count too.",
        [
            Ask(
                lamps("set-tracking", '{"parcelId": "p1", "carrier": "ups", "trackingNumber": "1Z 999 10"}'),
                "The number was wrong.",
            ),
            Ask(scanned("1z99901"), "The carrier's scan finds the parcel all the same."),
            Ask(scanned("1Z 999 77"), "A number that no parcel has.", problem="unknownTrackingNumber"),
        ],
    ),
    Section(
        "Short on arrival, and back",
        "Units that are missing, damaged or wrong are owed again: pack or cancel them.",
        [
            Ask(
                lamps(
                    "report-shortage",
                    '{"claimId": "c1", "parcelId": "p1", "lines": [{"lineId": "l2", "quantity": 1}],\n'
                    '       "kind": "missing"}',
                )
            ),
            Ask(
                lamps("close", "{}"),
                "A bulb is still to be sent.",
                problem="rejected",
            ),
            Ask(lamps("pack", '{"parcelId": "p2", "lines": [{"lineId": "l2", "quantity": 1}]}')),
            Ask(lamps("dispatch", '{"parcelId": "p2", "carrier": "letter"}')),
            Ask(
                lamps(
                    "end-parcel",
                    '{"parcelId": "p2", "scanId": "end-1", "outcome": "delivered",\n'
                    '       "reason": "Letters arrive within a week"}',
                ),
                "Nobody tracks a letter: the shop says how it ended.",
            ),
            Ask(
                lamps(
                    "request-return",
                    '{"returnId": "r1", "lines": [{"lineId": "l1", "quantity": 1}], "reason": "Too bright"}',
                )
            ),
            Ask(lamps("decide-return", '{"returnId": "r1", "approve": true, "note": "A label is in your mail"}')),
            Ask(
                lamps(
                    "receive-return",
                    '{"returnId": "r1", "lines": [{"lineId": "l1", "quantity": 1, "condition": "sellable"}]}',
                ),
                "The lamp is worth 54.00, by which less is due. Another sum can be given as `reduction`.",
            ),
            Ask(seen(REFUND_OWED)),
            Ask(
                lamps(
                    "payment",
                    '{"paymentId": "pay-4", "kind": "refunded", "providerRef": "card-55d0", "returnId": "r1",\n'
                    '       "amount": {"amount": 5000, "currency": "USD"}}',
                )
            ),
            Ask(lamps("close", "{}"), "4.00 is still to be refunded.", problem="rejected"),
            Ask(
                lamps("close", '{"writeOff": "The customer keeps a voucher of 4.00"}'),
                "A reason closes the order all the same.",
            ),
            Ask(
                lamps(
                    "receive-return",
                    '{"returnId": "dock-17", "lines": [{"lineId": "l2", "quantity": 1, "condition": "damaged"}]}',
                ),
                "Goods that nobody announced are received too, after closing as well. The answer names the anomaly, "
                "which waits for staff.",
            ),
            Ask(seen('"attentionReasons":\\[[^]]*\\]')),
        ],
    ),
    Section(
        "Without a carrier",
        "Some parcels are downloads, some are fetched. An order that ships nothing needs no address.",
        [
            Keep("GIFT", f"echo {GIFT}"),
            Keep("PLACE_GIFT", PLACE_GIFT),
            Ask(post("/v1/orders", '"$PLACE_GIFT"')),
            Ask(gift("confirm", "{}")),
            Ask(gift("pack", '{"parcelId": "mail", "kind": "digital", "lines": [{"lineId": "code", "quantity": 1}]}')),
            Ask(gift("dispatch", '{"parcelId": "mail"}'), "A digital parcel is delivered when it is dispatched."),
            Ask(
                gift("pack", '{"parcelId": "p1", "lines": [{"lineId": "vase", "quantity": 1}]}'),
                "A parcel that is shipped needs an address.",
                problem="rejected",
            ),
            Ask(
                gift(
                    "pack",
                    '{"parcelId": "counter", "kind": "pickup", "lines": [{"lineId": "vase", "quantity": 1}],\n'
                    '       "pickupPlace": {"text": "Aurora, Maximilianstraße 8, München"}}',
                )
            ),
            Ask(
                gift(
                    "scan",
                    '{"parcelId": "counter", "scanId": "s1", "code": "readyForPickup",\n'
                    '       "occurredAt": "2025-11-02T12:00:00Z"}',
                ),
                "The units stay packed until the customer has them.",
            ),
            Ask(
                gift(
                    "end-parcel",
                    '{"parcelId": "counter", "scanId": "end-1", "outcome": "delivered",\n'
                    '       "reason": "Signed at the counter"}',
                )
            ),
            Ask(
                gift(
                    "payment",
                    '{"paymentId": "till-1", "kind": "captured", "providerRef": "till-20251102-7",\n'
                    '       "amount": {"amount": 5450, "currency": "EUR"}}',
                ),
                "Paid at the counter.",
            ),
            Ask(gift("close", "{}")),
        ],
    ),
]

"""Stories about what an order costs, and who paid it."""

from book import begin, story
from markets import CH, DE, EG, ES, FR, GB, IT, JP, KUMO_US, KW, PL, US


@story
def us_tax_partly_cancelled():
    """2 × 50.00 and 8.00 of tax on top: one unit is worth 54.00, so 54.00 is due when the other one is cancelled."""
    order = begin(US, "2026-02-03 15:20", [("LAMP-HD", 2)], shipping=0)
    order.authorize().confirm().cancel({"l1": 1}, "stock").send().capture(final=True).deliver().later(days=10).close()


@story
def us_tax_of_each_line():
    """The tax system says each line's tax; the shop never makes it up from rates."""
    wanted = [("JKT-M", 1, {"tax": 1032}), ("BTL-1L", 3, {"tax": 697})]
    order = begin(US, "2026-04-11 19:02", wanted, tax=1729)
    order.authorize().confirm().cancel({"l2": 2}).send().capture(final=True).deliver().later(days=10).close()


@story
def coupon_half_cancelled():
    """10.00 off 2 × 129.00 and 2 × 24.90: the lamps bear 8.38 of it, so one of them is worth 124.81."""
    order = begin(DE, "2026-03-07 10:41", [("LMP-OAK", 2), ("CSH-LIN", 2)], discount=1000)
    order.authorize().confirm().cancel({"l1": 1}).send().capture(final=True).deliver().later(days=14).close()


@story
def coupon_on_a_line():
    order = begin(FR, "2026-05-19 08:12", [("LMP-PL", 2, {"discount": 1580}), ("SHD-LIN", 1)], discount=1580)
    order.authorize().confirm().send().capture().deliver().later(days=14).close()


@story
def yen_coupon():
    """500 off three lines, by largest remainder: yen have no smaller unit."""
    order = begin(JP, "2026-01-22 03:15", [("FUR-01", 1), ("CUP-HS", 3), ("TEA-MC", 2)], discount=500)
    order.authorize().confirm().cancel({"l2": 1}, "stock").send().capture(final=True).deliver().later(days=7).close()


@story
def dinar_partly_cancelled():
    """3 × 6.333 and 18.750 dinars; one cup is cancelled."""
    order = begin(KW, "2026-06-02 11:48", [("CUP-HS", 3), ("POT-KY", 1)])
    order.authorize().confirm().cancel({"l1": 1}).send().capture(final=True).deliver().later(days=14).close()


@story
def prices_below_a_cent():
    """5,000 labels at 0.0249 each: the line's total says what the unit price cannot."""
    order = begin(DE, "2026-02-17 07:30", [("LBL-PPR", 5000, {"lineTotal": 12450})], terms="invoice")
    order.confirm().cancel({"l1": 1250}, "stock").send().deliver().later(days=20).capture().close()


@story
def split_tender():
    """A gift card and a card pay together."""
    order = begin(DE, "2025-12-14 17:25", [("LMP-OAK", 1), ("CDL-BEE", 2)])
    order.capture(5000, ref="giftcard-7Q2M").authorize(order.due - 5000, ref="psp-card-1").confirm().send()
    order.capture(order.due - 5000, ref="psp-card-1").deliver().later(days=14).close()


@story
def split_tender_comes_back():
    """The return is refunded to the card first, the rest to the gift card."""
    order = begin(FR, "2026-07-08 12:02", [("CAR-DC", 1), ("VAS-BLU", 2)], customer="au-c12")
    order.capture(6000, ref="giftcard-K81X").authorize(order.due - 6000, ref="psp-card-2").confirm().send()
    order.capture(order.due - 6000, ref="psp-card-2").deliver().request_return({"l1": 1, "l2": 2}, "Ne convient pas")
    order.decide_return().later(days=5).receive({"l1": 1, "l2": 2}, reduction=order.due)
    order.refund(6390, ref="psp-card-2", returnId="r1").refund(ref="giftcard-K81X", returnId="r1").close()


@story
def line_added():
    """The customer asks for socks too; the difference is authorized as a second payment."""
    order = begin(GB, "2026-03-21 16:44", [("BT-42", 1)])
    order.authorize().edit(add=[("SK-M", 2)]).authorize(2500, ref="psp-more-socks").confirm().send()
    order.capture(order.due - 2500).capture(2500, ref="psp-more-socks").deliver().later(days=14).close()


@story
def quantity_lowered():
    """Three bottles become two before packing; less is captured than was authorized."""
    order = begin(US, "2026-05-02 21:17", [("BTL-1L", 3), ("SOC-3", 1)])
    order.authorize().confirm().edit(change=[("l1", 2)], tax=752).send().capture(final=True).deliver()
    order.later(days=14).close()


@story
def other_size():
    """Boots in 42 become boots in 43 by an edit and a cancellation."""
    order = begin(GB, "2026-09-12 09:31", [("BT-42", 1)])
    order.authorize().confirm().edit(add=[("BT-43", 1)]).cancel({"l1": 1}).send().capture().deliver()
    order.later(days=14).close()


@story
def express_after_all():
    """The shipping is edited to express, and the gift wrap is charged as a fee."""
    order = begin(ES, "2025-12-19 18:20", [("MUG-SET", 1)], fees=[("gift-wrap", "Papel de regalo", 350)])
    order.edit(shipping=1290).authorize().confirm().send(eta_days=1).capture().deliver().later(days=14).close()


@story
def goodwill_after_delivery():
    """A scratch: the customer keeps the table and gets 40.00 back."""
    order = begin(DE, "2026-04-03 13:13", [("TBL-ASH", 1)])
    order.authorize().confirm().send().capture().deliver().later(days=2)
    order.adjust(4000, "lower", "goodwill", "Kratzer an der Tischkante").refund(4000).later(days=12).close()


@story
def price_lowered_before_payment():
    order = begin(PL, "2026-06-20 10:06", [("VAS-BLU", 2)])
    order.adjust(690, "lower", "correction", "The shelf said 31.05").authorize().confirm().send().capture().deliver()
    order.later(days=14).close()


@story
def express_came_late():
    """Paid as express, delivered like any other: the difference is given back."""
    order = begin(FR, "2026-02-12 10:03", [("BGR-3", 1)], shipping=1290)
    order.authorize().confirm().send(eta_days=1).capture().scan("inTransit", eta_days=2).scan("outForDelivery")
    order.scan("delivered").adjust(700, "lower", "shipping").refund(700).later(days=14).close()


@story
def duty_added():
    """Customs duty is charged on, by a second payment."""
    order = begin(CH, "2026-02-26 09:57", [("CPR-LN", 2)])
    order.authorize().confirm().adjust(2380, "raise", "fee", "Dogana").authorize(2380, ref="psp-duty").send()
    order.capture(order.due - 2380).capture(2380, ref="psp-duty").deliver().later(days=14).close()


@story
def goodwill_after_closing():
    """The price is lowered after all was over: the shop owes a refund, and pays it."""
    order = begin(IT, "2026-01-09 14:35", [("MUG-SET", 2)])
    order.authorize().confirm().send().capture().deliver().later(days=14).close().later(days=9)
    order.adjust(1000, "lower", "goodwill").refund(1000)


@story
def invoice():
    """A company pays 30 days after the delivery, 0.50 short; the shop writes that off."""
    order = begin(DE, "2026-05-05 08:00", [("CHR-ASH", 12)], customer="au-b01", terms="invoice", shipping=4900)
    order.metadata(costCentre="4711", purchaseOrder="PO-2026-0815").confirm().send(eta_days=4).deliver()
    order.later(days=30).capture(order.due - 50, ref="bank-20260612").close(
        "Bank charges of 0.50 are not worth a letter"
    )


@story
def on_delivery():
    """The driver collects the money at the door."""
    order = begin(EG, "2026-03-15 10:22", [("TEA-SET", 1), ("CUP-6", 1)], terms="onDelivery")
    order.confirm().send().deliver().later(days=1).capture(ref="cod-aramex-88").later(days=14).close()


@story
def charged_back_and_won():
    """The bank takes the money back, the shop proves the delivery, the bank returns it."""
    order = begin(US, "2026-06-11 23:05", [("JKT-DWN-M", 1)])
    order.authorize().confirm().send().capture().deliver().later(days=20).pay("chargedBack")
    order.note("Sent the photo of the delivery to the bank").later(days=18).pay("chargebackReversed")
    order.resolve("Won: the bank has returned the money", before=2).close()


@story
def charged_back_and_lost():
    """A stolen card: the money is gone, and the shop writes it off."""
    order = begin(KUMO_US, "2026-04-28 04:41", [("KNF-01", 1)])
    order.authorize().confirm().send().capture().deliver().later(days=30).pay("chargedBack")
    order.later(days=10).resolve("The shop does not contest it").close("Lost to a chargeback")


@story
def charged_twice():
    """The provider books twice; the shop notices by the anomaly."""
    order = begin(GB, "2026-08-14 11:09", [("STV-GAS", 1)])
    order.authorize().confirm().send().capture().capture(order.due).resolve("The second charge is paid back")
    order.refund().deliver().later(days=14).close()


@story
def charged_refunded_charged():
    """The wrong card is charged, refunded, and the right one charged."""
    order = begin(CH, "2026-10-02 15:50", [("LMP-TV", 1)])
    order.capture(ref="psp-old-card").refund(order.due, ref="psp-old-card").capture(ref="psp-new-card").confirm()
    order.send().deliver().later(days=14).close()


@story
def captured_in_another_currency():
    """The provider's report names dollars; it is not counted, and the right one follows."""
    order = begin(FR, "2026-08-27 09:18", [("BGR-3", 2)])
    order.authorize().capture(7190, currency="USD").resolve("Wrong account at the provider; corrected").confirm()
    order.send().capture().deliver().later(days=14).close()


@story
def captured_after_cancelling():
    """The capture crosses the cancellation; the money goes back."""
    order = begin(JP, "2026-07-01 06:30", [("POT-KY", 1)])
    order.authorize().cancel().capture(7400).resolve("Paid back at once").refund()


@story
def refunded_too_much():
    """A clerk types 89.00 instead of 8.90 of 34.90; the provider lets it pass, and takes the excess back later."""
    order = begin(ES, "2026-05-26 12:12", [("CDL-BEE", 2)], shipping=590)
    order.authorize().confirm().send().capture().deliver().adjust(890, "lower", "goodwill").refund(8900)
    order.retract_payment("refunded-3", "The provider has taken the transfer back")
    order.resolve("89.00 instead of 8.90; corrected", before=1).refund(890).later(days=14).close()


@story
def payment_of_another_order():
    """A transfer is booked on the wrong order, and taken back."""
    order = begin(DE, "2026-09-29 07:55", [("CSH-LIN", 1)])
    order.capture(ref="bank-1").retract_payment("captured-1", "Belongs to another order").capture(ref="bank-2")
    order.confirm().send().deliver().later(days=14).close()


@story
def refund_of_unknown_return():
    """The refund names a return that the order does not have."""
    order = begin(KUMO_US, "2026-02-08 18:48", [("BWL-RC", 4)])
    order.authorize().confirm().send().capture().deliver().adjust(1900, "lower", "goodwill", "One bowl was chipped")
    order.refund(1900, returnId="RMA-77").resolve("No return: goodwill").later(days=14).close()


@story
def failed_then_paid():
    """The first card is declined and the order waits for another."""
    order = begin(FR, "2026-01-30 20:02", [("TBL-ND", 1)])
    order.pay("failed").hold("payment-1", "payment", "Carte refusée").later(hours=9).authorize().release("payment-1")
    order.confirm().send().capture().deliver().later(days=14).close()


@story
def captured_parcel_by_parcel():
    """Each parcel is captured when it leaves; what remains of the authorization is given up by the last capture."""
    order = begin(US, "2026-07-19 16:16", [("BPK-40", 1), ("PEG-TI", 2)])
    order.authorize(order.due + 500).confirm().send("p1", {"l1": 1}).capture(17172).later(days=3)
    order.send("p2").capture(order.due - 17172, final=True).deliver("p1").deliver("p2").later(days=14).close()


@story
def rest_of_authorization_voided():
    order = begin(CH, "2026-04-20 10:10", [("TGL-NC", 2), ("SDG-PN", 1)])
    order.authorize().confirm().cancel({"l2": 1}, "stock").send().capture().pay("voided", 14900).deliver()
    order.later(days=14).close()


@story
def cancelled_with_a_charge():
    """Cut to measure already: the shop keeps a part of the price of the cancelled rug."""
    order = begin(DE, "2026-08-05 15:33", [("RUG-WOL", 1), ("CSH-LIN", 2)])
    order.authorize().confirm().cancel({"l1": 1}, reduction=15000).send().capture(final=True).deliver()
    order.later(days=14).close()


@story
def cancelled_before_payment():
    order = begin(JP, "2026-10-09 01:12", [("LAN-1", 2)])
    order.pay("failed").later(days=3).cancel(reason="payment")


@story
def cancelled_and_voided():
    order = begin(GB, "2026-01-14 12:40", [("TNT-2P", 1), ("PEG-12", 2)])
    order.authorize().cancel().pay("voided", 21890)

"""Stories about goods that come back, goods that arrived short, and orders that follow from others."""

from book import begin, story
from markets import AT, CH, DE, FR, GB, IT, JP, KUMO_US, PL, US


def arrived(market, placed, wanted, **terms):
    """An order that is captured and delivered."""
    order = begin(market, placed, wanted, **terms)
    return order.authorize().confirm().send().capture(final=True).deliver()


@story
def changed_my_mind():
    """One of two comes back; its price is refunded, the shipping is not."""
    order = arrived(DE, "2026-01-05 10:10", [("CSH-LIN", 2)]).request_return({"l1": 1}, "Gefällt mir nicht")
    order.decide_return().later(days=6).receive({"l1": 1}).refund(returnId="r1").later(days=7).close()


@story
def everything_back_with_shipping():
    """The law gives the shipping back too: the receipt's reduction is all that is due."""
    order = arrived(FR, "2026-04-09 11:55", [("SHD-LIN", 1)]).request_return({"l1": 1}, "Mauvaise couleur")
    order.decide_return(note="Étiquette jointe").later(days=5)
    order.receive({"l1": 1}, reduction=5490).refund(returnId="r1").close()


@story
def return_by_parcel():
    """The parcel back has a carrier and a number."""
    order = arrived(US, "2026-05-21 16:59", [("JKT-M", 2)]).request_return({"l1": 1}, "Too small").decide_return()
    order.set_tracking("ups", "1Z 999 AA1 01", returnId="r1").later(days=6).receive({"l1": 1})
    order.refund(returnId="r1").later(days=7).close()


@story
def return_in_two_boxes():
    order = arrived(DE, "2026-06-09 12:34", [("CHR-ASH", 4)]).request_return({"l1": 4}, "Passen nicht zum Tisch")
    order.decide_return().later(days=4).receive({"l1": 2}, receiptId="box-1", complete=False).later(days=1)
    order.receive({"l1": 2}, receiptId="box-2", reduction=18290).refund(returnId="r1").close()


@story
def second_box_never_came():
    """One of two pairs comes back; the customer keeps the other, and the return is ended."""
    order = arrived(GB, "2026-02-22 09:06", [("BT-42", 2)]).request_return({"l1": 2}, "Too narrow").decide_return()
    order.later(days=5).receive({"l1": 1}, receiptId="box-1", complete=False).refund(returnId="r1").later(days=20)
    order.cancel_return("The customer keeps the other pair").close()


@story
def return_never_sent():
    order = arrived(PL, "2026-07-06 14:20", [("VAS-BLU", 1)]).request_return({"l1": 1}, "Za duży").decide_return()
    order.later(days=30).cancel_return("Nothing came within 30 days").close()


@story
def return_too_late():
    order = arrived(KUMO_US, "2026-03-09 02:25", [("BWL-RC", 2)]).later(days=50)
    order.request_return({"l1": 2}, "Changed my mind")
    order.decide_return(False, "We are sorry: the return period has ended.", "Third time this year").close()


@story
def came_back_damaged():
    """The lamp comes back scratched: the shop refunds half of it."""
    order = arrived(DE, "2026-09-16 08:58", [("LMP-OAK", 1)]).request_return({"l1": 1}, "Zu hell").decide_return()
    order.later(days=5).receive({"l1": 1}, condition="damaged", reduction=6450)
    order.refund(returnId="r1").note("Wegen der Kratzer erstatten wir die Hälfte.", "customer").later(days=7).close()


@story
def came_back_unannounced():
    """A parcel stands on the dock that nobody asked for; the return begins with it."""
    order = arrived(FR, "2026-03-12 10:00", [("BGR-3", 2)]).later(days=8)
    order.receive({"l1": 1}, return_id="dock-0312").resolve("Accepted as a return").refund(returnId="dock-0312")
    order.later(days=7).close()


@story
def other_goods_in_the_box():
    """A stove was approved, pegs were in the box; both belong to the order."""
    order = arrived(GB, "2026-10-01 13:26", [("STV-GAS", 1), ("PEG-12", 1)])
    order.request_return({"l1": 1}, "Does not light").decide_return().later(days=4)
    order.receive({"l2": 1}).resolve("The customer swapped them; the pegs are refunded").refund(returnId="r1")
    order.later(days=7).close()


@story
def gift_comes_back_after_closing():
    """The order is over when the gift comes back; it stays closed."""
    order = arrived(AT, "2025-12-10 20:21", [("CSH-LIN", 1), ("CDL-BEE", 2)]).later(days=14).close().later(days=10)
    order.request_return({"l1": 1}, "Doppelt geschenkt").decide_return().later(days=5).receive({"l1": 1})
    order.refund(returnId="r1")


@story
def missing_units():
    """Two of three bowls were in the box: the third is sent after."""
    order = arrived(KUMO_US, "2026-06-24 05:45", [("BWL-RC", 3)])
    order.shortage("c1", {"l1": 1}, "missing", note="The box was open").send("p2").deliver("p2").later(days=14).close()


@story
def arrived_broken():
    """The last vase of its kind arrives in pieces; it is cancelled and refunded."""
    order = arrived(FR, "2026-08-03 15:05", [("VAS-BLU", 1), ("CAR-DC", 1)])
    order.shortage("c1", {"l1": 1}, "damaged", note="Photo received, thank you").cancel({"l1": 1}, "stock")
    order.refund().later(days=14).close()


@story
def wrong_item():
    """Boots in 43 instead of 42: the right ones are sent."""
    order = arrived(GB, "2026-05-31 19:12", [("BT-42", 1)])
    order.shortage("c1", {"l1": 1}, "wrongItem").send("p2").deliver("p2").later(days=14).close()


@story
def short_after_closing():
    """The customer opens the box a month later; the order is reopened and the missing cup sent."""
    order = arrived(JP, "2026-02-14 04:04", [("CUP-HS", 6)]).later(days=14).close().later(days=16)
    order.shortage("c1", {"l1": 1}, "missing").reopen("一客足りませんでした").send("p2").deliver("p2").later(
        days=7
    ).close()


@story
def short_before_arrival():
    """The customer complains of a parcel that is still on its way."""
    order = begin(IT, "2026-04-30 09:39", [("MUG-SET", 2)]).authorize().confirm().send().scan("inTransit")
    order.shortage("c1", {"l1": 1}, "missing", moves=False).resolve("It had not arrived yet")
    order.scan("outForDelivery").scan("delivered").capture().later(days=14).close()


@story
def reopened_for_a_late_wish():
    """Closed too early: the customer still wanted an engraving, which is charged on."""
    order = arrived(CH, "2026-01-20 16:40", [("TGL-NC", 1)]).close().later(days=2).reopen("Incisione richiesta")
    order.adjust(1500, "raise", "other", "Incisione").capture(1500, ref="psp-engraving").close()


@story
def exchange():
    """A jacket comes back, and an order in another size takes its place."""
    first = arrived(US, "2026-09-18 14:14", [("JKT-DWN-L", 1)], customer="nw-c31")
    first.request_return({"l1": 1}, "Too large").decide_return().later(days=6).receive({"l1": 1})
    second = begin(
        US,
        "2026-09-30 15:00",
        [("JKT-DWN-M", 1)],
        part="smaller",
        customer="nw-c31",
        shipping=0,
        relatesTo={"orderId": first.order_id, "kind": "exchange"},
    )
    first.refund(returnId="r1").close()
    second.authorize().confirm().send().capture().deliver().later(days=14).close()


@story
def replacement():
    """A broken lantern is replaced by an order of its own, for nothing."""
    first = arrived(JP, "2026-05-11 06:16", [("LAN-1", 1)], customer="ku-c19").note("破損のため交換品を手配")
    first.later(days=14).close()
    second = begin(
        JP,
        "2026-05-15 00:30",
        [("LAN-1", 1, {"discount": 5400})],
        part="lantern",
        customer="ku-c19",
        shipping=0,
        discount=5400,
        relatesTo={"orderId": first.order_id, "kind": "replacement"},
    )
    second.confirm().send().deliver().later(days=14).close()


@story
def split_off():
    """The chairs are not there yet: the shop moves them to an order of their own."""
    first = begin(DE, "2026-10-19 09:47", [("TBL-ASH", 1), ("CHR-ASH", 2)], customer="au-c23").authorize(45390)
    second = begin(
        DE,
        "2026-10-19 11:20",
        [("CHR-ASH", 2)],
        part="chairs",
        customer="au-c23",
        shipping=0,
        relatesTo={"orderId": first.order_id, "kind": "split"},
    )
    first.cancel({"l2": 2}, "other").confirm().send().capture().deliver().later(days=14).close()
    second.authorize().confirm().later(days=5).send().capture().deliver().later(days=10).close()


@story
def subscription():
    """Tea every month, each month an order that names the first."""
    first = None
    for month in ("03", "04", "05"):
        relation = {"relatesTo": {"orderId": first.order_id, "kind": "subscription"}} if first else {}
        order = begin(
            KUMO_US,
            f"2026-{month}-01 06:00",
            [("TEA-SUB", 1)],
            part=month,
            customer="ku-c05",
            shipping=0,
            metadata={"plan": "monthly", "gift": "no"},
            privateMetadata={"billingAgreement": "ba-5511"},
            **relation,
        )
        first = first or order
        order.capture().confirm().send().deliver().metadata(remove=["gift"]).later(days=14).close()

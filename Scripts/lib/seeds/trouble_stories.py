"""Stories of reports that contradict what was known: each raises an anomaly, which staff resolve."""

from book import begin, story
from markets import AT, CH, DE, EG, FR, GB, IT, JP, PL, US


@story
def left_before_payment():
    order = begin(US, "2026-02-25 23:23", [("PEG-TI", 1)]).confirm().pack().scan("inTransit")
    order.resolve("The payment came an hour later", before=1).authorize().scan("outForDelivery").scan("delivered")
    order.capture().later(days=14).close()


@story
def left_on_hold():
    """The parcel was on the truck when the order was put on hold."""
    order = begin(GB, "2026-06-18 11:11", [("TNT-2P", 1)]).authorize().confirm().pack().hold("risk-9", "fraud")
    order.scan("inTransit").resolve("Harmless: a new card", before=1).release("risk-9")
    order.scan("outForDelivery").scan("delivered").capture().later(days=14).close()


@story
def recycled_number():
    """The carrier used the number before: a delivery of three months ago is no delivery of this order."""
    order = begin(DE, "2026-05-04 10:18", [("CHR-ASH", 1)]).authorize().confirm().send(number="JD000077000777")
    order.scan("delivered", scan_id="old-1", hub=1, late=24 * 90).resolve("Another parcel's scan: recycled number")
    order.deliver().capture().later(days=14).close()


@story
def found_after_the_replacement():
    """Lost, sent again, then found: the customer gets both, and keeps them."""
    order = begin(FR, "2026-07-16 13:37", [("CAR-DC", 1)]).authorize().confirm().send().scan("inTransit")
    order.scan("lost", reason="carrier", pause=6000).send("p2").deliver("p2").later(days=1)
    order.stray_scan("delivered").resolve("Two carafes arrived; the customer keeps both").capture().later(
        days=14
    ).close()


@story
def scanned_after_voiding():
    """The label of a parcel that was unpacked is scanned: it had been stuck on another box."""
    order = begin(AT, "2026-01-28 09:52", [("BLB-E27", 6)]).authorize().confirm().pack().void()
    order.send("p2").stray_scan("inTransit").resolve("Old label on another box").deliver("p2")
    order.capture().later(days=14).close()


@story
def scanned_after_delivery():
    """The carrier scans its empty cage with the parcel's label in it."""
    order = begin(IT, "2026-09-09 16:06", [("CAM-X2", 1)]).authorize().confirm().send().deliver()
    order.stray_scan("inTransit").resolve("The carrier says: an old label").capture().later(days=14).close()


@story
def delivered_on_the_way_back():
    """`delivered` at the shop's own dock: carriers say it of the way back too."""
    order = begin(PL, "2026-08-11 07:07", [("CSH-GRN", 1)]).authorize().confirm().send().scan("inTransit")
    order.scan("attemptFailed", reason="recipient").scan("returning").stray_scan("delivered")
    order.resolve("Delivered to us").scan("returnedToSender").cancel(reason="other").pay("voided", 2880)


@story
def brought_back_after_closing():
    """The wrong door, as it turns out weeks later: the carrier brings the parcel back to the shop."""
    order = begin(EG, "2026-02-10 12:08", [("LAN-BR", 1)]).authorize().confirm().send().capture().deliver()
    order.later(days=14).close().later(days=4).scan("returning", hub=1)
    order.resolve("Delivered to the wrong house").reopen("It comes back").scan("returnedToSender", hub=0)
    order.cancel(reason="customer").refund()


@story
def more_than_was_delivered():
    """Three cups are said to be broken, of two that were delivered."""
    order = begin(JP, "2026-03-27 01:59", [("CUP-HS", 2)]).authorize().confirm().send().capture().deliver()
    order.shortage("c1", {"l1": 3}, "damaged", moves=False).resolve("The customer meant another order")
    order.later(days=7).close()


@story
def box_of_another_return():
    """A return was rejected, and the goods came all the same; the shop takes them back."""
    order = begin(CH, "2026-06-30 17:54", [("CPR-LN", 1)]).authorize().confirm().send().capture().deliver()
    order.request_return({"l1": 1}, "Troppo calda").decide_return(False, "Usata").later(days=6)
    order.receive({"l1": 1}, reduction=9900).resolve("Taken back: it was never used").refund(returnId="r1")
    order.later(days=7).close()

"""Stories that are not over when the seeds end: one for each headline, and for each reason why staff must look."""

from book import begin, story
from markets import CH, DE, EG, ES, FR, GB, IT, JP, KUMO_US, KW, PL, US


@story
def underway_placed():
    begin(FR, "2026-11-21 17:12", [("LMP-PL", 1)], customer="au-c41").authorize()


@story
def underway_placed_unpaid():
    begin(JP, "2026-11-21 18:40", [("TEA-MC", 3)])


@story
def underway_on_hold():
    begin(US, "2026-11-21 09:05", [("JKT-DWN-L", 2)]).authorize().hold("risk-1", "fraud", "Ships to a forwarder")


@story
def underway_waiting_for_stock():
    order = begin(DE, "2026-11-18 11:45", [("RUG-WOL", 1)]).authorize().confirm().hold("stock-1", "stock")
    order.note("Der Teppich kommt am Dienstag.", "customer")


@story
def underway_preparing():
    begin(GB, "2026-11-21 08:20", [("STV-GAS", 1), ("MUG-EN", 2)]).authorize().confirm().pack("p1", {"l1": 1})


@story
def underway_edited():
    order = begin(ES, "2026-11-21 10:33", [("MUG-SET", 1)]).authorize().confirm().edit(change=[("l1", 2)])
    order.authorize(2990, ref="psp-one-more")


@story
def underway_partly_shipped():
    order = begin(US, "2026-11-20 19:19", [("BPK-40", 1), ("BTL-1L", 2)]).authorize().confirm().send("p1", {"l1": 1})
    order.scan("inTransit")


@story
def underway_shipped():
    order = begin(KW, "2026-11-19 07:28", [("POT-KY", 1)]).authorize().confirm().send(eta_days=3).capture()
    order.scan("inTransit", eta_days=2, detail="departed-facility")


@story
def underway_out_for_delivery():
    order = begin(DE, "2026-11-20 06:50", [("LMP-OAK", 1), ("BLB-E27", 2)]).authorize().confirm().send(eta_days=1)
    order.capture().scan("inTransit").scan("outForDelivery")


@story
def underway_ready_for_pickup():
    order = begin(FR, "2026-11-19 13:14", [("BGR-3", 1)], shipping=0).authorize().confirm()
    order.pack(kind="pickup", pickupPlace={"text": "Aurora, 12 rue Mercière, Lyon", "country": "FR"})
    order.scan("readyForPickup", hub=1)


@story
def underway_at_the_locker():
    order = begin(PL, "2026-11-18 15:51", [("VAS-BLU", 1)]).authorize().confirm().send().capture().scan("inTransit")
    order.scan("readyForPickup", hub=2, detail="locker")


@story
def underway_partly_delivered():
    order = begin(CH, "2026-11-17 10:25", [("TGL-NC", 1), ("LMP-TV", 1)]).authorize().confirm().send("p1", {"l1": 1})
    order.send("p2").capture().deliver("p1").scan("inTransit", "p2")


@story
def underway_delivered():
    begin(IT, "2026-11-16 09:09", [("MUG-SET", 1)]).authorize().confirm().send().capture().deliver()


@story
def underway_invoice_unpaid():
    begin(DE, "2026-11-05 08:30", [("CHR-ASH", 6)], customer="au-b01", terms="invoice").confirm().send().deliver()


@story
def underway_return_requested():
    order = begin(GB, "2026-11-10 12:17", [("BT-43", 1)]).authorize().confirm().send().capture().deliver()
    order.request_return({"l1": 1}, "The left one squeaks")


@story
def underway_return_approved():
    order = begin(JP, "2026-11-09 02:02", [("CUP-5", 1)]).authorize().confirm().send().capture().deliver()
    order.request_return({"l1": 1}, "色が違いました").decide_return()
    order.set_tracking("yamato", "YM 7000 1234 5678", returnId="r1")


@story
def underway_returned_to_refund():
    """Came back today; the refund is still owed, which is a reason to look."""
    order = begin(FR, "2026-11-11 16:45", [("SHD-LIN", 2)]).authorize().confirm().send().capture().deliver()
    order.request_return({"l1": 2}, "Trop petit").decide_return().later(days=2).receive({"l1": 2}, reduction=10390)


@story
def underway_failed_attempt():
    order = begin(US, "2026-11-19 20:40", [("LAMP-HD", 1)]).authorize().confirm().send().capture()
    order.scan("outForDelivery").scan("attemptFailed", reason="recipient", pause=300)


@story
def underway_customs():
    order = begin(EG, "2026-11-18 14:09", [("RUG-SW", 1)]).authorize().confirm().send(eta_days=3).capture()
    order.scan("inTransit").scan("exception", reason="customs", detail="duties-unpaid")


@story
def underway_lost():
    order = begin(KUMO_US, "2026-11-12 03:54", [("INK-SM", 1)]).authorize().confirm().send().capture()
    order.scan("inTransit").scan("lost", reason="carrier", pause=8000)


@story
def underway_short():
    order = begin(DE, "2026-11-15 18:26", [("CDL-BEE", 4)]).authorize().confirm().send().capture().deliver()
    order.shortage("c1", {"l1": 2}, "damaged", note="Zwei Kerzen sind zerbrochen")


@story
def underway_short_and_closed():
    """Closed, then found to be short: the units are owed again, so staff must reopen or cancel."""
    order = begin(GB, "2026-10-26 10:50", [("MUG-EN", 6)]).authorize().confirm().send().capture().deliver()
    order.later(days=14).close().later(days=3).shortage("c1", {"l1": 1}, "missing")


@story
def underway_charged_back():
    """The bank has taken the money back; the shop gathers its proof, and the anomaly is open."""
    order = begin(US, "2026-10-28 22:22", [("JKT-M", 1)]).authorize().confirm().send().capture().deliver()
    order.later(days=16).pay("chargedBack")


@story
def underway_charged_twice():
    order = begin(JP, "2026-11-20 01:41", [("LAN-1", 1)]).authorize().confirm().send().capture()
    order.capture(order.due, ref="psp-second-click")


@story
def underway_in_two_boxes():
    """The first of two boxes is back; the second is on its way."""
    order = begin(DE, "2026-11-08 07:33", [("CHR-ASH", 2)]).authorize().confirm().send().capture().deliver()
    order.request_return({"l1": 2}, "Zu niedrig").decide_return().later(days=5)
    order.receive({"l1": 1}, receiptId="box-1", complete=False).refund(returnId="r1")

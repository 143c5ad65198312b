"""Stories about parcels: their ways, their carriers, and the other kinds of them."""

from book import begin, story
from markets import AT, CA, CH, DE, EG, ES, FR, GB, IT, JP, KUMO_US, PL, US, US_SPANISH, WALES


def paid(market, placed, wanted, **terms):
    """An order that is authorized and confirmed."""
    return begin(market, placed, wanted, **terms).authorize().confirm()


def over(order, days=14):
    """Captures what is due, and closes the order after the time for returns."""
    return order.capture(final=True).later(days=days).close()


@story
def late_scan_with_old_estimate():
    """The first scan arrives after the delivery, with an estimate that is long out of date."""
    order = paid(DE, "2026-01-12 09:22", [("CHR-ASH", 2)]).send(eta_days=2)
    order.scan("outForDelivery", scan_id="s2", eta_days=0).scan("delivered", scan_id="s3", pause=150)
    over(order.scan("inTransit", scan_id="s1", hub=0, late=20, detail="arrived-at-hub"))


@story
def carrier_was_first():
    """The carrier scans the parcel before the shop says that it left; then the shop adds the number."""
    order = paid(US, "2026-03-30 17:09", [("SOC-3", 2)]).pack()
    over(order.scan("inTransit").dispatch().scan("outForDelivery").scan("delivered"))


@story
def scan_of_another_parcel():
    """A scan is posted to the wrong parcel, which has not left; it is taken back, and the parcel is packed again."""
    order = paid(GB, "2026-06-05 10:27", [("MUG-EN", 4), ("PEG-12", 1)]).pack("p1", {"l1": 4}).pack("p2")
    order.dispatch("p1").scan("inTransit", "p2", scan_id="x1")
    order.retract_scan("x1", "p2", "It was the other parcel's label", to="packed")
    over(order.deliver("p1").dispatch("p2").deliver("p2"))


@story
def tracking_number_corrected():
    """Two digits were swapped; the former number still finds the parcel."""
    order = paid(FR, "2026-02-11 13:48", [("VAS-BLU", 1)]).send(number="XP00000001243")
    over(order.set_tracking("chronopost", "XP00000001234", parcelId="p1").deliver())


@story
def handed_to_another_carrier():
    order = paid(PL, "2026-09-03 08:08", [("CSH-GRN", 2)]).send()
    over(order.set_tracking("dpd", "DPD 0044 7781 23", parcelId="p1").deliver())


@story
def tracking_number_later():
    """The label is printed in the evening; the number is known before the parcel leaves."""
    order = paid(CA, "2026-05-13 14:01", [("JKT-M", 1)]).pack(carrier="purolator", origin={"text": "Hamilton, ON"})
    order.set_tracking("purolator", "PR55501020304", parcelId="p1").dispatch(carrier="purolator", number="")
    over(order.deliver())


@story
def letter_without_tracking():
    """A stamp on an envelope: after a week without a complaint the shop says that it arrived."""
    order = paid(DE, "2026-03-02 07:19", [("CDL-BEE", 1)]).pack().dispatch(carrier="deutsche-post", number="")
    over(order.later(days=7).end_parcel("delivered", "Letters arrive within a week"))


@story
def letter_came_back():
    """The letter lies in the shop's own mail: unknown address. The second one arrives."""
    order = paid(AT, "2026-06-22 08:14", [("CDL-BEE", 1)]).pack().dispatch(carrier="post-at", number="").later(days=9)
    order.end_parcel("returned", "Unknown at this address").ship_to("contact-corrected").pack("p2")
    order.dispatch("p2", carrier="post-at", number="").later(days=6)
    over(order.end_parcel("delivered", "Confirmed by mail", "p2"))


@story
def own_van():
    order = paid(DE, "2026-07-14 06:45", [("TBL-ASH", 1), ("CHR-ASH", 4)], shipping=5900).pack()
    order.dispatch(carrier="aurora-van", number="", eta_days=3).later(days=3)
    over(order.end_parcel("delivered", "The driver has the signature"))


@story
def silent_carrier():
    """No scan for three weeks: the shop gives the parcel up and sends the goods again."""
    order = paid(EG, "2026-04-06 09:50", [("CUP-6", 2)]).send().later(days=21)
    order.end_parcel("lost", "The carrier cannot find it").send("p2")
    over(order.deliver("p2"))


@story
def ended_too_soon():
    """The shop says that a letter arrived, and takes it back when the customer complains."""
    order = paid(AT, "2026-10-05 11:31", [("BLB-E27", 2)]).pack().dispatch(carrier="post-at", number="").later(days=5)
    order.end_parcel("delivered", "Letters arrive within five days").later(days=3)
    order.retract_scan("p1-end", reason="The neighbour had it until today").later(days=1)
    order.scan("delivered", scan_id="call-1", proof={"kind": "signature", "ref": "call-1"})
    over(order)


@story
def lost_and_sent_again():
    order = paid(IT, "2026-06-16 15:15", [("LNS-35", 1)]).send(eta_days=2).scan("inTransit")
    order.scan("lost", reason="carrier", pause=5000).note("Wir senden Ersatz 📦", "customer").send("p2", eta_days=2)
    over(order.deliver("p2"))


@story
def lost_and_cancelled():
    """The last one is lost on the way; the money is given back."""
    order = paid(JP, "2026-08-18 02:40", [("LAN-1", 1)]).send().capture().scan("inTransit")
    order.scan("lost", reason="carrier", pause=4000).cancel(reason="stock").refund()


@story
def lost_and_found():
    """Found in a corner of the depot before anything was packed again."""
    order = paid(CH, "2026-03-11 12:20", [("CPR-LN", 1)]).send().scan("inTransit").scan("lost", reason="carrier")
    order.later(days=2).note("Found at Härkingen").scan("inTransit", hub=1)
    over(order.scan("outForDelivery").scan("delivered"))


@story
def returned_and_sent_again():
    """The address was wrong: the parcel comes back, and leaves again with the right one."""
    order = paid(US, "2026-02-19 20:11", [("JKT-DWN-L", 1)], customer="nw-c08").send()
    order.scan("inTransit").scan("attemptFailed", reason="address").scan("returning", hub=1)
    order.scan("returnedToSender", hub=0, pause=3000).ship_to("contact-nw-c08-2").send("p2")
    over(order.deliver("p2"))


@story
def returned_and_cancelled():
    """Nobody fetched it, and nobody wants it again."""
    order = paid(FR, "2026-05-28 18:29", [("LMP-PL", 1)]).send().capture()
    order.scan("readyForPickup", hub=2, detail="relay-kiosk").later(days=8).scan("returning", hub=1)
    order.scan("returnedToSender", hub=0).cancel(reason="other").refund()


@story
def failed_attempts():
    order = paid(GB, "2026-04-15 08:36", [("TNT-2P", 1)]).send(eta_days=2).scan("outForDelivery", hub=2)
    order.scan("attemptFailed", reason="recipient", hub=2, pause=240).scan("outForDelivery", hub=2, pause=1200)
    order.scan("attemptFailed", reason="recipient", hub=2, pause=240).scan("readyForPickup", hub=2)
    over(order.scan("delivered", proof={"kind": "pin", "ref": "2201"}))


@story
def held_by_customs():
    order = paid(US_SPANISH, "2026-01-26 22:14", [("JKT-DWN-M", 1)]).send(eta_days=4).scan("inTransit")
    order.scan("exception", reason="customs", detail="hs-code-missing").revise_eta(6, "carrier", "Aduana", "p1")
    over(order.scan("inTransit", hub=1, pause=4000).scan("outForDelivery").scan("delivered", pause=180))


@story
def label_without_a_telephone_number():
    """The carrier waits for the shop, which adds what is missing."""
    order = paid(EG, "2026-10-20 09:17", [("LAN-BR", 2)]).send().scan("inTransit")
    order.scan("exception", reason="retailer", detail="phone-missing").hold("phone-1", "other", "Asked the customer")
    over(order.release("phone-1").scan("outForDelivery", hub=2).scan("delivered", hub=2))


@story
def snowed_in():
    """The carrier's scans move the estimate twice; the shop tells the customer."""
    order = paid(CH, "2025-12-27 10:59", [("SDG-PN", 1)], promised=None).send(eta_days=1)
    order.scan("exception", reason="weather", eta_days=3).note("Forte nevicata al Gottardo ❄️", "customer")
    over(order.scan("inTransit", eta_days=1, pause=2600).scan("outForDelivery").scan("delivered"))


@story
def glaze_must_dry():
    """Promised by line: the pot follows a week after the tea; the shop moves the date once."""
    promised = {"earliest": "2026-09-25T00:00:00Z", "latest": "2026-09-30T00:00:00Z"}
    wanted = [("TEA-MC", 2), ("POT-KY", 1, {"promised": promised})]
    order = paid(JP, "2026-09-14 01:05", wanted).revise_eta(18, "shop", "釉薬を乾かしています")
    order.send("p1", {"l1": 2}).deliver("p1").later(days=9).send("p2")
    over(order.deliver("p2"))


@story
def picked_up_in_the_shop():
    order = paid(DE, "2026-06-27 09:40", [("LMP-OAK", 1)], shipping=0, contactRef=None, country=None)
    order.pack(kind="pickup", pickupPlace={"text": "Aurora, Maximilianstraße 8, München", "country": "DE"})
    over(order.scan("readyForPickup", hub=2).scan("delivered", hub=2, proof={"kind": "pin"}, pause=1700))


@story
def picked_up_with_a_receipt():
    """No scanner at the counter: the shop says that the customer has it."""
    order = paid(KUMO_US, "2026-08-08 19:27", [("INK-SM", 1)], shipping=0)
    order.pack(kind="pickup", pickupPlace={"text": "Kumo, 1600 Telegraph Ave, Oakland", "country": "US"})
    over(order.scan("readyForPickup", hub=2).dispatch().end_parcel("delivered", "Signed receipt 1184"))


@story
def never_picked_up():
    """After two weeks the goods go back to the shelf."""
    order = paid(ES, "2026-03-18 12:52", [("CHR-ASH", 2)], shipping=0)
    order.pack(kind="pickup", pickupPlace={"text": "Aurora, Calle de Argumosa 5, Madrid", "country": "ES"})
    order.scan("readyForPickup", hub=2).later(days=14).void(reason="Nobody came").cancel(reason="other")
    order.pay("voided", 17800)


@story
def digital():
    """A map to download: no address, delivered when it is sent."""
    order = paid(GB, "2026-05-08 21:50", [("MAP-SNW", 1)], shipping=0, contactRef=None, country=None)
    over(order.pack(kind="digital").dispatch())


@story
def digital_and_shipped():
    order = paid(GB, "2026-07-23 16:31", [("BT-43", 1), ("MAP-SNW", 1)])
    order.pack("mail", {"l2": 1}, kind="digital").dispatch("mail").send("p1")
    over(order.deliver("p1"))


@story
def shipped_picked_up_and_digital():
    """A lamp by parcel, a gift card by mail, candles at the counter."""
    order = paid(DE, "2025-12-08 18:03", [("LMP-OAK", 1), ("GFT-50", 1), ("CDL-BEE", 6)], locale="de_DE")
    order.pack("code", {"l2": 1}, kind="digital").dispatch("code").pack("counter", {"l3": 6}, kind="pickup")
    order.send("p1").scan("readyForPickup", "counter", hub=2)
    over(order.deliver("p1").scan("delivered", "counter", hub=2, pause=900))


@story
def code_sent_to_the_wrong_address():
    """The delivery is taken back, the parcel voided, and a new code sent."""
    order = paid(DE, "2026-10-16 19:44", [("GFT-50", 1)], shipping=0).pack("code-1", kind="digital").dispatch("code-1")
    order.retract_scan("dispatch", "code-1", "Typing error in the address").void("code-1", "The code is blocked")
    over(order.pack("code-2", kind="digital").dispatch("code-2"))


@story
def repacked():
    order = paid(AT, "2026-02-04 08:25", [("CSH-LIN", 4)]).pack().void()
    over(order.send("p2").deliver("p2"))


@story
def never_left():
    """Dispatched by mistake; nobody has scanned it, so it is voided and packed again."""
    order = paid(WALES, "2026-08-21 13:02", [("STV-1", 1)]).send().void(reason="Still on the shelf")
    over(order.send("p2").deliver("p2"))


@story
def wrong_door():
    """Scanned as delivered at the neighbour's; taken back, and delivered an hour later."""
    order = paid(FR, "2026-09-22 07:37", [("TBL-ND", 2)]).send().deliver().retract_scan("p1-3")
    over(order.scan("delivered", scan_id="p1-3b", hub=2, pause=60))


@story
def told_again():
    """The carrier's interface tells every scan twice; the second telling adds nothing."""
    order = paid(DE, "2026-04-24 09:03", [("BLB-E27", 5)]).send()
    over(order.scan("inTransit").again().scan("outForDelivery").again().scan("delivered").again())


@story
def corrected_time():
    """The carrier corrects the time of a scan: the old one is taken back, the new one has an id of its own."""
    order = paid(US, "2026-09-07 22:30", [("GAS-230", 3)]).send().scan("inTransit", scan_id="e1")
    order.retract_scan("e1", reason="The time was wrong").scan("inTransit", scan_id="e1-corrected", hub=0)
    over(order.scan("outForDelivery").scan("delivered"))


@story
def from_two_warehouses():
    order = paid(IT, "2026-07-30 10:46", [("CAM-X2", 1), ("MUG-SET", 1)])
    order.pack("p1", {"l1": 1}, origin={"text": "Milano", "country": "IT"}).dispatch("p1")
    order.pack("p2", origin={"text": "Firenze", "country": "IT"}).dispatch("p2")
    over(order.deliver("p2").deliver("p1"))


@story
def moved_house():
    order = begin(GB, "2026-10-12 17:17", [("SK-M", 6)]).ship_to("contact-new-house").authorize().confirm()
    over(order.send().deliver())


@story
def waiting_for_stock():
    order = paid(KUMO_US, "2026-05-15 03:33", [("PAP-WA", 3)]).hold("stock-1", "stock", "Two are missing")
    order.note("We expect the paper on Monday.", "customer").later(days=3).release("stock-1").send()
    over(order.deliver())


@story
def address_in_doubt():
    order = begin(EG, "2026-01-18 08:49", [("RUG-SW", 1)]).authorize().hold("address-1", "address")
    order.ship_to("contact-with-floor").release("address-1").confirm().send()
    over(order.deliver())


@story
def checked_for_fraud():
    order = begin(CH, "2026-08-30 23:41", [("LMP-TV", 3)]).authorize()
    order.hold("risk-1", "fraud", "The card's country differs from the address").note("The customer answered ✅")
    over(order.release("risk-1").confirm().send().deliver())


@story
def stolen_card():
    order = begin(US, "2026-03-25 05:02", [("JKT-DWN-L", 3)]).authorize()
    order.hold("risk-1", "fraud", "Four cards in ten minutes").cancel(reason="fraud").pay("voided", 91291)

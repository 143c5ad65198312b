import Testing

@testable import Orders

/// The parcel of a scan that names it by tracking number.
@Suite struct ParcelMatchTests {
    private func match(
        _ state: Given,
        _ number: String,
        carrier: String? = nil,
        _ scanId: String = "s",
        at minute: Int = 30
    )
        -> String?
    {
        let target = ScanTarget(
            carrier: carrier,
            numberKey: TrackingNumber.key(number) ?? "",
            shop: nil,
            scanId: scanId,
            occurredAt: at(minute)
        )
        return state.order.parcelMatch(for: target)?.parcelId
    }

    private func packed(_ parcelId: String, _ minute: Int, _ number: String = "T1") -> Step {
        Step.pack(parcelId, ["a": 1]).saying("carrier", "dhl").saying("trackingNumber", number).at(minute)
    }

    @Test func numbersAreComparedByLettersAndDigitsAlone() throws {
        #expect(TrackingNumber.key("jd 01-4é") == "JD014" && TrackingNumber.key("--") == nil)
        let order = try Given.paidLamps.after(packed("p", 5, "JD 014"))
        #expect(match(order, "jd-014") == "p" && match(order, "JD015") == nil)
    }

    @Test func carriersAreComparedWhereBothAreKnown() throws {
        let order = try Given.paidLamps.after(packed("p", 5))
        #expect(match(order, "T1", carrier: "DHL") == "p" && match(order, "T1", carrier: "ups") == nil)
        let unknown = try Given.packedLamps.after(Step.track(parcel: "p").saying("trackingNumber", "T1"))
        #expect(match(unknown, "T1", carrier: "ups") == "p")
    }

    @Test func formerNumbersStillLeadToTheirParcel() throws {
        let order = try Given.paidLamps.after(packed("p", 5), Step.track(parcel: "p").saying("trackingNumber", "T2"))
        #expect(match(order, "T1") == "p" && match(order, "T2") == "p")
    }

    @Test func theParcelThatKnowsTheScanComesFirst() throws {
        let order = try Given.paidLamps.after(packed("p", 5), .scan("p", "s", .delivered, 10), packed("q", 20))
        #expect(match(order, "T1", "s") == "p" && match(order, "T1", "t") == "q")
    }

    @Test func theNewestOfThoseUnderWayAtThatTimeComesNext() throws {
        let order = try Given.paidLamps.after(packed("p", 5), packed("q", 20), .scan("q", "d", .delivered, 25))
        // At 10:22 both are under way; at 10:30 only `p` is.
        #expect(match(order, "T1", at: 22) == "q" && match(order, "T1", at: 30) == "p")
        let ended = try order.after(.scan("p", "d", .delivered, 26))
        #expect(match(ended, "T1", at: 30) == "q")
    }

    @Test func aVoidParcelComesLast() throws {
        let order = try Given.paidLamps.after(
            packed("p", 5),
            .scan("p", "d", .delivered, 10),
            packed("q", 20),
            .void("q")
        )
        #expect(match(order, "T1") == "p")
        let only = try Given.paidLamps.after(packed("p", 5), .void("p"))
        #expect(match(only, "T1") == "p")
    }

    @Test func anOrderIsFoundByAllNumbersItHasHad() throws {
        let order = try Given.paidLamps.after(packed("p", 5), Step.track(parcel: "p").saying("trackingNumber", "t-2"))
        #expect(order.order.trackingKeys == ["T2", "T1"])
    }
}

import Testing

@testable import Orders

@Suite struct ScanRules {
    @Test(arguments: [
        (ScanCode.inTransit, EventType.parcelScanned, ParcelStatus.inTransit),
        (.outForDelivery, .parcelScanned, .outForDelivery),
        (.readyForPickup, .parcelScanned, .readyForPickup), (.attemptFailed, .deliveryFailed, .attemptFailed),
        (.exception, .parcelScanned, .exception), (.delivered, .parcelDelivered, .delivered),
        (.returning, .parcelScanned, .returning), (.returnedToSender, .parcelReturnedToSender, .returnedToSender),
        (.lost, .parcelLost, .lost),
    ])
    func theTypeOfTheEventFollowsTheScanCode(code: ScanCode, type: EventType, status: ParcelStatus) throws {
        let outcome = try shippedWhole.when(.recordScan, scanBody("p", "s", code.rawValue, 20))
        outcome.then([type])
        #expect(try (outcome.events[0].payload as? ScanRecorded)?.parcelStatus == status)
        #expect(try outcome.events[0].occurredAt == at(20))
        let order = try shippedWhole.after(.recordScan, scanBody("p", "s", code.rawValue, 20)).order
        #expect(order.parcels[0].status == status && order.parcels[0].unitsAt == status.unitPlace)
        #expect(order.units.live == 5)
    }

    @Test func aScanCountsOnceForEachParcel() throws {
        let once = try shippedWhole.after(.recordScan, scanBody("p", "s", "inTransit", 20))
        try once.when(.recordScan, scanBody("p", "s", "inTransit", 20)).then([])
        try once.when(.recordScan, scanBody("p", "s", "lost", 30)).thenRefused(
            .factIdReused,
            naming: "code",
            "occurredAt"
        )
        try once.when(.recordScan, scanBody("p", "t", "inTransit", 20)).then([.parcelScanned])
        try once.after(.retractScan, #"{"parcelId":"p","scanId":"s","reason":"x"}"#)
            .when(.recordScan, scanBody("p", "s", "inTransit", 20)).then([])
        try once.when(.recordScan, scanBody("q", "s", "inTransit", 20)).thenRefused(.parcelUnknown)
        let two = Given([
            placed(terms: .onDelivery), confirmed, packed("p", a: 1), packed("q", a: 1),
            scanned("p", "s", .inTransit, 9),
        ])
        try two.when(.recordScan, scanBody("q", "s", "inTransit", 20)).then([.parcelDispatched, .parcelScanned])
    }

    @Test func aLateScanJoinsTheTimelineAndChangesNoStatus() throws {
        let out = try shippedWhole.after(.recordScan, scanBody("p", "s2", "outForDelivery", 30))
        let late = try out.when(.recordScan, scanBody("p", "s1", "attemptFailed", 20))
        late.then([.deliveryFailed])
        #expect(try (late.events[0].payload as? ScanRecorded)?.parcelStatus == .outForDelivery)
        let order = try out.after(.recordScan, scanBody("p", "s1", "attemptFailed", 20)).order
        #expect(order.parcels[0].status == .outForDelivery && order.status == .outForDelivery)
        #expect(order.parcels[0].scans.map(\.scanId) == ["s1", "s2"])
    }

    @Test(arguments: [ScanCode.inTransit, .outForDelivery, .attemptFailed, .exception, .returnedToSender, .lost])
    func aDeliveryStaysWhateverComesLater(code: ScanCode) throws {
        let outcome = try deliveredWhole.when(.recordScan, scanBody("p", "late", code.rawValue, 30))
        #expect(try outcome.events.compactMap { $0.anomaly?.code } == [.contradictoryScan])
        let order = try deliveredWhole.after(.recordScan, scanBody("p", "late", code.rawValue, 30)).order
        #expect(order.parcels[0].status == .delivered && order.status == .delivered && order.attention)
    }

    @Test func aDeliveryStaysUntilALaterReturning() throws {
        let earlier = try deliveredWhole.after(.recordScan, scanBody("p", "r", "returning", 20)).order
        #expect(earlier.status == .delivered && earlier.anomalies.map(\.code) == [.deliveredAfterReturning])
        let later = try deliveredWhole.after(.recordScan, scanBody("p", "r", "returning", 21)).order
        #expect(later.parcels[0].status == .returning && later.status == .shipped && later.units.shipped == 5)
        let back = try Given(later).after(.recordScan, scanBody("p", "r2", "returnedToSender", 22)).order
        #expect(back.units.open == 5 && back.status == .attention && back.anomalies.isEmpty)
    }

    @Test func aScanBetweenTwoDeliveriesAroundAReturnIsNoAnomaly() throws {
        let again = try deliveredWhole.after(.recordScan, scanBody("p", "r", "returning", 30))
            .after(.recordScan, scanBody("p", "on", "inTransit", 33))
            .after(.recordScan, scanBody("p", "d2", "delivered", 40))
        #expect(again.order.status == .delivered)
        try again.when(.recordScan, scanBody("p", "late", "inTransit", 35)).then([.parcelScanned])
    }

    @Test func aLateDeliveryCountsAndIsAnAnomaly() throws {
        let seen = try shippedWhole.after(.recordScan, scanBody("p", "s", "exception", 30))
        try seen.when(.recordScan, scanBody("p", "d", "delivered", 20)).then([.parcelDelivered], [.contradictoryScan])
        #expect(try seen.after(.recordScan, scanBody("p", "d", "delivered", 20)).order.status == .delivered)
    }

    @Test func aDeliveryWinsOverAScanOfTheSameTime() throws {
        let orders = try [("a", "b"), ("b", "a")].map { (delivery, other) in
            try shippedWhole.after(.recordScan, scanBody("p", delivery, "delivered", 20))
                .after(.recordScan, scanBody("p", other, "outForDelivery", 20)).order
        }
        #expect(orders.allSatisfy { $0.status == .delivered && $0.anomalies.isEmpty })
    }

    @Test func theOrderOfArrivalDoesNotMatter() throws {
        let scans = [
            ("s1", "inTransit", 10), ("s2", "outForDelivery", 20), ("s3", "delivered", 25), ("s4", "exception", 30),
        ]
        let first = try scans.reduce(shippedWhole) { try $0.after(.recordScan, scanBody("p", $1.0, $1.1, $1.2)) }
        let last = try scans.reversed().reduce(shippedWhole) {
            try $0.after(.recordScan, scanBody("p", $1.0, $1.1, $1.2))
        }
        #expect(first.order.parcels.map(\.status) == last.order.parcels.map(\.status))
        #expect(first.order.parcels.map { $0.scans.map(\.scanId) } == last.order.parcels.map { $0.scans.map(\.scanId) })
        #expect(first.order.lines == last.order.lines && first.order.status == .delivered)
    }

    @Test func aScanOfAPackedParcelImpliesItsDispatch() throws {
        let ready = Given([placed(), confirmed, paid("1", .captured, 3900), packed("p", a: 2)])
        let outcome = try ready.when(.recordScan, scanBody("p", "s", "inTransit", 20))
        outcome.then([.parcelDispatched, .parcelScanned])
        let implied = ParcelDispatched(parcelId: "p", isImplied: true)
        #expect(try outcome.events[0].payload.isEqual(to: implied))
        let delivered = try ready.after(.recordScan, scanBody("p", "s", "delivered", 20)).order
        #expect(delivered.units.delivered == 2 && delivered.status == .partlyDelivered)
    }

    @Test func anImpliedDispatchAgainstTheRulesIsAnAnomaly() throws {
        let body = scanBody("p", "s", "inTransit", 20)
        try given(placed(), confirmed, packed("p", a: 2)).when(.recordScan, body)
            .then([.parcelDispatched, .parcelScanned], [.dispatchBeforePayment])
        try given(placed(terms: .onDelivery), confirmed, packed("p", a: 2), held("h")).when(.recordScan, body)
            .then([.parcelDispatched, .parcelScanned], [.dispatchOnHold])
        let both = try given(placed(), confirmed, packed("p", a: 2), held("h")).after(.recordScan, body).order
        #expect(both.anomalies.map(\.code) == [.dispatchOnHold] && both.anomalies.map(\.version) == [5])
        #expect(both.attention)
    }

    @Test func anEtaThatDiffersRevisesTheParcels() throws {
        let window = TimeWindow(earliest: at(100), latest: at(200))
        let eta = #","eta":{"earliest":"\#(at(100).rfc3339)","latest":"\#(at(200).rfc3339)"}"#
        let outcome = try shippedWhole.when(.recordScan, scanBody("p", "s", "inTransit", 20, eta))
        outcome.then([.parcelScanned, .etaRevised])
        let revised = EtaRevised(parcelId: "p", old: nil, new: window, source: .carrier, scanId: "s")
        #expect(try outcome.events[1].payload.isEqual(to: revised))
        let after = try shippedWhole.after(.recordScan, scanBody("p", "s", "inTransit", 20, eta))
        #expect(after.order.parcels[0].eta == window)
        try after.when(.recordScan, scanBody("p", "t", "inTransit", 21, eta)).then([.parcelScanned])
    }
}

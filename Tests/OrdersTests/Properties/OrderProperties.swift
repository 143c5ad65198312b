import FoundationEssentials
import Testing

@testable import Orders

@Suite struct OrderProperties {
    @Test(arguments: 0..<25 as Range<UInt64>)
    func everySequenceOfCommandsKeepsTheRules(seed: UInt64) throws {
        var generator = CommandGenerator(seed: seed)
        var order = Order(orderId: UUID(uuidString: "0192f0c1-0000-7000-8000-00000000000b")!)
        var refolded = order
        var wasClosed = false
        for _ in 0..<120 {
            let step = generator.nextStep(for: order)
            let command = try OrderCommand.decode(step.name, try object(step.body))
            let outcome = try Given(order).decided(command)
            check(command, order, outcome, "seed \(seed), version \(order.version), \(step.testDescription)")
            guard case .success(let events) = outcome else { continue }
            for event in events {
                let before = order
                let change = order.apply(event)
                #expect(change.before == before.announced && change.after == order.status)
                #expect(order.version == before.version + 1)
                try checkRoundTrips(event, order, &refolded)
                checkUnits(order)
            }
            wasClosed = wasClosed || order.lifecycle == .closed
            let isEmpty = order.version > 0 && order.units.live == 0
            #expect(order.lifecycle != .cancelled || isEmpty, "seed \(seed), version \(order.version)")
            #expect(!isEmpty || order.lifecycle == .cancelled || wasClosed, "seed \(seed), version \(order.version)")
            #expect(order.due >= 0, "seed \(seed), version \(order.version)")
            if step.name == .cancelOrder, step["reduction"] == nil, isEmpty {
                #expect(order.due == 0, "seed \(seed), version \(order.version)")
            }
        }
        #expect(order.version > 5)
    }

    /// The random sequences must reach every case, or they would prove little. A few rare cases have rules of their
    /// own.
    @Test func theSequencesReachEveryEventRefusalAndAnomaly() throws {
        var types: Set<EventType> = []
        var reasons: Set<RejectionReason> = []
        var anomalies: Set<AnomalyCode> = []
        var statuses: Set<OrderStatus> = []
        for seed in 0..<80 as Range<UInt64> {
            var generator = CommandGenerator(seed: seed)
            var order = Order(orderId: UUID(uuidString: "0192f0c1-0000-7000-8000-00000000000b")!)
            for _ in 0..<120 {
                let (name, body) = generator.next(for: order)
                switch try Given(order).decided(try OrderCommand.decode(name, try object(body))) {
                case .success(let events):
                    for event in events {
                        statuses.insert(order.apply(event).after)
                        types.insert(event.type)
                        if let anomaly = event.anomaly { anomalies.insert(anomaly.code) }
                    }
                case .failure(let rejection): reasons.insert(rejection.reason)
                }
            }
        }
        #expect(Set(EventType.allCases).subtracting(types).isEmpty)
        let unmet = Set(RejectionReason.allCases).subtracting(reasons).map(\.rawValue)
        // Each has a rule of its own that shows it.
        let rare: Set = [
            "unitsMoved", "orderFull", "amountTooLarge", "nothingLive", "scanExists", "returnDependsOnScan",
            "shortageDependsOnScan", "etaOutdated",
        ]
        #expect(Set(unmet).subtracting(rare) == [])
        #expect(Set(AnomalyCode.allCases).subtracting(anomalies).isSubset(of: [.returnUnknown, .movedAfterClose]))
        #expect(Set(OrderStatus.allCases).subtracting(statuses).isEmpty)
    }

    private func check(
        _ command: OrderCommand,
        _ order: Order,
        _ outcome: Result<[OrderEvent], Rejection>,
        _ place: String
    ) {
        switch outcome {
        case .success(let events):
            #expect(order.allowedCommands(for: .backend).contains(command.name), "\(place)")
            if !command.name.isFact, command.name != .reviseEta { #expect(!events.isEmpty, "\(place)") }
        case .failure(let rejection):
            guard command.name.isFact else { return }
            switch rejection.reason {
            case .orderUnknown: #expect(order.version == 0, "\(place)")
            case .parcelUnknown: #expect([.recordScan, .reportShortage].contains(command.name), "\(place)")
            case .factIdReused: break
            default: Issue.record("a fact is refused: \(rejection), \(place)")
            }
        }
    }

    private func checkRoundTrips(_ event: OrderEvent, _ order: Order, _ refolded: inout Order) throws {
        let (data, `internal`) = event.encode()
        let stored = try OrderEvent(
            type: event.type.rawValue,
            schema: event.schema,
            occurredAt: event.occurredAt,
            number: order.number,
            shop: order.shop,
            customer: order.customer,
            data: data,
            internal: `internal`
        )
        #expect(stored == event)
        refolded.replay(stored, announced: order.status)
        #expect(refolded == order)
        let restored = try Order(state: order.encodeState())
        #expect(restored == order)
        #expect(restored.encodeState() == order.encodeState())
    }

    private func checkUnits(_ order: Order) {
        for line in order.lines {
            #expect(line.quantity == line.open + line.packed + line.shipped + line.delivered + line.cancelled)
            #expect(
                [line.open, line.packed, line.shipped, line.delivered, line.cancelled, line.returned].allSatisfy {
                    $0 >= 0
                }
            )
            #expect(line.returned <= line.delivered)
            for place in UnitPlace.allCases where place != .open {
                let inParcels = order.parcels.filter { $0.unitsAt == place }.flatMap(\.movingLines)
                    .filter { $0.lineId == line.lineId }.reduce(0) { $0 + $1.quantity }
                #expect(inParcels == line.count(at: place))
            }
        }
    }

    private static var unlikelyNewEvents: [OrderEvent] {
        let most = Money(amount: Money.maximumAmount, currency: "USD")
        let line = PlacedLine(lineId: "a", sku: "A-1", name: "Lamp", quantity: 1, unitPrice: 7, currency: "USD")
        let claim = Claim(claimId: "c", parcelId: "p", lines: some(a: 1), kind: .missing, note: nil)
        let odd = Claim(claimId: "c", parcelId: "x", lines: some(a: 9), kind: .damaged, note: nil)
        let receipt = Receipt(
            receiptId: "r",
            lines: [ReceivedLine(lineId: "z", quantity: 7, condition: .damaged)],
            isComplete: false,
            saidReduction: nil
        )
        let payloads: [any EventPayload] = [
            OrderEdited(lines: [line], oldTotal: most, newTotal: most, oldDue: most, newDue: most),
            TotalAdjusted(
                adjustmentId: "x",
                amount: most,
                direction: .lower,
                reason: .fee,
                note: nil,
                oldDue: most,
                newDue: Money(amount: 0, currency: "EUR")
            ),
            ItemsCancelled(lines: some(a: 1), reason: .stock, reduction: most), ShortageReported(claim: claim),
            ShortageReported(claim: odd), ReturnReceived(returnId: "y", receipt: receipt, reduction: most),
            ReturnCancelled(returnId: "r", reason: "x"), ReturnCancelled(returnId: "y", reason: "x"),
            TrackingChanged(parcelId: "p", old: nil, new: Tracking(trackingNumber: "T9")),
            TrackingChanged(returnId: "nobody", old: nil, new: Tracking()),
            PaymentRetracted(paymentId: "1", reason: "x"),
            PaymentRetracted(paymentId: "nobody", reason: "x"), OrderReopened(reason: "x"),
            ParcelEnded(parcelId: "q", scanId: "e", outcome: .lost, reason: "x", parcelStatus: .delivered),
            ParcelEnded(parcelId: "x", scanId: "e", outcome: .lost, reason: "x", parcelStatus: .lost),
            MetadataChanged(set: Metadata(), remove: ["x"], isPrivate: true),
            EtaRevised(parcelId: "p", old: nil, new: nil, source: .shop),
            OrderCancelled(reason: .other, leavesNothingDue: true),
        ]
        return payloads.map { OrderEvent($0, at: at(3)) }
    }

    /// Folds any event on any state: another order's, out of order, twice.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func foldingUnlikelyEventsKeepsUnitsAtLeastZero(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let odd: [OrderEvent] =
            [
                placed(), placed(a: 1, b: 1), confirmed, held("h"), released("h"), cancelled(a: 2), cancelled(b: 9),
                packed("p", a: 2),
                packed("p", a: 9), packed("q", b: 3), voided("p"), voided("x"), dispatched("p"), dispatched("q"),
                dispatched("x"),
                scanned("p", "s", .delivered, 9), scanned("q", "s", .lost, 9), scanned("q", "t", .inTransit, 12),
                scanned("x", "s", .lost, 9), returnRequested("r", a: 5), returnDecided("r", true),
                returnReceived("r", a: 5),
                returnReceived("x", b: 5), paid("1", .captured, 1), orderCancelled, orderClosed,
                OrderEvent(ScanRetracted(parcelId: "q", scanId: "s", reason: "x", parcelStatus: .packed), at: at(1)),
                OrderEvent(AnomalyResolved(version: 99, note: "x"), at: at(1)),
            ] + Self.unlikelyNewEvents
        var order = Order(orderId: UUID(uuidString: "0192f0c1-0000-7000-8000-00000000000c")!)
        for step in 1...200 {
            _ = order.apply(random.pick(odd))
            #expect(order.version == step)
            for line in order.lines {
                #expect(
                    [line.open, line.packed, line.shipped, line.delivered, line.cancelled].allSatisfy { $0 >= 0 }
                        || order.version == 0
                )
                #expect(line.returned >= 0 && order.due >= 0)
            }
            _ = order.json(for: .staff, role: .backend, position: "x", recordedAt: at(0))
        }
    }
}

extension Given {
    func decided(_ command: OrderCommand) throws -> Result<[OrderEvent], Rejection> {
        do {
            return .success(try order.decide(command, receivedAt: at(60)))
        } catch {
            return .failure(error)
        }
    }
}

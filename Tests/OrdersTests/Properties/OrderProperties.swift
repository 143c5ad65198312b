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
            "shortageDependsOnScan", "orderNotConfirmed", "parcelNotDispatched",
            // Links are no part of the log: their store counts them.
            "tooManyLinks",
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

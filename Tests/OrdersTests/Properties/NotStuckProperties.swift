import FoundationEssentials
import Testing

@testable import Orders

/// From every state that random life reaches, decisions alone end the order: none retracts what is true, and none
/// reports what did not happen.
@Suite struct NotStuckProperties {
    @Test(arguments: 0..<24 as Range<UInt64>)
    func everyStateLeadsToAnEnd(seed: UInt64) throws {
        var generator = CommandGenerator(seed: seed &+ 1000)
        var state = Given([])
        for step in 0..<90 {
            let command = generator.nextStep(for: state.order)
            guard case .success(let events) = try state.when(command).result, !events.isEmpty else { continue }
            state = state.adding(events)
            let way = try WayOut(from: state)
            #expect(
                way.isEnded,
                """
                seed \(seed), step \(step), after \(command.testDescription): \(way.refusals.joined(separator: "; ")) \
                in \(state.staff.written)
                """
            )
            guard way.isEnded else { return }
            #expect(way.state.attention?.contains("closedWithUnits") == false, "seed \(seed), step \(step)")
        }
        #expect(state.order.version > 5)
    }

    @Test func randomLifeReachesTheStatesInWhichOrdersGotStuck() throws {
        var met: Set<String> = []
        for seed in 0..<24 as Range<UInt64> {
            var generator = CommandGenerator(seed: seed &+ 1000)
            var state = Given([])
            for _ in 0..<90 {
                guard case .success(let events) = try state.when(generator.nextStep(for: state.order)).result else {
                    continue
                }
                state = state.adding(events)
                met.formUnion(state.attention ?? [])
                met.insert(state.headline ?? "")
                met.formUnion(state.order.returns.map(\.status.rawValue))
                met.formUnion(state.order.parcels.map(\.status.rawValue))
            }
        }
        let all =
            ["parcel", "shortage", "closedWithUnits", "anomaly", "refundOwed"] + OrderStatus.allCases.map(\.rawValue)
        #expect(Set(all).subtracting(met).isEmpty)
        #expect(Set(ReturnStatus.allCases.map(\.rawValue)).subtracting(met).isEmpty)
        #expect(Set(ParcelStatus.allCases.map(\.rawValue)).subtracting(met).isEmpty)
    }
}

/// The end of an order by decisions alone.
struct WayOut {
    private(set) var state: Given
    /// The refusals of the last round.
    private(set) var refusals: [String] = []

    var isEnded: Bool { state.order.lifecycle == .cancelled || state.order.lifecycle == .closed }

    init(from state: Given) throws {
        self.state = state
        // Each round ends a stage: holds, parcels, units, returns, money.
        for _ in 0..<6 {
            refusals = []
            let before = self.state.order.version
            for step in decisions { try take(step) }
            if isEnded && self.state.order.version == before { return }
        }
    }

    private mutating func take(_ step: Step) throws {
        switch try state.when(step).result {
        case .success(let events): state = state.adding(events)
        case .failure(let rejection): refusals.append("\(step.name.rawValue): \(rejection.reason.rawValue)")
        }
    }

    /// The decisions that a shop can take truly: it lets go, unpacks, gives up on what the carrier no longer speaks
    /// of, cancels what it still has, waits for no return, and writes off.
    private var decisions: [Step] {
        let order = state.order
        let holds = order.openHolds.map { Step.release($0.holdId) }
        let parcels = order.parcels.filter { ![.delivered, .returnedToSender, .lost, .void].contains($0.status) }
        let ends = parcels.flatMap { parcel in
            let outcome = parcel.status == .readyForPickup ? "returned" : "lost"
            // The shop speaks after all carriers have.
            let end = Step.end(parcel.parcelId, "end-\(order.version)", outcome).at(10_000)
            return [end, .void(parcel.parcelId)]
        }
        let returns = order.returns.filter(\.isPending).map { Step.cancelReturn($0.returnId) }
        let cancel = order.units.open > 0 ? [Step.cancel()] : []
        let close: [Step] = isEnded ? [] : [.confirm, .close, .close(writingOff: "small change")]
        return holds + ends + returns + cancel + close
    }
}

extension Given {
    func adding(_ events: [OrderEvent]) -> Given {
        var next = self
        for event in events { _ = next.order.apply(event) }
        return next
    }
}

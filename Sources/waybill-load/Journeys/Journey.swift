/// How an order's life may go: the plots of the demonstration, in its shares. Four in ten orders simply arrive.
enum Journey: CaseIterable {
    case plain, split, failedAttempt, fraudHold, stockHold, cancelled, partlyCancelled, pickup
    case returned, returnRejected, lost, lateScan, retractedScan, voided, delayed

    static func pick(_ random: inout some RandomNumberGenerator) -> Journey {
        Int.random(in: 0..<10, using: &random) < 4
            ? .plain : allCases[Int.random(in: 0..<allCases.count, using: &random)]
    }

    /// Its commands in order, the placement first.
    func steps(_ shop: LoadShop) -> [JourneyStep] {
        let draft = StepBuilder(shop: shop)
        return [draft.place] + (usual(draft) ?? unusual(draft))
    }

    /// Whether each of its commands appends exactly one event, so that events can be told by counting.
    var isOneToOne: Bool { self != .cancelled && self != .delayed }

    private func usual(_ draft: StepBuilder) -> [JourneyStep]? {
        let paid = [draft.payment("authorized"), draft.confirm]
        let shipped = draft.parcel("p1")
        let delivered = draft.delivery("p1")
        return switch self {
        case .plain: paid + shipped + delivered
        case .split:
            paid + draft.parcel("p1", ["l1"]) + draft.parcel("p2", ["l2"]) + draft.delivery("p2") + delivered
        case .failedAttempt:
            paid + shipped
                + [draft.scan("p1", "outForDelivery", 1), draft.scan("p1", "attemptFailed", 2, reason: "recipient")]
                + [draft.scan("p1", "outForDelivery", 3), draft.scan("p1", "delivered", 4)]
        case .fraudHold:
            [draft.payment("authorized"), draft.hold("fraud"), draft.note("A second card was tried", "staff")]
                + [draft.release, draft.confirm] + shipped + delivered
        case .stockHold:
            paid + [draft.hold("stock"), draft.note("Back in stock tomorrow 🙂", "customer"), draft.release] + shipped
                + delivered
        case .cancelled: [draft.payment("authorized"), draft.cancel(nil), draft.payment("voided")]
        case .partlyCancelled: paid + [draft.cancel(["l2"])] + draft.parcel("p1", ["l1"]) + delivered
        case .pickup:
            paid + shipped + [draft.scan("p1", "inTransit", 1), draft.scan("p1", "readyForPickup", 2)]
                + [draft.scan("p1", "delivered", 3)]
        default: nil
        }
    }

    private func unusual(_ draft: StepBuilder) -> [JourneyStep] {
        let paid = [draft.payment("authorized"), draft.confirm]
        let arrived = paid + draft.parcel("p1") + [draft.payment("captured")] + draft.delivery("p1")
        return switch self {
        case .returned:
            arrived + [draft.requestReturn, draft.decideReturn(true), draft.receiveReturn, draft.payment("refunded")]
        case .returnRejected:
            arrived + [
                draft.requestReturn, draft.decideReturn(false), draft.note("Past the return period", "customer"),
            ]
        case .lost:
            paid + draft.parcel("p1")
                + [draft.scan("p1", "inTransit", 1), draft.scan("p1", "lost", 2, reason: "carrier")]
                + draft.parcel("p2") + draft.delivery("p2")
        case .lateScan: arrived + [draft.scan("p1", "inTransit", 9, at: "@earlier@")]
        case .retractedScan: arrived + [draft.retract("p1", "p1-2-delivered"), draft.scan("p1", "delivered", 4)]
        case .voided: paid + [draft.pack("p1"), draft.void("p1")] + draft.parcel("p2") + draft.delivery("p2")
        case .delayed: paid + draft.parcel("p1") + [draft.delay("p1"), draft.delay("p1")] + draft.delivery("p1")
        default: paid
        }
    }
}

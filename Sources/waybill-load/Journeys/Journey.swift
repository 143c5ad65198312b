/// A course of an order's life, as some of the demonstration's orders have it. Four in ten orders are `plain`.
enum Journey: CaseIterable {
    case plain, split, failedAttempt, fraudHold, stockHold, cancelled, partlyCancelled, pickup
    case returned, returnRejected, lost, lateScan, retractedScan, voided, delayed

    /// Picks a journey by its share.
    static func pick(_ random: inout some RandomNumberGenerator) -> Journey {
        Int.random(in: 0..<10, using: &random) < 4
            ? .plain : allCases[Int.random(in: 0..<allCases.count, using: &random)]
    }

    /// The commands of an order in this shop, the placement first.
    func steps(in shop: LoadShop) -> [JourneyStep] {
        let builder = StepBuilder(shop: shop)
        return [builder.place] + (usual(builder) ?? unusual(builder))
    }

    /// True where each command appends exactly one event, so that counting commands counts events.
    var isOneToOne: Bool { self != .cancelled && self != .delayed }

    /// The commands after the placement of the usual journeys; nil for the unusual ones.
    private func usual(_ builder: StepBuilder) -> [JourneyStep]? {
        let paid = [builder.payment("authorized"), builder.confirm]
        let shipped = builder.parcel("p1")
        let delivered = builder.delivery("p1")
        return switch self {
        case .plain: paid + shipped + delivered
        case .split:
            paid + builder.parcel("p1", lines: ["l1"]) + builder.parcel("p2", lines: ["l2"]) + builder.delivery("p2")
                + delivered
        case .failedAttempt:
            paid + shipped
                + [
                    builder.scan("outForDelivery", of: "p1", number: 1),
                    builder.scan("attemptFailed", of: "p1", number: 2, reason: "recipient"),
                ]
                + [builder.scan("outForDelivery", of: "p1", number: 3), builder.scan("delivered", of: "p1", number: 4)]
        case .fraudHold:
            [
                builder.payment("authorized"), builder.hold("fraud"),
                builder.note("A second card was tried", visibility: "staff"),
            ]
                + [builder.release, builder.confirm] + shipped + delivered
        case .stockHold:
            paid + [
                builder.hold("stock"), builder.note("Back in stock tomorrow 🙂", visibility: "customer"),
                builder.release,
            ]
                + shipped
                + delivered
        case .cancelled: [builder.payment("authorized"), builder.cancel(lines: nil), builder.payment("voided")]
        case .partlyCancelled: paid + [builder.cancel(lines: ["l2"])] + builder.parcel("p1", lines: ["l1"]) + delivered
        case .pickup:
            paid + shipped + [
                builder.scan("inTransit", of: "p1", number: 1), builder.scan("readyForPickup", of: "p1", number: 2),
            ]
                + [builder.scan("delivered", of: "p1", number: 3)]
        default: nil
        }
    }

    /// The commands after the placement of the unusual journeys.
    private func unusual(_ builder: StepBuilder) -> [JourneyStep] {
        let paid = [builder.payment("authorized"), builder.confirm]
        let arrived = paid + builder.parcel("p1") + [builder.payment("captured")] + builder.delivery("p1")
        return switch self {
        case .returned:
            arrived + [
                builder.requestReturn, builder.decideReturn(approve: true), builder.receiveReturn,
                builder.payment("refunded"),
            ]
        case .returnRejected:
            arrived + [
                builder.requestReturn, builder.decideReturn(approve: false),
                builder.note("Past the return period", visibility: "customer"),
            ]
        case .lost:
            paid + builder.parcel("p1")
                + [
                    builder.scan("inTransit", of: "p1", number: 1),
                    builder.scan("lost", of: "p1", number: 2, reason: "carrier"),
                ]
                + builder.parcel("p2") + builder.delivery("p2")
        case .lateScan: arrived + [builder.scan("inTransit", of: "p1", number: 9, at: "@earlier@")]
        case .retractedScan:
            arrived + [builder.retractScan("p1-2-delivered", of: "p1"), builder.scan("delivered", of: "p1", number: 4)]
        case .voided: paid + [builder.pack("p1"), builder.void("p1")] + builder.parcel("p2") + builder.delivery("p2")
        case .delayed:
            paid + builder.parcel("p1") + [builder.delay("p1"), builder.delay("p1")] + builder.delivery("p1")
        default: paid
        }
    }
}

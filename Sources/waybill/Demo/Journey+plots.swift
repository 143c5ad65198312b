extension Journey {
    /// The lives that an order may have.
    enum Plot: CaseIterable {
        case plain, split, failedAttempt, fraudHold, stockHold, cancelled, partlyCancelled, pickup
        case returned, returnRejected, lost, lateScan, retractedScan, voided, delayed
        case moved, overpaid, damaged, customs, returnedToSender, scannedTwice, failedPayment

        /// Most orders simply arrive.
        static func pick() -> Plot {
            Int.random(in: 0..<10) < 4 ? .plain : allCases[Int.random(in: 0..<allCases.count)]
        }
    }

    static func make(_ plot: Plot, number: Int) -> Journey {
        let shop = DemoShop.all[Int.random(in: 0..<DemoShop.all.count)]
        let draft = Draft(shop: shop, number: number)
        let steps = draft.usual(plot) ?? draft.unusual(plot)
        return Journey(orderId: draft.orderId, shop: shop, steps: [draft.place] + steps)
    }
}

extension Draft {
    private var paid: [Journey.Step] { [payment("authorized"), confirm] }

    /// The commands of the common plots; nil for a plot that is not among them.
    func usual(_ plot: Journey.Plot) -> [Journey.Step]? {
        switch plot {
        case .plain: paid + parcel("p1") + [payment("captured")] + delivery("p1") + [close]
        case .split: paid + parcel("p1", lines: ["l1"]) + parcel("p2", lines: ["l2"]) + delivery("p2") + delivery("p1")
        case .failedAttempt:
            paid + parcel("p1")
                + [scan("p1", "outForDelivery", 1), scan("p1", "attemptFailed", 2, reason: "recipient")]
                + [scan("p1", "outForDelivery", 3), scan("p1", "delivered", 4)]
        case .fraudHold:
            [payment("authorized"), hold("fraud"), note("A second card was tried", "staff"), release, confirm]
                + parcel("p1") + delivery("p1")
        case .stockHold:
            paid + [hold("stock"), note("Back in stock tomorrow 🙂", "customer"), release] + parcel("p1")
                + delivery("p1")
        case .cancelled: [payment("authorized"), cancel(lines: nil), payment("voided")]
        case .partlyCancelled: paid + [cancel(lines: ["l2"])] + parcel("p1", lines: ["l1"]) + delivery("p1")
        case .moved: [payment("authorized"), moves, confirm] + parcel("p1") + delivery("p1")
        case .scannedTwice:
            paid + parcel("p1") + [scan("p1", "inTransit", 0), scan("p1", "inTransit", 0)] + delivery("p1").dropFirst()
        case .failedPayment: [payment("failed")] + paid + parcel("p1") + delivery("p1")
        case .pickup:
            paid + parcel("p1")
                + [scan("p1", "inTransit", 1), scan("p1", "readyForPickup", 2), scan("p1", "delivered", 3)]
        default: nil
        }
    }

    /// The commands of the plots that need staff.
    func unusual(_ plot: Journey.Plot) -> [Journey.Step] {
        let arrived = paid + parcel("p1") + [payment("captured")] + delivery("p1")
        return switch plot {
        case .returned:
            arrived + [requestReturn, decideReturn(true), receiveReturn("sellable"), payment("refunded"), close]
        case .damaged: arrived + [requestReturn, decideReturn(true), receiveReturn("damaged"), payment("refunded")]
        case .returnRejected:
            arrived + [requestReturn, decideReturn(false), note("Past the return period", "customer")]
        case .lost:
            paid + parcel("p1") + [scan("p1", "inTransit", 1), scan("p1", "lost", 2, reason: "carrier")]
                + parcel("p2") + delivery("p2")
        case .lateScan: arrived + [scan("p1", "inTransit", 9, ago: 7200)]
        case .retractedScan: arrived + [retract("p1", "p1-2-delivered"), scan("p1", "delivered", 4)]
        case .voided: paid + [pack("p1"), void("p1")] + parcel("p2") + delivery("p2")
        case .delayed: paid + parcel("p1") + [delay("p1", hours: 30), delay("p1", hours: 54)] + delivery("p1")
        case .overpaid:
            [payment("authorized"), payment("captured", extra: 3), note("Paid too much", "staff"), resolve(3), confirm]
                + parcel("p1") + delivery("p1")
        case .customs:
            paid + parcel("p1") + [scan("p1", "inTransit", 0), scan("p1", "exception", 1, reason: "customs")]
                + [delay("p1", hours: 72), scan("p1", "outForDelivery", 2), scan("p1", "delivered", 3)]
        case .returnedToSender:
            paid + parcel("p1") + [scan("p1", "outForDelivery", 1), scan("p1", "attemptFailed", 2, reason: "address")]
                + [
                    scan("p1", "returning", 3), scan("p1", "returnedToSender", 4), cancel(lines: nil),
                    payment("voided"),
                ]
        default: paid
        }
    }
}

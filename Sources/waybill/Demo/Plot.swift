import Foundation

/// The lives that a simulated order may have. Each ends closed or cancelled, but for the one that waits for staff.
enum Plot: CaseIterable, Sendable {
    // On the way
    case plain, split, failedAttempt, lost, lateScan, earlyScan, scannedTwice, retractedScan, scannedByNumber, voided
    case delayed, customs, returnedToSender, trackingCorrected, letter, pickupPoint, counter, digital, shortage
    // The order and its money
    case fraudHold, stockHold, waitsForStaff, moved, edited, cancelled, partlyCancelled, taxOnTop
    case giftCard, failedPayment, overpaid, invoice, chargedBack, goodwill, reopened
    // The way back
    case returned, returnedWithShipping, returnedInTwoBoxes, returnedAfterClosing, returnRejected, damaged

    /// A plot by chance: most orders simply arrive.
    static func pick() -> Plot {
        Int.random(in: 0..<10) < 4 ? .plain : allCases[Int.random(in: 0..<allCases.count)]
    }
}

extension Draft {
    /// The commands of a plot, from placing on.
    func steps(of plot: Plot) -> [Journey.Step] {
        let steps = usualParcels(plot) ?? unusualParcels(plot) ?? money(plot) ?? wayBack(plot)
        return [place(terms: plot == .invoice ? "invoice" : nil)] + steps
    }

    private var paid: [Journey.Step] { [payment("authorized"), confirm] }
    private var end: [Journey.Step] { [payment("captured", isFinal: true), close()] }
    /// Seven events after the order was placed, then the three scans.
    private var arrived: [Journey.Step] { paid + parcel("p1") + [payment("captured")] + delivery("p1") }

    private func usualParcels(_ plot: Plot) -> [Journey.Step]? {
        switch plot {
        case .plain: arrived + [close()]
        case .split:
            paid + parcel("p1", lines: ["l1"]) + parcel("p2", lines: ["l2"]) + delivery("p2") + delivery("p1") + end
        case .failedAttempt:
            paid + parcel("p1")
                + [scan("p1", "outForDelivery", 1), scan("p1", "attemptFailed", 2, reason: "recipient")]
                + [scan("p1", "outForDelivery", 3), scan("p1", "delivered", 4)] + end
        case .lateScan: arrived + [scan("p1", "inTransit", 9, at: Date(timeIntervalSinceNow: -7200)), close()]
        case .earlyScan:
            paid + [pack("p1"), scan("p1", "inTransit", 0), dispatch("p1")] + delivery("p1").dropFirst() + end
        case .scannedTwice:
            // Repeated with the same time: with another one it is another fact.
            paid + parcel("p1") + Array(repeating: scan("p1", "inTransit", 0, at: Date()), count: 2)
                + delivery("p1").dropFirst() + end
        case .retractedScan: arrived + [retract("p1", "p1-2-delivered"), scan("p1", "delivered", 4), close()]
        case .scannedByNumber:
            paid + parcel("p1")
                + ["inTransit", "outForDelivery", "delivered"].enumerated().map {
                    scan("p1", $1, $0, isByNumber: true)
                } + end
        case .delayed: paid + parcel("p1") + [delay("p1", hours: 30), delay("p1", hours: 54)] + delivery("p1") + end
        case .pickupPoint:
            paid + parcel("p1")
                + [scan("p1", "inTransit", 1), scan("p1", "readyForPickup", 2), scan("p1", "delivered", 3)] + end
        case .customs:
            paid + parcel("p1") + [scan("p1", "inTransit", 0), scan("p1", "exception", 1, reason: "customs")]
                + [delay("p1", hours: 72), scan("p1", "outForDelivery", 2), scan("p1", "delivered", 3)] + end
        default: nil
        }
    }

    private func unusualParcels(_ plot: Plot) -> [Journey.Step]? {
        switch plot {
        case .voided: paid + [pack("p1"), void("p1")] + parcel("p2") + delivery("p2") + end
        case .lost:
            paid + parcel("p1") + [scan("p1", "inTransit", 1), scan("p1", "lost", 2, reason: "carrier")]
                + parcel("p2") + delivery("p2") + end
        case .returnedToSender:
            paid + parcel("p1") + [scan("p1", "outForDelivery", 1), scan("p1", "attemptFailed", 2, reason: "address")]
                + [scan("p1", "returning", 3), scan("p1", "returnedToSender", 4)]
                + [cancel(because: "other"), payment("voided")]
        case .trackingCorrected:
            paid + [pack("p1"), dispatch("p1", trackingNumber: "TRK-\(number)-TYPO"), correctTracking("p1")]
                + delivery("p1") + end
        case .letter:
            paid + [pack("p1"), dispatch(untracked: "p1", carrier: "letter")]
                + [end("p1", "delivered", "Letters arrive within a week")] + end
        case .counter:
            paid + [pack("p1", kind: "pickup"), scan("p1", "readyForPickup", 2), dispatch(untracked: "p1")]
                + [end("p1", "delivered", "The customer signed at the counter")] + end
        case .digital:
            paid + [pack("code", lines: ["l1"], kind: "digital"), dispatch(untracked: "code")]
                + parcel("p1", lines: ["l2"]) + delivery("p1") + end
        case .shortage:
            arrived + [shortage("p1", of: "l1", "missing")] + parcel("p2", lines: ["l1"]) + delivery("p2") + [close()]
        default: nil
        }
    }

    private func money(_ plot: Plot) -> [Journey.Step]? {
        switch plot {
        case .fraudHold:
            [payment("authorized"), hold("fraud"), note("A second card was tried", "staff"), release, confirm]
                + parcel("p1") + delivery("p1") + end
        case .stockHold:
            paid + [hold("stock"), note("Back in stock tomorrow 🙂", "customer"), release] + parcel("p1")
                + delivery("p1") + end
        case .waitsForStaff: [payment("authorized"), hold("address"), note("No such street", "staff")]
        case .moved: [payment("authorized"), moves, confirm] + parcel("p1") + delivery("p1") + end
        case .edited: edited
        case .cancelled: [payment("authorized"), cancel(), payment("voided")]
        case .partlyCancelled, .taxOnTop:
            paid + [cancel(lines: ["l2"], because: "stock")] + parcel("p1", lines: ["l1"]) + delivery("p1")
                + [payment("captured", total - worth(of: "l2"), isFinal: true), close()]
        case .giftCard:
            [payment("captured", shipping, by: "gift"), payment("authorized", total - shipping), confirm]
                + parcel("p1") + [payment("captured", total - shipping)] + delivery("p1") + [close()]
        case .failedPayment: [payment("failed")] + paid + parcel("p1") + delivery("p1") + end
        case .overpaid:
            [payment("captured", total + 3 * shop.scale), resolve(2, "The provider pays the difference back")]
                + [payment("refunded", 3 * shop.scale), confirm] + parcel("p1") + delivery("p1") + [close()]
        case .invoice:
            [confirm] + parcel("p1") + delivery("p1")
                + [payment("captured", total - 1, by: "bank"), close(writeOff: "Not worth a letter")]
        case .chargedBack:
            arrived + [payment("chargedBack"), resolve(arrived.count + 2, "The photo of the delivery is sent")]
                + [payment("chargebackReversed"), close()]
        case .goodwill: arrived + [goodwill(shipping), payment("refunded", shipping), close()]
        case .reopened: arrived + [close(), reopen("The customer called"), note("All is well", "staff"), close()]
        default: nil
        }
    }

    /// One more unit is wanted, and paid by another card.
    private var edited: [Journey.Step] {
        let more = larger
        let added = more.total - total
        return [payment("authorized"), edit, payment("authorized", added, by: "second"), confirm]
            + more.parcel("p1") + [payment("captured"), payment("captured", added, by: "second")] + delivery("p1")
            + [close()]
    }

    private func wayBack(_ plot: Plot) -> [Journey.Step] {
        let approved = arrived + [requestReturn, decideReturn(true)]
        return switch plot {
        case .returned: approved + [receiveReturn(), payment("refunded", total - shipping, for: "r1"), close()]
        case .returnedWithShipping:
            approved + [receiveReturn(reduction: total), payment("refunded", for: "r1"), close()]
        case .returnedInTwoBoxes:
            approved + [receiveReturn(lines: ["l1"], box: "box-1", isComplete: false)]
                + [
                    receiveReturn(lines: ["l2"], box: "box-2"), payment("refunded", total - shipping, for: "r1"),
                    close(),
                ]
        case .returnedAfterClosing:
            arrived + [close(), requestReturn, decideReturn(true), receiveReturn()]
                + [payment("refunded", total - shipping, for: "r1")]
        case .damaged:
            approved + [
                receiveReturn("damaged", reduction: shipping), payment("refunded", shipping, for: "r1"), close(),
            ]
        case .returnRejected: arrived + [requestReturn, decideReturn(false), close()]
        default: arrived
        }
    }
}

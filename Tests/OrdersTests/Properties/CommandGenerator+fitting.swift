@testable import Orders

extension CommandGenerator {
    /// A command with arguments that fit the order's state as far as they can.
    mutating func fitting(_ name: CommandName, _ order: Order) -> Step {
        let parcels = order.parcels.map(\.parcelId)
        let open = order.lines.filter { $0.open > 0 }.map { ($0.lineId, $0.open) }
        switch name {
        case .cancelOrder where random.chance(70) && !open.isEmpty:
            let (line, most) = random.pick(open)
            let step = Step(
                .cancelOrder,
                [("reason", quoted(word(CancelReason.self))), ("lines", list([line: number(most)]))]
            )
            return random.chance(20) ? step.reducing(Int64.random(in: 0...max(0, order.due), using: &random)) : step
        case .packParcel where !open.isEmpty:
            let some = random.chance(50) ? open : [random.pick(open)]
            let units = some.map { #"{"lineId":"\#($0.0)","quantity":\#(number($0.1))}"# }.joined(separator: ",")
            let kind = random.pick(["shipped", "shipped", "pickup", "digital"])
            let id = "p\(parcels.count + 1)"
            let step = Step.pack(random.chance(90) ? id : "p1", [:], kind: kind).with("lines", "[\(units)]")
            return random.chance(25)
                ? step.with("pickupPlace", Self.place).with("origin", Self.place).saying("carrier", "ups") : step
        case .voidParcel, .dispatchParcel:
            let packed = order.parcels.filter { $0.status == .packed }.map(\.parcelId)
            let id = known(packed.isEmpty ? parcels : packed, or: "p")
            guard name == .dispatchParcel else { return .void(id) }
            let sent = Step.dispatch(id, carrier: random.chance(90) ? "dhl" : nil).at(number(90))
            return random.chance(30)
                ? sent.with("eta", window(100 + number(3))).saying("trackingNumber", "T\(number(3))") : sent
        case .endParcel:
            let moving = order.parcels.filter { [.inTransit, .readyForPickup].contains($0.status) }.map(\.parcelId)
            return .end(known(moving, or: "p"), "e\(number(9))", random.pick(["delivered", "returned", "lost"])).at(
                number(90)
            )
        case .recordScan: return scan(known(parcels, or: "p"))
        case .retractScan:
            let scans = order.parcels.flatMap { parcel in parcel.scans.map { (parcel.parcelId, $0.scanId) } }
            guard !scans.isEmpty else { return .retract("p1", "s1") }
            let (parcel, scan) = random.pick(scans)
            return .retract(parcel, scan)
        case .reportShortage:
            let delivered = order.parcels.filter { $0.unitsAt == .delivered }
            guard let parcel = delivered.isEmpty ? nil : random.pick(delivered) else { return wild(name, order) }
            let line = random.pick(parcel.lines)
            return .shortage(
                "c\(number(9))",
                parcel.parcelId,
                [line.lineId: number(line.quantity)],
                kind: random.pick(["missing", "damaged", "wrongItem"])
            )
        case .requestReturn, .receiveReturn: return returning(name, order)
        case .decideReturn, .cancelReturn: return ofReturn(name, known(order.returns.map(\.returnId), or: "r"))
        case .releaseHold: return .release(known(order.openHolds.map(\.holdId), or: "secret-"))
        case .recordPayment: return payment(order)
        case .retractPayment: return .unpay(known(order.payment.reports.map(\.paymentId), or: "m"))
        case .resolveAnomaly where !order.anomalies.isEmpty:
            return Step.resolve(random.pick(order.anomalies).version).saying("note", "secret")
        case .editOrder: return edit(order)
        case .adjustTotal where random.chance(50):
            return .adjust("x\(number(99))", "lower", order.due / Int64(number(4)))
        case .closeOrder: return random.chance(80) ? .close : .close(writingOff: "secret")
        default: return wild(name, order)
        }
    }

    private mutating func scan(_ parcelId: String) -> Step {
        let codes = ScanCode.allCases + [.delivered, .delivered, .delivered, .delivered, .inTransit, .inTransit, .lost]
        let minute = random.chance(5) ? -2000 : number(90)
        let step = Step.scan(parcelId, "s\(number(25))", random.pick(codes), minute)
        let told = random.chance(25) ? step.with("eta", window(100 + number(3))) : step
        guard random.chance(20) else { return told }
        return told.with("place", Self.place).with("proof", #"{"kind":"photo","ref":"x"}"#).saying("detail", "D1")
            .saying("reason", word(FailureReason.self))
    }

    private static let place = #"{"text":"Köln","country":"DE","timeZone":"Europe/Berlin"}"#

    private mutating func returning(_ name: CommandName, _ order: Order) -> Step {
        let pending = order.returns.filter(\.isPending)
        if name == .receiveReturn, !pending.isEmpty, random.chance(70) {
            let one = random.pick(pending)
            let line = random.pick(one.lines)
            let step = Step.receive(one.returnId, [line.lineId: number(line.quantity)], receipt: "b\(number(30))")
            return random.chance(30) ? step.with("complete", "false") : step
        }
        let delivered = order.lines.filter { $0.delivered > $0.returned }
        let line = delivered.isEmpty ? nil : random.pick(delivered)
        let units: Units = [line?.lineId ?? "a": number(max(1, line?.delivered ?? 1))]
        guard name == .receiveReturn else { return .requestReturn("r\(order.returns.count + 1)", units) }
        let step = Step.receive("r\(number(5))", units)
        return random.chance(20) ? step.reducing(Int64(number(3000))) : step
    }

    private mutating func ofReturn(_ name: CommandName, _ returnId: String) -> Step {
        if name == .cancelReturn { return .cancelReturn(returnId) }
        let step: Step = random.chance(60) ? .approve(returnId) : .reject(returnId)
        return random.chance(50) ? step.saying("note", "n").saying("staffNote", "secret") : step
    }

    private mutating func payment(_ order: Order) -> Step {
        let kinds = [
            "authorized", "captured", "captured", "captured", "voided", "failed", "refunded", "chargedBack",
            "chargebackReversed",
        ]
        let left = max(0, order.due.addingSaturated(-order.payment.captured))
        let amounts = [left, left, order.due, order.payment.captured, Int64(number(7)) * 500]
        let ref = random.pick(["secret-card", "secret-card", "secret-gift"])
        let step = Step.pay(
            "m\(number(40))",
            random.pick(kinds),
            min(max(0, random.pick(amounts)), 1_000_000),
            ref: ref
        )
        if random.chance(3) { return step.with("amount", money(5, "USD")) }
        if random.chance(15) { return step.for(return: known(order.returns.map(\.returnId), or: "q")) }
        return random.chance(15) ? step.with("final", "true") : step
    }
}

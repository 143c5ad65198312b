import StrictJSON

@testable import Orders

extension CommandGenerator {
    /// A command with arguments that fit nothing in particular.
    mutating func wild(_ name: CommandName, _ order: Order) -> Step {
        let (p, s, r) = ("p\(number(3))", "s\(number(9))", "r\(number(3))")
        switch name {
        case .placeOrder: return twoLamps
        case .confirmOrder: return .confirm
        case .editOrder: return .edit(total: Int64(number(9)) * 100)
        case .adjustTotal:
            let step = Step.adjust("x\(number(9))", random.pick(["lower", "raise"]), Int64(number(500)))
            return random.chance(10) ? step.with("amount", money(1, "USD")) : step
        case .setMetadata:
            let isPrivate = random.chance(50)
            let set = #"{"k\#(number(3))":"\#(isPrivate ? "secret" : "v")"}"#
            return .metadata(set: set, remove: #"["k\#(number(3))x"]"#, private: isPrivate)
        case .changeShipTo: return .shipTo("c\(number(9))", "AT")
        case .cancelOrder:
            let step = Step.cancel(random.chance(50) ? nil : units(), reason: word(CancelReason.self))
            return random.chance(20) ? step.reducing(99_999) : step
        case .holdOrder:
            return .hold("secret-\(number(9))", reason: word(HoldReason.self)).saying("note", "secret")
        case .releaseHold: return .release("secret-\(number(3))")
        case .packParcel: return .pack(p, units())
        case .voidParcel: return .void(p)
        case .dispatchParcel: return .dispatch(p)
        case .setTracking:
            let step: Step = random.chance(70) ? .track(parcel: p) : .track(return: r)
            return step.saying("carrier", "dhl").saying("trackingNumber", "T\(number(4))")
                .saying("trackingUrl", "https://dhl.example/T1")
        case .reviseEta: return .eta(random.chance(50) ? p : nil, 100 + number(9)).at(number(90))
        case .recordScan: return .scan(p, s, random.pick(ScanCode.allCases), number(90) - 20)
        case .retractScan: return .retract(p, s)
        case .endParcel: return .end(p, s, random.pick(["delivered", "returned", "lost"]))
        case .reportShortage: return .shortage("c\(number(5))", p, units())
        case .recordPayment: return .pay("m\(number(6))", random.pick(["captured", "voided"]), Int64(number(7)) * 500)
        case .retractPayment: return .unpay("m\(number(6))")
        case .requestReturn: return .requestReturn(r, units())
        case .decideReturn: return .approve(r)
        case .cancelReturn: return .cancelReturn(r)
        case .receiveReturn: return .receive(r, units(), receipt: random.chance(50) ? "b\(number(5))" : nil)
        case .resolveAnomaly: return Step.resolve(number(30)).saying("note", "secret")
        case .addNote: return random.chance(50) ? .note("secret") : .note("שלום \(number(9))", for: "customer")
        case .closeOrder: return .close
        case .reopenOrder: return .reopen
        }
    }

    private mutating func units() -> Units {
        let count = random.chance(70) ? 1 : 2
        switch number(5) {
        case 1: return ["b": count]
        case 2: return ["a": count, "b": 1]
        case 3: return ["z": 1, "a": count]
        default: return ["a": count]
        }
    }

    /// An edit whose total adds up: another shipping, a unit more or less of a line, or a further line.
    mutating func edit(_ order: Order) -> Step {
        let view = Given(order).staff
        let amount = { view.amount($0) ?? 0 }
        var lines = view["lines"]?.array?.map { View($0) } ?? []
        var shipping = amount("shipping")
        var more: [String] = []
        func price(_ line: View) -> Int64 { line.amount("unitPrice") ?? 0 }
        func goods(_ line: View) -> Int64 {
            line.amount("lineTotal") ?? Int64(line.count("quantity") ?? 0) * price(line)
        }
        var sum = lines.reduce(0) { $0 + goods($1) }
        let line = lines.isEmpty ? nil : lines.remove(at: Int.random(in: lines.indices, using: &random))
        switch number(3) {
        case 1: shipping = Int64(number(9)) * 100
        case 2:
            more.append(lineBody("e\(number(3))x\(number(999))", quantity: "1", price: money(700)))
            sum += 700
        default:
            guard let line, let id = line.text("lineId"), let old = line.count("quantity") else { break }
            let new = max(1, random.chance(60) ? old + 1 : old - 1)
            more.append(lineBody(id, quantity: "\(new)", price: money(price(line))))
            sum += Int64(new) * price(line) - goods(line)
        }
        let fees = view["fees"]?.array?.reduce(0) { $0 + (View($1).amount("amount") ?? 0) } ?? 0
        let tax = view["taxIncluded"] == true ? 0 : amount("tax")
        let total = max(0, sum + shipping + fees + tax - amount("discount"))
        let step = Step.edit(total: total).with("shipping", money(shipping))
        return more.isEmpty ? step : step.with("lines", "[\(more.joined(separator: ","))]")
    }
}

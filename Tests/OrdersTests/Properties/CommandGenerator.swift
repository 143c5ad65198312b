import Orders

/// A generator of commands with few ids, so that commands repeat and contradict each other.
struct CommandGenerator {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// The next command: mostly one that the order would take with the right arguments, sometimes any.
    mutating func next(for order: Order) -> (name: CommandName, body: String) {
        guard order.version > 0 || random.chance(20) else { return (.placeOrder, body(of: .placeOrder)) }
        var names = order.allowedCommands(for: .backend)
        if random.chance(80) { names.removeAll { $0 == .holdOrder || $0 == .cancelOrder } }
        if names.contains(.closeOrder), random.chance(50) { names = [.closeOrder] }
        if names.contains(.recordScan) { names += [.recordScan, .recordScan, .recordScan] }
        if !order.parcels.isEmpty, random.chance(10) { names = [.dispatchParcel] }
        let name = random.pick(random.chance(15) || names.isEmpty ? CommandName.allCases : names)
        return (name, body(of: name))
    }

    private mutating func body(of name: CommandName) -> String {
        switch name {
        case .placeOrder:
            let terms = random.pick(["\"prepaid\"", "\"onDelivery\""])
            // A single unit now and then, so that whole orders come back.
            if random.chance(30) {
                return placeBody(["lines": "[\(lineBody("a", quantity: "1"))]", "total": money(1400), "terms": terms])
            }
            let lines = [lineBody("a", quantity: "2"), lineBody("b", quantity: "1", price: money(500))]
            return placeBody(["lines": "[\(lines.joined(separator: ","))]", "total": money(2900), "terms": terms])
        case .confirmOrder, .closeOrder: return "{}"
        case .changeShipTo: return #"{"contactRef":"c\#(number(9))","country":"AT"}"#
        case .cancelOrder:
            let reason = word(CancelReason.self)
            return random.chance(10) ? #"{"reason":\#(reason)}"# : #"{"reason":\#(reason),"lines":\#(lines())}"#
        case .holdOrder: return #"{"holdId":"h\#(number(3))","reason":\#(word(HoldReason.self)),"note":"n"}"#
        case .releaseHold: return #"{"holdId":"h\#(number(3))"}"#
        case .packParcel: return #"{"parcelId":"p\#(number(3))","lines":\#(lines())}"#
        case .voidParcel: return #"{"parcelId":"p\#(number(3))","reason":"x"}"#
        case .dispatchParcel:
            return
                #"{"parcelId":"p\#(number(3))","carrier":"dhl","trackingNumber":"T\#(number(2))"\#(random.chance(50) ? eta() : "")}"#
        case .reviseEta:
            let window = eta().dropFirst(#","eta":"#.count)
            return
                #"{\#(random.chance(50) ? "\"parcelId\":\"p\(number(3))\"," : "")"window":\#(window),"source":"shop"}"#
        case .recordScan:
            let more =
                (random.chance(20) ? eta() : "")
                + (random.chance(30) ? #","place":{"text":"Köln","country":"DE"}"# : "")
            return scanBody(
                "p\(number(3))",
                "s\(number(25))",
                random.pick(ScanCode.allCases + [.delivered, .delivered, .delivered, .delivered, .lost]).rawValue,
                number(90),
                more
            )
        case .retractScan: return #"{"parcelId":"p\#(number(3))","scanId":"s\#(number(9))","reason":"x"}"#
        case .recordPayment:
            let currency = random.chance(5) ? "USD" : "EUR"
            return paymentBody(
                "m\(number(6))",
                random.pick(PaymentKind.allCases).rawValue,
                Int64(number(7)) * 1500,
                currency
            )
        case .requestReturn: return #"{"returnId":"r\#(number(3))","lines":\#(lines()),"reason":"x"}"#
        case .decideReturn: return #"{"returnId":"r\#(number(3))","approve":\#(random.chance(60)),"note":"n"}"#
        case .receiveReturn:
            return
                #"{"returnId":"r\#(number(3))","lines":[{"lineId":"\#(random.pick(["a", "a", "b"]))","quantity":\#(number(2)),"condition":"damaged"}]}"#
        case .resolveAnomaly: return #"{"version":\#(number(30)),"note":"x"}"#
        case .addNote: return #"{"text":"שלום \#(number(9))","visibility":\#(word(NoteVisibility.self))}"#
        }
    }

    private mutating func number(_ most: Int) -> Int { Int.random(in: 1...most, using: &random) }

    private mutating func word<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> String {
        "\"\(random.pick(Array(type.allCases)).rawValue)\""
    }

    private mutating func lines() -> String {
        let ids = random.pick([["a"], ["b"], ["a", "b"], ["a"], ["a"], ["z", "a"]])
        return "[" + ids.map { #"{"lineId":"\#($0)","quantity":\#(random.chance(70) ? 1 : 2)}"# }.joined(separator: ",")
            + "]"
    }

    private mutating func eta() -> String {
        let start = 100 + number(3)
        return #","eta":{"earliest":"\#(at(start).rfc3339)","latest":"\#(at(start + 60).rfc3339)"}"#
    }
}

import FoundationEssentials
import Orders
import StrictJSON

/// `docs/transitions.md`: the result of every command in every kind of state, as the domain decides it.
enum TransitionsPage {
    static var text: String {
        get throws {
            let states = try self.states
            var rows: [[String]] = []
            var allowed = 0
            for name in CommandName.allCases {
                var row = ["`\(name.rawValue)`"]
                for (_, order) in states {
                    let (isAllowed, cell) = try outcome(name, order)
                    if isAllowed { allowed += 1 }
                    row.append(cell)
                }
                rows.append(row)
            }
            let pairs = states.count * rows.count
            return """
                # Transitions

                This table shows every command in every kind of state, as the domain decides it: the events that follow, or in
                italics the reason of the refusal. The arguments are the right ones where there are any. \(states.count) kinds of
                state × \(rows.count) commands = \(pairs) pairs: \(allowed) allowed, \(pairs - allowed) refused.

                \(MarkdownTable.text(["command"] + states.map(\.name), rows))
                The order has two units of one line. From “packed” on, both are in parcel `p1`, and paid unless the state says
                otherwise. A repeated fact (the same id with the same content) is accepted and adds nothing, which
                the table calls known; the same id with other
                content is refused (`factIdReused`).

                """
        }
    }

    private static func outcome(_ name: CommandName, _ order: Order) throws -> (Bool, String) {
        let command = try command(name, for: order)
        do throws(Rejection) {
            let events = try order.decide(command, receivedAt: start)
            return (true, events.isEmpty ? "(known)" : events.map(\.type.rawValue).joined(separator: ", "))
        } catch {
            return (false, "*\(error.reason.rawValue)*")
        }
    }

    private static let start = Timestamp(unixMicroseconds: 1_793_613_600_000_000)

    private static var states: [(name: String, Order)] {
        get throws {
            let placed: [CommandName] = [.placeOrder]
            let confirmed = placed + [.recordPayment, .confirmOrder]
            let packed = confirmed + [.packParcel]
            let shipped = packed + [.dispatchParcel]
            let lives: [(String, [CommandName], [(CommandName, String)])] = [
                ("nothing", [], []), ("placed", placed, []), ("placed, on hold", placed + [.holdOrder], []),
                ("confirmed", confirmed, []), ("confirmed, on hold", confirmed + [.holdOrder], []),
                ("packed", packed, []), ("packed, unpaid", placed + [.confirmOrder, .packParcel], []),
                ("packed, on hold", packed + [.holdOrder], []), ("shipped", shipped, []),
                ("shipped by a scan alone", packed, [scan("s0", "inTransit")]),
                ("attention", shipped, [scan("s0", "exception")]), ("lost", shipped, [scan("s0", "lost")]),
                ("returned to sender", shipped, [scan("s0", "returnedToSender")]),
                ("delivered", shipped, [scan("s0", "delivered")]),
                ("shortage reported", shipped, [scan("s0", "delivered"), shortage]),
                ("return requested", shipped, [scan("s0", "delivered"), request]),
                ("return approved", shipped, [scan("s0", "delivered"), request, approve]),
                ("return received", shipped, [scan("s0", "delivered"), request, approve, receive]),
                ("delivered, overpaid", shipped, [scan("s0", "delivered"), payment("m9", "captured", 9999)]),
                ("cancelled", placed + [.cancelOrder], []),
                ("closed", shipped, [scan("s0", "delivered"), (.closeOrder, "{}")]),
            ]
            return try lives.map { name, commands, further in
                var order = Order(orderId: UUID(uuid: (1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16)))
                for command in try commands.map({ try command($0, for: order) })
                    + further.map({ try decoded($0.0, $0.1) })
                {
                    for event in try order.decide(command, receivedAt: start) { _ = order.apply(event) }
                }
                return (name, order)
            }
        }
    }

    private static func command(_ name: CommandName, for order: Order) throws -> OrderCommand {
        let line = #"[{"lineId":"a","quantity":1}]"#
        let body =
            switch name {
            case .placeOrder: placement
            case .confirmOrder, .closeOrder: "{}"
            case .editOrder: "{\"shipping\":\(euros(100)),\"total\":\(euros(2100))}"
            case .adjustTotal:
                #"{"adjustmentId":"a1","amount":\#(euros(100)),"direction":"raise","reason":"fee"}"#
            case .setMetadata: #"{"set":{"k":"v"}}"#
            case .changeShipTo: #"{"contactRef":"c","country":"AT"}"#
            case .cancelOrder: #"{"reason":"customer"}"#
            case .holdOrder: #"{"holdId":"h\#(order.holds.count + 1)","reason":"other"}"#
            case .releaseHold: #"{"holdId":"h1"}"#
            case .packParcel: #"{"parcelId":"p\#(order.parcels.count + 1)","lines":[{"lineId":"a","quantity":2}]}"#
            case .voidParcel: #"{"parcelId":"p1","reason":"x"}"#
            case .dispatchParcel: #"{"parcelId":"p1","carrier":"dhl"}"#
            case .setTracking: #"{"parcelId":"p1","carrier":"ups","trackingNumber":"1"}"#
            case .reviseEta: "{\(window),\"source\":\"shop\"}"
            case .recordScan: scan("s1", "inTransit").1
            case .retractScan: #"{"parcelId":"p1","scanId":"s0","reason":"x"}"#
            case .endParcel: #"{"parcelId":"p1","scanId":"e1","outcome":"delivered","reason":"x"}"#
            case .reportShortage: shortage.1
            case .retractPayment: #"{"paymentId":"m0","reason":"x"}"#
            case .recordPayment: payment("m\(order.payment.reports.count)", "captured", 2000).1
            case .requestReturn: #"{"returnId":"r\#(order.returns.count + 1)","lines":\#(line),"reason":"x"}"#
            case .decideReturn: #"{"returnId":"r1","approve":true}"#
            case .cancelReturn: #"{"returnId":"r1","reason":"x"}"#
            case .reopenOrder: #"{"reason":"x"}"#
            case .receiveReturn: receive.1
            case .resolveAnomaly: #"{"version":\#(order.anomalies.first?.version ?? 1),"note":"x"}"#
            case .addNote: #"{"text":"x","visibility":"staff"}"#
            }
        return try decoded(name, body)
    }

    private static func decoded(_ name: CommandName, _ body: String) throws -> OrderCommand {
        try OrderCommand.decode(name, try JSONValue.parse(Array(body.utf8)).object ?? JSONObject())
    }

    private static func scan(_ scanId: String, _ code: String) -> (CommandName, String) {
        let time = scanId == "s0" ? "2026-11-02T09:00:00Z" : "2026-11-02T08:00:00Z"
        return (.recordScan, #"{"parcelId":"p1","scanId":"\#(scanId)","code":"\#(code)","occurredAt":"\#(time)"}"#)
    }

    private static func payment(_ paymentId: String, _ kind: String, _ amount: Int) -> (CommandName, String) {
        let money = euros(amount)
        return (
            .recordPayment, #"{"paymentId":"\#(paymentId)","kind":"\#(kind)","amount":\#(money),"providerRef":"x"}"#
        )
    }

    private static func euros(_ cents: Int) -> String { #"{"amount":\#(cents),"currency":"EUR"}"# }

    private static let shortage = (
        CommandName.reportShortage,
        #"{"claimId":"c1","parcelId":"p1","lines":[{"lineId":"a","quantity":1}],"kind":"missing"}"#
    )

    private static let request = (
        CommandName.requestReturn, #"{"returnId":"r1","lines":[{"lineId":"a","quantity":1}],"reason":"x"}"#
    )
    private static let approve = (CommandName.decideReturn, #"{"returnId":"r1","approve":true}"#)
    private static let receive = (
        CommandName.receiveReturn,
        #"{"returnId":"r1","lines":[{"lineId":"a","quantity":1,"condition":"sellable"}]}"#
    )
    private static let window = #""window":{"earliest":"2026-11-03T08:00:00Z","latest":"2026-11-03T18:00:00Z"}"#
    private static let placement = """
        {"number":"1","shop":"aurora","customer":"c","contactRef":"c","country":"DE","currency":"EUR","locale":"de",\
        "lines":[{"lineId":"a","sku":"A","name":"Lamp","quantity":2,"unitPrice":{"amount":1000,"currency":"EUR"}}],\
        "shipping":{"amount":0,"currency":"EUR"},"tax":{"amount":0,"currency":"EUR"},\
        "discount":{"amount":0,"currency":"EUR"},"total":{"amount":2000,"currency":"EUR"}}
        """
}

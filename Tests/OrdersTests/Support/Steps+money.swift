@testable import Orders

/// The commands about payments, returns and the end of an order.
extension Step {
    static func pay(_ paymentId: String, _ kind: String, _ amount: Int64, ref: String = "ref-1") -> Step {
        Step(
            .recordPayment,
            [
                ("paymentId", quoted(paymentId)), ("kind", quoted(kind)), ("amount", money(amount)),
                ("providerRef", quoted(ref)),
            ]
        )
    }

    static func unpay(_ paymentId: String) -> Step {
        Step(.retractPayment, [("paymentId", quoted(paymentId)), ("reason", quoted("typed twice"))])
    }

    static func requestReturn(_ returnId: String, _ units: Units) -> Step {
        Step(
            .requestReturn,
            [("returnId", quoted(returnId)), ("lines", list(units)), ("reason", quoted("too big"))]
        )
    }

    static func approve(_ returnId: String) -> Step {
        Step(.decideReturn, [("returnId", quoted(returnId)), ("approve", "true")])
    }

    static func reject(_ returnId: String) -> Step {
        Step(.decideReturn, [("returnId", quoted(returnId)), ("approve", "false")])
    }

    static func cancelReturn(_ returnId: String) -> Step {
        Step(.cancelReturn, [("returnId", quoted(returnId)), ("reason", quoted("kept"))])
    }

    /// A receipt of these units, all sellable; its receiptId is the returnId where none is named.
    static func receive(_ returnId: String, _ units: Units, receipt receiptId: String? = nil) -> Step {
        Step(
            .receiveReturn,
            [("returnId", quoted(returnId)), ("receiptId", receiptId.map(quoted)), ("lines", receivedList(units))]
        )
    }

    static func resolve(_ version: Int) -> Step {
        Step(.resolveAnomaly, [("version", "\(version)"), ("note", quoted("seen"))])
    }

    static func note(_ text: String, for visibility: String = "staff") -> Step {
        Step(.addNote, [("text", quoted(text)), ("visibility", quoted(visibility))])
    }

    static func metadata(set: String? = nil, remove: String? = nil, private: Bool? = nil) -> Step {
        Step(.setMetadata, [("set", set), ("remove", remove), ("private", `private`.map { "\($0)" })])
    }

    static let close = Step(.closeOrder)

    static func close(writingOff reason: String) -> Step { Step(.closeOrder, [("writeOff", quoted(reason))]) }

    static let reopen = Step(.reopenOrder, [("reason", quoted("more to do"))])
}

/// Lines of receipts: `[{"lineId":"a","quantity":2,"condition":"sellable"}]`.
func receivedList(_ units: Units, condition: String = "sellable") -> String {
    let lines = units.map { #"{"lineId":"\#($0.key)","quantity":\#($0.value),"condition":"\#(condition)"}"# }
    return "[" + lines.joined(separator: ",") + "]"
}

/// A refund as one that names its return.
extension Step {
    func `for`(return returnId: String) -> Step { saying("returnId", returnId) }

    func reducing(_ amount: Int64) -> Step { with("reduction", money(amount)) }
}

import StrictJSON

/// Reports that returned goods arrived: a fact. Goods that nobody announced begin a return.
struct ReceiveReturn: CommandPayload {
    static let name = CommandName.receiveReturn
    static let path = "receive-return"
    static let summary =
        "Reports that returned goods arrived: a fact, never refused for being surprising. Without `complete: false` it ends the return."
    static let meanings = [
        "receiptId": "The id of this arrival. An arrival counts once. Default: the return's id.",
        "lines": "The units that arrived, by line and condition.",
        "complete": "Whether nothing more of the return is expected. Default: true.",
        "reduction": "The amount by which less is due. Default: the worth of the units.",
    ]
    static let isFact = true

    let returnId: String
    let receiptId: String?
    let lines: [ReceivedLine]
    let complete: Bool?
    let reduction: Money?

    static func read(_ fields: inout FieldReader) -> ReceiveReturn? {
        let returnId = fields.required("returnId", .identifier)
        let receiptId = fields.optional("receiptId", .identifier)
        let lines = fields.required("lines", .receivedLines)
        let complete = fields.optional("complete", .bool)
        let reduction = fields.optional("reduction", .money)
        guard let returnId, let lines else { return nil }
        return ReceiveReturn(
            returnId: returnId,
            receiptId: receiptId,
            lines: lines,
            complete: complete,
            reduction: reduction
        )
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("receiptId", receiptId)
        writer.field("lines", lines)
        if let complete { writer.field("complete", complete) }
        if let reduction { writer.field("reduction", reduction) }
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let receipt = Receipt(
            receiptId: receiptId ?? returnId,
            lines: lines,
            isComplete: complete ?? true,
            saidReduction: reduction
        )
        if try isKnown(receipt, in: order) { return [] }
        let found = order.returns.first { $0.returnId == returnId }
        if found == nil { try order.requireRoom(order.returns.count, within: OrderBound.returns, for: "returns") }
        try order.requireRoom(order.receiptCount, within: OrderBound.receipts, for: "receipts")
        try order.requireRoomForLines(lines.count + (found == nil ? receipt.lines.byLine.count : 0))
        let received = ReturnReceived(
            returnId: returnId,
            receipt: receipt,
            reduction: order.money(amountOff(order))
        )
        return [OrderEvent(received, at: occurredAt, anomaly: anomaly(in: order, found))]
    }

    /// Tells whether the order has the receipt, of this return or of another one.
    private func isKnown(_ receipt: Receipt, in order: Order) throws(Rejection) -> Bool {
        for entry in order.returns {
            guard let known = entry.receipts.first(where: { $0.receiptId == receipt.receiptId }) else { continue }
            let ofAnother = entry.returnId == returnId ? [] : ["returnId"]
            return try order.isKnown(
                known,
                differences: { ofAnother + receipt.differences(from: $0) },
                id: receipt.receiptId,
                isRetractable: false
            )
        }
        return false
    }

    /// The amount by which less is due: what the shop says, or the worth of the units that count as back, and never
    /// more than is due. Goods beyond what was delivered, and an amount in another currency, take nothing off.
    private func amountOff(_ order: Order) -> Int64 {
        let counted = order.returnable(lines)
        guard !counted.isEmpty else { return 0 }
        guard let reduction else { return min(order.worth(of: counted), order.due) }
        return reduction.currency == order.currency ? min(reduction.amount, order.due) : 0
    }

    private func anomaly(in order: Order, _ found: Return?) -> Anomaly? {
        if let reduction, reduction.currency != order.currency {
            return Anomaly(
                .currencyMismatch,
                "The reduction is in \(reduction.currency), the order in \(order.currency): it takes nothing off."
            )
        }
        guard let found else {
            return Anomaly(.unannounced, "Goods came back as \(returnId), which nobody had requested.")
        }
        guard found.status == .approved else {
            return Anomaly(.receivedOther, "Goods came back for return \(returnId), which is \(found.status.rawValue).")
        }
        let expected = Dictionary(found.expected.map { ($0.lineId, $0.quantity) }, uniquingKeysWith: +)
        for line in lines.byLine where line.quantity > expected[line.lineId] ?? 0 {
            return Anomaly(
                .receivedOther,
                "\(line.quantity) units of line \(line.lineId) came back; \(expected[line.lineId] ?? 0) were approved."
            )
        }
        return nil
    }

    static func isPossible(in order: Order) -> Bool {
        order.version > 0 && order.receiptCount < OrderBound.receipts && order.hasRoomForLines
    }
}

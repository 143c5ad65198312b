import StrictJSON

/// Returned units arrived.
struct ReturnReceived: EventPayload {
    static let summaries: [EventType: String] = [.returnReceived: "Returned units arrived."]
    static let meanings = ReceiveReturn.meanings.merging([
        "reduction": "The amount by which less is due.",
        "reductionSaid": "The amount that the shop said to take off; absent where it said none. For staff only.",
    ]) { $1 }

    let returnId: String
    let receipt: Receipt
    /// The amount by which less is due; nil in an event from before amounts were carried, which takes nothing off.
    let reduction: Money?

    static let upcasters = [
        // Schema 2 carries `receiptId`, `complete` and `reduction`.
        Upcaster(type: .returnReceived, from: 1) { data, inside in
            (data.setting("receiptId", data["returnId"]).setting("complete", .bool(true)), inside)
        }
    ]

    var type: EventType { .returnReceived }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("receiptId", receipt.receiptId)
        writer.field("lines", receipt.lines)
        writer.field("complete", receipt.isComplete)
        if let reduction { writer.field("reduction", reduction) }
    }

    func writeInternal(_ writer: inout JSONWriter) {
        if let said = receipt.saidReduction { writer.field("reductionSaid", said) }
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ReturnReceived? {
        let returnId = stored.data.required("returnId", .identifier)
        let receiptId = stored.data.required("receiptId", .identifier)
        let lines = stored.data.required("lines", .receivedLines)
        let complete = stored.data.required("complete", .bool)
        let reduction = stored.data.optional("reduction", .money)
        let said = stored.internal.optional("reductionSaid", .money)
        guard let returnId, let receiptId, let lines, let complete else { return nil }
        let receipt = Receipt(receiptId: receiptId, lines: lines, isComplete: complete, saidReduction: said)
        return ReturnReceived(returnId: returnId, receipt: receipt, reduction: reduction)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        if order.returnIndex(returnId) == nil {
            let lines = receipt.lines.byLine.map {
                LineQuantity(lineId: $0.lineId, quantity: min($0.quantity, 1_000_000))
            }
            order.returns.append(
                Return(returnId: returnId, status: .approved, lines: lines, reason: Return.unannounced, note: nil)
            )
        }
        if let index = order.returnIndex(returnId) {
            order.returns[index].receipts.append(receipt)
            if receipt.isComplete { order.returns[index].status = .received }
        }
        order.countReturned(receipt.lines)
        order.reduceDue(by: reduction?.amount ?? 0)
    }
}

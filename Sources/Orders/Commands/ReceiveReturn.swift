import StrictJSON

/// Reports that returned goods arrived. One receipt ends a return, even when fewer units came than were announced.
struct ReceiveReturn: CommandPayload {
    static let name = CommandName.receiveReturn
    static let path = "receive-return"
    static let summary =
        "Reports that returned goods arrived. One receipt ends a return, even when fewer units came than were announced."
    static let meanings = ["lines": "The units that arrived."]

    let returnId: String
    let lines: [ReceivedLine]

    static func read(_ fields: inout FieldReader) -> ReceiveReturn? {
        let returnId = fields.required("returnId", .identifier)
        guard let lines = fields.required("lines", .receivedLines), let returnId else { return nil }
        return ReceiveReturn(returnId: returnId, lines: lines)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("lines", lines)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let approved = try order.requireReturn(returnId)
        guard approved.status == .approved else {
            throw Rejection(.returnNotApproved, "Return \(returnId) is \(approved.status.rawValue).")
        }
        let announced = Dictionary(approved.lines.map { ($0.lineId, $0.quantity) }, uniquingKeysWith: +)
        let wanted = lines.map { LineQuantity(lineId: $0.lineId, quantity: $0.quantity) }
        try order.require(
            wanted,
            available: { announced[$0.lineId] ?? 0 },
            otherwise: .quantityNotInReturn,
            described: "in this return"
        )
        return [OrderEvent(ReturnReceived(returnId: returnId, lines: lines), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.returns.contains { $0.status == .approved } }
}

import StrictJSON

/// Changes the expected time of a parcel, or of the order as a whole.
struct ReviseEta: CommandPayload {
    static let name = CommandName.reviseEta
    static let path = "revise-eta"
    static let summary = "Changes the expected time of a parcel, or of the order as a whole."
    static let meanings = [
        "parcelId": "The parcel; without it the order as a whole.",
        "window": "The time at which arrival is expected now.",
        "source": "The source of the expectation.",
        "reason": "The reason for the change. The customer reads it.",
    ]

    let parcelId: String?
    let window: TimeWindow
    let source: EtaSource
    let reason: String?

    static func read(_ fields: inout FieldReader) -> ReviseEta? {
        let parcelId = fields.optional("parcelId", .identifier)
        let window = fields.required("window", .window)
        let source: EtaSource? = fields.required("source", .word)
        let reason = fields.optional("reason", .text(atLeast: 0))
        guard let window, let source else { return nil }
        return ReviseEta(parcelId: parcelId, window: window, source: source, reason: reason)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("window", window)
        writer.field("source", source)
        writer.field("reason", reason)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let old: TimeWindow?
        var new = window
        if let parcelId {
            let parcel = order.parcels[try order.requireParcel(parcelId)]
            guard !parcel.status.isTerminal else {
                throw Rejection(.nothingExpected, "Parcel \(parcelId) is \(parcel.status.rawValue).")
            }
            old = parcel.eta
            // A newer source keeps its say; this one counts when that is retracted.
            if let newest = parcel.newestEtaSource, newest.occurredAt > occurredAt { new = newest.window }
        } else {
            try order.requireActive()
            guard !order.isTerminal else { throw Rejection(.nothingExpected, "Nothing of the order is to come.") }
            old = order.eta
        }
        let revised = EtaRevised(
            parcelId: parcelId,
            old: old,
            new: new,
            source: source,
            reason: reason,
            window: new == window ? nil : window
        )
        return [OrderEvent(revised, at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool {
        (order.isActive && !order.isTerminal) || order.parcels.contains { !$0.status.isTerminal }
    }
}

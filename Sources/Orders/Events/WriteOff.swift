import StrictJSON

/// Money that the shop leaves unsettled when it closes an order.
struct WriteOff: Sendable, Equatable {
    let reason: String
    /// The amount that is due and not paid; nil for nothing.
    var unpaid: Money?
    /// The amount that is paid and not due; nil for nothing.
    var unrefunded: Money?
    /// The amount that is authorized and neither captured nor voided; nil for nothing.
    var unreleased: Money?

    func write(_ writer: inout JSONWriter) {
        writer.field("reason", reason)
        if let unpaid { writer.field("unpaid", unpaid) }
        if let unrefunded { writer.field("unrefunded", unrefunded) }
        if let unreleased { writer.field("unreleased", unreleased) }
    }
}

extension Field where Value == WriteOff {
    static var writeOff: Field {
        Field.object(meanings: [
            "reason": "The reason for leaving the money unsettled.", "unpaid": "The amount that is due and not paid.",
            "unrefunded": "The amount that is paid and not due.",
            "unreleased": "The amount that is authorized and neither captured nor voided.",
        ]) { fields in
            let reason = fields.required("reason", .text)
            let unpaid = fields.optional("unpaid", .money)
            let unrefunded = fields.optional("unrefunded", .money)
            let unreleased = fields.optional("unreleased", .money)
            return reason.map {
                WriteOff(reason: $0, unpaid: unpaid, unrefunded: unrefunded, unreleased: unreleased)
            }
        }.named("WriteOff")
    }
}

import StrictJSON

/// What kind of contradiction a fact brought; stable words, for programs.
package enum AnomalyCode: String, Sendable, CaseIterable {
    /// A payment in another currency than the order's; it is not summed.
    case currencyMismatch
    /// More is captured than the total.
    case overCaptured
    /// More is refunded than captured.
    case overRefunded
    /// A payment names a return that the order does not have.
    case returnUnknown
    /// A scan shows that a parcel left while the order was on hold.
    case dispatchOnHold
    /// A scan shows that a parcel left before enough was paid.
    case dispatchBeforePayment
    /// A scan of a parcel that was unpacked.
    case voidParcelScanned
    /// A scan that does not go with the parcel's delivery.
    case contradictoryScan
    /// The scan asks for units that are elsewhere by now; none are moved.
    case unitsMoved
    /// The scan moves units of an order that is closed.
    case movedAfterClose
}

/// A contradiction between a fact and what was known. For staff only.
package struct Anomaly: Sendable, Equatable {
    package let code: AnomalyCode
    package let message: String

    init(_ code: AnomalyCode, _ message: String) {
        self.code = code
        self.message = message
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("code", code)
        writer.field("message", message)
    }
}

extension Field where Value == Anomaly {
    static var anomaly: Field {
        Field.object { fields in
            let code: AnomalyCode? = fields.required("code", .word)
            guard let message = fields.required("message", .text(atLeast: 0)), let code else { return nil }
            return Anomaly(code, message)
        }.named("Anomaly")
    }
}

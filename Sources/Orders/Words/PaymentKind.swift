/// The result that a payment provider reports.
package enum PaymentKind: String, WireWord, PartValue {
    case authorized, captured, voided, failed, refunded, chargedBack, chargebackReversed

    package var meaning: String {
        switch self {
        case .authorized: "The amount is reserved; no money has moved."
        case .captured: "The amount was taken from the customer."
        case .voided: "A reserved amount was released."
        case .failed: "A payment did not succeed. The report changes no sum."
        case .refunded: "The amount was paid back to the customer."
        case .chargedBack: "The customer's bank took the amount back, or a capture failed later."
        case .chargebackReversed: "An amount that was taken back came back to the shop."
        }
    }
}

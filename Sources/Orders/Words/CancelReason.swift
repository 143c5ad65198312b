/// The reason for which units are cancelled.
package enum CancelReason: String, RedactableReason {
    case customer, fraud, stock, payment, other

    /// The word that customers read: a suspicion of fraud is not shown.
    var shown: CancelReason { self == .fraud ? .other : self }

    package var meaning: String {
        switch self {
        case .customer: "The customer asked for it."
        case .fraud: "The shop suspects fraud. Customers read `other`."
        case .stock: "The goods cannot be supplied."
        case .payment: "The payment failed."
        case .other: "Any other reason."
        }
    }
}

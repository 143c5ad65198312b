/// The reason for which an order is on hold.
package enum HoldReason: String, RedactableReason, PartValue {
    case payment, fraud, address, stock, other

    /// The word that customers read: a suspicion of fraud is not shown.
    var shown: HoldReason { self == .fraud ? .other : self }

    package var meaning: String {
        switch self {
        case .payment: "The payment has to be cleared first."
        case .fraud: "The shop checks the order for fraud. Customers read `other`."
        case .address: "The address has to be checked."
        case .stock: "The goods are not in stock yet."
        case .other: "Any other reason."
        }
    }
}

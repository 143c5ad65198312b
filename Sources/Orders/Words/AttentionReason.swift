/// A reason for which staff should look at an order.
package enum AttentionReason: String, WireWord, CaseIterable {
    case parcel, shortage, closedWithUnits, anomaly, refundOwed

    package var meaning: String {
        switch self {
        case .parcel:
            "A parcel's last scan is a failed attempt or an exception, or a parcel is lost or came back and nothing was"
                + " packed or cancelled since."
        case .shortage: "A customer reported a shortage, and nothing was packed or cancelled since."
        case .closedWithUnits: "The order is closed and has open or packed units."
        case .anomaly: "A reported fact contradicted the order, and nobody has resolved it."
        case .refundOwed: "More is paid than is due, and the shop has not written it off."
        }
    }
}

/// The readers of one field of an order's part.
enum FieldAudience {
    /// Customers, staff and the stored state.
    case everyone
    /// Staff and the stored state.
    case staff
    /// The stored state alone.
    case storage

    /// Tells whether an answer for that audience holds the field.
    func includes(_ audience: Audience) -> Bool {
        switch self {
        case .everyone: true
        case .staff: audience == .staff
        case .storage: false
        }
    }
}

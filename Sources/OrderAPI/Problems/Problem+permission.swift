import Access

extension Problem {
    /// The refusal of a caller whose role may not use a route. Names the role, and those that may.
    init(forbidden permission: Permission, to role: Role) {
        let roles = Role.allCases.filter { [.allowed, .own].contains(permission.verdict(for: $0)) }.map(\.rawValue)
        self.init(
            .forbidden,
            """
            A token with the role “\(role.rawValue)” may not \(permission.deed). This takes a token with the role \
            \(roles.map { "“\($0)”" }.joined(separator: " or ")).
            """
        )
    }
}

extension Permission {
    /// The deed that the routes are for, in the words of a sentence.
    fileprivate var deed: String {
        switch self {
        case .publicPages: "read this page"
        case .placeAndReport: "place orders, send bulk commands and scans, or report payments"
        case .otherCommands: "send this command or make tracking links"
        case .readOrders: "read orders"
        case .customerStream: "follow a customer's orders"
        case .shopFeeds: "read the events and figures of whole shops"
        case .session: "have a session of the staff's pages"
        case .administration: "read metrics or replay projections"
        }
    }
}

/// A group of routes, one row of the table of permissions.
package enum Permission: Sendable, Hashable, CaseIterable {
    /// Health, readiness and the API's description.
    case publicPages
    /// Place, bulk, scans on every route, payment and its retraction.
    case placeAndReport
    /// Every other command, and tracking links.
    case otherCommands
    /// The order list, an order, its events and its stream.
    case readOrders
    /// A customer's stream.
    case customerStream
    /// `/v1/events`, `/v1/stream`, stats.
    case shopFeeds
    /// `/session`.
    case session
    /// `/metrics`, `/v1/status`, `/v1/projections` and replay.
    case administration

    /// The verdict on a caller.
    ///
    /// - Parameter role: the caller's role; nil for a caller without a token.
    package func verdict(for role: Role?) -> Verdict {
        let row = Self.table[self] ?? Row(.forbidden, .forbidden, .forbidden, .forbidden, .tokenNeeded)
        return switch role {
        case .backend: row.backend
        case .customer: row.customer
        case .staff: row.staff
        case .operator: row.operator
        case nil: row.nobody
        }
    }

    /// A cell of the table of permissions.
    package enum Verdict: Sendable, Hashable {
        /// The caller may, within the token's shops; outside them 404.
        case allowed
        /// The caller may for its own orders; others are 404.
        case own
        /// The role may not: 403.
        case forbidden
        /// The caller needs a token: 401.
        case tokenNeeded
    }

    private struct Row {
        let backend, customer, staff, `operator`, nobody: Verdict

        init(_ backend: Verdict, _ customer: Verdict, _ staff: Verdict, _ operator: Verdict, _ nobody: Verdict) {
            self.backend = backend
            self.customer = customer
            self.staff = staff
            self.operator = `operator`
            self.nobody = nobody
        }
    }

    private static let table: [Permission: Row] = [
        // backend, customer, staff, operator, nobody
        .publicPages: Row(.allowed, .allowed, .allowed, .allowed, .allowed),
        .placeAndReport: Row(.allowed, .forbidden, .forbidden, .forbidden, .tokenNeeded),
        .otherCommands: Row(.allowed, .forbidden, .allowed, .forbidden, .tokenNeeded),
        .readOrders: Row(.allowed, .own, .allowed, .allowed, .tokenNeeded),
        .customerStream: Row(.allowed, .own, .allowed, .allowed, .tokenNeeded),
        .shopFeeds: Row(.allowed, .forbidden, .allowed, .allowed, .tokenNeeded),
        .session: Row(.forbidden, .forbidden, .allowed, .allowed, .tokenNeeded),
        .administration: Row(.forbidden, .forbidden, .forbidden, .allowed, .tokenNeeded),
    ]
}

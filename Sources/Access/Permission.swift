/// A group of routes that the same roles may use: one row of the table of rights.
package enum Permission: Sendable, Hashable, CaseIterable {
    /// Health, readiness and the API's description.
    case publicPages
    /// Placing orders, bulk commands, scans and payments.
    case placeAndReport
    /// Every other command.
    case otherCommands
    /// The order list, an order, its events and its stream.
    case readOrders
    /// A customer's stream.
    case customerStream
    /// `/v1/events`, `/v1/stream` and statistics.
    case shopFeeds
    /// `/metrics`, `/v1/projections` and replays.
    case administration

    /// The table's cell for a caller.
    ///
    /// - Parameter role: the role of the caller's token; nil without a token.
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

    /// One cell of the table.
    package enum Verdict: Sendable, Hashable {
        /// The caller may use the routes within the token's shops; anything outside them is 404.
        case allowed
        /// The customer may use the routes for its own orders; any other order is 404.
        case own
        /// The answer is 403.
        case forbidden
        /// The answer is 401.
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
        .administration: Row(.forbidden, .forbidden, .forbidden, .allowed, .tokenNeeded),
    ]
}

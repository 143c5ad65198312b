package import Foundation
package import OrderLog
package import Postgres

/// A read model that can be built from many orders at a time: they are folded in memory, on all cores, and their rows are
/// written in bulk. Its `apply` gives the same rows in small steps.
package protocol ReplayableModel: ReadModel {
    /// What is kept of one order.
    associatedtype Entry: Sendable
    /// What is added up over orders, between two writes.
    associatedtype Sums: Sendable

    /// An order before its first event.
    func entry(for orderId: UUID) -> Entry

    /// What an order's events have in common; they are not read again with each.
    func envelope(of entry: Entry) -> EventEnvelope

    func sums() -> Sums

    /// Folds an order's next event.
    ///
    /// - Returns: whether the order's rows have changed.
    func fold(_ event: LoggedEvent, into entry: inout Entry, _ sums: inout Sums) throws -> Bool

    /// The orders of a version that have rows, with the size of what was read.
    func load(
        _ ids: [UUID],
        version: Int,
        on connection: PostgresConnection
    ) async throws -> [(orderId: UUID, entry: Entry, bytes: Int)]

    /// Adds an order's rows to a write.
    ///
    /// - Parameter isStored: rows of it are in the tables, as they were written or loaded last.
    func write(_ entry: inout Entry, isStored: Bool, version: Int, to write: inout ReplayWrite)

    /// What writes the sums.
    ///
    /// - Parameters:
    ///   - sums: of several workers.
    ///   - last: the last event that they hold.
    func statements(for sums: [Sums], through last: LoggedEvent, version: Int) -> [PostgresQuery]
}

/// What all events of an order say alike.
package struct EventEnvelope: Sendable {
    package let number: String
    package let shop: String
    package let customer: String

    package init(number: String, shop: String, customer: String) {
        self.number = number
        self.shop = shop
        self.customer = customer
    }
}

extension ReadModels {
    /// Every projection that can be rebuilt and verified, the current state included.
    package static let replayable: [any ReplayableModel] = [CurrentModel(), OrderListModel(), StatsModel()]

    package static func replayable(named name: String) -> (any ReplayableModel)? {
        replayable.first { $0.name == name }
    }
}

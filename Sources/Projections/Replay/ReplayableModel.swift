package import Foundation
package import OrderLog
package import Postgres

/// A read model that can be built in bulk: many orders are folded in memory, on all cores, and the rows of new orders
/// are written by COPY. Its `apply` gives the same rows in small steps.
package protocol ReplayableModel: ReadModel {
    /// The state of one order while it is folded.
    associatedtype Entry: Sendable
    /// The sums over orders, between two writes.
    associatedtype Sums: Sendable

    /// Makes the entry of an order before its first event.
    func makeEntry(for orderId: UUID) -> Entry

    /// The values that an order's events have in common, which are not read again with each event.
    func envelope(of entry: Entry) -> EventEnvelope

    /// Makes the sums over no events.
    func makeSums() -> Sums

    /// Makes the sums over no events for a replay, which passes them to `compareOtherTables`.
    func makeReplaySums() -> Sums

    /// Folds an order's next event.
    ///
    /// - Returns: true when the order's rows have changed.
    func fold(_ event: LoggedEvent, into entry: inout Entry, sums: inout Sums) throws -> Bool

    /// Loads the orders that have rows in a version, the first of them as far as their states have room in one result.
    ///
    /// - Returns: the loaded orders, and the ids of those that had no room. Never all of them.
    func load(
        _ ids: [UUID],
        version: Int,
        on connection: PostgresConnection
    ) async throws -> (loaded: [LoadedEntry<Entry>], leftOut: [UUID])

    /// Adds the rows of an order that has none yet to a write.
    func write(_ entry: inout Entry, version: Int, to write: inout ReplayWrite)

    /// The statements that write orders which have rows, as they were written or loaded last.
    func statements(replacing entries: inout [Entry], version: Int) -> [PostgresQuery]

    /// The statements that write the sums.
    ///
    /// - Parameters:
    ///   - sums: the sums of several workers.
    ///   - last: the last event in the sums.
    func statements(for sums: [Sums], through last: LoggedEvent, version: Int) -> [PostgresQuery]

    /// Compares the model's tables that have no versions with the sums of a write.
    func compareOtherTables(with sums: [Sums], on transaction: PostgresConnection) async throws -> ComparedRows

    /// Makes the model's tables that have no versions equal to the log, after the built version is served.
    ///
    /// - Parameters:
    ///   - head: the number of the last event that the built version reflects.
    ///   - compared: the outcome of `compareOtherTables` for all events up to one of them; nil where an earlier session
    ///     of the replay has folded some.
    func rebuildOtherTables(
        on connection: PostgresConnection,
        through head: Int64,
        compared: ComparedRows?
    ) async throws
}

extension ReplayableModel {
    package func makeReplaySums() -> Sums { makeSums() }

    package func compareOtherTables(
        with sums: [Sums],
        on transaction: PostgresConnection
    ) async throws -> ComparedRows { ComparedRows() }

    package func rebuildOtherTables(
        on connection: PostgresConnection,
        through head: Int64,
        compared: ComparedRows?
    ) async throws {}
}

import Synchronization

/// The log's epochs as this process knows them, by its newest connection.
///
/// The table is replaced with every new connection that does not lead to a former server, and extended where a
/// connection of the same history reads of further epochs. Rows get their positions by the history of the connection
/// that read them.
package final class EpochRegistry: Sendable {
    private let table = Mutex(EpochTable())

    package init() {}

    package var current: EpochTable { table.withLock { $0 } }

    package func replace(with table: EpochTable) {
        self.table.withLock { $0 = table }
    }

    /// Takes the table of a new connection, except an earlier state of the known one: another connection has read
    /// later.
    func takeUnlessFormer(_ other: EpochTable) {
        table.withLock { if !other.isFormer(of: $0) { $0 = other } }
    }

    /// Takes a longer table of the same history; that of another server's history is left aside.
    package func extend(to longer: EpochTable) {
        table.withLock { table in
            if longer.epochs.count > table.epochs.count, longer.continues(table) { table = longer }
        }
    }
}

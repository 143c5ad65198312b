import Synchronization

/// The log's epochs as this process knows them, shared by all readers and the appender.
///
/// The table is replaced with every new connection and extended with every read, so that it is never older than the
/// rows whose positions it gives.
package final class EpochRegistry: Sendable {
    private let table = Mutex(EpochTable())

    package init() {}

    package var current: EpochTable { table.withLock { $0 } }

    package func replace(with table: EpochTable) {
        self.table.withLock { $0 = table }
    }

    package func merge(_ epochs: [Epoch]) {
        guard !epochs.isEmpty else { return }
        table.withLock { $0.merge(epochs) }
    }
}

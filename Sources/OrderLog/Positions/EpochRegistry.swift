import Synchronization

/// The process's knowledge of the log's epochs, shared by all who read or append.
///
/// It is replaced whenever a connection is made and added to with every read, so it is never older than the rows it names.
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

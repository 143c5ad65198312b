import Synchronization

/// The memory that one kind of data may take over all connections.
package final class MemoryBudget: Sendable {
    private let limit: Int
    private let used = Atomic(0)

    /// - Parameter limit: in bytes.
    package init(limit: Int) {
        self.limit = limit
    }

    /// Takes memory for bytes that have come.
    ///
    /// - Returns: false where the memory is used up; nothing is taken then.
    package func take(_ count: Int) -> Bool {
        guard used.add(count, ordering: .relaxed).newValue > limit else { return true }
        give(count)
        return false
    }

    /// Gives memory back that was taken.
    package func give(_ count: Int) { used.subtract(count, ordering: .relaxed) }
}

import Synchronization

/// The disk space that the waiting results of all bulk requests may take.
package final class SpoolQuota: Sendable {
    private let used = Mutex(0)
    private let limit: Int

    /// - Parameter limit: in bytes.
    package init(limit: Int = 1 << 30) {
        self.limit = limit
    }

    /// Takes some of the space.
    ///
    /// - Returns: false where not as much is left.
    func take(_ byteCount: Int) -> Bool {
        used.withLock { used in
            guard used + byteCount <= limit else { return false }
            used += byteCount
            return true
        }
    }

    func giveBack(_ byteCount: Int) {
        used.withLock { $0 -= byteCount }
    }
}

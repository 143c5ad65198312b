/// The size and the version of the state that an order's row holds.
///
/// The row's other columns move with every event; the state does not. A large state would be written again for each
/// small event, under the lock that all shops share. So a small state is written with every event, and a large one
/// once for so many events that the bytes written for each of them stay below a bound. A batch of many orders, as it
/// comes under load, leaves small states too as they are for a few events. Readers fold the events in between. The
/// state names its own version, so that row and state cannot contradict each other.
package struct StateSnapshot: Sendable, Hashable {
    /// The version of the order that the state reflects.
    package let version: Int
    /// The size of the state's JSON, in bytes.
    package let byteCount: Int
    /// The size of the events after the state, in bytes of `data` and `internal`.
    package private(set) var tailByteCount = 0

    package init(version: Int, byteCount: Int) {
        self.version = version
        self.byteCount = byteCount
    }

    /// The size below which a state is small, in bytes. PostgreSQL keeps such a state within the row.
    package static let smallByteCount = 4096
    /// The number of orders from which a batch leaves small states as they are: most of a row's bytes are its state,
    /// and bytes that stay do not go to the write-ahead log again.
    package static let manyOrders = 16
    /// The number of events after a small state at which it is written again in any case. A reader reads fewer events
    /// than that.
    package static let shortestTail = 4
    /// The bytes of a large state that are written for each event, on average.
    private static let bytesPerEvent = 1024
    /// The number of events after a state at which it is written again, however large it is. Bounds the cost of
    /// reading.
    package static let longestTail = 512

    /// The size of the events after a state at which it is written again, if it is no larger itself. So a reader
    /// reads at most about as many bytes of events as of the state, and at most as many bytes are written as the
    /// events have.
    private static let longestTailByteCount = 16 * 1024

    /// The size of the events after a state at which the row gets a new state, in bytes.
    static func tailBound(ofStateWith byteCount: Int) -> Int { max(longestTailByteCount, byteCount) }

    /// Counts an event after the state.
    package mutating func count(_ event: LoggedEvent) {
        tailByteCount += (event.data?.count ?? 0) + event.internal.count
    }

    /// Tells whether the row has to hold a new state once the order is at a version.
    ///
    /// - Parameter keepsSmallStates: a small state stays for a few events too.
    package func isOutdated(at version: Int, keepsSmallStates: Bool) -> Bool {
        let isSmall = byteCount < Self.smallByteCount
        if isSmall, !keepsSmallStates { return true }
        let longestTail = isSmall ? Self.shortestTail : min(Self.longestTail, byteCount / Self.bytesPerEvent)
        return version - self.version >= longestTail || tailByteCount >= Self.tailBound(ofStateWith: byteCount)
    }
}

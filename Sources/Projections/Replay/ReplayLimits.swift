/// The sizes of a replay's steps. They bound its memory, however long the log is.
package struct ReplayLimits: Sendable {
    /// The number of events that one statement reads.
    package var chunk: Int64 = 8192
    /// The number of changed orders at which rows are written.
    package var dirtyOrders = 20_000
    /// The estimated size of all orders in memory, in bytes and over all workers, at which rows are written.
    package var bytes = 96 << 20
    /// The distance from the head, in events, at which building ends and following in small steps begins.
    package var nearHead: Int64 = 1000
    /// The number of events in a small step.
    package var step = 1000
    /// The largest number of events that may be folded while the head is locked.
    package var underLock = 500

    package init() {}

    /// The estimated size of an order in memory beside its events' own bytes.
    static let orderOverheadBytes = 1024
    /// The time without an answer after which the connection is closed.
    static let timeout: Duration = .seconds(120)
}

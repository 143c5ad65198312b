/// The sizes of a replay's steps. They bound its memory, however long the log is.
package struct ReplayLimits: Sendable {
    /// The number of events that one statement reads.
    package var chunk: Int64 = 8192
    /// The size of the rows of those events, in bytes. Two such chunks are in memory.
    package var chunkBytes = 16 << 20
    /// The size of the states, in bytes, beyond which no further orders are loaded before the events of the loaded ones
    /// are folded and may be written.
    package var loadBytes = 32 << 20
    /// The number of changed orders at which rows are written.
    package var dirtyOrders = 20_000
    /// The estimated size of all orders in memory, in bytes and over all workers, at which rows are written.
    package var bytes = 192 << 20
    /// The number of orders whose stored rows one statement changes.
    package var statementOrders = 200
    /// The estimated size of those orders in memory, in bytes; a single order may be larger.
    package var statementBytes = 4 << 20
    /// The distance from the head, in events, at which building ends and following in small steps begins.
    package var nearHead: Int64 = 1000
    /// The number of events in a small step.
    package var step = 1000
    /// The size of the texts of those events, in bytes.
    package var stepBytes = 2 << 20
    /// The largest number of events that may be folded while the head is locked.
    package var underLock = 500
    /// The size of the texts of those events, in bytes.
    package var underLockBytes = 1 << 20

    package init() {}

    /// The estimated size of an order in memory beside its events' own bytes.
    static let orderOverheadBytes = 1024
    /// The estimated bytes of memory that an order takes for each byte of its state or its events.
    static let memoryPerByte = 3
    /// The time without an answer after which the connection is closed.
    static let timeout: Duration = .seconds(120)
    /// The time for which one attempt waits for a lock of another session, as PostgreSQL writes it. Other statements
    /// queue behind one that waits, and commands wait while the head is locked: so attempts are short and many.
    static let lockTimeout = "100ms"
}

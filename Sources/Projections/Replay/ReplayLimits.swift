/// How much a replay takes at once: what it holds in memory is bounded by these, however long the log is.
package struct ReplayLimits: Sendable {
    /// Events read by one statement.
    package var chunk: Int64 = 8192
    /// Changed orders are written when there are so many…
    package var dirtyOrders = 20_000
    /// … or when what is kept in memory is estimated at so many bytes, over all workers.
    package var bytes = 96 << 20
    /// So near to the head the small steps take over.
    package var nearHead: Int64 = 1000
    /// Events in a small step.
    package var step = 1000
    /// Most events that may be folded while the head is held.
    package var underLock = 500

    package init() {}

    /// What an order is estimated to take in memory beside its events' own bytes.
    static let orderOverhead = 1024
    /// How long the server may take for one step before the connection is given up.
    static let patience: Duration = .seconds(120)
}

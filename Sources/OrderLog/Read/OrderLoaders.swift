/// The shared reads of single orders.
struct OrderLoaders: Sendable {
    let rows: BatchingLoader<OrderLookUp, OrderLookUp.Result>
    /// Reads the events that rows reflect beyond their states. A batch answers its callers together, so it is small.
    let tails: BatchingLoader<EventTail, [LoggedEvent]>

    /// - Parameter pause: the time between two reads of a crowd; see `BatchingLoader`.
    init(pause: Duration = .zero) {
        rows = BatchingLoader(concurrency: 2, batchLimit: 200, pause: pause)
        tails = BatchingLoader(concurrency: 2, batchLimit: 40, pause: pause)
    }
}

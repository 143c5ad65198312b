/// The shared reads of single orders.
struct OrderLoaders: Sendable {
    let rows: BatchingLoader<OrderLookUp, OrderLookUp.Result>
    /// Reads the orders whose states have no room in a result of `rows`; few at once, since callers keep them all.
    let largeRows = BatchingLoader<OrderLookUp, OrderLookUp.Result>(concurrency: 2, batchLimit: 4)
    /// Reads the events that rows reflect beyond their states.
    let tails: BatchingLoader<EventTail, [LoggedEvent]>

    /// - Parameter pause: the time between two reads of a crowd; see `BatchingLoader`.
    init(pause: Duration = .zero) {
        rows = BatchingLoader(concurrency: 2, batchLimit: 200, pause: pause)
        tails = BatchingLoader(concurrency: 2, batchLimit: 40, pause: pause)
    }
}

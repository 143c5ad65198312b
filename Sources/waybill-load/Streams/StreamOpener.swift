import Primitives

/// Opens many streams as fast as the server accepts them.
enum StreamOpener {
    /// The number of connections to begin before responses of earlier ones are read.
    private static let stride = 64
    /// The greatest number of streams that are requested and have not begun. It is below the accept queue of a well
    /// configured server, so that the server is measured and not the kernel's repeated attempts to connect.
    private static let maximumPending = 2000

    /// The number of streams to begin now.
    ///
    /// - Parameter count: the number of streams in all.
    static func batchSize(for pool: SubscriberPool, of count: Int) -> Int {
        max(0, min(stride, count - pool.count, maximumPending - (pool.count - pool.live)))
    }

    /// Opens streams, `count` in number.
    ///
    /// - Returns: the time in seconds until the last stream has begun.
    /// - Throws: `LoadFailure` where the server ends a stream, or some have not begun after two minutes.
    static func open(_ count: Int, in pool: SubscriberPool, _ epoll: Epoll) throws -> Double {
        let start = Clock.now()
        let limit = start + 120_000_000_000
        while pool.live < count {
            for _ in 0..<batchSize(for: pool, of: count) { try pool.open() }
            // While more streams are to be opened, only reads what is ready now.
            try epoll.wait(until: batchSize(for: pool, of: count) > 0 ? 0 : Clock.now() + 100_000_000) { ready in
                try pool.handle(ready) { _, _, _ in }
            }
            guard pool.ended == 0 else { throw LoadFailure("the server ended a stream that had just been opened") }
            guard Clock.now() < limit else { throw LoadFailure("only \(pool.live) of \(count) streams have begun") }
        }
        return (Clock.now() - start).seconds
    }
}

import Primitives

/// Opens streams as fast as they open.
enum StreamOpening {
    /// Connections that are begun before the answers of earlier ones are read.
    private static let stride = 64
    /// Streams that have been asked for and not yet begun, at most: fewer than a well set up server queues for acceptance,
    /// so that what is measured is the server and not the kernel's second, third and fourth try to connect.
    private static let underWay = 2000

    /// How many more to begin now, of `count` in all.
    static func next(_ pool: SubscriberPool, of count: Int) -> Int {
        max(0, min(stride, count - pool.count, underWay - (pool.count - pool.live)))
    }

    /// - Returns: seconds until the last has begun.
    /// - Throws: when some have not after two minutes.
    static func open(_ pool: SubscriberPool, _ epoll: Epoll, _ count: Int) throws -> Double {
        let start = Clock.now()
        let limit = start + 120_000_000_000
        while pool.live < count {
            for _ in 0..<next(pool, of: count) { try pool.open() }
            // While there is more to open, only what is ready now is read.
            try epoll.wait(until: next(pool, of: count) > 0 ? 0 : Clock.now() + 100_000_000) { ready in
                try pool.handle(ready) { _, _, _ in }
            }
            guard pool.ended == 0 else { throw LoadFailure("the server ended a stream that had just been opened") }
            guard Clock.now() < limit else { throw LoadFailure("only \(pool.live) of \(count) streams have begun") }
        }
        return (Clock.now() - start).seconds
    }
}

import Foundation
import Primitives

/// Many clients that come at once.
enum StormDriver {
    struct Opening: Sendable {
        /// Seconds until the last stream had begun.
        var seconds = 0.0
        /// Bytes that the server's process grew by, for each stream, once all were open.
        var memoryEach = 0.0
        /// Bytes of the kernel for each stream, the client's half included; nil where only root may know.
        var kernelEach: Double?
    }

    /// Opens streams, holds them for a moment, and lets go of them.
    static func open(_ target: StreamTarget, count: Int, server: Int32) throws -> Opening {
        let epoll = try Epoll(capacity: 1024)
        let pool = SubscriberPool(target, capacity: count, epoll: epoll)
        let (resident, kernel) = (ProcessUsage.resident(server).now, ProcessUsage.socketMemory())
        var outcome = Opening()
        outcome.seconds = try StreamOpening.open(pool, epoll, count)
        // Memory for the opening itself is given back, or taken for good, soon after.
        let settled = Clock.now() + 3_000_000_000
        while Clock.now() < settled {
            try epoll.wait(until: settled) { ready in try pool.handle(ready) { _, _, _ in } }
        }
        outcome.memoryEach = Double(ProcessUsage.resident(server).now - resident) / Double(count)
        if let kernel, let after = ProcessUsage.socketMemory() {
            outcome.kernelEach = Double(after - kernel) / Double(count)
        }
        return outcome
    }

    /// Clients that return, each behind by the same events.
    ///
    /// - Returns: seconds until the last has caught up.
    /// - Throws: when some have not after two minutes.
    static func catchUp(_ target: StreamTarget, count: Int, events: Int) throws -> Double {
        let epoll = try Epoll(capacity: 1024)
        let pool = SubscriberPool(target, capacity: count, epoll: epoll)
        let start = Clock.now()
        let limit = start + 120_000_000_000
        var caughtUp = 0
        while caughtUp < count {
            for _ in 0..<StreamOpening.next(pool, of: count) { try pool.open() }
            let isOpening = StreamOpening.next(pool, of: count) > 0
            try epoll.wait(until: isOpening ? 0 : Clock.now() + 100_000_000) { ready in
                try pool.handle(ready) { _, before, new in
                    if before < events, before + new >= events { caughtUp += 1 }
                }
            }
            guard pool.ended == 0 else { throw LoadFailure("the server ended a stream that was catching up") }
            guard Clock.now() < limit else { throw LoadFailure("only \(caughtUp) of \(count) have caught up") }
        }
        return (Clock.now() - start).seconds
    }
}

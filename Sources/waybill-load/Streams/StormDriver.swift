import Foundation
import Primitives

/// A client that opens many streams at once.
enum StormDriver {
    struct Opening: Sendable {
        /// The time until the last stream had begun, in seconds.
        var seconds = 0.0
        /// The CPU time of the server's process until then, for each stream, in seconds.
        var cpuEach = 0.0
        /// The growth of the server's process for each stream, in bytes, once all are open.
        var memoryEach = 0.0
        /// The kernel memory for each stream in bytes, including the client's end; nil without root, which alone may
        /// read it.
        var kernelEach: Double?
    }

    /// Opens streams, keeps them open for three seconds, and closes them.
    ///
    /// - Parameter onOpened: called once all are open.
    static func open(
        _ target: StreamTarget,
        count: Int,
        server: Int32,
        onOpened: () -> Void = {}
    ) throws -> Opening {
        let epoll = try Epoll(capacity: 1024)
        let pool = SubscriberPool(target, capacity: count, epoll: epoll)
        let (resident, kernel) = (ProcessUsage.resident(server).now, ProcessUsage.socketMemory())
        var outcome = Opening()
        let cpu = ProcessUsage.cpu(server)
        outcome.seconds = try StreamOpener.open(count, in: pool, epoll)
        outcome.cpuEach = (ProcessUsage.cpu(server) - cpu) / Double(count)
        onOpened()
        // Memory that only the opening needed is returned to the system soon after.
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

    /// Opens streams of returning clients, each of which has missed the same number of events.
    ///
    /// - Returns: the time in seconds until the last client has caught up.
    /// - Throws: `LoadFailure` where some have not after two minutes.
    static func catchUp(_ target: StreamTarget, count: Int, events: Int) throws -> Double {
        let epoll = try Epoll(capacity: 1024)
        let pool = SubscriberPool(target, capacity: count, epoll: epoll)
        let start = Clock.now()
        let limit = start + 120_000_000_000
        var caughtUp = 0
        while caughtUp < count {
            for _ in 0..<StreamOpener.batchSize(for: pool, of: count) { try pool.open() }
            let isOpening = StreamOpener.batchSize(for: pool, of: count) > 0
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

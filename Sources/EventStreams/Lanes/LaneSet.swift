import Foundation
import Logging
import Primitives
import Synchronization

/// The lanes of a hub, one thread each.
final class LaneSet: Sendable {
    private struct State {
        var lanes: [Lane] = []
        var isOpen = false
        /// Lanes that could not start or ended by an error.
        var failures = 0
    }

    private let reads: LaneReads
    private let state = Mutex(State())

    /// - Parameter source: makes a reader of the log for a view.
    init(source: @escaping @Sendable (StreamView) -> any StreamReading) {
        reads = LaneReads(source: source)
    }

    /// One lane for every two processors. Publishing, and the kernel's share of sending, need the others.
    static var defaultCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount / 2) }

    /// The number of streams that belong to the lanes.
    var openStreams: Int { state.withLock { $0.lanes.reduce(0) { $0 + $1.count } } }

    /// The number of lanes that could not start or ended by an error.
    var failures: Int { state.withLock { $0.failures } }

    /// The number of streams whose clients have not taken what is ready for them.
    var blockedStreams: Int { state.withLock { $0.lanes.reduce(0) { $0 + $1.blockedCount } } }

    /// Runs the lanes' threads until `body` returns, then ends the threads and the streams that they still serve.
    func withThreads(of hub: StreamHub, _ body: () async throws -> Void) async rethrows {
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        let lanes = start(hub) { continuation.yield() }
        try await body()
        state.withLock { $0.isOpen = false }
        for lane in lanes { lane.stop() }
        // In a task of its own, so that cancellation does not end the wait: each thread closes its streams before it
        // ends.
        await Task { [count = lanes.count] in
            var running = count
            guard running > 0 else { return }
            for await _ in ended {
                running -= 1
                if running == 0 { return }
            }
        }.value
        state.withLock { $0.lanes = [] }
    }

    private func start(_ hub: StreamHub, _ onEnd: @escaping @Sendable () -> Void) -> [Lane] {
        var lanes: [Lane] = []
        for number in 0..<max(1, hub.settings.lanes) {
            do {
                let lane = try Lane()
                let epoll = try LaneLoop.makeEpoll(for: lane)
                let reads = reads
                try NamedThread.start("lane-\(number)", stackBytes: 512 * 1024) {
                    do throws(SystemCallError) {
                        try LaneLoop(of: lane, epoll: epoll, hub: hub, reads: reads).run()
                    } catch {
                        self.ended(lane, by: error, hub.logger)
                    }
                    onEnd()
                }
                lanes.append(lane)
            } catch {
                hub.logger.error(
                    "lane not started; the others serve its streams, and /readyz answers 503: restart the service",
                    metadata: ["error": "\(error)"]
                )
                state.withLock { $0.failures += 1 }
            }
        }
        state.withLock { state in
            state.lanes = lanes.filter { !$0.isStopped }
            state.isOpen = true
        }
        return lanes
    }

    private func ended(_ lane: Lane, by error: SystemCallError, _ logger: Logger) {
        logger.error(
            "lane ended; its streams are closed, the others serve new ones, and /readyz answers 503: restart the service",
            metadata: ["error": "\(error)"]
        )
        state.withLock { state in
            state.lanes.removeAll { $0 === lane }
            state.failures += 1
        }
    }

    /// Gives a stream to the lane that has the fewest.
    ///
    /// - Returns: false when no lane is open; the transport still belongs to the caller then.
    func adopt(_ stream: Lane.Adoption) -> Bool {
        let lane = state.withLock { $0.isOpen ? $0.lanes.min { $0.count < $1.count } : nil }
        return lane?.adopt(stream) ?? false
    }

    /// Tells all lanes that the hub has new events.
    func eventsCame() {
        for lane in state.withLock({ $0.lanes }) { lane.eventsCame() }
    }

    /// Wakes all lanes.
    func wake() {
        for lane in state.withLock({ $0.lanes }) { lane.wake() }
    }

    /// Asks the streams to end one of whose grants was withdrawn.
    func endWithdrawnStreams() {
        for lane in state.withLock({ $0.lanes }) { lane.endWithdrawnStreams() }
    }

    /// Asks every stream to end, and serves new ones.
    func endAllStreams() {
        for lane in state.withLock({ $0.lanes }) { lane.endAllStreams() }
    }

    /// Asks all lanes to return the memory that they have freed to the system.
    func releaseMemory() {
        for lane in state.withLock({ $0.lanes }) { lane.releaseMemory() }
    }

    /// Accepts no more streams, and asks every stream to end.
    func drain() {
        let lanes = state.withLock { state in
            state.isOpen = false
            return state.lanes
        }
        for lane in lanes { lane.drain() }
    }
}

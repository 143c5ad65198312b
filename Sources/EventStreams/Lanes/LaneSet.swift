import Foundation
import Logging
import Primitives
import Synchronization

/// The lanes of a hub, one thread each.
final class LaneSet: Sendable {
    private struct State {
        var lanes: [Lane] = []
        var isOpen = false
    }

    private let reads: LaneReads
    private let state = Mutex(State())

    init(source: @escaping @Sendable (StreamView) -> any StreamReading) {
        reads = LaneReads(source: source)
    }

    /// One for every two processors: publishing and the kernel's share of sending need the others.
    static var usualCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount / 2) }

    /// Streams that are the lanes'.
    var openStreams: Int { state.withLock { $0.lanes.reduce(0) { $0 + $1.count } } }

    var blockedStreams: Int { state.withLock { $0.lanes.reduce(0) { $0 + $1.blockedCount } } }

    /// Runs the lanes' threads until `body` returns; then ends them, and with them what they still serve.
    func withThreads(of hub: StreamHub, _ body: () async throws -> Void) async rethrows {
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        let lanes = start(hub) { continuation.yield() }
        try await body()
        state.withLock { $0.isOpen = false }
        for lane in lanes { lane.stop() }
        // A thread that ends has closed its streams. Cancellation must not leave it behind.
        await Task { [count = lanes.count] in
            var left = count
            guard left > 0 else { return }
            for await _ in ended {
                left -= 1
                if left == 0 { return }
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
                    LaneLoop(lane, epoll: epoll, hub: hub, reads: reads).run()
                    onEnd()
                }
                lanes.append(lane)
            } catch {
                hub.logger.error("a lane could not be opened", metadata: ["error": "\(error)"])
            }
        }
        state.withLock { state in
            state.lanes = lanes
            state.isOpen = true
        }
        return lanes
    }

    /// Gives a stream to the lane that has the fewest.
    ///
    /// - Returns: false when there is none; the way is the caller's then.
    func adopt(_ stream: Lane.Adoption) -> Bool {
        let lane = state.withLock { $0.isOpen ? $0.lanes.min { $0.count < $1.count } : nil }
        return lane?.adopt(stream) ?? false
    }

    func ring() {
        for lane in state.withLock({ $0.lanes }) { lane.ring() }
    }

    /// No stream comes in any more, and every one is asked to end.
    func drain() {
        let lanes = state.withLock { state in
            state.isOpen = false
            return state.lanes
        }
        for lane in lanes { lane.drain() }
    }
}

package import Logging
package import OrderLog
package import Orders
import Primitives
import ServiceLifecycle
import Synchronization

/// The recent events and all streams that read them. Publishing never waits for a stream: it appends events and wakes
/// the lanes.
package final class StreamHub: LogTailSink, Service {
    package struct Settings: Sendable {
        /// The most bytes of recent events in memory.
        package var recentEventsBytes = 32 * 1024 * 1024
        /// The most streams open at once. Each one more ends at once with `bye` and `overload`.
        package var maximumStreams = 20_000
        /// The time after which a client that takes nothing is disconnected.
        package var stallDeadline: Duration = .seconds(30)
        /// The bytes of all streams' unsent blocks beyond which a client that takes nothing is disconnected after two
        /// seconds.
        package var blockBytes = 256 * 1024 * 1024
        /// The time that clients have to take their `bye` when the service ends.
        package var drainDeadline: Duration = .seconds(3)
        /// The time from one id-only block of a quiet stream to the next.
        package var heartbeat: Duration = .seconds(15)
        /// The longest duration of a stream, which then ends with `bye` and `maxAge`, so that no connection outlives
        /// every change of the network between service and client.
        package var maximumAge: Duration = .seconds(24 * 3600)
        /// The number of threads that serve streams.
        package var lanes = LaneSet.defaultCount

        package init() {}
    }

    private struct State {
        var recentEvents: RecentEvents
        /// The history of the recent events and of all cursors, as the tail knows it. Ids are made by it, never by a
        /// newer one.
        var history = EpochTable()
        /// Streams that have been admitted and that no lane serves yet.
        var opening = 0
        /// The events after which history was cut, fork by fork.
        var forks: [Int64] = []
        /// Streams that were ever admitted.
        var admitted = 0
        /// Streams that were open when the service began to end; nil before.
        var openAtDrain: Int?
    }

    package let settings: Settings
    /// Nil where streams are not counted.
    package let metrics: StreamMetrics?
    let positionEncoder: PositionEncoder
    let logger: Logger
    private let lanes: LaneSet
    private let state: Mutex<State>

    /// - Parameters:
    ///   - metrics: nil where streams are not counted.
    ///   - source: makes a reader of the log for a view.
    package init(
        positionEncoder: PositionEncoder,
        settings: Settings = Settings(),
        metrics: StreamMetrics? = nil,
        logger: Logger,
        source: @escaping @Sendable (StreamView) -> any StreamReading
    ) {
        lanes = LaneSet(source: source)
        self.positionEncoder = positionEncoder
        self.settings = settings
        self.metrics = metrics
        self.logger = logger
        state = Mutex(State(recentEvents: RecentEvents(after: 0, capacity: settings.recentEventsBytes)))
    }

    /// Streams open now.
    package var openStreams: Int { state.withLock { $0.opening } + lanes.openStreams }
    /// Streams open now whose preambles have been sent.
    package var laneStreams: Int { lanes.openStreams }
    /// Streams whose clients have not taken what was sent to them.
    package var stalledStreams: Int { lanes.blockedStreams }
    var recentEventsByteCount: Int { state.withLock { $0.recentEvents.byteCount } }
    /// The newest event that was published.
    package var end: Int64 { state.withLock { $0.recentEvents.end } }
    /// True once the service has begun to end.
    package var isDraining: Bool { state.withLock { $0.openAtDrain != nil } }

    /// Serves streams until graceful shutdown, then ends every stream and waits until all are closed, since the HTTP
    /// server's shutdown waits for open responses.
    package func run() async throws {
        await lanes.withThreads(of: self) {
            await cancelWhenGracefulShutdown {
                var trimmer = MemoryTrimmer()
                while !Task.isCancelled {
                    if trimmer.tick(admitted: self.state.withLock { $0.admitted }) { MemoryTrimmer.releaseMemory() }
                    // The loop's condition detects cancellation.
                    try? await Task.sleep(for: .seconds(1))
                }
            }
            await drain(deadline: .now + settings.drainDeadline)
        }
    }

    private func drain(deadline: ContinuousClock.Instant) async {
        let open = openStreams
        state.withLock { $0.openAtDrain = open }
        lanes.drain()
        while openStreams > 0, ContinuousClock.now < deadline {
            // After cancellation the deadline ends the loop.
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// A random delay in milliseconds, after which a client returns whose stream ends with the service. The more
    /// streams were open, the longer the delays, so that about two thousand clients return in a second.
    package func returnDelay() -> Int {
        let open = state.withLock { $0.openAtDrain ?? 0 }
        return Int.random(in: 1000...(3000 + open / 2))
    }
}

// MARK: Calls of the tail

extension StreamHub {
    package func begin(after seq: Int64, in history: EpochTable) {
        state.withLock { state in
            state.recentEvents = RecentEvents(after: seq, capacity: settings.recentEventsBytes)
            state.history = history
        }
        // Streams that were opened before now have to catch up.
        lanes.wake()
    }

    package func publish(_ events: [LoggedEvent], in history: EpochTable) {
        let frames = events.map {
            EventFrame($0, position: history.position(of: $0.seq), positionEncoder: positionEncoder)
        }
        state.withLock { state in
            state.history = history
            for frame in frames { state.recentEvents.append(frame) }
        }
        lanes.wake()
    }

    package func fork(after seq: Int64, to history: EpochTable) {
        state.withLock { state in
            state.recentEvents.truncate(after: seq)
            state.forks.append(seq)
            state.history = history
        }
        lanes.wake()
    }
}

// MARK: Calls of streams

extension StreamHub {
    /// The reasons why a stream is not admitted.
    package enum Refusal: Error, Sendable {
        /// The service ends.
        case draining
        /// The maximum number of streams are open.
        case full
    }

    /// Reserves a place for a stream. The caller must then call exactly one of `adopt`, until it returns true, or
    /// `dismiss`.
    ///
    /// - Returns: the number of known forks of the log.
    package func admit() throws(Refusal) -> Int {
        let onLanes = laneStreams
        let outcome: Result<Int, Refusal> = state.withLock { state in
            guard state.openAtDrain == nil else { return .failure(.draining) }
            guard state.opening + onLanes < settings.maximumStreams else { return .failure(.full) }
            state.admitted += 1
            state.opening += 1
            return .success(state.forks.count)
        }
        return try outcome.get()
    }

    /// Frees the place of a stream that ends before a lane has taken it.
    package func dismiss() { state.withLock { $0.opening -= 1 } }

    /// Gives an admitted stream to a lane.
    ///
    /// - Parameter transport: belongs to the lane from now on if the result is true.
    /// - Returns: false when no lane takes the stream, which then keeps its place.
    package func adopt(_ transport: SubscriberTransport, showing view: StreamView, at point: HandoffPoint) -> Bool {
        let remaining = point.expiry.map { ($0.at - .now).wholeNanoseconds }
        dismiss()
        let isAdopted = lanes.adopt(
            Lane.Adoption(
                transport: transport,
                view: view,
                cursor: point.cursor,
                expiresAt: remaining.map { SystemClock.monotonicNanoseconds() &+ $0 } ?? .max,
                expiryReason: point.expiry?.reason ?? .maxAge,
                grants: point.grants,
                knownForks: point.knownForks
            )
        )
        if !isAdopted { state.withLock { $0.opening += 1 } }
        return isAdopted
    }

    /// Ends the streams one of whose grants was withdrawn, with `bye` and `tokenExpired`.
    package func endWithdrawnStreams() { lanes.endWithdrawnStreams() }

    /// The number of forks of the log since the service started.
    package var forkCount: Int { state.withLock { $0.forks.count } }

    /// The changes of the recent events since a lane copied them. Frames are references, encoded outside the lock.
    ///
    /// - Parameters:
    ///   - seq: the newest event that the lane has.
    ///   - knownForks: the number of forks that the lane knows.
    func changes(after seq: Int64, knownForks: Int) -> RecentEventsDelta {
        state.withLock { state in
            let forks = Array(state.forks.dropFirst(knownForks))
            return RecentEventsDelta(
                forks: forks,
                floor: state.recentEvents.floor,
                frames: state.recentEvents.frames(after: forks.reduce(seq, min)),
                history: state.history
            )
        }
    }

    /// The resume point of a feed that begins with the next event. Nothing is read for it, so the caller must know that
    /// the tail is healthy.
    package func freshResumePoint(for audience: Audience) -> ResumePoint {
        let (position, forks) = state.withLock { state in
            (state.history.position(of: state.recentEvents.end), state.forks.count)
        }
        let bytes = ControlFrame.cursor(positionEncoder(position, for: audience))
        return .prepared(Preamble(bytes: bytes, cursor: position), knownForks: forks)
    }

    /// The position of an event in the history of the streams.
    package func position(of seq: Int64) -> LogPosition { state.withLock { $0.history.position(of: seq) } }
}

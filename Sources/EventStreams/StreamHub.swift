package import Foundation
package import Logging
package import OrderLog
import Orders
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
        /// The most streams of one customer or tracking link. Each one more ends at once with `bye` and `overload`.
        package var streamsPerCaller = 100
        /// The time after which a client that takes nothing is disconnected.
        package var stallDeadline: Duration = .seconds(30)
        /// The bytes of all streams' unsent blocks beyond which a client that takes nothing is disconnected after two
        /// seconds.
        package var blockBytes = 256 * 1024 * 1024
        /// Events and heartbeats of many streams are sent by one system call where the kernel has io_uring.
        package var usesSendRing = true
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
        /// The events after which history was cut, fork by fork.
        var forks: [Int64] = []
        /// Streams that were open when the service began to end; nil before.
        var openAtDrain: Int?
        /// Streams that were open when all were told to go elsewhere last.
        var openAtMove = 0
    }

    package let settings: Settings
    /// Nil where streams are not counted.
    package let metrics: StreamMetrics?
    let positionEncoder: PositionEncoder
    let logger: Logger
    private let lanes: LaneSet
    private let places: StreamPlaces
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
        places = StreamPlaces(maximum: settings.maximumStreams, maximumPerCaller: settings.streamsPerCaller)
        self.positionEncoder = positionEncoder
        self.settings = settings
        self.metrics = metrics
        self.logger = logger
        state = Mutex(State(recentEvents: RecentEvents(after: 0, capacity: settings.recentEventsBytes)))
    }

    /// Streams open now.
    package var openStreams: Int { places.open }
    /// Streams open now whose preambles have been sent.
    package var laneStreams: Int { lanes.openStreams }
    /// The number of lanes that could not start or ended by an error. Their streams are over.
    package var failedLanes: Int { lanes.failures }
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
                    if trimmer.tick(admitted: self.places.taken) { MemoryTrimmer.releaseMemory(of: self.lanes) }
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

    /// A random delay in milliseconds, after which a client returns whose stream ends with all others. The more
    /// streams were open, the longer the delays, so that about two thousand clients return in a second.
    package func returnDelay() -> Int {
        let open = state.withLock { $0.openAtDrain ?? $0.openAtMove }
        return Int.random(in: 1000...(3000 + open / 2))
    }

    /// A random delay in milliseconds, after which a client returns whose stream ends or breaks: one to three
    /// seconds, so that clients that lose a server together do not return together, and longer while openings are
    /// refused.
    package func retryDelay() -> Int {
        var generator = QuickRandomNumberGenerator()
        let longest = 3000 + places.extraDelay(at: SystemClock.monotonicNanoseconds())
        return Int.random(in: 1000...longest, using: &generator)
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
        lanes.eventsCame()
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
    /// The reasons why a stream gets no place.
    package enum Refusal: Error, Sendable {
        /// The service ends.
        case draining
        /// The maximum number of streams are open.
        case full
        /// The caller has as many streams as one may have, and was refused so often before.
        case callerFull(refusals: Int)
    }

    /// Reserves a place for a stream, without a query.
    ///
    /// - Parameters:
    ///   - caller: the caller whose streams are counted; nil for one that shares all places.
    ///   - requestId: the identifier of the stream's request, for the log.
    package func admit(_ caller: StreamCaller? = nil, requestId: String? = nil) throws(Refusal) -> StreamPlace {
        let (isDraining, forks) = state.withLock { ($0.openAtDrain != nil, $0.forks.count) }
        guard !isDraining else { throw .draining }
        let now = SystemClock.monotonicNanoseconds()
        return try places.take(for: caller, requestId: requestId, knownForks: forks, at: now)
    }

    /// Counts an opening that is refused for a reason that is not the caller's, so that `retry` grows.
    package func openingRefused() { places.refused(at: SystemClock.monotonicNanoseconds()) }

    /// The delay in milliseconds after which a client returns that got no place.
    package func retryDelay(after refusal: Refusal) -> Int {
        switch refusal {
        case .draining: returnDelay()
        case .full: retryDelay()
        // Twice as long with each refusal, up to two minutes.
        case .callerFull(let refusals): Int.random(in: 2000...4000) << min(refusals, 5)
        }
    }

    /// Gives a stream to a lane.
    ///
    /// - Parameters:
    ///   - transport: belongs to the lane from now on if the result is true.
    ///   - unsent: bytes that the lane sends first, in the coding of the body.
    /// - Returns: false when no lane takes the stream.
    package func adopt(
        _ transport: SubscriberTransport,
        showing view: StreamView,
        at point: HandoffPoint,
        unsent: [UInt8] = []
    ) -> Bool {
        let remaining = point.expiry.map { ($0.at - .now).wholeNanoseconds }
        return lanes.adopt(
            Lane.Adoption(
                transport: transport,
                view: view,
                unsent: unsent,
                cursor: point.cursor,
                shown: point.shown,
                expiresAt: remaining.map { SystemClock.monotonicNanoseconds() &+ $0 } ?? .max,
                expiryReason: point.expiry?.reason ?? .maxAge,
                grants: point.grants,
                knownForks: point.knownForks,
                place: point.place
            )
        )
    }

    /// Ends the streams one of whose grants was withdrawn, with `bye` and `tokenExpired`.
    package func endWithdrawnStreams() { lanes.endWithdrawnStreams() }

    /// Ends all streams with `bye` and `overload`, so that clients go on at another process. New ones are served.
    package func endAllStreams() {
        let open = openStreams
        state.withLock { $0.openAtMove = open }
        lanes.endAllStreams()
    }

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
    package func freshResumePoint(for view: StreamView) -> ResumePoint {
        let (position, forks) = state.withLock { state in
            (state.history.position(of: state.recentEvents.end), state.forks.count)
        }
        let bytes = ControlFrame.cursor(positionEncoder(position, for: view.audience), beat: view.beat)
        return .prepared(Preamble(bytes: bytes, cursor: position), knownForks: forks)
    }

    /// Tells whether the order exists within a scope, if the recent events tell.
    ///
    /// - Returns: nil where they have no event of the order.
    package func knows(_ orderId: UUID, in scope: ReadScope) -> Bool? {
        let event = state.withLock { $0.recentEvents.newestFrame(of: orderId)?.event }
        return event.map { scope.contains(shop: $0.shop, customer: $0.customer) }
    }

    /// The position before the first event; nil until the tail has told of the log's history.
    package var beginning: LogPosition? {
        state.withLock { $0.history.epochs.isEmpty ? nil : $0.history.position(of: 0) }
    }

    /// The position of an event in the history of the streams.
    package func position(of seq: Int64) -> LogPosition { state.withLock { $0.history.position(of: seq) } }
}

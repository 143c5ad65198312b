package import Logging
package import OrderLog
package import Orders
import Primitives
import ServiceLifecycle
import Synchronization

/// The ring and all who read from it. Publishing never waits for anybody: it appends, rings the lanes' bells, returns.
package final class StreamHub: LogTailSink, Service {
    package struct Settings: Sendable {
        /// Most bytes of events kept in memory.
        package var ringCapacity = 32 * 1024 * 1024
        /// Most streams open at once; beyond it a stream is told `overload`.
        package var maximumStreams = 20_000
        /// A client that takes nothing for this long is cut off.
        package var stallDeadline: Duration = .seconds(30)
        /// How long streams have to take their `bye` when the service ends.
        package var drainDeadline: Duration = .seconds(3)
        /// How often each stream gets an id-only block.
        package var heartbeat: Duration = .seconds(15)
        /// A stream that has lasted for so long is told `maxAge`, and comes back: so that no connection outlives every
        /// change of what lies between it and its client.
        package var maximumAge: Duration = .seconds(24 * 3600)
        /// Threads that serve streams.
        package var lanes = LaneSet.usualCount

        package init() {}
    }

    private struct State {
        var ring: RecentEvents
        /// The history that ring and cursors belong to, as the tail knows it; ids are named by it and no newer one.
        var history = EpochTable()
        /// Streams that have been admitted, and that no lane serves yet.
        var opening = 0
        /// Where history was cut, cut by cut.
        var forks: [Int64] = []
        /// Streams that were ever admitted.
        var admitted = 0
        /// Streams that were open when the service began to end; nil before.
        var drained: Int?
    }

    package let settings: Settings
    /// Nil where nobody counts.
    package let metrics: StreamMetrics?
    let text: PositionEncoder
    let logger: Logger
    private let lanes: LaneSet
    private let state: Mutex<State>

    /// - Parameter source: reads the log for the lanes' streams.
    package init(
        text: PositionEncoder,
        settings: Settings = Settings(),
        metrics: StreamMetrics? = nil,
        logger: Logger,
        source: @escaping @Sendable (StreamView) -> any StreamReading
    ) {
        lanes = LaneSet(source: source)
        self.text = text
        self.settings = settings
        self.metrics = metrics
        self.logger = logger
        state = Mutex(State(ring: RecentEvents(after: 0, capacity: settings.ringCapacity)))
    }

    /// Streams open now.
    package var openStreams: Int { state.withLock { $0.opening } + lanes.openStreams }
    /// Streams open now on lanes: those that have begun.
    package var laneStreams: Int { lanes.openStreams }
    /// Streams whose clients have not taken what was sent to them.
    package var stalledStreams: Int { lanes.blockedStreams }
    var ringByteCount: Int { state.withLock { $0.ring.byteCount } }
    /// The last event in the ring.
    package var end: Int64 { state.withLock { $0.ring.end } }
    package var isDraining: Bool { state.withLock { $0.drained != nil } }

    /// Serves streams until graceful shutdown; then asks every stream to end and waits for it, so that the server's own
    /// shutdown, which waits for open responses, finds none.
    package func run() async throws {
        await lanes.withThreads(of: self) {
            await cancelWhenGracefulShutdown {
                var rush = MemoryTrimmer()
                while !Task.isCancelled {
                    if rush.isOver(admitted: self.state.withLock { $0.admitted }) { MemoryTrimmer.releaseMemory() }
                    // Cancelled: the loop's condition sees it.
                    try? await Task.sleep(for: .seconds(1))
                }
            }
            await drain(deadline: .now + settings.drainDeadline)
        }
    }

    private func drain(deadline: ContinuousClock.Instant) async {
        let open = openStreams
        state.withLock { $0.drained = open }
        lanes.drain()
        while openStreams > 0, ContinuousClock.now < deadline {
            // Cancelled: the deadline ends the loop.
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// After how many milliseconds a client should return whose stream the end of this service ends. The more there are, the
    /// longer is the time over which they return: about two thousand in a second.
    package func returnDelay() -> Int {
        let open = state.withLock { $0.drained ?? 0 }
        return Int.random(in: 1000...(3000 + open / 2))
    }
}

// MARK: The tail's side

extension StreamHub {
    package func begin(after seq: Int64, in history: EpochTable) {
        state.withLock { state in
            state.ring = RecentEvents(after: seq, capacity: settings.ringCapacity)
            state.history = history
        }
        // Streams that were there first now find that they have to catch up.
        lanes.ring()
    }

    package func publish(_ events: [LoggedEvent], in history: EpochTable) {
        let frames = events.map { EventFrame($0, position: history.position(of: $0.seq), text: text) }
        state.withLock { state in
            state.history = history
            for frame in frames { state.ring.append(frame) }
        }
        lanes.ring()
    }

    package func fork(after seq: Int64, to history: EpochTable) {
        state.withLock { state in
            state.ring.cut(after: seq)
            state.forks.append(seq)
            state.history = history
        }
        lanes.ring()
    }
}

// MARK: The streams' side

extension StreamHub {
    /// Why a stream is not admitted.
    package enum Refusal: Error, Sendable { case draining, full }

    /// Admits a stream. Whoever is admitted is either adopted or dismissed.
    ///
    /// - Returns: how many forks of the log are known.
    package func admit() throws(Refusal) -> Int {
        let onLanes = laneStreams
        let outcome: Result<Int, Refusal> = state.withLock { state in
            guard state.drained == nil else { return .failure(.draining) }
            guard state.opening + onLanes < settings.maximumStreams else { return .failure(.full) }
            state.admitted += 1
            state.opening += 1
            return .success(state.forks.count)
        }
        return try outcome.get()
    }

    /// A stream that was admitted is over before a lane took it.
    package func dismiss() { state.withLock { $0.opening -= 1 } }

    /// Gives an admitted stream to a lane.
    ///
    /// - Parameter way: the lane's from now on if the answer is true.
    /// - Returns: false when no lane takes it.
    package func adopt(_ way: SubscriberTransport, _ view: StreamView, at place: StreamPlace) -> Bool {
        let left = place.expiry.map { ($0.at - .now).wholeNanoseconds }
        dismiss()
        let isAdopted = lanes.adopt(
            Lane.Adoption(
                way: way,
                view: view,
                cursor: place.cursor,
                expiresAt: left.map { SystemClock.monotonicNanoseconds() &+ $0 } ?? .max,
                expiry: place.expiry?.reason ?? .maxAge,
                forks: place.forks
            )
        )
        if !isAdopted { state.withLock { $0.opening += 1 } }
        return isAdopted
    }

    /// How often the log has been cut while this service ran.
    package var forkCount: Int { state.withLock { $0.forks.count } }

    /// What is new in the ring since a lane looked at it. References only: frames are encoded outside the lock.
    func delta(after seq: Int64, forks: Int) -> LaneDelta {
        state.withLock { state in
            let news = Array(state.forks.dropFirst(forks))
            return LaneDelta(
                forks: news,
                floor: state.ring.floor,
                frames: state.ring.frames(after: news.reduce(seq, min)),
                history: state.history
            )
        }
    }

    /// How a stream of all orders begins that goes on with what comes next: where the ring ends. Nothing is read for it, so
    /// it is for those to ask who know that the tail is well.
    package func freshBeginning(for audience: Audience) -> StreamStart {
        let (position, forks) = state.withLock { state in
            (state.history.position(of: state.ring.end), state.forks.count)
        }
        let bytes = ControlFrame.cursor(text(position, for: audience))
        return .begun(StreamSource.Beginning(bytes: bytes, cursor: position), forks: forks)
    }

    /// The position of an event in the history that the streams are in.
    package func position(of seq: Int64) -> LogPosition { state.withLock { $0.history.position(of: seq) } }
}

package import Logging
package import OrderLog
package import Orders
import ServiceLifecycle
import Synchronization

/// The ring and all who read from it. Publishing never waits for anybody: it appends, rings the bells concerned, returns.
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
        /// Threads that serve streams on sockets of their own; 0 leaves all streams to the web framework.
        package var lanes = LaneSet.usualCount

        package init() {}
    }

    private struct State {
        var ring: Ring
        /// The history that ring and cursors belong to, as the tail knows it; ids are named by it and no newer one.
        var history = EpochTable()
        var open = SubscriptionIndex()
        /// Where history was cut, cut by cut.
        var forks: [Int64] = []
        /// Streams that were ever admitted.
        var admitted = 0
        var draining = false
    }

    package let settings: Settings
    /// Nil where nobody counts.
    package let metrics: StreamMetrics?
    let text: PositionText
    let logger: Logger
    private let lanes: LaneSet?
    private let state: Mutex<State>

    /// - Parameter source: reads the log for streams that lanes serve; without it there are none.
    package init(
        text: PositionText,
        settings: Settings = Settings(),
        metrics: StreamMetrics? = nil,
        logger: Logger,
        source: (@Sendable (StreamView) -> any StreamReading)? = nil
    ) {
        lanes = settings.lanes > 0 ? source.map { LaneSet(source: $0) } : nil
        self.text = text
        self.settings = settings
        self.metrics = metrics
        self.logger = logger
        state = Mutex(State(ring: Ring(after: 0, capacity: settings.ringCapacity)))
    }

    /// Streams open now.
    package var openStreams: Int { state.withLock { $0.open.count } + (lanes?.openStreams ?? 0) }
    /// Streams open now on lanes.
    package var laneStreams: Int { lanes?.openStreams ?? 0 }
    package var hasLanes: Bool { lanes != nil }
    /// Streams whose clients have not taken what was sent to them.
    package var stalledStreams: Int {
        let now = ContinuousClock.now
        let here = state.withLock { $0.open.all }.count { $0.isStalled(now, for: .seconds(1)) }
        return here + (lanes?.blockedStreams ?? 0)
    }
    var ringByteCount: Int { state.withLock { $0.ring.byteCount } }
    /// The last event in the ring.
    package var end: Int64 { state.withLock { $0.ring.end } }
    package var isDraining: Bool { state.withLock { $0.draining } }

    /// Ends stalled and expired streams until graceful shutdown; then asks every stream to end and waits for it, so that
    /// the server's own shutdown, which waits for open responses, finds none.
    package func run() async throws {
        guard let lanes else { return await attend() }
        await lanes.withThreads(of: self) { await attend() }
    }

    private func attend() async {
        await cancelWhenGracefulShutdown {
            var rush = OpeningRush()
            while !Task.isCancelled {
                self.tick()
                if rush.isOver(admitted: self.state.withLock { $0.admitted }) { OpeningRush.releaseMemory() }
                // Cancelled: the loop's condition sees it.
                try? await Task.sleep(for: .seconds(1))
            }
        }
        await drain(deadline: .now + settings.drainDeadline)
    }

    private func tick() {
        let now = ContinuousClock.now
        for subscription in state.withLock({ $0.open.all }) {
            if subscription.tick(now, stallDeadline: settings.stallDeadline) {
                logger.info("stream cut off: client stalled")
            }
        }
    }

    private func drain(deadline: ContinuousClock.Instant) async {
        let open = state.withLock { state in
            state.draining = true
            return state.open.all
        }
        lanes?.drain()
        for subscription in open { subscription.end(.shutdown) }
        while openStreams > 0, ContinuousClock.now < deadline {
            // Cancelled: the deadline ends the loop.
            try? await Task.sleep(for: .milliseconds(10))
        }
        // Whoever takes nothing even now would hold up the shutdown.
        for subscription in state.withLock({ $0.open.all }) { subscription.cutOff() }
    }
}

// MARK: The tail's side

extension StreamHub {
    package func begin(after seq: Int64, in history: EpochTable) {
        let all = state.withLock { state in
            state.ring = Ring(after: seq, capacity: settings.ringCapacity)
            state.history = history
            return state.open.all
        }
        // Streams that were there first now find that they have to catch up.
        for subscription in all { subscription.ring() }
        lanes?.ring()
    }

    package func publish(_ events: [LoggedEvent], in history: EpochTable) {
        let frames = events.map { EventFrame($0, position: history.position(of: $0.seq), text: text) }
        let concerned = state.withLock { state in
            state.history = history
            for frame in frames { state.ring.append(frame) }
            return state.open.concerned(by: frames)
        }
        lanes?.ring()
        for subscription in concerned { subscription.ring() }
    }

    package func fork(after seq: Int64, to history: EpochTable) {
        let all = state.withLock { state in
            state.ring.cut(after: seq)
            state.forks.append(seq)
            state.history = history
            return state.open.all
        }
        lanes?.ring()
        for subscription in all { subscription.fork(after: seq) }
    }
}

// MARK: The streams' side

extension StreamHub {
    /// Why a stream is not admitted.
    package enum Refusal: Error, Sendable { case draining, full }

    /// Admits a stream for as long as `body` runs, which is told how many forks of the log were known before.
    package func withSubscription<R>(
        _ subscription: Subscription,
        _ body: (Int) async throws -> R
    ) async throws -> R {
        let (id, forks) = try admit(subscription)
        let kind = StreamMetrics.Kind(subscription.subject)
        metrics?.opened(kind)
        defer {
            state.withLock { $0.open.remove(id) }
            // A lane's stream goes on.
            if !subscription.isHandedOff { metrics?.ended(kind, subscription.end) }
        }
        return try await body(forks)
    }

    /// How often the log has been cut while this service ran.
    package var forkCount: Int { state.withLock { $0.forks.count } }

    /// Tells an admitted stream of forks that it cannot have heard of, since it read its beginning before.
    func remind(_ subscription: Subscription, ofForksAfter count: Int) {
        let missed = state.withLock { Array($0.forks.dropFirst(count)) }
        for seq in missed { subscription.fork(after: seq) }
    }

    /// Gives a stream whose response has begun to a lane.
    ///
    /// - Parameter descriptor: of the connection, non-blocking; the lane's from now on if the answer is true.
    /// - Returns: false when no lane takes it.
    package func adopt(_ descriptor: Int32, _ view: StreamView, at place: StreamPlace) -> Bool {
        guard let lanes else { return false }
        let left = place.expiry.map { ($0.at - .now).nanoseconds }
        return lanes.adopt(
            Lane.Adoption(
                descriptor: descriptor,
                view: view,
                cursor: place.cursor,
                expiresAt: left.map { LaneClock.now() &+ $0 } ?? .max,
                expiry: place.expiry?.reason ?? .maxAge,
                forks: place.forks
            )
        )
    }

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

    /// Shows the ring to a subscriber: a part of it at a time, so that nothing is encoded while publishing has to wait.
    package func next(_ subscriber: inout Subscriber) -> Subscriber.Step {
        while true {
            let cursor = subscriber.cursor
            let (bounds, frames) = state.withLock { state in
                (state.ring.bounds, state.ring.frames(after: cursor, limit: 256))
            }
            let step = subscriber.next(bounds, frames)
            guard step == .wait, subscriber.cursor < bounds.end else { return step }
        }
    }

    /// Shows the ring to a conflated stream's tick.
    func gather(_ subscriber: inout Subscriber, through end: Int64, into conflation: inout Conflation)
        -> Subscriber.Gathering
    {
        state.withLock { subscriber.gather($0.ring, through: end, into: &conflation) }
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

    /// Whether what was read from the log belongs to the history that the streams are in. Where not, the tail is about to
    /// find out that the log has forked.
    func isInHistory(_ history: EpochTable, upTo seq: Int64) -> Bool {
        state.withLock { $0.history.commonPrefix(with: history, upTo: seq) } >= seq
    }

    private func admit(_ subscription: Subscription) throws(Refusal) -> (id: Int, forks: Int) {
        let onLanes = laneStreams
        let outcome: Result<(id: Int, forks: Int), Refusal> = state.withLock { state in
            guard !state.draining else { return .failure(.draining) }
            guard state.open.count + onLanes < settings.maximumStreams else { return .failure(.full) }
            state.admitted += 1
            return .success((state.open.insert(subscription), state.forks.count))
        }
        return try outcome.get()
    }
}
